"""The schedulers' mistakes and variants: closed forms and rules with one thing done differently."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from sympy import Add, Ge, Gt, Le, Max, Mod, Piecewise, cos, evaluate, exp, floor, pi, sin
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from scratch.examine.base import Mistake
from scratch.examine.changes import both, compiled, constants, difference, everywhere, lines
from scratch.examine.topics.schedulers import SYMBOLS, changed
from scratch.formulas import put_in
from scratch.formulas import schedulers as f


def _closed(formula, more=None):
    """A closed form as a function of a case's data. more: that of the momentum."""

    def rates(base, events, column, **options):
        events = [event for event in events if not isinstance(event, str)]
        form = formula(options) if callable(formula) else formula
        if column:
            form = more(options)
            if form is None:
                return np.full(len(events) + 1, 0.9)
        values = constants(form, options, SYMBOLS)
        values.setdefault(f.eta_0, base)
        values[form.variable] = np.arange(len(events) + 1.0)
        functions = tuple(pair for pair in form.definitions if isinstance(pair[0], AppliedUndef))
        for left, side in reversed([pair for pair in form.definitions if pair not in functions]):
            values[left] = compiled(side)(values)
        found = compiled(put_in(form.right, functions))(values)
        return np.broadcast_to(np.asarray(found, float), len(events) + 1)

    return rates


def _row(of, name, sentence, mend, make, pair, anchor="bugs-people-write", variant=False, change=None):
    anchor = f"{of.lower()}-{anchor}"
    return Mistake(of, name, sentence, mend, anchor, make, lambda task: pair, variant, change=change)


def _formula(of, block):
    """What makes rows of a closed form."""

    def row(name, sentence, mend, wrong, anchor="bugs-people-write", variant=False):
        formula = replace(block, right=wrong)
        return _row(
            of, name, sentence, mend, lambda right: _closed(formula), difference(block, formula), anchor, variant
        )

    return row


_step, _cosine = _formula("StepLR", f.step_lr), _formula("CosineAnnealingLR", f.cosine_annealing_lr)


def _rule(name, sentence, mend, change, anchor="bugs-people-write", variant=False):
    pair = difference(f.reduce_lr_on_plateau, change(f.reduce_lr_on_plateau))
    return _row("ReduceLROnPlateau", name, sentence, mend, changed(None, change), pair, anchor, variant, change)


def _cycle(name, sentence, mend, change=None, momentum=None, anchor="bugs-people-write", variant=False, always=None):
    """A row of OneCycleLR. change: of the rate's Formula; momentum: of the momentum's. always: fixed options."""

    def chosen(options):
        return {n: v for n, v in {**options, **(always or {})}.items() if n in ("anneal_strategy", "three_phase")}

    def rate(options):
        form = f.one_cycle_lr(**chosen(options))
        return change(form) if change else form

    def cycled(options):
        form = f.one_cycle_momentum(**chosen(options))
        return momentum(form) if momentum else form

    pair = difference(f.one_cycle_lr(), rate({}))
    return _row("OneCycleLR", name, sentence, mend, lambda _: _closed(rate, cycled), pair, anchor, variant)


def _defined(*pairs):
    """A change of a Formula's definitions."""
    new = dict(pairs)

    def change(formula):
        made = tuple((left, new.get(left, right)) for left, right in formula.definitions)
        return replace(formula, definitions=made)

    return change


def _inside(*pairs):
    """A change of parts of a Formula's right side."""

    def change(formula):
        with evaluate(False):
            return replace(formula, right=formula.right.xreplace(dict(pairs)))

    return change


def _compared(to):
    """A change of what counts as a better metric: to makes the new condition of the old one."""

    def change(algorithm):
        condition = _condition(algorithm)
        return everywhere((condition, to(condition)))(algorithm)

    return change


def _condition(algorithm):
    """The comparison of the metric with the best so far."""
    found = (c for _, right in algorithm.assignments for c in right.atoms(Relational) if c.has(f.m) and c.has(best_1))
    return next(found)


def _better(min_form, max_form):
    """Another comparison with the best metric, for a metric that should fall and for one that should rise."""
    return _compared(lambda condition: max_form if isinstance(condition, Gt) else min_form)


def _or_equal(condition):
    return (Ge if isinstance(condition, Gt) else Le)(condition.lhs, condition.rhs)


def _followed(algorithm):
    """The best metric follows every improvement, whether it counts or not."""
    better = m > best_1 if isinstance(_condition(algorithm), Gt) else m < best_1
    return lines({f.best: Piecewise((m, better), (best_1, True))})(algorithm)


def _counting(make):
    """Another count of bad epochs; make is given what a better metric is."""
    return lines({f.counted: lambda e: make(next(c for c in e.args[0][1].args if not c.has(f.cool_1)))})


