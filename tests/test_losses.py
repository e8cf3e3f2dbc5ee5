"""The losses: one table of blocks, and properties that hold for every row."""

import inspect
import json
import math
import re
import warnings
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from scratch import losses
from scratch.evidence import recorded as load
from scratch.evidence.accuracy import ulp_errors
from scratch.formulas import losses as formulas

WEIGHT = [0.5, 2.0, 0.0, 1.5]
FIVE = [1.0, 0.25, 3.0, 0.0, 2.0]


@dataclass(frozen=True)
class Block:
    """function and gradient, called with options; the formula, with the same options under the paper's names.

    inputs: which of INPUTS the block takes. gradient_formula: the formula of the gradient as the code has it, where it
    is not the derivative. balanced: terms of both signs meet in the gradient, so that its error is relative to them.
    """

    name: str
    formula: object
    inputs: str
    options: dict = field(default_factory=dict)
    symbols: dict = field(default_factory=dict)
    gradient_formula: object = None
    balanced: bool = False

    @property
    def function(self):
        return getattr(losses, self.name)

    @property
    def gradient(self):
        return getattr(losses, f"{self.name}_grad")

    def __str__(self):
        return f"{self.name} {self.inputs} {self.options or ''}".strip()


BLOCKS = [
    Block("mse_loss", formulas.mse_loss, "residuals"),
    Block("l1_loss", formulas.l1_loss, "residuals"),
    Block("smooth_l1_loss", formulas.smooth_l1_loss, "residuals"),
    Block("smooth_l1_loss", formulas.smooth_l1_loss, "residuals", {"beta": 0.3}, {"beta": 0.3}),
    Block("smooth_l1_loss", formulas.smooth_l1_loss, "residuals", {"beta": 2.5}, {"beta": 2.5}),
    Block("smooth_l1_loss", formulas.l1_loss, "residuals", {"beta": 0}),
    Block("huber_loss", formulas.huber_loss, "residuals"),
    Block("huber_loss", formulas.huber_loss, "residuals", {"delta": 0.3}, {"delta": 0.3}),
    Block("huber_loss", formulas.huber_loss, "residuals", {"delta": 2.5}, {"delta": 2.5}),
    Block("binary_cross_entropy", formulas.binary_cross_entropy, "inside", {}, {"w": [1] * 5}),
    Block("binary_cross_entropy", formulas.binary_cross_entropy, "inside", {"weight": FIVE}, {"w": FIVE}),
    Block(
        "binary_cross_entropy",
        formulas.binary_cross_entropy_held,
        "edges",
        {},
        {"w": [1] * 5},
        formulas.binary_cross_entropy_held_grad,
    ),
    Block(
        "binary_cross_entropy",
        formulas.binary_cross_entropy_held,
        "edges",
        {"weight": FIVE},
        {"w": FIVE},
        formulas.binary_cross_entropy_held_grad,
    ),
    Block("cross_entropy", formulas.cross_entropy, "classes", {}, {"w": [1] * 4}),
    Block("cross_entropy", formulas.cross_entropy, "classes", {"weight": WEIGHT}, {"w": WEIGHT}),
    Block(
        "cross_entropy",
        formulas.cross_entropy,
        "classes",
        {"label_smoothing": 0.25},
        {"w": [1] * 4, "varepsilon": 0.25},
        balanced=True,
    ),
    Block(
        "cross_entropy",
        formulas.cross_entropy,
        "classes",
        {"weight": WEIGHT, "label_smoothing": 0.25},
        {"w": WEIGHT, "varepsilon": 0.25},
        balanced=True,
    ),
    Block("cross_entropy", formulas.cross_entropy_probabilities, "soft", {}, {"w": [1] * 4}, balanced=True),
    Block(
        "cross_entropy",
        formulas.cross_entropy_probabilities,
        "soft",
        {"weight": WEIGHT, "label_smoothing": 0.25},
        {"w": WEIGHT, "varepsilon": 0.25},
        balanced=True,
    ),
]
SIDES = ["value", "gradient"]
REDUCTIONS = ["mean", "sum", "none"]
DTYPES = ["float64", "float32", "float16"]
ULP = {
    "float64": 5.0,  # roundings of half a ULP each: four in a loss, the sum, the divisor
    "float32": 0.5001,  # computed in float64 and rounded once
    "float16": 0.5001,
}
FINITE = st.floats(allow_nan=False, allow_infinity=False)
ANY_SHAPE = array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)

every_side = pytest.mark.parametrize("side", SIDES)
every_reduction = pytest.mark.parametrize("reduction", REDUCTIONS)
few_examples = settings(max_examples=40)


def blocks(*inputs):
    """Parametrize over the blocks that take one of the inputs."""
    return pytest.mark.parametrize("block", [block for block in BLOCKS if block.inputs in inputs], ids=str)


every_block = pytest.mark.parametrize("block", BLOCKS, ids=str)
regression = blocks("residuals")


