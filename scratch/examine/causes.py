"""Why it differs: the catalogue's mistakes are run on the same cases, and the one that gives theirs is named."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np

from scratch.examine.base import LOOSE, Mistake, errors
from scratch.examine.catalogue import rows

REQUIRED = ("default", "values", "batch", "form")
USUAL = {  # what options are often set to where a function has no such option
    "lr": (0.1, 0.01, 0.001, 1.0, 0.05, 0.002, 0.0001),
    "momentum": (0.9, 0.5, 0.99, 0.95),
    "alpha": (0.9, 0.99, 0.95, 0.999, 0.01, 0.1, 0.2, 1.0, 0.3, 1.6732632423543772),
    "eps": (1e-7, 1e-6, 1e-8, 1e-10, 1e-5, 1e-3),
    "betas": ((0.9, 0.99), (0.99, 0.999), (0.5, 0.999), (0.9, 0.9), (0.95, 0.999), (0.9, 0.98)),
    "negative_slope": (0.2, 0.1, 0.3, 0.001, 0.02, 0.05),
    "weight_decay": (0.0, 0.01, 0.1, 0.05, 0.001),
    "beta": (0.5, 0.1, 2.0),
    "delta": (1.35, 1.345, 0.5, 0.1, 2.0),
    "gamma": (0.5, 0.9, 0.95),
    "factor": (0.5, 0.2),
    "patience": (5, 3, 2, 1),
    "pct_start": (0.5, 0.25, 0.1, 0.2),
    "div_factor": (10.0, 20.0),
    "final_div_factor": (1e3, 1e2, 10.0, 1.0),
    "approximate": ("tanh",),
}


@dataclass
class Cause:
    """A mistake that explains what was found, and how its lines differ from the block's."""

    mistake: Mistake
    lines: tuple = ()

    @property
    def name(self):
        return self.mistake.name


def behaviour(task, seen):
    """The row of a task for what was seen, or the one that all share."""
    known = [row for row in rows(task.name) if row.seen == seen]
    return known[0] if known else Mistake(task.name, *_SHARED[seen], anchor="")


_SHARED = {  # what is seen beside the values, in all tasks alike: name, sentence, mend
    "writes": (
        "writes-into-its-input",
        "It writes into the array that it is given, which the caller still needs.",
        "work on a new array",
    ),
    "not-twice": (
        "not-the-same-twice",
        "Called twice with the same input it gives two results: it keeps something from the call before, or draws at "
        "random.",
        "keep nothing between calls",
    ),
    "overflows": (
        "overflows",
        "It overflows, or gives NaN, where the block's result is finite.",
        "a form that stays finite for large input",
    ),
    "not-in-place": (
        "not-in-place",
        "The arrays that it was made with stay as they were: the network that owns them never learns.",
        "theta -= ..., or theta[...] = ...",
    ),
    "broadcasts": (
        "broadcasts",
        "A prediction of shape (N, 1) and a target of shape (N,) make an N × N table of differences, in silence.",
        "require equal shapes",
    ),
    "raises": ("raises", "It raises an error where the block has a value.", "see the error"),
    "views": ("a-view", "The result shares memory with the input: who changes one changes the other.", "return a copy"),
    "half": (
        "float16-like",
        "The result is off as float16 is: somewhere on the way it was rounded to three digits.",
        "compute in float32 or float64",
    ),
    "overwrites-gradients": (
        "writes-into-gradients",
        "It writes into the gradients, which belong to the caller.",
        "work on a new array",
    ),
}


def explain(part, handed):
    """Name the causes of what is wrong with a part."""
    defaults = _other_defaults(part, handed)
    if not part.ran:
        return
    if part.wrong:
        part.causes = _found(part, handed, defaults)
        if _only_while_constant(part):
            return
        if not part.causes:
            part.hint = _hint(part)
            _only_extremes(part)
    if part.wrong or part.faults:
        part.causes += [cause for cause in defaults if cause.name not in [c.name for c in part.causes]]
    part.causes += [Cause(fault) for fault in part.faults]


