"""Figures that the reader can move: matplotlib draws them, JavaScript printed from the formulas moves what it drew.

Without script a figure is what matplotlib drew at the sliders' first values, with its sentence; nothing is missing. The
module that is shipped runs in V8 during the build and is compared with the blocks.
"""

import hashlib
import html
import json
import re
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np

from scratch.formulas import derivative, javascript
from scratch.show.check import claim
from scratch.show.figure import figure, panel, pictures

ALLOWED = 1e-12  # of |JavaScript - NumPy| / (1 + |NumPy|): rounding of some hundred operations


@dataclass(frozen=True)
class Slider:
    """A knob: its name in the code, range, step and first value, its label, and the series whose colour it wears."""

    name: str
    low: float
    high: float
    step: float
    start: float
    label: str = ""
    series: int = 0

    def html(self, target):
        """The control, which stands in the card where the text says [[name]]."""
        label, colour = html.escape(self.label or self.name), f" v{self.series}" if self.series else ""
        return (
            f'<span class="turn{colour}"><input type="range" name="{self.name}" min="{self.low:g}" max="{self.high:g}" '
            f'step="{self.step:g}" value="{self.start:g}" aria-label="{label}" data-turns="{target}">'
            f"<output>{live(self.start)}</output></span>"
        )


@dataclass
class Motion:
    """What moves, twice: as JavaScript in p, the sliders' values by name, and as numbers(**p) by the blocks.

    script: the functions, printed by scratch.formulas.javascript. curves: the points [[x, y], ...] of each line that is
    drawn with gid="m-NAME". values: the numbers of the sentence. numbers(**p): both by the same names, arrays (n, 2)
    and numbers. sentence: text with {names} of sliders and values. drag: the slider of x, or those of x and y, that a
    drag of the curve "start" sets. short: settings held at all but the first comparison, for paths whose rounding grows
    with each step.
    """

    sliders: list
    script: str
    curves: dict
    values: dict
    numbers: callable
    sentence: str
    drag: tuple = ()
    short: dict = field(default_factory=dict)

    @property
    def first(self):
        """The sliders' first values, by name."""
        return {slider.name: slider.start for slider in self.sliders}

    def start(self):
        """The numbers at the first values: what is drawn."""
        return self.numbers(**self.first)

    def module(self):
        curves = "".join(f"\n  {json.dumps(name)}: p => {text}," for name, text in self.curves.items())
        values = "".join(f"\n  {json.dumps(name)}: p => {text}," for name, text in self.values.items())
        exported = f"export const curves = {{{curves}\n}}\nexport const values = {{{values}\n}}\n"
        return javascript.module(self.script + exported)

    def settings(self, count=25, seed=0):
        """The settings that are compared: the first, the lowest, the highest, and random ones."""
        rng = np.random.default_rng(seed)
        yield self.first
        for draw in (lambda n: 0, lambda n: n, *[lambda n: int(rng.integers(n + 1))] * count):
            marks = {s.name: draw(round((s.high - s.low) / s.step)) for s in self.sliders}
            yield {s.name: min(s.low + s.step * marks[s.name], s.high) for s in self.sliders} | self.short

    def check(self):
        """Run the module in V8 at all settings; the number of settings and of numbers, and the largest difference."""
        from py_mini_racer import MiniRacer

        text = re.sub(r"^export ", "", self.module(), flags=re.MULTILINE)
        call = "const all = p => Object.entries({...curves, ...values}).map(([k, f]) => [k, f(p)])\n"
        worst, count, settings = 0.0, 0, list(self.settings())
        with closing(MiniRacer()) as engine:  # an engine that stays open keeps the process from ending
            engine.eval(f"{text}{call}undefined")
            for p in settings:
                drawn = dict(json.loads(engine.eval(f"JSON.stringify(all({json.dumps(p)}), {_NUMBERS})")))
                expected = self.numbers(**p)
                claim(drawn.keys() == expected.keys(), sorted(drawn), sorted(expected))
                for name, value in expected.items():
                    worst = max(worst, _difference(name, drawn[name], value, p))
                    count += np.size(value)
        return len(settings), count, worst


_NUMBERS = "(k, v) => typeof v === 'number' && !isFinite(v) ? String(v) : v"


