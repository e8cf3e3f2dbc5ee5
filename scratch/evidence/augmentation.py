"""The augmentations' rows: what each block computes of an image beside its formula at 50 digits and torchvision.

A kernel is called with an image and its options, a random class with ten generators or more, whose draws the formula
makes in the same order.
"""

import inspect
import json
from dataclasses import dataclass, field

import mpmath
import numpy as np
import sympy

from scratch import augmentation as blocks
from scratch.evidence import FORMULA, Comparison, recorded
from scratch.formulas import augmentation as formulas
from scratch.formulas import evaluate, from_zero

TORCHVISION = "torchvision"
ALLOWED = {  # absolute: pixels are in [0, 1]
    FORMULA: 2e-15,  # a dozen roundings of values up to 1
    "float64": 1e-12,  # sums of up to a hundred terms below 1, in torchvision as well
    "uint8": 1,  # levels: torchvision resizes with integers
}
HUE = 2e-6  # torchvision's hue is float32
DIFFERENT = {"resize": 0.3, "resized_crop": 0.3, "adjust_hue": 0.1}  # the share of levels that may differ, else 0.01

IMAGE = np.random.default_rng(0).random((4, 5, 3))
H, W, _ = IMAGE.shape
IMAGES = np.random.default_rng(1).random((3, 4, 6, 1))
LABELS = np.random.default_rng(2).random((3, 2))
LEVELS = np.array([[[255, 255, 255], [0, 160, 220], [50, 225, 70], [100, 240, 195], [150, 195, 50]]], np.uint8)


@dataclass(frozen=True)
class Row:
    """A block, called with inputs and options, and what its formula gives, a function of the generator.

    draws: how many generators a random class is called with, each seeded with its number. method: what of the class is
    called in place of itself. recorded: whether the row stands for all that torchvision recorded of the kernel with
    this interpolation.
    """

    block: str
    name: str
    exact: object
    options: dict = field(default_factory=dict)
    inputs: tuple = (IMAGE,)
    draws: int = 0
    method: str = "__call__"
    recorded: bool = False

    def __str__(self):
        options = ", ".join(f"{name}={value!r}" for name, value in self.options.items())
        drawn = f"({options}){'' if self.method == '__call__' else '.box'}, {self.draws} draws"
        return self.name + (drawn if self.draws else f"(image, {options})" if options else "(image)")

    def call(self, rng=None):
        """What the block computes, a random class with the generator."""
        block = getattr(blocks, self.name)
        if not inspect.isclass(block):
            return block(*self.inputs, **self.options)
        return getattr(block(**self.options), self.method)(*self.inputs, rng)

    def errors(self):
        """The distances of all results from those of the formula."""
        errors = []
        for seed in range(self.draws or 1):
            generators = np.random.default_rng(seed), np.random.default_rng(seed)
            computed, exact = (flat(side(rng), rng) for side, rng in zip((self.call, self.exact), generators))
            if computed.shape != exact.shape:
                raise ValueError(f"{self}: {computed.size} values, the formula gives {exact.size}")
            errors.append(np.abs(computed - exact))
        return np.concatenate(errors)

    def comparisons(self):
        """Against the formula, and against what torchvision recorded for float64 and for uint8."""
        errors = self.errors()
        yield Comparison(str(self), errors.size, np.max(errors), ALLOWED[FORMULA], FORMULA, "values", "absolute")
        if self.recorded:
            yield from beside_torchvision(self.name, recorded("augmentation"), self.options.get("interpolation"))


def flat(result, rng):
    """A result, a tuple of several or none, as one flat array, and the number that the generator draws next."""
    parts = () if result is None else result if isinstance(result, tuple) else (result,)
    return np.concatenate([*(np.ravel(np.asarray(part, float)) for part in parts), [rng.random()]])


