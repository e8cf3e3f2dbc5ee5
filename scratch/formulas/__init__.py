"""Executable formulas: the papers' equations as SymPy objects.

One object per equation. It is typeset (`latex`), differentiated (SymPy's `diff`) and evaluated to 50 digits; the page,
the tests and the check that the build prints all use the same object.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import mpmath
import sympy
from sympy.printing.latex import LatexPrinter

DIGITS = 50
t = sympy.Symbol("t", integer=True, positive=True)  # the step's number in every Algorithm, from 1


class _Printer(LatexPrinter):
    """SymPy's LaTeX, set as the papers set it: cases by their conditions, f(x) without stretching brackets."""

    def _print_Piecewise(self, expr):
        rows = [f"{self._print(value)}, & {self._print(condition)}" for value, condition in expr.args]
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"

    def _hprint_Function(self, func):
        return func if func.startswith("\\") else super()._hprint_Function(func)

    def _print_Function(self, expr, exp=None):
        text = super()._print_Function(expr, exp)
        if len(expr.args) == 1 and expr.args[0].is_Symbol:
            text = text.replace(r"{\left(", "(").replace(r" \right)}", ")")
        return text


def latex(expression):
    """The LaTeX of a SymPy expression, its terms in the order in which they were written."""
    return _Printer({"order": "none", "mat_delim": "(", "ln_notation": False}).doprint(expression)


def written(function):
    """Call function with SymPy's rewriting switched off, so that its expression stays as it is written."""
    with sympy.evaluate(False):
        return function()


def evaluate(expression, values):
    """The value of a SymPy expression to 50 digits, an mpmath number; `values` maps its symbols to numbers.

    Floats are taken exactly. Cancellation is met by more digits: the precision grows until 50 digits stay the same. A
    value that is still exactly 0 at 1600 digits is 0.
    """
    exact = {symbol: value for symbol, value in values.items() if isinstance(value, sympy.Basic)}
    numbers = {symbol: value for symbol, value in values.items() if symbol not in exact}
    function, symbols = _compiled(expression, tuple(sorted(exact.items(), key=str)), frozenset(numbers))
    arguments = [_exactly(numbers[symbol]) for symbol in symbols]
    previous = None
    for digits in (DIGITS + 14, 200, 400, 800, 1600):
        with mpmath.workdps(digits):
            value = mpmath.mpmathify(function(*arguments))
            if value and previous is not None and abs(value - previous) <= abs(value) * mpmath.mpf(10) ** -DIGITS:
                return value
            previous = value
    return value


def _exactly(number):
    return number if isinstance(number, (int, mpmath.mpf)) else mpmath.mpf(float(number))


@lru_cache(maxsize=None)
def _compiled(expression, exact, names):
    expression = expression.subs(dict(exact))
    missing = expression.free_symbols - names
    if missing:
        raise ValueError(f"no value given for {', '.join(sorted(map(str, missing)))} in {expression}")
    symbols = sorted(expression.free_symbols, key=str)
    return sympy.lambdify(symbols, expression, "mpmath"), symbols


@lru_cache(maxsize=None)
def derivative(expression, variable):
    """The derivative of a SymPy expression, by SymPy; at a kink that of the left side."""
    return sympy.diff(expression.doit().rewrite(sympy.Max, sympy.Piecewise), variable)


def prove(left, right):
    """Prove by SymPy that two expressions are the same function; raise AssertionError where that fails."""
    difference = sympy.piecewise_fold((left - right).doit())
    for rewrite in (sympy.simplify, lambda e: sympy.simplify(e.rewrite(sympy.exp)), lambda e: sympy.simplify(sympy.expand(e))):
        if rewrite(difference) == 0:
            return
    raise AssertionError(f"{latex(left)} is not {latex(right)}: SymPy leaves {latex(sympy.simplify(difference))}")


