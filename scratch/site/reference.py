"""Pages made of the package and of the sections: the reference of each module, and the table of all papers' claims."""

import html
import inspect
import re
from importlib import import_module
from pathlib import Path

from scratch.evidence import TOPICS, blocks
from scratch.show.page import HEADING, filled

_CARD = re.compile(r"^print\(equation\(.*?^\)\)|^print\(equation\(.*?\)\)$", re.MULTILINE | re.DOTALL)
_CLAIM = re.compile(r"^### Claim: (.*?) *\{(?=[^{}]*verdict)([^{}]*)\}$", re.MULTILINE)
_PAPERS = re.compile(r"\n\n((?:(?!\n\n).)*?)\s*·\s+(?:PyTorch|torchvision|`|\[scratch/)", re.DOTALL)
VERDICTS = {"yes": "reproduced", "part": "in part", "no": "not reproduced"}


def public(module):
    """The public functions and classes that a module defines, by name, in its order."""
    names = [(name, value) for name, value in vars(module).items() if not name.startswith("_")]
    own = [(name, value) for name, value in names if inspect.isroutine(value) or inspect.isclass(value)]
    return {name: value for name, value in own if inspect.unwrap(value).__module__ == module.__name__}


def module_page(topic, docs):
    """The Markdown of a module's reference: every public name with its signature, docstring and block."""
    module = import_module(f"scratch.{topic}")
    homes = _homes(topic, docs)
    parts = [f"# scratch.{topic}\n\n{_prose(inspect.getdoc(module))}\n"]
    for name, value in public(module).items():
        home = homes.get(name.removesuffix("_grad"))
        link = f"Its block: [{home[1]}](../{topic}.md#{home[0]})\n\n" if home else ""
        parts.append(f"## {name} {{#{name}}}\n\n{_signature(name, value)}\n{_prose(inspect.getdoc(value))}\n\n{link}")
        parts += [
            f"{_signature(f'{name}.{method}', function)}\n{_prose(inspect.getdoc(function))}\n"
            for method, function in vars(value).items()
            if inspect.isclass(value) and inspect.isfunction(function) and not method.startswith("_")
        ]
    return "\n".join(parts)


def _homes(topic, docs):
    """The block (anchor, title) whose card shows a name, by name."""
    homes = {}
    for section in [Path(docs, topic, f"{block}.md") for block in blocks(topic)]:
        text = section.read_text(encoding="utf-8") if section.exists() else ""  # the topic's own page says so
        card = _CARD.search(text)
        for name in re.findall(r"\w+", text[: card.end()] if card else ""):
            homes.setdefault(name, (section.stem, HEADING.search(text)["title"]))
    return homes


def _signature(name, value):
    return f"```python\n{name}{inspect.signature(value)}\n```\n"


def _prose(docstring):
    """A docstring as Markdown: what begins with the names of arguments is set as their description."""
    paragraphs = re.split(r"\n\n|\n(?=Returns |Raises |Called )", docstring or "")
    return "\n\n".join(_paragraph(html.escape(" ".join(text.split()), quote=False)) for text in paragraphs)


def _paragraph(text):
    text = re.sub(r"([\\*_`\[\]$])", r"\\\1", text)
    return re.sub(r"(?:^|(?<=\. ))((?:[a-z]\w*(?:\\_\w+)*, )*[a-z]\w*(?:\\_\w+)*): ", r"**\1**: ", text)


def verdicts(docs):
    """How many claims reproduced, reproduced in part, and did not: one word per claim."""
    texts = [
        Path(docs, topic, f"{block}.md").read_text(encoding="utf-8") for topic in TOPICS for block in blocks(topic)
    ]
    return [
        VERDICTS[verdict]
        for text in texts
        for verdict in re.findall(r'^### Claim: .*verdict="(\w+)"', text, re.MULTILINE)
    ]


def claims(docs):
    """The Markdown table of all papers' claims: block, paper, what was found, and whether the claim reproduced."""
    rows = ["| block | paper | what this build found | the claim |", "|---|---|---|---|"]
    for topic in TOPICS:
        for block in blocks(topic):
            text = Path(docs, topic, f"{block}.md").read_text(encoding="utf-8")
            title = HEADING.search(text)["title"]
            papers = " ".join(_PAPERS.search(text)[1].split())
            for found in _CLAIM.finditer(text):
                anchor = re.search(r"#([\w-]+)", found[2])
                place = f"{topic}.md#{anchor[1] if anchor else f'{block}-the-paper-s-claim'}"
                verdict = VERDICTS[re.search(r'verdict="(\w+)"', found[2])[1]]
                rows.append(f"| [{title}]({place}) | {papers} | {filled(topic, found[1])} | {verdict} |")
    return "\n".join(rows) + "\n"
