"""The schedulers: the rows of evidence, PyTorch's runs, what is refused, and rules that hold for every one."""

import copy
import inspect
import pickle
from fractions import Fraction

import numpy as np
import pytest

from scratch import optimizers, schedulers
from scratch.evidence import FORMULA, PYTORCH
from scratch.evidence.schedulers import ALLOWED, ROWS, distance, play, recorded_runs
from scratch.formulas import prove, t
from scratch.formulas import schedulers as f
from scratch.optimizers import SGD, Adagrad, Adam, AdamW, RMSprop
from scratch.schedulers import CosineAnnealingLR, OneCycleLR, ReduceLROnPlateau, StepLR

NAN, INF = float("nan"), float("inf")
RIGHT = {  # options that each takes
    StepLR: {"step_size": 2},
    CosineAnnealingLR: {"T_max": 3},
    ReduceLROnPlateau: {"patience": 0},
    OneCycleLR: {"max_lr": 1, "total_steps": 9},
}
every_scheduler = pytest.mark.parametrize("scheduler", RIGHT)


def sgd(lr=0.1):
    return SGD([np.zeros(3)], lr=lr, momentum=0.9)


def metric(scheduler):
    return (1.0,) if scheduler is ReduceLROnPlateau or isinstance(scheduler, ReduceLROnPlateau) else ()


def state(*things):
    """What is held by schedulers and optimizers, to be compared."""
    return [dict(vars(thing)) for thing in things if hasattr(thing, "__dict__")]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_every_comparison_of_the_row_holds(row):
    assert [made for made in row.comparisons() if not made.holds] == []


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_epochs_are_counted_and_nothing_else_is_written(row):
    optimizer = sgd(row.lr)
    made = row.scheduler(optimizer, **row.options)
    assert made.last_epoch == 0
    for epoch, arguments in enumerate(row.inputs, 1):
        made.step(*arguments)
        assert made.last_epoch == epoch
    written = {"lr", "initial_lr"} | ({"momentum"} if row.scheduler is OneCycleLR else set())
    for name, value in vars(sgd(row.lr)).items():
        assert name in written or np.array_equal(getattr(optimizer, name), value) or name == "state"


def test_the_recursions_follow_from_the_closed_forms():
    closed, epoch, T = f.cosine_annealing_lr.right, f.epoch, f.T
    (h, height), (_, rule) = f.cosine_annealing_lr_recursion.assignments
    (falling, _), (rising, _) = rule.args
    assert f.cosine_annealing_lr_recursion.state[f.height_1] == (h, height.subs(t, 0))
    before = {f.eta_1: closed.subs(epoch, t - 1), h: height, f.height_1: height.subs(t, t - 1)}
    prove(falling.subs(before), closed.subs(epoch, t))
    prove(rising.subs(before).subs(t, T + 1), closed.subs(epoch, T + 1))
    closed, s = f.step_lr.right.doit(), f.s
    (drop, _), (rest, _) = f.step_lr_recursion.assignments[0][1].args
    prove(drop.subs(f.eta_1, closed.subs(epoch, 4 * s)), closed.subs(epoch, 5 * s))
    assert rest == f.eta_1


def test_the_cosine_stays_exact_over_long_runs():
    optimizer = sgd(1.0)
    scheduler = CosineAnnealingLR(optimizer, T_max=1000)
    for epoch in range(1, 4001):
        scheduler.step()
        if epoch % 97 == 0:
            truth = f.cosine_annealing_lr.value(float(epoch), {f.eta_0: 1.0, f.T: 1000.0})
            assert abs(optimizer.lr - truth) <= 1e-13 * truth  # 4000 steps; PyTorch is off by 1e-11 at the trough
        if epoch % 2000 == 1000:
            assert optimizer.lr == 0


# Beside PyTorch


