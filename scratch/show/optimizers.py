"""What the optimizers page computes: its tables, figures, derivations and checks."""

import html
import inspect
import json
import textwrap
from functools import cache, partial

import mpmath
import numpy as np
from sympy import Abs, Add, Symbol, sqrt

from scratch import formulas as core
from scratch.evidence import recorded as load
from scratch.formulas import Algorithm, written
from scratch.formulas import optimizers as formulas
from scratch.optimizers import SGD, Adagrad, Adam, AdamW, RMSprop
from scratch.show.check import checked
from scratch.show.figure import INK, figure, panel, thumbnail
from scratch.show.formula import derivation
from scratch.show.page import let
from scratch.show.table import number, table
from scratch.show.words import words

word = words("optimizers")
METHODS = {
    "sgd": ("SGD", SGD, {}),
    "momentum": ("Momentum", SGD, {"momentum": 0.9}),
    "nag": ("NAG", SGD, {"momentum": 0.9, "nesterov": True}),
    "adagrad": ("AdaGrad", Adagrad, {}),
    "rmsprop": ("RMSProp", RMSprop, {}),
    "adam": ("Adam", Adam, {}),
    "adamw": ("AdamW", AdamW, {}),
}


# Functions to descend


def rosenbrock(x):
    """Rosenbrock's function over the last axis: a curved valley whose floor falls slowly towards (1, ..., 1)."""
    return np.sum(100 * (x[..., 1:] - x[..., :-1] ** 2) ** 2 + (1 - x[..., :-1]) ** 2, axis=-1)


def rosenbrock_grad(x):
    """Its gradient."""
    off = x[..., 1:] - x[..., :-1] ** 2
    grad = np.zeros_like(x)
    grad[..., :-1] = -400 * x[..., :-1] * off - 2 * (1 - x[..., :-1])
    grad[..., 1:] += 200 * off
    return grad


CURVATURES = np.array([1.0, 20.0])
SURFACES = {  # f, 0 at its minimum, its gradient, where the walk begins, its steps, the window that is drawn
    "quadratic": (
        lambda p: np.sum(CURVATURES * p**2, axis=-1) / 2,
        lambda p: CURVATURES * p,
        (-4.0, 1.0),
        50,
        (-4.5, 2.7, -2.4, 1.5),
    ),
    "rosenbrock": (rosenbrock, rosenbrock_grad, (-1.2, 1.0), 200, (-1.8, 2.6, -1.4, 3.1)),
    "saddle": (
        lambda p: p[..., 0] ** 2 / 2 + (p[..., 1] ** 2 - 1) ** 2 / 4,
        lambda p: np.array([p[0], p[1] ** 3 - p[1]]),
        (-1.5, 1e-3),
        40,
        (-1.8, 1.3, -1.4, 2.0),
    ),
}
MINIMA = {"quadratic": [(0, 0)], "rosenbrock": [(1, 1)], "saddle": [(0, -1), (0, 1)]}
RATES = np.logspace(-4, 1, 21)


@np.errstate(all="ignore")
def walk(name, lr, gradient, start, steps):
    """The points that a method visits, the start first."""
    _, optimizer, options = METHODS[name]
    theta = np.array(start, dtype=float)
    instance = optimizer([theta], lr=lr, **options)
    path = [theta.copy()]
    for _ in range(steps):
        instance.step([gradient(theta)])
        path.append(theta.copy())
    return np.array(path)


