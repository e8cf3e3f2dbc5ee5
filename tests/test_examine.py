"""Examine: right implementations in other styles agree, every known mistake is named, and no mutation passes."""

import ast
import colorsys
import copy
import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.special import erf

from scratch import evidence
from scratch.examine import examine
from scratch.examine.__main__ import main
from scratch.examine.base import Case, errors
from scratch.examine.catalogue import table, written
from scratch.examine.judge import filled, judge
from scratch.examine.names import find, tasks
from scratch.examine.watch import Failure, Watch

# Right implementations, each in another style than the block; the short ones stand in the table


class Tanh:
    def __call__(self, x):
        z = np.exp(-2 * np.abs(x))
        return np.sign(x) * (1 - z) / (1 + z)

    def gradient(self, x):
        return 1 - self(x) ** 2


class Elu:
    def __init__(self, a=1.0):
        self.a = a

    def forward(self, x):
        return np.where(x > 0, x, self.a * (np.exp(np.minimum(x, 0)) - 1))


def gelu(x, approximate="none"):
    if approximate == "tanh":
        return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return 0.5 * x * (1 + erf(x / math.sqrt(2)))


def _off(pred, target):
    if np.shape(pred) != np.shape(target):
        raise ValueError(f"{np.shape(pred)} is not {np.shape(target)}")
    return np.asarray(pred) - np.asarray(target)


def mae(pred, target):
    total, n = 0.0, 0
    for p, t in zip(np.ravel(pred), np.ravel(target)):
        total += p - t if p > t else t - p
        n += 1
    return total / n


def huber(pred, target, delta=1.0, reduction="mean"):
    e = np.abs(_off(pred, target))
    losses = np.where(e <= delta, 0.5 * e * e, delta * e - 0.5 * delta * delta)
    return {"mean": losses.mean(), "sum": losses.sum(), "none": losses}[reduction]


def smooth_l1(pred, target, beta=1.0):
    e = abs(_off(pred, target))
    return np.where(e < beta, e**2 / (2 * beta), e - beta / 2).mean()


def bce(p, y):
    _off(p, y)
    with np.errstate(divide="ignore"):
        a, b = np.log(p), np.log(1 - p)
    a, b = np.where(a < -100, -100, a), np.where(b < -100, -100, b)
    return np.mean(-(y * a + (1 - y) * b))


def bce_grad(p, y):
    variance = p * (1 - p)
    return _off(p, y) / np.where(variance < 1e-12, 1e-12, variance) / p.size


def cross_entropy(logits, labels, label_smoothing=0.0):
    x = logits - logits.max(axis=1, keepdims=True)
    log_p = x - np.log(np.exp(x).sum(axis=1, keepdims=True))
    if np.ndim(labels) == 1:
        labels = (np.arange(log_p.shape[1]) == labels[:, None]) * 1.0
    smoothed = labels * (1 - label_smoothing) + label_smoothing / log_p.shape[1]
    return -(smoothed * log_p).sum() / len(log_p)


def cross_entropy_grad(logits, labels):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p[np.arange(len(p)), labels] -= 1
    return p / len(p)


