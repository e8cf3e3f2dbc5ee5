"""The picture at the head of README.md: a block's formula, its code and its curve, in the light and the dark scheme.

    python -m scratch.site.picture

writes both. The build draws them anew, and says where what is committed is not what it drew.
"""

import html
import inspect
import re
from pathlib import Path

import numpy as np
import ziamath

from scratch.evidence import TOPICS, rows
from scratch.show.check import comparisons
from scratch.show.source import body

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
STYLE = Path(__file__).parents[1] / "show" / "style.css"
SCHEMES = {"light": "[data-md-color-scheme]", "dark": '[data-md-color-scheme="slate"]'}
WIDTH, HEIGHT, LEFT, TOP = 880, 300, 576, 36  # of the picture, and of the curve in it


def pictures(block="elu"):
    """Both pictures as SVG, by file name. block: one of a topic whose rows are functions of x."""
    row = next(row for topic in TOPICS for row in rows(topic, block))
    topic = row.function.__module__.rpartition(".")[2]
    count = sum(made.count for made in comparisons(topic, block))
    return {f"readme-{scheme}.svg": _svg(row, count, _colours(selector)) for scheme, selector in SCHEMES.items()}


def outdated():
    """The names of the pictures that are committed otherwise than they are drawn."""
    drawn = pictures()
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("readme-*.svg")}
    return [name for name in drawn if drawn[name] != committed.get(name)]


def _colours(selector):
    """The style's colours of a scheme, by name."""
    text = STYLE.read_text(encoding="utf-8")
    return dict(re.findall(r"--([\w-]+): (#\w+);", text[text.index(f"\n{selector} {{") :].partition("}")[0]))


def _svg(row, count, colours):
    ink, soft, ok = colours["ink"], colours["soft"], colours["ok"]
    formula, y = "", 62
    for line in row.formula.lines():
        drawing = ziamath.Latex(" = ".join(line), size=21, color=ink)
        formula += _placed(drawing.svg(), 24, y - 30)
        y += drawing.getsize()[1] + 22
    code = [line.strip() for function in (row.function, row.gradient) for line in body(function) if line.strip()]
    lines = "".join(
        f'<text x="24" y="{y + 22 * n:.0f}" fill="{soft}" font-family="ui-monospace, monospace" font-size="12.5">'
        f"{html.escape(line)}</text>"
        for n, line in enumerate(code)
    )
    said = f"{count} values compared with the formula at 50 digits and with PyTorch"
    check = (
        f'<path d="M24 {HEIGHT - 22}l5 6 9-12" fill="none" stroke="{ok}" stroke-width="2.5"/><text x="46" '
        f'y="{HEIGHT - 17}" fill="{ink}" font-family="ui-serif, Georgia, serif" font-size="15">{said}</text>'
    )
    title = html.escape(inspect.getdoc(row.function).partition("\n")[0])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><title>{title}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{colours["paper"]}"/>'
        f"{formula}{lines}{check}{_curves(row, colours)}</svg>\n"
    )


def _placed(svg, x, y):
    """An SVG at a place in another one, its numbers with one digit behind the point."""
    svg = re.sub(r"\d+\.\d+", lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), svg)
    return svg.replace("<svg ", f'<svg x="{x}" y="{y:.0f}" ', 1)


def _curves(row, colours):
    """Value and gradient from -4 to 4, over their axes."""
    x = np.linspace(-4, 4, 161)

    def path(values, stroke, dashes):
        points = " ".join(f"{LEFT + 35 * (a + 4):.1f},{TOP + 38 * (4 - b):.1f}" for a, b in zip(x, values))
        style = f'fill="none" stroke="{stroke}" stroke-width="2.5" stroke-dasharray="{dashes}"'
        return f'<polyline points="{points}" {style}/>'

    grid = "".join(
        f'<path d="M{LEFT + 35 * (a + 4)} {TOP}v228M{LEFT} {TOP + 38 * (4 - b)}h280" stroke="{colours["line"]}"/>'
        for a, b in zip((-4, -2, 0, 2, 4), (-2, 0, 2, 4, 4))
    )
    curves = path(row.function(x), colours["figure-1"], "none") + path(row.gradient(x), colours["figure-2"], "7 4")
    return f"{grid}{curves}"


def main():
    FOLDER.mkdir(exist_ok=True)
    for name, svg in pictures().items():
        (FOLDER / name).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
