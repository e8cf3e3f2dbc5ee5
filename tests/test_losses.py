"""The losses: one table of rows, and properties that hold for every row."""

import inspect
import math
import pickle
import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from scratch import losses
from scratch.evidence.accuracy import ulp_errors
from scratch.evidence.losses import ALLOWED, REDUCTIONS, ROWS, SIDES, WEIGHT

FINITE = st.floats(allow_nan=False, allow_infinity=False)
ANY_SHAPE = array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
OPTIONS = [{}, {"weight": WEIGHT}, {"label_smoothing": 0.25}, {"weight": WEIGHT, "label_smoothing": 0.25}]
BLOCKS = [
    (getattr(losses, f"{name}{end}")) for name in dict.fromkeys(row.name for row in ROWS) for end in ("", "_grad")
]

every_side = pytest.mark.parametrize("side", SIDES)
every_reduction = pytest.mark.parametrize("reduction", REDUCTIONS)
every_option = pytest.mark.parametrize("options", OPTIONS, ids=str)
every_function = pytest.mark.parametrize("function", [losses.cross_entropy, losses.cross_entropy_grad])
few_examples = settings(max_examples=25)


def rows(*inputs):
    """Parametrize over the rows, or those of these inputs."""
    return pytest.mark.parametrize("row", [row for row in ROWS if not inputs or row.inputs in inputs], ids=str)


every_row = rows()
regression = rows("residuals")
residuals = ROWS[0].batch()


@every_row
@every_side
@pytest.mark.parametrize(("dtype", "scale"), [("float64", 0.7), ("float16", 1)])  # not what the comparisons take
def test_agrees_with_the_formula_at_50_digits(row, side, dtype, scale):
    first, target = row.batch(dtype)
    first = (scale * first).astype(dtype)
    assert row.call(side, first, target).dtype == dtype
    with np.errstate(over="ignore", invalid="ignore"):  # of the exact value's conversion to float16
        assert np.max(row.errors(side, first, target)) <= ALLOWED[dtype]


@every_row
def test_every_comparison_of_the_row_holds(row):
    assert [made for made in row.comparisons() if not made.holds] == []


@pytest.mark.parametrize("row", {id(row.formula): row for row in ROWS}.values(), ids=str)
def test_the_typeset_derivative_is_the_derivative(row):
    if row.slope is None:
        row.formula.prove_derivative()


@every_row
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_agrees_with_live_pytorch(row, dtype):
    pytest.importorskip("torch")
    from scratch.evidence.record import loss

    first, target = row.batch(dtype)
    first = (0.7 * first).astype(dtype)
    ours, theirs = row.results(first, target), loss(row, first, target)
    assert ours.dtype == theirs.dtype
    assert np.max(row.beside_pytorch(ours, theirs)) <= row.tolerance(dtype)


def test_agrees_with_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    pred, target = rng.normal(size=(2, 50))
    p, labels, weight = rng.uniform(0.01, 0.99, 50), rng.integers(0, 2, 50), rng.uniform(size=50)
    logits, classes, w = rng.normal(size=(50, 3)), rng.integers(0, 3, 50), np.array([0.2, 1.0, 3.0])
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    weighted = losses.binary_cross_entropy(p, labels, weight=weight, reduction="sum") / weight.sum()
    for ours, theirs in (
        (losses.mse_loss(pred, target), metrics.mean_squared_error(target, pred)),
        (losses.l1_loss(pred, target), metrics.mean_absolute_error(target, pred)),
        (losses.binary_cross_entropy(p, labels), metrics.log_loss(labels, p)),
        (weighted, metrics.log_loss(labels, p, sample_weight=weight)),
        (losses.cross_entropy(logits, classes), metrics.log_loss(classes, softmax)),
        (losses.cross_entropy(logits, classes, weight=w), metrics.log_loss(classes, softmax, sample_weight=w[classes])),
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-13)


