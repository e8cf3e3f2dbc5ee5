"""The optimizers: a class with step(grads), a torch.optim.Optimizer, or a function (theta, g, state, t)."""

from __future__ import annotations

import inspect
import sys
from dataclasses import replace
from functools import cache

import numpy as np

from scratch import optimizers
from scratch.examine.adapt import ALIASES, Unmappable, parameters, plain, signature
from scratch.examine.base import Case, Task
from scratch.examine.causes import behaviour
from scratch.examine.changes import Steps, constants
from scratch.examine.watch import Failure, Skip, as_array
from scratch.formulas import optimizers as formulas

STATE = {"state", "config", "cache", "memory", "s", "optstate", "optimizerstate", "mem", "history", "st"}
TIME = {"t", "step", "n", "i", "iteration", "iter", "k", "it", "count"}
GRADIENTS = {"g", "grad", "grads", "gradient", "gradients", "dw", "dx", "gradwrtw", "dtheta", "dparams"}
WEIGHTS = "params", "parameters", "weights", "variables", "model"
STEPS = 9
_scales = np.array([1.0, 1.0, 0.03, 4e-8, 2e-10, 40.0, 0.0])
_waves = np.sin(np.outer(np.arange(STEPS) + 0.3, [0.1, 1.7, 0.9, 0.4, 1.1, 2.3, 0.7]))
_waves += np.array([0.8, 0.2, 0, 0.5, 0.3, -0.2, 0])
_grads = _waves * _scales
_start = np.array([0.0, 0.5, -1.0, 0.0, 0.0, 2.0, 0.3])
_two = [np.array([0.0, 1.0, -0.5]), np.array([0.2, 0.0, 0.0])]
_both = [[_grads[k, :3], -3 * _grads[k, [2, 0, 1]] + 0.5] for k in range(6)]


def _run(start, gradients, rates=None):
    return [start], [[g] for g in gradients], rates or {}


def _cases(sets, moving):
    none = [np.zeros(2), np.ones(2)], [[np.ones(2), None], [np.ones(2), 0.5 * np.ones(2)]], {}
    square = np.array([[0.5, -1.0], [0.0, 2.0]]), [np.array([[1.0, 0.5], [-0.2, 0.1]]), np.ones((2, 2))]
    return (
        Case("", _run(_start, _grads), kind="default"),
        *(Case("", _run(_start, _grads), options) for options in sets),
        Case("two parameters", (_two, _both, {}), moving),
        Case("lr × 0.1 after step 4", _run(_start, _grads, {4: 0.1}), moving, "rate"),
        Case("float32", _run(_start.astype(np.float32), _grads.astype(np.float32)), kind="float32"),
        Case("a parameter of 2 × 2", _run(*square), kind="shape"),
        Case("a parameter without axes", _run(np.array(0.5), [np.array(0.3), np.array(-0.2)]), kind="shape"),
        Case("a gradient of None", none, kind="shape"),
    )


def _sgd(params, lr=1e-3, weight_decay=0, maximize=False):
    return optimizers.SGD(params, lr, weight_decay=weight_decay, maximize=maximize)


def _momentum(params, lr=1e-3, momentum=0.9, dampening=0, weight_decay=0, maximize=False):
    return optimizers.SGD(params, lr, momentum, dampening, weight_decay, maximize=maximize)


def _nag(params, lr=1e-3, momentum=0.9, weight_decay=0, maximize=False):
    return optimizers.SGD(params, lr, momentum, weight_decay=weight_decay, nesterov=True, maximize=maximize)


_NAMED = {"lr": "eta", "momentum": "mu", "dampening": "tau", "weight_decay": "lamda", "lr_decay": "rho"}
_NAMED.update(alpha="alpha", eps="epsilon")
SYMBOLS = {name: getattr(formulas, symbol) for name, symbol in _NAMED.items()}


def form(name, options):
    """The Algorithm of an optimizer with these options."""
    if name == "SGD":
        return formulas.nag if options.get("nesterov") else formulas.momentum
    if name == "RMSprop":
        return formulas.rmsprop_centered if options.get("centered") else formulas.rmsprop_momentum
    if options.get("amsgrad"):
        return formulas.adamw_amsgrad if name == "AdamW" else formulas.amsgrad
    return getattr(formulas, name.lower())


SPECIAL = "amsgrad", "centered", "nesterov"


@cache
def _changed(name, change, special):
    """The changed Algorithm of an optimizer, or that of its special form."""
    return change(form(name, dict.fromkeys(SPECIAL, special)))


