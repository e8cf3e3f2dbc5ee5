"""The activations: one table of blocks, and properties that hold for every row."""

import inspect
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from scratch import activations
from scratch.evidence import recorded
from scratch.evidence.accuracy import points, ulp_errors
from scratch.evidence.activations import ALLOWED, REACH, ROWS, SIDES

FINITE = st.floats(allow_nan=False, allow_infinity=False)
ANY_SHAPE = array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)

every_block = pytest.mark.parametrize("block", ROWS, ids=str)
every_side = pytest.mark.parametrize("side", SIDES)


@every_block
@every_side
@pytest.mark.parametrize("dtype", ALLOWED)
def test_agrees_with_the_formula_at_50_digits(block, side, dtype):
    x = points(count=25, reach=REACH[dtype]).astype(dtype)
    assert np.max(block.errors(side, x)) <= ALLOWED[dtype]


@every_block
def test_every_comparison_of_the_row_holds(block):
    assert [made for made in block.comparisons() if not made.holds] == []


@every_block
def test_the_typeset_derivative_is_the_derivative(block):
    block.formula.prove_derivative()


@pytest.mark.parametrize("block", [row for row in ROWS if row.recorded], ids=str)
@every_side
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_is_nowhere_worse_than_pytorch(block, side, dtype):
    record = recorded("activations")
    x, theirs = record[f"x/{dtype}"], record[f"{block.recorded}{'_grad' if side == 'gradient' else ''}/{dtype}"]
    truth = block.exact(side, x)
    ours, reference = ulp_errors(block.call(side, x), truth), ulp_errors(theirs, truth)
    if block.block == "tanh" and side == "value" and dtype == "float64":
        assert np.max(ours) <= 1.1  # NumPy's own tanh: faster than any better one, and PyTorch's reaches 0.69
    else:
        assert np.max(ours) <= np.max(reference)
    np.testing.assert_allclose(block.call(side, x), theirs, rtol=2e-4, atol=1e-6)


@every_block
@every_side
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_agrees_with_live_pytorch(block, side, dtype):
    torch = pytest.importorskip("torch")
    name, options = block.function.__name__, block.options
    module = getattr(torch, name) if name in ("sigmoid", "tanh", "relu") else getattr(torch.nn.functional, name)
    x = np.random.default_rng(1).normal(size=(20, 30)).astype(dtype)
    tensor = torch.tensor(x, requires_grad=True)
    result = module(tensor, **options)
    if side == "gradient":
        (result,) = torch.autograd.grad(result.sum(), tensor)
    tolerance = {"float64": 1e-13, "float32": 1e-5}[dtype]  # PyTorch's own error, see the accuracy table of the page
    np.testing.assert_allclose(block.call(side, x), result.detach().numpy(), rtol=tolerance, atol=tolerance)


@every_block
@every_side
@given(x=arrays(np.float64, ANY_SHAPE, elements=FINITE))
def test_any_finite_input_gives_a_new_array_and_no_warning(block, side, x):
    before = x.copy()
    x.flags.writeable = False
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        y = block.call(side, x)
    assert type(y) is np.ndarray
    assert y.shape == x.shape
    assert y.dtype == np.float64
    assert y.flags.writeable
    assert not np.shares_memory(x, y)
    assert not np.isnan(y).any()
    np.testing.assert_array_equal(x, before)


@every_block
@every_side
@pytest.mark.parametrize(
    ("dtype", "result"),
    [
        ("float16", "float16"),
        ("float32", "float32"),
        ("float64", "float64"),
        ("int8", "float64"),
        ("uint8", "float64"),
        ("int64", "float64"),
        ("bool", "float64"),
    ],
)
def test_dtypes(block, side, dtype, result):
    x = np.array([[0, 1, 1], [1, 0, 1]], dtype=dtype)
    y = block.call(side, x)
    assert y.dtype == result
    np.testing.assert_array_equal(y, block.call(side, x.astype(np.float64)).astype(result))


@every_block
@every_side
def test_lists_scalars_and_strides(block, side):
    x = np.linspace(-3, 3, 24).reshape(4, 6)
    y = block.call(side, x)
    np.testing.assert_array_equal(block.call(side, x.tolist()), y)
    np.testing.assert_array_equal(block.call(side, x[::-2, ::3]), y[::-2, ::3])
    np.testing.assert_array_equal(block.call(side, np.asfortranarray(x)), y)
    assert block.call(side, 2).shape == ()
    assert block.call(side, []).shape == (0,)


@every_block
@every_side
def test_nan_and_infinity(block, side):
    low, high, nan = block.call(side, [-np.inf, np.inf, np.nan])
    assert np.isnan(nan)
    far = block.call(side, np.array([-1e306, 1e306]))
    assert low == far[0] or np.isinf(low)
    assert high == far[1] or np.isinf(high)


@every_block
def test_the_convention_at_zero(block):
    np.testing.assert_array_equal(block.gradient(np.array([0.0, -0.0]), **block.options), [block.at_zero] * 2)


def test_signs_of_zero():
    np.testing.assert_array_equal(np.signbit(activations.relu(np.array([-0.0, 0.0, -1.0]))), [True, False, False])
    assert np.signbit(activations.gelu(-np.inf))


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (activations.sigmoid, -709, 1.216780750623423e-308),
        (activations.elu, -1e-12, -9.999999999995e-13),
        (activations.gelu, -5, -1.4332578593959695e-06),
        (activations.gelu, -8, -4.976768459417427e-15),
        (activations.gelu, -9, -1.0157295653584566e-18),
    ],
)
def test_known_values(function, x, expected):
    np.testing.assert_allclose(function(x), expected, rtol=4e-14)  # 81 ULP of the input's rounding at x = -9


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: activations.leaky_relu(1, negative_slope=np.nan), "negative_slope must be a finite number, got nan"),
        (lambda: activations.leaky_relu_grad(1, negative_slope="a"), "negative_slope must be a finite number, got 'a'"),
        (lambda: activations.elu(1, alpha=np.inf), "alpha must be a finite number, got inf"),
        (lambda: activations.elu_grad(1, alpha=None), "alpha must be a finite number, got None"),
        (lambda: activations.gelu(1, approximate="foo"), 'approximate must be "none" or "tanh", got \'foo\''),
        (lambda: activations.gelu_grad(1, approximate=True), 'approximate must be "none" or "tanh", got True'),
        (lambda: activations.sigmoid(1j), "x must be an array of real numbers, got dtype('complex128')"),
        (lambda: activations.tanh("a"), "x must be an array of real numbers, got dtype('<U1')"),
    ],
)
def test_errors_name_the_argument_and_its_value(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message


@every_block
def test_function_and_gradient_share_one_signature(block):
    assert inspect.signature(block.function) == inspect.signature(block.gradient)
