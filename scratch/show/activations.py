"""What the activations page computes: its tables and figures."""

from functools import cache

import numpy as np
import sympy
from scipy.special import erf
from sympy import Derivative, exp
from sympy import UnevaluatedExpr as whole

from scratch import activations
from scratch.activations import (
    elu,
    elu_grad,
    gelu,
    gelu_grad,
    leaky_relu,
    relu,
    relu_grad,
    sigmoid,
    sigmoid_grad,
    tanh_grad,
)
from scratch.evidence import recorded as load
from scratch.evidence.accuracy import condition, ulp_errors
from scratch.formulas import activations as formulas
from scratch.formulas import derivative, latex, prove, written
from scratch.show.figure import figure, panel, thumbnail
from scratch.show.formula import derivation
from scratch.show.mathml import display
from scratch.show.page import let
from scratch.show.table import number, table
from scratch.show.words import words

word = words("activations")
KINKED = {"relu", "leaky_relu"}
NAMES = {"sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "ReLU", "leaky_relu": "Leaky ReLU", "elu": "ELU", "gelu": "GELU"}


def _pair(name):
    return getattr(activations, name), getattr(activations, f"{name}_grad")


def facts():
    """Name the numbers that the page's sentences use."""
    recorded = load("activations")
    x = np.arange(1.0, 1000.0)
    tail = np.arange(-9.0, -8.0, 0.01)
    far = -np.arange(1.0, 100.0)
    let(
        torch=str(recorded["version"]),
        points=str(recorded["x/float64"].size),
        guessing=number(np.log(10)),
        sigmoid_is_one=f"{x[np.argmax(sigmoid(x) == 1)]:.0f}",
        exp_overflows=f"{np.ceil(np.log(np.finfo(float).max)):.0f}",
        tanh_left=number(100 * tanh_grad(4.0) / tanh_grad(0.0), 2),
        sigmoid_left=number(100 * sigmoid_grad(4.0) / sigmoid_grad(0.0), 2),
        gelu_is_zero=number(tail[1 + erf(tail / np.sqrt(2)) == 0].max()),
        normal_cdf=number(gelu(1.0), 4),
        normal_density=number(gelu_grad(1.0) - gelu(1.0), 4),
        gelu_slope=number(gelu_grad(1.0), 5),
        gelu_reach=number(far[gelu(far) < 0].min()),
        gelu_tanh_reach=number(far[gelu(far, approximate="tanh") < 0].min()),
        worth=number(_worth(), 4),
        torch_sigmoid_grad_zero=number(recorded["vanishing/sigmoid_grad"]),
        torch_tanh_grad_zero=number(recorded["vanishing/tanh_grad"]),
        torch_gelu_zero=number(recorded["vanishing/gelu/float64"]),
        torch_gelu_tanh_zero=number(recorded["vanishing/gelu_tanh/float64"]),
        torch_gelu_zero_32=number(recorded["vanishing/gelu/float32"]),
        torch_gelu_tanh_zero_32=number(recorded["vanishing/gelu_tanh/float32"]),
    )


def _worth():
    """How many ULP of GELU one ULP of x is worth, at most, on the recorded points."""
    x = load("activations")["x/float64"]
    return max(condition(formulas.gelu, v) for v in x[(x > -38) & (x < 0)])


def comparison():
    """The table at the top: what each activation does, computed on dense grids."""
    rows = [
        [f'<a href="#{name.replace("_", "-")}">{title}</a>', *_properties(*_pair(name))]
        for name, title in NAMES.items()
    ]
    head = ["", "f(x)", "E[f(z)]", "f′(x)", "f′(0<sup>−</sup>) → f′(0<sup>+</sup>)", "f′(−4)", "f′(4)"]
    return table(head, rows, word("comparison"))


def _properties(function, gradient):
    x = np.concatenate([np.linspace(-60, 60, 240001), [-1e4, 1e4]])
    y, slope = function(x), gradient(x)
    z = np.linspace(-12, 12, 240001)  # a kink at 0 lies on the grid
    mean = np.trapezoid(function(z) * np.exp(-(z**2) / 2), z) / np.sqrt(2 * np.pi)
    left, right = gradient(np.array([-1e-12, 1e-12]))
    at_zero = number(left) if np.isclose(left, right) else f"{number(left)} → {number(right)}"
    return [
        _interval(y),
        number(round(mean, 3)),
        _interval(slope),
        at_zero,
        number(gradient(-4.0)),
        number(gradient(4.0)),
    ]


def _interval(values):
    return " … ".join(
        f"{'−' if v < 0 else ''}∞" if abs(v) > 60 else number(round(float(v), 4)) for v in (min(values), max(values))
    )


def overlay():
    """All functions in one panel, all derivatives in the other."""
    x = np.linspace(-4, 4, 401)
    (left, values), (right, slopes) = panel(3.4, 2.9), panel(3.4, 2.9)
    for name, title in NAMES.items():
        function, gradient = _pair(name)
        values.plot(x, function(x), label=title)
        slopes.plot(x, np.where(np.isin(x, 0) & (name in KINKED), np.nan, gradient(x)), label=title)
    values.set(xlabel="x", title="f(x)", ylim=(-1.3, 4))
    slopes.set(xlabel="x", title="f′(x)", ylim=(-0.25, 1.25))
    values.legend()
    return figure([left, right], word("overlay"))


def accuracy():
    """The largest error of each function beside PyTorch's on the same points, in ULP."""
    rows = []
    for name in (*NAMES, "gelu_tanh"):
        for of_gradient in (False, True):
            cells = [error for dtype in ("float64", "float32") for error in _errors(name, of_gradient, dtype)]
            rows.append([f"{name}{'_grad' if of_gradient else ''}", *map(number, cells)])
    head = ["", "Scratch float64", "PyTorch float64", "Scratch float32", "PyTorch float32"]
    return table(head, rows, word("accuracy"))


@cache
def _errors(name, of_gradient, dtype):
    recorded = load("activations")
    x = recorded[f"x/{dtype}"]
    formula = getattr(formulas, name)
    exact = [(formula.gradient if of_gradient else formula.value)(v) for v in x]
    block = getattr(activations, name.replace("_tanh", "") + ("_grad" if of_gradient else ""))
    ours = block(x, **({"approximate": "tanh"} if name == "gelu_tanh" else {}))
    theirs = recorded[f"{name}{'_grad' if of_gradient else ''}/{dtype}"]
    return np.max(ulp_errors(ours, exact)), np.max(ulp_errors(theirs, exact))


def thumbnails():
    """(anchor, title, picture) of each block, for the overview."""
    x = np.linspace(-4, 4, 81)
    pictures = []
    for name, title in NAMES.items():
        drawing, axes = thumbnail()
        axes.plot(x, _pair(name)[0](x))
        pictures.append((name.replace("_", "-"), title, drawing))
    return pictures


def curve(name, reach=6.0):
    """A function and its derivative, and what the figure's caption says about them."""
    function, gradient = _pair(name)
    drawing, axes = panel(4.0, 2.6)
    x = np.linspace(-reach, reach, 601)
    axes.plot(x, function(x), label="f(x)")
    axes.plot(x, gradient(x), label="f′(x)")
    axes.set_xlabel("x")
    axes.legend()
    return figure(drawing, word(f"{name}_curve", **_FACTS[name]()))


def sigmoid_derivation():
    """The sigmoid's derivative, step by step."""
    x, sigma = formulas.x, formulas.sigma
    steps = written(
        lambda: (
            exp(-x) / (1 + exp(-x)) ** 2,
            whole(1 / (1 + exp(-x))) * whole(exp(-x) / (1 + exp(-x))),
            whole(1 / (1 + exp(-x))) * (1 - 1 / (1 + exp(-x))),
            sigma(x) * (1 - sigma(x)),
        )
    )
    return derivation(Derivative(sigma(x), x), *steps, definitions=formulas.sigmoid.definitions)


def tanh_derivation():
    """Tanh's derivative, step by step, and as the code has it."""
    x = formulas.x
    s, c = written(lambda: (exp(x) - exp(-x), exp(x) + exp(-x)))
    steps = written(lambda: ((c * c - s * s) / c**2, 1 - (s / c) ** 2, 1 - sympy.tanh(x) ** 2))
    prove(derivative(formulas.tanh.right, x), 4 * derivative(formulas.sigmoid.right, x).subs(x, 2 * x))
    return derivation(Derivative(sympy.tanh(x), x), *steps)


def relu_limits():
    """The one-sided limits of ReLU's difference quotient at 0."""
    h = sympy.Symbol("h")
    rows = []
    for side in "-+":
        quotient = written(lambda: sympy.Max(0, h) / h)
        value = sympy.limit(sympy.Max(0, h) / h, h, 0, side)
        if value != (side == "+"):
            raise AssertionError(f"the limit of {quotient} from the side {side} is {value}")
        rows.append(f"{latex(sympy.Limit(quotient, h, 0, side))} &= {latex(value)}")
    return display(r"\begin{aligned} " + r" \\ ".join(rows) + r" \end{aligned}")


def leaky_relu_derivation():
    """Leaky ReLU's cases as one sum."""
    x, alpha = formulas.x, formulas.alpha
    total = written(lambda: sympy.Max(0, x) + alpha * sympy.Min(0, x))
    prove(formulas.leaky_relu.right, total.doit().rewrite(sympy.Piecewise))
    return display(f"{latex(formulas.leaky_relu.right)} = {latex(total)}")


def elu_derivation():
    """ELU's derivative on the left of 0 from its output."""
    x, alpha = formulas.x, formulas.alpha
    left = written(lambda: alpha * (exp(x) - 1))
    steps = written(lambda: (alpha * exp(x), left + alpha))
    return derivation(Derivative(left, x), *steps)


def gelu_derivation():
    """GELU's derivative, and that of the distribution function."""
    x, Phi, phi = formulas.x, formulas.Phi, formulas.phi
    density = derivation(Derivative(Phi(x), x), phi(x), definitions=formulas.normal)
    steps = written(lambda: (Phi(x) + x * Derivative(Phi(x), x), Phi(x) + x * phi(x)))
    return density + derivation(Derivative(x * Phi(x), x), *steps, definitions=formulas.normal)


def _sigmoid_facts():
    return {"peak": number(sigmoid_grad(0.0)), "far": number(100 * sigmoid_grad(6.0) / sigmoid_grad(0.0), 2)}


def _tanh_facts():
    return {
        "peak": number(tanh_grad(0.0)),
        "far": number(tanh_grad(6.0), 2),
        "times": number(tanh_grad(0.0) / sigmoid_grad(0.0)),
    }


_FACTS = {"sigmoid": _sigmoid_facts, "tanh": _tanh_facts}


def relu_curve():
    """ReLU and its derivative, drawn with the gap at 0."""
    drawing, axes = panel(4.0, 2.6)
    x = np.array([-3.0, 0.0, 3.0])
    axes.plot(x, relu(x), label="f(x)")
    axes.plot([-3, 0], relu_grad(np.array([-3.0, 0.0])), color="#c25b00", linestyle="--", label="f′(x)")
    axes.plot([0, 3], relu_grad(np.array([1.0, 3.0])), color="#c25b00", linestyle="--")
    axes.plot([0], relu_grad(np.array([0.0])), marker="o", color="#c25b00", linestyle="none")
    axes.plot([0], [1], marker="o", color="#c25b00", markerfacecolor="none", linestyle="none")
    axes.set_xlabel("x")
    axes.legend()
    return figure(drawing, word("relu_curve"))


def leaky_relu_curve():
    """Leaky ReLU with three slopes."""
    drawing, axes = panel(4.0, 2.6)
    x = np.array([-4.0, 0.0, 2.0])
    for slope in (0.01, 0.1, 0.3):
        axes.plot(x, leaky_relu(x, negative_slope=slope), label=f"α = {slope}")
    axes.set_xlabel("x")
    axes.legend()
    return figure(drawing, word("leaky_relu_curve"))


def elu_curve():
    """ELU with three values of alpha, and the derivatives, which jump at 0 unless alpha is 1."""
    (left, values), (right, slopes) = panel(3.4, 2.6), panel(3.4, 2.6)
    for alpha in (0.5, 1.0, 2.0):
        below, above = np.linspace(-4, 0, 200), np.linspace(1e-9, 2, 100)
        x = np.concatenate([below, above])
        values.plot(x, elu(x, alpha=alpha), label=f"α = {alpha:g}")
        slopes.plot(x, elu_grad(x, alpha=alpha), label=f"α = {alpha:g}")
    values.set(xlabel="x", title="f(x)")
    slopes.set(xlabel="x", title="f′(x)")
    values.legend()
    return figure([left, right], word("elu_curve"))


def gelu_curve():
    """GELU and its derivative; beside them what its two approximations are off by."""
    (left, values), (right, errors) = panel(3.4, 2.6), panel(3.4, 2.6)
    x = np.linspace(-5, 5, 2001)
    values.plot(x, gelu(x), label="f(x)")
    values.plot(x, gelu_grad(x), label="f′(x)")
    values.set(xlabel="x", ylim=(-0.4, 3))
    values.legend()
    off_tanh, off_sigmoid = (gelu(x, approximate="tanh") - gelu(x), x * sigmoid(1.702 * x) - gelu(x))
    errors.plot(x, np.abs(off_tanh), label="tanh")
    errors.plot(x, np.abs(off_sigmoid), label="x σ(1.702 x)")
    errors.set(xlabel="x", yscale="log", ylim=(1e-7, 3), title="|Δf|")
    errors.legend(loc="upper center", ncols=2)
    worst = {
        "tanh_error": number(np.max(np.abs(off_tanh)), 2),
        "tanh_at": number(abs(x[np.argmax(np.abs(off_tanh))])),
        "sigmoid_error": number(np.max(np.abs(off_sigmoid)), 2),
        "sigmoid_at": number(abs(x[np.argmax(np.abs(off_sigmoid))])),
        "minimum": number(gelu(x).min(), 4),
        "lowest": number(x[np.argmin(gelu(x))], 3),
    }
    return figure([left, right], word("gelu_curve", **worst))