@dataclass(frozen=True)
class Formula:
    """An equation: left = right.

    variable: the symbol that the gradient is taken by. textbook_derivative: the derivative as it is typeset, proved by
    `prove_derivative`. defaults: the value of each symbol that has one in the paper or in PyTorch. definitions:
    functions and symbols of the right side that are written out below it, as pairs (left, right).
    """

    left: sympy.Basic
    right: sympy.Basic
    variable: sympy.Symbol
    textbook_derivative: sympy.Basic | None = None
    defaults: dict = field(default_factory=dict)
    definitions: tuple = ()

    @property
    def latex(self):
        return f"{latex(self.left)} = {latex(self.right)}"

    @property
    def derivative_latex(self):
        name = latex(self.left.func(self.variable)).partition("(")[0]
        return f"{name}'({latex(self.variable)}) = {latex(self.textbook_derivative)}"

    @property
    def definitions_latex(self):
        written_out = [pair for pair in self.definitions if pair[0] != self.left]
        return [f"{latex(left)} = {latex(right)}" for left, right in written_out]

    def explicit(self, expression):
        """An expression of this formula with all definitions put in."""
        for left, right in self.definitions:
            if isinstance(left, sympy.Symbol):
                expression = expression.subs(left, right)
            else:
                expression = expression.replace(left.func, sympy.Lambda(left.args, right))
        return expression

    def value(self, number, **named):
        """The right side to 50 digits at variable = number; other symbols by name, else their defaults."""
        return evaluate(self.explicit(self.right), self.values(number, named))

    def gradient(self, number, **named):
        """The derivative to 50 digits: SymPy's own derivative of the right side, not the typeset one."""
        return evaluate(derivative(self.explicit(self.right), self.variable), self.values(number, named))

    def prove_derivative(self):
        prove(self.explicit(self.textbook_derivative), derivative(self.explicit(self.right), self.variable))

    def values(self, number, named):
        names = {symbol.name: symbol for symbol in self.defaults}
        return {**self.defaults, **{names[name]: value for name, value in named.items()}, self.variable: number}


@dataclass(frozen=True)
class Algorithm:
    """A recursion: assignments (left, right) that are made in order at each step t = 1, 2, ...

    state: for each symbol of the step before (theta_{t-1}) the pair (its symbol of this step, its first value).
    defaults: the value of each constant that has one.
    """

    assignments: tuple
    state: dict
    defaults: dict = field(default_factory=dict)

    @property
    def latex(self):
        rows = [f"{latex(left)} &= {latex(right)}" for left, right in self.assignments]
        return r"\begin{aligned} " + r" \\ ".join(rows) + r" \end{aligned}"

    def run(self, steps, inputs=None, start=None, **named):
        """Run the assignments for a number of steps at 80 digits; a list with a dict symbol -> value per step.

        inputs: for each symbol that is given from outside (the gradient) its values, one per step. start: first values
        in place of `state`'s. named: constants by name, in place of their defaults.
        """
        names = {symbol.name: symbol for symbol in self._symbols()}
        constants = {**self.defaults, **{names[name]: value for name, value in named.items()}}
        history = []
        with mpmath.workdps(80):
            values = {symbol: _number(value) for symbol, value in constants.items()}
            for before, (_, first) in self.state.items():
                values[before] = _number((start or {}).get(before, first))
            for step in range(1, steps + 1):
                values[t] = mpmath.mpf(step)
                for symbol, sequence in (inputs or {}).items():
                    values[symbol] = _number(sequence[step - 1])
                for left, right in self.assignments:
                    function, symbols = _compiled(right, (), frozenset(values))
                    values[left] = mpmath.mpmathify(function(*(values[symbol] for symbol in symbols)))
                history.append(dict(values))
                for before, (now, _) in self.state.items():
                    values[before] = values[now]
        return history

    def _symbols(self):
        return {symbol for pair in self.assignments for side in pair for symbol in side.free_symbols}


def _number(value):
    return mpmath.mpmathify(sympy.N(value, 90)) if isinstance(value, sympy.Basic) else _exactly(value)