@rows("residuals", "inside", "edges", "classes", "soft", "pixels", "unbatched")
@every_side
def test_the_reductions_are_parts_of_one_another(row, side):
    first, target = row.batch()
    mean, total, each = (row.call(side, first, target, reduction=reduction) for reduction in REDUCTIONS)
    np.testing.assert_array_equal(mean, row.call(side, first, target))
    divisor = target.size if row.inputs != "soft" else len(target)
    if row.name == "cross_entropy" and row.inputs != "soft":
        kept = target[(target != row.options.get("ignore_index", -100))]
        divisor = np.sum(np.asarray(row.options.get("weight", [1] * 4))[kept])
    np.testing.assert_allclose(total, mean * divisor, rtol=1e-14)
    assert each.shape == (first.shape if side == "gradient" else target.shape if row.inputs != "soft" else (8,))
    np.testing.assert_allclose(each.sum() if side == "value" else each, total, rtol=1e-14)


@rows("residuals", "inside", "classes", "soft", "pixels")
@every_reduction
def test_the_gradient_is_that_of_the_value(row, reduction):
    first, target = row.batch()
    first = first + (0.05 if row.inputs == "residuals" else 0)  # no difference is taken across a kink
    gradient = row.call("gradient", first, target, reduction=reduction)
    h = 1e-4 * np.minimum(first, 1 - first) if row.inputs == "inside" else np.full(first.shape, 1e-5)
    for index in np.ndindex(first.shape):
        up, down = first.copy(), first.copy()
        up[index] += h[index]
        down[index] -= h[index]
        values = [np.sum(row.call("value", x, target, reduction=reduction)) for x in (up, down)]
        difference = (values[0] - values[1]) / (up[index] - down[index])
        tolerance = 1e-3 if row.inputs == "inside" else 4e-5  # so near to 0 few digits are left,
        rounding = 1e-10 * np.max(np.abs(values))  # and few of a large sum
        np.testing.assert_allclose(gradient[index], difference, rtol=tolerance, atol=tolerance + rounding)


def check_any_finite_input(row, first, target, reduction):
    for array in (first, target):
        array.flags.writeable = False
    copies = first.copy(), target.copy()
    for side in SIDES:
        with np.errstate(all="raise"), warnings.catch_warnings():
            warnings.simplefilter("error")
            y = row.call(side, first, target, reduction=reduction)
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
@few_examples
@given(data=st.data())
def test_any_finite_residual_gives_a_new_array_and_no_warning(row, data):
    shape = data.draw(ANY_SHAPE)
    first, target = (data.draw(arrays(np.float64, shape, elements=FINITE)) for _ in range(2))
    check_any_finite_input(row, first, target, data.draw(st.sampled_from(REDUCTIONS)))


@rows("edges")
@few_examples
@given(data=st.data())
def test_any_probability_gives_a_new_array_and_no_warning(row, data):
    shape = (*data.draw(ANY_SHAPE), 10)
    first, target = (data.draw(arrays(np.float64, shape, elements=st.floats(0, 1))) for _ in range(2))
    check_any_finite_input(row, first, target, data.draw(st.sampled_from(REDUCTIONS)))


@rows("classes", "soft")
@few_examples
@given(data=st.data())
def test_any_finite_logits_give_a_new_array_and_no_warning(row, data):
    samples = data.draw(st.lists(st.integers(0, 3), max_size=3).map(tuple))
    shape = (*samples[:1], 4, *samples[1:])
    first = data.draw(arrays(np.float64, shape, elements=FINITE))
    if row.inputs == "soft":
        target = data.draw(arrays(np.float64, shape, elements=st.floats(0, 1)))
    else:
        target = data.draw(arrays(np.int64, samples, elements=st.sampled_from([0, 1])))
    check_any_finite_input(row, first, target, data.draw(st.sampled_from(REDUCTIONS)))


@every_row
@every_side
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "uint8", "int64", "bool"])
def test_the_result_has_the_dtype_of_the_first_argument(row, side, dtype):
    first, target = row.batch()
    first = (np.abs(first) % 2).astype(dtype)
    first = np.minimum(first, 1) if row.block == "bce" else first
    result = dtype if dtype.startswith("float") else "float64"
    y = row.call(side, first, target)
    assert y.dtype == result
    with np.errstate(over="ignore"):  # of the conversion to float16
        np.testing.assert_array_equal(y, row.call(side, first.astype(np.float64), target).astype(result))
    if row.name != "cross_entropy":
        target = (np.abs(target) % 2).astype("uint8")
        np.testing.assert_array_equal(row.call(side, first, target), row.call(side, first, target.astype(float)))


