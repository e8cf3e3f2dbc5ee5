"""What a block requires of its arguments: one definition of a number, an integer, an array, a choice.

Each function returns the argument as what was checked: a NumPy integer becomes an int, a fraction a float. Whatever
does not fit raises a ValueError of one form: NAME must be WHAT, got VALUE. An interval is written as in mathematics,
with inf for no bound: "[0, 1)" holds 0 but not 1, "(-inf, inf)" all finite numbers.
"""

import functools
import inspect
from numbers import Integral, Real

import numpy as np

FINITE = "(-inf, inf)"


def require(condition, name, what, value):
    """Raise a ValueError that names the argument and its value unless the condition holds."""
    if not condition:
        raise ValueError(f"{name} must be {what}, got {value!r}")


@functools.cache
def bounds(interval):
    """The two numbers of an interval."""
    low, high = interval[1:-1].split(",")
    return float(low), float(high)


def inside(value, interval):
    """Whether a number lies in an interval. NaN lies in none."""
    low, high = bounds(interval)
    above = low <= value if interval[0] == "[" else low < value
    return above and (value <= high if interval[-1] == "]" else value < high)


def is_number(value, interval=FINITE, kind=Real):
    """Whether value is a real number of that kind whose float, which is what is used, lies in an interval."""
    if kind is Real and type(value) is float:  # the usual case, eight times a step
        return inside(value, interval)
    if not isinstance(value, kind) or isinstance(value, np.timedelta64):
        return False
    try:
        return inside(float(value), interval)  # 1 - 10**-20 as a fraction is 1.0
    except OverflowError:
        return False


def number(name, value, interval=FINITE):
    """The value as a float: a real number in the interval."""
    what = "a finite number" if interval == FINITE else f"a number in {interval}"
    require(is_number(value, interval), name, what, value)
    return float(value)


def real(name, value):
    """The value as a float: any real number, NaN and infinities too, or an array without axes that holds one."""
    plain = type(value) is np.ndarray and value.ndim == 0 and value.dtype.kind in "fiub"
    scalar = value.item() if plain else value
    nan = isinstance(scalar, Real) and scalar != scalar and not isinstance(scalar, np.timedelta64)
    require(nan or is_number(scalar, "[-inf, inf]"), name, "a real number", value)
    return float(scalar)


def integer(name, value, interval=FINITE):
    """The value as an int: an integer in the interval."""
    what = "an integer" if interval == FINITE else f"an integer in {interval}"
    require(is_number(value, interval, Integral), name, what, value)
    return int(value)


def pair(name, value, interval=FINITE):
    """The value as two floats: a tuple or list of two numbers in the interval."""
    known = isinstance(value, (tuple, list)) and len(value) == 2
    known = known and all(is_number(v, interval) for v in value)
    require(known, name, f"a pair of numbers in {interval}", value)
    return float(value[0]), float(value[1])


def flag(name, value):
    """The value as a bool."""
    require(isinstance(value, (bool, np.bool_)), name, "True or False", value)
    return bool(value)


def choice(*choices):
    """A check: the value must be one of these strings."""

    def check(name, value):
        what = " or ".join(f'"{known}"' for known in choices)
        require(isinstance(value, str) and value in choices, name, what, value)
        return value

    return check


def generator(rng):
    """The generator that all randomness comes from."""
    require(isinstance(rng, np.random.Generator), "rng", "a numpy.random.Generator", rng)
    return rng


def array(name, value):
    """The value as an array of real numbers. A mask would be lost silently: masked arrays are refused."""
    parts = value if isinstance(value, (list, tuple)) else [value]
    masked = any(isinstance(part, np.ma.MaskedArray) for part in parts)
    require(not masked, name, "an array without a mask", value)
    try:
        values = np.asarray(value)
    except (TypeError, ValueError):  # nested lists of different lengths
        raise ValueError(f"{name} must be an array, got {value!r}") from None
    require(values.dtype.kind in "fiub", name, "an array of real numbers", values.dtype)
    return values


