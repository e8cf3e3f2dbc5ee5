"""What a page needs beyond Markdown: its sections, numbers in its prose, tables that a keyboard can scroll."""

import html
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scratch.evidence import TOPICS, blocks
from scratch.translation.marks import marked

_FENCE = re.compile(r"^(?P<indent>[ >\t]*)(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\{\{ ([a-z][a-z0-9_]*) \}\}")
_CODE = re.compile(r"(<pre.*?</pre>|<code.*?</code>)", re.DOTALL)
HEADING = re.compile(r"^## (?P<title>.*?) *\{ ?#(?P<anchor>[\w-]+)(?P<more>[^}]*)\}$", re.MULTILINE)
_CHECK = """```python exec="on" html="on"
from scratch.show.check import checked

print(checked("{topic}", "{block}"))
```
"""
_values = {}
_kept = {}  # the values of each page that was built, by page


@dataclass(frozen=True)
class Piece:
    """A part of a composed page: its text, and the file and line where it stands."""

    text: str
    file: str
    line: int


def compose(page, docs, text, line):
    """The pieces of a page. A topic's is its introduction, a file per block, and what belongs to all of them.

    page: the page's file in docs. text: its Markdown, which begins at that line of the file.
    """
    topic = page.removesuffix(".md")
    if topic == "index":
        return _overview(docs, text, line)
    if topic == "claims":
        from scratch.site.reference import claims

        return [Piece(text.replace("[claims]", claims(docs)), page, line)]
    if topic not in TOPICS:
        return [Piece(text, page, line)]
    closing = HEADING.search(text)
    end = closing.start() if closing else len(text)
    from scratch.show.own import finding  # it needs the catalogue, which no other page does

    sections = []
    for block in blocks(topic):
        sections += _section(docs, topic, block)
        sections.append(Piece(finding(topic, block), sections[-1].file, 1))
    return [Piece(text[:end], page, line), *sections, Piece(text[end:], page, line + text[:end].count("\n"))]


def _section(docs, topic, block):
    """The two pieces of a block's section: its card, and its check with its findings."""
    file = f"{topic}/{block}.md"
    section = Path(docs, file).read_text(encoding="utf-8")
    heading = HEADING.search(section)
    if not heading or heading["anchor"] != block:
        raise ValueError(f"{file} must begin with a heading ## ... {{#{block}}}")
    section = section.replace(heading[0], f"## {heading['title']} {{#{block} .block}}", 1)
    section = re.sub(r"^```python thumbnail\n.*?^```\n+", "", section, flags=re.MULTILINE | re.DOTALL)
    card, finding, rest = section.partition("\n### ")
    check = _CHECK.format(topic=topic, block=block)
    line = card.count("\n") - check.count("\n") + 1
    return Piece(f"{card}\n", file, 1), Piece(f"{check}{finding}{rest}\n", file, line)


def _overview(docs, text, line):
    """The front page: `[card of TOPIC/BLOCK]` is a block's card, `[blocks of TOPIC]` all with thumbnail and idea."""
    pieces, before = [], 0
    for marker in re.finditer(r"^\[(card|blocks) of (\w+)(?:/([\w-]+))?\]$", text, re.MULTILINE):
        pieces.append(Piece(text[before : marker.start()], "index.md", line + text[:before].count("\n")))
        before = marker.end()
        kind, topic, block = marker.groups()
        if kind == "blocks":
            pieces += [_thumbnail(docs, topic, block) for block in blocks(topic)]
        else:
            card, _ = _section(docs, topic, block)
            pieces += [card, Piece(_CHECK.format(topic=topic, block=block), card.file, 1)]
    return [*pieces, Piece(text[before:], "index.md", line + text[:before].count("\n"))]


