"""What `mkdocs serve` keeps: the outcomes of blocks, as long as nothing changes that they depend on.

An outcome is kept under the texts that it was computed from, the versions of Python and of all packages, and the
contents of the files that it depends on. The folder can be deleted at any time; `mkdocs build` never reads it.
"""

import hashlib
import os
import pickle
import platform
import sqlite3
import sys
import time
from pathlib import Path

DAYS = 30  # after which an outcome that nobody asked for is forgotten


class Store:
    """Kept outcomes, in a file of SQLite. root: the repository whose files they depend on."""

    def __init__(self, file, root):
        file.parent.mkdir(parents=True, exist_ok=True)
        self.root, self.folder, self.memory = root, str(file.parent), {}
        self.others = set()  # files outside of the package that blocks have read
        self.rows = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self.rows.execute("PRAGMA synchronous = OFF")
        self.rows.execute("CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value BLOB, day INTEGER)")
        self.rows.execute("DELETE FROM kept WHERE day < ?", (today() - DAYS,))

    def begin(self):
        """Begin a build: note what the files and the packages are now. Returns both."""
        self.digests = {}
        package = [path for path in sorted(Path(self.root, "scratch").rglob("*")) if "__pycache__" not in path.parts]
        for name in [*(path.relative_to(self.root).as_posix() for path in package if path.is_file()), *self.others]:
            self._digest(name)
        own = [self.digests[f"scratch/execution/{name}.py"] for name in ("run", "trace", "store")]
        self.base = [sys.version, platform.platform(), os.environ.get("OPENBLAS_CORETYPE"), packages(), own]
        return dict(self.digests), self.base

    def get(self, texts):
        """The outcome that is kept for these texts, if all that it depends on is as it was; else None."""
        key = self._key("needs", texts)
        needs = self._read(key)
        return None if needs is None else self._read(self._key(key, [(need, self._digest(need)) for need in needs]))

    def put(self, texts, outcome, needs):
        """Keep an outcome, unless a file that it depends on has changed since the build began."""
        self.others |= {need for need in needs if not need.startswith("scratch/")}
        now = [(need, _content(Path(self.root, need))) for need in needs]
        if all(self.digests.get(need, digest) == digest for need, digest in now):
            key = self._key("needs", texts)
            self._write(key, needs)
            self._write(self._key(key, now), outcome)

    def latest(self, name, inputs):
        """What was made last under a name, if it was made of the same inputs; else None."""
        made_of, made = self._read(name) or (None, None)
        return made if made_of == self._key(*inputs) else None

    def put_latest(self, name, inputs, made):
        self._write(name, (self._key(*inputs), made))

    def _digest(self, path):
        if path not in self.digests:
            self.digests[path] = _content(Path(self.root, path))
        return self.digests[path]

    def _key(self, *parts):
        return hashlib.sha256(repr((self.base, parts)).encode()).hexdigest()

    def _read(self, key):
        if key not in self.memory:
            row = self.rows.execute("SELECT value FROM kept WHERE key = ?", (key,)).fetchone()
            if row is None:
                return None
            self.memory[key] = row[0]
            self.rows.execute("UPDATE kept SET day = ? WHERE key = ? AND day < ?", (today(), key, today()))
        return pickle.loads(self.memory[key])

    def _write(self, key, value):
        self.memory[key] = pickle.dumps(value)
        self.rows.execute("REPLACE INTO kept VALUES (?, ?, ?)", (key, self.memory[key], today()))


def today():
    return int(time.time() // 86400)


def packages():
    """The installed packages with their versions, as the names of their folders say."""
    found = {entry.name for path in sys.path if os.path.isdir(path) for entry in os.scandir(path)}
    return sorted(name for name in found if name.endswith((".dist-info", ".egg-info")))


def _content(path):
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
