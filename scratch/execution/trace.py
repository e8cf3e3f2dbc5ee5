"""In a worker: notes which files of this repository a block depends on, by what it imports and what it reads.

A module's files are its own and those of what it imports or reads while it is imported. What functools.cache keeps in
a module is kept with the files that it was made of, so that the second block that asks for it depends on them as well.
Bytecode is not used: what is imported is what the files say.
"""

import builtins
import functools
import importlib
import os
import sys
from contextlib import contextmanager
from importlib.machinery import PathFinder, SourceFileLoader
from pathlib import Path

ROOT = str(Path(__file__).parent.parent.parent) + os.sep
_modules = {}  # what a module depends on: names of modules, files
_recording = [set()]


@contextmanager
def recorded():
    """Note what is imported and read meanwhile."""
    needs = set()
    _recording.append(needs)
    try:
        yield needs
    finally:
        _recording.remove(needs) if _recording[-1] is not needs else _recording.pop()


def files(needs):
    """The files, relative to the repository, of names of modules and files: of all that they depend on."""
    found, open_ = set(), list(needs)
    while open_:
        need = open_.pop()
        if need not in found:
            found.add(need)
            open_.extend(_modules.get(need, ()))
    return tuple(sorted(found - set(_modules)))


def begin():
    """Note from now on."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "scratch"]:
        _modules[name] = {os.path.relpath(sys.modules[name].__file__, ROOT).replace(os.sep, "/")}
    sys.meta_path.insert(0, _Finder())
    builtins.__import__ = _imported(builtins.__import__)
    importlib.import_module = _imported(importlib.import_module)
    sys.addaudithook(_opened)


def _imported(import_):
    @functools.wraps(import_)
    def noted(name, *arguments, **options):
        module = import_(name, *arguments, **options)
        level = options.get("level", arguments[3] if len(arguments) > 3 else 0)
        if level:
            package = (options.get("globals") or arguments[0])["__package__"]
            name = importlib.util.resolve_name("." * level + name, package)
        if name.partition(".")[0] == "scratch":
            parts = name.split(".")
            names = [".".join(parts[: i + 1]) for i in range(len(parts))]
            names += [
                f"{name}.{part}" for part in options.get("fromlist", arguments[2] if len(arguments) > 2 else ()) or ()
            ]
            _recording[-1].update(set(names) & set(_modules))
        return module

    return noted


def _opened(event, arguments):
    if event != "open" or not isinstance(arguments[0], (str, bytes)) or set(arguments[1] or "r") & set("wax+"):
        return
    path = os.path.abspath(os.fsdecode(arguments[0]))
    if path.startswith(ROOT):
        parts = path[len(ROOT) :].split(os.sep)
        if not any(part.startswith(".") or part == "__pycache__" for part in parts):
            _recording[-1].add("/".join(parts))


class _Finder:
    """Finds the modules of this repository, and lets them be loaded as below."""

    def find_spec(self, name, path=None, target=None):
        spec = PathFinder.find_spec(name, path, target) if name.partition(".")[0] == "scratch" else None
        if spec and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


class _Loader(SourceFileLoader):
    def get_code(self, name):
        return self.source_to_code(self.get_data(self.path), self.path)

    def exec_module(self, module):
        with recorded() as needs:
            _modules[module.__name__] = needs
            _opened("open", (self.path, "r"))
            super().exec_module(module)
        for name, value in list(vars(module).items()):
            if isinstance(value, functools._lru_cache_wrapper) and value.__module__ == module.__name__:
                setattr(module, name, _Kept(value.__wrapped__))


class _Kept:
    """functools.cache that keeps with each value what it was made of."""

    def __init__(self, function):
        self.function, self.kept = function, {}
        functools.update_wrapper(self, function)

    def __call__(self, *arguments, **options):
        key = arguments, tuple(sorted(options.items()))
        if key not in self.kept:
            with recorded() as needs:
                value = self.function(*arguments, **options)
            self.kept[key] = value, needs
        value, needs = self.kept[key]
        _recording[-1].update(needs)
        return value
