"""The losses' rows: each block with its formula, at 50 digits and beside what PyTorch recorded."""

from dataclasses import dataclass, field

import numpy as np

from scratch import losses
from scratch.evidence import FORMULA, PYTORCH, Comparison, recorded
from scratch.evidence.accuracy import ulp_errors
from scratch.formulas import losses as formulas

SIDES = ("value", "gradient")
REDUCTIONS = ("mean", "sum", "none")
ALLOWED = {  # in ULP
    "float64": 5.0,  # roundings of half a ULP each: four in a loss, the sum, the divisor
    "float32": 0.5001,  # computed in float64 and rounded once
    "float16": 0.5001,
}
BESIDE = {  # the difference from PyTorch, by its size or by 1 where that is larger
    "float64": 1e-13,
    "float32": 1e-5,  # PyTorch's own error: it sums in the arrays' dtype
    "binary_cross_entropy": 1e-8,  # in float64: PyTorch's 1e-12 is a float32, 9.99999996e-13
}
ARGUMENTS = {  # how the inputs are called
    "residuals": "pred, target",
    "inside": "p, y",
    "edges": "p at 0 and 1, y",
    "classes": "logits, classes",
    "soft": "logits, probabilities",
    "unbatched": "logits of one sample, class",
    "pixels": "logits of pixels, classes",
    "margins": "logits (m, 0, 0), class 0",
}
WEIGHT = [0.5, 2.0, 0.0, 1.5]
TEN = [1.0, 0.25, 3.0, 0.0, 2.0, 0.5, 7.0, 1.0, 0.0, 4.0]


@dataclass(frozen=True)
class Row:
    """A function and its gradient, called with options on inputs, and the formula, with the same options by symbol.

    inputs: the name of a first argument and a target in PyTorch's record. slope: the formula of the gradient where it
    is not the derivative.
    """

    block: str
    name: str
    inputs: str
    formula: object
    options: dict = field(default_factory=dict)
    symbols: dict = field(default_factory=dict)
    slope: object = None

    @property
    def function(self):
        return getattr(losses, self.name)

    @property
    def gradient(self):
        return getattr(losses, f"{self.name}_grad")

    def __str__(self):
        return " ".join([self.name, self.inputs, *(f"{key}={value}" for key, value in self.options.items())])

    @property
    def reductions(self):
        return (self.options["reduction"],) if "reduction" in self.options else REDUCTIONS

    def batch(self, dtype="float64"):
        """The first argument, in that dtype, and the target; new arrays."""
        kept = dtype if dtype == "float32" else "float64"
        first, target = (recorded("losses")[f"{self.inputs}/{i}/{kept}"] for i in (0, 1))
        return first.astype(dtype), target.astype(dtype if target.dtype.kind == "f" else target.dtype)

    def call(self, side, first, target, **options):
        return (self.function if side == "value" else self.gradient)(first, target, **{**self.options, **options})

    def exact(self, side, first, target):
        """The formula's value or gradient to 50 digits: of the mean, or for reduction="none" of each sample."""
        if self.name != "cross_entropy":
            return self._exact(side, first, {formulas.y: target, formulas.n: first.size, formulas.w: [1] * first.size})
        by_sample = np.moveaxis(first, min(1, first.ndim - 1), -1)
        x = by_sample.reshape(-1, by_sample.shape[-1])
        soft = target.ndim == first.ndim
        y = np.moveaxis(target, min(1, first.ndim - 1), -1).reshape(x.shape) if soft else target.reshape(-1)
        kept = [k for k in range(len(x)) if soft or y[k] != self.options.get("ignore_index", -100)]
        results, slopes = [], np.zeros(x.shape, dtype=object)
        for batch in [[k] for k in kept] if self.reductions == ("none",) else [kept]:
            targets = {formulas.q: y[batch]} if soft else {formulas.classes: y[batch] + 1}  # which count from 1
            sizes = {formulas.N: len(batch), formulas.C: x.shape[1], formulas.w: [1] * x.shape[1]}
            results.append(self._exact(side, x[batch], {**targets, **sizes}))
            slopes[batch] = results[-1]
        if side == "gradient":
            return np.moveaxis(slopes.reshape(by_sample.shape), -1, min(1, first.ndim - 1))
        return np.array(results) if self.reductions == ("none",) else results[0]

    def _exact(self, side, first, values):
        values = {**values, **self.symbols}
        if side == "value":
            return np.array(self.formula.value(first, values), dtype=object)
        if self.slope is None:
            return self.formula.gradient(first, values)
        elements = range(1, first.size + 1)
        return np.array([self.slope.value(first, {**values, formulas.j: j}) for j in elements], dtype=object)

    def errors(self, side, first, target):
        """The errors in `unit(side, dtype)`: for logits in float64, where terms cancel, what rounding them is worth."""
        exact = self.exact(side, first, target)
        errors, unit = ulp_errors(self.call(side, first, target), exact), self.unit(side, first.dtype)
        if unit == "ULP of the largest":
            sizes = np.spacing(np.abs(exact.astype(float)).ravel())
            return errors * sizes / np.max(sizes)
        return errors / np.repeat(1 + np.max(np.abs(first), axis=1), first.shape[1]) if "/" in unit else errors

    def unit(self, side, dtype):
        """What errors are measured in, for samples on their own ULP / (1 + the largest logit)."""
        if self.name != "cross_entropy" or dtype != "float64":
            return "ULP"
        if self.reductions == REDUCTIONS:
            return "ULP of the largest"
        return "ULP" if side == "value" else "ULP / (1 + largest logit)"

    def results(self, first, target):
        """Value and gradient for each reduction, one after the other."""
        made = [self.call(side, first, target, reduction=r) for r in self.reductions for side in SIDES]
        return np.concatenate([result.ravel() for result in made])

    def comparisons(self):
        """Value and gradient against the formula in float64 and float32; both, by all reductions, against PyTorch."""
        for dtype in ("float64", "float32"):
            first, target = self.batch(dtype)
            for side in SIDES:
                errors, unit = self.errors(side, first, target), self.unit(side, dtype)
                what = f"{self.called(side)} in {dtype}"
                yield Comparison(what, errors.size, np.max(errors), ALLOWED[dtype], FORMULA, unit=unit)
            difference = self.beside_pytorch(self.results(first, target), recorded("losses")[f"{self}/{dtype}"])
            what = f"{self.called('value')} and its gradient in {dtype}"
            yield Comparison(what, difference.size, np.max(difference), self.tolerance(dtype), PYTORCH)

    def beside_pytorch(self, ours, theirs):
        """The differences from PyTorch, by its size or by 1 where that is larger."""
        return np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))

    def tolerance(self, dtype):
        """The largest difference from PyTorch that is agreement."""
        return BESIDE[self.name if self.name in BESIDE and dtype == "float64" else dtype]

    def called(self, side):
        """The call, as a reader writes it."""
        options = "".join(f", {name}={value!r}" for name, value in self.options.items())
        return f"{(self.function if side == 'value' else self.gradient).__name__}({ARGUMENTS[self.inputs]}{options})"


