"""The house: every block has its gradient, formula, row, section and listing, under one name in every room.

Topics and blocks are those of scratch.evidence. What a test forbids is a function of the house that returns what is
wrong; it is tried on a house where something is missing, too.
"""

import ast
import dis
import inspect
import itertools
import json
import re
import shutil
import subprocess
import sys
import types
from importlib import import_module
from pathlib import Path

import pytest

from scratch.evidence import TOPICS, blocks, rows
from scratch.show.source import body, listing

ROOT = Path(__file__).parent.parent
KINDS = [
    "Example", "Derivation", "Variants", "By hand", "Claim", "Where it fails", "Beside PyTorch", "Bugs", "Exercise",
]  # fmt: skip
LONG = {"ReduceLROnPlateau", "OneCycleLR", "RandomResizedCrop", "cross_entropy"}  # up to 30 lines
PRESS = sorted((ROOT / "scratch" / "show").glob("*.py"))
BLOCKS = [(topic, block) for topic in TOPICS for block in blocks(topic)]

every_topic = pytest.mark.parametrize("topic", TOPICS)
every_block = pytest.mark.parametrize(("topic", "block"), BLOCKS)


def public(module):
    """The public functions and classes that a module defines, without the gradients."""
    found = {name: value for name, value in vars(module).items() if not name.startswith(("_", "annotations"))}
    own = {n: v for n, v in found.items() if getattr(inspect.unwrap(v), "__module__", "") == module.__name__}
    return {name: value for name, value in own.items() if not name.endswith("_grad")}


def blocks_module(topic):
    return import_module(f"scratch.{topic}")


def section(topic, block):
    return (ROOT / "docs" / topic / f"{block}.md").read_text(encoding="utf-8")


# Rows


def called(row):
    """The names of what a row calls."""
    return {vars(row).get("name"), *(getattr(value, "__name__", None) for value in vars(row).values())}


def without_row(module, table):
    """The public names of a topic's module that no row of the table calls."""
    return sorted(set(public(module)) - set().union(*map(called, table)))


@every_topic
def test_every_block_of_the_code_has_its_row(topic):
    module, table = blocks_module(topic), rows(topic)
    assert without_row(module, table) == []
    for name in public(module):  # and this test can fail
        assert without_row(module, [row for row in table if name not in called(row)]) == [name]


# Sources


def without_source(module):
    """The public names of a module whose own docstring names no source."""
    return [
        name
        for name, value in public(module).items()
        if not re.search(r"^Source: \S", inspect.getdoc(value) or "", re.M)
    ]


@every_topic
def test_every_block_names_its_source(topic):
    module = blocks_module(topic)
    assert without_source(module) == []
    text = inspect.getsource(module)
    for name in public(module):  # and this test can fail
        start = re.search(rf"^(def|class) {name}\b", text, re.MULTILINE).start()
        mutated = types.ModuleType(module.__name__)
        exec(text[:start] + text[start:].replace("Source:", "", 1), vars(mutated))
        assert without_source(mutated) == [name]


# Sections


def wrong_with_section(text, block):
    """What a block's section lacks."""
    text, problems = re.sub(r"^```.*?^```$", "```", text, flags=re.MULTILINE | re.DOTALL), []
    if not re.match(rf"## \S.* \{{#{block}\}}\n\n[^\n#`{{]+", text):
        problems.append("no heading with the block's anchor, and its idea, at the top")
    if len(re.findall(r"^\{ \.meta \}$", text, re.MULTILINE)) != 1:
        problems.append("no paragraph of sources")
    card, *findings = re.split(r"^### ", text, flags=re.MULTILINE)
    if not re.search(r"^\S.*\n:   \S", card, re.MULTILINE):
        problems.append("nothing in short")
    kinds = [re.match(r"([^:\n]+): (?!\{[ #:])\S", finding) for finding in findings]
    names = [kind[1] if kind else "" for kind in kinds]
    if not set(names) <= set(KINDS):
        problems.append(f"findings without a known kind or a sentence: {sorted(set(names) - set(KINDS))}")
    elif names != sorted(names, key=KINDS.index):
        problems.append(f"findings in another order: {names}")
    return [*problems, "fewer than four findings"] if len(findings) < 4 else problems


