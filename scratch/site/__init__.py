"""What is made of all pages, or of the package: faces, search, the reference, the table of claims, pictures for links.

The press makes each page; this room makes what is there once.
"""
