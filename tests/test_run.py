"""The blocks' execution: the same pages whatever the number of workers, and nothing stale in what serve keeps."""

import ast
import os
import shutil
import sys
from dataclasses import replace

import pytest

pytest.importorskip("matplotlib", reason="the site's tools are not installed")

from conftest import ROOT

from scratch.execution import store as stores
from scratch.execution.run import Block, Build, Workers, chains, executed, number_of_workers
from scratch.execution.store import Store

HELPER = """from functools import cache
from pathlib import Path


@cache
def read():
    return (Path(__file__).parent / "recorded" / "note.txt").read_text()


@cache
def read_outside():
    return (Path(__file__).parent.parent.parent / "data.txt").read_text()
"""
TEXTS = {
    "value": ("print('value', 6 * 7)", ""),
    "module": ("from scratch.activations import relu\nprint('relu', relu(2.0))", ""),
    "first": ("n = 1", "s"),
    "second": ("n += 1\nprint(n)", "s"),
    "reads": ("from scratch.evidence.helper import read\nprint('reads', read())", ""),
    "reads again": ("from scratch.evidence import helper\nprint('again', helper.read())", ""),
    "late": ("from importlib import import_module\nprint(import_module('scratch.evidence.helper').read())", ""),
    "reads outside": ("from scratch.evidence.helper import read_outside\nprint(read_outside())", ""),
    "figure": (
        "from scratch.show.figure import panel, svg\ndrawing, axes = panel()\naxes.plot([1, 2])\nprint(svg(drawing, 'a'))",
        "",
    ),
    "names": ("from scratch.show.page import let\nlet(a='1')\nprint(__name__)", ""),
    "picture": (
        "import numpy as np\nfrom scratch.show.figure import picture\nprint(picture(np.zeros((2, 2, 3)), 2, 'a'))",
        "",
    ),
    "settings": ("import numpy as np\nnp.set_printoptions(precision=2)\nprint(np.array([1 / 3]))", ""),
    "after settings": ("import numpy as np\nprint(np.array([1 / 3]))", ""),
    "fails": ("x = 1\nprint(x / 0)", ""),
    "refuted": ("from scratch.show.check import claim\nclaim(1 > 2, 'one')", ""),
}


