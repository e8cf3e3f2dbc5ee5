"""The augmentations, from simple to complex: functions without randomness, then the
random class that draws for them.

An image is an array (..., H, W, C) of uint8 in [0, 255] or of floats in [0, 1]; leading
axes are a batch that shares one draw. The result is a new array of the image's dtype;
only a random class that does nothing may return its input. Inside, all arithmetic is
float64. Sizes are (height, width). Points and offsets are (x, y), x to the right, in
pixels from the upper left corner: the middle of the pixel in row i and column j is the
point (j + 1/2, i + 1/2). All randomness comes from the numpy.random.Generator that a
transform is called with.
"""

import math
from numbers import Integral, Real

import numpy as np

LUMA = np.array([0.2989, 0.587, 0.114])
POSITIVE = math.ulp(0.0)  # the smallest float above 0, as a lower limit


def _require(condition, name, what, value):
    if not condition:
        raise ValueError(f"{name} must be {what}, got {value!r}")


def _is_number(value, low=-math.inf, high=math.inf, kind=Real):
    """Whether value is a finite number of that kind in [low, high]."""
    try:
        finite = isinstance(value, kind) and math.isfinite(value)
        return finite and low <= float(value) <= high
    except OverflowError:
        return False


def _numbers(name, value, what, counts, low=-math.inf, high=math.inf, kind=Real):
    """A number (a count of 1) or a sequence with one of the counts, as a tuple."""
    sequence = isinstance(value, (list, tuple)) or getattr(value, "ndim", 0) > 0
    numbers = tuple(value) if sequence else (value,)
    counted = len(numbers) in counts and sequence == (len(numbers) > 1)
    inside = counted and all(_is_number(n, low, high, kind) for n in numbers)
    _require(inside, name, what, value)
    return tuple(int(n) if kind is Integral else float(n) for n in numbers)


def _range(name, value, what, low=-math.inf, high=math.inf, around=None):
    """A pair low <= high; where `around` is given, x means around - x to around + x."""
    numbers = _numbers(name, value, what, (2,) if around is None else (1, 2), low, high)
    if len(numbers) == 1:
        numbers = max(low, around - numbers[0]), around + numbers[0]
    first, last = numbers
    inside = low <= first <= last <= high and math.isfinite(last - first)
    _require(inside, name, what, value)
    return numbers


def _size(size):
    """An int, which means a square, or (height, width)."""
    what = "an int or (height, width), at least 1"
    numbers = _numbers("size", size, what, (1, 2), low=1, kind=Integral)
    return numbers if len(numbers) == 2 else numbers * 2


def _check_probability(p):
    _require(_is_number(p, 0, 1), "p", "in [0, 1]", p)


def _check_generator(rng):
    known = isinstance(rng, np.random.Generator)
    _require(known, "rng", "a numpy.random.Generator", rng)


def _check_interpolation(interpolation):
    known = isinstance(interpolation, str) and interpolation in ("nearest", "bilinear")
    _require(known, "interpolation", '"nearest" or "bilinear"', interpolation)


def _check_expand(expand):
    _require(isinstance(expand, (bool, np.bool_)), "expand", "a bool", expand)


def _array(name, value):
    """The value as an array; nested lists of different lengths are none."""
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be an array, got {value!r}") from None


def _image(image, name="image"):
    """The image as an array."""
    image = _array(name, image)
    dtype, shape = image.dtype, image.shape
    known = dtype == np.uint8 or (dtype.kind == "f" and dtype.itemsize <= 8)
    _require(known, name, "of dtype uint8, float16, float32 or float64", dtype)
    known = len(shape) >= 3 and 0 not in shape[-3:]
    _require(known, name, "(..., H, W, C), none of the three 0", shape)
    return image


def _colours(image):
    """The image as an array of 1 or 3 channels, and its values as float64."""
    image = _image(image)
    what = "(..., H, W, 1) or (..., H, W, 3)"
    _require(image.shape[-1] in (1, 3), "image", what, image.shape)
    values = image.astype(np.float64, order="C")
    return image, np.clip(values, -1e100, 1e100)  # beyond, inf - inf would be NaN


def _round(values, dtype):
    """Float values in the image's dtype; uint8 rounds, half to even."""
    return np.asarray(np.rint(values) if dtype == np.uint8 else values, dtype)


def _clamp(values, dtype):
    """Float values in the image's dtype and range; uint8 truncates."""
    return np.asarray(np.clip(values, 0, 255 if dtype == np.uint8 else 1), dtype)


def _slice(start, first, extent, size, length):
    """The pixels of an axis from first on, as many as size, all inside the image."""
    inside = _is_number(first, 0, length - 1, Integral)
    _require(inside, start, f"an int within [0, {length - 1}]", first)
    inside = _is_number(size, 1, length - first, Integral)
    _require(inside, extent, f"an int within [1, {length - first}]", size)
    return slice(first, first + size)


def _box(image, top, left, height, width):
    """The rows and the columns of a box that must lie inside the image."""
    rows, columns = image.shape[-3:-1]
    rows = _slice("top", top, "height", height, rows)
    return rows, _slice("left", left, "width", width, columns)


def _paint(name, value, dimensions=(0, 1)):
    """What is painted into an image, as an array: a number, or one per channel."""
    paint = _array(name, value)
    known = paint.dtype.kind in "fiu" and paint.ndim in dimensions and paint.size > 0
    known = known and np.isfinite(paint).all()
    _require(known, name, "a finite number, or one per channel", value)
    return paint


def _check_paint(name, value, paint, image, shape=()):
    """Refuse what does not fit the image's channels, another shape, or its levels."""
    shapes = tuple(dict.fromkeys(((), image.shape[-1:], shape)))
    _require(paint.shape in shapes, name, f"of a shape in {shapes}", value)
    inside = image.dtype.kind == "f" or (paint.min() >= 0 and paint.max() <= 255)
    _require(inside, name, "within [0, 255] for a uint8 image", value)


