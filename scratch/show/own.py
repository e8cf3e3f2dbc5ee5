"""The last finding of a block: a stub to write it yourself, and the mistakes of it that `examine` knows by name."""

import html
import inspect
from importlib import import_module

from scratch.show.check import claim
from scratch.show.source import code
from scratch.show.table import table
from scratch.translation.marks import marked

_FINDING = """
### Write it yourself: `examine` says whether yours is right, and knows {count} mistakes of it.

Fill in the stub, and read the first line of the report ([what can be handed in](examine.md)):

```text
{stub}
```

```python exec="on" html="on"
from scratch.show.own import mistakes

print(mistakes("{topic}", "{block}"))
```
"""
SHOWN = 1  # as many mistakes are examined on the page, which shall be light; the tests examine all


def finding(topic, block):
    """The finding's Markdown; empty for a block that `examine` does not know."""
    count, names = len(_mistakes(topic, block)), _names(topic, block)
    if not names:
        return ""
    return _FINDING.format(count=marked("count", count), stub=_stub(topic, names[0]), topic=topic, block=block)


def mistakes(topic, block):
    """The mistakes of a block: the first ones examined, each of which must be named, and all in a table."""
    from scratch.examine import examine
    from scratch.examine.catalogue import written

    known, reports = _mistakes(topic, block), []
    for row in known[:SHOWN]:
        report = examine(row.of, written(row))
        claim(report.cause == row.name, row.name, report.cause)
        reports.append(str(report))
    rows = [[f"<code>{row.name}</code>", *map(html.escape, (row.sentence, row.mend))] for row in known]
    listed = table(["", "what is wrong", "what is right"], rows, "Mistakes known by name")
    return code("\n\n".join(reports), "text") + listed


def _names(topic, block):
    from scratch.examine.names import tasks

    return [name for name, task in tasks().items() if task.topic == topic and task.block == block]


def _mistakes(topic, block):
    from scratch.examine.catalogue import rows

    return [row for name in _names(topic, block) for row in rows(name) if not row.variant]


def _stub(topic, name):
    """What a reader fills in: the signature of the block, or of its constructor and step."""
    right = getattr(import_module(f"scratch.{topic}"), name, None) or import_module(f"scratch.{topic}").SGD
    usage = f'from scratch.examine import examine\n\nprint(examine("{name}", {right.__name__}))'
    if not inspect.isclass(right):
        return f"def {name}{inspect.signature(right)}:\n    ...\n\n\n{usage}"
    methods = [
        f"    def {name}{inspect.signature(getattr(right, name))}:\n        ..." for name in ("__init__", "step")
    ]
    return "\n\n".join([f"class {right.__name__}:\n{methods[0]}", methods[1], f"\n{usage}"])
