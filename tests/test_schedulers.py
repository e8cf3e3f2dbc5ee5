"""The schedulers: tables of blocks against their formulas, PyTorch's runs, and rules that hold for every one."""

import inspect
import json
import re
from dataclasses import dataclass

import mpmath
import numpy as np
import pytest

from scratch import optimizers, schedulers
from scratch.formulas import prove, t
from scratch.formulas import schedulers as formulas
from scratch.optimizers import SGD, Adagrad, Adam, AdamW, RMSprop
from scratch.schedulers import CosineAnnealingLR, OneCycleLR, ReduceLROnPlateau, StepLR
from scratch.show.reference import load
from scratch.show.schedulers import play


@dataclass(frozen=True)
class Block:
    """A scheduler with its options; its closed form and recursion, with the same options under the papers' names."""

    scheduler: type
    formula: object
    recursion: object
    momentum: object
    options: dict
    symbols: dict
    steps: int = 200
    lr: float = 0.1

    def __str__(self):
        return f"{self.scheduler.__name__} {self.options} {self.lr}"


@dataclass(frozen=True)
class Plateau:
    """ReduceLROnPlateau with its options and metrics; its rule, with the same options under the formula's names."""

    options: dict
    symbols: dict
    metrics: list
    lr: float = 0.1
    recursion: object = formulas.reduce_lr_on_plateau

    def __str__(self):
        return f"{self.options} {len(self.metrics)} metrics from {self.metrics[:3]} {self.lr}"


STEP = StepLR, formulas.step_lr, formulas.step_lr_recursion, None
COSINE = CosineAnnealingLR, formulas.cosine_annealing_lr, formulas.cosine_annealing_lr_recursion, None
COS_2, COS_3, LINEAR_2, LINEAR_3 = (
    (OneCycleLR, formulas.one_cycle_lr(*kind), None, formulas.one_cycle_momentum(*kind))
    for kind in (("cos", False), ("cos", True), ("linear", False), ("linear", True))
)
T_MAX, ETA_0, ETA_MIN, ETA_MAX, D_END = r"T_{\max}", r"\eta_0", r"\eta_{\min}", r"\eta_{\max}", r"d_{\text{end}}"
MU_MIN, MU_MAX = r"\mu_{\min}", r"\mu_{\max}"
LINEAR, THREE = {"anneal_strategy": "linear"}, {"three_phase": True}


def with_60_steps(kind, options, symbols):
    return Block(*kind, {"max_lr": 2, "total_steps": 60, **options}, {ETA_MAX: 2.0, "N": 60.0, **symbols}, 59)


BLOCKS = [
    Block(*STEP, {"step_size": 30}, {"s": 30.0}),
    Block(*STEP, {"step_size": 1}, {"s": 1.0}, steps=30),
    Block(*STEP, {"step_size": 7, "gamma": 0.5}, {"s": 7.0, "gamma": 0.5}, lr=1),
    Block(*STEP, {"step_size": 3, "gamma": 1.5}, {"s": 3.0, "gamma": 1.5}, steps=60),
    Block(*STEP, {"step_size": 3, "gamma": 0}, {"s": 3.0, "gamma": 0.0}, steps=10),
    Block(*COSINE, {"T_max": 50}, {T_MAX: 50.0}),
    Block(*COSINE, {"T_max": 1}, {T_MAX: 1.0}, steps=9),
    Block(*COSINE, {"T_max": 2, "eta_min": 0.02}, {T_MAX: 2.0, ETA_MIN: 0.02}, steps=20),
    Block(*COSINE, {"T_max": 7, "eta_min": 0.5}, {T_MAX: 7.0, ETA_MIN: 0.5}, steps=50),
    Block(*COSINE, {"T_max": 33, "eta_min": 0.01}, {T_MAX: 33.0, ETA_MIN: 0.01}, lr=3),
    *(with_60_steps(kind, options, {})
      for kind, options in ((COS_2, {}), (COS_3, THREE), (LINEAR_2, LINEAR), (LINEAR_3, {**LINEAR, **THREE}))),
    *(with_60_steps(kind, {"pct_start": share, **options}, {"p": share}) for share in (0, 0.01, 0.25, 0.5, 0.7, 1)
      for kind, options in ((COS_2, {}), (COS_3, THREE), (LINEAR_2, LINEAR), (LINEAR_3, {**LINEAR, **THREE}))),
    with_60_steps(COS_2, {"div_factor": 3, "final_div_factor": 70}, {"d": 3.0, D_END: 70.0}),
    with_60_steps(COS_3, {"base_momentum": 0.2, "max_momentum": 0.6, **THREE}, {MU_MIN: 0.2, MU_MAX: 0.6}),
    with_60_steps(LINEAR_2, {"base_momentum": 1, "max_momentum": 22, **LINEAR}, {MU_MIN: 1.0, MU_MAX: 22.0}),
    Block(*COS_2, {"max_lr": 1, "epochs": 3, "steps_per_epoch": 7}, {ETA_MAX: 1.0, "N": 21.0}, 20),
    Block(*COS_2, {"max_lr": 1, "total_steps": 1}, {ETA_MAX: 1.0, "N": 1.0}, 0),
    Block(*LINEAR_3, {"max_lr": 1, "total_steps": 2, **LINEAR, **THREE}, {ETA_MAX: 1.0, "N": 2.0}, 1),
]
ABS, MAX, MAX_ABS = {"threshold_mode": "abs"}, {"mode": "max"}, {"mode": "max", "threshold_mode": "abs"}
RULES = {"abs": formulas.plateau("min", "abs"), "max": formulas.plateau("max", "rel"),
         "max abs": formulas.plateau("max", "abs")}
