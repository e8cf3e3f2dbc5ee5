"""Math: LaTeX to MathML at build time, and the subset of a math font that the built pages need."""

import html
import re
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from fontTools import subset
from math_core import LatexError, LatexToMathML

from scratch.show.words import word

_DISPLAY = re.compile(r'<div class="arithmatex">\\\[(.*?)\\\]</div>', re.DOTALL)
_INLINE = re.compile(r'<span class="arithmatex">\\\((.*?)\\\)</span>', re.DOTALL)
_PRIME = re.compile(r"<msup>((?:(?!<msup>).)*?)<mo>′</mo></msup>")  # the font's prime is raised already
_ALWAYS = "√‾¯ˆ˜"  # drawn for msqrt and accents, without standing in the text


def display(latex):
    """A displayed formula as the Markdown extension arithmatex writes it; `convert` makes MathML of it."""
    return f'<div class="arithmatex">\\[{html.escape(latex)}\\]</div>'


def inline(latex):
    """The same for a formula in a line of text."""
    return f'<span class="arithmatex">\\({html.escape(latex)}\\)</span>'


def convert(page):
    """Replace all LaTeX of an HTML page by MathML; a formula that is not valid raises ValueError."""
    page = _DISPLAY.sub(lambda match: _block(html.unescape(match[1]).strip()), page)
    return _INLINE.sub(lambda match: _mathml(html.unescape(match[1]).strip(), False), page)


def _block(latex):
    label = word("copy_latex")
    return (
        f'<div class="formula"><div class="formula-math" tabindex="0" role="group" aria-label="{word("formula")}">'
        f"{_mathml(latex, True)}</div>"
        f'<button class="formula-copy" type="button" aria-label="{label}" title="{label}" '
        f'data-done="{word("copied")}">LaTeX</button></div>'
    )


@cache
def _converter():
    return LatexToMathML(annotation=True, fancy_error=False)


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
    for first, last, italic in (("A", "Z", 0x1D434), ("a", "z", 0x1D44E), ("Α", "Ω", 0x1D6E2), ("α", "ω", 0x1D6FC)):
        if first <= letter <= last and letter not in special:
            return chr(italic + ord(letter) - ord(first))
    return special.get(letter, letter)


def font(drawn):
    """The math font as WOFF2, reduced to the drawn characters. STIX Two Math (OFL), from the package ziamath."""
    options = subset.Options(flavor="woff2", layout_features=["*"], notdef_outline=True)
    options.recalc_timestamp = False
    file = Path(find_spec("ziamath").origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"
    output = BytesIO()
    with subset.load_font(str(file), options) as stix:
        subsetter = subset.Subsetter(options)
        subsetter.populate(text="".join(sorted(drawn | set(_ALWAYS))))
        subsetter.subset(stix)
        subset.save_font(stix, output, options)
    return output.getvalue()
