"""What the augmentations page computes: its tables, pictures, figures, derivations and checks."""

import html
import itertools
from functools import lru_cache

import numpy as np
import sympy
from sklearn.datasets import load_digits, load_sample_image
from sympy import Derivative, Integral, MatMul, Symbol, cos, exp, oo, pi, sin, sqrt
from sympy import ImmutableDenseMatrix as Matrix

from scratch import augmentation as blocks
from scratch.augmentation import (
    ColorJitter,
    CutMix,
    Cutout,
    GaussianBlur,
    MixUp,
    RandomAffine,
    RandomErasing,
    RandomGrayscale,
    RandomHorizontalFlip,
    RandomResizedCrop,
    RandomRotation,
    adjust_brightness,
    adjust_contrast,
    adjust_hue,
    adjust_saturation,
    affine,
    cutmix,
    gaussian_blur,
    mixup,
    resize,
    resized_crop,
    rotate,
)
from scratch.formulas import augmentation as formulas
from scratch.formulas import latex, written
from scratch.show.augmentation_formulas import COMPARISONS, compare, recorded
from scratch.show.check import checked
from scratch.show.figure import INK, SERIES, figure, panel, photographs
from scratch.show.formula import derivation
from scratch.show.mathml import display
from scratch.show.page import let
from scratch.show.reference import load
from scratch.show.table import number, table, text
from scratch.show.words import words

word = words("augmentation")
BLOCKS = {  # anchor: title and a setting that can be seen on a photograph
    "randomhorizontalflip": ("RandomHorizontalFlip", RandomHorizontalFlip(1)),
    "randomresizedcrop": ("RandomResizedCrop", RandomResizedCrop((180, 240), scale=(0.2, 0.6))),
    "colorjitter": ("ColorJitter", ColorJitter(0.4, 0.4, 0.4, 0.2)),
    "randomrotation": ("RandomRotation", RandomRotation(30, "bilinear")),
    "randomaffine": ("RandomAffine", RandomAffine(20, (0.1, 0.1), (0.8, 1.2), 15, "bilinear")),
    "randomgrayscale": ("RandomGrayscale", RandomGrayscale(1)),
    "gaussianblur": ("GaussianBlur", GaussianBlur(15, (2.0, 4.0))),
    "randomerasing": ("RandomErasing", RandomErasing(1, scale=(0.1, 0.3))),
    "mixup": ("Mixup", MixUp(5.0)),
    "cutmix": ("CutMix", CutMix(5.0)),
}


@lru_cache(maxsize=None)
def photograph(name):
    """One of scikit-learn's two photographs, cut to 4 : 3 and made small: (180, 240, 3), uint8."""
    return resize(blocks.center_crop(load_sample_image(f"{name}.jpg"), (427, 569)), (180, 240))


def applied(transform, rng):
    """A transform of the flower; Mixup and CutMix mix it with the temple."""
    flower = photograph("flower")
    if not isinstance(transform, (MixUp, CutMix)):
        return transform(flower, rng)
    pair = np.stack([flower, photograph("china")]) / 255
    mixed, _ = transform(pair, np.eye(2), rng)
    return np.rint(255 * mixed[0]).astype(np.uint8)


# The top of the page


def thumbnails():
    """(anchor, title, picture) of each block, for the overview."""
    pictures = {anchor: applied(transform, np.random.default_rng(3)) for anchor, (_, transform) in BLOCKS.items()}
    return [(anchor, title, resize(pictures[anchor], (72, 96))) for anchor, (title, _) in BLOCKS.items()]


def comparison():
    """The table at the top: what each block draws and how much it changes, over forty draws."""
    flower, rows = photograph("flower").astype(float), []
    for anchor, (title, transform) in BLOCKS.items():
        rng = np.random.default_rng(0)
        change = np.abs([applied(transform, rng) - flower for _ in range(40)])
        changed, mean = np.mean(change.max(axis=-1) > 0), np.mean(change) / 255
        name = f'<a href="#{anchor}">{title}</a>'
        rows.append([name, word(f"{anchor}_draws"), f"{changed:.0%}", f"{mean:.0%}", word(f"{anchor}_ignores")])
    return table(["", word("draws"), word("changed"), word("change"), word("ignores")], rows, word("comparison"))


def overlay():
    """The photograph, and one draw of each block."""
    images = [(photograph("flower"), word("original"))]
    images += [(applied(transform, np.random.default_rng(3)), title) for title, transform in BLOCKS.values()]
    return photographs([(resize(image, (126, 168)), title) for image, title in images], word("overlay"), width=112)


