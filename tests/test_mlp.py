"""The network: against finite differences, against scikit-learn's, and its training loop."""

import numpy as np
import pytest

from scratch import activations, losses
from scratch.mlp import MLP, batches, glorot, he
from scratch.optimizers import SGD, Adam

ACTIVATIONS = ["sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu"]


def data(outputs=3, count=50, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, 4)), rng.integers(0, outputs, count)


def check_by_finite_differences(network, x, target):
    """Compare the gradient by every parameter with a central difference of the loss."""
    loss, grads = network.loss_and_grads(x, target)
    assert loss == float(network.loss(network(x), target))
    for param, grad in zip(network.params, grads):
        assert grad.shape == param.shape
        for index in np.ndindex(param.shape):
            kept, values = param[index], []
            for h in (1e-5, -1e-5):
                param[index] = kept + h
                values.append(network.loss_and_grads(x, target)[0])
            param[index] = kept
            np.testing.assert_allclose(grad[index], (values[0] - values[1]) / 2e-5, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_gradients_with_each_activation(activation):
    network = MLP([4, 6, 5, 3], np.random.default_rng(0), activation=activation)
    x, target = data(count=12, seed=9)
    assert min(np.min(np.abs(z)) for z in network.forward(x)[1]) > 1e-3  # no difference is taken across a kink
    check_by_finite_differences(network, x, target)


@pytest.mark.parametrize("loss", ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"])
def test_the_gradients_with_each_regression_loss(loss):
    network = MLP([4, 6, 2], np.random.default_rng(0), activation="tanh", loss=loss)
    check_by_finite_differences(network, data()[0], np.random.default_rng(1).normal(size=(50, 2)))


def test_functions_may_be_given_as_pairs():
    def loss(z, target):
        return losses.binary_cross_entropy(activations.sigmoid(z), target)

    def loss_grad(z, target):
        return losses.binary_cross_entropy_grad(activations.sigmoid(z), target) * activations.sigmoid_grad(z)

    steep = (lambda x: activations.elu(x, alpha=0.3), lambda x: activations.elu_grad(x, alpha=0.3))
    network = MLP([4, 5, 1], np.random.default_rng(0), activation=steep, loss=(loss, loss_grad), init=glorot)
    check_by_finite_differences(network, data()[0], data(outputs=2)[1][:, None])


def test_a_single_layer_is_a_linear_model():
    network = MLP([4, 3], np.random.default_rng(0))
    x, target = data()
    np.testing.assert_array_equal(network(x), x @ network.weights[0] + network.biases[0])
    check_by_finite_differences(network, x, target)


def test_what_forward_and_backward_return():
    network = MLP([4, 6, 5, 3], np.random.default_rng(0), activation="tanh")
    x, target = data()
    h, z = network.forward(x)
    assert [array.shape for array in h] == [(50, 4), (50, 6), (50, 5)]
    assert [array.shape for array in z] == [(50, 6), (50, 5), (50, 3)]
    np.testing.assert_array_equal(h[0], x)
    np.testing.assert_array_equal(h[2], np.tanh(z[1]))
    np.testing.assert_array_equal(z[-1], network(x))
    grads, deltas = network.backward(h, z, target)
    assert [delta.shape for delta in deltas] == [array.shape for array in z]
    np.testing.assert_array_equal(deltas[-1], losses.cross_entropy_grad(z[-1], target))
    np.testing.assert_allclose(deltas[0].sum(axis=0), grads[1], rtol=1e-12)


@pytest.mark.parametrize(("momentum", "nesterov"), [(0, False), (0.9, False), (0.9, True)])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_the_loss_curve_is_scikit_learns(activation, momentum, nesterov):
    neural_network = pytest.importorskip("sklearn.neural_network")
    exceptions = pytest.importorskip("sklearn.exceptions")
    x, target = data(count=130)
    theirs = neural_network.MLPClassifier(
        (6, 5),
        activation={"sigmoid": "logistic"}.get(activation, activation),
        solver="sgd",
        alpha=0,
        batch_size=20,
        learning_rate_init=0.05,
        momentum=momentum,
        nesterovs_momentum=nesterov,
        shuffle=False,
        max_iter=1,
        tol=0,
        n_iter_no_change=1000,
        warm_start=True,
        random_state=0,
    )
    with pytest.warns(exceptions.ConvergenceWarning):
        theirs.fit(x, target)
    network = MLP([4, 6, 5, 3], np.random.default_rng(0), activation=activation)
    for mine, start in zip(network.weights + network.biases, theirs.coefs_ + theirs.intercepts_):
        mine[...] = start
    theirs.set_params(max_iter=20)
    with pytest.warns(exceptions.ConvergenceWarning):
        theirs.fit(x, target)
    optimizer = SGD(network.params, lr=0.05, momentum=momentum, nesterov=nesterov)
    curve = network.fit(x, target, optimizer, None, epochs=20, batch_size=20)
    np.testing.assert_allclose(curve, theirs.loss_curve_[-20:], rtol=1e-13)
    for mine, end in zip(network.weights + network.biases, theirs.coefs_ + theirs.intercepts_):
        np.testing.assert_allclose(mine, end, rtol=1e-11)
    assert network.accuracy(x, target) == theirs.score(x, target)


def test_training_follows_its_seeds_and_nothing_else():
    curves = []
    for start, order in ((0, 1), (0, 1), (0, 2), (3, 1)):
        np.random.seed(len(curves))  # noqa: NPY002 - the global state must not matter
        network = MLP([4, 6, 3], np.random.default_rng(start))
        optimizer = Adam(network.params, lr=0.01)
        curves.append(network.fit(*data(), optimizer, np.random.default_rng(order), epochs=3, batch_size=16))
    assert curves[0] == curves[1]
    assert curves[0] != curves[2]
    assert curves[0] != curves[3]


def test_the_training_loop_calls_back(capsys):
    network = MLP([4, 6, 3], np.random.default_rng(0))
    rng, optimizer = np.random.default_rng(0), SGD(network.params, lr=0.1)
    steps, epochs, seen = [], [], []

    def augment(x, target, rng):
        seen.append(len(x))
        assert isinstance(rng, np.random.Generator)
        return x + rng.normal(size=x.shape), np.eye(3)[target]

    curve = network.fit(
        *data(),
        optimizer,
        rng,
        epochs=2,
        batch_size=20,
        augment=augment,
        on_batch=steps.append,
        on_epoch=lambda epoch, loss: epochs.append((epoch, loss)),
    )
    assert seen == [20, 20, 10, 20, 20, 10]
    np.testing.assert_allclose(curve, [np.dot(steps[i : i + 3], [20, 20, 10]) / 50 for i in (0, 3)], rtol=1e-14)
    assert epochs == list(zip([1, 2], curve))
    assert capsys.readouterr().out == ""


def test_a_rate_that_is_too_high_gives_no_warning():
    network = MLP([4, 6, 2], np.random.default_rng(0), loss="mse_loss")
    x, _ = data()
    curve = network.fit(x, x[:, :2], SGD(network.params, lr=1e3), np.random.default_rng(0), epochs=300, batch_size=10)
    assert not np.isfinite(curve[-1])


def test_the_defaults_are_relu_cross_entropy_and_he():
    network = MLP([4, 6, 3], np.random.default_rng(0))
    assert (network.activation, network.activation_grad) == (activations.relu, activations.relu_grad)
    assert (network.loss, network.loss_grad) == (losses.cross_entropy, losses.cross_entropy_grad)
    np.testing.assert_array_equal(network.weights[0], he(4, 6, np.random.default_rng(0)))


def test_batches_take_every_index_once():
    assert [batch.tolist() for batch in batches(5, 2)] == [[0, 1], [2, 3], [4]]
    shuffled = np.concatenate(list(batches(100, 7, np.random.default_rng(0))))
    assert sorted(shuffled) == list(range(100))
    assert shuffled.tolist() != list(range(100))


def test_the_initial_weights():
    rng = np.random.default_rng(0)
    assert abs(np.std(he(200, 300, rng)) / np.sqrt(2 / 200) - 1) < 0.01
    weights = glorot(200, 300, rng)
    assert weights.shape == (200, 300)
    assert 0.999 < np.max(np.abs(weights)) / np.sqrt(6 / 500) <= 1
    network = MLP([4, 6, 3], rng, init=lambda fan_in, fan_out, rng: np.full((fan_in, fan_out), fan_in, dtype=int))
    np.testing.assert_array_equal(network.weights[1], np.full((6, 3), 6.0))
    np.testing.assert_array_equal(network.biases[0], np.zeros(6))
    assert [id(param) for param in network.params[::2]] == [id(weight) for weight in network.weights]
    assert [id(param) for param in network.params[1::2]] == [id(bias) for bias in network.biases]
    assert all(param.dtype == np.float64 for param in network.params)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: MLP([4], rng), r"sizes must be at least two numbers of at least 1, got \[4\]"),
        (lambda rng: MLP([4, 0, 2], rng), r"sizes must be at least two numbers of at least 1, got \[4, 0, 2\]"),
        (lambda rng: MLP([4, 2], rng, activation="swish"), "activation must be the name of a block in .*, got 'swish'"),
        (lambda rng: MLP([4, 2], rng, activation=abs), "activation must be the name of a block in .*, got <built-in"),
        (lambda rng: MLP([4, 2], rng, loss="mse"), "loss must be the name of a block in scratch.losses .*, got 'mse'"),
    ],
)
def test_errors_name_the_argument_and_its_value(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.random.default_rng(0))
