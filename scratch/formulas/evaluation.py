"""How a formula is evaluated: to 50 digits, differentiated, and proved equal to another."""

from functools import cache

import mpmath
import numpy as np
import sympy

from scratch.formulas.typesetting import latex

DIGITS = 50


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
    return sympy.lambdify(symbols, expression, [{"erf": _erf}, "mpmath"]), symbols


def _erf(x):
    """mpmath's erf; where it is nearly -1 or 1 from erfc, of which fewer digits are needed: many times faster."""
    precision, same = mpmath.mp.prec, x * x / mpmath.ln2  # the bits in which erf agrees with its limit
    if not precision / 2 < same < 8 * precision:
        return mpmath.erf(x)
    with mpmath.workprec(max(53, precision - int(same) + 30)):
        rest = mpmath.erfc(abs(x))
    return mpmath.sign(x) * (1 - rest)


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


def arguments(left):
    """The arguments of a function that is defined; of a symbol, none."""
    return left.args if isinstance(left, sympy.Function) else ()


@cache
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


def run(expression, values):
    """The value of an assignment's right side at the working precision."""
    function, symbols = _compiled(expression, (), frozenset(values))
    return mpmath.mpmathify(function(*(values[symbol] for symbol in symbols)))


def as_number(value):
    """A number at the working precision; a SymPy constant to 90 digits."""
    return mpmath.mpmathify(sympy.N(value, 90)) if isinstance(value, sympy.Basic) else _exactly(value)