NAN, INF = float("nan"), float("inf")
ODD = [NAN, INF, 1.0, NAN, NAN, NAN, -INF, NAN, 0.0, -1.0, -0.9999, -1.0, -1.0, -1.0]
HALVES = [1.0, 0.5, 0.5, 0.25, 0.25, 0.75, 1.0, 1.5, 1.5, 2.0, 2.25, 2.25, 3.0, 3.375, 3.375]  # ties with the bound
CURVE = (2 * np.exp(-np.arange(80) / 8) + 0.1 * np.random.default_rng(0).normal(size=80) + 1).tolist()
PLATEAUS = [
    Plateau({}, {}, [1.0] * 90),
    Plateau({}, {}, [1.0] + [0.99991] * 13),  # not better by the threshold
    Plateau({}, {}, [1.0] + [0.99989] * 13),  # better by it, once
    Plateau({}, {}, [1.0] * 12, lr=1.15e-8),  # a reduction by more than eps
    Plateau({}, {}, [1.0] * 12, lr=1.1e-8),  # and by less
    Plateau({"eps": 0}, {"varepsilon": 0.0}, [1.0] * 400, lr=1e-3),
    Plateau({}, {}, CURVE),
    Plateau({"patience": 0, "factor": 0.5}, {"P": 0.0, "gamma": 0.5}, CURVE),
    Plateau({"patience": 2, "cooldown": 3}, {"P": 2.0, "C": 3.0}, CURVE),
    Plateau({"patience": 2, "cooldown": 5, "factor": 0}, {"P": 2.0, "C": 5.0, "gamma": 0.0}, CURVE),
    Plateau({"patience": 1, "min_lr": 3e-3}, {"P": 1.0, ETA_MIN: 3e-3}, CURVE),
    Plateau({"patience": 1, "min_lr": 0.5}, {"P": 1.0, ETA_MIN: 0.5}, CURVE),
    Plateau({"patience": 0, "factor": 0.5, "eps": 0.25}, {"P": 0.0, "gamma": 0.5, "varepsilon": 0.25}, CURVE, lr=1.0),
    *(Plateau({"patience": 0, "factor": 0.5, "threshold": 0.5, **options}, {"P": 0.0, "gamma": 0.5, "theta": 0.5},
              metrics, recursion=rule)
      for metrics in (HALVES, ODD, CURVE)
      for options, rule in (({}, formulas.reduce_lr_on_plateau), (ABS, RULES["abs"]), (MAX, RULES["max"]),
                            (MAX_ABS, RULES["max abs"]))),
    *(Plateau({"patience": 1, **options}, {"P": 1.0}, ODD, recursion=rule)
      for options, rule in ((ABS, RULES["abs"]), (MAX, RULES["max"]), (MAX_ABS, RULES["max abs"]))),
]
CLOSE = 1e-14  # relative: of 200 steps each rounds four times by at most 1.1e-16, up as often as down
PYTORCH = 1e-13  # of the largest rate: PyTorch's own error in its recursion, and where it takes max - (max - min)

