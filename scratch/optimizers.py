"""The optimizers, from simple to complex: SGD with its momentum forms, AdaGrad, RMSProp, Adam, AdamW.

An optimizer is made with the list of the arrays that it shall improve, and `step(grads)` changes them in place. What it
remembers of each (buffer, averages, number of steps) stands in `.state`, in the parameter's dtype; float16 parameters
are computed and remembered in float32, as eps would be 0 in float16, and rounded once per step. A gradient is any array
of real numbers of its parameter's shape, or None: then the parameter and its memory stay as they are. Gradients are
never written and never kept. Settings are plain attributes, and a new value counts from the next step on. Everything is
checked before anything changes: what a constructor refuses, a step refuses.

Where squares of gradients are remembered, a gradient above half the root of the largest float (2^63 in float32, 2^511
in float64) counts as that, so that none overflows. In PyTorch the average becomes infinite, and every later step is 0.
"""

import numpy as np

from scratch.checks import FINITE, array, flag, number, pair, require

_SETTINGS = {  # by name, in all optimizers alike: the check, and the interval of a number
    **dict.fromkeys(("lr", "momentum", "weight_decay", "lr_decay", "eps"), (number, "[0, inf)")),
    "dampening": (number, FINITE),
    "alpha": (number, "[0, 1]"),
    "betas": (pair, "[0, 1)"),
    **dict.fromkeys(("nesterov", "centered", "amsgrad", "maximize"), (flag,)),
}


def _parameters(params):
    """The parameters as a list of writable float arrays that share no memory."""
    is_list = hasattr(params, "__iter__") and not isinstance(params, np.ndarray)
    require(is_list, "params", "a list of float arrays", params)
    params = list(params)
    require(params, "params", "at least one float array", params)
    for i, param in enumerate(params):
        name, is_array = f"params[{i}]", isinstance(param, np.ndarray)
        require(is_array and param.dtype.kind == "f", name, "a float array", param)
        require(not isinstance(param, np.ma.MaskedArray), name, "an array without a mask", param)
        require(param.flags.writeable, name, "a writable array", param)
    bounds = [np.lib.array_utils.byte_bounds(param) for param in params] if params[1:] else [0]
    near = []  # those that end beyond the place where i begins
    for i in sorted(range(len(params)), key=bounds.__getitem__):
        near = [j for j in near if bounds[j][1] >= bounds[i][0]]
        for j in near:
            own = params[i] is not params[j] and not np.shares_memory(params[i], params[j])
            require(own, f"params[{max(i, j)}]", "an array of its own", params[max(i, j)])
        near.append(i)
    return params


def _gradients(params, grads):
    """Pairs (index, gradient) of all gradients but None, each a copy in the dtype that its parameter is computed in."""
    try:
        grads = list(grads)
    except TypeError:
        raise ValueError(f"grads must be a list of arrays, got {grads!r}") from None
    require(len(grads) == len(params), "grads", f"{len(params)} arrays, one per parameter", len(grads))
    copies = []
    for i, (param, grad) in enumerate(zip(params, grads)):
        if grad is not None:
            g = array(f"grads[{i}]", grad)
            require(g.shape == param.shape, f"grads[{i}]", f"an array of shape {param.shape}", g.shape)
            g = g if g.dtype == param.dtype else _within(g, np.finfo(param.dtype).max)
            copies.append((i, np.array(g, np.promote_types(param.dtype, np.float32))))
    return copies


def _within(g, limit):
    """g with its finite values clipped to +-limit; an infinity stays what it is."""
    return np.where(np.isinf(g), g, np.clip(g, -limit, limit))


def _squarable(g):
    """g clipped to half the root of the largest float: its square is finite, and so are averages of squares."""
    limit = np.finfo(g.dtype).max ** 0.5 / 2
    return g if np.vdot(g, g) < limit**2 else _within(g, limit)


def _nonzero(denominator):
    """The denominator, infinite where it is 0, so that the step there is 0."""
    return denominator if denominator.all() else np.where(denominator == 0, np.inf, denominator)


class _Memory:
    """What an optimizer remembers of a parameter."""

    def __init__(self, **first):
        vars(self).update(first)


