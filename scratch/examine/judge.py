"""What counts: a reader's implementation is called on every case of its task, and what comes back is compared."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from scratch.examine import causes
from scratch.examine.adapt import CHOICES, Unmappable
from scratch.examine.base import LOOSE, TIGHT, Case, Task, errors
from scratch.examine.plain import short, two
from scratch.examine.watch import Failure, Skip, Watch

SINGLE = 1e-5  # what a result computed in float32 may be off, relative to the function's size
HALF = 1e-4  # beyond it, float16 has been in use
JUDGED = ("default", "values", "form", "batch", "levels", "extreme", "rate")


@dataclass(eq=False)
class Outcome:
    """What a case gave: the right result, theirs or the failure, and the errors by the function's size."""

    case: Case
    right: np.ndarray
    scale: object
    theirs: np.ndarray | None = None
    failure: Failure | None = None

    @property
    def shaped(self):
        return self.theirs is not None and self.theirs.shape == self.right.shape

    @property
    def errors(self):
        if not self.shaped:
            return np.full(self.right.shape or (1,), np.inf)
        return np.atleast_1d(errors(self.theirs, self.right, self.scale))

    @property
    def worst(self):
        return float(self.errors.max(initial=0.0))


@dataclass(eq=False)
class Part:
    """What was found of one function: whether it ran, whether it agrees, where it does not, why, and what else."""

    task: Task
    name: str
    ran: bool = True
    problem: str = ""
    outcomes: list = field(default_factory=list)
    wrong: list = field(default_factory=list)  # outcomes that count
    causes: list = field(default_factory=list)  # of class causes.Cause
    faults: list = field(default_factory=list)  # what it does wrong beside its values: causes as well
    notes: list = field(default_factory=list)
    hint: str = ""
    skipped: list = field(default_factory=list)
    refused: list = field(default_factory=list)

    @property
    def agrees(self):
        return self.ran and not self.wrong and not self.faults

    def note(self, said):
        self.notes += [said] if said and said not in self.notes else []

    @property
    def judged(self):
        return [o for o in self.outcomes if o.case.kind in JUDGED and o.theirs is not None]


@cache
def right(name, place):
    """The block's result for the case of a task at this place, computed once."""
    from scratch.examine.names import tasks

    task = tasks()[name]
    with np.errstate(all="ignore"):
        return task.family.play(task.right, task.cases[place])


def judge(task, implementation, name, explain=True):
    """Call a reader's implementation on a task's cases and say what was found.

    explain: whether causes are looked for.
    """
    part, watch = Part(task, name), Watch()
    try:
        handed = task.family.adapt(task, implementation, watch)
    except (Unmappable, Failure) as problem:
        return _not_run(part, problem)
    for place in range(len(task.cases)):
        if watch.late:
            part.notes.append(f"it is slow: only the first {place} of {len(task.cases)} cases were run")
            break
        _try(part, handed, place)
        if place == 0:
            watch.begun = time.perf_counter()  # what is imported and compiled in the first call does not count
    _without_default(part)
    first = part.outcomes[0] if part.outcomes else None
    if first is None:
        _not_run(part, f"no case could be run: it has no option {' or '.join(part.skipped)}")
    elif first.theirs is None:
        part.wrong = [first]
        _not_run(part, first.failure)
    else:
        _judge(part, handed, watch)
    if first is not None and explain:
        causes.explain(part, handed)
    return part


def _without_default(part):
    """A function that takes tables only: the case of one axis is not what it is judged by."""
    taken = any(o.theirs is not None and o.case.kind == "batch" for o in part.outcomes)
    if taken and part.outcomes[0].theirs is None:
        part.refused.append(part.outcomes[0].case.label)
        part.outcomes = [o for o in part.outcomes if o.theirs is not None]


def _not_run(part, problem):
    part.ran, part.problem = False, getattr(problem, "whole", str(problem))
    return part


