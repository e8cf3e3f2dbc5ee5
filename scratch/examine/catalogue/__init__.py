"""The mistakes and the variants that people write: a table per topic, a row for each."""

from functools import cache
from importlib import import_module

TOPICS = ("activations", "losses", "optimizers", "schedulers", "augmentation")


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
    return task.family.offered(task, row.make(task.right))
