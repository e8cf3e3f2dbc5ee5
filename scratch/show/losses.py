"""What the losses page computes: its tables, figures, derivations and checks."""

import html
import json

import numpy as np
import sympy
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sympy import Derivative, KroneckerDelta, Sum, Symbol, exp, log, pi, sqrt
from sympy import UnevaluatedExpr as whole

from scratch import losses
from scratch.activations import sigmoid, sigmoid_grad
from scratch.evidence import recorded as load
from scratch.evidence.accuracy import ulp_errors
from scratch.formulas import derivative, evaluate, latex, prove, written
from scratch.formulas import losses as formulas
from scratch.mlp import MLP
from scratch.optimizers import SGD
from scratch.show.check import checked
from scratch.show.figure import figure, panel, thumbnail
from scratch.show.formula import derivation
from scratch.show.mathml import display
from scratch.show.page import let
from scratch.show.table import number, table
from scratch.show.words import words

word = words("losses")
NAMES = {"mse": "MSE", "mae": "MAE", "huber": "Huber, Smooth L1", "bce": "BCE", "cross-entropy": "Cross Entropy"}
SKEWED = np.random.default_rng(0).lognormal(size=2001)


def facts():
    """Name the numbers that the page's sentences use."""
    floor = np.log(1e12)  # where p (1 - p) reaches the 1e-12 in BCE's gradient
    before, after = _bce(np.array([floor - 0.5, floor + 2.5]))[1]
    assert abs(before - 1) < 1e-3
    assert after < 0.1
    return let(
        torch=str(load("activations")["version"]),
        is_one_64=number(_sigmoid_is_one(np.float64)),
        is_one_32=number(_sigmoid_is_one(np.float32)),
        floor_at=number(floor),
        once_capped=number(-np.log(1e-12)),
    )


def _sigmoid_is_one(dtype):
    """The logit from which on BCE of a sigmoid says 100, whatever the logit."""
    first = minimiser(lambda x: (sigmoid(dtype(x)) == 1) - 0.5, 1.0, 100.0)
    x = np.array([first - 0.01, first + 0.01, 2 * first, 1e6], dtype)
    loss = losses.binary_cross_entropy(sigmoid(x), np.zeros(4), reduction="none")
    assert loss[0] < 100
    assert np.all(loss[1:] == 100)
    return first


# The blocks as functions of one number


def _mse(d):
    return losses.mse_loss(d, np.zeros_like(d), reduction="none"), losses.mse_loss_grad(
        d, np.zeros_like(d), reduction="sum"
    )


def _mae(d):
    return losses.l1_loss(d, np.zeros_like(d), reduction="none"), losses.l1_loss_grad(
        d, np.zeros_like(d), reduction="sum"
    )


def _huber(d, delta=1.0):
    options = {"delta": delta, "reduction": "none"}
    return losses.huber_loss(d, np.zeros_like(d), **options), losses.huber_loss_grad(d, np.zeros_like(d), **options)


def _smooth_l1(d, beta=1.0):
    options = {"beta": beta, "reduction": "none"}
    return losses.smooth_l1_loss(d, np.zeros_like(d), **options), losses.smooth_l1_loss_grad(
        d, np.zeros_like(d), **options
    )


def _bce(x):
    """Target 0, by the logit x: how far it is on the wrong side."""
    p, y = sigmoid(x), np.zeros_like(x)
    loss = losses.binary_cross_entropy(p, y, reduction="none")
    return loss, losses.binary_cross_entropy_grad(p, y, reduction="sum") * sigmoid_grad(x)


def _cross_entropy(x):
    """Logits (0, x), target 0."""
    logits, target = (np.stack([np.zeros_like(x), x], axis=-1), np.zeros(np.shape(x), int))
    loss = losses.cross_entropy(logits, target, reduction="none")
    return loss, losses.cross_entropy_grad(logits, target, reduction="sum")[..., 1]


CURVES = {"mse": _mse, "mae": _mae, "huber": _huber, "bce": _bce, "cross-entropy": _cross_entropy}


def minimiser(gradient, low, high):
    """Where a gradient that rises crosses 0, by bisection."""
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (low, middle) if gradient(middle) > 0 else (middle, high)
    return middle


def best_constant(gradient, y, **options):
    """The constant prediction of smallest loss, found with the block's gradient alone."""
    return minimiser(lambda c: np.sum(gradient(np.full_like(y, c), y, **options)), np.min(y), np.max(y))


