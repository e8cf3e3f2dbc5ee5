"""The losses' mistakes and variants: another term per element, or another way to make one number of them."""

from __future__ import annotations

import numpy as np
import sympy
from sympy import Abs, Max, Min, Piecewise, Rational, exp, log, sign, sqrt

from scratch.examine.base import Mistake, parts, row
from scratch.examine.plain import text
from scratch.examine.topics.losses import RIGHT, TASKS, elements, held, log_p, log_q, p, reduced, y
from scratch.formulas import losses as formulas
from scratch.formulas import written

d, beta, delta = formulas.d, formulas.beta, formulas.delta
PAGE = {task.name: task.block for task in TASKS}
KERAS = {1e-7: ", as in Keras"}  # its epsilon; the others are everybody's


def _row(
    of, name, sentence, mend, wrong=None, anchor="bugs-people-write", variant=False, seen="", count=np.size, made=None
):
    """A row. wrong: what an element contributes, in SymPy. count: what a mean divides by. made: a function instead."""
    base, is_gradient = of.replace("_grad", ""), of.endswith("_grad")
    pair = change = None
    if base == "cross_entropy":
        made, wrong = wrong, None
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


BY_ROWS = row(
    "divides-by-rows", "The gradient is divided by the number of rows, not of elements: the same for one column only.",
    "divide by pred.size", count=_rows_of)  # fmt: skip
NOT_DIVIDED = row(
    "not-divided", "The gradient of the mean is not divided by the number of elements: it grows with the batch.",
    "divide by pred.size", count=_one)  # fmt: skip
SUMMED = row("sum-for-mean", "The elements are summed, not averaged: it grows with the batch.", "np.mean(...)",
             count=_one, variant=True, anchor="beside-pytorch")  # fmt: skip
MEAN_OF_ROWS = row("divides-by-rows", "The sum is divided by the number of rows, not of elements.",
                   "np.mean over all elements", count=_rows_of)  # fmt: skip
BROADCASTS = row(
    "broadcasts", "A prediction of shape (N, 1) and a target of shape (N,) make an N × N table of differences, in "
    "silence.", "require pred.shape == target.shape", seen="broadcasts")  # fmt: skip


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


