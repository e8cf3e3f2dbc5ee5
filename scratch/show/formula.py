"""Typeset formulas, from the objects that are executed."""

from scratch.formulas.evaluation import prove, put_in
from scratch.formulas.typesetting import latex
from scratch.show.mathml import aligned, display


def formula(equation):
    """A Formula with the definitions of its symbols and its derivative, or an Algorithm; the derivative is proved."""
    if getattr(equation, "textbook_derivative", None) is not None:
        equation.prove_derivative()
    return display(aligned(equation.lines()))


def derivation(left, *steps, definitions=(), given=()):
    """A chain of equations, left = step = step = ..., each proved by SymPy equal to the one before it.

    left and steps are SymPy expressions. definitions: pairs (symbol or function, expression) that are put in for the
    proof. given: relations that hold, such as that an index lies in its range. Raises AssertionError where two
    neighbours are not the same function.
    """
    true = {form: True for relation in given for form in (relation, relation.reversed)}
    chain = [put_in(expression, tuple(definitions)).doit().subs(true) for expression in (left, *steps)]
    for one, next_one in zip(chain, chain[1:]):
        prove(one, next_one)
    rows = r" \\ ".join(f"&= {latex(step)}" for step in steps)
    return display(rf"\begin{{aligned}} {latex(left)} {rows} \end{{aligned}}")
