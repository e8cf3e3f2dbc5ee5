"""The losses' mistakes and variants: another term per element, or another way to make one number of them."""

from __future__ import annotations

import numpy as np
import sympy
from sympy import Abs, Max, Min, Piecewise, Rational, exp, log, sign, sqrt

from scratch.examine.base import Mistake
from scratch.examine.plain import text
from scratch.examine.topics.losses import RIGHT, elements, held, log_p, log_q, p, reduced, y
from scratch.formulas import losses as formulas
from scratch.formulas import written

d, beta, delta = formulas.d, formulas.beta, formulas.delta
PAGE = {"mse_loss": "mse", "l1_loss": "mae", "smooth_l1_loss": "huber", "huber_loss": "huber"}
PAGE.update(binary_cross_entropy="bce", cross_entropy="cross-entropy")


def _row(
    of, name, sentence, mend, wrong=None, anchor="bugs-people-write", variant=False, seen="", count=np.size, made=None
):
    """A row. wrong: what an element contributes, in SymPy. count: what a mean divides by. made: a function instead."""
    base, is_gradient = of.replace("_grad", ""), of.endswith("_grad")
    pair = change = None
    if made is None and not seen:
        expression = held(of) if wrong is None else written(wrong)
        made = elements((expression, count), is_gradient)
        if wrong is not None:
            term = "slope" if is_gradient else "term"
            pair = (f"{term} = {text(RIGHT[of])}", f"{term} = {text(expression)}")

        def change(parts):  # of the term and of what a mean divides by
            return (parts[0], count) if wrong is None else (expression, parts[1])

    make = (lambda right: made) if made is not None else None
    line = (lambda task: pair) if pair else None
    page = anchor if anchor == "reductions" else f"{PAGE[base]}-{anchor}"
    return Mistake(of, name, sentence, mend, page, make, line, variant, seen, change)


def _rows_of(array):
    return len(array) if np.ndim(array) else 1


def _one(_):
    return 1


def _by_rows(of, what):
    said = f"{what} is divided by the number of rows, not of elements: the same for one column only."
    return _row(of, "divides-by-rows", said, "divide by pred.size", count=_rows_of)


def _not_divided(of):
    said = "The gradient of the mean is not divided by the number of elements: it grows with the batch."
    return _row(of, "not-divided", said, "divide by pred.size", count=_one)


def _sum(of):
    said = "The elements are summed, not averaged: it grows with the batch."
    return _row(of, "sum-for-mean", said, "np.mean(...)", count=_one, variant=True, anchor="beside-pytorch")


def _broadcasts(of):
    said = "A prediction of shape (N, 1) and a target of shape (N,) make an N × N table of differences, in silence."
    return _row(of, "broadcasts", said, "require pred.shape == target.shape", seen="broadcasts")


def _median(pred, target, *, reduction="mean"):
    values = np.abs(np.asarray(pred, float) - target)
    return np.median(values) if reduction == "mean" else reduced(values, reduction, values.size, False)


def _root_of_mean(pred, target, *, reduction="mean"):
    values = (np.asarray(pred, float) - target) ** 2
    return np.sqrt(values.mean()) if reduction == "mean" else reduced(values, reduction, values.size, False)


def _earlier_in_place(pred, target, *, reduction="mean"):
    pred = np.array(pred, float)
    pred[pred > target] = 1
    pred[pred < target] = -1
    return pred / (pred.size if reduction == "mean" else 1)


def _cases(inside, outside, at, strict=True):
    condition = Abs(d) < at if strict else d < at
    return Piecewise((inside, condition), (outside, True))


# Cross entropy: small functions in the block's style


def _softmax(x, axis, shift=True):
    e = np.exp(x - x.max(axis, keepdims=True)) if shift else np.exp(x)
    return e / e.sum(axis, keepdims=True)


