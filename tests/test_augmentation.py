"""The augmentations: tables of kernels and of random classes, and properties that hold for every row."""

import contextlib
import importlib.util
import inspect
import itertools
import math
import pickle
import re
import warnings
from fractions import Fraction

import numpy as np
import pytest
import sympy

from scratch import augmentation as A
from scratch.evidence.augmentation import ROWS, beside_torchvision
from scratch.formulas import augmentation as formulas
from scratch.show.source import listing

PUBLIC = {
    name: block
    for name, block in vars(A).items()
    if callable(block) and not name.startswith("_") and getattr(block, "__module__", "") == A.__name__
}
KERNELS = [
    ("hflip", {}),
    ("resize", {"size": 4}),
    ("resize", {"size": (11, 3)}),
    ("resize", {"size": (11, 8), "interpolation": "nearest"}),
    ("resized_crop", {"top": 1, "left": 2, "height": 5, "width": 3, "size": (4, 6)}),
    ("resized_crop", {"top": 1, "left": 2, "height": 5, "width": 3, "size": 4, "interpolation": "nearest"}),
    ("center_crop", {"size": 4}),
    ("center_crop", {"size": (11, 3)}),
    ("adjust_brightness", {"factor": 1.3}),
    ("adjust_contrast", {"factor": 1.3}),
    ("adjust_contrast", {"factor": 0}),
    ("adjust_saturation", {"factor": 1.3}),
    ("adjust_hue", {"factor": -0.3}),
    ("rotate", {"angle": 33}),
    ("rotate", {"angle": 33, "interpolation": "bilinear", "fill": 0.5}),
    ("rotate", {"angle": -100, "interpolation": "bilinear", "expand": True, "center": (4, 3)}),
    ("affine", {"angle": 10, "translate": (1, -0.5), "scale": 1.2, "shear": 5}),
    ("affine", {"angle": 10, "translate": (1, -0.5), "scale": 0.8, "shear": (5, -9), "interpolation": "bilinear"}),
    ("rgb_to_grayscale", {}),
    ("rgb_to_grayscale", {"num_output_channels": 3}),
    ("gaussian_blur", {"kernel_size": 3}),
    ("gaussian_blur", {"kernel_size": (3, 5), "sigma": (0.7, 2)}),
    ("erase", {"top": 1, "left": 1, "height": 5, "width": 3, "value": 0.5}),
]
CLASSES = [
    ("RandomHorizontalFlip", {}),
    ("RandomResizedCrop", {"size": (5, 4)}),
    ("RandomResizedCrop", {"size": 5, "scale": (0.3, 0.9), "interpolation": "nearest"}),
    ("CenterCrop", {"size": 5}),
    ("ColorJitter", {"brightness": 0.4, "contrast": 0.4, "saturation": 0.4, "hue": 0.2}),
    ("ColorJitter", {}),
    ("RandomRotation", {"degrees": 30, "interpolation": "bilinear", "expand": True}),
    ("RandomAffine", {"degrees": 30, "translate": (0.2, 0.3), "scale": (0.8, 1.2), "shear": (-5, 5, -9, 9)}),
    ("RandomGrayscale", {"p": 0.5}),
    ("GaussianBlur", {"kernel_size": 3}),
    ("RandomErasing", {}),
    ("RandomErasing", {"p": 1, "value": "random"}),
    ("Cutout", {"length": 3}),
]
BLENDS = [("mixup", {"lam": 0.3}), ("cutmix", {"lam": 0.3, "center": (4, 2)})]
MIXTURES = [("MixUp", {"num_classes": 3}), ("CutMix", {"num_classes": 3})]
TOLERANCE = {
    "float64": 1e-12,  # sums of up to a hundred terms below 1, in torchvision as well
    "float32": 1e-6,  # computed in float64 and rounded once; the recorded values are float64
    "float16": 1e-3,
}


def title(row):
    return f"{row[0]} {row[1] or ''}".strip()


every_kernel = pytest.mark.parametrize("row", KERNELS, ids=title)
every_class = pytest.mark.parametrize("row", CLASSES, ids=title)


def image(dtype="float64", shape=(8, 7, 3), seed=0):
    """A random image whose uint8 and float versions show the same picture."""
    levels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    return levels if dtype == "uint8" else (levels / 255).astype(dtype)


def call(row, pixels, seed=0):
    """A kernel's or a class's result for an image; fractions of white become levels for uint8."""
    name, options = row
    if pixels.dtype == np.uint8:
        options = {key: 127.5 if key in ("fill", "value") and value == 0.5 else value for key, value in options.items()}
    if inspect.isclass(PUBLIC[name]):
        return PUBLIC[name](**options)(pixels, np.random.default_rng(seed))
    return PUBLIC[name](pixels, **options)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_every_comparison_of_the_row_holds(row):
    assert [made for made in row.comparisons() if not made.holds] == []


def test_every_public_block_stands_beside_a_formula_and_in_a_table():
    assert {row.name for row in ROWS} == set(PUBLIC)
    assert {name for name, _ in [*KERNELS, *CLASSES, *BLENDS, *MIXTURES]} == set(PUBLIC)


def test_the_typeset_inverse_is_the_inverse():
    forward, backward = formulas.affine_matrix, formulas.affine.definitions[0][1]
    identity = sympy.MatMul(forward.explicit(forward.right), backward).doit().as_explicit()
    assert identity.applyfunc(sympy.simplify) == sympy.eye(2)
    turned = backward.subs({formulas.theta: -formulas.theta, formulas.s: 1, formulas.phi_x: 0, formulas.phi_y: 0})
    assert turned.doit().as_explicit() == formulas.rotate.right.args[0].args[0]


def test_the_density_of_lambda_is_that_of_the_beta_distribution():
    lam, density = formulas.lam, formulas.beta.right.doit()
    for alpha in (1, 2, 5):
        exact = density.subs(formulas.alpha, alpha).doit()
        moments = [sympy.integrate(sympy.expand(lam**k * exact), (lam, 0, 1)) for k in range(3)]
        assert moments == [1, sympy.Rational(1, 2), sympy.Rational(1, 4) + sympy.Rational(1, 4 * (2 * alpha + 1))]


@every_kernel
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "uint8"])
def test_a_kernel_returns_a_new_array_of_the_same_dtype_without_a_warning(row, dtype):
    pixels = image(dtype)
    before = pixels.copy()
    pixels.flags.writeable = False
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        result = call(row, pixels)
    assert type(result) is np.ndarray
    assert result.dtype == dtype
    assert result.flags.writeable
    assert not np.shares_memory(result, pixels)
    np.testing.assert_array_equal(pixels, before)
    if dtype != "uint8":
        exact = call(row, pixels.astype(np.float64))
        np.testing.assert_allclose(result, exact.astype(dtype), rtol=0, atol=TOLERANCE[dtype])


@every_class
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "uint8"])
def test_a_class_keeps_dtype_input_and_global_state_and_repeats_its_draws(row, dtype):
    pixels = image(dtype)
    before, state = pixels.copy(), np.random.get_state()[1].copy()  # noqa: NPY002
    pixels.flags.writeable = False
    for seed in range(5):
        with np.errstate(all="raise"), warnings.catch_warnings():
            warnings.simplefilter("error")
            result = call(row, pixels, seed)
        assert type(result) is np.ndarray
        assert result.dtype == dtype
        assert result is pixels or (result.flags.writeable and not np.shares_memory(result, pixels))
        np.testing.assert_array_equal(call(row, pixels, seed), result)
        np.testing.assert_array_equal(pixels, before)
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


@pytest.mark.parametrize("row", KERNELS + CLASSES, ids=title)
def test_a_batch_shares_one_draw_and_any_memory_layout_will_do(row):
    pixels = image(shape=(2, 3, 8, 7, 3))
    result = call(row, pixels)
    for i, j in np.ndindex(2, 3):
        np.testing.assert_array_equal(call(row, pixels[i, j]), result[i, j])
    np.testing.assert_array_equal(call(row, np.asfortranarray(pixels)), result)
    np.testing.assert_array_equal(call(row, pixels.astype(">f8")), result)
    reverse = np.ascontiguousarray(pixels[::-1, :, ::-1, ::-1])
    np.testing.assert_array_equal(call(row, reverse[::-1, :, ::-1, ::-1]), result)
    assert call(row, pixels[:0]).shape == (0, *result.shape[1:])


@pytest.mark.parametrize("row", KERNELS + CLASSES, ids=title)
def test_nan_stays_where_it_is_and_comes_from_nowhere(row):
    pixels = image(shape=(9, 9, 3))
    pixels[4, 4] = np.nan
    result = call(row, pixels)
    assert np.isnan(result).any()
    assert not np.isnan(result).all() or row[0] in ("adjust_contrast", "ColorJitter")  # a mean over the image
    for huge in (np.finfo(np.float64).max, 1e-310):
        signs = np.random.default_rng(1).choice([-huge, 0.0, huge], size=(8, 7, 3))
        with np.errstate(all="raise"):
            assert not np.isnan(call(row, signs)).any()


NO_IMAGES = [
    (np.zeros((5, 5)), "image must be (..., H, W, C), none of the three 0, got (5, 5)"),
    (np.zeros((0, 5, 3)), "image must be (..., H, W, C), none of the three 0, got (0, 5, 3)"),
    (np.zeros((2, 5, 0, 3)), "image must be (..., H, W, C), none of the three 0, got (2, 5, 0, 3)"),
    (np.zeros((5, 5, 0)), "image must be (..., H, W, C), none of the three 0, got (5, 5, 0)"),
    (np.zeros((5, 5, 3), int), "image must be of dtype uint8, float16, float32 or float64, got dtype('int64')"),
    (np.zeros((5, 5, 3), bool), "image must be of dtype uint8, float16, float32 or float64, got dtype('bool')"),
    (np.zeros((5, 5, 3), "F"), "image must be an array of real numbers, got dtype('complex64')"),
    (np.zeros((5, 5, 3), object), "image must be an array of real numbers, got dtype('O')"),
    (np.array("image"), "image must be an array of real numbers, got dtype('<U5')"),
    (np.zeros((5, 5, 3), "m8[s]"), "image must be an array of real numbers, got dtype('<m8[s]')"),
    (
        np.zeros((5, 5, 3), np.longdouble),
        f"image must be of dtype uint8, float16, float32 or float64, got {np.dtype(np.longdouble)!r}",
    ),
    (np.ma.zeros((5, 5, 3)), "image must be an array without a mask, got "),
    (np.array(None), "image must be an array of real numbers, got dtype('O')"),
]


