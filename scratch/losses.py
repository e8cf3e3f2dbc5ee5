"""The six losses and their gradients, from simple to complex.

Every loss compares an array with its target and returns one number, or with reduction="none" one number per element.
Every NAME_grad returns the gradient of exactly that value by the first argument; for "none", of the sum of its
elements. A float first argument gives its dtype to the result; integers and booleans give float64. Inside, all
arithmetic is float64, the sum over the elements included, and the result is rounded once. So float16 and float32
results are the correctly rounded ones, but for rare ties and for gradients of cross entropy whose terms cancel (soft or
smoothed targets near the optimum): these keep float64's absolute error, a few 1e-16 of the terms, however small the
gradient is. A longdouble result has only float64's digits. NaN gives NaN, also in the gradients, and no finite input
causes a warning: a result beyond the dtype is infinite, and the mean of nothing is NaN. Nothing is rescaled: a sum, or
a gradient before it is divided, that leaves float64's range makes the mean infinite or, with weights of both signs,
NaN. Shapes never broadcast: (N,) against (N, 1) is an error, and so is an array with a mask.
"""

import functools

import numpy as np

from scratch.checks import arguments, array, choice, floats, integer, number, require

_reduction = choice("mean", "sum", "none")


def _residuals(pred, target, **others):
    """The arguments, pred and target as float64 of one shape; the result's dtype; and what a mean divides by."""
    pred, dtype = floats("pred", pred)
    target, _ = floats("target", target)
    require(target.shape == pred.shape, "target", f"an array of pred's shape {pred.shape}", target.shape)
    return {"pred": pred, "target": target, **others}, dtype, pred.size


def _probabilities(weight, **others):
    """The same, with pred and target in [0, 1] and a weight of float64 that broadcasts to their shape."""
    given, dtype, size = _residuals(**others)
    for name in ("pred", "target"):
        outside = given[name][~((given[name] >= 0) & (given[name] <= 1))]
        require(not outside.size, name, "an array of numbers in [0, 1]", next(iter(outside.tolist()), None))
    weight, _ = floats("weight", 1 if weight is None else weight)
    shape = given["target"].shape
    sides = (1,) * (len(shape) - weight.ndim) + weight.shape
    fits = len(sides) == len(shape) and all(m in (1, n) for m, n in zip(sides, shape))
    require(fits, "weight", f"an array that broadcasts to target's shape {shape}", weight.shape)
    return {"weight": weight, **given}, dtype, size


def _classes(logits, target, weight, label_smoothing, ignore_index, reduction):
    """The same for cross entropy: logits x, target as probabilities q, and weight w, so that they broadcast.

    A class becomes a row with one 1. w is 0 where the formula has no term, x and w are 0 for samples that are ignored.
    """
    x, dtype = floats("logits", logits)
    axis = min(1, x.ndim - 1)
    C = x.shape[axis] if x.ndim else 0
    require(C > 0, "logits", "an array (C,) or (N, C, ...) with at least one class", x.shape)
    samples, along = x.shape[:axis] + x.shape[axis + 1 :], (C,) + (1,) * (x.ndim - 1 - axis)
    w, _ = floats("weight", np.ones(C) if weight is None else weight)
    require(w.shape == (C,), "weight", f"an array of shape ({C},)", w.shape)
    y, ignore_index = array("target", target), integer("ignore_index", ignore_index)
    if y.shape == x.shape and y.dtype.kind == "f":
        require(ignore_index == -100, "ignore_index", "left out when target holds probabilities", ignore_index)
        q, kept, divisor = y.astype(np.float64), True, x.size // C
    else:
        known = y.shape == samples and (y.dtype.kind in "iu" or (y.dtype.kind == "f" and y.size == 0))
        what = f"classes, integers of shape {samples}, or probabilities, floats of shape {x.shape}"
        require(known, "target", what, (y.dtype.name, y.shape))
        kept = y != ignore_index
        outside = kept & ((y < 0) | (y >= C))
        if outside.any():
            raise IndexError(f"target must be a class from 0 to {C - 1}, got {y[outside][0]}")
        chosen = y[kept].astype(np.intp, copy=False)
        if reduction == "mean" and weight is not None:  # the scale of the samples' weights cancels: keep it in range
            w = np.ldexp(w, -np.frexp(np.max(np.abs(w[chosen]), initial=0))[1])
        divisor, kept = w[chosen].sum(), np.expand_dims(kept, axis)
        q = kept & (np.expand_dims(y, axis) == np.arange(C).reshape(along))
    w = w.reshape(along)
    if not np.all(kept) or not np.isfinite(w).all():
        x, w = np.where(kept, x, 0), np.where(kept & ((q != 0) | (label_smoothing > 0)), w, 0)
    given = {"logits": x, "target": q, "weight": w, "label_smoothing": label_smoothing}
    return {**given, "ignore_index": ignore_index, "reduction": reduction}, dtype, divisor


