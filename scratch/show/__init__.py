"""What a page prints: formulas, listings, checks, tables, figures, as HTML or Markdown.

One file per kind of output (formula, source, check, table, figure, page), and one per
topic with what its page computes.
"""