def facts():
    """Name the numbers that the page's sentences use."""
    let(
        torch_border=number(load("augmentation")["border"][0, 0]),
        wrapped=", ".join(map(str, load("augmentation")["wrapped"])),
    )


# Checks


def check(*names):
    """The lines "checked in this build" of some blocks: against their formulas, and against torchvision."""
    lines = []
    for name in (name for name in COMPARISONS if name.split()[0] in names):
        computed, exact = compare(name)
        if computed.shape != exact.shape:
            raise AssertionError(f"{name}: {computed.size} values, the formula gives {exact.size}")
        what = word("against_formula", block=f"<code>{html.escape(name)}</code>")
        lines.append(checked(what, exact.size, np.max(np.abs(computed - exact)), 2e-15, "values", "absolute"))
    for name in names:
        lines.extend(_against_torchvision(name))
    return "".join(lines)


def _against_torchvision(name):
    results = list(recorded(load("augmentation"), name))
    for dtype in ("float64", "uint8") if results else ():
        pairs = [(ours.astype(float), theirs) for kind, _, ours, theirs in results if kind == dtype == ours.dtype]
        errors = np.concatenate([np.ravel(np.abs(ours - theirs)) for ours, theirs in pairs])
        what = word("against_torchvision", block=f"<code>{name}</code>", dtype=dtype)
        if dtype == "float64":
            allowed = 2e-6 if name == "adjust_hue" else 1e-12
            yield checked(what, errors.size, np.max(errors), allowed, "values", "absolute")
        else:
            yield checked(what, errors.size, np.max(errors), 1, "values", "levels")
            share = np.mean(errors > 0)
            allowed = {"resize": 0.3, "resized_crop": 0.3, "adjust_hue": 0.1}.get(name, 0.01)
            if share > allowed:
                raise AssertionError(f"{what}: {share:.1%} of the levels differ, allowed are {allowed:.0%}")


def _same_matrix(left, right):
    """An identity of matrices, proved entry by entry."""
    difference = (left - right).doit().as_explicit().applyfunc(sympy.simplify)
    if difference != sympy.zeros(*difference.shape):
        raise AssertionError(f"{latex(left)} is not {latex(right)}")
    return display(f"{latex(left)} = {latex(right)}")


def _levels(image):
    return np.rint(255 * np.clip(image, 0, 1)).astype(np.uint8)


# RandomHorizontalFlip


def flip_pictures():
    """The photograph, its mirror image, and what two slips of the index give."""
    temple = photograph("china")
    images = [
        (temple, "x"),
        (blocks.hflip(temple), "x[:, ::-1, :]"),
        (temple[::-1], "x[::-1, :, :]"),
        (temple[:, :, ::-1], "x[:, :, ::-1]"),
    ]
    return photographs(images, word("flip_pictures"))


def _turn(sign):
    theta = formulas.theta
    return Matrix([[cos(theta), -sign * sin(theta)], [sign * sin(theta), cos(theta)]])


def flip_derivation():
    """Flipping twice, and flipping a turned image."""
    W, j = formulas.W, formulas.j
    mirror = Matrix([[-1, 0], [0, 1]])
    twice = written(lambda: W - 1 - (W - 1 - j))
    return derivation(twice, j) + _same_matrix(MatMul(mirror, _turn(1)), MatMul(_turn(-1), mirror))


# RandomResizedCrop, CenterCrop


def crop_pictures():
    """Six crops of the photograph by the default ranges, with the box's area and ratio."""
    flower, transform = photograph("flower"), RandomResizedCrop((135, 180))
    images = []
    for seed in range(6):
        top, left, h, w = transform.box(180, 240, np.random.default_rng(seed))
        label = word("area_and_ratio", area=f"{h * w / flower[..., 0].size:.0%}", ratio=f"{w / h:.2f}")
        images.append((resized_crop(flower, top, left, h, w, (135, 180)), label))
    return photographs(images, word("crop_pictures"), width=130)


@lru_cache(maxsize=None)
def _boxes(height=427, width=640, count=6000):
    """Boxes drawn by the default ranges, and how many of them came from the fallback."""
    transform, rng = RandomResizedCrop(8), np.random.default_rng(0)
    boxes = np.array([transform.box(height, width, rng) for _ in range(count)])
    central = (boxes[:, 2] == height) & (boxes[:, 3] == round(height * 4 / 3))
    return boxes, central


