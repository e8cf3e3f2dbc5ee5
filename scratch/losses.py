"""The six losses and their gradients, from simple to complex.

Every loss compares an array with its target and returns one number, or with
reduction="none" one number per element. Every NAME_grad returns the gradient of exactly
that value by the first argument; for "none", of the sum of its elements. A float first
argument gives its dtype to the result; integers and booleans give float64. Inside, all
arithmetic is float64, the sum over the elements included: float16 and float32 results
are therefore the correctly rounded ones, but for rare ties, and a longdouble result has
only float64's digits. NaN gives NaN, also in the gradients, and no finite input causes
a warning: a result beyond the dtype is infinite, and the mean of nothing is NaN. Sums
are not rescaled: one that leaves float64's range makes the mean infinite or, with
weights of both signs, NaN. Shapes never broadcast: (N,) against (N, 1) is an error.
"""

from numbers import Integral, Real

import numpy as np


def _float64(name, values):
    """Return the values as float64, and the dtype that the result shall have."""
    values = np.asarray(values)
    if values.dtype.kind not in "fiub":
        raise ValueError(f"{name} must hold real numbers, got dtype {values.dtype}")
    dtype = values.dtype if values.dtype.kind == "f" else np.dtype(np.float64)
    return values.astype(np.float64, copy=False), dtype


def _check_reduction(reduction):
    if not isinstance(reduction, str) or reduction not in ("mean", "sum", "none"):
        raise ValueError(f'reduction must be "mean", "sum" or "none", got {reduction!r}')


def _pair(pred, target, reduction):
    """Return pred and target as float64, and the dtype that the result shall have."""
    _check_reduction(reduction)
    pred, dtype = _float64("pred", pred)
    target, _ = _float64("target", target)
    if target.shape != pred.shape:
        raise ValueError(f"target must have pred's shape {pred.shape}, got shape {target.shape}")
    return pred, target, dtype


def _finite(value):
    """Return the number as a float, or None where it is no finite real number."""
    try:
        number = float(value) if isinstance(value, Real) else np.inf
    except OverflowError:  # an integer or a fraction beyond float64
        return None
    return number if np.isfinite(number) else None


def _check_beta(beta):
    if _finite(beta) is None or not beta >= 0:
        raise ValueError(f"beta must be a finite number of at least 0, got {beta!r}")
    return float(beta)


def _check_delta(delta):
    if _finite(delta) is None or not float(delta) > 0:
        raise ValueError(f"delta must be a finite number above 0, got {delta!r}")
    return float(delta)


def _reduce(losses, reduction):
    if reduction == "none":
        return losses
    return losses.sum() / (losses.size if reduction == "mean" else 1)


def _share(gradient, reduction):
    return gradient / gradient.size if reduction == "mean" else gradient


@np.errstate(all="ignore")
def mse_loss(pred, target, *, reduction="mean"):
    """Mean squared error, the mean of (pred - target)^2.

    Source: Legendre 1805, "Nouvelles methodes pour la determination des orbites des
    cometes", appendix.

    pred, target: real arrays of one shape, any range. reduction: "mean" over all
    elements, "sum", or "none" for one loss per element.
    Returns values in [0, inf). Raises ValueError for shapes that differ, an unknown
    reduction, or an array that does not hold real numbers.
    """
    pred, target, dtype = _pair(pred, target, reduction)
    d = pred - target
    return np.asarray(_reduce(d * d, reduction), dtype)


@np.errstate(all="ignore")
def mse_loss_grad(pred, target, *, reduction="mean"):
    """Gradient of mse_loss by pred: 2 (pred - target).

    pred, target: real arrays of one shape, any range. reduction: that of mse_loss; for
    "mean" the gradient is divided by the number of elements.
    Returns an array of pred's shape. Raises ValueError as mse_loss does.
    """
    pred, target, dtype = _pair(pred, target, reduction)
    return np.asarray(2 * _share(pred - target, reduction), dtype)


@np.errstate(all="ignore")
def l1_loss(pred, target, *, reduction="mean"):
    """Mean absolute error, the mean of |pred - target|.

    Source: Boscovich 1757, as told by Stigler 1986, "The History of Statistics",
    chapter 1.

    pred, target: real arrays of one shape, any range. reduction: "mean" over all
    elements, "sum", or "none" for one loss per element.
    Returns values in [0, inf). Raises ValueError for shapes that differ, an unknown
    reduction, or an array that does not hold real numbers.
    """
    pred, target, dtype = _pair(pred, target, reduction)
    return np.asarray(_reduce(np.abs(pred - target), reduction), dtype)


