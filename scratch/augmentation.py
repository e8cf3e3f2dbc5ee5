"""The augmentations, from simple to complex: functions without randomness, then the random class that uses them.

An image is an array (..., H, W, C) of uint8 in [0, 255] or of floats in [0, 1]; leading axes are a batch that shares
one draw. The result is a new array of the image's dtype; only a random class that does nothing may return its input.
Inside, all arithmetic is float64. Sizes are (height, width). Points and offsets are (x, y), x to the right, in pixels
from the upper left corner: the middle of the pixel in row i and column j is the point (j + 1/2, i + 1/2). All
randomness comes from the numpy.random.Generator that a transform is called with.
"""

import math
from numbers import Integral, Real

import numpy as np

POSITIVE = math.ulp(0.0)  # the smallest float above 0, as a lower limit
LUMA = np.array([0.2989, 0.587, 0.114])


def _require(condition, name, what, value):
    if not condition:
        raise ValueError(f"{name} must be {what}, got {value!r}")


def _is_number(value, low=-math.inf, high=math.inf, kind=Real):
    """Whether value is a finite number of that kind in [low, high]."""
    try:
        return isinstance(value, kind) and math.isfinite(value) and low <= float(value) <= high
    except OverflowError:
        return False


def _numbers(name, value, what, counts, low=-math.inf, high=math.inf, kind=Real):
    """A number (a count of 1), or a sequence with one of the counts, each in [low, high], as a tuple."""
    sequence = isinstance(value, (list, tuple)) or getattr(value, "ndim", 0) > 0
    numbers = tuple(value) if sequence else (value,)
    _require(len(numbers) in counts and sequence == (len(numbers) > 1), name, what, value)
    _require(all(_is_number(number, low, high, kind) for number in numbers), name, what, value)
    return tuple(int(number) if kind is Integral else float(number) for number in numbers)


def _range(name, value, what, low=-math.inf, high=math.inf, around=None):
    """A pair low <= high; where `around` is given, a number x means the range from around - x to around + x."""
    numbers = _numbers(name, value, what, (2,) if around is None else (1, 2), low, high)
    if len(numbers) == 1:
        numbers = max(low, around - numbers[0]), around + numbers[0]
    _require(low <= numbers[0] <= numbers[1] <= high and math.isfinite(numbers[1] - numbers[0]), name, what, value)
    return numbers


def _size(size):
    """An int, which means a square, or (height, width)."""
    numbers = _numbers("size", size, "an int or (height, width), at least 1", (1, 2), low=1, kind=Integral)
    return numbers if len(numbers) == 2 else numbers * 2


def _check_probability(p):
    _require(_is_number(p, 0, 1), "p", "in [0, 1]", p)


def _check_generator(rng):
    _require(isinstance(rng, np.random.Generator), "rng", "a numpy.random.Generator", rng)


def _check_interpolation(interpolation):
    known = isinstance(interpolation, str) and interpolation in ("nearest", "bilinear")
    _require(known, "interpolation", '"nearest" or "bilinear"', interpolation)


def _image(image, name="image"):
    """The image as an array."""
    image = np.asarray(image)
    known = image.dtype == np.uint8 or (image.dtype.kind == "f" and image.dtype.itemsize <= 8)
    _require(known, name, "of dtype uint8, float16, float32 or float64", image.dtype)
    _require(image.ndim >= 3 and 0 not in image.shape[-3:], name, "(..., H, W, C), none of the three 0", image.shape)
    return image


def _round(values, dtype):
    """Float values in the image's dtype; uint8 rounds, half to even."""
    return np.asarray(np.rint(values) if dtype == np.uint8 else values, dtype)


def _clamp(values, dtype):
    """Float values in the image's dtype and range; uint8 truncates."""
    return np.asarray(np.clip(values, 0, 255 if dtype == np.uint8 else 1), dtype)


def _colour(name, value, image=None):
    """A number, or one per channel of the image, as an array."""
    colour = np.asarray(value)
    finite = colour.dtype.kind in "fiu" and np.isfinite(colour).all()
    _require(finite and colour.ndim <= 1 and colour.size, name, "a finite number, or one per channel", value)
    if image is not None:
        _require(colour.shape in ((), image.shape[-1:]), name, f"a number, or {image.shape[-1]} numbers", value)
        _check_levels(name, colour, image.dtype)
    return colour


def _check_levels(name, value, dtype):
    inside = dtype.kind == "f" or (value.min() >= 0 and value.max() <= 255)
    _require(inside, name, "within [0, 255] for a uint8 image", value)


def _box(image, top, left, height, width):
    """The rows and the columns of a box that must lie inside the image."""
    rows, columns = image.shape[-3:-1]
    _require(_is_number(top, 0, rows - 1, Integral), "top", f"an int within [0, {rows - 1}]", top)
    _require(_is_number(left, 0, columns - 1, Integral), "left", f"an int within [0, {columns - 1}]", left)
    _require(_is_number(height, 1, rows - top, Integral), "height", f"an int within [1, {rows - top}]", height)
    _require(_is_number(width, 1, columns - left, Integral), "width", f"an int within [1, {columns - left}]", width)
    return slice(top, top + height), slice(left, left + width)


@np.errstate(all="ignore")
def hflip(image):
    """Mirror an image left to right.

    Source: Krizhevsky, Sutskever, Hinton 2012, "ImageNet classification with deep convolutional neural networks",
    NIPS, section 4.1.

    image: (..., H, W, C), uint8 or float.
    Returns an array of the same shape. Raises ValueError for another image.
    """
    return _image(image)[..., ::-1, :].copy()