def _only_while_constant(part):
    """A form that is the same while the rate is: that is a note, not a fault."""
    if part.faults or any(o.case.kind != "rate" for o in part.wrong) or not all(c.mistake.variant for c in part.causes):
        return False
    if part.causes:
        part.notes.insert(
            0, f"differs once the rate changes ({part.causes[0].name}): {part.causes[0].mistake.sentence}"
        )
        part.wrong, part.causes = [], []
    return not part.wrong


def _other_defaults(part, handed):
    from scratch.examine.judge import same

    if handed is None:
        return []
    task, causes = part.task, []
    for name, value in handed.signature.defaults.items():
        if name in task.options and name not in task.free and not same(value, task.options[name]):
            causes.append(Cause(wrong_default(task, name, value)))
    return causes


def wrong_default(task, name, value):
    """The mistake of another default."""
    known = [row for row in rows(task.name) if row.name == f"default-{name.replace('_', '-')}"]
    sentence = f"{name} is {value!r} unless it is given; the block's default is "
    row = known[0] if known else Mistake(task.name, f"default-{name.replace('_', '-')}", "", "", task.block)
    default = task.options[name]
    return replace(row, sentence=row.sentence or f"{sentence}{default!r}.", mend=row.mend or f"{name}={default!r}")


def _same_shape(part):
    return [o for o in part.judged if o.theirs.shape == o.right.shape]


def _found(part, handed, defaults):
    usable = part.judged
    if not any(o.case.kind in REQUIRED for o in usable):
        return []
    own = {name: value for name, value in handed.signature.defaults.items() if value is not None}
    own = {name: value for name, value in own.items() if name in part.task.options}
    block = Mistake(part.task.name, "", "", "", "", make=lambda right: right)
    known = [block, *(row for row in rows(part.task.name) if row.make), *_ignoring(part.task, handed)]
    best = _best(part, known, own, usable)
    pins = _pins(part.task, handed)
    for rows_ in (known[:1], known[1:]) if pins else ():  # another value alone explains more than with a mistake
        best = best or _best(part, [_pinned(part.task, row, pin) for row in rows_ for pin in pins], own, usable)
    if best is None:
        best = _best(part, _pairs(part, known, own, usable), own, usable)
    if best is None:
        return []
    made = [Cause(one, _lines(part.task, one)) for one in getattr(best, "both", (best,)) if one.name]
    return made or list(defaults)


def _best(part, candidates, own, usable):
    """The candidate that explains the most cases, of those that explain all that must be."""
    best, most = None, (0, 0.0)
    for row in candidates:
        explained = _explained(part, row, own, usable)
        if explained[0] and isinstance(row, Mistake) and not row.name:
            return row  # the block itself, with the reader's own defaults
        if explained > most:
            best, most = row, explained
    return best if most[0] else None


def _explained(part, row, own, usable):
    """How many cases a mistake explains, and how well; none if it leaves one unexplained that it must explain."""
    task, count, differs, residual = part.task, 0, False, 0.0
    function = row.make(task.right)
    for outcome in usable:
        left = _left(_made(task, function, own, outcome.case), outcome)
        fits = left <= LOOSE
        if not fits and outcome.case.kind in REQUIRED:
            return 0, 0.0
        count, residual = count + fits, max(residual, left if fits else 0.0)
        differs |= fits and any(outcome is wrong for wrong in part.wrong)
    return (count, -residual) if differs else (0, 0.0)


def _made(task, function, own, case):
    """What a mistake gives for a case, with the reader's own defaults where none are given; None if it raises."""
    options = {**own, **case.options} if case.kind == "default" else case.options
    try:
        with np.errstate(all="ignore"):
            return task.family.play(function, replace(case, options=options))
    except Exception:
        return None


def _fits(task, function, own, outcome):
    return _left(_made(task, function, own, outcome.case), outcome) <= LOOSE


def _left(made, outcome):
    """The largest error that a mistake leaves of a case."""
    if made is None or made.shape != outcome.theirs.shape:
        return np.inf
    if made.dtype == outcome.theirs.dtype == np.uint8:  # where rounding decides, a few levels may be others
        off = np.abs(made.astype(int) - outcome.theirs)
        return 0.0 if off.max() <= 1 and np.mean(off > 0) < 0.05 else np.inf
    scale = outcome.scale if outcome.theirs.shape == outcome.right.shape else np.max(outcome.scale)
    scale = np.maximum(scale, np.where(np.isfinite(outcome.theirs), np.abs(outcome.theirs), 0))
    return float(np.max(errors(made, outcome.theirs, scale), initial=0.0))


