"""How a reader's code is called: in this process, with copies, and with an eye on what else it does."""

from __future__ import annotations

import contextlib
import inspect
import io
import itertools
import linecache
import os
import random
import sys
import time
import traceback
import warnings

import numpy as np

HOUSE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 1.2  # seconds after which no further case is begun


class Skip(Exception):
    """A case that a reader's kind of implementation cannot have."""


class Failure(Exception):
    """What a reader's code raised, in one line with the place where it was raised."""

    def __init__(self, error, last=""):
        self.error, self.last = error, last
        said = " ".join(str(error).split())
        said = said if len(said) <= 160 else said[:159] + "…"
        super().__init__(f"{type(error).__name__}: {said}" if said else type(error).__name__)

    @property
    def whole(self):
        """With the place."""
        return f"{self} ({self.last})" if self.last else str(self)

    @property
    def overflow(self):
        return isinstance(self.error, (OverflowError, ZeroDivisionError, FloatingPointError)) or (
            isinstance(self.error, ValueError) and "math domain" in str(self.error)
        )


def _where(error):
    """The reader's last line in a traceback: "mine.py, line 3: return 1 / 0"."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith(HOUSE)]
    own = [f for f in frames if "site-packages" not in f.filename and "/lib/python" not in f.filename] or frames
    if not own:
        return ""
    code = (own[-1].line or linecache.getline(own[-1].filename, own[-1].lineno)).strip()
    code = code if len(code) <= 80 else code[:79] + "…"
    return f"{os.path.basename(own[-1].filename)}, line {own[-1].lineno}" + (f": {code}" if code else "")


class Watch:
    """What was seen while a reader's code ran: what it wrote into, what it warned of, whether it printed or drew."""

    def __init__(self):
        self.written, self.warned, self.printed, self.views = {}, {}, False, False
        self.begun = time.perf_counter()
        self._numpy, self._random = np.random.get_state(), random.getstate()  # noqa: NPY002

    @property
    def late(self):
        return time.perf_counter() - self.begun > PATIENCE

    @property
    def drew(self):
        """Whether the global random state has changed; it is put back."""
        state = np.random.get_state()  # noqa: NPY002
        changed = state[2] != self._numpy[2] or not np.array_equal(state[1], self._numpy[1])
        changed = changed or random.getstate() != self._random
        np.random.set_state(self._numpy)  # noqa: NPY002
        random.setstate(self._random)
        return changed

    def call(self, function, *args, label="", **options):
        """The function's result. Arrays among args are handed over as they are: hand over copies."""
        before = [arg.copy() if isinstance(arg, np.ndarray) else None for arg in args]
        sink = io.StringIO()
        with warnings.catch_warnings(record=True) as caught, np.errstate(over="warn", divide="warn", invalid="warn"):
            warnings.simplefilter("always")
            with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
                try:
                    result = function(*args, **options)
                    if inspect.isgenerator(result) or isinstance(result, (map, filter, zip, range)):
                        result = list(itertools.islice(result, 10_000))
                except (Failure, Skip):
                    raise
                except (Exception, SystemExit) as error:
                    raise Failure(error, _where(error)) from None
        self.printed |= bool(sink.getvalue())
        for warning in caught:
            self.warned.setdefault(" ".join(str(warning.message).split()), label)
        for place, (arg, copy) in enumerate(zip(args, before)):
            if copy is not None and not (arg.dtype == copy.dtype and np.array_equal(arg, copy, equal_nan=True)):
                self.written.setdefault(place, label)
        if isinstance(result, np.ndarray):
            self.views |= any(isinstance(arg, np.ndarray) and np.shares_memory(arg, result) for arg in args)
        return result


def tensor(value):
    """A PyTorch tensor of an array, for functions that take nothing else; without torch, Failure."""
    torch = sys.modules.get("torch")
    if torch is None:
        raise Failure(TypeError("no tensors without torch"))
    return torch.as_tensor(np.array(value))


def as_array(result):
    """A result as an array of numbers; whatever it is not raises Failure."""
    try:
        if isinstance(result, (set, dict, str, bytes)) or result is None:
            raise TypeError
        array = np.asarray(result.detach().numpy() if hasattr(result, "detach") else result)  # a PyTorch tensor
        array = array.astype(float) if array.dtype == object else array
    except Exception:
        raise Failure(TypeError(f"returned {_a(result)}, not numbers")) from None
    if array.dtype.kind in "fiub":
        return array
    what = f"numbers of dtype {array.dtype}" if array.dtype.kind == "c" else f"{_a(result)}, not numbers"
    raise Failure(TypeError(f"returned {what}"))


def _a(value):
    return "None" if value is None else f"a {type(value).__name__}"
