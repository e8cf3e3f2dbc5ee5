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


def elementwise(**options):
    """A decorator for functions of one array x: float64 inside, one rounding at the end, no warnings.

    options: for each argument beside x a check, called with the argument's name and value.
    """

    def guard(function):
        signature = inspect.signature(function)

        @functools.wraps(function)
        def guarded(*args, **kwargs):
            given = signature.bind(*args, **kwargs)
            given.apply_defaults()
            for name, check in options.items():
                given.arguments[name] = check(name, given.arguments[name])
            given.arguments["x"], dtype = floats("x", given.arguments["x"])
            with np.errstate(all="ignore"):
                return np.asarray(function(*given.args, **given.kwargs), dtype)

        return guarded

    return guard
