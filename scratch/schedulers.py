"""The four learning-rate schedulers, from simple to complex.

A scheduler holds an optimizer and writes its learning rate, the plain attribute `optimizer.lr`. Epochs are counted from
0 in `last_epoch`. The constructor makes the step to epoch 0 (ReduceLROnPlateau has none to make), and each call of
step() that to the next epoch; call it after the optimizer's own steps of the epoch, for OneCycleLR of the batch.
Settings are plain attributes; a new value counts from the next step on. Everything is checked before anything changes:
what a constructor refuses, a step refuses, and a refused constructor or step leaves all as it was.
"""

import math

from scratch.checks import choice, flag, integer, number, pair, real, require

_SETTINGS = {  # by name, in all schedulers alike: the check, and the interval of a number
    **dict.fromkeys(("step_size", "T_max", "total_steps"), (integer, "[1, inf)")),
    **dict.fromkeys(("patience", "cooldown", "num_bad_epochs", "cooldown_counter"), (integer, "[0, inf)")),
    **dict.fromkeys(("gamma", "eta_min", "base_lr", "threshold", "min_lr", "eps", "max_lr"), (number, "[0, inf)")),
    **dict.fromkeys(("base_momentum", "max_momentum"), (number, "[0, inf)")),
    **dict.fromkeys(("div_factor", "final_div_factor"), (number, "(0, inf)")),
    **dict.fromkeys(("cycle_momentum", "three_phase"), (flag,)),
    "last_epoch": (integer, "[-1, inf)"),
    "factor": (number, "[0, 1)"),
    "pct_start": (number, "[0, 1]"),
    "best": (number, "[-inf, inf]"),
    "mode": (choice("min", "max"),),
    "threshold_mode": (choice("rel", "abs"),),
    "anneal_strategy": (choice("cos", "linear"),),
}


def _checked(scheduler):
    """Check the rate and all settings, which stay as the Python numbers that were checked; return the rate."""
    optimizer, held = scheduler.optimizer, vars(scheduler)
    require(hasattr(optimizer, "lr"), "optimizer", "an object with a learning rate .lr", optimizer)
    lr = number("optimizer.lr", optimizer.lr, "[0, inf)")
    names = [name for name in held if name in _SETTINGS]
    known = {name: _SETTINGS[name][0](name, held[name], *_SETTINGS[name][1:]) for name in names}
    held.update(known)
    return lr


def _begin(scheduler):
    """Check everything; the first scheduler of an optimizer keeps the rate that stands there as `initial_lr`."""
    lr, optimizer, last_epoch = _checked(scheduler), scheduler.optimizer, scheduler.last_epoch
    known = last_epoch == -1 or hasattr(optimizer, "initial_lr")
    require(known, "last_epoch", "-1 for an optimizer that had no scheduler (it has no initial_lr)", last_epoch)
    optimizer.initial_lr = number("optimizer.initial_lr", getattr(optimizer, "initial_lr", lr), "[0, inf)")


def _count(total_steps, epochs, steps_per_epoch):
    """The number of steps: total_steps, or else the product of the other two."""
    counts = {"total_steps": total_steps, "epochs": epochs, "steps_per_epoch": steps_per_epoch}
    known = {name: integer(name, count, "[1, inf)") for name, count in counts.items() if count is not None}
    enough = "total_steps" in known or len(known) == 2
    require(enough, "total_steps", "given, or epochs and steps_per_epoch", counts)
    return known.get("total_steps") or known["epochs"] * known["steps_per_epoch"]


def _checked_cycle(cycle):
    """Check a cycle's settings, and what none of them shows alone: its other rates, its end, who takes its momentum."""
    _checked(cycle)
    first = number("max_lr / div_factor", cycle.max_lr / cycle.div_factor)
    number("max_lr / div_factor / final_div_factor", first / cycle.final_div_factor)
    below_end = f"below total_steps, {cycle.total_steps}, for a step"
    require(cycle.last_epoch < cycle.total_steps, "last_epoch", below_end, cycle.last_epoch)
    if cycle.cycle_momentum and not hasattr(cycle.optimizer, "momentum"):
        known = hasattr(cycle.optimizer, "betas")
        require(known, "cycle_momentum", "False for an optimizer without momentum", True)
        pair("optimizer.betas", cycle.optimizer.betas, "[0, 1)")
        number("base_momentum", cycle.base_momentum, "[0, 1)")
        number("max_momentum", cycle.max_momentum, "[0, 1)")


