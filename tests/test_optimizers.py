"""The optimizers: the evidence's rows, properties that hold for every row, and lists of what is refused."""

import copy
import inspect
import pickle
import warnings
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scratch import optimizers
from scratch.evidence import recorded
from scratch.evidence.optimizers import ROWS, block_of, recorded_paths
from scratch.formulas import Algorithm, prove, t
from scratch.formulas import optimizers as f
from scratch.optimizers import SGD, Adagrad, Adam, AdamW, RMSprop

CLASSES = [SGD, Adagrad, RMSprop, Adam, AdamW]
BLOCKS = [row for row in ROWS if not row.form]
DTYPES = ["float64", "float32", "float16"]

every_block = pytest.mark.parametrize("block", BLOCKS, ids=str)
every_class = pytest.mark.parametrize("optimizer", CLASSES)
every_dtype = pytest.mark.parametrize("dtype", DTYPES)


def walk(optimizer, grads):
    """The only parameter after each step."""
    steps = []
    for grad in grads:
        optimizer.step([grad])
        steps.append(optimizer.params[0].copy())
    return np.array(steps)


def memory(optimizer):
    """Everything an optimizer holds, in a form that can be compared."""
    return pickle.dumps(vars(optimizer))


def refused(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message


# What the steps are


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_every_comparison_of_the_row_holds(row):
    assert [made for made in row.comparisons() if not made.holds] == []


def test_the_record_has_every_option_and_every_path_is_compared():
    paths = list(recorded_paths())
    assert {block_of(optimizer, options) for _, optimizer, options, _ in paths} == {r.block for r in ROWS if r.recorded}
    for optimizer in CLASSES:
        options = set().union(*(options for _, of, options, _ in paths if of is optimizer))
        assert options == set(inspect.signature(optimizer).parameters) - {"params"}


@pytest.mark.parametrize("row", [row for row in ROWS if row.by_hand and not row.slope], ids=str)
def test_the_nearest_options_do_not_give_the_form(row):
    assert max(np.max(np.abs(row.walk()[row.read] - row.exact()[row.read]), axis=0)) > 1e-5


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
    np.testing.assert_allclose(walk(optimizer([np.array(1.0)], **options), [0.5, -0.2, 0.1]), expected, rtol=1e-12)


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
        (Adam, {"eps": 1e-8, "lr": 2e12 * (1 + 1e4)}, 2 - 2e12 * 4 * (1 + 1e4) / (4 + 1e-8)),
    ],
)
def test_the_first_step_by_hand(optimizer, options, expected):
    np.testing.assert_allclose(walk(optimizer([np.array(2.0)], **options), [4.0]), [expected], rtol=1e-15)


def test_a_tiny_gradient_meets_epsilon_outside_the_root():
    np.testing.assert_allclose(walk(Adam([np.array(0.0)]), [1e-12]), [-9.99900009999e-08], rtol=1e-11)


@every_block
@every_dtype
def test_agrees_with_live_pytorch(block, dtype):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(2)
    shapes = [(3, 4), (), (5,)]
    params = [rng.normal(size=shape).astype(dtype) for shape in shapes]
    theirs = [torch.nn.Parameter(torch.tensor(param)) for param in params]
    ours = block.make(*params)
    reference = getattr(torch.optim, block.optimizer.__name__)(theirs, **block.options)
    tolerance = {"float64": 1e-13, "float32": 5e-6, "float16": 4e-2}[dtype]  # theirs rounds each operation to float16
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
            np.testing.assert_allclose(param, parameter.detach().numpy(), rtol=tolerance, atol=tolerance)


@every_class
def test_defaults_are_pytorchs(optimizer):
    torch = pytest.importorskip("torch")
    theirs = inspect.signature(getattr(torch.optim, optimizer.__name__)).parameters
    for name, parameter in inspect.signature(optimizer).parameters.items():
        assert parameter.default == theirs[name].default


# Parameters, gradients and memory