@pytest.mark.parametrize("name", recorded_runs())
def test_agrees_with_recorded_pytorch(name):
    assert np.max(distance(*recorded_runs()[name])) <= ALLOWED[PYTORCH]


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
    plateau = {
        "mode": str(rng.choice(["min", "max"])),
        "threshold_mode": str(rng.choice(["rel", "abs"])),
        "factor": float(rng.uniform(0.1, 0.9)),
        "patience": int(rng.integers(4)),
        "cooldown": int(rng.integers(4)),
        "threshold": float(rng.uniform(0, 0.3)),
        "min_lr": float(rng.uniform(0, 0.1)),
    }
    steps = int(rng.integers(2, 40))
    cycle = {
        "max_lr": float(rng.uniform(0.1, 3)),
        "total_steps": steps,
        "pct_start": float(rng.uniform(0, 1)),
        "anneal_strategy": str(rng.choice(["cos", "linear"])),
        "three_phase": bool(rng.integers(2)),
        "div_factor": float(rng.uniform(2, 30)),
        "final_div_factor": float(rng.uniform(2, 1e4)),
    }
    done, forget = int(rng.integers(0, steps)), ["forget", 0]

    def resumed(scheduler, epoch):
        return [scheduler[0], {**scheduler[1], "last_epoch": epoch}]

    whole = ["OneCycleLR", cycle]
    events = [
        [step, ["step", 20], ["lr", 0.7], ["step", 20], forget, resumed(step, done), ["step", 9]],
        [cosine, ["step", done], forget, resumed(cosine, done), ["step", 30]],
        [step, cosine, ["step", 20], ["lr", 0.2], ["step", 20]],
        [["ReduceLROnPlateau", plateau], ["metrics", rng.normal(2, 0.2, 60).tolist()]],
        [whole, ["step", steps - 1]],
        [
            whole,
            ["step", done],
            forget,
            resumed(whole, done - 1),
            ["step", steps - 1 - done],
            forget,
            cosine,
            ["step", 20],
        ],
    ]
    return [optimizer, *events[rng.integers(len(events))]]


@pytest.mark.filterwarnings("ignore:Detected call of")  # of scheduler.step() without an optimizer.step()
def test_agrees_with_live_pytorch():
    torch = pytest.importorskip("torch")
    rng, refused = np.random.default_rng(0), 0
    for run in [random_run(rng) for _ in range(300)]:
        theirs = play(run, torch.optim, torch.optim.lr_scheduler, [torch.nn.Parameter(torch.zeros(1))])
        if min(theirs[:-1])[0] < 0:  # a rate that was led below 0: a step on from it is refused
            refused += 1
            with pytest.raises(ValueError, match=r"^optimizer.lr must be a number in \[0, inf\), got -"):
                play(run, optimizers, schedulers, [np.zeros(1)])
        else:
            assert np.max(distance(run, np.array(theirs, dtype=float))) <= ALLOWED[PYTORCH], run
    assert 0 < refused < 30


@every_scheduler
def test_signatures_are_pytorchs(scheduler):
    torch = pytest.importorskip("torch")
    theirs = getattr(torch.optim.lr_scheduler, scheduler.__name__)
    ours, theirs = (inspect.signature(made).parameters.values() for made in (scheduler, theirs))
    assert [(p.name, p.default) for p in ours] == [(p.name, p.default) for p in theirs]


# Known values and single rules


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"patience": 2}, [0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001, 0.001]),
        ({"patience": 0, "cooldown": 2}, [0.1, 0.1, 0.01, 0.01, 0.01, 0.001, 0.001, 0.001, 1e-4, 1e-4, 1e-4]),
    ],
)
def test_known_values_of_the_plateau(options, expected):
    optimizer = sgd()
    scheduler = ReduceLROnPlateau(optimizer, **options)
    rates = [optimizer.lr]
    for _ in expected[1:]:
        scheduler.step(1.0)
        rates.append(optimizer.lr)
    np.testing.assert_allclose(rates, expected, rtol=ALLOWED[FORMULA])