class StepLR:
    """Step decay: the learning rate is multiplied by gamma every step_size epochs.

    Source: no single one. He, Zhang, Ren, Sun 2015, "Deep residual learning for image recognition", arXiv 1512.03385,
    section 4.2, divide by 10 at two set iterations.

    optimizer: an object with a learning rate .lr. step_size: the number of epochs from drop to drop, at least 1. gamma:
    the factor, at least 0. last_epoch: -1 to begin; to resume, the epoch whose rate optimizer.lr is: the constructor
    makes the step to the next one.
    Raises ValueError for numbers out of range, an optimizer without a rate, and a last_epoch other than -1 for an
    optimizer that had no scheduler before.

    As in PyTorch a drop multiplies the rate that stands there: a rate set by hand persists, and so does what another
    scheduler of the same optimizer does.
    """

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        self.optimizer, self.last_epoch = optimizer, last_epoch
        self.step_size, self.gamma = step_size, gamma
        _begin(self)
        self.step()

    def step(self):
        """Go to the next epoch; drop the rate where step_size divides its number."""
        eta, gamma, s = _checked(self), self.gamma, self.step_size
        self.last_epoch = t = self.last_epoch + 1
        if t > 0 and t % s == 0:
            self.optimizer.lr = gamma * eta


class CosineAnnealingLR:
    """Cosine annealing: the learning rate falls along half a cosine, from its first value to eta_min in T_max epochs.

    Source: Loshchilov, Hutter 2016, "SGDR: stochastic gradient descent with warm restarts", arXiv 1608.03983, eq. 5.

    optimizer: an object with a learning rate .lr. T_max: the number of epochs down, at least 1. eta_min: the lowest
    rate, at least 0. last_epoch: -1 to begin; to resume, the number of the epoch before the one whose rate optimizer.lr
    is.
    Raises ValueError for numbers out of range, an optimizer without a rate, and a last_epoch other than -1 for an
    optimizer that had no scheduler before.

    The paper restarts at T_max; as in PyTorch the rate climbs back instead, along the same cosine. The rate of an epoch
    is made from that of the epoch before, so that one set by hand persists until the next trough (one set below eta_min
    can so be led below 0, which the next step refuses). (1 + cos u) / 2 is taken as a squared sine, which keeps its
    digits near the trough.
    """

    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1):
        self.optimizer, self.last_epoch = optimizer, last_epoch
        self.T_max, self.eta_min = T_max, eta_min
        _begin(self)
        self.base_lr = optimizer.initial_lr
        self.last_epoch += 1  # a step that leaves the rate as it is

    def step(self):
        """Go to the next epoch and to its place on the cosine."""
        eta, eta_min = _checked(self), self.eta_min
        self.last_epoch = t = self.last_epoch + 1
        h, h_1 = self._height(t), self._height(t - 1)
        if h_1 > 0:
            self.optimizer.lr = eta_min + (eta - eta_min) * (h / h_1)
        else:  # the trough: no factor leads out of it
            self.optimizer.lr = eta + (self.base_lr - eta_min) * h

    def _height(self, epoch):
        """(1 + cos(pi epoch / T_max)) / 2, from the distance to the nearest trough."""
        distance = abs(epoch % (2 * self.T_max) - self.T_max)
        return math.sin(math.pi / 2 * (distance / self.T_max)) ** 2


