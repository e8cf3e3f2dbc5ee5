"""The schedulers: tables of blocks against their formulas, PyTorch's runs, and rules that hold for every one."""

import inspect
import json
from fractions import Fraction

import numpy as np
import pytest

from scratch import optimizers, schedulers
from scratch.evidence import recorded as load
from scratch.evidence.schedulers import (
    CASES,
    CLOSE,
    ETA_0,
    METRICS,
    NO_METRICS,
    REFUSED,
    T_MAX,
    play,
    refuses,
    sgd,
    takes,
)
from scratch.formulas import prove, t
from scratch.formulas import schedulers as formulas
from scratch.optimizers import SGD, Adagrad, Adam, AdamW, RMSprop
from scratch.schedulers import CosineAnnealingLR, OneCycleLR, ReduceLROnPlateau, StepLR

PYTORCH = 1e-13  # of the largest rate: PyTorch's own error in its recursion, and where it takes max - (max - min)


def params():
    return [np.zeros(3)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_agrees_with_its_formulas(case):
    assert max(case.errors()) <= CLOSE


def test_the_recursions_follow_from_the_closed_forms():
    closed, epoch, T = formulas.cosine_annealing_lr.right, formulas.epoch, formulas.T
    (h, height), (_, rule) = formulas.cosine_annealing_lr_recursion.assignments
    (falling, _), (rising, _) = rule.args
    assert formulas.cosine_annealing_lr_recursion.state[formulas.height_1] == (h, height.subs(t, 0))
    before = {formulas.eta_1: closed.subs(epoch, t - 1), h: height, formulas.height_1: height.subs(t, t - 1)}
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
        ["SGD", {"lr": 0.3}],
        ["SGD", {"lr": 0.3, "momentum": 0.9}],
        ["RMSprop", {"lr": 0.3}],
        ["Adam", {"lr": 0.3}],
    ][rng.integers(4)]
    step = ["StepLR", {"step_size": int(rng.integers(1, 9)), "gamma": float(rng.uniform(0.3, 1.2))}]
    cosine = ["CosineAnnealingLR", {"T_max": int(rng.integers(1, 12)), "eta_min": float(rng.uniform(0, 0.4))}]
    plateau = [
        "ReduceLROnPlateau",
        {
            "mode": str(rng.choice(["min", "max"])),
            "threshold_mode": str(rng.choice(["rel", "abs"])),
            "factor": float(rng.uniform(0.1, 0.9)),
            "patience": int(rng.integers(4)),
            "cooldown": int(rng.integers(4)),
            "threshold": float(rng.uniform(0, 0.3)),
            "min_lr": float(rng.uniform(0, 0.1)),
        },
    ]
    steps = int(rng.integers(2, 40))
    cycle = [
        "OneCycleLR",
        {
            "max_lr": float(rng.uniform(0.1, 3)),
            "total_steps": steps,
            "pct_start": float(rng.uniform(0, 1)),
            "anneal_strategy": str(rng.choice(["cos", "linear"])),
            "three_phase": bool(rng.integers(2)),
            "div_factor": float(rng.uniform(2, 30)),
            "final_div_factor": float(rng.uniform(2, 1e4)),
        },
    ]
    done = int(rng.integers(0, steps))
    events = [
        [
            step,
            ["step", 20],
            ["lr", 0.7],
            ["step", 20],
            ["forget", 0],
            ["StepLR", {**step[1], "last_epoch": done}],
            ["step", 9],
        ],
        [cosine, ["step", done], ["forget", 0], ["CosineAnnealingLR", {**cosine[1], "last_epoch": done}], ["step", 30]],
        [step, cosine, ["step", 20], ["lr", 0.2], ["step", 20]],
        [plateau, ["metrics", rng.normal(2, 0.2, 60).tolist()]],
        [cycle, ["step", steps - 1]],
        [
            cycle,
            ["step", done],
            ["forget", 0],
            ["OneCycleLR", {**cycle[1], "last_epoch": done - 1}],
            ["step", steps - 1 - done],
            ["forget", 0],
            cosine,
            ["step", 20],
        ],
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


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"patience": 2}, [0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001, 0.001]),
        ({"patience": 0, "cooldown": 2}, [0.1, 0.1, 0.01, 0.01, 0.01, 0.001, 0.001, 0.001, 1e-4, 1e-4, 1e-4]),
    ],
)
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


