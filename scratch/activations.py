"""The six activations and their derivatives, from simple to complex.

Every function works elementwise on an array of any shape and returns a new array of that shape. A float input keeps
its dtype; integers and booleans give float64. Inside, all arithmetic is float64, so float16 and float32 results are
rounded once, at the end. NaN gives NaN, also in the derivatives, and no finite input causes a warning: a result beyond
the dtype is infinite. (longdouble comes back as longdouble, computed in float64.) An array that does not hold real
numbers, or that has a mask, raises ValueError.
"""

import numpy as np
from scipy.special import erfc

from scratch.checks import choice, elementwise, number


@elementwise()
def sigmoid(x):
    """Logistic sigmoid, 1 / (1 + exp(-x)).

    Source: Rumelhart, Hinton, Williams 1986, "Learning representations by back-propagating errors", Nature 323, eq. 2.

    x: real array of any shape, any range.
    Returns values in [0, 1], 1/2 at 0. Raises ValueError for an array that does not hold real numbers.

    Unlike in the formula as typeset, exp never overflows: only z = exp(-|x|) is taken. The left half is
    z - z^2 / (1 + z), which rounds better than z / (1 + z); the right half is 1 minus it.
    """
    z = np.exp(-np.abs(x))
    left = z - z * z / (1 + z)
    return np.abs((x >= 0) - left)


@elementwise()
def sigmoid_grad(x):
    """Derivative of the sigmoid, sigmoid(x) * (1 - sigmoid(x)).

    x: real array of any shape, any range.
    Returns values in [0, 1/4], the maximum at 0. Raises ValueError for an array that does not hold real numbers.

    As z / (1 + z)^2 with z = exp(-|x|) it keeps all digits in both tails; in PyTorch it is 0 from x = 37 on, where
    1 - sigmoid(x) rounds to 0.
    """
    z = np.exp(-np.abs(x))
    return z / (1 + z) ** 2


@elementwise()
def tanh(x):
    """Hyperbolic tangent, (exp(x) - exp(-x)) / (exp(x) + exp(-x)).

    Source: LeCun, Bottou, Orr, Muller 1998, "Efficient BackProp", section 4.4.

    x: real array of any shape, any range.
    Returns values in [-1, 1], 0 at 0. Raises ValueError for an array that does not hold real numbers.
    """
    return np.tanh(x)


@elementwise()
def tanh_grad(x):
    """Derivative of tanh, 1 - tanh(x)^2 = 4 sigmoid'(2x).

    x: real array of any shape, any range.
    Returns values in [0, 1], the maximum at 0. Raises ValueError for an array that does not hold real numbers.

    1 - tanh(x)^2 loses its digits as tanh(x) nears 1 (PyTorch returns 0 from x = 20 on); 4z / (1 + z)^2 with
    z = exp(-2|x|) keeps them.
    """
    z = np.exp(-2 * np.abs(x))
    return 4 * z / (1 + z) ** 2


@elementwise()
def relu(x):
    """Rectified linear unit, max(0, x).

    Source: Nair, Hinton 2010, "Rectified linear units improve restricted Boltzmann machines", ICML.

    x: real array of any shape, any range.
    Returns values in [0, inf]; -0.0 stays -0.0. Raises ValueError for an array that does not hold real numbers.
    """
    return np.maximum(0, x)


@elementwise()
def relu_grad(x):
    """Derivative of ReLU: 1 for x > 0, else 0.

    x: real array of any shape, any range.
    Returns 0 or 1. Raises ValueError for an array that does not hold real numbers.

    ReLU has no derivative at 0; as in PyTorch, 0 is returned there. NaN gives NaN, where PyTorch gives a number.
    """
    return np.sign(np.maximum(0, x))


@elementwise(negative_slope=number)
def leaky_relu(x, negative_slope=0.01):
    """Leaky ReLU: x for x > 0, else negative_slope * x.

    Source: Maas, Hannun, Ng 2013, "Rectifier nonlinearities improve neural network acoustic models", ICML workshop.

    x: real array of any shape, any range. negative_slope: a finite number, 0.01 in the paper.
    Returns an array of x's shape. Raises ValueError for a slope that is not finite, or an array that does not hold real
    numbers.
    """
    return np.maximum(0, x) + negative_slope * np.minimum(0, x)