def comparison():
    """The table at the top: loss and gradient of a small and a large error, and the best constant for skewed data."""
    labels = (SKEWED > 2).astype(float)
    best = {
        "mse": best_constant(losses.mse_loss_grad, SKEWED),
        "mae": best_constant(losses.l1_loss_grad, SKEWED),
        "huber": best_constant(losses.huber_loss_grad, SKEWED),
        "bce": best_constant(losses.binary_cross_entropy_grad, labels),
        "cross-entropy": _share_by_cross_entropy(labels),
    }
    facts = {"mean": np.mean(SKEWED), "median": np.median(SKEWED), "share": np.mean(labels)}
    for name, value in (("mse", "mean"), ("mae", "median"), ("bce", "share"), ("cross-entropy", "share")):
        np.testing.assert_allclose(best[name], facts[value], rtol=1e-3)
    rows = []
    for name, title in NAMES.items():
        loss, slope = CURVES[name](np.array([-10.0, 0.1, 10.0]))
        cells = [
            number(loss[1]),
            number(loss[2]),
            number(loss[0]),
            number(slope[1]),
            number(slope[2]),
            number(best[name]),
        ]
        rows.append([f'<a href="#{name}">{title}</a>', *cells])
    head = ["", "L(0.1)", "L(10)", "L(−10)", "L′(0.1)", "L′(10)", word("best")]
    return table(head, rows, word("comparison", **{name: number(value) for name, value in facts.items()}))


def _share_by_cross_entropy(labels):
    def gradient(x):
        logits = np.stack([np.zeros_like(labels), np.full_like(labels, x)], axis=1)
        return losses.cross_entropy_grad(logits, labels.astype(int))[:, 1].sum()

    return sigmoid(minimiser(gradient, -10.0, 10.0))


def overlay():
    """The regression losses and their gradients against the residual, and BCE against the logit."""
    d = np.linspace(-3, 3, 301)
    (left, values), (right, slopes) = panel(3.4, 2.9), panel(3.4, 2.9)
    curves = {
        "MSE": _mse(d),
        "MAE": _mae(d),
        "Huber, δ = 1": _huber(d),
        "Smooth L1, β = 0.5": _smooth_l1(d, beta=0.5),
        "BCE": _bce(d),
    }
    for name, (loss, slope) in curves.items():
        values.plot(d, loss, label=name)
        slopes.plot(d, slope, label=name)
    values.set(xlabel="d", title="(a) L(d)", ylim=(-0.2, 6.4))
    slopes.set(xlabel="d", title="(b) L′(d)", ylim=(-2.2, 2.2))
    values.legend(loc="upper center")
    return figure([left, right], word("overlay"))


def thumbnails():
    """(anchor, title, picture) of each block, for the overview."""
    d, pictures = np.linspace(-3, 3, 121), []
    for name, title in NAMES.items():
        drawing, axes = thumbnail()
        axes.plot(d, CURVES[name](d)[0])
        axes.set_ylim(-0.2, 4)
        pictures.append((name, title, drawing))
    return pictures


# Checks against the formulas

_WEIGHT, _FIVE = [0.5, 2.0, 0.0, 1.5], [1.0, 0.25, 3.0, 0.0, 2.0]
CHECKS = {  # formula, formula of the gradient if it is not the derivative, inputs, options of the block, symbols
    "mse_loss": [(formulas.mse_loss, None, "residuals", {}, {})],
    "l1_loss": [(formulas.l1_loss, None, "residuals", {}, {})],
    "smooth_l1_loss": [
        (formulas.smooth_l1_loss, None, "residuals", {}, {}),
        (formulas.smooth_l1_loss, None, "residuals", {"beta": 0.3}, {"beta": 0.3}),
        (formulas.l1_loss, None, "residuals", {"beta": 0}, {}),
    ],
    "huber_loss": [
        (formulas.huber_loss, None, "residuals", {}, {}),
        (formulas.huber_loss, None, "residuals", {"delta": 2.5}, {"delta": 2.5}),
    ],
    "binary_cross_entropy": [
        (formulas.binary_cross_entropy, None, "inside", {}, {"w": [1] * 5}),
        (formulas.binary_cross_entropy, None, "inside", {"weight": _FIVE}, {"w": _FIVE}),
        (formulas.binary_cross_entropy_held, formulas.binary_cross_entropy_held_grad, "edges", {}, {"w": [1] * 5}),
    ],
    "cross_entropy": [
        (formulas.cross_entropy, None, "classes", {}, {"w": [1] * 4}),
        (
            formulas.cross_entropy,
            None,
            "classes",
            {"weight": _WEIGHT, "label_smoothing": 0.25},
            {"w": _WEIGHT, "varepsilon": 0.25},
        ),
        (formulas.cross_entropy_probabilities, None, "soft", {}, {"w": [1] * 4}),
        (
            formulas.cross_entropy_probabilities,
            None,
            "soft",
            {"weight": _WEIGHT, "label_smoothing": 0.25},
            {"w": _WEIGHT, "varepsilon": 0.25},
        ),
    ],
}