with evaluate(False):
    t, s, T, gamma, eta_0, eta_min = f.epoch, f.s, f.T, f.gamma, f.eta_0, f.eta_min
    height = (1 + cos(pi * t / T)) / 2
    m, P, theta, C, best_1, eta_1, lower = f.m, f.P, f.theta, f.C, f.best_1, f.eta_1, f.lower
    n, N, peak, x, y, u = f.n, f.N, f.peak, f.x, f.y, f.u
    cosine_of = f.A(x, y, u)
    # Peak and end one step later: N + 1 stands for N where steps are counted
    _ends_late = _inside((Add(N, -1, -peak), N - peak), (Add(N, -1, -2 * peak), N - 2 * peak))
    _late, _whole = (both(_defined((peak, rise)), _ends_late) for rise in (f.p * N, floor(f.p * N)))

    ROWS = [
        # StepLR
        _step("no-floor", "The exponent is not rounded down: the rate falls a little in every epoch.",
              "gamma ** (epoch // step_size)", eta_0 * gamma ** (t / s)),
        _step("counts-from-1", "The drop comes one epoch early: epochs are counted from 1.", "epochs count from 0",
              eta_0 * gamma ** floor((t + 1) / s)),
        _step("one-epoch-late", "The drop comes one epoch late, or the rate was read before the step.",
              "epoch // step_size", Piecewise((eta_0, t < 1), (eta_0 * gamma ** floor((t - 1) / s), True))),
        _step("every-epoch", "gamma is multiplied in every epoch: step_size is not used.", "epoch // step_size",
              eta_0 * gamma**t, "formula"),
        _step("one-drop-only", "There is one drop, and then none any more.", "gamma ** (epoch // step_size)",
              Piecewise((eta_0, t < s), (eta_0 * gamma, True)), "formula"),
        _step("product-for-power", "gamma times the number of drops, where it must be gamma to that power.",
              "gamma ** (epoch // step_size)", Piecewise((eta_0, t < s), (eta_0 * (gamma * floor(t / s)), True)),
              "formula"),
        _step("subtracted", "The rate falls by a share of the first one at each drop, and below 0 at last.",
              "gamma ** (epoch // step_size)", eta_0 * (1 - (1 - gamma) * floor(t / s)), "formula"),
        _step("divided", "The rate is divided by gamma: it grows.", "lr * gamma", eta_0 / gamma ** floor(t / s),
              "formula"),
        _step("one-minus-gamma", "It is multiplied by 1 - gamma.", "lr * gamma", eta_0 * (1 - gamma) ** floor(t / s),
              "formula"),
        _step("rounded-up", "The exponent is rounded up: the first drop comes after one epoch.", "epoch // step_size",
              eta_0 * gamma ** Piecewise((0, t < 1), (floor((t - 1) / s) + 1, True)), "formula"),
        _step("exponential", "It is exp(-gamma t / step_size).", "gamma ** (epoch // step_size)",
              eta_0 * exp(-(gamma * t / s)), "formula", True),
        _step("closed-form", "A rate that is set by hand is overwritten at the next step: the closed form begins from "
              "the first rate each time.", "optimizer.lr *= gamma", f.step_lr.right, "beside-pytorch", True),
        # CosineAnnealingLR
        _cosine("no-half", "The factor 1/2 is missing: it begins at twice the rate.", "(1 + cos(...)) / 2",
                eta_min + (eta_0 - eta_min) * (1 + cos(pi * t / T)), "derivation"),
        _cosine("no-eta-min-in-the-height", "eta_min is not taken from the height: it begins above the first rate.",
                "eta_min + (lr - eta_min) * ...", eta_min + eta_0 * height, "derivation"),
        _cosine("floor-for-offset", "eta_min holds the rate up where the cosine would fall below it, and does not lift "
                "the curve.", "eta_min + (lr - eta_min) * ...", Max(eta_min, eta_0 * height), "derivation"),
        _cosine("full-period", "The cosine runs through a whole period in T_max epochs: down and up again.",
                "pi * t / T_max", eta_min + (eta_0 - eta_min) / 2 * (1 + cos(2 * (pi * t / T)))),
        _cosine("quarter", "A quarter of a cosine: it is steepest at the end.", "(1 + cos(pi * t / T_max)) / 2",
                eta_min + (eta_0 - eta_min) * cos(pi * t / (2 * T)), "derivation"),
        _cosine("no-pi", "pi is missing: t / T_max is taken for the angle.", "cos(pi * t / T_max)",
                eta_min + (eta_0 - eta_min) / 2 * (1 + cos(t / T)), "formula"),
        _cosine("sine", "A sine stands where the cosine must.", "cos(pi * t / T_max)",
                eta_min + (eta_0 - eta_min) / 2 * (1 + sin(pi * t / T)), "formula"),
        _cosine("minus-for-plus", "1 - cos rises where 1 + cos falls.", "1 + cos(pi * t / T_max)",
                eta_min + (eta_0 - eta_min) / 2 * (1 - cos(pi * t / T)), "formula"),
        _cosine("last-epoch-is-lowest", "T_max - 1 stands in the angle: the lowest rate comes one epoch early.",
                "t / T_max", eta_min + (eta_0 - eta_min) / 2 * (1 + cos(pi * t / (T - 1)))),
        _cosine("one-epoch-early", "Epochs are counted from 1.", "t counts from 0",
                eta_min + (eta_0 - eta_min) / 2 * (1 + cos(pi * (t + 1) / T))),
        _cosine("linear", "It is a straight line from the first rate to eta_min.", "(1 + cos(pi * t / T_max)) / 2",
                eta_min + (eta_0 - eta_min) * Max(0, 1 - t / T), "formula", True),
        _cosine("warm-restarts", "It restarts at T_max, as the paper's SGDR does; PyTorch's climbs back along the "
                "cosine.", "cos(pi * t / T_max), beyond T_max too",
                eta_min + (eta_0 - eta_min) / 2 * (1 + cos(pi * Mod(t, T) / T)), "beside-pytorch", True),
        _cosine("stays-low", "After T_max it stays at eta_min, as in Keras; PyTorch's climbs back along the cosine.",
                "cos(pi * t / T_max), beyond T_max too",
                Piecewise((eta_min + (eta_0 - eta_min) / 2 * (1 + cos(pi * t / T)), t <= T), (eta_min, True)),
                "beside-pytorch", True),
        _cosine("closed-form", "A rate that is set by hand is overwritten at the next step: the closed form begins "
                "from the first rate each time.", "the recursion", f.cosine_annealing_lr.right, "beside-pytorch", True),
        # ReduceLROnPlateau
        _rule("fires-at-patience", "It reduces when as many epochs were bad as patience says; it must be one more.",
              "num_bad > patience", everywhere((f.counted > P, f.counted >= P), (f.counted <= P, f.counted < P)),
              "beside-pytorch"),
        _rule("no-threshold", "Every improvement counts, however small: the threshold is not used.",
              "metric < best * (1 - threshold)", _better(m < best_1, m > best_1)),
        _rule("absolute-threshold", "The threshold is a difference, as Keras's min_delta, where it is a share by "
              "default.", "metric < best * (1 - threshold)", _better(m < best_1 - theta, m > best_1 + theta),
              "beside-pytorch", True),
        _rule("equal-is-better", "A metric that just meets the bound counts as better.", "metric < bound",
              _compared(_or_equal), "formula"),
        _rule("compares-with-the-last",
              "The metric is compared with that of the epoch before, not with the best so far.",
              "best = min(best, metric)", lines({f.best: m})),
        _rule("best-without-threshold", "The best metric follows every improvement, also one that does not count.",
              "update best with num_bad", _followed, "formula"),
        _rule("not-reset-after-a-drop", "The count of bad epochs is not set back after a reduction: it reduces in "
              "every bad epoch that follows.", "num_bad = 0", lines({f.bad: f.counted})),
        _rule("not-reset-when-better", "A better epoch does not set the count back: bad epochs need not be in a row.",
              "num_bad = 0 when better",
              _counting(lambda better: Piecewise((f.bad_1, better), (0, f.cool_1 > 0), (f.bad_1 + 1, True))),
              "formula"),
        _rule("no-cooldown", "Bad epochs count during the cooldown, too.", "num_bad = 0 while cooldown > 0",
              _counting(lambda better: Piecewise((0, better), (f.bad_1 + 1, True))), "formula"),
        _rule("cooldown-never-ends", "The cooldown is not counted down.", "cooldown_counter -= 1",
              lines({f.cool: Piecewise((C, f.counted > P), (f.cool_1, True))}), "formula"),
        _rule("drops-below-min", "min_lr is not kept.", "max(lr * factor, min_lr)", lines({f.lower: gamma * eta_1}),
              "formula"),
        _rule("one-minus-factor", "The rate is multiplied by 1 - factor.", "lr * factor",
              lines({f.lower: Max((1 - gamma) * eta_1, eta_min)}), "formula"),
        _rule("from-the-first-rate", "The reduced rate is made of the first one, not of the one that stands there: it "
              "falls once only.", "optimizer.lr * factor", lines({f.lower: Max(gamma * eta_0, eta_min)}), "formula"),
        # OneCycleLR
        _cycle("peak-one-late",
               "The peak lies at step pct_start * total_steps; it is one earlier, since steps count from 0.",
               "pct_start * total_steps - 1", _defined((peak, f.p * N)), _defined((peak, f.p * N)), "beside-pytorch"),
        _cycle("end-one-late", "The cycle ends at step total_steps, which never comes: the lowest rate is not reached.",
               "total_steps - 1", _ends_late, _ends_late, "beside-pytorch"),
        _cycle("one-step-too-many",
               "Peak and end are counted as if there were total_steps + 1 steps: both come late, and the lowest rate "
               "is not reached.", "pct_start * total_steps - 1, total_steps - 1", _late, _late, "beside-pytorch"),
        _cycle("whole-steps-too-many",
               "The rise takes int(pct_start * total_steps) steps and the cycle total_steps: both ends come late.",
               "pct_start * total_steps - 1, total_steps - 1", _whole, _whole, "beside-pytorch"),
        _cycle("end-from-the-peak",
               "The last rate is max_lr / final_div_factor; it is the first rate that must be divided.",
               "max_lr / div_factor / final_div_factor", _defined((eta_min, f.eta_max / f.d_end)), anchor="formula"),
        _cycle("ends-where-it-began", "It ends at its first rate: the way far below it, final_div_factor, is missing.",
               "max_lr / div_factor / final_div_factor", _defined((eta_min, eta_0)), anchor="the-paper-s-claim"),
        _cycle("ends-at-0", "It ends at 0.", "max_lr / div_factor / final_div_factor", _defined((eta_min, 0 * eta_0)),
               anchor="beside-pytorch", variant=True),
        _cycle("starts-at-0", "It starts at 0, a plain warm-up.", "max_lr / div_factor",
               _defined((eta_min, f.eta_max / f.d / f.d_end), (eta_0, 0 * f.eta_max)), anchor="formula", variant=True),
        _cycle("starts-at-the-lowest", "It starts at the lowest rate, where max_lr / div_factor is the first.",
               "max_lr / div_factor",
               _defined((eta_min, f.eta_max / f.d / f.d_end), (eta_0, f.eta_max / f.d / f.d_end)), anchor="formula"),
        _cycle("linear", "The ways up and down are straight lines, as in the papers; PyTorch's default is a cosine.",
               "anneal_strategy=\"cos\"", always={"anneal_strategy": "linear"}, anchor="beside-pytorch", variant=True),
        _cycle("three-phases", "It has three phases, as the papers' cycle; PyTorch's default has two.",
               "three_phase=False", always={"three_phase": True}, anchor="beside-pytorch", variant=True),
        _cycle("linear-three-phases", "The papers' cycle: three phases along straight lines. PyTorch's default is two "
               "of a cosine.", "three_phase=False, anneal_strategy=\"cos\"",
               always={"three_phase": True, "anneal_strategy": "linear"}, anchor="beside-pytorch", variant=True),
        _cycle("no-half", "The factor 1/2 of the cosine is missing.", "(1 + cos(pi * u)) / 2",
               _defined((cosine_of, y + (x - y) * (1 + cos(pi * u)))), anchor="derivation"),
        _cycle("quarter-cosine", "A quarter of a cosine: steepest at its end.", "(1 + cos(pi * u)) / 2",
               _defined((cosine_of, y + (x - y) * cos(pi * u / 2))), anchor="derivation"),
        _cycle("momentum-rests", "The momentum is not cycled.", "momentum from .95 down to .85 and back",
               momentum=lambda form: None),
        _cycle("momentum-with-the-rate", "The momentum rises with the rate; it must fall as the rate rises.",
               "from max_momentum to base_momentum and back",
               momentum=_inside((f.A(f.mu_max, f.mu_min, n / peak), f.A(f.mu_min, f.mu_max, n / peak)), (f.A(f.mu_min,
                   f.mu_max, (n - peak) / Add(N, -1, -peak)), f.A(f.mu_max, f.mu_min, (n - peak) / Add(N, -1,
                   -peak))), (f.A(f.mu_min, f.mu_max, (n - peak) / peak), f.A(f.mu_max, f.mu_min, (n - peak) / peak)),
                   (f.A(f.mu_max, f.mu_max, (n - 2 * peak) / Add(N, -1, -2 * peak)), f.A(f.mu_min, f.mu_min,
                   (n - 2 * peak) / Add(N, -1, -2 * peak)))), anchor="formula"),
        _cycle("upside-down", "The rate falls first and rises after: the ends have changed places.", "rise, then fall",
               _inside((f.A(eta_0, f.eta_max, n / peak), f.A(f.eta_max, eta_0, n / peak))), anchor="formula"),
    ]  # fmt: skip