def blocks(**changed):
    """The blocks by name, some with another text."""
    texts = {name: (changed.get(name, text), session) for name, (text, session) in TEXTS.items()}
    return {name: Block(text, session, "page.md", f"{name}.md", 3) for name, (text, session) in texts.items()}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the package with a module that reads a file."""
    root = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "scratch", root / "scratch", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "scratch/evidence/helper.py").write_text(HELPER)
    (root / "scratch/evidence/recorded/note.txt").write_text("one")
    (root / "data.txt").write_text("one")
    return root


class Serve:
    """What `mkdocs serve` does with the blocks at each edit."""

    def __init__(self, root):
        self.root, self.imported, self.workers = root, None, None
        self.store = Store(root / ".cache" / "blocks.sqlite", root)

    def build(self, shown):
        """The outcomes by name, and the names of the blocks that ran."""
        imported = self.store.begin()
        if imported != self.imported:
            self.close()
            self.workers = Workers(1, str(self.root))
        self.imported = imported
        build = Build(list(shown.values()), self.workers, self.store)
        ran = [name for name, block in shown.items() if block not in build.kept]
        return {name: build.outcome(block) for name, block in shown.items()}, ran

    def close(self):
        if self.workers:
            self.workers.close()


@pytest.fixture(scope="module")
def server(checkout):
    served = Serve(checkout)
    served.build(blocks())
    yield served
    served.close()


def without_needs(outcome):
    return replace(outcome, needs=())


FAILING = ["fails", "refuted"]  # are never kept


def test_what_is_kept_equals_what_is_computed_whatever_the_number_of_workers(checkout, server):
    kept, ran = server.build(blocks())
    assert ran == FAILING
    workers = Workers(2, str(checkout))
    side_by_side, here = Build(list(blocks().values()), workers), Build(list(blocks().values()))
    for name, block in blocks().items():
        assert without_needs(side_by_side.outcome(block)) == without_needs(kept[name])
        if "helper" not in block.source:  # which this process cannot import
            assert here.outcome(block).output == kept[name].output
            assert here.outcome(block).pictures == kept[name].pictures
    workers.close()
    again = Serve(checkout)  # a new process begins with the file
    assert again.build({name: block for name, block in blocks().items() if name not in FAILING})[1] == []
    again.close()


def test_what_blocks_leave(server):
    outcomes, _ = server.build(blocks())
    assert outcomes["value"].output == "value 42\n"
    assert outcomes["second"].output == "2\n"
    assert outcomes["names"].values == (("a", "1"),)
    assert outcomes["picture"].pictures[0][0] in outcomes["picture"].output
    assert outcomes["after settings"].output == "[0.33333333]\n"
    assert "line 2, in <module>\n    print(x / 0)" in outcomes["fails"].error
    assert "ZeroDivisionError" in outcomes["fails"].error
    assert "Refuted: what the page states does not hold: ('one',)" in outcomes["refuted"].error


USE_CHECKS = ["module"]
EDITS = {
    "a block": ({"value": "print('value', 6 * 8)"}, {}, ["value"]),
    "the last of a session": ({"second": "print(n)"}, {}, ["second"]),
    "the first of a session": ({"first": "n = 2"}, {}, ["first", "second"]),
    "a module": ({}, {"scratch/activations.py": lambda text: f"{text}\n# edited\n"}, ["module"]),
    "what a module imports": ({}, {"scratch/checks.py": lambda text: f"{text}\n# edited\n"}, USE_CHECKS),
    "a file that is read": (
        {},
        {"scratch/evidence/recorded/note.txt": lambda text: f"{text}, two"},
        ["reads", "reads again", "late"],
    ),
    "a file outside of the package": ({}, {"data.txt": lambda text: f"{text}, two"}, ["reads outside"]),
    "a file that nobody reads": ({}, {"scratch/losses.py": lambda text: f"{text}\n# edited\n"}, []),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_runs_what_it_affects_and_nothing_else(server, checkout, edit):
    changed, files, expected = EDITS[edit]
    server.build(blocks())
    for name, change in files.items():
        path = checkout / name
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    after, ran = server.build(blocks(**changed))
    assert [name for name in ran if name not in FAILING] == expected
    if edit == "a file that is read":
        assert after["reads again"].output == "again one, two\n"
        assert after["late"].output == "one, two\n"
    if edit == "a file outside of the package":
        assert after["reads outside"].output == "one, two\n"


def test_another_package_runs_all_again(server, tmp_path, monkeypatch):
    assert server.build(blocks())[1] == FAILING
    (tmp_path / "numpy-99.0.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    assert "numpy-99.0.dist-info" in stores.packages()
    assert server.build(blocks())[1] == list(blocks())


@pytest.mark.site
def test_what_changes_while_it_is_computed_is_not_kept(checkout):
    served = Serve(checkout)
    note = checkout / "scratch/evidence/recorded/note.txt"
    served.imported = served.store.begin()
    served.workers = Workers(1, str(checkout))
    note.write_text("changed meanwhile")
    shown = {"reads": replace(blocks()["reads"], source="from scratch.evidence.helper import read\nprint(read())")}
    build = Build(list(shown.values()), served.workers, served.store)
    assert build.outcome(shown["reads"]).output == "changed meanwhile\n"
    assert served.build(shown)[1] == ["reads"]
    assert served.build(shown)[1] == []
    served.close()


@pytest.mark.site
def test_a_worker_that_dies_is_an_error_of_its_block(checkout):
    workers = Workers(1, str(checkout))
    block = Block("import os\nos._exit(3)", "", "page.md", "page.md", 1)
    after = Block("print(1)", "", "page.md", "other.md", 1)
    build = Build([block, after], workers)
    assert "ended: 3" in build.outcome(block).error
    assert build.outcome(after).output == "1\n"
    workers.close()


def test_where_no_process_can_be_started_blocks_run_here(monkeypatch):
    monkeypatch.setattr("subprocess.Popen", lambda *a, **k: (_ for _ in ()).throw(OSError("no processes here")))
    block, workers = blocks()["value"], Workers(2)
    assert Build([block], workers).outcome(block).output == "value 42\n"
    workers.close()


def test_the_number_of_workers(monkeypatch):
    monkeypatch.setenv("SCRATCH_WORKERS", "3")
    assert number_of_workers() == 3
    monkeypatch.setenv("SCRATCH_WORKERS", "")
    assert 1 <= number_of_workers() <= (os.cpu_count() or 1)


def test_sessions_are_chains_and_each_page_has_its_own():
    shown = [
        Block("a", "s", "1", "a.md", 1),
        Block("b", "", "1", "a.md", 2),
        Block("c", "s", "1", "b.md", 1),
        Block("d", "", "1", "a.md", 3),
        Block("e", "s", "2", "a.md", 1),
    ]
    assert [[block.source for block in chain] for chain in chains(shown)] == [["a", "c"], ["b", "d"], ["e"]]
    assert executed([Block("n = 1", "s", "1", "a.md", 1), Block("print(n)", "s", "1", "a.md", 2)])[1].output == "1\n"


def test_what_modules_keep_between_blocks_is_kept_by_cache_in_the_module():
    """There the trace sees of which files it was made; in a class or on an object it would not."""
    for path in (ROOT / "scratch").rglob("*.py"):
        if path.parent.name != "execution":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            kept = [node for node in ast.walk(tree) if getattr(node, "decorator_list", None) and _caches(node)]
            assert set(kept) <= set(tree.body), path


def _caches(node):
    return any("cache" in ast.unparse(decorator) for decorator in node.decorator_list)
