"""The network: against finite differences, against scikit-learn's, and its training loop."""

import copy
import io
import pickle

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


def test_the_three_attributes_are_the_same_arrays_and_stay_so():
    network = MLP([4, 6, 3], np.random.default_rng(0))
    (w1, b1, w2, b2), x = network.params, data()[0]
    new = [np.ones((4, 6)), np.full((6, 3), 2)]
    network.weights = new
    network.biases[1] = [1, 2, 3]
    network.params[1] -= 0.5
    network.weights[0] *= 3
    assert all(a is b for a, b in zip(network.params, (w1, b1, w2, b2)))
    assert all(a is b for a, b in zip(network.weights + network.biases, (w1, w2, b1, b2)))
    assert not any(map(np.shares_memory, network.weights, new))
    expected = np.maximum(0, x @ np.full((4, 6), 3.0) - 0.5) @ np.full((6, 3), 2.0) + [1, 2, 3]
    np.testing.assert_allclose(network(x), expected, rtol=1e-13)
    network.params = [param + 1 for param in network.params]
    assert (w1[0, 0], b2[2]) == (4, 4)
    saved = copy.deepcopy(network.params)
    w1[...] = 0
    network.params = saved
    assert w1[0, 0] == 4


def joblib_copy(network):
    joblib, file = pytest.importorskip("joblib"), io.BytesIO()
    joblib.dump(network, file)
    return joblib.load(file)


COPIES = {
    "pickle": lambda network: pickle.loads(pickle.dumps(network)),
    "deepcopy": copy.deepcopy,
    "joblib": joblib_copy,
    "assigned": lambda network: setattr(network, "weights", [w / 2 for w in network.weights]) or network,
    "assigned all": lambda network: setattr(network, "params", [p / 2 for p in network.params]) or network,
}


@pytest.mark.parametrize("made", COPIES)
def test_training_moves_a_network_that_was_copied_or_assigned(made):
    network = COPIES[made](MLP([4, 6, 3], np.random.default_rng(0)))
    before = network(data()[0])
    curve = network.fit(*data(), SGD(network.params, lr=0.5), None, epochs=2, batch_size=10)
    assert curve[1] < curve[0]
    assert not np.allclose(network(data()[0]), before)
    assert all(a is b for a, b in zip(network.params[::2], network.weights))


def test_an_optimizer_keeps_its_hold_and_one_without_is_refused():
    network = MLP([4, 6, 3], np.random.default_rng(0))
    optimizer = SGD(network.params, lr=0.5)
    network.weights = [np.ones((4, 6)), np.ones((6, 3))]
    network.fit(*data(), optimizer, None, epochs=1, batch_size=10)
    assert not np.allclose(network.weights[1], 1)
    together = pickle.loads(pickle.dumps((network, optimizer)))
    together[0].fit(*data(), together[1], None, epochs=1, batch_size=10)
    refused(
        lambda: copy.deepcopy(network).fit(*data(), optimizer, None, epochs=1, batch_size=10), "optimizer must be an"
    )


def refused(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value).startswith(message), caught.value


