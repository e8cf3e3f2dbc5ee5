"""Scratch: the building blocks of deep learning in NumPy, one module per topic, checked against executable formulas."""