@every_row
@every_side
@every_reduction
def test_lists_and_strides(row, side, reduction):
    first, target = row.batch()
    y = row.call(side, first, target, reduction=reduction)
    np.testing.assert_array_equal(row.call(side, first.tolist(), target.tolist(), reduction=reduction), y)
    strided = [np.repeat(a, 2, axis=0)[::2] if a.ndim else a for a in (first, target)]
    np.testing.assert_array_equal(row.call(side, *strided, reduction=reduction), y)
    np.testing.assert_array_equal(row.call(side, np.asfortranarray(first), target, reduction=reduction), y)


@regression
def test_scalars_and_nothing(row):
    for side in SIDES:
        assert row.call(side, 2, 1).shape == ()
    assert row.call("value", 2, 1, reduction="none").shape == ()
    assert np.isnan(row.call("value", [], []))
    assert row.call("value", [], [], reduction="sum") == 0
    assert row.call("gradient", [], []).shape == (0,)


@regression
def test_any_shape_counts_as_the_flat_one(row):
    first, target = row.batch()
    shaped = first.reshape(2, 3, 5), target.reshape(2, 3, 5)
    gradient = row.call("gradient", first, target)
    np.testing.assert_array_equal(row.call("gradient", *shaped), gradient.reshape(2, 3, 5))
    np.testing.assert_allclose(row.call("value", *shaped), row.call("value", first, target), rtol=1e-15)


@rows("residuals", "classes", "soft", "margins")
@every_side
def test_nan_gives_nan(row, side):
    first, target = row.batch()
    first[1] = np.nan
    assert np.isnan(row.call(side, first, target, reduction="sum")).any()
    each = row.call(side, first, target, reduction="none")
    assert np.isnan(each[1]).all()
    assert not np.isnan(np.delete(each, 1, axis=0)).any()


def test_nan_is_not_hidden_by_a_weight_of_0():
    assert np.isnan(losses.cross_entropy([[np.nan, 1]], [0], weight=[0, 1], reduction="sum"))
    assert np.isnan(losses.binary_cross_entropy([0.5], [1], weight=[np.nan]))


@regression
def test_infinity(row):
    value = row.call("value", [np.inf, -np.inf], [0.0, 0.0], reduction="none")
    np.testing.assert_array_equal(value, [np.inf, np.inf])
    slope = row.call("gradient", [np.inf, -np.inf], [0.0, 0.0], reduction="sum")
    far = row.call("gradient", [1e300, -1e300], [0.0, 0.0], reduction="sum")
    unbounded = row.name == "mse_loss" or row.options.get("delta") == np.inf
    np.testing.assert_array_equal(slope, [np.inf, -np.inf] if unbounded else far)


@regression
def test_the_gradient_at_zero_is_zero(row):
    np.testing.assert_array_equal(row.call("gradient", [0.0, -0.0, 3.0], [0.0, 0.0, 3.0]), [0, 0, 0])


@every_side
@pytest.mark.parametrize("delta", [1e-300, 0.3, 1, 7, 1e300])
def test_huber_is_delta_times_smooth_l1(side, delta):
    end = "" if side == "value" else "_grad"
    huber = getattr(losses, f"huber_loss{end}")(*residuals, delta=delta)
    smooth = getattr(losses, f"smooth_l1_loss{end}")(*residuals, beta=delta)
    np.testing.assert_allclose(huber, delta * smooth, rtol=1e-14)


@every_reduction
def test_huber_without_a_threshold_is_half_the_squared_error(reduction):
    for end in ("", "_grad"):
        huber = getattr(losses, f"huber_loss{end}")(*residuals, delta=np.inf, reduction=reduction)
        half = getattr(losses, f"mse_loss{end}")(*residuals, reduction=reduction) / 2
        np.testing.assert_allclose(huber, half, rtol=1e-15)
    large = losses.huber_loss([1e150, -1e160], [0, 0], delta=np.inf, reduction="none")
    np.testing.assert_array_equal(large, [1e150**2 / 2, np.inf])


