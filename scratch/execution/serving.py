"""What lives from build to build: the workers, and, while serving, the store and the pages that are kept in it.

state: the hook's, which has store, workers, imported (what the workers and this process have imported), press (the
files that make pages of Markdown) and configuration.
"""

from functools import partial
from pathlib import Path

from scratch.execution.run import ROOT, Workers, number_of_workers
from scratch.execution.store import Store


def open_store(state, file):
    """Open the store, or note that what is in the package now is imported."""
    if state["store"] is None:
        state["store"] = Store(file, ROOT)
        state["store"].begin()
    digests = state["store"].digests
    press = [
        (path, digest)
        for path, digest in digests.items()
        if path.startswith(("scratch/show/", "scratch/site/", "scratch/translation/"))
    ]
    state.update(imported=(dict(digests), state["store"].base), press=press)


def workers(state):
    """The workers; None where a build runs in this process."""
    count = number_of_workers()
    if state["workers"] is None and (count > 1 or state["serving"]):
        state["workers"] = Workers(count)
    return state["workers"]


def kept(state, problems, make, name, *inputs):
    """What make() makes of the inputs; while serving, the last one of that name is kept unless it had problems."""
    if state["store"] is None:
        return make()
    inputs, before = (state["press"], state["configuration"], *inputs), len(problems)
    made = state["store"].latest(name, inputs)
    if made is None:
        made = make()
        if len(problems) == before:
            state["store"].put_latest(name, inputs, made)
    return made


def keep_entries(state, problems, index):
    """Let the theme's search index take a page's entries from the store, where its content has not changed."""
    anew = type(index)(**index.config)

    def entries(page):
        anew.entries = []
        anew.add_entry_from_context(page)
        return anew.entries

    def add(page):
        name, inputs = f"entries {page.file.src_uri}", (page.content, page.url, page.title, page.meta)
        index.entries += kept(state, problems, partial(entries, page), name, *inputs)

    index.add_entry_from_context = add


def is_modified(file, docs):
    """Whether the package, or what the page is made of, is newer than it: a topic's folder, for others all of docs."""
    folder, made = Path(docs, file.src_uri.removesuffix(".md")), Path(file.abs_dest_path)
    parts = [Path(docs, file.src_uri), *(folder if folder.is_dir() else Path(docs)).rglob("*.md")]
    sources = [*parts, *(path for path in Path(ROOT, "scratch").rglob("*") if path.is_file())]
    return not made.exists() or max(source.stat().st_mtime for source in sources) > made.stat().st_mtime
