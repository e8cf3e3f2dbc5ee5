"""The optimizers' recursions, from simple to complex: PyTorch's form of each, then the papers' where they differ.

theta is what is optimised, nabla f_t the gradient at step t, eta the learning rate, lambda the weight decay. To
maximize f is to minimize -f.
"""

from sympy import Add, Eq, Float, Function, Max, Piecewise, Rational, Symbol, evaluate, sqrt

from scratch.formulas import Algorithm, t


def _pair(name):
    """A symbol at this step and at the step before."""
    return Symbol(f"{name}_t", real=True), Symbol(f"{name}_{{t-1}}", real=True)


gradient = Function(r"\nabla f_t")
theta, theta_1 = _pair(r"\theta")
theta_2 = Symbol(r"\theta_{t-2}", real=True)
g = Symbol("g_t", real=True)
b, b_1 = _pair("b")  # PyTorch's buffer
v, v_1 = _pair("v")  # the velocity; from RMSProp on, the average of the squared gradient
m, m_1 = _pair("m")  # the average of the gradient
y, y_1 = _pair("y")  # the look-ahead point
a, a_1 = _pair("a")
G, G_1 = _pair("G")  # the sum of the squared gradients
v_max, v_max_1 = _pair(r"v^{\max}")
m_hat, v_hat = Symbol(r"\hat{m}_t", real=True), Symbol(r"\hat{v}_t", real=True)
v_hat_1 = Symbol(r"\hat{v}_{t-1}", real=True)
eta, mu, tau, lamda, rho, alpha, beta1, beta2, epsilon = (
    Symbol(name, real=True) for name in ("eta", "mu", "tau", "lambda", "rho", "alpha", "beta_1", "beta_2", "epsilon")
)
eta_t, epsilon_hat = Symbol("eta_t", real=True), Symbol(r"\hat{\epsilon}", real=True)

