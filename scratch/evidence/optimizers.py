"""The optimizers' rows: each block with its recursion, at 80 digits, and beside the paths that PyTorch recorded."""

import json
from dataclasses import dataclass, field

import numpy as np

from scratch import optimizers
from scratch.evidence import FORMULA, PYTORCH, Comparison, recorded
from scratch.formulas import optimizers as f
from scratch.optimizers import SGD, Adagrad, Adam, AdamW, RMSprop

STEPS = 20
ALLOWED = {  # by the largest value on the way, of the parameter at least 1
    "float64": 1e-14,  # STEPS of about a dozen roundings each, of which few add up: 45 and 42 ULP
    "float32": 2e-6,
}
MEMORY = {"b": f.b, "m": f.m, "v": f.v, "v_max": f.v_max, "G": f.G}  # names in the code, and the formulas' symbols
BY_HAND = "the same written out in floats"


@dataclass(frozen=True)
class Row:
    """An optimizer, made with options, and the recursion, with the same options by symbol.

    form: the name of a paper's own form, where the recursion is one. read: the symbol of what the optimizer's parameter
    is. start: the first values of what is remembered, where they are not 0. slope: the gradient as a function of the
    parameter; without it the gradients are the recorded ones. recorded: whether PyTorch's paths of the block are
    compared with this row. by_hand: for a form that no options give, the same in floats, a function of first value and
    gradients; the options are then those that come nearest.
    """

    block: str
    optimizer: type
    formula: object
    options: dict = field(default_factory=dict)
    symbols: dict = field(default_factory=dict)
    form: str = ""
    read: object = f.theta
    start: dict = field(default_factory=dict)
    slope: object = None
    recorded: bool = False
    by_hand: object = None

    def __str__(self):
        options = [f"{name}={value!r}" for name, value in self.options.items()]
        call = f"{self.optimizer.__name__}({', '.join(['params', *options])})"
        return f"{call} as {self.form}" if self.form else call

    def make(self, *params, **more):
        return self.optimizer(list(params), **{**self.options, **more})

    def inputs(self, dtype="float64"):
        """The parameter's four first values, and twenty gradients, or the function that gives them."""
        record = recorded("optimizers")
        return record["start"].astype(dtype), self.slope or record["grads"].astype(dtype)

    def walk(self, dtype="float64"):
        """The parameter, and what is remembered of it, after each step: arrays by symbol."""
        start, grads = self.inputs(dtype)
        steps = walk(self.make(start.copy()), grads)
        return {self.read if name == "theta" else MEMORY[name]: values for name, values in steps.items()}

    def exact(self, dtype="float64"):
        """The same by the recursion, at 80 digits, as float64."""
        start, grads = self.inputs(dtype)
        sign = -1 if self.options.get("maximize") else 1
        columns = []
        for i, first in enumerate(start):
            given = {f.gradient: grads if callable(grads) else sign * grads[:, i]}
            first = {f.theta_1: first, f.theta_2: first, f.y_1: first, **self.start}
            columns.append(self.formula.run(STEPS, given, first, self.symbols))
        memory = {left for left, _ in self.formula.assignments} & {*MEMORY.values()}
        symbols = {self.read} if self.form else {self.read} | memory
        return {s: np.array([[float(step[s]) for step in column] for column in columns]).T for s in symbols}

    def errors(self, dtype="float64"):
        """The largest error of the parameter, and of all that is remembered of it, by symbol."""
        exact = self.exact(dtype)
        computed = {self.read: self.by_hand(*self.inputs())} if self.by_hand else self.walk(dtype)
        known = [symbol for symbol in exact if symbol in computed]
        return {s: distance(computed[s], exact[s], least=1 if s == self.read else 1e-300) for s in known}

    def comparisons(self):
        """Against the recursion in float64 and float32, and against the recorded paths of PyTorch."""
        for dtype in ["float64"] if self.form else ALLOWED:
            errors = self.errors(dtype)
            what = f"{self.form}'s formula" if self.by_hand else f"{self} in {dtype}"
            against = BY_HAND if self.by_hand else FORMULA
            worst = np.max(list(errors.values()))
            yield Comparison(what, STEPS * 4 * len(errors), worst, ALLOWED[dtype], against, kind="values")
            if self.recorded:
                yield beside_pytorch(self.block, dtype)


