"""The machinery of the pages. It knows nothing of any particular block, and neither do these tests."""

import json
import re
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import sympy

pytest.importorskip("mkdocs", reason="the site's tools are not installed")

from conftest import ROOT, build, small_site
from fontTools.ttLib import TTFont
from markdown import Markdown

from scratch import activations, checks
from scratch.evidence import PYTORCH, Comparison, blocks
from scratch.evidence.accuracy import ulp_errors
from scratch.formulas import Algorithm, Formula, evaluate, latex, prove, t, written
from scratch.formulas import activations as formulas
from scratch.show import check, figure, mathml, page, source
from scratch.show.card import equation
from scratch.show.formula import derivation, formula
from scratch.show.section import Sections
from scratch.show.table import number, table
from scratch.site import fonts
from scratch.translation import marks

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


def test_a_symbol_wears_the_colour_of_its_series():
    assert latex(x + y, {x: 1, y: 2}) == r"\textcolor{blue}{x} + \textcolor{orange}{y}"
    assert 'class="v2"' in mathml.row("f", latex(x + y, {y: 2}))


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


def test_a_wrong_textbook_derivative_is_not_shown():
    f = sympy.Function("f")(x)
    assert "(x) &amp;= 2 x" in formula(Formula(f, x**2, x, 2 * x))
    with pytest.raises(AssertionError):
        formula(Formula(f, x**2, x, 3 * x))
    with pytest.raises(AssertionError):
        equation(Formula(f, x**2, x, 3 * x), activations.relu, [("words",), ("words",)])


def test_a_formulas_lines_are_the_equation_its_definitions_and_its_derivative():
    f, g = sympy.Function("f")(x), sympy.Function("g")(x)
    lines = written(lambda: Formula(f, g + 1, x, 2 * x, definitions=((g, x**2),))).lines()
    assert lines == [("f(x)", "g(x) + 1"), ("g(x)", "x^{2}"), ("f'(x)", "2 x")]


def test_an_algorithm_runs_its_assignments_in_order():
    before, now, g = sympy.symbols("a_{t-1} a_t g_t")
    total = Algorithm(((now, written(lambda: before + t * g)),), {before: (now, 1)})
    assert [float(step[now]) for step in total.run(3, {g: [1, 2, 3]})] == [2, 6, 15]
    assert total.lines() == [("a_{t}", "a_{t-1} + t g_{t}")]


def test_a_derivation_with_a_wrong_step_raises():
    derivation(sympy.Derivative(x**2, x), 2 * x)
    with pytest.raises(AssertionError):
        derivation(sympy.Derivative(x**2, x), 2 * x, 3 * x)


# Checks, tables, numbers


def test_errors_are_counted_in_units_of_the_last_place():
    exact = [evaluate(x, {x: 1.0})] * 2
    np.testing.assert_array_equal(ulp_errors(np.array([1.0, 1 + 2**-51]), exact), [0, 2])
    assert ulp_errors(np.array([np.inf]), [evaluate(x, {x: 1.0})]) == np.inf


def made(error):
    return [Comparison("f(x)", 1500, error, 1.0), Comparison("f(x < 1)", 2, 0.0, 0.0, PYTORCH, "steps")]


def test_the_check_line_counts_what_was_compared_and_opens_to_each(monkeypatch):
    monkeypatch.setattr(check, "comparisons", lambda topic, block: made(0.5))
    line = check.checked("topic", "block")
    for part in [
        "1 500 points against the formula at 50 digits, largest relative error 0.5 (allowed: 1); 2 steps against PyTorch",
        "<li><code>f(x)</code>: 1500 points against the formula",
        "<code>f(x &lt; 1)</code>: 2 steps against PyTorch, all equal",
    ]:
        assert part in line


@pytest.mark.parametrize("error", [1.01, np.nan, np.inf])
def test_a_comparison_that_fails_raises(monkeypatch, error):
    monkeypatch.setattr(check, "comparisons", lambda topic, block: made(error))
    with pytest.raises(check.Refuted, match=r"what the page states does not hold: .*f\(x\)"):
        check.checked("topic", "block")


@pytest.mark.parametrize("holds", [False, np.False_, 0, None])
def test_a_claim_that_does_not_hold_raises_with_what_was_computed(holds):
    check.claim(True, 1)
    with pytest.raises(check.Refuted, match=r"does not hold: \(1, 2\)"):
        check.claim(holds, 1, 2)


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (0.5, 3, "0.5"),
        (-1234.5, 3, "−1.23 × 10<sup>3</sup>"),
        (1e-7, 3, "10<sup>−7</sup>"),
        (np.float32(2), 3, "2"),
        (0.12345, 2, "0.12"),
    ],
)
def test_numbers(value, digits, expected):
    assert number(value, digits) == expected