@pytest.mark.parametrize(("make", "momentum"), [(SGD, True), (RMSprop, True), (Adam, False), (AdamW, False)])
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
    for scheduler in (
        StepLR(optimizer, 2, last_epoch=0),
        CosineAnnealingLR(optimizer, 3, last_epoch=0),
        OneCycleLR(optimizer, 1.0, total_steps=9, last_epoch=0),
    ):
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
    for make in (
        lambda: CosineAnnealingLR(optimizer, np.uint8(200)),
        lambda: OneCycleLR(
            optimizer, number, epochs=np.uint8(20), steps_per_epoch=np.uint8(20), cycle_momentum=np.bool_(True)
        ),
    ):
        scheduler = make()
        for _ in range(300):
            scheduler.step()
        assert type(optimizer.lr) is float
    reducer = ReduceLROnPlateau(optimizer, patience=np.uint8(0))
    for metric in (number, np.asarray(number), np.asarray(number)):
        reducer.step(metric)
    assert type(optimizer.lr) is float
    assert reducer.best == number


HUGE, SECONDS, DAYS = (10**400, np.timedelta64(3, "s"), np.timedelta64(3))  # no float, no number, float() takes it
LEAST_0, ABOVE_0 = ("must be a finite number of at least 0, got", "must be a finite number above 0, got")
ODD = [  # numbers that no float holds, lengths of time, quotients beyond the largest float
    *(
        (sgd, scheduler, {**options, name: value}, f"{name} {rule} {value!r}")
        for value in (HUGE, SECONDS, DAYS)
        for scheduler, options, name, rule in (
            (StepLR, {"step_size": 1}, "gamma", LEAST_0),
            (CosineAnnealingLR, {"T_max": 1}, "eta_min", LEAST_0),
            (ReduceLROnPlateau, {}, "factor", "must be a number in [0, 1), got"),
            (ReduceLROnPlateau, {}, "threshold", LEAST_0),
            (ReduceLROnPlateau, {}, "min_lr", LEAST_0),
            (ReduceLROnPlateau, {}, "eps", LEAST_0),
            (OneCycleLR, {"total_steps": 9}, "max_lr", LEAST_0),
            (OneCycleLR, {"max_lr": 1, "total_steps": 9}, "pct_start", "must be a number in [0, 1], got"),
            (OneCycleLR, {"max_lr": 1, "total_steps": 9}, "max_momentum", "must be a number in [0, inf), got"),
            (OneCycleLR, {"max_lr": 1, "total_steps": 9}, "div_factor", ABOVE_0),
            (OneCycleLR, {"max_lr": 1, "total_steps": 9}, "final_div_factor", ABOVE_0),
        )
    ),
    (sgd, StepLR, {"step_size": DAYS}, f"step_size must be an integer of at least 1, got {DAYS!r}"),
    (sgd, CosineAnnealingLR, {"T_max": SECONDS}, f"T_max must be an integer of at least 1, got {SECONDS!r}"),
    (
        sgd,
        ReduceLROnPlateau,
        {"factor": Fraction(HUGE, HUGE + 1)},
        f"factor must be a number in [0, 1), got {Fraction(HUGE, HUGE + 1)!r}",
    ),
    (sgd, OneCycleLR, {"max_lr": 1, "total_steps": HUGE}, f"total_steps must fit into a float, got {HUGE}"),
    (
        sgd,
        OneCycleLR,
        {"max_lr": 1, "epochs": 10**200, "steps_per_epoch": 10**200},
        f"total_steps must fit into a float, got {HUGE}",
    ),
    (
        sgd,
        OneCycleLR,
        {"max_lr": 1, "total_steps": 9, "div_factor": Fraction(1, HUGE)},
        f"div_factor {ABOVE_0} {Fraction(1, HUGE)!r}",
    ),
    (
        sgd,
        OneCycleLR,
        {"max_lr": 1, "total_steps": 9, "div_factor": 1e-320},
        f"div_factor must be large enough for a finite rate, got {1e-320!r}",
    ),
    (
        sgd,
        OneCycleLR,
        {"max_lr": 1, "total_steps": 9, "final_div_factor": 1e-320},
        f"final_div_factor must be large enough for a finite rate, got {1e-320!r}",
    ),
]