def _cross_entropy(logs=None, smooth=None, divide=None, count_ignored=False):
    """A cross entropy with one of its parts done differently."""

    def function(logits, target, *, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
        x = np.asarray(logits, float)
        axis = min(1, x.ndim - 1)
        classes = x.shape[axis]
        q, kept, w, hard = _targets(x, np.asarray(target), weight, ignore_index, axis)
        e = label_smoothing
        t = w * ((1 - e) * q + e / classes if smooth is None else smooth(q, e, classes))
        values = (logs or _log_softmax)(x, axis)
        losses = -np.where(t == 0, 0, t * values).sum(axis) * kept
        chosen = (w * q).sum(axis) * kept if hard else np.ones(losses.shape)
        number = losses.size if count_ignored else chosen.sum()
        number = divide(losses, chosen, classes) if divide else number
        return losses.sum() / number if reduction == "mean" else losses.sum() if reduction == "sum" else losses

    return function


def _targets(x, target, weight, ignore_index, axis):
    w = np.ones(x.shape[axis]) if weight is None else np.asarray(weight, float)
    w = w.reshape((-1,) + (1,) * (x.ndim - 1 - axis))
    if target.shape == x.shape:
        return target, 1.0, w, False
    kept = target != ignore_index
    one = np.expand_dims(target, axis) == np.arange(x.shape[axis]).reshape(w.shape)
    return one * np.expand_dims(kept, axis), kept, w, True


def _log_softmax(x, axis):
    x = x - x.max(axis, keepdims=True)
    return x - np.log(np.exp(x).sum(axis, keepdims=True))


def _slope(p_minus_t=None, divide=None):
    """The gradient of a cross entropy with one of its parts done differently."""

    def function(logits, target, *, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
        x = np.asarray(logits, float)
        axis = min(1, x.ndim - 1)
        q, kept, w, hard = _targets(x, np.asarray(target), weight, ignore_index, axis)
        t = w * ((1 - label_smoothing) * q + label_smoothing / x.shape[axis])
        soft = _softmax(x, axis)
        slopes = (p_minus_t or _right_slope)(soft, t, axis) * (np.expand_dims(kept, axis) if hard else 1)
        number = ((w * q).sum(axis) * kept).sum() if hard else x.size // x.shape[axis]
        number = divide(number, x.shape[axis]) if divide else number
        return slopes / number if reduction == "mean" else slopes

    return function


def _right_slope(soft, t, axis):
    return soft * t.sum(axis, keepdims=True) - t


def _ce(name, sentence, mend, made, anchor="bugs-people-write", variant=False):
    return _row("cross_entropy", name, sentence, mend, anchor=anchor, variant=variant, made=made)


def _ce_grad(name, sentence, mend, made, anchor="derivation", variant=False):
    return _row("cross_entropy_grad", name, sentence, mend, anchor=anchor, variant=variant, made=made)


def _clipped(small):
    def log_p(x, axis):
        return np.log(np.clip(_softmax(x, axis), small, 1 - small))

    return log_p


def _quiet(function):
    def log_p(x, axis):
        with np.errstate(all="ignore"):
            return function(x, axis)

    return log_p


def _clip(small):
    held = Max(Float(small), Min(1 - Float(small), p))
    return -(y * log(held) + (1 - y) * log(1 - held))


def _power(small):
    """1e-7 for a small number."""
    return f"{small:.0e}".replace("e-0", "e-")


def _at_the_softmax(logits, *rest, **options):
    x = np.asarray(logits, float)
    return _slope()(_softmax(x, min(1, x.ndim - 1)), *rest, **options)


def Float(value):
    return sympy.Float(f"{value:.0e}", 15)


ROWS = [
    # MSE
    _broadcasts("mse_loss"),
    _row("mse_loss", "no-square", "The differences are not squared: errors of both signs cancel.", "(pred - target)**2",
         lambda: d, "formula"),
    _row("mse_loss", "absolute-value", "It is the mean absolute error: the square is missing.", "(pred - target)**2",
         lambda: Abs(d), "formula"),
    _row("mse_loss", "half", "The factor 1/2 of some textbooks, with which the 2 of the gradient disappears.",
         "np.mean((pred - target)**2)", lambda: d**2 / 2, "beside-pytorch", True),
    _sum("mse_loss"),
    _row("mse_loss", "divides-by-rows", "The sum is divided by the number of rows, not of elements: the same for one "
         "column only.", "np.mean over all elements", count=_rows_of),
    _row("mse_loss", "root", "It is the root of the mean, RMSE.", "leave the root out", made=_root_of_mean,
         anchor="beside-pytorch", variant=True),
    _row("mse_loss", "n-minus-one", "The sum is divided by n - 1, as for a variance.", "divide by n",
         count=lambda a: a.size - 1, anchor="derivation"),
    _row("mse_loss", "plus-for-minus", "The target is added where it must be subtracted.", "pred - target",
         lambda: (p + y) ** 2, "formula"),
    _by_rows("mse_loss_grad", "The gradient"),
    _not_divided("mse_loss_grad"),
    _row("mse_loss_grad", "no-two", "The factor 2 is missing: it is the gradient of half the loss.",
         "2 * (pred - target) / n", lambda: d, "derivation"),
    _row("mse_loss_grad", "sign-turned", "target - pred stands where pred - target must: a step would climb.",
         "2 * (pred - target) / n", lambda: -2 * d, "derivation"),
    _row("mse_loss_grad", "square-kept", "The square is not differentiated: 2 d^2 in place of 2 d.",
         "2 * (pred - target) / n", lambda: 2 * d**2, "derivation"),
    # MAE
    _broadcasts("l1_loss"),
    _row("l1_loss", "no-absolute-value", "The differences keep their signs and cancel.", "np.abs(pred - target)",
         lambda: d, "formula"),
    _row("l1_loss", "squared", "It is the mean squared error.", "np.abs(pred - target)", lambda: d**2, "formula"),
    _sum("l1_loss"),
    _row("l1_loss", "divides-by-rows", "The sum is divided by the number of rows, not of elements.",
         "np.mean over all elements", count=_rows_of),
    _row("l1_loss", "median", "It is the median of the errors; the mean absolute error is their mean.", "np.mean(...)",
         made=_median, anchor="the-paper-s-claim"),
    _row("l1_loss", "half", "A factor 1/2 too many.", "np.mean(np.abs(pred - target))", lambda: Abs(d) / 2, "formula"),
    _row("l1_loss_grad", "overwrites-predictions", "The second line compares with what the first has just written, and "
         "the predictions are lost.", "np.sign(pred - target) / n", seen="writes"),
    _row("l1_loss_grad", "compares-with-its-own-result", "The first line writes 1 over what is above the target; the "
         "second compares these ones with the target again.", "np.sign(pred - target) / n", made=_earlier_in_place),
    _row("l1_loss_grad", "sign-turned", "The sign is that of target - pred: a step would climb.",
         "np.sign(pred - target) / n", lambda: -sign(d), "derivation"),
    _not_divided("l1_loss_grad"),
    _by_rows("l1_loss_grad", "The gradient"),
    _row("l1_loss_grad", "minus-one-at-zero",
         "Where prediction and target are equal it is -1; the block and PyTorch take 0 at this kink.",
         "np.sign(pred - target)", lambda: Piecewise((1, d > 0), (-1, True)), "derivation", True),
    _row("l1_loss_grad", "one-at-zero", "Where prediction and target are equal it is 1; the block and PyTorch take 0 "
         "at this kink.", "np.sign(pred - target)", lambda: Piecewise((1, d >= 0), (-1, True)), "derivation", True),
    _row("l1_loss_grad", "difference-for-sign", "It is the difference itself, not its sign: half of MSE's gradient.",
         "np.sign(pred - target) / n", lambda: d, "derivation"),
    # Huber
    _broadcasts("huber_loss"),
    _row("huber_loss", "half-delta", "The line subtracts delta / 2 where it must be delta^2 / 2: the same for delta = "
         "1 only; for a smaller delta the loss goes below 0.", "delta * (|d| - delta / 2)",
         lambda: _cases(d**2 / 2, delta * Abs(d) - delta / 2, delta)),
    _row("huber_loss", "nothing-subtracted", "The line is delta |d|: without - delta^2 / 2 it does not meet the "
         "parabola.", "delta * (|d| - delta / 2)", lambda: _cases(d**2 / 2, delta * Abs(d), delta), "derivation"),
    _row("huber_loss", "no-half-on-the-parabola", "The parabola is d^2 where it must be d^2 / 2.", "d**2 / 2",
         lambda: _cases(d**2, delta * (Abs(d) - delta / 2), delta), "derivation"),
    _row("huber_loss", "no-absolute-value-at-threshold",
         "d < delta is compared where |d| < delta must be: large negative errors stay on the parabola.",
         "np.abs(d) < delta", lambda: _cases(d**2 / 2, delta * (Abs(d) - delta / 2), delta, False), "formula"),
    _row("huber_loss", "slope-one", "The line has the slope 1, |d| - delta / 2: delta must multiply it.",
         "delta * (|d| - delta / 2)", lambda: _cases(d**2 / 2, Abs(d) - delta / 2, delta)),
    _row("huber_loss", "delta-at-the-threshold-only",
         "delta moves the threshold and nothing else, d^2 / 2 and |d| - 1/2: the two halves meet for delta = 1 only.",
         "delta * (|d| - delta / 2)", lambda: _cases(d**2 / 2, Abs(d) - Rational(1, 2), delta), "derivation"),
    _row("huber_loss", "minus-half", "The line subtracts 1/2, which is right for delta = 1 only.",
         "delta * (|d| - delta / 2)", lambda: _cases(d**2 / 2, delta * Abs(d) - Rational(1, 2), delta), "derivation"),
    _row("huber_loss", "smooth-l1", "It is Smooth L1 with beta = delta: Huber's loss is delta times that.",
         "multiply by delta", lambda: _cases(d**2 / (2 * delta), Abs(d) - delta / 2, delta), "beside-pytorch", True),
    _row("huber_loss", "pseudo-huber", "It is the pseudo-Huber loss, delta^2 (sqrt(1 + (d / delta)^2) - 1).",
         "two cases, as in the paper", lambda: delta**2 * (sqrt(1 + (d / delta) ** 2) - 1), "beside-pytorch", True),
    _row("huber_loss", "log-cosh", "It is log cosh d.", "two cases, as in the paper",
         lambda: Abs(d) + log((1 + exp(-2 * Abs(d))) / 2), "beside-pytorch", True),
    _sum("huber_loss"),
    _row("huber_loss", "divides-by-rows", "The sum is divided by the number of rows, not of elements.",
         "np.mean over all elements", count=_rows_of),
    _row("huber_loss_grad", "one-beyond", "Beyond the threshold it is the sign of d: delta must multiply it.",
         "delta * np.sign(d)", lambda: _cases(d, sign(d), delta)),
    _row("huber_loss_grad", "delta-without-sign",
         "Beyond the threshold it is delta, positive for errors of both signs.", "delta * np.sign(d)",
         lambda: _cases(d, delta, delta), "derivation"),
    _row("huber_loss_grad", "no-clip", "d is never held at delta: it is the gradient of half the squared error.",
         "np.clip(d, -delta, delta)", lambda: d, "derivation"),
    _row("huber_loss_grad", "sign-turned", "The sign is that of target - pred.",
         "np.clip(pred - target, -delta, delta)", lambda: -_cases(d, delta * sign(d), delta), "derivation"),
    _by_rows("huber_loss_grad", "The gradient"),
    _not_divided("huber_loss_grad"),
    # Smooth L1
    _broadcasts("smooth_l1_loss"),
    _row("smooth_l1_loss", "beta-not-in-the-parabola", "The parabola is d^2 / 2: it must be divided by beta to meet "
         "the line.", "d**2 / (2 * beta)", lambda: _cases(d**2 / 2, Abs(d) - beta / 2, beta)),
    _row("smooth_l1_loss", "beta-at-the-threshold-only",
         "beta moves the threshold and nothing else, d^2 / 2 and |d| - 1/2: the two halves meet for beta = 1 only.",
         "d**2 / (2 * beta), |d| - beta / 2", lambda: _cases(d**2 / 2, Abs(d) - Rational(1, 2), beta), "derivation"),
    _row("smooth_l1_loss", "minus-half", "The line subtracts 1/2, which is right for beta = 1 only.", "|d| - beta / 2",
         lambda: _cases(d**2 / (2 * beta), Abs(d) - Rational(1, 2), beta), "derivation"),
    _row("smooth_l1_loss", "nothing-subtracted", "The line is |d|: without - beta / 2 it does not meet the parabola.",
         "|d| - beta / 2", lambda: _cases(d**2 / (2 * beta), Abs(d), beta), "derivation"),
    _row("smooth_l1_loss", "no-half-on-the-parabola", "The parabola is d^2 / beta where it must be half of that.",
         "d**2 / (2 * beta)", lambda: _cases(d**2 / beta, Abs(d) - beta / 2, beta), "derivation"),
    _row("smooth_l1_loss", "huber", "It is Huber's loss with delta = beta: Smooth L1 is that divided by beta.",
         "divide by beta", lambda: _cases(d**2 / 2, beta * (Abs(d) - beta / 2), beta), "beside-pytorch", True),
    _row("smooth_l1_loss", "no-absolute-value-at-threshold", "d < beta is compared where |d| < beta must be.",
         "np.abs(d) < beta", lambda: _cases(d**2 / (2 * beta), Abs(d) - beta / 2, beta, False), "formula"),
    _sum("smooth_l1_loss"),
    _row("smooth_l1_loss", "divides-by-rows", "The sum is divided by the number of rows, not of elements.",
         "np.mean over all elements", count=_rows_of),
    _row("smooth_l1_loss_grad", "not-divided-by-beta", "Below the threshold it is d, where it must be d / beta.",
         "np.clip(d / beta, -1, 1)", lambda: _cases(d, sign(d), beta), "derivation"),
    _row("smooth_l1_loss_grad", "huber-s", "It is Huber's gradient, d held within beta.", "np.clip(d / beta, -1, 1)",
         lambda: _cases(d, beta * sign(d), beta), "beside-pytorch"),
    _row("smooth_l1_loss_grad", "sign-turned", "The sign is that of target - pred.", "np.clip(d / beta, -1, 1)",
         lambda: -_cases(d / beta, sign(d), beta), "derivation"),
    _not_divided("smooth_l1_loss_grad"),
    _by_rows("smooth_l1_loss_grad", "The gradient"),
    # BCE
    _broadcasts("binary_cross_entropy"),
    _row("binary_cross_entropy", "minus-between",
         "A minus stands between the two terms: for label 0 the loss falls the more wrong the prediction gets.",
         "y * log(p) + (1 - y) * log(1 - p)", lambda: -(y * log_p - (1 - y) * log_q)),
    _row("binary_cross_entropy", "no-minus", "The minus before the sum is missing: it is at most 0.", "-(...)",
         lambda: y * log_p + (1 - y) * log_q, "formula"),
    _row("binary_cross_entropy", "first-term-only", "The term for label 0 is missing: such samples cost nothing.",
         "(1 - y) * log(1 - p)", lambda: -y * log_p, "derivation"),
    _row("binary_cross_entropy", "takes-logits", "It takes logits: a sigmoid is applied to what is a probability "
         "already.", "hand over the logits, or leave the sigmoid out",
         lambda: -(y * log(1 / (1 + exp(-p))) + (1 - y) * log(1 - 1 / (1 + exp(-p))))),
    _row("binary_cross_entropy", "exchanged",
         "Prediction and target have changed places: log(y) stands where log(p) must.", "y * log(p)",
         lambda: -(p * Max(log(y), -100) + (1 - p) * Max(log(1 - y), -100)), "formula"),
    _row("binary_cross_entropy", "log-of-zero", "At p = 0 and p = 1 it is infinite or NaN: the logarithm is not held.",
         "np.maximum(np.log(p), -100)", lambda: -(y * log(p) + (1 - y) * log(1 - p)), "where-it-fails"),
    _row("binary_cross_entropy", "base-two", "The logarithm is that of base 2.", "np.log",
         lambda: -(y * log_p + (1 - y) * log_q) / log(2), "derivation"),
    *(
        _row("binary_cross_entropy", f"plus-{_power(small)}",
             f"{small:g} is added inside the logarithm: a perfect prediction costs less than nothing, and a certain, "
             "wrong one is capped.",
             "np.maximum(np.log(p), -100)",
             lambda small=small: -(y * log(p + Float(small)) + (1 - y) * log(1 - p + Float(small))))
        for small in (1e-8, 1e-12, 1e-7, 1e-10, 1e-15)
    ),
    *(
        _row("binary_cross_entropy", f"clipped-{_power(small)}",
             f"p is clipped to [{small:g}, 1 - {small:g}], as in Keras: a certain, wrong prediction costs "
             f"{-np.log(small):.1f} where the block says 100.",
             "np.maximum(np.log(p), -100)", lambda small=small: _clip(small), "beside-pytorch", True)
        for small in (1e-7, 1e-12, 1e-15, 1e-8, 1e-10)
    ),
    _sum("binary_cross_entropy"),
    _row("binary_cross_entropy", "divides-by-rows", "The sum is divided by the number of rows, not of elements.",
         "np.mean over all elements", count=_rows_of),
    _row("binary_cross_entropy_grad", "fused-with-sigmoid", "p - y is the gradient by the logit, with the sigmoid put "
         "in; by p it is (p - y) / (p (1 - p)).", "(p - y) / (p * (1 - p))", lambda: p - y, "derivation", True),
    _row("binary_cross_entropy_grad", "first-term-only", "-y / p alone: the term of label 0 is missing.",
         "-y / p + (1 - y) / (1 - p)", lambda: -y / p, "derivation"),
    _row("binary_cross_entropy_grad", "sign-turned", "y - p stands where p - y must: a step would climb.",
         "(p - y) / (p * (1 - p))", lambda: (y - p) / Max(p * (1 - p), Rational(1, 10**12)), "derivation"),
    _row("binary_cross_entropy_grad", "minus-between", "-y / p - (1 - y) / (1 - p): the second term must be added.",
         "-y / p + (1 - y) / (1 - p)", lambda: -y / p - (1 - y) / (1 - p), "derivation"),
    _row("binary_cross_entropy_grad", "divides-by-zero", "At p = 0 and p = 1 it is infinite or NaN: the denominator is "
         "not held above 0.", "np.maximum(p * (1 - p), 1e-12)", lambda: (p - y) / (p * (1 - p)), "where-it-fails"),
    _not_divided("binary_cross_entropy_grad"),
    _by_rows("binary_cross_entropy_grad", "The gradient"),
    # Cross entropy
    _ce("takes-probabilities", "It takes probabilities, where the block and PyTorch take logits: no softmax is made.",
        "log_softmax(logits)", _cross_entropy(_quiet(lambda x, axis: np.log(x)))),
    _ce("takes-log-probabilities", "It takes logarithms of probabilities, as PyTorch's nll_loss: no softmax is made.",
        "log_softmax(logits)", _cross_entropy(lambda x, axis: x), "beside-pytorch", True),
    _ce("softmax-twice", "The softmax is made twice: the second sees numbers between 0 and 1 only, and the loss cannot "
        "come near 0.", "hand over the logits", _cross_entropy(lambda x, axis: _log_softmax(_softmax(x, axis), axis))),
    _ce("largest-not-subtracted", "exp overflows from 710 on: the largest logit must be subtracted first.",
        "x - x.max(axis, keepdims=True)", _cross_entropy(_quiet(lambda x, axis: np.log(_softmax(x, axis, False)))),
        "where-it-fails"),
    _ce("log-of-a-rounded-softmax",
        "The logarithm is taken of the finished softmax, which rounds to 0: the loss is infinite where it is 1000.",
        "x - log(sum(exp(x)))", _cross_entropy(_quiet(lambda x, axis: np.log(_softmax(x, axis)))), "where-it-fails"),
    _ce("wrong-axis", "The softmax runs over the samples, not over the classes.", "axis=1",
        _cross_entropy(lambda x, axis: _log_softmax(x, 0)), "formula"),
    _ce("over-the-whole-table", "The softmax divides by the sum over the whole batch, not over each sample's classes.",
        "sum(axis=1, keepdims=True)", _cross_entropy(lambda x, axis: x - np.log(np.exp(x).sum())), "formula"),
    _ce("no-minus", "The minus is missing: it is at most 0.", "-log(p[y])",
        _cross_entropy(lambda x, axis: -_log_softmax(x, axis)), "formula"),
    _ce("no-logarithm", "The logarithm is missing: it is minus the probability of the right class.", "-log(p[y])",
        _cross_entropy(_softmax), "formula"),
    _ce("sigmoid-for-softmax", "A sigmoid is made of each logit: the probabilities do not sum to 1.", "softmax",
        _cross_entropy(lambda x, axis: -np.logaddexp(0, -x)), "formula"),
    _ce("mean-over-classes-too", "The mean divides by samples times classes.", "divide by the number of samples",
        _cross_entropy(divide=lambda losses, chosen, classes: chosen.sum() * classes), "reductions"),
    _ce("weights-not-in-the-mean", "The weighted mean divides by the number of samples, not by the sum of their "
        "weights.", "divide by weight[target].sum()",
        _cross_entropy(divide=lambda losses, chosen, classes: np.count_nonzero(chosen)), "beside-pytorch"),
    _ce("counts-the-ignored", "The mean counts the ignored samples.", "divide by the number of those that are kept",
        _cross_entropy(divide=lambda losses, chosen, classes: chosen.sum() + np.sum(chosen == 0)), "beside-pytorch"),
    _ce("smoothed-over-the-others", "The smoothing is shared by the other classes only, e / (C - 1); the paper's and "
        "PyTorch's share goes to all.", "(1 - e) * q + e / C",
        _cross_entropy(smooth=lambda q, e, c: (1 - e) * q + (1 - q) * e / (c - 1)), "beside-pytorch", True),
    _ce("sum-for-mean", "The samples are summed, not averaged: it grows with the batch.", "np.mean(...)",
        _cross_entropy(divide=lambda losses, chosen, classes: 1), "reductions", True),
    *(
        _ce(f"clipped-{_power(small)}", f"The probabilities are clipped at {small:g}, as in Keras: a "
            f"certain, wrong prediction costs {-np.log(small):.1f} and has no gradient.", "x - log(sum(exp(x)))",
            _cross_entropy(_clipped(small)), "where-it-fails", True)
        for small in (1e-7, 1e-12, 1e-15)
    ),
    *(
        _ce(f"plus-{_power(small)}", f"{small:g} is added inside the logarithm, which caps the loss.",
            "x - log(sum(exp(x)))",
            _cross_entropy(lambda x, axis, small=small: np.log(_softmax(x, axis) + small)), "where-it-fails")
        for small in (1e-8, 1e-12, 1e-7, 1e-10, 1e-15)
    ),
    _ce_grad("diagonal-only", "Only the diagonal p (1 - p) of the softmax's derivative is kept: each class forgets "
             "what the others do.", "p - t",
             lambda *data, **o: _slope(lambda soft, t, axis: -t * (1 - soft))(*data, **o), "bugs-people-write"),
    _ce_grad("softmax-only", "It is the softmax: the target is not subtracted.", "p - t",
             _slope(lambda soft, t, axis: soft)),
    _ce_grad("sign-turned", "t - p stands where p - t must: a step would climb.", "p - t",
             _slope(lambda soft, t, axis: -_right_slope(soft, t, axis))),
    _ce_grad("not-divided", "The gradient of the mean is not divided by the number of samples.", "(p - t) / N",
             _slope(divide=lambda number, classes: 1)),
    _ce_grad("divides-by-classes-too", "It is divided by samples times classes.", "(p - t) / N",
             _slope(divide=lambda number, classes: number * classes)),
    _ce_grad("by-the-probability", "-t / p is the gradient by the probability; the softmax's own is missing.", "p - t",
             _slope(lambda soft, t, axis: -t / soft)),
    _ce_grad("at-the-softmax", "The derivative is taken at the softmax of the logits, as if they were the logits: it "
             "is made twice.", "p - t", _at_the_softmax),
]  # fmt: skip