def test_a_table_has_heads_and_a_name_and_sets_numbers_right():
    built = table(["", "a"], [["row", "1.5"], ["other", "−∞"]], 'na"me', "caption")
    for part in [
        'aria-label="na&quot;me"',
        'scope="col"',
        'scope="row"',
        "<figcaption>caption",
        '<td class="number">1.5',
    ]:
        assert part in built
    assert 'class="number"' not in table(["", "a"], [["row", "1.5"], ["other", "none"]], "name")
    with pytest.raises(ValueError, match="every row needs 2 cells"):
        table(["", "a"], [["row"]], "name")


# Listings and code


def test_a_listing_has_all_it_needs_and_nothing_else():
    text = source.listing(activations.gelu)
    assert text.startswith("import functools\nimport inspect\n")
    assert "\nimport numpy as np\nfrom scipy.special import erfc\n" in text
    for wanted in ["def sigmoid(x):", "def elementwise(**options):", "def choice(*choices):", "def require("]:
        assert wanted in text
    for other in ["def tanh", "def number(", "scratch"]:
        assert other not in text
    sources = [Path(module.__file__).read_text(encoding="utf-8") for module in (checks, activations)]
    parts = [part.strip() for part in text.split("\n\n\n")[1:]]
    assert parts == sorted(parts, key=lambda part: (part not in sources[0], "\n".join(sources).index(part)))


def test_a_body_is_what_follows_the_docstring():
    assert source.body(activations.relu) == ["return np.maximum(0, x)"]


@pytest.mark.parametrize(
    ("made", "parts"),
    [
        (lambda: source.code("a < b", "text"), ["language-text", "a &lt; b"]),
        (lambda: source.code("a\n  b", marked=["b"]), ['<span class="hll">  b\n</span>']),
        (lambda: source.inline("m = v", {"m": 1}), ['<span class="v1">m</span>', " v"]),
        (lambda: source.fold("more", "text"), ['<details class="fold"><summary>more</summary>text</details>']),
        (lambda: source.ran("1", "print(1)", "text"), ["result-text", "</div><div", "language-python"]),
        (lambda: source.ran("1", "x\n" * 13, "text"), ["<summary>the 13 lines that computed this</summary>"]),
        (lambda: source.ran("<svg></svg>", "x"), ["<svg></svg><details", "<summary>the 1 lines that drew this"]),
        (lambda: source.ran("<table></table>", "x"), ["<summary>the 1 lines that made this"]),
    ],
)  # fmt: skip
def test_code_as_html(made, parts):
    text = made()
    assert [part for part in parts if part not in text] == []


# Figures


def draw(label="a"):
    drawing, axes = figure.panel()
    axes.plot([0, 1], [0, 1], label=label)
    axes.legend()
    return drawing


def test_a_figure_is_the_same_from_build_to_build_and_follows_the_scheme():
    first, second = figure.svg(draw(), "name"), figure.svg(draw(), "name")
    assert first == second
    assert 'width="540" height="270" role="img" aria-label="name"' in first
    assert "currentColor" in first
    assert "var(--figure-1)" in first
    for left_over in (*figure.SERIES, figure.INK, figure.SOFT, "<style", "<metadata", "<?xml", "DejaVu"):
        assert left_over not in first


def test_ids_differ_between_figures():
    made = [figure.svg(draw("a"), "a"), figure.svg(draw("b"), "b"), figure.svg(draw("a"), "a", key="of another block")]
    ids = [set(re.findall(r' id="([^"]+)"', svg)) for svg in made]
    assert all(ids)
    assert len(set.union(*ids)) == sum(map(len, ids))


def test_a_figure_has_a_caption_and_each_of_its_drawings_a_name():
    one, two = figure.figure(draw(), "name", "caption"), figure.figure([draw(), draw("b")], "name", "caption")
    assert "<figcaption>caption" in one
    assert 'aria-label="name"' in one
    assert 'aria-label="name (1)"' in two
    assert 'aria-label="name (2)"' in two
    assert 'aria-hidden="true"' in figure.svg(draw(), "")  # it only repeats the text beside it


def test_a_key_is_a_sample_of_its_series_line():
    assert len({figure.key(i) for i in range(len(figure.SERIES))}) == len(figure.SERIES)
    assert 'class="key v2"' in figure.key(1)