every_block = pytest.mark.parametrize("block", BLOCKS, ids=str)
every_plateau = pytest.mark.parametrize("block", PLATEAUS, ids=str)


def params():
    return [np.zeros(3)]


def follow(block):
    """The rate and the momentum in each epoch from 0 on."""
    optimizer = SGD(params(), lr=block.lr, momentum=0.5)
    scheduler = block.scheduler(optimizer, **block.options)
    pairs = [(optimizer.lr, optimizer.momentum)]
    for _ in range(block.steps):
        scheduler.step()
        pairs.append((optimizer.lr, optimizer.momentum))
    assert scheduler.last_epoch == block.steps
    return np.array(pairs, dtype=float).T


def exact(formula, block):
    """The values of a closed form in each epoch, with those of the block's symbols that stand in it."""
    names = {symbol.name for symbol in formula.explicit(formula.right).free_symbols}
    symbols = {ETA_0: float(block.lr), **block.symbols}
    symbols = {name: value for name, value in symbols.items() if name in names}
    return [formula.value(float(epoch), **symbols) for epoch in range(block.steps + 1)]


def assert_close(computed, exact):
    """Compare floats with mpmath numbers."""
    assert len(computed) == len(exact)
    for epoch, (value, truth) in enumerate(zip(computed, exact)):
        assert abs(mpmath.mpf(float(value)) - truth) <= CLOSE * abs(truth), (epoch, value, truth)


@every_block
def test_agrees_with_the_closed_form(block):
    rates, momenta = follow(block)
    assert_close(rates, exact(block.formula, block))
    if block.momentum is None:
        assert set(momenta) == {0.5}
    else:
        assert_close(momenta, exact(block.momentum, block))


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.recursion], ids=str)
def test_agrees_with_the_recursion(block):
    rates, _ = follow(block)
    history = block.recursion.run(block.steps, **{ETA_0: float(block.lr), **block.symbols})
    assert_close(rates[1:], [values[formulas.eta] for values in history])


@every_plateau
def test_plateau_agrees_with_its_rule(block):
    optimizer = SGD(params(), lr=block.lr)
    scheduler = ReduceLROnPlateau(optimizer, **block.options)
    history = block.recursion.run(len(block.metrics), {formulas.m: block.metrics}, **{ETA_0: block.lr, **block.symbols})
    for epoch, (metric, values) in enumerate(zip(block.metrics, history)):
        scheduler.step(metric)
        assert scheduler.last_epoch == epoch + 1
        assert scheduler.num_bad_epochs == values[formulas.bad]
        assert scheduler.cooldown_counter == values[formulas.cool]
        assert scheduler.best == values[formulas.best]
        assert_close([optimizer.lr], [values[formulas.eta]])
    assert not hasattr(optimizer, "initial_lr")


def test_the_recursions_follow_from_the_closed_forms():
    closed, epoch, T = formulas.cosine_annealing_lr.right, formulas.epoch, formulas.T
    (falling, _), (rising, _) = formulas.cosine_annealing_lr_recursion.assignments[0][1].args
    before = {formulas.eta_1: closed.subs(epoch, t - 1)}
    prove(falling.subs(before), closed.subs(epoch, t))
    prove(rising.subs(before).subs(t, T + 1), closed.subs(epoch, T + 1))
    closed, s = formulas.step_lr.right.doit(), formulas.s
    (drop, _), (rest, _) = formulas.step_lr_recursion.assignments[0][1].args
    prove(drop.subs(formulas.eta_1, closed.subs(epoch, 4 * s)), closed.subs(epoch, 5 * s))
    assert rest == formulas.eta_1