def _batches(inputs, dtype):
    """First argument and target: near 0 and far from it, at both sides of every threshold, and on it."""
    rng = np.random.default_rng(0)
    if inputs == "residuals":
        wide = np.exp(rng.uniform(np.log(1e-3), np.log(100), 6))
        residuals = np.concatenate([wide, -wide, [0, 0.3, -0.3, 1, -1, 2.5, -2.5, 4]])
        target = np.round(rng.normal(size=residuals.size), 1)
        yield (target + residuals).astype(dtype), target.astype(dtype)
    elif inputs == "inside":
        yield (np.array([1e-7, 0.3, 0.5, 0.999, 0.25], dtype), np.array([1, 0, 0.3, 1, 0.75], dtype))
    elif inputs == "edges":
        yield np.array([0, 0, 1, 1, 1e-60], dtype), np.array([1, 0, 0.3, 0, 1], dtype)
        yield (np.array([1, 0, 1e-43, 1e-12, 5e-13], dtype), np.array([1, 0.3, 0, 0.5, 0], dtype))
    else:
        x = np.concatenate([rng.normal(size=(4, 4)) * [[1], [3], [20], [1]], [[36, 0, 1, -2]]]).astype(dtype)
        soft = np.round(rng.dirichlet(np.ones(4), 5), 3).astype(dtype)
        yield x, np.array([0, 1, 3, 3, 0]) if inputs == "classes" else soft


def check(name, allowed=5.0):
    """Compare a loss and its gradient, for each set of options, with its formula at 50 digits.

    allowed: the error in ULP, for logits in ULP of the largest element of the result.
    """
    lines = []
    for formula, gradient_formula, inputs, options, symbols in CHECKS[name]:
        worst, count = 0.0, 0
        for side, dtype in ((side, dtype) for side in ("", "_grad") for dtype in (np.float64, np.float32)):
            for first, target in _batches(inputs, dtype):
                computed = getattr(losses, f"{name}{side}")(first, target, **options)
                exact = _exact(formula, gradient_formula, side, first, target, symbols)
                worst, count = (max(worst, _error(computed, exact, first.ndim == 2)), count + computed.size)
        arguments = ", ".join([word(inputs), *(f"{key}={value!r}" for key, value in options.items())])
        kind = {"soft": word("as_probabilities"), "edges": word("at_edges")}.get(inputs, "")
        what = word("with_gradient", call=html.escape(f"{name}({arguments})"), kind=kind)
        unit = "ulp" if first.ndim == 1 else "ulp_of_largest"
        lines.append(checked(what, count, worst, allowed, unit=unit, word=word))
    return "".join(lines)


def _exact(formula, gradient_formula, side, first, target, symbols):
    if first.ndim == 1:
        named = {"y": target, "n": len(first), **symbols}
    else:
        given = {"y": target + 1} if target.ndim == 1 else {"q": target}
        named = {**given, "N": first.shape[0], "C": first.shape[1], **symbols}
    if not side:
        return np.array(formula.value(first, **named), dtype=object)
    if gradient_formula is None:
        return formula.gradient(first, **named)
    return np.array([gradient_formula.value(first, **named, j=j) for j in range(1, len(first) + 1)], dtype=object)


def _error(computed, exact, by_largest):
    """The largest error in ULP, each of its own element or, where probabilities are subtracted, of the largest."""
    errors = ulp_errors(computed, exact)
    if by_largest:
        units = np.spacing(np.abs(exact.astype(computed.dtype)).ravel()).astype(float)
        errors = errors * units / np.max(units)
    return np.max(errors)


# Derivations


def _partial(name, variable):
    return Symbol(rf"\frac{{\partial {name}}}{{\partial {latex(variable)}}}")