with evaluate(False):  # every formula stays as it is written
    plain = (g, gradient(theta_1))
    with_l2 = (g, gradient(theta_1) + lamda * theta_1)  # the gradient of f + lambda / 2 theta^2

    # SGD

    sgd = Algorithm(
        assignments=(with_l2, (theta, theta_1 - eta * g)),
        state={theta_1: (theta, 0)},
        defaults={eta: Rational(1, 1000), lamda: 0},
    )

    # Momentum

    momentum = Algorithm(
        assignments=(
            with_l2,
            (b, Piecewise((g, Eq(t, 1)), (mu * b_1 + (1 - tau) * g, t > 1))),
            (theta, theta_1 - eta * b),
        ),
        state={theta_1: (theta, 0), b_1: (b, 0)},
        defaults={eta: Rational(1, 1000), tau: 0, lamda: 0},
    )

    momentum_polyak = Algorithm(
        assignments=(plain, (theta, Add(theta_1, -(eta * g), mu * (theta_1 - theta_2)))),
        state={theta_2: (theta_1, 0), theta_1: (theta, 0)},
    )

    momentum_sutskever = Algorithm(
        assignments=(plain, (v, mu * v_1 - eta * g), (theta, theta_1 + v)), state={theta_1: (theta, 0), v_1: (v, 0)}
    )

    momentum_average = Algorithm(
        assignments=(plain, (b, mu * b_1 + (1 - mu) * g), (theta, theta_1 - eta * b)),
        state={theta_1: (theta, 0), b_1: (b, 0)},
    )

    # NAG

    nag = Algorithm(
        assignments=(with_l2, (b, mu * b_1 + g), (theta, theta_1 - eta * (g + mu * b))),
        state={theta_1: (theta, 0), b_1: (b, 0)},
        defaults={eta: Rational(1, 1000), lamda: 0},
    )

    nag_sutskever = Algorithm(
        assignments=(
            (g, gradient(theta_1 + mu * v_1)),
            (v, mu * v_1 - eta * g),
            (theta, theta_1 + v),
            (y, theta + mu * v),
        ),
        state={theta_1: (theta, 0), v_1: (v, 0)},
    )

    nag_1983 = Algorithm(
        assignments=(
            (theta, y_1 - eta * gradient(y_1)),
            (a, (1 + sqrt(1 + 4 * a_1**2)) / 2),
            (y, theta + (a_1 - 1) / a * (theta - theta_1)),
        ),
        state={theta_1: (theta, 0), y_1: (y, 0), a_1: (a, 1)},
    )

    # AdaGrad

    adagrad = Algorithm(
        assignments=(
            with_l2,
            (G, G_1 + g**2),
            (theta, theta_1 - eta / (1 + (t - 1) * rho) * (g / (sqrt(G) + epsilon))),
        ),
        state={theta_1: (theta, 0), G_1: (G, 0)},
        defaults={eta: Rational(1, 100), rho: 0, lamda: 0, epsilon: Rational(1, 10**10)},
    )

    adagrad_duchi = Algorithm(
        assignments=(plain, (G, G_1 + g**2), (theta, theta_1 - eta * (g / sqrt(G)))),
        state={theta_1: (theta, 0), G_1: (G, 0)},
    )

    # RMSProp

    average_of_squares = (v, alpha * v_1 + (1 - alpha) * g**2)
    rmsprop_defaults = {eta: Rational(1, 100), alpha: Rational(99, 100), epsilon: Rational(1, 10**8), lamda: 0, mu: 0}

    rmsprop = Algorithm(
        assignments=(with_l2, average_of_squares, (theta, theta_1 - eta * (g / (sqrt(v) + epsilon)))),
        state={theta_1: (theta, 0), v_1: (v, 0)},
        defaults=rmsprop_defaults,
    )

    rmsprop_momentum = Algorithm(
        assignments=(with_l2, average_of_squares, (b, mu * b_1 + g / (sqrt(v) + epsilon)), (theta, theta_1 - eta * b)),
        state={theta_1: (theta, 0), v_1: (v, 0), b_1: (b, 0)},
        defaults=rmsprop_defaults,
    )

    rmsprop_centered = Algorithm(
        assignments=(
            with_l2,
            average_of_squares,
            (m, alpha * m_1 + (1 - alpha) * g),
            (b, mu * b_1 + g / (sqrt(v - m**2) + epsilon)),
            (theta, theta_1 - eta * b),
        ),
        state={theta_1: (theta, 0), v_1: (v, 0), m_1: (m, 0), b_1: (b, 0)},
        defaults=rmsprop_defaults,
    )

    rmsprop_hinton = Algorithm(
        assignments=(
            plain,
            (v, Float("0.9", 90) * v_1 + Float("0.1", 90) * g**2),
            (theta, theta_1 - eta * (g / sqrt(v))),
        ),
        state={theta_1: (theta, 0), v_1: (v, 0)},
    )

    rmsprop_graves = Algorithm(
        assignments=(
            plain,
            average_of_squares,
            (m, alpha * m_1 + (1 - alpha) * g),
            (b, mu * b_1 - eta * (g / sqrt(Add(v, -(m**2), epsilon)))),
            (theta, theta_1 + b),
        ),
        state={theta_1: (theta, 0), v_1: (v, 0), m_1: (m, 0), b_1: (b, 0)},
        defaults={eta: Rational(1, 10**4), alpha: Rational(95, 100), mu: Rational(9, 10), epsilon: Rational(1, 10**4)},
    )

    # Adam

    moments = ((m, beta1 * m_1 + (1 - beta1) * g), (v, beta2 * v_1 + (1 - beta2) * g**2))
    corrected = ((m_hat, m / (1 - beta1**t)), (v_hat, v / (1 - beta2**t)))
    largest = ((v_max, Max(v_max_1, v)), (m_hat, m / (1 - beta1**t)), (v_hat, v_max / (1 - beta2**t)))
    moments_state = {theta_1: (theta, 0), m_1: (m, 0), v_1: (v, 0)}
    adam_defaults = {
        eta: Rational(1, 1000),
        beta1: Rational(9, 10),
        beta2: Rational(999, 1000),
        epsilon: Rational(1, 10**8),
        lamda: 0,
    }
    adam_step = (theta, theta_1 - eta * (m_hat / (sqrt(v_hat) + epsilon)))

    adam = Algorithm((with_l2, *moments, *corrected, adam_step), moments_state, adam_defaults)

    adam_hat = Algorithm(
        assignments=(
            plain,
            *moments,
            (eta_t, eta * (sqrt(1 - beta2**t) / (1 - beta1**t))),
            (theta, theta_1 - eta_t * (m / (sqrt(v) + epsilon_hat))),
        ),
        state=moments_state,
        defaults=adam_defaults,
    )

    amsgrad = Algorithm((with_l2, *moments, *largest, adam_step), {**moments_state, v_max_1: (v_max, 0)}, adam_defaults)

    amsgrad_reddi = Algorithm(
        assignments=(plain, *moments, (v_hat, Max(v_hat_1, v)), (theta, theta_1 - eta * (m / sqrt(v_hat)))),
        state={**moments_state, v_hat_1: (v_hat, 0)},
    )

    # AdamW

    adamw_defaults = {**adam_defaults, lamda: Rational(1, 100)}
    adamw_step = (theta, (1 - eta * lamda) * theta_1 - eta * (m_hat / (sqrt(v_hat) + epsilon)))

    adamw = Algorithm((plain, *moments, *corrected, adamw_step), moments_state, adamw_defaults)

    adamw_amsgrad = Algorithm((plain, *moments, *largest, adamw_step), amsgrad.state, adamw_defaults)

    adamw_paper = Algorithm(
        assignments=(
            plain,
            *moments,
            *corrected,
            (theta, theta_1 - eta_t * (alpha * (m_hat / (sqrt(v_hat) + epsilon)) + lamda * theta_1)),
        ),
        state=moments_state,
        defaults={beta1: Rational(9, 10), beta2: Rational(999, 1000), epsilon: Rational(1, 10**8)},
    )