@np.errstate(all="ignore")
def hflip(image):
    """Mirror an image left to right.

    Source: Krizhevsky, Sutskever, Hinton 2012, "ImageNet classification with deep
    convolutional neural networks", NIPS, section 4.1.

    image: (..., H, W, C), uint8 or float.
    Returns an array of the same shape. Raises ValueError for another image.
    """
    return _image(image)[..., ::-1, :].copy()


class RandomHorizontalFlip:
    """Mirror an image left to right with probability p.

    Source: Krizhevsky, Sutskever, Hinton 2012, section 4.1.

    p: in [0, 1].
    Called as transform(image, rng). Draws one number in [0, 1): below p the image is
    flipped. Raises ValueError for a p outside [0, 1].
    """

    def __init__(self, p=0.5):
        _check_probability(p)
        self.p = p

    def __call__(self, image, rng):
        image = _image(image)
        _check_generator(rng)
        return hflip(image) if rng.random() < self.p else image


def _filtered(image, rows, columns):
    """An image in float64, each new row and column a weighted sum of old ones.

    rows, columns: the indices of the old ones and their weights, arrays (new, taps).
    """
    image = image.astype(np.float64)
    # The factors, 1 together, keep the largest floats finite between the two passes.
    for (index, weights), factor in ((rows, 0.5), (columns, 2.0)):
        taps = zip(index.T, factor * weights.T[:, :, None, None])
        image = sum(weight * image.take(old, axis=-3) for old, weight in taps)
        image = np.ascontiguousarray(np.swapaxes(image, -3, -2))
    return image


def _triangle(length, size):
    """The old pixels under a triangle, and their weights, for each new pixel."""
    middle = (np.arange(size)[:, None] + 0.5) * length / size
    support = max(length / size, 1)
    index = np.floor(middle - support + 0.5) + np.arange(math.ceil(2 * support))
    weights = np.maximum(0, 1 - np.abs(index + 0.5 - middle) / support)
    weights *= (index >= 0) & (index < length)
    index = np.where(weights > 0, index, np.floor(middle)).astype(np.intp)
    return index, weights / weights.sum(axis=1, keepdims=True)


@np.errstate(all="ignore")
def resize(image, size):
    """Resize an image: each new pixel is a mean of old ones, weighted by a triangle.

    Source: Catmull, Smith 1980, "3-D transformations of images in scanline order",
    SIGGRAPH, for the two passes. The triangle is that of linear interpolation; where
    the image shrinks it is as many times wider, which is called antialiasing.

    image: (..., H, W, C), uint8 or float. size: (height, width), or an int for the
    shorter side; the longer is then int(size * longer / shorter).
    Returns (..., height, width, C). Raises ValueError for another image or size.
    """
    image = _image(image)
    height, width = _size(size)
    rows, columns = image.shape[-3:-1]
    if isinstance(size, Integral):
        height, width = (int(size * n / min(rows, columns)) for n in (rows, columns))
    values = _filtered(image, _triangle(rows, height), _triangle(columns, width))
    return _round(values, image.dtype)


@np.errstate(all="ignore")
def resized_crop(image, top, left, height, width, size):
    """Cut a box out of an image and resize it.

    Source: Szegedy et al. 2014, "Going deeper with convolutions", arXiv 1409.4842,
    section 6.

    image: (..., H, W, C), uint8 or float. top, left, height, width: ints, the box in
    pixels, inside the image. size: an int for a square, or (height, width).
    Returns (..., *size, C). Raises ValueError for another image or size, or a box that
    is not inside the image.

    In torchvision's function an int sets the shorter side, and a box that reaches out
    of the image is filled up with zeros.
    """
    image = _image(image)
    rows, columns = _box(image, top, left, height, width)
    return resize(image[..., rows, columns, :], _size(size))


def _place(height, width, h, w, rng):
    """A box of h x w pixels anywhere in an image: top, left, height, width."""
    h, w = int(h), int(w)
    return int(rng.integers(height - h + 1)), int(rng.integers(width - w + 1)), h, w


class RandomResizedCrop:
    """Cut out a box of random area, aspect ratio and place, and resize it.

    Source: Szegedy et al. 2014, arXiv 1409.4842, section 6.

    size: an int for a square, or (height, width). scale: the range of the box's share
    of the area, above 0. ratio: the range of width / height, above 0; its logarithm is
    uniform.
    Called as transform(image, rng). Draws a share and a ratio, at most ten times; from
    the first box that fits, top and left. If none fits, it takes the largest central
    box of the nearest allowed ratio. Raises ValueError for another size, or a range
    that is reversed or not positive.
    """

    def __init__(self, size, scale=(0.08, 1.0), ratio=(3 / 4, 4 / 3)):
        what = "a pair 0 < low <= high"
        self.size = _size(size)
        self.scale = _range("scale", scale, what, POSITIVE)
        self.ratio = _range("ratio", ratio, what, POSITIVE)

    @np.errstate(all="ignore")
    def box(self, height, width, rng):
        """Draw top, left, height, width of a box in an image of height x width."""
        for _ in range(10):
            area = height * width * rng.uniform(*self.scale)
            ratio = np.exp(rng.uniform(*np.log(self.ratio)))
            h, w = np.rint(np.sqrt(area / ratio)), np.rint(np.sqrt(area * ratio))
            if 0 < h <= height and 0 < w <= width:
                return _place(height, width, h, w, rng)
        ratio = np.clip(width / height, *self.ratio)
        h = max(1, round(min(height, width / ratio)))
        w = max(1, round(min(width, height * ratio)))
        return (height - h) // 2, (width - w) // 2, h, w

    def __call__(self, image, rng):
        image = _image(image)
        _check_generator(rng)
        return resized_crop(image, *self.box(*image.shape[-3:-1], rng), self.size)