def test_known_values_of_one_cycle():
    optimizer = sgd()
    scheduler = OneCycleLR(optimizer, max_lr=1.0, total_steps=10)
    assert [corner[:2] for corner in scheduler.corners()] == [(0, 1 / 25), (2, 1), (9, 1 / 25 / 1e4)]
    rates = [optimizer.lr]
    for _ in range(9):
        scheduler.step()
        rates.append(optimizer.lr)
    expected = [0.04, 0.52, 1, 0.950485, 0.811746, 0.611262, 0.388742, 0.188258, 0.0495194, 4e-6]
    np.testing.assert_allclose(rates, expected, rtol=5e-6)  # six digits are printed
    assert (rates[0], rates[2], rates[9]) == (1 / 25, 1.0, 1 / 25 / 1e4)


@pytest.mark.parametrize("three_phase", [False, True])
@pytest.mark.parametrize("pct_start", [0, 0.3, 1])
def test_one_cycle_keeps_the_last_rate_once_and_then_ends(three_phase, pct_start):
    optimizer = Adam([np.zeros(3)])
    scheduler = OneCycleLR(optimizer, 1.0, total_steps=10, pct_start=pct_start, three_phase=three_phase)
    for _ in range(9):
        scheduler.step()
    last = optimizer.lr, optimizer.betas
    scheduler.step()
    assert (optimizer.lr, optimizer.betas) == last
    before = state(scheduler, optimizer)
    with pytest.raises(ValueError, match=r"^last_epoch must be below total_steps, 10, for a step, got 10$"):
        scheduler.step()
    assert state(scheduler, optimizer) == before


@pytest.mark.parametrize("steps", [*range(1, 101), 1000])
def test_one_cycle_whose_rise_ends_at_step_0_begins_at_the_peak(steps):
    optimizer = sgd()
    scheduler = OneCycleLR(optimizer, 2.0, total_steps=steps, pct_start=1 / steps)
    assert (optimizer.lr, optimizer.momentum) == (2.0, 0.85)
    for _ in range(steps):
        scheduler.step()
    if steps > 1:
        assert optimizer.lr == 2 / 25 / 1e4
        assert optimizer.momentum == 0.95


@pytest.mark.parametrize(("make", "momentum"), [(SGD, True), (RMSprop, True), (Adam, False), (AdamW, False)])
def test_one_cycle_writes_the_momentum_or_the_first_beta(make, momentum):
    optimizer = make([np.zeros(3)])
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
    optimizer = make([np.zeros(3)])
    before = {name: value for name, value in vars(optimizer).items() if name != "lr"}
    scheduler = OneCycleLR(optimizer, 1.0, total_steps=10, cycle_momentum=False, base_momentum=3, max_momentum=4)
    scheduler.step()
    assert vars(optimizer) == {**before, "lr": pytest.approx(0.52), "initial_lr": 0.04}


def test_the_first_scheduler_sets_initial_lr():
    optimizer = sgd(0.5)
    StepLR(optimizer, 1).step()
    assert (optimizer.lr, optimizer.initial_lr) == (0.05, 0.5)
    CosineAnnealingLR(optimizer, 3)
    assert (optimizer.lr, optimizer.initial_lr) == (0.05, 0.5)
    OneCycleLR(optimizer, 1.0, total_steps=9)
    assert (optimizer.lr, optimizer.initial_lr) == (0.04, 0.04)
    ReduceLROnPlateau(optimizer := sgd())
    assert not hasattr(optimizer, "initial_lr")


@pytest.mark.parametrize("scheduler", [StepLR, CosineAnnealingLR, OneCycleLR])
def test_resuming_does_not_change_initial_lr(scheduler):
    optimizer = sgd(0.5)
    optimizer.initial_lr = 2
    made = scheduler(optimizer, **RIGHT[scheduler], last_epoch=0)
    assert (made.last_epoch, optimizer.initial_lr) == (1, 2)


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


def test_a_setting_written_later_counts_from_the_next_step():
    optimizer = sgd(1.0)
    scheduler = StepLR(optimizer, step_size=1, gamma=0.5)
    scheduler.gamma = 0.25
    scheduler.step()
    assert optimizer.lr == 0.25
    cycle = OneCycleLR(optimizer, 1.0, total_steps=3, pct_start=1)
    cycle.max_lr, cycle.total_steps = 2.0, 2
    cycle.step()
    assert optimizer.lr == 2.0


