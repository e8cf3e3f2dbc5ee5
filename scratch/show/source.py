"""Source text: a block's listing that runs alone, the lines of its equation, and code as HTML."""

import ast
import html
import inspect
import re
import textwrap
from functools import cache
from importlib import import_module
from pathlib import Path

from pygments.lexers import PythonLexer
from pygments.token import STANDARD_TYPES, Token


def listing(*blocks):
    """The text of blocks (functions or classes of one module), with the imports and helpers they use.

    What comes from scratch.checks is put in front; everything stands in its module's own order, word for word, so that
    the text runs as pasted, with NumPy and SciPy.
    """
    blocks = [inspect.unwrap(block) for block in blocks]
    module = _Module(inspect.getmodule(blocks[0]).__name__)
    wanted = module.needed([block.__name__ for block in blocks])
    checks = _Module("scratch.checks")
    wanted_checks = checks.needed(module.imported_from("scratch.checks", wanted))
    imports = {**checks.imports(wanted_checks), **module.imports(wanted)}
    parts = [*checks.parts(wanted_checks), *module.parts(wanted)]
    return "\n".join(sorted(imports, key=_import_order)) + "".join(f"\n\n\n{part}" for part in parts) + "\n"


def _import_order(line):
    return not re.match(r"(import|from) (functools|inspect|math|numbers)", line), line.startswith("from"), line


@cache
class _Module:
    """A module's text and statements."""

    def __init__(self, name):
        self.lines = Path(import_module(name).__file__).read_text(encoding="utf-8").splitlines()
        self.statements = ast.parse("\n".join(self.lines)).body
        self.definitions = {name: node for node in self.statements for name in _defines(node)}

    def needed(self, names):
        """The definitions of these names, and all definitions that those use."""
        wanted, queue = set(), list(names)
        while queue:
            node = self.definitions.get(queue.pop())
            if node is not None and node not in wanted:
                wanted.add(node)
                queue.extend(_names(node))
        return wanted

    def imported_from(self, module, wanted):
        """The names that the wanted definitions use from another module."""
        used = {name for node in wanted for name in _names(node)}
        imports = [n for n in self.statements if isinstance(n, ast.ImportFrom) and n.module == module]
        return [alias.name for node in imports for alias in node.names if alias.name in used]

    def imports(self, wanted):
        """The import statements, reduced to what the wanted definitions use, without those of the house."""
        used = {name for node in wanted for name in _names(node)}
        found = {}
        for node in self.statements:
            if isinstance(node, ast.Import):
                names = [a for a in node.names if (a.asname or a.name.partition(".")[0]) in used]
                found |= {ast.unparse(ast.Import([name])): None for name in names}
            elif isinstance(node, ast.ImportFrom) and not node.module.startswith("scratch"):
                names = [a for a in node.names if (a.asname or a.name) in used]
                found |= {ast.unparse(ast.ImportFrom(node.module, names, 0)): None} if names else {}
        return found

    def parts(self, wanted):
        """The text of the wanted definitions, in the module's order."""
        spans = [(_first_line(node), node.end_lineno) for node in self.statements if node in wanted]
        return ["\n".join(self.lines[start - 1 : end]) for start, end in spans]


def _defines(node):
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def _names(node):
    return [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]


def _first_line(node):
    return min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])


def body(function):
    """The lines of a function's body without its docstring, dedented."""
    text = textwrap.dedent(inspect.getsource(inspect.unwrap(function)))
    node = ast.parse(text).body[0]
    first = node.body[1] if ast.get_docstring(node) else node.body[0]
    lines = text.splitlines()[_first_line(first) - 1 : node.end_lineno]
    return textwrap.dedent("\n".join(lines)).splitlines()


def code(text, language="python", marked=(), anchor=""):
    """A code block as HTML. marked: lines, stripped, that are highlighted."""
    lines = [_line(line) for line in _tokens(text, language)]
    wanted = list(marked)
    shown = []
    for line, plain in zip(lines, text.splitlines()):
        hit = plain.strip() in wanted
        shown.append(f'<span class="hll">{line}\n</span>' if hit else f"{line}\n")
    return (
        f'<div class="language-{language} highlight"{f" id={chr(34)}{anchor}{chr(34)}" if anchor else ""}>'
        f"<pre><span></span><code>{''.join(shown)}</code></pre></div>"
    )


def inline(text, colours):
    """A line of Python as HTML, in which names wear the colour of their series. colours: {name: number}."""
    (line,) = _tokens(text, "python")
    return _line(line, colours)


def _tokens(text, language):
    """The tokens of each line."""
    if language != "python":
        return [[(Token.Text, line)] for line in text.splitlines()]
    lines = [[]]
    for kind, value in PythonLexer(stripnl=False, ensurenl=False).get_tokens(text.rstrip("\n")):
        for i, piece in enumerate(value.split("\n")):
            if i:
                lines.append([])
            if piece:
                lines[-1].append((kind, piece))
    return lines


_STYLED = {"k", "c1", "sd"}  # what stands out in a listing


def _line(tokens, colours=None):
    return "".join(_span(kind, value, colours) for kind, value in tokens)


def _span(kind, value, colours):
    """A token. colours: of a card's line, in which operators are set softly too."""
    text = html.escape(value, quote=False)
    if value in (colours or ()):
        return f'<span class="v{colours[value]}">{text}</span>'
    style = STANDARD_TYPES.get(kind, "")
    styled = style in _STYLED or (colours is not None and style in ("o", "p"))
    return f'<span class="{style}">{text}</span>' if styled else text


def fold(summary, content, kind="fold"):
    """What opens when its summary is clicked."""
    return f'<details class="{kind}"><summary>{summary}</summary>{content}</details>'


def ran(output, text, output_language=None, limit=12):
    """What a block computed, then the block itself, folded where it is longer than a dozen lines or drew a figure."""
    shown = code(output.rstrip("\n"), output_language) if output_language else output
    result = f'<div class="result-text">{shown}</div>' if output_language and output.strip() else shown
    count = len(text.strip().splitlines())
    listing_ = code(text.strip("\n"))
    if not output.strip() or (output_language and count <= limit):
        return f'<div class="ran">{result}{listing_}</div>'
    verb = "computed" if output_language else "drew" if "<svg" in output or "<img" in output else "made"
    return f'<div class="ran">{result}{fold(f"the {count} lines that {verb} this", listing_)}</div>'