def crop_distribution():
    """Histograms of the area and the ratio of the boxes, beside the distributions they are drawn from."""
    boxes, central = _boxes()
    area, ratio = boxes[:, 2] * boxes[:, 3] / (427 * 640), boxes[:, 3] / boxes[:, 2]
    (left, areas), (right, ratios) = panel(3.4, 2.5), panel(3.4, 2.5)
    drawn, bins = np.histogram(area, bins=23, range=(0.08, 1), density=True)
    areas.stairs(drawn, bins, label=word("boxes"), linewidth=1.7)
    areas.plot([0.08, 0.08, 1, 1], [0, 1 / 0.92, 1 / 0.92, 0], SERIES[1], linestyle="--", label=word("drawn"))
    areas.set(xlabel=word("share_of_area"), ylim=(0, 1.7))
    drawn, bins = np.histogram(ratio, bins=20, range=(0.75, 4 / 3), density=True)
    ratios.stairs(drawn, bins, label=word("boxes"), linewidth=1.7)
    r = np.linspace(0.75, 4 / 3, 60)
    ratios.plot(r, 1 / (r * np.log(16 / 9)), SERIES[1], linestyle="--", label="1 / (r ln(r₁ / r₀))")
    ratios.set(xlabel="w / h", ylim=(0, 3.2))
    for axes in (areas, ratios):
        axes.legend()
    values = {"fallback": number(100 * np.mean(central), 2), "large": number(100 * np.mean(area > 0.9), 2)}
    if not 0.005 < np.mean(central) < 0.1:
        raise AssertionError(f"the fallback's share is {np.mean(central)}")
    return figure([left, right], word("crop_distribution", **values))


def ratio_derivation():
    """The density of the ratio from its definition: the derivative of the uniform draw by the ratio."""
    r, r_0, r_1, v = formulas.r, formulas.r_0, formulas.r_1, formulas.v
    inverse = written(lambda: sympy.log(r / r_0) / sympy.log(r_1 / r_0))
    solved = [sympy.log(side / r_0) for side in (r, formulas.random_resized_crop.definitions[1][1])]
    if sympy.simplify(sympy.expand_log(solved[1], force=True) - v * sympy.expand_log(sympy.log(r_1 / r_0), force=True)):
        raise AssertionError("v is not what the ratio's definition gives")
    density = derivation(Derivative(inverse, r), written(lambda: 1 / (r * sympy.log(r_1 / r_0))))
    return display(f"{latex(v)} = {latex(inverse)}") + density


@lru_cache(maxsize=None)
def _plate(size=240):
    """Rings that get finer outwards, up to the finest that the pixels can hold."""
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    return (0.5 + 0.5 * np.cos(np.pi * (x**2 + y**2) / size))[..., None]


def _without_antialiasing(image, size):
    """Linear interpolation at the new pixels' middles, however far apart they are."""
    middle = (np.arange(size) + 0.5) * len(image) / size - 0.5
    first = np.floor(middle).astype(int)
    share = (middle - first)[:, None, None]
    rows = (1 - share) * image[first] + share * image[first + 1]
    return rows if image.shape[1] == size else _without_antialiasing(rows.swapaxes(0, 1), size).swapaxes(0, 1)


