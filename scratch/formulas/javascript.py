"""How a formula becomes JavaScript: what moves a figure is printed from the object that is typeset and checked.

`function` prints an expression, `recursion` an Algorithm; `module` puts the helpers in front that JavaScript lacks.
What would lose digits as it is written (1 + erf, exp(x) - 1, log(1 + x)) is printed in the form that keeps them.
"""

import json
import re

import mpmath
import sympy
from sympy.codegen.rewriting import ReplaceOptim, create_expand_pow_optimization, expm1_opt, log1p_opt, optimize
from sympy.core.function import AppliedUndef
from sympy.printing.jscode import JavascriptCodePrinter


def _is_one_and_erf(e):
    return e.is_Add and len(e.args) == 2 and 1 in e.args and any(isinstance(a, sympy.erf) for a in e.args)


def _as_erfc(e):
    (erf,) = [a for a in e.args if isinstance(a, sympy.erf)]
    return sympy.erfc(-erf.args[0], evaluate=False)


_FORMS = ReplaceOptim(_is_one_and_erf, _as_erfc), expm1_opt, log1p_opt, create_expand_pow_optimization(3)


class _Printer(JavascriptCodePrinter):
    """SymPy's printer and what it lacks. elementwise: the symbols that stand for the i-th element of an array."""

    def __init__(self, elementwise=()):
        super().__init__({"precision": 17, "contract": False})
        self.elementwise = set(elementwise)

    def _print_Symbol(self, expr):
        return f"{identifier(expr)}[i]" if expr in self.elementwise else identifier(expr)

    def _print_Piecewise(self, expr):
        text = "NaN"
        for value, condition in reversed(expr.args):
            chosen = self._print(value)
            text = chosen if condition == sympy.true else f"({self._print(condition)} ? {chosen} : {text})"
        return text

    def _print_Relational(self, expr):
        sign = {"==": "===", "!=": "!=="}.get(expr.rel_op, expr.rel_op)
        return f"({self._print(expr.lhs)} {sign} {self._print(expr.rhs)})"

    def _print_And(self, expr):
        return "(" + " && ".join(map(self._print, expr.args)) + ")"

    def _print_Or(self, expr):
        return "(" + " || ".join(map(self._print, expr.args)) + ")"

    def _print_Indexed(self, expr):
        return identifier(expr.base.label) + "".join(f"[{self._print(i - 1)}]" for i in expr.indices)

    def _print_Sum(self, expr):
        text, *limits = [self._print(expr.args[0]), *expr.args[1:]]
        for index, first, last in limits:
            text = f"sum({self._print(first)}, {self._print(last)}, {identifier(index)} => {text})"
        return text

    def _print_KroneckerDelta(self, expr):
        return f"({self._print(expr.args[0])} === {self._print(expr.args[1])} ? 1 : 0)"

    def _print_Mod(self, expr):
        return "mod({}, {})".format(*map(self._print, expr.args))

    def _print_called(self, expr):
        name = {"expm1": "Math.expm1", "log1p": "Math.log1p"}.get(expr.func.__name__, expr.func.__name__)
        return f"{name}({self._print(expr.args[0])})"

    _print_erf = _print_erfc = _print_expm1 = _print_log1p = _print_called

    def _print_AppliedUndef(self, expr):
        raise ValueError(f"{expr} has no definition that could be printed")

    def _print_UnevaluatedExpr(self, expr):
        return self._print(expr.args[0])


def identifier(symbol):
    r"""A symbol's name as JavaScript writes it: \theta_{t-1} is theta__t_1."""
    return re.sub(r"\W+", "_", str(symbol)).strip("_")


def expression(expr, elementwise=()):
    """An expression as JavaScript."""
    return _Printer(elementwise).doprint(optimize(expr.doit(), _FORMS))


def function(name, expr, arguments):
    """The line of an arrow function: expr of the given symbols and arrays, in this order."""
    names = ", ".join(identifier(getattr(argument, "label", argument)) for argument in arguments)
    return f"const {name} = ({names}) => {expression(expr)}\n"