def floats(name, value):
    """The value as a float64 array, and the dtype of a result made of it: its own, float64 for integers and bools."""
    values = array(name, value)
    dtype = values.dtype if values.dtype.kind == "f" else np.dtype(np.float64)
    return values.astype(np.float64, copy=False), dtype


PIECE = 16_384  # so many float64 numbers and what is computed of them stay in a core's cache


def elementwise(**options):
    """A decorator for functions of one array x: float64 inside, one rounding at the end, no warnings.

    options: for each argument beside x a check, called with the argument's name and value.
    """

    def guard(function):
        @checked(**options)
        @functools.wraps(function)
        def guarded(x, **given):
            x = array("x", x)
            result = np.empty(x.shape, x.dtype if x.dtype.kind == "f" else np.float64)
            x, flat = x.reshape(-1), result.reshape(-1)
            with np.errstate(all="ignore"):
                for piece in [slice(start, start + PIECE) for start in range(0, x.size, PIECE)]:
                    flat[piece] = function(x[piece].astype(np.float64, copy=False), **given)
            return result

        return guarded

    return guard


def optional(check):
    """A check: None, or what the check wants."""
    return lambda name, value: None if value is None else check(name, value)


def numbers(what, counts, interval=FINITE, kind=Real, odd=False, both=False):
    """A check: a number, where counts holds 1, or a sequence with one of the counts, which becomes a tuple.

    odd: whether each number must be odd. both: whether a number alone stands for both numbers of a pair.
    """

    def check(name, value):
        sequence = isinstance(value, (list, tuple, np.ndarray)) and not isinstance(value, np.ma.MaskedArray)
        parts = list(value) if sequence and np.ndim(value) != 0 else [value]
        known = (
            len(parts) in counts and sequence == (len(parts) > 1) and all(is_number(n, interval, kind) for n in parts)
        )
        require(known and all(n % 2 for n in parts if odd), name, what, value)
        parts = tuple(int(n) if kind is Integral else float(n) for n in parts)
        return parts if sequence else parts * 2 if both else parts[0]

    return check


def span(what, interval=FINITE, alone=None, counts=(2,)):
    """A check: a pair low <= high within the interval, or several, one after another in one tuple.

    alone: the pair that a single number stands for, as a function of it, where one will do.
    """

    def check(name, value):
        ends = numbers(what, (1, *counts) if alone else counts)(name, value)
        ends = ends if isinstance(ends, tuple) else alone(ends)
        known = all(is_number(n, interval) for n in ends)
        known = known and all(low <= high and is_number(high - low) for low, high in zip(ends[::2], ends[1::2]))
        require(known, name, what, value)
        return ends

    return check


def arguments(function):
    """What binds the arguments of a call to the function's names, defaults included, as Python does."""
    signature = inspect.signature(function)
    missing = inspect.Parameter.empty
    defaults = {name: parameter.default for name, parameter in signature.parameters.items()}
    places = [name for name, parameter in signature.parameters.items() if parameter.kind is not parameter.KEYWORD_ONLY]

    def bound(args, kwargs):
        given = {**defaults, **dict(zip(places, args)), **kwargs}
        whole = len(given) == len(defaults) and all(value is not missing for value in given.values())
        if not whole or len(args) > len(places) or not kwargs.keys().isdisjoint(places[: len(args)]):
            signature.bind(*args, **kwargs)  # raises Python's own error
        return given

    return bound


def checked(**checks):
    """A decorator for functions: these arguments are what their checks, called with name and value, make of them."""

    def guard(function):
        bound = arguments(function)

        @functools.wraps(function)
        def guarded(*args, **kwargs):
            given = bound(args, kwargs)
            for name, check in checks.items():
                given[name] = check(name, given[name])
            return function(**given)

        return guarded

    return guard


def settings(**checks):
    """A decorator for classes: these attributes are checked whenever they are written, by the constructor or later."""

    def guard(block):
        def write(self, name, value):
            object.__setattr__(self, name, checks[name](name, value) if name in checks else value)

        block.__setattr__ = write
        return block

    return guard