@np.errstate(all="ignore")
def l1_loss_grad(pred, target, *, reduction="mean"):
    """Gradient of l1_loss by pred: the sign of pred - target.

    pred, target: real arrays of one shape, any range. reduction: that of l1_loss; for
    "mean" the gradient is divided by the number of elements.
    Returns an array of pred's shape. Raises ValueError as l1_loss does.

    |d| has no derivative at d = 0; as in PyTorch, 0 is returned there. NaN gives NaN,
    where PyTorch gives 0.
    """
    pred, target, dtype = _pair(pred, target, reduction)
    return np.asarray(_share(np.sign(pred - target), reduction), dtype)


@np.errstate(all="ignore")
def smooth_l1_loss(pred, target, *, beta=1.0, reduction="mean"):
    """Smooth L1: d^2 / (2 beta) where |d| < beta, else |d| - beta / 2.

    Source: Girshick 2015, "Fast R-CNN", arXiv 1504.08083, eq. 3, where beta is 1.

    pred, target: real arrays of one shape, any range; d = pred - target. beta: a finite
    number of at least 0, the |d| at which the parabola becomes a line of slope 1; 0
    gives l1_loss. reduction: "mean" over all elements, "sum", or "none" for one loss
    per element.
    Returns values in [0, inf). Raises ValueError for such a beta, shapes that differ,
    an unknown reduction, or an array that does not hold real numbers.

    Both cases are a / beta * (|d| - a / 2) with a = min(|d|, beta).
    """
    beta = _check_beta(beta)
    pred, target, dtype = _pair(pred, target, reduction)
    d = np.abs(pred - target)
    if beta == 0:
        return np.asarray(_reduce(d, reduction), dtype)
    a = np.minimum(d, beta)
    return np.asarray(_reduce(a / beta * (d - a / 2), reduction), dtype)


@np.errstate(all="ignore")
def smooth_l1_loss_grad(pred, target, *, beta=1.0, reduction="mean"):
    """Gradient of smooth_l1_loss by pred: d / beta held within [-1, 1].

    pred, target: real arrays of one shape, any range; d = pred - target. beta,
    reduction: those of smooth_l1_loss; for "mean" the gradient is divided by the number
    of elements.
    Returns an array of pred's shape. Raises ValueError as smooth_l1_loss does.

    With beta = 0 it is the sign of d, 0 at 0.
    """
    beta = _check_beta(beta)
    pred, target, dtype = _pair(pred, target, reduction)
    d = pred - target
    slope = np.clip(d / beta, -1, 1) if beta else np.sign(d)
    return np.asarray(_share(slope, reduction), dtype)


@np.errstate(all="ignore")
def huber_loss(pred, target, *, delta=1.0, reduction="mean"):
    """Huber's loss: d^2 / 2 where |d| < delta, else delta (|d| - delta / 2).

    Source: Huber 1964, "Robust estimation of a location parameter", Annals of
    Mathematical Statistics 35.

    pred, target: real arrays of one shape, any range; d = pred - target. delta: a
    finite number above 0, the |d| at which the parabola becomes a line of slope delta.
    reduction: "mean" over all elements, "sum", or "none" for one loss per element.
    Returns values in [0, inf). Raises ValueError for such a delta, shapes that differ,
    an unknown reduction, or an array that does not hold real numbers.

    Both cases are a (|d| - a / 2) with a = min(|d|, delta): delta times smooth_l1_loss
    with beta = delta.
    """
    delta = _check_delta(delta)
    pred, target, dtype = _pair(pred, target, reduction)
    d = np.abs(pred - target)
    a = np.minimum(d, delta)
    return np.asarray(_reduce(a * (d - a / 2), reduction), dtype)


@np.errstate(all="ignore")
def huber_loss_grad(pred, target, *, delta=1.0, reduction="mean"):
    """Gradient of huber_loss by pred: d held within [-delta, delta].

    pred, target: real arrays of one shape, any range; d = pred - target. delta,
    reduction: those of huber_loss; for "mean" the gradient is divided by the number of
    elements.
    Returns an array of pred's shape. Raises ValueError as huber_loss does.
    """
    delta = _check_delta(delta)
    pred, target, dtype = _pair(pred, target, reduction)
    slope = np.clip(pred - target, -delta, delta)
    return np.asarray(_share(slope, reduction), dtype)


def _probabilities(pred, target, weight, reduction):
    """Return pred, target and weight as float64, and the result's dtype."""
    pred, target, dtype = _pair(pred, target, reduction)
    for name, values in (("pred", pred), ("target", target)):
        outside = values[~((values >= 0) & (values <= 1))]
        if outside.size:
            raise ValueError(f"{name} must lie in [0, 1], got {float(outside[0])!r}")
    weight, _ = _float64("weight", 1.0 if weight is None else weight)
    sides = zip(weight.shape[::-1], target.shape[::-1])
    if weight.ndim > target.ndim or any(m not in (1, n) for m, n in sides):
        raise ValueError(f"weight must broadcast to target's shape {target.shape}, got shape {weight.shape}")
    return pred, target, weight, dtype


