"""How long each block takes beside its naive form in NumPy and beside PyTorch, on one thread.

    python benchmarks/speed.py            prints the table
    python benchmarks/speed.py --record   also writes speed.json, with the machine and the versions

The naive form is what a reader would write of the equation: no checks, no care for overflow. Columns are ratios of
CPU times, measured in turns in one process: 2.0 means that the other takes twice as long as the block. Nothing here is
a test: times depend on the machine.
"""

import json
import os
import platform
import sys
import time
from functools import partial
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import scipy
from scipy.special import erf

from scratch import activations, augmentation, losses, optimizers

try:
    import torch

    torch.set_num_threads(1)
    library = torch.library.Library("torchvision", "DEF")  # two operators that torchvision misses beside a CPU torch
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision
    from torchvision.transforms.v2 import functional as vision
except ImportError:
    torch = vision = None

N = 1_000_000
RNG = np.random.default_rng(0)
X, NOISE = RNG.normal(size=N) * 3, RNG.normal(size=N)
P, T = RNG.uniform(0.01, 0.99, N), RNG.uniform(0.0, 1.0, N)
LOGITS, CLASSES = RNG.normal(size=(10_000, 100)), RNG.integers(0, 100, 10_000)
IMAGE = RNG.integers(0, 256, (256, 256, 3), dtype=np.uint8)
ROOT2 = np.sqrt(2)


# The naive forms: name: (value, gradient)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def cdf(x):
    return (1 + erf(x / ROOT2)) / 2


ACTIVATIONS = {
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x))),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "relu": (lambda x: np.where(x > 0, x, 0), lambda x: np.where(x > 0, x.dtype.type(1), x.dtype.type(0))),
    "leaky_relu": (lambda x: np.where(x > 0, x, 0.01 * x), lambda x: np.where(x > 0, x.dtype.type(1), 0.01)),
    "elu": (lambda x: np.where(x > 0, x, np.exp(x) - 1), lambda x: np.where(x > 0, 1, np.exp(x))),
    "gelu": (lambda x: x * cdf(x), lambda x: cdf(x) + x * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)),
}


def softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def cross_entropy(z, classes):
    return -np.mean(np.log(softmax(z)[np.arange(len(z)), classes]))


def cross_entropy_grad(z, classes):
    p = softmax(z)
    p[np.arange(len(z)), classes] -= 1
    return p / len(z)


def huber(p, t):
    return np.mean(np.where(np.abs(p - t) < 1, 0.5 * (p - t) ** 2, np.abs(p - t) - 0.5))


def huber_grad(p, t):
    return np.where(np.abs(p - t) < 1, p - t, np.sign(p - t)) / p.size


LOSSES = {
    "mse_loss": (lambda p, t: np.mean((p - t) ** 2), lambda p, t: 2 * (p - t) / p.size, (X, NOISE)),
    "l1_loss": (lambda p, t: np.mean(np.abs(p - t)), lambda p, t: np.sign(p - t) / p.size, (X, NOISE)),
    "smooth_l1_loss": (huber, huber_grad, (X, NOISE)),
    "huber_loss": (huber, huber_grad, (X, NOISE)),
    "binary_cross_entropy": (
        lambda p, t: -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p)),
        lambda p, t: (p - t) / (p * (1 - p)) / p.size,
        (P, T),
    ),
    "cross_entropy": (cross_entropy, cross_entropy_grad, (LOGITS, CLASSES)),
}


def sgd(w, g, memory, t):
    w -= 1e-9 * g


def momentum(w, g, memory, t):
    memory["v"] = 0.9 * memory["v"] + g
    w -= 1e-9 * memory["v"]


def nag(w, g, memory, t):
    memory["v"] = 0.9 * memory["v"] + g
    w -= 1e-9 * (g + 0.9 * memory["v"])


def adagrad(w, g, memory, t):
    memory["v"] = memory["v"] + g**2
    w -= 1e-9 * g / (np.sqrt(memory["v"]) + 1e-10)


