"""The losses: f(prediction, target), and its gradient by the prediction."""

from __future__ import annotations

import sys

import numpy as np

from scratch import losses
from scratch.examine.adapt import called, opened, plain, with_signature
from scratch.examine.base import Case, Task, scale_of
from scratch.examine.causes import behaviour
from scratch.examine.watch import Failure, as_array, tensor
from scratch.formulas import losses as formulas

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
_w, _spatial = np.array([1.0, 2.0, 0.5]), np.random.default_rng(0).normal(size=(2, 3, 4))


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


def _residual(name, option=None):
    sets = [*_REDUCED, *({option: value} for value in (0.2, 2.5))] if option else _REDUCED
    return tuple(_sets((_p, _t), (_p2, _t2), sets, _also((_p, _t), [_large]) + _RESIDUALS))


_BCE = tuple(
    _sets(
        (_prob, _truth),
        (_prob2, _truth2),
        _REDUCED,
        (
            Case("5 elements", (_prob, _truth), {"weight": np.array([1.0, 2.0, 0.5, 3.0, 1.0])}),
            *_also(
                (_prob, _truth),
                [
                    (np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.0, 1.0, 1.0, 0.25])),
                    (np.array([1.0, 0.0]), np.array([1.0, 0.0])),
                ],
            ),
        ),
    )
)
_CE = (
    Case("5 samples of 3 classes", (_x, _classes), kind="default"),
    Case("classes as probabilities", (_x, _soft), kind="batch"),
    *(Case("5 samples of 3 classes", (_x, _classes), options) for options in _REDUCED),
    *(
        Case("5 samples of 3 classes", (_x, _classes), options)
        for options in ({"weight": _w}, {"label_smoothing": 0.2}, {"weight": _w, "label_smoothing": 0.1})
    ),
    Case("with an ignored sample", (_x, np.array([2, 1, 0, 1, 1])), {"ignore_index": 1}),
    Case("large logits", (np.array([[1e4, -1e4, 0.0], [800.0, 0.0, 700.0]]), np.array([0, 2])), kind="extreme"),
    Case("large logits", (np.array([[1000.0, 0.0, 0.0], [0.0, 40.0, -2.0]]), np.array([1, 1])), kind="extreme"),
    Case("a certain, right prediction", (np.array([[60.0, 0.0, -3.0]]), np.array([0])), kind="extreme"),
    Case("float32", (_x.astype(np.float32), _classes), kind="float32"),
    Case("one sample without a batch", (_x[0], np.array(2)), kind="shape"),
    Case("logits (2, 3, 4)", (_spatial, np.array([[0, 1, 2, 0], [2, 2, 1, 0]])), kind="many"),
    Case("a list", (_x.tolist(), _classes.tolist()), kind="shape"),
)


def _task(block, name, options=None, cases=None, symbols=None, take_gradient=True):
    def formula(_):
        return getattr(formulas, name)

    module = sys.modules[__name__]
    options = {**(options or {}), "reduction": "mean"}
    shared = {"options": options, "formula": formula, "symbols": symbols or {}, "family": module, "cases": cases}
    slope = Task(f"{name}_grad", "losses", block, getattr(losses, f"{name}_grad"), **shared)
    return Task(name, "losses", block, getattr(losses, name), gradient=slope, **shared)


TASKS = [
    _task("mse", "mse_loss", cases=_residual("mse")),
    _task("mae", "l1_loss", cases=_residual("mae")),
    _task("huber", "smooth_l1_loss", {"beta": 1.0}, _residual("smooth", "beta"), {"beta": formulas.beta}),
    _task("huber", "huber_loss", {"delta": 1.0}, _residual("huber", "delta"), {"delta": formulas.delta}),
    _task("bce", "binary_cross_entropy", {"weight": None}, _BCE),
    _task("cross-entropy", "cross_entropy", {"weight": None, "ignore_index": -100, "label_smoothing": 0.0}, _CE),
]