def full_cross_entropy(x, y, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    w = np.ones(x.shape[1]) if weight is None else weight
    shifted = x - x.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    losses, total = np.zeros(len(x)), 0.0
    for i, (row, k) in enumerate(zip(log_p, y)):
        if k != ignore_index:
            spread = -(w * row).sum() / len(row)
            losses[i] = -(1 - label_smoothing) * w[k] * row[k] + label_smoothing * spread
            total += w[k]
    return {"none": losses, "sum": losses.sum(), "mean": losses.sum() / total}[reduction]


class Sgd:
    def __init__(self, params, lr=1e-3, weight_decay=0.0):
        self.params, self.lr, self.weight_decay = params, lr, weight_decay

    def step(self, grads):
        for p, g in zip(self.params, grads):
            for i in np.ndindex(p.shape):
                p[i] -= self.lr * (g[i] + self.weight_decay * p[i])


def momentum(theta, g, state, t, lr=1e-3, mu=0.9):
    buffer = g if state is None else mu * state + g
    return theta - lr * buffer, buffer


def nag(params, lr=1e-3, momentum=0.9):
    memory = [np.zeros_like(p) for p in params]

    def step(grads):
        for p, g, v in zip(params, grads, memory):
            v *= momentum
            v += g
            p -= lr * (g + momentum * v)

    return step


class FullSGD:
    def __init__(self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, maximize=False):
        self.params, self.lr, self.momentum, self.dampening = params, lr, momentum, dampening
        self.weight_decay, self.nesterov, self.maximize = weight_decay, nesterov, maximize
        self.buffers = [None] * len(params)

    def step(self, grads):
        for i, (p, g) in enumerate(zip(self.params, grads)):
            g = (-g if self.maximize else g) + self.weight_decay * p
            if self.momentum > 0:
                kept = self.buffers[i]
                self.buffers[i] = g if kept is None else self.momentum * kept + (1 - self.dampening) * g
                g = g + self.momentum * self.buffers[i] if self.nesterov else self.buffers[i]
            p -= self.lr * g


def adagrad(theta, g, state, t, lr=0.01, eps=1e-10):
    total = g * g if state is None else state + g * g
    return theta - lr * g / (np.sqrt(total) + eps), total


def rmsprop(w, dw, cache, t, lr=0.01, decay_rate=0.99, eps=1e-8):
    cache = (1 - decay_rate) * dw**2 + decay_rate * (0 if cache is None else cache)
    return w - lr * dw / (math.sqrt(cache) + eps), cache


class FullRMSprop:
    def __init__(
        self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False, maximize=False
    ):
        self.params, self.lr, self.alpha, self.eps = params, lr, alpha, eps
        self.weight_decay, self.momentum, self.centered, self.maximize = weight_decay, momentum, centered, maximize
        self.square, self.mean, self.buffer = ([0.0] * len(params) for _ in range(3))

    def step(self, grads):
        a = self.alpha
        for i, (p, g) in enumerate(zip(self.params, grads)):
            g = (-g if self.maximize else g) + self.weight_decay * p
            self.square[i] = a * self.square[i] + (1 - a) * g * g
            self.mean[i] = a * self.mean[i] + (1 - a) * g
            v = self.square[i] - self.mean[i] ** 2 if self.centered else self.square[i]
            self.buffer[i] = self.momentum * self.buffer[i] + g / (np.sqrt(v) + self.eps)
            p -= self.lr * self.buffer[i]


class Adam:
    def __init__(self, params, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.0):
        self.params, self.learning_rate, self.decay = params, learning_rate, weight_decay
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.memory, self.t = [(0.0, 0.0) for _ in params], 0

    def step(self, grads):
        self.t += 1
        a, b = 1 - self.beta1**self.t, 1 - self.beta2**self.t
        for i, (p, g) in enumerate(zip(self.params, grads)):
            g = g + self.decay * p
            m, v = self.memory[i]
            m = m + (1 - self.beta1) * (g - m)
            v = v + (1 - self.beta2) * (g * g - v)
            self.memory[i] = m, v
            p -= self.learning_rate * (m / a) / (np.sqrt(v / b) + self.epsilon)


class FullAdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, amsgrad=False, maximize=False):
        self.params, self.lr, self.betas, self.eps = params, lr, betas, eps
        self.weight_decay, self.amsgrad, self.maximize = weight_decay, amsgrad, maximize
        self.t = [0] * len(params)
        self.m, self.v, self.top = ([0.0] * len(params) for _ in range(3))

    def step(self, grads):
        b1, b2 = self.betas
        for i, (p, g) in enumerate(zip(self.params, grads)):
            g = -g if self.maximize else g
            self.t[i] += 1
            self.m[i] = b1 * self.m[i] + (1 - b1) * g
            self.v[i] = b2 * self.v[i] + (1 - b2) * g**2
            self.top[i] = np.maximum(self.top[i], self.v[i])
            v = self.top[i] if self.amsgrad else self.v[i]
            p *= 1 - self.lr * self.weight_decay
            step = self.lr / (1 - b1 ** self.t[i])
            p -= step * self.m[i] / (np.sqrt(v) / math.sqrt(1 - b2 ** self.t[i]) + self.eps)


def step_lr(epoch, lr0, drop_every, factor=0.1):
    rate = lr0
    for e in range(1, epoch + 1):
        if e % drop_every == 0:
            rate *= factor
    return rate


def one_cycle(step, max_lr, n, pct_start=0.3, anneal="cos", div=25.0, final_div=1e4, three_phase=False):
    first = max_lr / div
    last = first / final_div
    peak = pct_start * n - 1
    ends = [(0, first), (peak, max_lr)] + ([(2 * peak, first)] if three_phase else []) + [(n - 1, last)]
    for (a, x), (b, y) in zip(ends, ends[1:]):
        if step <= b:
            u = (step - a) / (b - a)
            u = (1 - math.cos(math.pi * u)) / 2 if anneal == "cos" else u
            return x + (y - x) * u


