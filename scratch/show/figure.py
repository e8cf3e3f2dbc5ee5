"""Figures: one style, inline SVG that follows the light and the dark scheme, the same from build to build."""

import hashlib
import html
import io
import re
from dataclasses import replace

import matplotlib
import matplotlib.font_manager
import numpy as np
from matplotlib.figure import Figure

from scratch.site.fonts import SANS, file

# Colours of the light scheme. In the SVG each becomes a CSS variable, which style.css sets for both schemes.
INK, SOFT, GRID, PAPER = "#1b1c1f", "#55565b", "#dedbd1", "#fdfcf9"
SERIES = ["#1f6fb4", "#b85600", "#22763a", "#a5367b", "#6a4fb3", "#0f7480", "#855627"]
DASHES = ["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 1))]
_VARIABLES = {INK: "currentColor", SOFT: "var(--soft)", GRID: "var(--line)", PAPER: "var(--paper)"} | {
    colour: f"var(--figure-{i})" for i, colour in enumerate(SERIES, 1)
}
ASSETS = "scratch-assets:"  # stands for the way from a page to the site's assets
pictures = {}  # the files that the figures of a build show, by name
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "scratch",
    "font.family": ["Source Sans 3"],
    "font.size": 9.75,
    "axes.titlesize": 9.75,
    "axes.titlelocation": "left",
    "xaxis.labellocation": "right",
    "axes.labelpad": 1,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.pad": 2.5,
    "ytick.major.pad": 2.5,
    "axes.labelsize": 9.75,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "lines.linewidth": 1.5,
    "lines.markersize": 4,
    "text.color": INK,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": SOFT,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "axes.prop_cycle": matplotlib.cycler(color=SERIES, linestyle=DASHES),
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}
_fonts = matplotlib.font_manager.fontManager
_fonts.addfont(file(*SANS))
_fonts.ttflist += [  # a variable font holds the weights that text is set in, too
    replace(font, weight=weight) for font in _fonts.ttflist if font.name == "Source Sans 3" for weight in (400, 700)
]
matplotlib.rcParams.update(STYLE)


def panel(width=540, height=270):
    """A new figure with one pair of axes in the style of the site: (figure, axes). Sizes in pixels.

    A card has room for one of 540, or for two of 262 side by side.
    """
    drawing = Figure(figsize=(width / 96, height / 96))
    return drawing, drawing.add_subplot()


def thumbnail(width=144, height=96):
    """A new figure without axes or text, for an overview: (figure, axes)."""
    drawing, axes = panel(width, height)
    axes.axis("off")
    return drawing, axes


def figure(drawings, name, caption):
    """An HTML figure of one drawing, or of several that stand side by side where there is room.

    name: what is drawn, in plain text. caption: what to see in it, as HTML.
    """
    drawings = drawings if isinstance(drawings, (list, tuple)) else [drawings]
    panels = "".join(
        svg(drawing, name if len(drawings) == 1 else f"{name} ({i})") for i, drawing in enumerate(drawings, 1)
    )
    return f'<figure class="figure"><div class="panels">{panels}</div><figcaption>{caption}</figcaption></figure>'


def key(i):
    """A sample of the i-th series' line, from 0, for a table that is a figure's legend."""
    named = {"-": (0, ()), "--": (0, (6, 3)), "-.": (0, (8, 3, 2, 3)), ":": (0, (2, 2))}
    pattern = named.get(DASHES[i], DASHES[i])
    dash = f' stroke-dasharray="{" ".join(map(str, pattern[1]))}"' if pattern[1] else ""
    return f'<svg class="key v{i + 1}" width="26" height="8" aria-hidden="true"><path d="M0 4H26"{dash}/></svg> '


def svg(drawing, name, key=""):
    """A matplotlib figure as an SVG element that can stand in a page: no ids but its own, no styles, no metadata.

    An empty name hides it from screen readers, for a picture that only repeats the text beside it. key: tells pictures
    of one page apart that may be the same.
    """
    output = io.StringIO()
    drawing.savefig(output, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = output.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", lambda tag: re.sub(r"-?\d+\.\d{2,}", _rounded, tag[0]), text)
    text = re.sub(r"font-family: [^;\"]*;? ?", "", re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", text))
    text = re.sub(r"\n\s*", " ", text)
    text = re.sub(r'<g id="m-([\w-]+)">', r'<g data-curve="\1">', text)  # what a script moves
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, variable)
    text = _shortened(text)
    text = _own_ids(text, f"f{hashlib.sha256((text + name + key).encode()).hexdigest()[:9]}")
    width, height = (float(re.search(rf'{side}="([\d.]+)pt"', text)[1]) * 96 / 72 for side in ("width", "height"))
    box = re.search(r'viewBox="[^"]*"', text)[0]
    role = f'role="img" aria-label="{html.escape(name)}"' if name else 'aria-hidden="true"'
    return (
        f'<svg class="plot" {box} width="{width:.0f}" height="{height:.0f}" {role}>'
        + text[text.index(">") + 1 :].strip()
    )


def _shortened(text):
    """The same picture in fewer letters: no spaces that say nothing, no turns by 0."""
    text = re.sub(r' transform="rotate\(-0 [^"]*"|; stroke-linecap: square', "", text)
    text = re.sub(r'(?<= style=")[^"]*', lambda style: re.sub(r"(?<=[;:]) ", "", style[0]), text)
    text = re.sub(r'(?<= d=")[^"]*', lambda path: re.sub(r"\s*([A-Za-z])\s*", r"\1", path[0]).strip(), text)
    return text.replace("> <", "><")


def _rounded(match):
    return f"{float(match[0]):.1f}".removesuffix(".0")


def _own_ids(text, prefix):
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', text))
    text = re.sub(r' id="([^"]+)"', lambda match: f' id="{prefix}-{match[1]}"' if match[1] in used else "", text)
    return re.sub(r'(xlink:href="#|url\(#)', lambda match: f"{match[1].replace('xlink:', '')}{prefix}-", text)


def picture(image, width, alt=""):
    """An image as an <img> element: (H, W, C) or (H, W) array, uint8 or floats in [0, 1]."""
    height = round(width * image.shape[0] / image.shape[1])
    return f'<img src="{_stored(image)}" width="{width}" height="{height}" alt="{html.escape(alt)}" loading="lazy">'


def photographs(images, name, caption, width=160):
    """A figure of labelled images: pairs (array (H, W, C) or (H, W), label). uint8, or floats in [0, 1].

    name: what is shown, in plain text. caption: what to see, as HTML. width: in pixels, of each image.
    """
    cells = "".join(
        f'<div class="photograph">{picture(image, width, f"{name}: {label}")}<span>{html.escape(label)}</span></div>'
        for image, label in images
    )
    return f'<figure class="figure"><div class="panels">{cells}</div><figcaption>{caption}</figcaption></figure>'


def _stored(image):
    """Keep an image as a file of the site; its address, which the hook makes relative to the page."""
    from PIL import Image

    if image.dtype != np.uint8:
        image = np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
    output = io.BytesIO()
    Image.fromarray(image.squeeze()).save(output, format="WEBP", quality=80, method=6)
    name = f"pictures/{hashlib.sha256(output.getvalue()).hexdigest()[:12]}.webp"
    pictures[name] = output.getvalue()
    return f"{ASSETS}{name}"
