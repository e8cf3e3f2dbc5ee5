"""What the augmentations page computes: its tables, pictures, figures, derivations and checks."""

import itertools
from functools import cache

import numpy as np
import sympy
from sklearn.datasets import load_sample_image
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
    cutmix,
    gaussian_blur,
    mixup,
    resize,
    resized_crop,
    rotate,
)
from scratch.evidence import recorded as load
from scratch.evidence.augmentation import COMPARISONS, compare, recorded
from scratch.formulas import augmentation as formulas
from scratch.formulas import latex, written
from scratch.show.check import checked
from scratch.show.figure import INK, SERIES, figure, panel, photographs
from scratch.show.formula import derivation
from scratch.show.mathml import display
from scratch.show.page import let
from scratch.show.table import number, table
from scratch.show.words import words

word = words("augmentation")
BLOCKS = {  # anchor: title and a setting that can be seen on a photograph
    "randomhorizontalflip": ("RandomHorizontalFlip", RandomHorizontalFlip(1)),
    "randomresizedcrop": ("RandomResizedCrop", RandomResizedCrop((150, 200), scale=(0.2, 0.6))),
    "colorjitter": ("ColorJitter", ColorJitter(0.4, 0.4, 0.4, 0.2)),
    "randomrotation": ("RandomRotation", RandomRotation(30, "bilinear")),
    "randomaffine": ("RandomAffine", RandomAffine(20, (0.1, 0.1), (0.8, 1.2), 15, "bilinear")),
    "randomgrayscale": ("RandomGrayscale", RandomGrayscale(1)),
    "gaussianblur": ("GaussianBlur", GaussianBlur(15, (2.0, 4.0))),
    "randomerasing": ("RandomErasing", RandomErasing(1, scale=(0.1, 0.3))),
    "mixup": ("Mixup", MixUp(5.0)),
    "cutmix": ("CutMix", CutMix(5.0)),
}


