"""A small fully connected network made of the package's own activations, losses and optimizers, for the experiments.

    network = MLP([64, 100, 10], np.random.default_rng(0), activation="relu")
    optimizer = SGD(network.params, lr=0.1)
    rng = np.random.default_rng(1)
    losses = network.fit(x, labels, optimizer, rng, epochs=20, batch_size=50)
    network.accuracy(x_test, labels_test)

Layer l computes z_l = h_l W_l + b_l and hands h_{l+1} = f(z_l) on; the last z is the output, with no activation. All
arithmetic is float64, nothing is printed, and randomness comes only from the generators that are passed in. Numbers
that overflow (a rate that is too high) become infinite or NaN without a warning. What does not fit raises a ValueError
that names the argument, before anything changes.
"""

import functools

import numpy as np

from scratch import activations, losses
from scratch.checks import array, generator, integer, require


def _initializer(function):
    @functools.wraps(function)
    def guarded(fan_in, fan_out, rng):
        m, n = integer("fan_in", fan_in, "[1, inf)"), integer("fan_out", fan_out, "[1, inf)")
        return function(m, n, generator(rng))

    return guarded


@_initializer
def glorot(fan_in, fan_out, rng):
    """Weights uniform within +-sqrt(6 / (fan_in + fan_out)).

    Source: Glorot, Bengio 2010, AISTATS, eq. 16.
    """
    bound = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, (fan_in, fan_out))


@_initializer
def he(fan_in, fan_out, rng):
    """Weights normal with standard deviation sqrt(2 / fan_in).

    Source: He, Zhang, Ren, Sun 2015, arXiv 1502.01852.
    """
    return rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out))


def batches(count, batch_size, rng=None):
    """Iterate over the indices 0 ... count-1, shuffled by rng, in groups of batch_size.

    The last group may be smaller. Without an rng the order stays.
    """
    count, batch_size = integer("count", count, "[0, inf)"), integer("batch_size", batch_size, "[1, inf)")
    order = np.arange(count) if rng is None else generator(rng).permutation(count)
    return (order[start : start + batch_size] for start in range(0, count, batch_size))


def _pair(name, value, module):
    """A function and its gradient, given as such or by a name in a module."""
    if isinstance(value, str) and hasattr(module, f"{value}_grad"):
        return getattr(module, value), getattr(module, f"{value}_grad")
    pair = isinstance(value, (tuple, list)) and len(value) == 2 and all(map(callable, value))
    require(pair, name, f"the name of a block in {module.__name__} or a pair of functions", value)
    return tuple(value)


def _shaped(name, value, shape):
    """The value as an array of this shape; None stands for any length."""
    values = array(name, value)
    fits = len(shape) == values.ndim and all(want in (None, got) for want, got in zip(shape, values.shape))
    what = str(shape).replace("None", "N")
    require(fits, name, f"an array of shape {what}", values.shape)
    return values


class _Arrays(tuple):
    """Arrays that no assignment replaces: what is assigned is written into them, after it was checked."""

    name = "arrays"

    def __setitem__(self, index, value):
        places = range(len(self))[index]
        if not isinstance(index, slice):
            places, value = [places], [value]
        require(np.iterable(value), self.name, f"a list of {len(places)} arrays", value)
        values = list(value)
        require(len(values) == len(places), self.name, f"a list of {len(places)} arrays", len(values))
        values = [_shaped(f"{self.name}[{i}]", v, self[i].shape) for i, v in zip(places, values)]
        for i, v in zip(places, values):
            self[i][...] = v


class _View:
    """An attribute: all, or every second, of a network's arrays."""

    def __init__(self, part):
        self.part = part

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, network, owner):
        if network is None:
            return self
        arrays = _Arrays(network._arrays[self.part])
        arrays.name = self.name
        return arrays

    def __set__(self, network, values):
        self.__get__(network, MLP)[:] = values