class _Optimizer:
    """What the optimizers share: parameters, a memory of each, and settings that every step checks anew."""

    remembers_squares = True

    def __init__(self, params, memory, **settings):
        vars(self).update(settings, params=_parameters(params))
        self._check()
        self.state = [_Memory(**memory) for _ in self.params]
        self._shapes = [param.shape for param in self.params]

    def _check(self):
        """All settings by name, as the Python numbers that were checked."""
        held = vars(self)
        return {name: check(name, held[name], *more) for name, (check, *more) in _SETTINGS.items() if name in held}

    def _settings(self, names):
        """The settings of these names, as the Python numbers that were checked."""
        return [_SETTINGS[name][0](name, getattr(self, name), *_SETTINGS[name][1:]) for name in names.split()]

    def _each(self, grads):
        """Check everything; then hand out theta, g and the memory of each parameter that has a gradient.

        theta: to be changed in place. g: the gradient of what shall fall, weight decay included.
        """
        known = self._check()
        lr, weight_decay, maximize = known["lr"], known["weight_decay"], known["maximize"]
        params = _parameters(self.params)
        shapes = [param.shape for param in params]
        require(shapes == self._shapes, "params", "arrays of the shapes that it was made with", shapes)
        for i, g in _gradients(params, grads):
            theta = np.asarray(params[i], g.dtype)
            g = -g if maximize else g
            g = self._decay(theta, g, lr, weight_decay) if weight_decay else g
            yield theta, _squarable(g) if self.remembers_squares else g, self.state[i]
            if theta is not params[i]:
                params[i][...] = theta

    def _decay(self, theta, g, lr, weight_decay):
        """The gradient with that of the penalty weight_decay / 2 |theta|^2 added."""
        return g + weight_decay * theta


class SGD(_Optimizer):
    """Stochastic gradient descent, plain, with momentum, or with Nesterov's momentum.

    Source: Robbins, Monro 1951, "A stochastic approximation method", Annals of Mathematical Statistics 22. Momentum:
    Polyak 1964, "Some methods of speeding up the convergence of iteration methods", USSR Computational Mathematics and
    Mathematical Physics 4. Nesterov's: Nesterov 1983, in the form of Bengio, Boulanger-Lewandowski, Pascanu 2012, arXiv
    1212.0901, where the parameters kept are those of the look-ahead point.

    params: list of float arrays, changed in place. lr: the learning rate, at least 0. momentum: the share mu of the
    buffer that is kept, at least 0. dampening: the share tau of the gradient that is kept out of the buffer, finite.
    weight_decay: lambda of the penalty lambda / 2 |theta|^2, whose gradient is added, at least 0. nesterov: whether to
    look ahead. maximize: whether to climb.
    Raises ValueError for params that are not separate, writable float arrays, numbers out of range, and nesterov with
    momentum 0 or dampening.

    As in PyTorch, lr stands outside the buffer (in Polyak's and Sutskever's form inside: the same as long as lr stays
    the same), the first gradient enters the buffer undamped, and while momentum is 0 the buffer rests.
    """

    remembers_squares = False

    def __init__(self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, maximize=False):
        settings = {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay}
        super().__init__(params, {"b": None}, **settings, nesterov=nesterov, maximize=maximize)

    def _check(self):
        known = super()._check()
        require(not self.nesterov or known["momentum"] > 0, "momentum", "above 0 for nesterov", self.momentum)
        require(not self.nesterov or known["dampening"] == 0, "dampening", "0 for nesterov", self.dampening)
        return known

    @np.errstate(all="ignore")
    def step(self, grads):
        """Make one step; grads holds an array, or None, for each parameter."""
        lr, mu, tau = self._settings("lr momentum dampening")
        for theta, g, s in self._each(grads):
            if mu:
                s.b = g if s.b is None else mu * s.b + (1 - tau) * g
                g = g + mu * s.b if self.nesterov else s.b
            theta -= lr * g


class Adagrad(_Optimizer):
    """AdaGrad: each coordinate's rate falls with the root of the sum of its squared gradients.

    Source: Duchi, Hazan, Singer 2011, "Adaptive subgradient methods for online learning and stochastic optimization",
    JMLR 12, the diagonal form.

    params: list of float arrays, changed in place. lr: the learning rate, at least 0. lr_decay: the rate of step t is
    lr / (1 + (t - 1) lr_decay), at least 0. weight_decay: lambda of the penalty lambda / 2 |theta|^2, whose gradient is
    added, at least 0. initial_accumulator_value: the sum's first value, at least 0. eps: added to the root, at least 0.
    maximize: whether to climb.
    Raises ValueError for params that are not separate, writable float arrays, and numbers out of range.

    The paper adds its delta to the root as well, and has neither lr_decay nor weight_decay. Where root and eps are both
    0 the step is 0; PyTorch's is then NaN or infinite.
    """

    def __init__(
        self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10, maximize=False
    ):
        settings = {"lr": lr, "lr_decay": lr_decay, "weight_decay": weight_decay, "eps": eps, "maximize": maximize}
        first = number("initial_accumulator_value", initial_accumulator_value, "[0, inf)")
        super().__init__(params, {"t": 0, "G": first}, **settings)

    @np.errstate(all="ignore")
    def step(self, grads):
        """Make one step; grads holds an array, or None, for each parameter."""
        lr, rho, eps = self._settings("lr lr_decay eps")
        for theta, g, s in self._each(grads):
            s.t += 1
            s.G = s.G + g**2
            lr_t = lr / (1 + (s.t - 1) * rho)
            theta -= lr_t * (g / _nonzero(np.sqrt(s.G) + eps))


