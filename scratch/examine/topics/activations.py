"""The activations: f(x) elementwise, and its derivative."""

from __future__ import annotations

import sys
from functools import cache

import numpy as np

from scratch import activations
from scratch.examine.adapt import Reader, handed_over, plainly
from scratch.examine.base import Case, scale_of, with_gradient
from scratch.examine.watch import Failure, as_array
from scratch.formulas import activations as formulas

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


def _task(block, name, option=None, default=None, *values):
    def formula(options):
        return formulas.gelu_tanh if options.get("approximate") == "tanh" else getattr(formulas, name)

    options, symbols = ({option: default}, {option: formulas.alpha}) if option else ({}, {})
    given = {"options": options, "cases": _cases([{option: value} for value in values]), "symbols": symbols}
    family = sys.modules[__name__]
    return with_gradient(activations, name, topic="activations", block=block, formula=formula, family=family, **given)


TASKS = [
    _task("sigmoid", "sigmoid"),
    _task("tanh", "tanh"),
    _task("relu", "relu"),
    _task("leaky-relu", "leaky_relu", "negative_slope", 0.01, 0.3, 2.0, -0.5),
    _task("elu", "elu", "alpha", 1.0, 0.3, 2.5),
    _task("gelu", "gelu", "approximate", "none", "tanh"),
]


class Elementwise(Reader):
    """A reader's function of x, called as it allows: with arrays, with lists, or with one number at a time."""

    data, ways, overflow = ("x input inputs z t a",), ("array", "list", "number", "tensor"), None

    def fits(self, result, x):
        return result.shape == np.shape(x)

    def result(self, how, function, x):
        if how != "number":
            return as_array(self.watch.call(function, handed_over(x, how)))
        values = np.array([self._one(function, v) for v in np.ravel(x)])
        if np.isnan(values).all() and self.overflow:
            raise self.overflow
        return values.reshape(np.shape(x))

    def _one(self, function, value):
        try:
            return float(as_array(self.watch.call(function, float(value), label=f"x = {value:g}")).reshape(-1)[0])
        except Failure as failure:
            if not failure.overflow:
                raise
            self.overflow = failure
            return np.nan


adapt, play = Elementwise, plainly


@cache
def _size(function):
    return float(np.max(np.abs(function(_core[:25]))))


def scale(task, right, case):
    """Errors count relative to the value, or to the function's size, its largest value between -3 and 3."""
    return scale_of(right, _size(task.right))


def place(task, case, index):
    return f"x = {np.asarray(case.data[0])[index]:.6g}"


def curve(task, outcome):
    """What is drawn: x, theirs, the right values, and the axis."""
    x = np.asarray(outcome.case.data[0]).ravel()
    order = np.argsort(x)
    return x[order], outcome.theirs.ravel()[order], outcome.right.ravel()[order], "x"
