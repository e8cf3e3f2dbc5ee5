"""A small fully connected network made of the package's own activations, losses and
optimizers, for the experiments.

    network = MLP([64, 100, 10], np.random.default_rng(0), activation="relu")
    optimizer = SGD(network.params, lr=0.1)
    rng = np.random.default_rng(1)
    losses = network.fit(x, labels, optimizer, rng, epochs=20, batch_size=50)
    network.accuracy(x_test, labels_test)

Layer l computes z_l = h_l W_l + b_l and hands h_{l+1} = f(z_l) on; the last z is the
output, with no activation. All arithmetic is float64, nothing is printed, and
randomness comes only from the generators that are passed in. Numbers that overflow (a
rate that is too high) become infinite or NaN without a warning.
"""

import numpy as np

from scratch import activations, losses


def glorot(fan_in, fan_out, rng):
    """Weights uniform within +-sqrt(6 / (fan_in + fan_out)).

    Source: Glorot, Bengio 2010, AISTATS, eq. 16.
    """
    bound = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, (fan_in, fan_out))


def he(fan_in, fan_out, rng):
    """Weights normal with standard deviation sqrt(2 / fan_in).

    Source: He, Zhang, Ren, Sun 2015, arXiv 1502.01852.
    """
    return rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out))


def batches(count, batch_size, rng=None):
    """Yield the indices 0 ... count-1, shuffled by rng, in groups of batch_size.

    The last group may be smaller. Without an rng the order stays.
    """
    order = np.arange(count) if rng is None else rng.permutation(count)
    for start in range(0, count, batch_size):
        yield order[start : start + batch_size]


def _pair(name, value, module):
    """A function and its gradient, given as such or by a name in a module."""
    if isinstance(value, str) and hasattr(module, f"{value}_grad"):
        return getattr(module, value), getattr(module, f"{value}_grad")
    pair = isinstance(value, (tuple, list)) and len(value) == 2
    if pair and all(map(callable, value)):
        return tuple(value)
    raise ValueError(f"{name} must be the name of a block in {module.__name__} or a pair of functions, got {value!r}")


class MLP:
    """A multilayer perceptron: affine maps with an elementwise activation between them.

    Source of the gradients: Rumelhart, Hinton, Williams 1986, "Learning representations
    by back-propagating errors", Nature 323.

    sizes: the number of inputs, of units in each hidden layer, and of outputs. rng:
    numpy.random.Generator for the initial weights. activation: a block's name ("gelu")
    or a pair (function, gradient) of one array. loss: a block's name ("mse_loss") or a
    pair of functions of (output, target); the default takes the outputs as logits.
    init: function (fan_in, fan_out, rng) that returns a (fan_in, fan_out) array; biases
    start at 0. `.weights` and `.biases` hold one array per layer; `.params` is W_1,
    b_1, W_2, b_2, ..., the same arrays, as an optimizer takes them.
    Raises ValueError for fewer than two sizes, a size below 1, or an unknown activation
    or loss.
    """

    def __init__(self, sizes, rng, *, activation="relu", loss="cross_entropy", init=he):
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError(f"sizes must be at least two numbers of at least 1, got {sizes!r}")
        self.activation, self.activation_grad = _pair("activation", activation, activations)
        self.loss, self.loss_grad = _pair("loss", loss, losses)
        self.weights = [np.array(init(m, n, rng), dtype=np.float64) for m, n in zip(sizes[:-1], sizes[1:])]
        self.biases = [np.zeros(n) for n in sizes[1:]]
        self.params = [param for pair in zip(self.weights, self.biases) for param in pair]

    @np.errstate(all="ignore")
    def forward(self, x):
        """Run the network on x of shape (N, sizes[0]).

        Returns two lists with one array per layer: the layers' inputs h (the first is
        x) and what they compute, z (the last is the output).
        """
        h, z = [np.asarray(x, np.float64)], []
        for weight, bias in zip(self.weights, self.biases):
            if z:
                h.append(self.activation(z[-1]))
            z.append(h[-1] @ weight + bias)
        return h, z

    @np.errstate(all="ignore")
    def backward(self, h, z, target):
        """Propagate the gradient of the loss back through what `forward` returned.

        Returns the list of gradients in `.params`' order, and the list of the loss's
        gradients by each layer's z.
        """
        deltas = [self.loss_grad(z[-1], target)]
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

        x: (N, sizes[0]) array. target: N class indices or N rows. optimizer: an
        optimizer over `.params`. rng: numpy.random.Generator for the order, or None to
        keep it. augment: function (x, target, rng) of a batch that returns what is
        trained on instead. on_batch: function (loss) called after each step, for
        instance to step a scheduler; on_epoch: function (epoch, loss) called after each
        epoch, from 1, for instance to show progress.
        Returns a list with one number per epoch, the mean loss over its samples, each
        measured just before the step that its batch made.
        """
        x, target = np.asarray(x, np.float64), np.asarray(target)
        history = []
        for epoch in range(1, epochs + 1):
            total = 0.0
            for batch in batches(len(x), batch_size, rng):
                inputs, wanted = x[batch], target[batch]
                if augment is not None:
                    inputs, wanted = augment(inputs, wanted, rng)
                loss, grads = self.loss_and_grads(inputs, wanted)
                optimizer.step(grads)
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
        """The share of samples whose largest output is that of their label."""
        return float(np.mean(self(x).argmax(axis=1) == np.asarray(labels)))
