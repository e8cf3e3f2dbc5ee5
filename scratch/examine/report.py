"""What was found, as text for a terminal and as a table with a small figure for a notebook."""

from __future__ import annotations

import html
import textwrap

import numpy as np

from scratch.examine.plain import short, two

WIDTH, NOTES = 100, 5


class Report:
    """What was found of a reader's implementation.

    agrees: whether it computes what the block does. ran: whether it could be run at all. cause: the name of the
    mistake, or None. causes: all of them, with name, sentence, mend and place. notes: what is said beside.
    """

    def __init__(self, parts):
        self.parts = parts

    @property
    def agrees(self):
        return all(part.agrees for part in self.parts)

    @property
    def ran(self):
        return all(part.ran for part in self.parts)

    @property
    def causes(self):
        return [cause.mistake for part in self.parts for cause in part.causes]

    @property
    def cause(self):
        return self.causes[0].name if self.causes else None

    @property
    def notes(self):
        return [note for part in self.parts for note in part.notes]

    def __bool__(self):
        raise TypeError("ask a report for .agrees")

    def __repr__(self):
        notes = NOTES if len(self.parts) == 1 else 2
        return "\n".join(line for part in self.parts for line in lines(part, notes))

    def _repr_html_(self):
        return "\n".join(_html(part) for part in self.parts)


def summary(part):
    """The first sentence."""
    if not part.ran:
        return f"{part.task.name}: {part.name} could not be run."
    count = sum(o.right.size for o in part.judged)
    if part.agrees:
        worst = max((o.worst for o in part.judged if o.case.kind in ("default", "values", "batch")), default=0.0)
        error = "no error" if worst == 0 else f"largest error {worst:.1e} of the function's size"
        return f"{part.task.name}: {part.name} agrees, {count} values, {error}."
    if not part.wrong:
        return f"{part.task.name}: {part.name} has the right values ({count} of them), and does not agree."
    bad = sum(int((o.errors > 1e-6).sum()) for o in part.wrong)
    return f"{part.task.name}: {part.name} differs, in {bad} of {max(count, bad)} values."


def places(part):
    """The first and the worst place where it differs: pairs (word, what is said)."""
    if not part.wrong:
        return []
    outcome = part.wrong[0]
    if outcome.theirs is None:
        return [("raised", f"{_at(part, outcome, None)}: {outcome.failure.whole}")]
    if not outcome.shaped:
        said = f"theirs has the shape {outcome.theirs.shape}, right is {outcome.right.shape}"
        return [("first", f"{_at(part, outcome, None)}: {said}")]
    errors = outcome.errors.reshape(outcome.right.shape)
    first = tuple(np.argwhere(errors > 1e-6)[0])
    found = [("first", _difference(part, outcome, first))]
    usable = [o for o in part.wrong if o.shaped]
    other = max(usable, key=lambda o: np.nan_to_num(o.worst, posinf=1e300))
    worst = np.unravel_index(int(np.argmax(other.errors)), other.right.shape)
    if other is not outcome or tuple(worst) != first:
        found.append(("worst", _difference(part, other, tuple(worst))))
    return found


def _difference(part, outcome, index):
    theirs, right = two(outcome.theirs[index], outcome.right[index])
    return f"{_at(part, outcome, index)}: theirs {theirs}, right {right}"


def _at(part, outcome, index):
    place = part.task.family.place(part.task, outcome.case, index) if index is not None else outcome.case.label
    options = ", ".join(f"{name}={short(value, 30)}" for name, value in outcome.case.options.items())
    return ", ".join(piece for piece in (place, options) if piece) or "called without options"


def lines(part, notes=NOTES):
    """A part of the report, as lines of text, with so many notes."""
    said = [summary(part)]
    if not part.ran:
        said += _wrapped(part.problem)
    else:
        for word, place in places(part):
            said += _wrapped(place, word)
    for cause in part.causes[:2]:
        said += _cause(cause, part)
    if part.wrong and part.ran and not part.causes:
        said += _wrapped(part.hint or "none of the known mistakes gives these values", "hint")
        said += _wrapped(_formula(part), "line")
    if part.notes:
        said.append("Notes")
        said += [text for note in part.notes[:notes] for text in _wrapped(note, "-", 4)]
        if len(part.notes) > notes:
            said.append(f"  - and {len(part.notes) - notes} more in .notes")
    return said


def _cause(cause, part):
    mistake = cause.mistake
    said = _wrapped(mistake.sentence, f"{'Variant' if mistake.variant else 'Cause'}: {mistake.name}.", indent=0)
    for word, line in zip(("right", "theirs"), cause.lines):
        said += _wrapped(line, word)
    if mistake.mend:
        said += _wrapped(mistake.mend, "mend")
    said += _wrapped(read(cause, part), "read")
    return said


def read(cause, part):
    """The place on the page."""
    return f"{part.task.topic}/#{cause.mistake.anchor or part.task.block}"


def _formula(part):
    from scratch.examine.plain import line

    formula = part.task.formula and part.task.formula(part.wrong[0].case.options)
    if formula is None:
        return ""
    if hasattr(formula, "assignments"):
        known = [pair for pair in formula.assignments if str(pair[0]) in (r"\theta_t", r"\eta_t")]
        return line(*(known or formula.assignments)[-1])
    if "Matrix" in str(type(formula.left)) + str(type(formula.right)):
        return ""
    if part.task.name.endswith("_grad"):
        return f"the derivative of {line(formula.left, formula.right)}"
    return line(formula.left, formula.right)


def _wrapped(said, word="", hang=9, indent=2):
    if not said:
        return []
    head = f"{' ' * indent}{word:<{hang - indent - 1}} " if word and indent else f"{word} " if word else "  "
    return textwrap.wrap(said, WIDTH, initial_indent=head, subsequent_indent=" " * (hang if indent and word else 2))[:4]


def _html(part):
    rows = [(word, place) for word, place in places(part)] if part.ran else [("", part.problem)]
    for cause in part.causes[:2]:
        mistake = cause.mistake
        rows += [("cause", f"{mistake.name}. {mistake.sentence}"), ("mend", mistake.mend), ("read", read(cause, part))]
    rows += [("note", note) for note in part.notes[:NOTES]]
    if part.hint:
        rows.append(("hint", part.hint))
    cells = "".join(f"<tr><th>{html.escape(a)}</th><td>{html.escape(b)}</td></tr>" for a, b in rows if b)
    return f"<p>{html.escape(summary(part))}</p><table>{cells}</table>{_figure(part)}"


def _figure(part):
    """Theirs beside the right values where they part, as SVG; nothing where matplotlib is missing."""
    outcome = next((o for o in part.wrong if o.shaped), None)
    drawn = outcome and part.task.family.curve(part.task, outcome) if hasattr(part.task.family, "curve") else None
    if not drawn:
        return ""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return ""
    import io

    across, theirs, right, label = drawn
    figure = Figure(figsize=(5.4, 2.2), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(across, right, label="right", color="0.4", linewidth=2)
    axes.plot(across, theirs, label="theirs", color="C3", linestyle="--")
    axes.set_xlabel(label)
    axes.legend(frameon=False)
    sink = io.StringIO()
    figure.savefig(sink, format="svg")
    return sink.getvalue()[sink.getvalue().index("<svg") :]
