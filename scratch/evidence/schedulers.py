"""How the schedulers move the rate and the momentum, epoch by epoch: what the tests and the page compare."""

from dataclasses import dataclass

import mpmath
import numpy as np

from scratch.formulas import schedulers as formulas
from scratch.optimizers import SGD, Adagrad, Adam, AdamW
from scratch.schedulers import CosineAnnealingLR, OneCycleLR, ReduceLROnPlateau, StepLR


def play(run, optimizers, schedulers, params):
    """The learning rates and momenta of a run: one pair per scheduler made and per step.

    run: first the optimizer's name with its options; then events, pairs (what, value): a scheduler's name with its
    options; "step" with the number of steps that every scheduler makes in turn, or "metrics" with the numbers they are
    given; "lr" with a rate that is set by hand; "forget" (any value), after which the schedulers before rest.
    optimizers, schedulers: the modules of the names, this package's or PyTorch's. params: what is to be optimized.
    """
    (name, options), *events = run
    optimizer = getattr(optimizers, name)(params, **options)
    values = optimizer.param_groups[0] if hasattr(optimizer, "param_groups") else vars(optimizer)
    active, trace = [], []
    for what, value in events:
        metrics = [()] * value if what == "step" else [(number,) for number in value] if what == "metrics" else []
        for metric in metrics:
            for scheduler in active:
                scheduler.step(*metric)
            trace.append(_lr_and_momentum(values))
        if what == "lr":
            values["lr"] = value
        elif what == "forget":
            active = []
        elif hasattr(schedulers, what):
            active.append(getattr(schedulers, what)(optimizer, **value))
            trace.append(_lr_and_momentum(values))
    return trace


def _lr_and_momentum(values):
    return values["lr"], values.get("momentum", values.get("betas", (0.0,))[0])


@dataclass(frozen=True)
class Case:
    """A scheduler with its options; its formulas, with the same options under the papers' names.

    formula, recursion, momentum: the closed form and the recursion of the rate and the closed form of the momentum,
    those that there are. inputs: the number of steps, or the metrics.
    """

    scheduler: type
    formula: object
    recursion: object
    momentum: object
    options: dict
    symbols: dict
    inputs: object = 200
    lr: float = 0.1

    def __str__(self):
        inputs = self.inputs if isinstance(self.inputs, int) else f"{len(self.inputs)} metrics from {self.inputs[:3]}"
        return f"{self.scheduler.__name__} {self.options} {inputs} {self.lr}"

    def errors(self):
        """The relative errors of the code, in every epoch, against every formula."""
        metrics = [()] * self.inputs if isinstance(self.inputs, int) else [(metric,) for metric in self.inputs]
        optimizer = SGD([np.zeros(1)], lr=self.lr, momentum=0.5)
        scheduler = self.scheduler(optimizer, **self.options)
        errors = self._closed_errors(optimizer, 0)
        history = []
        if self.recursion is not None:
            given = {} if isinstance(self.inputs, int) else {formulas.m: self.inputs}
            history = self.recursion.run(len(metrics), given, **{ETA_0: float(self.lr), **self.symbols})
        for epoch, metric in enumerate(metrics, 1):
            scheduler.step(*metric)
            errors += self._closed_errors(optimizer, epoch)
            for symbol, value in history[epoch - 1].items() if history else ():
                if symbol in READ:
                    errors.append(_error(READ[symbol](optimizer, scheduler), value))
            errors.append(_error(scheduler.last_epoch, epoch))
        return errors

    def _closed_errors(self, optimizer, epoch):
        errors = []
        for formula, value in ((self.formula, optimizer.lr), (self.momentum, optimizer.momentum)):
            if formula is not None:
                names = {symbol.name for symbol in formula.explicit(formula.right).free_symbols}
                symbols = {name: v for name, v in {ETA_0: float(self.lr), **self.symbols}.items() if name in names}
                errors.append(_error(value, formula.value(float(epoch), **symbols)))
        return errors if self.momentum is not None else [*errors, _error(optimizer.momentum, 0.5)]


READ = {  # what the code calls that which the recursions assign
    formulas.eta: lambda optimizer, scheduler: optimizer.lr,
    formulas.best: lambda optimizer, scheduler: scheduler.best,
    formulas.bad: lambda optimizer, scheduler: scheduler.num_bad_epochs,
    formulas.cool: lambda optimizer, scheduler: scheduler.cooldown_counter,
}