def mse_derivation():
    """MSE's gradient, step by step."""
    f, i, j, n = formulas.mse_loss, formulas.i, formulas.j, formulas.n
    guess, y = formulas.prediction, formulas.y
    left = _partial(r"\operatorname{MSE}", guess[j])
    steps = written(
        lambda: (
            whole(1 / n) * Sum(Derivative((guess[i] - y[i]) ** 2, guess[j]), (i, 1, n)),
            whole(1 / n) * Sum(2 * (guess[i] - y[i]) * KroneckerDelta(i, j), (i, 1, n)),
            whole(2 / n) * (guess[j] - y[j]),
        )
    )
    return derivation(left, *steps, definitions=((left, derivative(f.right, guess[j])),), given=(j <= n,))


def mae_derivation():
    """MAE's gradient, step by step."""
    f, i, j, n = formulas.l1_loss, formulas.i, formulas.j, formulas.n
    guess, y = formulas.prediction, formulas.y
    left = _partial(r"\operatorname{MAE}", guess[j])
    steps = written(
        lambda: (
            whole(1 / n) * Sum(sympy.sign(guess[i] - y[i]) * KroneckerDelta(i, j), (i, 1, n)),
            whole(1 / n) * sympy.sign(guess[j] - y[j]),
        )
    )
    return derivation(left, *steps, definitions=((left, derivative(f.right, guess[j])),), given=(j <= n,))


def huber_identity():
    """Huber's loss is delta times Smooth L1 with beta = delta; both meet their lines without a step."""
    d, beta, delta = formulas.d, formulas.beta, formulas.delta
    smooth, huber = (formulas.smooth_l1_loss.definitions[0][1], formulas.huber_loss.definitions[0][1])
    scaled = smooth.subs(beta, delta)
    prove(delta * scaled, huber)
    for inside, outside in ((huber.args[0][0], huber.args[1][0]), (smooth.args[0][0], smooth.args[1][0])):
        for order in (0, 1):
            edge = delta if inside.has(delta) or outside.has(delta) else beta
            positive = [
                sympy.diff(part.doit().subs(sympy.Abs(d), d), d, order).subs(d, edge) for part in (inside, outside)
            ]
            prove(*positive)
    parts = written(
        lambda: sympy.Piecewise(
            (delta * (d**2 / (2 * delta)), sympy.Abs(d) < delta),
            (delta * (sympy.Abs(d) - delta / 2), sympy.Abs(d) >= delta),
        )
    )
    prove(parts.doit(), huber)
    return display(
        rf"\begin{{aligned}} \delta\, \rho_{{\beta=\delta}}(d) &= {latex(parts)} \\ &= {latex(huber)} \end{{aligned}}"
    )


def bce_derivation():
    """BCE's gradient by the probability, and through a sigmoid by the logit."""
    p, y, x = sympy.symbols("p y x", real=True)
    loss = written(lambda: -(y * log(p) + (1 - y) * log(1 - p)))
    left = _partial(r"\ell", p)
    by_p = written(lambda: (-(y / p) + (1 - y) / (1 - p), (p - y) / (p * (1 - p))))
    first = display(rf"\ell = {latex(loss)}") + derivation(left, *by_p, definitions=((left, sympy.diff(loss, p)),))
    logistic = 1 / (1 + exp(-x))
    left, slope = _partial(r"\ell", x), Symbol(r"\frac{dp}{dx}")
    error = written(lambda: whole((p - y) / (p * (1 - p))))
    by_x = written(lambda: (error * slope, error * whole(p * (1 - p)), p - y))
    definitions = ((left, sympy.diff(loss.subs(p, logistic), x)), (slope, sympy.diff(logistic, x)), (p, logistic))
    return first + derivation(left, *by_x, definitions=definitions)


def cross_entropy_derivation():
    """From the softmax to p - t, for one sample."""
    c, k, m, C = formulas.c, formulas.k, formulas.m, formulas.C
    x, p, t = (sympy.IndexedBase(name, real=True) for name in "xpt")
    total = written(lambda: Sum(exp(x[k]), (k, 1, C)))
    softmax = exp(x[c]) / Sum(exp(x[k]), (k, 1, C))
    prove(exp(x[c] - log(total)), softmax)
    logarithm = display(
        rf"\log p_c = \log {latex(written(lambda: exp(x[c]) / total))} = {latex(written(lambda: x[c] - log(total)))}"
    )
    left = _partial(r"\log p_c", x[m])
    definitions = ((left, derivative(x[c] - log(total), x[m])), (p[c], softmax))
    steps = written(lambda: (KroneckerDelta(c, m) - exp(x[m]) / total, KroneckerDelta(c, m) - p[m]))
    first = derivation(left, *steps, definitions=definitions, given=(m <= C,))
    left = _partial(r"\ell", x[m])
    loss = -Sum(t[c] * (x[c] - log(total)), (c, 1, C))
    definitions = ((left, derivative(loss, x[m])), (p[c], softmax))
    steps = written(lambda: (-Sum(t[c] * (KroneckerDelta(c, m) - p[m]), (c, 1, C)), p[m] * Sum(t[c], (c, 1, C)) - t[m]))
    return logarithm + first + derivation(left, *steps, definitions=definitions, given=(m <= C,))