def rmsprop(w, g, memory, t):
    memory["v"] = 0.99 * memory["v"] + 0.01 * g**2
    w -= 1e-9 * g / (np.sqrt(memory["v"]) + 1e-8)


def adam(w, g, memory, t):
    memory["m"] = 0.9 * memory["m"] + 0.1 * g
    memory["v"] = 0.999 * memory["v"] + 0.001 * g**2
    w -= 1e-9 * (memory["m"] / (1 - 0.9**t)) / (np.sqrt(memory["v"] / (1 - 0.999**t)) + 1e-8)


def adamw(w, g, memory, t):
    w -= 1e-9 * 0.01 * w
    adam(w, g, memory, t)


OPTIMIZERS = {
    "SGD": (sgd, {}),
    "SGD, momentum": (momentum, {"momentum": 0.9}),
    "SGD, nesterov": (nag, {"momentum": 0.9, "nesterov": True}),
    "Adagrad": (adagrad, {}),
    "RMSprop": (rmsprop, {}),
    "Adam": (adam, {}),
    "AdamW": (adamw, {}),
}
GREY = np.array([0.299, 0.587, 0.114])


def blend(image, other, factor):
    """The mixture of two images, in the levels of the first."""
    mixed = factor * image + (1 - factor) * other
    return np.clip(mixed, 0, 255 if image.dtype == np.uint8 else 1).astype(image.dtype)


def grey(image):
    return (image @ GREY)[..., None].astype(image.dtype)


def erased(image):
    image = image.copy()
    image[10:50, 20:80] = 0
    return image


KERNELS = {  # name: (arguments, naive form or None, torchvision's or None)
    "hflip": ((), lambda i: i[:, ::-1].copy(), lambda i: vision.hflip(i)),
    "resize": ((128,), None, lambda i: vision.resize(i, 128, antialias=True)),
    "resized_crop": ((20, 30, 150, 160, 128), None, lambda i: vision.resized_crop(i, 20, 30, 150, 160, 128)),
    "center_crop": ((128,), lambda i: i[64:192, 64:192].copy(), lambda i: vision.center_crop(i, 128).contiguous()),
    "adjust_brightness": ((1.3,), lambda i: blend(i, 0, 1.3), lambda i: vision.adjust_brightness(i, 1.3)),
    "adjust_contrast": ((1.3,), lambda i: blend(i, grey(i).mean(), 1.3), lambda i: vision.adjust_contrast(i, 1.3)),
    "adjust_saturation": ((1.3,), lambda i: blend(i, grey(i), 1.3), lambda i: vision.adjust_saturation(i, 1.3)),
    "adjust_hue": ((0.1,), None, lambda i: vision.adjust_hue(i, 0.1)),
    "rotate": ((30, "bilinear"), None, lambda i: vision.rotate(i, 30, vision.InterpolationMode.BILINEAR)),
    "affine": ((30, (3, 4), 1.1, 5), None, lambda i: vision.affine(i, 30, [3, 4], 1.1, [5.0])),
    "rgb_to_grayscale": ((), grey, lambda i: vision.rgb_to_grayscale(i)),
    "gaussian_blur": ((5,), None, lambda i: vision.gaussian_blur(i, [5, 5])),
    "erase": ((10, 20, 40, 60, 0), erased, lambda i: vision.erase(i, 10, 20, 40, 60, torch.zeros(1, dtype=i.dtype))),
}


# What is compared: rows of (block, what, dtype, the block's call, the naive form's, PyTorch's)


def tensors(arrays, gradient):
    """Arrays as tensors, the first one a parameter where a gradient is asked for."""
    first, *others = [torch.from_numpy(array.copy()) for array in arrays]
    return first.requires_grad_(gradient), *others


def slope(function, arguments):
    """PyTorch's gradient: forward and backward."""
    return lambda: torch.autograd.grad(function(*arguments).sum(), arguments[0])


