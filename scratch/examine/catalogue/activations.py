"""The activations' mistakes and variants: each a right side, or a derivative, other than the formula's."""

from __future__ import annotations

import numpy as np
import sympy
from sympy import Abs, Float, Max, Min, Piecewise, Rational, erf, exp, log, pi, sqrt, tanh

from scratch.activations import gelu_grad
from scratch.examine.base import Mistake, parts, row
from scratch.examine.changes import function_of
from scratch.examine.plain import text
from scratch.formulas import activations as formulas
from scratch.formulas import written

x, alpha = formulas.x, formulas.alpha
Phi, phi, sigma = formulas.Phi(x), formulas.phi(x), formulas.sigma
OPTION = {"leaky_relu": "negative_slope", "elu": "alpha"}


def _row(of, name, sentence, mend, wrong, anchor="bugs-people-write", variant=False, both=False, seen=""):
    """A row. wrong: a SymPy expression of x, or a function of x. both: whether GELU's other form is got wrong too."""
    block = of.replace("_grad", "")
    formula = getattr(formulas, block)
    wrong = written(wrong) if wrong is not None and wrong.__code__.co_argcount == 0 else wrong
    symbols = {OPTION.get(block, ""): alpha}
    if isinstance(wrong, sympy.Basic):
        made = function_of(wrong, formula, symbols)
        right, prime = (formula.textbook_derivative, "'") if of.endswith("_grad") else (formula.right, "")
        left = text(formula.left).replace("(", prime + "(", 1)
        pair = (f"{left} = {text(right)}", f"{left} = {text(wrong)}")
    else:
        made, pair = wrong, None

    def make(right):
        if not block.startswith("gelu"):
            return made
        return lambda x, approximate="none": (
            right(x, approximate="tanh") if approximate == "tanh" and not both else made(x)
        )

    page = f"{block.replace('_', '-')}-{anchor}"
    line = (lambda task: pair) if pair else None
    return Mistake(of, name, sentence, mend, page, make if wrong is not None else None, line, variant, seen)


def _u(cubic=lambda: Float("0.044715", 50) * x**3, root=lambda: sqrt(2 / pi)):
    return root() * (x + cubic())


def _tanh_form(u):
    return x / 2 * (1 + tanh(u))


def _nan_at_large(x, **_):
    x = np.asarray(x, float)
    with np.errstate(all="ignore"):
        return np.exp(x) / (1 + np.exp(x))


def _typeset_tanh(x, **_):
    x = np.asarray(x, float)
    with np.errstate(all="ignore"):
        return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


def _where(left, right=x):
    """Two sides that meet at 0."""
    return Piecewise((right, x > 0), (left, True))