class Running:
    """An Algorithm, changed on purpose, as an optimizer of a few parameters. shared: one memory for all of them.

    counts: what t counts, "steps" or "parameters".
    """

    def __init__(self, name, change, params, options, shared=False, counts="steps"):
        self.params, self.lr, self.options = params, options["lr"], options
        self.counts, self.t, self.times = counts, 0, [0] * len(params)
        algorithm = _changed(name, change, any(options.get(name) for name in SPECIAL))
        values = constants(algorithm, options, SYMBOLS)
        values.update(zip((formulas.beta1, formulas.beta2), options.get("betas", ())))
        states = [self._state(algorithm, p, values) for p in params]
        self.runs = [Steps(algorithm, values, states[0] if shared else state) for state in states]

    def _state(self, algorithm, param, values):
        first = {b: values.get(f, f) for b, (_, f) in algorithm.state.items()}
        if "initial_accumulator_value" in self.options:
            first[formulas.G_1] = self.options["initial_accumulator_value"]
        return {b: np.zeros(param.shape) + float(f) for b, f in first.items()}

    def step(self, grads):
        for i, (param, grad) in enumerate(zip(self.params, grads)):
            if grad is None:
                continue
            self.times[i] += 1
            self.t += 1
            run, count = self.runs[i], self.t if self.counts == "parameters" else self.times[i]
            run.state[formulas.theta_1], run.values[formulas.eta] = param, self.lr
            grad = np.asarray(-grad if self.options.get("maximize") else grad, float)
            now = run.run(float(count), {formulas.gradient: grad})
            param[...] = now[formulas.theta]


def changed(task, change, **ways):
    """What makes of an optimizer's Algorithm, changed, a class as ours."""

    def make(right):
        def function(params, **options):
            return Running(task.name, change, params, {**task.options, **options}, **ways)

        return function

    return make


def _task(block, name, right, options, sets, moving=None, **more):
    def formula(chosen):
        return form(name, {**options, **chosen})

    module = sys.modules[__name__]
    return Task(name, "optimizers", block, right, options, _cases(sets, moving or {}), formula, SYMBOLS, module, **more)


def _sets(*options):
    return [{"lr": 0.1, **chosen} for chosen in ({}, *options)]


_climbs, _decays, _blunt = {"weight_decay": 0.1, "maximize": True}, {"weight_decay": 0.2}, {"eps": 0.3}
_adam = {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "amsgrad": False, "maximize": False}
_ams = {"betas": (0.9, 0.5), "amsgrad": True}
_adam_sets = _sets({"betas": (0.7, 0.95)}, _blunt, _decays, _ams, _climbs)
_rms = {"lr": 0.01, "alpha": 0.99, "eps": 1e-8, "weight_decay": 0, "momentum": 0, "centered": False, "maximize": False}
_centred = {"alpha": 0.8, "eps": 0.2, "centered": True}
_rms_sets = _sets({"alpha": 0.6}, _blunt, _decays, {"momentum": 0.8}, _centred, _climbs)
_ada = {"lr": 0.01, "lr_decay": 0, "weight_decay": 0, "initial_accumulator_value": 0, "eps": 1e-10, "maximize": False}
_ada_sets = _sets({"lr_decay": 0.5}, _blunt, _decays, {"initial_accumulator_value": 0.2}, _climbs)
_plain = {"lr": 1e-3, "weight_decay": 0, "maximize": False}
_decayed, _up = {"weight_decay": 0.3}, {"weight_decay": 0.3, "maximize": True}
_nag_options = {"lr": 1e-3, "momentum": 0.9, "weight_decay": 0, "maximize": False}
_nag_sets = _sets({"momentum": 0.6}, _decayed, _up)
_mom = {"lr": 1e-3, "momentum": 0.9, "dampening": 0, "weight_decay": 0, "maximize": False}
_mom_sets = _sets({"momentum": 0.6}, _decayed, {"dampening": 0.4}, _up)
_all = {"lr": 1e-3, "momentum": 0, "dampening": 0, "weight_decay": 0, "nesterov": False, "maximize": False}
_all_sets = [*_mom_sets, *_sets({"momentum": 0.9, "weight_decay": 0.1, "nesterov": True})[1:]]
_all_sets = [{**s, "momentum": s.get("momentum", 0.9)} for s in _all_sets] + _sets()
_rate = {"lr": "lr learning_rate alpha"}
TASKS = [
    _task("sgd", "sgd", _sgd, _plain, _sets(_decayed, _up), aliases=_rate),
    _task("sgd", "SGD", optimizers.SGD, _all, _all_sets, {"momentum": 0.9}),
    _task("momentum", "momentum", _momentum, _mom, _mom_sets, free=("momentum",), aliases=_rate),
    _task("nag", "nag", _nag, _nag_options, _nag_sets, free=("momentum",), aliases=_rate),
    _task("adagrad", "Adagrad", optimizers.Adagrad, _ada, _ada_sets, aliases=_rate),
    _task("rmsprop", "RMSprop", optimizers.RMSprop, _rms, _rms_sets, {"momentum": 0.8}),
    _task("adam", "Adam", optimizers.Adam, _adam, _adam_sets, aliases=_rate),
    _task("adamw", "AdamW", optimizers.AdamW, {**_adam, "weight_decay": 1e-2}, _adam_sets, aliases=_rate),
]


