"""The four learning-rate schedulers, from simple to complex.

A scheduler holds an optimizer and writes its learning rate, the plain attribute
`optimizer.lr`. Epochs are counted from 0 in `last_epoch`. The constructor makes the
step to epoch 0 (ReduceLROnPlateau has none to make), and each call of step() that to
the next epoch; call it after the optimizer's own steps of the epoch, for OneCycleLR of
the batch. Everything is checked before anything changes: a refused constructor or step
leaves all as it was.
"""

import math
from numbers import Integral, Real

import numpy as np


def _is_real(value):
    """Whether it is a real number that a float can hold, NaN and infinity included."""
    if not isinstance(value, Real) or isinstance(value, np.timedelta64):
        return False
    try:
        float(value)
    except (OverflowError, TypeError):
        return False
    return True


def _is_finite(value):
    return _is_real(value) and math.isfinite(value)


def _check_optimizer(optimizer):
    if not _is_real(getattr(optimizer, "lr", None)):
        raise ValueError(f"optimizer must have a learning rate .lr, got {optimizer!r}")


def _check_integer(name, value, least):
    whole = isinstance(value, Integral) and not isinstance(value, np.timedelta64)
    if not whole or value < least:
        raise ValueError(f"{name} must be an integer of at least {least}, got {value!r}")


def _check_not_negative(name, value):
    if not _is_finite(value) or value < 0:
        raise ValueError(f"{name} must be a finite number of at least 0, got {value!r}")


def _check_positive(name, value):
    if not _is_finite(value) or float(value) <= 0:  # a fraction can round to 0
        raise ValueError(f"{name} must be a finite number above 0, got {value!r}")


def _check_choice(name, value, first, second):
    if not isinstance(value, str) or value not in (first, second):
        raise ValueError(f'{name} must be "{first}" or "{second}", got {value!r}')


def _check_last_epoch(optimizer, last_epoch):
    _check_integer("last_epoch", last_epoch, least=-1)
    if last_epoch != -1 and not hasattr(optimizer, "initial_lr"):
        raise ValueError(
            f"last_epoch must be -1 for an optimizer that had no scheduler (it has no initial_lr), got {last_epoch!r}"
        )


def _check_metric(metric):
    number = _is_real(metric)
    if isinstance(metric, np.ndarray):
        number = metric.shape == () and metric.dtype.kind in "fiub"
    if not number or np.ma.is_masked(metric):
        raise ValueError(f"metric must be a real number, got {metric!r}")


def _check_steps(total_steps, epochs, steps_per_epoch):
    counts = {"total_steps": total_steps, "epochs": epochs, "steps_per_epoch": steps_per_epoch}
    for name, value in counts.items():
        if value is not None:
            _check_integer(name, value, least=1)
    if total_steps is None and (epochs is None or steps_per_epoch is None):
        raise ValueError(f"total_steps must be given, or epochs and steps_per_epoch, got {counts!r}")


def _check_momenta(optimizer, cycle_momentum, base_momentum, max_momentum):
    below = 1 if cycle_momentum and not hasattr(optimizer, "momentum") else np.inf
    if below == 1 and not hasattr(optimizer, "betas"):
        raise ValueError(f"cycle_momentum must be False for an optimizer without momentum, got {cycle_momentum!r}")
    momenta = {"base_momentum": base_momentum, "max_momentum": max_momentum}
    for name, value in momenta.items():
        if not _is_finite(value) or not 0 <= float(value) < below:
            raise ValueError(f"{name} must be a number in [0, {below}), got {value!r}")