def _centred(length, size):
    """What a central crop takes of an axis, and where that lies in the crop: slices."""
    cut = round((length - size) / 2) if size <= length else 0
    border = max(size - length, 0) // 2
    common = min(length, size)
    return slice(cut, cut + common), slice(border, border + common)


@np.errstate(all="ignore")
def center_crop(image, size):
    """Cut the middle out of an image.

    Source: Krizhevsky, Sutskever, Hinton 2012, "ImageNet classification with deep
    convolutional neural networks", NIPS, section 2.

    image: (..., H, W, C), uint8 or float. size: an int for a square, or (height,
    width). Returns (..., *size, C); zeros surround the image where the size is larger.
    Raises ValueError for another image or size.

    An odd difference cannot be shared evenly: a crop starts at the half, rounded to
    even; of a border, the right and the lower side get the odd pixel.
    """
    image = _image(image)
    height, width = _size(size)
    *batch, rows, columns, channels = image.shape
    rows, new_rows = _centred(rows, height)
    columns, new_columns = _centred(columns, width)
    result = np.zeros((*batch, height, width, channels), image.dtype)
    result[..., new_rows, new_columns, :] = image[..., rows, columns, :]
    return result


class CenterCrop:
    """Cut the middle out of an image; nothing is drawn.

    Source: Krizhevsky, Sutskever, Hinton 2012, section 2.

    size: an int for a square, or (height, width).
    Called as transform(image, rng), like its random siblings. Raises ValueError for
    another size.
    """

    def __init__(self, size):
        self.size = _size(size)

    def __call__(self, image, rng):
        image = _image(image)
        _check_generator(rng)
        return center_crop(image, self.size)


def _grey(values, dtype):
    """The luma of each pixel, its channel axis kept; uint8 truncates."""
    if values.shape[-1] == 1:
        return values
    luma = values @ LUMA[:, None]
    # 1e-9: a luma that is a whole number must not fall below it by rounding.
    return np.floor(luma + 1e-9) if dtype == np.uint8 else luma


def _blend(values, others, factor, dtype):
    """factor * values + (1 - factor) * others, clamped; uint8 truncates."""
    _require(_is_number(factor, 0), "factor", "a finite number >= 0", factor)
    factor = min(float(factor), 1e100)
    return _clamp(factor * values + (1 - factor) * others, dtype)


@np.errstate(all="ignore")
def adjust_brightness(image, factor):
    """Multiply an image by a factor: 0 gives black, 1 the image.

    Source: Howard 2013, "Some improvements on deep convolutional neural network based
    image classification", arXiv 1312.5402.

    image: (..., H, W, 1 or 3), uint8 or float. factor: a finite number >= 0.
    Returns an array of the same shape, clamped to [0, 1] or [0, 255]; uint8 truncates.
    Raises ValueError for another image or factor.
    """
    image, values = _colours(image)
    return _blend(values, 0, factor, image.dtype)


@np.errstate(all="ignore")
def adjust_contrast(image, factor):
    """Blend an image with the mean of its grey values: 0 gives that grey, 1 the image.

    Source: Howard 2013, arXiv 1312.5402.

    image: (..., H, W, 1 or 3), uint8 or float; each image of a batch has its own mean.
    factor: a finite number >= 0.
    Returns an array of the same shape, clamped to [0, 1] or [0, 255]; uint8 truncates,
    the grey values too. Raises ValueError for another image or factor.
    """
    image, values = _colours(image)
    mean = _grey(values, image.dtype).mean(axis=(-3, -2, -1), keepdims=True)
    return _blend(values, mean, factor, image.dtype)


@np.errstate(all="ignore")
def adjust_saturation(image, factor):
    """Blend each pixel with its grey value: 0 gives a grey image, 1 the image.

    Source: Howard 2013, arXiv 1312.5402.

    image: (..., H, W, 1 or 3), uint8 or float. factor: a finite number >= 0.
    Returns an array of the same shape, clamped to [0, 1] or [0, 255]; uint8 truncates,
    the grey values too. One channel has no colour and comes back as it is. Raises
    ValueError for another image or factor.
    """
    image, values = _colours(image)
    result = _blend(values, _grey(values, image.dtype), factor, image.dtype)
    return result if image.shape[-1] == 3 else image.copy()


@np.errstate(all="ignore")
def adjust_hue(image, factor):
    """Turn the hue of each pixel by a share of the colour circle.

    Source: Smith 1978, "Color gamut transform pairs", SIGGRAPH, for the HSV hexcone.

    image: (..., H, W, 1 or 3), uint8 or float. factor: in [-0.5, 0.5]; 1/3 turns red
    to green, 1/2 each hue to its opposite.
    Returns an array of the same shape, clamped to [0, 1] or [0, 255]; uint8 rounds,
    half to even. One channel has no colour and comes back as it is. Raises ValueError
    for another image or factor.

    torchvision computes in float32, whatever the image, and takes uint8 back from x in
    [0, 1] by floor(255.999 * x).
    """
    image, values = _colours(image)
    _require(_is_number(factor, -0.5, 0.5), "factor", "in [-0.5, 0.5]", factor)
    if image.shape[-1] == 1:
        return image.copy()
    red, green, blue = np.moveaxis(values, -1, 0)
    value = np.maximum(np.maximum(red, green), blue)
    chroma = value - np.minimum(np.minimum(red, green), blue)
    is_red = red == value
    is_green = (green == value) & ~is_red
    is_blue = ~(is_red | is_green)
    hue = is_red * (green - blue) + is_green * (blue - red) + is_blue * (red - green)
    hue = hue / np.where(chroma == 0, 1, chroma)
    hue += 2 * is_green + 4 * is_blue + 6 * factor  # 6 is once around
    for channel, start in enumerate((5, 3, 1)):
        k = (start + hue) % 6
        values[..., channel] = value - chroma * np.clip(np.minimum(k, 4 - k), 0, 1)
    return _clamp(_round(values, image.dtype), image.dtype)