@every_block
def test_state_belongs_to_each_parameter(block):
    rng = np.random.default_rng(3)
    shapes = [(2, 3), (), (4,), (0,)]
    together = [rng.normal(size=shape) for shape in shapes]
    apart = [param.copy() for param in together]
    one, several = block.make(*together), [block.make(param) for param in apart]
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
    swapped = np.ones(2, np.dtype(dtype).newbyteorder())
    params = [np.ones((2, 3), dtype), np.array(1, dtype), strided, transposed, swapped]
    optimizer = block.make(*params)
    for _ in range(3):
        optimizer.step([np.full(param.shape, 0.25, dtype) for param in params])
    assert isinstance(optimizer.params, list)
    for param, kept in zip(params, optimizer.params):
        assert param is kept
        assert param.dtype == dtype or param is swapped
        assert (param != 1).all()
        np.testing.assert_array_equal(param, params[0].flat[0])
    remembered = [value for state in optimizer.state for value in vars(state).values() if hasattr(value, "dtype")]
    assert len(remembered) >= (5 if block.block != "sgd" else 0)
    assert {value.dtype for value in remembered} <= {np.result_type(dtype, np.float32)}


@every_block
def test_float16_is_computed_and_remembered_in_float32_and_rounded_once(block):
    start, grads = np.array([1, -2, 0.5], "float16"), np.array([0.5, 1e-4, -6e-8], "float16")
    half, single = block.make(start.copy()), block.make(start.astype("float32"))
    half.step([grads])
    single.step([grads])
    np.testing.assert_array_equal(half.params[0], single.params[0].astype("float16"))
    assert pickle.dumps(vars(half.state[0])) == pickle.dumps(vars(single.state[0]))


@pytest.mark.parametrize("optimizer", [Adagrad, RMSprop, Adam, AdamW])
def test_gradients_whose_squares_vanish_in_float16_move_a_float16_parameter(optimizer):
    theta = np.zeros(3, "float16")
    optimizer([theta], lr=0.01).step([np.array([5e-3, -1e-4, 1e-5])])
    np.testing.assert_allclose(np.abs(theta), 0.1 if optimizer is RMSprop else 0.01, rtol=2e-2)
    assert list(np.sign(theta)) == [-1, 1, -1]


@every_block
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int64", "uint8", "bool", ">f8"])
def test_gradients_are_converted_and_never_written_or_kept(block, dtype):
    values = np.array([[3, 0, 1], [2, 1, 1]], dtype=dtype)
    param, twin, third = np.ones((3, 2, 3), "float32")
    optimizer, floats, lists = block.make(param), block.make(twin), block.make(third)
    for _ in range(3):
        grad = values.copy()
        grad.flags.writeable = False
        optimizer.step((grad,))
        grad.flags.writeable = True
        grad[...] = 0
        floats.step([values.astype("float32")])
        lists.step(iter([values.astype(float).tolist()]))
    np.testing.assert_array_equal(param, twin)
    np.testing.assert_array_equal(param, third)


@every_block
def test_a_gradient_may_be_a_parameter_itself(block):
    params = list(np.random.default_rng(4).normal(size=(2, 3)))
    twins = [param.copy() for param in params]
    ours, other = block.make(*params), block.make(*twins)
    for _ in range(4):
        ours.step(params[::-1])  # the gradient of the saddle f = x y is (y, x)
        other.step([twin.copy() for twin in twins[::-1]])
    np.testing.assert_array_equal(params, twins)


@every_block
def test_copies_and_pickles_go_on_alone_and_stay_connected(block):
    theta = np.ones(3)
    optimizer = block.make(theta)
    optimizer.step([np.array([1.0, 2, 3])])
    for twin, params in (copy.deepcopy((optimizer, [theta])), pickle.loads(pickle.dumps((optimizer, [theta])))):
        again = copy.deepcopy(optimizer)
        again.step([np.array([0.5, -2, 1])])
        twin.step([np.array([0.5, -2, 1])])
        assert twin.params[0] is params[0]
        assert params[0] is not theta
        np.testing.assert_array_equal(again.params[0], params[0])


