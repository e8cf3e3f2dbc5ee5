"""The machinery of the pages. It knows nothing of any particular block, and neither do these tests."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import sympy

pytest.importorskip("mkdocs", reason="the site's tools are not installed")

from conftest import ROOT, build

from scratch import activations
from scratch.evidence.accuracy import ulp_errors
from scratch.formulas import Algorithm, Formula, evaluate, latex, prove, t, written
from scratch.show import mathml, page
from scratch.show.check import checked
from scratch.show.figure import figure, panel, svg
from scratch.show.formula import derivation
from scratch.show.source import listing
from scratch.show.table import number, table
from scratch.show.words import words

x, y = sympy.symbols("x y", real=True)


# Formulas


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (lambda: 1 / (1 + sympy.exp(-x)), r"\frac{1}{1 + e^{- x}}"),
        (lambda: x**2 - (1 - x), r"x^{2} - \left(1 - x\right)"),
        (lambda: sympy.Piecewise((x, x > 0), (0, x <= 0)), r"\begin{cases} x, & x > 0 \\ 0, & x \leq 0 \end{cases}"),
        (lambda: sympy.exp(-(x**2 / 2)), r"e^{- x^{2} / 2}"),
    ],
)
def test_a_formula_is_typeset_as_it_was_written(expression, expected):
    assert latex(written(expression)) == expected


def test_a_value_has_50_digits_even_where_the_formula_cancels():
    value = evaluate(written(lambda: sympy.exp(x) - 1), {x: 1e-300})
    assert abs(value / 1e-300 - 1) < 1e-15
    assert evaluate(x - x + y, {x: 1.0, y: 0.0}) == 0


def test_a_missing_value_is_named():
    with pytest.raises(ValueError, match="no value given for y"):
        evaluate(x + y, {x: 1.0})


def test_prove_accepts_what_is_equal_and_refuses_what_is_not():
    prove(sympy.sin(x) ** 2 + sympy.cos(x) ** 2, sympy.Integer(1))
    with pytest.raises(AssertionError, match="is not"):
        prove(x**2, x**3)


def test_a_wrong_textbook_derivative_is_found():
    f = sympy.Function("f")(x)
    Formula(f, x**2, x, 2 * x).prove_derivative()
    with pytest.raises(AssertionError):
        Formula(f, x**2, x, 3 * x).prove_derivative()


def test_an_algorithm_runs_its_assignments_in_order():
    before, now, g = sympy.symbols("a_{t-1} a_t g_t")
    total = Algorithm(((now, written(lambda: before + t * g)),), {before: (now, 1)})
    assert [float(step[now]) for step in total.run(3, {g: [1, 2, 3]})] == [2, 6, 15]
    assert total.latex == r"\begin{aligned} a_{t} &= a_{t-1} + t g_{t} \end{aligned}"


def test_a_derivation_with_a_wrong_step_raises():
    derivation(sympy.Derivative(x**2, x), 2 * x)
    with pytest.raises(AssertionError):
        derivation(sympy.Derivative(x**2, x), 2 * x, 3 * x)


# Checks, tables, words


def test_errors_are_counted_in_units_of_the_last_place():
    exact = [evaluate(x, {x: 1.0})] * 2
    np.testing.assert_array_equal(ulp_errors(np.array([1.0, 1 + 2**-51]), exact), [0, 2])
    assert ulp_errors(np.array([np.inf]), [evaluate(x, {x: 1.0})]) == np.inf


@pytest.mark.parametrize("error", [1.01, np.nan, np.inf])
def test_a_check_that_fails_raises(error):
    assert "largest error" in checked("a", 3, 1.0, 1.0)
    with pytest.raises(AssertionError, match="a: the largest relative error"):
        checked("a", 3, error, 1.0)


@pytest.mark.parametrize(
    ("value", "expected"), [(0.5, "0.5"), (-1234.5, "−1.23 × 10<sup>3</sup>"), (1e-7, "1 × 10<sup>−7</sup>")]
)
def test_numbers(value, expected):
    assert number(value) == expected


def test_a_table_has_heads_and_can_be_scrolled_by_keyboard():
    built = table(["", "a"], [["row", "1.5"]], ("name", "caption"))
    for part in (
        'tabindex="0"',
        'aria-label="name"',
        'scope="col"',
        'scope="row"',
        "<figcaption>caption",
        'class="number"',
    ):
        assert part in built
    with pytest.raises(ValueError, match="every row needs 2 cells"):
        table(["", "a"], [["row"]], ("name", ""))


def test_words_are_looked_up_and_filled_in():
    assert words()("against_formula", block="f") == "f against the formula at 50 digits"
    with pytest.raises(KeyError):
        words()("unheard_of")


# Listings


def test_a_listing_has_all_it_needs_and_nothing_else():
    text = listing(activations.gelu)
    assert text.startswith("import numpy as np\nfrom scipy.special import erfc\n")
    assert "def sigmoid(x):" in text
    assert "def tanh" not in text
    assert "_check_finite" not in text
    source = Path(activations.__file__).read_text(encoding="utf-8")
    assert all(part.strip() in source for part in text.split("\n\n\n")[1:])


# Figures


def draw(label="a"):
    drawing, axes = panel()
    axes.plot([0, 1], [0, 1], label=label)
    axes.legend()
    return drawing


def test_a_figure_is_the_same_from_build_to_build_and_follows_the_scheme():
    first, second = svg(draw(), "name"), svg(draw(), "name")
    assert first == second
    assert 'role="img" aria-label="name"' in first
    assert "currentColor" in first
    assert "var(--figure-1)" in first
    for left_over in ("#1f6fb4", "#1d1f24", "<style", "<metadata", "<?xml", "DejaVu"):
        assert left_over not in first


def test_ids_differ_between_figures():
    one, other = (set(re.findall(r' id="([^"]+)"', svg(draw(label), label))) for label in "ab")
    assert one
    assert not one & other


def test_a_picture_that_only_repeats_text_is_hidden_from_screen_readers():
    assert 'aria-hidden="true"' in svg(draw(), "")
    assert "<figcaption>caption" in figure(draw(), ("name", "caption"))


# Math


def test_math_becomes_mathml_with_its_latex():
    converted = mathml.convert(mathml.inline("x < 1") + mathml.display(r"\frac{1}{2}"))
    assert converted.count("<math") == 2
    assert "x &lt; 1</annotation>" in converted
    assert 'class="formula-copy"' in converted
    with pytest.raises(ValueError, match="not a valid formula"):
        mathml.convert(mathml.inline(r"\nosuchmacro"))


def test_the_font_is_reduced_to_what_is_drawn():
    drawn = mathml.characters(mathml.convert(mathml.inline(r"x + \alpha")))
    assert {"x", "+", "α", "𝑥", "𝛼"} <= drawn
    assert 1000 < len(mathml.font({"x"})) < len(mathml.font(drawn | set("abcdefgh∑∫"))) < 40000


# Pages


def test_named_values_stand_in_the_prose_and_not_in_code():
    page.begin(a="1.5")
    assert (
        page.fill("<p>{{ a }}</p><code>{{ a }}</code>")
        == '<p><span class="computed">1.5</span></p><code>{{ a }}</code>'
    )
    with pytest.raises(ValueError, match="unknown"):
        page.fill("{{ unknown }}")
    with pytest.raises(TypeError, match="b must be text"):
        page.let(b=1.5)


def test_fences_are_found_wherever_they_stand():
    text = "```python exec\n```\n\n??? tip\n    ```python a=b\n    ``` \n\n~~~python\n```\n~~~\n````text\n```python\n```\n````\n"
    assert page.fences(text) == [(1, "python exec"), (5, "python a=b"), (8, "python"), (11, "text")]


def test_headings_below_a_block_get_its_anchor():
    assert (
        page.anchors("## A {#a}\n### The code\n```\n### no\n```")
        == "## A {#a}\n### The code { #a-the-code }\n```\n### no\n```"
    )


# The build

BROKEN = {
    "raises.md": (
        '```python exec="on"\nprint(1 / 0)\n```',
        ["raises.md, Python block 1 (line 3)", "ZeroDivisionError"],
    ),
    "option.md": (
        '```python exce="on"\nprint(1)\n```',
        ["option.md: line 3: a fence with an unknown language or option"],
    ),
    "plain.md": ("```python\nprint(1)\n```", ["plain.md: 1 Python blocks stand on the page, 0 were executed"]),
    "hidden.md": (
        '```python exec="on" source="above"\nx = 1  # markdown-exec: hide\nprint(x)\n```',
        ["hidden.md: a visible block with hidden lines"],
    ),
    "language.md": ('```pyhton exec="on"\nprint(1)\n```', ["language.md: line 3: a fence with an unknown language"]),
    "link.md": ("[a](nowhere.md)", ["'link.md' contains a link 'nowhere.md'"]),
    "anchor.md": ("[a](link.md#nowhere)", ["'anchor.md' contains a link 'link.md#nowhere'"]),
    "math.md": (r"$\nosuchmacro$", ["math.md: not a valid formula: \\nosuchmacro"]),
    "value.md": ("{{ unknown }}", ["value.md: {{ unknown }}: no block of the page has given this name a value"]),
    "check.md": (
        '```python exec="on" html="on"\nfrom scratch.show.check import checked\nprint(checked("a", 1, 2, 1))\n```',
        ["check.md, Python block 1 (line 3)", "the largest relative error is 2"],
    ),
}


def small_site(folder, pages):
    """A site of a few pages with the configuration of the real one."""
    (folder / "docs").mkdir()
    for name, text in pages.items():
        (folder / "docs" / name).write_text(f"# {name}\n\n{text}\n", encoding="utf-8")
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[0]
    config = config.replace("strict: true", "").replace("scratch/show/hooks.py", f"{ROOT}/scratch/show/hooks.py")
    (folder / "mkdocs.yml").write_text(config, encoding="utf-8")
    return folder / "mkdocs.yml"


@pytest.mark.parametrize("options", [[], ["--strict"], ["--quiet"]], ids=str)
def test_whatever_goes_wrong_fails_the_build_and_is_named(tmp_path, options):
    config = small_site(tmp_path, {name: text for name, (text, _) in BROKEN.items()})
    finished = build(tmp_path / "site", *options, config=config)
    assert finished.returncode != 0
    output = finished.stdout + finished.stderr
    assert [message for _, messages in BROKEN.values() for message in messages if message not in output] == []


def test_a_page_without_problems_builds(tmp_path):
    text = '$x$\n\n```python exec="on" source="above" result="text"\nprint(6 * 7)\n```'
    finished = build(tmp_path / "site", "--quiet", config=small_site(tmp_path, {"index.md": text}))
    assert finished.returncode == 0, finished.stderr
    built = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "42" in built
    assert "<math" in built
    assert (tmp_path / "site" / "assets" / "math.woff2").stat().st_size > 1000


@pytest.mark.site
@pytest.mark.parametrize("options", [["--strict"], ["--quiet"]], ids=str)
def test_a_failing_cell_and_a_wrong_link_of_a_notebook_fail_the_build(tmp_path, options):
    cells = [
        {"cell_type": "markdown", "id": "text", "metadata": {}, "source": "# A\n\n[a](nowhere.md)"},
        {"cell_type": "code", "id": "divides", "metadata": {}, "source": "1 / 0"},
    ]
    cells[1].update(outputs=[], execution_count=None)
    notebooks = {"fails.ipynb": cells, "links.ipynb": cells[:1]}
    config = small_site(tmp_path, {"index.md": "Text."})
    for name, content in notebooks.items():
        notebook = {"cells": content, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (tmp_path / "docs" / name).write_text(json.dumps(notebook), encoding="utf-8")
    finished = build(tmp_path / "site", *options, config=config)
    assert finished.returncode != 0
    output = finished.stdout + finished.stderr
    assert "fails.ipynb: cell divides" in output
    assert "ZeroDivisionError" in output
    assert "links.ipynb: a link to a page that does not exist: nowhere.md" in output


# The package


def test_the_blocks_import_nothing_of_the_site():
    for path in (ROOT / "scratch").glob("*.py"):
        code = f"import sys, scratch.{path.stem}; print([m for m in ('sympy', 'matplotlib', 'sklearn', 'mkdocs') if m in sys.modules])"
        output = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        assert output.strip() == "[]", path
