"""What a page prints: formulas, listings, checks, tables, figures. Each function returns a string of HTML or Markdown."""

from scratch.show.check import checked, elementwise
from scratch.show.figure import figure, panel, photographs
from scratch.show.formula import algorithm, derivation, formula
from scratch.show.page import let
from scratch.show.source import source
from scratch.show.table import number, table, text

__all__ = [
    "algorithm",
    "checked",
    "derivation",
    "elementwise",
    "figure",
    "formula",
    "let",
    "number",
    "panel",
    "photographs",
    "source",
    "table",
    "text",
]
