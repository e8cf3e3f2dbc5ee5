"""The optimizers: one table of blocks and their options, and properties that hold for every row."""

import copy
import inspect
import json
import pickle
import re
import warnings
from dataclasses import dataclass, field
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scratch import optimizers
from scratch.evidence import recorded as load
from scratch.formulas import Algorithm, prove, t
from scratch.formulas import optimizers as formulas
from scratch.optimizers import SGD, Adagrad, Adam, AdamW, RMSprop


@dataclass(frozen=True)
class Block:
    """An optimizer, made with options; the recursion, with the same options under the paper's names."""

    name: str
    optimizer: type
    formula: object
    options: dict = field(default_factory=dict)
    symbols: dict = field(default_factory=dict)
    accumulator: object = None

    def __str__(self):
        return self.name

    def __call__(self, *params, **more):
        return self.optimizer(list(params), **{**self.options, **more})


DECAY = {"weight_decay": 0.3}
LAMBDA = {"lambda": 0.3}
BLOCKS = [
    Block("sgd", SGD, formulas.sgd),
    Block("sgd decay", SGD, formulas.sgd, {"lr": 0.05, **DECAY}, {"eta": 0.05, **LAMBDA}),
    Block("momentum", SGD, formulas.momentum, {"momentum": 0.9}, {"mu": 0.9}),
    Block(
        "momentum dampening decay",
        SGD,
        formulas.momentum,
        {"lr": 0.05, "momentum": 0.8, "dampening": 0.25, **DECAY},
        {"eta": 0.05, "mu": 0.8, "tau": 0.25, **LAMBDA},
    ),
    Block("nag", SGD, formulas.nag, {"momentum": 0.9, "nesterov": True}, {"mu": 0.9}),
    Block(
        "nag decay",
        SGD,
        formulas.nag,
        {"lr": 0.05, "momentum": 0.8, "nesterov": True, **DECAY},
        {"eta": 0.05, "mu": 0.8, **LAMBDA},
    ),
    Block("adagrad", Adagrad, formulas.adagrad),
    Block(
        "adagrad lr_decay decay accumulator eps",
        Adagrad,
        formulas.adagrad,
        {"lr": 0.05, "lr_decay": 0.2, "initial_accumulator_value": 0.1, "eps": 1e-3, **DECAY},
        {"eta": 0.05, "rho": 0.2, "epsilon": 1e-3, **LAMBDA},
        accumulator=0.1,
    ),
    Block("rmsprop", RMSprop, formulas.rmsprop),
    Block(
        "rmsprop alpha eps decay",
        RMSprop,
        formulas.rmsprop,
        {"lr": 0.05, "alpha": 0.5, "eps": 1e-3, **DECAY},
        {"eta": 0.05, "alpha": 0.5, "epsilon": 1e-3, **LAMBDA},
    ),
    Block("rmsprop momentum", RMSprop, formulas.rmsprop_momentum, {"momentum": 0.9}, {"mu": 0.9}),
    Block("rmsprop centered", RMSprop, formulas.rmsprop_centered, {"centered": True}),
    Block(
        "rmsprop centered momentum",
        RMSprop,
        formulas.rmsprop_centered,
        {"lr": 0.05, "alpha": 0.9, "momentum": 0.8, "centered": True, **DECAY},
        {"eta": 0.05, "alpha": 0.9, "mu": 0.8, **LAMBDA},
    ),
    Block("adam", Adam, formulas.adam),
    Block(
        "adam betas eps decay",
        Adam,
        formulas.adam,
        {"lr": 0.05, "betas": (0.8, 0.9), "eps": 1e-3, **DECAY},
        {"eta": 0.05, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3, **LAMBDA},
    ),
    Block("amsgrad", Adam, formulas.amsgrad, {"amsgrad": True}),
    Block(
        "amsgrad betas decay",
        Adam,
        formulas.amsgrad,
        {"lr": 0.05, "betas": (0.5, 0.6), "amsgrad": True, **DECAY},
        {"eta": 0.05, "beta_1": 0.5, "beta_2": 0.6, **LAMBDA},
    ),
    Block("adamw", AdamW, formulas.adamw),
    Block(
        "adamw betas eps decay",
        AdamW,
        formulas.adamw,
        {"lr": 0.05, "betas": (0.8, 0.9), "eps": 1e-3, **DECAY},
        {"eta": 0.05, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3, **LAMBDA},
    ),
    Block(
        "adamw amsgrad",
        AdamW,
        formulas.adamw_amsgrad,
        {"betas": (0.5, 0.6), "amsgrad": True},
        {"beta_1": 0.5, "beta_2": 0.6},
    ),
]
DTYPES = ["float64", "float32", "float16"]
TOLERANCE = {
    "float64": 1e-13,  # about twenty steps of a dozen roundings each, of values up to 100 times the parameter's
    "float32": 5e-6,
    "float16": 4e-2,
}

every_block = pytest.mark.parametrize("block", BLOCKS, ids=str)
every_dtype = pytest.mark.parametrize("dtype", DTYPES)


def walk(optimizer, grads, params=None):
    """The parameter after each step."""
    (param,) = optimizer.params if params is None else params
    steps = []
    for grad in grads:
        optimizer.step([grad])
        steps.append(param.copy())
    return np.array(steps)


def exactly(formula, grads, start, accumulator=None, **named):
    """theta after each step by the recursion at 80 digits, as float64."""
    first = {formulas.theta_1: start, formulas.theta_2: start}
    if accumulator is not None:
        first[formulas.G_1] = accumulator
    history = formula.run(len(grads), {formulas.gradient: grads}, first, **named)
    return np.array([float(values[formulas.theta]) for values in history])