def functions(module, names, arrays, dtype):
    """Rows of functions with their gradients. names: {name: (value, gradient, ...)}."""
    for name, (value, gradient, *_) in names.items():
        given = [a.astype(dtype) if a.dtype.kind == "f" else a for a in arrays(name)]
        theirs = (torch and getattr(torch.nn.functional, name, None)) or (torch and getattr(torch, name))
        value_of, slope_of = getattr(module, name), getattr(module, f"{name}_grad")
        plain = torch and tensors(given, False)
        yield name, "value", partial(value_of, *given), partial(value, *given), torch and partial(theirs, *plain)
        backward = torch and slope(theirs, tensors(given, True))
        yield name, "gradient", partial(slope_of, *given), partial(gradient, *given), backward


def steps(dtype):
    """Rows of optimizers, each over one array of a million numbers."""
    for name, (naive, options) in OPTIMIZERS.items():
        kind = name.partition(",")[0]
        start, gradient, memory = X.astype(dtype), NOISE.astype(dtype), {k: np.zeros(N, dtype) for k in "mv"}
        step, other = getattr(optimizers, kind)([start.copy()], lr=1e-9, **options).step, None
        if torch:
            parameter = torch.nn.Parameter(torch.from_numpy(start.copy()))
            parameter.grad = torch.from_numpy(gradient)
            other = getattr(torch.optim, kind)([parameter], lr=1e-9, **options).step
        yield name, "step", partial(step, [gradient]), partial(naive, start, gradient, memory, 100), other


def kernels(dtype):
    """Rows of image kernels."""
    image = IMAGE if dtype == "uint8" else (IMAGE / 255).astype(dtype)
    tensor = torch and torch.from_numpy(image).permute(2, 0, 1).contiguous()
    for name, (arguments, naive, theirs) in KERNELS.items():
        ours = partial(getattr(augmentation, name), image, *arguments)
        yield name, "image", ours, naive and partial(naive, image), vision and partial(theirs, tensor)


def rows():
    for dtype in ("float64", "float32"):
        for part in (
            functions(activations, ACTIVATIONS, lambda name: [X], dtype),
            functions(losses, LOSSES, lambda name: LOSSES[name][2], dtype),
            steps(dtype),
        ):
            for block, what, *calls in part:
                yield block, what, dtype, *calls
    for dtype in ("uint8", "float64", "float32"):
        for block, what, *calls in kernels(dtype):
            yield block, what, dtype, *calls


# Measuring


def measured(calls, rounds=9):
    """The shortest CPU time of each call in seconds, taken in turns, each right after itself; None stays None."""
    best = [np.inf if call else None for call in calls]
    for _ in range(rounds):
        for i, call in enumerate(calls):
            if call:
                call()  # else it would find the caches and the memory as another one has left them
                begin = time.process_time()
                call()
                best[i] = min(best[i], time.process_time() - begin)
    return best


def versions():
    found = {"Python": platform.python_version(), "NumPy": np.__version__, "SciPy": scipy.__version__}
    if torch:
        found |= {"PyTorch": torch.__version__, "torchvision": torchvision.__version__}
    return found


def machine():
    """The processor's name, as the system tells it."""
    info = Path("/proc/cpuinfo")
    names = [line for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    return names[0].partition(": ")[2] if names else platform.processor() or platform.machine()


def main():
    recorded = []
    print(f"{'block':22}{'':10}{'dtype':9}{'ms':>9}{'naive':>9}{'PyTorch':>9}")
    with np.errstate(all="ignore"):
        for block, what, dtype, *calls in rows():
            own, naive, theirs = measured(calls)
            ratios = [None if other is None else round(other / own, 2) for other in (naive, theirs)]
            recorded.append([block, what, dtype, round(own * 1e3, 3), *ratios])
            shown = "".join(f"{'' if ratio is None else f'{ratio:.2f}':>9}" for ratio in ratios)
            print(f"{block:22}{what:10}{dtype:9}{own * 1e3:9.3f}{shown}", flush=True)
    if "--record" in sys.argv:
        result = {"machine": machine(), "system": platform.platform(), "versions": versions(), "rows": recorded}
        text = json.dumps(result, indent=1).replace("\n   ", " ").replace("\n  ]", "]")
        Path(__file__).with_name("speed.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