def _reduced(losses, reduction, divisor):
    """The losses, their sum, or their mean, which is NaN where it divides by 0. Adding 0 makes 0 of -0."""
    if reduction == "mean":
        return 0 + losses.sum() / (divisor or np.nan)
    return 0 + (losses.sum() if reduction == "sum" else losses)


def _shared(slopes, reduction, divisor):
    """The gradient of what `_reduced` makes: the slopes, for the mean their shares, 0 where it divides by 0."""
    if reduction == "mean":
        slopes /= divisor or np.inf
    return slopes


def _loss(prepare=_residuals, reduce=_reduced, **intervals):
    """A decorator for the equation of a loss per element: arguments checked, float64 inside, one rounding, no warnings.

    prepare: checks the arrays. reduce: makes of the losses what reduction asks for. intervals: for each number among
    the options, where it must lie.
    """

    def guard(equation):
        bound = arguments(equation)

        @functools.wraps(equation)
        def guarded(*args, **kwargs):
            given = bound(args, kwargs)
            reduction = _reduction("reduction", given["reduction"])
            given.update({name: number(name, given[name], interval) for name, interval in intervals.items()})
            with np.errstate(all="ignore"):
                values, dtype, divisor = prepare(**given)
                return np.asarray(reduce(equation(**values), reduction, divisor), dtype)

        return guarded

    return guard


_gradient = functools.partial(_loss, reduce=_shared)  # the same for the equation of a gradient per element


@_loss()
def mse_loss(pred, target, *, reduction="mean"):
    """Mean squared error, the mean of (pred - target)^2.

    Source: Legendre 1805, "Nouvelles methodes pour la determination des orbites des cometes", appendix.

    pred, target: real arrays of one shape, any range. reduction: "mean" over all elements, "sum", or "none" for one
    loss per element.
    Returns values in [0, inf). Raises ValueError for shapes that differ, an unknown reduction, or an array that does
    not hold real numbers.
    """
    return (pred - target) ** 2


@_gradient()
def mse_loss_grad(pred, target, *, reduction="mean"):
    """Gradient of mse_loss by pred: 2 (pred - target).

    pred, target, reduction: those of mse_loss; for "mean" the gradient is divided by the number of elements.
    Returns an array of pred's shape. Raises ValueError as mse_loss does.
    """
    return 2 * (pred - target)


@_loss()
def l1_loss(pred, target, *, reduction="mean"):
    """Mean absolute error, the mean of |pred - target|.

    Source: Boscovich 1757, as told by Stigler 1986, "The History of Statistics", chapter 1.

    pred, target: real arrays of one shape, any range. reduction: "mean" over all elements, "sum", or "none" for one
    loss per element.
    Returns values in [0, inf). Raises ValueError for shapes that differ, an unknown reduction, or an array that does
    not hold real numbers.
    """
    return np.abs(pred - target)


@_gradient()
def l1_loss_grad(pred, target, *, reduction="mean"):
    """Gradient of l1_loss by pred: the sign of pred - target.

    pred, target, reduction: those of l1_loss; for "mean" the gradient is divided by the number of elements.
    Returns an array of pred's shape. Raises ValueError as l1_loss does.

    |d| has no derivative at d = 0; as in PyTorch, 0 is returned there. NaN gives NaN, where PyTorch gives 0.
    """
    return np.sign(pred - target)


