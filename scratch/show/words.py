"""The words of all computed output, in one place: a page in another language translates these and nothing else."""

WORDS = {
    "formula": "Formula",
    "copy_latex": "Copy LaTeX",
    "copied": "Copied",
    "checked": "Checked in this build",
    "points": "points",
    "steps": "steps",
    "cases": "cases",
    "largest_error": "largest error",
    "allowed": "allowed",
    "ulp": "ULP",
    "relative": "relative",
    "absolute": "absolute",
    "against_formula": "{block} against the formula at 50 digits",
    "figure": "Figure",
    "search": "Search",
    "table": "Table",
    "code": "Code",
    "paper": "Paper",
    "file": "File",
    "not_run": "Notebooks are executed by `mkdocs build`. To execute them while serving, set the environment variable "
    "`SCRATCH_NOTEBOOKS=1`.",
    "description": "The building blocks of deep learning, explained from their papers, in NumPy, every formula executed.",
}


def word(key, **values):
    """The text for a key, its {placeholders} filled in."""
    return WORDS[key].format(**values)
