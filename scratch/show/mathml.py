"""Math: LaTeX to MathML at build time, and the characters that it draws."""

import html
import re
from functools import cache

from math_core import LatexError, LatexToMathML

from scratch.formulas.typesetting import COLOURS

_DISPLAY = re.compile(r'<div class="arithmatex">\\\[(.*?)\\\]</div>', re.DOTALL)
_INLINE = re.compile(r'<span class="arithmatex">\\\((.*?)\\\)</span>([.,;:!?)’”가-힣]*)', re.DOTALL)
_COLOUR = re.compile(r'<mrow style="color:(#\w{6});">')
_PRIME = re.compile(r"<msup>((?:(?!<msup>).)*?)<mo>′</mo></msup>")  # the font's prime is raised already
ITALIC = (("A", "Z", 0x1D434), ("a", "z", 0x1D44E), ("Α", "Ω", 0x1D6E2), ("α", "ω", 0x1D6FC))
ALWAYS = "√‾¯ˆ˜"  # drawn for msqrt and accents, without standing in the text


def aligned(rows):
    """The LaTeX of pairs (left, right), one below the other."""
    if len(rows) == 1:
        return f"{rows[0][0]} = {rows[0][1]}"
    return r"\begin{aligned} " + r" \\ ".join(f"{left} &= {right}" for left, right in rows) + r" \end{aligned}"


def row(left, right):
    """One line of a card's formula as MathML, its colours as classes v1, v2, ..."""
    math = _mathml(rf"\begin{{aligned}} {left} &= {right} \end{{aligned}}", True)
    return f'<div class="math">{_COLOUR.sub(_series, math)}</div>'


def display(latex):
    """A displayed formula as the Markdown extension arithmatex writes it; `convert` makes MathML of it."""
    return f'<div class="arithmatex">\\[{html.escape(latex)}\\]</div>'


def inline(latex):
    """The same for a formula in a line of text."""
    return f'<span class="arithmatex">\\({html.escape(latex)}\\)</span>'


def convert(page):
    """Replace all LaTeX of an HTML page by MathML; a formula that is not valid raises ValueError."""
    page = _DISPLAY.sub(lambda match: _block(html.unescape(match[1]).strip()), page)
    return _INLINE.sub(_in_line, page)


def _series(match):
    return f'<mrow class="v{_series_of_colours()[match[1]]}">'


@cache
def _series_of_colours():
    """The number of the series that a colour stands for, by its code."""
    coloured = _mathml("".join(rf"\textcolor{{{name}}}{{x}}" for name in COLOURS), False)
    return {code: n for n, code in enumerate(_COLOUR.findall(coloured), 1)}


def _in_line(match):
    """A formula in a line of text; what follows it without a space stays with it."""
    math = _mathml(html.unescape(match[1]).strip(), False)
    return f'<span class="nb">{math}{match[2]}</span>' if match[2] else math


def _block(latex):
    return (
        f'<div class="formula"><div class="math">{_mathml(latex, True)}</div>'
        f'<button class="copy" type="button" data-clipboard-text="{html.escape(latex)}">copy LaTeX</button></div>'
    )


@cache
def _converter():
    return LatexToMathML(annotation=False, fancy_error=False)


@cache
def _mathml(latex, display):
    try:
        mathml = _converter().convert_with_local_state(latex, displaystyle=display)
    except LatexError as error:
        raise ValueError(f"not a valid formula: {latex} ({error})") from error
    return _PRIME.sub(r'<mrow>\1<mo lspace="0.05em" rspace="0">′</mo></mrow>', mathml).replace(' scriptlevel="0"', "")


def characters(page):
    """All characters that the MathML of a page draws, single letters also in the italic form they are drawn in."""
    drawn = set()
    for math in re.findall(r"<math.*?</math>", page, re.DOTALL):
        math = re.sub(r"<annotation.*?</annotation>", "", math, flags=re.DOTALL)
        drawn.update(html.unescape(re.sub(r"<[^>]+>", "", math)))
        drawn.update(_italic(html.unescape(letter)) for letter in re.findall(r"<mi>([^<]|&[^;]+;)</mi>", math))
    return {character for character in drawn if not character.isspace()}


def _italic(letter):
    special = {"h": "ℎ", "ϵ": "\U0001d716", "ϑ": "\U0001d717", "ϕ": "\U0001d719", "ϱ": "\U0001d71a", "∂": "\U0001d715"}
    for first, last, italic in ITALIC:
        if first <= letter <= last and letter not in special:
            return chr(italic + ord(letter) - ord(first))
    return special.get(letter, letter)