def _error(value, exact):
    if value == exact:
        return 0.0
    with mpmath.workdps(60):
        error = abs(mpmath.mpf(float(value)) - exact) / abs(exact) if exact else mpmath.inf
    return float(error) if error == error else np.inf


T_MAX, ETA_0, ETA_MIN, ETA_MAX, D_END = (r"T_{\max}", r"\eta_0", r"\eta_{\min}", r"\eta_{\max}", r"d_{\text{end}}")
MU_MIN, MU_MAX = r"\mu_{\min}", r"\mu_{\max}"
STEP = StepLR, formulas.step_lr, formulas.step_lr_recursion, None
COSINE = (CosineAnnealingLR, formulas.cosine_annealing_lr, formulas.cosine_annealing_lr_recursion, None)
CYCLES = [
    ((OneCycleLR, formulas.one_cycle_lr(**options), None, formulas.one_cycle_momentum(**options)), options)
    for options in (
        {},
        {"three_phase": True},
        {"anneal_strategy": "linear"},
        {"anneal_strategy": "linear", "three_phase": True},
    )
]
RULES = [
    ((ReduceLROnPlateau, None, rule, None), options)
    for rule, options in (
        (formulas.reduce_lr_on_plateau, {}),
        (formulas.plateau("min", "abs"), {"threshold_mode": "abs"}),
        (formulas.plateau("max", "rel"), {"mode": "max"}),
        (formulas.plateau("max", "abs"), {"mode": "max", "threshold_mode": "abs"}),
    )
]
CYCLE, CYCLE_3, _, LINEAR_3 = CYCLES
(PLATEAU, _), *_ = RULES
NAN, INF = float("nan"), float("inf")
ODD = [NAN, INF, 1.0, NAN, NAN, NAN, -INF, NAN, 0.0, -1.0, -0.9999, -1.0, -1.0, -1.0]
HALVES = [1.0, 0.5, 0.5, 0.25, 0.25, 0.75, 1.0, 1.5, 1.5, 2.0, 2.25, 2.25, 3.0, 3.375, 3.375]  # ties with the bound
CURVE = (2 * np.exp(-np.arange(80) / 8) + 0.1 * np.random.default_rng(0).normal(size=80) + 1).tolist()


def _cycle(kind, options=None, symbols=None):
    blocks, shape = kind
    options = {"max_lr": 2, "total_steps": 60, **shape, **(options or {})}
    return Case(*blocks, options, {ETA_MAX: 2.0, "N": 60.0, **(symbols or {})}, 59)