X, Y = data()
MASKED = np.ma.array(X, mask=X > 2)
SHAPED = "must be an array of shape"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": X[:, :3]}, f"x {SHAPED} (N, 4), got (50, 3)"),
        ({"x": X[0], "target": Y[:1]}, f"x {SHAPED} (N, 4), got (4,)"),
        ({"x": X[:0], "target": Y[:0]}, "x must be an array of at least one row, got (0, 4)"),
        ({"x": MASKED}, "x must be an array without a mask"),
        ({"x": X.astype(str)}, "x must be an array of real numbers"),
        ({"x": X[:4], "target": Y[:7]}, "target must be an array of 4 labels or rows, as many as x, got (7,)"),
        ({"target": Y[:40]}, "target must be an array of 50 labels or rows, as many as x, got (40,)"),
        ({"target": 1}, "target must be an array of 50 labels or rows, as many as x, got ()"),
        ({"target": np.ma.array(Y, mask=Y > 1)}, "target must be an array without a mask"),
        (
            {"target": np.append(Y[:-1], 3)},
            "target must be a class from 0 to 2, got 3",
        ),  # the last batch alone would see it
        ({"target": Y[:, None]}, "target must"),
        ({"target": np.eye(4)[Y]}, "target must"),
        ({"batch_size": 0}, "batch_size must be an integer in [1, inf), got 0"),
        ({"batch_size": 2.0}, "batch_size must be an integer in [1, inf), got 2.0"),
        ({"epochs": -1}, "epochs must be an integer in [0, inf), got -1"),
        ({"epochs": None}, "epochs must be an integer in [0, inf), got None"),
        ({"rng": 0}, "rng must be a numpy.random.Generator or None, got 0"),
        ({"rng": np.random.RandomState(0)}, "rng must be a numpy.random.Generator or None, got RandomState"),
        ({"augment": 1}, "augment must be a function or None, got 1"),
        ({"augment": lambda x, y, rng: (x[:, :2], y)}, f"x {SHAPED} (N, 4), got (10, 2)"),
        (
            {"augment": lambda x, y, rng: (x, y[:3])},
            "target must be an array of 10 labels or rows, as many as x, got (3,)",
        ),
        ({"on_batch": "print"}, "on_batch must be a function or None, got 'print'"),
        ({"on_epoch": 0}, "on_epoch must be a function or None, got 0"),
    ],
)
def test_fit_refuses_what_does_not_fit_before_anything_changes(change, message):
    network = MLP([4, 6, 3], np.random.default_rng(0))
    given = {"x": X, "target": Y, "optimizer": SGD(network.params, lr=0.1), "rng": None, "epochs": 1, "batch_size": 10}
    before, rng = copy.deepcopy(network.params), np.random.default_rng(0)
    refused(lambda: network.fit(**{**given, "rng": rng, **change}), message)
    assert all(map(np.array_equal, network.params, before))
    if "augment" not in change:
        assert rng.random() == np.random.default_rng(0).random()


def squared(z, t):
    return np.mean((z - t) ** 2)


@pytest.mark.parametrize("loss", ["mse_loss", (squared, lambda z, t: 2 * (z - t) / len(z))])
def test_a_target_that_would_be_repeated_is_refused(loss):
    network = MLP([4, 6, 1], np.random.default_rng(0), loss=loss)
    before = copy.deepcopy(network.params)
    optimizer = SGD(network.params, lr=0.1)
    refused(lambda: network.fit(X, X[:, 0], optimizer, None, epochs=1, batch_size=10), "target must")
    refused(lambda: network.loss_and_grads(X, X[:, 0]), "target must")
    assert all(map(np.array_equal, network.params, before))


def test_what_is_augmented_may_have_any_shape():
    network = MLP([4, 6, 3], np.random.default_rng(0))
    flat = network.fit(X, Y, SGD(network.params, lr=0.1), None, epochs=1, batch_size=20)
    network = MLP([4, 6, 3], np.random.default_rng(0))
    images = network.fit(
        X.reshape(-1, 2, 2, 1),
        np.eye(3)[Y],
        SGD(network.params, lr=0.1),
        None,
        epochs=1,
        batch_size=20,
        augment=lambda x, y, rng: (x.reshape(-1, 4), y),
    )
    np.testing.assert_allclose(images, flat, rtol=1e-14)


@pytest.mark.parametrize(
    ("x", "labels", "message"),
    [
        (X, Y[:, None], f"labels {SHAPED} (50,), got (50, 1)"),
        (X, np.eye(3)[Y], f"labels {SHAPED} (50,), got (50, 3)"),
        (X, Y[:7], f"labels {SHAPED} (50,), got (7,)"),
        (X, 1, f"labels {SHAPED} (50,), got ()"),
        (X, np.ma.array(Y, mask=Y > 1), "labels must be an array without a mask"),
        (X, Y.astype(str), "labels must be an array of real numbers"),
        (X[:, :3], Y, f"x {SHAPED} (N, 4), got (50, 3)"),
        (X[:0], Y[:0], "x must be an array of at least one row, got (0, 4)"),
        (MASKED, Y, "x must be an array without a mask"),
    ],
)
def test_accuracy_refuses_what_does_not_fit(x, labels, message):
    network = MLP([4, 6, 3], np.random.default_rng(0))
    refused(lambda: network.accuracy(x, labels), message)


