"""Tables of computed values."""

import html
import re

from scratch.show.words import word


def table(head, rows, caption=""):
    """An HTML table: head and rows are lists of cells; numbers are set right. Cells are HTML; use `text` for plain text."""
    if any(len(row) != len(head) for row in rows):
        raise ValueError(f"every row needs {len(head)} cells: {[len(row) for row in rows]}")
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(f"<tr>{''.join(_cell(cell, first=i == 0) for i, cell in enumerate(row))}</tr>" for row in rows)
    label = html.escape(re.sub(r"<[^>]+>", "", caption)) or word("table")
    title = f"<caption>{caption}</caption>" if caption else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table class="data">{title}'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def number(value, digits=3):
    """A number as a reader writes it: digits significant places, a power of ten where it is very large or small."""
    value = float(value)
    text = f"{value:.{digits}g}"
    mantissa, e, exponent = text.partition("e")
    text = f"{mantissa} × 10<sup>{int(exponent)}</sup>" if e else text
    return text.replace("-", "−")


def text(value):
    """Plain text, escaped for a cell."""
    return html.escape(str(value))


def _cell(cell, first):
    if first:
        return f'<th scope="row">{cell}</th>'
    numeric = isinstance(cell, (int, float)) or re.match(r"^[−+-]?[\d.]", str(cell))
    return f'<td class="number">{cell}</td>' if numeric else f"<td>{cell}</td>"