def results(name, arrays, interpolation=None):
    """What a kernel computes and what torchvision did, for all recorded results: (dtype, options, ours, theirs)."""
    kernel = getattr(blocks, name)
    default = inspect.signature(kernel).parameters.get("interpolation")
    for key, theirs in arrays.items():
        call, _, dtype = key.rpartition("/")
        call, _, kind = call.rpartition(" ")
        block, _, options = call.partition(" ")
        if block != name:
            continue
        options = {k: tuple(v) if isinstance(v, list) else v for k, v in json.loads(options).items()}
        if default is None or options.get("interpolation", default.default) == (interpolation or default.default):
            pixels = arrays[kind] if dtype == "uint8" else arrays[kind] / 255
            yield dtype, options, kernel(pixels, **options), theirs


def beside_torchvision(name, arrays, interpolation=None):
    """The comparisons with recorded results: the largest distance, for uint8 also how many levels differ."""
    found = list(results(name, arrays, interpolation))
    what = name + (f" ({interpolation})" if interpolation else "")
    for dtype in ("float64", "uint8"):
        pairs = [(ours, theirs) for kind, _, ours, theirs in found if kind == dtype == ours.dtype == theirs.dtype]
        errors = np.concatenate([np.ravel(np.abs(ours.astype(float) - theirs)) for ours, theirs in pairs])
        allowed = HUE if (name, dtype) == ("adjust_hue", "float64") else ALLOWED[dtype]
        unit = "levels" if dtype == "uint8" else "absolute"
        called = f"{what} in {dtype}"
        yield Comparison(called, errors.size, np.max(errors), allowed, TORCHVISION, "values", unit)
    different = 0.0 if interpolation == "nearest" else DIFFERENT.get(name, 0.01)
    share = np.mean(errors > 0)
    yield Comparison(called, errors.size, share, different, TORCHVISION, "levels", "as the share of different levels")


# The formulas on whole images


def by_formula(formula, shape, values, indices=(formulas.i, formulas.j)):
    """The values that a formula has for indices from 0 up to a shape, as floats; arrays count from 0 as well."""
    given = formula.values(None, {symbol: _given(value) for symbol, value in values.items()})
    right, result = formula.explicit(formula.right), np.empty(shape)
    for index in np.ndindex(result.shape):
        result[index] = evaluate(right, {**given, **dict(zip(indices, index))})
    return result


def _given(value):
    """Arrays count from 0; a whole number is put in as one, so that divisions stay exact."""
    return from_zero(value) if np.ndim(value) else sympy.Integer(value) if isinstance(value, int) else value


def _value(formula, values):
    return formula.value(values={symbol: _given(value) for symbol, value in values.items()})


def _channels(formula, values, height=H, width=W, image=IMAGE):
    """A formula for one channel, on every channel."""
    values = {formulas.H: H, formulas.W: W, **values}
    planes = np.moveaxis(image, -1, 0)
    return np.stack([by_formula(formula, (height, width), {**values, formulas.x: p}) for p in planes], axis=-1)


def _colours(formula, values):
    """A formula for x[i, j, c], on the whole image."""
    values = {formulas.x: IMAGE, formulas.H: H, formulas.W: W, **values}
    return by_formula(formula, IMAGE.shape, values, (formulas.i, formulas.j, formulas.c))


def _pixels(formula, values=None, image=IMAGE):
    """A formula for R, G and B, on every pixel."""
    names = formulas.R, formulas.G, formulas.B
    pixels = image.reshape(-1, 3).tolist()
    return np.array([formula.value(values={**(values or {}), **dict(zip(names, pixel))}) for pixel in pixels], float)


def _axis(formula, image, axis, size, values):
    """A formula for one axis, along that axis."""

    def along(line):
        return by_formula(formula, (size,), {**values, formulas.x: line, formulas.n_old: len(line)}, (formulas.i,))

    return np.apply_along_axis(along, axis, image)