class Loss:
    """A reader's loss, called as it allows: arrays, lists or pairs of numbers, the target first or second."""

    def __init__(self, task, implementation, watch):
        self.task, self.watch, self.restrictions, self.how = task, watch, [], None
        methods = ("__call__", "forward", "loss")
        what = opened(implementation, [PRED, TARGET], task.options, task.aliases, methods)
        self.function, self.signature, self.made = what
        first, second = [*self.signature.data, None, None][:2]
        self.swapped = bool(first and second) and plain(first) in TARGETS and plain(second) not in TARGETS
        if self.swapped:
            self.restrictions.append(f"it takes the target first ({first}, {second})")

    def __call__(self, pred, target, **options):
        if self.how == "tensor":
            options = {name: tensor(v) if isinstance(v, np.ndarray) else v for name, v in options.items()}
        function = called(self, options)
        if self.how is None:
            self.how = self._find(function, pred, target)
        return self._as(self.how, function, pred, target)

    def _find(self, function, pred, target):
        """How it can be called: the first way that gives the right shape, else the first that gives anything."""
        first, known = None, []
        shape = np.shape(pred) if self.task.name.endswith("_grad") else ()
        for how in (
            ("array", "rows", "sample", "tensor")
            if self.task.block == "cross-entropy"
            else ("array", "list", "pair", "tensor")
        ):
            try:
                known.append((self._as(how, function, pred, target).shape != shape, how))
            except Failure as failure:
                first = first or failure
        if not known:
            raise first
        how = next((how for wrong, how in known if not wrong), known[0][1])
        self.restrictions += [SAID[how]] if how in SAID else []
        return how

    def _as(self, how, function, pred, target):
        if how in ("pair", "sample"):
            return self._pairs(function, pred, target)
        if how == "rows" and np.ndim(target) < np.ndim(pred):
            axis = min(1, np.ndim(pred) - 1)
            target = np.moveaxis(np.eye(np.shape(pred)[axis])[np.asarray(target)], -1, axis)
        handed = [_copied(value, how) for value in (pred, target)]
        return as_array(self.watch.call(function, *(handed[::-1] if self.swapped else handed)))

    def _pairs(self, function, pred, target):
        """One pair of numbers, or one sample, at a time; the mean of what comes back."""
        pairs = list(zip(pred, target) if self.task.block == "cross-entropy" else zip(np.ravel(pred), np.ravel(target)))
        handed = [tuple(v.copy() if np.ndim(v) else v.item() for v in map(np.asarray, pair)) for pair in pairs]
        found = [as_array(self.watch.call(function, *(h[::-1] if self.swapped else h))) for h in handed]
        found = np.array(found).reshape((len(pairs), *found[0].shape))
        if self.task.name.endswith("_grad"):
            return found.reshape(np.shape(pred)) / len(pairs)
        return found.mean(axis=0)


SAID = {
    "rows": "it takes the classes as rows with one 1, not as numbers",
    "list": "it takes lists, not arrays",
    "tensor": "it takes tensors, not arrays",
    "pair": "it takes one pair of numbers at a time; their mean was compared",
    "sample": "it takes one sample at a time; their mean was compared",
}


def _copied(value, how):
    """An argument as it is handed over: a list, or an array of the caller's own."""
    if how == "tensor":
        return tensor(value)
    return np.asarray(value).tolist() if how == "list" else value.copy() if isinstance(value, np.ndarray) else value


def adapt(task, implementation, watch):
    return Loss(task, implementation, watch)


def play(function, case):
    return as_array(function(*case.data, **case.options))


def changed(task, change):
    """What makes a loss of its parts, changed."""
    from scratch.examine.catalogue.losses import elements, held

    return lambda right: elements(change((held(task.name), np.size)), task.name.endswith("_grad"))


def shortened(outcome):
    """There is no shorter case."""
    return outcome


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


def offered(task, function):
    """A mistake as a reader would hand it in: a function with the block's signature."""
    return with_signature(function, task.right)