def _difference(name, drawn, value, settings):
    drawn, value = np.asarray(drawn, float), np.asarray(value, float)
    claim(drawn.shape == value.shape, name, settings, drawn.shape, value.shape)
    claim(np.array_equal(np.isfinite(drawn), np.isfinite(value)), name, settings)
    finite = np.isfinite(value)
    errors = np.abs(drawn[finite] - value[finite]) / (1 + np.abs(value[finite]))
    claim(np.all(errors <= ALLOWED), name, settings, np.max(errors, initial=0))
    return float(np.max(errors, initial=0))


def moving(drawings, name, caption, motion):
    """A figure whose curves, drawn with gid="m-NAME", move with the sliders. The module is checked first."""
    settings, count, worst = motion.check()
    drawings = drawings if isinstance(drawings, (list, tuple)) else [drawings]
    start = motion.start()
    shown = {**motion.first, **{key: start[key] for key in motion.values}}
    sentence = re.sub(r"\{(\w+)\}", lambda match: live(shown[match[1]]), motion.sentence)
    said = f'<span class="live" data-text="{html.escape(motion.sentence)}">{sentence}</span> {caption}'
    picture = figure(drawings, name, said)
    text = f"{motion.module()}export const frames = {json.dumps(_frames(drawings))}\n"
    drag = f' data-drag="{" ".join(motion.drag)}"' if motion.drag else ""
    proof = f"{settings} settings, {count} numbers, largest difference {worst:.0e} (allowed: {ALLOWED:.0e})"
    return _with_sliders(picture, text, motion.sliders, f'{drag} data-proof="{proof}"')


def curve(formula, blocks, sliders, window, heights, name, caption, sentence, names=("f(x)", "f′(x)"), size=(540, 230)):
    """A function of one number and its derivative, with a point that the last slider, x, moves along both.

    formula: a Formula, or (variable, value, derivative). blocks: the function and its gradient, called with x and the
    other sliders by name. sentence: may use {x}, {y}, {slope} and the sliders.
    """
    value = formula if isinstance(formula, tuple) else (formula.variable, formula.explicit(formula.right), None)
    x, value, slope = value[0], value[1], derivative(value[1], value[0]) if value[2] is None else value[2]
    symbols = sorted(value.free_symbols - {x}, key=str)
    grid = np.linspace(*window, 161)

    def numbers(x, **options):
        here = np.array([x])
        y, dy = (block(here, **options) for block in blocks)
        lines = {name: np.c_[grid, block(grid, **options)] for name, block in zip(("f", "df"), blocks)}
        return {**lines, "at": np.c_[here, y], "below": np.c_[here, dy], "y": y[0], "slope": dy[0]}

    options = "".join(f", p.{slider.name}" for slider in sliders[:-1])
    line = f"range({window[0]}, {window[1]}, 161).map(x => [x, %s(x{options})])"
    point = f"[[p.x, %s(p.x{options})]]"
    motion = Motion(
        sliders,
        javascript.function("f", value, [x, *symbols]) + javascript.function("df", slope, [x, *symbols]),
        {"f": line % "f", "df": line % "df", "at": point % "f", "below": point % "df"},
        {"y": f"f(p.x{options})", "slope": f"df(p.x{options})"},
        numbers,
        sentence,
    )
    drawing, axes = panel(*size)
    start = motion.start()
    for gid, label, at in (("f", names[0], "at"), ("df", names[1], "below")):
        (drawn,) = axes.plot(*start[gid].T, label=label, gid=f"m-{gid}")
        axes.plot(*start[at].T, "o", color=drawn.get_color(), markersize=6, gid=f"m-{at}")
    axes.set(xlabel=str(x), xlim=window, ylim=heights)
    axes.legend()
    return moving(drawing, name, caption, motion)