def play(make, case):
    """The parameters after each step of a run, one row per step."""
    start, gradients, rates = case.data
    params = [p.copy() for p in start]
    optimizer = make(params, **case.options)
    rows = np.full((len(gradients), sum(p.size for p in params)), np.nan, np.result_type(*params))
    for step, grads in enumerate(gradients):
        if step in rates:
            optimizer.lr = optimizer.lr * rates[step]
        try:
            optimizer.step([None if g is None else g.copy() for g in grads])
        except Failure as failure:
            if failure.overflow:
                break
            raise
        rows[step] = np.concatenate([np.ravel(p) for p in getattr(optimizer, "found", params)])
    return rows


def shortened(outcome, steps=3):
    """The first steps of a run."""
    start, gradients, rates = outcome.case.data
    case = replace(outcome.case, data=(start, gradients[:steps], rates))
    return replace(outcome, case=case, right=outcome.right[:steps], theirs=outcome.theirs[:steps])


def scale(task, right, case):
    """Errors count relative to each coordinate's largest value in the run."""
    return np.max(np.abs(right), axis=0, keepdims=True, initial=0, where=np.isfinite(right))


def place(task, case, index):
    step, coordinate = index
    grads = [np.ravel(g) if g is not None else np.zeros(p.size) for g, p in zip(case.data[1][step], case.data[0])]
    said = f"step {step + 1}, g = {np.concatenate(grads)[coordinate]:.3g}"
    return said + (f", {case.label}" if case.label else "")


def curve(task, outcome):
    """What is drawn: the step, theirs and the right values of the coordinate that is off most, and the axis."""
    k = int(np.argmax(np.nan_to_num(outcome.errors, posinf=1e300).max(axis=0)))
    steps = np.arange(1, len(outcome.right) + 1)
    return steps, outcome.theirs[:, k], outcome.right[:, k], "step"


# What a reader hands in


class Handed:
    """A reader's optimizer: called with parameters and options it makes what steps."""

    def __init__(self, task, implementation, watch):
        self.task, self.watch, self.restrictions = task, watch, []
        self.implementation, self.how = implementation, None
        self.in_place, self.moved, self.overwrites, self.writes = True, False, False, True
        self.kind, self.signature = self._opened(implementation)

    def _opened(self, implementation):
        options, aliases = self.task.options, self.task.aliases
        if inspect.isclass(implementation):
            found = parameters(implementation) or []
            if _is_torch(implementation):
                return _Torch, signature(found, ["params"], options, aliases)
            if callable(getattr(implementation, "step", None)):
                stepping = len(parameters(implementation.step) or []) > 2 and not _first_is(found, WEIGHTS)
                data = [] if stepping else ["params"]
                return _Stepping if stepping else _Class, signature(found, data, options, aliases)
            if callable(getattr(implementation, "update", None)):
                return _Updating, signature(found, [], options, aliases)
            raise Unmappable("the class has neither step(grads) nor update(theta, g)")
        if not callable(implementation):
            raise Unmappable(f"it is a {type(implementation).__name__}, not a function or a class")
        found = parameters(implementation) or []
        if _first_is(found, WEIGHTS[:2]) and not {plain(p.name) for p in found} & GRADIENTS:
            return _Class, signature(found, ["params"], options, aliases)
        self.roles, rest = _roles(found, options, aliases)
        made = signature([found[i] for i in range(len(found)) if i in rest], [], options, aliases)
        return _Function, made

    def __call__(self, params, **options):
        return self.kind(self, params, options)


def _first_is(found, names):
    return bool(found) and plain(found[0].name) in names