class RMSprop(_Optimizer):
    """RMSProp: the gradient divided by the root of an exponential average of its square.

    Source: Tieleman, Hinton 2012, Lecture 6e of "Neural networks for machine learning", Coursera. Centred, with
    momentum: Graves 2013, "Generating sequences with recurrent neural networks", arXiv 1308.0850, section 4.2.

    params: list of float arrays, changed in place. lr: the learning rate, at least 0. alpha: the share of the averages
    that is kept, in [0, 1]. eps: added to the root, at least 0. weight_decay: lambda of the penalty
    lambda / 2 |theta|^2, whose gradient is added, at least 0. momentum: the share mu of the buffer that is kept, at
    least 0. centered: whether to divide by the standard deviation. maximize: whether to climb.
    Raises ValueError for params that are not separate, writable float arrays, and numbers out of range.

    Hinton's slide has alpha = 0.9 and no eps; Graves has alpha = 0.95, momentum = 0.9, eps = 1e-4 inside the root and
    lr inside the buffer. A variance that rounding makes negative counts as 0, and alpha above 1 is refused; PyTorch
    gives NaN for both. While momentum is 0 the buffer rests. Where root and eps are both 0 the step is 0; PyTorch's is
    then NaN or infinite.
    """

    def __init__(
        self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False, maximize=False
    ):
        settings = {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay, "momentum": momentum}
        super().__init__(params, {"v": 0.0, "m": 0.0, "b": 0.0}, **settings, centered=centered, maximize=maximize)

    @np.errstate(all="ignore")
    def step(self, grads):
        """Make one step; grads holds an array, or None, for each parameter."""
        lr, alpha, eps, mu = self._settings("lr alpha eps momentum")
        for theta, g, s in self._each(grads):
            s.v = alpha * s.v + (1 - alpha) * g**2
            if self.centered:
                s.m = alpha * s.m + (1 - alpha) * g
            d = g / _nonzero(np.sqrt(np.maximum(0, s.v - s.m**2)) + eps)
            if mu:
                s.b = d = mu * s.b + d
            theta -= lr * d


class Adam(_Optimizer):
    """Adam: momentum divided by the root of an average of the squared gradient, both corrected for their start at 0.

    Source: Kingma, Ba 2015, "Adam: a method for stochastic optimization", arXiv 1412.6980, Algorithm 1. AMSGrad: Reddi,
    Kale, Kumar 2018, "On the convergence of Adam and beyond", arXiv 1904.09237, Algorithm 2.

    params: list of float arrays, changed in place. lr: the learning rate, at least 0. betas: the shares of the averages
    of g and of g^2 that are kept, two numbers in [0, 1). eps: added to the root, at least 0. weight_decay: lambda of
    the penalty lambda / 2 |theta|^2, whose gradient is added to g, at least 0. amsgrad: whether to divide by the
    largest average so far. maximize: whether to climb.
    Raises ValueError for params that are not separate, writable float arrays, and numbers out of range.

    AMSGrad's paper corrects neither average; as in PyTorch, both are corrected here, the second after the maximum is
    taken. Where root and eps are both 0 the step is 0; PyTorch's is then NaN or infinite.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, maximize=False):
        settings = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        memory = {"t": 0, "m": 0.0, "v": 0.0, "v_max": 0.0}
        super().__init__(params, memory, **settings, amsgrad=amsgrad, maximize=maximize)

    @np.errstate(all="ignore")
    def step(self, grads):
        """Make one step; grads holds an array, or None, for each parameter."""
        lr, (beta1, beta2), eps = self._settings("lr betas eps")
        for theta, g, s in self._each(grads):
            s.t += 1
            s.m = beta1 * s.m + (1 - beta1) * g
            s.v = beta2 * s.v + (1 - beta2) * g**2
            m_hat = s.m / (1 - beta1**s.t)
            v_hat = self._largest(s) / (1 - beta2**s.t)
            theta -= lr * (m_hat / _nonzero(np.sqrt(v_hat) + eps))

    def _largest(self, s):
        """The average of the squares; with AMSGrad the largest so far."""
        if self.amsgrad:
            s.v_max = np.maximum(s.v_max, s.v)
        return s.v_max if self.amsgrad else s.v


class AdamW(Adam):
    """AdamW: Adam with weight decay apart from the gradient.

    Source: Loshchilov, Hutter 2019, "Decoupled weight decay regularization", arXiv 1711.05101, Algorithm 2. AMSGrad:
    Reddi, Kale, Kumar 2018, arXiv 1904.09237, Algorithm 2.

    params, lr, betas, eps, amsgrad, maximize: as in Adam. weight_decay: each step first multiplies theta by
    1 - lr weight_decay, at least 0.
    Raises ValueError for params that are not separate, writable float arrays, and numbers out of range.

    As in PyTorch, the decay is lr * weight_decay. The paper's is eta_t lambda, with eta_t the schedule's factor and the
    rate alpha left out: lambda = alpha * weight_decay. Where root and eps are both 0 only the decay remains; PyTorch's
    step is then NaN or infinite.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, maximize=False):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize)

    def _decay(self, theta, g, lr, weight_decay):
        """Adam's one line that is different: theta shrinks by itself, and g stays as it is."""
        theta *= 1 - lr * weight_decay
        return g