@every_scheduler
def test_a_copy_goes_on_as_the_original(scheduler):
    optimizer = sgd()
    made = scheduler(optimizer, **RIGHT[scheduler])
    for copied in (copy.deepcopy, lambda pair: pickle.loads(pickle.dumps(pair))):
        optimizer_too, made_too = copied((optimizer, made))
        assert made_too.optimizer is optimizer_too
        for each in (made, made_too):
            each.step(*metric(scheduler))
        assert optimizer.lr == optimizer_too.lr


@pytest.mark.parametrize("threshold", [1, 1.5])
def test_a_relative_threshold_of_1_or_more_is_never_beaten(threshold):
    scheduler = ReduceLROnPlateau(sgd(), threshold=threshold)
    for value in (1.0, 0.5, 0.0, -1.0, -1e300):
        scheduler.step(value)
    assert (scheduler.best, scheduler.num_bad_epochs) == (np.inf, 5)


@pytest.mark.parametrize("scheduler", [StepLR, CosineAnnealingLR, OneCycleLR])
def test_step_takes_no_argument(scheduler):
    made = scheduler(sgd(), **RIGHT[scheduler])
    with pytest.raises(TypeError):
        made.step(1)
    assert made.last_epoch == 0


@pytest.mark.parametrize("number", [np.float32(0.5), np.float16(0.5), np.int8(1), np.uint8(1), True, 1, 0.5])
def test_numbers_of_any_type(number):
    optimizer = sgd(number)
    StepLR(optimizer, np.uint8(1), gamma=np.float16(0.5)).step()
    assert type(optimizer.lr) is float
    assert optimizer.lr == 0.5 * float(number)
    counts = {"epochs": np.uint8(20), "steps_per_epoch": np.uint8(20)}
    for scheduler in (
        CosineAnnealingLR(optimizer, np.uint8(200)),
        OneCycleLR(optimizer, number, **counts, cycle_momentum=np.bool_(True)),
    ):
        for _ in range(300):
            scheduler.step()
        assert type(optimizer.lr) is float
    assert scheduler.total_steps == 400
    reducer = ReduceLROnPlateau(optimizer, patience=np.uint8(0))
    for value in (number, np.asarray(number), np.asarray(number)):
        reducer.step(value)
    assert type(optimizer.lr) is float
    assert reducer.best == number


# What is refused


