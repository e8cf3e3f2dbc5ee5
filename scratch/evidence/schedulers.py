"""The schedulers' rows: rate, momentum and memory of each block against its formulas, and beside PyTorch's runs."""

import json
from dataclasses import dataclass
from functools import cache

import mpmath
import numpy as np

from scratch import optimizers, schedulers
from scratch.evidence import FORMULA, PYTORCH, Comparison, recorded
from scratch.formulas import Formula
from scratch.formulas import schedulers as f
from scratch.optimizers import SGD
from scratch.schedulers import CosineAnnealingLR, OneCycleLR, ReduceLROnPlateau, StepLR

ALLOWED = {
    FORMULA: 1e-14,  # relative: each of 200 steps rounds four times by at most 1.1e-16, up as often as down
    PYTORCH: 1e-13,  # by the largest on the way: PyTorch's own error where it recurs and in max - (max - min)
}
SYMBOLS = {  # what the formulas call an option
    "step_size": f.s,
    "gamma": f.gamma,
    "T_max": f.T,
    "eta_min": f.eta_min,
    "factor": f.gamma,
    "patience": f.P,
    "threshold": f.theta,
    "cooldown": f.C,
    "min_lr": f.eta_min,
    "eps": f.epsilon,
    "max_lr": f.eta_max,
    "total_steps": f.N,
    "pct_start": f.p,
    "base_momentum": f.mu_min,
    "max_momentum": f.mu_max,
    "div_factor": f.d,
    "final_div_factor": f.d_end,
}
READ = {  # what the code calls that which the formulas assign
    f.eta: lambda optimizer, scheduler: optimizer.lr,
    f.eta_n: lambda optimizer, scheduler: optimizer.lr,
    f.mu_n: lambda optimizer, scheduler: optimizer.momentum,
    f.best: lambda optimizer, scheduler: scheduler.best,
    f.bad: lambda optimizer, scheduler: scheduler.num_bad_epochs,
    f.cool: lambda optimizer, scheduler: scheduler.cooldown_counter,
}


@dataclass(frozen=True)
class Row:
    """A scheduler, made with options over an optimizer whose rate is lr, stepped through inputs; and its formulas.

    forms: closed forms (Formula), which hold from epoch 0, and recursions (Algorithm), which assign from epoch 1.
    inputs: the arguments of each step, () or (metric,). recorded: whether PyTorch's runs of the block are compared with
    this row.
    """

    block: str
    scheduler: type
    options: dict
    forms: tuple
    inputs: tuple
    lr: float = 0.1
    recorded: bool = False

    def __str__(self):
        options = ", ".join(["optimizer", *(f"{name}={value!r}" for name, value in self.options.items())])
        return f"{self.scheduler.__name__}({options}), {len(self.inputs)} steps from {self.lr:g}"

    @property
    def symbols(self):
        """The options and the first rate by symbol."""
        known = {SYMBOLS[name]: float(value) for name, value in self.options.items() if name in SYMBOLS}
        if "epochs" in self.options:
            known[f.N] = float(self.options["epochs"] * self.options["steps_per_epoch"])
        return {f.eta_0: float(self.lr), **known}

    def walk(self, scheduler=None):
        """What the formulas assign, as the code has it, from epoch 0: lists by symbol."""
        optimizer = SGD([np.zeros(1)], lr=self.lr, momentum=0.5)
        made = (scheduler or self.scheduler)(optimizer, **self.options)
        wanted = [symbol for form in self.forms for symbol in assigned(form)]
        values = {symbol: [READ[symbol](optimizer, made)] for symbol in wanted}
        for arguments in self.inputs:
            made.step(*arguments)
            for symbol in values:
                values[symbol].append(READ[symbol](optimizer, made))
        return values

    def exact(self, form):
        """The same by one of the formulas, as mpmath numbers: from epoch 0 by a closed form, from 1 by a recursion."""
        if isinstance(form, Formula):
            epochs = range(len(self.inputs) + 1)
            return {form.left: [form.value(float(epoch), self.symbols) for epoch in epochs]}
        given = {f.m: [metric for (metric,) in self.inputs]} if self.inputs[0] else {}
        history = form.run(len(self.inputs), given, values=self.symbols)
        return {symbol: [step[symbol] for step in history] for symbol in assigned(form)}

    def errors(self):
        """The relative errors of all that the formulas assign, in every epoch."""
        computed, errors = self.walk(), []
        for form in self.forms:
            for symbol, exact in self.exact(form).items():
                errors += map(relative_error, computed[symbol][len(computed[symbol]) - len(exact) :], exact)
        return errors

    def comparisons(self):
        """Against the formulas, and against the recorded runs of PyTorch."""
        errors = self.errors()
        yield Comparison(str(self), len(errors), np.max(errors), ALLOWED[FORMULA], FORMULA, kind="values")
        if self.recorded:
            yield beside_pytorch(self.scheduler.__name__)


def assigned(form):
    """The symbols of a formula that the code has, too."""
    lefts = [form.left] if isinstance(form, Formula) else [left for left, _ in form.assignments]
    return [left for left in lefts if left in READ]


def relative_error(value, exact):
    """The difference by the size of the exact value; infinite where that is 0 or infinite and the value differs."""
    if value == exact:
        return 0.0
    with mpmath.workdps(60):
        error = abs(mpmath.mpf(float(value)) - exact) / abs(exact) if exact else mpmath.inf
    return float(error) if error == error else np.inf


# Beside PyTorch


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


@cache
def recorded_runs():
    """The runs that PyTorch recorded, by name: pairs of a run and its trace, an array of rates and momenta."""
    record = recorded("schedulers")
    runs = json.loads(str(record["runs"]))
    return dict(zip(runs, zip(runs.values(), np.split(record["traces"], record["ends"][:-1]))))


