"""A card's upper half: each line of a formula typeset, in words, and in the lines of code that compute it."""

import html

from scratch.show.mathml import aligned, row
from scratch.show.source import body, code, fold, inline, listing


def equation(formulas, functions, rows, colours=(), lhs=1.5):
    """Formula, words and code, a row per line of the formula.

    formulas: a Formula or Algorithm, or a list of them; None in a list is a row without a formula. functions: the
    block's functions, methods or classes; the first lines of what is listed. rows: per line of the formulas a tuple of
    its words and the beginnings of the code lines that compute it; each must be a line of one of the functions. A row
    None leaves a line of the formula out. colours: per series a list of what wears its colour: names in the code as
    text, symbols as SymPy objects. lhs: the width of the left sides, in em.
    """
    names = {name: n for n, series in enumerate(colours, 1) for name in series}
    symbols = {name: n for name, n in names.items() if not isinstance(name, str)}
    lines, plain = _lines(formulas, symbols), _lines(formulas, {})
    if len(lines) != len(rows):
        raise ValueError(f"the formula has {len(lines)} lines, the card {len(rows)} rows")
    functions = functions if isinstance(functions, (list, tuple)) else [functions]
    source = _Source(functions)
    steps = [_step(line, words, source, names) for line, words in zip(lines, rows) if words is not None]
    latex = aligned([line for line in plain if line])
    return (
        f'<div class="eq" style="--lhs:{lhs}em" data-shows="{source.shows}" data-search-exclude>'
        f'<div class="bar" id="{{block}}-formula"><h3 class="tag">Formula</h3>'
        f'<button class="copy" type="button" data-clipboard-text="{html.escape(latex)}">copy LaTeX</button></div>'
        f'<div class="bar" id="{{block}}-code"><h3 class="tag">Code</h3><button class="copy" type="button" '
        f'data-listing="{{block}}-listing">copy all {source.length} lines</button></div>'
        f"{''.join(steps)}{source.rest()}</div>"
    )


def _lines(formulas, colours):
    """The lines of all formulas, pairs of LaTeX; None where a row has no formula. Derivatives are proved first."""
    lines = []
    for formula in formulas if isinstance(formulas, (list, tuple)) else [formulas]:
        if getattr(formula, "textbook_derivative", None) is not None:
            formula.prove_derivative()
        lines += [None] if formula is None else formula.lines(colours)
    return lines


def _step(line, words_and_code, source, names):
    words, *beginnings = words_and_code
    codes = "".join(
        f'<span class="ln" style="--i:{len(text) - len(text.lstrip())}">{inline(text.strip(), names)}\n</span>'
        for text in map(source.take, beginnings)
    )
    gloss = f'<span class="gloss">{words}</span>' if words else ""
    return f'<div class="step"><div class="f">{row(*line) if line else ""}{gloss}</div><code>{codes}</code></div>'


class _Source:
    """The lines of the functions that a card shows, and the listing that holds them."""

    def __init__(self, functions):
        owners = [_owner(function) for function in functions]
        first = next(owner for owner in owners if not owner.__name__.startswith("_"))
        self.shows = f"{first.__module__}.{first.__name__}"
        self.bodies = [line for function in functions for line in body(function)]
        self.text = listing(*dict.fromkeys(owners))
        self.length = len(self.text.splitlines())
        self.shown = []

    def take(self, beginning):
        """The next line of code that begins so, ignoring its indentation."""
        for i, line in enumerate(self.bodies):
            if line is not None and line.strip().startswith(beginning):
                self.bodies[i] = None
                self.shown.append(line.strip())
                return line
        raise ValueError(f"no line of the code begins with {beginning!r}")

    def rest(self):
        count = self.length - len(self.shown)
        whole = code(self.text, marked=self.shown, anchor="{block}-listing")
        return fold(f"{count} more lines: docstring and checks, so that it runs alone", whole, "rest fold")


def _owner(function):
    """The class of a method, the function itself otherwise."""
    name, _, method = function.__qualname__.rpartition(".")
    return vars(__import__("importlib").import_module(function.__module__))[name] if method and name else function
