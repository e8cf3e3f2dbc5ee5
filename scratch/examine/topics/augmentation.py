"""The augmentations: the kernels without randomness, and MixUp and CutMix with the share given."""

from __future__ import annotations

import sys

import numpy as np

from scratch import augmentation
from scratch.examine.adapt import Reader
from scratch.examine.base import Case, Task
from scratch.examine.watch import Failure, as_array
from scratch.formulas import augmentation as formulas

IMAGE = "image img x im picture images batch"
LABELS = "labels y targets target label"
_rng = np.random.default_rng(5)
_f = np.round(_rng.random((7, 9, 3)), 4)
_u = _rng.integers(0, 256, (7, 9, 3)).astype(np.uint8)
_square = np.round(_rng.random((8, 8, 3)), 4)
_batch = np.stack([_f, _f[::-1] ** 2])
_images, _rows = np.round(_rng.random((4, 9, 12, 2)), 4), np.eye(3)[[0, 2, 1, 2]] * 0.75 + 0.1
_levels = "a uint8 image"


def _kernel(sets, levels=None, ties=()):
    """The cases of a kernel: float images with each set of options, uint8, float32 and a batch."""
    first, *others = sets
    return (
        Case("", (_f,), first, "default"),
        *(Case("", (_f,), options, _kind(options)) for options in others),
        *(Case(_levels, (_u,), options, "levels") for options in (levels or sets)),
        Case("float32", (_f.astype(np.float32),), first, "float32"),
        Case("a batch of two images", (_batch,), first, "many"),
        *(Case(label, (image,), options, "tie") for label, image, options in ties),
    )


def _kind(options):
    """Pairs and ints for the same option are two forms of it."""
    forms = [options.get("kernel_size"), options.get("value"), options.get("shear")]
    return "form" if any(isinstance(v, tuple) for v in forms) or isinstance(options.get("size"), int) else "values"


def _mixing(*sets):
    first, *others = sets
    return (
        Case("", (_images, _rows), first, "default"),
        *(Case("", (_images, _rows), options) for options in others),
        Case("float32", (_images.astype(np.float32), _rows.astype(np.float32)), first, "float32"),
    )


def _factors(*values):
    return [{"factor": value} for value in values]


def _box(top, left, height, width, **more):
    return {"top": top, "left": left, "height": height, "width": width, **more}


def _turn(angle, **more):
    return {"angle": angle, **more}


def _map(angle, translate=(0, 0), scale=1, shear=0, **more):
    return {"angle": angle, "translate": translate, "scale": scale, "shear": shear, **more}


_uneven = np.array([10, 12, 16, 22], np.uint8).reshape(1, 4, 1)  # its means end in one half
CASES = {
    "hflip": _kernel([{}]),
    "resize": _kernel(
        [{"size": s} for s in ((4, 5), (14, 13), (3, 20), (7, 9), 5)]
        + [{"size": (5, 13), "interpolation": "nearest"}, {"size": (3, 4), "interpolation": "nearest"}],
        [{"size": (5, 7)}, {"size": (10, 4)}],
        [("a uint8 row made twice as long", _uneven, {"size": (1, 8)})],
    ),
    "resized_crop": _kernel(
        [_box(1, 2, 5, 4, size=(3, 7)), _box(0, 3, 4, 6, size=5), _box(2, 1, 5, 3, size=(5, 3))],
        [_box(1, 2, 5, 4, size=(3, 7))],
    ),
    "center_crop": _kernel(
        [{"size": s} for s in ((3, 4), (4, 6), (5, 5), 4, 2, (10, 12), (5, 14))], [{"size": (4, 6)}]
    ),
    "adjust_brightness": _kernel(_factors(0.5, 1.7, 0.0, 2.5, 1.0), _factors(0.53, 1.71)),
    "adjust_contrast": _kernel(_factors(0.5, 1.7, 0.0, 2.5), _factors(0.53, 1.71)),
    "adjust_saturation": _kernel(_factors(0.5, 1.7, 0.0, 2.5), _factors(0.53, 1.71)),
    "adjust_hue": _kernel(_factors(0.25, -0.1, 0.4, -0.45), _factors(0.13, -0.37)),
    "rotate": _kernel(
        [
            _turn(33.0),
            _turn(-52.0),
            _turn(205.0),
            _turn(33.0, interpolation="bilinear"),
            _turn(-140.0, interpolation="bilinear", fill=0.5),
            _turn(33.0, center=(2.25, 4.5)),
            _turn(33.0, fill=0.3),
            _turn(33.0, expand=True),
        ],
        [_turn(33.0), _turn(33.0, interpolation="bilinear", fill=77)],
        [("a quarter turn, nearest", _square, _turn(90.0)), ("45 degrees, nearest", _f, _turn(45.0))],
    ),
    "affine": _kernel(
        [
            _map(21.0, (1, -2), 1.3, (10.0, 5.0)),
            _map(21.0),
            _map(0.0, (2, -1)),
            _map(0.0, (0, 0), 0.7),
            _map(0.0, (0, 0), 1, 15.0),
            _map(-35.0, (1, 0), 0.8, 12.0),
            _map(21.0, (1, -2), 1.3, (10.0, 5.0), interpolation="bilinear"),
            _map(21.0, (1, 2), 0.8, (-10.0, 5.0), interpolation="bilinear", fill=0.4),
            _map(40.0, (0, 0), 1.2, 0, center=(2.25, 4.5)),
        ],
        [_map(21.0, (1, -2), 1.3, (10.0, 5.0), interpolation="bilinear")],
    ),
    "rgb_to_grayscale": _kernel([{}, {"num_output_channels": 3}]),
    "gaussian_blur": _kernel(
        [
            {"kernel_size": 3},
            {"kernel_size": 3, "sigma": 1.0},
            {"kernel_size": 5, "sigma": 0.7},
            {"kernel_size": (3, 5), "sigma": (0.8, 1.5)},
        ],
        [{"kernel_size": 3, "sigma": 1.0}],
    ),
    "erase": _kernel(
        [_box(1, 2, 3, 4, value=0), _box(2, 0, 4, 5, value=0.5), _box(0, 6, 2, 3, value=(0.1, 0.5, 0.9))],
        [_box(1, 2, 3, 4, value=0)],
    ),
    "mixup": _mixing({"lam": 0.3}, {"lam": 0.85}),
    "cutmix": _mixing(
        {"lam": 0.6, "center": (5, 4)},
        {"lam": 0.3, "center": (1, 7)},
        {"lam": 0.82, "center": (10, 2)},
        {"lam": 0.45, "center": (11, 8)},
    ),
}
OPTIONS = {
    "hflip": {},
    "resize": {"size": (4, 5), "interpolation": "bilinear"},
    "resized_crop": {**_box(0, 0, 1, 1), "size": 1, "interpolation": "bilinear"},
    "center_crop": {"size": 1},
    "adjust_brightness": {"factor": None},
    "adjust_contrast": {"factor": None},
    "adjust_saturation": {"factor": None},
    "adjust_hue": {"factor": None},
    "rotate": {"angle": 0, "interpolation": "nearest", "expand": False, "center": None, "fill": 0},
    "affine": {**_map(0), "interpolation": "nearest", "fill": 0, "center": None},
    "rgb_to_grayscale": {"num_output_channels": 1},
    "gaussian_blur": {"kernel_size": 3, "sigma": None},
    "erase": {**_box(0, 0, 1, 1), "value": 0},
    "mixup": {"lam": 1.0},
    "cutmix": {"lam": 1.0, "center": (0, 0)},
}
BLOCKS = {
    "hflip": "randomhorizontalflip",
    **dict.fromkeys(("resize", "resized_crop", "center_crop"), "randomresizedcrop"),
    **dict.fromkeys(("adjust_brightness", "adjust_contrast", "adjust_saturation", "adjust_hue"), "colorjitter"),
    "rotate": "randomrotation",
    "affine": "randomaffine",
    "rgb_to_grayscale": "randomgrayscale",
    "gaussian_blur": "gaussianblur",
    "erase": "randomerasing",
    "mixup": "mixup",
    "cutmix": "cutmix",
}
FIXED = {"interpolation", "expand", "center", "fill", "num_output_channels", "sigma", "value"}
ALIASES = {"factor": "factor f alpha brightness contrast saturation hue amount brightness_factor contrast_factor"}
ALIASES["factor"] += " saturation_factor hue_factor shift delta c s b h"