def distance(run, trace):
    """The distances of a run by this package from a trace, by the largest rate and the largest momentum on the way."""
    largest = np.max(np.abs(trace), axis=0)
    ours = np.array(play(run, optimizers, schedulers, [np.zeros(1)]), dtype=float)
    return np.abs(ours - trace) / np.where(largest > 0, largest, 1)


def beside_pytorch(scheduler):
    """The largest distance in all recorded runs with a scheduler of this name."""
    runs = [pair for pair in recorded_runs().values() if any(event[0] == scheduler for event in pair[0])]
    errors = np.concatenate([distance(*pair) for pair in runs])
    return Comparison(
        f"{len(runs)} runs with {scheduler}", len(errors), errors.max(), ALLOWED[PYTORCH], PYTORCH, "steps"
    )


# The rows


def _step(count=200, lr=0.1, recorded=False, **options):
    return Row("steplr", StepLR, options, (f.step_lr, f.step_lr_recursion), ((),) * count, lr, recorded)


def _cosine(count=200, lr=0.1, recorded=False, **options):
    forms = (f.cosine_annealing_lr, f.cosine_annealing_lr_recursion)
    return Row("cosineannealinglr", CosineAnnealingLR, options, forms, ((),) * count, lr, recorded)


def _plateau(metrics, lr=0.1, recorded=False, **options):
    rule = f.plateau(options.get("mode", "min"), options.get("threshold_mode", "rel"))
    inputs = tuple((metric,) for metric in metrics)
    return Row("reducelronplateau", ReduceLROnPlateau, options, (rule,), inputs, lr, recorded)


def _cycle(recorded=False, **options):
    shape = {name: options[name] for name in ("anneal_strategy", "three_phase") if name in options}
    count = options.get("total_steps") or options["epochs"] * options["steps_per_epoch"]
    forms = (f.one_cycle_lr(**shape), f.one_cycle_momentum(**shape))
    return Row("onecyclelr", OneCycleLR, options, forms, ((),) * (count - 1), 0.1, recorded)


NAN, INF = float("nan"), float("inf")
ODD = [NAN, INF, 1.0, NAN, NAN, NAN, -INF, NAN, 0.0, -1.0, -0.9999, -1.0, -1.0, -1.0]
HALVES = [1.0, 0.5, 0.5, 0.25, 0.25, 0.75, 1.0, 1.5, 1.5, 2.0, 2.25, 2.25, 3.0, 3.375, 3.375]  # ties with the bound
CURVE = (2 * np.exp(-np.arange(80) / 8) + 0.1 * np.random.default_rng(0).normal(size=80) + 1).tolist()
MODES = [{}, {"threshold_mode": "abs"}, {"mode": "max"}, {"mode": "max", "threshold_mode": "abs"}]
SHAPES = [{"anneal_strategy": how, "three_phase": three} for how in ("cos", "linear") for three in (False, True)]
CYCLE = {"max_lr": 2, "total_steps": 60}

ROWS = [
    _step(step_size=30, recorded=True),
    _step(30, step_size=1),
    _step(step_size=7, gamma=0.5, lr=1),
    _step(60, step_size=3, gamma=1.5),
    _step(10, step_size=3, gamma=0),
    _cosine(T_max=50, recorded=True),
    _cosine(9, T_max=1),
    _cosine(20, T_max=2, eta_min=0.02),
    _cosine(50, T_max=7, eta_min=0.5),
    _cosine(T_max=33, eta_min=0.01, lr=3),
    _plateau([1.0] * 90, recorded=True),
    _plateau([1.0] + [0.99991] * 13),  # not better by the threshold
    _plateau([1.0] + [0.99989] * 13),  # better by it, once
    _plateau([1.0] * 12, lr=1.15e-8),  # a reduction by more than eps
    _plateau([1.0] * 12, lr=1.1e-8),  # and by less
    _plateau([1.0] * 400, lr=1e-3, eps=0),
    _plateau(CURVE),
    _plateau(CURVE, patience=0, factor=0.5),
    _plateau(CURVE, patience=2, cooldown=3),
    _plateau(CURVE, patience=2, cooldown=5, factor=0),
    _plateau(CURVE, patience=1, min_lr=3e-3),
    _plateau(CURVE, patience=1, min_lr=0.5),
    _plateau(CURVE, lr=1, patience=0, factor=0.5, eps=0.25),
    *(_plateau(metrics, patience=0, factor=0.5, threshold=0.5, **m) for m in MODES for metrics in (HALVES, ODD, CURVE)),
    *(_plateau(ODD, patience=1, **mode) for mode in MODES),
    _cycle(**CYCLE, recorded=True),
    *(_cycle(**CYCLE, **shape) for shape in SHAPES[1:]),
    *(_cycle(**CYCLE, **shape, pct_start=share) for shape in SHAPES for share in (0, 0.01, 0.25, 0.5, 0.7, 1)),
    _cycle(**CYCLE, div_factor=3, final_div_factor=70),
    _cycle(**CYCLE, div_factor=0.5, final_div_factor=0.25),
    _cycle(**CYCLE, three_phase=True, base_momentum=0.2, max_momentum=0.6),
    _cycle(**CYCLE, base_momentum=0, max_momentum=0),
    _cycle(**CYCLE, **SHAPES[3], base_momentum=1, max_momentum=22),
    _cycle(max_lr=1, epochs=3, steps_per_epoch=7),
    _cycle(max_lr=1, total_steps=1),
    _cycle(max_lr=1, total_steps=2, **SHAPES[3]),
]
