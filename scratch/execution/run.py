"""Executes the blocks of the pages and the notebooks, side by side in worker processes.

What a block computes depends on its text, on the blocks before it in its session and on what it imports; so blocks that
share a session run in order in one process, and all others where there is room. The number of workers changes nothing
on the pages. A worker is a Python of its own that is sent blocks through a pipe; where none can be started, the blocks
run in this process.
"""

import contextlib
import hashlib
import io
import linecache
import os
import pickle
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
import warnings
from concurrent.futures import Future, TimeoutError
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from types import ModuleType

ROOT = str(Path(__file__).parent.parent.parent)


@dataclass(frozen=True)
class Block:
    """A Python block: its text, its session if it has one, its page, and the file of docs and line where it stands."""

    source: str
    session: str
    page: str
    file: str
    line: int

    @property
    def place(self):
        return f"{self.file}, line {self.line}"


@dataclass(frozen=True)
class Outcome:
    """What a block left: the text it printed, or its error; its named values and pictures; the files it depends on."""

    output: str
    error: str = ""
    values: tuple = ()
    pictures: tuple = ()
    needs: tuple = ()


def python_blocks(page, pieces):
    """The Python blocks of a page that are executed, in order."""
    from scratch.show.page import fenced

    return [
        Block(text, (re.findall(r'session="([^"]*)"', info) or [""])[0], page, piece.file, piece.line + line - 1)
        for piece in pieces
        for line, info, text in fenced(piece.text)
        if is_executed(info)
    ]


def is_executed(info):
    """Whether a fence with this info string is a Python block that is executed."""
    return info.startswith("python ") and 'exec="on"' in info


def number_of_workers():
    """One per core; the environment variable SCRATCH_WORKERS sets another number."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, int(os.environ.get("SCRATCH_WORKERS") or cores))


def chains(blocks):
    """The blocks in groups that can run side by side: a session's, or those of a file that have none, in order."""
    groups = {}
    for block in blocks:
        groups.setdefault((block.page, block.session, "" if block.session else block.file), []).append(block)
    return list(groups.values())


def executed(blocks, trace=None):
    """The outcomes of a chain, executed here. trace: the module that notes what a block depends on."""
    outcomes, namespace, needed = [], {}, set()
    for block in blocks:
        with trace.recorded() if trace else contextlib.nullcontext(set()) as needs:
            outcome = _execute(block, namespace if block.session else {})
        needs |= {"scratch.show.figure"} if "matplotlib" in block.source else set()  # its style
        if block.session:
            needed |= needs  # what came before it in its session counts, too
            needs = needed
        outcomes.append(replace(outcome, needs=trace.files(needs)) if trace else outcome)
    return outcomes


def _execute(block, namespace):
    import matplotlib
    import numpy as np

    from scratch.show import figure, page

    name = f"block_{hashlib.sha256(block.source.encode()).hexdigest()[:12]}"
    sys.modules[name] = ModuleType(name)  # dataclasses and pickle look their module up
    linecache.cache[f"<{name}>"] = (len(block.source), None, block.source.splitlines(True), f"<{name}>")
    printed, error, before = io.StringIO(), "", dict(figure.pictures)
    figure.pictures.clear()
    namespace.update(__name__=name, print=partial(_print, printed))
    alone = (np.errstate(), np.printoptions(), matplotlib.rc_context(), warnings.catch_warnings())
    with page.collected() as values, contextlib.ExitStack() as stack:
        for settings in alone:  # what a block sets is gone after it
            stack.enter_context(settings)
        try:
            exec(compile(block.source, f"<{name}>", "exec", dont_inherit=True), namespace)
        except (Exception, SystemExit) as problem:
            error = _traced(problem, f"<{name}>")
    pictures = tuple(figure.pictures.items())
    figure.pictures.update(before)
    return Outcome(printed.getvalue(), error, tuple(values.items()), pictures)


def _print(printed, *values, sep=" ", end="\n", **_):
    printed.write((sep or " ").join(map(str, values)) + ("\n" if end is None else end))


def _traced(problem, name):
    """A traceback that begins in the block."""
    trace = traceback.TracebackException.from_exception(problem)
    frames = list(trace.stack)
    first = next((i for i, frame in enumerate(frames) if frame.filename == name), len(frames))
    trace.stack = traceback.StackSummary.from_list(frames[first:])
    return "".join(trace.format())


