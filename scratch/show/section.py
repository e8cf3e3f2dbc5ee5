"""Markdown to sections: a block's heading, idea, formula, figure and facts become its card.

What an author writes is plain Markdown. A heading `## Adam {#adam .block}` begins a block: the paragraph below it is
the idea, the one marked { .meta } its sources; a formula, a figure and a definition list, in any order, make the card.
A heading `### Derivation: what was found.` begins a finding, which opens to all that follows up to the next heading.
"""

import re
import xml.etree.ElementTree as etree

from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE

ANCHORS = {"Claim": "the-paper-s-claim", "Bugs": "bugs-people-write"}  # what the kinds' anchors were called first


class Sections(Extension):
    """The extension as Python-Markdown takes it."""

    def extendMarkdown(self, md):
        md.treeprocessors.register(Kinds(md), "scratch_kinds", 6)  # before toc, which reads the labels
        md.treeprocessors.register(Cards(md), "scratch_cards", 4)  # after toc, which must not list the card's parts


class Kinds(Treeprocessor):
    """Split the headings of findings, "Kind: statement", and give each an id made of its block's and its kind's."""

    def run(self, root):
        block = None
        for heading in root:
            if heading.tag == "h2":
                block = heading.get("id")
            elif heading.tag == "h3" and ": " in (heading.text or ""):
                kind, _, heading.text = heading.text.partition(": ")
                _take_attributes(heading)
                slug = ANCHORS.get(kind) or re.sub(r"\W+", "-", kind.lower()).strip("-")
                heading.set("id", heading.get("id") or f"{block}-{slug}")
                heading.set("data-toc-label", kind)
                heading.set("data-kind", kind)


def _take_attributes(heading):
    """Take the attributes at the end of a heading that attr_list leaves where a {{ name }} stands before them."""
    last = heading[-1] if len(heading) else None
    text = (heading.text if last is None else last.tail) or ""
    found = re.search(r" *\{(?=[^{}]*[#=])([^{}]*)\}$", text)
    if found:
        if last is None:
            heading.text = text[: found.start()]
        else:
            last.tail = text[: found.start()]
        for part in re.findall(r'[\w-]+="[^"]*"|\S+', found[1]):
            key, _, value = part.partition("=") if "=" in part else ("id", "", part.lstrip("#"))
            heading.set(key, value.strip('"'))


class Cards(Treeprocessor):
    """Wrap each section, its card and its findings."""

    def run(self, root):
        top, *sections = _split(root, "h2")
        parts = [_top(self, top)] if any(child.tag == "h1" for child in top) else top
        for section in sections:
            body, *findings = _split(section, "h3")
            card = "block" in (section[0].get("class") or "").split()
            parts.append(self._section(body, findings, card))
        root[:] = parts
        for box in [box for section in root for box in section if box.get("class") == "deep"]:
            _glances(box)

    def _section(self, body, findings, card):
        section = etree.Element("section", {"class": "block" if card else "plain"})
        if card:
            body[0].attrib.pop("class")
            section.extend(self._card(body, body[0].get("id")))
        else:
            section.append(body[0])
            deep = etree.SubElement(section, "div", {"class": "deep"})
            deep.extend(body[1:])
        known = [found for found in findings if found[0].get("data-kind")]
        others = [found for found in findings if not found[0].get("data-kind")]
        for found in others:
            section.extend(found)
        if known:
            section.append(_findings(known))
        return section

    def _card(self, body, anchor):
        """The parts of a card, each put in its place."""
        heading, *rest = body
        meta = [e for e in rest if e.get("class") == "meta"]
        texts = [e for e in rest if e.tag == "p" and e not in meta and self.stashed(e) is None]
        made = {e: self.stashed(e) for e in rest if self.stashed(e) is not None}
        formula = [e for e, html in made.items() if '<div class="eq"' in html]
        check = [e for e, html in made.items() if '<details class="checked"' in html]
        figure = [e for e in made if e not in formula + check]
        for element in formula:
            self.put(element, self.stashed(element).replace("{block}", anchor))
            if meta:
                meta[0].append(_reference(self.stashed(element)))
        header = _element("header", "head", heading, *meta)
        if texts:
            texts[0].set("class", "idea")
            header.append(texts[0])
        lower = _element("div", "lower")
        if figure:
            main = etree.SubElement(lower, "div", {"class": "main"})
            main.append(_tag("Figure", f"{anchor}-figure"))
            main.extend(figure)
        short = [e for e in rest if e.tag == "dl"]
        for element in figure:
            self._place_sliders(element, short)
            self._place_proof(element, check)
        if short:
            side = etree.SubElement(lower, "div", {"class": "short"})
            side.append(_tag("In short", f"{anchor}-short"))
            side.extend(short)
        placed = {*meta, *texts[:1], *formula, *figure, *short, *check}
        left = [e for e in rest if e not in placed]
        return [header, *formula, lower, *check, *left]

    def _place_sliders(self, figure, short):
        """Move a figure's sliders to where the facts say [[name]]; the others stay below the figure."""
        html = self.stashed(figure)
        for slider in re.finditer(r'<span class="turn.*?name="(\w+)".*?</span>', html):
            for part in [part for facts in short for part in facts.iter() if f"[[{slider[1]}]]" in (part.text or "")]:
                part.text = part.text.replace(f"[[{slider[1]}]]", self.md.htmlStash.store(slider[0]), 1)
                self.put(figure, self.stashed(figure).replace(slider[0], "", 1))

    def _place_proof(self, figure, check):
        """Let the check line say what was compared of a figure's script."""
        html = self.stashed(figure)
        proof = re.search(r' data-proof="([^"]*)"', html)
        if proof and check:
            self.put(figure, html.replace(proof[0], "", 1))
            line = f"<li>The figure's script, run in V8, beside the code: {proof[1]}</li></ul>"
            self.put(check[0], self.stashed(check[0]).replace("</ul>", line, 1))

    def stashed(self, element):
        """The HTML that stands for an element until the end, if it is a placeholder."""
        match = HTML_PLACEHOLDER_RE.fullmatch((element.text or "").strip()) if len(element) == 0 else None
        return str(self.md.htmlStash.rawHtmlBlocks[int(match[1])]) if match else None  # Markup escapes what is put in

    def put(self, element, html):
        match = HTML_PLACEHOLDER_RE.fullmatch(element.text.strip())
        self.md.htmlStash.rawHtmlBlocks[int(match[1])] = html