def batch(block, dtype="float64", seed=0):
    """A first argument and a target: near 0 and far from it, at both sides of every threshold, and on it."""
    rng = np.random.default_rng(seed)
    if block.inputs == "residuals":
        target = rng.normal(size=24)
        wide = np.exp(rng.uniform(np.log(1e-3), np.log(100), 8))
        edges = [0, 0.3, -0.3, 1, -1, 2.5, -2.5, 4]
        target[16:] = np.round(target[16:])
        return (target + np.concatenate([wide, -wide, edges])).astype(dtype), target.astype(dtype)
    if block.inputs == "inside":
        tiny = 1e-3 if dtype == "float16" else 1e-7  # else the gradient would be beyond float16
        pred = [[tiny, 0.3, 0.5, 0.999, 0.25], [0.2, 10 * tiny, 0.6, 0.75, 1 - 2**-11]][seed % 2]
        return np.array(pred, dtype), np.array([[1, 0, 0.3, 1, 0.75], [0, 0, 1, 0.5, 0]][seed % 2], dtype)
    if block.inputs == "edges":
        pred = [[0, 0, 1, 1, 1e-60], [1, 0, 1e-44, 1e-12, 5e-13]][seed % 2]
        return np.array(pred, dtype), np.array([[1, 0, 0.3, 0, 1], [1, 0.3, 0, 0.5, 0]][seed % 2], dtype)
    x = rng.normal(size=(3, 4)) * [[1], [3], [20]]
    if block.inputs == "soft":
        return x.astype(dtype), np.round(rng.dirichlet(np.ones(4), 3), 3).astype(dtype)
    return x.astype(dtype), np.array([0, 1, 3])


def call(block, side, first, target, **options):
    function = block.function if side == "value" else block.gradient
    return function(first, target, **{**block.options, **options})


def symbols(block, first, target):
    if first.ndim == 1:
        return {"y": target, "n": len(first), **block.symbols}
    given = {"q": target} if block.inputs == "soft" else {"y": target + 1}  # classes count from 1 in the formula
    return {**given, "N": first.shape[0], "C": first.shape[1], **block.symbols}


def exact(block, side, first, target):
    """The formula's value, or its gradient, to 50 digits."""
    named = symbols(block, first, target)
    if side == "value":
        return np.array(block.formula.value(first, **named), dtype=object)
    if block.gradient_formula is None:
        return block.formula.gradient(first, **named)
    elements = range(1, len(first) + 1)
    return np.array([block.gradient_formula.value(first, **named, j=j) for j in elements], dtype=object)


@every_block
@every_side
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("seed", [0, 1])
def test_agrees_with_the_formula_at_50_digits(block, side, dtype, seed):
    first, target = batch(block, dtype, seed)
    computed, truth = (call(block, side, first, target), exact(block, side, first, target))
    assert computed.dtype == dtype
    with np.errstate(over="ignore", invalid="ignore"):  # of the exact value's conversion to float16
        errors = ulp_errors(computed, truth)
    if dtype == "float64":
        # the logarithm of a softmax is a difference of logits: its rounding is worth up to one ULP of the largest
        errors = errors / (1 + np.max(np.abs(first)) if first.ndim == 2 else 1)
        if block.balanced and side == "gradient":
            sizes = np.abs(truth.astype(float)).ravel()
            errors = errors * sizes / np.max(sizes)
    assert np.max(errors) <= ULP[dtype]


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.formula.textbook_derivative is not None], ids=str)
def test_the_typeset_derivative_is_the_derivative(block):
    block.formula.prove_derivative()


@every_block
@every_side
def test_the_reductions_are_parts_of_one_another(block, side):
    first, target = batch(block)
    mean, total, each = (call(block, side, first, target, reduction=reduction) for reduction in REDUCTIONS)
    np.testing.assert_array_equal(mean, call(block, side, first, target))
    divisor = first.shape[0]
    if block.inputs == "classes" and "weight" in block.options:
        divisor = np.sum(np.array(WEIGHT)[target])
    np.testing.assert_allclose(total, mean * divisor, rtol=1e-14)
    if side == "value":
        assert each.shape == np.shape(target)[:1]
        np.testing.assert_allclose(each.sum(), total, rtol=1e-14)
    else:
        np.testing.assert_array_equal(each, total)


@blocks("residuals", "inside", "classes", "soft")
@every_reduction
def test_the_gradient_is_that_of_the_value(block, reduction):
    first, target = batch(block, seed=1)
    away = 0.05 if block.inputs == "residuals" else 0  # no difference is taken across a kink
    first = first + away
    gradient = call(block, "gradient", first, target, reduction=reduction)
    h, tolerance = np.full(first.shape, 1e-5), 2e-6
    if block.inputs == "inside":
        h, tolerance = (1e-4 * np.minimum(first, 1 - first), 1e-4)  # so near to 0 a difference keeps few digits
    for index in np.ndindex(first.shape):
        up, down = first.copy(), first.copy()
        up[index] += h[index]
        down[index] -= h[index]
        values = [np.sum(call(block, "value", x, target, reduction=reduction)) for x in (up, down)]
        difference = (values[0] - values[1]) / (up[index] - down[index])
        np.testing.assert_allclose(gradient[index], difference, rtol=tolerance, atol=tolerance)


