"""What the schedulers page computes: its tables, figures, derivations, checks and experiments."""

import json
from functools import cache, partial

import numpy as np
import sympy
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sympy import Symbol, cos, floor, pi, sin

from scratch import optimizers, schedulers
from scratch.evidence import recorded as load
from scratch.evidence.schedulers import (
    CASES,
    CLOSE,
    ETA_0,
    ETA_MAX,
    METRICS,
    NO_METRICS,
    REFUSED,
    T_MAX,
    play,
    refuses,
    takes,
)
from scratch.formulas import latex, written
from scratch.formulas import schedulers as formulas
from scratch.mlp import MLP
from scratch.optimizers import SGD, Adam
from scratch.schedulers import CosineAnnealingLR, OneCycleLR, ReduceLROnPlateau, StepLR
from scratch.show.check import checked
from scratch.show.figure import figure, panel, thumbnail
from scratch.show.formula import derivation
from scratch.show.mathml import display, inline
from scratch.show.page import let
from scratch.show.table import number, table
from scratch.show.words import words

word = words("schedulers")


# The noisy problem: f(w) = w^2 / 2, whose gradient w is seen with noise of variance 1

FIRST, STEPS, CHAINS, START = 0.8, 100, 4000, 10.0


class Harmonic:
    """1 / (t + 1), for comparison: with it the weight is the mean of all minima seen."""

    def __init__(self, optimizer):
        self.optimizer, self.last_epoch = optimizer, 0
        optimizer.lr = 1.0

    def step(self):
        self.last_epoch += 1
        self.optimizer.lr = 1 / (self.last_epoch + 1)


RULES = {
    "constant": lambda optimizer: None,
    "StepLR": lambda optimizer: StepLR(optimizer, step_size=34),
    "CosineAnnealingLR": lambda optimizer: CosineAnnealingLR(optimizer, T_max=STEPS),
    "ReduceLROnPlateau": lambda optimizer: ReduceLROnPlateau(optimizer, factor=0.5, patience=5),
    "OneCycleLR": lambda optimizer: OneCycleLR(optimizer, FIRST, total_steps=STEPS, cycle_momentum=False),
    "1/(t+1)": Harmonic,
}
ANCHORS = {
    "StepLR": "steplr",
    "CosineAnnealingLR": "cosineannealinglr",
    "ReduceLROnPlateau": "reducelronplateau",
    "OneCycleLR": "onecyclelr",
}


@cache
def noisy(rule, steps=STEPS):
    """The rates, the metrics, and the measured and the theoretical mean loss after each step of many copies."""
    rng = np.random.default_rng(0)
    w = np.full(CHAINS, START)
    optimizer = SGD([w], lr=FIRST)
    scheduler = RULES[rule](optimizer) if isinstance(rule, str) else rule(optimizer)
    rates, metrics, losses, errors, theory = [], [], [], [], []
    square = START**2
    for _ in range(steps):
        rates.append(optimizer.lr)
        optimizer.step([w + rng.normal(size=CHAINS)])
        square = (1 - rates[-1]) ** 2 * square + rates[-1] ** 2
        theory.append(square / 2)
        losses.append(np.mean(w**2) / 2)
        errors.append(np.std(w**2) / 2 / np.sqrt(CHAINS))
        metrics.append(np.mean(w[:20] ** 2) / 2)  # a small validation set
        if scheduler is not None:
            scheduler.step(*([metrics[-1]] if isinstance(scheduler, ReduceLROnPlateau) else []))
    return tuple(map(np.array, (rates, metrics, losses, errors, theory)))


def noise_floor(lr):
    """The mean loss at which a constant rate stops."""
    return lr / (2 * (2 - lr))