@np.errstate(all="ignore")
def binary_cross_entropy(pred, target, *, weight=None, reduction="mean"):
    """Binary cross entropy, the mean of -(y log(p) + (1 - y) log(1 - p)).

    Source: Good 1952, "Rational decisions", Journal of the Royal Statistical Society B
    14; as a network's loss: Solla, Levin, Fleisher 1988, "Accelerated learning in
    layered neural networks", Complex Systems 2.

    pred, target: arrays p and y of one shape, in [0, 1]. weight: None, or a real array
    that broadcasts to target's shape and multiplies the losses. reduction: "mean" over
    all elements (weighted or not, it divides by their number), "sum", or "none" for one
    loss per element.
    Returns values in [0, 100] without weights. Raises ValueError for pred or target
    outside [0, 1] or NaN, shapes that differ, a weight that does not broadcast, an
    unknown reduction, or an array that does not hold real numbers.

    As in PyTorch, and unlike the papers, each logarithm is held at -100 or more, so
    that p = 0 and p = 1 stay finite. log(1 - p) is log1p(-p), which keeps its digits
    for small p.
    """
    p, y, w, dtype = _probabilities(pred, target, weight, reduction)
    losses = y * np.minimum(-np.log(p), 100) + (1 - y) * np.minimum(-np.log1p(-p), 100)
    return np.asarray(_reduce(w * losses, reduction), dtype)


@np.errstate(all="ignore")
def binary_cross_entropy_grad(pred, target, *, weight=None, reduction="mean"):
    """Gradient of binary_cross_entropy by pred: (p - y) / (p (1 - p)).

    pred, target: arrays p and y of one shape, in [0, 1]. weight, reduction: those of
    binary_cross_entropy; for "mean" the gradient is divided by the number of elements.
    Returns an array of pred's shape. Raises ValueError as binary_cross_entropy does.

    As in PyTorch, the denominator is held at 1e-12 or more, so that p = 0 and p = 1
    stay finite; there the result is no longer the derivative of the value.
    """
    p, y, w, dtype = _probabilities(pred, target, weight, reduction)
    slope = w * ((p - y) / np.maximum(p * (1 - p), 1e-12))
    return np.asarray(_share(slope, reduction), dtype)


def _check_classes(target, classes):
    outside = target[(target < 0) | (target >= classes)]
    if outside.size:
        raise IndexError(f"target must hold classes from 0 to {classes - 1}, got {int(outside[0])}")


def _logits_and_targets(logits, target, weight, ignore_index, label_smoothing, reduction):
    """Return what both cross_entropy and its gradient begin with.

    These are the logits as float64; the targets t as weighted probabilities along the
    class axis, 0 where ignored; that axis; the number that the reduction divides by;
    and the dtype that the result shall have.
    """
    _check_reduction(reduction)
    if not isinstance(ignore_index, Integral):
        raise ValueError(f"ignore_index must be an integer, got {ignore_index!r}")
    if not isinstance(label_smoothing, Real) or not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing must be a number from 0 to 1, got {label_smoothing!r}")
    e = float(label_smoothing)
    x, dtype = _float64("logits", logits)
    axis = min(1, x.ndim - 1)
    if x.ndim == 0 or x.shape[axis] == 0:
        raise ValueError(f"logits must have shape (C,) or (N, C, ...) with at least one class, got shape {x.shape}")
    classes, samples = x.shape[axis], x.shape[:axis] + x.shape[axis + 1 :]
    w, _ = _float64("weight", np.ones(classes) if weight is None else weight)
    if w.shape != (classes,):
        raise ValueError(f"weight must have shape ({classes},), got shape {w.shape}")
    along = (classes,) + (1,) * (x.ndim - 1 - axis)
    target = np.asarray(target)
    if target.shape == x.shape and target.dtype.kind == "f":
        if ignore_index != -100:
            raise ValueError(f"ignore_index must be left out when target holds probabilities, got {ignore_index!r}")
        t = w.reshape(along) * ((1 - e) * target.astype(np.float64) + e / classes)
        total = x.size / classes
    elif target.shape == samples and (target.dtype.kind in "iu" or (target.size == 0 and target.dtype.kind == "f")):
        if reduction == "mean":  # the weights' scale cancels: keep it from overflowing
            w = np.ldexp(w, -np.frexp(np.max(np.abs(w)))[1])
        kept = target != ignore_index
        _check_classes(target[kept], classes)
        y = np.expand_dims(np.where(kept, target, 0).astype(np.intp), axis)
        kept = np.expand_dims(kept, axis)
        x = x if kept.all() else np.where(kept, x, 0.0)
        chosen = w[y] * kept
        t = np.where(kept, e / classes * w.reshape(along), 0.0)
        np.put_along_axis(t, y, (1 - e + e / classes) * chosen, axis)
        total = chosen.sum()
    else:
        raise ValueError(
            f"target must hold classes, integers of shape {samples}, or probabilities, "
            f"floats of shape {x.shape}, got {target.dtype} of shape {target.shape}"
        )
    return x, t, axis, total if reduction == "mean" else 1.0, dtype