class ColorJitter:
    """Change brightness, contrast, saturation and hue at random, in random order.

    Source: Howard 2013, arXiv 1312.5402. With the hue, and in random order: Chen,
    Kornblith, Norouzi, Hinton 2020, "A simple framework for contrastive learning of
    visual representations", arXiv 2002.05709, appendix A.

    brightness, contrast, saturation: None, x >= 0 for factors in [max(0, 1 - x), 1 +
    x], or a range (low, high) of factors >= 0. hue: None, x in [0, 0.5] for [-x, x], or
    a range within [-0.5, 0.5].
    Called as transform(image, rng), with 1 or 3 channels. Draws the order of the four,
    then a factor for each that is not None, brightness first. Raises ValueError for
    another number or range.
    """

    def __init__(self, brightness=None, contrast=None, saturation=None, hue=None):
        self.brightness = self._factors("brightness", brightness)
        self.contrast = self._factors("contrast", contrast)
        self.saturation = self._factors("saturation", saturation)
        self.hue = self._factors("hue", hue, -0.5, 0.5, around=0)

    @staticmethod
    def _factors(name, value, low=0, high=math.inf, around=1):
        what = f"None, a number >= 0 or a pair low <= high, within [{low}, {high}]"
        return value if value is None else _range(name, value, what, low, high, around)

    def __call__(self, image, rng):
        image, _ = _colours(image)
        _check_generator(rng)
        adjustments = [
            (adjust_brightness, self.brightness),
            (adjust_contrast, self.contrast),
            (adjust_saturation, self.saturation),
            (adjust_hue, self.hue),
        ]
        order = rng.permutation(4)
        factors = [limits and rng.uniform(*limits) for _, limits in adjustments]
        for i in order:
            if factors[i] is not None:
                image = adjustments[i][0](image, factors[i])
        return image


def _turn(degrees):
    """Cosine and sine of an angle, exact for quarter turns."""
    degrees = math.remainder(degrees, 360)
    quarters = round(degrees / 90)
    rest = math.radians(degrees - 90 * quarters)
    cos, sin = math.cos(rest), math.sin(rest)
    for _ in range(quarters % 4):
        cos, sin = -sin, cos
    return cos, sin


def _inverse(angle, translate, scale, shear, center):
    """The 2 x 3 matrix that takes a point of the new image to the old one.

    The inverse of R S SHy SHx about the centre and the translation after it.
    """
    cos, sin = _turn(angle)
    shear_x, shear_y = np.tan(np.radians(shear))
    linear = np.array([[1, shear_x], [0, 1]]) @ [[1, 0], [shear_y, 1]]
    linear = linear @ [[cos, sin], [-sin, cos]] / scale
    return np.column_stack([linear, center - linear @ np.add(center, translate)])


def _warp(image, inverse, height, width, interpolation, fill):
    """Each new pixel's value at the point inverse @ (x, y, 1) of the old image.

    The old image is surrounded by fill.
    """
    *batch, rows, columns, channels = image.shape
    x, y = np.arange(width) + 0.5, np.arange(height)[:, None] + 0.5
    x, y = (a * x + b * y + c for a, b, c in inverse)
    if interpolation == "bilinear":
        x, y = x - 0.5, y - 0.5  # measured from the middle of a pixel
    # Farther out all is fill; NaN, which only overflow can cause, is sent there too.
    x, y = np.fmax(np.fmin(x, columns), -1), np.fmax(np.fmin(y, rows), -1)
    x0, y0 = np.floor(x), np.floor(y)
    corners = [(x0, y0, np.array(1))]
    if interpolation == "bilinear":
        x1, y1, u, v = np.ceil(x), np.ceil(y), x - x0, y - y0
        corners = [(x0, y0, (1 - u) * (1 - v)), (x1, y0, u * (1 - v))]
        corners += [(x0, y1, (1 - u) * v), (x1, y1, u * v)]
    corners = [(((i + 1) * (columns + 2) + j + 1).astype(np.intp), weight[..., None]) for j, i, weight in corners]
    framed = np.full((rows + 2, columns + 2, channels), fill, np.float64)
    pixels = framed.reshape(-1, channels)
    result = np.empty((*batch, height, width, channels), image.dtype)
    for n in np.ndindex(*batch):
        framed[1:-1, 1:-1] = image[n]
        values = sum(weight * pixels.take(i, axis=0) for i, weight in corners)
        result[n] = _round(values, image.dtype)
    return result


def _center(center, image=None):
    """The point (x, y); None stands for the middle of the image."""
    if center is None:
        return image if image is None else (image.shape[-2] / 2, image.shape[-3] / 2)
    return _numbers("center", center, "None or a pair (x, y) of finite numbers", (2,))