def test_parameters_may_interleave_and_come_from_a_generator():
    whole = np.ones((4, 6))
    optimizer = SGD((part for part in [whole[:, 1::2], whole[:, ::2], whole[0:0]]), lr=0.5)
    optimizer.step([np.ones((4, 3)), np.zeros((4, 3)), np.ones((0, 6))])
    np.testing.assert_array_equal(whole, np.tile([1, 0.5], (4, 3)))


def test_subclasses_of_arrays_are_changed_in_place():
    plain, matrix = np.ones((2, 2)), np.ones((2, 2)).view(np.matrix)
    options = {"centered": True, "momentum": 0.5, "weight_decay": 0.1}
    ours, twin = RMSprop([matrix], **options), RMSprop([plain], **options)
    for _ in range(3):
        ours.step([np.array([[1.0, 2], [3, 4]])])
        twin.step([np.array([[1.0, 2], [3, 4]])])
    np.testing.assert_array_equal(np.asarray(matrix), plain)


# Settings that change on the way


@every_block
def test_a_new_rate_counts_from_the_next_step(block):
    theta = np.array(1.0)
    optimizer = block.make(theta, weight_decay=0, maximize=False)
    optimizer.step([0.5])
    optimizer.lr = 0
    before = theta.copy()
    optimizer.step([0.5])
    assert theta == before
    optimizer.lr = 0.1
    optimizer.step([0.5])
    assert theta < before


def test_the_rate_stands_outside_pytorchs_buffer():
    theta, steps, state = np.array(0.0), [], {f.theta_1: 0, f.v_1: 0}
    optimizer = SGD([theta], momentum=0.9)
    for lr in (1, 0.1, 0.1):
        optimizer.lr = lr
        optimizer.step([1.0])
        (values,) = f.momentum_sutskever.run(1, {f.gradient: [1]}, state, {f.eta: lr, f.mu: 0.9})
        state = {f.theta_1: values[f.theta], f.v_1: values[f.v]}
        steps.append([float(theta), float(values[f.theta])])
    np.testing.assert_allclose(steps, [[-1, -1], [-1.19, -2], [-1.461, -3]], rtol=1e-15)


def beside_pytorch(optimizer, name, values, **options):
    """Write a setting before each step, here and in PyTorch."""
    torch = pytest.importorskip("torch")
    theta, parameter = np.array(1.0), torch.nn.Parameter(torch.tensor(1.0, dtype=torch.float64))
    ours, reference = optimizer([theta], **options), getattr(torch.optim, optimizer.__name__)([parameter], **options)
    for value, grad in zip(values, (1.0, -0.5, 0.25, 2, -1, 0.5, 3)):
        setattr(ours, name, value)
        reference.param_groups[0][name] = value
        parameter.grad = torch.tensor(grad, dtype=torch.float64)
        ours.step([grad])
        reference.step()
        np.testing.assert_allclose(theta, parameter.item(), rtol=0, atol=1e-14)


def test_momentum_and_betas_may_be_cycled():
    beside_pytorch(SGD, "momentum", (0, 0.95, 0.85, 0, 0, 0.9, 0.9), lr=0.1)
    beside_pytorch(RMSprop, "momentum", (0.5, 0.95, 0.85, 0, 0, 0.9, 0.9), lr=0.1, momentum=0.5)
    for optimizer in (Adam, AdamW):
        beside_pytorch(optimizer, "betas", [(beta1, 0.999) for beta1 in (0.95, 0.9, 0.85, 0.5, 0.0, 0.9)])


@pytest.mark.parametrize(
    ("optimizer", "name", "off", "on"),
    [
        (RMSprop, "momentum", 0, 0.9),
        (RMSprop, "centered", False, True),
        (Adam, "amsgrad", False, True),
        (Adam, "maximize", False, True),
    ],
)
def test_options_may_be_switched_on_later(optimizer, name, off, on):
    late, early = optimizer([np.array(1.0)], **{name: off}), optimizer([np.array(1.0)], **{name: on})
    late.step([0.0])
    early.step([0.0])
    setattr(late, name, on)
    np.testing.assert_array_equal(walk(late, [2.0, 1.0]), walk(early, [2.0, 1.0]))


# What is refused, by the constructor and by step(), before anything changes