@_loss(beta="[0, inf)")
def smooth_l1_loss(pred, target, *, beta=1.0, reduction="mean"):
    """Smooth L1: d^2 / (2 beta) where |d| < beta, else |d| - beta / 2.

    Source: Girshick 2015, "Fast R-CNN", arXiv 1504.08083, eq. 3, where beta is 1.

    pred, target: real arrays of one shape, any range; d = pred - target. beta: a finite number of at least 0, the |d|
    at which the parabola becomes a line of slope 1; 0 gives l1_loss. reduction: "mean" over all elements, "sum", or
    "none" for one loss per element.
    Returns values in [0, inf). Raises ValueError for any other beta (PyTorch takes inf, where the loss is 0
    everywhere), shapes that differ, an unknown reduction, or an array that does not hold real numbers.

    Both cases are a / beta * (|d| - a / 2) with a = min(|d|, beta).
    """
    d = np.abs(pred - target)
    if beta == 0:
        return d
    a = np.minimum(d, beta)
    return a / beta * (d - a / 2)


@_gradient(beta="[0, inf)")
def smooth_l1_loss_grad(pred, target, *, beta=1.0, reduction="mean"):
    """Gradient of smooth_l1_loss by pred: d / beta held within [-1, 1].

    pred, target, beta, reduction: those of smooth_l1_loss; d = pred - target. A mean divides the gradient, too.
    Returns an array of pred's shape. Raises ValueError as smooth_l1_loss does.

    With beta = 0 it is the sign of d, 0 at 0.
    """
    d = pred - target
    return np.clip(d / beta, -1, 1) if beta else np.sign(d)


@_loss(delta="(0, inf]")
def huber_loss(pred, target, *, delta=1.0, reduction="mean"):
    """Huber's loss: d^2 / 2 where |d| < delta, else delta (|d| - delta / 2).

    Source: Huber 1964, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35.

    pred, target: real arrays of one shape, any range; d = pred - target. delta: a number above 0, the |d| at which the
    parabola becomes a line of slope delta; inf, as in PyTorch, gives half of mse_loss. reduction: "mean" over all
    elements, "sum", or "none" for one loss per element.
    Returns values in [0, inf). Raises ValueError for any other delta, shapes that differ, an unknown reduction, or an
    array that does not hold real numbers.

    Both cases are a (|d| - a / 2) with a = min(|d|, delta): delta times smooth_l1_loss with beta = delta.
    """
    d = np.abs(pred - target)
    a = np.minimum(d, min(delta, 1e200))  # inf - inf would be NaN
    return a * (d - a / 2)


@_gradient(delta="(0, inf]")
def huber_loss_grad(pred, target, *, delta=1.0, reduction="mean"):
    """Gradient of huber_loss by pred: d held within [-delta, delta].

    pred, target, delta, reduction: those of huber_loss; d = pred - target. A mean divides the gradient, too.
    Returns an array of pred's shape. Raises ValueError as huber_loss does.
    """
    return np.clip(pred - target, -delta, delta)


@_loss(_probabilities)
def binary_cross_entropy(pred, target, *, weight=None, reduction="mean"):
    """Binary cross entropy, the mean of -(y log(p) + (1 - y) log(1 - p)).

    Source: Good 1952, "Rational decisions", Journal of the Royal Statistical Society B 14; as a network's loss: Solla,
    Levin, Fleisher 1988, "Accelerated learning in layered neural networks", Complex Systems 2.

    pred, target: arrays p and y of one shape, in [0, 1]. weight: None, or a real array that broadcasts to target's
    shape and multiplies the losses. reduction: "mean" over all elements (weighted or not, it divides by their number),
    "sum", or "none" for one loss per element.
    Returns values in [0, 100] without weights. Raises ValueError for pred or target outside [0, 1] or NaN, shapes that
    differ, a weight that does not broadcast, an unknown reduction, or an array that does not hold real numbers.

    As in PyTorch, and unlike the papers, each logarithm is held at -100 or more, so that p = 0 and p = 1 stay finite.
    log(1 - p) is log1p(-p), which keeps its digits for small p.
    """
    p, y, w = pred, target, weight
    log_p = np.maximum(np.log(p), -100)
    log_not_p = np.maximum(np.log1p(-p), -100)
    return -w * (y * log_p + (1 - y) * log_not_p)