@every_topic
def test_every_block_has_its_section_and_no_other_stands_there(topic):
    assert {path.stem for path in (ROOT / "docs" / topic).glob("*")} == set(blocks(topic))


@every_block
def test_a_section_has_its_parts(topic, block):
    assert wrong_with_section(section(topic, block), block) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("{#relu}", "{#other}", "no heading"),
        ("{ .meta }", "", "no paragraph of sources"),
        ("\n:   ", "\n", "nothing in short"),
        ("### Bugs: ", "### Bugs ", "without a known kind or a sentence"),
        ("### Bugs: ", "### Bogs: ", "without a known kind or a sentence"),
        ("### Bugs: ", "### Example: ", "in another order"),
        ("\n### ", "\n#### ", "fewer than four"),
    ],
)
def test_what_a_section_lacks_is_found(old, new, problem):
    text = section("activations", "relu")
    assert old in text
    assert problem in str(wrong_with_section(text.replace(old, new), "relu"))


# Formulas and cards


@every_block
def test_a_card_shows_a_formula_of_its_topic(topic, block):
    """The first thing that a section's equation is given is what the topic's room of formulas holds."""
    from scratch.formulas import Algorithm, Formula

    codes = re.findall(
        r'^```python exec="on" html="on".*?\n(.*?)^```$', section(topic, block), re.MULTILINE | re.DOTALL
    )
    (code,) = [code for code in codes if "print(equation(" in code]
    *setup, last = ast.parse(code).body
    names = {}
    exec(compile(ast.Module(setup, []), block, "exec"), names)
    first = last.value.args[0].args[0]
    shown = eval(ast.unparse(first), names)
    assert all(
        f is None or isinstance(f, (Formula, Algorithm)) for f in (shown if isinstance(shown, list) else [shown])
    )
    room = import_module(f"scratch.formulas.{topic}")
    used = [names[node.id] for node in ast.walk(first) if isinstance(node, ast.Name)]
    assert any(one is room or any(one is known for known in vars(room).values()) for one in used)


def _expressions(formula):
    """All sides of all equations of a Formula or an Algorithm."""
    pairs = getattr(formula, "assignments", None) or [
        *formula.definitions,
        (formula.right, formula.textbook_derivative),
    ]
    return [side for pair in pairs for side in pair if hasattr(side, "atoms")]


@every_topic
def test_of_the_cases_of_a_formula_exactly_one_holds(topic):
    import sympy

    from scratch.formulas import Algorithm, Formula

    room = import_module(f"scratch.formulas.{topic}")
    makers = [
        v for n, v in vars(room).items() if inspect.isfunction(v) and v.__module__ == room.__name__ and n[0] != "_"
    ]
    made = [make() for make in makers if all(p.default != p.empty for p in inspect.signature(make).parameters.values())]
    known = [v for v in [*vars(room).values(), *made] if isinstance(v, (Formula, Algorithm))]
    cases = {cases for formula in known for side in _expressions(formula) for cases in side.atoms(sympy.Piecewise)}
    for conditions in {tuple(condition for _, condition in one.args) for one in cases}:
        flags = all(isinstance(condition, sympy.Eq) for condition in conditions)  # 0 or 1
        assert flags or sympy.simplify(sympy.Or(*conditions)) == sympy.true, conditions
        ordered = [c for c in conditions if c != sympy.true and not isinstance(c, sympy.Eq)]
        for one, other in itertools.combinations(ordered, 2):
            assert sympy.simplify(sympy.And(one, other)) == sympy.false, conditions


