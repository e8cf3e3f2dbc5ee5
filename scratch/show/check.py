"""The line "Checked in this build": comparisons that are made then and there, and fail the build where they fail."""

import html
from functools import cache

from scratch.evidence import blocks, rows
from scratch.show.table import number

MARK = '<svg class="tick" viewBox="0 0 12 12" aria-hidden="true"><path d="M1.5 6.5 4.5 10 10.5 2"/></svg>'


class Refuted(Exception):
    """A statement of the page that its computation does not bear out."""


def claim(holds, *shown):
    """State that something holds; where it does not, the build fails and names what was computed."""
    if not holds:
        raise Refuted("what the page states does not hold" + (f": {shown}" if shown else ""))


@cache
def comparisons(topic, block=None):
    """All comparisons of a block's rows, or of a topic's, made once per build."""
    if block is None:
        return [made for block in blocks(topic) for made in comparisons(topic, block)]
    return [made for row in rows(topic, block) for made in row.comparisons()]


def checked(topic, block):
    """All comparisons of a block's rows, in one line that opens to each; raises where one does not hold."""
    made = comparisons(topic, block)
    for comparison in made:
        claim(comparison.holds, comparison)
    against = dict.fromkeys(comparison.against for comparison in made)
    summary = "; ".join(_summary([c for c in made if c.against == reference], made[0]) for reference in against)
    each = "".join(f"<li>{_sentence(comparison)}</li>" for comparison in made)
    return (
        f'<details class="checked"><summary>{MARK}<span><b>Checked in this build:</b> {summary}.</span></summary>'
        f"<ul>{each}</ul></details>"
    )


def _summary(made, first):
    """How many points were compared, and the error that comes nearest to what is allowed in the first one's unit.

    What the line's first comparison says already is not said again: kinds, and that an error is the largest.
    """
    alike = [comparison for comparison in made if comparison.unit == made[0].unit]
    worst = max(alike, key=lambda comparison: comparison.error / comparison.allowed if comparison.allowed else 0.0)
    kinds = dict.fromkeys(comparison.kind for comparison in made)
    counts = [f"{sum(c.count for c in made if c.kind == kind):,} {kind}".replace(",", " ") for kind in kinds]
    if made[0] is not first:
        counts = [count.removesuffix(f" {first.kind}") for count in counts]
    return f"{' and '.join(counts)} against {worst.against}, {_error(worst, made[0] is first)}"


def _sentence(made):
    what = f"<code>{html.escape(made.what)}</code>"
    return f"{what}: {made.count} {made.kind} against {made.against}, {_error(made)}"


def _error(made, whole=True):
    if not made.allowed:
        return "all equal"
    relative, unit = ("relative ", "") if made.unit == "relative" else ("", f" {made.unit}")
    largest = f"largest {relative}error " if whole else f"{relative}error "
    return f"{largest}{number(made.error, 2)}{unit} (allowed: {number(made.allowed)})"