def test_the_cosine_stays_exact_over_long_runs():
    optimizer = SGD(params(), lr=1.0)
    scheduler = CosineAnnealingLR(optimizer, T_max=1000)
    for epoch in range(1, 4001):
        scheduler.step()
        if epoch % 97 == 0:
            truth = formulas.cosine_annealing_lr.value(float(epoch), **{ETA_0: 1.0, T_MAX: 1000.0})
            assert abs(optimizer.lr - truth) <= 1e-13 * truth  # 4000 steps; PyTorch is off by 1e-11 at the trough
        if epoch % 2000 == 1000:
            assert optimizer.lr == 0


RUNS = json.loads(str(load("schedulers")["runs"]))
TRACES = dict(zip(RUNS, np.split(load("schedulers")["traces"], load("schedulers")["ends"][:-1])))


@pytest.mark.parametrize("name", RUNS)
def test_agrees_with_recorded_pytorch(name):
    trace = np.array(play(RUNS[name], optimizers, schedulers, params()))
    np.testing.assert_allclose(trace, TRACES[name], rtol=0, atol=PYTORCH * np.max(TRACES[name][:, 0]))


def random_run(rng):
    """A run of one or two schedulers with random options, a rate set by hand, and a new start from where it stands."""
    optimizer = [
        ["SGD", {"lr": 0.3}], ["SGD", {"lr": 0.3, "momentum": 0.9}], ["RMSprop", {"lr": 0.3}], ["Adam", {"lr": 0.3}],
    ][rng.integers(4)]
    step = ["StepLR", {"step_size": int(rng.integers(1, 9)), "gamma": float(rng.uniform(0.3, 1.2))}]
    cosine = ["CosineAnnealingLR", {"T_max": int(rng.integers(1, 12)), "eta_min": float(rng.uniform(0, 0.4))}]
    plateau = ["ReduceLROnPlateau", {
        "mode": str(rng.choice(["min", "max"])), "threshold_mode": str(rng.choice(["rel", "abs"])),
        "factor": float(rng.uniform(0.1, 0.9)), "patience": int(rng.integers(4)), "cooldown": int(rng.integers(4)),
        "threshold": float(rng.uniform(0, 0.3)), "min_lr": float(rng.uniform(0, 0.1)),
    }]
    steps = int(rng.integers(2, 40))
    cycle = ["OneCycleLR", {
        "max_lr": float(rng.uniform(0.1, 3)), "total_steps": steps, "pct_start": float(rng.uniform(0, 1)),
        "anneal_strategy": str(rng.choice(["cos", "linear"])), "three_phase": bool(rng.integers(2)),
        "div_factor": float(rng.uniform(2, 30)), "final_div_factor": float(rng.uniform(2, 1e4)),
    }]
    done = int(rng.integers(0, steps))
    events = [
        [step, ["step", 20], ["lr", 0.7], ["step", 20], ["forget", 0],
         ["StepLR", {**step[1], "last_epoch": done}], ["step", 9]],
        [cosine, ["step", done], ["forget", 0], ["CosineAnnealingLR", {**cosine[1], "last_epoch": done}], ["step", 30]],
        [step, cosine, ["step", 20], ["lr", 0.2], ["step", 20]],
        [plateau, ["metrics", rng.normal(2, 0.2, 60).tolist()]],
        [cycle, ["step", steps - 1]],
        [cycle, ["step", done], ["forget", 0], ["OneCycleLR", {**cycle[1], "last_epoch": done - 1}],
         ["step", steps - 1 - done], ["forget", 0], cosine, ["step", 20]],
    ]
    return [optimizer, *events[rng.integers(len(events))]]


@pytest.mark.filterwarnings("ignore:Detected call of")  # of scheduler.step() without an optimizer.step()
def test_agrees_with_live_pytorch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    for run in [random_run(rng) for _ in range(300)]:
        trace = np.array(play(run, optimizers, schedulers, params()), dtype=float)
        theirs = play(run, torch.optim, torch.optim.lr_scheduler, [torch.nn.Parameter(torch.zeros(1))])
        theirs = np.array(theirs, dtype=float)
        np.testing.assert_allclose(trace, theirs, rtol=0, atol=PYTORCH * np.max(theirs[:, 0]), err_msg=str(run))