def shift_derivation():
    """The largest logit taken out of the logarithm of the sum, for three classes."""
    a, b, top = sympy.symbols("x_2 x_3 m", real=True)
    left, others = (
        sympy.Add(*terms, evaluate=False) for terms in ((exp(top), exp(a), exp(b)), (1, exp(a - top), exp(b - top)))
    )
    steps = written(lambda: (log(exp(top) * others), top + log(others)))
    left = written(lambda: log(left))
    return derivation(left, *steps)


# Figures and tables of the blocks


def risks():
    """The mean loss of a constant prediction on skewed data, for MSE, MAE and Huber, with the minima."""
    c = np.linspace(0, 4, 201)
    drawing, axes = panel(4.6, 2.8)
    found = {}
    for name, function, gradient in (
        ("MSE", losses.mse_loss, losses.mse_loss_grad),
        ("MAE", losses.l1_loss, losses.l1_loss_grad),
        ("Huber", losses.huber_loss, losses.huber_loss_grad),
    ):
        risk = np.array([function(np.full_like(SKEWED, value), SKEWED) for value in c])
        best = best_constant(gradient, SKEWED)
        lowest = function(np.full_like(SKEWED, best), SKEWED)
        (line,) = axes.plot(c, risk - lowest, label=name)
        axes.plot([best], [0], marker="o", linestyle="none", color=line.get_color())
        found[name.lower()] = number(best)
    axes.set(xlabel="c", title="R(c) − min R", ylim=(-0.08, 1.5))
    axes.legend()
    return figure(drawing, word("risks", **found))


def pulls():
    """The gradient of the mean loss of a constant on five numbers: MSE's line, MAE's staircase, Huber between."""
    y = np.array([1.0, 2.0, 2.5, 4.0, 10.0])
    drawing, axes = panel(4.6, 2.7)
    c = np.linspace(0, 8, 401)
    for name, gradient in (
        ("MSE", losses.mse_loss_grad),
        ("MAE", losses.l1_loss_grad),
        ("Huber", losses.huber_loss_grad),
    ):
        pull = [np.sum(gradient(np.full_like(y, value), y)) for value in c]
        axes.plot(c, pull, label=name, drawstyle="steps-mid" if name == "MAE" else "default")
    axes.set(xlabel="c", title="R′(c)", ylim=(-1.6, 1.6))
    axes.legend()
    best = [
        best_constant(gradient, y) for gradient in (losses.mse_loss_grad, losses.l1_loss_grad, losses.huber_loss_grad)
    ]
    np.testing.assert_allclose(best[:2], [np.mean(y), np.median(y)])
    return figure(drawing, word("pulls", **dict(zip(("mse", "mae", "huber"), map(number, best)))))


def huber_curve():
    """Huber's loss and Smooth L1 for three thresholds."""
    d = np.linspace(-3, 3, 301)
    (left, huber), (right, smooth) = panel(3.4, 2.6), panel(3.4, 2.6)
    for threshold in (0.5, 1.0, 2.0):
        huber.plot(d, _huber(d, threshold)[0], label=f"δ = {threshold:g}")
        smooth.plot(d, _smooth_l1(d, threshold)[0], label=f"β = {threshold:g}")
    huber.set(xlabel="d", title="Huber", ylim=(-0.2, 4))
    smooth.set(xlabel="d", title="Smooth L1", ylim=(-0.2, 4))
    huber.legend()
    smooth.legend()
    return figure([left, right], word("huber_curve"))


_k = Symbol("k", positive=True)
_Phi, _phi = sympy.Function(r"\Phi"), sympy.Function(r"\varphi")
_NORMAL = ((_Phi(_k), (1 + sympy.erf(_k / sqrt(2))) / 2), (_phi(_k), exp(-(_k**2) / 2) / sqrt(2 * pi)))