class RandomHorizontalFlip:
    """Mirror an image left to right with probability p.

    Source: Krizhevsky, Sutskever, Hinton 2012, section 4.1.

    p: in [0, 1].
    Called as transform(image, rng). Draws one number in [0, 1): below p the image is flipped. Raises ValueError for a
    p outside [0, 1].
    """

    def __init__(self, p=0.5):
        _check_probability(p)
        self.p = p

    def __call__(self, image, rng):
        image = _image(image)
        _check_generator(rng)
        return hflip(image) if rng.random() < self.p else image


def _filtered(image, rows, columns):
    """Each new row, then each new column, of an image as a weighted sum of old ones, in float64.

    rows, columns: the indices of the old ones and their weights, two arrays (new ones, taps).
    """
    image = image.astype(np.float64)
    for index, weights in (rows, columns):
        image = sum(weight[:, None, None] * image.take(old, axis=-3) for old, weight in zip(index.T, weights.T))
        image = np.ascontiguousarray(np.swapaxes(image, -3, -2))
    return image


def _triangle(length, size):
    """For each of `size` new pixels along an axis of that length: the old ones under a triangle, and their weights."""
    middle = (np.arange(size)[:, None] + 0.5) * length / size
    support = max(length / size, 1)
    index = np.floor(middle - support + 0.5) + np.arange(math.ceil(2 * support))
    weights = np.maximum(0, 1 - np.abs(index + 0.5 - middle) / support) * (index >= 0) * (index < length)
    index = np.where(weights > 0, index, np.floor(middle)).astype(np.intp)
    return index, weights / weights.sum(axis=1, keepdims=True)


@np.errstate(all="ignore")
def resize(image, size):
    """Resize an image, bilinear with antialiasing: each new pixel is a mean of old ones, weighted by a triangle.

    Source: Catmull, Smith 1980, "3-D transformations of images in scanline order", SIGGRAPH, for the two passes; the
    triangle is linear interpolation, widened to the new pixel's width where the image shrinks.

    image: (..., H, W, C), uint8 or float. size: an int for the shorter side, the longer being int(size * longer /
    shorter), or (height, width).
    Returns (..., height, width, C). Raises ValueError for another image or a size below 1.
    """
    image = _image(image)
    height, width = _size(size)
    rows, columns = image.shape[-3:-1]
    if isinstance(size, Integral):
        height, width = (int(size * side / min(rows, columns)) for side in (rows, columns))
    return _round(_filtered(image, _triangle(rows, height), _triangle(columns, width)), image.dtype)


@np.errstate(all="ignore")
def resized_crop(image, top, left, height, width, size):
    """Cut a box out of an image and resize it.

    Source: Szegedy et al. 2014, "Going deeper with convolutions", arXiv 1409.4842, section 6.

    image: (..., H, W, C), uint8 or float. top, left, height, width: ints, the box in pixels, inside the image.
    size: an int for a square, or (height, width).
    Returns (..., *size, C). Raises ValueError for another image, a box that is not inside it, or a size below 1.

    In torchvision's function an int sets the shorter side, and a box beyond the image is filled with zeros.
    """
    image = _image(image)
    rows, columns = _box(image, top, left, height, width)
    return resize(image[..., rows, columns, :], _size(size))


class RandomResizedCrop:
    """Cut out a box of random area, aspect ratio and place, and resize it.

    Source: Szegedy et al. 2014, arXiv 1409.4842, section 6.

    size: an int for a square, or (height, width). scale: the range of the box's share of the area, above 0.
    ratio: the range of width / height, above 0, drawn so that its logarithm is uniform.
    Called as transform(image, rng). Draws at most ten times a share and a ratio; from the first box that fits, top and
    left; if none fits, the largest central box of the nearest allowed ratio is taken. Raises ValueError for a size
    below 1, a range that is not positive or reversed.
    """

    def __init__(self, size, scale=(0.08, 1.0), ratio=(3 / 4, 4 / 3)):
        self.size = _size(size)
        self.scale = _range("scale", scale, "a pair (low, high) with 0 < low <= high", POSITIVE)
        self.ratio = _range("ratio", ratio, "a pair (low, high) with 0 < low <= high", POSITIVE)

    @np.errstate(all="ignore")
    def box(self, height, width, rng):
        """Draw top, left, height and width of a box in an image of that height and width."""
        for _ in range(10):
            area = height * width * rng.uniform(*self.scale)
            ratio = np.exp(rng.uniform(*np.log(self.ratio)))
            h, w = np.rint(np.sqrt(area / ratio)), np.rint(np.sqrt(area * ratio))
            if 0 < h <= height and 0 < w <= width:
                h, w = int(h), int(w)
                return int(rng.integers(height - h + 1)), int(rng.integers(width - w + 1)), h, w
        ratio = np.clip(width / height, *self.ratio)
        h, w = max(1, round(min(height, width / ratio))), max(1, round(min(width, height * ratio)))
        return (height - h) // 2, (width - w) // 2, h, w

    def __call__(self, image, rng):
        image = _image(image)
        _check_generator(rng)
        return resized_crop(image, *self.box(*image.shape[-3:-1], rng), self.size)


