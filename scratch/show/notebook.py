"""Notebooks as mkdocs-jupyter renders them, reduced to what a page of this site is made of."""

import html
import json
import posixpath
import re
from pathlib import Path

from bs4 import BeautifulSoup

from scratch.show.mathml import display, inline
from scratch.show.source import code, fold
from scratch.translation.marks import computed


def clean(rendered):
    """The HTML of an executed notebook, rebuilt: no inlined styles and scripts, code blocks as on the other pages."""
    parts = []
    for cell in BeautifulSoup(rendered, "html.parser").select(".jp-Cell[id]"):
        if "jp-MarkdownCell" in cell["class"]:
            parts.append(_prose(cell.select_one(".jp-MarkdownOutput")))
            continue
        outputs = [_output(output) for output in cell.select(".jp-OutputArea-output")]
        parts += [*outputs, _source(cell.select_one(".jp-InputArea pre").get_text().strip("\n"), bool(outputs))]
    return "\n".join(parts)


def _source(text, ran, limit=12):
    """A cell's code, folded where it is longer than a dozen lines."""
    count = len(text.splitlines())
    what = "that computed this" if ran else "of this step"
    return fold(f"the {count} lines {what}", code(text)) if count > limit else code(text)


def _prose(element):
    for anchor in element.select("a.anchor-link"):
        anchor["class"] = "headerlink"
        anchor["title"] = anchor["aria-label"] = "¶"
    for heading in element.select("h1 a.headerlink"):
        heading.decompose()
    text = element.decode_contents()
    text = re.sub(r"\$\$(.+?)\$\$", lambda match: display(html.unescape(match[1])), text, flags=re.DOTALL)
    return re.sub(r"(?<![\\$])\$([^$\n]+?)\$", lambda match: inline(html.unescape(match[1])), text)


def _output(element):
    classes = element["class"]
    if "jp-RenderedHTML" in classes:
        return element.decode_contents()
    if "jp-RenderedMarkdown" in classes:
        return computed(_prose(element))
    if "jp-RenderedText" in classes and "stderr" not in str(element.get("data-mime-type")):
        return code(element.get_text().strip("\n"), "text")
    raise ValueError(f"an output that has no accessible form on a page: {' '.join(classes)}")


def links(content, file, files, log):
    """Resolve a notebook's links to pages: the HTML, and {target file: {anchor: link}} for MkDocs to check.

    A link to a file that is not there is logged as a warning.
    """
    anchored = {}

    def resolve(match):
        href = html.unescape(match[1])
        path, _, anchor = href.partition("#")
        if re.match(r"[a-z]+:", href) or not path:
            return match[0]
        target = files.get_file_from_path(posixpath.normpath(posixpath.join(posixpath.dirname(file.src_uri), path)))
        if target is None:
            log.warning("a link to a page that does not exist: %s", href)
            return match[0]
        anchored.setdefault(target, {})[anchor] = href
        return f'href="{html.escape(target.url_relative_to(file) + (f"#{anchor}" if anchor else ""))}"'

    content = re.sub(r'href="([^"]*)"', resolve, content)
    return content, {target: {a: href for a, href in found.items() if a} for target, found in anchored.items()}


def anchors(content):
    """All ids of a page's HTML."""
    return set(re.findall(r' id="([^"]+)"', content))


def failed_cell(path, error):
    """The id of the notebook's cell whose source an execution error quotes."""
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    return next(
        (cell["id"] for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"]) in str(error)), "?"
    )
