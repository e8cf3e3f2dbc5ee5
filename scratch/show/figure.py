"""Figures: one style, inline SVG that follows the light and the dark scheme, the same from build to build."""

import base64
import hashlib
import html
import io
import re

import matplotlib
import numpy as np
from matplotlib.figure import Figure

# Colours of the light scheme. In the SVG each becomes a CSS variable, which style.css sets for both schemes.
INK, GRID, PAPER = "#1d1f24", "#d5d8de", "#fefefe"
SERIES = ["#1f6fb4", "#c25b00", "#2a7f3e", "#a5367b", "#6a4fb3", "#0f7c8a", "#8a5a2b"]
DASHES = ["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 1))]
_VARIABLES = {INK: "currentColor", GRID: "var(--figure-grid)", PAPER: "var(--md-default-bg-color)"} | {
    colour: f"var(--figure-{i})" for i, colour in enumerate(SERIES, 1)
}
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "scratch",
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "lines.linewidth": 1.7,
    "lines.markersize": 4,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
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
matplotlib.rcParams.update(STYLE)


def panel(width=3.5, height=2.5):
    """A new figure with one pair of axes in the style of the site: (figure, axes). Sizes in inches of 96 pixels."""
    drawing = Figure(figsize=(width, height))
    return drawing, drawing.add_subplot()


def thumbnail(width=1.5, height=1.0):
    """A new figure without axes or text, for an overview: (figure, axes)."""
    drawing, axes = panel(width, height)
    axes.axis("off")
    return drawing, axes


def figure(drawings, words):
    """An HTML figure of one drawing, or of several that stand side by side where there is room.

    words: the pair (accessible name, caption): what is drawn, in plain text, and what to see in it, as HTML.
    """
    name, caption = words
    drawings = drawings if isinstance(drawings, (list, tuple)) else [drawings]
    panels = "".join(
        svg(drawing, name if len(drawings) == 1 else f"{name} ({i})") for i, drawing in enumerate(drawings, 1)
    )
    return f'<figure class="figure"><div class="panels">{panels}</div><figcaption>{caption}</figcaption></figure>'


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
    text = re.sub(r"<[^>]+>", lambda tag: re.sub(r"-?\d+\.\d{3,}", _rounded, tag[0]), text)
    text = re.sub(r"font-family: [^;\"]*;? ?", "", re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", text))
    text = re.sub(r"\n\s*", " ", text)
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, variable)
    text = _own_ids(text, f"f{hashlib.sha256((text + name + key).encode()).hexdigest()[:9]}")
    width, height = (float(re.search(rf'{side}="([\d.]+)pt"', text)[1]) * 96 / 72 for side in ("width", "height"))
    box = re.search(r'viewBox="[^"]*"', text)[0]
    role = f'role="img" aria-label="{html.escape(name)}"' if name else 'aria-hidden="true"'
    return f'<svg {box} width="{width:.0f}" height="{height:.0f}" {role}>' + text[text.index(">") + 1 :].strip()


def _rounded(match):
    return f"{float(match[0]):.2f}".rstrip("0").rstrip(".")


def _own_ids(text, prefix):
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', text))
    text = re.sub(r' id="([^"]+)"', lambda match: f' id="{prefix}-{match[1]}"' if match[1] in used else "", text)
    return re.sub(r'(xlink:href="#|url\(#)', lambda match: f"{match[1].replace('xlink:', '')}{prefix}-", text)


def picture(image, width, alt=""):
    """An image as an <img> element: (H, W, C) or (H, W) array, uint8 or floats in [0, 1]."""
    height = round(width * image.shape[0] / image.shape[1])
    return f'<img src="{_encoded(image)}" width="{width}" height="{height}" alt="{html.escape(alt)}">'


def photographs(images, words, width=160):
    """A figure of labelled images: pairs (array (H, W, C) or (H, W), label). uint8, or floats in [0, 1].

    words: the pair (accessible name, caption). width: in pixels, of each image.
    """
    name, caption = words
    cells = "".join(
        f'<div class="photograph">{picture(image, width, f"{name}: {label}")}<span>{html.escape(label)}</span></div>'
        for image, label in images
    )
    return f'<figure class="figure"><div class="panels">{cells}</div><figcaption>{caption}</figcaption></figure>'


def _encoded(image):
    from PIL import Image

    if image.dtype != np.uint8:
        image = np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
    output = io.BytesIO()
    Image.fromarray(image.squeeze()).save(output, format="WEBP", quality=80, method=6)
    return f"data:image/webp;base64,{base64.b64encode(output.getvalue()).decode()}"