def antialias_pictures():
    """A fine pattern made smaller in three ways."""
    plate, size = _plate(), 96
    nearest = plate[(np.arange(size) * 5 + 2) // 2][:, (np.arange(size) * 5 + 2) // 2]
    ways = {"nearest": nearest, "linear": _without_antialiasing(plate, size), "triangle": resize(plate, size)}
    outside = np.hypot(*(np.mgrid[:size, :size] - 47.5)) > 30
    noise = {key: np.std(small[outside]) for key, small in ways.items()}
    if not noise["triangle"] < noise["linear"] / 3:
        raise AssertionError(f"antialiasing leaves {noise}")
    images = [(plate, word("original"))] + [(small, word(key)) for key, small in ways.items()]
    values = {key: number(value, 2) for key, value in noise.items()}
    return photographs(images, word("antialias_pictures", **values), width=150)


# ColorJitter


def jitter_pictures():
    """The four adjustments, each with a small and a large factor."""
    flower = resize(photograph("flower"), (126, 168))
    kinds = [("brightness", adjust_brightness, (0.6, 1.4)), ("contrast", adjust_contrast, (0.4, 1.8))]
    kinds += [("saturation", adjust_saturation, (0, 2)), ("hue", adjust_hue, (-0.1, 0.3))]
    images = [(adjust(flower, f), f"{word(name)} {number(f)}") for name, adjust, pair in kinds for f in pair]
    return photographs(images, word("jitter_pictures"), width=112)


def hue_curves():
    """R, G and B of one colour while its hue goes once around."""
    drawing, axes = panel(4.6, 2.6)
    turns = np.linspace(-0.5, 0.5, 121)
    colours = [255 * adjust_hue(np.array([[[200, 100, 50]]]) / 255, turn)[0, 0] for turn in turns.tolist()]
    for name, values in zip("RGB", np.transpose(colours)):
        axes.plot(turns, values, label=name)
    axes.set(xlabel=word("hue_factor"), ylim=(0, 255))
    axes.legend(loc="upper center", ncols=3)
    low, high = np.min(colours, axis=1), np.max(colours, axis=1)
    if np.ptp(low) > 1e-9 or np.ptp(high) > 1e-9:
        raise AssertionError("the hue has changed a colour's largest or smallest value")
    return figure(drawing, word("hue_curves"))


def jitter_order():
    """The two results of the 24 orders that differ most."""
    flower = photograph("flower")
    kinds = {"brightness": (adjust_brightness, 1.4), "contrast": (adjust_contrast, 1.4)}
    kinds.update(saturation=(adjust_saturation, 1.4), hue=(adjust_hue, 0.1))
    results = {}
    for order in itertools.permutations(kinds):
        image = flower
        for name in order:
            adjust, factor = kinds[name]
            image = adjust(image, factor)
        results[order] = image
    distances = {
        pair: np.mean(np.abs(results[pair[0]].astype(float) - results[pair[1]]))
        for pair in itertools.combinations(results, 2)
    }
    farthest = max(distances, key=distances.get)
    images = [(results[order], ", ".join(word(name) for name in order)) for order in farthest]
    values = {
        "distinct": str(len({image.tobytes() for image in results.values()})),
        "mean": number(distances[farthest]),
        "largest": str(np.max(np.abs(results[farthest[0]].astype(int) - results[farthest[1]]))),
    }
    return photographs(images, word("jitter_order", **values), width=240)


def jitter_derivation():
    """Without the clamp, brightness and saturation may change places."""
    x, L, f, g = sympy.symbols("x L f g")
    steps = written(lambda: (f * (g * x + (1 - g) * L),))
    return derivation(written(lambda: g * (f * x) + (1 - g) * (f * L)), *steps)


# RandomRotation


def rotation_pictures():
    """A turned photograph, and a detail of it by both interpolations."""
    temple = photograph("china")
    turned = {kind: rotate(temple, 20, kind) for kind in ("bilinear", "nearest")}
    details = [(np.kron(image[60:105, 95:155], np.ones((4, 4, 1), np.uint8)), kind) for kind, image in turned.items()]
    images = [(turned["bilinear"], "20°"), (rotate(temple, 20, "bilinear", expand=True), "20°, expand=True"), *details]
    return photographs(images, word("rotation_pictures"))


def mapping_grid(angle=30, size=12):
    """Old pixels sent to the new grid, and new pixels looked up in the old one."""
    middle = np.stack(np.meshgrid(np.arange(size) + 0.5, np.arange(size) + 0.5), axis=-1).reshape(-1, 2)
    turn = np.radians(angle)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    centre = size / 2
    inside = np.hypot(*(middle - centre).T) < size / 2 - 0.7
    sent = (middle - centre) @ matrix.T + centre
    found = (middle - centre) @ matrix + centre
    hits = np.zeros((size + 8, size + 8), int)
    np.add.at(hits, tuple((np.floor(sent).astype(int) + 4)[:, ::-1].T), 1)
    hits = hits[4:-4, 4:-4].ravel()
    (left, new), (right, old) = panel(3.2, 3.2), panel(3.2, 3.2)
    new.plot(*sent[inside].T, ".", color=SERIES[0], markersize=3)
    new.plot(*middle[inside & (hits == 0)].T, "x", color=SERIES[1], markersize=7)
    new.plot(*middle[inside & (hits > 1)].T, "o", color=SERIES[2], markersize=9, markerfacecolor="none")
    old.plot(*found[inside].T, ".", color=SERIES[0], markersize=3)
    for axes, title in ((new, word("forwards")), (old, word("backwards"))):
        axes.set(xlim=(0, size), ylim=(size, 0), xticks=range(size + 1), yticks=range(size + 1), title=title, aspect="equal")
        axes.tick_params(labelbottom=False, labelleft=False, length=0)
    values = {"angle": str(angle), "cells": str(inside.sum()), "holes": str(np.sum(hits[inside] == 0))}
    values["double"] = str(np.sum(hits[inside] > 1))
    return figure([left, right], word("mapping_grid", **values))


def rotation_derivation():
    """The inverse of a turn is the turn back."""
    theta, phi = formulas.theta, Symbol("phi", real=True)
    one, other, both = (_turn(1).subs(theta, angle) for angle in (theta, phi, theta + phi))
    return _same_matrix(MatMul(_turn(1), _turn(-1)), Matrix([[1, 0], [0, 1]])) + _same_matrix(MatMul(one, other), both)


# RandomAffine


def affine_grid():
    """What each of the four parts does to a square grid."""
    kinds = {"rotation": {"theta": 20}, "scale": {"s": 0.7}, "shear_x": {"phi_x": 20}, "shear_y": {"phi_y": 20}}
    drawings = []
    for name, changed in kinds.items():
        values = {"theta": 0, "s": 1, "phi_x": 0, "phi_y": 0, **changed}
        values = {key: value if key == "s" else np.radians(value) for key, value in values.items()}
        matrix = np.array(formulas.affine_matrix.value(**values), float).reshape(2, 2)
        drawing, axes = panel(2.2, 2.2)
        for offset in np.linspace(-1, 1, 5):
            for line in (np.array([[offset, offset], [-1, 1]]), np.array([[-1, 1], [offset, offset]])):
                axes.plot(*line, color=INK, linewidth=0.5, linestyle=":")
                axes.plot(*(matrix @ line), color=SERIES[0], linestyle="-", linewidth=1.3)
        axes.set(xlim=(-1.5, 1.5), ylim=(1.5, -1.5), title=word(name), aspect="equal", xticks=[], yticks=[])
        drawings.append(drawing)
    return figure(drawings, word("affine_grid"))


def affine_derivation():
    """The inverse beside the matrix, and the determinant."""
    forward, inverse = formulas.affine_matrix, formulas.affine.definitions[0][1]
    matrix = forward.explicit(forward.right)
    product = (matrix * inverse).doit().as_explicit().applyfunc(sympy.simplify)
    if product != sympy.eye(2):
        raise AssertionError(f"A times its inverse is {product}")
    if sympy.simplify(matrix.doit().as_explicit().det() - formulas.s**2) != 0:
        raise AssertionError("det A is not the square of s")
    return display(r"A A^{-1} = \begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}") + display(r"\det A = s^2")


def _sharpness(image):
    """The mean difference of neighbours, away from the border."""
    inner = image.astype(float)[40:-40, 60:-60]
    return np.mean(np.abs(np.diff(inner, axis=0))) + np.mean(np.abs(np.diff(inner, axis=1)))


def twice_pictures():
    """The same turn in one warp and in six."""
    temple = photograph("china")
    once, often = rotate(temple, 30, "bilinear"), temple
    for _ in range(6):
        often = rotate(often, 5, "bilinear")
    images = [(np.kron(image[55:115, 85:165], np.ones((3, 3, 1), np.uint8)), label)
              for image, label in ((once, "1 × 30°"), (often, "6 × 5°"))]
    kept = {name: number(100 * _sharpness(image) / _sharpness(temple), 2) for name, image in (("once", once), ("often", often))}
    if not float(kept["often"]) < 0.8 * float(kept["once"]):
        raise AssertionError(f"sharpness {kept}")
    return photographs(images, word("twice_pictures", **kept), width=240)


# RandomGrayscale


def equal_luma():
    """Six colours of one luma, and what is left of them."""
    target, colours = 0.45, []
    for turn in np.linspace(-0.5, 0.5, 6, endpoint=False):
        colour = adjust_hue(np.array([[[1.0, 0.15, 0.15]]]), turn)[0, 0]
        low, high = 0.0, 1.0
        for _ in range(60):  # mix with white or black until the luma is right
            share = (low + high) / 2
            mixed = share * colour + (1 - share) * (target > colour @ blocks.LUMA)
            nearer = (mixed @ blocks.LUMA < target) == (colour @ blocks.LUMA < target)
            low, high = (low, share) if nearer == (target > colour @ blocks.LUMA) and mixed @ blocks.LUMA > target else (share, high)
        colours.append(mixed)
    return colours
