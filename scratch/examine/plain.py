"""Formulas and numbers as plain text for a terminal."""

from __future__ import annotations

import re

import numpy as np
from sympy.printing.str import StrPrinter

_NAMES = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "eta", "theta", "lambda", "mu", "nu", "pi", "rho"),
    *("sigma", "tau", "phi", "varphi", "psi", "kappa", "nabla"),
)
_GREEK = dict(zip(_NAMES, "αβγδεεηθλμνπρστφφψκ∇"))
_GREEK.update(Phi="Φ", Lambda="Λ")
_WORD = re.compile(r"\\?([A-Za-z]+)")
_SUBSCRIPT = str.maketrans("0123456789t", "₀₁₂₃₄₅₆₇₈₉ₜ")


class _Printer(StrPrinter):
    """Products, powers and roots as a reader writes them, terms in the order of the formula."""

    def _print_Pow(self, expr, rational=False):
        base, exponent = expr.args
        if str(exponent) == "1/2":
            return f"√({self._print(base)})"
        return super()._print_Pow(expr, rational)

    def _print_Piecewise(self, expr):
        cases = [f"{self._print(value)} if {self._print(condition)}" for value, condition in expr.args[:-1]]
        return ", ".join([*cases, f"else {self._print(expr.args[-1][0])}"])

    def _print_Sum(self, expr):
        over = ", ".join(str(limit[0]) for limit in expr.limits)
        return f"Σ_{over} ({self._print(expr.function)})"

    def _print_Mul(self, expr):
        rest = [arg for arg in expr.args if arg != 1]
        if len(rest) in (0, len(expr.args)):
            return super()._print_Mul(expr)
        return self._print(rest[0] if len(rest) == 1 else expr.func(*rest, evaluate=False))

    def _print_Equality(self, expr):
        return f"{self._print(expr.lhs)} = {self._print(expr.rhs)}"

    def _print_And(self, expr):
        return " and ".join(self._print(arg) for arg in expr.args)

    def _print_Or(self, expr):
        return " or ".join(self._print(arg) for arg in expr.args)

    def _print_exp(self, expr):
        return f"exp({self._print(expr.args[0])})"

    def _print_UnevaluatedExpr(self, expr):
        return f"({self._print(expr.args[0])})"


def text(expression):
    """An expression in one line."""
    printed = _Printer({"order": "none"}).doprint(expression)
    return _readable(printed)


def line(left, right):
    """An equation in one line."""
    return f"{text(left)} = {text(right)}"


def _readable(printed):
    printed = re.sub(r"\\operatorname\{(\w+)\}", r"\1", printed)
    printed = re.sub(
        r"\\(hat|tilde|text)\{(\\?\w+)\}", lambda m: m[2] + {"hat": "̂", "tilde": "̃"}.get(m[1], ""), printed
    )
    printed = _WORD.sub(lambda m: _GREEK.get(m[1], m[1]), printed)
    printed = re.sub(r"_\{t-1\}", "ₜ₋₁", printed)
    printed = re.sub(r"_\{?(\d|t)\}?(?![A-Za-z])", lambda m: m[1].translate(_SUBSCRIPT), printed)
    printed = re.sub(r"\^\{(\w+)\}", r"_\1", printed).replace("\\", "")
    printed = re.sub(r"_\{(\w+)\}", r"_\1", printed)
    printed = printed.replace("**", "^").replace("*", "·")
    printed = re.sub(r"\^1(?![\d.])|(?<![\w.₀-₉])1·", "", printed)
    return re.sub(r"\(\(([^()]*)\)\)", r"(\1)", printed)


def two(theirs, right):
    """Two numbers that differ, in as many digits as show where."""
    theirs, right = float(theirs), float(right)
    for digits in (4, 7, 10, 13, 17):
        pair = f"{theirs:.{digits}g}", f"{right:.{digits}g}"
        if pair[0] != pair[1]:
            break
    return pair


def short(value, width=60):
    """Any value in at most so many characters."""
    try:
        said = repr(value.tolist()) if isinstance(value, np.ndarray) else repr(value)
    except Exception:
        said = f"a {type(value).__name__}"
    said = " ".join(said.split())
    return said if len(said) <= width else said[: width - 1] + "…"
