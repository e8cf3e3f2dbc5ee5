"""How long each block takes beside PyTorch on one thread, and beside its naive form in NumPy.

    python benchmarks/speed.py

Prints ratios of times, measured in one process: 2.0 means that the other takes twice as long as ours. PyTorch's column
stays empty where it is not installed. Nothing here is a test: times depend on the machine.
"""

import timeit

import numpy as np
from scipy.special import erf

from scratch import activations, augmentation, losses, optimizers

try:
    import torch
except ImportError:
    torch = None
else:
    torch.set_num_threads(1)

rng = np.random.default_rng(0)
x = rng.normal(size=1_000_000) * 3
logits, classes = rng.normal(size=(10_000, 100)), rng.integers(0, 100, 10_000)
image = rng.integers(0, 256, (256, 256, 3), dtype=np.uint8)


def seconds(call):
    """The shortest of five runs, each long enough to be measured."""
    timer = timeit.Timer(call)
    number, _ = timer.autorange()
    return min(timer.repeat(5, max(1, number // 5))) / max(1, number // 5)


def activation(name, naive):
    """A row for an activation: ours, PyTorch's, the naive form."""
    ours = getattr(activations, name)
    theirs = torch and getattr(torch.nn.functional, name)
    tensor = torch and torch.from_numpy(x)
    return name, lambda: ours(x), torch and (lambda: theirs(tensor)), lambda: naive(x)


def softmax_cross_entropy():
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(p)), classes]))


def optimizer(ours, theirs, **options):
    """A row for an optimizer over one array of a million numbers."""
    gradient = [rng.normal(size=x.size)]
    step = ours([x.copy()], **options).step
    other = None
    if torch:
        parameter = torch.nn.Parameter(torch.from_numpy(x.copy()))
        parameter.grad = torch.from_numpy(gradient[0])
        other = getattr(torch.optim, theirs)([parameter], **options).step
    return theirs, lambda: step(gradient), other, None


def rows():
    """Every comparison: name, ours, PyTorch's or None, the naive form or None."""
    with np.errstate(all="ignore"):
        yield activation("sigmoid", lambda x: 1 / (1 + np.exp(-x)))
        yield activation("tanh", lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)))
        yield activation("relu", lambda x: np.where(x > 0, x, 0))
        yield activation("leaky_relu", lambda x: np.where(x > 0, x, 0.01 * x))
        yield activation("elu", lambda x: np.where(x > 0, x, np.exp(x) - 1))
        yield activation("gelu", lambda x: 0.5 * x * (1 + erf(x / np.sqrt(2))))
        target = torch and (torch.from_numpy(logits), torch.from_numpy(classes))
        cross_entropy = torch and (lambda: torch.nn.functional.cross_entropy(*target))
        yield ("cross_entropy", lambda: losses.cross_entropy(logits, classes), cross_entropy, softmax_cross_entropy)
        yield optimizer(optimizers.SGD, "SGD", lr=1e-9, momentum=0.9)
        yield optimizer(optimizers.Adam, "Adam", lr=1e-9)
        yield ("rotate", lambda: augmentation.rotate(image, 30, interpolation="bilinear"), None, None)
        yield "gaussian_blur", lambda: augmentation.gaussian_blur(image, 5), None, None
        yield "hflip", lambda: augmentation.hflip(image), None, None


if __name__ == "__main__":
    print(f"{'block':15}{'ms':>9}{'PyTorch':>10}{'naive':>9}")
    for name, ours, theirs, naive in rows():
        own = seconds(ours)
        others = [f"{seconds(other) / own:.2f}" if other else "" for other in (theirs, naive)]
        print(f"{name:15}{own * 1e3:9.2f}{others[0]:>10}{others[1]:>9}", flush=True)