def _try(part, handed, place):
    task, case = part.task, part.task.cases[place]
    lost = {name: value for name, value in case.options.items() if name not in handed.signature.options}
    missing = [name for name, value in lost.items() if not same(value, task.options.get(name))]
    if missing:
        part.skipped += [name for name in missing if name not in part.skipped]
        return
    unset = [n for n in handed.signature.options if task.options[n] is None and n not in case.options]
    if any(name not in handed.signature.defaults for name in unset):
        return  # what the reader asks for has no default value that could be handed over
    answer = right(task.name, place)
    outcome = Outcome(case, answer, task.family.scale(task, answer, case))
    try:
        outcome.theirs = task.family.play(handed, replace(case, options=filled(task, handed, case)))
        if outcome.theirs.size == answer.size == 1 and outcome.theirs.shape != answer.shape:
            said = f"a single number comes back in the shape {outcome.theirs.shape}, not {answer.shape}"
            part.note(said)
            outcome.theirs = outcome.theirs.reshape(answer.shape)
    except Skip as skip:
        part.note(str(skip))
        return
    except Failure as failure:
        outcome.failure = failure
        if failure.overflow and case.kind in JUDGED:
            outcome.theirs = np.full(answer.shape, np.nan)
    except Exception as error:  # nothing that is handed in may stop the report
        outcome.failure = Failure(error)
    part.outcomes.append(outcome)


def filled(task, handed, case):
    """A case's options, and the block's defaults for those that the reader asks for or has other defaults of."""
    known, defaults = handed.signature.options, handed.signature.defaults
    needed = [name for name in known if name not in defaults or name in task.free]
    if case.kind != "default":
        needed += [name for name in known if name in defaults and not same(defaults[name], task.options[name])]
    given = {name: value for name, value in case.options.items() if name in known}
    return {**{name: task.options[name] for name in needed}, **given}


def same(one, other):
    """Whether two defaults mean the same."""
    if isinstance(other, str) and type(one) in (bool, int):
        return any(known.get(other) == one for known in CHOICES.values())
    if one is None or other is None:
        return one is other or one is None
    try:
        return bool(np.all(np.asarray(one, float) == np.asarray(other, float)))
    except (TypeError, ValueError):
        return one == other


def _judge(part, handed, watch):
    for outcome in part.outcomes:
        kind = outcome.case.kind
        if outcome.theirs is None and kind in _KINDS:
            part.refused.append(_label(outcome.case))
        else:
            _KINDS.get(kind, _values)(part, outcome)
    _accuracy(part, handed)
    if part.refused:
        part.notes.insert(0, f"not taken: {'; '.join(dict.fromkeys(part.refused))}")
    part.notes = [*handed.restrictions, *part.notes]
    part.faults += getattr(part.task.family, "behaviours", lambda *_: ())(part, handed)
    _seen(part, handed, watch)


def _label(case):
    """What is not taken: a case, or another form of a value, such as a pair."""
    values = ", ".join(f"{name}={short(value, 20)}" for name, value in case.options.items())
    return values if case.kind == "form" else case.label


def _values(part, outcome):
    if outcome.worst > LOOSE:
        part.wrong.append(outcome)


def _single(part, outcome):
    if part.wrong:
        return
    if outcome.shaped and outcome.worst > HALF:
        part.faults.append(causes.behaviour(part.task, "half"))
    elif outcome.worst > SINGLE:
        part.note(f"in float32 the error reaches {outcome.worst:.1e} of the function's size")


def _shape(part, outcome):
    if outcome.shaped:
        _values(part, outcome)
    else:
        part.note(f"{outcome.case.label} comes back in the shape {outcome.theirs.shape}, not {outcome.right.shape}")


def _batch(part, outcome):
    (_shape if outcome.theirs.ndim else _values)(part, outcome)


def _whole(part, outcome):
    if outcome.worst > LOOSE and not part.wrong:
        part.note("integers give other values than the same floats: the result is cut to whole numbers")


def _noted(part, outcome):
    if outcome.worst > LOOSE and not part.wrong:
        part.note(f"{outcome.case.label} gives {short(outcome.theirs)}, the block {short(outcome.right)}")