@pytest.mark.parametrize("scheduler", [StepLR, CosineAnnealingLR, ReduceLROnPlateau, OneCycleLR])
def test_signatures_are_pytorchs(scheduler):
    torch = pytest.importorskip("torch")
    theirs = getattr(torch.optim.lr_scheduler, scheduler.__name__)
    ours, theirs = (inspect.signature(made).parameters.values() for made in (scheduler, theirs))
    assert [(p.name, p.default) for p in ours] == [(p.name, p.default) for p in theirs]


@pytest.mark.parametrize(("options", "expected"), [
    ({"patience": 2}, [0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001, 0.001]),
    ({"patience": 0, "cooldown": 2}, [0.1, 0.1, 0.01, 0.01, 0.01, 0.001, 0.001, 0.001, 1e-4, 1e-4, 1e-4]),
])
def test_known_values_of_the_plateau(options, expected):
    optimizer = SGD(params(), lr=0.1)
    scheduler = ReduceLROnPlateau(optimizer, **options)
    rates = [optimizer.lr]
    for _ in expected[1:]:
        scheduler.step(1.0)
        rates.append(optimizer.lr)
    np.testing.assert_allclose(rates, expected, rtol=CLOSE)


def test_known_values_of_one_cycle():
    optimizer = SGD(params(), lr=0.1)
    scheduler = OneCycleLR(optimizer, max_lr=1.0, total_steps=10)
    rates = [optimizer.lr]
    for _ in range(9):
        scheduler.step()
        rates.append(optimizer.lr)
    expected = [0.04, 0.52, 1, 0.950485, 0.811746, 0.611262, 0.388742, 0.188258, 0.0495194, 4e-6]
    np.testing.assert_allclose(rates, expected, rtol=5e-6)  # six digits are printed
    assert (rates[0], rates[2], rates[9]) == (1 / 25, 1.0, 1 / 25 / 1e4)


def test_one_cycle_keeps_the_last_rate_once_and_then_ends():
    for three_phase in (False, True):
        for pct_start in (0, 0.3, 1):
            optimizer = Adam(params())
            scheduler = OneCycleLR(optimizer, 1.0, total_steps=10, pct_start=pct_start, three_phase=three_phase)
            for _ in range(9):
                scheduler.step()
            last = optimizer.lr, optimizer.betas
            scheduler.step()
            assert (optimizer.lr, optimizer.betas) == last
            before = dict(vars(scheduler))
            with pytest.raises(ValueError, match=r"^total_steps must cover all calls of step\(\), got 10 at call 11$"):
                scheduler.step()
            assert (optimizer.lr, optimizer.betas) == last
            assert vars(scheduler) == before


@pytest.mark.parametrize("steps", [*range(1, 101), 1000])
def test_one_cycle_whose_rise_ends_at_step_0_begins_at_the_peak(steps):
    optimizer = SGD(params())
    scheduler = OneCycleLR(optimizer, 2.0, total_steps=steps, pct_start=1 / steps)
    assert (optimizer.lr, optimizer.momentum) == (2.0, 0.85)
    for _ in range(steps):
        scheduler.step()
    if steps > 1:
        assert optimizer.lr == 2 / 25 / 1e4
        assert optimizer.momentum == 0.95


@pytest.mark.parametrize(("make", "momentum"), [
    (SGD, True), (RMSprop, True), (Adam, False), (AdamW, False),
])
def test_one_cycle_writes_the_momentum_or_the_first_beta(make, momentum):
    optimizer = make(params())
    scheduler = OneCycleLR(optimizer, 1.0, total_steps=10, pct_start=0.5)
    read = (lambda: optimizer.momentum) if momentum else (lambda: optimizer.betas[0])
    assert read() == 0.95
    for _ in range(4):
        scheduler.step()
    assert (optimizer.lr, read()) == (1.0, 0.85)
    if not momentum:
        assert optimizer.betas == (0.85, 0.999)
        assert not hasattr(optimizer, "momentum")
    optimizer.step([np.ones(3)])