def walk(optimizer, grads):
    """The only parameter after each step, as "theta", and the arrays that are remembered of it, by name."""
    (theta,) = optimizer.params
    steps = []
    for step in range(STEPS if callable(grads) else len(grads)):
        optimizer.step([grads(theta) if callable(grads) else grads[step]])
        memory = {name: value for name, value in vars(optimizer.state[0]).items() if isinstance(value, np.ndarray)}
        steps.append({"theta": theta.copy(), **memory})
    return {name: np.array([values[name] for values in steps]) for name in steps[-1]}


def distance(computed, exact, least=1):
    """The largest difference, by the largest value on the way, or by the least size if that is larger."""
    return np.max(np.abs(computed - exact) / np.maximum(least, np.max(np.abs(exact), axis=0)))


def recorded_paths():
    """The paths that PyTorch recorded: (key, class, options, dtype)."""
    for key in recorded("optimizers"):
        if "/" in key:
            call, dtype = key.rsplit("/", 1)
            name, options = call.split(" ", 1)
            yield key, getattr(optimizers, name), json.loads(options), dtype


def block_of(optimizer, options):
    """The block that a class is with these options."""
    if optimizer is SGD:
        return "nag" if options.get("nesterov") else "momentum" if options.get("momentum") else "sgd"
    return optimizer.__name__.lower()


def beside_pytorch(block, dtype):
    """The largest distance of a block from all its paths in PyTorch's record."""
    record = recorded("optimizers")
    start, grads = record["start"].astype(dtype), record["grads"].astype(dtype)
    errors = [
        distance(walk(optimizer([start.copy()], **options), grads)["theta"], record[key])
        for key, optimizer, options, of in recorded_paths()
        if of == dtype and block_of(optimizer, options) == block
    ]
    what = f"{len(errors)} combinations of options in {dtype}"
    return Comparison(what, len(errors) * grads.size, np.max(errors), ALLOWED[dtype], PYTORCH, kind="values")


# Papers' forms that PyTorch does not have, written out in floats: functions of first value and gradients


def _nesterov_1983(theta, slope):
    y, a, path = theta, 1.0, []
    for _ in range(STEPS):
        before, a_before = theta, a
        theta, a = y - slope(y), (1 + np.sqrt(1 + 4 * a**2)) / 2
        y = theta + (a_before - 1) / a * (theta - before)
        path.append(theta)
    return np.array(path)


def _graves(theta, grads):
    v = m = b = 0.0
    path = []
    for g in grads:
        v, m = 0.95 * v + 0.05 * g**2, 0.95 * m + 0.05 * g
        b = 0.9 * b - 1e-4 * g / np.sqrt(v - m**2 + 1e-4)
        theta = theta + b
        path.append(theta)
    return np.array(path)


def _epsilon_hat(theta, grads):
    m = v = 0.0
    path = []
    for t, g in enumerate(grads, 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        theta = theta - 0.001 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(v) + 1e-8)
        path.append(theta)
    return np.array(path)


def _reddi(theta, grads):
    m = v = largest = 0.0
    path = []
    for g in grads:
        m, v = 0.9 * m + 0.1 * g, 0.5 * v + 0.5 * g**2
        largest = np.maximum(largest, v)
        theta = theta - 0.001 * m / np.sqrt(largest)
        path.append(theta)
    return np.array(path)


DECAY, LAMBDA = {"weight_decay": 0.3, "maximize": True}, {f.lamda: 0.3}
ADAM = {"lr": 0.05, "betas": (0.8, 0.9), "eps": 1e-3, **DECAY}
ADAM_SYMBOLS = {f.eta: 0.05, f.beta1: 0.8, f.beta2: 0.9, f.epsilon: 1e-3, **LAMBDA}
HEAVY = {"lr": 0.05, "momentum": 0.8, "dampening": 0.25, **DECAY}
AHEAD = {"lr": 0.05, "momentum": 0.8, "nesterov": True, **DECAY}
SUM = {"lr": 0.05, "lr_decay": 0.2, "initial_accumulator_value": 0.1, "eps": 1e-3, **DECAY}
NAG = {"lr": 0.01, "momentum": 0.9, "nesterov": True}
CENTRED = {"lr": 0.05, "alpha": 0.9, "momentum": 0.8, "centered": True, **DECAY}

