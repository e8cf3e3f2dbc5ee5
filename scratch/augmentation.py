"""The augmentations, from simple to complex: functions without randomness, then the random class that draws for them.

An image is an array (..., H, W, C) of uint8 in [0, 255] or of floats in [0, 1]; leading axes are a batch that shares
one draw. The result is a new array of the image's dtype; only a random class that does nothing may return its input.
Inside, all arithmetic is float64, and no finite input causes a warning. Sizes are (height, width). Points and offsets
are (x, y), x to the right, in pixels from the upper left corner: the middle of the pixel in row i and column j is the
point (j + 1/2, i + 1/2). All randomness comes from the numpy.random.Generator that a transform is called with.
Arguments that do not fit, and settings that are written later and do not fit, raise ValueError.
"""

import math
from functools import partial, wraps
from numbers import Integral

import numpy as np

from scratch.checks import checked, choice, colour, flag, generator, in_dtype, integer, kernel, labelled  # isort: skip
from scratch.checks import number, numbers, one_hot, optional, paint, pixels, region, require, settings  # isort: skip
from scratch.checks import span, truncated  # isort: skip

LUMA = np.array([0.2989, 0.587, 0.114])  # float64: products with float32 are float64
_mode = choice("nearest", "bilinear")
_whole = partial(integer, interval="[1, inf)")
_share = partial(number, interval="[0, 1]")
_positive = partial(number, interval="(0, inf)")
_factor = partial(number, interval="[0, inf)")
_pair = numbers("a pair (x, y) of finite numbers", (2,))
_point = optional(_pair)
_size = numbers("an int or (height, width), at least 1", (1, 2), "[1, inf)", Integral)
_sides = numbers("an int or (height, width), at least 1", (1, 2), "[1, inf)", Integral, both=True)
_above_0 = span("a pair 0 < low <= high", "(0, inf)")
_degrees = span("a number >= 0 or a pair low <= high", alone=lambda x: (-x, x))
_colours = partial(pixels, channels=(1, 3))
_drawn = partial(checked, rng=lambda _, rng: generator(rng))  # for methods that are called with a generator


def _adjustment(factor, whole=truncated, of_grey=True):
    """A kernel of an image with 1 or 3 channels and a factor, clamped to [0, 1] or [0, 255].

    Floats come as float64, uint8 as it is. of_grey: whether one channel, which has no colour, changes.
    """

    def guard(function):
        @kernel(whole, _colours, factor=factor)
        @wraps(function)
        def guarded(image, factor):
            if image.shape[-1] == 1 and not of_grey:
                return image.copy()
            if image.dtype == np.uint8:
                return np.clip(function(image, factor), 0, 255)
            image = image.astype(np.float64).clip(-1e100, 1e100)  # beyond, inf - inf would be NaN
            return np.clip(function(image, min(factor, 1e100)), 0, 1)

        return guarded

    return guard


@kernel()
def hflip(image):
    """Mirror an image left to right.

    Source: Krizhevsky, Sutskever, Hinton 2012, "ImageNet classification with deep convolutional neural networks", NIPS,
    section 4.1.

    image: (..., H, W, C), uint8 or float.
    Returns an array of the same shape. Raises ValueError for another image.
    """
    return image[..., ::-1, :]


@settings(p=_share)
class RandomHorizontalFlip:
    """Mirror an image left to right with probability p.

    Source: Krizhevsky, Sutskever, Hinton 2012, section 4.1.

    p: in [0, 1].
    Called as transform(image, rng). Draws one number in [0, 1): below p the image is flipped. Raises ValueError for
    another p.
    """

    def __init__(self, p=0.5):
        self.p = p

    @_drawn(image=pixels)
    def __call__(self, image, rng):
        return hflip(image) if rng.random() < self.p else image


def _filtered(image, rows, columns):
    """An image filtered along the axis of its rows by one function, along that of its columns by another."""
    # Halved between the passes, so that the largest floats stay finite.
    image = np.swapaxes(rows(np.float64(0.5) * image), -3, -2)
    image = columns(np.ascontiguousarray(image))
    return 2 * np.swapaxes(image, -3, -2)


def _triangle(m, x):
    """From n rows to m, each the mean of those under a triangle about it."""
    n = x.shape[-3]
    s = n / m
    middle = (np.arange(m)[:, None] + 0.5) * n / m
    reach = max(1, s)
    first = np.floor(middle - reach + 0.5)
    j = first + np.arange(math.ceil(2 * reach))
    w = np.maximum(0, 1 - np.abs(j + 0.5 - middle) / reach)
    w = w * (j >= 0) * (j < n)
    j = np.where(w > 0, j, np.floor(middle)).astype(np.intp)
    w = w / w.sum(axis=1, keepdims=True)
    taps = zip(j.T, w.T[:, :, None, None])
    return sum(w * x.take(j, axis=-3) for j, w in taps)