@np.errstate(all="ignore")
def rotate(image, angle, interpolation="nearest", expand=False, center=None, fill=0):
    """Rotate an image counter-clockwise.

    Source: Simard, Steinkraus, Platt 2003, "Best practices for convolutional neural
    networks applied to visual document analysis", ICDAR, section 2.

    image: (..., H, W, C), uint8 or float. angle: in degrees. interpolation: "nearest"
    or "bilinear". expand: whether the canvas grows to hold the whole turned image.
    center: the point (x, y) that stays, by default the middle. fill: the value around
    the image, a number or one per channel.
    Returns an array of the same shape, or of another height and width where expand is
    true. Raises ValueError for another image, interpolation, center or fill, an angle
    that is not finite, an expand that is not a bool, or, with expand, a center so far
    away that rounding leaves no canvas.

    "bilinear" gives fill the weight that falls outside the image; torchvision weakens
    the border a second time. A point on the edge of two pixels belongs to the right or
    lower one. expand keeps the middle of the image in the middle of the canvas; with
    another center parts may be lost, as in torchvision.
    """
    image = _image(image)
    _require(_is_number(angle), "angle", "a finite number", angle)
    _check_interpolation(interpolation)
    _check_expand(expand)
    middle = _center(center, image)
    _check_paint("fill", fill, _paint("fill", fill), image)
    height, width = image.shape[-3:-1]
    if expand and center is None and angle % 90 == 0:
        return np.rot90(image, round(angle / 90) % 4, axes=(-3, -2)).copy()
    inverse = _inverse(-angle, (0, 0), 1, (0, 0), middle)
    if expand:
        corners = [[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]]
        corners = inverse @ corners
        last, first = corners.max(axis=1) - 1e-4, corners.min(axis=1) + 1e-4
        size = np.ceil(last) - np.floor(first)
        what = "nearer to the image, where rounding leaves a canvas"
        _require(size.min() > 0, "center", what, center)
        inverse = _inverse(-angle, (size - (width, height)) / 2, 1, (0, 0), middle)
        width, height = size.astype(int)
    return _warp(image, inverse, height, width, interpolation, fill)


class RandomRotation:
    """Rotate an image by a random angle.

    Source: Simard, Steinkraus, Platt 2003, section 2.

    degrees: x >= 0 for [-x, x], or a range (low, high), counter-clockwise.
    interpolation, expand, center, fill: as for rotate.
    Called as transform(image, rng). Draws the angle. Raises ValueError for a negative
    number, a reversed range, and what rotate raises for.
    """

    def __init__(self, degrees, interpolation="nearest", expand=False, center=None, fill=0):
        what = "a number >= 0 or a pair low <= high"
        self.degrees = _range("degrees", degrees, what, around=0)
        _check_interpolation(interpolation)
        _check_expand(expand)
        _paint("fill", fill)
        self.interpolation = interpolation
        self.expand = expand
        self.center = _center(center)
        self.fill = fill

    def __call__(self, image, rng):
        image = _image(image)
        _check_generator(rng)
        options = self.interpolation, self.expand, self.center, self.fill
        return rotate(image, rng.uniform(*self.degrees), *options)


@np.errstate(all="ignore")
def affine(image, angle, translate, scale, shear, interpolation="nearest", fill=0, center=None):
    """Shear, scale and rotate an image about a point, then shift it.

    Source: Simard, Steinkraus, Platt 2003, "Best practices for convolutional neural
    networks applied to visual document analysis", ICDAR, section 2.

    image: (..., H, W, C), uint8 or float. angle: in degrees, clockwise (rotate's is
    counter-clockwise). translate: (x, y) in pixels. scale: > 0. shear: in degrees, a
    number for x alone or a pair (x, y). interpolation: "nearest" or "bilinear". fill:
    the value around the image, a number or one per channel. center: the point (x, y)
    that shear, scale and rotation keep, by default the middle.
    Returns an array of the same shape. Raises ValueError for another image,
    interpolation, fill or count of values, a scale that is not positive, or a number
    that is not finite.

    The matrix is R S SHy SHx: the shear in x comes first, the rotation last. Borders
    and edges of pixels are as in rotate.
    """
    image = _image(image)
    _require(_is_number(angle), "angle", "a finite number", angle)
    translate = _numbers("translate", translate, "a pair (x, y)", (2,))
    _require(_is_number(scale, POSITIVE), "scale", "a finite number > 0", scale)
    shear = *_numbers("shear", shear, "a number or a pair (x, y)", (1, 2)), 0.0
    _check_interpolation(interpolation)
    _check_paint("fill", fill, _paint("fill", fill), image)
    inverse = _inverse(angle, translate, scale, shear[:2], _center(center, image))
    return _warp(image, inverse, *image.shape[-3:-1], interpolation, fill)


class RandomAffine:
    """Shear, scale, rotate and shift an image by random amounts.

    Source: Simard, Steinkraus, Platt 2003, section 2.

    degrees: x >= 0 for [-x, x], or a range (low, high), clockwise. translate: None, or
    the largest shift (x, y) as a share of width and height, in [0, 1]. scale: None or a
    range (low, high) above 0. shear: None, x >= 0 for [-x, x] or a range (low, high),
    both for x alone, or four numbers, a range for x and one for y, in degrees.
    interpolation, fill, center: as for affine.
    Called as transform(image, rng). Draws the angle, the shift in x and y (rounded to
    whole pixels), the scale, the shear in x and y, each only where it is given. Raises
    ValueError for a negative number, a reversed range, a share outside [0, 1], and what
    affine raises for.
    """

    def __init__(self, degrees, translate=None, scale=None, shear=None, interpolation="nearest", fill=0, center=None):
        what = "a number >= 0 or a pair low <= high"
        self.degrees = _range("degrees", degrees, what, around=0)
        self.translate, self.scale, self.shear = translate, scale, shear
        if translate is not None:
            what = "None or a pair (x, y) in [0, 1]"
            self.translate = _numbers("translate", translate, what, (2,), 0, 1)
        if scale is not None:
            what = "None or a pair 0 < low <= high"
            self.scale = _range("scale", scale, what, POSITIVE)
        if shear is not None:
            what = "None, a number >= 0, or low <= high for x, or for x and for y"
            numbers = _numbers("shear", shear, what, (1, 2, 4))
            pairs = (numbers[:2], numbers[2:]) if len(numbers) == 4 else (shear,)
            ranges = [_range("shear", pair, what, around=0) for pair in pairs]
            self.shear = sum(ranges, ())
        _check_interpolation(interpolation)
        _paint("fill", fill)
        self.interpolation = interpolation
        self.fill = fill
        self.center = _center(center)

    def __call__(self, image, rng):
        image = _image(image)
        _check_generator(rng)
        angle, translate, scale, shear = rng.uniform(*self.degrees), (0, 0), 1, 0
        if self.translate is not None:
            limits = np.multiply(self.translate, image.shape[-2:-4:-1])
            translate = [round(rng.uniform(-limit, limit)) for limit in limits]
        if self.scale is not None:
            scale = rng.uniform(*self.scale)
        if self.shear is not None:
            pairs = self.shear[:2], self.shear[2:]
            shear = [rng.uniform(*pair) if pair else 0 for pair in pairs]
        options = self.interpolation, self.fill, self.center
        return affine(image, angle, translate, scale, shear, *options)