class StepLR:
    """Step decay: the learning rate is multiplied by gamma every step_size epochs.

    Source: no single one. He, Zhang, Ren, Sun 2015, "Deep residual learning for image
    recognition", arXiv 1512.03385, section 4.2, divide by 10 at two set iterations.

    optimizer: an object with a learning rate .lr. step_size: the number of epochs from
    drop to drop, at least 1. gamma: the factor, at least 0. last_epoch: -1 to begin; to
    resume, the epoch whose rate optimizer.lr is: the constructor makes the step to the
    next one.
    Raises ValueError for numbers out of range, an optimizer without a rate, and a
    last_epoch other than -1 for an optimizer that had no scheduler before.

    As in PyTorch a drop multiplies the rate that stands there: a rate set by hand
    persists, and so does what another scheduler of the same optimizer does.
    """

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        _check_optimizer(optimizer)
        _check_integer("step_size", step_size, least=1)
        _check_not_negative("gamma", gamma)
        _check_last_epoch(optimizer, last_epoch)
        self.optimizer, self.step_size = optimizer, int(step_size)
        self.gamma, self.last_epoch = float(gamma), int(last_epoch)
        if not hasattr(optimizer, "initial_lr"):
            optimizer.initial_lr = optimizer.lr
        self.step()

    def step(self):
        """Go to the next epoch; drop the rate where step_size divides its number."""
        lr = float(self.optimizer.lr)  # first: where it is no number, nothing changes
        self.last_epoch += 1
        if self.last_epoch > 0 and self.last_epoch % self.step_size == 0:
            self.optimizer.lr = self.gamma * lr


class CosineAnnealingLR:
    """Cosine annealing: the learning rate falls along half a cosine, from its first
    value to eta_min in T_max epochs.

    Source: Loshchilov, Hutter 2016, "SGDR: stochastic gradient descent with warm
    restarts", arXiv 1608.03983, eq. 5.

    optimizer: an object with a learning rate .lr. T_max: the number of epochs down, at
    least 1. eta_min: the lowest rate, at least 0. last_epoch: -1 to begin; to resume,
    the number of the epoch before the one whose rate optimizer.lr is.
    Raises ValueError for numbers out of range, an optimizer without a rate, and a
    last_epoch other than -1 for an optimizer that had no scheduler before.

    The paper restarts at T_max; as in PyTorch the rate climbs back instead, along the
    same cosine. The rate of an epoch is made from that of the epoch before, so that one
    set by hand persists until the next trough. (1 + cos u) / 2 is taken as a squared
    sine, which keeps its digits near the trough.
    """

    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1):
        _check_optimizer(optimizer)
        _check_integer("T_max", T_max, least=1)
        _check_not_negative("eta_min", eta_min)
        _check_last_epoch(optimizer, last_epoch)
        self.optimizer, self.T_max = optimizer, int(T_max)
        self.eta_min = float(eta_min)
        self.last_epoch = int(last_epoch) + 1  # a step that leaves the rate as it is
        if not hasattr(optimizer, "initial_lr"):
            optimizer.initial_lr = optimizer.lr
        self.base_lr = float(optimizer.initial_lr)

    def step(self):
        """Go to the next epoch and to its place on the cosine."""
        lr = float(self.optimizer.lr)  # first: where it is no number, nothing changes
        before = self._height(self.last_epoch)
        self.last_epoch += 1
        height = self._height(self.last_epoch)
        if before == 0:  # the trough: no factor leads out of it
            self.optimizer.lr = lr + (self.base_lr - self.eta_min) * height
        else:
            self.optimizer.lr = self.eta_min + (lr - self.eta_min) * (height / before)

    def _height(self, epoch):
        """(1 + cos(pi epoch / T_max)) / 2, from the distance to the nearest trough."""
        distance = abs(epoch % (2 * self.T_max) - self.T_max)
        return math.sin(math.pi / 2 * (distance / self.T_max)) ** 2


