"""The augmentations' mistakes and variants: small functions in the kernels' style."""

from __future__ import annotations

import numpy as np

from scratch import augmentation as right
from scratch.examine.base import Mistake, parts, row
from scratch.examine.topics.augmentation import BLOCKS


def _row(of, name, sentence, mend, made=None, anchor="bugs-people-write", variant=False, seen=""):
    make = (lambda block: made) if made is not None else None
    return Mistake(of, name, sentence, mend, f"{BLOCKS[of]}-{anchor}", make, None, variant, seen)


def _in_dtype(values, image, whole=np.rint):
    """Values in the image's dtype; whole: what makes levels of numbers."""
    if image.dtype == np.uint8:
        return np.clip(whole(values), 0, 255).astype(np.uint8)
    return np.asarray(values, image.dtype)


def _in_range(values, image, whole=np.trunc):
    return _in_dtype(np.clip(values, 0, 255 if image.dtype == np.uint8 else 1), image, whole)


def _sides(size):
    return (size, size) if np.ndim(size) == 0 else tuple(size)


# resize


def _resampled(weights):
    """A resize by weights(old, new): a table with a row of shares for each new pixel."""

    def function(image, size, interpolation="bilinear"):
        if interpolation == "nearest":
            return right.resize(image, size, "nearest")
        H, W = image.shape[-3:-1]
        shape = size if np.ndim(size) else (size * H // min(H, W), size * W // min(H, W))
        values = image.astype(float)
        for new, axis in zip(shape, (-3, -2)):
            table = weights(values.shape[axis], new)
            values = np.moveaxis(np.tensordot(table, values, (1, axis)), 0, axis)
        return _in_dtype(values, image)

    return function


def _by(place):
    """A resize by linear interpolation: row i of the new image lies at place(i, old, new)."""

    def weights(old, new):
        at = np.clip(place(np.arange(new), old, new), 0, old - 1)
        return np.maximum(0, 1 - np.abs(np.arange(old) - at[:, None]))

    return _resampled(weights)


def _covered(old, new):
    """How much of each old pixel a new one covers."""
    edges = np.arange(new + 1) * old / new
    cover = np.minimum(edges[1:, None], np.arange(1, old + 1)) - np.maximum(edges[:-1, None], np.arange(old))
    return np.maximum(cover, 0) * new / old


def _not_renormalised(old, new):
    s = max(1, old / new)
    away = np.arange(old) + 0.5 - (np.arange(new)[:, None] + 0.5) * old / new
    return np.maximum(0, 1 - np.abs(away / s)) / s


def _truncated_resize(image, size, interpolation="bilinear"):
    if image.dtype != np.uint8 or interpolation == "nearest":
        return right.resize(image, size, interpolation)
    return (right.resize(image.astype(float), size) + 1e-9).astype(np.uint8)


def _longer(image, size, interpolation="bilinear"):
    H, W = image.shape[-3:-1]
    if not np.ndim(size):
        size = (max(1, size * H // max(H, W)), max(1, size * W // max(H, W)))
    return right.resize(image, size, interpolation)


# Crops


def _crop(change):
    def function(image, top, left, height, width, size, interpolation="bilinear"):
        return change(image, top, left, height, width, size, interpolation)

    return function


def _within(image, top, left, height, width):
    """A box that was moved, as NumPy's slices cut it off."""
    H, W = image.shape[-3:-1]
    return top, left, max(1, min(height, H - top)), max(1, min(width, W - left))


def _central(first, pad=None, shape=lambda size: size):
    """A central crop. first: where it begins, of the difference; pad: where the image lies in a larger crop."""

    def function(image, size):
        size = shape(_sides(size))
        out = np.zeros((*image.shape[:-3], *size, image.shape[-1]), image.dtype)
        places = []
        for old, new in zip(image.shape[-3:-1], size):
            cut = int(first(old - new)) if new <= old else 0
            border = (pad or (lambda d: d // 2))(new - old) if new > old else 0
            common = min(old, new)
            places.append((slice(cut, cut + common), slice(border, border + common)))
        (rows, new_rows), (columns, new_columns) = places
        out[..., new_rows, new_columns, :] = image[..., rows, columns, :]
        return out

    return function


def _no_padding(image, size):
    return right.center_crop(image, tuple(map(min, _sides(size), image.shape[-3:-1])))


def _from_the_end(image, size):
    (h, w), (H, W) = _sides(size), image.shape[-3:-1]
    top, left = round((H - h) / 2), round((W - w) / 2)
    return image[..., top : top + h, left : left + w, :].copy()


# Colours


LUMA = np.array([0.2989, 0.587, 0.114])


def _grey(image, weights=LUMA):
    grey = image.astype(float) @ np.asarray(weights)
    return (np.floor(grey + 1e-9) if image.dtype == np.uint8 else grey)[..., None]


def _blended(others, mix=lambda f, x, o: f * x + (1 - f) * o, whole=lambda v: np.trunc(v + 1e-9), clamp=True):
    """An adjustment that blends an image with others(image)."""

    def function(image, factor):
        values = mix(factor, image.astype(float), others(image))
        return _in_range(values, image, whole) if clamp or image.dtype == np.uint8 else values

    return function


def _mean_grey(image):
    return _grey(image).mean(axis=(-3, -2, -1), keepdims=True)


def _white(image):
    return 255 if image.dtype == np.uint8 else 1.0


def _wraps(image, factor):
    if image.dtype != np.uint8:
        return np.clip(image * factor, 0, 1)
    return (np.floor(image * factor + 1e-9).astype(int) % 256).astype(np.uint8)


def _hued(turn, whole=np.rint, wrap=lambda h: h % 6):
    """A hue that is turned by turn(factor), in sixths of the circle."""

    def function(image, factor):
        x = image.astype(float)
        value, chroma = x.max(-1), x.max(-1) - x.min(-1)
        safe = np.where(chroma == 0, 1, chroma)
        r, g, b = np.moveaxis(x, -1, 0)
        hue = np.where(value == r, (g - b) / safe, np.where(value == g, 2 + (b - r) / safe, 4 + (r - g) / safe))
        hue = wrap(hue % 6 + turn(factor))
        k = (np.array([5, 3, 1]) + hue[..., None]) % 6
        out = value[..., None] - chroma[..., None] * np.clip(np.minimum(k, 4 - k), 0, 1)
        return _in_range(out, image, whole)

    return function


def _saturated_hsv(image, factor):
    x = image.astype(float)
    top, low = x.max(-1, keepdims=True), x.min(-1, keepdims=True)
    with np.errstate(all="ignore"):
        most = np.where(top > low, top / (top - low), 1)
    return _in_range(top - np.minimum(factor, most) * (top - x) + 1e-9, image)


def _greyed(weights, whole=lambda v: np.floor(v + 1e-9)):
    def function(image, num_output_channels=1):
        values = weights(image.astype(float)) if callable(weights) else image.astype(float) @ np.asarray(weights)
        return np.repeat(_in_dtype(values[..., None], image, whole), num_output_channels, -1)

    return function


# Warps


def _warped(image, inverse, interpolation, fill):
    """Each new pixel's value at inverse(x, y) of the old image."""
    H, W = image.shape[-3:-1]
    x, y = inverse(np.arange(W) + 0.5, np.arange(H)[:, None] + 0.5)
    values = image.astype(float)

    def at(i, j):
        inside = (i >= 0) & (i < H) & (j >= 0) & (j < W)
        return np.where(inside[..., None], values[..., np.clip(i, 0, H - 1), np.clip(j, 0, W - 1), :], fill)

    if interpolation == "nearest":
        return _in_dtype(at(np.floor(y).astype(int), np.floor(x).astype(int)), image)
    x, y = x - 0.5, y - 0.5
    j, i = np.floor(x).astype(int), np.floor(y).astype(int)
    u, v = (x - j)[..., None], (y - i)[..., None]
    mixed = (1 - v) * ((1 - u) * at(i, j) + u * at(i, j + 1)) + v * ((1 - u) * at(i + 1, j) + u * at(i + 1, j + 1))
    return _in_dtype(mixed, image)


def _turned(change=None, middle=None, border=None):
    """A rotation with other arguments, or about another middle, or with another border, as NumPy's pad names it."""

    def function(image, angle, interpolation="nearest", expand=False, center=None, fill=0):
        options = {"angle": angle, "interpolation": interpolation, "expand": expand, "center": center, "fill": fill}
        H, W = image.shape[-3:-1]
        if middle and center is None:
            options["center"] = middle(W, H)
        if border is None or expand:
            return right.rotate(image, **{**options, **(change(options) if change else {})})
        x, y = center or (W / 2, H / 2)
        r = H + W
        framed = np.pad(image, [(0, 0)] * (image.ndim - 3) + [(r, r), (r, r), (0, 0)], mode=border)
        return right.rotate(framed, **{**options, "center": (x + r, y + r)})[..., r : r + H, r : r + W, :]

    return function


def _forward_rotation(image, angle, interpolation="nearest", expand=False, center=None, fill=0):
    """Each old pixel is sent to where it belongs: what none falls on stays empty."""
    H, W = image.shape[-3:-1]
    x_c, y_c = center or (W / 2, H / 2)
    t = np.radians(angle)
    y, x = np.mgrid[:H, :W] + 0.5
    x, y = x - x_c, y - y_c
    j = np.floor(np.cos(t) * x + np.sin(t) * y + x_c).astype(int)
    i = np.floor(-np.sin(t) * x + np.cos(t) * y + y_c).astype(int)
    out = np.full_like(image, 0)
    out[...] = fill
    inside = (i >= 0) & (i < H) & (j >= 0) & (j < W)
    out[..., i[inside], j[inside], :] = image[..., inside, :]
    return out


def _mapped(change=None, linear=None, first=False):
    """An affine map with other arguments, or with another matrix, or with the translation before the rest."""

    def function(image, angle, translate, scale, shear, interpolation="nearest", fill=0, center=None):
        shear = (*np.atleast_1d(shear), 0.0)[:2]
        options = {"angle": angle, "translate": translate, "scale": scale, "shear": shear}
        options.update(change(options) if change else {})
        if linear is None and not first:
            return right.affine(image, **options, interpolation=interpolation, fill=fill, center=center)
        x_c, y_c = center or (image.shape[-2] / 2, image.shape[-3] / 2)
        matrix = (linear or _linear)(angle, scale, shear)
        a, (t_x, t_y) = np.linalg.inv(matrix), matrix @ translate if first else translate

        def inverse(x, y):
            x, y = x - x_c - t_x, y - y_c - t_y
            return a[0, 0] * x + a[0, 1] * y + x_c, a[1, 0] * x + a[1, 1] * y + y_c

        return _warped(image, inverse, interpolation, fill)

    return function


def _parts(angle, scale, shear):
    t, (p_x, p_y) = np.radians(angle), np.tan(np.radians(shear))
    turn = np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]])
    return turn, scale * np.eye(2), np.array([[1, 0], [-p_y, 1]]), np.array([[1, -p_x], [0, 1]])


def _linear(angle, scale, shear):
    turn, grow, shear_y, shear_x = _parts(angle, scale, shear)
    return turn @ grow @ shear_y @ shear_x


def _shear_last(angle, scale, shear):
    turn, grow, shear_y, shear_x = _parts(angle, scale, shear)
    return shear_x @ shear_y @ grow @ turn


# Blur


def _blurred(weights=None, pad="reflect", exchanged=False, axes=(-3, -2), whole=np.rint, two=False):
    """A blur. weights: of the offsets k and sigma; pad: how the border is filled; axes: along which it runs."""
    weights = weights or (lambda k, s: np.exp(-(k**2) / (2 * s**2)))

    def function(image, kernel_size, sigma=None):
        sizes = _sides(kernel_size)
        sigmas = _sides(sigma) if sigma is not None else [0.15 * k + 0.35 for k in sizes]
        values = image.astype(float)
        for (size, s), axis in zip(list(zip(sizes, sigmas))[:: 1 if exchanged else -1], (-3, -2)):
            if axis in axes:
                w = weights(np.arange(size) - size // 2, s)
                values = _convolved(values, w if two else w / w.sum(), axis, pad)
        return _in_dtype(values, image, whole)

    return function


def _convolved(values, w, axis, pad):
    r, n = len(w) // 2, values.shape[axis]
    border = [(0, 0)] * values.ndim
    border[axis] = (r, r)
    padded = np.pad(values, border, mode=pad)
    return sum(share * padded.take(np.arange(k, k + n), axis) for k, share in enumerate(w))


def _density(k, s):
    return np.exp(-(k**2) / (2 * s**2)) / (s * np.sqrt(2 * np.pi))


# Erasing


def _painted(box, channels=slice(None), inside=True):
    """An erasing of another box: box(top, left, height, width) gives rows and columns as slices."""

    def function(image, top, left, height, width, value):
        out = image.copy()
        rows, columns = box(top, left, height, width)
        if inside:
            out[..., rows, columns, channels] = value if np.ndim(value) == 0 else np.asarray(value)[channels]
            return out
        out[...] = value
        out[..., rows, columns, :] = image[..., rows, columns, :]
        return out

    return function


# Mixtures


def _roll(a):
    return np.roll(a, 1, axis=0)


def _mixed(partner=_roll, images=lambda lam: lam, labels=lambda lam: lam):
    def function(x, y, lam):
        one, two = images(lam), labels(lam)
        return one * x + (1 - one) * partner(x), two * y + (1 - two) * partner(y)

    return function


def _cut(partner=_roll, side=lambda lam: np.sqrt(1 - lam), label=None, clip=True, exchanged=False, corner=False):
    """A CutMix with one of its parts done differently. label: the share kept, of lam and what is really kept."""

    def function(images, labels, lam, center):
        ends = []
        for n, c in zip(images.shape[-2:-4:-1], center[::-1] if exchanged else center):
            r = int(n * side(lam) / 2)
            first, last = (c, c + 2 * r) if corner else (c - r, c + r)
            ends += [(max(0, first), min(n, last)) if clip else (first, last)]
        (x_1, x_2), (y_1, y_2) = ends
        mixed = images.copy()
        mixed[..., y_1:y_2, x_1:x_2, :] = partner(images)[..., y_1:y_2, x_1:x_2, :]
        kept = 1 - (x_2 - x_1) * (y_2 - y_1) / (images.shape[-2] * images.shape[-3])
        kept = label(lam, kept) if label else kept
        return mixed, kept * labels + (1 - kept) * partner(labels)

    return function


_of = parts(_row)
ROWS = [
    *_of("hflip", "image[..., ::-1, :]",
        row("vertical", "It is turned upside down: the axis of the rows was taken.", "",
            lambda image: image[..., ::-1, :, :].copy()),
        row("channels", "The channels are reversed, red and blue: the last axis was taken.", "",
            lambda image: image[..., ::-1].copy()),
        row("half-turn", "Rows and columns are both reversed: it is half a turn.", "",
            lambda image: image[..., ::-1, ::-1, :].copy(), "formula"),
        row("nothing", "Nothing is flipped.", "", lambda image: image.copy(), "formula"),
        row("shifted", "It is one pixel off, -j where W - 1 - j must stand: the first column stays.", "W - 1 - j",
            lambda image: np.roll(image[..., ::-1, :], 1, axis=-2), "formula"),
        row("channels-too", "The channels are reversed as well.", "", lambda image: image[..., ::-1, ::-1].copy(),
            "formula"),
        row("view", "The result is a view: whatever is done to it later is done to the image in the data set.",
            "image[..., ::-1, :].copy()", variant=True, seen="views")),
    *_of("resize", "(i + 0.5) * old / new - 0.5",
        row("corner-aligned", "The middles of the corner pixels are laid on each other (align_corners).", "",
            _by(lambda i, old, new: i * (old - 1) / max(1, new - 1)), "beside-pytorch", True),
        row("no-antialias", "Made smaller, it looks at two pixels only: the triangle must grow with the step.",
            "support max(1, old / new)", _by(lambda i, old, new: (i + 0.5) * old / new - 0.5), "beside-pytorch", True),
        row("corners-of-pixels", "i old / new without the halves: the picture is shifted.", "",
            _by(lambda i, old, new: i * old / new), "formula"),
        row("nearest", "It takes the nearest pixel, where bilinear is the default.", "bilinear",
            lambda image, size, interpolation="bilinear": right.resize(image, size, "nearest"), "beside-pytorch", True),
        row("exchanged", "Width and height have changed places in size.", "(height, width)",
            lambda image, size, interpolation="bilinear": right.resize(image, size[::-1] if np.ndim(size) else size,
                interpolation), "formula"),
        row("square", "An int makes a square, where it must set the shorter side.", "the shorter side",
            lambda image, size, interpolation="bilinear": right.resize(image, _sides(size), interpolation), "formula"),
        row("longer-side", "An int sets the longer side, where it must set the shorter.", "the shorter side", _longer,
            "formula"),
        row("box", "Each new pixel is the plain mean of the old ones that it covers.", "a triangle",
            _resampled(_covered), "beside-pytorch", True),
        row("not-renormalised", "The weights that fall outside are lost: the border darkens.", "w / w.sum()",
            _resampled(_not_renormalised), "formula"),
        row("truncated", "uint8 is cut, not rounded: the picture darkens by half a level.", "np.rint",
            _truncated_resize, "beside-pytorch")),
    *_of("resized_crop", "resize(box, size)",
        row("box-as-corners", "height and width are taken for the lower right corner.",
            "image[top : top + height, left : left + width]",
            _crop(lambda image, t, x, h, w, size, i: right.resize(image[..., t:h, x:w, :], _sides(size), i)),
            "formula"),
        row("top-and-left-exchanged", "top and left have changed places.", "rows from top, columns from left",
            _crop(lambda image, t, x, h, w, size, i: right.resized_crop(image, *_within(image, x, t, h, w), size, i)),
            "formula"),
        row("height-and-width-exchanged", "height and width have changed places.", "height rows, width columns",
            _crop(lambda image, t, x, h, w, size, i: right.resize(image[..., t : t + w, x : x + h, :], _sides(size),
                i)), "formula"),
        row("not-resized", "The box is cut out and not resized.", "",
            _crop(lambda image, t, x, h, w, size, i: right.resized_crop(image, t, x, h, w, (h, w))), "formula"),
        row("not-cropped", "The whole image is resized.", "",
            _crop(lambda image, t, x, h, w, size, i: right.resize(image, _sides(size), i)), "formula"),
        row("size-exchanged", "Width and height have changed places in size.", "(height, width)",
            _crop(lambda image, t, x, h, w, size, i: right.resized_crop(image, t, x, h, w, _sides(size)[::-1], i)),
            "formula"),
        row("last-missing", "The last row and column of the box are missing.", "top : top + height",
            _crop(lambda image, t, x, h, w, size, i: right.resized_crop(image, t, x, h - 1, w - 1, size, i)),
            "formula"),
        row("nearest", "It takes the nearest pixel, where bilinear is the default.", "bilinear",
            _crop(lambda image, t, x, h, w, size, i: right.resized_crop(image, t, x, h, w, size, "nearest")),
            "beside-pytorch", True)),
    *_of("center_crop", "round((H - h) / 2)",
        row("rounded-down", "An odd difference is halved downwards; torchvision rounds the half to even.", "",
            _central(lambda d: d // 2), "beside-pytorch", True),
        row("rounded-up", "An odd difference is halved upwards; torchvision rounds the half to even.", "",
            _central(lambda d: -(-d // 2)), "beside-pytorch", True),
        row("corner", "The upper left corner is cut out.", "", _central(lambda d: 0), "formula"),
        row("whole-difference", "The difference is not halved: the lower right corner is cut out.", "",
            _central(lambda d: d), "formula"),
        row("exchanged", "Width and height have changed places in size.", "(height, width)",
            _central(lambda d: round(d / 2), shape=lambda size: size[::-1]), "formula"),
        row("no-padding", "Where the size is larger the image stays as it is: zeros must surround it.",
            "zeros around it", _no_padding, "beside-pytorch"),
        row("negative-start", "Where the size is larger the start is negative, which NumPy counts from the other end.",
            "zeros around it", _from_the_end, "beside-pytorch"),
        row("padded-before", "The odd pixel of a border stands left and above, where it must stand right and below.",
            "(h - H) // 2 before", _central(lambda d: round(d / 2), lambda d: -(-d // 2)), "beside-pytorch")),
    *_of("adjust_brightness", "image * factor",
        row("wraps-around", "uint8 wraps around: what is brighter than white becomes dark.",
            "np.clip(image * factor, 0, 255)", _wraps),
        row("added", "The factor is added, where it must multiply.", "",
            _blended(lambda image: 0, lambda f, x, o: x + (f - 1) * (255 if x.max() > 1 else 1)), "formula"),
        row("not-clamped", "What is brighter than white stays above 1.", "np.clip(..., 0, 1)",
            _blended(lambda image: 0, clamp=False), "formula"),
        row("rounded", "uint8 is rounded; torchvision cuts.", "np.floor", _blended(lambda image: 0, whole=np.rint),
            "beside-pytorch", True),
        row("one-plus-factor", "The image is multiplied by 1 + factor.", "",
            _blended(lambda image: 0, lambda f, x, o: (1 + f) * x), "formula", True),
        row("blends-with-white", "It is blended with white, where it must be with black.", "", _blended(_white),
            "formula")),
    *_of("adjust_contrast", "the mean of its grey values",
        row("about-a-fixed-grey", "It is blended with the grey 0.5, not with the image's own mean: the brightness "
            "changes, too.", "", _blended(lambda image: _white(image) / 2)),
        row("mean-per-channel", "Each channel has its own mean: the colours change, too.", "",
            _blended(lambda image: image.astype(float).mean(axis=(-3, -2), keepdims=True)), "formula"),
        row("mean-of-all-values", "The mean is that of all values, red, green and blue alike, not of the luma.", "",
            _blended(lambda image: image.astype(float).mean(axis=(-3, -2, -1), keepdims=True)), "formula"),
        row("shares-exchanged", "factor and 1 - factor have changed places.", "factor * image + (1 - factor) * mean",
            _blended(_mean_grey, lambda f, x, o: (1 - f) * x + f * o), "formula"),
        row("about-black", "It is blended with black: that is the brightness.", "", _blended(lambda image: 0),
            "formula"),
        row("not-clamped", "What leaves [0, 1] is not cut.", "np.clip(..., 0, 1)", _blended(_mean_grey, clamp=False),
            "formula"),
        row("rounded", "uint8 is rounded; torchvision cuts.", "np.floor", _blended(_mean_grey, whole=np.rint),
            "beside-pytorch", True)),
    *_of("adjust_saturation", "",
        row("mean-of-channels", "The grey is the mean of red, green and blue, not the luma.",
            "0.2989 R + 0.587 G + 0.114 B", _blended(lambda image: _grey(image, [1 / 3, 1 / 3, 1 / 3])), "formula"),
        row("shares-exchanged", "factor and 1 - factor have changed places.", "factor * image + (1 - factor) * grey",
            _blended(_grey, lambda f, x, o: (1 - f) * x + f * o), "formula"),
        row("of-the-whole-image", "Each pixel is blended with the mean grey of the image: that is the contrast.",
            "the pixel's own grey", _blended(_mean_grey), "formula"),
        row("not-clamped", "What leaves [0, 1] is not cut.", "np.clip(..., 0, 1)", _blended(_grey, clamp=False),
            "formula"),
        row("of-hsv", "The S of HSV is multiplied: its grey is the brightest channel, not the luma.",
            "blend with the luma", _saturated_hsv, "beside-pytorch", True),
        row("rounded", "uint8 is rounded; torchvision cuts.", "np.floor", _blended(_grey, whole=np.rint),
            "beside-pytorch", True)),
    *_of("adjust_hue", "",
        row("other-way", "The hue is turned the other way.", "hue + factor", _hued(lambda f: -6 * f), "formula"),
        row("by-sixths", "factor is added to a hue that goes from 0 to 6: it turns a sixth of what it should.",
            "hue + 6 * factor", _hued(lambda f: f), "formula"),
        row("in-degrees", "factor is taken for degrees.", "a share of the circle", _hued(lambda f: f / 60), "formula"),
        row("half-circle", "The circle has 180 steps, as OpenCV's uint8 hue has, and 360 are counted: it turns twice "
            "as far.", "6 * factor", _hued(lambda f: 12 * f), "formula"),
        row("not-wrapped", "The hue is cut at 0 and at the full circle, where it must go round.", "hue % 6",
            _hued(lambda f: 6 * f, wrap=lambda h: np.clip(h, 0, 6)), "formula"),
        row("truncated", "uint8 is cut, not rounded.", "np.rint", _hued(lambda f: 6 * f, np.floor), "beside-pytorch")),
    *_of("rotate", "fill",
        row("clockwise", "It turns clockwise: y points down, and the code looks backwards.", "the inverse of the turn",
            _turned(lambda o: {"angle": -o["angle"]})),
        row("half-a-pixel-off", "The middle is taken for ((W - 1) / 2, (H - 1) / 2) from the image's edge; from the "
            "edge it is (W / 2, H / 2).", "W / 2", _turned(middle=lambda W, H: ((W - 1) / 2, (H - 1) / 2))),
        row("radians", "The angle in degrees is taken for radians.", "np.radians(angle)",
            _turned(lambda o: {"angle": np.degrees(o["angle"])}), "formula"),
        row("middle-exchanged", "The middle is (H / 2, W / 2): x and y have changed places.", "(W / 2, H / 2)",
            _turned(middle=lambda W, H: (H / 2, W / 2)), "formula"),
        row("about-the-corner", "It turns about the upper left corner.", "about the middle",
            _turned(middle=lambda W, H: (0.0, 0.0)), "formula"),
        row("forward", "Old pixels are sent to their new places: holes stay where none arrives.",
            "ask for each new pixel where it comes from", _forward_rotation, "derivation"),
        row("border-repeated", "Outside the image its border goes on, where fill must stand.", "",
            _turned(border="edge"), "beside-pytorch", True),
        row("wraps-around", "Outside the image it begins again at the other side.", "", _turned(border="wrap"),
            "formula"),
        row("bilinear", "It interpolates, where nearest is the default.", "interpolation=\"nearest\"",
            _turned(lambda o: {"interpolation": "bilinear"}), "beside-pytorch", True)),
    *_of("affine", "the inverse matrix",
        row("counter-clockwise", "It turns counter-clockwise; a positive angle of affine is clockwise.", "angle",
            _mapped(lambda o: {"angle": -o["angle"]}), "beside-pytorch"),
        row("scale-inverted", "The forward matrix stands where the code looks backwards: what should grow shrinks.", "",
            _mapped(lambda o: {"scale": 1 / o["scale"]})),
        row("forward-matrix", "The whole forward matrix stands where its inverse must.", "",
            _mapped(linear=lambda *parts: np.linalg.inv(_linear(*parts)))),
        row("shear-last", "The shear comes after the rotation; matrices do not commute.", "R S SHy SHx",
            _mapped(linear=_shear_last)),
        row("shear-sign", "The shear goes the other way.", "-tan(shear)",
            _mapped(lambda o: {"shear": (-o["shear"][0], -o["shear"][1])}), "formula"),
        row("shear-without-tangent", "The shear's angle in radians stands where its tangent must.",
            "np.tan(np.radians(shear))",
            _mapped(lambda o: {"shear": tuple(np.degrees(np.arctan(np.radians(o["shear"]))))}), "formula"),
        row("translation-exchanged", "x and y of the translation have changed places.", "(x, y)",
            _mapped(lambda o: {"translate": o["translate"][::-1]}), "formula"),
        row("translation-first", "The image is shifted before it is turned: the shift is turned and scaled, too.",
            "translate last", _mapped(first=True), "derivation"),
        row("translation-sign", "The image is shifted the other way.", "x - t_x",
            _mapped(lambda o: {"translate": (-o["translate"][0], -o["translate"][1])}), "formula"),
        row("radians", "The angle in degrees is taken for radians.", "np.radians(angle)",
            _mapped(lambda o: {"angle": np.degrees(o["angle"])}), "formula")),
    *_of("rgb_to_grayscale", "0.2989 R + 0.587 G + 0.114 B",
        row("mean", "It is the mean of the channels: pure blue counts for as bright as pure green.", "",
            _greyed([1 / 3, 1 / 3, 1 / 3])),
        row("blue-first", "The channels are taken for blue, green, red: the weights of red and blue have changed "
            "places.", "", _greyed(LUMA[::-1])),
        row("weights-shifted", "The weights stand at the wrong channels.", "", _greyed(np.roll(LUMA, 1)), "formula"),
        row("lightness", "It is the mean of the largest and the smallest channel, the L of HSL.", "",
            _greyed(lambda x: (x.max(-1) + x.min(-1)) / 2), "formula", True),
        row("largest", "It is the largest channel, the V of HSV.", "", _greyed(lambda x: x.max(-1)), "formula"),
        row("bt-601", "The first weight is 0.299, as in BT.601; torchvision's is 0.2989.", "",
            _greyed([0.299, 0.587, 0.114]), "beside-pytorch", True),
        row("bt-709", "The weights are those of BT.709, for today's screens.", "0.2989, 0.587, 0.114",
            _greyed([0.2126, 0.7152, 0.0722]), "beside-pytorch", True),
        row("rounded", "uint8 is rounded; torchvision cuts.", "np.floor", _greyed(LUMA, np.rint), "beside-pytorch",
            True)),
    *_of("gaussian_blur", "mode=\"reflect\"",
        row("zeros-around", "Zeros surround the image: every edge darkens, a frame that a network can learn.", "",
            _blurred(pad="constant")),
        row("density", "The density's values do not sum to 1 on a grid: divide them by their sum.", "w / w.sum()",
            _blurred(_density, two=True)),
        row("sigma-not-squared", "exp(-k^2 / (2 sigma)): sigma must be squared.", "2 * sigma**2",
            _blurred(lambda k, s: np.exp(-(k**2) / (2 * s))), "formula"),
        row("no-two", "exp(-k^2 / sigma^2): the 2 is missing.", "2 * sigma**2",
            _blurred(lambda k, s: np.exp(-(k**2) / s**2)), "formula"),
        row("no-square", "exp(-|k| / ...): the offset is not squared.", "k**2",
            _blurred(lambda k, s: np.exp(-np.abs(k) / (2 * s**2))), "formula"),
        row("box", "All weights are alike: it is a plain mean.", "exp(-k**2 / (2 * sigma**2))",
            _blurred(lambda k, s: np.ones(len(k))), "formula"),
        row("exchanged", "x and y of kernel_size and sigma have changed places.", "x first", _blurred(exchanged=True),
            "formula"),
        row("one-axis", "It is blurred along the rows only.", "both axes", _blurred(axes=(-2,)), "formula"),
        row("border-repeated", "At the border the last pixel is repeated (replicate).", "", _blurred(pad="edge"),
            "beside-pytorch", True),
        row("border-mirrored", "At the border the last pixel is mirrored with the rest (NumPy's symmetric, SciPy's "
            "reflect).", "mode=\"reflect\" of NumPy", _blurred(pad="symmetric"), "beside-pytorch", True),
        row("truncated", "uint8 is cut, not rounded.", "np.rint", _blurred(whole=lambda v: np.floor(v + 1e-9)),
            "beside-pytorch")),
    *_of("erase", "top : top + height",
        row("in-place", "The box is erased in the image that was handed in: after some epochs little of the data set "
            "is left.", "work on image.copy()", seen="writes"),
        row("box-as-corners", "height and width are taken for the lower right corner.", "",
            _painted(lambda t, x, h, w: (slice(t, h), slice(x, w))), "formula"),
        row("top-and-left-exchanged", "top and left have changed places.", "rows from top, columns from left",
            _painted(lambda t, x, h, w: (slice(x, x + h), slice(t, t + w))), "formula"),
        row("height-and-width-exchanged", "height and width have changed places.", "height rows, width columns",
            _painted(lambda t, x, h, w: (slice(t, t + w), slice(x, x + h))), "formula"),
        row("end-included", "The box is one row and one column too large.", "",
            _painted(lambda t, x, h, w: (slice(t, t + h + 1), slice(x, x + w + 1))), "formula"),
        row("about-the-corner", "top and left are taken for the box's middle.", "",
            _painted(lambda t, x, h, w: (slice(t - h // 2, t - h // 2 + h), slice(x - w // 2, x - w // 2 + w)))),
        row("first-channel", "Only the first channel is erased.", "all channels",
            _painted(lambda t, x, h, w: (slice(t, t + h), slice(x, x + w)), slice(0, 1)), "formula"),
        row("outside", "All but the box is erased.", "the box",
            _painted(lambda t, x, h, w: (slice(t, t + h), slice(x, x + w)), inside=False), "formula")),
    *_of("mixup", "lam * labels + (1 - lam) * partner",
        row("labels-not-mixed", "The images are mixed, the labels are not: a label claims the whole of one image.", "",
            _mixed(labels=lambda lam: 1.0)),
        row("images-not-mixed", "The labels are mixed, the images are not.", "lam * images + (1 - lam) * partner",
            _mixed(images=lambda lam: 1.0), "formula"),
        row("shares-exchanged", "lam goes to the partner: lam is the share that is kept.",
            "lam * images + (1 - lam) * partner", _mixed(images=lambda lam: 1 - lam, labels=lambda lam: 1 - lam),
            "formula"),
        row("labels-exchanged", "In the labels lam goes to the partner, in the images it does not.", "",
            _mixed(labels=lambda lam: 1 - lam), "formula"),
        row("half-and-half", "It is half and half, whatever lam is.", "lam",
            _mixed(images=lambda lam: 0.5, labels=lambda lam: 0.5), "formula"),
        row("partner-after", "The partner is the image after, not the one before.", "np.roll(images, 1, axis=0)",
            _mixed(lambda a: np.roll(a, -1, axis=0)), "beside-pytorch", True),
        row("partner-reversed", "The partner comes from the reversed batch, as in some libraries.",
            "np.roll(images, 1, axis=0)", _mixed(lambda a: a[::-1]), "beside-pytorch", True)),
    *_of("cutmix", "np.sqrt(1 - lam)",
        row("drawn-share", "The labels are mixed by the drawn lambda, where the box is cut off at the border: the "
            "share that is really kept is larger.", "1 - area / (H * W)", _cut(label=lambda lam, kept: lam)),
        row("side-for-area", "The box's side is 1 - lambda of the image's: its area is the square of that.", "",
            _cut(side=lambda lam: 1 - lam)),
        row("root-of-lambda", "The box's side is sqrt(lambda): lambda is what is kept, and the box is the rest.", "",
            _cut(side=np.sqrt), "formula"),
        row("labels-exchanged", "The labels get the box's share where they must keep the rest.",
            "kept * labels + (1 - kept) * partner", _cut(label=lambda lam, kept: 1 - kept), "formula"),
        row("labels-not-mixed", "The labels are not mixed.", "kept * labels + (1 - kept) * partner",
            _cut(label=lambda lam, kept: 1.0), "formula"),
        row("center-exchanged", "x and y of the center have changed places.", "(x, y)", _cut(exchanged=True),
            "formula"),
        row("negative-start", "A start below 0 is counted from the other end: a box at the border vanishes.",
            "max(0, x - r)", _cut(clip=False)),
        row("center-as-corner", "The center is taken for the box's upper left corner.", "x - r : x + r",
            _cut(corner=True), "formula"),
        row("partner-after", "The partner is the image after, not the one before.", "np.roll(images, 1, axis=0)",
            _cut(lambda a: np.roll(a, -1, axis=0)), "beside-pytorch", True),
        row("partner-reversed", "The partner comes from the reversed batch, as in some libraries.",
            "np.roll(images, 1, axis=0)", _cut(lambda a: a[::-1]), "beside-pytorch", True)),
]  # fmt: skip
