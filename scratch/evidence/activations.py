"""The activations' rows: each block with its formula, at 50 digits and beside what PyTorch recorded."""

from dataclasses import dataclass, field

import numpy as np

from scratch import activations
from scratch.evidence import FORMULA, PYTORCH, Comparison, recorded
from scratch.evidence.accuracy import condition, points, ulp_errors
from scratch.formulas import activations as formulas

SIDES = ("value", "gradient")
ALLOWED = {  # in ULP; for float64 in conditioned ULP, ULP / (1 + |x f'(x) / f(x)|): what the rounding of x is worth
    "float64": 4.0,  # at most eight roundings of half a ULP each stand in any block
    "float32": 0.5001,  # computed in float64 and rounded once
    "float16": 0.5001,
}
REACH = {"float64": 700.0, "float32": 700.0, "float16": 60000.0}


@dataclass(frozen=True)
class Row:
    """A function and its gradient, called with options, and the formula, with the same options by symbol.

    at_zero: what the gradient is at 0, by convention where there is a kink. recorded: its name in PyTorch's record.
    """

    block: str
    function: object
    gradient: object
    formula: object
    options: dict = field(default_factory=dict)
    symbols: dict = field(default_factory=dict)
    at_zero: float = 1.0
    recorded: str = ""

    def __str__(self):
        return " ".join([self.block, *map(str, self.options.values())])

    def call(self, side, x):
        return (self.function if side == "value" else self.gradient)(x, **self.options)

    def exact(self, side, x):
        side = self.formula.value if side == "value" else self.formula.gradient
        return [side(number, self.symbols) for number in x]

    def errors(self, side, x):
        """The errors at x: of float64 in conditioned ULP, of a narrower dtype in ULP."""
        errors = ulp_errors(self.call(side, x), self.exact(side, x))
        if x.dtype != np.float64:
            return errors
        return errors / [1 + condition(self.formula, v, side == "gradient", self.symbols) for v in x]

    def comparisons(self):
        """Value and gradient against the formula in float64 and float32, and against PyTorch's record."""
        for side in SIDES:
            for dtype in ("float64", "float32"):
                x = points(count=25, reach=REACH[dtype]).astype(dtype)
                unit = "conditioned ULP" if dtype == "float64" else "ULP"
                error = np.max(self.errors(side, x))
                yield Comparison(self.named(side, dtype), x.size, error, ALLOWED[dtype], FORMULA, unit=unit)
                if self.recorded:
                    yield self.beside_pytorch(side, dtype)

    def beside_pytorch(self, side, dtype):
        """The largest difference from PyTorch, by the size of what is compared, or by 1 where that is larger."""
        record = recorded("activations")
        x, theirs = record[f"x/{dtype}"], record[f"{self.recorded}{'_grad' if side == 'gradient' else ''}/{dtype}"]
        difference = np.abs(self.call(side, x) - theirs) / np.maximum(1, np.abs(theirs))
        allowed = {"float64": 1e-14, "float32": 1e-5}[dtype]  # PyTorch's own errors: 60 and 240 ULP of a gradient
        return Comparison(self.named(side, dtype), x.size, np.max(difference), allowed, PYTORCH)

    def named(self, side, dtype):
        function = self.function if side == "value" else self.gradient
        options = "".join(f", {name}={value!r}" for name, value in self.options.items())
        return f"{function.__name__}(x{options}) in {dtype}"


def _row(block, name, form=None, options=None, symbols=None, at_zero=1.0, recorded=""):
    function, gradient = getattr(activations, name), getattr(activations, f"{name}_grad")
    formula = getattr(formulas, form or name)
    return Row(block, function, gradient, formula, options or {}, symbols or {}, at_zero, recorded)


ROWS = [
    _row("sigmoid", "sigmoid", at_zero=0.25, recorded="sigmoid"),
    _row("tanh", "tanh", recorded="tanh"),
    _row("relu", "relu", at_zero=0, recorded="relu"),
    _row("leaky-relu", "leaky_relu", at_zero=0.01, recorded="leaky_relu"),
    _row("leaky-relu", "leaky_relu", options={"negative_slope": 0.3}, symbols={formulas.alpha: 0.3}, at_zero=0.3),
    _row("leaky-relu", "leaky_relu", options={"negative_slope": -2}, symbols={formulas.alpha: -2}, at_zero=-2),
    _row("elu", "elu", recorded="elu"),
    _row("elu", "elu", options={"alpha": 0.3}, symbols={formulas.alpha: 0.3}, at_zero=0.3),
    _row("gelu", "gelu", at_zero=0.5, recorded="gelu"),
    _row("gelu", "gelu", "gelu_tanh", {"approximate": "tanh"}, at_zero=0.5, recorded="gelu_tanh"),
]