def choices(draw, sliders):
    """A figure whose sliders choose among pictures that the blocks computed in this build; no second implementation.

    draw(**p): the HTML of the figure at these positions, the same parts at each; what differs is what moves.
    """
    positions = [[]]
    for slider in sliders:
        count = round((slider.high - slider.low) / slider.step) + 1
        positions = [[*chosen, slider.low + slider.step * i] for chosen in positions for i in range(count)]
    frames = {",".join(f"{v:.6g}" for v in p): draw(**{s.name: v for s, v in zip(sliders, p)}) for p in positions}
    parts = {key: re.findall(r"<[^>]+>|[^<]+", _same_ids(frame)) for key, frame in frames.items()}
    first = parts[",".join(f"{slider.start:.6g}" for slider in sliders)]
    if any(len(part) != len(first) for part in parts.values()):
        raise ValueError("a figure of choices must have the same parts at every position of its sliders")
    slots, picture = [], list(first)
    for i, tokens in enumerate(zip(*parts.values())):
        if len(set(tokens)) == 1:
            continue
        tag = i if first[i].startswith("<") else i - 1  # a text belongs to the element that it stands in
        for name in dict.fromkeys(re.findall(r'([\w:-]+)="', first[i])) if tag == i else [""]:
            values = [re.search(rf'\b{name}="([^"]*)"', token)[1] if name else html.unescape(token) for token in tokens]
            if len(set(values)) > 1:
                slots.append((tag, name, values))
    tags = {tag: n for n, tag in enumerate(dict.fromkeys(tag for tag, _, _ in slots))}
    for tag, n in tags.items():
        picture[tag] = re.sub(r"(/?>)$", rf' data-slot="{n}"\1', picture[tag])
    chosen = {key: [values[i] for _, _, values in slots] for i, key in enumerate(frames)}
    where = [[tags[tag], name] for tag, name, _ in slots]
    text = f"export const slots = {json.dumps(where)}\nexport const choices = {json.dumps(chosen)}\n"
    return _with_sliders("".join(picture), text, sliders)


def _same_ids(frame):
    """A picture's ids numbered in their order: they are made of its content, and would differ from frame to frame."""
    names = " ".join(re.findall(r'aria-label="([^"]*)"', frame))
    stem = f"m{hashlib.sha256(names.encode()).hexdigest()[:8]}"
    for n, prefix in enumerate(dict.fromkeys(re.findall(r"\bf[0-9a-f]{9}(?=-)", frame))):
        frame = frame.replace(prefix, f"{stem}{n}")
    return frame


def _with_sliders(picture, text, sliders, more=""):
    """A figure with its sliders; the module is kept for the hook."""
    target = hashlib.sha256(f"{picture}{text}".encode()).hexdigest()[:10]
    pictures[f"moving/{target}.js"] = text.encode()
    picture = picture.replace("<figure", f'<figure data-moving="{target}" data-reset="reset"{more}', 1)
    controls = "".join(slider.html(target) for slider in sliders)
    return picture.replace("</figure>", f'<div class="turns">{controls}</div></figure>')


def linked(page):
    """The HTML of a page whose links set figures; raises ValueError where one sets what no slider of it can take."""
    for anchor, asked in re.findall(r'<a [^>]*?href="#([\w-]+)"[^>]*?data-set="([^"]*)"', page):
        section = page.partition(f'id="{anchor}"')[2].partition("<section")[0]
        for name, _, value in (part.partition("=") for part in html.unescape(asked).split("&")):
            bounds = re.search(rf'<input type="range" name="{name}" min="([^"]+)" max="([^"]+)"', section)
            if not bounds or not float(bounds[1]) <= float(value) <= float(bounds[2]):
                raise ValueError(f"a link sets {name}={value}, which no slider of #{anchor} can take")
    return page


def _frames(drawings):
    """Where the axes of each moving curve lie in their picture: limits and edges in x and y, and which are logs."""
    frames = {}
    for drawing in drawings:
        width, height = drawing.get_size_inches() * 72
        for axes in drawing.axes:
            box = axes.get_position()
            (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
            edges = [x0, x1, box.x0 * width, box.x1 * width, y0, y1, (1 - box.y0) * height, (1 - box.y1) * height]
            log = [int(axes.get_xscale() == "log"), int(axes.get_yscale() == "log")]
            for artist in [*axes.lines, *axes.patches, *axes.collections]:
                if (artist.get_gid() or "").startswith("m-"):
                    frames[artist.get_gid()[2:]] = [*(float(f"{edge:.7g}") for edge in edges), *log]
    return frames


def live(value):
    """A number as the script writes it: four digits, a real minus sign."""
    value = float(value)
    if value and not 1e-3 <= abs(value) < 1e5:
        mantissa, _, exponent = f"{value:.2e}".partition("e")
        return f"{float(mantissa):g}e{int(exponent)}".replace("-", "−")
    return np.format_float_positional(value, precision=4, fractional=False, unique=False, trim="-").replace("-", "−")