@pytest.mark.parametrize("topic", ["activations", "losses"])
def test_every_function_has_its_gradient_beneath_it_with_the_same_arguments(topic):
    module = blocks_module(topic)
    names = [name for name, value in vars(module).items() if inspect.isfunction(value) and not name.startswith("_")]
    for name, value in public(module).items():
        assert names[names.index(name) + 1] == f"{name}_grad"
        assert inspect.signature(value) == inspect.signature(getattr(module, f"{name}_grad"))


# Bodies and listings


@every_topic
def test_bodies_are_short(topic):
    for name, value in vars(blocks_module(topic)).items():
        if getattr(value, "__module__", "") != f"scratch.{topic}":
            continue
        methods = [m for m in vars(value).values() if inspect.isfunction(m)] if inspect.isclass(value) else [value]
        longest = max((len(body(method)) for method in methods if inspect.isfunction(method)), default=0)
        assert longest <= (30 if name in LONG or name.startswith("_") else 20), name


ALONE = """import builtins, json, sys
sys.modules["scratch"] = None
for name, text, known in json.load(sys.stdin):
    namespace = {}
    exec(compile(text, name, "exec"), namespace)
    missing = set(known) - set(namespace) - set(dir(builtins))
    assert name in namespace and not missing, (name, missing)
"""