BELOW, BETAS = "a number in [0, inf)", "a pair of numbers in [0, 1)"
NUMBERS = {
    SGD: ["lr", "momentum", "weight_decay"],
    Adagrad: ["lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps"],
    RMSprop: ["lr", "eps", "weight_decay", "momentum"],
    Adam: ["lr", "eps", "weight_decay"],
    AdamW: ["lr", "eps", "weight_decay"],
}
NO_NUMBERS = [np.nan, np.inf, -np.inf, 10**400, Fraction(10**400), "0.1", None, 1j, [0.1], np.array(0.1)]
NO_NUMBERS += [np.timedelta64(3), np.ma.masked]
NO_BETAS = [(1.0, 0.999), (0.9, 1.0), (-0.1, 0.999), (0.9, -0.1), (np.nan, 0.9), (0.9, np.nan), (0.9,), (), 0.9, None]
NO_BETAS += [
    (0.9, 0.9, 0.9),
    "ab",
    ("a", "b"),
    (0.9, None),
    (0.9, 1j),
    (0.9, 1 - Fraction(1, 10**20)),
    {0.9: 0, 0.99: 0},
]
NO_BETAS += [np.array([0.9, 0.99])]
WRONG = [
    *((key, name, value, BELOW) for key, names in NUMBERS.items() for name in names for value in (-1, *NO_NUMBERS)),
    *((RMSprop, "alpha", value, "a number in [0, 1]") for value in (-0.1, 1.1, *NO_NUMBERS)),
    *((SGD, "dampening", value, "a finite number") for value in (-(10**400), *NO_NUMBERS)),
    *((optimizer, "betas", betas, BETAS) for optimizer in (Adam, AdamW) for betas in NO_BETAS),
    *(
        (optimizer, name, value, "True or False")
        for optimizer in CLASSES
        for name in ("maximize", "nesterov", "centered", "amsgrad")
        if name in inspect.signature(optimizer).parameters
        for value in (None, "False", 1, np.array(True))
    ),
]


@pytest.mark.parametrize(("optimizer", "name", "value", "what"), WRONG, ids=lambda value: str(value)[:20])
def test_settings_that_are_refused(optimizer, name, value, what):
    message = f"{name} must be {what}, got {value!r}"
    refused(lambda: optimizer([np.ones(2)], **{name: value}), message)
    if name != "initial_accumulator_value":
        instance = optimizer([np.ones(2)])
        instance.step([np.ones(2)])
        setattr(instance, name, value)
        before = memory(instance)
        refused(lambda: instance.step([np.ones(2)]), message)
        assert memory(instance) == before


@pytest.mark.parametrize(
    ("name", "value", "options", "message"),
    [
        ("nesterov", True, {}, "momentum must be above 0 for nesterov, got 0"),
        ("momentum", 0.0, {"nesterov": True}, "momentum must be above 0 for nesterov, got 0.0"),
        (
            "momentum",
            Fraction(1, 10**400),
            {"nesterov": True},
            "momentum must be above 0 for nesterov, got Fraction(1, 1",
        ),
        ("momentum", -0.5, {"nesterov": True}, "momentum must be a number in [0, inf), got -0.5"),
        ("dampening", 0.1, {"nesterov": True, "momentum": 0.9}, "dampening must be 0 for nesterov, got 0.1"),
    ],
)
def test_nesterov_needs_momentum_and_no_dampening(name, value, options, message):
    with pytest.raises(ValueError) as caught:
        SGD([np.ones(1)], **{**options, name: value})
    assert str(caught.value).startswith(message)
    instance = SGD([np.ones(1)], **({"momentum": 0.9, **options} if options else {}))
    setattr(instance, name, value)
    before = memory(instance)
    with pytest.raises(ValueError) as caught:
        instance.step([np.ones(1)])
    assert str(caught.value).startswith(message)
    assert memory(instance) == before