_of = parts(_row)
ROWS = [
    *_of("sigmoid", "1 / (1 + exp(-x))",
        row("no-minus", "exp(x) stands where exp(-x) must: the curve falls from 1 to 0.", "", lambda: 1 / (1 + exp(x)),
            "derivation"),
        row("minus-in-the-denominator", "1 - exp(-x) stands in the denominator, which is 0 at x = 0.", "",
            lambda: 1 / (1 - exp(-x)), "derivation"),
        row("tanh-instead", "It is tanh, which goes from -1 to 1.", "", lambda: tanh(x), "exercise"),
        row("exp-over-one-plus-exp", "exp(x) / (1 + exp(x)) is infinity over infinity, NaN, from x = 710 on.",
            "1 / (1 + exp(-x)), or one form for each sign of x", _nan_at_large),
        row("no-one", "The 1 in the denominator is missing: it is exp(x), without a bound.", "", lambda: 1 / exp(-x),
            "derivation"),
        row("half-argument", "The slope at 0 is 1/8: x / 2 stands where x must.", "", lambda: 1 / (1 + exp(-x / 2)),
            "derivation"),
        row("hard-sigmoid-keras", "The hard sigmoid with slope 0.2, three straight lines.", "",
            lambda: Max(0, Min(1, x / 5 + Rational(1, 2))), "beside-pytorch", True),
        row("hard-sigmoid-pytorch", "The hard sigmoid of PyTorch with slope 1/6, three straight lines.", "",
            lambda: Max(0, Min(1, x / 6 + Rational(1, 2))), "beside-pytorch", True),
        row("log-sigmoid", "It is the sigmoid's logarithm.", "leave the logarithm out", lambda: -log(1 + exp(-x)),
            "where-it-fails", True)),
    *_of("sigmoid_grad", "s * (1 - s)",
        row("of-the-output", "The derivative is taken at the output, sigma'(sigma(x)), not at the input.",
            "call it with x", lambda: sigma(sigma(x)) * (1 - sigma(sigma(x)))),
        row("expects-the-output", "x (1 - x) is the derivative only where x is the sigmoid's output.",
            "s = sigmoid(x); s * (1 - s)", lambda: x * (1 - x)),
        row("no-second-factor", "The factor 1 - sigma(x) is missing: it is the sigmoid itself.", "", lambda: sigma(x),
            "derivation"),
        row("plus-for-minus", "The second factor is 1 + sigma(x) where it must be 1 - sigma(x).", "",
            lambda: sigma(x) * (1 + sigma(x)), "derivation"),
        row("tanh-s-derivative", "1 - s^2 is tanh's derivative; the sigmoid's is s (1 - s).", "",
            lambda: 1 - sigma(x) ** 2, "derivation")),
    *_of("tanh", "np.tanh(x)",
        row("infinity-over-infinity", "As it is typeset it is infinity over infinity, NaN, from x = 710 on.", "",
            _typeset_tanh),
        row("sigmoid-instead", "It is the sigmoid, which goes from 0 to 1.", "2 * sigmoid(2 * x) - 1",
            lambda: 1 / (1 + exp(-x)), "derivation"),
        row("half-argument", "2 sigma(x) - 1 is tanh(x / 2): the 2 before x is missing.", "2 * sigmoid(2 * x) - 1",
            lambda: tanh(x / 2), "derivation"),
        row("upside-down", "Numerator and denominator have changed places: it has a pole at 0.", "",
            lambda: (exp(x) + exp(-x)) / (exp(x) - exp(-x)), "formula"),
        row("no-denominator", "The division by the sum is missing: it is twice the hyperbolic sine.", "",
            lambda: exp(x) - exp(-x), "formula"),
        row("sinh", "It is sinh: cosh is missing below it.", "np.sinh(x) / np.cosh(x)", lambda: (exp(x) - exp(-x)) / 2,
            "formula"),
        row("mirrored", "The signs in the exponents have changed places: it falls.", "",
            lambda: (exp(-x) - exp(x)) / (exp(x) + exp(-x)), "formula"),
        row("scaled-lecun", "LeCun's scaled form 1.7159 tanh(2x / 3) of 1998.", "",
            lambda: Float("1.7159", 50) * tanh(2 * x / 3), "the-paper-s-claim", True),
        row("hard-tanh", "The hard tanh, x cut off at -1 and 1.", "", lambda: Max(-1, Min(1, x)), "beside-pytorch",
            True),
        row("softsign", "It is softsign, x / (1 + |x|), which nears its ends far more slowly.", "",
            lambda: x / (1 + Abs(x)), "beside-pytorch", True),
        row("arctangent", "It is the arctangent.", "", lambda: sympy.atan(x), "formula")),
    *_of("tanh_grad", "1 - np.tanh(x)**2",
        row("expects-the-output", "1 - x^2 is the derivative only where x is the tanh of the input.", "",
            lambda: 1 - x**2, "derivation"),
        row("no-square", "The square is missing: 1 - tanh(x) instead of 1 - tanh(x)^2.", "", lambda: 1 - tanh(x),
            "derivation"),
        row("of-the-output", "The derivative is taken at the output, not at the input.", "call it with x",
            lambda: 1 - tanh(tanh(x)) ** 2, "derivation"),
        row("plus-for-minus", "1 + tanh(x)^2 stands where 1 - tanh(x)^2 must.", "", lambda: 1 + tanh(x) ** 2,
            "derivation"),
        row("sigmoid-s-form", "t (1 - t) is made after the sigmoid's s (1 - s); tanh's is 1 - t^2.", "",
            lambda: tanh(x) * (1 - tanh(x)), "derivation"),
        row("sech-not-squared", "It is 1 / cosh(x); the derivative is its square.", "1 / np.cosh(x)**2",
            lambda: 2 / (exp(x) + exp(-x)), "derivation")),
    *_of("relu", "np.maximum(0, x)",
        row("in-place", "It sets the negatives to 0 in the caller's own array, which is still needed.", "", None,
            seen="writes"),
        row("absolute-value", "Negative numbers are turned, not cut: it is |x|.", "", lambda: Abs(x), "formula"),
        row("min-for-max", "The minimum stands where the maximum must: the negative half is kept.", "",
            lambda: Min(0, x), "formula"),
        row("one-for-x", "The positive side is 1, not x: it is the step, ReLU's derivative.", "",
            lambda: Piecewise((1, x > 0), (0, True)), "derivation"),
        row("threshold-at-one", "The kink lies at 1, not at 0.", "x > 0", lambda: Piecewise((x, x > 1), (0, True)),
            "formula"),
        row("identity", "Negative numbers pass unchanged: nothing is cut.", "", lambda: x, "formula"),
        row("relu6", "ReLU6, cut off at 6.", "", lambda: Min(6, Max(0, x)), "beside-pytorch", True),
        row("leaky", "It is Leaky ReLU with the slope 0.01.", "", lambda: Piecewise((x, x > 0), (x / 100, True)),
            "where-it-fails", True),
        row("softplus", "It is softplus, log(1 + exp(x)), the smooth form.", "",
            lambda: Max(0, x) + log(1 + exp(-Abs(x))), "beside-pytorch", True)),
    *_of("relu_grad", "(x > 0).astype(float)",
        row("one-at-zero", "At exactly 0 the slope is 1. There is no derivative at the kink; the block and PyTorch "
            "take 0.", "x > 0", lambda: Piecewise((1, x >= 0), (0, True)), "derivation", True),
        row("half-at-zero", "At exactly 0 the slope is 1/2. There is no derivative at the kink; the block and PyTorch "
            "take 0.", "x > 0", lambda: Piecewise((1, x > 0), (Rational(1, 2), x >= 0), (0, True)), "derivation", True),
        row("relu-again", "It is x where x > 0: ReLU itself, not its derivative, which is 1 there.", "",
            lambda: Max(0, x), "derivation"),
        row("no-mask", "It is 1 everywhere: what was negative on the way there passes gradient on the way back.", "",
            lambda: 1 + 0 * x, "derivation"),
        row("sign", "It is the sign of x: -1 on the left, where it must be 0.", "", lambda: sympy.sign(x),
            "derivation"),
        row("mirrored", "The mask is x < 0 where it must be x > 0.", "", lambda: Piecewise((1, x < 0), (0, True)),
            "derivation")),
    *_of("leaky_relu", "np.where(x > 0, x, slope * x)",
        row("maximum-form", "max(x, slope x) is the same for slopes up to 1 only.", "", lambda: Max(x, alpha * x)),
        row("sides-exchanged", "The slope multiplies the positive side.", "", lambda: _where(x, alpha * x), "formula"),
        row("minus-on-the-left", "The left side is -slope x, positive for negative x.", "", lambda: _where(-alpha * x),
            "formula"),
        row("constant-on-the-left", "The left side is the slope itself, a constant: x is missing.", "",
            lambda: _where(alpha), "formula"),
        row("slope-on-both-sides", "The slope multiplies both sides: it is a straight line.", "", lambda: alpha * x,
            "formula"),
        row("divides-by-the-slope", "The left side is x / slope. Some papers write the slope as 1/a.", "",
            lambda: _where(x / alpha), "formula"),
        row("relu-plus-slope", "slope x is added on both sides: right of 0 it grows as 1 + slope.", "",
            lambda: Max(0, x) + alpha * x, "formula"),
        row("relu", "The left side is 0: it is ReLU.", "", lambda: Max(0, x), "formula")),
    *_of("leaky_relu_grad", "np.where(x > 0, 1, slope)",
        row("one-at-zero", "At exactly 0 the slope is 1. There is no derivative at the kink; the block and PyTorch "
            "take the slope of the left.", "x > 0", lambda: Piecewise((1, x >= 0), (alpha, True)), "derivation", True),
        row("slope-times-x", "The left side is slope x, the function's value; its derivative is the slope.", "",
            lambda: _where(alpha * x, 1), "derivation"),
        row("zero-on-the-left", "The left side is 0, as ReLU's: the leak has no gradient.", "", lambda: _where(0, 1),
            "derivation"),
        row("sides-exchanged", "The two slopes have changed places.", "", lambda: _where(1, alpha), "derivation")),
    *_of("elu", "alpha * (exp(x) - 1)",
        row("no-minus-one", "alpha exp(x) on the left: the -1 is missing, and the curve jumps at 0.", "",
            lambda: _where(alpha * exp(x)), "formula"),
        row("alpha-on-exp-only", "alpha exp(x) - 1: alpha must multiply the bracket (exp(x) - 1).", "",
            lambda: _where(alpha * exp(x) - 1), "formula"),
        row("alpha-in-the-exponent", "exp(alpha x) - 1: alpha stands in the exponent, where it must multiply.", "",
            lambda: _where(exp(alpha * x) - 1), "formula"),
        row("alpha-on-both-sides", "alpha multiplies the positive side as well.", "np.where(x > 0, x, ...)",
            lambda: _where(alpha * (exp(x) - 1), alpha * x), "formula"),
        row("sign-turned", "1 - exp(x) stands where exp(x) - 1 must: the left side is positive.", "",
            lambda: _where(alpha * (1 - exp(x))), "formula"),
        row("minus-in-the-exponent", "exp(-x) on the left grows without bound.", "",
            lambda: _where(alpha * (exp(-x) - 1)), "formula"),
        row("selu", "It is SELU: ELU with alpha 1.6733, times 1.0507.", "leave the scale out",
            lambda: Float("1.0507009873554805", 50) * _where(Float("1.6732632423543772", 50) * (exp(x) - 1)),
            "beside-pytorch", True),
        row("celu", "It is CELU, alpha (exp(x / alpha) - 1), whose slope at 0 is 1 for every alpha.", "",
            lambda: _where(alpha * (exp(x / alpha) - 1)), "where-it-fails", True)),
    *_of("elu_grad", "alpha * exp(x)",
        row("value-on-the-left", "The left side is alpha (exp(x) - 1), the function itself; its derivative is alpha "
            "exp(x).", "", lambda: _where(alpha * (exp(x) - 1), 1), "derivation"),
        row("alpha-on-the-left", "The left side is alpha, Leaky ReLU's derivative.", "", lambda: _where(alpha, 1),
            "derivation"),
        row("one-at-zero", "At exactly 0 the slope is 1; for an alpha other than 1 there is none, and the block and "
            "PyTorch take alpha.", "x > 0", lambda: Piecewise((1, x >= 0), (alpha * exp(x), True)), "derivation", True),
        row("plus-one-for-plus-alpha", "f(x) + 1 stands where f(x) + alpha must; the same for alpha = 1 only.",
            "f + alpha", lambda: _where(alpha * (exp(x) - 1) + 1, 1), "derivation"),
        row("x-on-the-right", "The right side is x: the function itself, where the derivative is 1.",
            "np.where(x > 0, 1, ...)", lambda: _where(alpha * exp(x)), "derivation")),
    *_of("gelu", "x * (1 + erf(x / sqrt(2))) / 2",
        row("tanh-form", "It is the tanh form, approximate=\"tanh\"; the exact form is the default. Trained with one "
            "and served with the other is a silent mismatch.", "", lambda: _tanh_form(_u()), variant=True),
        row("sigmoid-form", "It is the paper's quick form x sigma(1.702 x), off by up to 0.02.", "",
            lambda: x / (1 + exp(-Float("1.702", 50) * x)), "formula", True, both=True),
        row("silu", "It is SiLU (Swish), x sigma(x): 1.702 in the exponent would make it GELU's quick form.", "",
            lambda: x / (1 + exp(-x)), "formula", True, both=True),
        row("no-half", "The factor 1/2 is missing: for large x it is 2x.", "", lambda: x * (1 + erf(x / sqrt(2))),
            "formula"),
        row("no-root-of-two", "erf(x) stands where erf(x / sqrt(2)) must.", "erf(x / sqrt(2))",
            lambda: x * Rational(1, 2) * (1 + erf(x)), "formula"),
        row("two-for-its-root", "erf(x / 2) stands where erf(x / sqrt(2)) must.", "erf(x / sqrt(2))",
            lambda: x * Rational(1, 2) * (1 + erf(x / 2)), "formula"),
        row("no-x", "The factor x is missing: it is the distribution function itself.", "x * Phi(x)", lambda: Phi,
            "formula"),
        row("density-for-distribution", "The density stands where the distribution function must.", "x * Phi(x)",
            lambda: x * phi, "formula"),
        row("x-squared-for-x-cubed", "The tanh form has x^3; here it is x^2.", "x + 0.044715 * x**3",
            lambda: _tanh_form(_u(lambda: Float("0.044715", 50) * x**2)), both=True),
        row("constant-ten-times", "The tanh form's constant is 0.044715; here it is 0.44715.", "0.044715",
            lambda: _tanh_form(_u(lambda: Float("0.44715", 50) * x**3)), both=True),
        row("no-root-in-tanh-form", "2/pi stands where its root must, in the tanh form.", "sqrt(2 / pi)",
            lambda: _tanh_form(_u(root=lambda: 2 / pi)), both=True),
        row("no-cubic-term", "The tanh form without its cubic term.", "x + 0.044715 * x**3",
            lambda: _tanh_form(sqrt(2 / pi) * x), both=True),
        row("root-over-x-only", "The cubic term stands outside sqrt(2/pi) ( ... ), in the tanh form.",
            "sqrt(2 / pi) * (x + 0.044715 * x**3)", lambda: _tanh_form(sqrt(2 / pi) * x + Float("0.044715", 50) * x**3),
            both=True)),
    *_of("gelu_grad", "Phi(x) + x * phi(x)",
        row("half-too-many", "A second factor 1/2 stands before the density: at -1 the slope has the wrong sign.", "",
            lambda: Phi + x * phi / 2),
        row("no-density-term", "x phi(x) is missing: Phi(x) alone forgets that Phi depends on x, too.", "", lambda: Phi,
            "derivation"),
        row("density-not-normed", "The density is exp(-x^2 / 2) without 1 / sqrt(2 pi).",
            "exp(-x**2 / 2) / sqrt(2 * pi)", lambda: Phi + x * exp(-(x**2) / 2), "derivation"),
        row("no-x-before-density", "phi(x) stands where x phi(x) must.", "", lambda: Phi + phi, "derivation"),
        row("no-half-in-exponent", "The density's exponent is -x^2, where it must be -x^2 / 2.",
            "exp(-x**2 / 2) / sqrt(2 * pi)", lambda: Phi + x * exp(-(x**2)) / sqrt(2 * pi), "derivation"),
        row("minus-for-plus", "x phi(x) is subtracted where it must be added.", "", lambda: Phi - x * phi,
            "derivation"),
        row("tanh-form", "It is the derivative of the tanh form; the exact form is the default.", "",
            lambda x, **_: gelu_grad(x, approximate="tanh"), variant=True)),
]  # fmt: skip
