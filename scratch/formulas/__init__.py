"""Executable formulas: the papers' equations as SymPy objects.

One object per equation. It is typeset (`latex`), differentiated (SymPy's `diff`) and evaluated to 50 digits; the page,
the tests and the check that the build prints all use the same object.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache

import mpmath
import numpy as np
import sympy
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter

DIGITS = 50
t = sympy.Symbol("t", integer=True, positive=True)  # the step's number in every Algorithm, from 1

_SETTINGS = {"order": "none", "mat_delim": "(", "ln_notation": False}


class _Printer(LatexPrinter):
    """SymPy's LaTeX, set as the papers set it: cases by their conditions, f(x) without stretching brackets."""

    def _print_Piecewise(self, expr):
        rows = [f"{self._print(value)}, & {self._print_condition(condition)}" for value, condition in expr.args]
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"

    def _print_condition(self, condition):
        return r"\text{otherwise}" if condition == sympy.true else self._print(condition)

    def _print_And(self, expr):
        lower = {e.lhs: e for e in expr.args if isinstance(e, sympy.Ge)}
        upper = {e.lhs: e for e in expr.args if isinstance(e, sympy.Lt)}
        between = sorted(lower.keys() & upper.keys(), key=str)
        chains = [rf"{self._print(lower[e].rhs)} \leq {self._print(upper[e])}" for e in between]
        others = sorted((e for e in expr.args if getattr(e, "lhs", None) not in between), key=str)
        return r" \wedge ".join([*chains, *map(self._print, others)])

    def _hprint_Function(self, func):
        return func if func.startswith("\\") else super()._hprint_Function(func)

    def _print_UnevaluatedExpr(self, expr):
        return rf"\,{self._print(expr.args[0])}\,"

    def _print_ExpBase(self, expr, exp=None):
        exponent = _Printer({**_SETTINGS, "fold_short_frac": True})._print(expr.args[0])
        return self._do_exponent(f"e^{{{exponent}}}", exp)

    def _print_Derivative(self, expr):
        if len(expr.variables) > 1:
            return super()._print_Derivative(expr)
        variable, body = self._print(expr.variables[0]), self._print(expr.expr)
        bracketed = rf"\left({body}\right)" if expr.expr.is_Mul or expr.expr.is_Add else body
        d = r"\partial" if expr.has(sympy.Indexed) else "d"
        return rf"\frac{{{d}}}{{{d} {variable}}} {bracketed}"

    def _print_Sum(self, expr):
        body, *limits = expr.args
        factors = _factors(body)
        signs = [rf"\sum_{{{self._print(i)}={self._print(a)}}}^{{{self._print(b)}}}" for i, a, b in reversed(limits)]
        term = self._print(factors[0] if len(factors) == 1 else sympy.Mul(*factors, evaluate=False))
        return f"{' '.join(signs)} " + (rf"\left({term}\right)" if isinstance(factors[0], sympy.Add) else term)

    def _print_Rational(self, expr):
        power = len(str(expr.q)) - 1
        tiny = power > 3 and expr == sympy.Rational(1, 10**power)
        return f"10^{{-{power}}}" if tiny else super()._print_Rational(expr)

    def _print_floor(self, expr, exp=None):
        inside = _Printer({**_SETTINGS, "fold_short_frac": True})._print(expr.args[0])
        return self._do_exponent(rf"\lfloor {inside} \rfloor", exp)

    def _print_KroneckerDelta(self, expr):
        return rf"\delta_{{{', '.join(map(self._print, expr.args))}}}"

    def _print_Function(self, expr, exp=None):
        text = super()._print_Function(expr, exp)
        if len(expr.args) == 1 and expr.args[0].is_Symbol:
            text = text.replace(r"{\left(", "(").replace(r" \right)}", ")")
        return text


def _factors(product):
    """The factors of a product that was written unevaluated, without the ones that SymPy's Sum puts in."""
    if not product.is_Mul:
        return [product]
    return [factor for part in product.args if part != 1 for factor in _factors(part)]


def latex(expression):
    """The LaTeX of a SymPy expression, its terms in the order in which they were written."""
    return _Printer(_SETTINGS).doprint(expression)


def written(function):
    """Call function with SymPy's rewriting switched off, so that its expression stays as it is written."""
    with sympy.evaluate(False):
        return function()