HUGE, SECONDS, DAYS = 10**400, np.timedelta64(3, "s"), np.timedelta64(3)  # no float, no number, float() takes it
NO_NUMBERS = [NAN, INF, 1j, "0.1", None, [0.1], HUGE, SECONDS, DAYS, np.longdouble("1e400"), np.ma.masked]
NO_INTEGERS = [2.0, *NO_NUMBERS]
AT_LEAST_0, ABOVE_0 = "a number in [0, inf)", "a number in (0, inf)"
COUNT, COUNT_0 = "an integer in [1, inf)", "an integer in [0, inf)"
NEARLY_1, NEARLY_0 = Fraction(HUGE, HUGE + 1), Fraction(1, HUGE)  # as floats 1 and 0
REFUSED = [  # a scheduler's settings, what each must be, and values that it is not
    (StepLR, "step_size", COUNT, [0, -3, *NO_INTEGERS]),
    (StepLR, "gamma", AT_LEAST_0, [-0.1, *NO_NUMBERS]),
    (StepLR, "last_epoch", "an integer in [-1, inf)", [-2, 0.0, *NO_INTEGERS]),
    (CosineAnnealingLR, "T_max", COUNT, [0, 10.0, *NO_INTEGERS]),
    (CosineAnnealingLR, "eta_min", AT_LEAST_0, [-1, *NO_NUMBERS]),
    (CosineAnnealingLR, "last_epoch", "an integer in [-1, inf)", [-2, "0", *NO_INTEGERS]),
    (ReduceLROnPlateau, "mode", '"min" or "max"', ["low", None, 1]),
    (ReduceLROnPlateau, "factor", "a number in [0, 1)", [1.0, 1.5, -0.1, NEARLY_1, *NO_NUMBERS]),
    (ReduceLROnPlateau, "patience", COUNT_0, [-1, 1.5, *NO_INTEGERS]),
    (ReduceLROnPlateau, "threshold", AT_LEAST_0, [-1e-4, *NO_NUMBERS]),
    (ReduceLROnPlateau, "threshold_mode", '"rel" or "abs"', ["r", None]),
    (ReduceLROnPlateau, "cooldown", COUNT_0, [-1, *NO_INTEGERS]),
    (ReduceLROnPlateau, "min_lr", AT_LEAST_0, [-1, *NO_NUMBERS]),
    (ReduceLROnPlateau, "eps", AT_LEAST_0, [-1e-9, *NO_NUMBERS]),
    (OneCycleLR, "max_lr", AT_LEAST_0, [-1, *NO_NUMBERS]),
    (OneCycleLR, "total_steps", COUNT, [0, 9.0, -1]),
    (OneCycleLR, "epochs", COUNT, [0, 9.0, "3"]),
    (OneCycleLR, "steps_per_epoch", COUNT, [-1, 9.0, "3"]),
    (OneCycleLR, "pct_start", "a number in [0, 1]", [1.01, -0.01, *NO_NUMBERS]),
    (OneCycleLR, "anneal_strategy", '"cos" or "linear"', ["sine", None]),
    (OneCycleLR, "cycle_momentum", "True or False", [1, None, "no"]),
    (OneCycleLR, "base_momentum", AT_LEAST_0, [-1, *NO_NUMBERS]),
    (OneCycleLR, "max_momentum", AT_LEAST_0, [-1, *NO_NUMBERS]),
    (OneCycleLR, "div_factor", ABOVE_0, [0, -1, NEARLY_0, *NO_NUMBERS]),
    (OneCycleLR, "final_div_factor", ABOVE_0, [0, -1, NEARLY_0, *NO_NUMBERS]),
    (OneCycleLR, "three_phase", "True or False", [1, None, "no"]),
    (OneCycleLR, "last_epoch", "an integer in [-1, inf)", [-2, 0.0, *NO_INTEGERS]),
]
WRITTEN = [  # what can be written later only
    (StepLR, "optimizer", "an object with a learning rate .lr", [None, 0.1, "sgd"]),
    (CosineAnnealingLR, "base_lr", AT_LEAST_0, [-1, *NO_NUMBERS]),
    (ReduceLROnPlateau, "best", "a number in [-inf, inf]", [NAN, None, "1", HUGE, np.ma.masked]),
    (ReduceLROnPlateau, "num_bad_epochs", COUNT_0, [-1, *NO_INTEGERS]),
    (ReduceLROnPlateau, "cooldown_counter", COUNT_0, [-1, *NO_INTEGERS]),
    (OneCycleLR, "total_steps", COUNT, [None]),
]


def test_every_option_stands_in_the_table_of_what_is_refused():
    for scheduler in RIGHT:
        names = [name for row, name, _, _ in REFUSED if row is scheduler]
        assert names == list(inspect.signature(scheduler).parameters)[1:]


def refused(message, things, call, *args, **options):
    """Assert that a call raises exactly this ValueError and changes none of the things."""
    before = state(*things)
    with pytest.raises(ValueError) as caught:
        call(*args, **options)
    assert str(caught.value) == message
    assert state(*things) == before


@pytest.mark.parametrize(("scheduler", "name", "what", "values"), REFUSED, ids=lambda value: str(value)[:40])
def test_a_refused_constructor_names_argument_and_value_and_changes_nothing(scheduler, name, what, values):
    for value in values:
        optimizer, options = sgd(), {**RIGHT[scheduler], name: value}
        refused(f"{name} must be {what}, got {value!r}", [optimizer], scheduler, optimizer, **options)


