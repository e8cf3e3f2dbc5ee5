"""How a reader's signature is mapped to a block's: what is data, which option is which, and what it is by default."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field

import numpy as np

from scratch.examine.watch import Failure, as_array, tensor

ALIASES = {  # by an option's name in the blocks, what readers call it
    "lr": "lr learning_rate learningrate eta rate step_size stepsize lr0 base_lr initial_lr",
    "betas": "betas beta",
    "beta1": "beta1 beta_1 b1 decay_rate_1 beta_m momentum_decay rho1 decay1",
    "beta2": "beta2 beta_2 b2 decay_rate_2 beta_v rms_decay rho2 decay2",
    "eps": "eps epsilon eps_ epsilon_ fuzz delta e tiny small",
    "weight_decay": "weight_decay wd weightdecay decay lambda_ lam lamb lambd lamda l2 reg",
    "momentum": "momentum mass mu beta gamma rho alpha friction m",
    "dampening": "dampening tau damp",
    "nesterov": "nesterov use_nesterov",
    "maximize": "maximize maximise ascent",
    "amsgrad": "amsgrad ams use_amsgrad",
    "centered": "centered centred",
    "lr_decay": "lr_decay learning_rate_decay rate_decay decay",
    "initial_accumulator_value": "initial_accumulator_value initial_accumulator accumulator initial init_acc",
    "alpha": "alpha rho decay_rate decay gamma beta beta2 smoothing discount b a",
    "negative_slope": "negative_slope slope alpha a leak negativeslope leakiness k",
    "approximate": "approximate approx approximation kind mode form",
    "beta": "beta b delta threshold sigma",
    "delta": "delta d threshold beta k",
    "weight": "weight weights w sample_weight class_weight class_weights",
    "ignore_index": "ignore_index ignore ignore_label padding_idx pad",
    "label_smoothing": "label_smoothing smoothing eps epsilon smooth ls",
    "reduction": "reduction reduce red",
    "step_size": "step_size step every period drop_every epochs_drop decay_steps s size interval step_epochs",
    "gamma": "gamma factor drop decay decay_rate g drop_rate rate",
    "T_max": "T_max tmax t_max total_epochs epochs n_epochs max_epochs period T total_steps decay_steps total steps",
    "eta_min": "eta_min min_lr lr_min etamin minimum lr_end final_lr end_lr",
    "mode": "mode",
    "factor": "factor gamma decay drop",
    "patience": "patience wait",
    "threshold": "threshold min_delta tol delta",
    "threshold_mode": "threshold_mode",
    "cooldown": "cooldown cool_down",
    "min_lr": "min_lr lr_min eta_min minimum",
    "max_lr": "max_lr lr_max peak_lr eta_max peak maximum lr max_rate",
    "total_steps": "total_steps n_steps num_steps steps N n total max_steps total_iters",
    "epochs": "epochs n_epochs",
    "steps_per_epoch": "steps_per_epoch batches_per_epoch batches",
    "pct_start": "pct_start pct warmup warmup_pct warmup_frac pct_up",
    "anneal_strategy": "anneal_strategy anneal strategy",
    "cycle_momentum": "cycle_momentum",
    "base_momentum": "base_momentum min_momentum momentum_min",
    "max_momentum": "max_momentum momentum_max",
    "div_factor": "div_factor div initial_div start_div",
    "final_div_factor": "final_div_factor final_div end_div",
    "three_phase": "three_phase",
    "size": "size output_size out_size shape new_size target_size hw",
    "interpolation": "interpolation interp method order resample mode",
    "top": "top i y t y0 row",
    "left": "left j x l x0 col column",
    "height": "height h box_h rows crop_h",
    "width": "width w box_w cols crop_w",
    "factor_": "factor f alpha brightness_factor contrast_factor saturation_factor hue_factor amount",
    "angle": "angle degrees theta deg rotation",
    "expand": "expand",
    "center": "center centre c",
    "fill": "fill cval value background",
    "translate": "translate translation shift offset t",
    "scale": "scale s zoom",
    "shear": "shear sh",
    "num_output_channels": "num_output_channels channels n_channels out_channels",
    "kernel_size": "kernel_size ksize kernel size k",
    "sigma": "sigma sigmas std s",
    "value": "value v fill values",
    "lam": "lam lambda_ lamb lambd lamda l ratio",
    "base_rate": "base_lr initial_lr lr eta_0 eta0 lr0 learning_rate init_lr initial base start_lr eta_max lr_max "
    "max_lr eta rate",
}


CHOICES = {"approximate": {"none": False, "tanh": True}, "interpolation": {"nearest": 0, "bilinear": 1}}


class Unmappable(Exception):
    """A signature that cannot be called: an argument without a default that is none of the block's."""