def _roles(found, options, aliases):
    """Which arguments of a function are theta, g, state and t, by position; and the places of its options."""
    if len(found) < 2:
        raise Unmappable(f"it takes {len(found)} arguments; an optimizer's function takes (theta, g, state, t)")
    roles, rest = {"theta": found[0].name, "g": found[1].name}, []
    known = {plain(n) for name in options for n in [name, *ALIASES.get(name, "").split()]} - TIME - STATE
    for i, p in enumerate(found[2:], 2):
        if plain(p.name) in STATE and "state" not in roles:
            roles["state"] = p.name
        elif plain(p.name) in TIME and "t" not in roles:
            roles["t"] = p.name
        elif p.default is p.empty and p.kind is not p.KEYWORD_ONLY and not (plain(p.name) in known or "state" in roles):
            roles["state"] = p.name
        else:
            rest.append(i)
    return roles, rest


def _is_torch(kind):
    torch = sys.modules.get("torch")
    return torch is not None and issubclass(kind, torch.optim.Optimizer)


class _Base:
    """One run of a reader's optimizer. found: the parameters, where they are now."""

    def __init__(self, handed, params, options):
        self.handed, self.watch, self.own, self.found = handed, handed.watch, params, params
        self.begin(params, handed.signature.arguments(options))

    def checked(self, function, grads):
        """Call a function with gradients; see whether it writes into them."""
        copies = [None if g is None else np.copy(g) for g in grads]
        result = function(grads)
        for grad, copy in zip(grads, copies):
            if isinstance(grad, np.ndarray) and not np.array_equal(grad, copy, equal_nan=True):
                self.handed.overwrites = True
        return result


class _Class(_Base):
    """A class as ours, made with parameters, stepping with gradients; or a function that makes what steps."""

    def begin(self, params, named):
        self.optimizer = self.watch.call(self.handed.implementation, params, **named)
        self.advance = getattr(self.optimizer, "step", self.optimizer)

    def step(self, grads):
        start = [p.copy() for p in self.own]
        self.checked(lambda given: self.watch.call(self.advance, given), grads)
        self.found = self.own
        if not all(map(np.array_equal, start, self.own)):
            self.handed.moved = True
            return
        theirs = getattr(self.optimizer, "params", None)
        moved = [_plain_array(p) for p in theirs] if isinstance(theirs, (list, tuple)) else []
        fit = len(moved) == len(start) and all(m is not None and m.shape == s.shape for m, s in zip(moved, start))
        if fit and not all(map(np.array_equal, moved, start)):
            self.handed.in_place, self.found = False, moved

    @property
    def lr(self):
        return getattr(self.optimizer, self._rate())

    @lr.setter
    def lr(self, value):
        setattr(self.optimizer, self._rate(), value)

    def _rate(self):
        usual = "lr", "learning_rate", "eta", "alpha", "step_size", "_lr"
        for name in (*self.handed.signature.options.get("lr", ()), *usual):
            if isinstance(getattr(self.optimizer, name, None), (int, float)):
                return name
        raise Skip("its rate is no attribute: a rate that changes was not tried")


def _plain_array(value):
    try:
        return np.asarray(value, float)
    except (TypeError, ValueError):
        return None


class _Stepping(_Class):
    """A class with step(params, grads), made without the parameters."""

    def begin(self, params, named):
        self.optimizer, self.advance = self.watch.call(self.handed.implementation, **named), self._both

    def _both(self, grads):
        moved = self.optimizer.step(self.own, grads)
        if isinstance(moved, (list, tuple)) and len(moved) == len(self.own):
            for param, new in zip(self.own, moved):
                param[...] = new


class _Torch(_Base):
    """A torch.optim.Optimizer, with tensors beside the arrays."""

    def begin(self, params, named):
        import torch

        self.tensors = [torch.tensor(p, requires_grad=True) for p in params]
        self.optimizer = self.watch.call(self.handed.implementation, self.tensors, **named)

    def step(self, grads):
        import torch

        for tensor, grad in zip(self.tensors, grads):
            tensor.grad = None if grad is None else torch.tensor(grad)
        self.watch.call(self.optimizer.step)
        self.found = [t.detach().numpy().copy() for t in self.tensors]

    @property
    def lr(self):
        return self.optimizer.param_groups[0]["lr"]

    @lr.setter
    def lr(self, value):
        for group in self.optimizer.param_groups:
            group["lr"] = value