@cache
def tuned(name, surface):
    """The rate out of RATES whose loss stays lowest over the last quarter of the steps, and its path."""
    f, gradient, start, steps, _ = SURFACES[surface]
    paths = {lr: walk(name, lr, gradient, start, steps) for lr in RATES}

    @np.errstate(all="ignore")
    def highest(lr):
        return np.nan_to_num(np.max(f(paths[lr][-steps // 4 :])), nan=np.inf)

    best = min(RATES, key=highest)
    return best, paths[best]


def _leaves(name, surface):
    left, right, bottom, top = SURFACES[surface][-1]
    path = tuned(name, surface)[1]
    return bool((path < [left, bottom]).any() or (path > [right, top]).any())


def _contours(axes, surface, count=9):
    f, *_, (left, right, bottom, top) = SURFACES[surface]
    x, y = np.meshgrid(np.linspace(left, right, 70), np.linspace(bottom, top, 70))
    height = f(np.stack([x, y], axis=-1))
    levels = height.min() + (height.max() - height.min()) * np.linspace(0.02, 1, count) ** 3
    axes.contour(x, y, height, levels=levels, colors="#d5d8de", linewidths=0.8, linestyles="-")
    axes.set(xlim=(left, right), ylim=(bottom, top))
    axes.grid(visible=False)


# The top of the page


def facts():
    """Name the numbers that the page's sentences use."""
    let(
        first_step_999=number(1 / np.sqrt(1 - 0.999), 3),
        first_step_99=number(1 / np.sqrt(1 - 0.99), 3),
        rates=str(len(RATES)),
        lowest_rate=number(RATES[0]),
        highest_rate=number(RATES[-1]),
        negative_variance=str(negative_variance()),
        torch=str(load("activations")["version"]),
        chain=str(CHAIN),
        alternating=number((1 + 0.9) / (1 - 0.9), 2),
        noise_step=number(adam_noise(), 2),
        hops_after=str(hops_after()),
        centered_jump=number(centered_jump(1e-8), 2),
        centered_calm=number(centered_jump(0.1), 2),
        **_promised_lengths(),
        overflow=number(np.sqrt(float(np.finfo(np.float32).max) / (1 - 0.999)), 2),
    )


def comparison():
    """The table at the top: what each method remembers, how its step answers to the gradient, how far it has come."""
    rows = []
    for name, (title, optimizer, options) in METHODS.items():
        steps = [_size_of_step(optimizer, options, gradient) for gradient in (0.01, 1.0, 100.0)]
        rows.append(
            [
                f'<a href="#{name}">{title}</a>',
                str(memory(optimizer, options)),
                *(number(step, 2) for step in steps),
                number(_size_of_step(optimizer, options, 1.0, steps=100), 2),
            ]
        )
    head = ["", word("floats"), "|Δθ|, g = 0.01", "|Δθ|, g = 1", "|Δθ|, g = 100", "|Δθ|, g = 1, t = 100"]
    return table(head, rows, word("comparison"))


def _size_of_step(optimizer, options, gradient, steps=1):
    theta = np.zeros(1)
    instance = optimizer([theta], lr=0.01, **options)
    for _ in range(steps):
        before = theta.copy()
        instance.step([np.full(1, gradient)])
    return abs(theta - before)[0]


def memory(optimizer, options):
    """How many numbers an optimizer keeps per parameter, counted in its state after a step."""
    theta = np.ones(1000)
    instance = optimizer([theta], **options)
    instance.step([theta])
    kept = [array for value in vars(instance).values() if isinstance(value, list) for array in value]
    return sum(array.size for array in kept if isinstance(array, np.ndarray)) // theta.size - 1


def overlay():
    """The paths of all seven on three surfaces, and the loss along the hardest of them."""
    drawings = []
    for surface in SURFACES:
        drawing, axes = panel(3.4, 2.9)
        _contours(axes, surface)
        for name in METHODS:
            axes.plot(*tuned(name, surface)[1].T, linewidth=1.3)
        axes.plot(*SURFACES[surface][2], color=INK, marker="o", linestyle="none", zorder=5)
        for minimum in MINIMA[surface]:
            axes.plot(*minimum, color=INK, marker="*", markersize=8, linestyle="none", zorder=5)
        axes.set_title(word(surface))
        drawings.append(drawing)
    drawing, axes = panel(3.4, 3.5)
    for name, (title, *_) in METHODS.items():
        axes.plot(rosenbrock(tuned(name, "rosenbrock")[1]), label=title, linewidth=1.3)
    axes.set(yscale="log", xlabel="t", title=f"f(θ) · {word('rosenbrock')}")
    drawing.legend(loc="outside lower center", ncols=3, handlelength=2, columnspacing=1)
    early = {name: np.max(tuned(name, "saddle")[1][:4, 1]) for name in METHODS}
    assert max(early[name] for name in ("sgd", "momentum", "nag")) < 0.1
    assert min(early[name] for name in ("adagrad", "rmsprop", "adam", "adamw")) > 0.1
    ends = {name: rosenbrock(tuned(name, "rosenbrock")[1][-1]) for name in METHODS}
    assert sorted(ends, key=ends.get)[:3] == ["momentum", "rmsprop", "adagrad"]
    away = [(name, surface) for name in METHODS for surface in SURFACES if _leaves(name, surface)]
    assert away == [("rmsprop", "quadratic")], away
    rate, path = tuned("rmsprop", "quadratic")
    assert rate == RATES[-1]
    return figure([*drawings, drawing], word("overlay", far=number(np.max(np.abs(np.diff(path, axis=0))), 3)))


def rates_table():
    """The rate of each method on each surface, and where it ends."""
    rows = []
    for name, (title, *_) in METHODS.items():
        cells = []
        for surface, (f, *_) in SURFACES.items():
            best, path = tuned(name, surface)
            cells += [number(best, 2), number(f(path[-1]), 2)]
        rows.append([title, *cells])
    head = [""] + [cell for surface in SURFACES for cell in (f"η · {word(surface)}", "f(θ)")]
    lowest = sorted(METHODS, key=lambda name: SURFACES["quadratic"][0](tuned(name, "quadratic")[1][-1]))
    assert set(lowest[:2]) == {"adagrad", "rmsprop"}
    change = 0.0
    for name in lowest[:2]:
        path = tuned(name, "quadratic")[1][1:]
        rate = (path[:-1] - path[1:]) / (CURVATURES * path[:-1])
        change = np.maximum(change, np.max(rate.max(axis=0) / rate.min(axis=0) - 1))
    steps = SURFACES["quadratic"][3]
    return table(head, rows, word("rates", steps=str(steps), change=number(100 * change, 2)))


def thumbnails():
    """(anchor, title, picture) of each block, for the overview: its path on the quadratic."""
    pictures = []
    for name, (title, *_) in METHODS.items():
        drawing, axes = thumbnail()
        _contours(axes, "quadratic", 6)
        axes.plot(*tuned(name, "quadratic")[1].T)
        pictures.append((name, title, drawing))
    return pictures


# Listings


def excerpt(function, first, last):
    """Part of a function's source, word for word: from the line with `first` to the next one with `last`."""
    lines = inspect.getsource(inspect.unwrap(function)).splitlines()
    start = next(i for i, line in enumerate(lines) if first in line)
    end = next(i for i, line in enumerate(lines) if i >= start and last in line)
    return "```python\n" + textwrap.dedent("\n".join(lines[start : end + 1])) + "\n```\n"


# Checks

DECAY, LAMBDA = {"weight_decay": 0.3, "maximize": True}, {"lambda": 0.3}
CHECKS = {  # per block: the recursion, the code's options, the same options under the paper's names
    "sgd": [("sgd", {}, {}), ("sgd", {"lr": 0.05, **DECAY}, {"eta": 0.05, **LAMBDA})],
    "momentum": [
        ("momentum", {"momentum": 0.9}, {"mu": 0.9}),
        (
            "momentum",
            {"lr": 0.05, "momentum": 0.8, "dampening": 0.25, **DECAY},
            {"eta": 0.05, "mu": 0.8, "tau": 0.25, **LAMBDA},
        ),
    ],
    "nag": [
        ("nag", {"momentum": 0.9, "nesterov": True}, {"mu": 0.9}),
        ("nag", {"lr": 0.05, "momentum": 0.8, "nesterov": True, **DECAY}, {"eta": 0.05, "mu": 0.8, **LAMBDA}),
    ],
    "adagrad": [
        ("adagrad", {}, {}),
        (
            "adagrad",
            {"lr": 0.05, "lr_decay": 0.2, "initial_accumulator_value": 0.1, "eps": 1e-3, **DECAY},
            {"eta": 0.05, "rho": 0.2, "G_0": 0.1, "epsilon": 1e-3, **LAMBDA},
        ),
    ],
    "rmsprop": [
        ("rmsprop", {}, {}),
        (
            "rmsprop",
            {"lr": 0.05, "alpha": 0.5, "eps": 1e-3, **DECAY},
            {"eta": 0.05, "alpha": 0.5, "epsilon": 1e-3, **LAMBDA},
        ),
        ("rmsprop_momentum", {"momentum": 0.9}, {"mu": 0.9}),
        ("rmsprop_centered", {"centered": True}, {}),
        (
            "rmsprop_centered",
            {"lr": 0.05, "alpha": 0.9, "momentum": 0.8, "centered": True, **DECAY},
            {"eta": 0.05, "alpha": 0.9, "mu": 0.8, **LAMBDA},
        ),
    ],
    "adam": [
        ("adam", {}, {}),
        (
            "adam",
            {"lr": 0.05, "betas": (0.8, 0.9), "eps": 1e-3, **DECAY},
            {"eta": 0.05, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3, **LAMBDA},
        ),
        ("amsgrad", {"amsgrad": True}, {}),
        (
            "amsgrad",
            {"amsgrad": True, "lr": 0.05, "betas": (0.5, 0.6), **DECAY},
            {"eta": 0.05, "beta_1": 0.5, "beta_2": 0.6, **LAMBDA},
        ),
    ],
    "adamw": [
        ("adamw", {}, {}),
        (
            "adamw",
            {"lr": 0.05, "betas": (0.8, 0.9), "eps": 1e-3, **DECAY},
            {"eta": 0.05, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3, **LAMBDA},
        ),
        ("adamw_amsgrad", {"amsgrad": True, "betas": (0.5, 0.6)}, {"beta_1": 0.5, "beta_2": 0.6}),
    ],
}
ALLOWED = {"float64": 1e-13, "float32": 5e-6}  # twenty steps of about a dozen roundings each


def checks(name):
    """Compare a block, with each set of options, in float64 and float32, with its recursion at 80 digits."""
    optimizer = METHODS[name][1]
    lines = []
    for dtype, allowed in ALLOWED.items():
        grads, start = (load("optimizers")["grads"].astype(dtype), load("optimizers")["start"].astype(dtype))
        worst, count = 0.0, 0
        for recursion, options, symbols in CHECKS[name]:
            exact, last = _exactly(getattr(formulas, recursion), grads, start, options, symbols)
            error = _distance(_trajectory(optimizer, options, grads, start, last), exact)
            worst, count = np.maximum(worst, error), count + exact.size
        calls = ", ".join(f"<code>{html.escape(_call(optimizer, options))}</code>" for _, options, _ in CHECKS[name])
        what = word("against_recursion", block=calls if dtype == "float64" else word("the_same"), dtype=dtype)
        lines.append(checked(what, count, worst, allowed, kind="steps"))
    return "".join(lines)


def _call(optimizer, options):
    return f"{optimizer.__name__}({', '.join(['params', *(f'{key}={value}' for key, value in options.items())])})"


def _trajectory(optimizer, options, grads, start, last=None):
    """The parameter after each step. last: the values of m at the end, if any, that the optimizer's must have."""
    theta = start.copy()
    instance = optimizer([theta], **options)
    path = []
    for grad in grads:
        instance.step([grad])
        path.append(theta.copy())
    if last:
        np.testing.assert_allclose(instance.m[0], last, rtol=1e-3)
    return np.array(path)


def _exactly(recursion, grads, start, options, symbols):
    named = {name: value for name, value in symbols.items() if name != "G_0"}
    sign = -1 if options.get("maximize") else 1
    columns, last = [], []
    for i, first in enumerate(start):
        state = {formulas.theta_1: first}
        if "G_0" in symbols:
            state[formulas.G_1] = symbols["G_0"]
        history = recursion.run(len(grads), {formulas.gradient: sign * grads[:, i]}, state, **named)
        columns.append([float(values[formulas.theta]) for values in history])
        last += [float(history[-1][formulas.m])] if formulas.m in history[-1] else []
    return np.array(columns).T, last


def _distance(theta, exact):
    return np.max(np.abs(theta - exact) / np.maximum(1, np.max(np.abs(exact), axis=0)))


def pytorch(optimizer):
    """Compare a class with all trajectories that were recorded from PyTorch's."""
    recorded = load("optimizers")
    lines = []
    for dtype, allowed in ALLOWED.items():
        keys = [key for key in recorded if key.startswith(f"{optimizer.__name__} ") and key.endswith(f"/{dtype}")]
        errors = []
        for key in keys:
            options = json.loads(key.split(" ", 1)[1].rsplit("/", 1)[0])
            theta = _trajectory(optimizer, options, recorded["grads"].astype(dtype), recorded["start"].astype(dtype))
            errors.append(_distance(theta, recorded[key]))
        steps = sum(recorded[key].size for key in keys)
        what = word("against_pytorch", block=f"<code>{optimizer.__name__}</code>", count=len(keys), dtype=dtype)
        lines.append(checked(what, steps, np.max(errors), allowed, kind="steps"))
    return "".join(lines)


def promises():
    """What holds for every class and option: what is refused, what stays finite, what is left alone."""
    return "".join([_refused(), _unharmed(), _finite()])


def _classes():
    return [
        (SGD, {}),
        (SGD, {"momentum": 0.9}),
        (SGD, {"momentum": 0.9, "nesterov": True}),
        (Adagrad, {}),
        (RMSprop, {}),
        (RMSprop, {"centered": True, "momentum": 0.9}),
        (Adam, {}),
        (Adam, {"amsgrad": True}),
        (AdamW, {}),
    ]


NUMBERS = ("lr", "momentum", "weight_decay", "eps", "lr_decay", "initial_accumulator_value", "alpha", "dampening")
WRONG_BETAS = ((1.0, 0.9), (0.9, 1.0), (-0.1, 0.9), (0.9, -0.1), (np.nan, 0.9), 0.9, (0.9,), (0.9,) * 3, ("a", 0.9))
EDGES = ({"lr": 0}, {"weight_decay": 0}, {"eps": 0}, {"alpha": 0}, {"alpha": 1}, {"betas": (0, 0)}, {"dampening": -1})


def _refused():
    one, read_only, nothing = np.ones(2), np.ones(2), np.ones(0)
    read_only.flags.writeable = False
    calls, right = [], []
    for optimizer, options in _classes():
        taken = inspect.signature(optimizer).parameters
        for params in ([], one, None, [1.0], [np.array([1])], [one, one], [one, one[1:]], [nothing] * 2, [read_only]):
            calls.append(partial(optimizer, params, **options))
        for name in set(NUMBERS) & set(taken):
            beyond = {"dampening": [-np.inf], "alpha": [-1, 1.01]}.get(name, [-1])
            wrong = [np.nan, np.inf, 10**400, "a", None, 1j, *beyond]
            calls += [partial(optimizer, [one], **{name: value}) for value in wrong]
        calls += [partial(optimizer, [one], betas=betas) for betas in WRONG_BETAS if "betas" in taken]
        right += [partial(optimizer, [one], **edge) for edge in EDGES if set(edge) <= set(taken)]
    calls += [partial(SGD, [one], nesterov=True), partial(SGD, [one], nesterov=True, momentum=0.9, dampening=0.1)]
    mistakes = sum(map(_accepts, calls)) + len(right) - sum(map(_accepts, right))
    return _all_hold("refused", len(calls) + len(right), mistakes)


def _all_hold(what, cases, wrong):
    if wrong:
        raise AssertionError(f"{word(what)}: {wrong} of {cases} cases are wrong")
    return f'<p class="checked"><strong>{word("checked")}.</strong> {word(what)}: {cases} {word("all_hold")}.</p>'


def _accepts(call):
    try:
        call()
    except ValueError:
        return False
    return True


def _unharmed():
    """A refused step, a None and the caller's gradients."""
    pair = np.ones(2)
    bad = (None, [pair], [pair, 1.0, 1.0], [np.ones(3), 1.0], [pair, "a"], [pair, 1j], [[[1], [1, 2]], 1.0])
    cases, wrong = 0, 0
    for optimizer, options in _classes():
        params = [np.ones(2, "float32"), np.array(1.0)]
        instance = optimizer(params, **options)
        grads = [np.array([1.0, 2.0]), 3]
        instance.step(grads)
        before = repr(vars(instance))
        for given in bad:
            cases, wrong = (
                cases + 1,
                wrong + _accepts(partial(instance.step, given)) + (repr(vars(instance)) != before),
            )
        params[1].flags.writeable = False
        cases, wrong = (cases + 1, wrong + _accepts(partial(instance.step, grads)) + (repr(vars(instance)) != before))
        params[1].flags.writeable = True
        instance.step([None, None])
        cases, wrong = cases + 1, wrong + (repr(vars(instance)) != before)
        if optimizer in (Adam, AdamW):
            instance.betas, betas = (1.0, 0.999), instance.betas
            cases, wrong = cases + 1, wrong + _accepts(partial(instance.step, grads))
            instance.betas = betas
            cases, wrong = cases + 1, wrong + (repr(vars(instance)) != before)
        cases, wrong = cases + 1, wrong + (grads[0].tolist() != [1.0, 2.0])
        kept = [array for value in vars(instance).values() if isinstance(value, list) for array in value]
        dtypes = [array.dtype for array in kept if isinstance(array, np.ndarray)]
        cases, wrong = (cases + 1, wrong + (dtypes != [np.dtype("float32"), np.dtype("float64")] * (len(dtypes) // 2)))
        alone = np.ones(2, "float32")
        optimizer([alone], **options).step(grads[:1])
        cases, wrong = cases + 1, wrong + (alone != params[0]).any()
        swapped = [np.array([1.0, 2.0]), np.array([3.0, 4.0])]
        twins = [array.copy() for array in swapped]
        optimizer(swapped, **options).step(swapped[::-1])
        optimizer(twins, **options).step([array.copy() for array in twins[::-1]])
        cases, wrong = cases + 1, wrong + (not np.array_equal(swapped, twins))
    return _all_hold("unharmed", cases, wrong)


def _finite():
    cases, wrong = 0, 0
    for optimizer, options in _classes():
        variants = [options]
        if "eps" in inspect.signature(optimizer).parameters:
            variants.append({**options, "eps": 0})
        if "betas" in inspect.signature(optimizer).parameters:
            variants += [{**options, "betas": (0, 0)}, {**options, "betas": (0.9, 0)}]
        if optimizer is RMSprop:
            variants.append({**options, "alpha": 0})
        for variant in variants:
            for dtype, huge in (("float64", 1e200), ("float32", 1e30), ("float32", 1e300)):
                theta = np.ones(4, dtype)
                instance = optimizer([theta], **variant)
                sizes = np.array([huge, -huge, 0, 1])
                instance.step([sizes])
                if huge < 1e300 or not options.get("nesterov"):
                    cases, wrong = cases + 1, wrong + (not np.isfinite(theta).all())
                if huge < 1e300:
                    instance.step([sizes[::-1]])
                    instance.step([np.ones(4)])
                    cases, wrong = cases + 1, wrong + (not np.isfinite(theta).all())
                rest = np.ones(2, dtype)
                optimizer([rest], **variant, **({"weight_decay": 0} if optimizer is AdamW else {})).step([np.zeros(2)])
                cases, wrong = cases + 1, wrong + (rest != 1).any()
                if variant.get("eps") == 0:
                    tiny = np.zeros(2, dtype)
                    optimizer([tiny], **variant).step([np.full(2, 1e-170 if dtype == "float64" else 1e-23)])
                    cases, wrong = cases + 1, wrong + (tiny != 0).any()
                lost = np.ones(2, dtype)
                optimizer([lost], **variant).step([np.array([np.nan, np.inf])])
                cases, wrong = cases + 1, wrong + np.isfinite(lost).any()
    for dtype in ("float64", "float32", "float16"):
        theta = np.ones(1, dtype)
        instance = RMSprop([theta], alpha=0.5, centered=True)
        for _ in range(60):
            instance.step([np.full(1, 0.3)])
        cases, wrong = cases + 1, wrong + bool(np.isnan(theta).any() or theta > -10)
    theta = np.ones(1, "float32")
    instance = RMSprop([theta], alpha=0.5, centered=True, eps=0)
    for _ in range(60):
        instance.step([np.full(1, 10.0)])
    cases, wrong = cases + 1, wrong + (not np.isfinite(theta).all())
    return _all_hold("finite", cases, wrong)


# SGD


def sgd_rates():
    """The loss of gradient descent on f = θ² / 2 for four rates."""
    drawing, axes = panel(4.6, 2.7)
    for lr in (0.1, 1.5, 1.8, 2.1):
        path = walk("sgd", lr, lambda theta: theta, [1.0], 40)
        axes.plot(np.maximum(path[:, 0] ** 2 / 2, 1e-12), label=f"η = {lr}")
    axes.set(yscale="log", xlabel="t", ylabel="f(θ)")
    axes.legend()
    return figure(drawing, word("sgd_rates"))


def best_rate():
    """The rate at which the slowest and the fastest coordinate shrink alike."""
    m, L, eta = Symbol("m", positive=True), Symbol("L", positive=True), formulas.eta
    steps = written(lambda: (eta * L - 1, (L - m) / (L + m)))
    return derivation(written(lambda: 1 - eta * m), *steps, definitions=((eta, 2 / (m + L)),))


def noise_floor():
    """The variance that one step leaves as it is."""
    s, eta = Symbol("s", positive=True), Symbol("eta", positive=True)
    steps = written(lambda: (s, eta / (2 - eta)))
    return derivation(written(lambda: (1 - eta) ** 2 * s + eta**2), *steps, definitions=((s, eta / (2 - eta)),))


# Momentum


def buffer_sum():
    """One step of the buffer under a constant gradient of 1, from its closed form at the step before."""
    mu, t = Symbol("mu", positive=True), Symbol("t", integer=True, positive=True)
    steps = written(lambda: (Add(mu, -(mu**t), 1, -mu) / (1 - mu), (1 - mu**t) / (1 - mu)))
    return derivation(written(lambda: mu * ((1 - mu ** (t - 1)) / (1 - mu)) + 1), *steps)


def heavy_ball():
    """PyTorch's step at a constant rate, with the buffer expressed by the step before: Polyak's."""
    f = formulas
    steps = written(lambda: (f.theta_1 - f.eta * (f.mu * f.b_1 + f.g), f.momentum_polyak.assignments[1][1]))
    definitions = ((f.b, f.mu * f.b_1 + f.g), (f.b_1, (f.theta_2 - f.theta_1) / f.eta))
    return derivation(f.momentum.assignments[2][1], *steps, definitions=definitions)


def double_root():
    """With the best rate and momentum the discriminant is 0 at both ends of the curvatures."""
    m, L, mu, eta = (Symbol(name, positive=True) for name in ("m", "L", "mu", "eta"))
    root = (sqrt(L) - sqrt(m)) / (sqrt(L) + sqrt(m))
    definitions = ((eta, 4 / (sqrt(L) + sqrt(m)) ** 2), (mu, root**2))
    low, high = written(lambda: (Add(1, mu, -(eta * m)) ** 2, Add(1, mu, -(eta * L)) ** 2))
    return derivation(low, high, written(lambda: 4 * mu), definitions=definitions)


CONDITIONS = (10, 100, 1000, 10000)


@cache
def steps_to_solve(name, condition, accuracy=1e-6):
    """Steps on (x^2 + kappa y^2) / 2 from (1, 1) until both errors are at most 1e-6, with the theory's settings."""
    curvatures, root = np.array([1.0, condition]), np.sqrt(condition)
    theta = np.ones(2)
    optimizer = {
        "sgd": lambda: SGD([theta], lr=2 / (1 + condition)),
        "momentum": lambda: SGD([theta], lr=4 / (1 + root) ** 2, momentum=((root - 1) / (root + 1)) ** 2),
        "nag": lambda: SGD([theta], lr=1 / condition, momentum=(root - 1) / (root + 1), nesterov=True),
    }[name]()
    steps = 0
    while np.max(np.abs(theta)) > accuracy:
        optimizer.step([curvatures * theta])
        steps += 1
    return steps


def theory(name, condition, accuracy=1e-6):
    """The steps that the factor of the slowest coordinate alone asks for."""
    root = np.sqrt(condition)
    factor = {"sgd": (condition - 1) / (condition + 1), "momentum": (root - 1) / (root + 1), "nag": 1 - 1 / root}[name]
    return np.log(accuracy) / np.log(factor)


def conditions():
    """Steps against the condition number, measured and by the theory, as a figure and a table."""
    drawing, axes = panel(4.6, 3.0)
    for name in ("sgd", "momentum", "nag"):
        measured = [steps_to_solve(name, condition) for condition in CONDITIONS]
        expected = np.array([theory(name, condition) for condition in CONDITIONS])
        ratio = measured / expected
        assert 0.99 < ratio.min() <= ratio.max() < (1.01 if name == "sgd" else 1.8), (name, measured, expected)
        (line,) = axes.plot(CONDITIONS, expected, label=METHODS[name][0])
        axes.plot(CONDITIONS, measured, linestyle="none", marker="o", color=line.get_color())
    axes.set(xscale="log", yscale="log", xlabel="κ", ylabel="t")
    axes.legend()
    rows = [
        [str(condition)]
        + [
            cell
            for name in ("sgd", "momentum", "nag")
            for cell in (str(steps_to_solve(name, condition)), f"{theory(name, condition):.0f}")
        ]
        for condition in CONDITIONS
    ]
    titles = [METHODS[name][0] for name in ("sgd", "momentum", "nag")]
    head = ["κ"] + [cell for title in titles for cell in (title, f"{title}, {word('theory')}")]
    return figure(drawing, word("conditions")) + table(head, rows, word("conditions_table"))


def lessard():
    """Heavy ball on the convex function whose derivative has three linear pieces: it never arrives."""
    theta = np.array(3.3)
    optimizer = SGD([theta], lr=1 / 9, momentum=4 / 9)
    path = [float(theta)]
    for _ in range(40):
        x = float(theta)
        optimizer.step([25 * x if x < 1 else x + 24 if x < 2 else 25 * x - 24])
        path.append(float(theta))
    assert np.ptp(path[-3:]) > 1
    assert np.allclose(path[-3:], path[-6:-3], atol=1e-3)
    drawing, axes = panel(4.6, 2.5)
    axes.plot(path, marker="o")
    axes.set(xlabel="t", ylabel="θ")
    return figure(drawing, word("lessard"))


# NAG


def nag_rewriting():
    """Sutskever's step seen from the look-ahead point is PyTorch's."""
    f = formulas
    steps = written(
        lambda: (
            Add(f.theta_1, f.v, f.mu * f.v),
            Add(f.y_1, -(f.mu * f.v_1), f.v, f.mu * f.v),
            Add(f.y_1, -(f.eta * f.g), f.mu * f.v),
            f.y_1 - f.eta * (f.g + f.mu * f.b),
        )
    )
    definitions = (
        (f.theta, f.theta_1 + f.v),
        (f.theta_1, f.y_1 - f.mu * f.v_1),
        (f.v, f.mu * f.v_1 - f.eta * f.g),
        (f.b, f.mu * f.b_1 + f.g),
        (f.v_1, -f.eta * f.b_1),
    )
    return derivation(written(lambda: f.theta + f.mu * f.v), *steps, definitions=definitions)


def nag_steps():
    """Both forms on f = theta^4 / 4 - theta, each with the gradient at its own point: the distance after each step."""
    inputs, start = {formulas.gradient: lambda x: x**3 - 1}, {formulas.theta_1: 2.0}
    ahead = formulas.nag_sutskever.run(40, inputs, start, eta=0.05, mu=0.9)
    ours = formulas.nag.run(40, inputs, start, eta=0.05, mu=0.9)
    with mpmath.workdps(80):
        error = max(abs(one[formulas.y] - other[formulas.theta]) for one, other in zip(ahead, ours))
    return checked(word("nag_steps"), 40, float(error), 1e-60, kind="steps", unit="absolute")


def nesterovs_sequence():
    """Nesterov's own sequence on a parabola of curvature 0.01, in floats and by the recursion."""
    start = {formulas.theta_1: 1.0, formulas.y_1: 1.0}
    history = formulas.nag_1983.run(60, {formulas.gradient: lambda x: x / 100}, start, eta=1)
    x, y, a, error = 1.0, 1.0, 1.0, 0.0
    for values in history:
        before, last = x, a
        x, a = y - y / 100, (1 + np.sqrt(1 + 4 * a**2)) / 2
        y = x + (last - 1) / a * (x - before)
        error = np.maximum(error, abs(y - float(values[formulas.y])))
    return checked(word("nesterovs_sequence"), 60, error, 1e-13, kind="steps", unit="absolute")


CHAIN = 401  # numbers in the chain of Nesterov's worst function


def worst_case():
    """Nesterov's worst function: the gap of three methods beside the bound that no such method can beat."""
    size, steps = CHAIN, 200
    x = {name: np.zeros(size) for name in ("sgd", "nag", "1983")}
    gap = {name: [] for name in x}
    minimum = -(1 - 1 / (size + 1)) / 8
    plain, look_ahead = (SGD([x["sgd"]], lr=1), SGD([x["nag"]], lr=1, momentum=0.9, nesterov=True))
    y, a = np.zeros(size), 1.0
    for _ in range(steps):
        plain.step([_worst_grad(x["sgd"])])
        look_ahead.step([_worst_grad(x["nag"])])
        before, last = x["1983"].copy(), a
        x["1983"][...] = y - _worst_grad(y)
        a = (1 + np.sqrt(1 + 4 * a**2)) / 2
        y = x["1983"] + (last - 1) / a * (x["1983"] - before)
        for name, point in x.items():
            gap[name].append(_worst(point) - minimum)
    t = np.arange(1, steps + 1)
    bound = (1 / (t + 1) - 1 / (size + 1)) / 8
    solution = 1 - np.arange(1, size + 1) / (size + 1)
    promise = 2 * np.sum(solution**2) / (t + 1) ** 2
    assert all((np.array(values) >= bound).all() for values in gap.values())
    assert (np.array(gap["1983"]) <= promise).all()
    assert gap["1983"][-1] < gap["nag"][-1] < gap["sgd"][-1]
    drawing, axes = panel(4.6, 3.0)
    axes.plot(t, gap["sgd"], label=METHODS["sgd"][0])
    axes.plot(t, gap["nag"], label=f"{METHODS['nag'][0]}, μ = 0.9")
    axes.plot(t, gap["1983"], label=f"{METHODS['nag'][0]}, 1983")
    axes.plot(t, bound, label=word("bound"))
    axes.set(xscale="log", yscale="log", xlabel="t", ylabel="f(θ) − f(θ*)")
    axes.legend()
    facts = {"sgd": number(gap["sgd"][-1] / bound[-1], 2), "nesterov": number(gap["1983"][-1] / bound[-1], 2)}
    assert gap["nag"][9] < gap["1983"][9]
    return figure(drawing, word("worst_case", steps=str(steps), **facts))


def _worst(x):
    return (x @ _chain(x) / 2 - x[0]) / 4


def _worst_grad(x):
    grad = _chain(x)
    grad[0] -= 1
    return grad / 4


def _chain(x):
    y = 2 * x
    y[1:] -= x[:-1]
    y[:-1] -= x[1:]
    return y


# AdaGrad


def adagrad_rate():
    """The step under a constant gradient."""
    g, t, eta = (Symbol(name, positive=True) for name in ("g", "t", "eta"))
    return derivation(written(lambda: eta * (g / sqrt(t * g**2))), written(lambda: eta / sqrt(t)))


def adagrad_coordinates():
    """The rates that three features of different frequency get."""
    rng = np.random.default_rng(0)
    frequency = np.array([1.0, 0.1, 0.01])
    theta = np.zeros(3)
    optimizer = Adagrad([theta], lr=1)
    rates = []
    for _ in range(1000):
        optimizer.step([rng.choice([-1.0, 1.0], 3) * (rng.random(3) < frequency)])
        rates.append(1 / np.sqrt(np.maximum(optimizer.G[0], 1)))
    drawing, axes = panel(4.6, 2.7)
    for share, rate in zip(frequency, np.array(rates).T):
        axes.plot(rate, label=f"{100 * share:g}%")
    axes.set(yscale="log", xlabel="t", ylabel="η / √G")
    axes.legend()
    ratio = rates[-1][2] / rates[-1][0]
    return figure(drawing, word("adagrad_coordinates", ratio=number(ratio, 2)))


# RMSProp


def rmsprop_average():
    """One step of the average under a constant gradient, from its closed form at the step before."""
    alpha, g = Symbol("alpha", positive=True), Symbol("g", positive=True)
    t = Symbol("t", integer=True, positive=True)
    before = written(lambda: alpha * ((1 - alpha ** (t - 1)) * g**2) + (1 - alpha) * g**2)
    return derivation(before, written(lambda: (1 - alpha**t) * g**2))


def hinton():
    """The size of each step on Hinton's stream, nine gradients of 0.1 and one of -0.9, and where the steps lead."""
    stream = ([0.1] * 9 + [-0.9]) * 30
    runs = {
        word("sign"): None,
        METHODS["adagrad"][0]: Adagrad([np.zeros(1)], lr=0.01),
        METHODS["rmsprop"][0]: RMSprop([np.zeros(1)], lr=0.01, alpha=0.9),
    }
    (left, sizes), (right, places) = panel(3.4, 2.7), panel(3.4, 2.7)
    ends = {}
    for label, optimizer in runs.items():
        theta = np.zeros(1) if optimizer is None else optimizer.params[0]
        path = [0.0]
        for grad in stream:
            if optimizer is None:
                theta -= 0.01 * np.sign(grad)
            else:
                optimizer.step([[grad]])
            path.append(float(theta[0]))
        sizes.plot(np.arange(1, 61), np.abs(np.diff(path))[:60], label=label)
        places.plot(np.arange(0, 301, 2), path[::2], label=label)
        ends[label] = path[-1]
    assert ends[word("sign")] < 4 * ends[METHODS["rmsprop"][0]]
    sizes.set(yscale="log", xlabel="t", title="|Δθ|")
    places.set(xlabel="t", title="θ")
    places.legend()
    sign, adagrad, rmsprop = (number(end, 2) for end in ends.values())
    return figure([left, right], word("hinton", sign=sign, adagrad=adagrad, rmsprop=rmsprop))


def epsilon_places():
    """The first steps with epsilon outside and inside the root."""
    rows = []
    for size in (1e-2, 1e-4, 1e-6, 1e-8):
        cells = []
        for eps in (1e-8, 1e-4):
            theta = np.zeros(1)
            RMSprop([theta], lr=1, alpha=0, eps=eps).step([[size]])
            inside = size / np.sqrt(size**2 + eps)
            cells += [number(-theta[0], 3), number(inside, 3)]
        rows.append([number(size), *cells])
    forms = ("g / (|g| + ε)", "g / √(g² + ε)")
    head = ["g"] + [f"{form}, ε = {number(eps)}" for eps in (1e-8, 1e-4) for form in forms]
    return table(head, rows, word("epsilon_places"))


def negative_variance():
    """The step at which PyTorch's centred RMSProp becomes NaN, as recorded; this package's stays a number."""
    theirs = load("optimizers")["centered"]
    step = np.flatnonzero(np.isnan(theirs))[0]
    grads, start = np.full(len(theirs), 0.3, "float32"), np.array(0, "float32")
    ours = _trajectory(RMSprop, {"alpha": 0.5, "centered": True}, grads, start)
    assert np.isnan(theirs[step:]).all()
    assert not np.isnan(ours).any()
    return step + 1


def centered_jump(eps):
    """The longest step of the centred RMSProp under gradients that do not change: η g / ε, once the variance is 0."""
    grads, start = np.full(60, 0.3, "float32"), np.array(0, "float32")
    path = _trajectory(RMSprop, {"alpha": 0.5, "centered": True, "eps": eps}, grads, start)
    longest = np.max(np.abs(np.diff(path)))
    assert np.isclose(longest, 0.01 * 0.3 / eps, rtol=1e-3)
    return longest


def hops_after(lr=0.01, steps=4000):
    """The step after which RMSProp on θ² / 2 hops from η / 2 to -η / 2 and back, to a hundredth of η."""
    path = walk("rmsprop", lr, lambda theta: theta, [1.0], steps)[:, 0]
    assert np.allclose(np.abs(path[-100:]), lr / 2, rtol=1e-3)
    assert np.allclose(np.diff(path[-100:]), -2 * path[-100:-1], rtol=1e-3)
    last = np.flatnonzero(np.abs(np.abs(path) / lr - 0.5) > 0.01)[-1] + 1
    assert 100 < last < steps // 1.2
    return last


# Adam


def adam_noise(steps=1000):
    """The root mean square of Adam's steps under pure noise, in units of the rate, by the theory and as measured."""
    rng = np.random.default_rng(0)
    theta = np.zeros(1000)
    optimizer = Adam([theta], lr=1.0)
    for _ in range(steps):
        before = theta.copy()
        optimizer.step([rng.normal(size=1000)])
    expected = np.sqrt((1 - 0.9) / (1 + 0.9))
    assert abs(np.sqrt(np.mean((theta - before) ** 2)) / expected - 1) < 0.1
    return expected


def _promised_lengths():
    """Sentences' claims about step lengths: alternating gradients, and an average that has become infinite."""
    theta = np.zeros(1)
    optimizer = SGD([theta], lr=1.0, momentum=0.9)
    for t in range(301):
        before = theta.copy()
        optimizer.step([[(-1.0) ** t]])
    assert np.isclose(abs(theta - before)[0], 1 / (1 + 0.9))
    frozen = np.zeros(1, "float32")
    optimizer = Adam([frozen], lr=1.0)
    for gradient in [1e21] + [1.0] * 5000:
        optimizer.step([[gradient]])
    assert frozen == 0
    return {"alternating_share": number(1 / (1 + 0.9), 2)}


def bias():
    """One step of the average of gradients whose mean is constant, from its closed form at the step before."""
    beta, g = Symbol("beta", positive=True), Symbol("E[g]", positive=True)
    t = Symbol("t", integer=True, positive=True)
    before = written(lambda: beta * ((1 - beta ** (t - 1)) * g) + (1 - beta) * g)
    return derivation(before, written(lambda: (1 - beta**t) * g))


def adam_first_step():
    """Adam's first step, from m_1 = (1 - beta_1) g and v_1 = (1 - beta_2) g^2."""
    f = formulas
    g, m_hat, v_hat = (Symbol(name, real=True) for name in ("g", r"\hat{m}_1", r"\hat{v}_1"))
    steps = written(lambda: (f.eta * (g / (sqrt(g**2) + f.epsilon)), f.eta * (g / (Abs(g) + f.epsilon))))
    first = written(lambda: f.eta * (m_hat / (sqrt(v_hat) + f.epsilon)))
    m, v = (1 - f.beta1) * g, (1 - f.beta2) * g**2
    return derivation(first, *steps, definitions=((m_hat, m / (1 - f.beta1)), (v_hat, v / (1 - f.beta2))))


def epsilon_hat():
    """Adam's step with the corrections c_1 and c_2 moved into the rate."""
    names = ("eta", "m_t", "v_t", "epsilon", "c_1", "c_2", r"\hat{m}_t", r"\hat{v}_t")
    eta, m, v, eps, c1, c2, m_hat, v_hat = (Symbol(name, positive=True) for name in names)
    step = written(lambda: eta * (m_hat / (sqrt(v_hat) + eps)))
    moved = written(lambda: eta * (sqrt(c2) / c1) * (m / (sqrt(v) + eps * sqrt(c2))))
    return derivation(step, moved, definitions=((m_hat, m / c1), (v_hat, v / c2)))


def adam_bias():
    """The size of Adam's step under a constant gradient, with and without the correction."""
    drawing, axes = panel(4.6, 2.9)
    peaks = {}
    for beta2 in (0.999, 0.9999):
        m = v = 0.0
        sizes = []
        for _ in range(20000):
            m, v = 0.9 * m + 0.1, beta2 * v + (1 - beta2)
            sizes.append(m / np.sqrt(v))
        peaks[beta2] = max(sizes)
        chosen = np.unique(np.logspace(0, np.log10(20000), 120).astype(int))
        axes.plot(chosen, np.array(sizes)[chosen - 1], label=f"β₂ = {beta2}")
    theta = np.zeros(1)
    optimizer, steps = Adam([theta], lr=1, eps=0), []
    for _ in range(50):
        before = theta.copy()
        optimizer.step([[0.3]])
        steps.append((before - theta)[0])
    assert np.allclose(steps, 1)
    axes.plot([1, 20000], [1, 1], label=METHODS["adam"][0])
    axes.set(xscale="log", yscale="log", xlabel="t", ylabel="|Δθ| / η")
    axes.legend()
    return figure(drawing, word("adam_bias", peak_999=number(peaks[0.999], 2), peak_9999=number(peaks[0.9999], 3)))


def reddi():
    """Reddi's stream: f_t = C x every third step, else -x, on [-1, 1]. The minimizer is -1."""
    C, steps = 3, 3000
    drawing, axes = panel(4.6, 2.7)
    ends = {}
    for label, options in (("Adam", {}), ("AMSGrad", {"amsgrad": True})):
        x = np.zeros(1)
        optimizer = Adam([x], betas=(0, 1 / (1 + C**2)), **options)
        path = []
        for t in range(1, steps + 1):
            optimizer.lr = 0.1 / np.sqrt(t)
            optimizer.step([[C if t % 3 == 1 else -1]])
            np.clip(x, -1, 1, out=x)
            path.append(x[0])
        axes.plot(np.arange(0, steps, 20), path[::20], label=label)
        ends[label] = path[-1]
    assert ends["Adam"] > 0.99
    assert ends["AMSGrad"] < -0.99
    axes.set(xlabel="t", ylabel="x")
    axes.legend()
    return figure(drawing, word("reddi"))


# AdamW


def decay():
    """The step of AdamW's paper with the decay as a factor."""
    f, d = formulas, Symbol("d_t", real=True)
    return derivation(
        written(lambda: f.theta_1 - f.eta_t * (f.alpha * d + f.lamda * f.theta_1)),
        written(lambda: (1 - f.eta_t * f.lamda) * f.theta_1 - f.eta_t * f.alpha * d),
    )


def two_weights():
    """Two weights from 1 under pure noise of size 0.01 and 10, decayed by both methods, 20 copies of each."""
    (left, one), (right, other) = panel(3.4, 2.7), panel(3.4, 2.7)
    steps, expected = 4000, None
    ends = {}
    for axes, (label, optimizer) in zip((one, other), (("Adam + L2", Adam), ("AdamW", AdamW))):
        rng = np.random.default_rng(0)
        theta = np.ones((20, 2))
        instance = optimizer([theta], lr=1e-3, weight_decay=0.1)
        means = [[1.0, 1.0]]
        for _ in range(steps):
            instance.step([rng.normal(size=theta.shape) * [0.01, 10]])
            means.append(theta.mean(axis=0))
        t = np.arange(0, steps + 1, 40)
        for size, column in zip((0.01, 10), np.array(means).T):
            axes.plot(t, column[::40], label=f"σ = {size:g}")
        expected = (1 - 1e-3 * 0.1) ** t
        axes.plot(t, expected, label="(1 − ηλ)ᵗ")
        axes.set(xlabel="t", title=label, ylim=(-0.1, 1.1))
        axes.legend()
        ends[label] = means[-1]
    assert np.all(np.abs(ends["AdamW"] - expected[-1]) < 0.05)
    assert ends["Adam + L2"][0] < 0.05
    assert ends["Adam + L2"][1] > 0.9
    values = {"small": ends["Adam + L2"][0], "large": ends["Adam + L2"][1], "theory": expected[-1]}
    values |= {"small_w": ends["AdamW"][0], "large_w": ends["AdamW"][1]}
    return figure([left, right], word("two_weights", **{name: f"{value:.2f}" for name, value in values.items()}))


# What is equal to what


def forms():
    """Equivalent forms: what has to be set in PyTorch for a paper's form, and how far both then are apart."""
    grads = load("optimizers")["grads"][:, 0]
    hat = {r"\hat{\epsilon}": 1e-8}
    average = [1.0]
    b = 0.0
    for grad in grads:
        b = 0.9 * b + (1 - 0.9) * grad
        average.append(average[-1] - 0.5 * b)
    rows = [
        (
            "momentum",
            "Polyak",
            "θ + μ(θ − θ′) − ηg",
            "lr=η, momentum=μ",
            _paper("momentum_polyak", grads, eta=0.1, mu=0.9),
            (SGD, {"lr": 0.1, "momentum": 0.9}),
        ),
        (
            "momentum",
            "Sutskever",
            "v = μv − ηg, θ + v",
            "lr=η, momentum=μ",
            _paper("momentum_sutskever", grads, eta=0.1, mu=0.9),
            (SGD, {"lr": 0.1, "momentum": 0.9}),
        ),
        (
            "momentum",
            "(1 − β)",
            "b = βb + (1 − β)g, θ − ηb",
            "lr=(1 − β)η, momentum=β",
            np.array(average[1:]),
            (SGD, {"lr": 0.5 * (1 - 0.9), "momentum": 0.9}),
        ),
        (
            "nag",
            "Sutskever",
            "g = ∇f(θ + μv)",
            "lr=η, momentum=μ, nesterov=True",
            _paper("nag_sutskever", grads, formulas.y, eta=0.1, mu=0.9),
            (SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
        ),
        (
            "adagrad",
            "Duchi",
            "θ − ηg / √G",
            "lr=η, eps=0",
            _paper("adagrad_duchi", grads, eta=0.1),
            (Adagrad, {"lr": 0.1, "eps": 0}),
        ),
        (
            "rmsprop",
            "Hinton",
            "v = 0.9v + 0.1g²",
            "lr=η, alpha=0.9, eps=0",
            _paper("rmsprop_hinton", grads, eta=0.01),
            (RMSprop, {"lr": 0.01, "alpha": 0.9, "eps": 0}),
        ),
        (
            "rmsprop",
            "Graves",
            "g / √(v − m² + ε)",
            "centered=True, alpha=0.95, momentum=0.9, lr=1e-4",
            _paper("rmsprop_graves", grads),
            (RMSprop, {"lr": 1e-4, "alpha": 0.95, "momentum": 0.9, "centered": True}),
        ),
        ("adam", "ε̂", "η √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε̂)", "eps=ε̂", _paper("adam_hat", grads, **hat), (Adam, {})),
        (
            "adam",
            "AMSGrad, Reddi",
            "m / √max(v)",
            "amsgrad=True",
            _paper("amsgrad_reddi", grads, eta=0.001, beta_1=0.9, beta_2=0.999),
            (Adam, {"amsgrad": True}),
        ),
        (
            "adamw",
            "Loshchilov",
            "θ − α m̂ / (√v̂ + ε) − λθ",
            "lr=α, weight_decay=λ/α",
            _paper("adamw_paper", grads, alpha=0.02, eta_t=1, **{"lambda": 0.006}),
            (AdamW, {"lr": 0.02, "weight_decay": 0.3}),
        ),
    ]
    recursions = [value for value in vars(formulas).values() if isinstance(value, Algorithm)]
    firsts = [(before, first) for recursion in recursions for before, (_, first) in recursion.state.items()]
    assert all(first == (before == formulas.a_1) for before, first in firsts), firsts
    assert [bool(case.cond.subs(core.t, 1)) for case in formulas.momentum.assignments[1][1].args] == [True, False]
    _papers_by_hand(grads, {row[1]: row[4] for row in rows})
    cells, equal = [], 0
    for name, form, equation, setting, theirs, (optimizer, options) in rows:
        ours = _trajectory(optimizer, options, grads, np.array(1.0))
        distance = np.max(np.abs(ours - theirs))
        same = form not in ("Graves", "ε̂", "AMSGrad, Reddi")
        assert (distance < 1e-13) == same, (form, distance)
        verdict = word("equal") if same else word("different")
        link = f'<a href="#{name}">{METHODS[name][0]}, {form}</a>'
        equal += same
        cells.append([link, verdict, number(distance, 2), equation, f"<code>{setting}</code>"])
    head = [word("form"), word("verdict"), "max |Δθ|", word("equation"), "PyTorch"]
    return table(head, cells, word("forms", equal=str(equal), count=str(len(rows)), steps=str(len(grads))))


def _papers_by_hand(grads, papers):
    """The three forms that PyTorch does not have, written out in floats, against their recursions."""
    theta, m, v, largest, b = np.ones(3), np.zeros(3), np.zeros(3), 0.0, 0.0
    kept, kept_squares = np.array([0.9, 0.9, 0.95]), np.array([0.999, 0.999, 0.95])
    path = []
    for t, g in enumerate(grads, 1):
        m = kept * m + (1 - kept) * g
        v = kept_squares * v + (1 - kept_squares) * g**2
        theta[0] -= 0.001 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m[0] / (np.sqrt(v[0]) + 1e-8)
        largest = max(largest, v[1])
        theta[1] -= 0.001 * m[1] / np.sqrt(largest)
        b = 0.9 * b - 1e-4 * g / np.sqrt(v[2] - m[2] ** 2 + 1e-4)
        theta[2] += b
        path.append(theta.copy())
    for column, form in zip(np.array(path).T, ("ε̂", "AMSGrad, Reddi", "Graves")):
        assert np.allclose(column, papers[form], rtol=1e-12, atol=0), form
    last = formulas.rmsprop_graves.run(len(grads), {formulas.gradient: grads})[-1]
    assert np.isclose(m[2], float(last[formulas.m]), rtol=1e-12)


def _paper(name, grads, symbol=None, **named):
    start = {formulas.theta_1: 1, formulas.theta_2: 1}
    history = getattr(formulas, name).run(len(grads), {formulas.gradient: grads}, start, **named)
    return np.array([float(values[symbol or formulas.theta]) for values in history])


def memory_table():
    """Numbers kept per parameter, and what that is for a network of 100 million parameters in float32."""
    rows = []
    variants = [
        (SGD, {}),
        (SGD, {"momentum": 0.9}),
        (Adagrad, {}),
        (RMSprop, {}),
        (RMSprop, {"momentum": 0.9}),
        (RMSprop, {"centered": True, "momentum": 0.9}),
        (Adam, {}),
        (Adam, {"amsgrad": True}),
        (AdamW, {}),
    ]
    for optimizer, options in variants:
        kept = memory(optimizer, options)
        probe = optimizer([np.ones(1)], **options)
        probe.step([np.ones(1)])
        state = {name: value for name, value in vars(probe).items() if name != "params" and isinstance(value, list)}
        names = ", ".join(name for name, arrays in state.items() if isinstance(arrays[0], np.ndarray))
        gigabytes = f"{kept * 4 * 1e8 / 1e9:.1f}"
        rows.append([f"<code>{_call(optimizer, options)}</code>", names, str(kept), gigabytes])
    return table(["", word("state"), word("floats"), "GB"], rows, word("memory", itself=number(4 * 1e8 / 1e9)))


# Rosenbrock in 20 dimensions

GRIDS = {  # rates tried: five around the best of a wider search
    "sgd": np.logspace(-3.25, -2.75, 5),
    "momentum": np.logspace(-3.5, -2.5, 5),
    "nag": np.logspace(-3.5, -2.5, 5),
    "adagrad": np.logspace(-1.5, 0.5, 5),
    "rmsprop": np.logspace(-4, -2, 5),
    "adam": np.logspace(-2.5, -0.5, 5),
    "adamw": np.logspace(-2.5, -0.5, 5),
}


@cache
def valley(name, steps=5000):
    """Loss over steps from five starts, for the rate whose median ends lowest, and that rate."""
    _, optimizer, options = METHODS[name]
    starts = np.random.default_rng(0).uniform(-1, 1, (5, 20))
    best = (np.inf, None, None)
    for lr in GRIDS[name]:
        x, history = starts.copy(), []
        instance = optimizer([x], lr=lr, **options)
        with np.errstate(all="ignore"):
            for step in range(steps):
                if step % 50 == 0:
                    history.append(rosenbrock(x))
                instance.step([rosenbrock_grad(x)])
            history.append(rosenbrock(x))
        median = np.median(history[-1])
        if median < best[0]:
            best = (median, lr, np.array(history))
    return best


def valley_figure():
    """The loss of all seven on Rosenbrock's function in 20 dimensions, and where each ends."""
    drawing, axes = panel(4.6, 3.2)
    rows = []
    for name, (title, *_) in METHODS.items():
        median, lr, history = valley(name)
        axes.plot(np.arange(len(history)) * 50, np.median(history, axis=1), label=title)
        ends = [median, np.min(history[-1]), np.max(history[-1])]
        rows.append([f'<a href="#{name}">{title}</a>', number(lr, 2), *(number(end, 2) for end in ends)])
    axes.set(yscale="log", xlabel="t", ylabel="f(x)")
    axes.legend(ncols=2)
    ends = {name: valley(name)[0] for name in METHODS}
    assert max(ends.pop("momentum"), ends.pop("nag")) < 1e-9
    assert min(ends.values()) > 1e-6
    head = ["", "η", word("median"), word("least"), word("most")]
    caught = {name: np.sum(valley(name)[2][-1] > 3) for name in METHODS}
    assert {name: count for name, count in caught.items() if count} == {"momentum": 1, "adam": 1}
    second = np.max(valley("momentum")[2][-1])
    assert 3.9 < second < 4
    assert abs(np.max(valley("adam")[2][-1]) - second) < 0.1
    assert min(ends, key=ends.get) == "adam"
    assert valley("momentum")[0] < valley("nag")[0]
    let(valley_nag=number(valley("nag")[0], 2), valley_adam=number(ends["adam"], 2))
    return figure(drawing, word("valley")) + table(head, rows, word("valley_table", second=number(second)))
