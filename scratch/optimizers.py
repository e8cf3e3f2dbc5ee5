"""The optimizers, from simple to complex: SGD with its momentum forms, AdaGrad,
RMSProp, Adam, AdamW.

An optimizer is made with the list of the arrays that it shall improve, and
`step(grads)` changes them in place. Its memory (the momentum buffer, the averages, the
number of steps) is kept for each parameter apart and in the parameter's dtype. A
gradient is any array of real numbers of its parameter's shape, or None: then the
parameter and its memory stay as they are. Gradients are never written and never kept.
All gradients are checked before anything changes. Rates, momentum and betas are plain
attributes; a new value counts from the next step on.
"""

from numbers import Real

import numpy as np


def _float(value):
    """Return value as a float, NaN where it is no real number or too large."""
    try:
        return float(value) if isinstance(value, Real) else np.nan
    except OverflowError:
        return np.nan


def _check_params(params):
    """Return params as a list of writable float arrays that do not overlap."""
    if isinstance(params, np.ndarray) or not hasattr(params, "__iter__"):
        raise ValueError(f"params must be a list of float arrays, got {params!r}")
    params = list(params)
    if not params:
        raise ValueError(f"params must hold at least one float array, got {params!r}")
    for i, param in enumerate(params):
        if not isinstance(param, np.ndarray) or param.dtype.kind != "f":
            raise ValueError(f"params[{i}] must be a float array, got {param!r}")
        if not param.flags.writeable:
            raise ValueError(f"params[{i}] must be writable, got a read-only array")
    again = _overlapping(params)
    if again:
        i = min(again)
        raise ValueError(f"params[{i}] must be an array of its own, got one again")
    return params


def _overlapping(params):
    """The indices of the arrays that share memory with one that stands before them."""
    bounds = [np.lib.array_utils.byte_bounds(param) for param in params]
    again, near = set(), []  # near: those that end beyond the place where i begins
    for i in sorted(range(len(params)), key=bounds.__getitem__):
        near = [j for j in near if bounds[j][1] >= bounds[i][0]]
        for j in near:
            if params[i] is params[j] or np.shares_memory(params[i], params[j]):
                again.add(max(i, j))
        near.append(i)
    return again


def _check_not_negative(name, value):
    if not 0 <= _float(value) < np.inf:
        raise ValueError(f"{name} must be a finite number of at least 0, got {value!r}")


def _check_betas(betas):
    pair = isinstance(betas, (tuple, list)) and len(betas) == 2
    if not pair or not all(0 <= _float(beta) < 1 for beta in betas):
        raise ValueError(f"betas must be a pair of numbers in [0, 1), got {betas!r}")


def _zeros(params):
    return [np.zeros_like(param, subok=False) for param in params]


def _gradients(params, grads):
    """Check grads; return (i, params[i], a copy of grads[i]) for all but None."""
    try:
        grads = list(grads)
    except TypeError:
        raise ValueError(f"grads must be a list of arrays, got {grads!r}") from None
    count = len(params)
    if len(grads) != count:
        raise ValueError(f"grads must be {count}, one per parameter, got {len(grads)}")
    checked = []
    for i, (param, grad) in enumerate(zip(params, grads)):
        if grad is None:
            continue
        if not param.flags.writeable:
            raise ValueError(f"params[{i}] must be writable, got a read-only array")
        try:
            g = np.asarray(grad)
        except (TypeError, ValueError):
            raise ValueError(f"grads[{i}] must be an array, got {grad!r}") from None
        if g.dtype.kind not in "fiub":
            raise ValueError(f"grads[{i}] must hold real numbers, got dtype {g.dtype}")
        if g.shape != param.shape:
            raise ValueError(f"grads[{i}] must have shape {param.shape}, got {g.shape}")
        if g.dtype != param.dtype:  # a finite gradient stays finite
            limits = np.finfo(param.dtype)
            g = np.where(np.isinf(g), g, np.clip(g, limits.min, limits.max))
        checked.append((i, np.asarray(param), np.array(g, param.dtype)))
    return checked


def _quotient(g, denominator):
    """Return g / denominator, and 0 where the denominator is 0."""
    zeros = np.zeros_like(denominator)
    return np.divide(g, denominator, out=zeros, where=denominator != 0)


