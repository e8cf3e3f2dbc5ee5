"""Is mine right? A reader's implementation beside the block, its formula, and the mistakes that people write.

`examine("adam", MyAdam)` calls MyAdam as the block is called, compares the results, and returns a report: where they
part, by how much, and which mistake it is. The reader's code runs in the reader's own process.
"""

from __future__ import annotations

from scratch.examine.judge import judge
from scratch.examine.names import find
from scratch.examine.report import Report

__all__ = ["Report", "examine"]


def examine(name, implementation, *, grad=None):
    """Compare an implementation with a block; returns a Report.

    name: the block's name as in its page's anchor ("adam", "leaky-relu"), or its function's or class's ("Adam",
    "huber_loss", "gelu_grad"). implementation: a function or a class, called as the block is; its options may have
    other names. grad: the derivative, of activations and losses; or the name of a method of the implementation.
    Raises ValueError for an unknown name, one that covers several functions (their names are listed), and a grad of a
    block that has none.
    """
    task = find(name)
    if grad is not None and task.gradient is None:
        raise ValueError(f"grad must be None for {task.name}, got {grad!r}")
    if isinstance(grad, str):
        grad = getattr(implementation, grad)
    parts = [judge(task, implementation, _called(implementation))]
    if grad is not None:
        parts.append(judge(task.gradient, grad, _called(grad)))
    return Report(parts)


def _called(implementation):
    name = getattr(implementation, "__name__", None) or type(implementation).__name__
    return name if isinstance(name, str) and name.isprintable() and len(name) < 60 else "it"
