"""The pictures that a link to a page brings along: a page's title and description, on the site's paper."""

import textwrap
from io import BytesIO

import matplotlib.font_manager
from matplotlib.figure import Figure

from scratch.show.figure import GRID, INK, PAPER, SERIES, SOFT
from scratch.site.fonts import MATH, file

WIDTH, HEIGHT = 1200, 630  # pixels, as those who show such pictures ask for
_TEXT = matplotlib.font_manager.FontProperties(fname=file(*MATH))
_MARK = [(0.08, 0.5), (0.36, 0.18), (1, 1)]  # a tick, in parts of its height


def name(uri):
    """The file of a page's picture, among the assets."""
    return f"cards/{uri.rpartition('.')[0].replace('/', '-')}.png"


def pictures(pages):
    """The pictures of all pages, by file name. pages: title and description of each, by its file."""
    return {name(uri): drawn(*words) for uri, words in pages.items()}


def drawn(title, description):
    """The picture of a page, as PNG."""
    card = Figure(figsize=(WIDTH / 100, HEIGHT / 100), facecolor=PAPER, layout="none")
    card.text(0.07, 0.7, title, fontproperties=_TEXT, size=54 if len(title) < 22 else 40, color=INK, va="center")
    lines = "\n".join(textwrap.wrap(description, 58)[:4])
    card.text(0.07, 0.56, lines, fontproperties=_TEXT, size=23, color=SOFT, va="top", linespacing=1.5)
    axes = card.add_axes((0, 0, 1, 1), frameon=False, xlim=(0, WIDTH), ylim=(0, HEIGHT), xticks=[], yticks=[])
    axes.plot([84, WIDTH - 84], [112, 112], color=GRID, linewidth=1.5, linestyle="-")
    axes.plot(*zip(*((84 + 30 * x, 62 + 26 * y) for x, y in _MARK)), color=SERIES[2], linewidth=4, linestyle="-")
    said = "Scratch: every formula is executed, and checked, before it is published"
    card.text(0.115, 0.118, said, fontproperties=_TEXT, size=20, color=INK, va="center")
    output = BytesIO()
    card.savefig(output, format="png", dpi=100, metadata={"Software": None})
    return output.getvalue()