class SGD:
    """Stochastic gradient descent, plain, with momentum, or with Nesterov's momentum.

    Source: Robbins, Monro 1951, "A stochastic approximation method", Annals of
    Mathematical Statistics 22. Momentum: Polyak 1964, "Some methods of speeding up the
    convergence of iteration methods", USSR Computational Mathematics and Mathematical
    Physics 4. Nesterov's: Nesterov 1983, in the form of Bengio, Boulanger-Lewandowski,
    Pascanu 2012, arXiv 1212.0901, where the parameters kept are those of the look-ahead
    point.

    params: list of float arrays, changed in place. lr: the learning rate, at least 0.
    momentum: the share mu of the buffer that is kept, at least 0. dampening: the share
    tau of the gradient that is kept out of the buffer, finite. weight_decay: lambda of
    the penalty lambda / 2 |theta|^2, whose gradient is added, at least 0. nesterov:
    whether to look ahead. maximize: whether to climb.
    Raises ValueError for params that are not separate, writable float arrays, numbers
    out of range, and nesterov with momentum 0 or dampening.

    As in PyTorch, lr stands outside the buffer (in Polyak's and Sutskever's form
    inside: the same as long as lr stays the same), the first gradient enters the buffer
    undamped, and while momentum is 0 the buffer rests.
    """

    def __init__(self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, maximize=False):
        self.params = _check_params(params)
        _check_not_negative("lr", lr)
        _check_not_negative("momentum", momentum)
        if not np.isfinite(_float(dampening)):
            raise ValueError(f"dampening must be a finite number, got {dampening!r}")
        _check_not_negative("weight_decay", weight_decay)
        if nesterov and momentum == 0:
            raise ValueError(f"momentum must not be 0 for nesterov, got {momentum!r}")
        if nesterov and dampening != 0:
            raise ValueError(f"dampening must be 0 for nesterov, got {dampening!r}")
        self.lr, self.momentum, self.dampening = lr, momentum, dampening
        self.weight_decay = weight_decay
        self.nesterov, self.maximize = nesterov, maximize
        self.b = [None] * len(self.params)

    @np.errstate(all="ignore")
    def step(self, grads):
        """Make one step; grads holds an array, or None, for each parameter."""
        lr, mu, tau = float(self.lr), float(self.momentum), float(self.dampening)
        weight_decay = float(self.weight_decay)
        for i, theta, g in _gradients(self.params, grads):
            if self.maximize:
                g = -g
            if weight_decay:
                g = g + weight_decay * theta
            if mu:
                if self.b[i] is None:
                    self.b[i] = np.array(g)
                else:
                    self.b[i] *= mu
                    self.b[i] += (1 - tau) * g
                g = g + mu * self.b[i] if self.nesterov else self.b[i]
            theta -= lr * g


class Adagrad:
    """AdaGrad: each coordinate's rate falls with the root of the sum of its squared
    gradients.

    Source: Duchi, Hazan, Singer 2011, "Adaptive subgradient methods for online learning
    and stochastic optimization", JMLR 12, the diagonal form.

    params: list of float arrays, changed in place. lr: the learning rate, at least 0.
    lr_decay: the rate of step t is lr / (1 + (t - 1) lr_decay), at least 0.
    weight_decay: lambda of the penalty lambda / 2 |theta|^2, whose gradient is added,
    at least 0. initial_accumulator_value: the sum's first value, at least 0. eps: added
    to the root, at least 0. maximize: whether to climb.
    Raises ValueError for params that are not separate, writable float arrays, and
    numbers out of range.

    The paper adds its delta to the root as well, and has neither lr_decay nor
    weight_decay. Where root and eps are both 0 the step is 0; PyTorch's is then NaN or
    infinite.
    """

    @np.errstate(all="ignore")
    def __init__(
        self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10, maximize=False
    ):
        self.params = _check_params(params)
        _check_not_negative("lr", lr)
        _check_not_negative("lr_decay", lr_decay)
        _check_not_negative("weight_decay", weight_decay)
        _check_not_negative("initial_accumulator_value", initial_accumulator_value)
        _check_not_negative("eps", eps)
        self.lr, self.lr_decay, self.weight_decay = lr, lr_decay, weight_decay
        self.eps, self.maximize = eps, maximize
        self.G = _zeros(self.params)
        for G in self.G:
            G += float(initial_accumulator_value)
        self.t = [0] * len(self.params)

    @np.errstate(all="ignore")
    def step(self, grads):
        """Make one step; grads holds an array, or None, for each parameter."""
        lr, lr_decay = float(self.lr), float(self.lr_decay)
        weight_decay, eps = float(self.weight_decay), float(self.eps)
        for i, theta, g in _gradients(self.params, grads):
            self.t[i] += 1
            if self.maximize:
                g = -g
            if weight_decay:
                g = g + weight_decay * theta
            self.G[i] += g * g
            lr_t = lr / (1 + (self.t[i] - 1) * lr_decay)
            theta -= lr_t * _quotient(g, np.sqrt(self.G[i]) + eps)


