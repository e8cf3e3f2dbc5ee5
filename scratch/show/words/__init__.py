"""The words of all computed output, in one place: an edition in another language translates this folder and its prose.

One file per topic and this one for what they share. Each WORDS maps a key to a text with {placeholders}; a figure's or
table's entry is a pair: its accessible name (what is drawn) and its caption (what to see in it).
"""

from importlib import import_module

WORDS = {
    "formula": "Formula",
    "copy_latex": "Copy LaTeX",
    "copied": "Copied",
    "checked": "Checked in this build",
    "points": "points",
    "steps": "steps",
    "cases": "cases",
    "values": "values",
    "levels": "levels",
    "largest_error": "largest error",
    "allowed": "allowed",
    "ulp": "ULP",
    "conditioned_ulp": '<abbr title="the error in ULP, divided by 1 + |x f′(x) / f(x)|">conditioned ULP</abbr>',
    "relative": "relative",
    "absolute": "absolute",
    "standard_errors": "standard errors",
    "against_formula": "{block} against the formula at 50 digits",
    "table": "Table",
    "search": "Search",
    "epoch": "epoch",
    "seeds": "seeds",
    "not_run": "This notebook was not executed: while serving, that is done only where the environment variable "
    "SCRATCH_NOTEBOOKS is set.",
    "download": "Download this notebook",
    "overview": ("The blocks of the site", ""),
}


def words(topic=None):
    """The function that looks words up for a topic: its own first, then the shared ones."""
    known = {**WORDS, **(import_module(f"scratch.show.words.{topic}").WORDS if topic else {})}

    def word(key, **values):
        entry = known[key]
        return entry.format(**values) if isinstance(entry, str) else tuple(text.format(**values) for text in entry)

    return word


word = words()