def noise_recursion():
    """How one step changes the square of the weight."""
    w, xi, eta = Symbol("w"), Symbol("xi"), Symbol("eta")
    left, right = written(
        lambda: (
            (w - eta * (w + xi)) ** 2,
            sympy.Add((1 - eta) ** 2 * w**2, sympy.Mul(-2, eta, 1 - eta, w, xi), eta**2 * xi**2),
        )
    )
    return derivation(left, right)


def noise_fixed_point():
    """The mean square that a step leaves as it is."""
    eta = Symbol("eta")
    left, right = written(lambda: ((1 - eta) ** 2 * (eta / (2 - eta)) + eta**2, eta / (2 - eta)))
    return derivation(left, right)


def noise_check():
    """Every schedule against the theory."""
    off = [np.abs(losses - theory) / errors for _, _, losses, errors, theory in map(noisy, RULES)]
    return checked(
        word("noise_theory", chains=CHAINS), sum(map(len, off)), np.max(off), 5, kind="steps", unit="standard_errors"
    )


def noise():
    """What each schedule leaves, beside theory."""
    least = 1 / (2 * STEPS)
    rows = []
    for rule in RULES:
        _, _, losses, errors, theory = noisy(rule)
        measured = f"{number(losses[-1])} ± {number(errors[-1], 1)}"
        rows.append([_link(rule), measured, number(theory[-1]), number(theory[-1] / least, 3)])
    head = ["", word("measured"), word("theory"), word("share")]
    return table(head, rows, word("noise", steps=STEPS, chains=CHAINS))


def noise_curve():
    """The theory step by step."""
    drawing, axes = panel(4.6, 3.0)
    for rule in RULES:
        axes.plot(np.arange(1, STEPS + 1), noisy(rule)[4], label=word(rule) if rule == "constant" else rule)
    cycle, peak = noisy("OneCycleLR")[4], np.argmax(noisy("OneCycleLR")[0])
    floor = noise_floor(FIRST)
    if not (cycle[9] > 10 * floor > 10 * 1.2 * min(cycle[:peak]) and abs(cycle[peak + 1] / floor - 1) < 0.01):
        raise AssertionError(f"OneCycleLR is not slow first, then below the floor, then at it: {cycle[: peak + 2]}")
    axes.set(xlabel="t", ylabel="E[f]", yscale="log", ylim=(3e-3, 3e3))
    axes.legend(ncols=2, loc="upper right")
    return figure(drawing, word("noise_curve"))


def _link(rule):
    if rule in ANCHORS:
        return f'<a href="#{ANCHORS[rule]}">{rule}</a>'
    return word(rule) if rule == "constant" else rule


# The top of the page


def facts():
    """Name the numbers that the page's sentences use."""
    cosine_ours, cosine_theirs = _cosine_errors()
    past = formulas.one_cycle_lr().value(10.0, **{ETA_MAX: 1.0, "N": 10.0})
    past_linear = formulas.one_cycle_lr("linear").value(10.0, **{ETA_MAX: 1.0, "N": 10.0})
    if not past_linear < 0:
        raise AssertionError(f"the straight line does not end below 0, as the page says: {past_linear}")
    let(
        first=number(FIRST),
        least=number(1 / (2 * STEPS)),
        floor=number(noise_floor(FIRST)),
        cosine_ours=number(max(cosine_ours), 2),
        cosine_theirs=number(max(cosine_theirs), 2),
        torch=str(load("activations")["version"]),
        past_the_end=number(past),
        past_linear=number(past_linear, 2),
        at_the_end=number(formulas.one_cycle_lr().value(9.0, **{ETA_MAX: 1.0, "N": 10.0})),
    )


def comparison():
    """The rates of the four on the noisy problem, and what they leave."""
    epochs = (0, 25, 50, 75, 99)
    rows = []
    for rule in ANCHORS:
        rates, *_, theory = noisy(rule)
        cells = [*(rates[epoch] for epoch in epochs), np.mean(rates), theory[-1]]
        rows.append([_link(rule), *map(number, cells)])
    head = ["", *(f"η<sub>{epoch}</sub>" for epoch in epochs), word("mean"), "E[f]"]
    left = number(noisy("constant")[4][-1])
    return table(head, rows, word("comparison", first=number(FIRST), constant=left))