@pytest.mark.parametrize(("optimizer", "name"), [(key, name) for key, names in NUMBERS.items() for name in names])
@pytest.mark.parametrize("value", [0, 0.5, np.float32(0.5), Fraction(1, 2), np.int8(1), 7, np.uint8(255)])
def test_numbers_are_used_as_the_float_that_was_checked(optimizer, name, value):
    thetas = np.ones((2, 3), "float32")
    for theta, number in zip(thetas, (value, float(value))):
        instance = optimizer([theta], **{name: number})
        assert name == "initial_accumulator_value" or getattr(instance, name) is number
        for grad in (1.0, 300.0, -0.5):
            instance.step([np.full(3, grad)])
    np.testing.assert_array_equal(*thetas)
    assert np.isfinite(thetas).all()


def test_limits_that_are_accepted():
    for alpha in (0, 1):
        RMSprop([np.ones(1)], alpha=alpha).step([np.ones(1)])
    SGD([np.ones(1)], momentum=1.5, dampening=-2).step([np.ones(1)])
    Adam([np.ones(1)], betas=[0, 0.0], amsgrad=np.True_).step([np.ones(1)])


MASKED = np.ma.array([1.0, 2.0], mask=[0, 1])
GRADS = [
    (lambda: [np.ones(2)], "grads must be 2 arrays, one per parameter, got 1"),
    (lambda: [np.ones(2), 1.0, 1.0], "grads must be 2 arrays, one per parameter, got 3"),
    (lambda: [], "grads must be 2 arrays, one per parameter, got 0"),
    (lambda: None, "grads must be a list of arrays, got None"),
    (lambda: 1.0, "grads must be a list of arrays, got 1.0"),
    (lambda: np.array(1.0), "grads must be a list of arrays, got array(1.)"),
    (lambda: [np.ones(2), np.ones(1)], "grads[1] must be an array of shape (), got (1,)"),
    (lambda: [np.ones((2, 1)), 1.0], "grads[0] must be an array of shape (2,), got (2, 1)"),
    (lambda: [1.0, 1.0], "grads[0] must be an array of shape (2,), got ()"),
    (lambda: [np.ones(2), 1j], "grads[1] must be an array of real numbers, got dtype('complex128')"),
    (lambda: [np.ones(2), "a"], "grads[1] must be an array of real numbers, got dtype('<U1')"),
    (lambda: [np.array([1, None]), 1.0], "grads[0] must be an array of real numbers, got dtype('O')"),
    (lambda: [np.array([1, 2], "m8"), 1.0], "grads[0] must be an array of real numbers, got dtype('<m8')"),
    (lambda: [[[1], [2, 3]], 1.0], "grads[0] must be an array, got [[1], [2, 3]]"),
    (lambda: [MASKED, 1.0], f"grads[0] must be an array without a mask, got {MASKED!r}"),
]


@every_block
@pytest.mark.parametrize(("grads", "message"), GRADS, ids=[message for _, message in GRADS])
def test_a_refused_step_changes_nothing(block, grads, message):
    optimizer = block.make(np.ones(2), np.array(1.0))
    optimizer.step([np.ones(2), 1.0])
    before = memory(optimizer)
    refused(lambda: optimizer.step(grads()), message)
    optimizer.step([None, None])
    assert memory(optimizer) == before


READ_ONLY, THREE, FIVE, NOTHING = np.ones(2), np.ones(3), np.ones(5), np.ones(0)
READ_ONLY.flags.writeable = False
PARAMS = [
    ([], "params must be at least one float array, got []"),
    ((), "params must be at least one float array, got []"),
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
    ([MASKED], f"params[0] must be an array without a mask, got {MASKED!r}"),
    ([np.ones(1), READ_ONLY], "params[1] must be a writable array, got array([1., 1.])"),
    ([THREE, np.ones(1), THREE], "params[2] must be an array of its own, got array([1., 1., 1.])"),
    ([THREE, THREE[1:]], "params[1] must be an array of its own, got array([1., 1.])"),
    ([THREE[2:], np.ones(1), THREE[::-2], THREE[:2]], "params[3] must be an array of its own, got array([1., 1.])"),
    ([THREE[2:], THREE[:1], THREE], "params[2] must be an array of its own, got array([1., 1., 1.])"),
    ([FIVE[::2], FIVE[1:2], FIVE[2:3]], "params[2] must be an array of its own, got array([1.])"),
    ([NOTHING, NOTHING], "params[1] must be an array of its own, got array([], dtype=float64)"),
]


