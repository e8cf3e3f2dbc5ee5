"""The shell's way: python -m scratch.examine adam mine.py:MyAdam [--grad NAME].

Exit status: 0 it agrees, 1 it differs, 2 it could not be run.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path

from scratch.examine import examine
from scratch.examine.watch import Failure, Watch


class CannotRunError(Exception):
    """Why nothing could be examined, in one sentence."""


def load(path):
    """The module in a file. What its code raises becomes CannotRunError, with the line."""
    file = Path(path)
    if not file.is_file():
        raise CannotRunError(f"there is no file {path}")
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None:
        raise CannotRunError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(file.stem, module)  # dataclasses look there
    sys.path.insert(0, str(file.resolve().parent))
    try:
        Watch().call(spec.loader.exec_module, module)
    except Failure as failure:
        raise CannotRunError(f"{path} raises {failure.whole}") from None
    return module


def named(module, path, name):
    """What a name, with dots, means in a module."""
    value = module
    for piece in name.split("."):
        if not hasattr(value, piece):
            raise CannotRunError(f"{path} has no {name}")
        value = getattr(value, piece)
    return value


def main(arguments=None):
    """Examine what the arguments name; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m scratch.examine", description=examine.__doc__.splitlines()[0])
    parser.add_argument("block", help="as in its page's anchor (\"adam\"), or its function's or class's name")
    parser.add_argument("implementation", help="FILE:NAME, such as mine.py:MyAdam")
    parser.add_argument("--grad", metavar="NAME", help="the derivative's name in the same file")
    try:
        given = parser.parse_args(arguments)
    except SystemExit as end:
        return end.code
    path, colon, name = given.implementation.rpartition(":")
    try:
        if not colon or not path or not name:
            raise CannotRunError(f"the implementation must be FILE:NAME, got {given.implementation!r}")
        module = load(path)
        grad = named(module, path, given.grad) if given.grad else None
        report = examine(given.block, named(module, path, name), grad=grad)
    except (CannotRunError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 2
    try:
        print(report)
    except UnicodeEncodeError:
        print(str(report).encode("ascii", "replace").decode())
    return 0 if report.agrees else 1 if report.ran else 2


if __name__ == "__main__":
    sys.exit(main())