@pytest.mark.parametrize("image", [np.zeros((4, 8, 3), np.uint8), np.zeros((4, 8, 3)), np.zeros((4, 8))], ids=str)
def test_a_photograph_is_a_file_with_its_size_and_text(image):
    built = figure.photographs([(image, "before")], "name", "caption", width=100)
    assert 'width="100" height="50" alt="name: before" loading="lazy"' in built
    stored = re.search(rf'src="{figure.ASSETS}(pictures/\w+\.webp)"', built)[1]
    assert figure.pictures[stored].startswith(b"RIFF")


# Math and faces


def test_math_becomes_mathml_and_can_be_copied():
    converted = mathml.convert(f"{mathml.inline('x < 1')}, then " + mathml.display(r"\frac{1}{2}"))
    assert converted.count("<math") == 2
    assert '<span class="nb"><math' in converted  # the comma stays with the formula
    assert r'data-clipboard-text="\frac{1}{2}">copy LaTeX' in converted
    with pytest.raises(ValueError, match="not a valid formula"):
        mathml.convert(mathml.inline(r"\nosuchmacro"))


def test_the_faces_are_reduced_to_what_is_drawn():
    drawn = mathml.characters(mathml.convert(mathml.inline(r"x + \alpha")))
    assert {"x", "+", "α", "𝑥", "𝛼"} <= drawn
    made, again, more = fonts.faces(drawn, set("ab")), fonts.faces(drawn, set("ab")), fonts.faces(drawn | {"∑"}, {"Ř"})
    assert made == again
    assert set(made) == {
        "math.woff2",
        *(f"{name}.woff2" for name in ("text", "text-italic", "text-bold", "sans", "code")),
    }
    for name, character in {"math.woff2": "∑", "text.woff2": "Ř", "sans.woff2": "Ř", "code.woff2": "Ř"}.items():
        maps = [TTFont(BytesIO(faces[name])).getBestCmap() for faces in (made, more)]
        assert [ord(character) in known for known in maps] == [False, True], name
        assert 1000 < len(made[name]) < 25000


# Cards and sections


def card(**given):
    rows = [("words", "return np.maximum"), ("more words", "return np.sign")]
    functions = [activations.relu, activations.relu_grad]
    return equation(**{"formulas": formulas.relu, "functions": functions, "rows": rows, **given})


def test_a_card_pairs_each_line_of_the_formula_with_words_and_code():
    built = card(colours=[["x", formulas.x]])
    steps = built.split('<div class="step">')[1:]
    assert [re.search(r'class="gloss">([^<]*)<', step)[1] for step in steps] == ["words", "more words"]
    lines = [re.sub(r"<[^>]+>", "", line) for line in re.findall(r'<span class="ln".*?\n</span>', built)]
    assert lines == ["return np.maximum(0, x)\n", "return np.sign(np.maximum(0, x))\n"]
    assert built.count('<mrow class="v1">') >= 3
    assert '<span class="v1">x</span>' in built
    listed = source.listing(activations.relu, activations.relu_grad)
    assert f"copy all {len(listed.splitlines())} lines" in built
    assert re.sub(r"<[^>]+>", "", built[built.index("<pre>") :]) == listed.replace(">", "&gt;").replace("<", "&lt;")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"rows": [("words", "return np.minimum"), ("words",)]}, "no line of the code begins with 'return np.minimum'"),
        ({"rows": [("words", "return np.sign", "return np.sign"), ("words",)]}, "no line of the code begins with"),
        ({"rows": [("words",)]}, "the formula has 2 lines, the card 1 rows"),
        ({"formulas": [formulas.relu, None]}, "the formula has 3 lines, the card 2 rows"),
    ],
)
def test_a_card_that_does_not_fit_its_source_raises(given, message):
    with pytest.raises(ValueError, match=message):
        card(**given)


SECTION = """# Page

Introduction.

## Title {#block .block}

The idea.

[paper](https://example.org)
{ .meta }

<div class="eq" data-shows="scratch.activations.relu"><b id="{block}-code"></b></div>

<figure></figure>

Use
:   Always.

<details class="checked"></details>

### Claim: It *holds*.

Why.

### Own: With an id of its own. {#own}

## Closing {#closing}

Text.
"""