def _centred(length, size):
    """Along one axis, where a central crop of that size takes its pixels and where it puts them: two slices."""
    offset = round((length - size) / 2) if size <= length else (length - size + 1) // 2
    common = min(length, size)
    return slice(max(offset, 0), max(offset, 0) + common), slice(max(-offset, 0), max(-offset, 0) + common)


@np.errstate(all="ignore")
def center_crop(image, size):
    """Cut the middle out of an image.

    Source: Krizhevsky, Sutskever, Hinton 2012, "ImageNet classification with deep convolutional neural networks",
    NIPS, section 2.

    image: (..., H, W, C), uint8 or float. size: an int for a square, or (height, width).
    Returns (..., *size, C); where the size is larger than the image, zeros surround it. Raises ValueError for another
    image or a size below 1.

    An odd difference cannot be shared evenly: the crop starts at the half, rounded to even; of a border, the right and
    the lower side get the odd pixel.
    """
    image = _image(image)
    height, width = _size(size)
    rows, new_rows = _centred(image.shape[-3], height)
    columns, new_columns = _centred(image.shape[-2], width)
    result = np.zeros((*image.shape[:-3], height, width, image.shape[-1]), image.dtype)
    result[..., new_rows, new_columns, :] = image[..., rows, columns, :]
    return result


class CenterCrop:
    """Cut the middle out of an image; nothing is drawn.

    Source: Krizhevsky, Sutskever, Hinton 2012, section 2.

    size: an int for a square, or (height, width).
    Called as transform(image, rng), as the others are. Raises ValueError for a size below 1.
    """

    def __init__(self, size):
        self.size = _size(size)

    def __call__(self, image, rng):
        _check_generator(rng)
        return center_crop(image, self.size)


def _colours(image):
    """The image as an array, with 1 or 3 channels, and its values as float64."""
    image = _image(image)
    _require(image.shape[-1] in (1, 3), "image", "(..., H, W, 1) or (..., H, W, 3)", image.shape)
    return image, np.clip(image.astype(np.float64), -1e100, 1e100)  # beyond, inf - inf would be NaN


def _grey(values, dtype):
    """The luma of each pixel, its channel axis kept; uint8 truncates."""
    if values.shape[-1] == 1:
        return values
    luma = values @ LUMA[:, None]
    return np.floor(luma + 1e-9) if dtype == np.uint8 else luma  # a whole number stays whole


def _blend(values, others, factor, dtype):
    """factor * values + (1 - factor) * others, clamped to the dtype's range; uint8 truncates."""
    _require(_is_number(factor, 0), "factor", "a finite number >= 0", factor)
    factor = min(float(factor), 1e100)
    return _clamp(factor * values + (1 - factor) * others, dtype)


@np.errstate(all="ignore")
def adjust_brightness(image, factor):
    """Multiply an image by a factor: 0 gives black, 1 the image.

    Source: Howard 2013, "Some improvements on deep convolutional neural network based image classification",
    arXiv 1312.5402.

    image: (..., H, W, 1 or 3), uint8 or float. factor: a finite number >= 0.
    Returns an array of the same shape, clamped to [0, 1] or [0, 255]; uint8 truncates. Raises ValueError for another
    image or factor.
    """
    image, values = _colours(image)
    return _blend(values, 0, factor, image.dtype)


@np.errstate(all="ignore")
def adjust_contrast(image, factor):
    """Blend an image with the mean of its grey values: 0 gives that grey, 1 the image, more drives values apart.

    Source: Howard 2013, arXiv 1312.5402.

    image: (..., H, W, 1 or 3), uint8 or float; each image of a batch has its own mean. factor: a finite number >= 0.
    Returns an array of the same shape, clamped to [0, 1] or [0, 255]; uint8 truncates. Raises ValueError for another
    image or factor.
    """
    image, values = _colours(image)
    mean = _grey(values, image.dtype).mean(axis=(-3, -2, -1), keepdims=True)
    return _blend(values, mean, factor, image.dtype)


@np.errstate(all="ignore")
def adjust_saturation(image, factor):
    """Blend each pixel with its grey value: 0 gives a grey image, 1 the image, more makes colours stronger.

    Source: Howard 2013, arXiv 1312.5402.

    image: (..., H, W, 1 or 3), uint8 or float. factor: a finite number >= 0.
    Returns an array of the same shape, clamped to [0, 1] or [0, 255]; uint8 truncates. One channel has no colour and
    comes back as it is. Raises ValueError for another image or factor.
    """
    image, values = _colours(image)
    result = _blend(values, _grey(values, image.dtype), factor, image.dtype)
    return result if image.shape[-1] == 3 else image.copy()