def overlay():
    """The rates of the four on both scales."""
    (left, linear), (right, log) = panel(3.4, 2.7), panel(3.4, 2.7)
    for rule in ANCHORS:
        for axes in (linear, log):
            style = "steps-post" if rule in ("StepLR", "ReduceLROnPlateau") else "default"
            axes.plot(np.arange(STEPS), noisy(rule)[0], label=rule, drawstyle=style)
    linear.set(xlabel="t", title="(a) η", ylim=(0, 0.9))
    log.set(xlabel="t", title="(b) η", yscale="log")
    log.legend(loc="lower left")
    last = {"plateau": number(noisy("ReduceLROnPlateau")[0][-1]), "onecycle": number(noisy("OneCycleLR")[0][-1], 2)}
    return figure([left, right], word("overlay", **last))


def thumbnails():
    """(anchor, title, picture) of each block, for the overview."""
    pictures = []
    for rule, anchor in ANCHORS.items():
        drawing, axes = thumbnail()
        axes.plot(noisy(rule)[0], drawstyle="steps-post" if rule in ("StepLR", "ReduceLROnPlateau") else "default")
        pictures.append((anchor, rule, drawing))
    return pictures


# Checks


def checks(scheduler):
    """Compare a block with its formulas, with PyTorch's recorded runs, and what it refuses with what it must."""
    return "".join([_formulas(scheduler), _pytorch(scheduler), _refused(scheduler)])


def _formulas(scheduler):
    cases = [case for case in CASES if case.scheduler is scheduler]
    errors = [error for case in cases for error in case.errors()]
    what = word("against_formulas", block=f"<code>{scheduler.__name__}</code>", count=len(cases))
    return checked(what, len(errors), max(errors), CLOSE)


def _pytorch(scheduler):
    errors, runs = [], 0
    for run, trace in _recorded().values():
        if any(event[0] == scheduler.__name__ for event in run):
            ours = np.array(play(run, optimizers, schedulers, [np.zeros(1)]))
            largest = np.max(np.abs(trace), axis=0)  # of the rates, of the momenta
            errors += list(np.max(np.abs(ours - trace) / np.where(largest > 0, largest, 1), axis=1))
            runs += 1
    what = word("against_pytorch", block=f"<code>{scheduler.__name__}</code>", count=runs)
    return checked(what, len(errors), max(errors), 1e-13, kind="steps")


@cache
def _recorded():
    recorded = load("schedulers")
    runs = json.loads(str(recorded["runs"]))
    return dict(zip(runs, zip(runs.values(), np.split(recorded["traces"], recorded["ends"][:-1]))))


def _refused(scheduler):
    rows = [row for row in REFUSED if row[1] is scheduler]
    wrong = [row[1:] for row in rows if not refuses(*row)]
    if scheduler is ReduceLROnPlateau:
        wrong += [metric for metric in METRICS if not takes(metric)]
        wrong += [metric for metric in NO_METRICS if takes(metric)]
    if wrong:
        raise AssertionError(f"not refused, or not as it should be: {wrong}")
    return f'<p class="checked"><strong>{word("checked")}.</strong> {word("refused", count=len(rows))}</p>'


# StepLR