@pytest.mark.parametrize("make", [SGD, Adagrad, Adam])
def test_one_cycle_without_a_cycle_of_momentum(make):
    optimizer = make(params())
    before = {name: value for name, value in vars(optimizer).items() if name != "lr"}
    scheduler = OneCycleLR(optimizer, 1.0, total_steps=10, cycle_momentum=False, base_momentum=3, max_momentum=4)
    scheduler.step()
    assert vars(optimizer) == {**before, "lr": pytest.approx(0.52), "initial_lr": 0.04}


def test_the_first_scheduler_sets_initial_lr():
    optimizer = SGD(params(), lr=0.5)
    StepLR(optimizer, 1).step()
    assert (optimizer.lr, optimizer.initial_lr) == (0.05, 0.5)
    CosineAnnealingLR(optimizer, 3)
    assert (optimizer.lr, optimizer.initial_lr) == (0.05, 0.5)
    OneCycleLR(optimizer, 1.0, total_steps=9)
    assert (optimizer.lr, optimizer.initial_lr) == (0.04, 0.04)


def test_resuming_does_not_change_initial_lr():
    optimizer = SGD(params(), lr=0.5)
    optimizer.initial_lr = 2
    for scheduler in (StepLR(optimizer, 2, last_epoch=0), CosineAnnealingLR(optimizer, 3, last_epoch=0),
                      OneCycleLR(optimizer, 1.0, total_steps=9, last_epoch=0)):
        assert scheduler.last_epoch == 1
        assert optimizer.initial_lr == 2


def test_the_rate_counts_from_the_step_after():
    theta = np.array([10.0])
    optimizer = SGD([theta], lr=1.0)
    scheduler = StepLR(optimizer, step_size=2, gamma=0.5)
    path = []
    for _ in range(6):
        optimizer.step([np.ones(1)])
        scheduler.step()
        path.append(theta[0])
    assert path == [9.0, 8.0, 7.5, 7.0, 6.75, 6.5]


@pytest.mark.parametrize("number", [np.float32(0.5), np.float16(0.5), np.int8(1), np.uint8(1), True, 1, 0.5])
def test_numbers_of_any_type(number):
    optimizer = SGD(params(), lr=number)
    StepLR(optimizer, np.uint8(1), gamma=np.float16(0.5)).step()
    assert type(optimizer.lr) is float
    assert optimizer.lr == 0.5 * float(number)
    for make in (lambda: CosineAnnealingLR(optimizer, np.uint8(200)), lambda: OneCycleLR(
            optimizer, number, epochs=np.uint8(20), steps_per_epoch=np.uint8(20), cycle_momentum=np.bool_(True))):
        scheduler = make()
        for _ in range(300):
            scheduler.step()
        assert type(optimizer.lr) is float
    reducer = ReduceLROnPlateau(optimizer, patience=np.uint8(0))
    for metric in (number, np.asarray(number), np.asarray(number)):
        reducer.step(metric)
    assert type(optimizer.lr) is float
    assert reducer.best == number


def sgd():
    return SGD([np.zeros(3)], lr=0.1, momentum=0.9)


def begun():
    optimizer = sgd()
    StepLR(optimizer, 5)
    return optimizer