def exactly_this(message):
    return f"^{re.escape(message)}$"


def memory(optimizer):
    """Everything an optimizer holds, in a form that can be compared."""
    return pickle.dumps(vars(optimizer))


GRADS = np.random.default_rng(0).normal(size=(20, 4)) * [1, 100, 1e-4, 1e-8]
START = np.array([1.0, -2.0, 0.5, 3.0])


@every_block
@pytest.mark.parametrize("maximize", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_agrees_with_the_recursion_at_80_digits(block, dtype, maximize):
    grads, start = GRADS.astype(dtype), START.astype(dtype)
    theta = walk(block(start.copy(), maximize=maximize), grads)
    for i in range(len(start)):
        sign = -1 if maximize else 1
        exact = exactly(block.formula, sign * grads[:, i], start[i], block.accumulator, **block.symbols)
        scale = max(1, np.max(np.abs(exact)))
        np.testing.assert_allclose(theta[:, i] / scale, exact / scale, rtol=0, atol=TOLERANCE[dtype])


@pytest.mark.parametrize(
    ("optimizer", "options", "expected"),
    [
        (SGD, {"lr": 0.1}, [0.95, 0.97, 0.96]),
        (SGD, {"lr": 0.1, "momentum": 0.9}, [0.95, 0.925, 0.8925]),
        (SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.5, "weight_decay": 0.1}, [0.94, 0.8913, 0.8380135]),
        (SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}, [0.886, 0.858566, 0.788536646]),
        (
            Adagrad,
            {"lr": 0.1, "lr_decay": 0.5, "initial_accumulator_value": 0.1, "weight_decay": 0.1},
            [0.9115348263201052, 0.9220986810442724, 0.9086253350195385],
        ),
        (RMSprop, {"lr": 0.01}, [0.900000019999996, 0.9373002053730881, 0.918877003020938]),
        (
            RMSprop,
            {"lr": 0.01, "centered": True, "momentum": 0.9, "weight_decay": 0.1},
            [0.8994962353090928, 0.8272294115410941, 0.7330729339237972],
        ),
        (Adam, {"lr": 0.1}, [0.900000002, 0.8654394181165108, 0.8275002408356956]),
        (
            Adam,
            {"lr": 0.1, "weight_decay": 0.1, "amsgrad": True},
            [0.9000000016666666, 0.8475190629593703, 0.7901621834311943],
        ),
        (AdamW, {"lr": 0.1}, [0.899000002, 0.8635404181145108, 0.824737700415581]),
    ],
)
def test_known_steps(optimizer, options, expected):
    theta = walk(optimizer([np.array(1.0)], **options), [0.5, -0.2, 0.1])
    np.testing.assert_allclose(theta, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("optimizer", "options", "expected"),
    [
        (SGD, {"lr": 0.5}, 2 - 0.5 * 4),
        (SGD, {"lr": 0.5, "momentum": 0.5}, 2 - 0.5 * 4),
        (SGD, {"lr": 0.5, "momentum": 0.5, "nesterov": True}, 2 - 0.5 * (4 + 0.5 * 4)),
        (Adagrad, {"lr": 0.5, "initial_accumulator_value": 9, "eps": 0}, 2 - 0.5 * 4 / 5),
        (RMSprop, {"lr": 0.5, "alpha": 0.75, "eps": 0}, 2 - 0.5 * 4 / 2),
        (RMSprop, {"lr": 0.5, "alpha": 0.5, "centered": True, "eps": 2}, 2 - 0.5 * 4 / (2 + 2)),
        (Adam, {"lr": 0.5, "eps": 4}, 2 - 0.5 * 4 / (4 + 4)),
        (AdamW, {"lr": 0.5, "eps": 4, "weight_decay": 0.5}, 2 * (1 - 0.5 * 0.5) - 0.5 * 4 / (4 + 4)),
    ],
)
def test_the_first_step_by_hand(optimizer, options, expected):
    np.testing.assert_allclose(walk(optimizer([np.array(2.0)], **options), [4.0]), [expected], rtol=1e-15)


def test_a_tiny_gradient_meets_epsilon_outside_the_root():
    theta = np.array(0.0)
    Adam([theta]).step([1e-12])
    np.testing.assert_allclose(theta, -9.99900009999e-08, rtol=1e-11)


def recording(key):
    """The optimizer's name, its options and the dtype of a recorded trajectory."""
    call, dtype = key.rsplit("/", 1)
    name, options = call.split(" ", 1)
    return name, json.loads(options), dtype


RECORDED = [key for key in load("optimizers") if "/" in key]


@pytest.mark.parametrize("key", RECORDED)
def test_agrees_with_recorded_pytorch(key):
    recorded = load("optimizers")
    name, options, dtype = recording(key)
    optimizer = getattr(optimizers, name)([recorded["start"].astype(dtype)], **options)
    theta = walk(optimizer, recorded["grads"].astype(dtype))
    scale = np.maximum(1, np.max(np.abs(recorded[key]), axis=0))
    np.testing.assert_allclose(theta / scale, recorded[key] / scale, rtol=0, atol=TOLERANCE[dtype])


@pytest.mark.parametrize("optimizer", [SGD, Adagrad, RMSprop, Adam, AdamW])
def test_every_option_is_recorded(optimizer):
    calls = [options for name, options, _ in map(recording, RECORDED) if name == optimizer.__name__]
    assert set().union(*calls) == set(inspect.signature(optimizer).parameters) - {"params"}