@kernel(size=_size, interpolation=_mode)
def resize(image, size, interpolation="bilinear"):
    """Resize an image: each new pixel is a mean of old ones, weighted by a triangle.

    Source: Catmull, Smith 1980, "3-D transformations of images in scanline order", SIGGRAPH, for the two passes. The
    triangle is that of linear interpolation; where the image shrinks it is as many times wider: antialiasing.

    image: (..., H, W, C), uint8 or float. size: (height, width), or an int for the shorter side; the longer is then
    int(size * longer / shorter). interpolation: "bilinear", or "nearest" for masks of labels, which must not be
    averaged; pixel i is then the old one floor(i * old / new).
    Returns (..., height, width, C). Raises ValueError for another image, size or interpolation.

    As in torchvision, "nearest" does not ask for the middle of a pixel: made half as large, every second one stays,
    beginning with the first.
    """
    H, W = image.shape[-3:-1]
    if not isinstance(size, tuple):
        size = [size * n // min(H, W) for n in (H, W)]
    h, w = size
    if interpolation == "nearest":
        i, j = np.arange(h) * H // h, np.arange(w) * W // w
        return image.take(i, axis=-3).take(j, axis=-2)
    rows, columns = partial(_triangle, h), partial(_triangle, w)
    return _filtered(image, rows, columns)


@kernel(size=_sides)
def resized_crop(image, top, left, height, width, size, interpolation="bilinear"):
    """Cut a box out of an image and resize it.

    Source: Szegedy et al. 2014, "Going deeper with convolutions", arXiv 1409.4842, section 6.

    image: (..., H, W, C), uint8 or float. top, left, height, width: ints, the box in pixels, inside the image. size: an
    int for a square, or (height, width). interpolation: as for resize.
    Returns (..., *size, C). Raises ValueError for another image, size or interpolation, or a box that reaches outside.

    In torchvision's function an int sets the shorter side, and what a box has outside of the image is zeros.
    """
    box = region(image, top, left, height, width)
    return resize(image[box], size, interpolation)


def _tries(height, width, scale, ratio, rng):
    """Ten pairs of sides of a box: its share of the area and its ratio's logarithm are uniform in their ranges."""
    for _ in range(10):
        A = height * width * rng.uniform(*scale)
        r = math.exp(rng.uniform(*map(math.log, ratio)))
        yield np.rint(math.sqrt(A / r)), np.rint(math.sqrt(A * r))


def _placed(height, width, h, w, rng):
    """A box of h x w pixels anywhere in an image: top, left, height, width."""
    h, w = int(h), int(w)
    return int(rng.integers(height - h + 1)), int(rng.integers(width - w + 1)), h, w


@settings(size=_sides, scale=_above_0, ratio=_above_0, interpolation=_mode)
class RandomResizedCrop:
    """Cut out a box of random area, aspect ratio and place, and resize it.

    Source: Szegedy et al. 2014, arXiv 1409.4842, section 6.

    size: an int for a square, or (height, width). scale: the range of the box's share of the area, above 0. ratio: the
    range of width / height, above 0; its logarithm is uniform. interpolation: as for resize.
    Called as transform(image, rng). Draws a share and a ratio, at most ten times; from the first box that fits, top and
    left. If none fits, it takes the largest central box of the nearest allowed ratio. Raises ValueError for another
    size or interpolation, or another range.
    """

    def __init__(self, size, scale=(0.08, 1.0), ratio=(3 / 4, 4 / 3), interpolation="bilinear"):
        self.size, self.scale, self.ratio = size, scale, ratio
        self.interpolation = interpolation

    @_drawn(height=_whole, width=_whole)
    def box(self, height, width, rng):
        """Draw top, left, height, width of a box in an image of height x width."""
        for h, w in _tries(height, width, self.scale, self.ratio, rng):
            if 0 < h <= height and 0 < w <= width:
                return _placed(height, width, h, w, rng)
        low, high = self.ratio
        rho = min(high, max(low, width / height))
        h = max(1, round(min(height, width / rho)))
        w = max(1, round(min(width, height * rho)))
        return (height - h) // 2, (width - w) // 2, h, w

    @_drawn(image=pixels)
    def __call__(self, image, rng):
        box = self.box(*image.shape[-3:-1], rng)
        return resized_crop(image, *box, self.size, self.interpolation)


@kernel(size=_sides)
def center_crop(image, size):
    """Cut the middle out of an image.

    Source: Krizhevsky, Sutskever, Hinton 2012, "ImageNet classification with deep convolutional neural networks", NIPS,
    section 2.

    image: (..., H, W, C), uint8 or float. size: an int for a square, or (height, width).
    Returns (..., *size, C), with zeros around a smaller image. Raises ValueError for another image or size.

    Where the difference is odd, a crop starts at its half, rounded to even; of a border, right and bottom get more.
    """
    *batch, H, W, C = image.shape
    h, w = size
    top, left = (round(max(n, 0) / 2) for n in (H - h, W - w))
    y, x = (max(n, 0) // 2 for n in (h - H, w - W))
    result = np.zeros((*batch, h, w, C), image.dtype)
    cut = image[..., top : top + h, left : left + w, :]
    result[..., y : y + H, x : x + W, :] = cut
    return result


@settings(size=_sides)
class CenterCrop:
    """Cut the middle out of an image; nothing is drawn.

    Source: Krizhevsky, Sutskever, Hinton 2012, section 2.

    size: an int for a square, or (height, width).
    Called as transform(image, rng), like its random siblings. Raises ValueError for another size.
    """

    def __init__(self, size):
        self.size = size

    @_drawn(image=pixels)
    def __call__(self, image, rng):
        return center_crop(image, self.size)


@_adjustment(_factor)
def adjust_brightness(image, factor):
    """Multiply an image by a factor: 0 gives black, 1 the image.

    Source: Howard 2013, "Some improvements on deep convolutional neural network based image classification", arXiv
    1312.5402.

    image: (..., H, W, 1 or 3), uint8 or float. factor: a finite number >= 0.
    Returns the same shape, clamped to [0, 1] or [0, 255]; uint8 truncates. Raises ValueError for another image or
    factor.
    """
    return factor * image


@_adjustment(_factor)
def adjust_contrast(image, factor):
    """Blend an image with the mean of its grey values: 0 gives that grey, 1 the image.

    Source: Howard 2013, arXiv 1312.5402.

    image: (..., H, W, 1 or 3), uint8 or float; each image of a batch has its own mean. factor: a finite number >= 0.
    Returns an array of the same shape, clamped to [0, 1] or [0, 255]; uint8 truncates, the grey values too. Raises
    ValueError for another image or factor.
    """
    grey = rgb_to_grayscale(image)
    mu = grey.mean(axis=(-3, -2, -1), keepdims=True)
    return factor * image + (1 - factor) * mu


@_adjustment(_factor, of_grey=False)
def adjust_saturation(image, factor):
    """Blend each pixel with its grey value: 0 gives a grey image, 1 the image.

    Source: Howard 2013, arXiv 1312.5402.

    image: (..., H, W, 1 or 3), uint8 or float. factor: a finite number >= 0.
    Returns an array of the same shape, clamped to [0, 1] or [0, 255]; uint8 truncates, the grey values too. One channel
    has no colour and comes back as it is. Raises ValueError for another image or factor.
    """
    grey = rgb_to_grayscale(image)
    return factor * image + (1 - factor) * grey


@_adjustment(partial(number, interval="[-0.5, 0.5]"), np.rint, of_grey=False)
def adjust_hue(image, factor):
    """Turn the hue of each pixel by a share of the colour circle.

    Source: Smith 1978, "Color gamut transform pairs", SIGGRAPH, for the HSV hexcone.

    image: (..., H, W, 1 or 3), uint8 or float. factor: in [-0.5, 0.5]; 1/3 turns red to green, 1/2 each hue to its
    opposite.
    Returns an array of the same shape, clamped to [0, 1] or [0, 255]; uint8 rounds, half to even. One channel has no
    colour and comes back as it is. Raises ValueError for another image or factor.

    torchvision computes in float32, whatever the image, and takes uint8 back from x in [0, 1] by floor(255.999 * x).
    """
    R, G, B = np.moveaxis(image.astype(np.float64), -1, 0)
    V = np.maximum(np.maximum(R, G), B)
    C = V - np.minimum(np.minimum(R, G), B)
    cases = [C == 0, V == R, V == G]
    turns = [0, (G - B) / C, 2 + (B - R) / C]
    eta = np.select(cases, turns, 4 + (R - G) / C)
    kappa = [(a + eta + 6 * factor) % 6 for a in (5, 3, 1)]
    q = [V - C * np.minimum(k, 4 - k).clip(0, 1) for k in kappa]
    return np.stack(q, axis=-1)


_factors = optional(
    span("None, a number >= 0 or a pair 0 <= low <= high", "[0, inf)", lambda x: (max(0.0, 1 - x), 1 + x))
)
_turns = optional(
    span("None, a number >= 0 or a pair low <= high, within [-0.5, 0.5]", "[-0.5, 0.5]", lambda x: (-x, x))
)


@settings(brightness=_factors, contrast=_factors, saturation=_factors, hue=_turns)
class ColorJitter:
    """Change brightness, contrast, saturation and hue at random, in random order.

    Source: Howard 2013, arXiv 1312.5402, in random order too. With the hue: Chen, Kornblith, Norouzi, Hinton 2020, "A
    simple framework for contrastive learning of visual representations", arXiv 2002.05709, appendix A.

    brightness, contrast, saturation: None, x >= 0 for factors in [max(0, 1 - x), 1 + x], or a range (low, high) of
    factors >= 0. hue: None, x in [0, 0.5] for [-x, x], or a range within [-0.5, 0.5].
    Called as transform(image, rng), with 1 or 3 channels. Draws the order of the four, then a factor for each that is
    not None, brightness first. Raises ValueError for another number or range.
    """

    def __init__(self, brightness=None, contrast=None, saturation=None, hue=None):
        self.brightness, self.contrast = brightness, contrast
        self.saturation, self.hue = saturation, hue

    @_drawn(image=_colours)
    def __call__(self, image, rng):
        adjust = [adjust_brightness, adjust_contrast]
        adjust += [adjust_saturation, adjust_hue]
        ranges = [self.brightness, self.contrast]
        ranges += [self.saturation, self.hue]
        order = rng.permutation(4)
        factors = [pair and rng.uniform(*pair) for pair in ranges]
        for i in order:
            if factors[i] is not None:
                image = adjust[i](image, factors[i])
        return image


def _inverse(angle, translate, scale, shear, center):
    """The 2 x 3 matrix that takes a point (x, y, 1) of the new image to the old one; exact for quarter turns."""
    quarters = round(math.remainder(angle, 360) / 90)
    theta = math.radians(math.remainder(angle, 360) - 90 * quarters)
    cos, sin = math.cos(theta), math.sin(theta)
    turned = (cos, sin), (-sin, cos), (-cos, -sin), (sin, -cos)
    cos, sin = turned[quarters % 4]
    tan_x, tan_y = np.tan(np.radians(shear))
    linear = np.array([[1, tan_x], [0, 1]]) @ [[1, 0], [tan_y, 1]]
    linear = linear @ [[cos, sin], [-sin, cos]] / scale
    shift = center - linear @ np.add(center, translate)
    return np.column_stack([linear, shift])


def _warp(image, inverse, height, width, interpolation, fill):
    """Each new pixel's value at the point inverse @ (x, y, 1) of the old image, which is surrounded by fill."""
    *batch, H, W, C = image.shape
    dtype = image.dtype if interpolation == "nearest" else np.float64
    framed = np.empty((*batch, H + 2, W + 2, C), dtype)
    framed[...] = in_dtype(fill, dtype)
    framed[..., 1:-1, 1:-1, :] = image
    framed = framed.reshape(*batch, (H + 2) * (W + 2), C)

    def old(i, j):
        index = (i + 1) * (W + 2) + j + 1
        return framed.take(index.astype(np.intp), axis=-2)

    x, y = np.arange(width) + 0.5, np.arange(height)[:, None] + 0.5
    x, y = (a * x + b * y + c for a, b, c in inverse)
    if interpolation == "bilinear":
        x, y = x - 0.5, y - 0.5  # measured from the middle of a pixel
    # Farther out all is fill; NaN, which is an overflow, too.
    x, y = np.fmax(np.fmin(x, W), -1), np.fmax(np.fmin(y, H), -1)
    j, i = np.floor(x), np.floor(y)
    if interpolation == "nearest":
        return old(i, j)
    u, v, right, below = x - j, y - i, np.ceil(x), np.ceil(y)
    corners = [((1 - u) * (1 - v), i, j), (u * (1 - v), i, right)]
    corners += [((1 - u) * v, below, j), (u * v, below, right)]
    return sum(w[..., None] * old(i, j) for w, i, j in corners)


@kernel(angle=number, interpolation=_mode, expand=flag, center=_point)
def rotate(image, angle, interpolation="nearest", expand=False, center=None, fill=0):
    """Rotate an image counter-clockwise.

    Source: Simard, Steinkraus, Platt 2003, "Best practices for convolutional neural networks applied to visual document
    analysis", ICDAR, section 2.

    image: (..., H, W, C), uint8 or float. angle: in degrees. interpolation: "nearest" or "bilinear". expand: whether
    the canvas grows to hold the whole turned image. center: the point (x, y) that stays, by default the middle. fill:
    the value around the image, a number or one per channel.
    Returns an array of the same shape, or of another height and width where expand is true. Raises ValueError for
    another image, interpolation, center or fill, an angle that is not finite, an expand that is not a bool, or, with
    expand, a center so far away that rounding leaves no canvas.

    "bilinear" gives fill the weight that falls outside the image; torchvision weakens the border a second time. A point
    on the edge of two pixels belongs to the right or lower one. With expand, the middle of the image is that of the
    canvas; with another center parts may be lost, as in torchvision.
    """
    H, W = h, w = image.shape[-3:-1]
    fill = paint("fill", fill, image)
    middle = center or (W / 2, H / 2)
    if expand and center is None and angle % 90 == 0:
        return np.rot90(image, angle // 90 % 4, axes=(-3, -2))
    inverse = _inverse(-angle, (0, 0), 1, (0, 0), middle)
    if expand:
        corners = inverse @ [[0, W, 0, W], [0, 0, H, H], [1, 1, 1, 1]]
        first, last = corners.min(axis=1), corners.max(axis=1)
        w, h = np.ceil(last - 1e-4) - np.floor(first + 1e-4)
        what = "nearer to the image, where rounding leaves a canvas"
        require(w > 0 and h > 0, "center", what, center)
        shift = (w - W) / 2, (h - H) / 2
        inverse = _inverse(-angle, shift, 1, (0, 0), middle)
    return _warp(image, inverse, int(h), int(w), interpolation, fill)


@settings(degrees=_degrees, interpolation=_mode, expand=flag, center=_point, fill=colour)
class RandomRotation:
    """Rotate an image by a random angle.

    Source: Simard, Steinkraus, Platt 2003, section 2.

    degrees: x >= 0 for [-x, x], or a range (low, high), counter-clockwise. interpolation, expand, center, fill: as for
    rotate.
    Called as transform(image, rng). Draws the angle. Raises ValueError for other degrees, and what rotate raises for.
    """

    def __init__(self, degrees, interpolation="nearest", expand=False, center=None, fill=0):
        self.degrees, self.interpolation = degrees, interpolation
        self.expand, self.center, self.fill = expand, center, fill

    @_drawn(image=pixels)
    def __call__(self, image, rng):
        angle = rng.uniform(*self.degrees)
        options = self.interpolation, self.expand, self.center, self.fill
        return rotate(image, angle, *options)


@kernel(
    angle=number,
    translate=_pair,
    scale=_positive,
    shear=numbers("a number or a pair (x, y)", (1, 2)),
    interpolation=_mode,
    center=_point,
)
def affine(image, angle, translate, scale, shear, interpolation="nearest", fill=0, center=None):
    """Shear, scale and rotate an image about a point, then shift it.

    Source: Simard, Steinkraus, Platt 2003, "Best practices for convolutional neural networks applied to visual document
    analysis", ICDAR, section 2.

    image: (..., H, W, C), uint8 or float. angle: in degrees, clockwise (rotate's is counter-clockwise). translate:
    (x, y) in pixels. scale: > 0. shear: in degrees, a number for x alone or a pair (x, y). interpolation: "nearest" or
    "bilinear". fill: the value around the image, a number or one per channel. center: the point (x, y) that shear,
    scale and rotation keep, by default the middle.
    Returns an array of the same shape. Raises ValueError for another image, interpolation, fill or count of values, a
    scale that is not positive, or a number that is not finite.

    The matrix is R S SHy SHx: the shear in x comes first, the rotation last. Borders and edges of pixels are as in
    rotate.
    """
    H, W = image.shape[-3:-1]
    fill = paint("fill", fill, image)
    middle = center or (W / 2, H / 2)
    shear = shear if isinstance(shear, tuple) else (shear, 0)
    inverse = _inverse(angle, translate, scale, shear, middle)
    return _warp(image, inverse, H, W, interpolation, fill)


_scales = optional(_above_0)
_shares = optional(numbers("None or a pair (x, y) in [0, 1]", (2,), "[0, 1]"))
_shears = optional(
    span("None, a number >= 0, or low <= high for x, or for x and for y", alone=lambda x: (-x, x), counts=(2, 4))
)


@settings(
    degrees=_degrees, translate=_shares, scale=_scales, shear=_shears, interpolation=_mode, fill=colour, center=_point
)
class RandomAffine:
    """Shear, scale, rotate and shift an image by random amounts.

    Source: Simard, Steinkraus, Platt 2003, section 2.

    degrees: x >= 0 for [-x, x], or a range (low, high), clockwise. translate: None, or the largest shift (x, y) as a
    share of width and height, in [0, 1]. scale: None or a range (low, high) above 0. shear: None, x >= 0 for [-x, x] or
    a range (low, high), both for x alone, or four numbers, a range for x and one for y, in degrees. interpolation,
    fill, center: as for affine.
    Called as transform(image, rng). Draws the angle, the shift in x and y (rounded to whole pixels), the scale, the
    shear in x and y, each only where it is given. Raises ValueError for another range, and what affine raises for.
    """

    def __init__(self, degrees, translate=None, scale=None, shear=None, interpolation="nearest", fill=0, center=None):
        self.degrees, self.translate = degrees, translate
        self.scale, self.shear = scale, shear
        self.interpolation, self.center = interpolation, center
        self.fill = fill

    @_drawn(image=pixels)
    def __call__(self, image, rng):
        angle, translate = rng.uniform(*self.degrees), (0, 0)
        scale, shear = 1, 0
        if self.translate:
            a_x, a_y = self.translate
            reach = a_x * image.shape[-2], a_y * image.shape[-3]
            translate = [round(rng.uniform(-a, a)) for a in reach]
        if self.scale:
            scale = rng.uniform(*self.scale)
        if self.shear:
            pairs = self.shear[:2], self.shear[2:]
            shear = [rng.uniform(*pair) if pair else 0 for pair in pairs]
        options = self.interpolation, self.fill, self.center
        return affine(image, angle, translate, scale, shear, *options)


@kernel(truncated, _colours, num_output_channels=numbers("1 or 3", (1,), "[1, 3]", Integral, odd=True))
def rgb_to_grayscale(image, num_output_channels=1):
    """Replace the colour of each pixel by its luma, 0.2989 R + 0.587 G + 0.114 B.

    Source: ITU-R Recommendation BT.601, where the first weight is 0.299.

    image: (..., H, W, 1 or 3), uint8 or float. num_output_channels: 1, or 3 for three equal channels.
    Returns (..., H, W, num_output_channels); uint8 truncates, one channel keeps its values. Raises ValueError for
    another image or count.

    The weights are torchvision's. Their sum is 0.9999: uint8 white becomes 254.
    """
    if image.shape[-1] == 3:
        (R, G, B), (r, g, b) = np.moveaxis(image, -1, 0), LUMA
        image = (r * R + g * G + b * B)[..., None]
    shape = (*image.shape[:-1], num_output_channels)
    return np.broadcast_to(image, shape)


@settings(p=_share)
class RandomGrayscale:
    """Replace the colours of an image by their luma with probability p.

    Source: Chen, Kornblith, Norouzi, Hinton 2020, "A simple framework for contrastive learning of visual
    representations", arXiv 2002.05709, appendix A.

    p: in [0, 1].
    Called as transform(image, rng), with 1 or 3 channels, whose number stays. Draws one number in [0, 1): below p the
    image turns grey. Raises ValueError for another p.
    """

    def __init__(self, p=0.1):
        self.p = p

    @_drawn(image=_colours)
    def __call__(self, image, rng):
        grey = rng.random() < self.p
        return rgb_to_grayscale(image, image.shape[-1]) if grey else image


_odd = numbers("an odd int or a pair (x, y) of them, at least 1", (1, 2), "[1, inf)", Integral, odd=True, both=True)
_sigma = optional(numbers("None, a finite number > 0 or a pair (x, y) of them", (1, 2), "(0, inf)", both=True))
_sigmas = span("a finite number > 0 or a pair 0 < low <= high", "(0, inf)", lambda x: (x, x))


def _gaussian(size, sigma, x):
    """Each row becomes the mean of those around it, with a Gaussian; at both ends the rows are reflected."""
    n, r = x.shape[-3], size // 2
    k = np.arange(-r, r + 1)
    g = np.exp(-((k / sigma) ** 2) / 2)
    g = g / g.sum()
    rho = n - 1 - np.abs(n - 1 - np.abs(np.arange(-r, n + r)))
    x = x.take(rho, axis=-3)
    return sum(g[k] * x[..., k : k + n, :, :] for k in range(size))


@kernel(kernel_size=_odd, sigma=_sigma)
def gaussian_blur(image, kernel_size, sigma=None):
    """Blur an image: each pixel becomes a mean of those around it, with a Gaussian.

    Source: Chen, Kornblith, Norouzi, Hinton 2020, "A simple framework for contrastive learning of visual
    representations", arXiv 2002.05709, appendix A.

    image: (..., H, W, C), uint8 or float. kernel_size: an odd int, or a pair (x, y) of them, less than twice the width
    and height. sigma: the standard deviation in pixels, a number > 0 or a pair (x, y), by default 0.15 * kernel_size +
    0.35 for each.
    Returns an array of the same shape. Raises ValueError for another image, kernel_size or sigma.

    At the border the image is reflected, without repeating its last pixel.
    """
    (H, W), (k_x, k_y) = image.shape[-3:-1], kernel_size
    fits = k_x < 2 * W and k_y < 2 * H
    require(fits, "kernel_size", f"below twice {W, H}", kernel_size)
    s_x, s_y = sigma or (0.15 * k_x + 0.35, 0.15 * k_y + 0.35)
    rows = partial(_gaussian, k_y, s_y)
    columns = partial(_gaussian, k_x, s_x)
    return _filtered(image, rows, columns)


@settings(kernel_size=_odd, sigma=_sigmas)
class GaussianBlur:
    """Blur an image with a random standard deviation.

    Source: Chen et al. 2020, arXiv 2002.05709, appendix A.

    kernel_size: an odd int, or a pair (x, y) of them. sigma: a number > 0, or the range (low, high) of the standard
    deviation, which is the same in x and y.
    Called as transform(image, rng). Draws the standard deviation. Raises ValueError for another kernel_size or sigma,
    and what gaussian_blur raises for.
    """

    def __init__(self, kernel_size, sigma=(0.1, 2.0)):
        self.kernel_size, self.sigma = kernel_size, sigma

    @_drawn(image=pixels)
    def __call__(self, image, rng):
        sigma = rng.uniform(*self.sigma)
        return gaussian_blur(image, self.kernel_size, sigma)


@kernel()
def erase(image, top, left, height, width, value):
    """Overwrite a box of an image.

    Source: Zhong, Zheng, Kang, Li, Yang 2017, "Random erasing data augmentation", arXiv 1708.04896, Algorithm 1.

    image: (..., H, W, C), uint8 or float. top, left, height, width: ints, the box in pixels, inside the image. value: a
    number, one per channel, or an array (height, width, C); within [0, 255] for uint8, where it is rounded.
    Returns an array of the same shape. Raises ValueError for another image or value, or a box that reaches outside.
    """
    box = region(image, top, left, height, width)
    result = image.copy()
    value = paint("value", value, image, result[box].shape[-3:])
    result[box] = in_dtype(value, image.dtype)
    return result


_part = span("a pair 0 < low <= high <= 1", "(0, 1]")


@settings(p=_share, scale=_part, ratio=_above_0, value=partial(colour, word="random"))
class RandomErasing:
    """Overwrite a box of random area, aspect ratio and place with probability p.

    Source: Zhong et al. 2017, arXiv 1708.04896, Algorithm 1.

    p: in [0, 1]. scale: the range of the box's share of the area, in (0, 1]. ratio: the range of height / width, above
    0; its logarithm is uniform (the paper draws the ratio itself). value: a number, one per channel, or "random" for
    noise: standard normal for floats, uniform over 0 to 255 for uint8.
    Called as transform(image, rng). Draws a number in [0, 1): below p the image is erased. Then a share and a ratio, at
    most ten times; from the first box that is smaller than the image in both directions, top, left and the noise. If
    none is, the image stays. Raises ValueError for another p, range or value.
    """

    def __init__(self, p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=0):
        self.p, self.scale = p, scale
        self.ratio, self.value = ratio, value

    @_drawn(height=_whole, width=_whole)
    def box(self, height, width, rng):
        """Draw top, left, height, width of a box in an image; None if none fits."""
        for w, h in _tries(height, width, self.scale, self.ratio, rng):
            if 0 < h < height and 0 < w < width:
                return _placed(height, width, h, w, rng)
        return None

    @_drawn(image=pixels)
    def __call__(self, image, rng):
        value, (H, W, C) = self.value, image.shape[-3:]
        if value != "random":
            value = paint("value", value, image)
        box = self.box(H, W, rng) if rng.random() < self.p else None
        if box is None:
            return image
        if self.value == "random":
            levels = image.dtype == np.uint8
            draw = partial(rng.integers, 256) if levels else rng.normal
            value = draw(size=(*box[2:], C))
        return erase(image, *box, value)


@settings(length=_whole)
class Cutout:
    """Blacken a square about any pixel; what stands out of the image is cut off.

    Source: DeVries, Taylor 2017, "Improved regularization of convolutional neural networks with Cutout", arXiv
    1708.04552, section 3.

    length: the square's side in pixels, an int >= 1.
    Called as transform(image, rng). Draws the row, then the column of the middle pixel; the square starts length // 2
    before it. Raises ValueError for another length.

    The paper's zeros stand in a normalised image, where 0 is the mean colour.
    """

    def __init__(self, length):
        self.length = length

    @_drawn(height=_whole, width=_whole)
    def box(self, height, width, rng):
        """Draw top, left, height, width of what is erased in an image."""
        L = self.length
        y, x = (int(rng.integers(n)) - L // 2 for n in (height, width))
        top, left = max(y, 0), max(x, 0)
        bottom, right = min(y + L, height), min(x + L, width)
        return top, left, bottom - top, right - left

    @_drawn(image=pixels)
    def __call__(self, image, rng):
        return erase(image, *self.box(*image.shape[-3:-1], rng), 0)


_batch = partial(pixels, axes=4)
_before = partial(np.roll, shift=1, axis=0)  # for each image the one before it, for the first the last
_classes = optional(partial(integer, interval=f"[1, {2**31 - 1}]"))


def _mixture(levels=True, **options):
    """A decorator for functions of images, labels and a share: no warnings, and two new arrays of their dtypes.

    levels: whether uint8 images can be mixed.
    """

    def guard(function):
        @checked(images=_batch, lam=_share, **options)
        @wraps(function)
        def guarded(images, labels, lam, **given):
            what = "floats in [0, 1], for a mean of two uint8 images would have to be rounded"
            require(levels or images.dtype.kind == "f", "images", what, images.dtype)
            rows, dtype = labelled(images, labels)
            lam = np.float64(lam)  # which makes float64 of a float32 image, where a float would not
            with np.errstate(all="ignore"):
                mixed, rows = function(images, rows, lam, **given)
            return in_dtype(mixed, images.dtype), in_dtype(rows, dtype)

        return guarded

    return guard


@_mixture(levels=False)
def mixup(images, labels, lam):
    """Blend each image, and its label, with the one before it in the batch.

    Source: Zhang, Cisse, Dauphin, Lopez-Paz 2018, "mixup: beyond empirical risk minimization", arXiv 1710.09412,
    section 2.

    images: (N, ..., H, W, C), float. labels: (N, classes), numbers. lam: the share that is kept, in [0, 1].
    Returns images and labels of the same shapes; before the first image comes the last. Raises ValueError for uint8
    images (a mean would have to be rounded), an image without a batch, labels of another shape, or another lam.
    """
    mixed = lam * images + (1 - lam) * _before(images)
    return mixed, lam * labels + (1 - lam) * _before(labels)


@settings(alpha=_positive, num_classes=_classes)
class MixUp:
    """Blend the images and the labels of a batch in pairs, with a random share.

    Source: Zhang et al. 2018, arXiv 1710.09412, section 2.

    alpha: > 0, the parameter of Beta(alpha, alpha), from which the share comes. num_classes: needed only where labels
    are class indices.
    Called as transform(images, labels, rng) on a float batch (N, ..., H, W, C), with labels (N,) of class indices,
    which become one-hot rows of the images' dtype, or rows (N, classes). Draws one share for the whole batch. Raises
    ValueError for another alpha, num_classes below 1 or missing, a class outside [0, num_classes), and what mixup
    raises for.
    """

    def __init__(self, alpha=1.0, num_classes=None):
        self.alpha, self.num_classes = alpha, num_classes

    @_drawn(images=_batch)
    def __call__(self, images, labels, rng):
        rows = one_hot(images, labels, self.num_classes)
        return mixup(images, rows, rng.beta(self.alpha, self.alpha))


@_mixture(center=numbers("a pixel (x, y)", (2,), "[0, inf)", Integral))
def cutmix(images, labels, lam, center):
    """Paste a box of the image before it into each image; mix the labels by the areas.

    Source: Yun et al. 2019, "CutMix: regularization strategy to train strong classifiers with localizable features",
    arXiv 1905.04899, section 3.1.

    images: (N, ..., H, W, C), uint8 or float. labels: (N, classes), numbers. lam: the share to be kept, in [0, 1].
    center: the pixel (x, y) about which the box lies, two ints inside the image.
    Returns images and labels of the same shapes; before the first image comes the last. The box reaches
    int(W * sqrt(1 - lam) / 2) pixels to both sides, in y likewise, and is cut off at the border; the labels are mixed
    by the share that is really kept. Raises ValueError for an image without a batch, labels of another shape, another
    lam, or a center outside.
    """
    (H, W), (x, y) = images.shape[-3:-1], center
    pixel = f"a pixel (x, y) within [0, {W - 1}] x [0, {H - 1}]"
    require(x < W and y < H, "center", pixel, center)
    side = math.sqrt(1 - lam)
    r_x, r_y = int(W * side / 2), int(H * side / 2)
    x_1, x_2 = max(0, x - r_x), min(W, x + r_x)
    y_1, y_2 = max(0, y - r_y), min(H, y + r_y)
    box = (..., slice(y_1, y_2), slice(x_1, x_2), slice(None))
    mixed = images.copy()
    mixed[box] = _before(images[box])
    lam = 1 - (x_2 - x_1) * (y_2 - y_1) / (W * H)
    return mixed, lam * labels + (1 - lam) * _before(labels)


@settings(alpha=_positive, num_classes=_classes)
class CutMix:
    """Paste a random box of the image before it into each image of a batch.

    Source: Yun et al. 2019, arXiv 1905.04899, section 3.1.

    alpha: > 0, the parameter of Beta(alpha, alpha), from which the share that is kept comes. num_classes: needed only
    where labels are class indices.
    Called as transform(images, labels, rng) on a batch (N, ..., H, W, C), with labels (N,) of class indices, which
    become one-hot rows of the images' dtype (float64 for uint8), or rows (N, classes). Draws the share, then x and y of
    the centre, any pixel. Raises ValueError for another alpha, num_classes below 1 or missing, a class outside [0,
    num_classes), and what cutmix raises for.
    """

    def __init__(self, alpha=1.0, num_classes=None):
        self.alpha, self.num_classes = alpha, num_classes

    @_drawn(images=_batch)
    def __call__(self, images, labels, rng):
        rows = one_hot(images, labels, self.num_classes)
        lam = rng.beta(self.alpha, self.alpha)
        H, W = images.shape[-3:-1]
        center = rng.integers(W), rng.integers(H)
        return cutmix(images, rows, lam, center)