@_gradient(_probabilities)
def binary_cross_entropy_grad(pred, target, *, weight=None, reduction="mean"):
    """Gradient of binary_cross_entropy by pred: (p - y) / (p (1 - p)).

    pred, target, weight, reduction: those of binary_cross_entropy. A mean divides the gradient, too.
    Returns an array of pred's shape. Raises ValueError as binary_cross_entropy does.

    As in PyTorch, the denominator is held at 1e-12 or more, so that p = 0 and p = 1 stay finite; there the result is no
    longer the derivative of the value.
    """
    p, y, w = pred, target, weight
    return w * ((p - y) / np.maximum(p * (1 - p), 1e-12))


def _log_softmax(x, axis):
    """log(exp(x) / sum(exp(x))), where m is the largest x, as x - m - log1p(s).

    s is the sum of exp(x - m) over all classes but that of m; of several with the same m one is left out.
    """
    log_p = x - x.max(axis, keepdims=True)
    largest = log_p == 0
    s = (np.exp(log_p) - largest).sum(axis, keepdims=True) + (largest.sum(axis, keepdims=True) - 1)
    log_p -= np.log1p(s)
    return log_p


@_loss(_classes, label_smoothing="[0, 1]")
def cross_entropy(logits, target, *, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    """Cross entropy, the mean over samples of the sum over classes of -t log(p).

    Source: Bridle 1990, "Probabilistic interpretation of feedforward classification network outputs, with relationships
    to statistical pattern recognition"; label smoothing: Szegedy et al. 2015, arXiv 1512.00567, section 7.

    logits: real array x of shape (C,) or (N, C, ...), any range; p = softmax(x). target: the classes, integers from 0
    to C - 1 of logits' shape without the class axis, for which q is one-hot; or the probabilities q themselves, floats
    of logits' shape (neither their range nor their sum is checked). weight: None, or C numbers w, with which t = w ((1
    - e) q + e / C). ignore_index: the class that marks a sample to leave out; it counts as a loss of 0.
    label_smoothing: the share e of each q that is spread evenly, in [0, 1]. reduction: "mean", "sum", or "none" for one
    loss per sample. The mean over classes divides by the sum of weight[target] over the samples that are not ignored;
    the mean over probabilities by the number of samples.
    Returns values in [0, inf) for weights and probabilities of at least 0; the mean of no sample is NaN. Raises
    IndexError for a class out of range; ValueError for a target of another shape or kind, a weight of another shape,
    label_smoothing outside [0, 1], an ignore_index with probabilities, an unknown reduction, or an array that does not
    hold real numbers.

    Unlike the formula as typeset, the largest logit is taken out before exp, so that nothing overflows, and the sum
    over the other classes goes through log1p: the loss of logits (40, 0, 0) is right to the last digits, where PyTorch
    gives 0. A target of 0 gives 0 also at a logit of -inf, where PyTorch's probabilities give NaN; and without
    smoothing also for a class of infinite weight. Only the ratios of the weights matter to a mean over classes: they
    may reach 1e300.
    """
    x, q, w, e = logits, target, weight, label_smoothing
    axis = min(1, x.ndim - 1)
    t = w * ((1 - e) * q + e / x.shape[axis])
    log_p = _log_softmax(x, axis)
    log_p[(t == 0) & np.isinf(log_p)] = 0  # 0 log(0) is 0
    return -(t * log_p).sum(axis)


@_gradient(_classes, label_smoothing="[0, 1]")
def cross_entropy_grad(logits, target, *, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    """Gradient of cross_entropy by the logits: p - t, in general p sum(t) - t.

    logits, target, weight, ignore_index, label_smoothing, reduction: those of cross_entropy, with p = softmax(logits).
    Returns an array of logits' shape, 0 for samples that are ignored. Raises as cross_entropy does. Where the mean is
    NaN because it divides by 0, the gradient is 0.

    p sum(t) - t is taken as p (sum(t) - t) - t (1 - p) with 1 - p = -expm1(log(p)): digits stay as p nears 1.
    """
    x, q, w, e = logits, target, weight, label_smoothing
    axis = min(1, x.ndim - 1)
    t = w * ((1 - e) * q + e / x.shape[axis])
    log_p = _log_softmax(x, axis)
    others = t.sum(axis, keepdims=True) - t
    return np.exp(log_p) * others + t * np.expm1(log_p)