RECORDED = [key for key in load("losses") if key.count("/") == 1]


@pytest.mark.parametrize("key", RECORDED)
def test_agrees_with_recorded_pytorch(key):
    recorded = load("losses")
    name, kind, options = key.rpartition("/")[0].split(" ", 2)
    dtype = key.rpartition("/")[2]
    first, target = recorded[f"{kind}/0/{dtype}"], recorded[f"{kind}/1/{dtype}"]
    value = getattr(losses, name)(first, target, **json.loads(options))
    gradient = getattr(losses, f"{name}_grad")(first, target, **json.loads(options))
    tolerance = {"float64": 1e-13, "float32": 1e-5}[dtype]  # PyTorch's own error: it sums in the arrays' dtype
    if name == "binary_cross_entropy":
        tolerance = max(tolerance, 1e-8)  # PyTorch's 1e-12 is a float32: 9.99999996e-13
    ours, theirs = np.concatenate([value.ravel(), gradient.ravel()]), recorded[key]
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


@every_block
@every_reduction
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_agrees_with_live_pytorch(block, reduction, dtype):
    torch = pytest.importorskip("torch")
    first, target = batch(block, dtype, seed=1)
    if block.inputs == "edges":
        first = np.where(first == np.array(1e-44, dtype), 0, first)  # there PyTorch's logarithm of a float32 differs
    tensor = torch.tensor(first, requires_grad=True)
    options = dict(block.options)
    if "weight" in options:
        options["weight"] = torch.tensor(options["weight"], dtype=tensor.dtype)
    result = getattr(torch.nn.functional, block.name)(tensor, torch.tensor(target), reduction=reduction, **options)
    (gradient,) = torch.autograd.grad(result.sum(), tensor)
    tolerance = {"float64": 1e-8, "float32": 1e-5}[dtype]
    for side, theirs in (("value", result.detach().numpy()), ("gradient", gradient.numpy())):
        ours = call(block, side, first, target, reduction=reduction)
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


def test_agrees_with_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    pred, target = rng.normal(size=(2, 50))
    np.testing.assert_allclose(losses.mse_loss(pred, target), metrics.mean_squared_error(target, pred), rtol=1e-14)
    np.testing.assert_allclose(losses.l1_loss(pred, target), metrics.mean_absolute_error(target, pred), rtol=1e-14)
    p, labels, weight = (rng.uniform(0.01, 0.99, 50), rng.integers(0, 2, 50), rng.uniform(size=50))
    np.testing.assert_allclose(losses.binary_cross_entropy(p, labels), metrics.log_loss(labels, p), rtol=1e-13)
    ours = losses.binary_cross_entropy(p, labels, weight=weight, reduction="sum") / weight.sum()
    np.testing.assert_allclose(ours, metrics.log_loss(labels, p, sample_weight=weight), rtol=1e-13)
    logits, classes, weight = (rng.normal(size=(50, 3)), rng.integers(0, 3, 50), np.array([0.2, 1.0, 3.0]))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(losses.cross_entropy(logits, classes), metrics.log_loss(classes, p), rtol=1e-13)
    theirs = metrics.log_loss(classes, p, sample_weight=weight[classes])
    np.testing.assert_allclose(losses.cross_entropy(logits, classes, weight=weight), theirs, rtol=1e-13)


def check_any_finite_input(block, first, target, reduction):
    for array in (first, target):
        array.flags.writeable = False
    copies = first.copy(), target.copy()
    for side in SIDES:
        with np.errstate(all="raise"), warnings.catch_warnings():
            warnings.simplefilter("error")
            y = call(block, side, first, target, reduction=reduction)
        assert type(y) is np.ndarray
        assert y.dtype == np.float64
        assert y.flags.writeable
        assert not any(np.shares_memory(y, array) for array in (first, target))
        assert side == "value" or y.shape == first.shape
        empty_mean = side == "value" and reduction == "mean" and first.size == 0
        assert np.isnan(y) if empty_mean else not np.isnan(y).any()
        assert side == "gradient" or empty_mean or np.min(y, initial=0) >= 0
    for array, copy in zip((first, target), copies):
        np.testing.assert_array_equal(array, copy)


@regression
@every_reduction
@few_examples
@given(data=st.data())
def test_any_finite_residual_gives_a_new_array_and_no_warning(block, reduction, data):
    shape = data.draw(ANY_SHAPE)
    first, target = (data.draw(arrays(np.float64, shape, elements=FINITE)) for _ in range(2))
    check_any_finite_input(block, first, target, reduction)


@every_reduction
@few_examples
@given(data=st.data())
def test_any_probability_gives_a_new_array_and_no_warning(reduction, data):
    shape = data.draw(ANY_SHAPE)
    first, target = (data.draw(arrays(np.float64, shape, elements=st.floats(0, 1))) for _ in range(2))
    block = Block("binary_cross_entropy", formulas.binary_cross_entropy_held, "edges")
    check_any_finite_input(block, first, target, reduction)