def efficiency_formula():
    """The efficiency of Huber's estimator of a mean under normal errors, from the moments of the clipped residual."""
    e = Symbol("e", real=True)
    density = exp(-(e**2) / 2) / sqrt(2 * pi)
    slope = written(lambda: 2 * _Phi(_k) - 1)
    terms = written(lambda: (2 * _Phi(_k), -1, -(2 * _k * _phi(_k)), 2 * _k**2 * (1 - _Phi(_k))))
    square = sympy.Add(*terms, evaluate=False)
    known = dict(_NORMAL)
    prove(sympy.integrate(density, (e, -_k, _k)), slope.doit().subs(known))
    tail = sympy.integrate(density, (e, _k, sympy.oo))
    prove(sympy.integrate(e**2 * density, (e, -_k, _k)) + 2 * _k**2 * tail, square.doit().subs(known))
    return written(lambda: slope**2 / square)


def efficiency_derivation():
    """The efficiency's formula, typeset; its two moments are integrated by SymPy."""
    return display(
        rf"\operatorname{{eff}}(k) = \frac{{\left(E\,\psi'\right)^2}}{{E\,\psi^2}} = {latex(efficiency_formula())}"
    )


def location(y, delta, steps=25):
    """Huber's estimate of the centre of each row, by Newton's method with the block's gradient."""
    c = np.median(y, axis=1, keepdims=True)
    for _ in range(steps):
        pull = losses.huber_loss_grad(np.broadcast_to(c, y.shape), y, delta=delta, reduction="sum")
        c = c - pull.mean(axis=1, keepdims=True) / np.maximum(
            np.mean(np.abs(pull) < delta, axis=1, keepdims=True), 0.05
        )
    return c[:, 0]


def efficiency():
    """The efficiency of Huber's k by formula and by simulation, and its variance when a tenth of the data is bad."""
    formula, rows, spread = efficiency_formula().doit().subs(dict(_NORMAL)), [], {}
    clean = [np.random.default_rng(seed).normal(size=(1500, 60)) for seed in range(5)]
    spoilt = []
    for seed in range(5):
        rng = np.random.default_rng(100 + seed)
        data = rng.normal(size=(1500, 60))
        spoilt.append(np.where(rng.random(data.shape) < 0.1, 10 * data, data))
    for k in (0, 0.5, 1, 1.345, 2, np.inf):
        if k == 0:
            estimate, exact, name = (lambda y: np.median(y, axis=1), 2 / np.pi, f"0 ({word('median')})")
        elif k == np.inf:
            estimate, exact, name = (lambda y: np.mean(y, axis=1), 1.0, f"∞ ({word('mean')})")
        else:
            estimate, name = lambda y, k=k: location(y, k), f"{k:g}"
            exact = float(evaluate(formula, {_k: k}))
        simulated = [np.var(y.mean(axis=1)) / np.var(estimate(y)) for y in clean]
        variance = [60 * np.var(estimate(y)) for y in spoilt]
        if k > 0:
            assert abs(np.mean(simulated) - exact) < 0.02, (k, simulated, exact)
        rows.append([name, f"{exact:.3f}", _spread(simulated), _spread(variance)])
        spread[k] = variance
    costs = 1 - float(evaluate(formula, {_k: 1.345}))
    assert abs(costs - 0.05) < 0.001
    let(huber_costs=number(100 * costs, 2), median_wastes=number(100 * (1 - 2 / np.pi), 2))
    assert max(spread[1.345]) < min(spread[0]) < min(spread[np.inf]) / 3
    head = ["k", word("by_formula"), word("simulated"), word("spoilt")]
    return table(head, rows, word("efficiency"))


def _spread(values):
    return f"{np.mean(values):.3f} ± {np.std(values):.3f}"


def bce_curve():
    """BCE by the probability, and the gradients of BCE and MSE by the logit of a sigmoid."""
    (left, values), (right, slopes) = panel(3.4, 2.6), panel(3.4, 2.6)
    p = np.linspace(0.005, 0.995, 199)
    for y in (1.0, 0.7, 0.0):
        values.plot(p, losses.binary_cross_entropy(p, np.full_like(p, y), reduction="none"), label=f"y = {y:g}")
    values.set(xlabel="p", title="(a) L(p)", ylim=(-0.2, 5))
    values.legend()
    x = np.linspace(-8, 8, 161)
    by_mse = losses.mse_loss_grad(sigmoid(x), np.zeros_like(x), reduction="sum") * sigmoid_grad(x)
    slopes.plot(x, _bce(x)[1], label="BCE(σ(x), 0)")
    slopes.plot(x, by_mse, label="MSE(σ(x), 0)")
    slopes.set(xlabel="x", title="(b) ∂L/∂x")
    slopes.legend()
    ratio = _bce(np.array([6.0]))[1][0] / by_mse[np.argmin(np.abs(x - 6))]
    return figure([left, right], word("bce_curve", ratio=f"{ratio:.0f}"))


