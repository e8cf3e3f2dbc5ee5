"""The schedulers: a function of the epoch, or a class over an optimizer."""

from __future__ import annotations

import inspect
import sys
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np

from scratch import schedulers
from scratch.examine.adapt import Reader, Unmappable, parameters, plainly, signature
from scratch.examine.base import Case, Task, options_of, scale_of
from scratch.examine.changes import Steps, constants
from scratch.examine.watch import Failure, Skip, as_array
from scratch.formulas import schedulers as formulas

BASE = 0.4
SYMBOLS = {  # by an option's name, its symbol's in the formulas
    **{"gamma": "gamma", "step_size": "s", "T_max": "T", "eta_min": "eta_min", "base_rate": "eta_0", "eps": "epsilon"},
    **{"factor": "gamma", "patience": "P", "threshold": "theta", "cooldown": "C", "min_lr": "eta_min"},
    **{"max_lr": "eta_max", "total_steps": "N", "pct_start": "p", "div_factor": "d", "final_div_factor": "d_end"},
    **{"base_momentum": "mu_min", "max_momentum": "mu_max"},
}
SYMBOLS = {name: getattr(formulas, symbol) for name, symbol in SYMBOLS.items()}


class Optimizer:
    """What a scheduler writes into: a rate and a momentum."""

    def __init__(self, lr, momentum=0.9):
        self.lr, self.momentum = lr, momentum


def over_class(kind):
    """A class over an optimizer, as a function of a case's data: the rates, or momenta, that it makes."""

    def rates(base, events, column, **options):
        optimizer = Optimizer(base)
        scheduler = kind(optimizer, **options)
        found = [_of(optimizer, column)]
        for event in events:
            if isinstance(event, str):
                optimizer.lr = float(event)
                continue
            scheduler.step(*event)
            found.append(_of(optimizer, column))
        return found

    rates.kind = kind
    return rates


def _of(optimizer, column):
    return optimizer.lr if column == 0 else optimizer.momentum


def changed(task, change):
    """What makes of the plateau's rule, changed, what the block is."""
    return lambda right: over_class(lambda optimizer, **options: Rule(change, optimizer, **options))


def offered(task, form):
    """A mistake as a reader would hand it in: a class over an optimizer, with the block's options."""
    block = getattr(schedulers, task.name)

    class Offered:
        """A rule, or a closed form of which each step writes an epoch's rate, and momentum where there is one."""

        __signature__ = inspect.signature(block)

        def __init__(self, optimizer, **options):
            if hasattr(form, "kind"):
                self.step = form.kind(optimizer, **options).step
                return
            count, columns = options.get("total_steps", 500), (0, 1) if task.name == "OneCycleLR" else (0,)
            self.optimizer = optimizer
            self.rows = iter(zip(*(form(optimizer.lr, _epochs(count - 1), c, **options) for c in columns)))
            self.step()

        def step(self):
            for name, value in zip(("lr", "momentum"), next(self.rows)):
                setattr(self.optimizer, name, float(value))

    return Offered


@cache
def _rule(change, mode, threshold_mode):
    return change(formulas.plateau(mode, threshold_mode))


class Rule:
    """ReduceLROnPlateau's Algorithm, changed on purpose, as a class."""

    def __init__(self, change, optimizer, **options):
        options = {**PLATEAU, **options}
        self.optimizer, self.number = optimizer, 0
        algorithm = _rule(change, options["mode"], options["threshold_mode"])
        values = {**constants(algorithm, options, SYMBOLS), formulas.eta_0: float(optimizer.lr)}
        self.run = Steps(algorithm, values, {b: values.get(f, f) for b, (_, f) in algorithm.state.items()})

    def step(self, metric):
        self.number += 1
        self.run.state[formulas.eta_1] = float(self.optimizer.lr)
        self.optimizer.lr = float(self.run.run(self.number, {formulas.m: float(metric)})[formulas.eta])


def _epochs(count):
    return [()] * count