@every_side
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    ("name", "option", "value", "same_as", "number"),
    [
        ("huber_loss", "delta", Fraction(5, 2), "huber_loss", 2.5),
        ("huber_loss", "delta", np.float32(2.5), "huber_loss", 2.5),
        ("huber_loss", "delta", np.uint8(2), "huber_loss", 2.0),
        ("huber_loss", "delta", True, "huber_loss", 1.0),
        ("smooth_l1_loss", "beta", Fraction(5, 2), "smooth_l1_loss", 2.5),
        ("smooth_l1_loss", "beta", np.float16(2.5), "smooth_l1_loss", 2.5),
        ("smooth_l1_loss", "beta", np.int8(2), "smooth_l1_loss", 2.0),
        ("smooth_l1_loss", "beta", Fraction(1, 10**400), "l1_loss", None),  # 0 as a float
        ("smooth_l1_loss", "beta", -0.0, "l1_loss", None),
    ],
)
def test_the_number_that_was_checked_is_the_one_that_is_used(side, dtype, name, option, value, same_as, number):
    end = "" if side == "value" else "_grad"
    first, target = (array.astype(dtype) for array in residuals)
    expected = getattr(losses, f"{same_as}{end}")(first, target, **({option: number} if number else {}))
    np.testing.assert_array_equal(getattr(losses, f"{name}{end}")(first, target, **{option: value}), expected)


@pytest.mark.parametrize("dtype", ALLOWED)
def test_the_mean_of_many_is_summed_in_float64(dtype):
    tolerance = 1e-14  # of a pairwise sum in float64; one of float32 would be off by 1e-8
    pred, target = np.random.default_rng(0).normal(size=(2, 300_000)).astype(dtype)
    difference = pred.astype(np.float64) - target.astype(np.float64)
    exactly = np.array(math.fsum(difference**2) / pred.size, dtype)
    np.testing.assert_allclose(losses.mse_loss(pred, target), exactly, rtol=tolerance)
    logits, classes = np.zeros((300_000, 2), dtype), np.zeros(300_000, np.uint8)
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
    for reduction in REDUCTIONS:
        assert not np.signbit(losses.binary_cross_entropy(p, y, reduction=reduction))


def test_the_weight_of_binary_cross_entropy_broadcasts_and_the_mean_divides_by_n():
    p, y = np.full((2, 3), 0.5), np.ones((2, 3))
    for weight in (2, [2.0], [[2]], [2, 2, 2], [[2], [2]], np.full((2, 3), 2)):
        np.testing.assert_allclose(losses.binary_cross_entropy(p, y, weight=weight), 2 * np.log(2), rtol=1e-15)
    for shape in ((2, 2), (3, 3), (1, 2), (1, 2, 3), (2, 3, 1)):
        with pytest.raises(ValueError, match="weight must be an array that broadcasts"):
            losses.binary_cross_entropy(p, y, weight=np.ones(shape))
    each = losses.binary_cross_entropy(p, y, weight=[0, 1, 5], reduction="none")
    np.testing.assert_allclose(each, np.log(2) * np.array([[0, 1, 5]] * 2), rtol=1e-15)
    np.testing.assert_array_equal(losses.binary_cross_entropy_grad(p, y, weight=[0, 3, 6]), [[0, -1, -2]] * 2)


