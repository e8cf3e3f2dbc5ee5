"""The augmentations beside their formulas at 50 digits, and beside torchvision's recorded results.

The tests and the page's lines "checked in this build" use the same comparisons.
"""

import json
from functools import partial

import mpmath
import numpy as np
import sympy

from scratch import augmentation as blocks
from scratch.formulas import augmentation as formulas
from scratch.formulas import evaluate, from_zero, needed

IMAGE = np.random.default_rng(0).random((4, 5, 3))
HEIGHT, WIDTH, _ = IMAGE.shape
IMAGES = np.random.default_rng(1).random((3, 4, 6, 1))
LABELS = np.random.default_rng(2).random((3, 2))


def by_formula(formula, shape, indices="ij", **values):
    """The values that a formula has for indices from 0 up to a shape, as floats; arrays count from 0 as well."""
    right = formula.explicit(formula.right)
    names = {symbol.name for symbol in needed(right)}
    given = {name: _given(value) for name, value in values.items() if name in names}
    result = np.empty(shape)
    for index in np.ndindex(result.shape):
        place = {name: i for name, i in zip(indices, index) if name in names}
        result[index] = evaluate(right, formula.values(None, {**given, **place}))
    return result


def _given(value):
    """Arrays count from 0; a whole number is put in as one, so that divisions stay exact."""
    return from_zero(value) if np.ndim(value) else sympy.Integer(value) if isinstance(value, int) else value


def _channels(formula, height, width, image=IMAGE, **values):
    """A formula for one channel, on every channel."""
    planes = np.moveaxis(image, -1, 0)
    return np.stack([by_formula(formula, (height, width), x=plane, **values) for plane in planes], axis=-1)


def _colours(formula, **values):
    """A formula for x[i, j, c], on the whole image."""
    return by_formula(formula, IMAGE.shape, "ijc", x=IMAGE, H=HEIGHT, W=WIDTH, **values)


def _pixels(formula, **values):
    """A formula for R, G and B, on every pixel."""
    return [formula.value(R=red, G=green, B=blue, **values) for red, green, blue in IMAGE.reshape(-1, 3).tolist()]


def _axis(formula, image, axis, size, **values):
    """A formula for one axis, along that axis."""
    return np.apply_along_axis(lambda line: by_formula(formula, (size,), "i", x=line, **values), axis, image)


