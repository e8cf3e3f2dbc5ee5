"""What makes pages of what was executed: a block's output with its text, a page's and a notebook's HTML."""

import html
from dataclasses import replace
from pathlib import Path

from markdown_exec import ExecutionError, base_format, code_block

from scratch.execution.serving import kept
from scratch.show import figure, page
from scratch.show.notebook import anchors, clean, failed_cell, links
from scratch.show.source import ran


def taken_over(outcome):
    """An outcome whose named values and pictures are now the page's."""
    figure.pictures.update(outcome.pictures)
    try:
        page.let(**dict(outcome.values))
    except ValueError as error:
        return replace(outcome, error=str(error))
    return outcome


def formatted(outcome, source, options, md):
    """What a block computed, as markdown-exec formats it, then its text, where that is shown."""

    def printed(*_, **__):
        if outcome.error:
            raise ExecutionError(code_block("python", outcome.error))
        return outcome.output

    visible, result = options["source"], options["result"]
    options = {**options, "source": "", "result": "", "html": options["html"] or bool(visible)}
    output = base_format(language="python", run=printed, code=source, md=md, **options)
    return ran(str(output), source, result or None) if visible and not outcome.error else output


def rendered(state, problems, page, render, outcomes, files, source):
    """Render a page. Its Markdown, what its blocks left, what a notebook holds, and the names of all files make it.

    source: gives the path of the notebook that a notebook's page shows.
    """

    def make():
        before = dict(vars(page))
        render()
        changed = {name: value for name, value in vars(page).items() if before.get(name) is not value}
        links = changed.pop("links_to_anchors", None) or {}
        return changed, {file.src_uri: anchors for file, anchors in links.items()}, state["executed"]

    left = [(block.line, replace(outcome, pictures=(), needs=())) for block, outcome in outcomes]
    inputs = page.markdown, _notebook_text(page, source), left, sorted(files.src_uris)
    changed, links, state["executed"] = kept(state, problems, make, f"page {page.file.src_uri}", *inputs)
    vars(page).update(changed)
    page.links_to_anchors = {files.get_file_from_path(uri): anchors for uri, anchors in links.items()}


def notebook(page, render, source, files, log):
    """Render a notebook's page: mkdocs-jupyter shows the executed copy; that is cleaned, its links are checked."""
    path = page.file.abs_src_path
    try:
        page.file.abs_src_path = source()
        render()
        page.content, page.links_to_anchors = links(clean(page.content), page.file, files, log)
    except Exception as error:  # any failure of a cell, of the kernel or of the output
        log.warning("cell %s: %s", failed_cell(path, error), error)
        page.content = f'<pre class="problem">{html.escape(str(error))}</pre>'
    page.file.abs_src_path = path
    page.present_anchor_ids = anchors(page.content)


def _notebook_text(page, source):
    try:
        return Path(source()).read_bytes() if page.file.src_uri.endswith(".ipynb") else b""
    except Exception as error:  # which its rendering will meet again, and report
        return repr(error)