PLATEAU = options_of(schedulers.ReduceLROnPlateau)
_noise = np.random.default_rng(3).normal(size=40)
_curve = [(float(v),) for v in 2 * np.exp(-np.arange(40) / 6) + 0.08 * _noise + 1]
_flat = [(1.0,)] * 26
_slow = [(float(v),) for v in 1 - 3e-6 * np.arange(30)]
_halves = [
    (v,) for v in (1.0, 0.5, 0.5, 0.25, 0.25, 0.75, 1.0, 1.5, 1.5, 2.0, 2.25, 2.25, 3.0, 3.375, 3.375, 0.1, 0.09)
]
_accuracy = [(float(v),) for v in 1 - 0.5 / (np.arange(24) // 3 + 1)]
_by_hand = [*_epochs(5), "0.05", *_epochs(9)]


def _plain(label, options, kind="values", count=24, base=BASE):
    return Case(label, (base, _epochs(count), 0), options, kind)


STEP_CASES = (
    _plain("", {"step_size": 4}, "default"),
    _plain("", {"step_size": 1}),
    _plain("", {"step_size": 5, "gamma": 0.5}, base=1.5),
    _plain("", {"step_size": 30, "gamma": 0.7}, count=70),
    Case("lr = 0.05 by hand after epoch 5", (BASE, _by_hand, 0), {"step_size": 4, "gamma": 0.5}, "rate"),
)
COSINE_CASES = (
    _plain("", {"T_max": 12}, "default", count=12),
    _plain("", {"T_max": 7, "eta_min": 0.05}, count=7, base=1.5),
    _plain("", {"T_max": 10, "eta_min": 0.3}, count=10),
    _plain("beyond T_max", {"T_max": 5, "eta_min": 0.01}, count=17),
    _plain("beyond T_max", {"T_max": 8}, count=20),
    Case("lr = 0.05 by hand after epoch 5", (BASE, _by_hand[:11], 0), {"T_max": 12, "eta_min": 0.01}, "rate"),
)


def _metric(metrics, options, kind="values", label=""):
    return Case(label, (BASE, metrics, 0), options, kind)


# Rates stay far above eps, so that who has none is not judged by it.
PLATEAU_CASES = (
    _metric(_flat, {}, "default"),
    _metric(_slow, {}, "default"),
    _metric(_curve, {"patience": 2, "factor": 0.5}),
    _metric(_curve[14:], {"patience": 0, "factor": 0.5}),
    _metric(_curve, {"patience": 1, "cooldown": 3, "factor": 0.5}),
    _metric(_curve, {"patience": 1, "min_lr": 0.03}),
    _metric(_halves, {"patience": 0, "factor": 0.5, "threshold": 0.5}),
    _metric(_halves, {"patience": 0, "factor": 0.5, "threshold": 0.5, "threshold_mode": "abs"}),
    _metric(_accuracy, {"patience": 2, "mode": "max", "factor": 0.5}),
    _metric(_halves, {"patience": 0, "factor": 0.5, "threshold": 0.5, "mode": "max"}),
    _metric(_flat, {"patience": 0, "factor": 0.5, "eps": 0.06}),
    _metric([*_curve[:9], "0.3", *_curve[9:]], {"patience": 3, "factor": 0.5}, "rate", "lr = 0.3 by hand"),
    _metric([(1.0,), (float("nan"),), (float("nan"),), (0.9,)], {"patience": 0}, "note", "a metric that is NaN"),
)


def _cycle(options, kind="values", column=0):
    options = {"max_lr": 1.0, "total_steps": 40, **options}
    return Case("", (BASE, _epochs(options["total_steps"] - 1), column), options, kind)


CYCLE_CASES = (
    _cycle({}, "default"),
    _cycle({"max_lr": 0.3, "total_steps": 10}),
    _cycle({"pct_start": 0.5, "total_steps": 17}),
    _cycle({"anneal_strategy": "linear"}),
    _cycle({"three_phase": True}),
    _cycle({"anneal_strategy": "linear", "three_phase": True}),
    _cycle({"div_factor": 4.0, "final_div_factor": 50.0}),
    _cycle({}, "batch", 1),
    _cycle({"base_momentum": 0.5, "max_momentum": 0.8}, "batch", 1),
)


_FORMS = {
    "StepLR": lambda o: formulas.step_lr,
    "CosineAnnealingLR": lambda o: formulas.cosine_annealing_lr,
    "ReduceLROnPlateau": lambda o: formulas.plateau(o.get("mode", "min"), o.get("threshold_mode", "rel")),
    "OneCycleLR": lambda o: formulas.one_cycle_lr(o.get("anneal_strategy", "cos"), o.get("three_phase", False)),
}


def _task(name, cases, **required):
    block = getattr(schedulers, name)
    options = {**required, **options_of(block, (*required, "last_epoch", "epochs", "steps_per_epoch"))}
    known = {"formula": _FORMS[name], "symbols": SYMBOLS, "family": sys.modules[__name__], "free": tuple(required)}
    return Task(name, "schedulers", name.lower(), over_class(block), options, cases, **known)


TASKS = [
    _task("StepLR", STEP_CASES, step_size=4),
    _task("CosineAnnealingLR", COSINE_CASES, T_max=12),
    _task("ReduceLROnPlateau", PLATEAU_CASES),
    _task("OneCycleLR", CYCLE_CASES, max_lr=1.0, total_steps=40),
]


class _Function(Reader):
    data, methods = ("epoch",), ("__call__", "get_lr")


class Handed:
    """A reader's scheduler: a class over an optimizer, or a function of the epoch, or a class that is called so."""

    def __init__(self, task, implementation, watch):
        self.task, self.watch, self.restrictions, self.writes = task, watch, [], True
        self.implementation, self.unscaled = implementation, False
        self.steps = inspect.isclass(implementation) and callable(getattr(implementation, "step", None))
        if self.steps:
            self.signature = signature(parameters(implementation), ["optimizer"], task.options, task.aliases)
            return
        if task.name == "ReduceLROnPlateau":
            raise Unmappable("ReduceLROnPlateau must be a class with step(metric): it remembers metrics")
        named = dict(task.options) if task.name == "OneCycleLR" else {"base_rate": BASE, **task.options}
        self.function = _Function(replace(task, options=named), implementation, watch)
        whole = self.function.signature
        self.based = "base_rate" in whole.options
        options, defaults = ({n: v for n, v in d.items() if n != "base_rate"} for d in (whole.options, whole.defaults))
        self.signature = replace(whole, options=options, defaults=defaults)
        self.unscaled = not self.based and task.name != "OneCycleLR"
        if self.unscaled:
            self.restrictions.append("it has no base rate: its rate of epoch 0 was taken for that")

    def __call__(self, base, events, column, **options):
        if self.steps:
            return over_class(self._made)(base, events, column, **options)
        if column or any(isinstance(event, str) for event in events):
            raise Skip
        function = self.function.called({**options, **({"base_rate": base} if self.based else {})})
        rates = [self._rate(function, epoch) for epoch in range(len(events) + 1)]
        return [rate / rates[0] * base for rate in rates] if self.unscaled and rates[0] else rates

    def _rate(self, function, epoch):
        try:
            rate = self.watch.call(function, epoch, label=f"epoch {epoch}")
            rate = rate[0] if isinstance(rate, (tuple, list)) and len(rate) == 2 else rate  # with the momentum
            return as_array(rate).item()
        except ValueError as error:
            raise Failure(error) from None

    def _made(self, optimizer, **options):
        scheduler = self.watch.call(self.implementation, optimizer, **self.signature.arguments(options))
        return SimpleNamespace(step=lambda *metric: self.watch.call(scheduler.step, *metric))


adapt = Handed


def play(function, case):
    return plainly(function, case).astype(float)


def shortened(outcome, epochs=14):
    """The first epochs of a run."""
    base, events, column = outcome.case.data
    case = replace(outcome.case, data=(base, events[: epochs - 1], column))
    shorter = {name: getattr(outcome, name)[:epochs] for name in ("right", "scale", "theirs")}
    return replace(outcome, case=case, **shorter)


def scale(task, right, case):
    """Errors count relative to each rate, or to a thousandth of the highest."""
    return scale_of(right, 1e-3 * float(np.max(right)))


def place(task, case, index):
    word = "step" if task.name == "OneCycleLR" else "epoch"
    what = ", momentum" if case.data[2] else ""
    return f"{word} {index[0]}{what}" + (f", {case.label}" if case.label else "")


def curve(task, outcome):
    """What is drawn: the epoch, theirs and the right rates, and the axis."""
    word = "step" if task.name == "OneCycleLR" else "epoch"
    return np.arange(outcome.right.size), outcome.theirs, outcome.right, word