def _cross_entropy(logs=None, smooth=None, divide=None, slope=None):
    """A cross entropy with one of its parts done differently; where slope is given, its gradient."""

    def function(logits, target, *, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
        x, e = np.asarray(logits, float), label_smoothing
        axis = min(1, x.ndim - 1)
        classes = x.shape[axis]
        q, kept, w, chosen = _targets(x, np.asarray(target), weight, ignore_index, axis)
        t = w * (smooth(q, e, classes) if smooth else (1 - e) * q + e / classes)
        number = divide(chosen, classes) if divide else chosen.sum()
        if slope:
            return reduced(slope(_softmax(x, axis), t, axis) * np.expand_dims(kept, axis), reduction, number, True)
        with np.errstate(all="ignore"):
            values = (logs or _log_softmax)(x, axis)
        return reduced(-np.where(t == 0, 0, t * values).sum(axis) * kept, reduction, number, False)

    return function


def _targets(x, target, weight, ignore_index, axis):
    """The targets as shares of the classes, which samples are kept, the classes' weights and the samples'."""
    w = np.ones(x.shape[axis]) if weight is None else np.asarray(weight, float)
    w = w.reshape((-1,) + (1,) * (x.ndim - 1 - axis))
    if target.shape == x.shape:
        ones = np.ones(x.sum(axis).shape)
        return target, ones, w, ones
    kept = target != ignore_index
    one = np.expand_dims(target, axis) == np.arange(x.shape[axis]).reshape(w.shape)
    q = one * np.expand_dims(kept, axis)
    return q, kept, w, (w * q).sum(axis) * kept


def _log_softmax(x, axis):
    x = x - x.max(axis, keepdims=True)
    return x - np.log(np.exp(x).sum(axis, keepdims=True))


def _right_slope(soft, t, axis):
    return soft * t.sum(axis, keepdims=True) - t


def _slope(slope=_right_slope, divide=None):
    return _cross_entropy(slope=slope, divide=divide)


def _clipped(small):
    return lambda x, axis: np.log(np.clip(_softmax(x, axis), small, 1 - small))


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


_of = parts(_row)
ROWS = [
    *_of("mse_loss", "(pred - target)**2",
        BROADCASTS,
        row("no-square", "The differences are not squared: errors of both signs cancel.", "", lambda: d, "formula"),
        row("absolute-value", "It is the mean absolute error: the square is missing.", "", lambda: Abs(d), "formula"),
        row("half", "The factor 1/2 of some textbooks, with which the 2 of the gradient disappears.",
            "np.mean((pred - target)**2)", lambda: d**2 / 2, "beside-pytorch", True),
        SUMMED,
        row("divides-by-rows",
            "The sum is divided by the number of rows, not of elements: the same for one column only.",
            "np.mean over all elements", count=_rows_of),
        row("root", "It is the root of the mean, RMSE.", "leave the root out", made=_root_of_mean,
            anchor="beside-pytorch", variant=True),
        row("n-minus-one", "The sum is divided by n - 1, as for a variance.", "divide by n", count=lambda a: a.size - 1,
            anchor="derivation"),
        row("plus-for-minus", "The target is added where it must be subtracted.", "pred - target", lambda: (p + y) ** 2,
            "formula")),
    *_of("mse_loss_grad", "2 * (pred - target) / n",
        BY_ROWS, NOT_DIVIDED,
        row("no-two", "The factor 2 is missing: it is the gradient of half the loss.", "", lambda: d, "derivation"),
        row("sign-turned", "target - pred stands where pred - target must: a step would climb.", "", lambda: -2 * d,
            "derivation"),
        row("square-kept", "The square is not differentiated: 2 d^2 in place of 2 d.", "", lambda: 2 * d**2,
            "derivation")),
    *_of("l1_loss", "np.abs(pred - target)",
        BROADCASTS,
        row("no-absolute-value", "The differences keep their signs and cancel.", "", lambda: d, "formula"),
        row("squared", "It is the mean squared error.", "", lambda: d**2, "formula"),
        SUMMED,
        MEAN_OF_ROWS,
        row("median", "It is the median of the errors; the mean absolute error is their mean.", "np.mean(...)",
            made=_median, anchor="the-paper-s-claim"),
        row("half", "A factor 1/2 too many.", "np.mean(np.abs(pred - target))", lambda: Abs(d) / 2, "formula")),
    *_of("l1_loss_grad", "np.sign(pred - target) / n",
        row("overwrites-predictions", "The second line compares with what the first has just written, and the "
            "predictions are lost.", "", seen="writes"),
        row("compares-with-its-own-result", "The first line writes 1 over what is above the target; the second "
            "compares these ones with the target again.", "", made=_earlier_in_place),
        row("sign-turned", "The sign is that of target - pred: a step would climb.", "", lambda: -sign(d),
            "derivation"),
        NOT_DIVIDED, BY_ROWS,
        row("minus-one-at-zero",
            "Where prediction and target are equal it is -1; the block and PyTorch take 0 at this kink.",
            "np.sign(pred - target)", lambda: Piecewise((1, d > 0), (-1, True)), "derivation", True),
        row("one-at-zero", "Where prediction and target are equal it is 1; the block and PyTorch take 0 at this kink.",
            "np.sign(pred - target)", lambda: Piecewise((1, d >= 0), (-1, True)), "derivation", True),
        row("difference-for-sign", "It is the difference itself, not its sign: half of MSE's gradient.", "", lambda: d,
            "derivation")),
    *_of("huber_loss", "delta * (|d| - delta / 2)",
        BROADCASTS,
        row("half-delta", "The line subtracts delta / 2 where it must be delta^2 / 2: the same for delta = 1 only; for "
            "a smaller delta the loss goes below 0.", "", lambda: _cases(d**2 / 2, delta * Abs(d) - delta / 2, delta)),
        row("nothing-subtracted", "The line is delta |d|: without - delta^2 / 2 it does not meet the parabola.", "",
            lambda: _cases(d**2 / 2, delta * Abs(d), delta), "derivation"),
        row("no-half-on-the-parabola", "The parabola is d^2 where it must be d^2 / 2.", "d**2 / 2",
            lambda: _cases(d**2, delta * (Abs(d) - delta / 2), delta), "derivation"),
        row("no-absolute-value-at-threshold", "d < delta is compared where |d| < delta must be: large negative errors "
            "stay on the parabola.", "np.abs(d) < delta",
            lambda: _cases(d**2 / 2, delta * (Abs(d) - delta / 2), delta, False), "formula"),
        row("slope-one", "The line has the slope 1, |d| - delta / 2: delta must multiply it.", "",
            lambda: _cases(d**2 / 2, Abs(d) - delta / 2, delta)),
        row("delta-at-the-threshold-only", "delta moves the threshold and nothing else, d^2 / 2 and |d| - 1/2: the two "
            "halves meet for delta = 1 only.", "", lambda: _cases(d**2 / 2, Abs(d) - Rational(1, 2), delta),
            "derivation"),
        row("minus-half", "The line subtracts 1/2, which is right for delta = 1 only.", "",
            lambda: _cases(d**2 / 2, delta * Abs(d) - Rational(1, 2), delta), "derivation"),
        row("smooth-l1", "It is Smooth L1 with beta = delta: Huber's loss is delta times that.", "multiply by delta",
            lambda: _cases(d**2 / (2 * delta), Abs(d) - delta / 2, delta), "beside-pytorch", True),
        row("pseudo-huber", "It is the pseudo-Huber loss, delta^2 (sqrt(1 + (d / delta)^2) - 1).",
            "two cases, as in the paper", lambda: delta**2 * (sqrt(1 + (d / delta) ** 2) - 1), "beside-pytorch", True),
        row("log-cosh", "It is log cosh d.", "two cases, as in the paper",
            lambda: Abs(d) + log((1 + exp(-2 * Abs(d))) / 2), "beside-pytorch", True),
        SUMMED,
        MEAN_OF_ROWS),
    *_of("huber_loss_grad", "delta * np.sign(d)",
        row("one-beyond", "Beyond the threshold it is the sign of d: delta must multiply it.", "",
            lambda: _cases(d, sign(d), delta)),
        row("delta-without-sign", "Beyond the threshold it is delta, positive for errors of both signs.", "",
            lambda: _cases(d, delta, delta), "derivation"),
        row("no-clip", "d is never held at delta: it is the gradient of half the squared error.",
            "np.clip(d, -delta, delta)", lambda: d, "derivation"),
        row("sign-turned", "The sign is that of target - pred.", "np.clip(pred - target, -delta, delta)",
            lambda: -_cases(d, delta * sign(d), delta), "derivation"),
        BY_ROWS, NOT_DIVIDED),
    *_of("smooth_l1_loss", "d**2 / (2 * beta)",
        BROADCASTS,
        row("beta-not-in-the-parabola", "The parabola is d^2 / 2: it must be divided by beta to meet the line.", "",
            lambda: _cases(d**2 / 2, Abs(d) - beta / 2, beta)),
        row("beta-at-the-threshold-only", "beta moves the threshold and nothing else, d^2 / 2 and |d| - 1/2: the two "
            "halves meet for beta = 1 only.", "d**2 / (2 * beta), |d| - beta / 2",
            lambda: _cases(d**2 / 2, Abs(d) - Rational(1, 2), beta), "derivation"),
        row("minus-half", "The line subtracts 1/2, which is right for beta = 1 only.", "|d| - beta / 2",
            lambda: _cases(d**2 / (2 * beta), Abs(d) - Rational(1, 2), beta), "derivation"),
        row("nothing-subtracted", "The line is |d|: without - beta / 2 it does not meet the parabola.",
            "|d| - beta / 2", lambda: _cases(d**2 / (2 * beta), Abs(d), beta), "derivation"),
        row("no-half-on-the-parabola", "The parabola is d^2 / beta where it must be half of that.", "",
            lambda: _cases(d**2 / beta, Abs(d) - beta / 2, beta), "derivation"),
        row("huber", "It is Huber's loss with delta = beta: Smooth L1 is that divided by beta.", "divide by beta",
            lambda: _cases(d**2 / 2, beta * (Abs(d) - beta / 2), beta), "beside-pytorch", True),
        row("no-absolute-value-at-threshold", "d < beta is compared where |d| < beta must be.", "np.abs(d) < beta",
            lambda: _cases(d**2 / (2 * beta), Abs(d) - beta / 2, beta, False), "formula"),
        SUMMED,
        MEAN_OF_ROWS),
    *_of("smooth_l1_loss_grad", "np.clip(d / beta, -1, 1)",
        row("not-divided-by-beta", "Below the threshold it is d, where it must be d / beta.", "",
            lambda: _cases(d, sign(d), beta), "derivation"),
        row("huber-s", "It is Huber's gradient, d held within beta.", "", lambda: _cases(d, beta * sign(d), beta),
            "beside-pytorch"),
        row("sign-turned", "The sign is that of target - pred.", "", lambda: -_cases(d / beta, sign(d), beta),
            "derivation"),
        NOT_DIVIDED, BY_ROWS),
    *_of("binary_cross_entropy", "np.maximum(np.log(p), -100)",
        BROADCASTS,
        row("minus-between", "A minus stands between the two terms: for label 0 the loss falls the more wrong the "
            "prediction gets.", "y * log(p) + (1 - y) * log(1 - p)", lambda: -(y * log_p - (1 - y) * log_q)),
        row("no-minus", "The minus before the sum is missing: it is at most 0.", "-(...)",
            lambda: y * log_p + (1 - y) * log_q, "formula"),
        row("first-term-only", "The term for label 0 is missing: such samples cost nothing.", "(1 - y) * log(1 - p)",
            lambda: -y * log_p, "derivation"),
        row("takes-logits", "It takes logits: a sigmoid is applied to what is a probability already.",
            "hand over the logits, or leave the sigmoid out",
            lambda: -(y * log(1 / (1 + exp(-p))) + (1 - y) * log(1 - 1 / (1 + exp(-p))))),
        row("exchanged", "Prediction and target have changed places: log(y) stands where log(p) must.", "y * log(p)",
            lambda: -(p * Max(log(y), -100) + (1 - p) * Max(log(1 - y), -100)), "formula"),
        row("log-of-zero", "At p = 0 and p = 1 it is infinite or NaN: the logarithm is not held.", "",
            lambda: -(y * log(p) + (1 - y) * log(1 - p)), "where-it-fails"),
        row("base-two", "The logarithm is that of base 2.", "np.log", lambda: -(y * log_p + (1 - y) * log_q) / log(2),
            "derivation"),
        *(row(f"plus-{_power(small)}", f"{small:g} is added inside the logarithm: a perfect prediction costs less than "
              "nothing, and a certain, wrong one is capped.", "",
              lambda small=small: -(y * log(p + Float(small)) + (1 - y) * log(1 - p + Float(small))))
          for small in (1e-8, 1e-12, 1e-7, 1e-10, 1e-15)),
        *(row(f"clipped-{_power(small)}", f"p is clipped to [{small:g}, 1 - {small:g}]{KERAS.get(small, '')}: a "
              f"certain, wrong prediction costs {-np.log(small):.1f} where the block says 100.", "",
              lambda small=small: _clip(small), "beside-pytorch", True)
          for small in (1e-7, 1e-12, 1e-15, 1e-8, 1e-10)),
        SUMMED,
        MEAN_OF_ROWS),
    *_of("binary_cross_entropy_grad", "(p - y) / (p * (1 - p))",
        row("fused-with-sigmoid", "p - y is the gradient by the logit, with the sigmoid put in; by p it is (p - y) / "
            "(p (1 - p)).", "", lambda: p - y, "derivation", True),
        row("first-term-only", "-y / p alone: the term of label 0 is missing.", "-y / p + (1 - y) / (1 - p)",
            lambda: -y / p, "derivation"),
        row("sign-turned", "y - p stands where p - y must: a step would climb.", "",
            lambda: (y - p) / Max(p * (1 - p), Rational(1, 10**12)), "derivation"),
        row("minus-between", "-y / p - (1 - y) / (1 - p): the second term must be added.", "-y / p + (1 - y) / (1 - p)",
            lambda: -y / p - (1 - y) / (1 - p), "derivation"),
        row("divides-by-zero", "At p = 0 and p = 1 it is infinite or NaN: the denominator is not held above 0.",
            "np.maximum(p * (1 - p), 1e-12)", lambda: (p - y) / (p * (1 - p)), "where-it-fails"),
        NOT_DIVIDED, BY_ROWS),
    *_of("cross_entropy", "x - log(sum(exp(x)))",
        row("takes-probabilities",
            "It takes probabilities, where the block and PyTorch take logits: no softmax is made.",
            "log_softmax(logits)", _cross_entropy(lambda x, axis: np.log(x))),
        row("takes-log-probabilities",
            "It takes logarithms of probabilities, as PyTorch's nll_loss: no softmax is made.", "log_softmax(logits)",
            _cross_entropy(lambda x, axis: x), "beside-pytorch", True),
        row("softmax-twice", "The softmax is made twice: the second sees numbers between 0 and 1 only, and the loss "
            "cannot come near 0.", "hand over the logits",
            _cross_entropy(lambda x, axis: _log_softmax(_softmax(x, axis), axis))),
        row("largest-not-subtracted", "exp overflows from 710 on: the largest logit must be subtracted first.",
            "x - x.max(axis, keepdims=True)", _cross_entropy(lambda x, axis: np.log(_softmax(x, axis, False))),
            "where-it-fails"),
        row("log-of-a-rounded-softmax", "The logarithm is taken of the finished softmax, which rounds to 0: the loss "
            "is infinite where it is 1000.", "", _cross_entropy(lambda x, axis: np.log(_softmax(x, axis))),
            "where-it-fails"),
        row("wrong-axis", "The softmax runs over the samples, not over the classes.", "axis=1",
            _cross_entropy(lambda x, axis: _log_softmax(x, 0)), "formula"),
        row("over-the-whole-table", "The softmax divides by the sum over the whole batch, not over each sample's "
            "classes.", "sum(axis=1, keepdims=True)", _cross_entropy(lambda x, axis: x - np.log(np.exp(x).sum())),
            "formula"),
        row("no-minus", "The minus is missing: it is at most 0.", "-log(p[y])",
            _cross_entropy(lambda x, axis: -_log_softmax(x, axis)), "formula"),
        row("no-logarithm", "The logarithm is missing: it is minus the probability of the right class.", "-log(p[y])",
            _cross_entropy(_softmax), "formula"),
        row("sigmoid-for-softmax", "A sigmoid is made of each logit: the probabilities do not sum to 1.", "softmax",
            _cross_entropy(lambda x, axis: -np.logaddexp(0, -x)), "formula"),
        row("mean-over-classes-too", "The mean divides by samples times classes.", "divide by the number of samples",
            _cross_entropy(divide=lambda chosen, classes: chosen.sum() * classes), "reductions"),
        row("weights-not-in-the-mean", "The weighted mean divides by the number of samples, not by the sum of their "
            "weights.", "divide by weight[target].sum()",
            _cross_entropy(divide=lambda chosen, classes: np.count_nonzero(chosen)), "beside-pytorch"),
        row("counts-the-ignored", "The mean counts the ignored samples.", "divide by the number of those that are kept",
            _cross_entropy(divide=lambda chosen, classes: chosen.sum() + np.sum(chosen == 0)), "beside-pytorch"),
        row("smoothed-over-the-others", "The smoothing is shared by the other classes only, e / (C - 1); the paper's "
            "and PyTorch's share goes to all.", "(1 - e) * q + e / C",
            _cross_entropy(smooth=lambda q, e, c: (1 - e) * q + (1 - q) * e / (c - 1)), "beside-pytorch", True),
        row("sum-for-mean", "The samples are summed, not averaged: it grows with the batch.", "np.mean(...)",
            _cross_entropy(divide=lambda chosen, classes: 1), "reductions", True),
        *(row(f"clipped-{_power(small)}", f"The probabilities are clipped at {small:g}{KERAS.get(small, '')}: a "
              f"certain, wrong prediction costs {-np.log(small):.1f} and has no gradient.", "",
              _cross_entropy(_clipped(small)), "where-it-fails", True) for small in (1e-7, 1e-12, 1e-15)),
        *(row(f"plus-{_power(small)}", f"{small:g} is added inside the logarithm, which caps the loss.", "",
              _cross_entropy(lambda x, axis, small=small: np.log(_softmax(x, axis) + small)), "where-it-fails")
          for small in (1e-8, 1e-12, 1e-7, 1e-10, 1e-15))),
    *_of("cross_entropy_grad", "p - t",
        row("diagonal-only", "Only the diagonal p (1 - p) of the softmax's derivative is kept: each class forgets what "
            "the others do.", "", _slope(lambda soft, t, axis: -t * (1 - soft)), "bugs-people-write"),
        row("softmax-only", "It is the softmax: the target is not subtracted.", "",
            _slope(lambda soft, t, axis: soft), "derivation"),
        row("sign-turned", "t - p stands where p - t must: a step would climb.", "",
            _slope(lambda soft, t, axis: -_right_slope(soft, t, axis)), "derivation"),
        row("not-divided", "The gradient of the mean is not divided by the number of samples.", "(p - t) / N",
            _slope(divide=lambda chosen, classes: 1), "derivation"),
        row("divides-by-classes-too", "It is divided by samples times classes.", "(p - t) / N",
            _slope(divide=lambda chosen, classes: chosen.sum() * classes), "derivation"),
        row("by-the-probability", "-t / p is the gradient by the probability; the softmax's own is missing.", "",
            _slope(lambda soft, t, axis: -t / soft), "derivation"),
        row("at-the-softmax", "The derivative is taken at the softmax of the logits, as if they were the logits: it is "
            "made twice.", "", _at_the_softmax, "derivation")),
]  # fmt: skip