def _glances(box):
    """Put pictures, each followed by a paragraph marked { .glance }, side by side."""
    children = []
    for element in list(box):
        if "glance" not in (element.get("class") or "").split():
            children.append(element)
            continue
        picture = children.pop()
        if not children or children[-1].get("class") != "glances":
            children.append(etree.Element("div", {"class": "glances", "data-filter": "Filter the blocks by a word"}))
        element.set("class", "says")
        children[-1].append(_element("div", "glance", picture, element))
    box[:] = children


def _split(elements, tag):
    """The elements before the first heading of this level, then each heading with what follows it."""
    parts = [[]]
    for element in elements:
        if element.tag == tag:
            parts.append([])
        parts[-1].append(element)
    return parts


def _element(tag, kind, *children):
    element = etree.Element(tag, {"class": kind})
    element.extend(children)
    return element


def _reference(equation):
    """A link to the reference of what a card's equation shows."""
    module, name = re.search(r'data-shows="scratch\.(\w+)\.(\w+)"', equation).groups()
    link = etree.Element("a", {"href": f"reference/{module}.md#{name}"})
    link.text = "API"
    separated = etree.Element("span")
    separated.text = " · "
    separated.append(link)
    return separated


def _tag(text, anchor):
    """A small heading in a card; its id stands beside it, so that the search takes it for no section of its own."""
    bar = etree.Element("div", {"class": "bar", "id": anchor})
    etree.SubElement(bar, "h3", {"class": "tag"}).text = text
    return bar


def _top(cards, elements):
    """A page's head: title and introduction beside the first figure, below the first table."""
    made = {e: cards.stashed(e) or "" for e in elements}
    tables = [e for e, html in made.items() if '<table class="data' in html][:1]
    figures = [e for e, html in made.items() if "<figure" in html and e not in tables][:1]
    if not figures:
        return _element("div", "front", *elements)
    texts = [e for e in elements if e not in tables + figures]
    lede = _element("div", "lede", *texts[:3], *tables)
    return _element("div", "top", lede, _element("div", "over", *figures), _element("div", "wide", *texts[3:]))


def _findings(findings):
    """The list of a section's findings, folded."""
    box = _element("div", "findings")
    bar = etree.SubElement(box, "div", {"class": "bar"})
    etree.SubElement(bar, "span", {"class": "tag"}).text = "Findings"
    etree.SubElement(bar, "span", {"class": "cap"}).text = "each opens to its derivation, its code and what it computed"
    button = {"class": "copy all", "type": "button", "data-other": "close all"}
    etree.SubElement(bar, "button", button).text = "open all"
    for heading, *rest in findings:
        details = etree.SubElement(box, "details", {"class": "finding"})
        etree.SubElement(details, "summary").append(_statement(heading))
        deep = etree.SubElement(details, "div", {"class": "deep"})
        deep.extend(rest)
    return box


def _statement(heading):
    """A finding's heading: its kind, and the sentence that says what was found."""
    new = etree.Element("h3", {"id": heading.get("id")})
    if heading.get("words"):  # what a reader who needs this would search for
        new.set("data-words", heading.get("words"))
    kind = etree.SubElement(new, "span", {"class": "kind"})
    kind.text = heading.get("data-kind")
    etree.SubElement(kind, "span", {"class": "colon"}).text = ":"
    kind.tail = " "
    says = etree.SubElement(new, "span", {"class": "says"})
    says.text = heading.text
    says.extend(child for child in heading if child.get("class") != "headerlink")
    return new