class _Updating(_Class):
    """A class with update(theta, g): one instance per parameter; or with update(params, grads) on dicts."""

    def begin(self, params, named):
        self.optimizers = [self.watch.call(self.handed.implementation, **named) for _ in params]
        self.optimizer = self.optimizers[0]

    def step(self, grads):
        of_dicts = _first_is(parameters(self.optimizer.update), WEIGHTS[:3])
        self.checked(self._dicts if of_dicts else self._each, grads)

    def _each(self, grads):
        for optimizer, param, grad in zip(self.optimizers, self.own, grads):
            if grad is not None:
                handed = param.copy()
                result = self.watch.call(optimizer.update, handed, grad)
                param[...] = handed if result is None else as_array(result)

    def _dicts(self, grads):
        known = {f"p{i}": p for i, p in enumerate(self.own) if grads[i] is not None}
        slopes = {f"p{i}": g for i, g in enumerate(grads) if g is not None}
        self.watch.call(self.optimizer.update, known, slopes)
        for name, param in known.items():
            self.own[int(name[1:])][...] = param


class _Function(_Base):
    """A function (theta, g, state, t) -> (theta, state): state is None first, t counts from 1."""

    def begin(self, params, named):
        self.named, self.states, self.t = named, [None] * len(params), [0] * len(params)

    def step(self, grads):
        for i, (param, grad) in enumerate(zip(self.found, grads)):
            if grad is None:
                continue
            self.t[i] += 1
            if self.handed.how is None:
                self.handed.how = self._find(i, param, grad)
            param[...], self.states[i] = self._moved(self.handed.how, param, grad, self.states[i], self.t[i])

    def _find(self, i, param, grad):
        try:
            self._moved("array", param, grad, None, 1)
            return "array"
        except Failure as failure:
            try:
                self._moved("number", param, grad, None, 1)
            except Failure:
                raise failure from None
            self.handed.restrictions.append("it takes one number at a time, not arrays")
            return "number"

    def _moved(self, how, param, grad, state, t):
        if how == "array":
            theta, state = self._call(param.copy(), grad, state, t)
            theta = as_array(theta)
            if theta.shape != param.shape:
                raise Failure(ValueError(f"returned the shape {theta.shape} for a parameter of shape {param.shape}"))
            return theta, state
        states = state or [None] * param.size
        pairs = [self._call(float(p), float(g), s, t) for p, g, s in zip(param.ravel(), grad.ravel(), states)]
        return np.array([float(theta) for theta, _ in pairs]).reshape(param.shape), [s for _, s in pairs]

    def _call(self, theta, grad, state, t):
        roles = self.handed.roles
        named = {roles[name]: value for name, value in (("state", state), ("t", t)) if name in roles}

        def call(grads):
            return self.watch.call(self.handed.implementation, theta, grads[0], **named, **self.named)

        result = self.checked(call, [grad])
        if isinstance(result, (tuple, list)) and len(result) >= 2 and "state" in roles:
            return result[0], result[1]
        if isinstance(result, (tuple, list)) and len(result) == 1:
            return result[0], state
        return theta if result is None else result, state

    @property
    def lr(self):
        (name,) = self.handed.signature.options.get("lr", (None,))
        if name is None:
            raise Skip("its rate is no argument: a rate that changes was not tried")
        return self.named.get(name, self.handed.task.options["lr"])

    @lr.setter
    def lr(self, value):
        self.named[self.handed.signature.options["lr"][0]] = value


adapt = Handed


def behaviours(part, handed):
    """New arrays in place of the caller's, gradients written into, gradients kept."""
    found = []
    if not handed.in_place or (handed.kind in (_Class, _Stepping) and not handed.moved):
        found.append(behaviour(part.task, "not-in-place"))
    if handed.overwrites:
        found.append(behaviour(part.task, "overwrites-gradients"))
    if not part.wrong and not found and handed.kind is not _Torch:
        _note_kept(part, handed)
    return found


def _note_kept(part, handed):
    """A note where the gradient's array is kept: whoever fills it anew changes the memory."""
    from scratch.examine.judge import filled

    case = next(c for c in part.task.cases if c.label == "" and c.kind == "values")
    try:
        params, buffer = [_start.copy()], np.empty_like(_start)
        if any(name not in handed.signature.options for name in case.options):
            return
        optimizer = handed(params, **filled(part.task, handed, case))
        for grads in _grads:
            buffer[...] = grads
            optimizer.step([buffer])
        right = play(part.task.right, case)[-1]
        theirs = np.ravel(optimizer.found[0])
    except Failure:
        return
    if not np.allclose(theirs, right, rtol=1e-5, atol=0):
        part.notes.append("it keeps the gradient's own array: who fills that anew for the next step changes its memory")