def _ignoring(task, handed):
    """An option that is taken and never used."""
    for name in handed.signature.options:
        if name in task.options and name not in task.free:
            said = f"ignores-{name.replace('_', '-')}", f"{name} is taken and never used.", f"use {name}"
            yield Mistake(task.name, *said, task.block, make=_without(task, name))


def _without(task, name):
    def make(right):
        def function(*data, **options):
            return right(*data, **{**options, name: task.options[name]})

        return function

    return make


def _pins(task, handed):
    """Values that an option may have where the reader's code has no such option."""
    missing = [name for name in task.options if name not in handed.signature.options and name in USUAL]
    singles = [{name: value} for name in missing for value in USUAL[name] if value != task.options[name]]
    return singles if len(missing) < 6 else singles[:20]


def _pinned(task, row, pin):
    ((name, value),) = pin.items()

    def make(right):
        inner = row.make(right)
        return lambda *data, **options: inner(*data, **{**pin, **options})

    default = wrong_default(task, name, value)
    both = (row, replace(default, sentence=default.sentence.replace("unless it is given", "here")))
    return _Both(both, make)


class _Both:
    """Two causes at once."""

    def __init__(self, both, make):
        self.both, self.make = both, make


def _pairs(part, known, own, usable):
    """Two changes at once that give the beginning of the first run."""
    task, changes = part.task, [row for row in known if row.change is not None]
    first = [getattr(task.family, "shortened", lambda o: o)(outcome) for outcome in usable[:1]] if changes else []
    for one, other in itertools.combinations(changes, 2):
        make = task.family.changed(task, lambda a, one=one, other=other: other.change(one.change(a)))
        if _fits(task, make(task.right), own, first[0]):
            yield _Both((one, other), make)


def _lines(task, row):
    """The line of the formula that the mistake changes, and what it makes of it."""
    if row.line is None:
        return ()
    try:
        return tuple(row.line(task))
    except Exception:
        return ()


def _only_extremes(part):
    """Where only large inputs go wrong, that is the cause; or an error that is raised, or float16."""
    if all(o.theirs is not None and o.theirs.dtype == np.float16 for o in part.wrong):
        part.causes.append(Cause(behaviour(part.task, "half")))
        return
    failed = [o for o in part.wrong if o.failure is not None and not o.failure.overflow]
    if all(o.case.kind == "extreme" for o in part.wrong) and not failed:
        finite = any(np.any(~np.isfinite(o.theirs) & np.isfinite(o.right)) for o in part.wrong if o.theirs is not None)
        if finite:
            part.causes.append(Cause(behaviour(part.task, "overflows")))
    elif all(o.failure is not None for o in part.wrong):
        part.causes.append(Cause(behaviour(part.task, "raises")))


def _hint(part):
    """A relation between theirs and the right values that holds everywhere, if there is one."""
    usable = [o for o in _same_shape(part) if o.case.kind in REQUIRED and np.all(np.isfinite(o.theirs))]
    if not usable:
        return ""
    theirs = np.concatenate([o.theirs.ravel().astype(float) for o in usable])
    right = np.concatenate([o.right.ravel().astype(float) for o in usable])
    size = np.max(np.abs(right)) or 1
    with np.errstate(all="ignore"):
        factor = float(theirs @ right / (right @ right)) if np.any(right) else 0
    if abs(factor - 1) < LOOSE:
        factor = 0
    if np.all(np.abs(theirs - factor * right) <= LOOSE * size * max(1, abs(factor))) and factor:
        return (
            "everywhere it is the right value with the sign turned"
            if abs(factor + 1) < LOOSE
            else (f"everywhere it is the right value times {factor:.6g}")
        )
    shift = float(np.median(theirs - right))
    if shift and np.all(np.abs(theirs - right - shift) <= LOOSE * max(size, abs(shift))):
        return f"everywhere it is the right value plus {shift:.6g}"
    return ""
