"""Listings: the source of blocks, word for word from their module, with all that they need to run alone."""

import ast
import inspect
from pathlib import Path


def listing(*blocks):
    """The text of the blocks (functions or classes of one module), with the imports and helpers they use.

    Everything stands in the module's own order, each part word for word, so that the text runs as pasted.
    """
    module = inspect.getmodule(blocks[0])
    source = Path(module.__file__).read_text(encoding="utf-8")
    lines = source.splitlines()
    statements = ast.parse(source).body
    definitions = {name: node for node in statements for name in _defines(node)}
    wanted, queue = set(), [block.__name__ for block in blocks]
    while queue:
        name = queue.pop()
        if name in definitions and definitions[name] not in wanted:
            wanted.add(definitions[name])
            queue.extend(node.id for node in ast.walk(definitions[name]) if isinstance(node, ast.Name))
    used = {node.id for statement in wanted for node in ast.walk(statement) if isinstance(node, ast.Name)}
    imports = [text for node in statements if (text := _import(node, used))]
    parts = [(_first_line(node), node.end_lineno) for node in statements if node in wanted and not _is_import(node)]
    return "\n".join(imports) + "".join("\n\n\n" + "\n".join(lines[start - 1 : end]) for start, end in parts) + "\n"


def source(*blocks):
    """The listing as a Markdown code block."""
    return f"```python\n{listing(*blocks)}```\n"


def _is_import(node):
    return isinstance(node, (ast.Import, ast.ImportFrom))


def _defines(node):
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def _first_line(node):
    return min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])


def _import(node, used):
    """The import statement, reduced to the names that are used; empty where none is."""
    if not _is_import(node):
        return ""
    names = [alias for alias in node.names if (alias.asname or alias.name.partition(".")[0]) in used]
    if not names:
        return ""
    return ast.unparse(ast.Import(names) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, names, 0))