class RMSprop:
    """RMSProp: the gradient divided by the root of an exponential average of its
    square.

    Source: Tieleman, Hinton 2012, Lecture 6e of "Neural networks for machine learning",
    Coursera. Centred, with momentum: Graves 2013, "Generating sequences with recurrent
    neural networks", arXiv 1308.0850, section 4.2.

    params: list of float arrays, changed in place. lr: the learning rate, at least 0.
    alpha: the share of the averages that is kept, in [0, 1]. eps: added to the root, at
    least 0. weight_decay: lambda of the penalty lambda / 2 |theta|^2, whose gradient is
    added, at least 0. momentum: the share mu of the buffer that is kept, at least 0.
    centered: whether to divide by the standard deviation. maximize: whether to climb.
    Raises ValueError for params that are not separate, writable float arrays, and
    numbers out of range.

    Hinton's slide has alpha = 0.9 and no eps; Graves has alpha = 0.95, momentum = 0.9,
    eps = 1e-4 inside the root and lr inside the buffer. A variance that rounding makes
    negative counts as 0, and alpha above 1 is refused; PyTorch gives NaN for both.
    Where root and eps are both 0 the step is 0; PyTorch's is then NaN or infinite.
    """

    def __init__(
        self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False, maximize=False
    ):
        self.params = _check_params(params)
        _check_not_negative("lr", lr)
        if not 0 <= _float(alpha) <= 1:
            raise ValueError(f"alpha must be a number in [0, 1], got {alpha!r}")
        _check_not_negative("eps", eps)
        _check_not_negative("weight_decay", weight_decay)
        _check_not_negative("momentum", momentum)
        self.lr, self.alpha, self.eps, self.weight_decay = lr, alpha, eps, weight_decay
        self.momentum, self.centered, self.maximize = momentum, centered, maximize
        self.v = _zeros(self.params)
        self.m = _zeros(self.params) if centered else None
        self.b = [None] * len(self.params)

    @np.errstate(all="ignore")
    def step(self, grads):
        """Make one step; grads holds an array, or None, for each parameter."""
        lr, alpha, mu = float(self.lr), float(self.alpha), float(self.momentum)
        weight_decay, eps = float(self.weight_decay), float(self.eps)
        for i, theta, g in _gradients(self.params, grads):
            if self.maximize:
                g = -g
            if weight_decay:
                g = g + weight_decay * theta
            v = self.v[i]
            v[...] = alpha * v if alpha else 0  # 0 * inf would be NaN
            v += (1 - alpha) * g * g
            variance = v
            if self.centered:
                m = self.m[i]
                m *= alpha
                m += (1 - alpha) * g
                m_squared = np.minimum(m * m, np.finfo(m.dtype).max)  # inf - inf is NaN
                variance = np.maximum(0, v - m_squared)
            d = _quotient(g, np.sqrt(variance) + eps)
            if mu:
                if self.b[i] is None:
                    self.b[i] = np.array(d)
                else:
                    self.b[i] *= mu
                    self.b[i] += d
                d = self.b[i]
            theta -= lr * d