LOGITS, LN2 = [[1, 2, 3], [1, -2, 0.5]], np.log(2)


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
        # weights: what has the factor 0 in the formula contributes nothing, and only their ratios matter
        ([[0, 0]], [1], {"weight": [np.inf, 1]}, LN2),
        ([[0, 0]], [1], {"weight": [np.nan, 1]}, LN2),
        ([[0, 0]], [1], {"weight": [np.inf, 2], "reduction": "sum"}, 2 * LN2),
        ([[0, 0]], [[0.0, 1.0]], {"weight": [np.inf, 2]}, 2 * LN2),
        ([[0, 0]], [1], {"weight": [np.inf, 1], "label_smoothing": 0.1}, np.inf),
        ([[0, 0], [np.nan, 1]], [1, -100], {"weight": [np.inf, 1]}, LN2),
        ([[0, 0]], [1], {"weight": [1e300, 1e-30]}, LN2),
        ([[0, 0]], [0], {"weight": [1e300, 1e-30]}, LN2),
        ([[0, 0], [0, 0]], [0, 1], {"weight": [1e300, 1e-30]}, LN2),
        ([[0, 0], [0, 0]], [1, 1], {"weight": [1.7e308, 5e-324]}, LN2),
        ([[0, 0], [0, 0]], [1, 1], {"weight": [5e-324, 1.7e308]}, LN2),
        ([[0, 0]], [1], {"weight": [1e290, 1e-10], "label_smoothing": 0.5}, 0.25e300 * LN2),
        ([[0, 0]], [0], {"weight": [-2, 1]}, LN2),
        ([[0, 0], [0, 0]], [1, 1], {"weight": [1, -1.7e308]}, LN2),
        ([[0, 1], [0, 1]], [0, 1], {"weight": [1, -1]}, np.nan),  # the weights add up to 0
    ],
)
def test_cross_entropy_values(logits, target, options, expected):
    value = losses.cross_entropy(logits, target, **options)
    np.testing.assert_allclose(value, expected, rtol=1e-15)
    for reduction in REDUCTIONS:
        value = losses.cross_entropy(logits, target, **{**options, "reduction": reduction})
        assert not np.any((value == 0) & np.signbit(value))


@pytest.mark.parametrize(
    ("target", "options", "gradient"),
    [
        ([1], {"weight": [np.inf, 1]}, [[0.5, -0.5]]),
        ([1], {"weight": [1e300, 1e-30]}, [[0.5, -0.5]]),
        ([1], {"weight": [np.inf, 3], "reduction": "sum"}, [[1.5, -1.5]]),
        ([[0.0, 1.0]], {"weight": [np.inf, 3]}, [[1.5, -1.5]]),
        ([1], {"weight": [1, 0]}, [[0, 0]]),
        ([1], {"weight": [0, 1], "label_smoothing": 0.5}, [[0.375, -0.375]]),
    ],
)
def test_cross_entropy_gradients_with_weights(target, options, gradient):
    np.testing.assert_allclose(losses.cross_entropy_grad([[0, 0]], target, **options), gradient, rtol=1e-15)


@pytest.mark.parametrize("m", [0, 1, 10, 30, 36, 37, 40, 100, 700])
def test_cross_entropy_keeps_its_digits_where_the_loss_is_nearly_zero(m):
    (row,) = (row for row in ROWS if row.inputs == "margins")
    logits, target = np.array([[m, 0.0, 0.0]]), np.array([0])
    value, slope = (row.exact(side, logits, target).astype(float) for side in SIDES)
    np.testing.assert_allclose(losses.cross_entropy(logits, target), value[0], rtol=1e-15)
    np.testing.assert_allclose(losses.cross_entropy_grad(logits, target), slope, rtol=2e-15)


@pytest.mark.parametrize("row", [row for row in ROWS if row.inputs == "soft" and "weight" not in row.options], ids=str)
def test_near_the_optimum_of_soft_targets_the_gradient_ends_at_the_error_of_its_terms(row):
    e, soft = row.options.get("label_smoothing", 0), np.random.default_rng(0).dirichlet(np.ones(4), 8)
    logits = np.log((1 - e) * soft + e / 4)
    gradient, exact = row.call("gradient", logits, soft), row.exact("gradient", logits, soft)
    assert 8 * np.max(np.abs(gradient - exact).astype(float)) <= 4e-16  # the terms are up to 1, and the mean is of 8
    assert np.max(ulp_errors(gradient, exact)) > 10  # so that the last digits are not promised


