"""The front page's overview: a link and a small picture for every block of every topic."""

import html
from importlib import import_module

from matplotlib.figure import Figure

from scratch.show.figure import picture, svg

TOPICS = ("activations", "losses", "optimizers", "augmentation", "schedulers")


def overview(topic):
    """All blocks of a topic as links with pictures."""
    cards = "".join(
        f'<a class="card" href="{topic}/#{anchor}">{_drawn(image, anchor)}<span>{html.escape(title)}</span></a>'
        for anchor, title, image in import_module(f"scratch.show.{topic}").thumbnails()
    )
    return f'<div class="cards">{cards}</div>'


def _drawn(image, anchor):
    return svg(image, "", anchor) if isinstance(image, Figure) else picture(image, 96)
