"""The optimizers' mistakes and variants: each an Algorithm with other lines, or a memory kept differently."""

from __future__ import annotations

from dataclasses import replace

from sympy import Abs, Max, Piecewise, evaluate, sign, sqrt

from scratch.examine.base import Mistake, parts, row
from scratch.examine.changes import both, difference, everywhere, lines
from scratch.examine.topics.optimizers import TASKS, changed, form
from scratch.formulas import optimizers as o
from scratch.formulas import t

BY_NAME = {task.name: task for task in TASKS}


def _row(of, name, sentence, mend, change=None, anchor="bugs-people-write", variant=False, seen="", **ways):
    """A row. change: of the Algorithm. ways: how the memory is kept, as Running takes it."""

    def line(task):
        forms = (form(of, {**task.options, **options}) for options in ({}, *(case.options for case in task.cases)))
        return next(filter(None, (difference(right, change(right)) for right in forms)), ())

    page = "adam-amsgrad" if anchor == "amsgrad" else f"{BY_NAME[of].block}-{anchor}"
    make = None if seen else changed(BY_NAME[of], change or both(), **ways)
    line, change = line if change else None, None if ways else change
    return Mistake(of, name, sentence, mend, page, make, line, variant, seen, change)


def _kept(pairs):
    """A change of what is remembered: for each symbol of the step before, another one of this step."""

    def change(algorithm):
        return replace(algorithm, state={b: (pairs.get(b, now), first) for b, (now, first) in algorithm.state.items()})

    return change


_of = parts(_row)
SHARED = row("state-shared", "All parameters share one memory: each moves with the others' gradients.",
             "one buffer per parameter", shared=True, counts="parameters")  # fmt: skip
IN_PLACE = row(
    "not-in-place", "param = param - ... makes a new array; the network's own stays as it was and never learns.",
    "param -= lr * step", seen="not-in-place")  # fmt: skip


def _of_v(e):
    """v_hat's own average without its correction."""
    return o.v_max if e.has(o.v_max) else v