class ReduceLROnPlateau:
    """Reduce on plateau: the learning rate is multiplied by factor once a metric has
    not improved for long enough.

    Source: a heuristic. Krizhevsky, Sutskever, Hinton 2012, "ImageNet classification
    with deep convolutional neural networks", NIPS, section 5, followed it by hand; so
    did He, Zhang, Ren, Sun 2015, arXiv 1512.03385, section 3.4.

    optimizer: an object with a learning rate .lr. mode: "min" for a metric that should
    fall, "max" for one that should rise. factor: in [0, 1). patience: how many bad
    epochs in a row are let pass, at least 0. threshold: by how much the best metric
    must be beaten, at least 0. threshold_mode: "rel" for a share of the best metric,
    "abs" for a difference. cooldown: for how many epochs after a reduction none counts
    as bad, at least 0. min_lr: the lowest rate, at least 0. eps: a reduction by no more
    than this is not made, at least 0.
    Raises ValueError for numbers out of range, unknown modes, and an optimizer without
    a rate.

    As in PyTorch the reduction comes with bad epoch patience + 1, NaN counts as bad,
    and in the cooldown the best metric is still followed. "rel" is made for positive
    metrics: below 0 its bound lies on the wrong side of the best. With "rel" and "min"
    a threshold of 1 or more is never beaten.
    """

    def __init__(
        self,
        optimizer,
        mode="min",
        factor=0.1,
        patience=10,
        threshold=1e-4,
        threshold_mode="rel",
        cooldown=0,
        min_lr=0,
        eps=1e-8,
    ):
        _check_optimizer(optimizer)
        _check_choice("mode", mode, "min", "max")
        if not _is_finite(factor) or not 0 <= float(factor) < 1:
            raise ValueError(f"factor must be a number in [0, 1), got {factor!r}")
        _check_integer("patience", patience, least=0)
        _check_not_negative("threshold", threshold)
        _check_choice("threshold_mode", threshold_mode, "rel", "abs")
        _check_integer("cooldown", cooldown, least=0)
        _check_not_negative("min_lr", min_lr)
        _check_not_negative("eps", eps)
        self.optimizer, self.mode, self.factor = optimizer, mode, float(factor)
        self.patience, self.cooldown = int(patience), int(cooldown)
        self.threshold, self.threshold_mode = float(threshold), threshold_mode
        self.min_lr, self.eps = float(min_lr), float(eps)
        self.best = np.inf if mode == "min" else -np.inf
        self.last_epoch = self.num_bad_epochs = self.cooldown_counter = 0

    def step(self, metric):
        """Go to the next epoch, given the metric of the one that ends: a real number,
        NaN and infinity included, else ValueError.
        """
        _check_metric(metric)
        metric, lr = float(metric), float(self.optimizer.lr)
        self.last_epoch += 1
        if self._better(metric):
            self.best, self.num_bad_epochs = metric, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            lower = max(self.factor * lr, self.min_lr)
            if lr - lower > self.eps:
                self.optimizer.lr = lower
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0

    def _better(self, metric):
        if self.mode == "min" and self.threshold_mode == "rel":
            return metric < self.best * (1 - self.threshold)
        if self.mode == "min":
            return metric < self.best - self.threshold
        if self.threshold_mode == "rel":
            return metric > self.best * (1 + self.threshold)
        return metric > self.best + self.threshold