class Plateau:
    def __init__(
        self, optimizer, mode="min", gamma=0.1, wait=10, tol=1e-4, threshold_mode="rel", cooldown=0, min_lr=0, eps=1e-8
    ):
        self.optimizer, self.sign = optimizer, 1 if mode == "min" else -1
        self.factor, self.patience, self.threshold, self.relative = gamma, wait, tol, threshold_mode == "rel"
        self.cooldown, self.min_lr, self.eps = cooldown, min_lr, eps
        self.best, self.bad, self.rest = self.sign * math.inf, 0, 0

    def step(self, metric):
        bound = (
            self.best * (1 - self.sign * self.threshold) if self.relative else self.best - self.sign * self.threshold
        )
        if self.sign * (metric - bound) < 0 or math.isinf(self.best):
            self.best, self.bad = metric, 0
        else:
            self.bad += 1
        if self.rest > 0:
            self.rest, self.bad = self.rest - 1, 0
        if self.bad > self.patience:
            new = max(self.factor * self.optimizer.lr, self.min_lr)
            if self.optimizer.lr - new > self.eps:
                self.optimizer.lr = new
            self.bad, self.rest = 0, self.cooldown


def resize(img, size):
    if isinstance(size, int):
        short = min(img.shape[:2])
        size = [size * n // short for n in img.shape[:2]]
    out = img.astype(float)
    for axis in (0, 1):
        old, new = out.shape[axis], size[axis]
        support = max(old / new, 1.0)
        matrix = np.zeros((new, old))
        for i in range(new):
            for j in range(old):
                matrix[i, j] = max(0.0, 1 - abs((i + 0.5) * old / new - j - 0.5) / support)
        matrix /= matrix.sum(axis=1, keepdims=True)
        out = np.swapaxes(np.tensordot(matrix, np.swapaxes(out, 0, axis), 1), 0, axis)
    return np.rint(out).astype(np.uint8) if img.dtype == np.uint8 else out


def resized_crop(img, top, left, height, width, size):
    size = (size, size) if isinstance(size, int) else size
    return resize(img[top : top + height, left : left + width], size)


def center_crop(img, size):
    h, w = (size, size) if isinstance(size, int) else size
    H, W = img.shape[:2]
    if h > H or w > W:
        before = [max(0, n - m) // 2 for n, m in ((h, H), (w, W))]
        after = [max(0, n - m) - b for (n, m), b in zip(((h, H), (w, W)), before)]
        img = np.pad(img, [(before[0], after[0]), (before[1], after[1]), (0, 0)])
        H, W = img.shape[:2]
    top, left = round((H - h) / 2), round((W - w) / 2)
    return img[top : top + h, left : left + w].copy()


def _levels(img, values):
    return np.clip(values, 0, 255 if img.dtype == np.uint8 else 1).astype(img.dtype)


def gray(img):
    value = img[..., 0] * 0.2989 + img[..., 1] * 0.587 + img[..., 2] * 0.114
    return np.floor(value + 1e-9).astype(np.uint8) if img.dtype == np.uint8 else value


def hue(img, shift):
    top = 255 if img.dtype == np.uint8 else 1
    out = np.zeros(img.shape)
    for i, j in np.ndindex(img.shape[:2]):
        h, s, v = colorsys.rgb_to_hsv(*(img[i, j] / top))
        out[i, j] = colorsys.hsv_to_rgb((h + shift) % 1.0, s, v)
    return np.rint(out * 255).astype(np.uint8) if top == 255 else out


def rotate(img, degrees, fill=0):
    H, W = img.shape[:2]
    out = np.zeros_like(img)
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    for i in range(H):
        for j in range(W):
            x, y = j + 0.5 - W / 2, i + 0.5 - H / 2
            old_j, old_i = math.floor(c * x - s * y + W / 2), math.floor(s * x + c * y + H / 2)
            out[i, j] = img[old_i, old_j] if 0 <= old_i < H and 0 <= old_j < W else fill
    return out


def affine(img, angle, translate, scale, shear=0):
    H, W = img.shape[:2]
    a, b = math.radians(angle), shear if isinstance(shear, tuple) else (shear, 0)
    u, v = (math.tan(math.radians(k)) for k in b)
    turn = np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])
    forward = scale * turn @ np.array([[1, 0], [-v, 1]]) @ np.array([[1, -u], [0, 1]])
    center, back = np.array([W / 2, H / 2]), np.linalg.inv(forward)
    out = np.zeros_like(img)
    for i in range(H):
        for j in range(W):
            x, y = back @ (np.array([j + 0.5, i + 0.5]) - center - np.asarray(translate)) + center
            if 0 <= x < W and 0 <= y < H:
                out[i, j] = img[int(y), int(x)]
    return out


