"""The house: every block has its gradient, formula, test row and section, under one name in every room."""

import builtins
import dis
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

from scratch.show.source import listing

ROOT = Path(__file__).parent.parent
SECTIONS = {
    "activations": ["sigmoid", "tanh", "relu", "leaky-relu", "elu", "gelu"],
    "optimizers": ["sgd", "momentum", "nag", "adagrad", "rmsprop", "adam", "adamw"],
    "losses": ["mse", "mae", "huber", "bce", "cross-entropy"],
    "augmentation": [
        "randomhorizontalflip", "randomresizedcrop", "colorjitter", "randomrotation", "randomaffine",
        "randomgrayscale", "gaussianblur", "randomerasing", "mixup", "cutmix",
    ],
    "schedulers": ["steplr", "cosineannealinglr", "reducelronplateau", "onecyclelr"],
}  # fmt: skip
FORMULA_OF = {"ReduceLROnPlateau": "plateau", "RandomAffine": "random_affine_translate"}  # where the names differ

every_topic = pytest.mark.parametrize("topic", SECTIONS)


def blocks(topic):
    """The public functions and classes that a topic's module defines, without the gradients."""
    module = import_module(f"scratch.{topic}")
    public = {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_")
        and getattr(inspect.unwrap(value) if callable(value) else value, "__module__", "") == module.__name__
    }
    return {name: value for name, value in public.items() if not name.endswith("_grad")}


def page(topic):
    return (ROOT / "docs" / f"{topic}.md").read_text(encoding="utf-8")


def sections(topic):
    """The text of each section with an anchor, in order."""
    found = re.split(r"^## .*\{ ?#([\w-]+) ?\}$", page(topic), flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2]))


@every_topic
def test_the_page_has_the_sections_of_the_topic_in_order(topic):
    assert list(sections(topic))[: len(SECTIONS[topic])] == SECTIONS[topic]


@every_topic
def test_every_section_has_the_same_parts_in_the_same_order(topic):
    order = [
        "Formula", "Code", "Figure", "Derivation", "By hand", "The paper's claim", "Where it fails",
        "Beside PyTorch", "Bugs people write", "Exercise",
    ]  # fmt: skip
    for anchor in SECTIONS[topic]:
        heads = re.findall(r"^### (.+?)(?: \{.*\})?$", sections(topic)[anchor], flags=re.MULTILINE)
        known = [head for head in heads if head in order]
        assert known == [head for head in order if head in known], anchor
        assert {"Formula", "Code", "Figure", "Derivation"} <= set(known), anchor


@every_topic
def test_every_block_is_listed_in_exactly_one_section(topic):
    listed = [
        name
        for text in sections(topic).values()
        for call in re.findall(r"print\(source\((.*?)\)\)\n", text, flags=re.DOTALL)
        for name in re.findall(r"(?:\w+\.)?(\w+)", call)
    ]
    assert [name for name in blocks(topic) if listed.count(name) != 1] == []


@every_topic
def test_every_block_has_a_formula(topic):
    plain = {name.lower().replace("_", "") for name in vars(import_module(f"scratch.formulas.{topic}"))}
    assert [n for n in blocks(topic) if FORMULA_OF.get(n, n).lower().replace("_", "") not in plain] == []


@every_topic
def test_every_block_has_a_test_row(topic):
    tests = (ROOT / "tests" / f"test_{topic}.py").read_text(encoding="utf-8")
    assert [name for name in blocks(topic) if not re.search(rf"\b{name}\b", tests)] == []


@pytest.mark.parametrize("topic", ["activations", "losses"])
def test_every_function_has_its_gradient_beneath_it_with_the_same_arguments(topic):
    module = import_module(f"scratch.{topic}")
    names = [name for name, value in vars(module).items() if inspect.isfunction(value) and not name.startswith("_")]
    for name, value in blocks(topic).items():
        assert names[names.index(name) + 1] == f"{name}_grad"
        assert inspect.signature(value) == inspect.signature(getattr(module, f"{name}_grad"))


@every_topic
def test_every_block_names_its_source(topic):
    silent = [name for name, value in blocks(topic).items() if not inspect.getdoc(value)]
    assert silent == []
    assert "Source:" in inspect.getsource(import_module(f"scratch.{topic}"))


@every_topic
def test_every_listing_runs_alone(topic):
    """Each block's listing, pasted into an empty interpreter, finds all that it uses."""
    for name, block in blocks(topic).items():
        code, namespace = listing(block), {}
        exec(compile(code, name, "exec"), namespace)
        imported = {
            line.split()[1].partition(".")[0] for line in code.splitlines() if re.match(r"(import|from) ", line)
        }
        assert imported <= {"math", "numbers", "numpy", "scipy"}, name
        known = set(namespace) | set(dir(builtins))
        assert {used for used in _globals(compile(code, name, "exec")) if used not in known} == set(), name


def _globals(code):
    """The global names that a code object and those inside it load."""
    found = {i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    for constant in code.co_consts:
        if inspect.iscode(constant):
            found |= _globals(constant)
    return found