@np.errstate(all="ignore")
def rgb_to_grayscale(image, num_output_channels=1):
    """Replace the colour of each pixel by its luma, 0.2989 R + 0.587 G + 0.114 B.

    Source: ITU-R Recommendation BT.601, where the first weight is 0.299.

    image: (..., H, W, 1 or 3), uint8 or float. num_output_channels: 1, or 3 for three
    equal channels.
    Returns (..., H, W, num_output_channels); uint8 truncates, one channel keeps its
    values. Raises ValueError for another image or number of channels.

    The weights are torchvision's. Their sum is 0.9999: uint8 white becomes 254.
    """
    image, values = _colours(image)
    count = num_output_channels
    known = isinstance(count, Integral) and count in (1, 3)
    _require(known, "num_output_channels", "1 or 3", count)
    grey = image  # one channel keeps its values
    if image.shape[-1] == 3:
        grey = np.asarray(_grey(values, image.dtype), image.dtype)
    return np.repeat(grey, count, axis=-1)


class RandomGrayscale:
    """Replace the colours of an image by their luma with probability p.

    Source: Chen, Kornblith, Norouzi, Hinton 2020, "A simple framework for contrastive
    learning of visual representations", arXiv 2002.05709, appendix A.

    p: in [0, 1].
    Called as transform(image, rng), with 1 or 3 channels, whose number stays. Draws one
    number in [0, 1): below p the image turns grey. Raises ValueError for a p outside
    [0, 1].
    """

    def __init__(self, p=0.1):
        _check_probability(p)
        self.p = p

    def __call__(self, image, rng):
        image, _ = _colours(image)
        _check_generator(rng)
        grey = rng.random() < self.p
        return rgb_to_grayscale(image, image.shape[-1]) if grey else image


def _kernel_size(kernel_size):
    """An odd int, or a pair (x, y) of them, as a pair."""
    what = "an odd int or a pair (x, y) of them, at least 1"
    sizes = _numbers("kernel_size", kernel_size, what, (1, 2), low=1, kind=Integral)
    _require(all(size % 2 for size in sizes), "kernel_size", what, kernel_size)
    return sizes if len(sizes) == 2 else sizes * 2


def _gaussian(length, size, sigma):
    """The pixels under a Gaussian, and their weights, for each pixel of an axis."""
    offset = np.arange(size) - size // 2
    weights = np.exp(-((offset / sigma) ** 2) / 2)
    index = np.abs(np.arange(length)[:, None] + offset)
    index = length - 1 - np.abs(length - 1 - index)  # reflected at both ends
    return index, np.broadcast_to(weights / weights.sum(), index.shape)


@np.errstate(all="ignore")
def gaussian_blur(image, kernel_size, sigma=None):
    """Blur an image: each pixel becomes a mean of those around it, with a Gaussian.

    Source: Chen, Kornblith, Norouzi, Hinton 2020, "A simple framework for contrastive
    learning of visual representations", arXiv 2002.05709, appendix A.

    image: (..., H, W, C), uint8 or float. kernel_size: an odd int, or a pair (x, y) of
    them, less than twice the width and height. sigma: the standard deviation in pixels,
    a number > 0 or a pair (x, y), by default 0.15 * kernel_size + 0.35 for each.
    Returns an array of the same shape. Raises ValueError for another image, kernel_size
    or sigma.

    At the border the image is reflected, without repeating its last pixel.
    """
    image = _image(image)
    sizes = _kernel_size(kernel_size)
    sigmas = [0.15 * size + 0.35 for size in sizes]
    if sigma is not None:
        what = "None, a finite number > 0 or a pair (x, y) of them"
        sigmas = _numbers("sigma", sigma, what, (1, 2), POSITIVE)
    height, width = image.shape[-3:-1]
    what = f"at most {2 * width - 1} in x and {2 * height - 1} in y"
    inside = sizes[0] < 2 * width and sizes[1] < 2 * height
    _require(inside, "kernel_size", what, kernel_size)
    rows = _gaussian(height, sizes[1], sigmas[-1])
    columns = _gaussian(width, sizes[0], sigmas[0])
    return _round(_filtered(image, rows, columns), image.dtype)


class GaussianBlur:
    """Blur an image with a random standard deviation.

    Source: Chen et al. 2020, arXiv 2002.05709, appendix A.

    kernel_size: an odd int, or a pair (x, y) of them. sigma: a number > 0, or the range
    (low, high) of the standard deviation, which is the same in x and y.
    Called as transform(image, rng). Draws the standard deviation. Raises ValueError for
    another kernel_size, a sigma that is not positive or a reversed range, and what
    gaussian_blur raises for.
    """

    def __init__(self, kernel_size, sigma=(0.1, 2.0)):
        what = "a finite number > 0 or a pair 0 < low <= high"
        self.kernel_size = _kernel_size(kernel_size)
        sigmas = _numbers("sigma", sigma, what, (1, 2), POSITIVE)
        self.sigma = _range("sigma", (sigmas[0], sigmas[-1]), what, POSITIVE)

    def __call__(self, image, rng):
        image = _image(image)
        _check_generator(rng)
        return gaussian_blur(image, self.kernel_size, rng.uniform(*self.sigma))