def steplr_epochs():
    """The rate of each epoch."""
    first, s, gamma = 0.8, 3, 0.5
    optimizer = SGD([np.zeros(1)], lr=first)
    scheduler = StepLR(optimizer, s, gamma)
    rows = []
    for epoch in range(8):
        rows.append([epoch, epoch // s, number(optimizer.lr)])
        scheduler.step()
    words = {"first": first, "s": s, "gamma": gamma, "before": s - 1}
    return table(["t", "⌊t/s⌋", "η<sub>t</sub>"], rows, word("steplr_epochs", **words))


def _rate_axis(axes, rates, title):
    """A rate that moves in jumps, with its values at the axis."""
    axes.plot(np.arange(len(rates)), rates, drawstyle="steps-post")
    axes.set(xlabel="t", title=title, yscale="log")
    axes.set_yticks(values := np.unique(rates), [f"{value:.3g}" for value in values])
    axes.minorticks_off()


def _stairs(optimizer):
    return StepLR(optimizer, step_size=120, gamma=0.25)


def steplr_curve():
    """The rate, and the loss that follows it from floor to floor."""
    rates, _, losses, *_ = noisy(_stairs, 480)
    epochs = np.arange(len(rates))
    (left, rate), (right, loss) = panel(3.4, 2.6), panel(3.4, 2.6)
    _rate_axis(rate, rates, "(a) η")
    if abs(losses[-1] / noise_floor(rates[-1]) - 1) > 0.2:
        raise AssertionError(f"the last floor is not reached: {losses[-1]}")
    loss.plot(epochs + 1, losses)
    loss.plot(epochs + 1, noise_floor(rates), drawstyle="steps-pre")
    loss.set(xlabel="t", title="(b) E[f]", yscale="log", ylim=(2e-3, 2))
    return figure([left, right], word("steplr_curve", chains=CHAINS))


def steplr_derivation():
    """The closed form, s epochs later."""
    t, s, gamma, first = formulas.epoch, formulas.s, formulas.gamma, formulas.eta_0
    left, *steps = written(
        lambda: (
            first * gamma ** floor((t + s) / s),
            first * gamma ** (floor(t / s) + 1),
            gamma * sympy.UnevaluatedExpr(first * gamma ** floor(t / s)),
        )
    )
    return derivation(left, *steps)


# CosineAnnealingLR


def cosine_epochs():
    """The rate of each epoch."""
    first, T = 0.8, 3
    optimizer = SGD([np.zeros(1)], lr=first)
    scheduler = CosineAnnealingLR(optimizer, T)
    angles = ["0", "π/3", "2π/3", "π", "4π/3", "5π/3", "2π"]
    rows = []
    for epoch, angle in enumerate(angles):
        rows.append([epoch, angle, number(np.cos(np.pi * epoch / T)), number(optimizer.lr)])
        scheduler.step()
    head = ["t", "πt/T<sub>max</sub>", "cos", "η<sub>t</sub>"]
    return table(head, rows, word("cosine_epochs", first=first, T=T, last=T - 1))


def _cosine_errors():
    """The relative errors of our recursion and of PyTorch's recorded one, troughs apart."""
    run, trace = _recorded()["CosineAnnealingLR 50 {}"]
    ours = np.array(play(run, optimizers, schedulers, [np.zeros(1)]))[:, 0]
    exact = [formulas.cosine_annealing_lr.value(float(t), **{ETA_0: 0.1, T_MAX: 50.0}) for t in range(len(ours))]
    pairs = [(t, value) for t, value in enumerate(exact) if t % 100 != 50]
    return tuple([float(abs(float(rates[t]) - value) / value) for t, value in pairs] for rates in (ours, trace[:, 0]))


def cosine_curve():
    """The rate past T_max with and without a restart; the errors of both recursions."""
    optimizer, rates = SGD([np.zeros(1)], lr=1.0), {True: [], False: []}
    for restart, path in rates.items():
        optimizer.lr, scheduler = 1.0, CosineAnnealingLR(optimizer, 50)
        for epoch in range(150):
            if restart and epoch % 50 == 0:
                optimizer.lr, scheduler = 1.0, CosineAnnealingLR(optimizer, 50)
            path.append(optimizer.lr)
            scheduler.step()
    (left, rate), (right, error) = panel(3.4, 2.6), panel(3.4, 2.6)
    rate.plot(rates[False], label="CosineAnnealingLR")
    rate.plot(rates[True], label="SGDR")
    rate.set(xlabel="t", title="(a) η / η₀", ylim=(0, 1.35))
    rate.legend(ncols=2, loc="upper center")
    ours, theirs = _cosine_errors()
    for errors, label in ((ours, "Scratch"), (theirs, "PyTorch")):
        error.plot(np.maximum(errors, 1e-17), label=label)
    error.set(xlabel="t", title="(b) |Δη| / η", yscale="log", ylim=(1e-17, 1e-12))
    error.legend(ncols=2, loc="upper center")
    return figure([left, right], word("cosine_curve", ours=number(max(ours), 2), theirs=number(max(theirs), 2)))


def cosine_ratio():
    """The recursion's factor from the closed form."""
    t, T, low = formulas.epoch, formulas.T, formulas.eta_min
    closed = formulas.cosine_annealing_lr.right
    definitions = ((formulas.eta, closed), (formulas.eta_1, closed.subs(t, t - 1)))
    left, step = written(
        lambda: ((formulas.eta - low) / (formulas.eta_1 - low), (1 + cos(pi * t / T)) / (1 + cos(pi * (t - 1) / T)))
    )
    _, height = formulas.cosine_annealing_lr_recursion.assignments[0]
    height = height.subs(formulas.t, t)
    heights = ((formulas.height, height), (formulas.height_1, height.subs(t, t - 1)))
    return derivation(left, step, formulas.height / formulas.height_1, definitions=(*definitions, *heights))


def cosine_rise():
    """The step out of the trough from the closed form."""
    T, low = formulas.T, formulas.eta_min
    after, height = Symbol(r"\eta_{T_{\max}+1}"), Symbol(r"h_{T_{\max}+1}")
    closed = formulas.cosine_annealing_lr.right.subs(formulas.epoch, T + 1)
    left, *steps = written(
        lambda: (after - low, (formulas.eta_0 - low) / 2 * (1 + cos(pi * (T + 1) / T)), (formulas.eta_0 - low) * height)
    )
    _, risen = formulas.cosine_annealing_lr_recursion.assignments[0]
    return derivation(left, *steps, definitions=((after, closed), (height, risen.subs(formulas.t, T + 1))))


def cosine_height():
    """The code's squared sine."""
    t, T = formulas.epoch, formulas.T
    left, *steps = written(
        lambda: (
            formulas.height,
            (1 + cos(pi * t / T)) / 2,
            cos(pi * t / (2 * T)) ** 2,
            sin(pi * (T - t) / (2 * T)) ** 2,
        )
    )
    _, height = formulas.cosine_annealing_lr_recursion.assignments[0]
    return derivation(left, *steps, definitions=((formulas.height, height.subs(formulas.t, t)),))


# ReduceLROnPlateau


def plateau_rules():
    """When a metric counts as better, for each mode."""
    rows = []
    for mode in ("min", "max"):
        for threshold_mode in ("rel", "abs"):
            better = formulas.plateau(mode, threshold_mode).assignments[0][1].args[0][1]
            rows.append([f"<code>{mode}</code>", f"<code>{threshold_mode}</code>", inline(latex(better))])
    return table(["mode", "threshold_mode", word("rule")], rows, word("plateau_rules"))


def plateau_epochs():
    """The rule's counters and the code's rate, epoch by epoch."""
    metrics, first, patience = ([1.0, 0.8, 0.8, 0.9, 0.8, 0.8, 0.7, 0.7, 0.7, 0.7], 0.1, 2)
    optimizer = SGD([np.zeros(1)], lr=first)
    scheduler = ReduceLROnPlateau(optimizer, patience=patience)
    history = formulas.reduce_lr_on_plateau.run(len(metrics), {formulas.m: metrics}, **{ETA_0: first, "P": patience})
    rows = []
    for epoch, (metric, values) in enumerate(zip(metrics, history)):
        scheduler.step(metric)
        better = word("yes" if values[formulas.b] else "no")
        best, bad = number(scheduler.best), int(values[formulas.counted])
        rows.append([epoch, number(metric), better, best, bad, number(optimizer.lr)])
    head = ["t", "m", word("better"), "best", "bad", word("next")]
    return table(head, rows, word("plateau_epochs", first=first))


def plateau_curve():
    """A noisy metric and what the rule makes of it."""
    rates, metrics, *_ = noisy("ReduceLROnPlateau")
    epochs = np.arange(STEPS)
    (left, metric), (right, rate) = panel(3.4, 2.6), panel(3.4, 2.6)
    metric.plot(epochs, metrics, linewidth=1)
    metric.plot(epochs, np.minimum.accumulate(metrics), drawstyle="steps-post")
    metric.set(xlabel="t", title="(a) m", yscale="log")
    _rate_axis(rate, rates, "(b) η")
    words = {"drops": np.sum(np.diff(rates) < 0), "epochs": STEPS, "patience": 5}
    return figure([left, right], word("plateau_curve", **words))


# OneCycleLR


def onecycle_formulas():
    """The rate and the momentum, and once what both stand on."""
    rate, momentum = formulas.one_cycle_lr(), formulas.one_cycle_momentum()
    annealing, peak, lowest, first = rate.definitions_latex
    return "".join(map(display, [rate.latex, momentum.latex, annealing, rf"{peak}, \qquad {first}, \qquad {lowest}"]))


def onecycle_papers_formulas():
    """What is different in the papers' form."""
    rate = formulas.one_cycle_lr("linear", three_phase=True)
    return "".join(map(display, [rate.latex, rate.definitions_latex[0]]))


def onecycle_epochs():
    """The rate and the momentum of each step."""
    N, share = 5, 0.4
    optimizer = SGD([np.zeros(1)], lr=1.0, momentum=0.9)
    scheduler = OneCycleLR(optimizer, 1.0, total_steps=N, pct_start=share)
    peak, rows = round(share * N) - 1, []
    for n in range(N + 1):
        last = min(n, N - 1)
        phase, u = (1, last / peak) if last <= peak else (2, (last - peak) / (N - 1 - peak))
        rows.append([n, phase, number(u), number(optimizer.lr), number(optimizer.momentum)])
        if n < N:
            scheduler.step()
    head = ["n", word("phase"), "u", "η<sub>n</sub>", "μ<sub>n</sub>"]
    return table(head, rows, word("onecycle_epochs", N=N, p=share, peak=peak))


PAPERS = {"anneal_strategy": "linear", "three_phase": True, "pct_start": 0.45}


def onecycle_curve():
    """PyTorch's default beside the papers' form."""
    N = 100
    (left, rate), (right, momentum) = panel(3.4, 2.6), panel(3.4, 2.6)
    for label, options in (("default", {}), ("linear, three_phase", PAPERS)):
        optimizer = SGD([np.zeros(1)], lr=1.0, momentum=0.9)
        scheduler = OneCycleLR(optimizer, 1.0, total_steps=N, **options)
        pairs = []
        for _ in range(N):
            pairs.append((optimizer.lr, optimizer.momentum))
            scheduler.step()
        for axes, values in zip((rate, momentum), zip(*pairs)):
            axes.plot(values, label=label)
    rate.set(xlabel="n", title="(a) η", ylim=(0, 1.3))
    momentum.set(xlabel="n", title="(b) μ")
    rate.legend(ncols=2, loc="upper center", columnspacing=1)
    return figure([left, right], word("onecycle_curve", N=N, share=PAPERS["pct_start"]))


def annealing_derivation():
    """The cosine annealing as the code has it."""
    x, y, u = formulas.x, formulas.y, formulas.u
    left, right = formulas.annealing["cos"]
    steps = written(
        lambda: (
            right,
            x * cos(pi * u / 2) ** 2 + y * sin(pi * u / 2) ** 2,
            x * sin(pi * (1 - u) / 2) ** 2 + y * sin(pi * u / 2) ** 2,
        )
    )
    return derivation(left, *steps, definitions=(formulas.annealing["cos"],))


def annealing_mean():
    """The mean over a phase, the same for both strategies."""
    x, y, u = formulas.x, formulas.y, formulas.u
    left, mean = (sympy.Integral(formulas.A(x, y, u), (u, 0, 1)), written(lambda: (x + y) / 2))
    derivation(left, mean, definitions=(formulas.annealing["linear"],))
    return derivation(left, mean, definitions=(formulas.annealing["cos"],))


# The digits


@cache
def _digits():
    x, y = load_digits(return_X_y=True)
    return train_test_split(x / 16, y, test_size=0.5, random_state=0, stratify=y)


BATCH = 50


def train(seed, epochs, optimizer, schedule, per_batch=False):
    """Train a network on half of the digits; the accuracy on the other half.

    optimizer: function (params). schedule: function (optimizer, number of batches) that returns a scheduler or None.
    """
    x, x_test, y, y_test = _digits()
    rng = np.random.default_rng(seed)
    network = MLP([64, 100, 100, 10], rng)
    optimizer = optimizer(network.params)
    scheduler = schedule(optimizer, epochs * -(-len(x) // BATCH))

    def step(*given):
        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(given[-1])  # the loss
        elif scheduler is not None:
            scheduler.step()

    when = {"on_batch" if per_batch else "on_epoch": step}
    network.fit(x, y, optimizer, rng, epochs=epochs, batch_size=BATCH, **when)
    return network.accuracy(x_test, y_test)


def _accuracy(values):
    return f"{100 * np.mean(values):.1f} ± {100 * np.std(values):.1f}"


EPOCHS, WARM_UP_EPOCHS, SEEDS, RATES = 10, 5, 4, (0.03, 0.1, 0.3)


@cache
def digits_accuracies():
    """The test accuracies over the seeds for each schedule and rate."""
    schedules = {
        "constant": lambda lr: lambda optimizer, _: None,
        "StepLR": lambda lr: lambda optimizer, _: StepLR(optimizer, step_size=4),
        "CosineAnnealingLR": lambda lr: lambda optimizer, _: CosineAnnealingLR(optimizer, T_max=EPOCHS),
        "ReduceLROnPlateau": lambda lr: lambda optimizer, _: ReduceLROnPlateau(optimizer, patience=0, threshold=0.1),
        "OneCycleLR": lambda lr: lambda optimizer, steps: OneCycleLR(optimizer, lr, total_steps=steps),
    }
    accuracies = {}
    for name, schedule in schedules.items():
        for lr in RATES:
            optimizer = partial(SGD, lr=lr, momentum=0.9)
            accuracies[name, lr] = [
                train(seed, EPOCHS, optimizer, schedule(lr), per_batch=name == "OneCycleLR") for seed in range(SEEDS)
            ]
    return accuracies


def digits():
    """Accuracy with each schedule and rate."""
    accuracies = digits_accuracies()
    means = {key: np.mean(values) for key, values in accuracies.items()}
    best = {name: max(means[name, lr] for lr in RATES) for name in ("constant", *ANCHORS)}
    spread = max(np.std(accuracies[name, RATES[-1]]) for name in best)
    if min(means[name, RATES[-1]] for name in ANCHORS) < means["constant", RATES[-1]] + spread:
        raise AssertionError(f"not every schedule helps at the highest rate, as the page says: {means}")
    if max(best.values()) > best["constant"] + 0.01:
        raise AssertionError(f"tuned, a schedule gains more than the page says: {best}")
    rows = [[_link(name), *(_accuracy(accuracies[name, lr]) for lr in RATES)] for name in ("constant", *ANCHORS)]
    return table(
        ["", *(f"η = {lr}" for lr in RATES)], rows, word("digits", epochs=EPOCHS, seeds=SEEDS, highest=RATES[-1])
    )


def range_test():
    """The loss of each batch while the rate grows."""
    x, _, y, _ = _digits()
    rng = np.random.default_rng(0)
    network = MLP([64, 100, 100, 10], rng)
    low, high, epochs = 1e-3, 10.0, 6
    optimizer = SGD(network.params, lr=low, momentum=0.9)
    batches = epochs * -(-len(x) // BATCH)
    scheduler = StepLR(optimizer, step_size=1, gamma=(high / low) ** (1 / (batches - 1)))
    rates, losses = [], []

    def step(loss):
        rates.append(optimizer.lr)
        losses.append(loss)
        scheduler.step()

    network.fit(x, y, optimizer, rng, epochs=epochs, batch_size=BATCH, on_batch=step)
    rates, losses = np.array(rates), np.array(losses)
    gone = rates[np.argmax(losses > 4)]
    drawing, axes = panel(4.6, 2.6)
    axes.plot(rates, losses)
    axes.set(xlabel="η", ylabel="L", xscale="log", ylim=(0, 4))
    ends = {"low": number(low), "high": number(high)}
    lowest = number(rates[np.argmin(losses)], 1)
    return figure(drawing, word("range_test", **ends, lowest=lowest, gone=number(gone, 1)))


SHARES = (0.0, 0.02, 0.1, 0.3)


@cache
def warm_up_accuracies():
    """The test accuracies over the seeds with and without warm-up."""
    accuracies = {}
    for kind, lr in ((SGD, 0.3), (SGD, 1.0), (Adam, 0.01), (Adam, 0.1)):
        for share in SHARES:

            def cycle(optimizer, steps, lr=lr, share=share):
                return OneCycleLR(optimizer, lr, total_steps=steps, pct_start=share, cycle_momentum=False)

            accuracies[kind.__name__, lr, share] = [
                train(seed, WARM_UP_EPOCHS, partial(kind, lr=lr), cycle, per_batch=True) for seed in range(SEEDS)
            ]
    return accuracies


def warm_up():
    """Accuracy with and without warm-up."""
    accuracies = warm_up_accuracies()
    if np.mean(accuracies["Adam", 0.1, 0.3]) < np.mean(accuracies["Adam", 0.1, 0.0]) + 0.03:
        raise AssertionError("Adam at 0.1 does not need the warm-up, as the page says")
    none, least, some, usual = (np.mean(accuracies["Adam", 0.1, share]) for share in SHARES)
    if not (0.4 < (least - none) / (usual - none) < 0.7 and (some - none) / (usual - none) > 0.9):
        raise AssertionError(f"not half of it is the first step, as the page says: {none, least, some, usual}")
    if np.mean(accuracies["SGD", 1.0, 0.3]) > np.mean(accuracies["SGD", 1.0, 0.0]) - 0.01:
        raise AssertionError("SGD at its highest rate does not lose by the warm-up, as the page says")
    for key in (("SGD", 0.3), ("SGD", 1.0), ("Adam", 0.01)):
        if np.mean(accuracies[(*key, 0.3)]) > np.mean(accuracies[(*key, 0.0)]) + 0.01:
            raise AssertionError(f"{key} gains from the warm-up, other than the page says")
    rows = [
        [f"{name}, η = {lr}", *(_accuracy(accuracies[name, lr, share]) for share in SHARES)]
        for name, lr in dict.fromkeys((name, lr) for name, lr, _ in accuracies)
    ]
    head = ["", *(word("warm_up", share=share) if share else word("no_warm_up") for share in SHARES)]
    return table(head, rows, word("warm_up_table", seeds=SEEDS, epochs=WARM_UP_EPOCHS))