CASES = [
    Case(*STEP, {"step_size": 30}, {"s": 30.0}),
    Case(*STEP, {"step_size": 1}, {"s": 1.0}, 30),
    Case(*STEP, {"step_size": 7, "gamma": 0.5}, {"s": 7.0, "gamma": 0.5}, lr=1),
    Case(*STEP, {"step_size": 3, "gamma": 1.5}, {"s": 3.0, "gamma": 1.5}, 60),
    Case(*STEP, {"step_size": 3, "gamma": 0}, {"s": 3.0, "gamma": 0.0}, 10),
    Case(*COSINE, {"T_max": 50}, {T_MAX: 50.0}),
    Case(*COSINE, {"T_max": 1}, {T_MAX: 1.0}, 9),
    Case(*COSINE, {"T_max": 2, "eta_min": 0.02}, {T_MAX: 2.0, ETA_MIN: 0.02}, 20),
    Case(*COSINE, {"T_max": 7, "eta_min": 0.5}, {T_MAX: 7.0, ETA_MIN: 0.5}, 50),
    Case(*COSINE, {"T_max": 33, "eta_min": 0.01}, {T_MAX: 33.0, ETA_MIN: 0.01}, lr=3),
    Case(*PLATEAU, {}, {}, [1.0] * 90),
    Case(*PLATEAU, {}, {}, [1.0] + [0.99991] * 13),  # not better by the threshold
    Case(*PLATEAU, {}, {}, [1.0] + [0.99989] * 13),  # better by it, once
    Case(*PLATEAU, {}, {}, [1.0] * 12, lr=1.15e-8),  # a reduction by more than eps
    Case(*PLATEAU, {}, {}, [1.0] * 12, lr=1.1e-8),  # and by less
    Case(*PLATEAU, {"eps": 0}, {"varepsilon": 0.0}, [1.0] * 400, lr=1e-3),
    Case(*PLATEAU, {}, {}, CURVE),
    Case(*PLATEAU, {"patience": 0, "factor": 0.5}, {"P": 0.0, "gamma": 0.5}, CURVE),
    Case(*PLATEAU, {"patience": 2, "cooldown": 3}, {"P": 2.0, "C": 3.0}, CURVE),
    Case(*PLATEAU, {"patience": 2, "cooldown": 5, "factor": 0}, {"P": 2.0, "C": 5.0, "gamma": 0.0}, CURVE),
    Case(*PLATEAU, {"patience": 1, "min_lr": 3e-3}, {"P": 1.0, ETA_MIN: 3e-3}, CURVE),
    Case(*PLATEAU, {"patience": 1, "min_lr": 0.5}, {"P": 1.0, ETA_MIN: 0.5}, CURVE),
    Case(*PLATEAU, {"patience": 0, "factor": 0.5, "eps": 0.25}, {"P": 0.0, "gamma": 0.5, "varepsilon": 0.25}, CURVE, 1),
    *(
        Case(
            *rule,
            {"patience": 0, "factor": 0.5, "threshold": 0.5, **mode},
            {"P": 0.0, "gamma": 0.5, "theta": 0.5},
            metrics,
        )
        for rule, mode in RULES
        for metrics in (HALVES, ODD, CURVE)
    ),
    *(Case(*rule, {"patience": 1, **mode}, {"P": 1.0}, ODD) for rule, mode in RULES),
    *(_cycle(kind, {"pct_start": share}, {"p": share}) for kind in CYCLES for share in (0, 0.01, 0.25, 0.5, 0.7, 1)),
    *(_cycle(kind) for kind in CYCLES),
    _cycle(CYCLE, {"div_factor": 3, "final_div_factor": 70}, {"d": 3.0, D_END: 70.0}),
    _cycle(CYCLE, {"div_factor": 0.5, "final_div_factor": 0.25}, {"d": 0.5, D_END: 0.25}),
    _cycle(CYCLE_3, {"base_momentum": 0.2, "max_momentum": 0.6}, {MU_MIN: 0.2, MU_MAX: 0.6}),
    _cycle(CYCLE, {"base_momentum": 0, "max_momentum": 0}, {MU_MIN: 0.0, MU_MAX: 0.0}),
    _cycle(LINEAR_3, {"base_momentum": 1, "max_momentum": 22}, {MU_MIN: 1.0, MU_MAX: 22.0}),
    Case(*CYCLE[0], {"max_lr": 1, "epochs": 3, "steps_per_epoch": 7}, {ETA_MAX: 1.0, "N": 21.0}, 20),
    Case(*CYCLE[0], {"max_lr": 1, "total_steps": 1}, {ETA_MAX: 1.0, "N": 1.0}, 0),
    Case(*LINEAR_3[0], {"max_lr": 1, "total_steps": 2, **LINEAR_3[1]}, {ETA_MAX: 1.0, "N": 2.0}, 1),
]
CLOSE = 1e-14  # relative: each of 200 steps rounds four times by at most 1.1e-16, up as often as down


METRICS = [1, 0.5, True, NAN, -INF, np.float32(0.5), np.int64(2), np.array(0.5), np.array(3)]
NO_METRICS = [
    None,
    "1.0",
    1j,
    [1.0],
    {},
    object(),
    np.ones(1),
    np.ones((1, 1)),
    np.array(1j),
    np.array("1"),
    np.array(None),
]


def sgd():
    """An optimizer that had no scheduler yet."""
    return SGD([np.zeros(1)], lr=0.1, momentum=0.9)


def begun():
    """An optimizer that had one."""
    optimizer = sgd()
    StepLR(optimizer, 5)
    return optimizer


