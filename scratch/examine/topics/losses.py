"""The losses: f(prediction, target), and its gradient by the prediction."""

from __future__ import annotations

import sys

import numpy as np
from sympy import Abs, Max, Rational, Symbol, log, sign

from scratch import losses
from scratch.examine.adapt import Reader, handed_over, plain, plainly
from scratch.examine.base import Case, scale_of, with_gradient
from scratch.examine.causes import behaviour
from scratch.examine.changes import compiled
from scratch.examine.watch import Failure, as_array, tensor
from scratch.formulas import losses as formulas
from scratch.formulas import written

d, beta, delta = formulas.d, formulas.beta, formulas.delta

PRED = "pred prediction predictions y_pred yhat y_hat p logits input x output outputs"
TARGET = "target targets y_true y ytrue true label labels truth t actual expected"
TARGETS = {plain(name) for name in TARGET.split()}

_p = np.array([0.26, -1.2, 2.5, 0.0, 4.0, -3.0, 1.25])
_t = np.array([0.1, 0.4, -0.5, 0.0, 4.6, 1.5, 0.35])
_p2, _t2 = np.linspace(-2.1, 3, 12).reshape(4, 3), np.array([[0.5, 0, -1], [2, 1.2, 0.1], [-3, 0, 1.1], [0.2, 2, 7]])
_prob, _truth = np.array([0.9, 0.2, 0.6, 0.35, 0.02]), np.array([1.0, 0.0, 1.0, 0.25, 0.0])
_prob2, _truth2 = np.linspace(0.05, 0.9, 6).reshape(3, 2), np.array([[0.0, 1], [1, 1], [0.5, 0]])
_x = np.array([[1.0, 2.0, 3.0], [1.0, -2.0, 0.5], [-0.4, 0.3, 0.1], [2.0, -1.0, 0.7], [0.2, 0.9, -0.6]])
_classes = np.array([2, 0, 1, 1, 0])
_soft = np.array([[0.7, 0.2, 0.1], [0.0, 0.5, 0.5], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4], [1.0, 0.0, 0.0]])
_spatial = np.random.default_rng(0).normal(size=(2, 3, 4))


def _sets(small, large, sets, chosen):
    """The cases of a loss: without options, then with every set of options, on few elements and on a table."""
    made = [Case(f"{small[0].shape[0]} elements", small, kind="default"), Case("4 × 3", large, kind="batch")]
    for options in sets:
        made += [Case(f"{small[0].shape[0]} elements", small, options), Case("4 × 3", large, options, "batch")]
    return [*made, *chosen]


def _also(small, extreme=()):
    pred, target = small
    single = tuple(a.astype(np.float32) if a.dtype.kind == "f" else a for a in small)
    return (
        *(Case("at the edges", pair, {}, "extreme") for pair in extreme),
        Case("float32", single, kind="float32"),
        Case("a list", (pred.tolist(), target.tolist()), kind="shape"),
    )


_REDUCED = [{"reduction": "sum"}, {"reduction": "none"}]
_RESIDUALS = (
    Case("integers", (np.array([3, -1, 2]), np.array([1, 1, 2])), kind="whole"),
    Case("two numbers", (1.5, 0.25), kind="shape"),
    Case("NaN", (np.array([np.nan, 1.0]), np.zeros(2)), kind="note"),
)
_large = (np.array([1e3, -2e5, 3.0]), np.array([-1e3, 1e5, 3.5]))


def _residual(option=None):
    sets = [*_REDUCED, *({option: value} for value in (0.2, 2.5))] if option else _REDUCED
    return tuple(_sets((_p, _t), (_p2, _t2), sets, _also((_p, _t), [_large]) + _RESIDUALS))