def execute_notebook(path):
    """Execute a notebook; the path of a copy that holds its outputs."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    folder = str(Path(path).parent)
    NotebookClient(notebook, timeout=None, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()
    with tempfile.NamedTemporaryFile("w", suffix=".ipynb", delete=False, encoding="utf-8") as copy:
        nbformat.write(notebook, copy)
    return copy.name


# The workers


class Workers:
    """Threads that each have a process of their own, in which they execute chains of blocks, one after the other.

    root: the folder whose package the processes import.
    """

    def __init__(self, count, root=ROOT):
        self.root = root
        self.waiting, self.own, self.here = queue.SimpleQueue(), threading.local(), threading.Lock()
        self.processes, self.threads = [], [threading.Thread(target=self._work, daemon=True) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def submit(self, function, *arguments):
        future = Future()
        self.waiting.put((future, function, arguments))
        return future

    def _work(self):
        for future, function, arguments in iter(self.waiting.get, None):
            try:
                future.set_result(function(*arguments))
            except BaseException as problem:
                future.set_exception(problem)
        self.waiting.put(None)  # for the next thread

    def close(self):
        """End the processes, and forget what they have not begun."""
        with contextlib.suppress(queue.Empty):
            while True:
                self.waiting.get_nowait()
        self.waiting.put(None)
        for process in self.processes:
            process.terminate()
        for thread in self.threads:
            thread.join()
        for process in self.processes:
            with process:  # closes its pipes
                pass

    def run(self, blocks, known):
        """The outcomes of a chain and the comparisons it made; called in a thread. known: those of other chains."""
        try:
            if not hasattr(self.own, "process"):
                self.own.process = _start(self.root)
                self.processes.append(self.own.process)
        except OSError:
            with self.here:
                return executed(blocks), {}
        process = self.own.process
        try:
            pickle.dump((blocks, known), process.stdin)
            process.stdin.flush()
            return pickle.load(process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            del self.own.process
            ended = f"the process that executed this block, or one before it, ended: {process.wait()}"
            return [Outcome("", ended) for _ in blocks], {}


def _start(root):
    life = "import sys; sys.path[0] = sys.argv[1]; from scratch.execution.run import serve_blocks; serve_blocks()"
    return subprocess.Popen([sys.executable, "-c", life, root], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def serve_blocks():
    """A worker's life: chains come in through a pipe, their outcomes go out."""
    from scratch.execution import trace

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a worker ends with the pipe
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what else is printed shall not mix with the answers
    trace.begin()
    from scratch.show.check import comparisons

    while True:
        try:
            blocks, known = pickle.load(requests)
        except (EOFError, KeyboardInterrupt):
            return
        comparisons.kept.update(known)
        before = set(comparisons.kept)
        outcomes = executed(blocks, trace)
        made = {
            key: (value, trace.files(needs)) for key, (value, needs) in comparisons.kept.items() if key not in before
        }
        pickle.dump((outcomes, made), answers)
        answers.flush()


# A build


class Build:
    """The blocks of a build: each is taken from the store, where there is one, or executed.

    Those that read what all checks compared (the front page) run last and are given it, so that nothing is compared
    twice. Without workers all run in this process, each when its outcome is asked for.
    """

    def __init__(self, blocks, workers=None, store=None):
        self.workers, self.store = workers, store
        self.kept, self.futures, self.known = {}, {}, {}
        self.done, self.ran, self.total = 0, 0, len(blocks)
        groups = [chain for chain in map(self._left, chains(blocks)) if chain]
        last = [chain for chain in groups if any("comparisons(" in block.source for block in chain)]
        first = [self._submit(chain, ()) for chain in groups if chain not in last]
        if last and store:
            self.known = dict(self._comparisons())
        for chain in last:
            self._submit(chain, first)

    def _left(self, chain):
        """What of a chain has to run: all up to the last block that is not in the store."""
        left = []
        for i, block in enumerate(chain):
            outcome = self.store and self.store.get(_key(chain, i))
            if outcome:
                self.kept[block] = outcome
            else:
                left = chain[: i + 1] if block.session else [*left, block]
        self.done += len(chain) - len(left)
        return left

    def _comparisons(self):
        """The comparisons in the store."""
        from scratch.evidence import TOPICS, blocks

        for key in [((topic, block), ()) for topic in TOPICS for block in blocks(topic)]:
            comparisons = self.store.get(["comparisons", repr(key)])
            if comparisons:
                yield key, comparisons

    def _submit(self, chain, first):
        future = self.submit(self._run, chain, first)
        self.futures.update({block: (future, chain, i) for i, block in enumerate(chain)})
        return future

    def _run(self, chain, first):
        known = dict(self.known) if first else {}
        for future in first:
            known |= future.result()[1]
        outcomes, made = self.workers.run(chain, known) if self.workers else (executed(chain), {})
        self.done += len(chain)
        return outcomes, made

    def submit(self, function, *arguments):
        """A future of a call that a worker's thread makes."""
        return self.workers.submit(function, *arguments) if self.workers else _Here(function, *arguments)

    def outcome(self, block, say=None):
        """What a block left. say: called every ten seconds until it is done."""
        if block in self.kept:
            return self.kept[block]
        future, chain, i = self.futures[block]
        outcomes, made = waited(future, say)
        self.kept[block] = outcomes[i]
        self.ran += 1
        if self.store and not outcomes[i].error:
            self.store.put(_key(chain, i), outcomes[i], outcomes[i].needs)
            for key, comparisons in made.items():
                self.store.put(["comparisons", repr(key)], comparisons, comparisons[1])
        return outcomes[i]


class _Here:
    """What is executed in this process, when its result is asked for."""

    def __init__(self, function, *arguments):
        self.call = partial(function, *arguments)

    def done(self):
        return True

    def result(self, seconds=None):
        return self.made

    @cached_property
    def made(self):
        return self.call()


def waited(future, say):
    """The result of a future. say: called every ten seconds until it is there, if given."""
    while True:
        try:
            return future.result(10 if say else None)
        except TimeoutError:
            if future.done():
                raise
            say()


def _key(chain, i):
    """What a block's outcome depends on in the pages: its text, and those before it in its session."""
    return [block.source for block in (chain[: i + 1] if chain[i].session else chain[i : i + 1])]