def _log_softmax(x, axis):
    """log(exp(x) / sum(exp(x))), where m is the largest x, as x - m - log1p(s).

    s is the sum of exp(x - m) over all classes but that of m.
    """
    largest = x.argmax(axis=axis, keepdims=True)
    log_p = x - np.take_along_axis(x, largest, axis)
    others = np.exp(log_p)
    np.put_along_axis(others, largest, 0.0, axis)
    return np.subtract(log_p, np.log1p(others.sum(axis=axis, keepdims=True)), out=log_p)


@np.errstate(all="ignore")
def cross_entropy(logits, target, *, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    """Cross entropy, the mean over samples of the sum over classes of -t log(p).

    Source: Bridle 1990, "Probabilistic interpretation of feedforward classification
    network outputs, with relationships to statistical pattern recognition"; label
    smoothing: Szegedy et al. 2015, arXiv 1512.00567, section 7.

    logits: real array (C,) or (N, C, ...), any range; p = softmax(logits). target: the
    classes, integers from 0 to C - 1 of logits' shape without the class axis, for which
    t is one-hot; or the probabilities t themselves, floats of logits' shape (neither
    their range nor their sum is checked). weight: None, or C numbers that multiply t_c.
    ignore_index: the class that marks a sample to leave out; it counts as a loss of 0.
    label_smoothing: the share e of each t that is spread evenly, (1 - e) t + e / C.
    reduction: "mean", "sum", or "none" for one loss per sample. The mean over classes
    divides by the sum of weight[target] over the samples that are not ignored; the mean
    over probabilities by the number of samples.
    Returns values in [0, inf) for weights and probabilities of at least 0; the mean of
    no sample is NaN. Raises IndexError for a class out of range; ValueError for a
    target of another shape or kind, a weight of another shape, label_smoothing outside
    [0, 1], an ignore_index with probabilities, an unknown reduction, or an array that
    does not hold real numbers.

    Unlike the formula as typeset, the largest logit is taken out before exp, so that
    nothing overflows, and the sum over the other classes goes through log1p: the loss
    of logits (40, 0, 0) is right to the last digits, where PyTorch gives 0. A target of
    0 gives 0 also at a logit of -inf, where PyTorch's probabilities give NaN.
    """
    x, t, axis, divisor, dtype = _logits_and_targets(logits, target, weight, ignore_index, label_smoothing, reduction)
    log_p = _log_softmax(x, axis)
    infinite = np.isinf(log_p)
    if infinite.any():
        log_p = np.where((t == 0) & infinite, 0.0, log_p)  # 0 * inf would be NaN
    losses = 0.0 - (t * log_p).sum(axis=axis)
    if reduction == "none":
        return np.asarray(losses, dtype)
    return np.asarray(losses.sum() / divisor if divisor else np.nan, dtype)


@np.errstate(all="ignore")
def cross_entropy_grad(logits, target, *, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    """Gradient of cross_entropy by the logits: p - t, in general p sum(t) - t.

    logits, target, weight, ignore_index, label_smoothing, reduction: those of
    cross_entropy, with p = softmax(logits).
    Returns an array of logits' shape, 0 for samples that are ignored. Raises as
    cross_entropy does. Where the mean is NaN because it divides by 0, the gradient is
    0.

    p sum(t) - t is taken as p (sum(t) - t) - t (1 - p) with 1 - p = -expm1(log(p)):
    digits stay as p nears 1.
    """
    x, t, axis, divisor, dtype = _logits_and_targets(logits, target, weight, ignore_index, label_smoothing, reduction)
    log_p = _log_softmax(x, axis)
    others = t.sum(axis=axis, keepdims=True) - t
    gradient = np.exp(log_p) * others + t * np.expm1(log_p)
    return np.asarray(gradient / divisor if divisor else np.zeros(t.shape), dtype)
