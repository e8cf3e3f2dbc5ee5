"""The words of figures that choose among pictures: they stand in the figure's module, by the sliders' positions."""

import hashlib
import html
import json
import re

_MODULE = re.compile(r"export const slots = (.*)\nexport const choices = (.*)\n")
_SPOKEN = {"", "alt", "aria-label", "title"}  # what a slot sets: a text, or an attribute that is read out


def words(content, pictures):
    """The texts that the moving figures of a page's HTML can show, each once."""
    found = {}
    for _, slots, choices in _modules(content, pictures):
        for values in choices.values():
            spoken = [html.unescape(value) for (_, name), value in zip(slots, values) if name in _SPOKEN]
            found.update(dict.fromkeys(spoken))
    return list(found)


def translated(content, pictures, word):
    """A page's HTML whose moving figures have modules with translated texts; those are added to the pictures."""
    for target, slots, choices in list(_modules(content, pictures)):
        other = {
            key: [word(html.unescape(v)) if name in _SPOKEN else v for (_, name), v in zip(slots, values)]
            for key, values in choices.items()
        }
        text = f"export const slots = {json.dumps(slots)}\nexport const choices = {json.dumps(other)}\n"
        name = hashlib.sha256(text.encode()).hexdigest()[:10]
        pictures[f"moving/{name}.js"] = text.encode()
        content = re.sub(rf'(data-(?:moving|turns))="{target}"', rf'\1="{name}"', content)
    return content


def _modules(content, pictures):
    for target in dict.fromkeys(re.findall(r'data-moving="(\w+)"', content)):
        module = _MODULE.search(pictures.get(f"moving/{target}.js", b"").decode())
        if module:
            yield target, json.loads(module[1]), json.loads(module[2])