@blocks("classes", "soft")
@every_reduction
@few_examples
@given(data=st.data())
def test_any_finite_logits_give_a_new_array_and_no_warning(block, reduction, data):
    samples = data.draw(st.lists(st.integers(0, 3), max_size=3).map(tuple))
    shape = (*samples[:1], 4, *samples[1:])
    first = data.draw(arrays(np.float64, shape, elements=FINITE))
    if block.inputs == "soft":
        target = data.draw(arrays(np.float64, shape, elements=st.floats(0, 1)))
    else:
        target = data.draw(arrays(np.int64, samples, elements=st.sampled_from([0, 1, 3])))
    if block.options.get("weight") and block.inputs == "classes" and np.all(target == 2):
        return
    check_any_finite_input(block, first, target, reduction)


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
def test_the_result_has_the_dtype_of_the_first_argument(block, side, dtype, result):
    first, target = batch(block)
    first = (np.abs(first) % 2).astype(dtype)
    y = call(block, side, first, target)
    assert y.dtype == result
    with np.errstate(over="ignore"):  # of the conversion to float16
        np.testing.assert_array_equal(y, call(block, side, first.astype(np.float64), target).astype(result))
    if block.inputs in ("residuals", "inside", "edges"):
        target = (np.abs(target) % 2).astype("uint8")
        np.testing.assert_array_equal(call(block, side, first, target), call(block, side, first, target.astype(float)))


@every_block
@every_side
@every_reduction
def test_lists_scalars_and_strides(block, side, reduction):
    first, target = batch(block)
    y = call(block, side, first, target, reduction=reduction)
    np.testing.assert_array_equal(call(block, side, first.tolist(), target.tolist(), reduction=reduction), y)
    strided = np.repeat(first, 2, axis=0)[::2], np.repeat(target, 2, axis=0)[::2]
    np.testing.assert_array_equal(call(block, side, *strided, reduction=reduction), y)
    np.testing.assert_array_equal(call(block, side, np.asfortranarray(first), target, reduction=reduction), y)


@regression
def test_scalars_and_nothing(block):
    assert call(block, "value", 2, 1).shape == ()
    assert call(block, "value", 2, 1, reduction="none").shape == ()
    assert call(block, "gradient", 2, 1).shape == ()
    assert np.isnan(call(block, "value", [], []))
    assert call(block, "value", [], [], reduction="sum") == 0
    assert call(block, "gradient", [], []).shape == (0,)


@regression
def test_any_shape_counts_as_the_flat_one(block):
    first, target = batch(block)
    shaped = first.reshape(2, 3, 4), target.reshape(2, 3, 4)
    gradient = call(block, "gradient", first, target)
    np.testing.assert_array_equal(call(block, "gradient", *shaped), gradient.reshape(2, 3, 4))
    np.testing.assert_allclose(call(block, "value", *shaped), call(block, "value", first, target), rtol=1e-15)


@blocks("residuals", "classes", "soft")
@every_side
def test_nan_gives_nan(block, side):
    first, target = batch(block)
    first[1] = np.nan
    assert np.isnan(call(block, side, first, target, reduction="sum")).any()
    each = call(block, side, first, target, reduction="none")
    assert np.isnan(each[1]).all()
    assert not np.isnan(np.delete(each, 1, axis=0)).any()


@regression
def test_infinity(block):
    value = call(block, "value", [np.inf, -np.inf], [0.0, 0.0], reduction="none")
    np.testing.assert_array_equal(value, [np.inf, np.inf])
    slope = call(block, "gradient", [np.inf, -np.inf], [0.0, 0.0], reduction="sum")
    far = call(block, "gradient", [1e300, -1e300], [0.0, 0.0], reduction="sum")
    np.testing.assert_array_equal(slope, [np.inf, -np.inf] if block.name == "mse_loss" else far)


@regression
def test_the_gradient_at_zero_is_zero(block):
    np.testing.assert_array_equal(call(block, "gradient", [0.0, -0.0, 3.0], [0.0, 0.0, 3.0]), [0, 0, 0])


@pytest.mark.parametrize("delta", [1e-300, 0.3, 1, 7, 1e300])
def test_huber_is_delta_times_smooth_l1(delta):
    first, target = batch(BLOCKS[0])
    huber = losses.huber_loss(first, target, delta=delta)
    np.testing.assert_allclose(huber, delta * losses.smooth_l1_loss(first, target, beta=delta), rtol=1e-14)
    huber = losses.huber_loss_grad(first, target, delta=delta)
    np.testing.assert_allclose(huber, delta * losses.smooth_l1_loss_grad(first, target, beta=delta), rtol=1e-14)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_mean_of_many_is_summed_in_float64(dtype):
    tolerance = 1e-14  # of a pairwise sum in float64; one of float32 would be off by 1e-8
    rng = np.random.default_rng(0)
    pred, target = rng.normal(size=(2, 1_000_000)).astype(dtype)
    difference = pred.astype(np.float64) - target.astype(np.float64)
    exactly = np.array(math.fsum(difference**2) / pred.size, dtype)
    np.testing.assert_allclose(losses.mse_loss(pred, target), exactly, rtol=tolerance)
    logits, classes = np.zeros((1_000_000, 2), dtype), np.zeros(1_000_000, np.uint8)
    np.testing.assert_allclose(losses.cross_entropy(logits, classes), np.log(2.0).astype(dtype), rtol=tolerance)


