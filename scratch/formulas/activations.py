"""The activations' formulas, from simple to complex: one per block, GELU in both of its forms."""

import sympy
from sympy import Float, Function, Max, Piecewise, Rational, Symbol, erf, exp, pi, sqrt

from scratch.formulas import Formula, written

x = Symbol("x", real=True)
alpha = Symbol("alpha", real=True)
sigma = Function(r"\sigma")
Phi = Function(r"\Phi")  # the distribution function of the standard normal
phi = Function(r"\varphi")  # its density
normal = written(lambda: ((Phi(x), Rational(1, 2) * (1 + erf(x / sqrt(2)))), (phi(x), exp(-(x**2 / 2)) / sqrt(2 * pi))))


def _named(name):
    return Function(rf"\operatorname{{{name}}}")(x)


sigmoid = written(
    lambda: Formula(
        left=sigma(x),
        right=1 / (1 + exp(-x)),
        variable=x,
        textbook_derivative=sigma(x) * (1 - sigma(x)),
        definitions=((sigma(x), 1 / (1 + exp(-x))),),
    )
)

tanh = written(
    lambda: Formula(
        left=Function(r"\tanh")(x),
        right=(exp(x) - exp(-x)) / (exp(x) + exp(-x)),
        variable=x,
        textbook_derivative=1 - sympy.tanh(x) ** 2,
    )
)

relu = written(
    lambda: Formula(
        left=_named("ReLU"), right=Max(0, x), variable=x, textbook_derivative=Piecewise((1, x > 0), (0, x <= 0))
    )
)

leaky_relu = written(
    lambda: Formula(
        left=_named("LeakyReLU"),
        right=Piecewise((x, x > 0), (alpha * x, x <= 0)),
        variable=x,
        textbook_derivative=Piecewise((1, x > 0), (alpha, x <= 0)),
        defaults={alpha: Rational(1, 100)},
    )
)

elu = written(
    lambda: Formula(
        left=_named("ELU"),
        right=Piecewise((x, x > 0), (alpha * (exp(x) - 1), x <= 0)),
        variable=x,
        textbook_derivative=Piecewise((1, x > 0), (alpha * exp(x), x <= 0)),
        defaults={alpha: Rational(1)},
    )
)

gelu = written(
    lambda: Formula(
        left=_named("GELU"), right=x * Phi(x), variable=x, textbook_derivative=Phi(x) + x * phi(x), definitions=normal
    )
)

_u = Symbol("u", real=True)
gelu_tanh = written(
    lambda: Formula(
        left=Function(r"\operatorname{GELU}_{\tanh}")(x),
        right=x / 2 * (1 + sympy.tanh(_u)),
        variable=x,
        textbook_derivative=(1 + sympy.tanh(_u)) / 2
        + x / 2 * (1 - sympy.tanh(_u) ** 2) * sqrt(2 / pi) * (1 + 3 * Float("0.044715", 50) * x**2),
        definitions=((_u, sqrt(2 / pi) * (x + Float("0.044715", 50) * x**3)),),
    )
)