@every_class
@pytest.mark.parametrize(("params", "message"), PARAMS, ids=[message for _, message in PARAMS])
def test_parameters_that_are_refused(optimizer, params, message):
    refused(lambda: optimizer(params), message)
    instance = optimizer([np.ones(1)])
    instance.params = params
    before = memory(instance)
    refused(lambda: instance.step([np.ones(1)]), message)
    assert memory(instance) == before


@every_block
def test_parameters_that_became_others_are_refused_before_anything_changes(block):
    params = [np.ones(2), np.ones(3)]
    optimizer = block.make(*params)
    optimizer.step([np.ones(2), np.ones(3)])
    params[1].flags.writeable = False
    before = memory(optimizer)
    refused(
        lambda: optimizer.step([np.ones(2), np.ones(3)]), "params[1] must be a writable array, got " + repr(params[1])
    )
    assert memory(optimizer) == before
    optimizer.params = [params[0], np.ones(4)]
    before = memory(optimizer)
    message = "params must be arrays of the shapes that it was made with, got [(2,), (4,)]"
    refused(lambda: optimizer.step([np.ones(2), np.ones(4)]), message)
    assert memory(optimizer) == before
    optimizer.params = [np.ones(2), np.ones(3)]
    optimizer.step([np.ones(2), np.ones(3)])
    assert (optimizer.params[1] != 1).all()


# Numbers at the ends of a dtype

EXTREMES = {
    SGD: [{}],
    Adagrad: [{}, {"eps": 0}],
    RMSprop: [{}, {"eps": 0}, {"alpha": 0}, {"alpha": 0, "eps": 0, "centered": False}],
    Adam: [{}, {"eps": 0}, {"betas": (0, 0)}, {"betas": (0.9, 0)}, {"betas": (0, 0.999), "eps": 0}],
}
EXTREMES[AdamW] = EXTREMES[Adam]
SIZES = {
    "float64": [1e200, -1e154, 1e300, 1e-200, 1e-320, 1, 1e-9, 0],
    "float32": [1e30, -1e19, 1e36, 1e-30, 1e-44, 1, 1e-9, 0],
    "float16": [1e4, -300, 5e3, 1e-6, 6e-8, 1, 1e-4, 0],
}


@every_block
@pytest.mark.parametrize("dtype", SIZES)
def test_squares_that_overflow_or_vanish_give_a_finite_step_and_no_warning(block, dtype):
    sizes = np.array(SIZES[dtype], dtype)
    for extreme in EXTREMES[block.optimizer]:
        theta = np.ones(len(sizes), dtype)
        with np.errstate(all="raise"), warnings.catch_warnings():
            warnings.simplefilter("error")
            optimizer = block.make(theta, **extreme)
            optimizer.step([sizes])
            beyond = dtype == "float16" and block.options.get("centered")  # lr g / eps, where the variance is 0
            assert beyond or np.isfinite(theta).all()
            for step in range(4):
                optimizer.step([np.roll(sizes, step)])
        assert dtype == "float16" or not np.isnan(theta).any()  # float16 ends at 65504, and parameters reach it


@pytest.mark.parametrize(
    ("dtype", "huge"), [("float64", 1e200), ("float64", 1e308), ("float32", 1e30), ("float32", 1e300)]
)
@pytest.mark.parametrize(
    ("optimizer", "options", "first"),
    [
        (Adagrad, {}, 1),
        (RMSprop, {"alpha": 0.5}, 2**0.5),
        (Adam, {"betas": (0.5, 0.5)}, 1),
        (Adam, {"betas": (0.5, 0.5), "amsgrad": True}, 1),
        (AdamW, {"betas": (0.5, 0.5), "weight_decay": 0}, 1),
    ],
)
def test_a_gradient_whose_square_would_overflow_makes_the_formulas_first_step(optimizer, options, first, dtype, huge):
    theta = np.zeros(2, dtype)
    instance = optimizer([theta], lr=1, **options)
    instance.step([np.array([huge, -huge])])
    np.testing.assert_allclose(theta, [-first, first], rtol=1e-6)
    if optimizer is not Adagrad and not options.get("amsgrad"):  # and the average forgets it
        instance.step([np.zeros(2)])
        path = walk(instance, np.full((1200, 2), 3.0))
        np.testing.assert_allclose(path[-1] - path[-2], -1, rtol=1e-3)