@every_side
@every_reduction
@every_option
@pytest.mark.parametrize("soft", [False, True])
def test_further_axes_count_as_samples(side, reduction, options, soft):
    rng = np.random.default_rng(0)
    function = losses.cross_entropy if side == "value" else losses.cross_entropy_grad
    flat = rng.normal(size=(30, 4))
    target = rng.dirichlet(np.ones(4), 30) if soft else rng.integers(-1, 4, 30)
    options = {**options, "reduction": reduction} | ({} if soft else {"ignore_index": -1})
    expected = function(flat, target, **options)
    if expected.ndim:
        expected = expected.reshape(5, 2, 3, *expected.shape[1:])
        expected = np.moveaxis(expected, -1, 1) if side == "gradient" else expected
    logits = np.moveaxis(flat.reshape(5, 2, 3, 4), -1, 1)
    target = np.moveaxis(target.reshape(5, 2, 3, 4), -1, 1) if soft else target.reshape(5, 2, 3)
    np.testing.assert_allclose(function(logits, target, **options), expected, rtol=1e-13, atol=1e-17)


@every_function
@every_reduction
@every_option
@pytest.mark.parametrize("target", [3, np.uint8(0), np.array([0.1, 0.2, 0.3, 0.4])], ids=str)
def test_one_sample_needs_no_batch_axis(function, reduction, options, target):
    logits = np.array([1.0, -2.0, 0.5, 3.0])
    alone = function(logits, target, reduction=reduction, **options)
    in_a_batch = function(logits[None], np.array(target)[None], reduction=reduction, **options)
    np.testing.assert_allclose(alone, in_a_batch.squeeze())
    assert alone.shape == (() if function is losses.cross_entropy else (4,))


@every_function
@every_reduction
@pytest.mark.parametrize("smoothing", [0, 0.3, 1])
def test_one_hot_probabilities_give_what_classes_give(function, reduction, smoothing):
    logits, classes = np.random.default_rng(0).normal(size=(6, 4)), np.array([0, 1, 3, 2, 2, 0])
    options = {"reduction": reduction, "label_smoothing": smoothing}
    np.testing.assert_allclose(
        function(logits, classes, **options), function(logits, np.eye(4)[classes], **options), rtol=1e-14
    )


@every_option
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


@every_option
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


@every_function
@pytest.mark.parametrize("scale", [1.7e308, 1e300, 3, 1e-300])
@pytest.mark.parametrize("smoothing", [0, 0.2])
def test_the_scale_of_class_weights_cancels_in_the_mean(function, scale, smoothing):
    logits, target = np.random.default_rng(0).normal(size=(6, 4)), [0, 1, 3, 3, 0, -100]
    weight = np.array([0.5, 1.0, 0.0, 0.25])
    small, large = (function(logits, target, weight=w, label_smoothing=smoothing) for w in (weight, scale * weight))
    np.testing.assert_allclose(large, small, rtol=1e-14)


@pytest.mark.parametrize("smoothing", [0, 0.3])
def test_a_total_weight_of_zero_is_a_mean_of_nothing(smoothing):
    options = {"weight": [0, 1], "label_smoothing": smoothing}
    assert np.isnan(losses.cross_entropy([[1.0, 2.0]], [0], **options))
    np.testing.assert_array_equal(losses.cross_entropy_grad([[1.0, 2.0]], [0], **options), [[0, 0]])
    assert losses.cross_entropy([[1e308, -1e308]], [1], weight=[1, 0], reduction="sum") == 0


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
    assert losses.cross_entropy(logits, np.array([5, 0, 120], dtype), ignore_index=np.int64(-100)) == expected
    with pytest.raises(IndexError):
        losses.cross_entropy(logits[:, :100], np.array([5, 0, 120], dtype))


@every_function
@pytest.mark.parametrize(("target", "value"), [([0, 3], 3), ([-1, 0], -1), ([-99, 0], -99), ([0, 2**40], 2**40)])
def test_a_class_out_of_range(function, target, value):
    with pytest.raises(IndexError) as caught:
        function(np.zeros((2, 3)), target)
    assert str(caught.value) == f"target must be a class from 0 to 2, got {value}"


@every_function
@pytest.mark.parametrize("kind", ["uint8", "int64", "float32"])
def test_no_targets_of_any_kind(function, kind):
    function(np.zeros((0, 3)), np.array([], kind))