def _resized(formula, size, image=IMAGE):
    for axis, side in enumerate(size):
        image = _axis(formula, image, axis, side, {formulas.n_new: side})
    return image


def _blurred(sizes, sigmas=None):
    image = IMAGE
    sigmas = sigmas or [formulas.gaussian_blur_sigma.value(values={formulas.reach: size // 2}) for size in sizes]
    for axis, size, sigma in zip((1, 0), sizes, sigmas):
        values = {formulas.reach: size // 2, formulas.sigma: sigma}
        image = _axis(formulas.gaussian_blur, image, axis, image.shape[axis], values)
    return image


def _radians(degrees):
    with mpmath.workdps(80):
        return mpmath.mpf(degrees) * mpmath.pi / 180


def _warped(point, interpolation, fill, values):
    """Every pixel of a new image: the point that it comes from by one formula, the value there by another."""
    f = formulas
    surroundings = {(i, j): fill for i in range(-20, 30) for j in range(-20, 30)}
    old = [{**surroundings, **from_zero(plane)} for plane in np.moveaxis(IMAGE, -1, 0)]
    pixel = f.pixel_nearest if interpolation == "nearest" else f.pixel_bilinear
    values = {**values, f.x_c: CENTER[0], f.y_c: CENTER[1]}
    result = np.empty(IMAGE.shape)
    for i, j in np.ndindex(H, W):
        x, y = point.value(values={**values, f.X_new: j + 0.5, f.Y_new: i + 0.5})
        for c in range(3):
            result[i, j, c] = pixel.value(values={f.X: x, f.Y: y, f.old: old[c], f.H: H, f.W: W, f.F: fill})
    return result


# What random classes draw


def _first_box(formula):
    """The first box of a formula that is no larger, and its place in an image of 31 x 40 pixels."""

    def exactly(rng, strict=formula is formulas.random_erasing):
        while True:
            drawn = {formulas.u: rng.random(), formulas.v: rng.random()}
            h, w = map(int, formula.value(values={**drawn, formulas.H: 31, formulas.W: 40}))
            if h <= 31 - strict and w <= 40 - strict:
                return rng.integers(31 - h + 1), rng.integers(40 - w + 1), h, w

    return exactly


def _central_box(height, width):
    """After ten tries, two draws each, the central box of the fallback's formula."""

    def exactly(rng):
        rng.random(20)
        h, w = map(int, _value(formulas.random_resized_crop_fallback, {formulas.H: height, formulas.W: width}))
        return (height - h) // 2, (width - w) // 2, h, w

    return exactly


def _erased(rng):
    """The box is the block's own: a row of its own compares it."""
    u, image = rng.random(), IMAGE.copy()
    if u >= float(formulas.random_erasing_value.defaults[formulas.p]):
        return image
    top, left, h, w = blocks.RandomErasing().box(H, W, rng)
    box = slice(top, top + h), slice(left, left + w)
    image[box] = _channels(formulas.random_erasing_value, {formulas.u: u}, h, w, IMAGE[box])
    return image


def _cut_out(rng):
    row, column = int(rng.integers(H)), int(rng.integers(W))
    return _channels(formulas.cutout, {formulas.side: 4, formulas.row: row, formulas.column: column})


def _jittered(rng):
    rng.permutation(4)
    factor = formulas.color_jitter.value(values={formulas.u: rng.random(), formulas.b: 0.4})
    return blocks.adjust_brightness(IMAGE, float(factor))


def _shifted(rng):
    rng.random()  # the angle
    f, sides = formulas, ((0.3, W), (0.5, H))
    values = [{f.u: rng.random(), f.a_x: share, f.W: side} for share, side in sides]
    return blocks.affine(IMAGE, 0, [int(f.random_affine_translate.value(values=v)) for v in values], 1, 0)


def _turned(rng):
    angle = _value(formulas.random_rotation, {formulas.u: rng.random(), formulas.d: 30})
    return blocks.rotate(IMAGE, float(angle))


def _unsharp(rng):
    sigma = formulas.random_gaussian_blur.value(values={formulas.u: rng.random()})
    return blocks.gaussian_blur(IMAGE, 3, float(sigma))


def _with_u(formula, on):
    return lambda rng: on(formula, {formulas.u: rng.random()})


# Batches and labels


def _mixed(images, labels, lam, values=None):
    """Two formulas, for the images and for the labels, on a batch."""
    f = formulas
    values = {**(values or {}), f.lam: lam, f.N: 3, f.H: 4, f.W: 6, f.x: IMAGES[..., 0], f.y: LABELS}
    mixed = by_formula(images, (3, 4, 6), values, (f.n, f.i, f.j))
    return mixed, by_formula(labels, LABELS.shape, values, (f.n, f.k))


def _beta(rng):
    alpha = float(formulas.beta.defaults[formulas.alpha])
    return rng.beta(alpha, alpha)


def _mixup(lam):
    return _mixed(formulas.mixup, formulas.mixup_labels, lam)


def _cutmix(lam, column, row):
    return _mixed(formulas.cutmix, formulas.cutmix_labels, lam, {formulas.column: column, formulas.row: row})


def _random_cutmix(rng):
    return _cutmix(_beta(rng), int(rng.integers(6)), int(rng.integers(4)))


CENTER = (1.25, 2.5)
TURNED = {"angle": 33, "center": CENTER, "fill": 0.25}
SHEARED = {"angle": -40, "translate": (1, -0.5), "scale": 0.75, "shear": (12, -9), "center": CENTER, "fill": 0.25}
MAPPED = {formulas.theta: _radians(-40), formulas.t_x: 1, formulas.t_y: -0.5, formulas.s: 0.75}
MAPPED.update({formulas.phi_x: _radians(12), formulas.phi_y: _radians(-9)})
WARPS = ("nearest", "bilinear")
CROP, ERASING, BLUR = "randomresizedcrop", "randomerasing", {"kernel_size": (5, 3)}
F = formulas

ROWS = [
    Row("randomhorizontalflip", "hflip", lambda rng: _channels(F.hflip, {}), recorded=True),
    Row("randomhorizontalflip", "RandomHorizontalFlip", _with_u(F.random_horizontal_flip, _channels), draws=40),
    Row(CROP, "RandomResizedCrop", _first_box(F.random_resized_crop), {"size": 5}, (31, 40), 10, "box"),
    *(
        Row(CROP, "RandomResizedCrop", _central_box(*sides), {"size": 8, "scale": (2, 3)}, sides, 1, "box")
        for sides in ((10, 100), (100, 10), (30, 20), (20, 21))
    ),
    Row(CROP, "resize", lambda rng: _resized(F.resize, (3, 7)), {"size": (3, 7)}, recorded=True),
    Row(
        CROP,
        "resize",
        lambda rng: _resized(F.resize_nearest, (3, 7)),
        {"size": (3, 7), "interpolation": "nearest"},
        recorded=True,
    ),
    Row(
        CROP,
        "resized_crop",
        lambda rng: _channels(F.resized_crop, {F.top: 1, F.left: 2}, 3, 2),
        {"top": 1, "left": 2, "height": 3, "width": 2, "size": (3, 2)},
        recorded=True,
    ),
    Row(
        CROP,
        "resized_crop",
        lambda rng: _resized(F.resize_nearest, (5, 3), _channels(F.resized_crop, {F.top: 1, F.left: 2}, 3, 2)),
        {"top": 1, "left": 2, "height": 3, "width": 2, "size": (5, 3), "interpolation": "nearest"},
        recorded=True,
    ),
    Row(
        CROP,
        "center_crop",
        lambda rng: _channels(F.center_crop, {F.h: 1, F.w: 2}, 1, 2),
        {"size": (1, 2)},
        recorded=True,
    ),
    Row(CROP, "CenterCrop", lambda rng: _channels(F.center_crop, {F.h: 3, F.w: 4}, 3, 4), {"size": (3, 4)}, draws=1),
    *(
        Row("colorjitter", f"adjust_{name}", lambda rng, f=f: _colours(f, {F.f: 1.7}), {"factor": 1.7}, recorded=True)
        for name, f in (
            ("brightness", F.adjust_brightness),
            ("contrast", F.adjust_contrast),
            ("saturation", F.adjust_saturation),
        )
    ),
    Row("colorjitter", "adjust_hue", lambda rng: _pixels(F.adjust_hue, {F.f: 0.3}), {"factor": 0.3}, recorded=True),
    Row("colorjitter", "ColorJitter", _jittered, {"brightness": 0.4}, draws=10),
    *(
        Row(
            "randomrotation",
            "rotate",
            lambda rng, way=way: _warped(F.rotate, way, 0.25, {F.theta: _radians(33)}),
            {**TURNED, "interpolation": way},
            recorded=True,
        )
        for way in WARPS
    ),
    Row(
        "randomrotation",
        "rotate",
        lambda rng: _channels(F.quarter_turn, {}, W, H),
        {"angle": -270, "interpolation": "bilinear", "expand": True},
    ),
    Row("randomrotation", "RandomRotation", _turned, {"degrees": 30}, draws=10),
    *(
        Row(
            "randomaffine",
            "affine",
            lambda rng, way=way: _warped(F.affine, way, 0.25, MAPPED),
            {**SHEARED, "interpolation": way},
            recorded=True,
        )
        for way in WARPS
    ),
    Row("randomaffine", "RandomAffine", _shifted, {"degrees": 0, "translate": (0.3, 0.5)}, draws=10),
    Row("randomgrayscale", "rgb_to_grayscale", lambda rng: _pixels(F.rgb_to_grayscale), recorded=True),
    Row(
        "randomgrayscale",
        "rgb_to_grayscale",
        lambda rng: np.floor(_pixels(F.rgb_to_grayscale, image=LEVELS)),
        inputs=(LEVELS,),
    ),
    Row("randomgrayscale", "RandomGrayscale", _with_u(F.random_grayscale, _colours), draws=40),
    Row("gaussianblur", "gaussian_blur", lambda rng: _blurred((5, 3)), BLUR, recorded=True),
    Row("gaussianblur", "gaussian_blur", lambda rng: _blurred((5, 3), (1.25, 0.5)), {**BLUR, "sigma": (1.25, 0.5)}),
    Row("gaussianblur", "GaussianBlur", _unsharp, {"kernel_size": 3}, draws=10),
    Row(
        ERASING,
        "erase",
        lambda rng: _channels(F.erase, {F.top: 1, F.left: 2, F.h: 2, F.w: 3, F.F: 0.25}),
        {"top": 1, "left": 2, "height": 2, "width": 3, "value": 0.25},
    ),
    Row(ERASING, "RandomErasing", _first_box(F.random_erasing), {}, (31, 40), 10, "box"),
    Row(ERASING, "RandomErasing", lambda rng: rng.random(20)[:0], {"scale": (1, 1)}, (8, 8), 1, "box"),
    Row(ERASING, "RandomErasing", _erased, draws=40),
    Row(ERASING, "Cutout", _cut_out, {"length": 4}, draws=10),
    Row("mixup", "mixup", lambda rng: _mixup(0.3), {"lam": 0.3}, (IMAGES, LABELS)),
    Row("mixup", "MixUp", lambda rng: _mixup(_beta(rng)), {}, (IMAGES, LABELS), 10),
    Row("cutmix", "cutmix", lambda rng: _cutmix(0.3, 4, 2), {"lam": 0.3, "center": (4, 2)}, (IMAGES, LABELS)),
    Row("cutmix", "CutMix", _random_cutmix, {}, (IMAGES, LABELS), 10),
]