class MLP:
    """A multilayer perceptron: affine maps with an elementwise activation between them.

    Source of the gradients: Rumelhart, Hinton, Williams 1986, "Learning representations by back-propagating errors",
    Nature 323.

    sizes: the number of inputs, of units in each hidden layer, and of outputs. rng: numpy.random.Generator for the
    initial weights. activation: a block's name ("gelu") or a pair (function, gradient) of one array. loss: a block's
    name ("mse_loss") or a pair of functions of (output, target); the default takes the outputs as logits. init: a
    function (fan_in, fan_out, rng) that returns a (fan_in, fan_out) array; biases start at 0.
    Raises ValueError for fewer than two sizes, a size below 1, or an unknown activation or loss.

    `.params` is W_1, b_1, W_2, b_2, ..., as an optimizer takes them; `.weights` and `.biases` are the same arrays, one
    per layer. They stay the same: what is assigned (`network.weights = ...`, `network.biases[0] = ...`) is written into
    them, so that an optimizer keeps its hold of them. Save a network and its optimizer with one pickle.dump: apart, or
    with joblib, each comes back with arrays of its own, which `fit` refuses.
    """

    params, weights, biases = _View(slice(None)), _View(slice(0, None, 2)), _View(slice(1, None, 2))

    def __init__(self, sizes, rng, *, activation="relu", loss="cross_entropy", init=he):
        known = isinstance(sizes, (tuple, list)) or getattr(sizes, "ndim", 0) == 1
        require(known and len(sizes) >= 2, "sizes", "at least two integers of at least 1", sizes)
        sizes = [integer(f"sizes[{i}]", size, "[1, inf)") for i, size in enumerate(sizes)]
        self.activation, self.activation_grad = _pair("activation", activation, activations)
        self.loss, self.loss_grad = _pair("loss", loss, losses)
        require(callable(init), "init", "a function", init)
        self._arrays, rng = [], generator(rng)
        for m, n in zip(sizes[:-1], sizes[1:]):
            weight = _shaped("init(fan_in, fan_out, rng)", init(m, n, rng), (m, n))
            self._arrays += [np.array(weight, np.float64), np.zeros(n)]

    def forward(self, x):
        """Run the network on x of shape (N, sizes[0]).

        Returns two lists with one array per layer: the layers' inputs h (the first is x) and what they compute, z (the
        last is the output).
        """
        return self._forward(self._inputs(x))

    @np.errstate(all="ignore")
    def _forward(self, x):
        h, z = [x], []
        for weight, bias in zip(self.weights, self.biases):
            if z:
                h.append(self.activation(z[-1]))
            z.append(h[-1] @ weight + bias)
        return h, z

    @np.errstate(all="ignore")
    def backward(self, h, z, target):
        """Propagate the gradient of the loss back through what `forward` returned.

        Returns the list of gradients in `.params`' order, and the list of the loss's gradients by each layer's z.
        """
        deltas = [self._slope(z[-1], target)]
        for weight, before in zip(self.weights[:0:-1], z[-2::-1]):
            deltas.insert(0, (deltas[0] @ weight.T) * self.activation_grad(before))
        grads = [grad for layer, delta in zip(h, deltas) for grad in (layer.T @ delta, delta.sum(axis=0))]
        return grads, deltas

    def loss_and_grads(self, x, target):
        """The loss on a batch, a float, and its gradients in `.params`' order."""
        h, z = self.forward(x)
        return float(self.loss(z[-1], target)), self.backward(h, z, target)[0]

    def fit(self, x, target, optimizer, rng, *, epochs, batch_size, augment=None, on_batch=None, on_epoch=None):
        """Train on mini-batches, in a new order in each epoch.

        x: (N, sizes[0]) array. target: N class indices or N rows. optimizer: an optimizer over `.params`. rng:
        numpy.random.Generator for the order, or None to keep it. epochs: how often all N are seen. batch_size: samples
        per step, at least 1. augment: function (x, target, rng) of a batch that returns what is trained on instead; x
        may then have any shape (N, ...). on_batch: function (loss) called after each step, for instance to step a
        scheduler; on_epoch: function (epoch, loss) called after each epoch, from 1, for instance to show progress.
        Returns a list with one number per epoch, the mean loss over its samples, each measured just before the step
        that its batch made.
        Raises ValueError for data, labels or settings that do not fit, before anything changes.
        """
        x, target = self._data(x, target, whole=augment is None)
        epochs, batch_size = integer("epochs", epochs, "[0, inf)"), integer("batch_size", batch_size, "[1, inf)")
        require(rng is None or isinstance(rng, np.random.Generator), "rng", "a numpy.random.Generator or None", rng)
        for name, call in (("augment", augment), ("on_batch", on_batch), ("on_epoch", on_epoch)):
            require(call is None or callable(call), name, "a function or None", call)
        ours = list(map(id, getattr(optimizer, "params", self.params))) == list(map(id, self.params))
        require(ours, "optimizer", "an optimizer over this network's .params", optimizer)
        history = []
        for epoch in range(1, epochs + 1):
            total = 0.0
            for batch in batches(len(x), batch_size, rng):
                inputs, wanted = x[batch], target[batch]
                if augment is not None:
                    inputs, wanted = self._data(*augment(inputs, wanted, rng))
                h, z = self._forward(inputs)
                loss = float(self.loss(z[-1], wanted))
                optimizer.step(self.backward(h, z, wanted)[0])
                total += loss * len(batch)
                if on_batch is not None:
                    on_batch(loss)
            history.append(total / len(x))
            if on_epoch is not None:
                on_epoch(epoch, history[-1])
        return history

    def __call__(self, x):
        """The output for x, (N, sizes[-1])."""
        return self.forward(x)[1][-1]

    def accuracy(self, x, labels):
        """The share of samples whose largest output is that of their label. labels: N class indices."""
        x = self._inputs(x)
        require(len(x), "x", "an array of at least one row", x.shape)
        require(len(self.biases[-1]) > 1, "sizes", "two outputs or more where the largest counts", len(self.biases[-1]))
        labels = _shaped("labels", labels, (len(x),))
        return float(np.mean(self._forward(x)[1][-1].argmax(axis=1) == labels))

    def _inputs(self, x):
        return _shaped("x", x, (None, len(self.weights[0]))).astype(np.float64, copy=False)

    def _data(self, x, target, whole=True):
        """x and target as arrays that fit each other and, if they are whole, the network and its loss."""
        x = self._inputs(x) if whole else array("x", x).astype(np.float64, copy=False)
        target = array("target", target)
        require(x.ndim and len(x), "x", "an array of at least one row", x.shape)
        rows = target.shape[:1] == x.shape[:1]
        require(rows, "target", f"an array of {len(x)} labels or rows, as many as x", target.shape)
        if whole:
            try:
                self._slope(np.zeros((len(x), len(self.biases[-1]))), target)
            except IndexError as error:  # cross entropy's, for a class that there is not
                raise ValueError(str(error)) from None
        return x, target

    def _slope(self, output, target):
        """The loss's gradient by the output. A target of another shape may be repeated for every output: refused."""
        slope = self.loss_grad(output, target)
        fits = np.shape(slope) == output.shape
        require(fits, "target", f"what the loss takes beside an output of shape {output.shape}", np.shape(target))
        return slope