CLASSES = "target must be classes, integers of shape {}, or probabilities, floats of shape {}, got {}"
LOGITS_SHAPE = "logits must be an array (C,) or (N, C, ...) with at least one class, got {}"
MASKED = np.ma.array([0.5], mask=[True])


MESSAGES = [
    ("mse_loss", (np.zeros(3), np.zeros((3, 1))), {}, "target must be an array of pred's shape (3,), got (3, 1)"),
    ("l1_loss", (1, [1]), {}, "target must be an array of pred's shape (), got (1,)"),
    ("huber_loss", (np.zeros((2, 3)), [0] * 3), {}, "target must be an array of pred's shape (2, 3), got (3,)"),
    ("mse_loss", (["a"], [1]), {}, "pred must be an array of real numbers, got dtype('<U1')"),
    ("l1_loss", (1, 1j), {}, "target must be an array of real numbers, got dtype('complex128')"),
    ("huber_loss", (None, 1), {}, "pred must be an array of real numbers, got dtype('O')"),
    ("mse_loss", ([[1], [1, 2]], 1), {}, "pred must be an array, got [[1], [1, 2]]"),
    ("mse_loss", (MASKED, [0]), {}, f"pred must be an array without a mask, got {MASKED!r}"),
    ("binary_cross_entropy", ([0], MASKED), {}, f"target must be an array without a mask, got {MASKED!r}"),
    ("binary_cross_entropy", ([0], [0]), {"weight": MASKED}, f"weight must be an array without a mask, got {MASKED!r}"),
    ("cross_entropy", (MASKED, 0), {}, f"logits must be an array without a mask, got {MASKED!r}"),
    ("cross_entropy", ([0], MASKED), {}, f"target must be an array without a mask, got {MASKED!r}"),
    ("cross_entropy", ([0], 0), {"weight": MASKED}, f"weight must be an array without a mask, got {MASKED!r}"),
    ("smooth_l1_loss", (1, 1), {"beta": -1}, "beta must be a number in [0, inf), got -1"),
    ("huber_loss", (1, 1), {"delta": 0}, "delta must be a number in (0, inf], got 0"),
    ("huber_loss", (1, 1), {"delta": -0.5}, "delta must be a number in (0, inf], got -0.5"),
    ("binary_cross_entropy", ([0.2, 1.5], [0, 1]), {}, "pred must be an array of numbers in [0, 1], got 1.5"),
    ("binary_cross_entropy", ([np.nan], [0]), {}, "pred must be an array of numbers in [0, 1], got nan"),
    ("binary_cross_entropy", ([0.2], [-1]), {}, "target must be an array of numbers in [0, 1], got -1.0"),
    ("binary_cross_entropy", ([0.2], [np.nan]), {}, "target must be an array of numbers in [0, 1], got nan"),
    ("binary_cross_entropy", ([0.2], [0, 1]), {}, "target must be an array of pred's shape (1,), got (2,)"),
    ("binary_cross_entropy", ([0.2], [0]), {"weight": [1, 2]}, "weight must be an array that broadcasts to target's shape (1,), got (2,)"),
    ("binary_cross_entropy", (0.2, 0), {"weight": [1]}, "weight must be an array that broadcasts to target's shape (), got (1,)"),
    ("cross_entropy", (3.0, 0), {}, LOGITS_SHAPE.format("()")),
    ("cross_entropy", (np.zeros((2, 0)), [0, 0]), {}, LOGITS_SHAPE.format("(2, 0)")),
    ("cross_entropy", ([[1, 2]], [0]), {"weight": [1, 2, 3]}, "weight must be an array of shape (2,), got (3,)"),
    ("cross_entropy", ([[1, 2]], [0]), {"weight": 1}, "weight must be an array of shape (2,), got ()"),
    ("cross_entropy", ([[1, 2]], [0]), {"label_smoothing": 1.1}, "label_smoothing must be a number in [0, 1], got 1.1"),
    ("cross_entropy", ([[1, 2]], [0]), {"label_smoothing": -0.1}, "label_smoothing must be a number in [0, 1], got -0.1"),
    ("cross_entropy", ([[1, 2]], [0]), {"ignore_index": 1.0}, "ignore_index must be an integer, got 1.0"),
    ("cross_entropy", ([[1, 2]], [[0.5, 0.5]]), {"ignore_index": 1}, "ignore_index must be left out when target holds probabilities, got 1"),
    ("cross_entropy", ([[1, 2]], None), {}, "target must be an array of real numbers, got dtype('O')"),
    ("cross_entropy", ([[1, 2]], ["a"]), {}, "target must be an array of real numbers, got dtype('<U1')"),
    ("cross_entropy", (np.zeros((0, 3)), np.array([], complex)), {}, "target must be an array of real numbers, got dtype('complex128')"),
    ("cross_entropy", (np.zeros((0, 3)), np.array([], bool)), {}, CLASSES.format((0,), (0, 3), "('bool', (0,))")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "options", "message"), MESSAGES)
