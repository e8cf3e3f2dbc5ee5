"""PyTorch's and torchvision's own results, recorded by record.py, so that readers need neither."""

from functools import cache
from pathlib import Path

import numpy as np


@cache
def load(topic):
    """The recorded arrays of a topic, by name."""
    with np.load(Path(__file__).parent / f"{topic}.npz") as file:
        return dict(file)
