"""The units of a page's HTML: what a catalogue translates, and how a translation is put back.

A unit is the text of an innermost block (a paragraph, a heading, a cell, a caption, a label of a figure), or of an
attribute that is read out. It is written in a short form: `code`, $latex$, [text](target), *em*, **strong**, and
{{ name }} for a value that a block gave. What else stands in a line is {1}, {2}, ...: also each number of what blocks
computed, so that a number that changes leaves the unit as it is. All these are taken from the English page when a
translation is put back, so they cannot drift; `differences` says where a translation lacks one.
"""

import html
import re
from collections import Counter, deque
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    (?P<skipped><pre\b.*?</pre>|<script\b.*?</script>|<style\b.*?</style>|<!--.*?-->|<div\ class="arithmatex">.*?</div>)
    |(?P<live><span\ class="live"\ data-text="(?P<template>[^"]*)">(?P<sentence>[^<]*)</span>)
    |<span\ class="arithmatex">\\\((?P<latex>.*?)\\\)</span>
    |<code\b[^>]*>(?P<code>.*?)</code>
    |(?P<value>(?P<wrapper><span\ class="computed">)?\ue000(?P<name>\w+)\ue001(?P<inner>.*?)\ue002(?(wrapper)</span>))
    |(?P<atom>\ue003.*?\ue004|<math\b.*?</math>|<svg\ class="(?:key|tick)\b.*?</svg>|<br[^>]*>|<wbr>
        |<a\b[^>]*\bheaderlink\b[^>]*>.*?</a>)
    |(?P<tag></?(?P<element>[a-zA-Z][\w-]*)(?:"[^"]*"|'[^']*'|[^"'>])*>)
    |(?P<border>[\ue005\ue006])
    |(?P<text>[^<\ue000\ue003\ue005\ue006]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_POWER = re.compile(r"(?:[\d.]+ × )?[−-]?10<sup>[^<]*</sup>")
_NUMBER = re.compile(r"(?<![\w.,#])[−+-]?(?:\d{1,3}(?:[  ]\d{3})+|\d+(?:[.,]\d+)*)(?:e[−+-]?\d+)?(?![\w])")
_WRITTEN = re.compile(  # what stands in a unit's short form beside text
    r"\\(?P<escaped>.)|`[^`]*`|\$[^$]*\$|\{\{ \w+ \}\}|\{\w+\}|\*\*|\*|(?P<link>\[(?=(?:`[^`]*`|\$[^$]*\$|[^\]])*\]\())"
    r"|\]\((?P<target>[^)]*)\)|</?[a-z]\w*>"
)
_ATTRIBUTE = re.compile(
    r"""(?<=\s)(aria-label|title|alt|placeholder|data-(?:text|other|filter|reset|words))="([^"]*)\""""
)
_INLINE = {"a", "em", "i", "strong", "b", "sup", "sub", "span", "q", "small", "kbd", "abbr", "s", "u", "tspan", "mark"}
_VOID = {"img", "input", "hr", "link", "meta", "source", "col"}
_ALONE = {"kind", "colon", "says", "gloss", "tag", "cap", "turn", "ln"}  # spans that are units of their own
_COMPUTED = {"table", "figure", "svg", "button", "checked", "eq", "fold", "ran", "turn"}  # elements and classes
_MARKS = {"em": "*", "i": "*", "strong": "**", "b": "**"}


@dataclass
class Piece:
    """A part of a line: what stands for it in the short form (None for text), and its HTML."""

    written: str
    html: str
    kind: str = "atom"
    element: str = ""


def rewritten(content, translate, mark=False):
    """A page's HTML, its units replaced by what translate(unit, anchor) gives; None leaves the English.

    unit: a Unit. anchor: the id of the heading it stands below. mark: whether English that is left is marked as such.
    """
    return _Rewriter(translate, mark).page(content)


def text_rewritten(text, translate, anchor=""):
    """A plain text (an attribute, a title, a word of a script), translated."""
    unit = Unit(_pieces_of_text(html.escape(text), computed=True))
    made = translate(unit, anchor) if unit.has_words else None
    return text if made is None else html.unescape(unit.put_back(made))


class Unit:
    """A unit: its short form, and what the parts of that stand for."""

    def __init__(self, pieces):
        count, self.parts, written = 0, [], []
        for piece in pieces:
            form = piece.written
            if form is None:
                form = _escaped(" ".join(html.unescape(f".{piece.html}.").split())[1:-1])
            elif form == "{}":
                count += 1
                form = f"{{{count}}}"
            if piece.written is not None:
                self.parts.append((form, piece.html))
            written.append(form)
        self.text = re.sub(r"\s+", " ", "".join(written)).strip()

    @property
    def has_words(self):
        words = re.sub(r"\]\([^)]*\)|`[^`]*`|\$[^$]*\$|\{\{ \w+ \}\}|\{\w+\}|</?[a-z]\w*>", " ", self.text)
        return bool(re.search(r"[^\W\d_]{2}", words))

    @property
    def values(self):
        """What numbered and named parts stand for here, as text."""
        shown = [(form, html.unescape(re.sub(r"<[^>]+>", "", part))) for form, part in self.parts if form[0] == "{"]
        return ", ".join(f"{form.strip('{ }')} = {value.strip()}" for form, value in shown if value.strip())

    def put_back(self, translation):
        """The HTML of a translation. Raises ValueError where it lacks a part."""
        problems = differences(self.text, translation)
        if problems:
            raise ValueError("; ".join(problems))
        parts, output, links, before = {}, [], [], 0
        for form, part in self.parts:
            parts.setdefault(form, deque()).append(part)
        opened = {form: iter(list(found)) for form, found in parts.items() if form.startswith("](")}
        opening = {form: deque(link for link in self._links(form)) for form in opened}
        for match in _WRITTEN.finditer(translation):
            output.append(html.escape(translation[before : match.start()], quote=False))
            before, form = match.end(), match[0]
            if match["escaped"]:
                output.append(html.escape(match["escaped"], quote=False))
            elif match["link"]:
                links.append(len(output))
                output.append("")
            elif form.startswith("]("):
                output[links.pop()] = opening[form].popleft()
                output.append("</a>")
            else:
                output.append(parts[form].popleft())
        output.append(html.escape(translation[before:], quote=False))
        return "".join(output)

    def _links(self, target):
        """The opening tags of the links that have a target, in order."""
        waiting = []
        for form, part in self.parts:
            if form == "[":
                waiting.append(part)
            elif form.startswith("]("):
                tag = waiting.pop()
                if form == target:
                    yield tag


def differences(text, translation):
    """What a translation lacks of the parts of its unit, or has too many of; also where a part is not closed."""
    wanted, found = (Counter(_parts(one)) for one in (text, translation))
    problems = [f"lacks {part}" for part, count in wanted.items() if found[part] < count and "*" not in part[:2]]
    problems += [f"has {part} that the English has not" for part, count in found.items() if wanted[part] < count]
    odd = [part for part in ("*", "**") if found[part] % 2]
    open_ = re.sub(r"<(\w+)>((?!</?\1>).)*</\1>", "", translation)
    return [*problems, *(f"an open {part}" for part in [*odd, *re.findall(r"</?[a-z]\w*>", open_)])]


def _parts(text):
    return [match[0] for match in _WRITTEN.finditer(text) if not match["escaped"] and not match["link"]]


def _escaped(text):
    return re.sub(r"[\\`*$]|\{(?=[{\w])|<(?=/?[a-z]\w*>)|\](?=\()", r"\\\g<0>", text)


def _pieces_of_text(text, computed, named=False):
    """Text (as HTML) as pieces: each number is a part where it was computed, each {name} where that is a template."""
    pattern = "|".join([r"\{\w+\}"] * named + [_NUMBER.pattern] * computed)
    pieces, before = [], 0
    for match in re.finditer(pattern, text) if pattern else ():
        pieces.append(Piece(None, text[before : match.start()], "text"))
        is_name = match[0].startswith("{")
        pieces.append(Piece(match[0] if is_name else "{}", match[0]))
        before = match.end()
    pieces.append(Piece(None, text[before:], "text"))
    return [piece for piece in pieces if piece.html]


class _Rewriter:
    """One walk through a page's HTML: lines are collected up to the next border of a block, then translated."""

    def __init__(self, translate, mark):
        self.translate, self.mark = translate, mark
        self.output, self.line, self.open, self.anchor = [], [], [], ""

    def page(self, content):
        content = _POWER.sub("\ue003\\g<0>\ue004", content)
        for match in _TOKEN.finditer(content):
            getattr(self, f"_{match.lastgroup}")(match)
        self._flush()
        return re.sub("[\ue003\ue004]", "", "".join(self.output))

    @property
    def computed(self):
        return any(computed for _, _, computed in self.open)

    def _skipped(self, match):
        self._flush()
        self.output.append(match[0])

    def _live(self, match):
        """A sentence that a script writes anew: its template is the unit, its words follow."""
        self._flush()
        template = html.unescape(match["template"])
        unit = Unit(_pieces_of_text(match["template"], computed=True, named=True))
        made = self.translate(unit, self.anchor) if unit.has_words else None
        if made is None:
            self.output.append(match[0])
            return
        names = re.findall(r"\{(\w+)\}", template)
        pattern = re.sub(r"\\\{\w+\\\}", "(.*?)", re.escape(template))
        values = dict(zip(names, re.fullmatch(pattern, html.unescape(match["sentence"]), re.DOTALL).groups()))
        new = html.unescape(unit.put_back(made))
        sentence = re.sub(r"\{(\w+)\}", lambda name: values[name[1]], new)
        escaped = html.escape(sentence, quote=False)
        self.output.append(f'<span class="live" data-text="{html.escape(new)}">{escaped}</span>')

    def _latex(self, match):
        formula = html.unescape(match["latex"]).strip()
        self.line.append(Piece("{}" if "$" in formula else f"${formula}$", match[0], "part"))

    def _code(self, match):
        text = html.unescape(re.sub(r"<[^>]+>", "", match["code"]))
        self.line.append(Piece("{}" if re.search(r"[`\n]", text) else f"`{text}`", match[0], "part"))

    def _value(self, match):
        """A value that a block gave; words in it are a unit of their own."""
        inner = _Rewriter(self.translate, False)
        inner.anchor, inner.open = self.anchor, [("", False, True)]
        value = match[0].replace(match["inner"], inner.page(match["inner"]), 1)
        self.line.append(Piece(f"{{{{ {match['name']} }}}}", value, "part"))

    def _atom(self, match):
        self.line.append(Piece("{}", match[0]))

    def _text(self, match):
        self.line += _pieces_of_text(match[0], self.computed)

    def _border(self, match):
        """Where prose that a notebook computed begins or ends."""
        self._flush()
        self.output.append(match[0])
        if match[0] == "\ue005":
            self.open.append(("\ue005", True, True))
        else:
            self.open.pop()

    def _tag(self, match):
        name, tag = match["element"], match[0]
        if tag.startswith("</"):
            self._close(name, tag)
            return
        tag = _ATTRIBUTE.sub(self._attribute, tag)
        classes = set((re.search(r'class="([^"]*)"', tag) or ["", ""])[1].split())
        alone = name not in _INLINE or bool(classes & _ALONE) or " data-slot=" in tag
        if not alone:
            self.line.append(Piece(_opening(name, tag), tag, "open", name))
        else:
            self._flush()
            self.output.append(tag)
            anchor = re.search(r'\sid="([^"]+)"', tag)
            if anchor and name in {"h1", "h2", "h3", "h4", "div"} and not anchor[1].endswith("-listing"):
                self.anchor = anchor[1]
        if name not in _VOID and not tag.endswith("/>"):
            self.open.append((name, alone, bool({name, *classes} & _COMPUTED)))

    def _close(self, name, tag):
        alone = name not in _INLINE
        while self.open:
            opened, alone, _ = self.open.pop()
            if opened == name:
                break
        if alone:
            self._flush()
            self.output.append(tag)
        else:
            self.line.append(Piece("closing", tag, "close", name))

    def _attribute(self, match):
        name, value = match.groups()
        unit = Unit(_pieces_of_text(value, computed=True, named=name == "data-text"))
        made = self.translate(unit, self.anchor) if unit.has_words else None
        return match[0] if made is None else f'{name}="{html.escape(html.unescape(unit.put_back(made)))}"'

    def _flush(self):
        """Translate the line that was collected."""
        before, line, after = _trimmed(_paired(self.line))
        self.line = []
        unit = Unit(line)
        made = self.translate(unit, self.anchor) if unit.has_words else None
        text = "".join(piece.html for piece in line)
        if made is not None:
            text = unit.put_back(made)
        elif self.mark and unit.has_words and not any(name == "svg" for name, _, _ in self.open):
            text = f'<span class="untranslated" lang="en">{text}</span>'
        self.output += [*before, text, *after]


def _opening(name, tag):
    if name == "a":
        return "["
    if name in _MARKS:
        return _MARKS[name]
    series = re.search(r'class="(v\d)"', tag)
    return f"<{series[1] if series else name}>"


def _paired(line):
    """A line whose closing tags are written as their opening ones ask for; what is open at an end is a part."""
    waiting = []
    for piece in line:
        if piece.kind == "open":
            waiting.append(piece)
        elif piece.kind == "close":
            opened = waiting.pop() if waiting else None
            if opened is None:
                piece.written, piece.kind = "{}", "atom"
            elif opened.written == "[":
                target = html.unescape((re.search(r"""href=(["'])(.*?)\1""", opened.html) or [""] * 3)[2])
                piece.written = f"]({target.replace(')', '%29')})"
            else:
                piece.written = opened.written.replace("<", "</")
    for piece in waiting:
        piece.written, piece.kind = "{}", "atom"
    return line


def _trimmed(line):
    """A line without what needs no translation at its ends: (HTML before it, the line, HTML after it)."""
    line, before, after = list(line), [], []
    changed = True
    while changed and line:
        changed = False
        first, last = line[0], line[-1]
        if _is_empty(first):
            before.append(line.pop(0).html)
            changed = True
        elif len(line) > 1 and first.kind == "open" and line[1].kind == "close":
            before += [line.pop(0).html, line.pop(0).html]
            changed = True
        elif _is_empty(last):
            after.insert(0, line.pop().html)
            changed = True
        elif first.kind == "open" and last.kind == "close" and _closes_at(line) == len(line) - 1:
            before.append(line.pop(0).html)
            after.insert(0, line.pop().html)
            changed = True
    if line and line[0].kind == "text":
        text = line[0].html
        before.append(text[: len(text) - len(text.lstrip())])
        line[0] = Piece(None, text.lstrip(), "text")
    if line and line[-1].kind == "text":
        text = line[-1].html
        after.insert(0, text[len(text.rstrip()) :])
        line[-1] = Piece(None, text.rstrip(), "text")
    return before, line, after


def _is_empty(piece):
    return not piece.html.strip() or (piece.kind == "atom" and piece.html.startswith(("<svg", "<br", "</", "<a", "<s")))


def _closes_at(line):
    """Where the element that a line begins with ends in it."""
    depth = 0
    for i, piece in enumerate(line):
        depth += (piece.kind == "open") - (piece.kind == "close")
        if not depth:
            return i
    return -1