def test_errors_name_the_argument_and_its_value(name, arguments, options, message):
    for end in ("", "_grad"):
        with pytest.raises(ValueError) as caught:
            getattr(losses, name + end)(*arguments, **options)
        assert str(caught.value) == message


@every_function
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
        np.zeros((2, 3), bool),
        np.zeros((2, 3, 1)),
        np.zeros((3, 2)),
    ],
    ids=str,
)
def test_targets_of_another_kind_or_shape(function, target):
    target = np.asarray(target)
    with pytest.raises(ValueError) as caught:
        function(np.zeros((2, 3)), target)
    assert str(caught.value) == CLASSES.format((2,), (2, 3), (target.dtype.name, target.shape))


HOSTILE = [np.nan, -np.inf, None, "1", 1j, [1], np.array([1.0]), np.timedelta64(1), 10**400, Fraction(-1, 3)]


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
@pytest.mark.parametrize(
    ("name", "option", "what"),
    [
        ("smooth_l1_loss", "beta", "a number in [0, inf)"),
        ("huber_loss", "delta", "a number in (0, inf]"),
        ("cross_entropy", "label_smoothing", "a number in [0, 1]"),
        ("cross_entropy", "ignore_index", "an integer"),
    ],
)
def test_what_is_no_number_is_refused(name, option, what, value):
    for end in ("", "_grad"):
        with pytest.raises(ValueError) as caught:
            getattr(losses, name + end)([1.0, 2.0], 0 if name == "cross_entropy" else [1.0, 1.0], **{option: value})
        assert str(caught.value) == f"{option} must be {what}, got {value!r}"


@pytest.mark.parametrize(
    ("name", "option", "value"),
    [
        ("smooth_l1_loss", "beta", np.inf),
        ("huber_loss", "delta", Fraction(1, 10**400)),  # 0 as a float
        ("cross_entropy", "label_smoothing", np.nextafter(1, 2)),
    ],
)
def test_what_is_just_outside_is_refused(name, option, value):
    with pytest.raises(ValueError, match=f"^{option} must be a number in "):
        getattr(losses, name)([1.0], 0 if name == "cross_entropy" else [1.0], **{option: value})


@pytest.mark.parametrize("function", BLOCKS)
@pytest.mark.parametrize("reduction", ["max", None, "", 0, ["mean"], "Mean"], ids=repr)
def test_an_unknown_reduction_is_refused(function, reduction):
    with pytest.raises(ValueError) as caught:
        function([1.0, 0.0], 0 if function.__name__.startswith("cross_entropy") else [1.0, 1.0], reduction=reduction)
    assert str(caught.value) == f'reduction must be "mean" or "sum" or "none", got {reduction!r}'


@pytest.mark.parametrize("function", BLOCKS)
def test_a_block_is_pickled_by_its_name(function):
    assert pickle.loads(pickle.dumps(function)) is function


@pytest.mark.parametrize(("function", "gradient"), list(zip(BLOCKS[::2], BLOCKS[1::2])))
def test_function_and_gradient_share_one_signature(function, gradient):
    assert inspect.signature(function) == inspect.signature(gradient)
    *arrays_, reduction = inspect.signature(function).parameters
    assert (reduction, arrays_[1]) == ("reduction", "target")
    for wrong in ({"size_average": True}, {"target": 0}):
        with pytest.raises(TypeError):
            function([1.0], [1.0], **wrong)
