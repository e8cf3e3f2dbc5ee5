"""The schedulers' formulas, from simple to complex: closed forms in the epoch t, and recursions from epoch to epoch.

eta is the learning rate: eta_0 that of epoch 0, eta_t that of epoch t. OneCycleLR counts steps, n from 0 to N - 1.
"""

from sympy import Add, And, Eq, Function, Max, Mod, Ne, Or, Piecewise, Rational, Symbol, cos, evaluate, floor, pi

from scratch.formulas import Algorithm, Formula, t

epoch = Symbol("t", integer=True, nonnegative=True)  # closed forms hold from epoch 0
eta, eta_1 = Symbol(r"\eta_t", real=True), Symbol(r"\eta_{t-1}", real=True)
eta_0, eta_min = Symbol(r"\eta_0", real=True), Symbol(r"\eta_{\min}", real=True)
gamma = Symbol("gamma", nonnegative=True)
s = Symbol("s", integer=True, positive=True)  # StepLR's step_size

T = Symbol(r"T_{\max}", integer=True, positive=True)
height, height_1 = Symbol("h_t", real=True), Symbol("h_{t-1}", real=True)  # of the cosine, from 1 down to 0

with evaluate(False):  # every formula stays as it is written
    step_lr = Formula(
        left=eta, right=eta_0 * gamma ** floor(epoch / s), variable=epoch, defaults={gamma: Rational(1, 10)}
    )
    step_lr_recursion = Algorithm(
        assignments=((eta, Piecewise((gamma * eta_1, Eq(Mod(t, s), 0)), (eta_1, Ne(Mod(t, s), 0)))),),
        state={eta_1: (eta, eta_0)},
        defaults={gamma: Rational(1, 10)},
    )
    cosine_annealing_lr = Formula(
        left=eta,
        right=eta_min + (eta_0 - eta_min) / 2 * (1 + cos(pi * epoch / T)),
        variable=epoch,
        defaults={eta_min: Rational(0)},
    )
    falling = (eta_min + (eta_1 - eta_min) * (height / height_1), Ne(Mod(t - 1, 2 * T), T))
    rising = (eta_1 + (eta_0 - eta_min) * height, Eq(Mod(t - 1, 2 * T), T))  # out of the trough
    cosine_annealing_lr_recursion = Algorithm(
        assignments=((height, (1 + cos(pi * t / T)) / 2), (eta, Piecewise(falling, rising))),
        state={eta_1: (eta, eta_0), height_1: (height, 1)},
        defaults={eta_min: Rational(0)},
    )

# What a rate does under noise: the mean square q_t of a weight w with the loss w^2 / 2, whose gradient w is seen with
# noise of variance 1, and the mean loss at which a constant rate comes to rest

q, q_1 = Symbol("q_t", nonnegative=True), Symbol("q_{t-1}", nonnegative=True)
with evaluate(False):
    mean_square = Formula(left=q, right=(1 - eta) ** 2 * q_1 + eta**2)
    noise_floor = eta / (2 * (2 - eta))

# ReduceLROnPlateau

m, P, C = Symbol("m_t", real=True), Symbol("P", integer=True), Symbol("C", integer=True)  # metric, patience, cooldown
theta, epsilon = Symbol("theta", nonnegative=True), Symbol("varepsilon", nonnegative=True)  # threshold, eps
b = Symbol("b_t", integer=True)  # whether the metric is better than the best before
best, best_1 = Symbol("B_t", real=True), Symbol("B_{t-1}", real=True)
bad, bad_1 = Symbol("k_t", integer=True), Symbol("k_{t-1}", integer=True)
counted = Symbol(r"\tilde{k}_t", integer=True)
cool, cool_1 = Symbol("c_t", integer=True), Symbol("c_{t-1}", integer=True)
lower = Symbol(r"\tilde{\eta}_t", real=True)
plateau_defaults = {gamma: Rational(1, 10), P: 10, theta: Rational(1, 10**4), C: 0, eta_min: 0}
plateau_defaults[epsilon] = Rational(1, 10**8)