def pixels(name, value, channels=None, axes=3):
    """The value as an image, an array (..., H, W, C) of uint8 or of floats, with one of the counts of channels."""
    image = array(name, value)
    known = image.dtype == np.uint8 or (image.dtype.kind == "f" and image.dtype.itemsize <= 8)
    require(known, name, "of dtype uint8, float16, float32 or float64", image.dtype)
    known = image.ndim >= 3 and 0 not in image.shape[-3:]
    require(known, name, "(..., H, W, C), none of the three 0", image.shape)
    require(image.ndim >= axes, name, "a batch (N, ..., H, W, C)", image.shape)
    what = " or ".join(f"(..., H, W, {count})" for count in channels or ())
    require(not channels or image.shape[-1] in channels, name, what, image.shape)
    return image


def in_dtype(values, dtype, whole=np.rint):
    """Values as a contiguous array of their own of an image's dtype; whole: how they become levels of uint8."""
    if dtype == np.uint8 and values.dtype.kind == "f":
        values = whole(values)
    return np.require(values, dtype, ["C", "O"])


def kernel(whole=np.rint, image=pixels, **options):
    """A decorator for functions of an image: no warnings, and a new array of the image's dtype.

    whole: how the result becomes levels of uint8, here rounded half to even. image, options: the arguments' checks.
    """

    def guard(function):
        @checked(image=image, **options)
        @functools.wraps(function)
        def guarded(image, **given):
            with np.errstate(all="ignore"):
                return in_dtype(function(image, **given), image.dtype, whole)

        return guarded

    return guard


def truncated(values):
    """The whole number below each, or one that a rounding has just missed."""
    return np.floor(values + 1e-9)


def region(image, top, left, height, width):
    """The index of a box of pixels that must lie inside an image."""
    rows, columns = image.shape[-3:-1]
    top, left = integer("top", top, f"[0, {rows - 1}]"), integer("left", left, f"[0, {columns - 1}]")
    height, width = integer("height", height, f"[1, {rows - top}]"), integer("width", width, f"[1, {columns - left}]")
    return ..., slice(top, top + height), slice(left, left + width), slice(None)


def paint(name, value, image, *shapes):
    """What is painted into an image, as floats: a number, or one per channel, or an array of one of the shapes."""
    values, _ = floats(name, value)
    shapes = (image.shape[-1:], *shapes)
    known = values.shape in ((), *shapes) and np.isfinite(values).all()
    require(known, name, f"a finite number, or an array of them of a shape in {shapes}", value)
    known = image.dtype != np.uint8 or (values.min() >= 0 and values.max() <= 255)
    require(known, name, "within [0, 255] for a uint8 image", value)
    return values


def colour(name, value, word=None):
    """What may be painted into an image that is yet to come: a float, or a list with one per channel, or the word."""
    if word is not None and isinstance(value, str) and value == word:
        return value
    values, _ = floats(name, value)
    known = values.ndim < 2 and values.size > 0 and np.isfinite(values).all()
    require(known, name, "a finite number, or one per channel", value)
    return values.tolist()


def labelled(images, labels):
    """Labels (N, classes) of N images as float64, and the dtype of mixed ones."""
    rows, dtype = floats("labels", labels)
    known = rows.ndim == 2 and len(rows) == len(images)
    require(known, "labels", f"{len(images)} rows (N, classes)", rows.shape)
    return rows, dtype


def one_hot(images, labels, num_classes):
    """Labels of N images as rows (N, classes); class indices (N,) become one-hot rows of the images' float dtype."""
    labels = array("labels", labels)
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        classes = labelled(images, labels)[0].shape[1]
        what = f"None or {classes}, as many as the labels have"
        require(num_classes in (None, classes), "num_classes", what, num_classes)
        return labels
    require(num_classes is not None, "num_classes", "given for class indices", num_classes)
    known = len(labels) == len(images) and np.all((labels >= 0) & (labels < num_classes))
    require(known, "labels", f"{len(images)} class indices within [0, {num_classes - 1}]", labels)
    rows = labels[:, None] == np.arange(num_classes)
    return rows.astype(images.dtype if images.dtype.kind == "f" else np.float64)
