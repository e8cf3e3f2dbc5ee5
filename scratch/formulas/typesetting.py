"""How a formula is typeset: SymPy's LaTeX, set as the papers set it."""

import sympy
from sympy.printing.latex import LatexPrinter

_SETTINGS = {"order": "none", "mat_delim": "(", "ln_notation": False}
COLOURS = ("blue", "orange", "teal", "magenta", "violet", "cyan", "brown")  # names that stand for a figure's series


class _Printer(LatexPrinter):
    """SymPy's LaTeX, set as the papers set it: cases by their conditions, f(x) without stretching brackets.

    colours: numbers of series by symbol, from 1; what belongs to series n is set in the n-th of COLOURS.
    """

    def __init__(self, settings, colours=None):
        super().__init__(settings)
        self.colours = colours or {}

    def _print(self, expr, **kwargs):
        text, series = super()._print(expr, **kwargs), self.colours.get(expr)
        return text if series is None else rf"\textcolor{{{COLOURS[series - 1]}}}{{{text}}}"

    def _folded(self, expr):
        return _Printer({**_SETTINGS, "fold_short_frac": True}, self.colours)._print(expr)

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
        exponent = self._folded(expr.args[0])
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
        inside = self._folded(expr.args[0])
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


def latex(expression, colours=None):
    """The LaTeX of a SymPy expression, its terms in the order in which they were written. colours: series by symbol."""
    return _Printer(_SETTINGS, colours).doprint(expression)