def plateau(mode, threshold_mode):
    """The rule for one of the two modes and one of the two threshold modes."""
    with evaluate(False):
        better = {
            ("min", "rel"): m < (1 - theta) * best_1,
            ("min", "abs"): m < best_1 - theta,
            ("max", "rel"): m > (1 + theta) * best_1,
            ("max", "abs"): m > best_1 + theta,
        }[mode, threshold_mode]
        first = float("inf") if mode == "min" else -float("inf")
        return Algorithm(
            assignments=(
                (b, Piecewise((1, better), (0, True))),
                (best, Piecewise((m, Eq(b, 1)), (best_1, Eq(b, 0)))),
                (counted, Piecewise((0, Or(Eq(b, 1), cool_1 > 0)), (bad_1 + 1, True))),
                (lower, Max(gamma * eta_1, eta_min)),
                (eta, Piecewise((lower, And(counted > P, eta_1 - lower > epsilon)), (eta_1, True))),
                (bad, Piecewise((0, counted > P), (counted, counted <= P))),
                (cool, Piecewise((C, counted > P), (Max(cool_1 - 1, 0), counted <= P))),
            ),
            state={best_1: (best, first), bad_1: (bad, 0), cool_1: (cool, 0), eta_1: (eta, eta_0)},
            defaults=plateau_defaults,
        )


reduce_lr_on_plateau = plateau("min", "rel")

# OneCycleLR

n, N = Symbol("n", integer=True, nonnegative=True), Symbol("N", integer=True, positive=True)
p = Symbol("p", nonnegative=True)  # pct_start
peak = Symbol(r"n_{\max}", real=True)  # the last step of the rise, not always an integer
eta_n, eta_max = Symbol(r"\eta_n", real=True), Symbol(r"\eta_{\max}", real=True)
mu_n, mu_min, mu_max = Symbol(r"\mu_n", real=True), Symbol(r"\mu_{\min}", real=True), Symbol(r"\mu_{\max}", real=True)
d, d_end = Symbol("d", positive=True), Symbol(r"d_{\text{end}}", positive=True)  # div_factor, final_div_factor
A = Function("A")
x, y, u = Symbol("x", real=True), Symbol("y", real=True), Symbol("u", real=True)
with evaluate(False):
    annealing = {  # from x at u = 0 to y at u = 1
        "cos": (A(x, y, u), y + (x - y) / 2 * (1 + cos(pi * u))),
        "linear": (A(x, y, u), x + (y - x) * u),
    }
    last_of_rise = (peak, p * N - 1)
    rates = ((eta_min, eta_0 / d_end), (eta_0, eta_max / d))


def _phases(low, high, end, three_phase):
    """From low up to high, back to low if there are three phases, and on to the end."""
    rise = (A(low, high, n / peak), n <= peak)
    if not three_phase:
        return Piecewise(rise, (A(high, end, (n - peak) / Add(N, -1, -peak)), n > peak))
    back = (A(high, low, (n - peak) / peak), n <= 2 * peak)
    return Piecewise(rise, back, (A(low, end, (n - 2 * peak) / Add(N, -1, -2 * peak)), n > 2 * peak))


def one_cycle_lr(anneal_strategy="cos", three_phase=False):
    """The learning rate at step n."""
    with evaluate(False):
        return Formula(
            left=eta_n,
            right=_phases(eta_0, eta_max, eta_min, three_phase),
            variable=n,
            defaults={p: Rational(3, 10), d: Rational(25), d_end: Rational(10**4)},
            definitions=(annealing[anneal_strategy], last_of_rise, *rates),
        )


def one_cycle_momentum(anneal_strategy="cos", three_phase=False):
    """The momentum at step n; for Adam it is beta_1."""
    with evaluate(False):
        return Formula(
            left=mu_n,
            right=_phases(mu_max, mu_min, mu_max, three_phase),
            variable=n,
            defaults={p: Rational(3, 10), mu_min: Rational(17, 20), mu_max: Rational(19, 20)},
            definitions=(annealing[anneal_strategy], last_of_rise),
        )
