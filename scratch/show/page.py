"""What a page needs beyond Markdown: numbers in its prose, anchors that stay, tables that a keyboard can scroll."""

import html
import re

from scratch.show.words import word

_FENCE = re.compile(r"^(?P<indent>[ >\t]*)(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\{\{ ([a-z][a-z0-9_]*) \}\}")
_CODE = re.compile(r"(<pre.*?</pre>|<code.*?</code>)", re.DOTALL)
_values = {}


def let(**values):
    """Give names to computed values: `{{ name }}` in the prose of the same page becomes the value, as given."""
    for name, value in values.items():
        if not isinstance(value, str):
            raise TypeError(f"{name} must be text that is ready to print, got {value!r}")
    _values.update(values)
    return ""


def begin(**values):
    """Forget the names of the page before: each page has its own, and those given here."""
    _values.clear()
    let(**values)


def fill(page):
    """Put the named values into the HTML of a page, outside of its code. An unknown name raises ValueError."""

    def value(match):
        if match[1] not in _values:
            raise ValueError(f"{{{{ {match[1]} }}}}: no block of the page has given this name a value")
        return f'<span class="computed">{_values[match[1]]}</span>'

    parts = _CODE.split(page)
    return "".join(part if i % 2 else _PLACEHOLDER.sub(value, part) for i, part in enumerate(parts))


def fences(markdown):
    """The fenced blocks of a page, as pairs (line number, info string), in order."""
    found, open_mark = [], None
    for match in _FENCE.finditer(markdown):
        mark, info = match["mark"], match["info"].strip()
        if open_mark is None:
            open_mark = mark
            found.append((markdown.count("\n", 0, match.start()) + 1, info))
        elif mark[0] == open_mark[0] and len(mark) >= len(open_mark) and not info:
            open_mark = None
    return found


def anchors(markdown):
    """Give each ### heading below a ## heading with an id the id of both: ### Code below {#gelu} is {#gelu-code}."""
    lines, block, open_mark = markdown.split("\n"), None, None
    for i, line in enumerate(lines):
        fence = _FENCE.match(line)
        if fence:
            open_mark = fence["mark"] if open_mark is None else None if fence["mark"] == open_mark else open_mark
        elif open_mark is None and (heading := re.match(r"## .*\{ ?#([\w-]+).*\}$", line)):
            block = heading[1]
        elif open_mark is None and block and (heading := re.match(r"### ([^{]+)$", line)):
            slug = re.sub(r"[^\w]+", "-", heading[1].strip().lower()).strip("-")
            lines[i] = f"{line} {{ #{block}-{slug} }}"
    return "\n".join(lines)


def accessible(page):
    """Let a keyboard scroll tables, give the search dialog a name and column heads their scope."""
    page = re.sub(r"<table>(.*?)</table>", lambda match: _table(match[1]), page, flags=re.DOTALL)
    dialog = '<div class="md-search" data-md-component="search" role="dialog"'
    return page.replace(f"{dialog}>", f'{dialog} aria-label="{word("search")}">')


def _table(inner):
    inner = re.sub(r"<th(?=[ >])", '<th scope="col"', inner)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{html.escape(word("table"))}">'
        f'<table class="data">{inner}</table></div>'
    )