LEAST_0 = "must be a finite number of at least 0, got"
ONE = {"max_lr": 1, "total_steps": 9}
NO_STEPS = "total_steps must be given, or epochs and steps_per_epoch, got total_steps=None, "
ERRORS = [
    (sgd, StepLR, {"step_size": 0}, "step_size must be an integer of at least 1, got 0"),
    (sgd, StepLR, {"step_size": -3}, "step_size must be an integer of at least 1, got -3"),
    (sgd, StepLR, {"step_size": 2.0}, "step_size must be an integer of at least 1, got 2.0"),
    (sgd, StepLR, {"step_size": "3"}, "step_size must be an integer of at least 1, got '3'"),
    (sgd, StepLR, {"step_size": None}, "step_size must be an integer of at least 1, got None"),
    (sgd, StepLR, {"step_size": 1, "gamma": -0.1}, f"gamma {LEAST_0} -0.1"),
    (sgd, StepLR, {"step_size": 1, "gamma": NAN}, f"gamma {LEAST_0} nan"),
    (sgd, StepLR, {"step_size": 1, "gamma": 1j}, f"gamma {LEAST_0} 1j"),
    (sgd, StepLR, {"step_size": 1, "last_epoch": -2}, "last_epoch must be an integer of at least -1, got -2"),
    (sgd, StepLR, {"step_size": 1, "last_epoch": 0.0}, "last_epoch must be an integer of at least -1, got 0.0"),
    (sgd, CosineAnnealingLR, {"T_max": 0}, "T_max must be an integer of at least 1, got 0"),
    (sgd, CosineAnnealingLR, {"T_max": 10.0}, "T_max must be an integer of at least 1, got 10.0"),
    (sgd, CosineAnnealingLR, {"T_max": [3]}, "T_max must be an integer of at least 1, got [3]"),
    (sgd, CosineAnnealingLR, {"T_max": 1, "eta_min": -1}, f"eta_min {LEAST_0} -1"),
    (sgd, CosineAnnealingLR, {"T_max": 1, "eta_min": INF}, f"eta_min {LEAST_0} inf"),
    (sgd, CosineAnnealingLR, {"T_max": 1, "last_epoch": "0"}, "last_epoch must be an integer of at least -1, got '0'"),
    (sgd, ReduceLROnPlateau, {"mode": "low"}, "mode must be \"min\" or \"max\", got 'low'"),
    (sgd, ReduceLROnPlateau, {"mode": None}, 'mode must be "min" or "max", got None'),
    (sgd, ReduceLROnPlateau, {"factor": 1.0}, "factor must be a number in [0, 1), got 1.0"),
    (sgd, ReduceLROnPlateau, {"factor": 1.5}, "factor must be a number in [0, 1), got 1.5"),
    (sgd, ReduceLROnPlateau, {"factor": -0.1}, "factor must be a number in [0, 1), got -0.1"),
    (sgd, ReduceLROnPlateau, {"factor": NAN}, "factor must be a number in [0, 1), got nan"),
    (sgd, ReduceLROnPlateau, {"patience": -1}, "patience must be an integer of at least 0, got -1"),
    (sgd, ReduceLROnPlateau, {"patience": 1.5}, "patience must be an integer of at least 0, got 1.5"),
    (sgd, ReduceLROnPlateau, {"threshold": -1e-4}, f"threshold {LEAST_0} -0.0001"),
    (sgd, ReduceLROnPlateau, {"threshold_mode": "r"}, "threshold_mode must be \"rel\" or \"abs\", got 'r'"),
    (sgd, ReduceLROnPlateau, {"cooldown": -1}, "cooldown must be an integer of at least 0, got -1"),
    (sgd, ReduceLROnPlateau, {"min_lr": -1}, f"min_lr {LEAST_0} -1"),
    (sgd, ReduceLROnPlateau, {"min_lr": [0.1]}, f"min_lr {LEAST_0} [0.1]"),
    (sgd, ReduceLROnPlateau, {"eps": NAN}, f"eps {LEAST_0} nan"),
    (sgd, OneCycleLR, {"max_lr": -1, "total_steps": 9}, f"max_lr {LEAST_0} -1"),
    (sgd, OneCycleLR, {"max_lr": "1", "total_steps": 9}, f"max_lr {LEAST_0} '1'"),
    (sgd, OneCycleLR, {"max_lr": 1}, f"{NO_STEPS}epochs=None, steps_per_epoch=None"),
    (sgd, OneCycleLR, {"max_lr": 1, "epochs": 3}, f"{NO_STEPS}epochs=3, steps_per_epoch=None"),
    (sgd, OneCycleLR, {"max_lr": 1, "steps_per_epoch": 3}, f"{NO_STEPS}epochs=None, steps_per_epoch=3"),
    (sgd, OneCycleLR, {"max_lr": 1, "total_steps": 0}, "total_steps must be an integer of at least 1, got 0"),
    (sgd, OneCycleLR, {"max_lr": 1, "total_steps": 9.0}, "total_steps must be an integer of at least 1, got 9.0"),
    (sgd, OneCycleLR, {"max_lr": 1, "epochs": 0, "steps_per_epoch": 3},
     "epochs must be an integer of at least 1, got 0"),
    (sgd, OneCycleLR, {"max_lr": 1, "epochs": 3, "steps_per_epoch": -1},
     "steps_per_epoch must be an integer of at least 1, got -1"),
    (sgd, OneCycleLR, {**ONE, "pct_start": 1.01}, "pct_start must be a number in [0, 1], got 1.01"),
    (sgd, OneCycleLR, {**ONE, "pct_start": -0.01}, "pct_start must be a number in [0, 1], got -0.01"),
    (sgd, OneCycleLR, {**ONE, "pct_start": NAN}, "pct_start must be a number in [0, 1], got nan"),
    (sgd, OneCycleLR, {**ONE, "pct_start": None}, "pct_start must be a number in [0, 1], got None"),
    (sgd, OneCycleLR, {**ONE, "anneal_strategy": "CATS"},
     "anneal_strategy must be \"cos\" or \"linear\", got 'CATS'"),
    (sgd, OneCycleLR, {**ONE, "base_momentum": -1}, "base_momentum must be a number in [0, inf), got -1"),
    (sgd, OneCycleLR, {**ONE, "max_momentum": NAN}, "max_momentum must be a number in [0, inf), got nan"),
    (lambda: Adam(params()), OneCycleLR, {**ONE, "max_momentum": 1},
     "max_momentum must be a number in [0, 1), got 1"),
    (lambda: AdamW(params()), OneCycleLR, {**ONE, "base_momentum": 2},
     "base_momentum must be a number in [0, 1), got 2"),
    (lambda: Adagrad(params()), OneCycleLR, ONE,
     "cycle_momentum must be False for an optimizer without momentum, got True"),
    (sgd, OneCycleLR, {**ONE, "div_factor": 0}, "div_factor must be a finite number above 0, got 0"),
    (sgd, OneCycleLR, {**ONE, "final_div_factor": -1},
     "final_div_factor must be a finite number above 0, got -1"),
    (begun, OneCycleLR, {**ONE, "last_epoch": 9},
     "last_epoch must be below the number of steps, 9, got 9"),
    *((sgd, scheduler, {**options, "last_epoch": 3},
       "last_epoch must be -1 where no scheduler has set optimizer.initial_lr, got 3")
      for scheduler, options in ((StepLR, {"step_size": 2}), (CosineAnnealingLR, {"T_max": 2}),
                                 (OneCycleLR, ONE))),
]