def evaluate(expression, values):
    """The value of a SymPy expression to 50 digits, an mpmath number; `values` maps its symbols to numbers.

    An IndexedBase is given an array, whose elements count from 1, or what `from_zero` makes of one. Tuples and matrices
    are evaluated by their elements. Floats are taken exactly. Cancellation is met by more
    digits: the precision grows until 50 digits stay the same. A value that is still exactly 0 at 1024 digits is 0.
    """
    if isinstance(expression, sympy.Tuple) or expression.is_Matrix:
        parts = expression if isinstance(expression, sympy.Tuple) else expression.doit().as_explicit()
        return np.array([evaluate(part, values) for part in parts], dtype=object)
    exact = {symbol: value for symbol, value in values.items() if isinstance(value, sympy.Basic)}
    numbers = {symbol: value for symbol, value in values.items() if symbol not in exact}
    function, symbols = _compiled(expression, tuple(sorted(exact.items(), key=str)), frozenset(numbers))
    arguments = [_exactly(numbers[symbol]) for symbol in symbols]
    previous = None
    for digits in (DIGITS + 14, 128, 256, 512, 1024):
        with mpmath.workdps(digits):
            value = mpmath.mpmathify(function(*arguments))
            if value and previous is not None and abs(value - previous) <= abs(value) * mpmath.mpf(10) ** -DIGITS:
                return value
            previous = value
    return value


def from_zero(array):
    """An array for an IndexedBase, its elements counted from 0."""
    return _cells(np.asarray(array), first=0)


def _cells(array, first):
    cells = [(tuple(i + first for i in index), _exactly(array[index].item())) for index in np.ndindex(array.shape)]
    return {index if len(index) > 1 else index[0]: value for index, value in cells}


def _exactly(number):
    if isinstance(number, dict):
        return number
    if np.ndim(number):
        return _cells(np.asarray(number), first=1)
    return number if isinstance(number, (int, mpmath.mpf)) else mpmath.mpf(float(number))


@cache
def needed(expression):
    """The symbols that need a value, arrays as their IndexedBase."""
    arrays = expression.atoms(sympy.IndexedBase)
    labels = {array.label for array in arrays}
    return arrays | {symbol for symbol in expression.free_symbols - labels if isinstance(symbol, sympy.Symbol)}


@cache
def _compiled(expression, exact, names):
    expression = expression.subs(dict(exact))
    missing = needed(expression) - names
    if missing:
        raise ValueError(f"no value given for {', '.join(sorted(map(str, missing)))} in {expression}")
    symbols = sorted(needed(expression), key=str)
    return sympy.lambdify(symbols, expression, "mpmath"), symbols


@cache
def derivative(expression, variable):
    """The derivative of a SymPy expression, by SymPy; at a kink that of the left side.

    variable: a symbol, or an element of an array such as x[j], by which sums over the array are differentiated.
    """
    slope = sympy.diff(expression.doit().rewrite(sympy.Max, sympy.Piecewise), variable)
    if isinstance(variable, sympy.Indexed):
        slope = slope.replace(lambda e: isinstance(e, sympy.Sum), lambda total: _collapsed(total, variable.indices))
    return slope


def _collapsed(total, indices):
    """A sum over terms with a Kronecker delta of its index and one of indices: the one term that is left of them."""
    body, *limits = total.args
    parts = []
    for term in sympy.Add.make_args(sympy.expand(body)):
        open_limits = list(limits)
        for limit in limits:
            for index in indices:
                here = sympy.KroneckerDelta(limit[0], index)
                if term.has(here) and term.subs(here, 0) == 0:
                    term = term.subs(limit[0], index)
                    open_limits.remove(limit)
        parts.append(sympy.Sum(term, *open_limits) if open_limits else term)
    return sympy.Add(*parts)


def _arguments(left):
    return left.args if isinstance(left, sympy.Function) else ()


def put_in(expression, definitions):
    """An expression with definitions put in, in order: pairs (symbol, function or array element, its meaning)."""
    for left, right in definitions:
        if isinstance(left, sympy.Indexed):
            element = sympy.Lambda(left.indices, right)
            expression = expression.replace(
                lambda e, base=left.base: isinstance(e, sympy.Indexed) and e.base == base,
                lambda e, element=element: element(*e.indices),
            )
        elif isinstance(left, sympy.Function):
            expression = expression.replace(left.func, sympy.Lambda(left.args, right))
        else:
            expression = expression.subs(left, right)
    return expression


_put_in = lru_cache(maxsize=None)(put_in)


