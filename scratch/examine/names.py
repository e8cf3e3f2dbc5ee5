"""A block's name, as in its page's anchor or as its function or class is called, to its task."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from scratch.examine.catalogue import TOPICS


@cache
def tasks():
    """All tasks, gradients too, by name."""
    made = [task for topic in TOPICS for task in import_module(f"scratch.examine.topics.{topic}").TASKS]
    made += [task.gradient for task in made if task.gradient]
    return {task.name: task for task in made}


@cache
def _anchors():
    """The names of the tasks that each anchor covers, without gradients."""
    anchors = {}
    for name, task in tasks().items():
        if not name.endswith("_grad") and name != "SGD":
            anchors.setdefault(task.block, []).append(name)
    return anchors


def find(name):
    """The task of a name; ValueError for one that is unknown, or that several functions share."""
    if not isinstance(name, str):
        raise ValueError(f"name must be a block's name, got {name!r}")
    if name in _anchors():
        return _only(name, _anchors()[name])
    if name in tasks():
        return tasks()[name]
    plain = {_plain(known): known for known in [*_anchors(), *tasks()]}
    known = plain.get(_plain(name))
    if known is None:
        raise ValueError(f"name must be one of {', '.join(_anchors())} or a function's or class's name, got {name!r}")
    return _only(known, _anchors()[known]) if known in _anchors() else tasks()[known]


def _only(anchor, names):
    if len(names) > 1:
        raise ValueError(f"{anchor} covers {len(names)} functions: name one of {', '.join(names)}")
    return tasks()[names[0]]


def _plain(name):
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")