def cross_entropy_curve():
    """Cross entropy and its gradient by the margin of the right logit, with and without label smoothing."""
    margins = np.linspace(-5, 10, 301)
    logits = np.stack([margins, np.zeros_like(margins), np.zeros_like(margins)], axis=1)
    target = np.zeros(len(margins), int)
    (left, values), (right, slopes) = panel(3.4, 2.6), panel(3.4, 2.6)
    for e in (0.0, 0.1, 0.3):
        options = {"label_smoothing": e, "reduction": "none"}
        values.plot(margins, losses.cross_entropy(logits, target, **options), label=f"ε = {e:g}")
        slopes.plot(margins, losses.cross_entropy_grad(logits, target, **options)[:, 0], label=f"ε = {e:g}")
    values.set(xlabel="x", title="(a) L", ylim=(-0.2, 5))
    slopes.set(xlabel="x", title="(b) ∂L/∂x")
    values.legend()
    best = {f"best_{round(10 * e)}": number(smoothed_margin(e, 3)) for e in (0.1, 0.3)}
    return figure([left, right], word("cross_entropy_curve", **best))


def smoothed_margin(e, classes):
    """The margin of the right logit at which label smoothing is content, checked with the block's gradient."""
    margin = np.log((1 - e + e / classes) / (e / classes))
    logits = np.zeros((1, classes))
    logits[0, 0] = margin
    assert np.max(np.abs(losses.cross_entropy_grad(logits, [0], label_smoothing=e))) < 1e-15
    return margin