@pytest.mark.parametrize(("make", "scheduler", "options", "message"), ERRORS, ids=[str(row[1:3]) for row in ERRORS])
def test_a_refused_constructor_names_argument_and_value_and_changes_nothing(make, scheduler, options, message):
    optimizer = make()
    before = dict(vars(optimizer))
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        scheduler(optimizer, **options)
    assert vars(optimizer) == before


@pytest.mark.parametrize("scheduler", [StepLR, CosineAnnealingLR, ReduceLROnPlateau, OneCycleLR])
@pytest.mark.parametrize("optimizer", [None, 0.1, [np.zeros(3)]])
def test_needs_an_optimizer(scheduler, optimizer):
    with pytest.raises(ValueError, match=r"^optimizer must have a learning rate, a number \.lr, got "):
        scheduler(optimizer, *([] if scheduler is ReduceLROnPlateau else [1]))


@pytest.mark.parametrize("metric", [
    None, "1.0", 1j, [1.0], np.ones(1), np.ones((1, 1)), np.array(1j), np.array("1"), np.array(None), {}, object(),
])
def test_a_refused_metric_changes_nothing(metric):
    optimizer = sgd()
    scheduler = ReduceLROnPlateau(optimizer, patience=0)
    scheduler.step(1.0)
    before = dict(vars(scheduler)), dict(vars(optimizer))
    with pytest.raises(ValueError, match=r"^metric must be a real number, got "):
        scheduler.step(metric)
    assert (vars(scheduler), vars(optimizer)) == before


@pytest.mark.parametrize(("scheduler", "options"), [
    (StepLR, {"step_size": 2}), (CosineAnnealingLR, {"T_max": 2}), (OneCycleLR, ONE),
])
def test_step_takes_no_argument(scheduler, options):
    made = scheduler(sgd(), **options)
    with pytest.raises(TypeError):
        made.step(1)
    assert made.last_epoch == 0