@pytest.mark.parametrize(
    ("p", "y", "value", "gradient"),
    [
        (0, 1, 100, -1e12),
        (1, 0, 100, 1e12),
        (0, 0.3, 30, -3e11),
        (1, 0.3, 70, 7e11),
        (0, 0, 0, 0),
        (1, 1, 0, 0),
        (1e-30, 0, 1e-30, 1e-18),
        (0.5, 1, np.log(2), -2),
        (0.2, 0, -np.log(0.8), 1.25),
    ],
)
def test_binary_cross_entropy_values(p, y, value, gradient):
    np.testing.assert_allclose(losses.binary_cross_entropy(p, y), value, rtol=1e-15)
    np.testing.assert_allclose(losses.binary_cross_entropy_grad(p, y), gradient, rtol=1e-15)
    assert not np.signbit(losses.binary_cross_entropy(p, y))


def test_the_weight_of_binary_cross_entropy_broadcasts_and_the_mean_divides_by_n():
    p, y = np.full((2, 3), 0.5), np.ones((2, 3))
    for weight in (2, [2.0], [[2]], [2, 2, 2], [[2], [2]], np.full((2, 3), 2)):
        np.testing.assert_allclose(losses.binary_cross_entropy(p, y, weight=weight), 2 * np.log(2), rtol=1e-15)
    each = losses.binary_cross_entropy(p, y, weight=[0, 1, 5], reduction="none")
    np.testing.assert_allclose(each, np.log(2) * np.array([[0, 1, 5]] * 2), rtol=1e-15)
    np.testing.assert_array_equal(losses.binary_cross_entropy_grad(p, y, weight=[0, 3, 6]), [[0, -1, -2]] * 2)


LOGITS = [[1, 2, 3], [1, -2, 0.5]]


@pytest.mark.parametrize(
    ("logits", "target", "options", "expected"),
    [
        (LOGITS, [2, 0], {}, 0.456101433393332),
        (LOGITS, [2, 0], {"weight": [1, 2, 0.5]}, 0.47226658970964913),
        (LOGITS, [2, -100], {"weight": [1, 2, 0.5], "label_smoothing": 0.2}, 1.0496342216295487),
        ([[1e4, -1e4, 0]], [1], {}, 20000),
        ([[1e4, -1e4, 0]], [0], {}, 0),
        (np.zeros((0, 3)), [], {"reduction": "sum"}, 0),
        (np.zeros((0, 3)), np.zeros((0, 3)), {"reduction": "sum"}, 0),
        (np.zeros((0, 3)), [], {}, np.nan),
        (np.zeros((0, 3)), np.zeros((0, 3)), {}, np.nan),
        ([2.0, 1.0, -1.0], 0, {}, 0.3490122167681864),
        ([[5.0]], [0], {}, 0),
    ],
)
def test_cross_entropy_values(logits, target, options, expected):
    value = losses.cross_entropy(logits, target, **options)
    np.testing.assert_allclose(value, expected, rtol=1e-15)
    assert not np.signbit(losses.cross_entropy(logits, target, **{**options, "reduction": "none"})).any()


@pytest.mark.parametrize("m", [0, 1, 10, 30, 36, 37, 40, 100, 700])
def test_cross_entropy_keeps_its_digits_where_the_loss_is_nearly_zero(m):
    logits, target = np.array([[m, 0.0, 0.0]]), np.array([0])
    named = {"y": [1], "w": [1] * 3, "N": 1, "C": 3}
    value, slope = (formulas.cross_entropy.value(logits, **named), formulas.cross_entropy.gradient(logits, **named))
    np.testing.assert_allclose(losses.cross_entropy(logits, target), float(value), rtol=1e-15)
    np.testing.assert_allclose(losses.cross_entropy_grad(logits, target), slope.astype(float), rtol=2e-15)


@every_side
@every_reduction
@pytest.mark.parametrize("options", [{}, {"weight": WEIGHT}, {"weight": WEIGHT, "label_smoothing": 0.25}], ids=str)
@pytest.mark.parametrize("soft", [False, True])
def test_further_axes_count_as_samples(side, reduction, options, soft):
    rng = np.random.default_rng(0)
    block = BLOCKS[-1] if soft else BLOCKS[-3]
    flat = rng.normal(size=(30, 4))
    target = rng.dirichlet(np.ones(4), 30) if soft else rng.integers(-1, 4, 30)
    options = {"weight": None, "label_smoothing": 0.0, **options, "reduction": reduction}
    if not soft:
        options["ignore_index"] = -1
    expected = call(block, side, flat, target, **options)
    if expected.ndim:
        expected = expected.reshape(5, 2, 3, *expected.shape[1:])
        expected = np.moveaxis(expected, -1, 1) if side == "gradient" else expected
    logits = np.moveaxis(flat.reshape(5, 2, 3, 4), -1, 1)
    target = np.moveaxis(target.reshape(5, 2, 3, 4), -1, 1) if soft else target.reshape(5, 2, 3)
    np.testing.assert_allclose(call(block, side, logits, target, **options), expected, rtol=1e-13, atol=1e-17)