def prove(left, right):
    """Prove by SymPy that two expressions are the same function; raise AssertionError where that fails."""
    difference = sympy.piecewise_fold((left - right).doit())
    for rewrite in (
        sympy.simplify,
        lambda e: sympy.simplify(e.rewrite(sympy.exp)),
        lambda e: sympy.simplify(sympy.expand(e)),
    ):
        if rewrite(difference) == 0:
            return
    raise AssertionError(f"{latex(left)} is not {latex(right)}: SymPy leaves {latex(sympy.simplify(difference))}")


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

    @property
    def latex(self):
        return f"{latex(self.left)} = {latex(self.right)}"

    @property
    def derivative_latex(self):
        if isinstance(self.variable, sympy.Indexed):
            slope = rf"\frac{{\partial {latex(self.left)}}}{{\partial {latex(self.variable)}}}"
            return f"{slope} = {latex(self.textbook_derivative)}"
        name = latex(self.left.func(self.variable)).partition("(")[0]
        return f"{name}'({latex(self.variable)}) = {latex(self.textbook_derivative)}"

    @property
    def definitions_latex(self):
        written_out = [pair for pair in self.definitions if pair[0] != self.left]
        return [f"{latex(left)} = {latex(right)}" for left, right in written_out]

    def explicit(self, expression):
        """An expression of this formula with all definitions put in."""
        return _put_in(expression, self.definitions)

    def value(self, number=None, **named):
        """The right side to 50 digits at variable = number; other symbols by name, else their defaults.

        For an array's element as variable, number is the whole array. Without a variable, all symbols go by name.
        """
        return evaluate(self.explicit(self.right), self.values(number, named))

    def gradient(self, number, **named):
        """The derivative to 50 digits: SymPy's own derivative of the right side, not the typeset one."""
        slope, values = (derivative(self.explicit(self.right), self.variable), self.values(number, named))
        if not isinstance(self.variable, sympy.Indexed):
            return evaluate(slope, values)
        slopes = np.empty(np.shape(number), dtype=object)
        for index in np.ndindex(slopes.shape):
            slopes[index] = evaluate(slope, {**values, **{j: i + 1 for j, i in zip(self.variable.indices, index)}})
        return slopes

    def prove_derivative(self):
        """Prove the typeset derivative; what does not depend on the variable stays a symbol."""
        base = self.variable.base if isinstance(self.variable, sympy.Indexed) else self.variable
        involved = [pair for pair in self.definitions if self.explicit(pair[1]).has(base, *_arguments(pair[0]))]
        prove(put_in(self.textbook_derivative, involved), derivative(put_in(self.right, involved), self.variable))

    def values(self, number, named):
        names = {symbol.name: symbol for symbol in needed(self.explicit(self.right))}
        variable = self.variable.base if isinstance(self.variable, sympy.Indexed) else self.variable
        given = {} if variable is None else {variable: number}
        return {**self.defaults, **{names[name]: value for name, value in named.items()}, **given}


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

    @property
    def latex(self):
        rows = [f"{latex(left)} &= {latex(right)}" for left, right in self.assignments]
        return r"\begin{aligned} " + r" \\ ".join(rows) + r" \end{aligned}"

    def run(self, steps, inputs=None, start=None, **named):
        """Run the assignments for a number of steps at 80 digits; a list with a dict symbol -> value per step.

        inputs: for each symbol that is given from outside its values, one per step; for each function without a
        definition (the gradient) its values, one per step, or a Python function. start: first values in place of
        `state`'s. named: constants by name, in place of their defaults.
        """
        given = {key: value for key, value in (inputs or {}).items() if isinstance(key, sympy.Symbol)}
        names = {symbol.name: symbol for symbol in self._symbols()}
        constants = {**self.defaults, **{names[name]: value for name, value in named.items()}}
        history = []
        with mpmath.workdps(80):
            values = {symbol: _number(value) for symbol, value in constants.items()}
            for before, (_, first) in self.state.items():
                values[before] = _number((start or {}).get(before, constants.get(first, first)))
            for step in range(1, steps + 1):
                values[t] = mpmath.mpf(step)
                for symbol, sequence in given.items():
                    values[symbol] = _number(sequence[step - 1])
                for left, right in self.assignments:
                    for call in right.atoms(AppliedUndef):
                        result = sympy.Symbol(str(call))
                        if callable(inputs[call.func]):
                            values[result] = inputs[call.func](*(_run(argument, values) for argument in call.args))
                        else:
                            values[result] = _number(inputs[call.func][step - 1])
                        right = right.xreplace({call: result})
                    values[left] = _run(right, values)
                history.append(dict(values))
                for before, (now, _) in self.state.items():
                    values[before] = values[now]
        return history

    def _symbols(self):
        first = {value for _, value in self.state.values() if isinstance(value, sympy.Symbol)}
        return first | {symbol for pair in self.assignments for side in pair for symbol in side.free_symbols}


def _run(expression, values):
    function, symbols = _compiled(expression, (), frozenset(values))
    return mpmath.mpmathify(function(*(values[symbol] for symbol in symbols)))


def _number(value):
    return mpmath.mpmathify(sympy.N(value, 90)) if isinstance(value, sympy.Basic) else _exactly(value)
