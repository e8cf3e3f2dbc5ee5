"""What shows that the blocks are right: per topic the rows of one table, which tests, pages and examine read alike.

A file per topic holds ROWS: each row names its block, the options it is called with, and the formula, with the same
options by symbol; `row.comparisons()` makes the comparisons that the row stands for. Recorded results of PyTorch are in
recorded/, made by record.py. Nothing here is a test, and nothing prints HTML.
"""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np

TOPICS = ("activations", "losses", "optimizers", "schedulers", "augmentation")
FORMULA, PYTORCH = "the formula at 50 digits", "PyTorch"


@dataclass(frozen=True)
class Comparison:
    """One comparison that was made: what was called, against what, on how many points, and the largest error.

    kind: what is counted. unit: what the error is measured in. allowed: the largest error that is still agreement.
    """

    what: str
    count: int
    error: float
    allowed: float
    against: str = FORMULA
    kind: str = "points"
    unit: str = "relative"

    @property
    def holds(self):
        return bool(self.error <= self.allowed)  # an error of NaN does not hold


def rows(topic, block=None):
    """The rows of a topic's table, or those of one of its blocks."""
    table = import_module(f"scratch.evidence.{topic}").ROWS
    return [row for row in table if block in (None, row.block)]


def blocks(topic):
    """The names of a topic's blocks, from simple to complex: anchors on its page, files in its folder."""
    return list(dict.fromkeys(row.block for row in rows(topic)))


@cache
def recorded(topic):
    """The arrays that PyTorch and torchvision computed for a topic, by name."""
    with np.load(Path(__file__).parent / "recorded" / f"{topic}.npz") as file:
        return dict(file)