class OneCycleLR:
    """One cycle: the learning rate rises to max_lr and falls far below its first value;
    momentum goes the other way.

    Source: Smith, Topin 2017, "Super-convergence: very fast training of neural networks
    using large learning rates", arXiv 1708.07120; momentum: Smith 2018, arXiv
    1803.09820.

    Each of the steps 0 to total_steps - 1 has its own rate: call step() after each
    batch.
    optimizer: an object with a learning rate .lr, and a .momentum or .betas if that is
    to be cycled. max_lr: the highest rate, at least 0. total_steps: the number of
    batches, at least 1; or else epochs and steps_per_epoch, whose product it is.
    pct_start: the share of the steps that the rise takes, in [0, 1]. anneal_strategy:
    "cos" or "linear". cycle_momentum: whether to write .momentum or, where there is
    none, betas[0]. base_momentum, max_momentum: the momentum at the highest and at the
    lowest rate, at least 0; below 1 where it is betas[0]. div_factor: max_lr / first
    rate, above 0. final_div_factor: first rate / last rate, above 0. three_phase:
    whether to come down in as many steps as up, and to use the rest for the way to the
    last rate. last_epoch: -1 to begin; to resume, the step before the one that comes
    next.
    Raises ValueError for numbers out of range, an unknown strategy, no number of steps,
    an optimizer without a rate or without the momentum to be cycled, and a last_epoch
    other than -1 for an optimizer that had no scheduler before.

    The papers' cycle is linear and has three phases. As in PyTorch the optimizer's own
    rate and momentum are overwritten. Unlike there, a rise that ends at step 0
    (pct_start * total_steps = 1) is the peak and no division by zero; the call after
    the last batch keeps the last rate, where PyTorch climbs again; and a scheduler that
    resumes follows its own arguments, not those of the one before.
    """

    def __init__(
        self,
        optimizer,
        max_lr,
        total_steps=None,
        epochs=None,
        steps_per_epoch=None,
        pct_start=0.3,
        anneal_strategy="cos",
        cycle_momentum=True,
        base_momentum=0.85,
        max_momentum=0.95,
        div_factor=25.0,
        final_div_factor=1e4,
        three_phase=False,
        last_epoch=-1,
    ):
        _check_optimizer(optimizer)
        _check_not_negative("max_lr", max_lr)
        _check_steps(total_steps, epochs, steps_per_epoch)
        if not _is_finite(pct_start) or not 0 <= pct_start <= 1:
            raise ValueError(f"pct_start must be a number in [0, 1], got {pct_start!r}")
        _check_choice("anneal_strategy", anneal_strategy, "cos", "linear")
        _check_momenta(optimizer, cycle_momentum, base_momentum, max_momentum)
        _check_positive("div_factor", div_factor)
        _check_positive("final_div_factor", final_div_factor)
        _check_last_epoch(optimizer, last_epoch)
        if total_steps is None:
            total_steps = int(epochs) * int(steps_per_epoch)
        if not _is_finite(total_steps):
            raise ValueError(f"total_steps must fit into a float, got {total_steps!r}")
        if last_epoch >= total_steps:
            raise ValueError(f"last_epoch must be below the number of steps, {total_steps}, got {last_epoch!r}")
        highest, initial = float(max_lr), float(max_lr) / float(div_factor)
        lowest = initial / float(final_div_factor)
        if not math.isfinite(initial):
            raise ValueError(f"div_factor must be large enough for a finite rate, got {div_factor!r}")
        if not math.isfinite(lowest):
            raise ValueError(f"final_div_factor must be large enough for a finite rate, got {final_div_factor!r}")
        self.optimizer, self.total_steps = optimizer, int(total_steps)
        self.anneal_strategy, self.cycle_momentum = anneal_strategy, cycle_momentum
        self.last_epoch = int(last_epoch)
        peak, last = float(pct_start) * self.total_steps - 1, self.total_steps - 1
        base, top = float(base_momentum), float(max_momentum)
        # each phase: its first and last step, and the rates and momenta there
        self.phases = [(0, peak, initial, highest, top, base)]
        if three_phase:
            self.phases.append((peak, 2 * peak, highest, initial, base, top))
            self.phases.append((2 * peak, last, initial, lowest, top, top))
        else:
            self.phases.append((peak, last, highest, lowest, base, top))
        if last_epoch == -1:
            optimizer.initial_lr = initial
        self.step()

    def step(self):
        """Go to the next step, to its rate and its momentum. Raises ValueError at call
        total_steps + 1.
        """
        if self.last_epoch >= self.total_steps:
            raise ValueError(
                f"total_steps must cover all calls of step(), got {self.total_steps} at call {self.last_epoch + 1}"
            )
        self.last_epoch += 1
        n = min(self.last_epoch, self.total_steps - 1)
        phase = next(phase for phase in self.phases if n <= phase[1])
        start, end, lr, next_lr, momentum, next_momentum = phase
        p, q = 1, 0  # the shares of the phase that are behind and ahead
        if start < end:
            p, q = (n - start) / (end - start), (end - n) / (end - start)
        if self.anneal_strategy == "cos":  # two sines keep their digits at both ends
            p, q = math.sin(math.pi / 2 * p) ** 2, math.sin(math.pi / 2 * q) ** 2
        self.optimizer.lr = q * lr + p * next_lr
        if self.cycle_momentum and hasattr(self.optimizer, "momentum"):
            self.optimizer.momentum = q * momentum + p * next_momentum
        elif self.cycle_momentum:
            first = q * momentum + p * next_momentum
            self.optimizer.betas = (first, *self.optimizer.betas[1:])