@every_topic
def test_every_listing_runs_alone(topic, tmp_path):
    """Each block's listing, pasted into an interpreter without this package, finds all that it uses."""
    listings = []
    for name, block in public(blocks_module(topic)).items():
        text = listing(block)
        imported = {
            line.split()[1].partition(".")[0] for line in text.splitlines() if re.match(r"(import|from) ", line)
        }
        assert imported <= {"functools", "inspect", "math", "numbers", "numpy", "scipy"}, name
        listings.append((name, text, sorted(_globals(compile(text, name, "exec")))))
    command = [sys.executable, "-c", ALONE]
    finished = subprocess.run(
        command, input=json.dumps(listings), cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr


def _globals(code):
    """The global names that a code object and those inside it load."""
    found = {i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    for constant in code.co_consts:
        if inspect.iscode(constant):
            found |= _globals(constant)
    return found - {"__name__", "__qualname__", "__module__", "__annotations__"}


# Rooms


ROOMS = {  # what each room may import of the house; * stands for the topics
    **{topic: {"checks"} for topic in TOPICS},
    "__init__": set(),
    "checks": set(),
    "mlp": {"checks", "activations", "losses"},
    "formulas": {"formulas"},
    "evidence": {"*", "formulas", "formulas.*", "evidence", "evidence.*"},
    "examine": {
        "*",
        "checks",
        "formulas",
        "formulas.*",
        "evidence",
        "evidence.*",
        "examine",
        "examine.*",
        "examine.topics.*",
        "examine.catalogue.*",
    },
    "show": {"formulas", "evidence", "show", "examine", "execution", "site", "translation"},
    "translation": {"evidence", "show", "site", "translation"},
    "execution": {"evidence", "show", "execution"},
    "site": {"evidence", "show", "site"},
}


def imports(text):
    """The modules of the house that a text imports, without "scratch."."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (a.name.partition(".")[2] for a in node.names if re.match(r"scratch\b", a.name))
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield "a relative import"
        elif isinstance(node, ast.ImportFrom) and node.module == "scratch":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and re.match(r"scratch\b|docs\b|tests?\b", node.module):
            module = node.module.removeprefix("scratch.")
            found = {
                f"{module}.{a.name}" for a in node.names if a.name in TOPICS
            }  # from scratch.formulas import losses
            yield from found or {module}


def strangers(room, text):
    """What a text imports that its room may not."""
    for module in imports(text):
        parent, _, last = module.rpartition(".")
        general = f"{parent}.*".lstrip(".") if last in TOPICS else module if module in ROOMS[room] else parent
        if not {module, general} & ROOMS[room]:
            yield module


@pytest.mark.parametrize("path", sorted((ROOT / "scratch").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_room_imports_what_it_may(path):
    parts = path.relative_to(ROOT / "scratch").with_suffix("").parts
    assert list(strangers(parts[0], path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("room", "text"),
    [
        ("losses", "from scratch import activations"),
        ("losses", "from scratch.activations import relu"),
        ("losses", "import scratch.evidence"),
        ("formulas", "from scratch import losses"),
        ("formulas", "from scratch.evidence import rows"),
        ("evidence", "from scratch.show.table import number"),
        ("show", "def f():\n    from scratch.losses import mse_loss"),
        ("show", "from scratch.formulas import losses"),
        ("show", "from scratch.evidence.losses import ROWS"),
        ("evidence", "from docs import losses"),
        ("checks", "from . import losses"),
    ],
)
def test_a_stranger_in_a_room_is_found(room, text):
    assert list(strangers(room, text))


@pytest.mark.parametrize("path", PRESS, ids=lambda path: path.stem)
def test_the_press_knows_no_topic_and_no_block_by_name(path):
    text = path.read_text(encoding="utf-8")
    known = {
        *TOPICS,
        *(block for _, block in BLOCKS),
        *(name for topic in TOPICS for name in public(blocks_module(topic))),
    }
    strings = {node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}
    names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    assert known & {string for string in strings if isinstance(string, str)} == set()
    assert {*TOPICS} & (names | {path.stem}) == set()


def test_the_list_of_topics_stands_once():
    places = []
    for path in [path for folder in ("scratch", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            parts = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
            if len({*TOPICS} & {part.value for part in parts if isinstance(part, ast.Constant)}) > 2:
                places.append(str(path.relative_to(ROOT)))
    assert places == ["scratch/evidence/__init__.py"]


def test_the_press_is_small():
    """Under 1,500 lines of code, without docstrings, comments and empty lines."""
    count = 0
    for path in PRESS:
        text = path.read_text(encoding="utf-8")
        defined = [n for n in ast.walk(ast.parse(text)) if isinstance(n, (ast.FunctionDef, ast.ClassDef, ast.Module))]
        told = [n.body[0] for n in defined if ast.get_docstring(n)]
        silent = {line for node in told for line in range(node.lineno, node.end_lineno + 1)}
        lines = enumerate(map(str.strip, text.splitlines()), 1)
        count += sum(bool(line) and not line.startswith("#") and n not in silent for n, line in lines)
    assert count < 1500


# One block more

SILU = {  # all that it takes, by file
    "scratch/activations.py": """

@elementwise()
def silu(x):
    \"\"\"Sigmoid linear unit, x * sigmoid(x).

    Source: Elfwing, Uchibe, Doya 2018, arXiv 1702.03118.

    x: real array of any shape, any range.
    Returns values from -0.28 up. Raises ValueError for an array that does not hold real numbers.
    \"\"\"
    x = np.maximum(x, -1e100)  # -inf * 0 would be NaN
    return x * sigmoid(x)


@elementwise()
def silu_grad(x):
    \"\"\"Derivative of SiLU, sigmoid(x) + x * sigmoid'(x).

    x: real array of any shape, any range.
    Returns values in [-0.1, 1.1]. Raises ValueError for an array that does not hold real numbers.
    \"\"\"
    x = np.clip(x, -1e100, 1e100)
    return sigmoid(x) + x * sigmoid_grad(x)
""",
    "scratch/formulas/activations.py": """
silu = written(
    lambda: Formula(
        left=_named("SiLU"),
        right=x * sigma(x),
        variable=x,
        textbook_derivative=sigma(x) * (1 + x * (1 - sigma(x))),
        definitions=((sigma(x), 1 / (1 + exp(-x))),),
    )
)
""",
    "scratch/evidence/activations.py": """    _row("silu", "silu", at_zero=0.5),
]
""",
    "docs/activations/silu.md": """## SiLU {#silu}

Multiplies $x$ by its sigmoid.

[Elfwing, Uchibe, Doya 2018](https://arxiv.org/abs/1702.03118) · PyTorch: `torch.nn.SiLU`
{ .meta }

```python thumbnail
import numpy as np

from scratch.activations import silu
from scratch.show.figure import svg, thumbnail

drawing, axes = thumbnail()
axes.plot(silu(np.linspace(-4, 4, 81)))
print(svg(drawing, "", "silu"))
```

```python exec="on" html="on"
from scratch.activations import silu, silu_grad
from scratch.formulas import activations as formulas
from scratch.show.card import equation

rows = [("the gate times x", "x = np.maximum", "return x * sigmoid"), ("the gate",), ("product rule", "return sigmoid")]
print(equation(formulas.silu, [silu, silu_grad], rows=rows))
```

```python exec="on" html="on" source="below"
from scratch.activations import silu, silu_grad
from scratch.formulas import activations as formulas
from scratch.show.moving import Slider, curve

print(curve(
    formulas.silu,
    (silu, silu_grad),
    [Slider("x", -6, 4, 0.05, -1, "x")],
    (-6, 4),
    (-1, 4),
    "SiLU and its derivative",
    "It dips below 0 on the left.",
    "SiLU({x}) = {y}, with slope {slope}.",
))
```

Use
:   In place of GELU.

x
:   [[x]] Where to look.

### Example: Its lowest value is {{ silu_lowest }}. {words="minimum swish"}

```python exec="on" source="above" result="text"
import numpy as np

from scratch.activations import silu
from scratch.show.check import claim
from scratch.show.page import let
from scratch.show.table import number

y = silu(np.linspace(-6, 4, 401))
print(y.min())
claim(-0.2785 < y.min() < -0.278, y.min())
let(silu_lowest=number(y.min()))
```

### Derivation: The product rule.

### Where it fails: It is not monotone.

### Bugs: None is known.
""",
}


@pytest.mark.site
def test_one_block_more_takes_its_four_places_and_nothing_else(tmp_path):
    """SiLU added to a copy of the house: its page is built, and the house's and its topic's tests pass."""
    conftest = pytest.importorskip("conftest")
    copy = tmp_path / "house"
    for folder in ("scratch", "docs", "tests"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("mkdocs.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, copy)
    for name, addition in SILU.items():
        text = (copy / name).read_text(encoding="utf-8") if (copy / name).exists() else ""
        (copy / name).write_text(
            (text.removesuffix("]\n") if addition.endswith("]\n") else text) + addition, encoding="utf-8"
        )
    parts = [copy / "docs" / "activations.md", *(copy / "docs" / "activations").glob("*.md")]
    pages = {str(p.relative_to(copy / "docs")): p.read_text(encoding="utf-8") for p in parts}
    away = {name: re.sub(r"\]\((?!#)[^)]*\)", "](https://example.org)", text) for name, text in pages.items()}
    away["examine.md"] = "# Where a card leads to\n"
    (tmp_path / "small").mkdir()
    built = conftest.build(
        tmp_path / "site", "--strict", config=conftest.small_site(tmp_path / "small", away, root=copy)
    )
    assert built.returncode == 0, built.stdout + built.stderr
    page = (tmp_path / "site" / "activations" / "index.html").read_text(encoding="utf-8")
    assert page.count('<section class="block">') == len(blocks("activations")) + 1
    assert page.count('<details class="checked">') == len(blocks("activations")) + 1
    assert 'href="#silu"' in page
    silu = page[page.index('id="silu"') :]
    assert "data-moving" in silu
    assert '<span class="computed">−0.278</span>' in silu
    found = json.loads((tmp_path / "site" / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]
    assert [e["tags"] for e in found if e["location"].endswith("#silu-example")] == [["minimum", "swish"]]
    tests = ["tests/test_house.py", "tests/test_activations.py", "-k", "activations or press or silu"]
    command = [sys.executable, "-m", "pytest", "-q", *tests]
    finished = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout
