"""The activations: f(x) elementwise, and its derivative."""

from __future__ import annotations

import numpy as np

from scratch import activations
from scratch.examine.adapt import called, opened, with_signature
from scratch.examine.base import Case, Task, scale_of
from scratch.examine.watch import Failure, as_array, tensor
from scratch.formulas import activations as formulas

DATA = ["x input inputs z t a"]
_core = np.concatenate([np.linspace(-3, 3, 25), np.array([-6.1, -4.3, 4.3, 6.1, 0.001, -0.001])])
_tails = np.array([-40.0, -12.5, -9.0, -8.0, 8.0, 9.0, 12.5, 40.0, 90.0])
_batch = np.linspace(-2, 2.5, 12).reshape(3, 4)
_ones = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])


def _cases(options):
    """The cases of a function with these sets of options beside its defaults."""
    made = [Case("", (_core,), kind="default"), Case("", (_tails,))]
    for chosen in options:
        made += [Case("", (_core,), chosen), Case("", (_tails,), chosen)]
    return (
        *made,
        Case("", (np.array([-1e4, -1000.0, -100.0, 100.0, 1000.0, 1e4]),), kind="extreme"),
        Case("float32", (_core.astype(np.float32),), kind="float32"),
        Case("an array of 3 × 4", (_batch,), kind="shape"),
        Case("an array without axes", (np.array(0.75),), kind="shape"),
        Case("a number", (-1.25,), kind="shape"),
        Case("a list", (_ones.tolist(),), kind="shape"),
        Case("integers", (_ones.astype(int),), kind="whole"),
        Case("NaN", (np.array([np.nan]),), kind="note"),
        Case("−∞ and ∞", (np.array([-np.inf, np.inf]),), kind="note"),
    )


def _form(name):
    def formula(options):
        return formulas.gelu_tanh if options.get("approximate") == "tanh" else getattr(formulas, name)

    return formula


def _task(block, name, options=None, sets=(), symbols=None):
    import sys

    module = sys.modules[__name__]
    shared = {"options": options or {}, "cases": _cases(sets), "formula": _form(name), "symbols": symbols or {}}
    make = [getattr(activations, name), getattr(activations, f"{name}_grad")]
    slope = Task(f"{name}_grad", "activations", block, make[1], family=module, **shared)
    return Task(name, "activations", block, make[0], family=module, gradient=slope, **shared)


_slopes = [{"negative_slope": value} for value in (0.3, 2.0, -0.5)]
_alphas = [{"alpha": value} for value in (0.3, 2.5)]
TASKS = [
    _task("sigmoid", "sigmoid"),
    _task("tanh", "tanh"),
    _task("relu", "relu"),
    _task("leaky-relu", "leaky_relu", {"negative_slope": 0.01}, _slopes, {"negative_slope": formulas.alpha}),
    _task("elu", "elu", {"alpha": 1.0}, _alphas, {"alpha": formulas.alpha}),
    _task("gelu", "gelu", {"approximate": "none"}, [{"approximate": "tanh"}]),
]


class Elementwise:
    """A reader's function of x, called as it allows: with arrays, with lists, or with one number at a time."""

    def __init__(self, task, implementation, watch):
        self.watch, self.restrictions, self.how, self.overflow = watch, [], None, None
        self.function, self.signature, self.made = opened(implementation, DATA, task.options, task.aliases)

    def __call__(self, x, **options):
        function = called(self, options)
        if self.how is None:
            self.how = self._find(function, x)
        return self._as(self.how, function, x)

    def _find(self, function, x):
        """How it can be called: the first way that gives an array of x's shape."""
        first = None
        for how in ("array", "list", "number", "tensor"):
            try:
                if self._as(how, function, x).shape == np.shape(x):
                    self._note(how)
                    return how
            except Failure as failure:
                first = first or failure
        if first is not None:
            raise first
        return "array"

    def _note(self, how):
        said = {"list": "lists", "number": "one number at a time", "tensor": "tensors"}
        if how in said:
            self.restrictions.append(f"it takes {said[how]}, not arrays")

    def _as(self, how, function, x):
        if how == "number":
            values = [self._one(function, v) for v in np.asarray(x).reshape(-1)]
            if np.isnan(values).all() and self.overflow:
                raise self.overflow
            return np.array(values).reshape(np.shape(x))
        if how == "tensor":
            return as_array(self.watch.call(function, tensor(x)))
        handed = x.copy() if isinstance(x, np.ndarray) and how == "array" else np.asarray(x).tolist()
        handed = x if not isinstance(x, np.ndarray) and how == "array" else handed
        return as_array(self.watch.call(function, handed))

    def _one(self, function, value):
        try:
            return float(as_array(self.watch.call(function, float(value), label=f"x = {value:g}")).reshape(-1)[0])
        except Failure as failure:
            if failure.overflow:
                self.overflow = failure
                return np.nan
            raise


def adapt(task, implementation, watch):
    return Elementwise(task, implementation, watch)


def play(function, case):
    return as_array(function(*case.data, **case.options))


_SIZES = {}


def scale(task, right, case):
    """Errors count relative to the value, or to the function's size, its largest value between -3 and 3."""
    if task.name not in _SIZES:
        _SIZES[task.name] = float(np.max(np.abs(task.right(_core[:25]))))
    return scale_of(right, _SIZES[task.name])


def place(task, case, index):
    return f"x = {np.asarray(case.data[0])[index]:.6g}"


def behaviours(part, handed):
    """Sentences on what values cannot show; none beside what holds for all families."""
    return []


def curve(task, outcome):
    """What is drawn: x, theirs, the right values, and the axis."""
    x = np.asarray(outcome.case.data[0]).ravel()
    order = np.argsort(x)
    return x[order], outcome.theirs.ravel()[order], outcome.right.ravel()[order], "x"


def offered(task, function):
    """A mistake as a reader would hand it in: a function with the block's signature."""
    return with_signature(function, task.right)
