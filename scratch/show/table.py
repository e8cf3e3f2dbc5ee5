"""Tables of computed values."""

import html
import re


def table(head, rows, name, caption=""):
    """An HTML table: head and rows are lists of cells, HTML (see `text`); numbers are set right.

    name: what the table holds, for a reader who does not see it. caption: what to see in it, HTML.
    """
    if any(len(row) != len(head) for row in rows):
        raise ValueError(f"every row needs {len(head)} cells: {[len(row) for row in rows]}")
    numeric = [bool(rows) and all(_is_number(row[i]) or row[i] == "" for row in rows) for i in range(len(head))]
    top = "".join(
        f'<th{_class(is_number)} scope="col">{cell}</th>' if cell else "<td></td>"
        for cell, is_number in zip(head, numeric)
    )
    body = "".join(f"<tr>{_row(row, numeric)}</tr>" for row in rows)
    title = f"<figcaption>{caption}</figcaption>" if caption else ""
    return (
        f'<figure class="figure table"><div class="scroll" role="group" '
        f'aria-label="{html.escape(name)}"><table class="data"><thead><tr>{top}</tr></thead><tbody>{body}</tbody>'
        f"</table></div>{title}</figure>"
    )


def number(value, digits=3):
    """A number as a reader writes it: digits significant places, a power of ten where it is very large or small."""
    value = float(value)
    text = f"{value:.{digits}g}"
    mantissa, e, exponent = text.partition("e")
    text = f"{mantissa} × 10<sup>{int(exponent)}</sup>".removeprefix("1 × ") if e else text
    return text.replace("-", "−")


def text(value):
    """Plain text, escaped for a cell."""
    return html.escape(str(value))


def _row(cells, numeric):
    first, *others = cells
    return f'<th scope="row">{first}</th>' + "".join(
        f"<td{_class(is_number)}>{cell}</td>" for cell, is_number in zip(others, numeric[1:])
    )


def _class(is_number):
    return ' class="number"' if is_number else ""


def _is_number(cell):
    return isinstance(cell, (int, float)) or bool(re.match(r"[−+-]?(\d|∞|\.\d)", str(cell)))