def double_softmax_facts():
    """What a second softmax does to training: the digits, five epochs, three seeds."""
    x, y = load_digits(return_X_y=True)
    x, x_test, y, y_test = train_test_split(x / 16, y, test_size=0.3, random_state=0)

    def softmax(z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def gradient(z, target):
        p = softmax(z)
        by_p = losses.cross_entropy_grad(p, target)
        return p * (by_p - np.sum(p * by_p, axis=1, keepdims=True))

    twice = (lambda z, target: losses.cross_entropy(softmax(z), target)), gradient
    accuracies = {}
    for name, loss in (("once", "cross_entropy"), ("twice", twice)):
        accuracies[name] = []
        for seed in range(3):
            rng = np.random.default_rng(seed)
            network = MLP([64, 50, 10], rng, loss=loss)
            network.fit(x, y, SGD(network.params, lr=0.1), rng, epochs=5, batch_size=50)
            accuracies[name].append(network.accuracy(x_test, y_test))
    assert max(accuracies["twice"]) < 0.7 * min(accuracies["once"])
    return let(**{name: f"{np.mean(values):.2f} ± {np.std(values):.2f}" for name, values in accuracies.items()})


def smoothing_facts():
    """The best margin for ten classes and smoothing 0.1, and the loss there."""
    margin = smoothed_margin(0.1, 10)
    logits = np.zeros((1, 10))
    logits[0, 0] = margin
    return let(
        best_of_ten=number(margin), lowest_smoothed=number(losses.cross_entropy(logits, [0], label_smoothing=0.1), 4)
    )


def reductions():
    """What each mean divides by: the ratio of "sum" and "mean", found by calling both."""
    rng = np.random.default_rng(0)
    pred, target = rng.uniform(size=(2, 4, 3))
    logits, pixels = rng.normal(size=(4, 3)), rng.normal(size=(4, 3, 5))
    classes, w, soft = (np.array([0, 2, 1, 2]), np.array([1.0, 2.0, 0.25]), rng.dirichlet(np.ones(3), 4))
    ignored, labels = np.array([0, -100, 1, 2]), rng.integers(0, 3, (4, 5))
    rows = []
    for name, first, second, options, divisor, meaning in (
        ("mse_loss", pred, target, {}, 12, "elements"),
        ("l1_loss", pred, target, {}, 12, "elements"),
        ("smooth_l1_loss", pred, target, {}, 12, "elements"),
        ("huber_loss", pred, target, {}, 12, "elements"),
        ("binary_cross_entropy", pred, target, {}, 12, "elements"),
        ("binary_cross_entropy", pred, target, {"weight": w}, 12, "elements_not_weights"),
        ("cross_entropy", logits, classes, {}, 4, "samples"),
        ("cross_entropy", pixels, labels, {}, 20, "all_samples"),
        ("cross_entropy", logits, ignored, {}, 3, "kept_samples"),
        ("cross_entropy", logits, classes, {"weight": w}, w[classes].sum(), "class_weights"),
        ("cross_entropy", logits, ignored, {"weight": w, "label_smoothing": 0.1}, w[[0, 1, 2]].sum(), "kept_weights"),
        ("cross_entropy", logits, soft, {}, 4, "samples"),
        ("cross_entropy", logits, soft, {"weight": w}, 4, "samples_not_weights"),
    ):
        for side in ("", "_grad"):
            function = getattr(losses, f"{name}{side}")
            total, mean = (
                np.sum(np.abs(function(first, second, **kind, **options))) for kind in ({"reduction": "sum"}, {})
            )
            ratio = total / mean
            np.testing.assert_allclose(ratio, divisor, rtol=1e-12)
            if "weight" in options:
                twice = np.sum(np.abs(function(first, second, **{**options, "weight": 2 * w})))
                by_weights = meaning in ("class_weights", "kept_weights")
                np.testing.assert_allclose(twice, mean if by_weights else 2 * mean)
        kind = {id(soft): "of_probabilities", id(ignored): "one_ignored"}.get(id(second), "of_classes")
        kind = kind if name == "cross_entropy" else ""
        details = ", ".join([*([word(kind)] if kind else []), *(f"<code>{key}</code>" for key in options)])
        cells = [number(ratio), word(meaning), details, "×".join(map(str, first.shape))]
        rows.append([f"<code>{name}</code>", *cells])
    return table(["", word("divisor"), word("which_is"), word("details"), word("shape")], rows, word("reductions"))


# Accuracy beside PyTorch


def margins():
    """Cross entropy of logits (m, 0, 0) for class 0: the exact loss, and the relative errors of ours and PyTorch's."""
    recorded = load("losses")
    rows, worst = [], 0.0
    for i, m in enumerate(recorded["margins/0/float64"][:, 0]):
        logits = np.array([[m, 0.0, 0.0]])
        exact = formulas.cross_entropy.value(logits, y=[1], w=[1] * 3, N=1, C=3)
        mine = losses.cross_entropy(logits, [0])
        theirs = [
            recorded[f'cross_entropy margins {{"reduction": "none"}}/{dtype}'][i] for dtype in ("float64", "float32")
        ]
        errors = [abs(float((float(value) - exact) / exact)) for value in (mine, *theirs)]
        worst = max(worst, errors[0])
        if m in (0, 5, 10, 15, 20, 30, 40, 100):
            rows.append([f"{m:g}", number(exact), number(errors[0], 1), number(errors[1], 1), number(errors[2], 1)])
    assert worst < 1e-15, worst
    head = ["m", word("exact"), "Scratch float64", "PyTorch float64", "PyTorch float32"]
    return table(head, rows, word("margins"))


def against_pytorch():
    """All recorded values and gradients of PyTorch against the blocks."""
    recorded, worst, count = load("losses"), {"float64": 0.0, "float32": 0.0}, 0
    for key in (key for key in recorded if key.count("/") == 1):
        call, _, dtype = key.rpartition("/")
        name, kind, options = call.split(" ", 2)
        first, target = recorded[f"{kind}/0/{dtype}"], recorded[f"{kind}/1/{dtype}"]
        value = getattr(losses, name)(first, target, **json.loads(options))
        gradient = getattr(losses, f"{name}_grad")(first, target, **json.loads(options))
        ours, theirs = np.concatenate([value.ravel(), gradient.ravel()]), recorded[key]
        error = np.max(np.abs(ours - theirs) / (1 + np.abs(theirs)))
        worst[dtype], count = max(worst[dtype], error), count + 1
    lines = (
        checked(
            word("against_pytorch", dtype=dtype),
            count,
            worst[dtype],
            allowed,
            kind="cases",
            unit="absolute_or_relative",
            word=word,
        )
        for dtype, allowed in (("float64", 1e-8), ("float32", 1e-5))
    )
    return "".join(lines)