def _cross_entropy(inputs, form=formulas.cross_entropy, options=None, symbols=None):
    return Row("cross-entropy", "cross_entropy", inputs, form, options or {}, symbols or {})


def _weighted(weight, smoothing):
    """Options and symbols of weights and label smoothing."""
    options = {"weight": weight, "label_smoothing": smoothing}
    symbols = {formulas.w: weight, formulas.epsilon: smoothing}
    return {k: v for k, v in options.items() if v}, {k: v for k, v in symbols.items() if v}


ROWS = [
    Row("mse", "mse_loss", "residuals", formulas.mse_loss),
    Row("mae", "l1_loss", "residuals", formulas.l1_loss),
    Row("huber", "huber_loss", "residuals", formulas.huber_loss),
    *(
        Row("huber", "huber_loss", "residuals", formulas.huber_loss, {"delta": delta}, {formulas.delta: delta})
        for delta in (0.3, 2.5, np.inf)
    ),
    Row("huber", "smooth_l1_loss", "residuals", formulas.smooth_l1_loss),
    *(
        Row("huber", "smooth_l1_loss", "residuals", formulas.smooth_l1_loss, {"beta": beta}, {formulas.beta: beta})
        for beta in (0.3, 2.5)
    ),
    Row("huber", "smooth_l1_loss", "residuals", formulas.l1_loss, {"beta": 0}),
    *(
        Row(
            "bce", "binary_cross_entropy", inputs, form, {"weight": w} if w else {}, {formulas.w: w} if w else {}, slope
        )
        for inputs, form, slope in (
            ("inside", formulas.binary_cross_entropy, None),
            ("edges", formulas.binary_cross_entropy_held, formulas.binary_cross_entropy_held_grad),
        )
        for w in (None, TEN)
    ),
    *(
        _cross_entropy(inputs, form, *_weighted(weight, smoothing))
        for inputs, form in (("classes", formulas.cross_entropy), ("soft", formulas.cross_entropy_probabilities))
        for weight, smoothing in ((None, 0), (WEIGHT, 0), (None, 0.25), (WEIGHT, 0.25))
    ),
    _cross_entropy("classes", options={"ignore_index": 3}),
    _cross_entropy("unbatched"),
    _cross_entropy("pixels"),
    _cross_entropy("pixels", formulas.cross_entropy, *_weighted([*WEIGHT[:2], 3.0], 0.25)),
    _cross_entropy("margins", options={"reduction": "none"}),
]