@cache
def photograph(name, width=200):
    """One of scikit-learn's two photographs, cut to 4 : 3 and made small: (width * 3 // 4, width, 3), uint8."""
    return resize(blocks.center_crop(load_sample_image(f"{name}.jpg"), (427, 569)), (width * 3 // 4, width))


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
    """The table at the top: what each block draws and how much it changes, over ten draws."""
    flower, rows = photograph("flower").astype(float), []
    for anchor, (title, transform) in BLOCKS.items():
        rng = np.random.default_rng(0)
        change = np.abs([applied(transform, rng) - flower for _ in range(10)])
        changed, mean = np.mean(change.max(axis=-1) > 0), np.mean(change) / 255
        name = f'<a href="#{anchor}">{title}</a>'
        ignores = word(f"{anchor}_ignores").replace(" ", "\u00a0")  # on one line
        rows.append([name, word(f"{anchor}_draws"), f"{changed:.0%}", f"{mean:.0%}", ignores])
    return table(["", word("draws"), word("changed"), word("change"), word("ignores")], rows, word("comparison"))


def overlay():
    """The photograph, and one draw of each block."""
    images = [(photograph("flower"), word("original"))]
    images += [(applied(transform, np.random.default_rng(3)), title) for title, transform in BLOCKS.values()]
    return photographs([(resize(image, (111, 148)), title) for image, title in images], word("overlay"), width=96)


def facts():
    """Name the numbers that the page's sentences use."""
    from PIL import Image

    white = Image.new("RGB", (1, 1), "white")
    let(
        torch=str(load("activations")["version"]),
        white=str(blocks.rgb_to_grayscale(np.asarray(white)).item()),
        pil_white=str(white.convert("L").getpixel((0, 0))),
        sky_share=f"{cutmix(_pair(), np.eye(2), 0.7, (190, 15))[1][0, 1]:.0%}",
        torch_border=number(load("augmentation")["border"][0, 0]),
        wrapped=", ".join(map(str, load("augmentation")["wrapped"])),
    )


# Checks


def check(*names):
    """The lines "checked in this build" of some blocks: against their formulas, and against torchvision."""
    count, worst = 0, 0.0
    for name in (name for name in COMPARISONS if name.split()[0] in names):
        computed, exact = compare(name)
        if computed.shape != exact.shape:
            raise AssertionError(f"{name}: {computed.size} values, the formula gives {exact.size}")
        count, worst = count + exact.size, max(worst, np.max(np.abs(computed - exact)))
    what = word("against_formula", block=_listed(names))
    return checked(what, count, worst, 2e-15, "values", "absolute") + "".join(_against_torchvision(names))


def _listed(names):
    return ", ".join(f"<code>{name}</code>" for name in names)


def _against_torchvision(names):
    results = {name: found for name in names if (found := list(recorded(load("augmentation"), name)))}
    for single in (True, False):  # torchvision's hue is float32
        group = [name for name in results if (name == "adjust_hue") == single]
        if group:
            errors = np.concatenate([_errors(results[name], "float64") for name in group])
            what = word("against_torchvision", block=_listed(group), dtype="float64")
            yield checked(what, errors.size, np.max(errors), 2e-6 if single else 1e-12, "values", "absolute")
    if results:
        levels = np.concatenate([_errors(found, "uint8") for found in results.values()])
        what = word("against_torchvision", block=_listed(results), dtype="uint8")
        yield checked(what, levels.size, np.max(levels), 1, "values", "levels")
    for name, found in results.items():
        share, allowed = (np.mean(_errors(found, "uint8") > 0), {"resize": 0.3, "resized_crop": 0.3, "adjust_hue": 0.1})
        if share > allowed.get(name, 0.01):
            raise AssertionError(f"{name}: {share:.1%} of the levels differ from torchvision's")


def _errors(results, dtype):
    """The distances of all results of a dtype from torchvision's."""
    pairs = [(ours.astype(float), theirs) for kind, _, ours, theirs in results if kind == dtype == ours.dtype]
    return np.concatenate([np.ravel(np.abs(ours - theirs)) for ours, theirs in pairs])


def equations(*formulas):
    """Formulas, then the definitions of their symbols, each once."""
    lines = [equation.latex for equation in formulas]
    lines += [line for equation in formulas for line in equation.definitions_latex]
    return "".join(map(display, dict.fromkeys(lines)))


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
    flower, transform = photograph("flower"), RandomResizedCrop((120, 160))
    images = []
    for seed in range(6):
        top, left, h, w = transform.box(150, 200, np.random.default_rng(seed))
        label = word("area_and_ratio", area=f"{h * w / flower[..., 0].size:.0%}", ratio=f"{w / h:.2f}")
        images.append((resized_crop(flower, top, left, h, w, (120, 160)), label))
    return photographs(images, word("crop_pictures"), width=150)


def crop_distribution():
    """Histograms of the area and the ratio of boxes in a photograph and in a panorama."""
    (left, areas), (right, ratios) = panel(3.4, 2.6), panel(3.4, 2.6)
    values = {}
    for name, (height, width) in {"photograph": (300, 400), "panorama": (100, 400)}.items():
        transform, rng = RandomResizedCrop(8), np.random.default_rng(0)
        boxes = np.array([transform.box(height, width, rng) for _ in range(6000)])
        largest = min(height, round(width * 3 / 4)), min(width, round(height * 4 / 3))
        fallback = np.all(boxes[:, 2:] == largest, axis=1)
        values[f"{name}_fallback"] = number(100 * np.mean(fallback), 2)
        area, ratio = (boxes[:, 2] * boxes[:, 3] / (height * width), boxes[:, 3] / boxes[:, 2])
        if not np.mean(area < 0.54) > 0.55:  # as drawn: 0.5
            raise AssertionError(f"small areas come in {np.mean(area < 0.54):.0%} of the draws")
        style = {"label": word(name), "linewidth": 1.7, "linestyle": "-" if name == "photograph" else "-."}
        areas.stairs(*np.histogram(area, bins=31, range=(0, 1), density=True), **style)
        ratios.stairs(*np.histogram(ratio, bins=20, range=(0.74, 1.35), density=True), **style)
    areas.plot([0.08, 0.08, 1, 1], [0, 1 / 0.92, 1 / 0.92, 0], SERIES[2], linestyle=":", label=word("drawn"))
    r = np.linspace(0.75, 4 / 3, 60)
    ratios.plot(r, 1 / (r * np.log(16 / 9)), SERIES[2], linestyle=":", label="1 / (r ln(r₁ / r₀))")
    areas.set(xlabel=word("share_of_area"), ylim=(0, 6))
    ratios.set(xlabel="w / h", ylim=(0, 5))
    for axes in (areas, ratios):
        axes.legend()
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


@cache
def _plate(size=150):
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
    plate, size = _plate(), 60
    nearest = plate[(np.arange(size) * 5 + 2) // 2][:, (np.arange(size) * 5 + 2) // 2]
    ways = {"nearest": nearest, "linear": _without_antialiasing(plate, size), "triangle": resize(plate, size)}
    outside = np.hypot(*(np.mgrid[:size, :size] - 29.5)) > 19
    noise = {key: np.std(small[outside]) for key, small in ways.items()}
    if not noise["triangle"] < noise["linear"] / 3:
        raise AssertionError(f"antialiasing leaves {noise}")
    images = [(plate, word("original"))] + [(small, word(key)) for key, small in ways.items()]
    values = {key: number(value, 2) for key, value in noise.items()}
    return photographs(images, word("antialias_pictures", **values), width=150)


# ColorJitter


def jitter_pictures():
    """The four adjustments, each with a small and a large factor."""
    flower = resize(photograph("flower"), (105, 140))
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


def _enlarged(image, times):
    """Every pixel as a square of pixels."""
    return np.kron(image, np.ones((times, times, 1), np.uint8))


def rotation_pictures():
    """A turned photograph, and a detail of it by both interpolations."""
    temple = photograph("china", 240)
    turned = {kind: rotate(temple, 20, kind) for kind in ("bilinear", "nearest")}
    details = [(_enlarged(image[60:105, 95:155], 4), kind) for kind, image in turned.items()]
    small = photograph("china")
    images = [(rotate(small, 20, "bilinear"), "20°"), (rotate(small, 20, "bilinear", expand=True), "20°, expand=True")]
    images += details
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
        axes.set(xlim=(0, size), ylim=(size, 0), title=title, aspect="equal")
        axes.set(xticks=range(size + 1), yticks=range(size + 1))
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
        axes.set(xlim=(-1.5, 1.5), ylim=(1.5, -1.5), title=word(name), aspect="equal")
        axes.axis("off")
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
    temple = photograph("china", 240)
    once, often = rotate(temple, 30, "bilinear"), temple
    for _ in range(6):
        often = rotate(often, 5, "bilinear")
    images = [(_enlarged(image[55:115, 85:165], 3), label) for image, label in ((once, "1 × 30°"), (often, "6 × 5°"))]
    kept = [100 * _sharpness(image) / _sharpness(temple) for image in (once, often)]
    if not kept[1] < 0.8 * kept[0]:
        raise AssertionError(f"sharpness {kept}")
    return photographs(images, word("twice_pictures", once=number(kept[0], 2), often=number(kept[1], 2)), width=240)


# RandomGrayscale


def grey_pictures():
    """The photograph and six colours of one luma, before and after."""
    flower, target = photograph("flower"), 0.45
    colours = [adjust_hue(np.array([[[1.0, 0.15, 0.15]]]), turn)[0, 0] for turn in np.linspace(-0.5, 0.5, 7)[:6]]
    white, patches = blocks.LUMA.sum(), []
    for colour in colours:
        luma = colour @ blocks.LUMA
        darker, lighter = (colour * target / luma, 1 - (1 - colour) * (white - target) / (white - luma))
        patches.append(darker if luma > target else lighter)
    strip = np.kron(np.array(patches).reshape(2, 3, 3), np.ones((50, 44, 1)))
    grey = blocks.rgb_to_grayscale(strip, 3)
    if np.ptp(grey) > 1e-12:
        raise AssertionError(f"the patches' luma differs by {np.ptp(grey)}")
    images = [(flower, word("original")), (blocks.rgb_to_grayscale(flower, 3), word("grey"))]
    images += [(strip, word("six_colours")), (grey, word("grey"))]
    return photographs(images, word("grey_pictures"))


def luma_derivation():
    """A change of colour that the luma does not see."""
    R, G, B, a = formulas.R, formulas.G, formulas.B, formulas.a
    r, g, b = sympy.symbols("w_R w_G w_B", positive=True)
    Add = sympy.Add
    changed = written(lambda: Add(r * (R + a / r), g * (G - a / g), b * B))
    return derivation(changed, written(lambda: Add(r * R, g * G, b * B)))


# GaussianBlur


def blur_pictures():
    """The photograph at four standard deviations."""
    temple = photograph("china")
    images = [(temple, word("original"))]
    images += [(gaussian_blur(temple, 2 * round(3 * sigma) + 1, sigma), f"σ = {sigma:g}") for sigma in (1, 2, 4)]
    return photographs(images, word("blur_pictures"))


def kernels():
    """The weights of a kernel of nine pixels, and how well two blurs are one."""
    (left, weights), (right, errors) = panel(3.4, 2.5), panel(3.4, 2.5)
    spike = np.zeros((1, 33, 1))
    spike[0, 16] = 1
    for sigma in (0.5, 1.0, 2.0, 8.0):
        row = gaussian_blur(spike, (9, 1), sigma)[0, 12:21, 0]
        weights.plot(np.arange(-4, 5), row, marker="o", label=f"σ = {sigma:g}")
    weights.set(xlabel="k", title=word("weights"))
    weights.legend()
    noise = np.random.default_rng(0).random((80, 80, 1))
    sizes = np.arange(3, 33, 2)
    gaps = []
    for size in sizes.tolist():
        twice = gaussian_blur(gaussian_blur(noise, size, 1.5), size, 2)
        gaps.append(np.max(np.abs(twice - gaussian_blur(noise, size, 2.5))))
    errors.plot(sizes, gaps, marker="o")
    errors.set(xlabel=word("kernel_size"), yscale="log", title=word("semigroup_error"))
    if not gaps[-1] < 1e-5 < gaps[0]:
        raise AssertionError(f"two blurs differ from one by {gaps}")
    return figure([left, right], word("kernels", small=number(gaps[1], 2), large=number(gaps[-1], 2)))


def separable_derivation():
    """A Gaussian of two variables is a product."""
    x, y, s = sympy.symbols("x y sigma", positive=True)
    return derivation(
        written(lambda: exp(-((x**2 + y**2) / (2 * s**2)))),
        written(lambda: exp(-(x**2 / (2 * s**2))) * exp(-(y**2 / (2 * s**2)))),
    )


def semigroup_derivation():
    """A Gaussian blurred by a Gaussian is a Gaussian whose variance is the sum."""
    x, u = sympy.symbols("x u", real=True)
    s, t = sympy.symbols("sigma tau", positive=True)
    one = written(lambda: exp(-(u**2 / (2 * s**2))) / (s * sqrt(2 * pi)))
    other = written(lambda: exp(-((x - u) ** 2 / (2 * t**2))) / (t * sqrt(2 * pi)))
    product = written(lambda: one * other)
    total = written(lambda: exp(-(x**2 / (2 * (s**2 + t**2)))) / sqrt(2 * pi * (s**2 + t**2)))
    return derivation(Integral(product, (u, -oo, oo)), total)


# RandomErasing, Cutout


def erasing_pictures():
    """Boxes of RandomErasing with three values, and a square of Cutout at the border."""
    flower = photograph("flower")
    scale = {"scale": (0.1, 0.25)}
    images = [(RandomErasing(1, **scale)(flower, np.random.default_rng(0)), "value=0")]
    for seed, value in ((1, (124, 116, 104)), (2, "random")):
        erased = RandomErasing(1, value=value, **scale)(flower, np.random.default_rng(seed))
        images.append((erased, f"value={value!r}"))
    images += [(Cutout(80)(flower, np.random.default_rng(4)), "Cutout(80)")]
    return photographs(images, word("erasing_pictures"))


@cache
def _coverage(kind, side=32):
    """How often each pixel of a square image is erased."""
    count = np.zeros((side, side))
    if kind == "cutout":
        starts = [slice(max(y - 8, 0), y + 8) for y in range(side)]
        for rows, columns in itertools.product(starts, starts):
            count[rows, columns] += 1 / side**2
    else:
        transform, rng = RandomErasing(), np.random.default_rng(0)
        for _ in range(4000):
            top, left, h, w = transform.box(side, side, rng)
            count[top : top + h, left : left + w] += 1 / 4000
    return count


def _map(share, name):
    """A picture of how often each pixel is hit, with its label."""
    values = {"low": f"{share.min():.0%}", "high": f"{share.max():.0%}", "mean": f"{share.mean():.1%}"}
    return np.kron(share / share.max(), np.ones((5, 5))), word("map_label", name=name, **values)


def erased_maps():
    """How often each pixel is erased by the two methods, light for often."""
    images = []
    for kind in ("erasing", "cutout"):
        share = _coverage(kind)
        images.append(_map(share, word(kind)))
    return photographs(images, word("erased_maps"))


def cutout_derivation():
    """The mean side of what Cutout erases, summed over all places of the middle."""
    N, h, y = sympy.symbols("N h y", positive=True, integer=True)
    Sum, Add = sympy.Sum, sympy.Add
    sides = written(
        lambda: Add(Sum(y + h, (y, 0, h - 1)), Sum(2 * h, (y, h, N - h)), Sum(Add(N, -y, h), (y, Add(N, -h, 1), N - 1)))
    )
    return derivation(sides, written(lambda: 2 * h * N - h**2))


# Mixup and CutMix


def _with_bar(image, share):
    """An image above a bar that shows the shares of a label."""
    bar = np.full((12, image.shape[1], 3), (0x1F, 0x6F, 0xB4), np.uint8)
    bar[:, round(share * image.shape[1]) :] = (0xF2, 0xA2, 0x4E)
    gap = np.full((4, image.shape[1], 3), 255, np.uint8)
    return np.concatenate([_levels(image), gap, bar])


def _pair():
    return np.stack([photograph("flower"), photograph("china")]) / 255


def mixup_pictures():
    """The two photographs blended with four shares, and their labels."""
    images = []
    for lam in (1.0, 0.7, 0.4, 0.1):
        mixed, rows = mixup(_pair(), np.eye(2), lam)
        label = word("shares", flower=number(rows[0, 0]), temple=number(rows[0, 1]))
        images.append((_with_bar(mixed[0], rows[0, 0]), label))
    return photographs(images, word("mixup_pictures"))


def beta_densities():
    """The density of lambda for four values of alpha."""
    drawing, axes = panel(4.6, 2.6)
    x = np.linspace(0.005, 0.995, 199)
    density = formulas.beta.right
    for alpha in (sympy.Rational(1, 5), 1, 2, 8):
        curve = sympy.lambdify(formulas.lam, density.subs(formulas.alpha, alpha).doit())
        axes.plot(x, curve(x) * np.ones_like(x), label=f"α = {float(alpha):g}")
    axes.set(xlabel="λ", ylim=(0, 4.8))
    axes.legend(loc="upper center", ncols=2)
    return figure(drawing, word("beta_densities"))


def mixup_derivation():
    """The loss of a mixed label is the mixed loss."""
    y, other, p, lam = *sympy.symbols("y_k y'_k p_k", positive=True), formulas.lam
    log = sympy.log(p)
    mixed_label = written(lambda: -((lam * y + (1 - lam) * other) * log))
    return derivation(mixed_label, written(lambda: lam * -(y * log) + (1 - lam) * -(other * log)))


def variance_derivation():
    """The variance of lambda for three values of alpha, by integrating the density."""
    lam, rows = formulas.lam, []
    for alpha in (1, 2, 8):
        density = sympy.expand(formulas.beta.right.subs(formulas.alpha, alpha).doit())
        variance = sympy.integrate(sympy.expand((lam - sympy.Rational(1, 2)) ** 2 * density), (lam, 0, 1))
        if variance != sympy.Rational(1, 4 * (2 * alpha + 1)):
            raise AssertionError(f"the variance for alpha {alpha} is {variance}")
        rows.append(rf"\alpha = {alpha}: \quad \operatorname{{Var}}(\lambda) = {latex(variance)}")
    return "".join(map(display, rows))


def cutmix_labels():
    """The labels' formula; the box is written out above it."""
    equation = formulas.cutmix_labels
    share = equation.definitions[0]
    return display(equation.latex) + display(f"{latex(share[0])} = {latex(share[1])}")


def cutmix_pictures():
    """The temple's boxes in the flower, and the labels after clipping."""
    images = []
    for lam, center in ((0.7, (100, 75)), (0.7, (190, 15)), (0.3, (50, 100)), (0.3, (10, 140))):
        mixed, rows = cutmix(_pair(), np.eye(2), lam, center)
        label = word("lam_and_shares", lam=number(lam), flower=number(rows[0, 0]), temple=number(rows[0, 1]))
        images.append((_with_bar(mixed[0], rows[0, 0]), label))
    return photographs(images, word("cutmix_pictures"))


@cache
def _shares(count=6000, side=32):
    """The shares that are drawn, those that are kept after clipping, and how often each pixel is replaced."""
    rng, images = (np.random.default_rng(0), np.stack([np.zeros((side, side, 1)), np.ones((side, side, 1))]))
    drawn, kept, replaced = [], [], np.zeros((side, side))
    for _ in range(count):
        lam, center = rng.beta(1, 1), rng.integers(side, size=2).tolist()
        mixed, rows = cutmix(images, np.eye(2), lam, center)
        drawn.append(lam)
        kept.append(rows[0, 0])
        replaced += mixed[0, ..., 0] / count
    return np.array(drawn), np.array(kept), replaced


def share_histograms():
    """Lambda as it is drawn and as it is after clipping."""
    drawn, kept, _ = _shares()
    drawing, axes = panel(4.6, 2.6)
    for shares, label, style in ((drawn, word("drawn"), "--"), (kept, word("after_clipping"), "-")):
        counts, bins = np.histogram(shares, bins=25, range=(0, 1), density=True)
        label = f"{label}: {word('mean')} {np.mean(shares):.2f}"
        axes.stairs(counts, bins, label=label, linewidth=1.7, linestyle=style)
    axes.set(xlabel="λ", ylim=(0, 3))
    axes.legend()
    if not abs(np.mean(kept) - 0.7) < 0.01:
        raise AssertionError(f"the mean share after clipping is {np.mean(kept)}")
    return figure(drawing, word("share_histograms", drawn=number(np.mean(drawn), 2), kept=number(np.mean(kept), 2)))


def replaced_map():
    """How often CutMix replaces each pixel."""
    _, _, share = _shares()
    return photographs([_map(share, "CutMix")], word("replaced_map"))


def share_derivation():
    """The mean share in the limit of many pixels: r is the box's side as a share of the image's."""
    r = Symbol("r", positive=True)
    kept = Integral(written(lambda: (1 - (r - r**2 / 4) ** 2) * (2 * r)), (r, 0, 1))
    let(continuous_share=number(float(kept.doit()), 3))
    return derivation(kept, kept.doit())
