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
    evaluate,
    exp,
    log,
    sign,
    symbols,
)
from sympy import UnevaluatedExpr as whole

from scratch.formulas import Formula

i, j, n, N, C = symbols("i j n N C", integer=True, positive=True)
c, k, m = symbols("c k m", integer=True, positive=True)
prediction = IndexedBase(r"\hat{y}", real=True)
y, w = IndexedBase("y", real=True), IndexedBase("w", real=True)
d = Symbol("d", real=True)
delta = Symbol("delta", positive=True)
beta = Symbol("beta", positive=True)
p, x, q, t = IndexedBase("p", positive=True), *(IndexedBase(name, real=True) for name in "xqt")
classes = IndexedBase("y", integer=True, positive=True)
epsilon = Symbol("varepsilon", real=True)
rho = Function(r"\rho")
psi = Function(r"\psi")  # its derivative
u = Symbol("u", real=True)
held_log = Function(r"\ell")  # the logarithm, held at -100 or more


def _named(name):
    return Symbol(rf"\operatorname{{{name}}}")


with evaluate(False):  # every formula stays as it is written
    mse_loss = Formula(
        left=_named("MSE"),
        right=whole(1 / n) * Sum((prediction[i] - y[i]) ** 2, (i, 1, n)),
        variable=prediction[j],
        textbook_derivative=whole(2 / n) * (prediction[j] - y[j]),
    )

    l1_loss = Formula(
        left=_named("MAE"),
        right=whole(1 / n) * Sum(Abs(prediction[i] - y[i]), (i, 1, n)),
        variable=prediction[j],
        textbook_derivative=whole(1 / n) * sign(prediction[j] - y[j]),
    )

    smooth_l1_loss = Formula(
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

    huber_loss = Formula(
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

    binary_cross_entropy = Formula(
        left=_named("BCE"),
        right=-whole(1 / n) * Sum(w[i] * (y[i] * log(p[i]) + (1 - y[i]) * log(1 - p[i])), (i, 1, n)),
        variable=p[j],
        textbook_derivative=whole(w[j] / n) * ((p[j] - y[j]) / (p[j] * (1 - p[j]))),
    )

    binary_cross_entropy_held = Formula(
        left=_named("BCE"),
        right=-whole(1 / n) * Sum(w[i] * (y[i] * held_log(p[i]) + (1 - y[i]) * held_log(1 - p[i])), (i, 1, n)),
        variable=p[j],
        definitions=((held_log(u), Max(log(u), -100)),),
    )

    binary_cross_entropy_held_grad = Formula(
        left=Symbol("g_j"),
        right=whole(w[j] / n) * ((p[j] - y[j]) / Max(p[j] * (1 - p[j]), Rational(1, 10**12))),
        variable=p[j],
    )

    softmax = (p[i, c], exp(x[i, c]) / Sum(exp(x[i, k]), (k, 1, C)))

    cross_entropy = Formula(
        left=_named("CE"),
        right=-(Sum(Sum(t[i, c] * log(p[i, c]), (c, 1, C)), (i, 1, N)) / Sum(w[classes[i]], (i, 1, N))),
        variable=x[j, m],
        textbook_derivative=(p[j, m] * Sum(t[j, c], (c, 1, C)) - t[j, m]) / Sum(w[classes[i]], (i, 1, N)),
        defaults={epsilon: Rational(0)},
        definitions=(softmax, (t[i, c], w[c] * ((1 - epsilon) * KroneckerDelta(c, classes[i]) + epsilon / C))),
    )

    cross_entropy_probabilities = Formula(
        left=_named("CE"),
        right=-whole(1 / N) * Sum(Sum(t[i, c] * log(p[i, c]), (c, 1, C)), (i, 1, N)),
        variable=x[j, m],
        textbook_derivative=whole(1 / N) * (p[j, m] * Sum(t[j, c], (c, 1, C)) - t[j, m]),
        defaults={epsilon: Rational(0)},
        definitions=(softmax, (t[i, c], w[c] * ((1 - epsilon) * q[i, c] + epsilon / C))),
    )