class ReduceLROnPlateau:
    """Reduce on plateau: the learning rate is multiplied by factor once a metric has not improved for long enough.

    Source: a heuristic. Krizhevsky, Sutskever, Hinton 2012, "ImageNet classification with deep convolutional neural
    networks", NIPS, section 5, followed it by hand; so did He, Zhang, Ren, Sun 2015, arXiv 1512.03385, section 3.4.

    optimizer: an object with a learning rate .lr. mode: "min" for a metric that should fall, "max" for one that should
    rise. factor: in [0, 1). patience: how many bad epochs in a row are let pass, at least 0. threshold: by how much the
    best metric must be beaten, at least 0. threshold_mode: "rel" for a share of the best metric, "abs" for a
    difference. cooldown: for how many epochs after a reduction none counts as bad, at least 0. min_lr: the lowest rate,
    at least 0. eps: a reduction by no more than this is not made, at least 0.
    Raises ValueError for numbers out of range, unknown modes, and an optimizer without a rate.

    As in PyTorch the reduction comes with bad epoch patience + 1, NaN counts as bad, and in the cooldown the best
    metric is still followed. "rel" is made for positive metrics: below 0 its bound lies on the wrong side of the best.
    With "rel" and "min" a threshold of 1 or more is never beaten.
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
        self.optimizer, self.last_epoch = optimizer, 0
        self.mode, self.factor, self.patience = mode, factor, patience
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.cooldown, self.min_lr, self.eps = cooldown, min_lr, eps
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = 0
        _checked(self)

    def step(self, metric):
        """Go to the next epoch, given the metric of the one that ends: a real number, NaN and infinity included, else
        ValueError.
        """
        m, eta = real("metric", metric), _checked(self)
        s = 1 if self.mode == "min" else -1
        best, theta = self.best, s * self.threshold
        rel = self.threshold_mode == "rel"
        bound = best * (1 - theta) if rel else best - theta
        self.last_epoch += 1
        if s * m < s * bound:
            self.best, self.num_bad_epochs = m, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        lower = max(self.factor * eta, self.min_lr)
        if self.num_bad_epochs > self.patience:
            if eta - lower > self.eps:
                self.optimizer.lr = lower
            self.num_bad_epochs = 0
            self.cooldown_counter = self.cooldown


class OneCycleLR:
    """One cycle: the learning rate rises to max_lr and falls far below its first value; momentum goes the other way.

    Source: Smith, Topin 2017, "Super-convergence: very fast training of neural networks using large learning rates",
    arXiv 1708.07120; momentum: Smith 2018, arXiv 1803.09820.

    Each of the steps 0 to total_steps - 1 has its own rate: call step() after each batch.
    optimizer: an object with a learning rate .lr, and a .momentum or .betas if that is to be cycled. max_lr: the
    highest rate, at least 0. total_steps: the number of batches, at least 1; or else epochs and steps_per_epoch, whose
    product it is. pct_start: the share of the steps that the rise takes, in [0, 1]. anneal_strategy: "cos" or "linear".
    cycle_momentum: whether to write .momentum or, where there is none, betas[0]. base_momentum, max_momentum: the
    momentum at the highest and at the lowest rate, at least 0; below 1 where it is betas[0]. div_factor: max_lr / first
    rate, above 0. final_div_factor: first rate / last rate, above 0. three_phase: whether to come down in as many steps
    as up, and to use the rest for the way to the last rate. last_epoch: -1 to begin; to resume, the step before the one
    that comes next.
    Raises ValueError for numbers out of range, an unknown strategy, no number of steps, an optimizer without a rate or
    without the momentum to be cycled, and a last_epoch other than -1 for an optimizer that had no scheduler before.

    The papers' cycle is linear and has three phases. As in PyTorch the optimizer's own rate and momentum are
    overwritten. Unlike there, a rise that ends at step 0 (pct_start * total_steps = 1) is the peak and no division by
    zero; the call after the last batch keeps the last rate, where PyTorch climbs again; and a scheduler that resumes
    follows its own arguments, not those of the one before.
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
        self.optimizer, self.last_epoch = optimizer, last_epoch
        self.max_lr, self.total_steps = max_lr, _count(total_steps, epochs, steps_per_epoch)
        self.div_factor, self.final_div_factor = div_factor, final_div_factor
        self.pct_start, self.three_phase, self.anneal_strategy = pct_start, three_phase, anneal_strategy
        self.cycle_momentum, self.base_momentum, self.max_momentum = cycle_momentum, base_momentum, max_momentum
        _checked_cycle(self)
        _begin(self)
        if self.last_epoch == -1:
            optimizer.initial_lr = self.max_lr / self.div_factor
        self.step()

    def corners(self):
        """The corners (step, rate, momentum) of the cycle; between them both go straight or along a cosine."""
        N, first = self.total_steps, self.max_lr / self.div_factor
        peak, last = self.pct_start * N - 1, N - 1
        base, top = self.base_momentum, self.max_momentum
        rise = [(0, first, top), (peak, self.max_lr, base)]
        back = [(2 * peak, first, top)] if self.three_phase else []
        end = [(last, first / self.final_div_factor, top)]
        return rise + back + end

    def step(self):
        """Go to the next step, to its rate and its momentum. Raises ValueError at call total_steps + 1."""
        _checked_cycle(self)
        self.last_epoch += 1
        n = min(self.last_epoch, self.total_steps - 1)
        corners = self.corners()
        phases = zip(corners, corners[1:])
        (a, *x), (b, *y) = next(p for p in phases if n <= p[1][0])
        u = (n - a) / (b - a) if a < b else 1  # the share behind
        v = (b - n) / (b - a) if a < b else 0  # and the share ahead
        if self.anneal_strategy == "cos":
            u = math.sin(math.pi / 2 * u) ** 2
            v = math.sin(math.pi / 2 * v) ** 2
        eta, mu = (v * x_i + u * y_i for x_i, y_i in zip(x, y))
        self.optimizer.lr = eta
        if self.cycle_momentum and hasattr(self.optimizer, "momentum"):
            self.optimizer.momentum = mu
        elif self.cycle_momentum:
            self.optimizer.betas = (mu, *self.optimizer.betas[1:])