@pytest.mark.parametrize(
    ("scheduler", "name", "what", "values"), [*REFUSED, *WRITTEN], ids=lambda value: str(value)[:40]
)
def test_what_a_constructor_refuses_a_step_refuses(scheduler, name, what, values):
    optimizer, control = sgd(), sgd()
    made, same = (scheduler(each, **RIGHT[scheduler]) for each in (optimizer, control))
    if not hasattr(made, name):
        assert name in ("epochs", "steps_per_epoch")
        return
    right = getattr(made, name)
    for value in values:
        setattr(made, name, value)
        refused(f"{name} must be {what}, got {value!r}", [made, optimizer], made.step, *metric(made))
    setattr(made, name, right)
    for each in (made, same):
        each.step(*metric(made))
    assert optimizer.lr == control.lr


@every_scheduler
@pytest.mark.parametrize("lr", [-1, "fast", *NO_NUMBERS], ids=str)
def test_a_rate_that_is_none_is_refused_and_changes_nothing(scheduler, lr):
    message = f"optimizer.lr must be a number in [0, inf), got {lr!r}"
    optimizer, later = sgd(), sgd()
    optimizer.lr = lr
    refused(message, [optimizer], scheduler, optimizer, **RIGHT[scheduler])
    made = scheduler(later, **RIGHT[scheduler])
    later.lr = lr
    refused(message, [made, later], made.step, *metric(scheduler))


def begun():
    """An optimizer that had a scheduler."""
    optimizer = sgd()
    StepLR(optimizer, 5)
    return optimizer


def started(value):
    """An optimizer with a first rate that is none."""
    optimizer = sgd()
    optimizer.initial_lr = value
    return optimizer


def betas(value):
    optimizer = Adam([np.zeros(1)])
    optimizer.betas = value
    return optimizer


_ONE = RIGHT[OneCycleLR]
_NO_STEPS = "total_steps must be given, or epochs and steps_per_epoch, got {'total_steps': None, "
_NEVER = "last_epoch must be -1 for an optimizer that had no scheduler (it has no initial_lr), got 3"
_NO_RATE = "optimizer must be an object with a learning rate .lr, got"