with evaluate(False):
    theta, theta_1, g, b, b_1, v, v_1, m, m_1 = o.theta, o.theta_1, o.g, o.b, o.b_1, o.v, o.v_1, o.m, o.m_1
    eta, mu, lamda, tau, alpha, rho, epsilon = o.eta, o.mu, o.lamda, o.tau, o.alpha, o.rho, o.epsilon
    G, G_1, beta1, beta2, m_hat, v_hat = o.G, o.G_1, o.beta1, o.beta2, o.m_hat, o.v_hat
    gradient = o.gradient(theta_1)
    decayed = gradient + lamda * theta_1
    adam_denominator = sqrt(v_hat) + epsilon
    rms_denominator = sqrt(v) + epsilon
    centred_denominator = sqrt(v - m**2) + epsilon
    ada_denominator = sqrt(G) + epsilon
    fraction = m_hat / (sqrt(v_hat) + epsilon)
    ada_rate = eta / (1 + (t - 1) * rho)

    def _adams(decay):
        """What Adam and AdamW are got wrong in alike. decay: what the step is taken from."""
        return [
            row("no-power-of-t", "The bias correction divides by 1 - beta, not by 1 - beta^t: it never fades. The "
                "first step is right, and in the end every step is off by the same factor.",
                "m / (1 - beta1**t), v / (1 - beta2**t)", everywhere((beta1**t, beta1), (beta2**t, beta2))),
            row("correction-multiplied", "The averages are multiplied by 1 - beta^t, where they must be divided by it.",
                "m / (1 - beta1**t)",
                lines({m_hat: lambda e: m * (1 - beta1**t),
                    v_hat: lambda e: _of_v(e) * (1 - beta2**t)} )),
            row("no-correction", "Neither average is corrected for its start at 0.",
                "m / (1 - beta1**t), v / (1 - beta2**t)",
                lines({m_hat: m, v_hat: _of_v}), "derivation"),
            row("only-m-corrected", "v is not corrected for its start at 0: the first steps are many times too long.",
                "v / (1 - beta2**t)", lines({v_hat: _of_v}), "derivation"),
            row("only-v-corrected", "m is not corrected for its start at 0: the first steps are too short.",
                "m / (1 - beta1**t)", lines({m_hat: m}), "derivation"),
            row("no-root", "The root of v is missing: it is divided by the average of the squares itself.",
                "np.sqrt(v_hat)", everywhere((adam_denominator, v_hat + epsilon)), "formula"),
            row("epsilon-in-the-root", "Epsilon stands inside the root, sqrt(v + eps).", "np.sqrt(v_hat) + eps",
                everywhere((adam_denominator, sqrt(v_hat + epsilon))), "beside-pytorch", True),
            row("epsilon-hat",
                "Epsilon is added before the correction, as in TensorFlow (the paper's epsilon-hat, end of its "
                "section 2): the same for a larger epsilon that changes with t.", "np.sqrt(v / (1 - beta2**t)) + eps",
                everywhere((adam_denominator, sqrt(v_hat) + epsilon / sqrt(1 - beta2**t))), "beside-pytorch", True),
            row("no-epsilon", "Epsilon is missing: where a gradient has been 0 so far, 0 / 0 gives NaN.",
                "np.sqrt(v_hat) + eps", everywhere((adam_denominator, sqrt(v_hat))), "formula"),
            row("betas-exchanged", "beta1 and beta2 have changed places.", "beta1 for m, beta2 for v",
                everywhere((beta1, beta2), (beta2, beta1)), "formula"),
            row("beta1-for-v", "v is averaged with beta1, where it must be beta2.", "beta2 * v + (1 - beta2) * g**2",
                lines({v: beta1 * v_1 + (1 - beta1) * g**2}), "formula"),
            row("no-square", "v averages the gradient, not its square: its root is NaN for negative ones.", "g**2",
                lines({v: beta2 * v_1 + (1 - beta2) * g}), "formula"),
            row("absolute-value-for-square", "v averages |g|, not its square.", "g**2",
                lines({v: beta2 * v_1 + (1 - beta2) * Abs(g)}), "formula"),
            row("square-of-the-average", "v averages the square of m, where it must be that of the gradient.", "g**2",
                lines({v: beta2 * v_1 + (1 - beta2) * m**2}), "formula"),
            row("m-of-squares", "m averages the squared gradient: its sign is lost.", "beta1 * m + (1 - beta1) * g",
                lines({m: beta1 * m_1 + (1 - beta1) * g**2}), "formula"),
            row("no-one-minus-beta1", "The factor 1 - beta1 before the gradient is missing: m is a sum, about ten "
                "times the average.", "beta1 * m + (1 - beta1) * g", lines({m: beta1 * m_1 + g}), "formula"),
            row("no-one-minus-beta2", "The factor 1 - beta2 before the squared gradient is missing.",
                "beta2 * v + (1 - beta2) * g**2", lines({v: beta2 * v_1 + g**2}), "formula"),
            row("shares-exchanged",
                "The shares beta1 and 1 - beta1 have changed places: m keeps a tenth and takes nine.",
                "beta1 * m + (1 - beta1) * g", lines({m: (1 - beta1) * m_1 + beta1 * g}), "formula"),
            row("gradient-for-m", "The step takes the gradient itself: m is averaged and not used.", "m_hat",
                lines({m_hat: g}), "formula"),
            row("corrected-kept",
                "The corrected averages are remembered in place of the plain ones: every step corrects again what was "
                "corrected.", "m_hat = m / (1 - beta1**t), and keep m", _kept({m_1: m_hat, v_1: v_hat}), "derivation"),
            row("t-from-0", "t is 0 in the first step: 1 - beta^0 is 0, and the first step is NaN or infinite.",
                "t += 1 before the correction", everywhere((t, t - 1)), "derivation"),
            row("t-one-ahead", "t is one too large: it is 2 in the first step.", "t counts from 1",
                everywhere((t, t + 1)), "derivation"),
            row("t-counts-parameters", "t is counted up once per parameter, not once per step: the second parameter's "
                "correction is too weak from the start.", "t += 1 once in a step", counts="parameters"),
            row("climbs", "The step is added where it must be subtracted: it climbs.", "theta -= ...",
                lines({theta: decay + eta * fraction}), "formula"),
            row("rate-twice", "The learning rate stands in the average as well: the steps are too short by lr.",
                "lr in the last line only", lines({m: beta1 * m_1 + (1 - beta1) * (eta * g)}), "formula"),
            row("amsgrad-after-correction", "AMSGrad's maximum is taken of the corrected average; PyTorch takes it "
                "before.", "np.maximum(v_max, v) / (1 - beta2**t)",
                lines({o.v_max: Max(o.v_max_1, v / (1 - beta2**t)), v_hat: lambda e: o.v_max if e.has(o.v_max) else e}),
                "amsgrad", True),
            (SHARED[0], {**SHARED[1], "counts": "steps"}),
            row("state-and-t-shared", "All parameters share one memory and one t, which counts up for each of them.",
                "one memory per parameter", shared=True, counts="parameters"),
            IN_PLACE,
        ]  # fmt: skip

    ROWS = [
        *_of("sgd", "theta -= lr * g",
            IN_PLACE,
            row("climbs", "The gradient is added where it must be subtracted: it climbs.", "",
                lines({theta: theta_1 + eta * g}), "formula"),
            row("decay-subtracted", "Weight decay has the wrong sign: it pushes the weights away from 0.",
                "g + weight_decay * theta", lines({g: gradient - lamda * theta_1}), "formula"),
            row("decay-without-rate", "Weight decay is not multiplied by the learning rate.",
                "theta -= lr * (g + weight_decay * theta)",
                lines({g: gradient, theta: theta_1 - eta * g - lamda * theta_1}), "formula"),
            row("decay-twice", "The penalty's gradient is 2 lambda theta here: the block's penalty is lambda / 2 "
                "|theta|^2.", "g + weight_decay * theta", lines({g: gradient + 2 * (lamda * theta_1)}), "derivation"),
            row("decay-of-the-sign", "The penalty is that of |theta|, L1: its gradient is the sign.",
                "g + weight_decay * theta", lines({g: gradient + lamda * sign(theta_1)}), "derivation", True),
            row("sign-of-the-gradient", "Only the gradient's sign is used: it is signSGD.", "",
                lines({theta: theta_1 - eta * sign(g)}), "derivation", True),
            row("rate-over-t", "The rate falls as 1 / t.", "keep lr, and let a scheduler change it",
                lines({theta: theta_1 - eta / t * g}), "the-paper-s-claim", True),
            row("rate-squared", "The learning rate stands there twice.", "", lines({theta: theta_1 - eta**2 * g}),
                "formula"),
            row("gradient-summed", "The gradients of all steps so far are summed up.", "forget the last gradient",
                both(lines({theta: theta_1 - eta * b}), lambda a: replace(a, assignments=(a.assignments[0], (b,
                    b_1 + g), *a.assignments[1:]), state={**a.state, b_1: (b, 0)})), "bugs-people-write")),
        *_of("momentum", "b = mu * b + g",
            row("one-minus-mu", "The gradient enters with the factor 1 - mu, as an average: the same steps at a rate "
                "ten times as large. Compare rates with care.", "mu * b + g", lines({b: mu * b_1 + (1 - mu) * g}),
                variant=True),
            row("rate-inside", "The learning rate stands inside the buffer (Polyak's and Sutskever's form): the same "
                "as long as the rate stays the same.", "b = mu * b + g, theta -= lr * b",
                lines({b: Piecewise((eta * g, t < 2), (mu * b_1 + (1 - tau) * (eta * g), True)), theta: theta_1 - b}),
                "beside-pytorch", True),
            row("nesterov", "It looks ahead, g + mu b: it is Nesterov's.", "theta -= lr * b",
                lines({theta: theta_1 - eta * (g + mu * b)}), "formula"),
            row("no-memory", "The buffer does not carry over: it is plain gradient descent.", "", lines({b: g}),
                "formula"),
            row("nothing-fades", "The buffer keeps all of itself: mu is missing.", "", lines({b: b_1 + g}), "formula"),
            row("mu-before-the-gradient", "mu multiplies the gradient as well.", "", lines({b: mu * (b_1 + g)}),
                "formula"),
            row("shares-exchanged", "The shares have changed places: (1 - mu) b + mu g.", "",
                lines({b: (1 - mu) * b_1 + mu * g}), "formula"),
            row("minus-in-the-buffer", "The gradient is subtracted in the buffer and the buffer from theta: it climbs.",
                "", lines({b: Piecewise((-g, t < 2), (mu * b_1 - (1 - tau) * g, True))}), "formula"),
            row("rate-twice", "The learning rate stands in the buffer and in the step.", "lr in one place",
                lines({b: Piecewise((eta * g, t < 2), (mu * b_1 + (1 - tau) * (eta * g), True))}), "formula"),
            row("decay-outside", "Weight decay is added to the step, not to the gradient that enters the buffer.",
                "g + weight_decay * theta before the buffer",
                lines({g: gradient, theta: theta_1 - eta * (b + lamda * theta_1)}), "beside-pytorch", True),
            row("first-damped", "The first gradient is damped, too; in PyTorch it enters the buffer whole.",
                "b = g in the first step", lines({b: mu * b_1 + (1 - tau) * g}), "beside-pytorch", True),
            row("buffer-before", "The step takes the buffer of the step before: it is one gradient late.",
                "update the buffer first", lines({theta: theta_1 - eta * b_1}), "formula"),
            SHARED, IN_PLACE),
        *_of("nag", "g + mu * b",
            row("heavy-ball", "It is heavy ball: the step takes b, without looking ahead. So is a form that updates "
                "theta first and then takes the gradient there.", "theta -= lr * (g + mu * b)",
                lines({theta: theta_1 - eta * b})),
            row("no-gradient", "The step takes mu b alone: the gradient itself is missing.", "",
                lines({theta: theta_1 - eta * (mu * b)}), "formula"),
            row("buffer-whole", "The step takes g + b: mu before the buffer is missing.", "",
                lines({theta: theta_1 - eta * (g + b)}), "formula"),
            row("looks-twice", "The step looks two steps ahead: mu^2 b is added.", "",
                lines({theta: theta_1 - eta * (g + mu * (g + mu * b))}), "formula"),
            row("one-minus-mu", "The gradient enters with the factor 1 - mu, as an average.", "b = mu * b + g",
                lines({b: mu * b_1 + (1 - mu) * g}), "bugs-people-write", True),
            row("rate-inside", "The learning rate stands inside the buffer (Sutskever's form, and Keras's): the same "
                "as long as the rate stays the same.", "theta -= lr * (g + mu * b)",
                lines({b: mu * b_1 + eta * g, theta: theta_1 - (eta * g + mu * b)}), "beside-pytorch", True),
            row("old-buffer-not-taken-back", "theta + (1 + mu) v: what the last look ahead added, mu v of the step "
                "before, is not taken back.", "-mu * v_before + (1 + mu) * v",
                lines({theta: theta_1 - eta * ((1 + mu) * b)}), "derivation"),
            row("no-memory", "The buffer does not carry over.", "b = mu * b + g", lines({b: g}), "formula"),
            row("climbs", "The step is added where it must be subtracted.", "theta -= ...",
                lines({theta: theta_1 + eta * (g + mu * b)}), "formula"),
            row("minus-for-plus", "g - mu b stands where g + mu b must.", "",
                lines({theta: theta_1 - eta * (g - mu * b)}), "formula"),
            SHARED, IN_PLACE),
        *_of("Adagrad", "G += g**2",
            row("no-root", "It is divided by the sum, not by its root: the smaller the gradient, the longer the step.",
                "np.sqrt(G)", everywhere((ada_denominator, G + epsilon))),
            row("epsilon-in-the-root", "Epsilon stands inside the root.", "np.sqrt(G) + eps",
                everywhere((ada_denominator, sqrt(G + epsilon))), "beside-pytorch", True),
            row("no-square", "The gradients are summed without their squares.", "", lines({G: G_1 + Abs(g)}),
                "formula"),
            row("no-memory", "The squares do not add up: each step is divided by its own size, which leaves the sign.",
                "", lines({G: g**2}), "formula"),
            row("average", "The squares are averaged with 0.9: it is RMSProp.", "",
                lines({G: 9 * (G_1 / 10) + g**2 / 10}), "formula"),
            row("mean-for-sum", "The sum is divided by t: the rate no longer falls.", "np.sqrt(G)",
                everywhere((ada_denominator, sqrt(G / t) + epsilon)), "derivation"),
            row("sum-before", "The step is divided by the sum of the step before: the first by epsilon alone.",
                "G += g**2 first", everywhere((ada_denominator, sqrt(G_1) + epsilon)), "formula"),
            row("no-epsilon", "Epsilon is missing: where a gradient has been 0 so far, 0 / 0 gives NaN.",
                "np.sqrt(G) + eps", everywhere((ada_denominator, sqrt(G))), "where-it-fails"),
            row("decay-from-1", "lr_decay counts from t, not from t - 1: the first step is shortened, too.",
                "lr / (1 + (t - 1) * lr_decay)", lines({theta: theta_1 - eta / (1 + t * rho) * (g / ada_denominator)}),
                "beside-pytorch"),
            row("climbs", "The step is added where it must be subtracted.", "theta -= ...",
                lines({theta: theta_1 + ada_rate * (g / ada_denominator)}), "formula"),
            row("decay-outside", "Weight decay is apart from the gradient, as AdamW's.", "g + weight_decay * theta",
                lines({g: gradient, theta: theta_1 - ada_rate * (g / ada_denominator) - ada_rate * (lamda * theta_1)}),
                "beside-pytorch", True),
            SHARED, IN_PLACE),
        *_of("RMSprop", "alpha * v + (1 - alpha) * g**2",
            row("no-square",
                "The average is that of the gradient, not of its square: its root is NaN for negative ones.", "",
                lines({v: alpha * v_1 + (1 - alpha) * g})),
            row("absolute-value-for-square", "The average is that of |g|, not of its square.", "g**2",
                lines({v: alpha * v_1 + (1 - alpha) * Abs(g)})),
            row("no-root", "The root is missing: it is divided by the average of the squares itself.", "np.sqrt(v)",
                everywhere((rms_denominator, v + epsilon), (centred_denominator, v - m**2 + epsilon))),
            row("epsilon-in-the-root", "Epsilon stands inside the root, as in TensorFlow 1 and in Graves's paper.",
                "np.sqrt(v) + eps",
                everywhere((rms_denominator, sqrt(v + epsilon)), (centred_denominator, sqrt(v - m**2 + epsilon))),
                "beside-pytorch", True),
            row("sum", "The squares are summed up, not averaged: it is AdaGrad.", "", lines({v: v_1 + g**2}),
                "formula"),
            row("shares-exchanged", "The shares have changed places: (1 - alpha) v + alpha g^2.", "",
                lines({v: (1 - alpha) * v_1 + alpha * g**2}), "formula"),
            row("no-one-minus-alpha", "The factor 1 - alpha before the squared gradient is missing.", "",
                lines({v: alpha * v_1 + g**2}), "formula"),
            row("corrected", "The average is corrected for its start at 0, as Adam's.", "leave the correction out",
                everywhere((rms_denominator, sqrt(v / (1 - alpha**t)) + epsilon)), "beside-pytorch", True),
            row("average-before", "The step is divided by the average of the step before: the first by epsilon alone.",
                "update v first", everywhere((rms_denominator, sqrt(v_1) + epsilon)), "formula"),
            row("no-epsilon", "Epsilon is missing: where a gradient has been 0 so far, 0 / 0 gives NaN.",
                "np.sqrt(v) + eps", everywhere((rms_denominator, sqrt(v)), (centred_denominator, sqrt(v - m**2))),
                "formula"),
            row("climbs", "The step is added where it must be subtracted.", "theta -= ...",
                lines({theta: theta_1 + eta * b}), "formula"),
            row("rate-inside", "The learning rate stands inside the momentum's buffer, as in TensorFlow: the same as "
                "long as the rate stays the same.", "theta -= lr * b",
                both(everywhere((rms_denominator, rms_denominator / eta), (centred_denominator,
                    centred_denominator / eta)), lines({theta: theta_1 - b})), "beside-pytorch", True),
            row("momentum-of-the-gradient", "The momentum gathers gradients, and their sum is divided; it must gather "
                "what has been divided.", "b = mu * b + g / (sqrt(v) + eps)",
                lines({b: mu * b_1 + g, theta: lambda e: theta_1 - eta * (b / rms_denominator)}), "beside-pytorch"),
            row("centred-without-square", "The average is subtracted, where its square must be: v - m.", "v - m**2",
                everywhere((v - m**2, v - m)), "formula"),
            row("centred-plus", "The squared average is added, where it must be subtracted.", "v - m**2",
                everywhere((v - m**2, v + m**2)), "formula"),
            row("decay-outside", "Weight decay is apart from the gradient, as AdamW's.", "g + weight_decay * theta",
                lines({g: gradient, theta: theta_1 - eta * (b + lamda * theta_1)}), "beside-pytorch", True),
            SHARED, IN_PLACE),
        *_of("Adam", "g + weight_decay * theta",
            *_adams(theta_1),
            row("decay-apart", "Weight decay is apart from the gradient: it is AdamW.", "",
                lines({g: gradient, theta: (1 - eta * lamda) * theta_1 - eta * fraction}), "beside-pytorch", True),
            row("decay-in-the-fraction", "Weight decay is added to m, behind the averages.", "",
                lines({g: gradient, theta: theta_1 - eta * ((m_hat + lamda * theta_1) / adam_denominator)}),
                "beside-pytorch")),
        *_of("AdamW", "theta *= 1 - lr * weight_decay",
            *_adams((1 - eta * lamda) * theta_1),
            row("l2", "Weight decay is added to the gradient: it is Adam with L2, which AdamW was made to avoid.", "",
                lines({g: decayed, theta: theta_1 - eta * fraction})),
            row("decay-without-rate", "Weight decay is not multiplied by the learning rate, as in the paper's "
                "Algorithm 2, where a schedule's factor stands in its place.", "",
                lines({theta: (1 - lamda) * theta_1 - eta * fraction}), "beside-pytorch", True),
            row("decay-in-the-fraction", "Weight decay is divided by the root of v, too.", "",
                lines({theta: theta_1 - eta * ((m_hat + lamda * theta_1) / adam_denominator)}), "derivation"),
            row("decay-after", "theta is decayed after the step, not before: the step itself shrinks, too.",
                "theta *= 1 - lr * weight_decay first", lines({theta: (1 - eta * lamda) * (theta_1 - eta * fraction)}),
                "beside-pytorch", True),
            row("decay-grows", "1 + lr weight_decay stands where 1 - lr weight_decay must: the weights grow.", "",
                lines({theta: (1 + eta * lamda) * theta_1 - eta * fraction}), "formula"),
            row("decay-twice", "Weight decay is added to the gradient as well.", "g as it is", lines({g: decayed}),
                "formula"),
            row("no-decay", "theta is not decayed at all: it is Adam.", "", lines({theta: theta_1 - eta * fraction}),
                "formula")),
    ]  # fmt: skip


def _whole_class(row):
    """The same mistake of the whole class SGD."""
    made = _row("SGD", row.name, row.sentence, row.mend, row.change, seen=row.seen, variant=row.variant,
                **({"shared": True, "counts": "parameters"} if row.name == "state-shared" else {}))  # fmt: skip
    return replace(made, anchor=row.anchor)


ROWS += [_whole_class(row) for row in ROWS if row.of == "momentum"]
with evaluate(False):
    ROWS += [
        *_of("SGD", "",
            row("climbs", "The step is added where it must be subtracted: it climbs.", "theta -= ...",
                lines({theta: lambda e: 2 * theta_1 - e}), "formula"),
            row("decay-subtracted", "Weight decay has the wrong sign: it pushes the weights away from 0.",
                "g + weight_decay * theta", lines({g: gradient - lamda * theta_1}), "formula"),
            row("nesterov-is-heavy-ball",
                "nesterov=True is heavy ball as well: the step takes b, without looking ahead.",
                "theta -= lr * (g + mu * b)", lines({theta: theta_1 - eta * b}))),
    ]  # fmt: skip
