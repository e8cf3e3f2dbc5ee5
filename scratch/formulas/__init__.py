"""Executable formulas: the papers' equations as SymPy objects.

One object per equation. It is typeset (`typesetting`), differentiated (SymPy's `diff`) and evaluated to 50 digits
(`evaluation`); the page, the tests and the check that the build prints all use the same object. Values are given by
symbol, as SymPy's `subs` takes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import mpmath
import numpy as np
import sympy
from sympy.core.function import AppliedUndef

from scratch.formulas.evaluation import (
    arguments,
    as_number,
    derivative,
    evaluate,
    from_zero,
    needed,
    prove,
    put_in,
    run,
)
from scratch.formulas.typesetting import latex

__all__ = ["Algorithm", "Formula", "derivative", "evaluate", "from_zero", "latex", "needed", "prove", "put_in", "t"]
__all__ += ["written"]

t = sympy.Symbol("t", integer=True, positive=True)  # the step's number in every Algorithm, from 1


def written(function):
    """Call function with SymPy's rewriting switched off, so that its expression stays as it is written."""
    with sympy.evaluate(False):
        return function()


@dataclass(frozen=True)
class Formula:
    """An equation: left = right.

    variable: the symbol, or the element x[j] of an array, that the gradient is taken by, if there is one.
    textbook_derivative: the derivative as it is typeset, proved by `prove_derivative`. defaults: the value of each
    symbol that has one in the paper or in PyTorch. definitions: functions, symbols and array elements of the right side
    that are written out below it, as pairs (left, right).
    """

    left: sympy.Basic
    right: sympy.Basic
    variable: sympy.Symbol | sympy.Indexed | None = None
    textbook_derivative: sympy.Basic | None = None
    defaults: dict = field(default_factory=dict)
    definitions: tuple = ()

    def lines(self, colours=None):
        """What is typeset, pairs of LaTeX (left, right): the equation, its definitions, its derivative."""
        pairs = [(self.left, self.right), *(pair for pair in self.definitions if pair[0] != self.left)]
        rows = [(latex(left, colours), latex(right, colours)) for left, right in pairs]
        if self.textbook_derivative is not None:
            rows.append((self._derivative_latex(colours), latex(self.textbook_derivative, colours)))
        return rows

    def _derivative_latex(self, colours):
        if isinstance(self.variable, sympy.Indexed):
            return rf"\frac{{\partial {latex(self.left, colours)}}}{{\partial {latex(self.variable, colours)}}}"
        name = latex(self.left.func(self.variable)).partition("(")[0]
        return f"{name}'({latex(self.variable, colours)})"

    def explicit(self, expression):
        """An expression of this formula with all definitions put in."""
        return put_in(expression, self.definitions)

    def value(self, number=None, values=None, **named):
        """The right side to 50 digits at variable = number; values: the other symbols' numbers, else their defaults.

        For an array's element as variable, number is the whole array.
        """
        return evaluate(self.explicit(self.right), self.values(number, values, named))

    def gradient(self, number, values=None, **named):
        """The derivative to 50 digits: SymPy's own derivative of the right side, not the typeset one."""
        slope, values = derivative(self.explicit(self.right), self.variable), self.values(number, values, named)
        if not isinstance(self.variable, sympy.Indexed):
            return evaluate(slope, values)
        slopes = np.empty(np.shape(number), dtype=object)
        for index in np.ndindex(slopes.shape):
            slopes[index] = evaluate(slope, {**values, **{j: i + 1 for j, i in zip(self.variable.indices, index)}})
        return slopes

    def prove_derivative(self):
        """Prove the typeset derivative; what does not depend on the variable stays a symbol."""
        base = self.variable.base if isinstance(self.variable, sympy.Indexed) else self.variable
        involved = tuple(p for p in self.definitions if self.explicit(p[1]).has(base, *arguments(p[0])))
        prove(put_in(self.textbook_derivative, involved), derivative(put_in(self.right, involved), self.variable))

    def values(self, number, values=None, named=()):
        """All values by symbol: the defaults, those given, and the variable's."""
        named = dict(named)
        names = {symbol.name: symbol for symbol in needed(self.explicit(self.right))}
        variable = self.variable.base if isinstance(self.variable, sympy.Indexed) else self.variable
        given = {} if variable is None else {variable: number}
        named = {names[name]: value for name, value in named.items()}
        return {**self.defaults, **(values or {}), **named, **given}


@dataclass(frozen=True)
class Algorithm:
    """A recursion: assignments (left, right) that are made in order at each step t = 1, 2, ...

    state: for each symbol of the step before (theta_{t-1}) the pair (its symbol of this step, its first value: a
    number, or the symbol of a constant).
    defaults: the value of each constant that has one.
    """

    assignments: tuple
    state: dict
    defaults: dict = field(default_factory=dict)

    def lines(self, colours=None):
        """What is typeset, pairs of LaTeX (left, right): the assignments in order."""
        return [(latex(left, colours), latex(right, colours)) for left, right in self.assignments]

    def run(self, steps, inputs=None, start=None, values=None, **named):
        """Run the assignments for a number of steps at 80 digits; a list with a dict symbol -> value per step.

        inputs: for each symbol that is given from outside its values, one per step; for each function without a
        definition (the gradient) its values, one per step, or a Python function. start: first values in place of
        `state`'s. values: constants by symbol, in place of their defaults.
        """
        given = {key: value for key, value in (inputs or {}).items() if isinstance(key, sympy.Symbol)}
        names = {symbol.name: symbol for symbol in self._symbols()}
        constants = {**self.defaults, **(values or {}), **{names[name]: value for name, value in named.items()}}
        history = []
        with mpmath.workdps(80):
            values = {symbol: as_number(value) for symbol, value in constants.items()}
            for before, (_, first) in self.state.items():
                values[before] = as_number((start or {}).get(before, constants.get(first, first)))
            for step in range(1, steps + 1):
                values[t] = mpmath.mpf(step)
                for symbol, sequence in given.items():
                    values[symbol] = as_number(sequence[step - 1])
                for left, right in self.assignments:
                    for call in right.atoms(AppliedUndef):
                        result = sympy.Symbol(str(call))
                        if callable(inputs[call.func]):
                            values[result] = inputs[call.func](*(run(argument, values) for argument in call.args))
                        else:
                            values[result] = as_number(inputs[call.func][step - 1])
                        right = right.xreplace({call: result})
                    values[left] = run(right, values)
                history.append(dict(values))
                for before, (now, _) in self.state.items():
                    values[before] = values[now]
        return history

    def _symbols(self):
        first = {value for _, value in self.state.values() if isinstance(value, sympy.Symbol)}
        return first | {symbol for pair in self.assignments for side in pair for symbol in side.free_symbols}
