"""The losses' formulas, from simple to complex, as means over a batch; arrays count from 1."""

from sympy import (
    Abs,
    Function,
    IndexedBase,
    KroneckerDelta,
    Max,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    exp,
    log,
    sign,
    symbols,
)
from sympy import UnevaluatedExpr as whole

from scratch.formulas import Formula, written

i, j, n, N, C = symbols("i j n N C", integer=True, positive=True)
c, k, m = symbols("c k m", integer=True, positive=True)
prediction = IndexedBase(r"\hat{y}", real=True)
y, w = IndexedBase("y", real=True), IndexedBase("w", real=True)
d = Symbol("d", real=True)
delta = Symbol("delta", positive=True)
beta = Symbol("beta", positive=True)
rho = Function(r"\rho")
psi = Function(r"\psi")  # its derivative


def _named(name):
    return Symbol(rf"\operatorname{{{name}}}")


mse_loss = written(
    lambda: Formula(
        left=_named("MSE"),
        right=whole(1 / n) * Sum((prediction[i] - y[i]) ** 2, (i, 1, n)),
        variable=prediction[j],
        textbook_derivative=whole(2 / n) * (prediction[j] - y[j]),
    )
)

l1_loss = written(
    lambda: Formula(
        left=_named("MAE"),
        right=whole(1 / n) * Sum(Abs(prediction[i] - y[i]), (i, 1, n)),
        variable=prediction[j],
        textbook_derivative=whole(1 / n) * sign(prediction[j] - y[j]),
    )
)

smooth_l1_loss = written(
    lambda: Formula(
        left=_named("SmoothL1"),
        right=whole(1 / n) * Sum(rho(prediction[i] - y[i]), (i, 1, n)),
        variable=prediction[j],
        textbook_derivative=whole(1 / n) * psi(prediction[j] - y[j]),
        defaults={beta: Rational(1)},
        definitions=(
            (rho(d), Piecewise((d**2 / (2 * beta), Abs(d) < beta), (Abs(d) - beta / 2, Abs(d) >= beta))),
            (psi(d), Piecewise((d / beta, Abs(d) < beta), (sign(d), Abs(d) >= beta))),
        ),
    )
)

huber_loss = written(
    lambda: Formula(
        left=_named("Huber"),
        right=whole(1 / n) * Sum(rho(prediction[i] - y[i]), (i, 1, n)),
        variable=prediction[j],
        textbook_derivative=whole(1 / n) * psi(prediction[j] - y[j]),
        defaults={delta: Rational(1)},
        definitions=(
            (rho(d), Piecewise((d**2 / 2, Abs(d) < delta), (delta * (Abs(d) - delta / 2), Abs(d) >= delta))),
            (psi(d), Piecewise((d, Abs(d) < delta), (delta * sign(d), Abs(d) >= delta))),
        ),
    )
)

p = IndexedBase("p", positive=True)
u = Symbol("u", real=True)
_held_log = Function(r"\ell")

binary_cross_entropy = written(
    lambda: Formula(
        left=_named("BCE"),
        right=-whole(1 / n) * Sum(w[i] * (y[i] * log(p[i]) + (1 - y[i]) * log(1 - p[i])), (i, 1, n)),
        variable=p[j],
        textbook_derivative=whole(w[j] / n) * ((p[j] - y[j]) / (p[j] * (1 - p[j]))),
    )
)

binary_cross_entropy_held = written(
    lambda: Formula(
        left=_named("BCE"),
        right=-whole(1 / n) * Sum(w[i] * (y[i] * _held_log(p[i]) + (1 - y[i]) * _held_log(1 - p[i])), (i, 1, n)),
        variable=p[j],
        definitions=((_held_log(u), Max(log(u), -100)),),
    )
)

binary_cross_entropy_held_grad = written(
    lambda: Formula(
        left=Symbol("g_j"),
        right=whole(w[j] / n) * ((p[j] - y[j]) / Max(p[j] * (1 - p[j]), Rational(1, 10**12))),
        variable=p[j],
    )
)

x = IndexedBase("x", real=True)
q = IndexedBase("q", real=True)
_t = IndexedBase("t", real=True)
_p = IndexedBase("p", positive=True)
_y = IndexedBase("y", integer=True, positive=True)
epsilon = Symbol("varepsilon", real=True)
softmax = written(lambda: (_p[i, c], exp(x[i, c]) / Sum(exp(x[i, k]), (k, 1, C))))

cross_entropy = written(
    lambda: Formula(
        left=_named("CE"),
        right=-(Sum(Sum(_t[i, c] * log(_p[i, c]), (c, 1, C)), (i, 1, N)) / Sum(w[_y[i]], (i, 1, N))),
        variable=x[j, m],
        textbook_derivative=(_p[j, m] * Sum(_t[j, c], (c, 1, C)) - _t[j, m]) / Sum(w[_y[i]], (i, 1, N)),
        defaults={epsilon: Rational(0)},
        definitions=(softmax, (_t[i, c], w[c] * ((1 - epsilon) * KroneckerDelta(c, _y[i]) + epsilon / C))),
    )
)

cross_entropy_probabilities = written(
    lambda: Formula(
        left=_named("CE"),
        right=-whole(1 / N) * Sum(Sum(_t[i, c] * log(_p[i, c]), (c, 1, C)), (i, 1, N)),
        variable=x[j, m],
        textbook_derivative=whole(1 / N) * (_p[j, m] * Sum(_t[j, c], (c, 1, C)) - _t[j, m]),
        defaults={epsilon: Rational(0)},
        definitions=(softmax, (_t[i, c], w[c] * ((1 - epsilon) * q[i, c] + epsilon / C))),
    )
)
