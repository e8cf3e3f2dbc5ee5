"""Figures that move: the printed JavaScript, its comparison with the blocks, and the pictures that sliders choose."""

import json
from contextlib import closing

import numpy as np
import pytest
import sympy
from scipy.special import erf, erfc

pytest.importorskip("py_mini_racer", reason="the site's tools are not installed")

from scratch.activations import elu, elu_grad
from scratch.formulas import Algorithm, javascript
from scratch.formulas import activations as formulas
from scratch.formulas.javascript import expression, module, recursion
from scratch.show import moving
from scratch.show.check import Refuted
from scratch.show.figure import figure, panel, pictures
from scratch.show.moving import Motion, Slider, choices, curve, linked, live

x, y = sympy.symbols("x y", real=True)


def run(script, call):
    """The value of a call in V8."""
    from py_mini_racer import MiniRacer

    with closing(MiniRacer()) as engine:
        return json.loads(engine.eval(f"{module(script)}JSON.stringify({call})"))


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (sympy.exp(x) - 1, "Math.expm1(x)"),
        (sympy.log(1 + x), "Math.log1p(x)"),
        (1 + sympy.erf(x), "erfc(-x)"),
        (sympy.Piecewise((x, x > 0), (0, True)), "((x > 0) ? x : 0)"),
        (sympy.Piecewise((x, sympy.And(x > 0, x < 1)), (0, True)), "(((x > 0) && (x < 1)) ? x : 0)"),
        (sympy.Mod(x, 3), "mod(x, 3)"),
        (sympy.Symbol(r"\theta_{t-1}"), "theta__t_1"),
    ],
    ids=str,
)
def test_an_expression_is_printed_in_the_form_that_keeps_its_digits(expr, text):
    assert expression(expr) == text


def test_an_undefined_function_is_refused():
    with pytest.raises(ValueError, match="no definition"):
        expression(sympy.Function("f")(x))


@pytest.mark.parametrize(("name", "exact"), [("erf", erf), ("erfc", erfc)])
def test_the_helpers_agree_with_scipy(name, exact):
    places = np.concatenate([np.linspace(-6, 6, 241), [1e-300, 1e-12, 0.5, -0.5, 20.0, 26.0]])
    values = run(f"const all = {json.dumps(places.tolist())}.map(x => {name}(x))\n", "all")
    np.testing.assert_allclose(values, exact(places), rtol=2e-14, atol=0)


def test_a_recursion_runs_elementwise():
    before, now, g = sympy.symbols("a_{t-1} a_t g")
    halved = Algorithm(((now, before - g * before),), {before: (now, 0)})
    path = run(recursion("halve", halved, now), "halve(a => a, [4, 8], 2, {g: 0.5})")
    assert path == [[4, 8], [2, 4], [1, 2]]


def elus(formula=formulas.elu, blocks=(elu, elu_grad), low=0.0):
    sliders = [Slider("alpha", low, 2, 0.25, 1), Slider("x", -3, 2, 0.25, -2)]
    return curve(formula, blocks, sliders, (-4, 2), (-2, 2), "ELU", "caption", "ELU({x}) = {y}, slope {slope}.")


def test_a_figure_stands_complete_without_script_and_its_module_is_kept():
    pictures.clear()
    picture = elus()
    assert "ELU(−2) = −0.8647, slope 0.1353." in picture
    assert picture.count('type="range"') == 2
    assert 'data-curve="f"' in picture
    ((name, text),) = pictures.items()
    assert name.endswith(".js")
    assert b"Math.expm1(x)" in text


@pytest.mark.parametrize(
    "broken",
    [
        {"blocks": (lambda x, alpha: elu(x, 1.0000001 * alpha), elu_grad)},
        {"blocks": (elu, lambda x, alpha: elu_grad(x, alpha) + 1e-9)},
        {"formula": (formulas.x, formulas.elu.right.subs(formulas.alpha, formulas.alpha + 1e-9), None)},
    ],
    ids=["block", "gradient", "formula"],
)
def test_a_changed_constant_is_refused_and_named(broken):
    with pytest.raises(Refuted, match="alpha"):
        elus(**broken)


def test_a_broken_helper_is_refused(monkeypatch):
    monkeypatch.setitem(javascript.HELPERS, "range", javascript.HELPERS["range"].replace("(n - 1)", "n"))
    with pytest.raises(Refuted):
        elus()


def test_what_is_compared_are_first_lowest_highest_and_random_settings():
    motion = Motion(
        [Slider("a", 0, 1, 0.1, 0.5)], "", {}, {"b": "p.a"}, lambda a, c=0: {"b": a}, "{a} {b}", short={"c": 1}
    )
    settings = list(motion.settings())
    assert [p["a"] for p in settings[:3]] == [0.5, 0, 1]
    assert len(settings) == 28
    assert all(p["c"] == 1 for p in settings[1:])
    assert motion.check()[2] == 0


def test_sliders_choose_among_pictures_of_the_same_parts():
    def draw(k):
        drawing, axes = panel()
        axes.plot([0, 1], [0, k])
        axes.set(xlim=(0, 1), ylim=(0, 3))
        return figure(drawing, "a line", f"to {k:g}")

    pictures.clear()
    picture = choices(draw, [Slider("k", 1, 3, 1, 2)])
    assert "to 2" in picture
    ((_, text),) = pictures.items()
    slots, frames = (json.loads(line.partition(b" = ")[2]) for line in text.splitlines())
    assert set(frames) == {"1", "2", "3"}
    assert {name for _, name in slots} == {"d", ""}
    assert all(f'data-slot="{slot}"' in picture for slot, _ in slots)
    with pytest.raises(ValueError, match="the same parts"):
        choices(lambda k: "<p></p>" * int(k), [Slider("k", 1, 2, 1, 1)])


@pytest.mark.parametrize("asked", ["alpha=3", "beta=1", "alpha="])
def test_a_link_sets_only_what_a_slider_can_take(asked):
    page = f'<section><div id="elu-figure">{elus()}</div><a href="#elu-figure" data-set="ASKED">x</a></section>'
    good = page.replace("ASKED", "alpha=1.5&amp;x=-1")
    assert linked(good) == good
    with pytest.raises(ValueError, match=r"a link sets|could not convert"):
        linked(page.replace("ASKED", asked))


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (-1.55629, "−1.556"), (1e-5, "1e−5"), (123456.0, "1.23e5"), (1000.0, "1000")]
)
def test_numbers_read_as_the_script_writes_them(value, text):
    assert live(value) == text
    script = (moving.__file__.removesuffix("py")) + "js"
    with open(script, encoding="utf-8") as file:
        source = file.read()
    number = source[source.index("const number") : source.index("const settings")]
    assert run("", f"(() => {{ {number} return number({value}) }})()") == text