@dataclass
class Signature:
    """How a callable is called: options by the block's name, each with the reader's names and default."""

    data: list
    options: dict
    defaults: dict
    left: list = field(default_factory=list)

    def arguments(self, options):
        """The block's options under the reader's names."""
        named = {}
        for name, value in options.items():
            own = self.options[name]
            named.update(zip(own, value) if len(own) > 1 else {own[0]: self._meant(name, value)})
        return named

    def _meant(self, name, value):
        """A choice as the reader's default has it: True for "tanh", 1 for "bilinear"."""
        known = CHOICES.get(name, {})
        return known[value] if type(self.defaults.get(name)) in (bool, int) and value in known else value


def plain(name):
    return name.lower().strip("_").replace("_", "")


def parameters(function):
    """The parameters of a callable; of one without a signature, None."""
    try:
        found = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    return None if found and hasattr(function, "nin") else found  # a ufunc takes arrays and nothing else


def signature(found, data, options, aliases=None):
    """Map parameters: the first ones are data, the others options, by their usual names.

    data: the names of the data arguments, each as a string of what readers call it. options: name to default.
    aliases: further names of options, those that are tried first. betas may be two arguments, beta1 and beta2.
    """
    if found is None:
        return Signature([None] * len(data), {}, {})
    gathered = any(p.kind is p.VAR_POSITIONAL for p in found)
    found = [p for p in found if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    count = min(len(data), len(found)) if gathered else len(data)
    if len(found) < count:
        raise Unmappable(f"it takes {len(found)} arguments where {len(data)} are needed")
    order, rest = found[:count], found[count:]
    made, defaults, taken = {}, {}, set()
    wanted = [*options, *(("beta1", "beta2") if "betas" in options else ())]
    for exact in (True, False):
        for name in wanted:
            if name in made or (name in ("beta1", "beta2") and "betas" in made):
                continue
            own = _find(rest, taken, [name] if exact else _names(name, aliases))
            if own is None or (name == "betas" and not _is_pair(own)):
                continue
            made[name], defaults[name] = (own.name,), own.default
            taken.add(own.name)
    taken -= _join_betas(made, defaults)
    left = [p for p in rest if p.name not in taken]
    lost = [name for name in options if name not in made]
    asked = [p for p in left if p.default is p.empty]
    if len(options) == 1 and len(left) == 1:
        asked = left
    for p, name in zip(asked, lost):  # what must be given stands in the block's order
        made[name], defaults[name] = (p.name,), p.default
    left = [p for p in left if (p.name,) not in made.values()]
    unknown = [p.name for p in left if p.default is p.empty]
    if unknown:
        raise Unmappable(f"it needs an argument {unknown[0]!r}, which none of the block's options is")
    defaults = {name: value for name, value in defaults.items() if value is not inspect.Parameter.empty}
    return Signature([p.name for p in order], made, defaults, [p.name for p in left])


def _names(name, aliases):
    return f"{(aliases or {}).get(name, '')} {ALIASES.get(name, name)}".split()


def _find(rest, taken, names):
    for wanted in names:
        for p in rest:
            if p.name not in taken and plain(p.name) == plain(wanted):
                return p
    return None


def _is_pair(parameter):
    return plain(parameter.name) == "betas" or isinstance(parameter.default, (tuple, list))


def _join_betas(made, defaults):
    """beta1 and beta2 are the pair betas; returns the name of one that stands alone, which is none of the options."""
    ones = [made.pop(name, None) for name in ("beta1", "beta2")]
    values = [defaults.pop(name, inspect.Parameter.empty) for name in ("beta1", "beta2")]
    if not all(ones):
        return {one[0] for one in ones if one}
    made["betas"] = (ones[0][0], ones[1][0])
    defaults["betas"] = tuple(values) if inspect.Parameter.empty not in values else inspect.Parameter.empty
    return set()


# Functions, and classes that are made with their options


SAID = {  # what is reported of the ways in which something is called
    "list": "it takes lists, not arrays",
    "tensor": "it takes tensors, not arrays",
    "number": "it takes one number at a time, not arrays",
    "rows": "it takes the classes as rows with one 1, not as numbers",
    "pair": "it takes one pair of numbers at a time; their mean was compared",
    "sample": "it takes one sample at a time; their mean was compared",
    "channels": "it takes one channel at a time, (H, W)",
}


class Reader:
    """What a reader handed in, called with the block's data and options in the first way that gives the right shape.

    data: what readers call the arguments. methods: of a class, those that may be the function. ways: how it may be
    called.
    """

    data, methods, ways = (), ("__call__", "forward"), ("array",)

    def __init__(self, task, implementation, watch):
        self.task, self.watch, self.restrictions, self.how, self.made = task, watch, [], None, None
        self.open(implementation, task.options)

    def open(self, implementation, options):
        """Find the function and its signature, and whether it must first be made with its options."""
        aliases = self.task.aliases
        if inspect.isclass(implementation):
            found = [p for p in parameters(implementation) or [] if p.kind is not p.VAR_POSITIONAL]
            first = signature(found, [], options, aliases)
            method = self._method(implementation, lambda m: inspect.isfunction(m) or inspect.ismethod(m))
            left = {name: value for name, value in options.items() if name not in first.options}
            inner = signature((parameters(method) or [None])[1:], self.data, left, aliases)
            merged = {**first.options, **inner.options}, {**inner.defaults, **first.defaults}, first.left + inner.left
            self.function, self.signature = method.__name__, Signature(inner.data, *merged)
            self.made = implementation, first, inner
            return
        self.function = implementation if callable(implementation) else self._method(implementation, callable)
        self.signature = signature(parameters(self.function), self.data, options, aliases)

    def _method(self, owner, fits):
        for name in self.methods:
            if fits(getattr(owner, name, None)):
                return getattr(owner, name)
        if inspect.isclass(owner):
            raise Unmappable(f"the class has none of the methods {', '.join(self.methods)}")
        raise Unmappable(f"it is {type(owner).__name__!r}, not a function or a class")

    def called(self, options):
        """The function with options put in; of a class, the method of an instance made with them."""
        if self.made is None:
            named = self.signature.arguments(options)
            return lambda *args: self.function(*args, **named)
        kind, outer, inner = self.made
        first, rest = ({n: v for n, v in options.items() if n in part.options} for part in (outer, inner))
        method = getattr(self.watch.call(kind, **outer.arguments(first)), self.function)
        return lambda *args: method(*args, **inner.arguments(rest))

    def __call__(self, *data, **options):
        function = self.called(options)
        if self.how is None:
            self.how = self._find(function, data)
        return self.result(self.how, function, *data)

    def _find(self, function, data):
        """The first way that gives the right shape, else the first that gives anything."""
        failure = known = None
        for how in self.ways:
            try:
                if self.fits(self.result(how, function, *data), *data):
                    known = how
                    break
                known = known or how
            except Failure as problem:
                failure = failure or problem
        if known is None:
            raise failure
        self.restrictions += [SAID[known]] if known in SAID else []
        return known


def handed_over(value, how):
    """An argument as it is handed over: a list, a tensor, or an array of the caller's own."""
    if how == "tensor":
        return tensor(value)
    return np.asarray(value).tolist() if how == "list" else value.copy() if isinstance(value, np.ndarray) else value


def plainly(function, case):
    """What a function gives for a case."""
    return as_array(function(*case.data, **case.options))


def with_signature(task, function):
    """A mistake as a reader would hand it in: a function that calls another, with the block's signature."""

    def offered(*args, **kwargs):
        return function(*args, **kwargs)

    offered.__signature__ = inspect.signature(task.right)
    return offered