@every_side
@every_reduction
@pytest.mark.parametrize("options", [{}, {"weight": WEIGHT}, {"weight": WEIGHT, "label_smoothing": 0.25}], ids=str)
def test_one_sample_needs_no_batch_axis(side, reduction, options):
    logits = np.array([1.0, -2.0, 0.5, 3.0])
    for target in (3, np.uint8(0), np.array([0.1, 0.2, 0.3, 0.4])):
        block = BLOCKS[-1]
        options = {"weight": None, "label_smoothing": 0.0, **options, "reduction": reduction}
        alone = call(block, side, logits, target, **options)
        np.testing.assert_allclose(alone, call(block, side, logits[None], np.array(target)[None], **options).squeeze())
        assert alone.shape == (() if side == "value" else (4,))


@every_side
@every_reduction
def test_one_hot_probabilities_give_what_classes_give(side, reduction):
    logits, classes = batch(Block("cross_entropy", None, "classes"))
    for smoothing in (0, 0.3, 1):
        options = {"reduction": reduction, "label_smoothing": smoothing}
        hot = call(BLOCKS[-2], side, logits, np.eye(4)[classes], **options)
        np.testing.assert_allclose(call(BLOCKS[-2], side, logits, classes, **options), hot, rtol=1e-14)


@pytest.mark.parametrize("options", [{}, {"weight": WEIGHT}, {"label_smoothing": 0.25}], ids=str)
@pytest.mark.parametrize("ignored", [-100, -1, 2, 99])
def test_ignored_samples_count_for_nothing(options, ignored):
    logits = np.random.default_rng(0).normal(size=(4, 4))
    logits[1], logits[3, 0] = np.nan, np.inf
    target = np.array([0, ignored, 3, ignored])
    for reduction in REDUCTIONS:
        named = {**options, "reduction": reduction} | ({} if ignored == -100 else {"ignore_index": ignored})
        value = losses.cross_entropy(logits, target, **named)
        gradient = losses.cross_entropy_grad(logits, target, **named)
        few = losses.cross_entropy(logits[::2], target[::2], **named)
        np.testing.assert_array_equal(value[::2] if reduction == "none" else value, few)
        np.testing.assert_array_equal(gradient[::2], losses.cross_entropy_grad(logits[::2], target[::2], **named))
        np.testing.assert_array_equal(gradient[1::2], 0)
        if reduction == "none":
            np.testing.assert_array_equal(value[1::2], 0)


@pytest.mark.parametrize("options", [{}, {"weight": WEIGHT}, {"label_smoothing": 0.25}], ids=str)
@pytest.mark.parametrize(
    ("logits", "target"), [(np.ones((2, 4)), [-100, -100]), (np.ones(4), -100), (np.ones((1, 4, 2)), [[-100, -100]])]
)
def test_where_all_are_ignored_the_mean_is_nan_and_the_gradient_0(options, logits, target):
    assert np.isnan(losses.cross_entropy(logits, target, **options))
    assert losses.cross_entropy(logits, target, reduction="sum", **options) == 0
    each = losses.cross_entropy(logits, target, reduction="none", **options)
    np.testing.assert_array_equal(each, np.zeros(np.shape(target)))
    for reduction in REDUCTIONS:
        gradient = losses.cross_entropy_grad(logits, target, reduction=reduction, **options)
        np.testing.assert_array_equal(gradient, np.zeros(np.shape(logits)))


@pytest.mark.parametrize("scale", [1.7e308, 1e300, 3, 1e-300])
@pytest.mark.parametrize("smoothing", [0, 0.2])
def test_the_scale_of_class_weights_cancels_in_the_mean(scale, smoothing):
    logits, target = np.random.default_rng(0).normal(size=(6, 4)), [0, 1, 3, 3, 0, -100]
    weight = np.array([0.5, 1.0, 0.0, 0.25])
    for function in (losses.cross_entropy, losses.cross_entropy_grad):
        small, large = (function(logits, target, weight=w, label_smoothing=smoothing) for w in (weight, scale * weight))
        np.testing.assert_allclose(large, small, rtol=1e-14)


def test_fractions_and_integers_are_thresholds():
    first, target = batch(BLOCKS[0])
    for side in ("", "_grad"):
        for name, option in (("huber_loss", "delta"), ("smooth_l1_loss", "beta")):
            function = getattr(losses, f"{name}{side}")
            for value in (Fraction(5, 2), 2, np.float32(2.5), True):
                expected = function(first, target, **{option: float(value)})
                np.testing.assert_array_equal(function(first, target, **{option: value}), expected)
        tiny = getattr(losses, f"smooth_l1_loss{side}")(first, target, beta=Fraction(1, 10**400))  # 0 as a float
        np.testing.assert_array_equal(tiny, getattr(losses, f"l1_loss{side}")(first, target))