@pytest.mark.parametrize(
    ("make", "scheduler", "options", "message"),
    [
        (sgd, StepLR, {"step_size": 2, "last_epoch": 3}, _NEVER),
        (sgd, CosineAnnealingLR, {"T_max": 2, "last_epoch": 3}, _NEVER),
        (sgd, OneCycleLR, {**_ONE, "last_epoch": 3}, _NEVER),
        (begun, OneCycleLR, {**_ONE, "last_epoch": 9}, "last_epoch must be below total_steps, 9, for a step, got 9"),
        (lambda: started("a"), StepLR, {"step_size": 2}, "optimizer.initial_lr must be a number in [0, inf), got 'a'"),
        (
            lambda: started(-1),
            CosineAnnealingLR,
            {"T_max": 2},
            "optimizer.initial_lr must be a number in [0, inf), got -1",
        ),
        (sgd, OneCycleLR, {"max_lr": 1}, f"{_NO_STEPS}'epochs': None, 'steps_per_epoch': None}}"),
        (sgd, OneCycleLR, {"max_lr": 1, "epochs": 3}, f"{_NO_STEPS}'epochs': 3, 'steps_per_epoch': None}}"),
        (sgd, OneCycleLR, {"max_lr": 1, "steps_per_epoch": 3}, f"{_NO_STEPS}'epochs': None, 'steps_per_epoch': 3}}"),
        (sgd, OneCycleLR, {"max_lr": 1, "total_steps": HUGE}, f"total_steps must be {COUNT}, got {HUGE}"),
        (
            sgd,
            OneCycleLR,
            {"max_lr": 1, "epochs": 10**200, "steps_per_epoch": 10**200},
            f"total_steps must be {COUNT}, got {HUGE}",
        ),
        (sgd, OneCycleLR, {**_ONE, "div_factor": 1e-320}, "max_lr / div_factor must be a finite number, got inf"),
        (
            sgd,
            OneCycleLR,
            {**_ONE, "final_div_factor": 1e-320},
            "max_lr / div_factor / final_div_factor must be a finite number, got inf",
        ),
        (
            lambda: betas((0.9, 0.9)),
            OneCycleLR,
            {**_ONE, "max_momentum": 1},
            "max_momentum must be a number in [0, 1), got 1.0",
        ),
        (
            lambda: betas((0.9, 0.9)),
            OneCycleLR,
            {**_ONE, "base_momentum": 2},
            "base_momentum must be a number in [0, 1), got 2.0",
        ),
        (lambda: betas(None), OneCycleLR, _ONE, "optimizer.betas must be a pair of numbers in [0, 1), got None"),
        (
            lambda: betas((0.9, 2)),
            OneCycleLR,
            _ONE,
            "optimizer.betas must be a pair of numbers in [0, 1), got (0.9, 2)",
        ),
        (
            lambda: Adagrad([np.zeros(1)]),
            OneCycleLR,
            _ONE,
            "cycle_momentum must be False for an optimizer without momentum, got True",
        ),
        (lambda: None, StepLR, {"step_size": 1}, f"{_NO_RATE} None"),
        (lambda: 0.1, CosineAnnealingLR, {"T_max": 1}, f"{_NO_RATE} 0.1"),
        (lambda: "sgd", ReduceLROnPlateau, {}, f"{_NO_RATE} 'sgd'"),
        (lambda: None, OneCycleLR, _ONE, f"{_NO_RATE} None"),
    ],
)
def test_what_no_option_shows_alone(make, scheduler, options, message):
    optimizer = make()
    refused(message, [optimizer], scheduler, optimizer, **options)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda cycle: setattr(cycle, "total_steps", 1), "last_epoch must be below total_steps, 1, for a step, got 1"),
        (lambda cycle: setattr(cycle, "last_epoch", 10), "last_epoch must be below total_steps, 9, for a step, got 10"),
        (lambda cycle: setattr(cycle, "div_factor", 1e-320), "max_lr / div_factor must be a finite number, got inf"),
        (lambda cycle: setattr(cycle, "base_momentum", 1), "base_momentum must be a number in [0, 1), got 1.0"),
        (
            lambda cycle: setattr(cycle.optimizer, "betas", 0.9),
            "optimizer.betas must be a pair of numbers in [0, 1), got 0.9",
        ),
        (
            lambda cycle: delattr(cycle.optimizer, "betas"),
            "cycle_momentum must be False for an optimizer without momentum, got True",
        ),
    ],
)
def test_what_no_setting_of_a_cycle_shows_alone_a_step_refuses(change, message):
    optimizer = Adam([np.zeros(1)])
    cycle = OneCycleLR(optimizer, **_ONE)
    cycle.step()
    change(cycle)
    refused(message, [cycle, optimizer], cycle.step)


METRICS = [1, 0.5, True, NAN, -INF, INF, np.float32(0.5), np.int64(2), np.array(0.5), np.array(3), np.array(True)]
METRICS += [Fraction(1, 3), np.float16("nan"), np.longdouble("inf")]
NO_METRICS = [None, "1.0", 1j, [1.0], {}, np.ones(1), np.ones((1, 1)), np.array(1j), np.array("1"), np.array(None)]
NO_METRICS += [HUGE, -HUGE, SECONDS, DAYS, np.array(DAYS), np.ma.masked, np.ma.array(1.0, mask=True), np.ma.array(1.0)]


def test_metrics_are_numbers_and_others_change_nothing():
    optimizer = sgd()
    scheduler = ReduceLROnPlateau(optimizer, patience=0)
    for value in METRICS:
        ReduceLROnPlateau(sgd()).step(value)
    scheduler.step(1.0)
    for value in NO_METRICS:
        refused(f"metric must be a real number, got {value!r}", [scheduler, optimizer], scheduler.step, value)


def test_a_rate_below_the_least_that_is_led_below_0_is_refused():
    optimizer = sgd(1.0)
    scheduler = CosineAnnealingLR(optimizer, T_max=4, eta_min=0.5)
    for _ in range(5):
        scheduler.step()
    optimizer.lr = 0.1
    scheduler.step()
    assert optimizer.lr < 0
    message = f"optimizer.lr must be a number in [0, inf), got {optimizer.lr!r}"
    refused(message, [scheduler, optimizer], scheduler.step)