@pytest.mark.parametrize("row", KERNELS + CLASSES, ids=title)
def test_what_is_not_an_image_is_refused(row):
    for pixels, message in NO_IMAGES:
        with pytest.raises(ValueError) as caught:
            call(row, pixels)
        assert str(caught.value).startswith(message)


@pytest.mark.parametrize("row", KERNELS + CLASSES, ids=title)
def test_channels(row):
    colour = row[0].startswith(("adjust", "rgb", "Color", "RandomGray"))
    assert call(row, image(shape=(8, 7, 1))).shape[-1] == (3 if row[1].get("num_output_channels") == 3 else 1)
    for channels in (2, 4, 5):
        if colour:
            message = f"image must be (..., H, W, 1) or (..., H, W, 3), got (8, 7, {channels})"
            with pytest.raises(ValueError, match=re.escape(message)):
                call(row, image(shape=(8, 7, channels)))
        else:
            assert call(row, image(shape=(8, 7, channels))).shape[-1] == channels


@every_class
def test_a_class_needs_a_generator(row):
    for rng in (None, 0, np.random, np.random.RandomState(0), np.random.PCG64(0)):
        with pytest.raises(ValueError, match=r"^rng must be a numpy\.random\.Generator, got "):
            PUBLIC[row[0]](**row[1])(image(), rng)


# torchvision


def test_agrees_with_live_torchvision():
    if not (importlib.util.find_spec("torch") and importlib.util.find_spec("torchvision")):
        pytest.skip("torchvision is not installed")
    from scratch.evidence.record import augmentation as record

    arrays = record(shapes=[("wide", (9, 23, 3)), ("high", (24, 10, 3))], seed=1)
    recorded = [row for row in ROWS if row.recorded]
    assert {row.name for row in recorded} == {key.split()[0] for key in arrays if " " in key}
    for row in recorded:
        made = list(beside_torchvision(row.name, arrays, row.options.get("interpolation")))
        assert [comparison for comparison in made if not comparison.holds] == []


# uint8, level by level


LEVELS = image("uint8", (5, 6, 3), seed=3)


def truncated(value):
    return math.floor(min(Fraction(255), max(Fraction(0), value)))