_weighted = Case("5 elements", (_prob, _truth), {"weight": np.array([1.0, 2.0, 0.5, 3.0, 1.0])})
_edges = [np.array(pair) for pair in (([0.0, 1, 0, 1], [0.0, 1, 1, 0.25]), ([1.0, 0], [1.0, 0]))]
_BCE = tuple(
    _sets((_prob, _truth), (_prob2, _truth2), _REDUCED, (_weighted, *_also((_prob, _truth), map(tuple, _edges))))
)
_five, _w = "5 samples of 3 classes", np.array([1.0, 2.0, 0.5])
_smoothed = [{"weight": _w}, {"label_smoothing": 0.2}, {"weight": _w, "label_smoothing": 0.1}]
_CE = (
    Case(_five, (_x, _classes), kind="default"),
    Case("classes as probabilities", (_x, _soft), kind="batch"),
    *(Case(_five, (_x, _classes), options) for options in _REDUCED + _smoothed),
    Case("with an ignored sample", (_x, np.array([2, 1, 0, 1, 1])), {"ignore_index": 1}),
    Case("large logits", (np.array([[1e4, -1e4, 0.0], [800.0, 0.0, 700.0]]), np.array([0, 2])), kind="extreme"),
    Case("large logits", (np.array([[1000.0, 0.0, 0.0], [0.0, 40.0, -2.0]]), np.array([1, 1])), kind="extreme"),
    Case("a certain, right prediction", (np.array([[60.0, 0.0, -3.0]]), np.array([0])), kind="extreme"),
    Case("float32", (_x.astype(np.float32), _classes), kind="float32"),
    Case("one sample without a batch", (_x[0], np.array(2)), kind="shape"),
    Case("logits (2, 3, 4)", (_spatial, np.array([[0, 1, 2, 0], [2, 2, 1, 0]])), kind="many"),
    Case("a list", (_x.tolist(), _classes.tolist()), kind="shape"),
)


def _task(block, name, cases, **options):
    given = {"options": {**options, "reduction": "mean"}, "family": sys.modules[__name__], "cases": cases}
    given["symbols"] = {n: getattr(formulas, n) for n in options if n in ("beta", "delta")}
    return with_gradient(
        losses, name, topic="losses", block=block, formula=lambda options: getattr(formulas, name), **given
    )


TASKS = [
    _task("mse", "mse_loss", _residual()),
    _task("mae", "l1_loss", _residual()),
    _task("huber", "smooth_l1_loss", _residual("beta"), beta=1.0),
    _task("huber", "huber_loss", _residual("delta"), delta=1.0),
    _task("bce", "binary_cross_entropy", _BCE, weight=None),
    _task("cross-entropy", "cross_entropy", _CE, weight=None, ignore_index=-100, label_smoothing=0.0),
]


class Loss(Reader):
    """A reader's loss, called as it allows: arrays, lists or pairs of numbers, the target first or second."""

    data, methods = (PRED, TARGET), ("__call__", "forward", "loss")

    def __init__(self, task, implementation, watch):
        super().__init__(task, implementation, watch)
        self.classes, self.is_gradient = task.block == "cross-entropy", task.name.endswith("_grad")
        self.ways = ("array", "rows", "sample", "tensor") if self.classes else ("array", "list", "pair", "tensor")
        first, second = [*self.signature.data, None, None][:2]
        self.swapped = bool(first and second) and plain(first) in TARGETS and plain(second) not in TARGETS
        if self.swapped:
            self.restrictions.append(f"it takes the target first ({first}, {second})")

    def called(self, options):
        if self.how == "tensor":
            options = {name: tensor(v) if isinstance(v, np.ndarray) else v for name, v in options.items()}
        return super().called(options)

    def fits(self, result, pred, target):
        return result.shape == (np.shape(pred) if self.is_gradient else ())

    def result(self, how, function, pred, target):
        if how in ("pair", "sample"):
            return self._pairs(function, pred, target)
        if how == "rows" and np.ndim(target) < np.ndim(pred):
            axis = min(1, np.ndim(pred) - 1)
            target = np.moveaxis(np.eye(np.shape(pred)[axis])[np.asarray(target)], -1, axis)
        return self._of(function, handed_over(pred, how), handed_over(target, how))

    def _of(self, function, *pair):
        return as_array(self.watch.call(function, *(pair[::-1] if self.swapped else pair)))

    def _pairs(self, function, pred, target):
        """One pair of numbers, or one sample, at a time; the mean of what comes back."""
        pairs = list(zip(pred, target) if self.classes else zip(np.ravel(pred), np.ravel(target)))
        handed = [tuple(v.copy() if np.ndim(v) else v.item() for v in map(np.asarray, pair)) for pair in pairs]
        found = [self._of(function, *pair) for pair in handed]
        found = np.array(found).reshape((len(pairs), *found[0].shape))
        return found.reshape(np.shape(pred)) / len(pairs) if self.is_gradient else found.mean(axis=0)


adapt, play = Loss, plainly


# What the blocks sum over, and mistakes of it