def _levels(part, outcome):
    """uint8: judged to the level where uint8 comes back."""
    label = outcome.case.label
    if outcome.theirs.dtype != outcome.right.dtype:
        part.note(f"{label} comes back as {outcome.theirs.dtype}: its levels were not compared")
        outcome.theirs = None
    elif outcome.shaped and _only_ties(part.task, outcome):
        part.note(f"{label}: a value half way between two levels goes to the other one")
    else:
        _values(part, outcome)


def _only_ties(task, outcome):
    off = np.abs(outcome.theirs.astype(int) - outcome.right)
    return bool(off.any() and off.max() == 1 and np.all((off == 0) | task.family.ties(task, outcome.case)))


def _many(part, outcome):
    """A batch of images, which a function for one image need not take."""
    if outcome.worst > LOOSE:
        part.refused.append(outcome.case.label)


def _tie(part, outcome):
    label, count = outcome.case.label, int((outcome.errors > LOOSE).sum())
    if not outcome.shaped:
        part.refused.append(label)
    elif outcome.right.dtype == np.uint8 and outcome.worst > 1:
        part.wrong.append(outcome)
    elif count and not part.wrong:
        part.note(f"{label}: {count} of {outcome.right.size} values fall to the other side of a tie")


_KINDS = {  # the cases that need not be taken
    **{"batch": _batch, "form": _values, "levels": _levels, "many": _many, "float32": _single, "shape": _shape},
    **{"whole": _whole, "note": _noted, "tie": _tie},
}


def _accuracy(part, handed):
    """Notes on digits: agreement as of float32, or lost where the value is small."""
    judged = [o for o in part.judged if o.shaped and o.case.kind != "extreme"]
    if part.wrong or not judged:
        return
    worst = max(o.worst for o in judged)
    if worst > TIGHT:
        part.notes.append(f"accurate to {worst:.0e} of the function's size, as float32 is")
    elif part.task.topic == "activations":
        _tail(part, judged)
    dtypes = {str(o.theirs.dtype) for o in judged if o.theirs.dtype.kind == "f"} - {"float64"}
    if dtypes:
        part.notes.append(f"the result is {min(dtypes)} for float64 input")
    for outcome in part.outcomes if getattr(handed, "how", "array") != "number" else ():
        if outcome.case.kind == "float32" and outcome.theirs is not None and outcome.theirs.dtype == np.float64:
            part.notes.append("float32 comes back as float64")


def _tail(part, judged):
    for outcome in judged:
        with np.errstate(all="ignore"):
            lost = np.abs(outcome.theirs - outcome.right) > LOOSE * np.abs(outcome.right)
        if lost.any():
            places = np.argwhere(lost)
            index = tuple(places[np.argmax(np.abs(outcome.right[lost]))])
            theirs, exact = two(outcome.theirs[index], outcome.right[index])
            at = part.task.family.place(part.task, outcome.case, index)
            part.notes.append(f"digits are lost where the value is small: at {at} theirs is {theirs}, right is {exact}")
            return


def _seen(part, handed, watch):
    """What was seen beside the values: input written into, the global generator, prints, warnings."""
    if watch.written and not getattr(handed, "writes", False):
        part.faults.append(causes.behaviour(part.task, "writes"))
    if not watch.late:
        try:
            case = part.outcomes[0].case
            again = part.task.family.play(handed, replace(case, options=filled(part.task, handed, case)))
        except Failure:
            again = None
        if again is None or not np.array_equal(np.ravel(again), np.ravel(part.outcomes[0].theirs), equal_nan=True):
            part.faults.append(causes.behaviour(part.task, "not-twice"))
    if watch.drew:
        part.notes.append("it draws from the global random state, which no caller can seed apart")
    if watch.views:
        view = causes.behaviour(part.task, "views")
        part.notes.append(f"{view.name}: {view.sentence}")
    for message, label in list(watch.warned.items())[:1]:
        part.notes.append(f"it warns: {short(message, 90)}" + (f" ({label})" if label else ""))
    if watch.printed:
        part.notes.append("it prints while it runs")
    left = [name for name in handed.signature.left if name]
    if left:
        part.notes.append(f"left at its own default: {', '.join(left[:6])}")
    if part.skipped:
        part.notes.append(f"not examined, since there is no such option: {', '.join(part.skipped)}")