def test_a_large_gradient_is_used_as_it_is_where_no_square_is_taken():
    np.testing.assert_allclose(walk(SGD([np.zeros(1, "float32")], lr=1), [[1e30]]), [[-1e30]], rtol=1e-6)


@every_block
def test_a_gradient_beyond_the_parameters_dtype_gives_a_finite_step(block):
    for dtype in ("float32", "float16"):
        theta = np.ones(3, dtype)
        optimizer = block.make(theta)
        optimizer.step([np.array([1e300, -1e39, 1.0])])
        assert np.isfinite(theta).all() or block.options.get("nesterov")  # g + mu b is beyond the dtype
        assert not np.isnan(theta).any()


@every_block
def test_gradients_of_infinity_and_nan_are_not_hidden(block):
    for dtype in ("float32", "float64"):
        theta = np.ones(3)
        block.make(theta).step([np.array([np.inf, np.nan, 1.0], dtype)])
        np.testing.assert_array_equal(np.isfinite(theta), [False, False, True])
        assert np.isnan(theta[1])


@every_block
@given(
    grads=arrays(np.float64, (4, 3), elements=st.floats(-1e300, 1e300)),
    start=arrays(np.float64, 3, elements=st.floats(-1e9, 1e9)),
)
def test_any_finite_gradient_gives_numbers_and_no_warning(block, grads, start):
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        theta = walk(block.make(start), grads)
    assert not np.isnan(theta).any()


ADAPTIVE = [block for block in BLOCKS if block.optimizer is not SGD]


@pytest.mark.parametrize("block", ADAPTIVE, ids=str)
def test_a_gradient_of_zero_changes_nothing_even_without_eps(block):
    for eps in ({}, {"eps": 0}):
        theta = np.array([1.0, -2.0])
        walk(block.make(theta, weight_decay=0, **eps), np.zeros((3, 2)))
        np.testing.assert_array_equal(theta, [1, -2])


@pytest.mark.parametrize("block", ADAPTIVE, ids=str)
@pytest.mark.parametrize(("dtype", "tiny"), [("float32", 1e-23), ("float64", 1e-170)])
def test_squares_that_vanish_make_no_long_step_without_eps(block, dtype, tiny):
    theta = np.zeros(3, dtype)
    none = {"initial_accumulator_value": 0} if block.start else {}
    optimizer = block.make(theta, **{"weight_decay": 0, "lr": 0.01, "eps": 0, **none})
    for grad in ([tiny, -tiny, 0], [tiny, 0, tiny]):
        optimizer.step([np.array(grad, dtype)])
        np.testing.assert_array_equal(theta, 0)
    optimizer.step([np.full(3, np.nan, dtype)])
    assert np.isnan(theta).all()


def test_pytorchs_centered_variance_turns_negative_and_ours_counts_as_zero():
    theirs = recorded("optimizers")["centered"]
    assert np.isnan(theirs[23:]).all()
    assert not np.isnan(theirs[:23]).any()
    ours = walk(RMSprop([np.array(0, "float32")], alpha=0.5, centered=True), [0.3] * len(theirs))
    assert not np.isnan(ours).any()
    np.testing.assert_allclose(ours[:12], theirs[:12], rtol=2e-2)  # later, both are rounding
    for dtype in DTYPES:
        path = walk(RMSprop([np.array(1, dtype)], alpha=0.5, centered=True), [0.3] * 60)
        assert path[-1] < -10  # what is left of the variance is eps
        assert not np.isnan(path).any()
    path = walk(RMSprop([np.array(0, "float32")], alpha=0.5, centered=True, eps=0), [10.0] * 60)
    assert np.isfinite(path).all()
    assert path[-1] == path[-2]