@np.errstate(all="ignore")
def erase(image, top, left, height, width, value):
    """Overwrite a box of an image.

    Source: Zhong, Zheng, Kang, Li, Yang 2017, "Random erasing data augmentation", arXiv
    1708.04896, Algorithm 1.

    image: (..., H, W, C), uint8 or float. top, left, height, width: ints, the box in
    pixels, inside the image. value: a number, one per channel, or an array (height,
    width, C); within [0, 255] for uint8, where it is rounded.
    Returns an array of the same shape. Raises ValueError for another image or value, or
    a box that is not inside the image.
    """
    image = _image(image)
    rows, columns = _box(image, top, left, height, width)
    paint = _paint("value", value, (0, 1, 3))
    _check_paint("value", value, paint, image, (height, width, image.shape[-1]))
    result = image.copy()
    result[..., rows, columns, :] = _round(paint, image.dtype)
    return result


class RandomErasing:
    """Overwrite a box of random area, aspect ratio and place with probability p.

    Source: Zhong et al. 2017, arXiv 1708.04896, Algorithm 1.

    p: in [0, 1]. scale: the range of the box's share of the area, in (0, 1]. ratio: the
    range of height / width, above 0; its logarithm is uniform (the paper draws the
    ratio itself). value: a number, one per channel, or "random" for noise: standard
    normal for floats, uniform over 0 to 255 for uint8.
    Called as transform(image, rng). Draws a number in [0, 1): below p the image is
    erased. Then a share and a ratio, at most ten times; from the first box that is
    smaller than the image in both directions, top, left and the noise. If none is, the
    image stays. Raises ValueError for a p outside [0, 1], a range that is reversed or
    outside these bounds, or another value.
    """

    def __init__(self, p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=0):
        _check_probability(p)
        what = "a pair 0 < low <= high"
        self.p = p
        self.scale = _range("scale", scale, f"{what} <= 1", POSITIVE, 1)
        self.ratio = _range("ratio", ratio, what, POSITIVE)
        if not (isinstance(value, str) and value == "random"):
            _paint("value", value)
        self.value = value

    @np.errstate(all="ignore")
    def box(self, height, width, rng):
        """Draw top, left, height, width of a box in an image; None if none fits."""
        for _ in range(10):
            area = height * width * rng.uniform(*self.scale)
            ratio = np.exp(rng.uniform(*np.log(self.ratio)))
            h, w = np.rint(np.sqrt(area * ratio)), np.rint(np.sqrt(area / ratio))
            if 0 < h < height and 0 < w < width:
                return _place(height, width, h, w, rng)
        return None

    def __call__(self, image, rng):
        image = _image(image)
        _check_generator(rng)
        value, noise = self.value, isinstance(self.value, str)
        if not noise:
            _check_paint("value", value, _paint("value", value), image)
        box = self.box(*image.shape[-3:-1], rng) if rng.random() < self.p else None
        if box is None:
            return image
        if noise:
            shape = (*box[2:], image.shape[-1])
            levels = image.dtype == np.uint8
            value = rng.integers(256, size=shape) if levels else rng.normal(size=shape)
        return erase(image, *box, value)


