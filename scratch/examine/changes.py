"""Formulas on purpose changed, and how they run: a mistake is the right equation with one thing done differently.

An expression is compiled to NumPy, in float64 and for whole arrays: fast enough to try every mistake of a block.
"""

from __future__ import annotations

import operator
from dataclasses import replace
from functools import cache, reduce

import numpy as np
import sympy
from scipy import special
from sympy.core.function import AppliedUndef
from sympy.printing.numpy import SciPyPrinter

from scratch.examine.plain import line
from scratch.formulas import Algorithm, t


class _Printer(SciPyPrinter):
    """NumPy code for arrays of any shape: the largest of numbers and arrays, elementwise, as are all conditions."""

    def _folded(self, name, expr):
        first, *others = (self._print(arg) for arg in expr.args)
        return reduce(lambda whole, part: f"{name}({whole}, {part})", others, first)

    def _print_Max(self, expr):
        return self._folded("maximum", expr)

    def _print_Min(self, expr):
        return self._folded("minimum", expr)

    def _print_Piecewise(self, expr):
        *cases, (last, _) = expr.args
        text = self._print(last)
        for value, condition in reversed(cases):
            text = f"where({self._print(condition)}, {self._print(value)}, {text})"
        return text


_NAMES = {"maximum": np.maximum, "minimum": np.minimum, "where": np.where, "erf": special.erf, "and_": operator.and_}


@cache
def compiled(expression):
    """A function of the values by symbol; an undefined function such as the gradient counts as a symbol."""
    calls = {call: sympy.Dummy(call.func.__name__) for call in expression.atoms(AppliedUndef)}
    expression = expression.xreplace(calls)
    symbols = sorted(expression.free_symbols, key=str)
    printer = _Printer({"fully_qualified_modules": False, "inline": True, "allow_unknown_functions": True})
    function = sympy.lambdify(symbols, expression, [_NAMES, "numpy"], printer=printer)
    back = {symbol: call.func for call, symbol in calls.items()}
    names = [back.get(symbol, symbol) for symbol in symbols]

    def value(values):
        with np.errstate(all="ignore"):
            return function(*(values[name] for name in names))

    return value


def constants(form, options, symbols):
    """The constants of a Formula or an Algorithm: its own, and those of the options that are symbols of it."""
    values = {symbol: float(value) for symbol, value in form.defaults.items()}
    return {**values, **{symbols[name]: float(v) for name, v in options.items() if name in symbols}}


# Formulas of one variable


def function_of(expression, formula, symbols):
    """An expression of a formula as a function f(x, **options). symbols: those of the options, by name."""
    expression = formula.explicit(expression)

    def function(x, **options):
        values = {**constants(formula, options, symbols), formula.variable: np.asarray(x, float)}
        return np.broadcast_to(np.asarray(compiled(expression)(values), float), np.shape(x))

    return function


# Algorithms


def lines(new):
    """A change of an Algorithm: new right sides by symbol, or functions that make them of the old ones."""

    def change(algorithm):
        made = []
        for left, right in algorithm.assignments:
            to = new.get(left, right)
            made.append((left, to(right) if not isinstance(to, sympy.Basic) and callable(to) else to))
        return replace(algorithm, assignments=tuple(made))

    return change


def everywhere(*pairs):
    """A change of an Algorithm: parts replaced wherever they stand, as they are written."""
    mapping = dict(pairs)

    def change(algorithm):
        with sympy.evaluate(False):
            made = tuple((left, right.xreplace(mapping)) for left, right in algorithm.assignments)
        return replace(algorithm, assignments=made)

    return change


def both(*changes):
    """One change after the other."""
    return lambda form: reduce(lambda changed, change: change(changed), changes, form)


class Steps:
    """An Algorithm that is run in float64, line by line. values: its constants; state: what it begins with."""

    def __init__(self, algorithm, values, state):
        self.values, self.state = values, state
        self.lines = [(left, compiled(right)) for left, right in algorithm.assignments]
        self.after = [(before, now) for before, (now, _) in algorithm.state.items()]

    def run(self, step, inputs):
        """Make a step; returns what its lines made, by symbol."""
        now = {**self.values, **self.state, **inputs, t: step}
        for left, value in self.lines:
            now[left] = value(now)
        for before, after in self.after:
            self.state[before] = now[after]
        return now


def difference(right, changed):
    """The first line in which two Formulas or Algorithms differ, as text: the right one, the changed one."""
    known, new = (
        dict(form.assignments if isinstance(form, Algorithm) else ((form.left, form.right), *form.definitions))
        for form in (right, changed)
    )
    for left, side in new.items():
        if known.get(left) != side:
            return line(left, known[left]) if left in known else "", line(left, side)
    return ()