p, y = Symbol("p", positive=True), Symbol("y", real=True)
log_p, log_q = written(lambda: (Max(log(p), -100), Max(log(1 - p), -100)))
RIGHT = written(
    lambda: {  # what the blocks sum over, and its derivative
        "mse_loss": d**2,
        "mse_loss_grad": 2 * d,
        "l1_loss": Abs(d),
        "l1_loss_grad": sign(d),
        "smooth_l1_loss": formulas.smooth_l1_loss.definitions[0][1],
        "smooth_l1_loss_grad": formulas.smooth_l1_loss.definitions[1][1],
        "huber_loss": formulas.huber_loss.definitions[0][1],
        "huber_loss_grad": formulas.huber_loss.definitions[1][1],
        "binary_cross_entropy": -(y * log(p) + (1 - y) * log(1 - p)),
        "binary_cross_entropy_grad": (p - y) / (p * (1 - p)),
    }
)


def reduced(values, reduction, count, is_gradient):
    if reduction == "mean":
        return values / count if is_gradient else values.sum() / count
    return values if is_gradient or reduction == "none" else values.sum()


def elements(parts, is_gradient):
    """A loss, or a gradient. parts: what each element contributes, and what a mean divides by, of the array."""
    expression, count = parts

    def function(pred, target, *, reduction="mean", weight=1, **options):
        pred, target = np.asarray(pred, float), np.asarray(target, float)
        values = {d: pred - target, p: pred, y: target, beta: options.get("beta", 1), delta: options.get("delta", 1)}
        terms = (1 if weight is None else weight) * np.broadcast_to(compiled(expression)(values), pred.shape)
        return reduced(terms, reduction, count(pred), is_gradient)

    return function


def held(of):
    """What a block sums over, with what keeps its logarithms and its denominator finite."""
    if of == "binary_cross_entropy":
        return -(y * log_p + (1 - y) * log_q)
    if of == "binary_cross_entropy_grad":
        return (p - y) / Max(p * (1 - p), Rational(1, 10**12))
    return RIGHT[of]


def changed(task, change):
    """What makes a loss of its parts, changed."""
    return lambda right: elements(change((held(task.name), np.size)), task.name.endswith("_grad"))


# What counts


def scale(task, right, case):
    """Errors count relative to the value, or to the largest of the case; where all are tiny, to 1."""
    size = float(np.max(scale_of(right), initial=0))
    return scale_of(right, size if size > 1e-3 else 1.0)


def place(task, case, index):
    pred, target = np.asarray(case.data[0]), np.asarray(case.data[1])
    if index == () or index is None or len(index) != pred.ndim:
        return case.label + (f", sample {index[0] + 1}" if index else "")
    where = "".join(f"[{i}]" for i in index)
    if target.shape == pred.shape:
        return f"pred{where} = {pred[index]:.6g}, target{where} = {target[index]:.6g}"
    return f"{case.label}, logits{where} = {pred[index]:.6g}"


def behaviours(part, handed):
    """(N, 1) against (N,) must not become a table: what such shapes give must not be what the table gives."""
    task, first = part.task, part.outcomes[0]
    if task.block == "cross-entropy" or handed.how != "array" or first.theirs is None:
        return []
    asked = {n: task.options[n] for n in handed.signature.options if n not in handed.signature.defaults}
    pred, target = first.case.data
    try:
        given = handed(pred[:, None], target, **asked)
        if given.shape == (pred.size, pred.size):
            return [behaviour(task, "broadcasts")]
        table = handed(*(np.ascontiguousarray(a) for a in np.broadcast_arrays(pred[:, None], target)), **asked)
    except Failure:
        return []
    plain = given.size == table.size == first.theirs.size == 1
    tabled = plain and np.allclose(np.ravel(given), np.ravel(table), rtol=1e-5)
    return [behaviour(task, "broadcasts")] if tabled and not np.allclose(given, first.theirs, rtol=1e-5) else []


def curve(task, outcome):
    """What is drawn: the residual, theirs and the right values, where there is one per element."""
    pred, target = (np.asarray(a, float) for a in outcome.case.data[:2])
    if outcome.right.shape != pred.shape or target.shape != pred.shape or pred.ndim != 1:
        return None
    order = np.argsort(pred - target)
    return (pred - target)[order], outcome.theirs[order], outcome.right[order], "prediction − target"
