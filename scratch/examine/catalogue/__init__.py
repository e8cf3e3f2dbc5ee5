"""The mistakes and the variants that people write: a table per topic, a row for each."""

from functools import cache
from importlib import import_module
from types import SimpleNamespace

import numpy as np

from scratch.evidence import TOPICS
from scratch.examine.adapt import with_signature


def table():
    """All rows, topic by topic."""
    return [row for topic in TOPICS for row in _of(topic)]


def _of(topic):
    return import_module(f"scratch.examine.catalogue.{topic}").ROWS


@cache
def rows(name):
    """The rows of a task, by its name."""
    from scratch.examine.names import tasks

    return [row for row in _of(tasks()[name].topic) if row.of == name]


def written(row):
    """A row's mistake as a reader would have written it, to be handed to `examine`."""
    from scratch.examine.names import tasks

    task = tasks()[row.of]
    offered = getattr(task.family, "offered", with_signature)
    return offered(task, (row.make or BEHAVIOURS[row.seen])(task.right))


# What values cannot show: the block itself, and what it does beside


def _writing(block):
    def function(*data, **options):
        result = block(*data, **options)
        data[0][...] = np.resize(result, data[0].shape)
        return result

    return function


def _broadcasting(block):
    return lambda *data, **options: block(*map(np.ascontiguousarray, np.broadcast_arrays(*data)), **options)


def _viewing(block):
    return lambda image, **options: image[..., ::-1, :]


def _copying(block):
    def make(params, **options):
        copies = [param.copy() for param in params]
        return SimpleNamespace(params=copies, step=block(copies, **options).step)

    return make


BEHAVIOURS = {"writes": _writing, "broadcasts": _broadcasting, "views": _viewing, "not-in-place": _copying}