@np.errstate(all="ignore")
def adjust_hue(image, factor):
    """Turn the hue of each pixel by a share of the colour circle; its brightest and its darkest value stay.

    Source: Smith 1978, "Color gamut transform pairs", SIGGRAPH, for the hexcone HSV.

    image: (..., H, W, 1 or 3), uint8 or float. factor: in [-0.5, 0.5]; 1/3 turns red to green, +-1/2 to the complement.
    Returns an array of the same shape, clamped to [0, 1] or [0, 255]; uint8 rounds, half to even. One channel has no
    colour and comes back as it is. Raises ValueError for another image or factor.

    torchvision computes in float32, whatever the image.
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
    hue = is_red * (green - blue) + is_green * (blue - red) + is_blue * (red - green)  # the colour circle is 0 to 6
    hue = hue / np.where(chroma == 0, 1, chroma) + 2 * is_green + 4 * is_blue + 6 * factor
    for channel, sector in enumerate((5, 3, 1)):
        k = (sector + hue) % 6
        values[..., channel] = value - chroma * np.clip(np.minimum(k, 4 - k), 0, 1)
    return _clamp(_round(values, image.dtype), image.dtype)


class ColorJitter:
    """Change brightness, contrast, saturation and hue by random factors, in random order.

    Source: Howard 2013, arXiv 1312.5402; with the hue and in random order: Chen, Kornblith, Norouzi, Hinton 2020, "A
    simple framework for contrastive learning of visual representations", arXiv 2002.05709, appendix A.

    brightness, contrast, saturation: a number x >= 0 for factors in [max(0, 1 - x), 1 + x], a range (low, high) of
    factors >= 0, or None. hue: a number x in [0, 0.5] for [-x, x], a range within [-0.5, 0.5], or None.
    Called as transform(image, rng), with 1 or 3 channels. Draws the order of the four, then a factor for each that is
    not None, brightness first. Raises ValueError for a range that is reversed or beyond these limits.
    """

    def __init__(self, brightness=None, contrast=None, saturation=None, hue=None):
        self.brightness = self._factors("brightness", brightness)
        self.contrast = self._factors("contrast", contrast)
        self.saturation = self._factors("saturation", saturation)
        self.hue = self._factors("hue", hue, -0.5, 0.5, around=0)

    @staticmethod
    def _factors(name, value, low=0, high=math.inf, around=1):
        what = f"None, a number >= 0 or a pair low <= high, within [{low}, {high}]"
        return None if value is None else _range(name, value, what, low, high, around)

    def __call__(self, image, rng):
        image = _colours(image)[0]
        _check_generator(rng)
        order = rng.permutation(4)
        adjustments = [
            (adjust_brightness, self.brightness),
            (adjust_contrast, self.contrast),
            (adjust_saturation, self.saturation),
            (adjust_hue, self.hue),
        ]
        drawn = [(adjust, None if limits is None else rng.uniform(*limits)) for adjust, limits in adjustments]
        for adjust, factor in (drawn[i] for i in order):
            image = image if factor is None else adjust(image, factor)
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
    """The 2 x 3 matrix from a point of the new image to the old one: of R S SHy SHx about the centre, the inverse."""
    cos, sin = _turn(angle)
    shear_x, shear_y = np.tan(np.radians(shear))
    linear = np.array([[1, shear_x], [0, 1]]) @ [[1, 0], [shear_y, 1]] @ [[cos, sin], [-sin, cos]] / scale
    return np.column_stack([linear, center - linear @ np.add(center, translate)])


def _warp(image, inverse, height, width, interpolation, fill):
    """Give each pixel of a new canvas the value of the image, surrounded by fill, at the point inverse @ (x, y, 1)."""
    rows, columns, channels = image.shape[-3:]
    x, y = np.arange(width) + 0.5, np.arange(height)[:, None] + 0.5
    x, y = (a * x + b * y + c for a, b, c in inverse)
    if interpolation == "bilinear":
        x, y = x - 0.5, y - 0.5  # from the middle of a pixel to the middle of the next
    x, y = np.fmax(np.fmin(x, columns), -1), np.fmax(np.fmin(y, rows), -1)  # all is fill there; NaN goes there too
    x0, y0 = np.floor(x), np.floor(y)
    corners = [(x0, y0, np.array(1))]
    if interpolation == "bilinear":
        x1, y1, u, v = np.ceil(x), np.ceil(y), x - x0, y - y0
        corners = [(x0, y0, (1 - u) * (1 - v)), (x1, y0, u * (1 - v)), (x0, y1, (1 - u) * v), (x1, y1, u * v)]
    corners = [((i + 1) * (columns + 2) + j + 1, weight[..., None]) for j, i, weight in corners]
    framed = np.full((rows + 2, columns + 2, channels), fill, np.float64)
    pixels = framed.reshape(-1, channels)
    result = np.empty((*image.shape[:-3], height, width, channels), image.dtype)
    for batch in np.ndindex(image.shape[:-3]):
        framed[1:-1, 1:-1] = image[batch]
        values = sum(weight * pixels.take(index.astype(np.intp), axis=0) for index, weight in corners)
        result[batch] = _round(values, image.dtype)
    return result


def _center(center, image=None):
    """The point (x, y), by default the middle of the image."""
    if center is not None:
        return _numbers("center", center, "None or a pair (x, y) of finite numbers", (2,))
    return None if image is None else (image.shape[-2] / 2, image.shape[-3] / 2)


@np.errstate(all="ignore")
def rotate(image, angle, interpolation="nearest", expand=False, center=None, fill=0):
    """Rotate an image counter-clockwise.

    Source: Simard, Steinkraus, Platt 2003, "Best practices for convolutional neural networks applied to visual
    document analysis", ICDAR, section 2.

    image: (..., H, W, C), uint8 or float. angle: in degrees. interpolation: "nearest" or "bilinear". expand: whether
    the canvas grows to hold the whole turned image. center: the point (x, y) that stays, by default the middle.
    fill: the value around the image, a number or one per channel.
    Returns an array of the same shape, or with another height and width where expand is true. Raises ValueError for
    another image, interpolation, center or fill, or an angle that is not finite.

    Each new pixel looks up where it came from. "bilinear" mixes fill in by the weight that falls outside; torchvision
    weakens the border a second time. A point on the edge of two pixels belongs to the right or lower one. With a
    center of its own, expand keeps the new canvas about the middle of the image, as in torchvision, and parts are lost.
    """
    image = _image(image)
    _require(_is_number(angle), "angle", "a finite number", angle)
    _check_interpolation(interpolation)
    center = _center(center, image)
    fill = _colour("fill", fill, image)
    height, width = image.shape[-3:-1]
    inverse = _inverse(-angle, (0, 0), 1, (0, 0), center)
    if expand:
        corners = inverse @ [[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]]
        size = np.ceil(corners.max(axis=1) - 1e-4) - np.floor(corners.min(axis=1) + 1e-4)
        inverse = _inverse(-angle, (size - (width, height)) / 2, 1, (0, 0), center)
        width, height = size.astype(int)
    return _warp(image, inverse, height, width, interpolation, fill)


class RandomRotation:
    """Rotate an image by a random angle.

    Source: Simard, Steinkraus, Platt 2003, section 2.

    degrees: a number x >= 0 for [-x, x], or a range (low, high), counter-clockwise. interpolation, expand, center,
    fill: as for rotate.
    Called as transform(image, rng). Draws the angle. Raises ValueError for a negative number, a reversed range, and
    what rotate raises for.
    """

    def __init__(self, degrees, interpolation="nearest", expand=False, center=None, fill=0):
        self.degrees = _range("degrees", degrees, "a number >= 0 or a pair low <= high", around=0)
        _check_interpolation(interpolation)
        _colour("fill", fill)
        self.interpolation = interpolation
        self.expand = expand
        self.center = _center(center)
        self.fill = fill

    def __call__(self, image, rng):
        image = _image(image)
        _check_generator(rng)
        angle = rng.uniform(*self.degrees)
        return rotate(image, angle, self.interpolation, self.expand, self.center, self.fill)


@np.errstate(all="ignore")
def affine(image, angle, translate, scale, shear, interpolation="nearest", fill=0, center=None):
    """Shear, scale and rotate an image about a point, then shift it.

    Source: Simard, Steinkraus, Platt 2003, "Best practices for convolutional neural networks applied to visual
    document analysis", ICDAR, section 2.

    image: (..., H, W, C), uint8 or float. angle: in degrees, clockwise (rotate's is counter-clockwise). translate:
    (x, y) in pixels. scale: > 0. shear: in degrees, a number for x alone or a pair (x, y). interpolation: "nearest" or
    "bilinear". fill: the value around the image, a number or one per channel. center: the point (x, y) that rotation,
    scale and shear keep, by default the middle.
    Returns an array of the same shape. Raises ValueError for another image, interpolation, fill or count of values, a
    scale that is not positive, or a number that is not finite.

    The matrix is R S SHy SHx, shear in x first, rotation last. Borders and ties are as in rotate.
    """
    image = _image(image)
    _require(_is_number(angle), "angle", "a finite number", angle)
    translate = _numbers("translate", translate, "a pair (x, y) of finite numbers", (2,))
    _require(_is_number(scale, POSITIVE), "scale", "a finite number > 0", scale)
    shear = (*_numbers("shear", shear, "a finite number or a pair (x, y)", (1, 2)), 0.0)[:2]
    _check_interpolation(interpolation)
    fill = _colour("fill", fill, image)
    inverse = _inverse(angle, translate, scale, shear, _center(center, image))
    return _warp(image, inverse, *image.shape[-3:-1], interpolation, fill)


class RandomAffine:
    """Shear, scale, rotate and shift an image by random amounts.

    Source: Simard, Steinkraus, Platt 2003, section 2.

    degrees: a number x >= 0 for [-x, x], or a range (low, high), clockwise. translate: None, or the largest shift
    (x, y) as a share of width and height, in [0, 1]. scale: None or a range (low, high) above 0. shear: None, a number
    x >= 0 for [-x, x] or a range (low, high), both for x alone, or (x low, x high, y low, y high), in degrees.
    interpolation, fill, center: as for affine.
    Called as transform(image, rng). Draws the angle, the shift in x and y (rounded to whole pixels), the scale, the
    shear in x and y, each only where it is given. Raises ValueError for a negative number, a reversed range, a share
    outside [0, 1], and what affine raises for.
    """

    def __init__(self, degrees, translate=None, scale=None, shear=None, interpolation="nearest", fill=0, center=None):
        self.degrees = _range("degrees", degrees, "a number >= 0 or a pair low <= high", around=0)
        self.translate = translate
        if translate is not None:
            self.translate = _numbers("translate", translate, "None or a pair (x, y) in [0, 1]", (2,), 0, 1)
        self.scale = scale
        if scale is not None:
            self.scale = _range("scale", scale, "None or a pair (low, high) with 0 < low <= high", POSITIVE)
        self.shear = shear
        if shear is not None:
            what = "None, a number >= 0, a pair low <= high, or four numbers, low <= high for x and for y"
            numbers = _numbers("shear", shear, what, (1, 2, 4))
            pairs = (numbers[:2], numbers[2:]) if len(numbers) == 4 else (shear,)
            self.shear = sum((_range("shear", pair, what, around=0) for pair in pairs), ())
        _check_interpolation(interpolation)
        _colour("fill", fill)
        self.interpolation = interpolation
        self.fill = fill
        self.center = _center(center)

    def __call__(self, image, rng):
        image = _image(image)
        _check_generator(rng)
        height, width = image.shape[-3:-1]
        angle = rng.uniform(*self.degrees)
        translate, scale, shear = (0, 0), 1, (0, 0)
        if self.translate is not None:
            limits = self.translate[0] * width, self.translate[1] * height
            translate = [round(rng.uniform(-limit, limit)) for limit in limits]
        if self.scale is not None:
            scale = rng.uniform(*self.scale)
        if self.shear is not None:
            shear = [rng.uniform(*pair) for pair in (self.shear[:2], self.shear[2:]) if pair]
        return affine(image, angle, translate, scale, shear, self.interpolation, self.fill, self.center)


@np.errstate(all="ignore")
def rgb_to_grayscale(image, num_output_channels=1):
    """Replace the colour of each pixel by its luma, 0.2989 R + 0.587 G + 0.114 B.

    Source: ITU-R Recommendation BT.601, section 2.5.1, where the first weight is 0.299.

    image: (..., H, W, 1 or 3), uint8 or float. num_output_channels: 1, or 3 for three equal channels.
    Returns (..., H, W, num_output_channels); uint8 truncates, one channel keeps its values. Raises ValueError for
    another image or number of channels.

    The weights are torchvision's; their sum is 0.9999, so that white becomes 254 of 255.
    """
    image = _image(image)
    _require(image.shape[-1] in (1, 3), "image", "(..., H, W, 1) or (..., H, W, 3)", image.shape)
    known = _is_number(num_output_channels, kind=Integral) and num_output_channels in (1, 3)
    _require(known, "num_output_channels", "1 or 3", num_output_channels)
    grey = np.asarray(_grey(image.astype(np.float64), image.dtype), image.dtype)
    return np.repeat(grey, num_output_channels, axis=-1)


class RandomGrayscale:
    """Replace the colours of an image by their luma with probability p; the number of channels stays.

    Source: Chen, Kornblith, Norouzi, Hinton 2020, "A simple framework for contrastive learning of visual
    representations", arXiv 2002.05709, appendix A.

    p: in [0, 1].
    Called as transform(image, rng), with 1 or 3 channels. Draws one number in [0, 1): below p the image turns grey.
    Raises ValueError for a p outside [0, 1].
    """

    def __init__(self, p=0.1):
        _check_probability(p)
        self.p = p

    def __call__(self, image, rng):
        image = _colours(image)[0]
        _check_generator(rng)
        return rgb_to_grayscale(image, image.shape[-1]) if rng.random() < self.p else image


def _kernel_size(kernel_size):
    """An odd int, or a pair (x, y) of them, as a pair."""
    what = "an odd int or a pair (x, y) of them, at least 1"
    numbers = _numbers("kernel_size", kernel_size, what, (1, 2), low=1, kind=Integral)
    _require(all(number % 2 == 1 for number in numbers), "kernel_size", what, kernel_size)
    return numbers if len(numbers) == 2 else numbers * 2


def _gaussian(length, size, sigma):
    """For each pixel of an axis of that length: the pixels under a Gaussian of that size, and their weights."""
    offset = np.arange(size) - size // 2
    weights = np.exp(-((offset / sigma) ** 2) / 2)
    index = np.abs(np.arange(length)[:, None] + offset)
    index = length - 1 - np.abs(length - 1 - index)  # reflected at both ends, which are not repeated
    return index, np.broadcast_to(weights / weights.sum(), index.shape)


@np.errstate(all="ignore")
def gaussian_blur(image, kernel_size, sigma=None):
    """Blur an image: each pixel becomes a mean of its neighbours, with the weights of a Gaussian.

    Source: Chen, Kornblith, Norouzi, Hinton 2020, "A simple framework for contrastive learning of visual
    representations", arXiv 2002.05709, appendix A.

    image: (..., H, W, C), uint8 or float. kernel_size: an odd int, or a pair (x, y) of them. sigma: the standard
    deviation in pixels, a number > 0 or a pair (x, y), by default 0.15 * kernel_size + 0.35 in each direction.
    Returns an array of the same shape. Raises ValueError for another image, an even kernel_size, one that reaches as
    far as the image or farther (kernel_size // 2 >= W or H), or a sigma that is not positive.

    At the border the image is reflected without repeating its last pixel.
    """
    image = _image(image)
    sizes = _kernel_size(kernel_size)
    sigmas = [0.15 * size + 0.35 for size in sizes]
    if sigma is not None:
        sigmas = _numbers("sigma", sigma, "None, a finite number > 0 or a pair (x, y) of them", (1, 2), POSITIVE)
    height, width = image.shape[-3:-1]
    inside = sizes[0] // 2 < width and sizes[1] // 2 < height
    _require(inside, "kernel_size", f"at most {2 * width - 1} in x and {2 * height - 1} in y", kernel_size)
    rows, columns = _gaussian(height, sizes[1], sigmas[-1]), _gaussian(width, sizes[0], sigmas[0])
    return _round(_filtered(image, rows, columns), image.dtype)


class GaussianBlur:
    """Blur an image with a random standard deviation.

    Source: Chen et al. 2020, arXiv 2002.05709, appendix A.

    kernel_size: an odd int, or a pair (x, y) of them. sigma: a number > 0, or the range (low, high) of the standard
    deviation, the same in x and y.
    Called as transform(image, rng). Draws the standard deviation. Raises ValueError for an even kernel_size, a sigma
    that is not positive or a reversed range, and when called what gaussian_blur raises for.
    """

    def __init__(self, kernel_size, sigma=(0.1, 2.0)):
        self.kernel_size = _kernel_size(kernel_size)
        what = "a finite number > 0 or a pair 0 < low <= high"
        numbers = _numbers("sigma", sigma, what, (1, 2), POSITIVE)
        self.sigma = _range("sigma", numbers if len(numbers) == 2 else numbers * 2, what, POSITIVE)

    def __call__(self, image, rng):
        image = _image(image)
        _check_generator(rng)
        return gaussian_blur(image, self.kernel_size, rng.uniform(*self.sigma))


@np.errstate(all="ignore")
def erase(image, top, left, height, width, value):
    """Overwrite a box of an image.

    Source: Zhong, Zheng, Kang, Li, Yang 2017, "Random erasing data augmentation", arXiv 1708.04896, Algorithm 1.

    image: (..., H, W, C), uint8 or float. top, left, height, width: ints, the box in pixels, inside the image.
    value: a number, one per channel, or an array (height, width, C).
    Returns an array of the same shape. Raises ValueError for another image, a box that is not inside it, or a value
    that is not finite, has another shape, or is outside [0, 255] for a uint8 image.
    """
    image = _image(image)
    rows, columns = _box(image, top, left, height, width)
    patch = np.asarray(value)
    shapes = (), image.shape[-1:], (height, width, image.shape[-1])
    known = patch.dtype.kind in "fiu" and np.isfinite(patch).all() and patch.shape in shapes
    _require(known, "value", f"finite, a number or of shape {shapes[1]} or {shapes[2]}", value)
    _check_levels("value", patch, image.dtype)
    result = image.copy()
    result[..., rows, columns, :] = _round(patch, image.dtype)
    return result


class RandomErasing:
    """Overwrite a box of random area, aspect ratio and place with probability p.

    Source: Zhong et al. 2017, arXiv 1708.04896, Algorithm 1.

    p: in [0, 1]. scale: the range of the box's share of the area, in (0, 1]. ratio: the range of height / width, above
    0, drawn so that its logarithm is uniform (the paper draws the ratio itself). value: a number, one per channel, or
    "random" for noise: standard normal for floats, uniform over 0 to 255 for uint8.
    Called as transform(image, rng). Draws a number in [0, 1): below p the image is erased. Then, at most ten times, a
    share and a ratio; from the first box that is smaller than the image in both directions, top, left and the noise.
    If none is, the image stays. Raises ValueError for a p outside [0, 1], a range that is reversed or out of bounds,
    or another value.
    """

    def __init__(self, p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=0):
        _check_probability(p)
        self.p = p
        self.scale = _range("scale", scale, "a pair (low, high) with 0 < low <= high <= 1", POSITIVE, 1)
        self.ratio = _range("ratio", ratio, "a pair (low, high) with 0 < low <= high", POSITIVE)
        if not (isinstance(value, str) and value == "random"):
            _colour("value", value)
        self.value = value

    @np.errstate(all="ignore")
    def box(self, height, width, rng):
        """Draw top, left, height and width of a box in an image of that height and width; None if none fits."""
        for _ in range(10):
            area = height * width * rng.uniform(*self.scale)
            ratio = np.exp(rng.uniform(*np.log(self.ratio)))
            h, w = np.rint(np.sqrt(area * ratio)), np.rint(np.sqrt(area / ratio))
            if 0 < h < height and 0 < w < width:
                h, w = int(h), int(w)
                return int(rng.integers(height - h + 1)), int(rng.integers(width - w + 1)), h, w
        return None

    def __call__(self, image, rng):
        image = _image(image)
        _check_generator(rng)
        noise = isinstance(self.value, str)
        value = None if noise else _colour("value", self.value, image)
        box = self.box(*image.shape[-3:-1], rng) if rng.random() < self.p else None
        if box is None:
            return image
        if noise:
            shape = (*box[2:], image.shape[-1])
            value = rng.integers(256, size=shape) if image.dtype == np.uint8 else rng.standard_normal(shape)
        return erase(image, *box, value)


class Cutout:
    """Blacken a square whose middle is any pixel of the image; what stands out beyond the border is cut off.

    Source: DeVries, Taylor 2017, "Improved regularization of convolutional neural networks with Cutout", arXiv
    1708.04552, section 3.

    length: the square's side in pixels, an int >= 1.
    Called as transform(image, rng). Draws the row, then the column of the middle; the square starts length // 2 before.
    Raises ValueError for another length.

    The paper's zeros stand in an image that has been normalised, where they are the mean colour.
    """

    def __init__(self, length):
        _require(_is_number(length, 1, kind=Integral), "length", "an int >= 1", length)
        self.length = length

    def box(self, height, width, rng):
        """Draw top, left, height and width of what is erased in an image of that height and width."""
        top, left = int(rng.integers(height)) - self.length // 2, int(rng.integers(width)) - self.length // 2
        bottom, right = min(top + self.length, height), min(left + self.length, width)
        top, left = max(top, 0), max(left, 0)
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
    known = num_classes is None or _is_number(num_classes, 1, kind=Integral)
    _require(known, "num_classes", "None or an int >= 1", num_classes)


def _label_rows(labels, images):
    """Labels (N, classes) as an array of numbers."""
    labels = np.asarray(labels)
    known = labels.dtype.kind in "fiub" and labels.ndim == 2 and len(labels) == len(images)
    _require(known, "labels", f"{len(images)} rows (N, classes) of numbers", (labels.dtype, labels.shape))
    return labels if labels.dtype.kind == "f" else labels.astype(np.float64)


def _one_hot(labels, images, num_classes):
    """Labels as rows (N, classes); class indices (N,) become one-hot rows."""
    labels = np.asarray(labels)
    if labels.ndim == 1 and labels.dtype.kind in "iu":
        _require(num_classes is not None, "num_classes", "given where labels are class indices", num_classes)
        inside = len(labels) == len(images) and ((labels >= 0) & (labels < num_classes)).all()
        _require(inside, "labels", f"{len(images)} class indices within [0, {num_classes - 1}]", labels)
        dtype = images.dtype if images.dtype.kind == "f" else np.float64
        return (labels[:, None] == np.arange(num_classes)).astype(dtype)
    rows = _label_rows(labels, images)
    known = num_classes in (None, rows.shape[1])
    _require(known, "num_classes", f"None or {rows.shape[1]}, as many as the labels have", num_classes)
    return rows


def _mean(rows, lam):
    """lam times each row and 1 - lam times the one before it, the first one's being the last."""
    values = rows.astype(np.float64)
    return np.asarray(lam * values + (1 - lam) * np.roll(values, 1, axis=0), rows.dtype)


@np.errstate(all="ignore")
def mixup(images, labels, lam):
    """Blend each image, and its label, with the one before it in the batch: lam x + (1 - lam) x'.

    Source: Zhang, Cisse, Dauphin, Lopez-Paz 2018, "mixup: beyond empirical risk minimization", arXiv 1710.09412,
    section 2.

    images: (N, ..., H, W, C), float. labels: (N, classes), numbers. lam: the share that is kept, in [0, 1].
    Returns images and labels of the same shapes; the first image's partner is the last. Raises ValueError for uint8
    images (their mean would have to be rounded), one image without a batch, labels of another shape, or another lam.
    """
    images = _batch(images)
    _check_floats(images)
    labels = _label_rows(labels, images)
    _require(_is_number(lam, 0, 1), "lam", "in [0, 1]", lam)
    return _mean(images, lam), _mean(labels, lam)


class MixUp:
    """Blend the images and the labels of a batch in pairs, with a random share.

    Source: Zhang et al. 2018, arXiv 1710.09412, section 2.

    alpha: > 0, the parameter of Beta(alpha, alpha), from which the share comes. num_classes: needed only where labels
    are class indices.
    Called as transform(images, labels, rng) on a float batch (N, ..., H, W, C), with labels (N,) of class indices,
    which become one-hot rows of the images' dtype, or rows (N, classes). Draws one share for the whole batch; the
    partner of each image is the one before it. Raises ValueError for an alpha that is not positive, num_classes below
    1 or missing, a class outside [0, num_classes), and what mixup raises for.
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
    """Paste a box of the image before it in the batch into each image, and mix the labels by the areas.

    Source: Yun et al. 2019, "CutMix: regularization strategy to train strong classifiers with localizable features",
    arXiv 1905.04899, eq. 1 and 2.

    images: (N, ..., H, W, C), uint8 or float. labels: (N, classes), numbers. lam: the share to be kept, in [0, 1].
    center: the pixel (x, y) about which the box lies, two ints inside the image.
    Returns images and labels of the same shapes. The box reaches int(sqrt(1 - lam) / 2 * W) pixels to both sides of the
    centre, in y as well, and is cut off at the border; the labels are mixed with the share that is really kept.
    Raises ValueError for one image without a batch, labels of another shape, another lam or a centre outside.
    """
    images = _batch(images)
    labels = _label_rows(labels, images)
    _require(_is_number(lam, 0, 1), "lam", "in [0, 1]", lam)
    height, width = images.shape[-3:-1]
    what = f"a pixel (x, y) within [0, {width - 1}] x [0, {height - 1}]"
    x, y = _numbers("center", center, what, (2,), 0, kind=Integral)
    _require(x < width and y < height, "center", what, center)
    reach = math.sqrt(1 - lam) / 2
    half_width, half_height = int(reach * width), int(reach * height)
    left, right = max(x - half_width, 0), min(x + half_width, width)
    top, bottom = max(y - half_height, 0), min(y + half_height, height)
    result = images.copy()
    result[..., top:bottom, left:right, :] = np.roll(images[..., top:bottom, left:right, :], 1, axis=0)
    return result, _mean(labels, 1 - (right - left) * (bottom - top) / (width * height))


class CutMix:
    """Paste a random box of the image before it in the batch into each image, and mix the labels by the areas.

    Source: Yun et al. 2019, arXiv 1905.04899, section 3.1.

    alpha: > 0, the parameter of Beta(alpha, alpha), from which the share that is kept comes. num_classes: needed only
    where labels are class indices.
    Called as transform(images, labels, rng) on a batch (N, ..., H, W, C), with labels (N,) of class indices, which
    become one-hot rows of the images' dtype (float64 for uint8), or rows (N, classes). Draws the share, then x and y
    of the centre, any pixel. Raises ValueError for an alpha that is not positive, num_classes below 1 or missing, a
    class outside [0, num_classes), and what cutmix raises for.
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
        center = int(rng.integers(images.shape[-2])), int(rng.integers(images.shape[-3]))
        return cutmix(images, labels, lam, center)