def test_a_total_weight_of_zero_is_a_mean_of_nothing():
    assert np.isnan(losses.cross_entropy([[1.0, 2.0]], [0], weight=[0, 1]))
    assert losses.cross_entropy([[1e308, -1e308]], [1], weight=[1, 0], reduction="sum") == 0
    np.testing.assert_array_equal(losses.cross_entropy_grad([[1.0, 2.0]], [0], weight=[0, 1]), [[0, 0]])


@pytest.mark.parametrize(
    ("target", "options", "value", "gradient"),
    [
        ([1], {}, 0, [[0, 0, 0]]),
        ([0], {}, np.inf, [[-1, 1, 0]]),
        ([[0.0, 1.0, 0.0]], {}, 0, [[0, 0, 0]]),
        ([1], {"label_smoothing": 0.3}, np.inf, [[-0.1, 0.2, -0.1]]),
    ],
)
def test_a_logit_of_minus_infinity_is_a_class_of_probability_0(target, options, value, gradient):
    logits = [[-np.inf, 2.0, -np.inf]]
    np.testing.assert_allclose(losses.cross_entropy(logits, target, **options), value)
    np.testing.assert_allclose(losses.cross_entropy_grad(logits, target, **options), gradient, atol=1e-16)


def test_logits_may_be_as_large_as_floats_are():
    logits = np.array([[1e308, -1e308, 0.0], [-1.7e308, 1.7e308, 1.7e308]])
    np.testing.assert_array_equal(losses.cross_entropy(logits, [0, 0], reduction="none"), [0, np.inf])
    np.testing.assert_array_equal(losses.cross_entropy(logits, [2, 1], reduction="none"), [1e308, np.log(2)])
    gradient = losses.cross_entropy_grad(logits, [1, 1], reduction="sum")
    np.testing.assert_array_equal(gradient, [[1, -1, 0], [0, -0.5, 0.5]])


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"])
def test_classes_of_any_integer_dtype(dtype):
    logits = np.random.default_rng(0).normal(size=(3, 300))
    expected = losses.cross_entropy(logits, [5, 0, 120])
    assert losses.cross_entropy(logits, np.array([5, 0, 120], dtype)) == expected
    with pytest.raises(IndexError):
        losses.cross_entropy(logits[:, :100], np.array([5, 0, 120], dtype))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: losses.mse_loss(np.zeros(3), np.zeros((3, 1))),
            "target must have pred's shape (3,), got shape (3, 1)",
        ),
        (lambda: losses.l1_loss_grad(1, [1]), "target must have pred's shape (), got shape (1,)"),
        (
            lambda: losses.huber_loss(np.zeros((2, 3)), np.zeros(3)),
            "target must have pred's shape (2, 3), got shape (3,)",
        ),
        (lambda: losses.mse_loss(["a"], [1]), "pred must hold real numbers, got dtype <U1"),
        (lambda: losses.mse_loss(1, 1j), "target must hold real numbers, got dtype complex128"),
        (lambda: losses.mse_loss(None, 1), "pred must hold real numbers, got dtype object"),
        (lambda: losses.mse_loss(1, 1, reduction="max"), 'reduction must be "mean", "sum" or "none", got \'max\''),
        (lambda: losses.l1_loss(1, 1, reduction=None), 'reduction must be "mean", "sum" or "none", got None'),
        (lambda: losses.smooth_l1_loss(1, 1, beta=-1), "beta must be a finite number of at least 0, got -1"),
        (lambda: losses.smooth_l1_loss_grad(1, 1, beta=np.nan), "beta must be a finite number of at least 0, got nan"),
        (
            lambda: losses.smooth_l1_loss(1, 1, beta=10**400),
            f"beta must be a finite number of at least 0, got {10**400}",
        ),
        (
            lambda: losses.smooth_l1_loss_grad(1, 1, beta=Fraction(-1, 10**400)),
            f"beta must be a finite number of at least 0, got {Fraction(-1, 10**400)!r}",
        ),
        (lambda: losses.smooth_l1_loss(1, 1, beta=None), "beta must be a finite number of at least 0, got None"),
        (lambda: losses.smooth_l1_loss(1, 1, beta="a"), "beta must be a finite number of at least 0, got 'a'"),
        (lambda: losses.huber_loss(1, 1, delta=0), "delta must be a finite number above 0, got 0"),
        (lambda: losses.huber_loss_grad(1, 1, delta=-0.5), "delta must be a finite number above 0, got -0.5"),
        (lambda: losses.huber_loss(1, 1, delta=10**400), f"delta must be a finite number above 0, got {10**400}"),
        (lambda: losses.huber_loss_grad(1, 1, delta=10**400), f"delta must be a finite number above 0, got {10**400}"),
        (
            lambda: losses.huber_loss_grad(1, 1, delta=Fraction(1, 10**400)),
            f"delta must be a finite number above 0, got {Fraction(1, 10**400)!r}",
        ),
        (lambda: losses.huber_loss(1, 1, delta=np.nan), "delta must be a finite number above 0, got nan"),
        (lambda: losses.huber_loss(1, 1, delta=np.inf), "delta must be a finite number above 0, got inf"),
        (lambda: losses.binary_cross_entropy([0.2, 1.5], [0, 1]), "pred must lie in [0, 1], got 1.5"),
        (lambda: losses.binary_cross_entropy_grad([np.nan], [0]), "pred must lie in [0, 1], got nan"),
        (lambda: losses.binary_cross_entropy([0.2], [-1]), "target must lie in [0, 1], got -1.0"),
        (lambda: losses.binary_cross_entropy([0.2], [np.nan]), "target must lie in [0, 1], got nan"),
        (lambda: losses.binary_cross_entropy([0.2], [0, 1]), "target must have pred's shape (1,), got shape (2,)"),
        (
            lambda: losses.binary_cross_entropy([0.2], [0], weight=[1, 2]),
            "weight must broadcast to target's shape (1,), got shape (2,)",
        ),
        (
            lambda: losses.binary_cross_entropy(0.2, 0, weight=[1]),
            "weight must broadcast to target's shape (), got shape (1,)",
        ),
        (
            lambda: losses.cross_entropy(3.0, 0),
            "logits must have shape (C,) or (N, C, ...) with at least one class, got shape ()",
        ),
        (
            lambda: losses.cross_entropy(np.zeros((2, 0)), [0, 0]),
            "logits must have shape (C,) or (N, C, ...) with at least one class, got shape (2, 0)",
        ),
        (lambda: losses.cross_entropy([[1, 2]], [0], weight=[1, 2, 3]), "weight must have shape (2,), got shape (3,)"),
        (lambda: losses.cross_entropy([[1, 2]], [0], weight=1), "weight must have shape (2,), got shape ()"),
        (
            lambda: losses.cross_entropy([[1, 2]], [0], label_smoothing=1.1),
            "label_smoothing must be a number from 0 to 1, got 1.1",
        ),
        (
            lambda: losses.cross_entropy([[1, 2]], [0], label_smoothing=-0.1),
            "label_smoothing must be a number from 0 to 1, got -0.1",
        ),
        (
            lambda: losses.cross_entropy_grad([[1, 2]], [0], label_smoothing=None),
            "label_smoothing must be a number from 0 to 1, got None",
        ),
        (lambda: losses.cross_entropy([[1, 2]], [0], ignore_index=1.0), "ignore_index must be an integer, got 1.0"),
        (
            lambda: losses.cross_entropy([[1, 2]], [[0.5, 0.5]], ignore_index=1),
            "ignore_index must be left out when target holds probabilities, got 1",
        ),
        (
            lambda: losses.cross_entropy([[1, 2]], [0], reduction="avg"),
            'reduction must be "mean", "sum" or "none", got \'avg\'',
        ),
    ],
)
def test_errors_name_the_argument_and_its_value(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()


@pytest.mark.parametrize(
    "target",
    [
        [0.0, 1.0],
        [True, False],
        [[0], [1]],
        [0],
        [0, 1, 2],
        [[1, 0, 0], [0, 1, 0]],
        0,
        None,
        ["a", "b"],
        np.zeros((2, 3), bool),
        np.zeros((2, 3, 1)),
        np.zeros((3, 2)),
    ],
    ids=str,
)
def test_targets_of_another_kind_or_shape(target):
    target = np.asarray(target)
    message = (
        "target must hold classes, integers of shape (2,), or probabilities, floats of shape (2, 3), "
        f"got {target.dtype} of shape {target.shape}"
    )
    for function in (losses.cross_entropy, losses.cross_entropy_grad):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            function(np.zeros((2, 3)), target)


@pytest.mark.parametrize(
    "target",
    [np.array([], "U1"), np.array([], bool), np.array([], object), np.array([], complex)],
    ids=lambda target: str(target.dtype),
)
def test_no_targets_of_another_kind(target):
    message = (
        "target must hold classes, integers of shape (0,), or probabilities, floats of shape (0, 3), "
        f"got {target.dtype} of shape (0,)"
    )
    for function in (losses.cross_entropy, losses.cross_entropy_grad):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            function(np.zeros((0, 3)), target)
        for kind in ("uint8", "int64", "float32"):
            function(np.zeros((0, 3)), np.array([], kind))


@pytest.mark.parametrize(("target", "value"), [([0, 3], 3), ([-1, 0], -1), ([-99, 0], -99), ([0, 2**40], 2**40)])
def test_a_class_out_of_range(target, value):
    for function in (losses.cross_entropy, losses.cross_entropy_grad):
        with pytest.raises(IndexError, match=f"^target must hold classes from 0 to 2, got {value}$"):
            function(np.zeros((2, 3)), target)


@every_block
def test_function_and_gradient_share_one_signature(block):
    assert inspect.signature(block.function) == inspect.signature(block.gradient)
