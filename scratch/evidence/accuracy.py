"""How far a result is from its formula, in units of the last place (ULP)."""

import mpmath
import numpy as np

from scratch.formulas.evaluation import derivative, evaluate


def points(count=60, seed=0, reach=700.0):
    """Test points: dense near 0, log-uniform out to +-reach, and the places where implementations break."""
    rng = np.random.default_rng(seed)
    tails = np.exp(rng.uniform(np.log(1e-12), np.log(reach), count))
    special = [0.0, 1e-300, 1e-12, 0.5, 1.0, 3.0, 5.0, 8.0, 9.0, 37.0]
    return np.concatenate([rng.uniform(-3, 3, count), tails, -tails, special, np.negative(special[1:])])


def ulp_errors(computed, exact):
    """The distance of each computed float from its exact mpmath value, in ULP of the computed dtype."""
    computed = np.asarray(computed)
    if computed.shape != np.shape(exact):
        raise ValueError(f"computed has shape {computed.shape}, exact has shape {np.shape(exact)}")
    errors = []
    with mpmath.workdps(60):
        for value, truth in zip(computed.ravel(), np.ravel(np.asarray(exact, dtype=object))):
            unit = np.spacing(np.abs(computed.dtype.type(float(truth))))
            errors.append(
                float(abs(_exact(value) - truth) / _exact(unit)) if np.isfinite(unit) else _overflow(value, truth)
            )
    return np.array(errors)


def _exact(value):
    return mpmath.mpf(float(value))


def _overflow(value, truth):
    return 0.0 if np.isinf(value) and (value > 0) == (truth > 0) else np.inf


def condition(formula, number, gradient=False, values=None, **named):
    """How many ULP of the result one ULP of the input is worth: |x f'(x) / f(x)|."""
    f = formula.explicit(formula.right)
    f = derivative(f, formula.variable) if gradient else f
    values = formula.values(number, values, named)
    value, slope = (evaluate(f, values), evaluate(derivative(f, formula.variable), values))
    return float(abs(float(number) * slope / value)) if value else 0.0