ROWS = [
    Row("sgd", SGD, f.sgd, recorded=True),
    Row("sgd", SGD, f.sgd, {"lr": 0.05, **DECAY}, {f.eta: 0.05, **LAMBDA}),
    Row("momentum", SGD, f.momentum, {"momentum": 0.9}, {f.mu: 0.9}, recorded=True),
    Row("momentum", SGD, f.momentum, HEAVY, {f.eta: 0.05, f.mu: 0.8, f.tau: 0.25, **LAMBDA}),
    Row("momentum", SGD, f.momentum_polyak, {"lr": 0.1, "momentum": 0.9}, {f.eta: 0.1, f.mu: 0.9}, "Polyak"),
    Row("momentum", SGD, f.momentum_sutskever, {"lr": 0.1, "momentum": 0.9}, {f.eta: 0.1, f.mu: 0.9}, "Sutskever"),
    Row("momentum", SGD, f.momentum_average, {"lr": 0.05, "momentum": 0.9}, {f.eta: 0.5, f.mu: 0.9}, "(1 − β)"),
    Row("nag", SGD, f.nag, {"momentum": 0.9, "nesterov": True}, {f.mu: 0.9}, recorded=True),
    Row("nag", SGD, f.nag, AHEAD, {f.eta: 0.05, f.mu: 0.8, **LAMBDA}),
    Row("nag", SGD, f.nag_sutskever, NAG, {f.eta: 0.01, f.mu: 0.9}, "Sutskever", f.y, slope=lambda x: x**3 - 1),
    Row("nag", SGD, f.nag_1983, NAG, {f.eta: 1}, "Nesterov", slope=lambda x: x / 100, by_hand=_nesterov_1983),
    Row("adagrad", Adagrad, f.adagrad, recorded=True),
    Row("adagrad", Adagrad, f.adagrad, SUM, {f.eta: 0.05, f.rho: 0.2, f.epsilon: 1e-3, **LAMBDA}, start={f.G_1: 0.1}),
    Row("adagrad", Adagrad, f.adagrad_duchi, {"lr": 0.1, "eps": 0}, {f.eta: 0.1}, "Duchi"),
    Row("rmsprop", RMSprop, f.rmsprop, recorded=True),
    Row(
        "rmsprop",
        RMSprop,
        f.rmsprop,
        {"lr": 0.05, "alpha": 0.5, "eps": 1e-3, **DECAY},
        {f.eta: 0.05, f.alpha: 0.5, f.epsilon: 1e-3, **LAMBDA},
    ),
    Row("rmsprop", RMSprop, f.rmsprop_momentum, {"momentum": 0.9}, {f.mu: 0.9}),
    Row("rmsprop", RMSprop, f.rmsprop_centered, {"centered": True}),
    Row("rmsprop", RMSprop, f.rmsprop_centered, CENTRED, {f.eta: 0.05, f.alpha: 0.9, f.mu: 0.8, **LAMBDA}),
    Row("rmsprop", RMSprop, f.rmsprop_hinton, {"alpha": 0.9, "eps": 0}, {f.eta: 0.01}, "Hinton"),
    Row(
        "rmsprop",
        RMSprop,
        f.rmsprop_graves,
        {"lr": 1e-4, "alpha": 0.95, "momentum": 0.9, "centered": True},
        form="Graves",
        by_hand=_graves,
    ),
    Row("adam", Adam, f.adam, recorded=True),
    Row("adam", Adam, f.adam, ADAM, ADAM_SYMBOLS),
    Row("adam", Adam, f.amsgrad, {"amsgrad": True}),
    Row(
        "adam",
        Adam,
        f.amsgrad,
        {"lr": 0.05, "betas": (0.5, 0.6), "amsgrad": True, **DECAY},
        {f.eta: 0.05, f.beta1: 0.5, f.beta2: 0.6, **LAMBDA},
    ),
    Row("adam", Adam, f.adam_hat, symbols={f.epsilon_hat: 1e-8}, form="ε̂", by_hand=_epsilon_hat),
    Row(
        "adam",
        Adam,
        f.amsgrad_reddi,
        {"betas": (0.9, 0.5), "amsgrad": True},
        {f.eta: 0.001, f.beta1: 0.9, f.beta2: 0.5},
        "Reddi",
        by_hand=_reddi,
    ),
    Row("adamw", AdamW, f.adamw, recorded=True),
    Row("adamw", AdamW, f.adamw, ADAM, ADAM_SYMBOLS),
    Row("adamw", AdamW, f.adamw_amsgrad, {"amsgrad": True, "betas": (0.5, 0.6)}, {f.beta1: 0.5, f.beta2: 0.6}),
    Row(
        "adamw",
        AdamW,
        f.adamw_paper,
        {"lr": 0.02, "weight_decay": 0.3},
        {f.alpha: 0.02, f.lamda: 0.02 * 0.3, f.eta_t: 1},
        "Loshchilov",
    ),
]