def test_a_sections_markdown_becomes_a_card_and_its_findings():
    md = Markdown(extensions=["attr_list", "def_list", "toc", Sections()])
    built = re.sub(r"\s*\n\s*", "", md.convert(SECTION))
    order = [
        '<section class="block"><header class="head"><h2 id="block">Title</h2>', 'class="meta"', 'class="idea">The idea.',
        '<div class="eq"', 'id="block-code"', '<div class="lower">', 'id="block-figure"', "<figure>", 'id="block-short"',
        "<dt>Use</dt>", '<details class="checked">', '<div class="findings">',
        '<details class="finding"><summary><h3 id="block-the-paper-s-claim"><span class="kind">Claim<span class="colon">:',
        '<span class="says">It <em>holds</em>.</span></h3></summary><div class="deep"><p>Why.</p></div></details>',
        '<details class="finding"><summary><h3 id="own">', "</section>",
        '<section class="plain"><h2 id="closing">Closing</h2><div class="deep"><p>Text.</p>',
    ]  # fmt: skip
    places = [built.find(part) for part in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)
    (top,) = md.toc_tokens
    assert [(token["id"], [finding["name"] for finding in token["children"]]) for token in top["children"]] == [
        ("block", ["Claim", "Own"]), ("closing", []),
    ]  # fmt: skip


# Pages


def test_named_values_stand_in_the_prose_and_not_in_code():
    page.begin("a.md", a="1.5")
    text = "<p>{{ a }}</p><code>{{ a }}</code><pre>{{ b }}</pre>"
    filled = page.fill(text)
    assert marks.unmarked(filled) == '<p><span class="computed">1.5</span></p><code>{{ a }}</code><pre>{{ b }}</pre>'
    assert "a" in filled.partition("1.5")[0]  # a mark that a translation reads
    page.let(a="1.5")
    for error, call, message in [
        (ValueError, lambda: page.fill("{{ unknown }}"), "unknown"),
        (TypeError, lambda: page.let(b=1.5), "b must be text"),
        (ValueError, lambda: page.let(a="2"), "a has a value already, '1.5', got '2'"),
    ]:
        with pytest.raises(error, match=message):
            call()
    page.begin("b.md", a="2")  # each page has its own names
    assert marks.unmarked(page.fill("{{ a }}")) == '<span class="computed">2</span>'


def test_fences_are_found_wherever_they_stand():
    text = "```python exec\n```\n\n??? tip\n    ```python a=b\n    ``` \n\n~~~python\n```\n~~~\n````text\n```python\n```\n````\n"
    assert page.fences(text) == [(1, "python exec"), (5, "python a=b"), (8, "python"), (11, "text")]


# The build


def executed(text, options=""):
    return f'```python exec="on"{options}\n{text}\n```'


NO_SUCH_LINE = """from scratch.activations import relu
from scratch.formulas import activations as formulas
from scratch.show.card import equation

print(equation(formulas.relu, relu, rows=[("words", "no such line"), ("words",)]))"""
FALSE = "from scratch.show.check import claim\nclaim(1 > 2, 'one', 'two')"
BROKEN = [  # what stands in a section, the line of it that is named, and what is said
    (executed("print(1 / 0)"), 0, "ZeroDivisionError"),
    ('```python exce="on"\nprint(1)\n```', 0, 'a fence with an unknown language or option: python exce="on"'),
    ('```pyhton exec="on"\nprint(1)\n```', 0, 'a fence with an unknown language or option: pyhton exec="on"'),
    ("```python\nprint(1)\n```", 0, "a Python block that is not executed: python"),
    (executed("x = 1  # markdown-exec: hide\nprint(x)", ' source="above"'), 1, "a visible block with hidden lines"),
    ("Text.\n[a](nowhere.md)", 1, "contains a link 'nowhere.md'"),
    ("[a](#nowhere)", 0, "contains a link '#nowhere'"),
    ("[a](index.md#nowhere)", 0, "contains a link 'index.md#nowhere'"),
    ("Text.\n\n$\\nosuchmacro$", 2, "not a valid formula: \\nosuchmacro"),
    ("A\n{{ unknown }}", 1, "{{ unknown }}: no block of the page has given this name a value"),
    (executed(FALSE), 0, "Refuted: what the page states does not hold: ('one', 'two')"),
    (executed("from scratch.show.page import let\nlet(a='1')\nlet(a='2')"), 0, "a has a value already, '1', got '2'"),
    (executed(NO_SUCH_LINE, ' html="on"'), 0, "ValueError: no line of the code begins with 'no such line'"),
    ("### Derivation", 0, "a finding without its sentence: ### Derivation"),
    ("### Derivation: {#id}", 0, "a finding without its sentence: ### Derivation: {#id}"),
]
CELLS = [
    {"cell_type": "markdown", "id": "text", "metadata": {}, "source": "# A\n\n[a](nowhere.md)"},
    {"cell_type": "code", "id": "divides", "metadata": {}, "source": "1 / 0", "outputs": [], "execution_count": None},
]