def _task(name):
    def formula(_):
        return getattr(formulas, name, None)

    options, right = OPTIONS[name], getattr(augmentation, name)
    free = tuple(option for option in options if option not in FIXED or name == "cutmix")
    known = {"cases": CASES[name], "formula": formula, "family": sys.modules[__name__], "free": free}
    return Task(name, "augmentation", BLOCKS[name], right, options, aliases=ALIASES, **known)


TASKS = [_task(name) for name in CASES]


class Kernel(Reader):
    """A reader's kernel, called with an image (H, W, C), or with one channel after the other."""

    def __init__(self, task, implementation, watch):
        self.data = [IMAGE, LABELS] if task.name in ("mixup", "cutmix") else [IMAGE]
        self.ways = ("whole", "channels")[: 3 - len(self.data)]
        super().__init__(task, implementation, watch)

    def fits(self, *_):
        return True

    def result(self, how, function, *data):
        if how == "channels":
            channels = np.moveaxis(data[0], -1, 0)
            return np.stack([as_array(self.watch.call(function, c.copy())) for c in channels], axis=-1)
        result = self.watch.call(function, *(a.copy() for a in data))
        if len(data) > 1:
            if not isinstance(result, (tuple, list)) or len(result) != 2:
                raise Failure(TypeError("returned no pair of images and labels"))
            return as_array(result[0]), as_array(result[1])
        result = as_array(result)
        if self.task.name == "rgb_to_grayscale" and result.shape == data[0].shape[:-1]:
            said = "the grey image has no axis of channels"
            self.restrictions += [said] if said not in self.restrictions else []
            result = result[..., None]
        return result


adapt = Kernel


def play(function, case):
    result = function(*case.data, **case.options)
    if isinstance(result, tuple):
        return np.concatenate([np.ravel(as_array(part)).astype(float) for part in result])
    return as_array(result)


def scale(task, right, case):
    """Errors of images count by themselves: of white 1, and of uint8 one level."""
    return np.ones(1)


ROUNDS = ("resize", "resized_crop", "rotate", "affine", "gaussian_blur", "adjust_hue")


def ties(task, case):
    """Where a uint8 result lies half way between two levels, so that rounding decides."""
    if task.name not in ROUNDS:
        return False
    options = dict(case.options)
    if options.get("fill"):
        options["fill"] = options["fill"] / 255
    exact = task.right(case.data[0] / 255, **options) * 255
    return np.abs(exact - np.floor(exact) - 0.5) < 1e-6


def place(task, case, index):
    label = f"{case.label}: " if case.label else ""
    if task.name in ("mixup", "cutmix"):
        images, labels = case.data
        if index[0] < images.size:
            n, i, j, c = np.unravel_index(index[0], images.shape)
            return f"{label}image {n}, row {i}, column {j}, channel {c}"
        n, k = np.unravel_index(index[0] - images.size, labels.shape)
        return f"{label}the label of image {n}, class {k}"
    *_, i, j, c = index
    return f"{label}row {i}, column {j}, channel {c}"