def _blur(image, sizes, sigmas):
    for axis, size, sigma in zip((1, 0), sizes, sigmas):
        length = image.shape[axis]
        image = _axis(formulas.gaussian_blur, image, axis, length, n=length, r=size // 2, sigma=sigma)
    return image


def _radians(degrees):
    with mpmath.workdps(80):
        return mpmath.mpf(degrees) * mpmath.pi / 180


def _warp(point, interpolation, fill, **values):
    """Every pixel of a new image: the point that it comes from by one formula, the value there by another."""
    surroundings = {(i, j): fill for i in range(-20, 30) for j in range(-20, 30)}
    old = [{**surroundings, **from_zero(plane)} for plane in np.moveaxis(IMAGE, -1, 0)]
    result = np.empty(IMAGE.shape)
    for i, j in np.ndindex(HEIGHT, WIDTH):
        x, y = point.value(**{"x'": j + 0.5, "y'": i + 0.5, **values})
        for c in range(3):
            if interpolation == "nearest":
                result[i, j, c] = formulas.pixel_nearest.value(x=x, y=y, I=old[c])
            else:
                result[i, j, c] = formulas.pixel_bilinear.value(x=x, y=y, I=old[c], H=HEIGHT, W=WIDTH, F=fill)
    return result


def _seeds(drawn, exactly, count=10):
    """What a random class gives and what its formula gives, both from the same generator, seed by seed."""
    pairs = [(drawn(np.random.default_rng(seed)), exactly(np.random.default_rng(seed))) for seed in range(count)]
    return [np.array(side, dtype=float) for side in zip(*pairs)]


def _transformed(transform, exactly, count=10):
    return _seeds(lambda rng: transform(IMAGE, rng), exactly, count)


def _first_box(formula, height, width):
    """The first box of a formula that is no larger, and its place in an image of 31 x 40 pixels."""

    def exactly(rng):
        while True:
            h, w = (int(side) for side in formula.value(u=rng.random(), v=rng.random(), H=31, W=40))
            if h <= height and w <= width:
                return rng.integers(31 - h + 1), rng.integers(40 - w + 1), h, w

    return exactly


# One function per block: what it computes, and what its formula gives


def hflip():
    return blocks.hflip(IMAGE), _channels(formulas.hflip, HEIGHT, WIDTH, W=WIDTH)


def random_horizontal_flip():
    def exactly(rng):
        return _channels(formulas.random_horizontal_flip, HEIGHT, WIDTH, W=WIDTH, u=rng.random())

    return _transformed(blocks.RandomHorizontalFlip(), exactly, 40)


def resize():
    image = _axis(formulas.resize, IMAGE, 0, 3, n=HEIGHT, m=3)
    return blocks.resize(IMAGE, (3, 7)), _axis(formulas.resize, image, 1, 7, n=WIDTH, m=7)


def resized_crop():
    return blocks.resized_crop(IMAGE, 1, 2, 3, 2, (3, 2)), _channels(formulas.resized_crop, 3, 2, t=1, l=2)


def random_resized_crop():
    transform = blocks.RandomResizedCrop(5)
    return _seeds(lambda rng: transform.box(31, 40, rng), _first_box(formulas.random_resized_crop, 31, 40))


class _Counting(np.random.Generator):
    """A generator that counts how often it is asked for a number of a range."""

    def __init__(self):
        super().__init__(np.random.PCG64(0))
        self.count = 0

    def uniform(self, *limits):
        self.count += 1
        return super().uniform(*limits)


def random_resized_crop_fallback():
    """Where no box fits: after ten tries, two draws each, the central box of the formula."""
    computed, exact = [], []
    for height, width in ((10, 100), (100, 10), (30, 20), (20, 21)):
        rng = _Counting()
        computed += [*blocks.RandomResizedCrop(8, scale=(2, 3)).box(height, width, rng), rng.count]
        h, w = formulas.random_resized_crop_fallback.value(H=sympy.Integer(height), W=sympy.Integer(width))
        exact += [(height - int(h)) // 2, (width - int(w)) // 2, h, w, 20]
    return computed, exact


def random_erasing_tries():
    """Where no box fits: ten tries, two draws each, and no box."""
    rng = _Counting()
    box = blocks.RandomErasing(scale=(1, 1)).box(8, 8, rng)
    return [rng.count, box is None], [20, True]


def center_crop():
    exact = [_channels(formulas.center_crop, h, w, H=HEIGHT, W=WIDTH, h=h, w=w) for h, w in ((1, 2), (3, 4))]
    computed = (blocks.center_crop(IMAGE, (1, 2)), blocks.CenterCrop((3, 4))(IMAGE, np.random.default_rng()))
    return np.concatenate([image.ravel() for image in computed]), np.concatenate([image.ravel() for image in exact])


def adjust_brightness():
    return blocks.adjust_brightness(IMAGE, 1.7), _colours(formulas.adjust_brightness, f=1.7)


def adjust_contrast():
    return blocks.adjust_contrast(IMAGE, 1.7), _colours(formulas.adjust_contrast, f=1.7)


def adjust_saturation():
    return blocks.adjust_saturation(IMAGE, 1.7), _colours(formulas.adjust_saturation, f=1.7)


def adjust_hue():
    return blocks.adjust_hue(IMAGE, 0.3), _pixels(formulas.adjust_hue, f=0.3)


def color_jitter():
    def exactly(rng):
        rng.permutation(4)
        return blocks.adjust_brightness(IMAGE, float(formulas.color_jitter.value(u=rng.random(), b=0.4)))

    return _transformed(blocks.ColorJitter(brightness=0.4), exactly)


def rotate(interpolation):
    values = {"theta": _radians(33), "x_c": 1.25, "y_c": 2.5}
    exact = _warp(formulas.rotate, interpolation, 0.25, **values)
    return blocks.rotate(IMAGE, 33, interpolation, center=(1.25, 2.5), fill=0.25), exact


def quarter_turn():
    exact = _channels(formulas.quarter_turn, WIDTH, HEIGHT, W=WIDTH)
    return blocks.rotate(IMAGE, -270, "bilinear", expand=True), exact


def random_rotation():
    def exactly(rng):
        return blocks.rotate(IMAGE, float(formulas.random_rotation.value(u=rng.random(), d=30)))

    return _transformed(blocks.RandomRotation(30), exactly)


def affine(interpolation):
    values = {"theta": _radians(-40), "x_c": 1.25, "y_c": 2.5, "t_x": 1, "t_y": -0.5, "s": 0.75}
    values.update(phi_x=_radians(12), phi_y=_radians(-9))
    exact = _warp(formulas.affine, interpolation, 0.25, **values)
    return blocks.affine(IMAGE, -40, (1, -0.5), 0.75, (12, -9), interpolation, 0.25, (1.25, 2.5)), exact


def random_affine():
    def exactly(rng):
        rng.random()  # the angle
        sides = ((0.3, WIDTH), (0.5, HEIGHT))
        shift = [formulas.random_affine_translate.value(u=rng.random(), a_x=share, W=side) for share, side in sides]
        return blocks.affine(IMAGE, 0, [int(offset) for offset in shift], 1, 0)

    return _transformed(blocks.RandomAffine(0, translate=(0.3, 0.5)), exactly)


def rgb_to_grayscale():
    return blocks.rgb_to_grayscale(IMAGE)[..., 0].ravel(), _pixels(formulas.rgb_to_grayscale)


def rgb_to_grayscale_of_levels():
    """uint8, among them colours whose luma is a whole number, which must not round down to the one below."""
    levels = np.array([[[255, 255, 255], [0, 160, 220], [50, 225, 70], [100, 240, 195], [150, 195, 50]]], np.uint8)
    exact = [formulas.rgb_to_grayscale.value(R=r, G=g, B=b) for r, g, b in levels[0].tolist()]
    return blocks.rgb_to_grayscale(levels).ravel(), np.floor(np.array(exact, float))


def random_grayscale():
    def exactly(rng):
        return _colours(formulas.random_grayscale, u=rng.random())

    return _transformed(blocks.RandomGrayscale(), exactly, 40)


def gaussian_blur():
    exact = _blur(IMAGE, (5, 3), (1.25, 0.5))
    default = _blur(IMAGE, (5, 3), [formulas.gaussian_blur_sigma.value(r=r) for r in (2, 1)])
    computed = (blocks.gaussian_blur(IMAGE, (5, 3), (1.25, 0.5)), blocks.gaussian_blur(IMAGE, (5, 3)))
    return np.stack(computed), np.stack([exact, default])


def random_gaussian_blur():
    def exactly(rng):
        return blocks.gaussian_blur(IMAGE, 3, float(formulas.random_gaussian_blur.value(u=rng.random())))

    return _transformed(blocks.GaussianBlur(3), exactly)


def erase():
    exact = _channels(formulas.erase, HEIGHT, WIDTH, t=1, l=2, h=2, w=3, F=0.25)
    return blocks.erase(IMAGE, 1, 2, 2, 3, 0.25), exact


def random_erasing():
    def box(rng):
        return _first_box(formulas.random_erasing, 30, 39)(rng)

    def exactly(rng):
        u, image = rng.random(), IMAGE.copy()
        top, left, height, width = blocks.RandomErasing().box(HEIGHT, WIDTH, rng)
        inside = slice(top, top + height), slice(left, left + width)
        image[inside] = _channels(formulas.random_erasing_value, height, width, IMAGE[inside], u=u)
        return image

    boxes = _seeds(lambda rng: blocks.RandomErasing().box(31, 40, rng), box)
    images = _transformed(blocks.RandomErasing(), exactly, 40)
    return [np.concatenate([a.ravel(), b.ravel()]) for a, b in zip(boxes, images)]


def cutout():
    def exactly(rng):
        row, column = (int(rng.integers(side)) for side in (HEIGHT, WIDTH))
        return _channels(formulas.cutout, HEIGHT, WIDTH, L=4, y_c=row, x_c=column)

    return _transformed(blocks.Cutout(4), exactly)


def _mixed(mixture, labels_mixture, lam, **values):
    """Two formulas, for the images and for the labels, on a batch, in one array."""
    values.update({r"\lambda": lam, "N": 3, "H": 4, "W": 6})
    images = by_formula(mixture, (3, 4, 6), "nij", x=IMAGES[..., 0], **values)
    return np.append(images, by_formula(labels_mixture, LABELS.shape, "nk", y=LABELS, **values))


def _beta(rng):
    alpha = float(formulas.beta.defaults[formulas.alpha])
    return rng.beta(alpha, alpha)


def mixup():
    exact = _mixed(formulas.mixup, formulas.mixup_labels, 0.3)
    return np.append(*blocks.mixup(IMAGES, LABELS, 0.3)), exact


def random_mixup():
    def exactly(rng):
        return _mixed(formulas.mixup, formulas.mixup_labels, _beta(rng))

    return _seeds(lambda rng: np.append(*blocks.MixUp()(IMAGES, LABELS, rng)), exactly)


def cutmix():
    exact = _mixed(formulas.cutmix, formulas.cutmix_labels, 0.3, x_c=4, y_c=2)
    return np.append(*blocks.cutmix(IMAGES, LABELS, 0.3, (4, 2))), exact


def random_cutmix():
    def exactly(rng):
        lam, column, row = _beta(rng), int(rng.integers(6)), int(rng.integers(4))
        return _mixed(formulas.cutmix, formulas.cutmix_labels, lam, x_c=column, y_c=row)

    return _seeds(lambda rng: np.append(*blocks.CutMix()(IMAGES, LABELS, rng)), exactly)


COMPARISONS = {
    "hflip": hflip,
    "RandomHorizontalFlip": random_horizontal_flip,
    "resize": resize,
    "resized_crop": resized_crop,
    "RandomResizedCrop": random_resized_crop,
    "RandomResizedCrop fallback": random_resized_crop_fallback,
    "center_crop": center_crop,
    "CenterCrop": center_crop,
    "adjust_brightness": adjust_brightness,
    "adjust_contrast": adjust_contrast,
    "adjust_saturation": adjust_saturation,
    "adjust_hue": adjust_hue,
    "ColorJitter": color_jitter,
    "rotate": partial(rotate, "nearest"),
    "rotate bilinear": partial(rotate, "bilinear"),
    "rotate quarter": quarter_turn,
    "RandomRotation": random_rotation,
    "affine": partial(affine, "nearest"),
    "affine bilinear": partial(affine, "bilinear"),
    "RandomAffine": random_affine,
    "rgb_to_grayscale": rgb_to_grayscale,
    "rgb_to_grayscale uint8": rgb_to_grayscale_of_levels,
    "RandomGrayscale": random_grayscale,
    "gaussian_blur": gaussian_blur,
    "GaussianBlur": random_gaussian_blur,
    "erase": erase,
    "RandomErasing": random_erasing,
    "RandomErasing tries": random_erasing_tries,
    "Cutout": cutout,
    "mixup": mixup,
    "MixUp": random_mixup,
    "cutmix": cutmix,
    "CutMix": random_cutmix,
}


def compare(name):
    """What a block computes and what its formula gives, as two flat float arrays."""
    computed, exact = COMPARISONS[name]()
    return np.ravel(np.asarray(computed, float)), np.ravel(np.asarray(exact, float))


def recorded(arrays, name):
    """What a kernel computes and what torchvision did, for all recorded results: (dtype, options, ours, theirs)."""
    for key, theirs in arrays.items():
        call, _, dtype = key.rpartition("/")
        call, _, kind = call.rpartition(" ")
        block, _, options = call.partition(" ")
        if block == name:
            options = {k: tuple(v) if isinstance(v, list) else v for k, v in json.loads(options).items()}
            pixels = arrays[kind] if dtype == "uint8" else arrays[kind] / 255
            yield dtype, options, getattr(blocks, name)(pixels, **options), theirs