@every_block
@every_dtype
def test_agrees_with_live_pytorch(block, dtype):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(2)
    shapes = [(3, 4), (), (5,)]
    params = [rng.normal(size=shape).astype(dtype) for shape in shapes]
    theirs = [torch.nn.Parameter(torch.tensor(param)) for param in params]
    ours = block(*params)
    reference = getattr(torch.optim, block.optimizer.__name__)(theirs, **block.options)
    for step in range(12):
        grads = [rng.normal(size=shape).astype(dtype) for shape in shapes]
        if step % 3 == 1:
            grads[step % 2] = None
        for parameter, grad in zip(theirs, grads):
            parameter.grad = None if grad is None else torch.tensor(grad)
        if step == 5:
            ours.lr = reference.param_groups[0]["lr"] = 0.004
        ours.step(grads)
        reference.step()
        for param, parameter in zip(params, theirs):
            tolerance = TOLERANCE[dtype]
            np.testing.assert_allclose(param, parameter.detach().numpy(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("optimizer", [SGD, Adagrad, RMSprop, Adam, AdamW])
def test_defaults_are_pytorchs(optimizer):
    torch = pytest.importorskip("torch")
    theirs = inspect.signature(getattr(torch.optim, optimizer.__name__)).parameters
    for name, parameter in inspect.signature(optimizer).parameters.items():
        assert parameter.default == theirs[name].default


@every_block
def test_a_parameter_that_became_read_only_is_refused_before_anything_changes(block):
    params = [np.ones(2), np.ones(3)]
    optimizer = block(*params)
    optimizer.step([np.ones(2), np.ones(3)])
    params[1].flags.writeable = False
    before = memory(optimizer)
    with pytest.raises(ValueError, match=exactly_this("params[1] must be writable, got a read-only array")):
        optimizer.step([np.ones(2), np.ones(3)])
    assert memory(optimizer) == before
    optimizer.step([np.ones(2), None])
    assert memory(optimizer) != before


@pytest.mark.parametrize("optimizer", [Adam, AdamW])
@pytest.mark.parametrize("betas", [(1.0, 0.999), (0.9, 1.0), (0.9, -0.1), 0.9, None, (np.nan, 0.9)], ids=repr)
def test_betas_that_became_wrong_are_refused_before_anything_changes(optimizer, betas):
    instance = optimizer([np.ones(2)])
    instance.betas = betas
    before = memory(instance)
    with pytest.raises(ValueError, match=exactly_this(f"betas must be a pair of numbers in [0, 1), got {betas!r}")):
        instance.step([np.ones(2)])
    assert memory(instance) == before


@every_block
def test_state_belongs_to_each_parameter(block):
    rng = np.random.default_rng(3)
    shapes = [(2, 3), (), (4,), (0,)]
    together = [rng.normal(size=shape) for shape in shapes]
    apart = [param.copy() for param in together]
    one, several = block(*together), [block(param) for param in apart]
    for step in range(5):
        grads = [rng.normal(size=shape) for shape in shapes]
        grads[step % 4] = None
        one.step(grads)
        for optimizer, grad in zip(several, grads):
            if grad is not None:
                optimizer.step([grad])
    for left, right in zip(together, apart):
        np.testing.assert_array_equal(left, right)


@every_block
@every_dtype
def test_parameters_are_changed_in_place_and_keep_their_dtype(block, dtype):
    strided, transposed = np.ones((4, 6), dtype)[::2, ::-3], np.ones((3, 2), dtype).T
    params = [np.ones((2, 3), dtype), np.array(1, dtype), strided, transposed]
    optimizer = block(*params)
    for _ in range(3):
        optimizer.step([np.full(param.shape, 0.25, dtype) for param in params])
    assert isinstance(optimizer.params, list)
    for param, kept in zip(params, optimizer.params):
        assert param is kept
        assert param.dtype == dtype
        assert (param != 1).all()
        np.testing.assert_array_equal(param, params[0].flat[0])
    state = [value for value in vars(optimizer).values() if isinstance(value, list)]
    kept = [array for value in state for array in value if isinstance(array, np.ndarray)]
    assert len(kept) >= len(params)
    assert all(array.dtype == dtype for array in kept)


@every_block
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int64", "uint8", "bool", ">f8"])
def test_gradients_are_converted_and_never_written_or_kept(block, dtype):
    values = np.array([[3, 0, 1], [2, 1, 1]], dtype=dtype)
    param, twin, third = np.ones((3, 2, 3), "float32")
    optimizer, floats, lists = block(param), block(twin), block(third)
    for _ in range(3):
        grad = values.copy()
        grad.flags.writeable = False
        optimizer.step((grad,))
        grad.flags.writeable = True
        grad[...] = 0
        floats.step([values.astype("float32")])
        lists.step([values.astype(float).tolist()])
    np.testing.assert_array_equal(param, twin)
    np.testing.assert_array_equal(param, third)


@every_block
def test_a_gradient_may_be_a_parameter_itself(block):
    params = list(np.random.default_rng(4).normal(size=(2, 3)))
    twins = [param.copy() for param in params]
    ours, other = block(*params), block(*twins)
    for _ in range(4):
        ours.step(params[::-1])  # the gradient of the saddle f = x y is (y, x)
        other.step([twin.copy() for twin in twins[::-1]])
    np.testing.assert_array_equal(params, twins)


@every_block
def test_a_new_rate_counts_from_the_next_step(block):
    theta = np.array(1.0)
    optimizer = block(theta, weight_decay=0)
    optimizer.step([0.5])
    optimizer.lr = 0
    before = theta.copy()
    optimizer.step([0.5])
    assert theta == before
    optimizer.lr = 0.1
    optimizer.step([0.5])
    assert theta < before


def test_the_rate_stands_outside_pytorchs_buffer():
    theta = np.array(0.0)
    optimizer = SGD([theta], lr=1, momentum=0.9)
    steps = []
    for lr in (1, 0.1, 0.1):
        optimizer.lr = lr
        optimizer.step([1.0])
        steps.append(float(theta))
    np.testing.assert_allclose(steps, [-1, -1.19, -1.461], rtol=1e-15)
    np.testing.assert_allclose(sutskever([1, 0.1, 0.1]), [-1, -2, -3], rtol=1e-15)


def sutskever(rates, mu=0.9):
    """Sutskever's recursion on gradients of 1 with a rate that changes, by the formula."""
    state, steps = {formulas.theta_1: 0, formulas.v_1: 0}, []
    for lr in rates:
        (values,) = formulas.momentum_sutskever.run(1, {formulas.gradient: [1]}, state, eta=lr, mu=mu)
        state = {formulas.theta_1: values[formulas.theta], formulas.v_1: values[formulas.v]}
        steps.append(float(values[formulas.theta]))
    return steps


@pytest.mark.parametrize("optimizer", [SGD, RMSprop])
def test_momentum_may_be_cycled_from_zero(optimizer):
    torch = pytest.importorskip("torch")
    theta = np.array(1.0)
    parameter = torch.nn.Parameter(torch.tensor(1.0, dtype=torch.float64))
    ours = optimizer([theta], lr=0.1, momentum=0 if optimizer is SGD else 0.5)  # PyTorch's RMSprop cannot begin with 0
    reference = getattr(torch.optim, optimizer.__name__)([parameter], lr=0.1, momentum=ours.momentum)
    for mu, grad in zip((ours.momentum, 0.95, 0.85, 0, 0, 0.9, 0.9), (1.0, -0.5, 0.25, 2, -1, 0.5, 3)):
        ours.momentum = reference.param_groups[0]["momentum"] = mu
        parameter.grad = torch.tensor(grad, dtype=torch.float64)
        ours.step([grad])
        reference.step()
        np.testing.assert_allclose(theta, parameter.item(), rtol=0, atol=1e-14)


def test_rmsprops_momentum_may_begin_with_zero():
    thetas = np.array(1.0), np.array(1.0)
    late, early = RMSprop([thetas[0]], momentum=0), RMSprop([thetas[1]], momentum=0.9)
    late.step([1.0])
    late.momentum = 0.9
    late.step([2.0])
    early.step([1.0])
    early.b[0][...] = 0
    early.step([2.0])
    assert thetas[0] == thetas[1]


@pytest.mark.parametrize("optimizer", [Adam, AdamW])
def test_betas_may_be_cycled(optimizer):
    torch = pytest.importorskip("torch")
    theta = np.array(1.0)
    parameter = torch.nn.Parameter(torch.tensor(1.0, dtype=torch.float64))
    ours, reference = (optimizer([theta]), getattr(torch.optim, optimizer.__name__)([parameter]))
    for beta1, grad in zip((0.95, 0.9, 0.85, 0.5, 0.0, 0.9), (1.0, -0.5, 0.25, 2, -1, 0.5)):
        ours.betas = (beta1, ours.betas[1])
        reference.param_groups[0]["betas"] = ours.betas
        parameter.grad = torch.tensor(grad, dtype=torch.float64)
        ours.step([grad])
        reference.step()
        np.testing.assert_allclose(theta, parameter.item(), rtol=0, atol=1e-14)


REFUSED = [
    (lambda: [np.ones(2)], "grads must be 2, one per parameter, got 1"),
    (lambda: [np.ones(2), 1.0, 1.0], "grads must be 2, one per parameter, got 3"),
    (lambda: [], "grads must be 2, one per parameter, got 0"),
    (lambda: None, "grads must be a list of arrays, got None"),
    (lambda: 1.0, "grads must be a list of arrays, got 1.0"),
    (lambda: np.array(1.0), "grads must be a list of arrays, got array(1.)"),
    (lambda: [np.ones(2), np.ones(1)], "grads[1] must have shape (), got (1,)"),
    (lambda: [np.ones((2, 1)), 1.0], "grads[0] must have shape (2,), got (2, 1)"),
    (lambda: [1.0, 1.0], "grads[0] must have shape (2,), got ()"),
    (lambda: [np.ones(2), 1j], "grads[1] must hold real numbers, got dtype complex128"),
    (lambda: [np.ones(2), "a"], "grads[1] must hold real numbers, got dtype <U1"),
    (lambda: [np.array([1, None]), 1.0], "grads[0] must hold real numbers, got dtype object"),
    (lambda: [[[1], [2, 3]], 1.0], "grads[0] must be an array, got [[1], [2, 3]]"),
]


@every_block
@pytest.mark.parametrize(("grads", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_a_refused_step_changes_nothing(block, grads, message):
    params = [np.ones(2), np.array(1.0)]
    optimizer = block(*params)
    optimizer.step([np.ones(2), 1.0])
    before = memory(optimizer)
    with pytest.raises(ValueError, match=exactly_this(message)):
        optimizer.step(grads())
    assert memory(optimizer) == before


READ_ONLY = np.ones(2)
READ_ONLY.flags.writeable = False
TWICE = np.ones(3)
NOTHING = np.ones(0)


@pytest.mark.parametrize("optimizer", [SGD, Adagrad, RMSprop, Adam, AdamW])
@pytest.mark.parametrize(
    ("params", "message"),
    [
        ([], "params must hold at least one float array, got []"),
        ((), "params must hold at least one float array, got []"),
        (np.ones(2), "params must be a list of float arrays, got array([1., 1.])"),
        (np.array(1.0), "params must be a list of float arrays, got array(1.)"),
        (None, "params must be a list of float arrays, got None"),
        (1.0, "params must be a list of float arrays, got 1.0"),
        ("a", "params[0] must be a float array, got 'a'"),
        ([np.ones(2), 1.0], "params[1] must be a float array, got 1.0"),
        ([[1.0, 2.0]], "params[0] must be a float array, got [1.0, 2.0]"),
        ([np.array([1, 2])], "params[0] must be a float array, got array([1, 2])"),
        ([np.array([1j])], "params[0] must be a float array, got array([0.+1.j])"),
        ([np.array([True])], "params[0] must be a float array, got array([ True])"),
        ([np.array([None])], "params[0] must be a float array, got array([None], dtype=object)"),
        ([np.float64(1.0)], "params[0] must be a float array, got np.float64(1.0)"),
        ([np.ones(1), READ_ONLY], "params[1] must be writable, got a read-only array"),
        ([TWICE, np.ones(1), TWICE], "params[2] must be an array of its own, got one again"),
        ([TWICE, TWICE[1:]], "params[1] must be an array of its own, got one again"),
        ([TWICE[1:], np.ones(1), TWICE[::-2], TWICE], "params[2] must be an array of its own, got one again"),
        ([TWICE[2:], TWICE[:1], TWICE], "params[2] must be an array of its own, got one again"),
        ([NOTHING, NOTHING], "params[1] must be an array of its own, got one again"),
    ],
)
def test_parameters_that_are_refused(optimizer, params, message):
    with pytest.raises(ValueError, match=exactly_this(message)):
        optimizer(params)


def test_parameters_may_interleave():
    whole = np.ones((4, 6))
    optimizer = SGD([whole[:, 1::2], whole[:, ::2], whole[0:0]], lr=0.5)
    optimizer.step([np.ones((4, 3)), np.zeros((4, 3)), np.ones((0, 6))])
    np.testing.assert_array_equal(whole, np.tile([1, 0.5], (4, 3)))


def test_parameters_may_come_from_a_generator_and_share_a_buffer():
    whole = np.ones(4)
    optimizer = SGD((part for part in (whole[:2], whole[2:])), lr=0.5)
    optimizer.step(iter([np.ones(2), np.zeros(2)]))
    np.testing.assert_array_equal(whole, [0.5, 0.5, 1, 1])


NOT_NEGATIVE = {
    SGD: ["lr", "momentum", "weight_decay"],
    Adagrad: ["lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps"],
    RMSprop: ["lr", "eps", "weight_decay", "momentum"],
    Adam: ["lr", "eps", "weight_decay"],
    AdamW: ["lr", "eps", "weight_decay"],
}


@pytest.mark.parametrize(("optimizer", "name"), [(key, name) for key, names in NOT_NEGATIVE.items() for name in names])
@pytest.mark.parametrize(
    "value",
    [-1, -1e-300, np.nan, np.inf, -np.inf, 10**400, Fraction(10**400), "a", None, 1j, [0.1], np.array(0.1)],
    ids=lambda value: repr(value)[:20],
)
def test_numbers_that_are_refused(optimizer, name, value):
    with pytest.raises(ValueError, match=exactly_this(f"{name} must be a finite number of at least 0, got {value!r}")):
        optimizer([np.ones(1)], **{name: value})


@pytest.mark.parametrize(("optimizer", "name"), [(key, name) for key, names in NOT_NEGATIVE.items() for name in names])
@pytest.mark.parametrize("value", [0, 0.5, np.float32(0.5), Fraction(1, 2), np.int8(1), 7])
def test_numbers_that_are_accepted(optimizer, name, value):
    theta = np.ones(1, "float32")
    instance = optimizer([theta], **{name: value})
    instance.step([np.ones(1)])
    assert theta.dtype == "float32"
    assert np.isfinite(theta).all()
    assert name == "initial_accumulator_value" or getattr(instance, name) is value


@pytest.mark.parametrize("optimizer", [Adam, AdamW])
@pytest.mark.parametrize(
    "betas",
    [
        (1.0, 0.999),
        (0.9, 1.0),
        (-0.1, 0.999),
        (0.9, -0.1),
        (np.nan, 0.9),
        (0.9, np.nan),
        (0.9,),
        (0.9, 0.9, 0.9),
        (),
        0.9,
        None,
        "ab",
        ("a", "b"),
        (0.9, None),
        (0.9, 1j),
        (0.9, 1 - Fraction(1, 10**20)),
        {0.9: 0, 0.99: 0},
    ],
    ids=repr,
)
def test_betas_that_are_refused(optimizer, betas):
    with pytest.raises(ValueError, match=exactly_this(f"betas must be a pair of numbers in [0, 1), got {betas!r}")):
        optimizer([np.ones(1)], betas=betas)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: RMSprop(p, alpha=-0.1), "alpha must be a number in [0, 1], got -0.1"),
        (lambda p: RMSprop(p, alpha=1.1), "alpha must be a number in [0, 1], got 1.1"),
        (lambda p: RMSprop(p, alpha=np.nan), "alpha must be a number in [0, 1], got nan"),
        (lambda p: RMSprop(p, alpha="a"), "alpha must be a number in [0, 1], got 'a'"),
        (lambda p: SGD(p, dampening=np.nan), "dampening must be a finite number, got nan"),
        (lambda p: SGD(p, dampening=-np.inf), "dampening must be a finite number, got -inf"),
        (lambda p: SGD(p, dampening=np.inf), "dampening must be a finite number, got inf"),
        (lambda p: SGD(p, dampening=-(10**400)), f"dampening must be a finite number, got -1{'0' * 400}"),
        (lambda p: SGD(p, dampening=None), "dampening must be a finite number, got None"),
        (lambda p: SGD(p, nesterov=True), "momentum must not be 0 for nesterov, got 0"),
        (lambda p: SGD(p, nesterov=True, momentum=0.0), "momentum must not be 0 for nesterov, got 0.0"),
        (lambda p: SGD(p, nesterov=True, momentum=-0.5), "momentum must be a finite number of at least 0, got -0.5"),
        (lambda p: SGD(p, nesterov=True, momentum=0.9, dampening=0.1), "dampening must be 0 for nesterov, got 0.1"),
    ],
)
def test_errors_name_the_argument_and_its_value(make, message):
    with pytest.raises(ValueError, match=exactly_this(message)):
        make([np.ones(1)])


def test_limits_that_are_accepted():
    for alpha in (0, 1):
        RMSprop([np.ones(1)], alpha=alpha).step([np.ones(1)])
    SGD([np.ones(1)], momentum=1.5, dampening=-2).step([np.ones(1)])
    Adam([np.ones(1)], betas=[0, 0.0]).step([np.ones(1)])


EXTREMES = {
    SGD: [{}],
    Adagrad: [{}, {"eps": 0}],
    RMSprop: [{}, {"eps": 0}, {"alpha": 0}, {"alpha": 0, "eps": 0, "centered": False}],
    Adam: [{}, {"eps": 0}, {"betas": (0, 0)}, {"betas": (0.9, 0)}, {"betas": (0, 0.999), "eps": 0}],
}
EXTREMES[AdamW] = EXTREMES[Adam]


@pytest.mark.parametrize(
    ("block", "extreme"),
    [
        pytest.param(block, extreme, id=f"{block} {extreme}")
        for block in BLOCKS
        for extreme in EXTREMES[block.optimizer]
    ],
)
@pytest.mark.parametrize(
    ("dtype", "sizes"),
    [
        ("float64", [1e200, -1e154, 1e300, 1e-200, 1e-320, 1, 1e-9, 0]),
        ("float32", [1e30, -1e19, 1e36, 1e-30, 1e-44, 1, 1e-9, 0]),
        ("float16", [1e4, -300, 5e3, 1e-6, 6e-8, 1, 1e-4, 0]),
    ],
)
def test_squares_that_overflow_or_vanish_give_a_finite_step_and_no_warning(block, extreme, dtype, sizes):
    theta = np.ones(len(sizes), dtype)
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer = block(theta, maximize=True, **extreme)
        optimizer.step([np.array(sizes, dtype)])
        assert np.isfinite(theta).all()
        for step in range(4):
            optimizer.step([np.roll(np.array(sizes, dtype), step)])
    assert dtype == "float16" or not np.isnan(theta).any()  # float16 ends at 65504, and parameters reach it


@every_block
def test_a_gradient_beyond_the_parameters_dtype_gives_a_finite_step(block):
    theta = np.ones(3, "float32")
    optimizer = block(theta)
    optimizer.step([np.array([1e300, -1e39, 1.0])])
    assert np.isfinite(theta).all() or block.options.get("nesterov")  # g + mu b is beyond the dtype
    assert not np.isnan(theta).any()


@every_block
def test_an_infinite_gradient_is_not_hidden(block):
    for dtype in ("float32", "float64"):
        theta = np.ones(3)
        block(theta).step([np.array([np.inf, np.nan, 1.0], dtype)])
        np.testing.assert_array_equal(np.isfinite(theta), [False, False, True])


@every_block
@given(
    grads=arrays(np.float64, (4, 3), elements=st.floats(-1e300, 1e300)),
    start=arrays(np.float64, 3, elements=st.floats(-1e9, 1e9)),
)
def test_any_finite_gradient_gives_numbers_and_no_warning(block, grads, start):
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        theta = walk(block(start), grads)
    assert not np.isnan(theta).any()


@every_block
def test_a_gradient_of_zero_changes_nothing_even_without_eps(block):
    for eps in [] if block.optimizer is SGD else [{}, {"eps": 0}]:
        theta = np.array([1.0, -2.0])
        optimizer = block(theta, weight_decay=0, **eps)
        for _ in range(3):
            optimizer.step([np.zeros(2)])
        np.testing.assert_array_equal(theta, [1, -2])


@every_block
@pytest.mark.parametrize(("dtype", "tiny"), [("float32", 1e-23), ("float64", 1e-170), ("float16", 6e-8)])
def test_squares_that_vanish_make_no_long_step_without_eps(block, dtype, tiny):
    if block.optimizer is SGD:
        return
    theta = np.zeros(3, dtype)
    optimizer = block(
        theta, weight_decay=0, lr=0.01, eps=0, **({} if block.accumulator is None else {"initial_accumulator_value": 0})
    )
    for grad in ([tiny, -tiny, 0], [tiny, 0, tiny]):
        optimizer.step([np.array(grad, dtype)])
        np.testing.assert_array_equal(theta, 0)
    optimizer.step([np.full(3, np.nan, dtype)])
    assert np.isnan(theta).all()


def test_a_variance_of_zero_without_eps_makes_no_step():
    theta = np.array(0, "float32")
    path = walk(RMSprop([theta], alpha=0.5, centered=True, eps=0), [10.0] * 60)
    assert np.isfinite(path).all()
    assert path[-1] == path[-2]


@every_block
def test_nan_gradients_give_nan(block):
    theta = np.ones(2)
    block(theta).step([np.array([np.nan, 1.0])])
    np.testing.assert_array_equal(np.isnan(theta), [True, False])


def test_pytorchs_centered_variance_turns_negative_and_ours_does_not():
    theirs = load("optimizers")["centered"]
    assert np.isnan(theirs[23:]).all()
    assert not np.isnan(theirs[:23]).any()
    ours = walk(RMSprop([np.array(0, "float32")], alpha=0.5, centered=True), [0.3] * len(theirs))
    assert not np.isnan(ours).any()
    np.testing.assert_allclose(ours[:12], theirs[:12], rtol=2e-2)  # later, both are rounding


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_variance_that_rounding_makes_negative_counts_as_zero(dtype):
    theta = np.array(1, dtype)
    optimizer = RMSprop([theta], alpha=0.5, centered=True)
    for _ in range(60):
        optimizer.step([0.3])
    assert not np.isnan(theta)
    assert theta < -10  # what is left of the variance is eps


def test_the_state_is_the_papers():
    grads = GRADS[:, 0]
    centered, adam = (RMSprop([np.array(1.0)], centered=True), Adam([np.array(1.0)], amsgrad=True))
    walk(centered, grads)
    walk(adam, grads)
    inputs = {formulas.gradient: grads}
    for optimizer, formula in ((centered, formulas.rmsprop_centered), (adam, formulas.amsgrad)):
        last = formula.run(len(grads), inputs, {formulas.theta_1: 1.0})[-1]
        np.testing.assert_allclose(optimizer.m[0], float(last[formulas.m]), rtol=1e-13)
        np.testing.assert_allclose(optimizer.v[0], float(last[formulas.v]), rtol=1e-13)
    np.testing.assert_allclose(adam.v_max[0], float(last[formulas.v_max]), rtol=1e-13)


def test_numbers_beyond_the_parameters_dtype_give_no_warning():
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        theta = np.ones(1, "float32")
        Adagrad([theta], initial_accumulator_value=1e300).step([np.ones(1)])
        assert theta == 1
        Adam([theta], eps=1e300).step([np.ones(1)])
        assert theta == 1


@every_block
def test_a_copy_goes_on_alone(block):
    theta = np.ones(3)
    optimizer = block(theta)
    optimizer.step([np.array([1.0, 2, 3])])
    twin = copy.deepcopy(optimizer)
    for instance in (optimizer, twin):
        instance.step([np.array([0.5, -2, 1])])
    np.testing.assert_array_equal(theta, twin.params[0])
    assert theta is not twin.params[0]


def test_subclasses_of_arrays_are_changed_in_place():
    plain, matrix = np.ones((2, 2)), np.ones((2, 2)).view(np.matrix)
    options = {"centered": True, "momentum": 0.5, "weight_decay": 0.1}
    ours, twin = RMSprop([matrix], **options), RMSprop([plain], **options)
    for _ in range(3):
        ours.step([np.array([[1.0, 2], [3, 4]])])
        twin.step([np.array([[1.0, 2], [3, 4]])])
    np.testing.assert_array_equal(np.asarray(matrix), plain)


# The papers' forms beside PyTorch's


def test_every_recursion_begins_at_zero():
    recursions = [value for value in vars(formulas).values() if isinstance(value, Algorithm)]
    firsts = [(before, first) for recursion in recursions for before, (_, first) in recursion.state.items()]
    assert len(firsts) > 40
    for before, first in firsts:
        assert first == (1 if before == formulas.a_1 else 0)


def test_the_buffers_cases_do_not_overlap():
    first, later = formulas.momentum.assignments[1][1].args
    for step in (1, 2, 3):
        assert bool(first.cond.subs(t, step)) == (step == 1)
        assert bool(later.cond.subs(t, step)) == (step > 1)


def run(name, grads, **named):
    return exactly(getattr(formulas, name), grads, 1.0, **named)


STREAM = GRADS[:, 0]


def test_polyak_sutskever_and_pytorch_are_equal_at_a_constant_rate():
    ours = walk(SGD([np.array(1.0)], lr=0.1, momentum=0.9), STREAM)
    for name in ("momentum", "momentum_polyak", "momentum_sutskever"):
        np.testing.assert_allclose(run(name, STREAM, eta=0.1, mu=0.9), ours, rtol=1e-13)


def test_nag_is_the_gradient_at_the_look_ahead_point():
    """On f = theta^4 / 4 - theta, so that each form's own gradient decides where it goes."""
    look_ahead = formulas.nag_sutskever.run(
        30, {formulas.gradient: lambda x: x**3 - 1}, {formulas.theta_1: 2.0}, eta=0.05, mu=0.9
    )
    rewritten = formulas.nag.run(30, {formulas.gradient: lambda x: x**3 - 1}, {formulas.theta_1: 2.0}, eta=0.05, mu=0.9)
    theta = np.array(2.0)
    optimizer = SGD([theta], lr=0.05, momentum=0.9, nesterov=True)
    for one, other in zip(look_ahead, rewritten):
        assert abs(one[formulas.y] - other[formulas.theta]) < mpmath.mpf(10) ** -60
        optimizer.step([theta**3 - 1])
        np.testing.assert_allclose(theta, float(one[formulas.y]), rtol=1e-12)


def test_nag_is_rewritten_exactly():
    """Sutskever's step, seen from the look-ahead point y = theta + mu v with v = -eta b, is PyTorch's."""
    f = formulas
    (_, velocity), (_, moved), (_, ahead) = f.nag_sutskever.assignments[1:]
    ahead = ahead.subs(f.theta, moved).subs(f.v, velocity)
    before = {f.v_1: -f.eta * f.b_1, f.theta_1: f.y_1 + f.mu * f.eta * f.b_1}
    (_, buffer), (_, pytorch) = f.nag.assignments[1:]
    prove(ahead.subs(before, simultaneous=True), pytorch.subs(f.b, buffer).subs(f.theta_1, f.y_1))


def test_nesterovs_own_sequence_is_nag_with_a_rising_momentum():
    """x_t = y_{t-1} - eta f'(y_{t-1}) beats 1 / t^2 on a flat quadratic, as the paper proves."""
    curvature = 0.01
    history = formulas.nag_1983.run(
        100, {formulas.gradient: lambda x: curvature * x}, {formulas.theta_1: 1.0, formulas.y_1: 1.0}, eta=1
    )
    a, x, y = 1.0, 1.0, 1.0
    for values in history:
        before, last = x, a
        x, a = y - curvature * y, (1 + np.sqrt(1 + 4 * a**2)) / 2
        y = x + (last - 1) / a * (x - before)
        exact = float(values[formulas.theta]), float(values[formulas.y])
        np.testing.assert_allclose(exact, [x, y], rtol=0, atol=1e-13)
    losses = np.array([float(curvature * values[formulas.theta] ** 2 / 2) for values in history])
    steps = np.arange(1, 101)
    assert (losses <= 2 / (steps + 1) ** 2).all()
    assert losses[-1] < curvature / 2 * (1 - curvature) ** 200 / 10


def test_adagrad_and_rmsprop_papers_forms():
    np.testing.assert_allclose(
        walk(Adagrad([np.array(1.0)], lr=0.1, eps=0), STREAM), run("adagrad_duchi", STREAM, eta=0.1), rtol=1e-13
    )
    np.testing.assert_allclose(
        walk(RMSprop([np.array(1.0)], alpha=0.9, eps=0), STREAM), run("rmsprop_hinton", STREAM, eta=0.01), rtol=1e-13
    )


def test_graves_has_epsilon_inside_the_root_and_the_rate_inside_the_buffer():
    theta, v, m, b = 1.0, 0.0, 0.0, 0.0
    steps = []
    for g in STREAM:
        v, m = 0.95 * v + 0.05 * g**2, 0.95 * m + 0.05 * g
        b = 0.9 * b - 1e-4 * g / np.sqrt(v - m**2 + 1e-4)
        theta += b
        steps.append(theta)
    np.testing.assert_allclose(run("rmsprop_graves", STREAM), steps, rtol=1e-13)
    last = formulas.rmsprop_graves.run(len(STREAM), {formulas.gradient: STREAM})[-1]
    np.testing.assert_allclose(float(last[formulas.m]), m, rtol=1e-13)
    outside = walk(RMSprop([np.array(1.0)], lr=1e-4, alpha=0.95, eps=1e-4, momentum=0.9, centered=True), STREAM)
    assert np.max(np.abs(outside - steps)) > 1e-4


def test_adams_epsilon_hat_is_epsilon_times_the_root_of_the_correction():
    grads = GRADS[:, 3]
    theta, m, v = 1.0, 0.0, 0.0
    steps = []
    for step, g in enumerate(grads, 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        theta -= 0.001 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step) * m / (np.sqrt(v) + 1e-8)
        steps.append(theta)
    hat = run("adam_hat", grads, **{r"\hat{\epsilon}": 1e-8})
    np.testing.assert_allclose(hat, steps, rtol=1e-13)
    ours = walk(Adam([np.array(1.0)], eps=1e-8), grads)
    assert abs(hat[0] - ours[0]) > 5e-5
    one = run("adam_hat", grads[:1], **{r"\hat{\epsilon}": 1e-8 * np.sqrt(1 - 0.999)})
    np.testing.assert_allclose(one, ours[:1], rtol=1e-13)


def test_amsgrad_of_the_paper_corrects_nothing():
    theta, m, v, v_hat = 1.0, 0.0, 0.0, 0.0
    steps = []
    for g in STREAM:
        m, v = 0.9 * m + 0.1 * g, 0.5 * v + 0.5 * g**2
        v_hat = max(v_hat, v)
        theta -= 0.001 * m / np.sqrt(v_hat)
        steps.append(theta)
    np.testing.assert_allclose(run("amsgrad_reddi", STREAM, eta=0.001, beta_1=0.9, beta_2=0.5), steps, rtol=1e-13)
    ours = walk(Adam([np.array(1.0)], betas=(0.9, 0.5), amsgrad=True, eps=0), STREAM)
    np.testing.assert_allclose((steps[0] - 1) * np.sqrt(1 - 0.5) / (1 - 0.9), ours[0] - 1, rtol=1e-12)


def test_adamws_lambda_is_the_rate_times_pytorchs():
    ours = walk(AdamW([np.array(1.0)], lr=0.02, weight_decay=0.3), STREAM)
    named = {"alpha": 0.02, "lambda": 0.02 * 0.3, "eta_t": 1}
    np.testing.assert_allclose(run("adamw_paper", STREAM, **named), ours, rtol=1e-13)