class Adam:
    """Adam: momentum divided by the root of an average of the squared gradient, both
    corrected for their start at 0.

    Source: Kingma, Ba 2015, "Adam: a method for stochastic optimization", arXiv
    1412.6980, Algorithm 1. AMSGrad: Reddi, Kale, Kumar 2018, "On the convergence of
    Adam and beyond", arXiv 1904.09237, Algorithm 2.

    params: list of float arrays, changed in place. lr: the learning rate, at least 0.
    betas: the shares of the averages of g and of g^2 that are kept, two numbers in [0,
    1). eps: added to the root, at least 0. weight_decay: lambda of the penalty lambda /
    2 |theta|^2, whose gradient is added to g, at least 0. amsgrad: whether to divide by
    the largest average so far. maximize: whether to climb.
    Raises ValueError for params that are not separate, writable float arrays, and
    numbers out of range.

    AMSGrad's paper corrects neither average; as in PyTorch, both are corrected here,
    the second after the maximum is taken. Where root and eps are both 0 the step is 0;
    PyTorch's is then NaN or infinite.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, maximize=False):
        self.params = _check_params(params)
        _check_not_negative("lr", lr)
        _check_betas(betas)
        _check_not_negative("eps", eps)
        _check_not_negative("weight_decay", weight_decay)
        self.lr, self.betas, self.eps, self.weight_decay = lr, betas, eps, weight_decay
        self.amsgrad, self.maximize = amsgrad, maximize
        self.m = _zeros(self.params)
        self.v = _zeros(self.params)
        self.v_max = _zeros(self.params) if amsgrad else None
        self.t = [0] * len(self.params)

    @np.errstate(all="ignore")
    def step(self, grads):
        """Make one step; grads holds an array, or None, for each parameter."""
        _check_betas(self.betas)
        lr, beta1, beta2 = float(self.lr), float(self.betas[0]), float(self.betas[1])
        weight_decay, eps = float(self.weight_decay), float(self.eps)
        for i, theta, g in _gradients(self.params, grads):
            self.t[i] += 1
            t, m, v = self.t[i], self.m[i], self.v[i]
            if self.maximize:
                g = -g
            if weight_decay:
                g = g + weight_decay * theta
            m *= beta1
            m += (1 - beta1) * g
            v[...] = beta2 * v if beta2 else 0  # 0 * inf would be NaN
            v += (1 - beta2) * g * g
            if self.amsgrad:
                v = np.maximum(self.v_max[i], v, out=self.v_max[i])
            root = np.sqrt(v) / (1 - beta2**t) ** 0.5
            theta -= lr / (1 - beta1**t) * _quotient(m, root + eps)


class AdamW:
    """AdamW: Adam with weight decay apart from the gradient.

    Source: Loshchilov, Hutter 2019, "Decoupled weight decay regularization", arXiv
    1711.05101, Algorithm 2. AMSGrad: Reddi, Kale, Kumar 2018, arXiv 1904.09237,
    Algorithm 2.

    params: list of float arrays, changed in place. lr: the learning rate, at least 0.
    betas: the shares of the averages of g and of g^2 that are kept, two numbers in [0,
    1). eps: added to the root, at least 0. weight_decay: each step first multiplies
    theta by 1 - lr weight_decay, at least 0. amsgrad: whether to divide by the largest
    average so far. maximize: whether to climb.
    Raises ValueError for params that are not separate, writable float arrays, and
    numbers out of range.

    As in PyTorch, the decay is lr * weight_decay. The paper's is eta_t lambda, with
    eta_t the schedule's factor and the rate alpha left out: lambda = alpha *
    weight_decay. Where root and eps are both 0 only the decay remains; PyTorch's step
    is then NaN or infinite.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, maximize=False):
        self.params = _check_params(params)
        _check_not_negative("lr", lr)
        _check_betas(betas)
        _check_not_negative("eps", eps)
        _check_not_negative("weight_decay", weight_decay)
        self.lr, self.betas, self.eps, self.weight_decay = lr, betas, eps, weight_decay
        self.amsgrad, self.maximize = amsgrad, maximize
        self.m = _zeros(self.params)
        self.v = _zeros(self.params)
        self.v_max = _zeros(self.params) if amsgrad else None
        self.t = [0] * len(self.params)

    @np.errstate(all="ignore")
    def step(self, grads):
        """Make one step; grads holds an array, or None, for each parameter."""
        _check_betas(self.betas)
        lr, beta1, beta2 = float(self.lr), float(self.betas[0]), float(self.betas[1])
        weight_decay, eps = float(self.weight_decay), float(self.eps)
        for i, theta, g in _gradients(self.params, grads):
            self.t[i] += 1
            t, m, v = self.t[i], self.m[i], self.v[i]
            theta *= 1 - lr * weight_decay
            if self.maximize:
                g = -g
            m *= beta1
            m += (1 - beta1) * g
            v[...] = beta2 * v if beta2 else 0  # 0 * inf would be NaN
            v += (1 - beta2) * g * g
            if self.amsgrad:
                v = np.maximum(self.v_max[i], v, out=self.v_max[i])
            root = np.sqrt(v) / (1 - beta2**t) ** 0.5
            theta -= lr / (1 - beta1**t) * _quotient(m, root + eps)