class Cutout:
    """Blacken a square about any pixel; what stands out of the image is cut off.

    Source: DeVries, Taylor 2017, "Improved regularization of convolutional neural
    networks with Cutout", arXiv 1708.04552, section 3.

    length: the square's side in pixels, an int >= 1.
    Called as transform(image, rng). Draws the row, then the column of the middle pixel;
    the square starts length // 2 before it. Raises ValueError for another length.

    The paper's zeros stand in a normalised image, where 0 is the mean colour.
    """

    def __init__(self, length):
        _require(_is_number(length, 1, kind=Integral), "length", "an int >= 1", length)
        self.length = length

    def box(self, height, width, rng):
        """Draw top, left, height, width of what is erased in an image."""
        first = [int(rng.integers(n)) - self.length // 2 for n in (height, width)]
        bottom = min(first[0] + self.length, height)
        right = min(first[1] + self.length, width)
        top, left = max(first[0], 0), max(first[1], 0)
        return top, left, bottom - top, right - left

    def __call__(self, image, rng):
        image = _image(image)
        _check_generator(rng)
        return erase(image, *self.box(*image.shape[-3:-1], rng), 0)


def _batch(images):
    """The batch as an array."""
    images = _image(images, "images")
    _require(images.ndim >= 4, "images", "a batch (N, ..., H, W, C)", images.shape)
    return images


def _check_floats(images):
    what = "floats in [0, 1], for a mean of two uint8 images would have to be rounded"
    _require(images.dtype.kind == "f", "images", what, images.dtype)


def _check_beta(alpha, num_classes):
    _require(_is_number(alpha, POSITIVE), "alpha", "a finite number > 0", alpha)
    what = f"None or an int within [1, {2**31 - 1}]"
    known = num_classes is None or _is_number(num_classes, 1, 2**31 - 1, Integral)
    _require(known, "num_classes", what, num_classes)


def _rows(labels, images):
    """Labels (N, classes) as an array of floats."""
    labels = _array("labels", labels)
    dtype, shape = labels.dtype, labels.shape
    known = dtype.kind in "fiub" and len(shape) == 2 and len(labels) == len(images)
    _require(known, "labels", f"{len(images)} rows (N, classes)", (dtype, shape))
    return labels if dtype.kind == "f" else labels.astype(np.float64)


def _one_hot(labels, images, num_classes):
    """Labels as rows (N, classes); class indices (N,) become one-hot rows."""
    labels = _array("labels", labels)
    if labels.ndim == 1 and labels.dtype.kind in "iu":
        known = num_classes is not None
        _require(known, "num_classes", "given for class indices", num_classes)
        what = f"{len(images)} class indices within [0, {num_classes - 1}]"
        inside = np.all((labels >= 0) & (labels < num_classes))
        _require(inside and len(labels) == len(images), "labels", what, labels)
        dtype = images.dtype if images.dtype.kind == "f" else np.float64
        return (labels[:, None] == np.arange(num_classes)).astype(dtype)
    rows = _rows(labels, images)
    what = f"None or {rows.shape[1]}, as many as the labels have"
    _require(num_classes in (None, rows.shape[1]), "num_classes", what, num_classes)
    return rows


def _mean(rows, lam):
    """lam times each row and 1 - lam times the one before; the last comes first."""
    values = rows.astype(np.float64)
    return np.asarray(lam * values + (1 - lam) * np.roll(values, 1, axis=0), rows.dtype)


@np.errstate(all="ignore")
def mixup(images, labels, lam):
    """Blend each image, and its label, with the one before it in the batch.

    Source: Zhang, Cisse, Dauphin, Lopez-Paz 2018, "mixup: beyond empirical risk
    minimization", arXiv 1710.09412, section 2.

    images: (N, ..., H, W, C), float. labels: (N, classes), numbers. lam: the share that
    is kept, in [0, 1].
    Returns images and labels of the same shapes; before the first image comes the last.
    Raises ValueError for uint8 images (a mean would have to be rounded), an image
    without a batch, labels of another shape, or another lam.
    """
    images = _batch(images)
    _check_floats(images)
    labels = _rows(labels, images)
    _require(_is_number(lam, 0, 1), "lam", "in [0, 1]", lam)
    return _mean(images, lam), _mean(labels, lam)


class MixUp:
    """Blend the images and the labels of a batch in pairs, with a random share.

    Source: Zhang et al. 2018, arXiv 1710.09412, section 2.

    alpha: > 0, the parameter of Beta(alpha, alpha), from which the share comes.
    num_classes: needed only where labels are class indices.
    Called as transform(images, labels, rng) on a float batch (N, ..., H, W, C), with
    labels (N,) of class indices, which become one-hot rows of the images' dtype, or
    rows (N, classes). Draws one share for the whole batch. Raises ValueError for an
    alpha that is not positive, num_classes below 1 or missing, a class outside [0,
    num_classes), and what mixup raises for.
    """

    def __init__(self, alpha=1.0, num_classes=None):
        _check_beta(alpha, num_classes)
        self.alpha = alpha
        self.num_classes = num_classes

    def __call__(self, images, labels, rng):
        images = _batch(images)
        _check_floats(images)
        labels = _one_hot(labels, images, self.num_classes)
        _check_generator(rng)
        return mixup(images, labels, rng.beta(self.alpha, self.alpha))


@np.errstate(all="ignore")
def cutmix(images, labels, lam, center):
    """Paste a box of the image before it into each image; mix the labels by the areas.

    Source: Yun et al. 2019, "CutMix: regularization strategy to train strong
    classifiers with localizable features", arXiv 1905.04899, section 3.1.

    images: (N, ..., H, W, C), uint8 or float. labels: (N, classes), numbers. lam: the
    share to be kept, in [0, 1]. center: the pixel (x, y) about which the box lies, two
    ints inside the image.
    Returns images and labels of the same shapes; before the first image comes the last.
    The box reaches int(W * sqrt(1 - lam) / 2) pixels to both sides, in y likewise, and
    is cut off at the border; the labels are mixed by the share that is really kept.
    Raises ValueError for an image without a batch, labels of another shape, another
    lam, or a center outside.
    """
    images = _batch(images)
    labels = _rows(labels, images)
    _require(_is_number(lam, 0, 1), "lam", "in [0, 1]", lam)
    height, width = images.shape[-3:-1]
    what = f"a pixel (x, y) within [0, {width - 1}] x [0, {height - 1}]"
    x, y = _numbers("center", center, what, (2,), 0, kind=Integral)
    _require(x < width and y < height, "center", what, center)
    half = math.sqrt(1 - lam) / 2
    left, right = max(x - int(half * width), 0), min(x + int(half * width), width)
    top, bottom = max(y - int(half * height), 0), min(y + int(half * height), height)
    result = images.copy()
    box = images[..., top:bottom, left:right, :]
    result[..., top:bottom, left:right, :] = np.roll(box, 1, axis=0)
    kept = 1 - (right - left) * (bottom - top) / (width * height)
    return result, _mean(labels, kept)


class CutMix:
    """Paste a random box of the image before it into each image of a batch.

    Source: Yun et al. 2019, arXiv 1905.04899, section 3.1.

    alpha: > 0, the parameter of Beta(alpha, alpha), from which the share that is kept
    comes. num_classes: needed only where labels are class indices.
    Called as transform(images, labels, rng) on a batch (N, ..., H, W, C), with labels
    (N,) of class indices, which become one-hot rows of the images' dtype (float64 for
    uint8), or rows (N, classes). Draws the share, then x and y of the centre, any
    pixel. Raises ValueError for an alpha that is not positive, num_classes below 1 or
    missing, a class outside [0, num_classes), and what cutmix raises for.
    """

    def __init__(self, alpha=1.0, num_classes=None):
        _check_beta(alpha, num_classes)
        self.alpha = alpha
        self.num_classes = num_classes

    def __call__(self, images, labels, rng):
        images = _batch(images)
        labels = _one_hot(labels, images, self.num_classes)
        _check_generator(rng)
        lam = rng.beta(self.alpha, self.alpha)
        center = [int(rng.integers(side)) for side in images.shape[-2:-4:-1]]
        return cutmix(images, labels, lam, center)