@pytest.mark.parametrize("factor", [0.0, 0.5, 1.0, 1.75, 3.0])
def test_uint8_brightness_contrast_and_saturation_truncate_and_floor_the_grey_first(factor):
    f = Fraction(factor)
    levels = LEVELS.astype(int).tolist()
    grey = [[(2989 * r + 5870 * g + 1140 * b) // 10000 for r, g, b in row] for row in levels]
    mean = Fraction(sum(map(sum, grey)), 30)
    expected = {
        "adjust_brightness": [[[truncated(f * v) for v in pixel] for pixel in row] for row in levels],
        "adjust_contrast": [[[truncated(f * v + (1 - f) * mean) for v in pixel] for pixel in row] for row in levels],
        "adjust_saturation": [
            [[truncated(f * v + (1 - f) * luma) for v in pixel] for pixel, luma in zip(row, lumas)]
            for row, lumas in zip(levels, grey)
        ],
    }
    for name, values in expected.items():
        np.testing.assert_array_equal(PUBLIC[name](LEVELS, factor), values)
    np.testing.assert_array_equal(A.rgb_to_grayscale(LEVELS)[..., 0], grey)


def test_uint8_grey_is_exact_where_the_luma_is_a_whole_number():
    green, blue = np.divmod(np.arange(65536), 256)
    whole = (5870 * green + 1140 * blue) % 10000 == 0
    pixels = np.stack([0 * green, green, blue], axis=-1)[whole].astype(np.uint8)[None]
    expected = ((5870 * green + 1140 * blue) // 10000)[whole]
    assert whole.sum() > 5
    np.testing.assert_array_equal(A.rgb_to_grayscale(pixels)[0, :, 0], expected)
    np.testing.assert_array_equal(A.rgb_to_grayscale(np.full((1, 1, 3), 255, np.uint8)), 254)


@pytest.mark.parametrize(
    "row",
    [row for row in KERNELS if row[0] in ("resize", "resized_crop", "rotate", "affine", "gaussian_blur", "adjust_hue")],
    ids=title,
)
def test_uint8_rounds_what_the_float_is(row):
    white = 255 if row[0] == "adjust_hue" else 1
    levels = image("uint8")
    exact = white * call((row[0], {**row[1], "fill": 127.5} if "fill" in row[1] else row[1]), levels / white)
    np.testing.assert_array_equal(call(row, levels), np.rint(exact))


HUNDREDTHS = range(301)
ALL_LEVELS = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(16, 16, 3)


def test_uint8_keeps_the_level_that_is_exact():
    """On all 256 levels and with factors k/100: brightness, contrast and saturation against whole numbers."""
    levels = np.arange(256)
    colours = np.stack([levels, levels[::-1], (7 * levels) % 256], axis=-1)[None].astype(np.uint8)
    grey = (colours.astype(int) @ [2989, 5870, 1140] // 10000)[..., None]
    halves = np.stack([np.zeros(256, np.uint8), np.arange(256, dtype=np.uint8)], axis=-1).reshape(256, 1, 2, 1)
    for k in HUNDREDTHS:
        np.testing.assert_array_equal(
            A.adjust_brightness(ALL_LEVELS, k / 100), np.minimum(k * ALL_LEVELS.astype(int) // 100, 255)
        )
        blend = np.clip((k * colours.astype(int) + (100 - k) * grey) // 100, 0, 255)
        np.testing.assert_array_equal(A.adjust_saturation(colours, k / 100), blend)
        twice = 2 * k * halves.astype(int) + (100 - k) * halves.sum(
            axis=2, keepdims=True, dtype=int
        )  # 200 times the blend
        np.testing.assert_array_equal(A.adjust_contrast(halves, k / 100), np.clip(twice // 200, 0, 255))


def test_no_contrast_changes_a_constant_image():
    constant = np.repeat(np.arange(256, dtype=np.uint8), 4).reshape(256, 2, 2, 1)
    for k in HUNDREDTHS:
        np.testing.assert_array_equal(A.adjust_contrast(constant, k / 100), constant)
    assert A.adjust_contrast(np.full((2, 2, 1), 15, np.uint8), 1.1).max() == 15
    assert A.adjust_brightness(np.full((1, 1, 1), 100, np.uint8), 0.29).item() == 29


def test_uint8_rounds_half_to_even():
    pairs = np.array([[[[0], [1]]], [[[1], [2]]], [[[2], [3]]]], np.uint8)
    np.testing.assert_array_equal(A.resize(pairs, (1, 1)).ravel(), [0, 2, 2])


# Values that a reader can check


STAIRS = (np.arange(12, dtype=np.uint8) * 20).reshape(3, 4, 1)
COLOUR = np.array([[[200, 100, 50]]], np.uint8)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (A.rotate(STAIRS, 30)[..., 0], [[0, 40, 40, 140], [0, 100, 120, 220], [80, 180, 180, 0]]),
        (A.rotate(STAIRS, 180)[..., 0], STAIRS[::-1, ::-1, 0]),
        (A.rotate(STAIRS, 90, expand=True)[..., 0], np.rot90(STAIRS[..., 0])),
        (A.rotate(STAIRS, -90, "bilinear", expand=True)[..., 0], np.rot90(STAIRS[..., 0], -1)),
        (A.resize(STAIRS, (2, 3))[..., 0], [[36, 60, 84], [136, 160, 184]]),
        (A.adjust_hue(COLOUR, 0.25), [[[75, 200, 50]]]),
        (A.adjust_hue(COLOUR, 0), COLOUR),
        (A.adjust_saturation(COLOUR, 2), [[[255, 76, 0]]]),
        (A.adjust_brightness(COLOUR, 1.5), [[[255, 150, 75]]]),
        (A.rgb_to_grayscale(COLOUR), [[[124]]]),
        (A.center_crop(STAIRS, 1)[..., 0], [[120]]),  # 1.5 to the even 2
        (A.center_crop(STAIRS, (2, 4))[..., 0], STAIRS[:2, :, 0]),  # 0.5 to the even 0
        (A.center_crop(STAIRS, (6, 5))[..., 0], np.pad(STAIRS[..., 0], ((1, 2), (0, 1)))),
        (A.affine(STAIRS, 0, (1, -1), 1, 0)[..., 0], [[0, 80, 100, 120], [0, 160, 180, 200], [0, 0, 0, 0]]),
        (
            A.affine(STAIRS, 90, (0, 0), 1, 0, center=(1.5, 1.5))[..., 0],
            [[160, 80, 0, 0], [180, 100, 20, 0], [200, 120, 40, 0]],
        ),
        (
            A.affine(STAIRS, 0, (0, 0), 2, 0, center=(0, 0))[..., 0],
            [[0, 0, 20, 20], [0, 0, 20, 20], [80, 80, 100, 100]],
        ),
        (
            A.affine(STAIRS, 0, (0, 0), 1, 45, center=(0, 0.5))[..., 0],
            [[0, 20, 40, 60], [100, 120, 140, 0], [200, 220, 0, 0]],
        ),
    ],
)
def test_known_values(result, expected):
    np.testing.assert_array_equal(result, expected)


def test_known_values_of_the_blur():
    row = A.gaussian_blur(STAIRS.astype(float), 3, 1)[0, :, 0]
    np.testing.assert_allclose(row, [54.813724, 63.850979, 83.850979, 92.888234], rtol=0, atol=1e-6)


def test_the_border_is_the_covered_area():
    ones = np.ones((3, 3, 1))
    corner = A.rotate(ones, 45, "bilinear")[0, 0, 0]
    assert corner == pytest.approx(2 - math.sqrt(2), abs=1e-15)  # torchvision's is the square of it, 0.343
    outside = A.rotate(0 * ones, 45, "bilinear", fill=1)
    np.testing.assert_allclose(A.rotate(ones, 45, "bilinear") + outside, 1, rtol=0, atol=1e-15)
    colours = A.rotate(np.zeros((3, 3, 3)), 45, "bilinear", fill=(0.25, 0.5, 1))[0, 0]
    np.testing.assert_allclose(colours, (1 - corner) * np.array([0.25, 0.5, 1]), rtol=0, atol=1e-15)
    white = [A.rotate(STAIRS, 45, "bilinear", fill=fill) for fill in (255, [255])]
    np.testing.assert_array_equal(*white)


# What leaves an image as it is, and what must be equal


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8"])
def test_no_change_at_zero_strength(dtype):
    pixels = image(dtype)
    exact = [
        A.hflip(A.hflip(pixels)),
        A.resize(pixels, (8, 7)),
        A.resize(pixels, 7),
        A.resized_crop(pixels, 0, 0, 8, 7, (8, 7)),
        A.center_crop(pixels, (8, 7)),
        A.adjust_brightness(pixels, 1),
        A.adjust_contrast(pixels, 1),
        A.adjust_saturation(pixels, 1),
        A.rotate(pixels, 0),
        A.rotate(pixels, -720, "bilinear", expand=True),
        A.affine(pixels, 0, (0, 0), 1, 0),
        A.affine(pixels, 360, (0, 0), 1, (0, 0), "bilinear"),
        A.gaussian_blur(pixels, 1),
        A.gaussian_blur(pixels, 3, 1e-300),
        A.erase(pixels, 1, 2, 3, 4, pixels[1:4, 2:6]),
    ]
    for result in exact:
        np.testing.assert_array_equal(result, pixels)
    np.testing.assert_allclose(A.adjust_hue(pixels, 0).astype(float), pixels.astype(float), rtol=0, atol=1e-15)
    constant = np.full_like(pixels, 0.3 if dtype != "uint8" else 77)
    grey = A.adjust_contrast(constant[..., :1], 0)
    for same in (A.resize(constant, (5, 13)), A.gaussian_blur(constant, (5, 3)), grey):
        np.testing.assert_allclose(same, np.resize(constant, same.shape), rtol=1e-7 if dtype == "float32" else 1e-15)


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
@pytest.mark.parametrize("shape", [(8, 7, 3), (5, 9, 1), (6, 6, 3)])
def test_four_quarter_turns(interpolation, shape):
    pixels = turned = image(shape=shape)
    for angle in (90, -270, 450, 90 - 3600):
        turned = A.rotate(turned, angle, interpolation, expand=True)
        assert turned.shape[:2] in (shape[:2], shape[1::-1])
    np.testing.assert_array_equal(turned, pixels)
    np.testing.assert_array_equal(A.rotate(pixels, 90, interpolation, expand=True), np.rot90(pixels))
    if shape[0] == shape[1]:
        np.testing.assert_array_equal(A.affine(pixels, 90, (0, 0), 1, 0, interpolation), np.rot90(pixels, -1))


def test_expand_has_room_for_the_turned_corners_and_a_tolerance():
    assert A.rotate(image(), 1e-6, expand=True).shape == (8, 7, 3)
    assert A.rotate(image(shape=(1, 1, 3)), 1e-6, expand=True).shape == (1, 1, 3)
    assert A.rotate(image(shape=(10, 20, 1)), 30, expand=True).shape == (20, 24, 1)
    assert A.rotate(image(shape=(9, 21, 1)), 45, expand=True).shape == (23, 23, 1)


def test_resize_weights_are_a_triangle_for_all_sizes():
    for n, m in [*itertools.product(range(1, 40), range(1, 40)), (700, 699), (640, 333), (427, 224), (300, 601)]:
        distance = (np.arange(n) + 0.5) - (np.arange(m)[:, None] + 0.5) * n / m
        weights = np.maximum(0, 1 - np.abs(distance) / max(1, n / m))
        ours = A.resize(np.eye(n)[:, None], (m, 1))[:, 0] if n > 1 else np.ones((m, 1))
        np.testing.assert_allclose(ours, weights / weights.sum(axis=1, keepdims=True), rtol=0, atol=1e-13)


def test_resize_takes_the_shorter_side():
    expectations = (((5, 8), 10, (10, 16)), ((8, 5), 3, (4, 3)), ((7, 7), 3, (3, 3)), ((3, 10), 4, (4, 13)))
    for sides, size, expected in expectations:
        assert A.resize(image(shape=(*sides, 1)), size).shape == (*expected, 1)
    assert A.resized_crop(image(), 0, 0, 8, 3, 5).shape == (5, 5, 3)


def test_flips_commute_with_turns_and_blurs_add_up():
    pixels = image(shape=(40, 41, 3))
    np.testing.assert_allclose(
        A.hflip(A.rotate(pixels, 20, "bilinear")), A.rotate(A.hflip(pixels), -20, "bilinear"), rtol=0, atol=1e-13
    )
    twice = A.gaussian_blur(A.gaussian_blur(pixels, 31, 1.5), 31, 2)
    np.testing.assert_allclose(twice, A.gaussian_blur(pixels, 31, 2.5), rtol=0, atol=2e-6)  # sampled Gaussians
    rows_first = A.gaussian_blur(A.gaussian_blur(pixels, (1, 5), 1.1), (5, 1), 0.7)
    np.testing.assert_allclose(rows_first, A.gaussian_blur(pixels, 5, (0.7, 1.1)), rtol=0, atol=1e-15)


def test_contrast_has_one_mean_per_image():
    pair = np.stack([np.full((3, 3, 3), 0.2), np.full((3, 3, 3), 0.8)])
    np.testing.assert_allclose(A.adjust_contrast(pair, 0)[:, 0, 0, 0], [0.2 * 0.9999, 0.8 * 0.9999], rtol=1e-15)


# Distributions


def spy(monkeypatch, name):
    """Record the arguments with which the classes call a kernel, which then does nothing."""
    calls = []
    monkeypatch.setattr(A, name, lambda *arguments: calls.append(arguments))
    return calls


def assert_distributed(sample, distribution):
    """Kolmogorov and Smirnov: the largest distance to the distribution function, at the 0.1% level; seeds are fixed."""
    sample = np.sort(sample)
    expected, steps = distribution(sample), np.arange(len(sample) + 1) / len(sample)
    distance = max(np.max(expected - steps[:-1]), np.max(steps[1:] - expected))
    assert distance < 1.95 / math.sqrt(len(sample))


def uniform(low, high):
    return lambda sample: np.clip((sample - low) / (high - low), 0, 1)


@pytest.mark.parametrize(
    ("transform", "p"),
    [
        (A.RandomHorizontalFlip(), 0.5),
        (A.RandomHorizontalFlip(0.3), 0.3),
        (A.RandomGrayscale(), 0.1),
        (A.RandomErasing(), 0.5),
        (A.RandomHorizontalFlip(0), 0),
        (A.RandomHorizontalFlip(1), 1),
        (A.RandomErasing(0), 0),
    ],
)
def test_probabilities(transform, p):
    rng, pixels = np.random.default_rng(0), image()
    share = np.mean([transform(pixels, rng) is not pixels for _ in range(4000)])
    assert abs(share - p) <= 4 * math.sqrt(p * (1 - p) / 4000)


def boxes(transform, height, width, count=4000):
    rng = np.random.default_rng(0)
    drawn = [transform.box(height, width, rng) for _ in range(count)]
    return np.array([box for box in drawn if box is not None])


@pytest.mark.parametrize(
    ("transform", "invert"),
    [(A.RandomResizedCrop(8, scale=(0.08, 0.4)), False), (A.RandomErasing(scale=(0.02, 0.2)), True)],
)
def test_boxes_have_uniform_area_log_ratio_and_place(transform, invert):
    side = 4000
    top, left, height, width = boxes(transform, side, side).T
    ratio = height / width if invert else width / height
    assert_distributed(height * width / side**2, uniform(*transform.scale))
    assert_distributed(np.log(ratio), uniform(*np.log(transform.ratio)))
    assert_distributed(top / (side - height), uniform(0, 1))
    assert_distributed(left / (side - width), uniform(0, 1))


def test_crops_reach_the_whole_image_and_erased_boxes_do_not():
    crops = boxes(A.RandomResizedCrop(8), 5, 6)
    assert {0, 4} <= set(crops[:, 0])
    assert crops[:, 2].max() == 5
    assert crops[:, 3].max() == 6
    assert np.all(crops[:, 0] + crops[:, 2] <= 5)
    assert np.all(crops[:, 1] + crops[:, 3] <= 6)
    erased = boxes(A.RandomErasing(scale=(0.3, 1)), 5, 6)
    assert erased[:, 2].max() == 4
    assert erased[:, 3].max() == 5
    assert (erased[:, 0] + erased[:, 2]).max() == 5
    assert (erased[:, 1] + erased[:, 3]).max() == 6


def test_the_tenth_try_is_the_last():
    class Counting(np.random.Generator):
        draws = 0

        def uniform(self, *limits):
            self.draws += 1
            return super().uniform(*limits)

    for transform in (A.RandomResizedCrop(8, scale=(1, 1), ratio=(2, 2)), A.RandomErasing(scale=(1, 1), ratio=(1, 1))):
        rng = Counting(np.random.PCG64(0))
        box = transform.box(20, 20, rng)
        assert rng.draws == 20  # an area and a ratio each
        assert box == ((5, 0, 10, 20) if isinstance(transform, A.RandomResizedCrop) else None)


@pytest.mark.parametrize(
    ("shape", "box"),
    [
        ((10, 100), (0, 43, 10, 13)),
        ((100, 10), (43, 0, 13, 10)),
        ((10, 14), (0, 0, 10, 13)),
        ((30, 20), (1, 0, 27, 20)),
        ((1, 100), (0, 49, 1, 1)),
        ((100, 1), (49, 0, 1, 1)),
    ],
)
def test_the_fallback_is_the_central_crop_of_the_nearest_ratio(shape, box):
    rng = np.random.default_rng(0)
    assert A.RandomResizedCrop(8, scale=(1, 1)).box(*shape, rng) == box
    assert A.RandomResizedCrop(8, scale=(2, 1e308)).box(*shape, rng) == box
    assert A.RandomResizedCrop(8, scale=(2, 2), ratio=(3, 4)).box(1, 1, rng) == (0, 0, 1, 1)
    assert A.RandomResizedCrop(8, scale=(2, 2), ratio=(0.1, 0.2)).box(1, 1, rng) == (0, 0, 1, 1)
    assert A.RandomResizedCrop(8, scale=(1, 1), ratio=(0.1, 10)).box(20, 30, rng) in [
        (0, 0, 20, 30),
        *map(tuple, boxes(A.RandomResizedCrop(8, scale=(1, 1), ratio=(0.1, 10)), 20, 30, 500)),
    ]


def test_erasing_values():
    pixels = np.full((50, 40, 3), 0.5)
    rng = np.random.default_rng(0)
    transform = A.RandomErasing(1, scale=(0.2, 0.3), value="random")
    noise = np.concatenate([result[result != 0.5] for result in (transform(pixels, rng) for _ in range(20))])
    assert abs(noise.mean()) < 0.03
    assert abs(noise.std() - 1) < 0.03
    levels = transform(np.zeros((50, 40, 3), np.uint8), rng)
    assert levels.max() == 255
    assert abs(levels[levels > 0].mean() - 128) < 8
    batch = transform(np.zeros((2, 9, 9, 3)), rng)
    np.testing.assert_array_equal(batch[0], batch[1])
    per_channel = A.RandomErasing(1, value=(0.1, 0.2, 0.3))(pixels, rng)
    np.testing.assert_array_equal(np.unique(per_channel[per_channel[..., 0] != 0.5], axis=0), [[0.1, 0.2, 0.3]])
    assert np.all(np.unique(A.RandomErasing(1)(pixels, rng)) == [0, 0.5])


def test_cutout_is_a_square_about_any_pixel():
    rng = np.random.default_rng(0)
    transform = A.Cutout(16)
    sizes = np.array([transform.box(32, 32, rng)[2:] for _ in range(4000)])
    assert abs(np.mean(sizes.prod(axis=1)) / 1024 - 0.1914) < 0.003
    assert abs(np.mean(np.all(sizes == 16, axis=1)) - 17**2 / 32**2) < 0.03
    assert set(sizes.ravel()) == set(range(8, 17))
    result = A.Cutout(3)(np.ones((1, 9, 9, 1)), np.random.default_rng(1))
    assert (result == 0).sum() == 9
    assert {tuple(A.Cutout(1).box(2, 3, rng)) for _ in range(100)} == {(i, j, 1, 1) for i in range(2) for j in range(3)}
    assert A.Cutout(100).box(5, 6, rng) == (0, 0, 5, 6)


def test_color_jitter_draws_uniform_factors_and_every_order(monkeypatch):
    names = ("adjust_brightness", "adjust_contrast", "adjust_saturation", "adjust_hue")
    order = []
    for name in names:
        monkeypatch.setattr(A, name, lambda pixels, factor, name=name: order.append((name, factor)) or pixels)
    rng = np.random.default_rng(0)
    transform = A.ColorJitter(0.4, (0.5, 3), 2, 0.1)
    for _ in range(3000):
        transform(image(shape=(1, 1, 3)), rng)
    orders = {tuple(name for name, _ in order[i : i + 4]) for i in range(0, len(order), 4)}
    assert orders == set(itertools.permutations(names))
    for name, limits in zip(names, ((0.6, 1.4), (0.5, 3), (0, 3), (-0.1, 0.1))):
        assert_distributed(np.array([factor for other, factor in order if other == name]), uniform(*limits))
    generator, copy = np.random.default_rng(7), np.random.default_rng(7)
    order.clear()
    transform(image(shape=(1, 1, 3)), generator)
    permutation = copy.permutation(4)
    limits = (transform.brightness, transform.contrast, transform.saturation, transform.hue)
    factors = [copy.uniform(low, high) for low, high in limits]
    assert order == [(names[i], factors[i]) for i in permutation]


def test_rotation_and_blur_are_uniform(monkeypatch):
    angles, blurs = spy(monkeypatch, "rotate"), spy(monkeypatch, "gaussian_blur")
    rng = np.random.default_rng(0)
    transforms = A.RandomRotation(30), A.GaussianBlur(1)
    for _ in range(3000):
        for transform in transforms:
            transform(image(shape=(1, 1, 1)), rng)
    assert_distributed(np.array([arguments[1] for arguments in angles]), uniform(-30, 30))
    assert_distributed(np.array([arguments[2] for arguments in blurs]), uniform(0.1, 2.0))
    A.RandomRotation((5, 5), "bilinear", True, (1, 2), 0.5)(image(), rng)
    assert angles[-1][1:] == (5.0, "bilinear", True, (1.0, 2.0), 0.5)
    A.GaussianBlur((3, 1), 0.7)(image(), rng)
    assert blurs[-1][1:] == ((3, 1), 0.7)


def test_affine_draws_uniformly_in_the_documented_order(monkeypatch):
    calls = spy(monkeypatch, "affine")
    transform = A.RandomAffine((10, 30), (0.2, 0.3), (0.5, 2), (-5, 5, 10, 20), "bilinear", 0.5, (1, 2))
    pixels = image(shape=(40, 50, 1))
    rng, copy = np.random.default_rng(0), np.random.default_rng(0)
    for _ in range(1500):
        transform(pixels, rng)
    for _, angle, translate, scale, shear, *rest in calls:
        assert angle == copy.uniform(10, 30)
        assert translate == [round(copy.uniform(-10, 10)), round(copy.uniform(-12, 12))]
        assert scale == copy.uniform(0.5, 2)
        assert shear == [copy.uniform(-5, 5), copy.uniform(10, 20)]
        assert rest == ["bilinear", 0.5, (1.0, 2.0)]
    assert {call[2][0] for call in calls} == set(range(-10, 11))
    for options, expected in (({}, [(0, 0), 1, 0]), ({"shear": (1, 1)}, [(0, 0), 1, [1, 0]])):
        A.RandomAffine(0, **options)(pixels, rng)
        assert list(calls[-1][2:5]) == expected


def test_a_shear_of_two_numbers_is_a_range_for_x():
    pixels, rng = image(), np.random.default_rng(0)
    np.testing.assert_array_equal(A.RandomAffine(0, shear=(9, 9))(pixels, rng), A.affine(pixels, 0, (0, 0), 1, 9))


# Mixup and CutMix


LABEL_ROWS = np.eye(3)[[0, 2, 1, 2]]
every_mixture = pytest.mark.parametrize("name", ["MixUp", "CutMix"])


def batch(dtype="float64", shape=(4, 6, 5, 3)):
    return image(dtype, shape)


@every_mixture
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "uint8"])
@pytest.mark.parametrize(
    "labels", [[0, 2, 1, 2], LABEL_ROWS.astype("f4"), LABEL_ROWS.astype(bool)], ids=["classes", "f4", "bool"]
)
def test_mixtures_return_new_arrays_and_labels_that_sum_to_one(name, dtype, labels):
    images, transform = batch(dtype), PUBLIC[name](num_classes=3)
    if dtype == "uint8" and name == "MixUp":
        with pytest.raises(ValueError, match=r"^images must be floats .* rounded, got "):
            transform(images, labels, np.random.default_rng(0))
        return
    labels = np.array(labels)
    copies = images.copy(), labels.copy()
    images.flags.writeable = labels.flags.writeable = False
    with np.errstate(all="raise"):
        mixed, rows = transform(images, labels, np.random.default_rng(1))
        again, rows_again = transform(images, labels, np.random.default_rng(1))
    kept = "float32" if labels.dtype == np.float32 else "float64"
    assert mixed.dtype == dtype
    assert rows.dtype == (kept if labels.ndim == 2 or dtype == "uint8" else dtype)
    assert rows.shape == (4, 3)
    assert mixed.flags.writeable
    assert rows.flags.writeable
    np.testing.assert_allclose(rows.sum(axis=1, dtype=float), 1, rtol=0, atol=TOLERANCE[str(rows.dtype)])
    np.testing.assert_array_equal(mixed, again)
    np.testing.assert_array_equal(rows, rows_again)
    np.testing.assert_array_equal(images, copies[0])
    np.testing.assert_array_equal(labels, copies[1])


def test_mixup_blends_with_the_image_before():
    images, rows = np.arange(4.0).reshape(4, 1, 1, 1), np.eye(4)
    mixed, labels = A.mixup(images, rows, 0.75)
    np.testing.assert_array_equal(mixed.ravel(), [0.75, 0.75, 1.75, 2.75])
    np.testing.assert_array_equal(labels, 0.75 * np.eye(4) + 0.25 * np.roll(np.eye(4), 1, axis=0))
    for lam, expected in ((0, np.roll(images, 1, axis=0)), (1, images)):
        np.testing.assert_array_equal(A.mixup(images, rows, lam)[0], expected)
    singles = np.random.default_rng(1).random((3, 9, 9, 3)).astype(np.float32)  # computed in float64, rounded once
    exact = A.mixup(singles.astype(float), np.eye(3), 0.3)[0].astype(np.float32)
    np.testing.assert_array_equal(A.mixup(singles, np.eye(3), 0.3)[0], exact)
    video = np.random.default_rng(0).random((3, 2, 4, 5, 1))
    np.testing.assert_array_equal(A.mixup(video, np.eye(3), 0.5)[0][1], 0.5 * video[1] + 0.5 * video[0])


@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_cutmix_keeps_the_share_that_its_labels_say(dtype):
    images = np.repeat(np.arange(3), 9 * 7).reshape(3, 9, 7, 1).astype(dtype)
    for lam, center in ((0.3, (4, 2)), (0.3, (0, 0)), (0.9, (6, 8)), (0, (3, 4)), (1, (3, 4)), (0.5, (6, 0))):
        mixed, labels = A.cutmix(images, np.eye(3), lam, center)
        own = np.mean(mixed == images, axis=(1, 2, 3))
        np.testing.assert_allclose(labels.diagonal(), own, rtol=0, atol=1e-15)
        np.testing.assert_allclose(labels.sum(axis=1), 1, rtol=0, atol=1e-15)
        np.testing.assert_array_equal(mixed[mixed != images], np.roll(images, 1, axis=0)[mixed != images])
    mixed, labels = A.cutmix(images, np.eye(3), 0.75, (3, 4))  # int(7 / 4) = 1 and int(9 / 4) = 2 to each side
    rows, columns = np.nonzero(mixed[0, :, :, 0] != 0)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (2, 5, 2, 3)
    assert labels[0, 0] == 1 - 8 / 63


def test_cutmix_of_videos_is_the_same_box_in_every_frame():
    videos = np.repeat(np.arange(2.0), 3 * 4 * 9).reshape(2, 3, 4, 9, 1)
    for seed in range(20):
        mixed, labels = A.CutMix()(videos, np.eye(2), np.random.default_rng(seed))
        np.testing.assert_array_equal(mixed, np.broadcast_to(mixed[:, :1], mixed.shape))
        assert labels[0, 0] == pytest.approx(np.mean(mixed[0] == 0), abs=1e-15)
    rng = np.random.default_rng(0)
    pasted = [A.CutMix(1000.0)(videos, np.eye(2), rng)[0][0, 0, ..., 0] for _ in range(99)]
    np.testing.assert_array_equal(np.max(pasted, axis=(0, 1)), np.ones(9))  # the centre is drawn from all of the width


def test_lambda_is_drawn_from_the_beta_distribution(monkeypatch):
    mixed, cut = spy(monkeypatch, "mixup"), spy(monkeypatch, "cutmix")
    rng = np.random.default_rng(0)
    for name, calls in (("MixUp", mixed), ("CutMix", cut)):
        for alpha, distribution in ((None, lambda x: x), (2.0, lambda x: x**2 * (3 - 2 * x))):
            calls.clear()
            transform = PUBLIC[name]() if alpha is None else PUBLIC[name](alpha)
            for _ in range(3000):
                transform(np.zeros((1, 3, 4, 1)), np.ones((1, 1)), rng)
            assert_distributed(np.array([arguments[2] for arguments in calls]), distribution)
    centres = [tuple(arguments[3]) for arguments in cut]
    assert set(centres) == {(x, y) for x in range(4) for y in range(3)}
    assert np.ptp(np.unique(centres, axis=0, return_counts=True)[1]) < 100


def test_clipping_moves_the_mean_share_of_cutmix():
    rng, transform = np.random.default_rng(0), A.CutMix()
    images, labels = np.zeros((2, 32, 32, 1)), np.eye(2)
    shares = [transform(images, labels, rng)[1][0, 0] for _ in range(2000)]
    assert abs(np.mean(shares) - 0.701) < 0.015


def test_one_hot_labels():
    images = batch("float32")
    for labels in ([0, 2, 1, 2], np.array([0, 2, 1, 2], np.uint8)):
        _, rows = A.CutMix(num_classes=3)(images, labels, np.random.default_rng(0))
        kept = rows[1, 2]
        np.testing.assert_allclose(rows, kept * LABEL_ROWS + (1 - kept) * np.roll(LABEL_ROWS, 1, axis=0), atol=1e-7)


# Errors


MIXED = batch(), LABEL_ROWS
RNG = np.random.default_rng(0)
TEXT = ["a", None, 1j, [], {}, object()]
NOT_FINITE = [np.nan, np.inf, -np.inf, np.timedelta64(1), np.ma.masked, 10**400]
BELOW_ONE = [0, -1, 1.5, "1", None, np.nan, np.timedelta64(3), np.ma.array([3, 4])]
RAGGED = [[1, 2], [3]]
REVERSED = [(2, 1), (1, 2, 3), (1,), ("a", "b"), (np.nan, 1), (1, np.inf), None, "ab", np.ma.array([0.1, 0.2])]
WRONG = [
    ("p", lambda v: A.RandomHorizontalFlip(v), [-0.1, 1.1, *NOT_FINITE, *TEXT, (0.5, 0.5)]),
    ("p", lambda v: A.RandomGrayscale(v), [-0.1, 1.1, *NOT_FINITE, *TEXT]),
    ("p", lambda v: A.RandomErasing(v), [-0.1, 1.1, *NOT_FINITE, *TEXT]),
    ("size", lambda v: A.resize(image(), v), [*BELOW_ONE, (5,), (5, 0), (5, 5, 5), (5.0, 5), 10**400]),
    ("size", lambda v: A.resized_crop(image(), 0, 0, 2, 2, v), [*BELOW_ONE, (5, 0)]),
    ("size", lambda v: A.center_crop(image(), v), [*BELOW_ONE, (5,), (0, 5)]),
    ("size", lambda v: A.RandomResizedCrop(v), [*BELOW_ONE, (5,), (-5, 5)]),
    ("size", lambda v: A.CenterCrop(v), [*BELOW_ONE, (5,)]),
    ("scale", lambda v: A.RandomResizedCrop(4, scale=v), [*REVERSED, 0.5, (0, 1), (-0.1, 1)]),
    ("ratio", lambda v: A.RandomResizedCrop(4, ratio=v), [*REVERSED, 0.5, (0, 1), (-1, 1)]),
    ("scale", lambda v: A.RandomErasing(scale=v), [*REVERSED, 0.5, (0, 1), (0.5, 1.1)]),
    ("ratio", lambda v: A.RandomErasing(ratio=v), [*REVERSED, 0.5, (0, 1)]),
    ("value", lambda v: A.RandomErasing(value=v), ["noise", None, 1j, [], [[1]], np.nan, (1, np.inf), object()]),
    ("value", lambda v: A.RandomErasing(value=v)(image(), RNG), [(1,), (1, 2), (1, 2, 3, 4)]),
    ("value", lambda v: A.RandomErasing(value=v)(image("uint8"), RNG), [-1, 256, (0, 0, 300)]),
    (
        "value",
        lambda v: A.erase(image(), 1, 1, 2, 3, v),
        [(1, 2), np.zeros((3, 2, 3)), np.zeros((2, 3)), "a", None, np.nan],
    ),
    ("value", lambda v: A.erase(image("uint8"), 1, 1, 2, 3, v), [-1, 256, np.full((2, 3, 3), 255.5)]),
    ("top", lambda v: A.resized_crop(image(), v, 0, 1, 1, 5), [-1, 8, 0.5, "0", None, np.nan]),
    ("left", lambda v: A.resized_crop(image(), 0, v, 1, 1, 5), [-1, 7, 0.5, "0", None]),
    ("height", lambda v: A.resized_crop(image(), 2, 0, v, 1, 5), [0, -1, 7, 0.5, "1", None]),
    ("width", lambda v: A.resized_crop(image(), 0, 2, 1, v, 5), [0, -1, 6, 0.5, "1", None]),
    ("top", lambda v: A.erase(image(), v, 0, 1, 1, 0), [-1, 8, 0.5, None]),
    ("left", lambda v: A.erase(image(), 0, v, 1, 1, 0), [-1, 7, 0.5, None]),
    ("height", lambda v: A.erase(image(), 2, 0, v, 1, 0), [0, 7, None]),
    ("width", lambda v: A.erase(image(), 0, 2, 1, v, 0), [0, 6, None]),
    ("factor", lambda v: A.adjust_brightness(image(), v), [-0.1, *NOT_FINITE, *TEXT]),
    ("factor", lambda v: A.adjust_contrast(image(), v), [-0.1, *NOT_FINITE, *TEXT]),
    ("factor", lambda v: A.adjust_saturation(image(), v), [-0.1, *NOT_FINITE, *TEXT]),
    ("factor", lambda v: A.adjust_hue(image(), v), [-0.51, 0.51, *NOT_FINITE, *TEXT]),
    (
        "brightness",
        lambda v: A.ColorJitter(brightness=v),
        [-0.1, (-0.1, 1), (2, 1), (1, 2, 3), *NOT_FINITE, "a", (np.nan, 1), {}],
    ),
    ("contrast", lambda v: A.ColorJitter(contrast=v), [-0.1, (-0.1, 1), (2, 1), (1,), *NOT_FINITE, "a"]),
    ("saturation", lambda v: A.ColorJitter(saturation=v), [-0.1, (-0.1, 1), (2, 1), [], *NOT_FINITE, "a"]),
    ("hue", lambda v: A.ColorJitter(hue=v), [-0.1, 0.51, (-0.51, 0), (0, 0.51), (0.2, 0.1), *NOT_FINITE, "a"]),
    ("angle", lambda v: A.rotate(image(), v), [*NOT_FINITE, *TEXT, 10**400]),
    ("angle", lambda v: A.affine(image(), v, (0, 0), 1, 0), [*NOT_FINITE, *TEXT]),
    ("interpolation", lambda v: A.rotate(image(), 0, v), ["bicubic", "Nearest", None, 0, 2, ["nearest"]]),
    ("interpolation", lambda v: A.resize(image(), 3, v), ["bicubic", "Nearest", None, 0]),
    ("interpolation", lambda v: A.resized_crop(image(), 0, 0, 1, 1, 3, v), ["bicubic", None]),
    ("interpolation", lambda v: A.RandomResizedCrop(3, interpolation=v), ["area", None, True]),
    ("interpolation", lambda v: A.affine(image(), 0, (0, 0), 1, 0, v), ["bicubic", "", None, 0]),
    ("interpolation", lambda v: A.RandomRotation(5, v), ["bicubic", None, 0]),
    ("interpolation", lambda v: A.RandomAffine(5, interpolation=v), ["bicubic", None, 0]),
    (
        "center",
        lambda v: A.rotate(image(), 5, center=v),
        [1, (1,), (1, 2, 3), ("a", 1), (np.nan, 1), (1, np.inf), "ab"],
    ),
    ("center", lambda v: A.rotate(image(), 5, expand=True, center=v), [(1e300, 1e300), (-1e300, 0), (0, 1e308)]),
    ("center", lambda v: A.RandomRotation(5, expand=True, center=v)(image(), RNG), [(1e300, 1e300)]),
    ("expand", lambda v: A.rotate(image(), 5, expand=v), [0, 1, None, "no", np.array([True])]),
    ("expand", lambda v: A.RandomRotation(5, expand=v), [0, 1, None, "no"]),
    ("image", A.hflip, [RAGGED, [[[1.0], [2.0]], [[3.0]]], [np.ma.ones((2, 3))]]),
    ("fill", lambda v: A.rotate(image(), 5, fill=v), [np.ma.array([1.0, 0, 0], mask=[0, 1, 0]), np.timedelta64(3)]),
    ("fill", lambda v: A.RandomAffine(5, fill=v), [np.ma.array(1.0), np.timedelta64(3)]),
    ("value", lambda v: A.RandomErasing(value=v), [np.ma.array([1.0, 2.0]), np.timedelta64(3)]),
    ("shear", lambda v: A.affine(image(), 5, (0, 0), 1, v), [np.ma.array([1.0, 2.0])]),
    ("images", lambda v: A.mixup(v, LABEL_ROWS, 0.5), [np.ma.array(batch())]),
    ("images", lambda v: A.CutMix()(v, LABEL_ROWS, RNG), [np.ma.array(batch())]),
    ("labels", lambda v: A.cutmix(batch(), v, 0.5, (0, 0)), [np.ma.array(LABEL_ROWS), list(np.ma.array(LABEL_ROWS))]),
    ("labels", lambda v: A.MixUp(num_classes=3)(batch(), v, RNG), [np.ma.array([0, 1, 2, 0], mask=[0, 0, 0, 1])]),
    ("height", lambda v: A.RandomResizedCrop(3).box(v, 5, RNG), [0, 1.5, None]),
    ("width", lambda v: A.RandomErasing().box(5, v, RNG), [0, "5"]),
    ("rng", lambda v: A.Cutout(3).box(5, 5, v), [None, np.random]),
    ("center", lambda v: A.affine(image(), 5, (0, 0), 1, 0, center=v), [1, (1, 2, 3), (np.nan, 1)]),
    ("center", lambda v: A.RandomRotation(5, center=v), [1, (1, 2, 3), (np.nan, 1)]),
    ("center", lambda v: A.RandomAffine(5, center=v), [1, (1, 2, 3), (np.nan, 1)]),
    (
        "fill",
        lambda v: A.rotate(image(), 5, fill=v),
        [*NOT_FINITE, *TEXT, (1,), (1, 2), (1, 2, 3, 4), [[1, 2, 3]], (1, 2, np.nan), RAGGED],
    ),
    ("fill", lambda v: A.rotate(image("uint8"), 0, fill=v), [-1, 256, (0, 0, 255.5)]),
    ("fill", lambda v: A.affine(image(), 5, (0, 0), 1, 0, fill=v), [np.nan, None, (1, 2)]),
    ("fill", lambda v: A.RandomRotation(5, fill=v), [np.nan, None, [], [[1, 2, 3]]]),
    ("fill", lambda v: A.RandomAffine(5, fill=v), [np.nan, "0", [], RAGGED]),
    ("value", lambda v: A.erase(image(), 0, 0, 1, 1, v), [RAGGED]),
    ("fill", lambda v: A.RandomRotation(5, fill=v)(image(), RNG), [(1, 2)]),
    (
        "degrees",
        lambda v: A.RandomRotation(v),
        [-1, (2, 1), (1, 2, 3), (1,), *NOT_FINITE, *TEXT, 1e308, (-1e308, 1e308)],
    ),
    ("degrees", lambda v: A.RandomAffine(v), [-1, (2, 1), (1, 2, 3), *NOT_FINITE, *TEXT]),
    (
        "translate",
        lambda v: A.RandomAffine(5, translate=v),
        [0.5, (0.5,), (1.1, 0), (0, -0.1), (0, np.nan), (0, 0, 0), "ab"],
    ),
    ("translate", lambda v: A.affine(image(), 5, v, 1, 0), [1, (1,), (1, 2, 3), (np.nan, 0), (0, np.inf), None, "ab"]),
    ("scale", lambda v: A.RandomAffine(5, scale=v), [1, (0, 1), (-1, 1), (2, 1), (1, 2, 3), (1, np.inf), "ab"]),
    ("scale", lambda v: A.affine(image(), 5, (0, 0), v, 0), [0, -1, *NOT_FINITE, *TEXT, (1, 1)]),
    (
        "shear",
        lambda v: A.RandomAffine(5, shear=v),
        [-1, (2, 1), (1, 2, 3), (1,), (0, 1, 2, 1), (2, 1, 0, 1), *NOT_FINITE, "a", []],
    ),
    ("shear", lambda v: A.affine(image(), 5, (0, 0), 1, v), [(1,), (1, 2, 3), *NOT_FINITE, *TEXT]),
    ("num_output_channels", lambda v: A.rgb_to_grayscale(image(), v), [0, 2, 4, -1, 1.0, "1", None]),
    (
        "kernel_size",
        lambda v: A.gaussian_blur(image(), v),
        [0, 2, -1, -3, 3.0, (3,), (3, 4), (3, 3, 3), "3", None, np.nan, 15, (15, 3), (3, 17)],
    ),
    ("kernel_size", lambda v: A.GaussianBlur(v), [0, 2, -3, 3.0, (3, 4), "3", None]),
    ("kernel_size", lambda v: A.GaussianBlur(v)(image(), RNG), [15, (15, 3), (3, 17)]),
    ("sigma", lambda v: A.gaussian_blur(image(), 3, v), [0, -1, (1, 0), (1,), (1, 2, 3), *NOT_FINITE, "a", []]),
    ("sigma", lambda v: A.GaussianBlur(3, v), [0, -1, (2, 1), (0, 1), (1,), (1, 2, 3), *NOT_FINITE, *TEXT]),
    ("length", lambda v: A.Cutout(v), [*BELOW_ONE, (3, 3)]),
    ("lam", lambda v: A.mixup(*MIXED, v), [-0.1, 1.1, *NOT_FINITE, *TEXT]),
    ("lam", lambda v: A.cutmix(*MIXED, v, (0, 0)), [-0.1, 1.1, *NOT_FINITE, *TEXT]),
    (
        "center",
        lambda v: A.cutmix(*MIXED, 0.5, v),
        [(5, 0), (0, 6), (-1, 0), (0, -1), (0.5, 0), 3, (1,), (1, 1, 1), None, "ab"],
    ),
    (
        "images",
        lambda v: A.mixup(v, LABEL_ROWS, 0.5),
        [image(), batch("uint8"), batch()[..., 0, 0], np.zeros((4, 0, 5, 3)), "a", RAGGED],
    ),
    (
        "images",
        lambda v: A.cutmix(v, LABEL_ROWS, 0.5, (0, 0)),
        [image(), batch()[..., 0, 0], batch().astype(int), None],
    ),
    ("images", lambda v: A.MixUp()(v, LABEL_ROWS, RNG), [image(), batch("uint8")]),
    ("images", lambda v: A.CutMix()(v, LABEL_ROWS, RNG), [image()]),
    ("alpha", lambda v: A.MixUp(v), [0, -1, *NOT_FINITE, *TEXT]),
    ("alpha", lambda v: A.CutMix(v), [0, -1, *NOT_FINITE, *TEXT]),
    ("num_classes", lambda v: A.MixUp(num_classes=v), [0, -1, 1.5, "3", np.nan, 10**30, 2**31]),
    ("num_classes", lambda v: A.CutMix(num_classes=v), [0, 2.0, 10**30, 2**31]),
    ("num_classes", lambda v: A.MixUp(num_classes=v)(batch(), [0, 1, 2, 0], RNG), [None]),
    ("num_classes", lambda v: A.CutMix(num_classes=v)(batch(), LABEL_ROWS, RNG), [2, 4]),
    (
        "labels",
        lambda v: A.mixup(batch(), v, 0.5),
        [
            [0, 1, 2, 0],
            np.eye(3),
            np.zeros((4, 2, 2)),
            [0.5] * 4,
            "a",
            None,
            RAGGED,
            np.full((4, 2), "a"),
            np.full((4, 2), 1j),
        ],
    ),
    ("labels", lambda v: A.cutmix(batch(), v, 0.5, (0, 0)), [[0, 1, 2, 0], np.eye(3), np.full((4, 2), None)]),
    (
        "labels",
        lambda v: A.MixUp(num_classes=3)(batch(), v, RNG),
        [[0, 1, 2, 3], [0, 1, 2, -1], [0, 1, 2], np.eye(5, 3), [0.0] * 4, ["a"] * 4, None, [[0]] * 3, RAGGED],
    ),
    ("labels", lambda v: A.CutMix(num_classes=3)(batch(), v, RNG), [[0, 1, 2, 3], [0, 1, 2], np.eye(5, 3)]),
    ("rng", lambda v: A.MixUp()(*MIXED, v), [None, 0, np.random]),
    ("rng", lambda v: A.CutMix()(*MIXED, v), [None, 0, np.random]),
]


def message(call, *values):
    """What is said where the call is refused."""
    with np.errstate(all="raise"):
        try:
            call(*values)
        except ValueError as refused:
            return str(refused)
    return "accepted"


@pytest.mark.parametrize(("name", "call", "values"), WRONG, ids=[f"{name} {i}" for i, (name, *_) in enumerate(WRONG)])
def test_errors_name_the_argument(name, call, values):
    said = [(value, message(call, value)) for value in values]
    assert [pair for pair in said if not re.match(f"{name} must be .*, got ", pair[1], re.DOTALL)] == []


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: A.RandomHorizontalFlip(1.5), "p must be a number in [0, 1], got 1.5"),
        (lambda: A.resize(image(), 0), "size must be an int or (height, width), at least 1, got 0"),
        (lambda: A.resized_crop(image(), 2, 0, 7, 1, 5), "height must be an integer in [1, 6], got 7"),
        (
            lambda: A.gaussian_blur(image(), 4),
            "kernel_size must be an odd int or a pair (x, y) of them, at least 1, got 4",
        ),
        (lambda: A.gaussian_blur(image(), 15), "kernel_size must be below twice (7, 8), got (15, 15)"),
        (
            lambda: A.ColorJitter(hue=0.6),
            "hue must be None, a number >= 0 or a pair low <= high, within [-0.5, 0.5], got 0.6",
        ),
        (lambda: A.rotate(image(), 0, "cubic"), 'interpolation must be "nearest" or "bilinear", got \'cubic\''),
        (lambda: A.cutmix(*MIXED, 0.5, (5, 0)), "center must be a pixel (x, y) within [0, 4] x [0, 5], got (5, 0)"),
        (
            lambda: A.mixup(batch("uint8"), np.eye(4), 0.5),
            "images must be floats in [0, 1], for a mean of two uint8 images would have to be rounded, got dtype('uint8')",
        ),
        (
            lambda: A.rotate(image(), 5, fill=(1, 2)),
            "fill must be a finite number, or an array of them of a shape in ((3,),), got (1, 2)",
        ),
        (lambda: A.hflip(RAGGED), "image must be an array, got [[1, 2], [3]]"),
        (lambda: A.rotate(image(), 5, expand=1), "expand must be True or False, got 1"),
        (lambda: A.mixup(image(), np.eye(4), 0.5), "images must be a batch (N, ..., H, W, C), got (8, 7, 3)"),
    ],
)
def test_messages(call, said):
    assert message(call) == said


def test_the_largest_kernel_that_fits_will_do():
    assert A.gaussian_blur(image(), (13, 15)).shape == (8, 7, 3)
    assert A.gaussian_blur(image(shape=(1, 1, 1)), 1).shape == (1, 1, 1)


def test_one_channel_is_grey_already():
    pixels = np.array([[[np.inf], [-np.inf], [1e200], [np.nan], [0.5]]])
    for count in (1, 3):
        grey = A.rgb_to_grayscale(pixels, count)
        np.testing.assert_array_equal(grey, np.repeat(pixels, count, axis=-1))
        assert not np.shares_memory(grey, pixels)
    np.testing.assert_array_equal(A.RandomGrayscale(1)(pixels, RNG), pixels)


def test_the_limits_of_arguments_will_do():
    assert A.MixUp(num_classes=2**31 - 1).num_classes == 2**31 - 1
    for yes in (True, np.True_):
        assert A.rotate(image(), 90, expand=yes).shape == (7, 8, 3)
        assert A.RandomRotation((90, 90), expand=yes)(image(), RNG).shape == (7, 8, 3)
        assert min(A.rotate(image(), 33, expand=yes, center=(1e6, -1e6)).shape) > 0
    assert A.rotate(image(), 90, expand=np.False_).shape == (8, 7, 3)


def test_numbers_of_any_kind_will_do():
    pixels = image()
    for one in (1, 1.0, np.float16(1), np.float32(1), np.int8(1), Fraction(1)):
        np.testing.assert_array_equal(A.adjust_brightness(pixels, one), pixels)
        A.RandomRotation(one, center=[one, one], fill=[0, 0, float(one)])(pixels, RNG)
        A.RandomAffine((one, one), (one, one), (one, one), np.array([0.0, 1.0]))(pixels, RNG)
    for three in (3, np.int8(3), np.uint64(3)):
        assert A.resize(pixels, (three, three)).shape == (3, 3, 3)
        assert A.gaussian_blur(pixels, [three, three]).shape == pixels.shape
        assert A.erase(pixels, three, three, three, three, np.float32(0)).shape == pixels.shape
    assert A.hflip(pixels.tolist()).shape == pixels.shape


NUMPY = [np.int8, np.uint8, np.int16, np.uint64, np.float16, np.float32, Fraction]
NARROW = [  # a call with numbers of a narrow type, as whole numbers that it holds
    ("resize", image(shape=(30, 64, 3)), lambda n: {"size": n(22)}),
    (
        "resized_crop",
        image("uint8", (30, 64, 3)),
        lambda n: {"top": n(9), "left": n(40), "height": n(21), "width": n(24), "size": n(7)},
    ),
    ("center_crop", image(), lambda n: {"size": (n(12), n(3))}),
    ("adjust_brightness", image("uint8"), lambda n: {"factor": n(2)}),
    ("adjust_contrast", image("uint8"), lambda n: {"factor": n(2)}),
    ("adjust_saturation", image("uint8"), lambda n: {"factor": n(2)}),
    ("adjust_hue", image("uint8"), lambda n: {"factor": n(0)}),
    ("rotate", image("uint8"), lambda n: {"angle": n(30), "center": (n(3), n(2)), "fill": 7}),
    ("affine", image(), lambda n: {"angle": n(30), "translate": (n(1), n(2)), "scale": n(2), "shear": n(100)}),
    ("rgb_to_grayscale", image(), lambda n: {"num_output_channels": n(3)}),
    ("gaussian_blur", image(), lambda n: {"kernel_size": n(3), "sigma": n(2)}),
    ("erase", image(), lambda n: {"top": n(5), "left": n(4), "height": n(3), "width": n(2), "value": 0}),
    ("RandomResizedCrop", image(), lambda n: {"size": n(5), "scale": (n(1), n(1)), "ratio": (n(1), n(2))}),
    ("RandomRotation", image(), lambda n: {"degrees": n(100), "center": (n(1), n(2))}),
    (
        "RandomAffine",
        image(),
        lambda n: {"degrees": n(100), "translate": (n(1), n(0)), "scale": (n(1), n(2)), "shear": n(90)},
    ),
    ("ColorJitter", image("uint8"), lambda n: {"brightness": n(1), "contrast": (n(1), n(2)), "hue": n(0)}),
    ("GaussianBlur", image(), lambda n: {"kernel_size": n(3), "sigma": n(2)}),
    ("RandomErasing", image(), lambda n: {"p": n(1), "ratio": (n(1), n(2))}),
    ("Cutout", image("uint8", (32, 32, 1)), lambda n: {"length": n(16)}),
]


@pytest.mark.parametrize(("name", "pixels", "options"), NARROW, ids=[name for name, *_ in NARROW])
def test_a_number_is_used_as_the_python_number_that_was_checked(name, pixels, options):
    expected = [call((name, options(int)), pixels, seed) for seed in range(4)]
    used = 0
    for kind in NUMPY:
        with contextlib.suppress(ValueError):  # a float where an integer is asked for
            for seed in range(4):
                np.testing.assert_array_equal(call((name, options(kind)), pixels, seed), expected[seed])
            used += 1
    assert used >= 4


def test_narrow_integers_do_not_wrap_around():
    assert A.resize(np.zeros((300, 640, 3), np.uint8), np.int16(224)).shape == (224, 477, 3)
    cutout, rng = A.Cutout(np.uint8(16)), np.random.default_rng(0)
    erased = [np.prod(cutout.box(np.uint8(32), np.uint8(32), rng)[2:]) for _ in range(4000)]
    assert abs(np.mean(erased) - 196) < 4
    assert A.RandomResizedCrop(8, (1, 1), (1, 1)).box(np.uint8(200), np.uint8(200), rng) == (0, 0, 200, 200)
    assert A.mixup(np.zeros((2, 1, 1, 1), np.float32), np.eye(2), np.float16(0.5))[1][0, 0] == 0.5
    assert A.cutmix(np.zeros((2, 9, 200, 1)), np.eye(2), 0, (np.uint8(199), np.uint8(8)))[1][0, 0] == 1 - 5 * 101 / 1800
    assert A.MixUp(np.uint8(2), np.uint8(3)).num_classes == 3


SETTINGS = [
    (A.RandomHorizontalFlip(), {"p": [np.nan, 2, "0.5", None]}),
    (A.RandomResizedCrop(3), {"size": [0, "3", None], "scale": [(2, 1), 1], "ratio": [(0, 1)], "interpolation": ["x"]}),
    (A.CenterCrop(3), {"size": [-1, 2.5]}),
    (A.ColorJitter(), {name: [-1, (2, 1), np.nan] for name in ("brightness", "contrast", "saturation", "hue")}),
    (A.RandomRotation(3), {"degrees": [-3, np.nan], "expand": [1], "center": [3], "fill": ["a"], "interpolation": [0]}),
    (A.RandomAffine(3), {"degrees": [(2, 1)], "translate": [2], "scale": [1], "shear": [(1, 2, 3)], "fill": [np.inf]}),
    (A.RandomAffine(3), {"interpolation": [None], "center": [(1, np.nan)]}),
    (A.RandomGrayscale(), {"p": [-1]}),
    (A.GaussianBlur(3), {"kernel_size": [2, 0], "sigma": [0, (2, 1)]}),
    (A.RandomErasing(), {"p": [np.inf], "scale": [(0.5, 2)], "ratio": [1], "value": ["noise", np.nan]}),
    (A.Cutout(3), {"length": [0, 1.5]}),
    (A.MixUp(), {"alpha": [0, np.nan], "num_classes": [0, "3"]}),
    (A.CutMix(), {"alpha": [-1], "num_classes": [1.5]}),
]


def test_what_a_constructor_refuses_a_later_write_refuses():
    assert {type(transform).__name__ for transform, _ in SETTINGS} == {n for n in PUBLIC if inspect.isclass(PUBLIC[n])}
    for transform, settings in SETTINGS:
        before = dict(vars(transform))
        for name, values in settings.items():
            for value in values:
                said = message(setattr, transform, name, value)
                assert re.match(f"{name} must be .*, got ", said), (transform, name, value, said)
        assert vars(transform) == before


def test_a_setting_that_is_written_later_is_used_and_survives_a_pickle():
    transform = A.RandomRotation(5)
    transform.degrees, transform.note = np.uint8(30), "mine"
    assert transform.degrees == (-30, 30)
    again = pickle.loads(pickle.dumps(transform))
    assert vars(again) == vars(transform)
    for kernel in (A.hflip, A.adjust_contrast, A.mixup):
        assert pickle.loads(pickle.dumps(kernel)) is kernel


def test_nearest_takes_labels_as_they_are():
    for n, m in itertools.product(range(1, 30), range(1, 30)):
        expected = np.arange(n)[[i * n // m for i in range(m)]]
        column = np.arange(n, dtype=np.uint8)[:, None, None]
        np.testing.assert_array_equal(A.resize(column, (m, 1), "nearest")[:, 0, 0], expected)
        np.testing.assert_array_equal(A.resize(column.swapaxes(0, 1), (1, m), "nearest")[0, :, 0], expected)
    picture, mask = image(shape=(20, 30, 3)), np.random.default_rng(0).choice([0, 3, 7], (20, 30, 1)).astype(np.uint8)
    for seed in range(5):
        crop = A.RandomResizedCrop(9)
        box = crop.box(20, 30, np.random.default_rng(seed))
        np.testing.assert_array_equal(crop(picture, np.random.default_rng(seed)), A.resized_crop(picture, *box, 9))
        labels = A.RandomResizedCrop(9, interpolation="nearest")(mask, np.random.default_rng(seed))
        np.testing.assert_array_equal(labels, A.resized_crop(mask, *box, 9, "nearest"))
        assert set(np.unique(labels)) <= {0, 3, 7}


def test_far_away_is_fill():
    pixels = np.full((5, 6, 1), 0.5)
    for interpolation in ("nearest", "bilinear"):
        shifts = [{"translate": (1e300, 0)}, {"translate": (-7, 0)}, {"shear": (90, 0), "translate": (0, 9)}]
        for options in [*shifts, {"scale": 1e-300}]:
            options = {"angle": 0, "translate": (0, 0), "scale": 1, "shear": 0, **options}
            with np.errstate(all="raise"):
                result = A.affine(pixels, interpolation=interpolation, fill=0.25, **options)
            assert set(np.unique(result)) <= {0.25, 0.5}
            assert np.mean(result == 0.25) > 0.9
    np.testing.assert_array_equal(A.rotate(pixels, 1e300, "bilinear").shape, pixels.shape)


# Names, defaults and attributes


SIGNATURES = {
    "hflip": "(image)",
    "resize": "(image, size, interpolation='bilinear')",
    "resized_crop": "(image, top, left, height, width, size, interpolation='bilinear')",
    "center_crop": "(image, size)",
    "adjust_brightness": "(image, factor)",
    "adjust_contrast": "(image, factor)",
    "adjust_saturation": "(image, factor)",
    "adjust_hue": "(image, factor)",
    "rotate": "(image, angle, interpolation='nearest', expand=False, center=None, fill=0)",
    "affine": "(image, angle, translate, scale, shear, interpolation='nearest', fill=0, center=None)",
    "rgb_to_grayscale": "(image, num_output_channels=1)",
    "gaussian_blur": "(image, kernel_size, sigma=None)",
    "erase": "(image, top, left, height, width, value)",
    "mixup": "(images, labels, lam)",
    "cutmix": "(images, labels, lam, center)",
    "RandomHorizontalFlip": "(p=0.5)",
    "RandomResizedCrop": f"(size, scale=(0.08, 1.0), ratio=(0.75, {4 / 3}), interpolation='bilinear')",
    "CenterCrop": "(size)",
    "ColorJitter": "(brightness=None, contrast=None, saturation=None, hue=None)",
    "RandomRotation": "(degrees, interpolation='nearest', expand=False, center=None, fill=0)",
    "RandomAffine": "(degrees, translate=None, scale=None, shear=None, interpolation='nearest', fill=0, center=None)",
    "RandomGrayscale": "(p=0.1)",
    "GaussianBlur": "(kernel_size, sigma=(0.1, 2.0))",
    "RandomErasing": "(p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=0)",
    "Cutout": "(length)",
    "MixUp": "(alpha=1.0, num_classes=None)",
    "CutMix": "(alpha=1.0, num_classes=None)",
}


@pytest.mark.parametrize("name", PUBLIC)
def test_signatures_and_documentation(name):
    assert str(inspect.signature(PUBLIC[name])) == SIGNATURES[name]
    assert "Source: " in PUBLIC[name].__doc__
    assert "Raises ValueError" in " ".join(PUBLIC[name].__doc__.split())


@pytest.mark.parametrize(
    ("transform", "attributes"),
    [
        (A.RandomHorizontalFlip(0.3), {"p": 0.3}),
        (
            A.RandomResizedCrop(8),
            {"size": (8, 8), "scale": (0.08, 1.0), "ratio": (0.75, 4 / 3), "interpolation": "bilinear"},
        ),
        (A.CenterCrop((3, 4)), {"size": (3, 4)}),
        (
            A.ColorJitter(0.4, (0.5, 2), hue=0.1),
            {"brightness": (0.6, 1.4), "contrast": (0.5, 2), "saturation": None, "hue": (-0.1, 0.1)},
        ),
        (A.ColorJitter(saturation=3), {"brightness": None, "contrast": None, "saturation": (0, 4), "hue": None}),
        (
            A.RandomRotation(30, "bilinear", True, (1, 2), 5),
            {"degrees": (-30, 30), "interpolation": "bilinear", "expand": True, "center": (1, 2), "fill": 5},
        ),
        (
            A.RandomAffine((0, 5), (0.1, 0.2), (1, 2), 5, "bilinear", 1, (3, 4)),
            {
                "degrees": (0, 5),
                "translate": (0.1, 0.2),
                "scale": (1, 2),
                "shear": (-5, 5),
                "interpolation": "bilinear",
                "fill": 1,
                "center": (3, 4),
            },
        ),
        (
            A.RandomAffine(5),
            {"degrees": (-5, 5), "translate": None, "scale": None, "shear": None, "center": None, "fill": 0},
        ),
        (A.RandomAffine(5, shear=(1, 2, 3, 4)), {"shear": (1, 2, 3, 4)}),
        (A.RandomGrayscale(), {"p": 0.1}),
        (A.GaussianBlur(3), {"kernel_size": (3, 3), "sigma": (0.1, 2.0)}),
        (A.GaussianBlur((3, 5), 1.5), {"kernel_size": (3, 5), "sigma": (1.5, 1.5)}),
        (A.RandomErasing(value="random"), {"p": 0.5, "scale": (0.02, 0.33), "ratio": (0.3, 3.3), "value": "random"}),
        (A.Cutout(5), {"length": 5}),
        (A.MixUp(0.5, 3), {"alpha": 0.5, "num_classes": 3}),
        (A.CutMix(0.5, 3), {"alpha": 0.5, "num_classes": 3}),
    ],
)
def test_attributes(transform, attributes):
    for name, value in attributes.items():
        if isinstance(value, tuple):
            assert getattr(transform, name) == pytest.approx(value, abs=1e-15)
        else:
            assert getattr(transform, name) == value


@pytest.mark.parametrize(
    ("name", "options", "defaults"),
    [
        ("RandomHorizontalFlip", {}, formulas.random_horizontal_flip),
        ("RandomGrayscale", {}, formulas.random_grayscale),
        ("GaussianBlur", {"kernel_size": 3}, formulas.random_gaussian_blur),
        ("RandomResizedCrop", {"size": 5}, formulas.random_resized_crop),
        ("RandomErasing", {}, formulas.random_erasing),
        ("RandomErasing", {}, formulas.random_erasing_value),
        ("MixUp", {}, formulas.beta),
        ("CutMix", {}, formulas.beta),
    ],
)
def test_defaults_are_those_of_the_formula(name, options, defaults):
    transform = PUBLIC[name](**options)
    names = {"p": "p", "alpha": "alpha", "F": "value", "sigma": "sigma", "a": "scale", "r": "ratio"}
    for symbol, value in defaults.defaults.items():
        base, _, number = symbol.name.partition("_")
        ours = getattr(transform, names[base])
        assert (ours[int(number)] if number else ours) == pytest.approx(float(value), rel=1e-15)


@pytest.mark.parametrize("name", PUBLIC)
def test_the_listing_runs_alone(name):
    rows = [row for row in [*KERNELS, *CLASSES, *BLENDS, *MIXTURES] if row[0] == name]
    alone = {}
    exec(listing(PUBLIC[name]), alone)
    for _, options in rows:
        arguments = MIXED if name.lower() in ("mixup", "cutmix") else (image(),)
        if inspect.isclass(PUBLIC[name]):
            pair = [block(**options)(*arguments, np.random.default_rng(0)) for block in (alone[name], PUBLIC[name])]
        else:
            pair = [block(*arguments, **options) for block in (alone[name], PUBLIC[name])]
        for ours, theirs in zip(*pair) if len(arguments) == 2 else [pair]:
            np.testing.assert_array_equal(ours, theirs)