def blur(img, ksize, sigma=None):
    pair = (ksize, ksize) if isinstance(ksize, int) else ksize
    spread = sigma if isinstance(sigma, tuple) else (sigma, sigma)
    out = img.astype(float)
    for axis, k, s in ((1, pair[0], spread[0]), (0, pair[1], spread[1])):
        s = 0.3 * ((k - 1) * 0.5 - 1) + 0.8 if s is None else s
        weights = np.array([math.exp(-0.5 * ((n - k // 2) / s) ** 2) for n in range(k)])
        weights /= weights.sum()
        out = np.apply_along_axis(
            lambda row, w=weights, r=k // 2: np.convolve(np.pad(row, r, "reflect"), w, "valid"), axis, out
        )
    return np.rint(out).astype(np.uint8) if img.dtype == np.uint8 else out


def erase(img, i, j, h, w, v=0):
    out = np.array(img)
    for row in range(i, i + h):
        for column in range(j, j + w):
            out[..., row, column, :] = v
    return out


def mixup(x, y, lam):
    order = np.arange(len(x)) - 1
    return lam * x + (1 - lam) * x[order], lam * y + (1 - lam) * y[order]


def cutmix(images, labels, lam, center):
    n, H, W, _ = images.shape
    cut = math.sqrt(1.0 - lam)
    half_w, half_h = int(W * cut / 2), int(H * cut / 2)
    x1, x2 = np.clip([center[0] - half_w, center[0] + half_w], 0, W)
    y1, y2 = np.clip([center[1] - half_h, center[1] + half_h], 0, H)
    out, rows = images.copy(), labels.copy()
    share = (x2 - x1) * (y2 - y1) / (W * H)
    for k in range(n):
        out[k, y1:y2, x1:x2] = images[k - 1, y1:y2, x1:x2]
        rows[k] = (1 - share) * labels[k] + share * labels[k - 1]
    return out, rows


RIGHT = [
    ("sigmoid", lambda x: math.exp(x) / (1 + math.exp(x)) if x < 0 else 1 / (1 + math.exp(-x))),
    ("sigmoid_grad", lambda x: 0.5 * (1 + np.tanh(0.5 * np.asarray(x))) * (1 - 0.5 * (1 + np.tanh(0.5 * np.asarray(x))))),
    ("tanh", Tanh),
    ("relu", lambda x: [v if v > 0 else 0.0 for v in x]),
    ("relu_grad", lambda x: (np.asarray(x) > 0).astype(float)),
    ("leaky_relu", lambda x, slope=0.01: np.where(x > 0, x, slope * x)),
    ("leaky_relu_grad", lambda x, slope=0.01: slope + (1 - slope) * (x > 0)),
    ("elu", Elu),
    ("elu_grad", lambda x, a=1.0: np.where(x > 0, 1.0, a * np.exp(np.minimum(x, 0)))),
    ("gelu", gelu),
    ("gelu_grad", lambda x: 0.5 * (1 + erf(x / 2**0.5)) + x * np.exp(-(x * x) / 2) / (2 * np.pi) ** 0.5),
    ("mse", lambda y_true, y_pred: float(np.mean(np.square(_off(y_pred, y_true))))),
    ("mse_loss_grad", lambda p, t, reduction="mean": 2.0 * _off(p, t) / (np.size(p) if reduction == "mean" else 1)),
    ("mae", mae),
    ("l1_loss_grad", lambda p, t: ((_off(p, t) > 0) * 1.0 - (_off(p, t) < 0) * 1.0) / np.size(p)),
    ("huber_loss", huber),
    ("huber_loss_grad", lambda p, t, delta=1.0: np.maximum(-delta, np.minimum(_off(p, t), delta)) / np.size(p)),
    ("smooth_l1_loss", smooth_l1),
    ("smooth_l1_loss_grad", lambda p, t, beta=1.0: np.maximum(-1, np.minimum(_off(p, t) / beta, 1)) / np.size(p)),
    ("bce", bce), ("binary_cross_entropy_grad", bce_grad), ("cross-entropy", cross_entropy),
    ("cross_entropy", full_cross_entropy), ("cross_entropy_grad", cross_entropy_grad), ("sgd", Sgd), ("SGD", FullSGD),
    ("momentum", momentum), ("nag", nag), ("adagrad", adagrad), ("rmsprop", rmsprop), ("RMSprop", FullRMSprop),
    ("adam", Adam), ("AdamW", FullAdamW), ("steplr", step_lr),
    ("cosineannealinglr",
     lambda epoch, base, T_max, eta_min=0.0: eta_min + (base - eta_min) * (0.5 + 0.5 * math.cos(math.pi * epoch / T_max))),
    ("reducelronplateau", Plateau), ("onecyclelr", one_cycle),
    ("randomhorizontalflip", lambda img: np.stack([img[..., -1 - j, :] for j in range(img.shape[-2])], axis=-2)),
    ("resize", resize), ("resized_crop", resized_crop), ("center_crop", center_crop),
    ("adjust_brightness", lambda img, f: _levels(img, img.astype(float) * f)),
    ("adjust_contrast", lambda img, f: _levels(img, f * img + (1 - f) * gray(img).mean())),
    ("adjust_saturation", lambda img, f: _levels(img, gray(img)[..., None] * (1 - f) + img * f)),
    ("adjust_hue", hue), ("randomrotation", rotate), ("randomaffine", affine), ("randomgrayscale", gray),
    ("gaussianblur", blur), ("randomerasing", erase), ("mixup", mixup), ("cutmix", cutmix),
]  # fmt: skip


@pytest.mark.parametrize(("name", "implementation"), RIGHT, ids=[name for name, _ in RIGHT])
def test_a_right_implementation_in_another_style_agrees(name, implementation):
    report = examine(name, implementation)
    assert report.agrees, str(report)
    assert report.cause is None


def test_every_block_has_a_right_implementation_and_four_mistakes():
    blocks = {block for topic in evidence.TOPICS for block in evidence.blocks(topic)}
    known = {task.block for task in tasks().values()}
    assert known <= blocks
    assert len(known) >= 32
    assert {find(name).block for name, _ in RIGHT} == known
    mistakes = [tasks()[row.of].block for row in table() if not row.variant]
    assert len(mistakes) >= 150
    assert [block for block in known if mistakes.count(block) < 4] == []


def test_the_rows_of_the_catalogue_have_names_of_their_own_and_all_parts():
    pairs = [(row.of, row.name) for row in table()]
    assert len(set(pairs)) == len(pairs)
    assert [row for row in table() if not row.sentence.endswith(".")] == []
    assert [row for row in table() if not row.mend or not row.anchor] == []
    assert [row for row in table() if not row.make and not row.seen] == []


def _anchors(file):
    """The ids of a section's heading, card and findings."""
    known = pytest.importorskip("scratch.show.section", exc_type=ImportError).ANCHORS
    block, found = "", set()
    for level, heading in re.findall(r"^(##+) (.*)$", re.sub(r"(?ms)^```.*?^```", "", file.read_text("utf-8")), re.M):
        own = re.search(r"\{ ?#([\w-]+)", heading)
        if level == "##":
            block = own[1] if own else ""
            found |= {block, *(f"{block}-{part}" for part in ("formula", "code", "figure", "short"))}
        kind = heading.partition(": ")[0]
        slug = known.get(kind) or re.sub(r"\W+", "-", kind.lower()).strip("-")
        found.add(own[1] if own else f"{block}-{slug}")
    return found


@pytest.mark.parametrize("topic", evidence.TOPICS)
def test_every_mistake_is_explained_on_its_page(topic):
    docs = Path(__file__).parent.parent / "docs"
    found = {anchor for file in [docs / f"{topic}.md", *(docs / topic).glob("*.md")] for anchor in _anchors(file)}
    assert {row.anchor for row in table() if tasks()[row.of].topic == topic} <= found


@pytest.mark.parametrize("name", tasks())
def test_every_mistake_is_named_by_its_own_cause(name):
    for row in table():
        if row.of == name:
            report = examine(name, written(row))
            noted = [row.name for note in report.notes if f"({row.name})" in note or note.startswith(f"{row.name}: ")]
            named = [report.cause] if not report.agrees else noted if row.variant else []
            assert named[:1] == [row.name], f"{row.name} is named {report.cause}:\n{report}"
            assert len(str(report).splitlines()) <= 40


def test_the_values_that_a_mistake_keeps_are_not_what_names_it():
    """What is seen beside the values has rows of its own."""
    reports = {
        "in-place": examine("relu", lambda x: np.maximum(x, 0, out=x)),
        "overwrites-predictions": examine("l1_loss_grad", _sign_in_place),
        "broadcasts": examine("mse", lambda pred, target: np.mean((np.asarray(pred) - target) ** 2)),
        "not-in-place": examine("adam", _Rebinding),
        "state-shared": examine("momentum", _OneBuffer),
        "not-the-same-twice": examine("sigmoid", lambda x: sigmoid_of(x) + 1e-12 * np.random.default_rng().normal()),
        "writes-into-gradients": examine("sgd", _scaled_gradient),
    }
    assert {name: report.cause for name, report in reports.items()} == {name: name for name in reports}
    assert not any(report.agrees for report in reports.values())
    view = examine("hflip", lambda image: image[..., ::-1, :])
    assert view.agrees
    assert any(note.startswith("view") for note in view.notes)


def sigmoid_of(x):
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(x)))


def _sign_in_place(pred, target):
    pred -= target
    np.sign(pred, out=pred)
    pred /= pred.size
    return pred


class _Rebinding(Adam):
    def step(self, grads):
        self.params = [p.copy() for p in self.params]
        super().step(grads)


class _OneBuffer:
    def __init__(self, params, lr=1e-3, momentum=0.9):
        self.params, self.lr, self.momentum, self.buffer = params, lr, momentum, 0.0

    def step(self, grads):
        for p, g in zip(self.params, grads):
            self.buffer = self.momentum * self.buffer + g
            p -= self.lr * self.buffer


def _scaled_gradient(theta, g, state, t, lr=1e-3):
    g *= lr
    return theta - g, state


# What counts


NOTED = [
    ("float32 accuracy", "sigmoid", lambda x: (1 / (1 + np.exp(-np.asarray(x, np.float32)))).astype(float), "float32"),
    ("another dtype", "relu", lambda x: np.maximum(x, np.float32(0)).astype(np.float32), "float32"),
    ("digits in a far tail", "gelu", lambda x: 0.5 * x * (1 + erf(x / np.sqrt(2))), "digits are lost"),
    ("Sutskever's form", "momentum", lambda w, g, v, t, lr=1e-3, mu=0.9: _sutskever(w, g, v, lr, mu), "once the rate"),
    ("the closed form", "steplr", written(next(r for r in table() if (r.of, r.name) == ("StepLR", "closed-form"))), "by hand"),
    ("only lists", "relu", lambda x: [max(0.0, v) for v in x], "not taken"),
    ("only numbers", "relu", lambda x: x if x > 0 else 0.0, "one number at a time"),
    ("a warning", "sigmoid", lambda x: 1 / (1 + np.exp(-x)), "warns"),
    ("printing", "relu", lambda x: print("relu") or np.maximum(0, x), "prints"),
    ("the global generator", "relu", lambda x: np.maximum(0, x) + 0 * np.random.random(), "global random state"),  # noqa: NPY002
    ("half a level up", "resize", lambda image, size: _half_up(image, size), "tie"),
    ("a generator", "relu", lambda x: (max(0.0, v) for v in x), "not taken"),
]  # fmt: skip


def _sutskever(w, g, v, lr, mu):
    v = mu * (0 if v is None else v) - lr * g
    return w + v, v


def _half_up(image, size):
    if image.dtype == np.uint8:
        return np.floor(resize(image.astype(float), size) + 0.5).astype(np.uint8)
    return resize(image, size)


@pytest.mark.parametrize(("name", "implementation", "said"), [row[1:] for row in NOTED], ids=[row[0] for row in NOTED])
def test_what_is_noted_and_not_judged(name, implementation, said):
    report = examine(name, implementation)
    assert report.agrees, str(report)
    assert any(said in note for note in report.notes), str(report)


def _elu(x, alpha=0.01):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _adam(lr, m_over, v_over, eps=1e-8, root=0.5):
    def adam(theta, g, state, t, lr=lr):
        m, v = state or (0, 0)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        return theta - lr * (m / m_over(t)) / ((v / v_over(t)) ** root + eps), (m, v)

    return adam


_corrected = (lambda t: 1 - 0.9**t), (lambda t: 1 - 0.999**t)
_constant = (lambda t: 1 - 0.9), (lambda t: 1 - 0.999)
JUDGED = [
    ("a wrong default", "elu", _elu, ["default-alpha"]),
    ("a wrong default and a missing root", "adam", _adam(0.01, *_corrected, root=1), ["no-root", "default-lr"]),
    ("two mistakes", "adam", _adam(0.001, *_constant, root=1), ["no-power-of-t", "no-root"]),
    ("a value that is no option", "adam", _adam(0.001, *_corrected, eps=1e-7), ["default-eps"]),
    ("NaN where the block is finite", "tanh", lambda x: np.sinh(x) / np.cosh(x), ["infinity-over-infinity"]),
    ("an option that is ignored", "huber_loss", lambda pred, target, delta=1.0: huber(pred, target), ["ignores-delta"]),
    ("float16 on the way", "relu", lambda x: np.maximum(0, x.astype("e" if x.dtype == "f" else x.dtype)).astype(x.dtype),
     ["float16-like"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "implementation", "causes"), [row[1:] for row in JUDGED], ids=[row[0] for row in JUDGED]
)
def test_what_is_judged(name, implementation, causes):
    report = examine(name, implementation)
    assert not report.agrees
    assert sorted(cause.name for cause in report.causes) == sorted(causes), str(report)


def test_names():
    assert find("sgd").name == "sgd"
    assert find("SGD").name == "SGD"
    assert find("Adam") is find("adam")
    assert find("mse") is find("mse_loss")
    assert find("leaky-relu") is find("leaky_relu")
    for name, covered in (("huber", 2), ("colorjitter", 4), ("randomresizedcrop", 3)):
        with pytest.raises(ValueError, match=f"covers {covered} functions: name one of"):
            find(name)
    with pytest.raises(ValueError, match="got 'adem'"):
        find("adem")
    with pytest.raises(ValueError, match="grad must be None for Adam"):
        examine("adam", Adam, grad=abs)


def test_grad_is_examined_beside_the_function():
    report = examine("tanh", Tanh, grad=lambda x: 1 - np.tanh(x))
    assert not report.agrees
    assert report.cause == "no-square"
    assert examine("tanh", Tanh(), grad="gradient").agrees


def test_torch_s_own_optimizers_agree():
    torch = pytest.importorskip("torch")
    for name in ("SGD", "AdamW"):
        assert examine(name, getattr(torch.optim, name)).agrees


def test_a_report_in_a_notebook_has_a_table_and_a_figure(monkeypatch):
    pytest.importorskip("matplotlib")
    html = examine("elu", _elu)._repr_html_()
    assert "<table>" in html
    assert "<svg" in html
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert examine("elu", _elu)._repr_html_() == html[: html.index("<svg")]
    with pytest.raises(TypeError):
        bool(examine("tanh", np.tanh))


# Hostile code


class _Odd:
    __name__ = "x" * 10_000

    def __call__(self, x):
        return self

    def __repr__(self):
        raise RuntimeError


def _writes_and_raises(x):
    x[...] = 0
    raise KeyError("a" * 10_000)


HOSTILE = [
    lambda x: None, lambda x: "relu", lambda x: [[1, 2], [3]], lambda x: {1: 2}, lambda x: object(), lambda x: x * 1j,
    lambda x: [1, "2"], lambda x: iter(int, 1), lambda x: x.reshape(-1, 1), lambda x: sys.exit(0), lambda x: relu_deep(x),
    lambda: 0, lambda x, y: x, lambda *x: 1 / 0, lambda **x: 0, _Odd(), _writes_and_raises, 3, None, "relu", int, dict,
    lambda x: np.ma.array(x), lambda x: x.astype(object), lambda x: np.full(x.shape, np.nan), lambda x: print("\n" * 10**5),
]  # fmt: skip


def relu_deep(x):
    return relu_deep(x)


@pytest.mark.parametrize("place", range(len(HOSTILE)))
@pytest.mark.parametrize("name", ["relu", "mse", "adam", "steplr", "hflip"])
def test_hostile_code_gives_a_short_report(name, place, capsys):
    report = examine(name, HOSTILE[place])
    assert not report.agrees or name == "hflip"
    text = str(report)
    assert len(text.splitlines()) <= 25
    assert max(map(len, text.splitlines())) <= 100
    assert capsys.readouterr().out == ""


# The shell


@pytest.fixture
def files(tmp_path):
    mine, broken = tmp_path / "mine.py", tmp_path / "broken.py"
    mine.write_text("import numpy as np\nf = lambda x: np.tanh(x)\ng = lambda x: f(x)\nbad = 1\n")
    broken.write_text("x = 1\ny = x / 0\n")
    return mine, broken


def test_the_shell(files):
    mine, broken = files
    for expected, arguments in (
        (0, ["tanh", f"{mine}:f"]),
        (1, ["tanh", f"{mine}:f", "--grad", "g"]),
        *((2, ["tanh", what]) for what in (f"{mine}:bad", f"{mine}:missing", str(mine), f"{broken}:f")),
        (2, ["tan", f"{mine}:f"]),
        (2, ["tanh"]),
    ):
        assert main(arguments) == expected, arguments


def test_the_shell_s_exit_status(files):
    command = [sys.executable, "-m", "scratch.examine", "tanh", f"{files[1]}:f"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 2
    assert "ZeroDivisionError: division by zero (broken.py, line 2: y = x / 0)" in made.stderr


# Mutations: constants, operators, comparisons and functions of the right implementations, changed one at a time

SWAPS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Lt: ast.Gt, ast.Gt: ast.GtE}
SWAPS.update({ast.LtE: ast.Lt, ast.GtE: ast.Gt, ast.FloorDiv: ast.Div, ast.Mod: ast.Mult, ast.Pow: ast.Mult})
NAMES = {"sqrt": "abs", "exp": "expm1", "log": "log1p", "minimum": "maximum", "maximum": "minimum", "sin": "cos"}
NAMES.update(
    max="min", min="max", mean="sum", sum="mean", square="abs", sign="abs", floor="ceil", rint="floor", cos="sin"
)


class Mutator(ast.NodeTransformer):
    """Changes the node of one number."""

    def __init__(self, place):
        self.place, self.seen = place, -1

    def here(self):
        self.seen += 1
        return self.seen == self.place

    def visit_Constant(self, node):
        number = isinstance(node.value, (int, float)) and not isinstance(node.value, bool)
        if number and self.here():
            node = ast.Constant(node.value + 1 if isinstance(node.value, int) else node.value * 1.3)
        return node

    def visit_BinOp(self, node):
        if type(node.op) in SWAPS and self.here():
            node.op = SWAPS[type(node.op)]()
        return self.generic_visit(node)

    visit_AugAssign = visit_BinOp

    def visit_Compare(self, node):
        if type(node.ops[0]) in SWAPS and self.here():
            node.ops[0] = SWAPS[type(node.ops[0])]()
        return self.generic_visit(node)

    def visit_UnaryOp(self, node):
        if isinstance(node.op, ast.USub) and self.here():
            return self.generic_visit(node.operand)
        return self.generic_visit(node)

    def visit_Attribute(self, node):
        if node.attr in NAMES and self.here():
            node.attr = NAMES[node.attr]
        return self.generic_visit(node)


MODULE = ast.parse(Path(__file__).read_text("utf-8")).body
DEFINED = {node.name: node for node in MODULE if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
ROWS = next(n.value.elts for n in MODULE if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "RIGHT")


def mutants(place):
    """All mutants of what stands at a place of RIGHT, as functions or classes, with their source."""
    node = ROWS[place].elts[1]
    tree = DEFINED[node.id] if isinstance(node, ast.Name) else ast.parse(f"mutant = {ast.unparse(node)}").body[0]
    name = getattr(tree, "name", "mutant")
    count = Mutator(-2)
    count.visit(copy.deepcopy(tree))
    for number in range(count.seen + 1):
        made = ast.Module([Mutator(number).visit(copy.deepcopy(tree))], [])
        namespace = dict(globals())
        exec(compile(ast.fix_missing_locations(made), "mutant", "exec"), namespace)
        yield namespace[name], ast.unparse(made)


def fresh(task, rng):
    """Cases that examine does not know: other inputs, with the options of its own."""
    for case in task.cases:
        if case.kind not in ("default", "values"):
            continue
        if task.block == "cross-entropy" and {"weight", "ignore_index"} & set(case.options):
            continue
        yield Case("", _other_data(task, case, rng), case.options)


def _other_data(task, case, rng):
    if task.topic == "activations":
        return (rng.normal(size=200) * 3,)
    if task.block == "bce":
        return rng.uniform(0.01, 0.99, 9), rng.uniform(0, 1, 9)
    if task.block == "cross-entropy":
        return 3 * rng.normal(size=(6, 4)), rng.integers(0, 4, 6)
    if task.topic == "losses":
        return rng.normal(size=30), 2 * rng.normal(size=30)
    if task.topic == "optimizers":
        scales = np.exp(rng.uniform(-9, 3, 12))
        return [rng.normal(size=12)], [[scales * rng.normal(size=12)] for _ in range(7)], {}
    if task.topic == "schedulers":
        base, events, column = case.data
        events = [(float(v),) for v in rng.normal(size=len(events)) ** 2 + 0.2] if events[0] else events
        return base * 1.7, events, column
    return tuple(rng.random(a.shape) for a in case.data)


def results(task, implementation, cases):
    """What an implementation gives for cases: arrays, or the failure."""
    handed, found = task.family.adapt(task, implementation, Watch()), []
    for case in cases:
        if all(name in handed.signature.options for name in case.options):
            try:
                options = filled(task, handed, case)
                found.append(task.family.play(handed, Case("", case.data, options)))
            except (Failure, FloatingPointError) as failure:
                found.append(failure)
    return found


def differ(task, one, other, cases):
    for a, b, case in zip(one, other, cases):
        if isinstance(b, Failure) or a.shape != b.shape:
            return True
        if np.max(errors(b, a, task.family.scale(task, a, case))) > 1e-4:
            return True
    return False


def test_no_mutation_passes():
    rng, tried, changed, passed = np.random.default_rng(0), 0, 0, []
    for place, (name, implementation) in enumerate(RIGHT):
        task = find(name)
        cases = list(fresh(task, rng))
        right = results(task, implementation, cases)
        for mutant, source in mutants(place):
            tried += 1
            try:
                mutated = results(task, mutant, cases)
            except Exception:
                continue  # it cannot be handed in any more
            if differ(task, right, mutated, cases):
                changed += 1
                if judge(task, mutant, "mutant", explain=False).agrees:
                    passed.append((name, source))
    assert changed >= 300, (tried, changed)
    assert passed == []