def recursion(name, algorithm, result):
    """A function (gradient, start, steps, constants) => the list of `result` at t = 0, 1, ..., each an array.

    Every symbol but the constants is an array, and all happens elementwise; gradient maps an array to an array.
    """
    arrays = {left for left, _ in algorithm.assignments} | set(algorithm.state)
    free = {symbol for _, right in algorithm.assignments for symbol in right.free_symbols} - arrays
    constants = ", ".join(sorted(identifier(symbol) for symbol in free if str(symbol) != "t"))
    lines = [f"function {name}(gradient, start, steps, {{{constants}}}) {{"]
    for old, (new, first) in algorithm.state.items():
        value = "start.slice()" if new == result else f"Array(start.length).fill({expression(sympy.sympify(first))})"
        lines.append(f"  let {identifier(old)} = {value}")
    lines.append("  const path = [start.slice()]\n  for (let t = 1; t <= steps; t++) {")
    lines += [f"    const {identifier(left)} = []" for left, _ in algorithm.assignments]
    calls = {}
    for call in sorted({c for _, right in algorithm.assignments for c in right.atoms(AppliedUndef)}, key=str):
        calls[call] = sympy.Symbol(f"gradient{len(calls)}")
        argument = expression(call.args[0], set(algorithm.state))
        lines.append(f"    const {calls[call]} = gradient(start.map((_, i) => {argument}))")
    lines.append("    for (let i = 0; i < start.length; i++) {")
    known = arrays | set(calls.values())
    for left, right in algorithm.assignments:
        lines.append(f"      {identifier(left)}[i] = {expression(right.xreplace(calls), known)}")
    moves = "; ".join(f"{identifier(old)} = {identifier(new)}" for old, (new, _) in algorithm.state.items())
    lines.append(f"    }}\n    {moves}\n    path.push({identifier(result)})\n  }}\n  return path\n}}\n")
    return "\n".join(lines)


HELPERS = {
    "range": "const range = (a, b, n) => Array.from({length: n}, (_, i) => a + (b - a) * i / (n - 1))",
    "sum": "const sum = (a, b, term) => { let s = 0; for (let i = a; i <= b; i++) s += term(i); return s }",
    "mod": "const mod = (a, b) => a - b * Math.floor(a / b)",
    "erf": """const erf = x => {
  if (Math.abs(x) >= 0.5) return x < 0 ? erfc(-x) - 1 : 1 - erfc(x)
  let y = 0
  for (let j = ERF.length - 1; j >= 0; j--) y = y * x * x + ERF[j]
  return x * y
}""",
    "erfc": """function erfc(x) {
  const z = Math.abs(x), u = 2 / (2 + z), s = 4 * u - 2
  let b = 0, c = 0
  for (let j = ERFC.length - 1; j > 0; j--) [b, c] = [s * b - c + ERFC[j], b]
  const f = Math.fround(z) // its square is exact
  const y = u * Math.exp(-f * f) * Math.exp((f - z) * (f + z) + s / 2 * b - c + ERFC[0])
  return x < 0 ? 2 - y : y
}""",
}


def module(script):
    """A script with the helpers that it calls in front."""
    needed = [name for name in HELPERS if re.search(rf"\b{name}\(", script)]
    if "erf" in needed and "erfc" not in needed:
        needed.append("erfc")
    text = "".join(f"{HELPERS[name]}\n" for name in needed)
    if "erfc" in needed:
        text = f"const ERFC = {json.dumps(_chebyshev())}\n{text}"
    if "erf" in needed:
        text = f"const ERF = {json.dumps(_taylor())}\n{text}"
    return text + script


def _taylor(count=14):
    """Coefficients of erf(x) / x in x^2."""
    with mpmath.workdps(50):
        return [float(2 * (-1) ** n / (mpmath.sqrt(mpmath.pi) * mpmath.fac(n) * (2 * n + 1))) for n in range(count)]


def _chebyshev(count=30, nodes=64):
    """Chebyshev coefficients of log(erfc(x) / u) + x^2 in s = 2u - 1, where u = 2 / (2 + x)."""
    with mpmath.workdps(50):
        angles = [mpmath.pi * (k + 0.5) / nodes for k in range(nodes)]
        values = [_scaled_log(mpmath.cos(angle)) for angle in angles]
        weighted = [sum(v * mpmath.cos(j * a) for v, a in zip(values, angles)) for j in range(count)]
        return [float(w * (2 if j else 1) / nodes) for j, w in enumerate(weighted)]


def _scaled_log(s):
    u = (s + 1) / 2
    x = 2 / u - 2
    if x < 60:
        return mpmath.log(mpmath.erfc(x) / u) + x * x
    terms = [(-1) ** n * mpmath.fac2(2 * n - 1) / (2 * x * x) ** n for n in range(13)]  # the asymptotic series
    return mpmath.log(sum(terms) / (x * mpmath.sqrt(mpmath.pi)) / u)
