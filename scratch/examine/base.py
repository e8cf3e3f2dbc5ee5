"""What is examined: a task per block and side, with the cases that it is called on, and the mistakes that are known."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field

import numpy as np

LOOSE = 1e-6  # relative to the function's size: float32 accuracy. Beyond it, values differ
TIGHT = 1e-9  # beyond it, agreement is noted to be that of float32


@dataclass(frozen=True)
class Case:
    """One call, or one run, whose result is compared.

    label: what the report calls it. data: the inputs. options: by the block's names.
    kind: "values" and "default" (without options) are judged, and "extreme"; "float32" at float32's accuracy; "levels"
    (uint8) where levels come back; "batch", "form" and "shape" where they are taken; "rate", a rate that changes, is
    judged but for forms that are equal while it does not; "many", "whole", "tie" and "note" are only noted.
    """

    label: str
    data: tuple
    options: dict = field(default_factory=dict)
    kind: str = "values"


@dataclass(frozen=True)
class Task:
    """A block, or its gradient: what it must do, and on what this is tried.

    name: the function's or class's, with "_grad" for a gradient. topic, block: page and anchor. right: the block,
    called as its family calls it. options: names and defaults. cases: all that is tried. formula: makes the Formula or
    Algorithm of the options. symbols: the options' symbols in it, by name. family: the module that knows how such
    things are called. gradient: the task of its derivative. free: options whose default is the reader's own business.
    aliases: what readers call options of this task before all else.
    """

    name: str
    topic: str
    block: str
    right: object
    options: dict
    cases: tuple
    formula: object = None
    symbols: dict = field(default_factory=dict)
    family: object = None
    gradient: Task | None = None
    free: tuple = ()
    aliases: dict = field(default_factory=dict)


def options_of(block, left=()):
    """The options of a block with their defaults, but for those that are left."""
    found = inspect.signature(block).parameters.values()
    return {p.name: p.default for p in found if p.default is not p.empty and p.name not in left}


def with_gradient(blocks, name, **shared):
    """The task of a function of a module of blocks, with that of its gradient."""
    right, slope = getattr(blocks, name), getattr(blocks, f"{name}_grad")
    shared["options"] = options_of(right)
    return Task(name, right=right, gradient=Task(f"{name}_grad", right=slope, **shared), **shared)


@dataclass(frozen=True)
class Mistake:
    """A row of the catalogue: how a block is got wrong, or done differently on purpose.

    of: the task's name. name, sentence, mend: what is said. anchor: where its page explains it. make: makes of the task
    what it would be with this mistake, to be called as the block is. line: makes the right and the wrong line, as text.
    variant: a form that others publish under the same name. seen: what is looked for where values cannot show it, the
    name of a behaviour. change: what makes the mistake of an Algorithm, where two can be made at once.
    """

    of: str
    name: str
    sentence: str
    mend: str
    anchor: str
    make: object = None
    line: object = None
    variant: bool = False
    seen: str = ""
    change: object = None


def row(*said, **more):
    """A row of a block's part of a table: name, sentence, mend ("" for the block's usual one), change and more."""
    return said, more


def parts(make):
    """What makes the part of a table that is one block's: of the task's name, the usual mend, and rows."""

    def part(of, mend, *rows):
        return [make(of, name, said, own or mend, *rest, **more) for (name, said, own, *rest), more in rows]

    return part


def scale_of(right, floor=0.0):
    """The size that errors are measured by: each value's own, at least the floor."""
    right = np.abs(np.asarray(right, float))
    return np.maximum(np.where(np.isfinite(right), right, 0), floor)


def errors(theirs, right, scale):
    """Errors by the scale; infinite where one is finite and the other is not, 0 where both are NaN or equal."""
    theirs, right = np.asarray(theirs, float), np.asarray(right, float)
    with np.errstate(all="ignore"):
        error = np.abs(theirs - right) / np.where(scale > 0, scale, 1)
    same = (theirs == right) | (np.isnan(theirs) & np.isnan(right))
    return np.where(same, 0, np.where(np.isnan(error), np.inf, error))