@elementwise(negative_slope=number)
def leaky_relu_grad(x, negative_slope=0.01):
    """Derivative of Leaky ReLU: 1 for x > 0, else negative_slope.

    x: real array of any shape, any range. negative_slope: a finite number.
    Returns 1 or negative_slope. Raises ValueError for a slope that is not finite, or an array that does not hold real
    numbers.

    Leaky ReLU has no derivative at 0 unless the slope is 1; as in PyTorch, the slope is returned there. NaN gives NaN.
    """
    positive = np.sign(np.maximum(0, x))
    return positive + negative_slope * (1 - positive)


@elementwise(alpha=number)
def elu(x, alpha=1.0):
    """Exponential linear unit: x for x > 0, else alpha * (exp(x) - 1).

    Source: Clevert, Unterthiner, Hochreiter 2015, arXiv 1511.07289.

    x: real array of any shape, any range. alpha: a finite number; -alpha is the limit at -inf.
    Returns values in [-alpha, inf] for alpha > 0. Raises ValueError for an alpha that is not finite, or an array that
    does not hold real numbers.

    exp(x) - 1 is taken as expm1(x), which keeps its digits near 0.
    """
    return np.maximum(0, x) + alpha * np.expm1(np.minimum(0, x))


@elementwise(alpha=number)
def elu_grad(x, alpha=1.0):
    """Derivative of ELU: 1 for x > 0, else alpha * exp(x).

    x: real array of any shape, any range. alpha: a finite number.
    Returns values in [0, 1] for alpha = 1. Raises ValueError for an alpha that is not finite, or an array that does not
    hold real numbers.

    For alpha = 1 the derivative at 0 is 1 from both sides. For another alpha there is none; as in PyTorch, alpha is
    returned there. NaN gives NaN.
    """
    positive = np.sign(np.maximum(0, x))
    return positive + (1 - positive) * alpha * np.exp(np.minimum(0, x))


@elementwise(approximate=choice("none", "tanh"))
def gelu(x, approximate="none"):
    """Gaussian error linear unit, x * Phi(x).

    Source: Hendrycks, Gimpel 2016, arXiv 1606.08415.

    x: real array of any shape, any range. approximate: "none" for the exact form, "tanh" for the paper's
    0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
    Returns values from -0.17 up. Raises ValueError for any other approximate, or an array that does not hold real
    numbers.

    Phi is the standard normal distribution function. As erfc(-x / sqrt(2)) / 2 it keeps its digits for negative x,
    where 1 + erf cancels; in the same way (1 + tanh(u)) / 2 is taken as sigmoid(2u).
    """
    x = np.maximum(x, -1e100)  # -inf * 0 would be NaN
    if approximate == "tanh":
        u = np.sqrt(2 / np.pi) * x * (1 + 0.044715 * x * x)
        return x * sigmoid(2 * u)
    return x * erfc(-x / np.sqrt(2)) / 2


@elementwise(approximate=choice("none", "tanh"))
def gelu_grad(x, approximate="none"):
    """Derivative of GELU, Phi(x) + x phi(x), with phi the standard normal density.

    x: real array of any shape, any range. approximate: "none" or "tanh", the form that is differentiated.
    Returns values in [-0.13, 1.13]. Raises ValueError for any other approximate, or an array that does not hold real
    numbers.
    """
    x = np.clip(x, -40, 40)  # beyond, it is 0 or 1 to the last bit
    if approximate == "tanh":
        u = np.sqrt(2 / np.pi) * x * (1 + 0.044715 * x * x)
        du = np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * x * x)
        return sigmoid(2 * u) + x * sigmoid_grad(2 * u) * 2 * du
    phi = np.exp(-x * x / 2) / np.sqrt(2 * np.pi)
    return erfc(-x / np.sqrt(2)) / 2 + x * phi