def test_numbers_beyond_the_parameters_dtype_give_no_warning():
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        theta = np.ones(1, "float32")
        Adagrad([theta], initial_accumulator_value=1e300).step([np.ones(1)])
        Adam([theta], eps=1e300).step([np.ones(1)])
        assert theta == 1


# The recursions


def test_every_recursion_begins_at_zero():
    recursions = [value for value in vars(f).values() if isinstance(value, Algorithm)]
    firsts = [(before, first) for recursion in recursions for before, (_, first) in recursion.state.items()]
    assert len(firsts) > 40
    assert all(first == (1 if before == f.a_1 else 0) for before, first in firsts)


def test_the_buffers_cases_do_not_overlap():
    first, later = f.momentum.assignments[1][1].args
    for step in (1, 2, 3):
        assert bool(first.cond.subs(t, step)) == (step == 1)
        assert bool(later.cond.subs(t, step)) == (step > 1)


def test_nag_is_the_gradient_at_the_look_ahead_point():
    """On f = theta^4 / 4 - theta, so that each form's own gradient decides where it goes."""
    inputs, start, values = {f.gradient: lambda x: x**3 - 1}, {f.theta_1: 2.0}, {f.eta: 0.05, f.mu: 0.9}
    look_ahead, rewritten = (form.run(30, inputs, start, values) for form in (f.nag_sutskever, f.nag))
    for one, other in zip(look_ahead, rewritten):
        assert abs(one[f.y] - other[f.theta]) < mpmath.mpf(10) ** -60


def test_nag_is_rewritten_exactly():
    """Sutskever's step, seen from the look-ahead point y = theta + mu v with v = -eta b, is PyTorch's."""
    (_, velocity), (_, moved), (_, ahead) = f.nag_sutskever.assignments[1:]
    ahead = ahead.subs(f.theta, moved).subs(f.v, velocity)
    before = {f.v_1: -f.eta * f.b_1, f.theta_1: f.y_1 + f.mu * f.eta * f.b_1}
    (_, buffer), (_, pytorch) = f.nag.assignments[1:]
    prove(ahead.subs(before, simultaneous=True), pytorch.subs(f.b, buffer).subs(f.theta_1, f.y_1))


def test_nesterovs_own_sequence_is_as_fast_as_the_paper_proves():
    """x_t = y_{t-1} - eta f'(y_{t-1}) beats 1 / t^2 on a flat quadratic."""
    curvature, start = 0.01, {f.theta_1: 1.0, f.y_1: 1.0}
    history = f.nag_1983.run(100, {f.gradient: lambda x: curvature * x}, start, {f.eta: 1})
    losses = np.array([float(curvature * values[f.theta] ** 2 / 2) for values in history])
    assert (losses <= 2 / np.arange(2, 102) ** 2).all()
    assert losses[-1] < curvature / 2 * (1 - curvature) ** 200 / 10


def test_adams_epsilon_hat_and_amsgrads_missing_correction_at_the_first_step():
    theta, ours = f.theta, Adam([np.array(1.0)], eps=1e-8)
    hat = {f.epsilon_hat: 1e-8 * np.sqrt(1 - 0.999)}
    (first,) = f.adam_hat.run(1, {f.gradient: [1e-8]}, {f.theta_1: 1}, hat)
    np.testing.assert_allclose(float(first[theta]), walk(ours, [1e-8])[0], rtol=1e-13)
    ours = Adam([np.array(1.0)], betas=(0.9, 0.5), amsgrad=True, eps=0)
    values = {f.eta: 0.001, f.beta1: 0.9, f.beta2: 0.5}
    (first,) = f.amsgrad_reddi.run(1, {f.gradient: [2]}, {f.theta_1: 1}, values)
    step = float(first[theta] - 1) * np.sqrt(1 - 0.5) / (1 - 0.9)
    np.testing.assert_allclose(step, walk(ours, [2.0])[0] - 1, rtol=1e-12)


def test_adamw_is_adam_with_one_line_changed():
    assert issubclass(AdamW, Adam)
    assert {name for name, value in vars(AdamW).items() if inspect.isfunction(value)} == {"__init__", "_decay"}
    assert not hasattr(optimizers, "Optimizer")
