"""Marks in a page's HTML that only a translation reads: around values that have a name, and prose that was computed."""

import re


def marked(name, value):
    """A value of the page with its name."""
    return f"\ue000{name}\ue001{value}\ue002"


def computed(prose):
    """Prose of which the numbers were computed."""
    return f"\ue005{prose}\ue006"


def unmarked(page):
    """A page without marks."""
    return re.sub("\ue000\\w+\ue001|[\ue002\ue005\ue006]", "", page)
