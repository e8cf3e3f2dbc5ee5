"""The press: what makes pages of Markdown, formulas and code. It knows no block by name.

One file per kind of output (card, check, figure, moving figure, formula, listing, table, reference), one for the
sections and one for the pages that they stand in, and the hook by which MkDocs calls all of it.
"""
