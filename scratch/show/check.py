"""The line "checked in this build": a comparison that is made then and there, and fails the build where it fails."""

import html

import numpy as np

from scratch.evidence.accuracy import condition, points, ulp_errors
from scratch.show.table import number
from scratch.show.words import word


def checked(what, count, error, allowed, kind="points", unit="relative", word=word):
    """A line that says what was compared, on how many points, and the largest error.

    kind and unit: keys of what is counted and of the error's unit, looked up by word.
    Raises AssertionError where the error is larger than allowed, or is NaN.
    """
    if not error <= allowed:
        raise AssertionError(f"{what}: the largest {unit} error is {error!r}, allowed is {allowed!r}")
    return (
        f'<p class="checked"><strong>{word("checked")}.</strong> {what}: {count} {word(kind)}, {word("largest_error")} '
        f"{number(error)} {word(unit)} ({word('allowed')}: {number(allowed)}).</p>"
    )


def elementwise(function, gradient, formula, allowed=4.0, symbols=None, **options):
    """Compare an activation and its gradient with its formula at 50 digits.

    Both are called in float64 and float32. allowed: the error in conditioned ULP, that
    is, in ULP divided by 1 + |x f'(x) / f(x)|, by what the rounding of x is worth.
    options go to the code; symbols give the same options under the formula's names.
    Without options the formula's defaults meet the code's.
    """
    lines = []
    for block, of_gradient in ((function, False), (gradient, True)):
        exactly = formula.gradient if of_gradient else formula.value
        worst, count = 0.0, 0
        for dtype in (np.float64, np.float32):
            x = points(count=25).astype(dtype)
            errors = ulp_errors(block(x, **options), [exactly(v, **(symbols or {})) for v in x])
            worth = [1 + condition(formula, v, of_gradient, **(symbols or {})) for v in x]
            worst, count = max(worst, np.max(errors / worth)), count + x.size
        call = "".join(f", {name}={value!r}" for name, value in options.items())
        what = word("against_formula", block=f"<code>{html.escape(f'{block.__name__}(x{call})')}</code>")
        lines.append(checked(what, count, worst, allowed, unit="conditioned_ulp"))
    return "".join(lines)