_ONE = {"max_lr": 1, "total_steps": 9}
_LEAST_0 = "must be a finite number of at least 0, got"
_NO_STEPS = "total_steps must be given, or epochs and steps_per_epoch, got {'total_steps': None, "
_NEVER = "last_epoch must be -1 for an optimizer that had no scheduler (it has no initial_lr), got 3"
REFUSED = [  # an optimizer, a scheduler, options that it refuses, and what the error says
    (sgd, StepLR, {"step_size": 0}, "step_size must be an integer of at least 1, got 0"),
    (sgd, StepLR, {"step_size": -3}, "step_size must be an integer of at least 1, got -3"),
    (sgd, StepLR, {"step_size": 2.0}, "step_size must be an integer of at least 1, got 2.0"),
    (sgd, StepLR, {"step_size": "3"}, "step_size must be an integer of at least 1, got '3'"),
    (sgd, StepLR, {"step_size": None}, "step_size must be an integer of at least 1, got None"),
    (sgd, StepLR, {"step_size": 1, "gamma": -0.1}, f"gamma {_LEAST_0} -0.1"),
    (sgd, StepLR, {"step_size": 1, "gamma": NAN}, f"gamma {_LEAST_0} nan"),
    (sgd, StepLR, {"step_size": 1, "gamma": INF}, f"gamma {_LEAST_0} inf"),
    (sgd, StepLR, {"step_size": 1, "gamma": 1j}, f"gamma {_LEAST_0} 1j"),
    (sgd, StepLR, {"step_size": 1, "last_epoch": -2}, "last_epoch must be an integer of at least -1, got -2"),
    (sgd, StepLR, {"step_size": 1, "last_epoch": 0.0}, "last_epoch must be an integer of at least -1, got 0.0"),
    (sgd, StepLR, {"step_size": 2, "last_epoch": 3}, _NEVER),
    (sgd, CosineAnnealingLR, {"T_max": 0}, "T_max must be an integer of at least 1, got 0"),
    (sgd, CosineAnnealingLR, {"T_max": 10.0}, "T_max must be an integer of at least 1, got 10.0"),
    (sgd, CosineAnnealingLR, {"T_max": [3]}, "T_max must be an integer of at least 1, got [3]"),
    (sgd, CosineAnnealingLR, {"T_max": 1, "eta_min": -1}, f"eta_min {_LEAST_0} -1"),
    (sgd, CosineAnnealingLR, {"T_max": 1, "eta_min": INF}, f"eta_min {_LEAST_0} inf"),
    (sgd, CosineAnnealingLR, {"T_max": 1, "last_epoch": "0"}, "last_epoch must be an integer of at least -1, got '0'"),
    (sgd, CosineAnnealingLR, {"T_max": 2, "last_epoch": 3}, _NEVER),
    (sgd, ReduceLROnPlateau, {"mode": "low"}, 'mode must be "min" or "max", got \'low\''),
    (sgd, ReduceLROnPlateau, {"mode": None}, 'mode must be "min" or "max", got None'),
    (sgd, ReduceLROnPlateau, {"factor": 1.0}, "factor must be a number in [0, 1), got 1.0"),
    (sgd, ReduceLROnPlateau, {"factor": 1.5}, "factor must be a number in [0, 1), got 1.5"),
    (sgd, ReduceLROnPlateau, {"factor": -0.1}, "factor must be a number in [0, 1), got -0.1"),
    (sgd, ReduceLROnPlateau, {"factor": NAN}, "factor must be a number in [0, 1), got nan"),
    (sgd, ReduceLROnPlateau, {"factor": "0.1"}, "factor must be a number in [0, 1), got '0.1'"),
    (sgd, ReduceLROnPlateau, {"patience": -1}, "patience must be an integer of at least 0, got -1"),
    (sgd, ReduceLROnPlateau, {"patience": 1.5}, "patience must be an integer of at least 0, got 1.5"),
    (sgd, ReduceLROnPlateau, {"threshold": -1e-4}, f"threshold {_LEAST_0} -0.0001"),
    (sgd, ReduceLROnPlateau, {"threshold_mode": "r"}, 'threshold_mode must be "rel" or "abs", got \'r\''),
    (sgd, ReduceLROnPlateau, {"cooldown": -1}, "cooldown must be an integer of at least 0, got -1"),
    (sgd, ReduceLROnPlateau, {"min_lr": -1}, f"min_lr {_LEAST_0} -1"),
    (sgd, ReduceLROnPlateau, {"min_lr": [0.1]}, f"min_lr {_LEAST_0} [0.1]"),
    (sgd, ReduceLROnPlateau, {"eps": NAN}, f"eps {_LEAST_0} nan"),
    (sgd, OneCycleLR, {**_ONE, "max_lr": -1}, f"max_lr {_LEAST_0} -1"),
    (sgd, OneCycleLR, {**_ONE, "max_lr": "1"}, f"max_lr {_LEAST_0} '1'"),
    (sgd, OneCycleLR, {"max_lr": 1}, f"{_NO_STEPS}'epochs': None, 'steps_per_epoch': None}}"),
    (sgd, OneCycleLR, {"max_lr": 1, "epochs": 3}, f"{_NO_STEPS}'epochs': 3, 'steps_per_epoch': None}}"),
    (sgd, OneCycleLR, {"max_lr": 1, "steps_per_epoch": 3}, f"{_NO_STEPS}'epochs': None, 'steps_per_epoch': 3}}"),
    (sgd, OneCycleLR, {"max_lr": 1, "total_steps": 0}, "total_steps must be an integer of at least 1, got 0"),
    (sgd, OneCycleLR, {"max_lr": 1, "total_steps": 9.0}, "total_steps must be an integer of at least 1, got 9.0"),
    (
        sgd,
        OneCycleLR,
        {"max_lr": 1, "epochs": 0, "steps_per_epoch": 3},
        "epochs must be an integer of at least 1, got 0",
    ),
    (
        sgd,
        OneCycleLR,
        {"max_lr": 1, "epochs": 3, "steps_per_epoch": -1},
        "steps_per_epoch must be an integer of at least 1, got -1",
    ),
    (sgd, OneCycleLR, {**_ONE, "pct_start": 1.01}, "pct_start must be a number in [0, 1], got 1.01"),
    (sgd, OneCycleLR, {**_ONE, "pct_start": -0.01}, "pct_start must be a number in [0, 1], got -0.01"),
    (sgd, OneCycleLR, {**_ONE, "pct_start": NAN}, "pct_start must be a number in [0, 1], got nan"),
    (sgd, OneCycleLR, {**_ONE, "pct_start": None}, "pct_start must be a number in [0, 1], got None"),
    (sgd, OneCycleLR, {**_ONE, "anneal_strategy": "sine"}, 'anneal_strategy must be "cos" or "linear", got \'sine\''),
    (sgd, OneCycleLR, {**_ONE, "base_momentum": -1}, "base_momentum must be a number in [0, inf), got -1"),
    (sgd, OneCycleLR, {**_ONE, "max_momentum": NAN}, "max_momentum must be a number in [0, inf), got nan"),
    (sgd, OneCycleLR, {**_ONE, "max_momentum": INF}, "max_momentum must be a number in [0, inf), got inf"),
    (sgd, OneCycleLR, {**_ONE, "div_factor": 0}, "div_factor must be a finite number above 0, got 0"),
    (sgd, OneCycleLR, {**_ONE, "div_factor": INF}, "div_factor must be a finite number above 0, got inf"),
    (sgd, OneCycleLR, {**_ONE, "final_div_factor": -1}, "final_div_factor must be a finite number above 0, got -1"),
    (sgd, OneCycleLR, {**_ONE, "last_epoch": 3}, _NEVER),
    (begun, OneCycleLR, {**_ONE, "last_epoch": 9}, "last_epoch must be below the number of steps, 9, got 9"),
    (
        lambda: Adam([np.zeros(1)]),
        OneCycleLR,
        {**_ONE, "max_momentum": 1},
        "max_momentum must be a number in [0, 1), got 1",
    ),
    (
        lambda: AdamW([np.zeros(1)]),
        OneCycleLR,
        {**_ONE, "base_momentum": 2},
        "base_momentum must be a number in [0, 1), got 2",
    ),
    (
        lambda: Adagrad([np.zeros(1)]),
        OneCycleLR,
        _ONE,
        "cycle_momentum must be False for an optimizer without momentum, got True",
    ),
    (lambda: None, StepLR, {"step_size": 1}, "optimizer must have a learning rate .lr, got None"),
    (lambda: 0.1, CosineAnnealingLR, {"T_max": 1}, "optimizer must have a learning rate .lr, got 0.1"),
    (lambda: "sgd", ReduceLROnPlateau, {}, "optimizer must have a learning rate .lr, got 'sgd'"),
    (lambda: None, OneCycleLR, _ONE, "optimizer must have a learning rate .lr, got None"),
]


def refuses(make, scheduler, options, message):
    """Whether the constructor raises exactly this ValueError and leaves the optimizer as it was."""
    optimizer = make()
    before = dict(getattr(optimizer, "__dict__", {}))
    try:
        scheduler(optimizer, **options)
    except ValueError as error:
        return str(error) == message and getattr(optimizer, "__dict__", {}) == before
    return False


def takes(metric):
    """Whether ReduceLROnPlateau takes a metric; one that it refuses must be named, and change nothing."""
    optimizer = sgd()
    scheduler = ReduceLROnPlateau(optimizer, patience=0)
    scheduler.step(1.0)
    before = dict(vars(scheduler)), dict(vars(optimizer))
    try:
        scheduler.step(metric)
    except ValueError as error:
        said = f"metric must be a real number, got {metric!r}"
        if (vars(scheduler), vars(optimizer)) != before or str(error) != said:
            raise AssertionError(f"not refused as it should be: {metric!r}") from error
        return False
    return True