def notebook(*cells):
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def broken_site(folder):
    """A site with all that is broken, over a topic's sections, in the card and in findings; and (place, message)."""
    pages, expected = (
        {"index.md": f"# Index\n\n{executed('print(1 / 0)')}\n"},
        [("index.md, line 3", "ZeroDivisionError")],
    )
    names = blocks("activations")
    sections = {name: f"## {name} {{#{name}}}\n\nThe idea.\n\n" for name in names}
    for i, (text, line, message) in enumerate(BROKEN):
        name = names[i % len(names)]
        place = f"activations/{name}.md, line {1 + sections[name].count(chr(10)) + line}"
        sections[name] += f"{text}\n\n" + ("### Example: A sentence.\n\n" if i < len(names) else "")
        expected.append((place, message))
    pages |= {f"activations/{name}.md": text for name, text in sections.items()}
    pages |= {
        "activations.md": "# Activations\n\nText.\n",
        "fails.ipynb": notebook(*CELLS),
        "links.ipynb": notebook(CELLS[0]),
    }
    expected += [("fails.ipynb", "cell divides: "), ("fails.ipynb", "ZeroDivisionError")]
    expected += [("links.ipynb", "a link to a page that does not exist: nowhere.md")]
    return small_site(folder, pages), expected


@pytest.mark.site
@pytest.mark.parametrize("options", [[], ["--strict"], ["--quiet"]], ids=str)
def test_whatever_goes_wrong_fails_the_build_and_is_named(tmp_path, options):
    config, expected = broken_site(tmp_path)
    finished = build(tmp_path / "site", *options, config=config)
    assert finished.returncode != 0
    problems = (finished.stdout + finished.stderr).partition("The build found problems:")[2]
    places = r"(?=(?:^|(?<=\s))[\w/-]+\.(?:md, line \d+|ipynb):)"
    parts = re.split(places, problems)
    assert [(p, m) for p, m in expected if not any(part.startswith(f"{p}: ") and m in part for part in parts)] == []


def test_the_page_about_checking_lists_what_a_build_refuses(tmp_path):
    listed = re.findall(r"^\| [^|]+ \| `(.+)` \|$", (ROOT / "docs" / "checked.md").read_text("utf-8"), re.MULTILINE)
    said = [message for _, message in broken_site(tmp_path)[1]]
    assert [text for text in listed if not any(text in message for message in said)] == []
    assert [message for message in said if not any(text in message for text in listed)] == []


@pytest.mark.site
def test_a_page_without_problems_builds(tmp_path):
    text = '# Page\n\n$x$\n\n```python exec="on" source="above" result="text"\nprint(6 * 7)\n```\n'
    finished = build(tmp_path / "site", "--quiet", config=small_site(tmp_path, {"index.md": text}))
    assert finished.returncode == 0, finished.stderr
    built = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "42" in built
    assert "<math" in built
    assert (tmp_path / "site" / "assets" / "math.woff2").stat().st_size > 1000


@pytest.mark.site
def test_pages_and_notebooks_run_the_checkout_that_is_built(tmp_path):
    """Where another `scratch` is installed, neither takes it."""
    shutil.copytree(ROOT / "scratch", tmp_path / "installed" / "scratch", ignore=shutil.ignore_patterns("__pycache__"))
    show = "import scratch.activations\nprint(scratch.activations.__file__)"
    cell = {**CELLS[1], "source": show}
    pages = {"index.md": f"# Page\n\n{executed(show)}\n", "book.ipynb": notebook({**CELLS[0], "source": "# A"}, cell)}
    finished = build(tmp_path / "site", config=small_site(tmp_path, pages), PYTHONPATH=str(tmp_path / "installed"))
    assert finished.returncode == 0, finished.stderr
    for name in ("index.html", "book/index.html"):
        built = (tmp_path / "site" / name).read_text(encoding="utf-8")
        assert re.findall(r"[^>\s]*/scratch/activations\.py", built) == [f"{ROOT}/scratch/activations.py"], name


@pytest.mark.parametrize("command", [["mkdocs", "build"], ["pytest", "tests/test_mlp.py"]], ids=lambda c: c[0])
def test_nothing_is_built_or_tested_with_assertions_switched_off(tmp_path, command):
    options = ["-d", str(tmp_path)] if command[0] == "mkdocs" else []
    command = [sys.executable, "-O", "-m", *command, *options]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode != 0
    assert "python -O" in finished.stdout + finished.stderr


# The package


def test_the_blocks_import_nothing_of_the_site():
    modules = [f"scratch.{path.stem}" for path in (ROOT / "scratch").glob("*.py") if path.stem != "__init__"]
    code = f"import sys, {', '.join(modules)}; print([m for m in ('sympy', 'matplotlib', 'sklearn', 'mkdocs') if m in sys.modules])"
    output = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"