@pytest.mark.parametrize("row", [*REFUSED, *ODD], ids=[str(row[1:3])[:99] for row in [*REFUSED, *ODD]])
def test_a_refused_constructor_names_argument_and_value_and_changes_nothing(row):
    assert refuses(*row)


NEITHER = [HUGE, -HUGE, SECONDS, DAYS, np.ma.masked, np.ma.array(1.0, mask=True)]


def test_metrics_are_numbers_and_others_change_nothing():
    assert [takes(metric) for metric in METRICS] == [True] * len(METRICS)
    assert [takes(metric) for metric in [*NO_METRICS, *NEITHER]] == [False] * len([*NO_METRICS, *NEITHER])


@pytest.mark.parametrize(
    "make",
    [
        lambda optimizer: StepLR(optimizer, 1),
        lambda optimizer: CosineAnnealingLR(optimizer, 3),
        lambda optimizer: ReduceLROnPlateau(optimizer, patience=0),
    ],
)
def test_a_step_without_a_rate_changes_nothing(make):
    optimizer = sgd()
    scheduler = make(optimizer)
    metric = [0.5] if isinstance(scheduler, ReduceLROnPlateau) else []
    for lr in (None, "fast", 10**400):
        optimizer.lr = lr
        before = dict(vars(scheduler)), dict(vars(optimizer))
        with pytest.raises((TypeError, ValueError, OverflowError)):
            scheduler.step(*metric)
        assert (vars(scheduler), vars(optimizer)) == before


def test_an_optimizer_whose_rate_no_float_holds_is_refused():
    optimizer = sgd()
    optimizer.lr = HUGE
    with pytest.raises(ValueError, match="optimizer must have a learning rate"):
        StepLR(optimizer, 1)
    assert not hasattr(optimizer, "initial_lr")


def test_counts_may_be_larger_than_any_float():
    for make in (StepLR, CosineAnnealingLR):
        optimizer = sgd()
        make(optimizer, HUGE).step()
        assert optimizer.lr == 0.1
    optimizer = sgd()
    scheduler = ReduceLROnPlateau(optimizer, patience=HUGE, cooldown=HUGE)
    for _ in range(20):
        scheduler.step(1.0)
    assert optimizer.lr == 0.1


@pytest.mark.parametrize("threshold", [1, 1.5])
def test_a_relative_threshold_of_1_or_more_is_never_beaten(threshold):
    scheduler = ReduceLROnPlateau(sgd(), threshold=threshold)
    for metric in (1.0, 0.5, 0.0, -1.0, -1e300):
        scheduler.step(metric)
    assert (scheduler.best, scheduler.num_bad_epochs) == (np.inf, 5)


@pytest.mark.parametrize(
    ("scheduler", "options"),
    [(StepLR, {"step_size": 2}), (CosineAnnealingLR, {"T_max": 2}), (OneCycleLR, {"max_lr": 1, "total_steps": 9})],
)
def test_step_takes_no_argument(scheduler, options):
    made = scheduler(sgd(), **options)
    with pytest.raises(TypeError):
        made.step(1)
    assert made.last_epoch == 0