def _thumbnail(docs, topic, block):
    text = Path(docs, topic, f"{block}.md").read_text(encoding="utf-8")
    heading = HEADING.search(text)
    idea = text[heading.end() :].strip().partition("\n\n")[0]
    drawing = re.search(r"^```python thumbnail\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    line = text[: drawing.start()].count("\n") + 1
    fence = f'```python exec="on" html="on" session="thumbnails"\n{drawing[1]}```'
    link = f"[{heading['title']}]({topic}.md#{block}){{ .card }}"
    return Piece(f"\n{fence}\n\n{link} {idea}\n{{ .glance }}\n", f"{topic}/{block}.md", line - 1)


def let(**values):
    """Give names to computed values: `{{ name }}` in the prose of the same page becomes the value, as given."""
    for name, value in values.items():
        if not isinstance(value, str):
            raise TypeError(f"{name} must be text that is ready to print, got {value!r}")
        if _values.setdefault(name, value) != value:
            raise ValueError(f"{name} has a value already, {_values[name]!r}, got {value!r}")
    return ""


def begin(page, **values):
    """Begin a page: it has its own names, and those given here."""
    global _values
    _values = _kept[page] = {}
    let(**values)


def filled(topic, text):
    """A text of a topic's page, which was built before, with the page's values put in."""
    return _PLACEHOLDER.sub(lambda match: marked(match[1], _kept[f"{topic}.md"][match[1]]), text)


def fill(page):
    """Put the named values into the HTML of a page, outside of its code. An unknown name raises ValueError."""

    def value(match):
        if match[1] not in _values:
            raise ValueError(f"{{{{ {match[1]} }}}}: no block of the page has given this name a value")
        return f'<span class="computed">{marked(match[1], _values[match[1]])}</span>'

    parts = _CODE.split(page)
    return "".join(part if i % 2 else _PLACEHOLDER.sub(value, part) for i, part in enumerate(parts))


@contextmanager
def collected():
    """The names that are given meanwhile, apart from the page's."""
    global _values
    page, _values = _values, {}
    try:
        yield _values
    finally:
        _values = page


def fences(markdown):
    """The fenced blocks of a page, as pairs (line number, info string), in order."""
    return [(line, info) for line, info, _ in fenced(markdown)]


def fenced(markdown):
    """The line number, info string and text, without its indentation, of each fenced block."""
    found, start = [], None
    for match in _FENCE.finditer(markdown):
        mark, info = match["mark"], match["info"].strip()
        if start is None:
            start = match
        elif mark[0] == start["mark"][0] and len(mark) >= len(start["mark"]) and not info:
            lines = markdown[start.end() + 1 : match.start()].split("\n")[:-1]
            text = "\n".join(_without(start["indent"], line) for line in lines)
            found.append((markdown.count("\n", 0, start.start()) + 1, start["info"].strip(), text))
            start = None
    return found


def _without(indent, line):
    return line[len(indent) :] if line.startswith(indent) else line.lstrip()


def accessible(page):
    """Let a keyboard scroll tables, give the search dialog a name and column heads their scope."""
    page = re.sub(r"<table>(.*?)</table>", lambda match: _table(match[1]), page, flags=re.DOTALL)
    dialog = '<div class="md-search" data-md-component="search" role="dialog"'
    return page.replace(f"{dialog}>", f'{dialog} aria-label="Search">')


def _table(inner):
    inner = re.sub(r"<th([^>]*)></th>", r"<td\1></td>", inner)  # a head without words is none
    inner = re.sub(r"<th(?=[ >])", '<th scope="col"', inner)
    return f'<div class="scroll" role="group" aria-label="Table"><table class="data">{inner}</table></div>'


def named(docs, pages):
    """The title of each block of the pages by its place on the site, TOPIC/#BLOCK, for the search."""
    titles = {}
    for topic in [topic for topic in TOPICS if topic in pages]:
        for block in blocks(topic):
            heading = HEADING.search(Path(docs, topic, f"{block}.md").read_text(encoding="utf-8"))
            titles[f"{topic}/#{block}"] = html.unescape(heading["title"])
    return titles