def test_accuracy_counts():
    network = MLP([3, 3], np.random.default_rng(0))
    network.weights = [np.eye(3)]
    assert network.accuracy(np.eye(3)[[0, 1, 2, 2]], [0, 1, 2, 0]) == 0.75
    one = MLP([4, 1], np.random.default_rng(0))
    refused(lambda: one.accuracy(X, Y), "sizes must be two outputs or more where the largest counts, got 1")


def test_numbers_of_any_type():
    sizes = np.array([200, 100, 3], np.uint8)  # 200 + 100 is 44 in uint8
    for init in (he, glorot):
        network = MLP(sizes, np.random.default_rng(0), init=init)
        assert [w.tolist() for w in network.weights] == [
            w.tolist() for w in MLP([200, 100, 3], np.random.default_rng(0), init=init).weights
        ]
    assert np.std(glorot(np.uint8(200), np.uint8(100), np.random.default_rng(0))) < 0.09
    assert [len(batch) for batch in batches(300, np.uint8(200))] == [200, 100]


def made(*args, **options):
    return lambda: MLP(*args, **options)


RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (made([4], RNG), "sizes must be at least two integers of at least 1, got [4]"),
        (made(4, RNG), "sizes must be at least two integers of at least 1, got 4"),
        (made([4, 0, 2], RNG), "sizes[1] must be an integer in [1, inf), got 0"),
        (made([4, 2.0], RNG), "sizes[1] must be an integer in [1, inf), got 2.0"),
        (made([4, 2], RNG, activation="swish"), "activation must be the name of a block in scratch.activations or a pair"),
        (made([4, 2], RNG, activation=abs), "activation must be the name of a block in scratch.activations or a pair"),
        (made([4, 2], RNG, loss="mse"), "loss must be the name of a block in scratch.losses or a pair of functions, got 'mse'"),
        (made([4, 2], 0), "rng must be a numpy.random.Generator, got 0"),
        (made([4, 2], None), "rng must be a numpy.random.Generator, got None"),
        (made([4, 2], RNG, init="he"), "init must be a function, got 'he'"),
        (made([4, 2], RNG, init=lambda m, n, rng: np.zeros((n, m))), f"init(fan_in, fan_out, rng) {SHAPED} (4, 2), got (2, 4)"),
        (lambda: he(0, 3, RNG), "fan_in must be an integer in [1, inf), got 0"),
        (lambda: glorot(3, 0, RNG), "fan_out must be an integer in [1, inf), got 0"),
        (lambda: he(3, 3, np.random), "rng must be a numpy.random.Generator, got <module"),
        (lambda: batches(3, 0), "batch_size must be an integer in [1, inf), got 0"),
        (lambda: batches(3, 1, np.random), "rng must be a numpy.random.Generator, got <module"),
        (lambda: MLP([4, 2], RNG)(X[:, 1:]), f"x {SHAPED} (N, 4), got (50, 3)"),
        (lambda: MLP([4, 2], RNG).forward(MASKED), "x must be an array without a mask"),
        (lambda: setattr(MLP([4, 2], RNG), "weights", [np.eye(4)]), f"weights[0] {SHAPED} (4, 2), got (4, 4)"),
        (lambda: setattr(MLP([4, 2], RNG), "weights", []), "weights must be a list of 1 arrays, got 0"),
        (lambda: setattr(MLP([4, 2], RNG), "biases", 3), "biases must be a list of 1 arrays, got 3"),
        (lambda: setattr(MLP([4, 2], RNG), "params", [np.ones((4, 2)), 1]), f"params[1] {SHAPED} (2,), got ()"),
    ],
)  # fmt: skip
def test_errors_name_the_argument_and_its_value(call, message):
    refused(call, message)


def test_a_refused_assignment_changes_nothing():
    network = MLP([4, 2], np.random.default_rng(0))
    before = copy.deepcopy(network.params)
    refused(lambda: setattr(network, "params", [np.ones((4, 2)), np.ones(3)]), f"params[1] {SHAPED} (2,), got (3,)")
    assert all(map(np.array_equal, network.params, before))
