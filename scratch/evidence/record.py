"""Record what PyTorch 2.13 and torchvision 0.28 compute, one function per topic, one .npz file per function.

pip install torch==2.13.0
pip install --no-deps torchvision==0.28.0
pip install pillow
python scratch/evidence/record.py [topic ...]
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import torch

from scratch.evidence import TOPICS
from scratch.evidence.accuracy import points
from scratch.evidence.losses import ROWS as LOSSES
from scratch.evidence.schedulers import play

torch.set_num_threads(1)


def activations():
    """Values and gradients on the test points in float64 and float32: keys such as gelu_grad/float32."""
    functional = torch.nn.functional
    functions = {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "leaky_relu": functional.leaky_relu,
        "elu": functional.elu,
        "gelu": functional.gelu,
        "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"),
    }
    arrays = {}
    for dtype in ("float64", "float32"):
        arrays[f"x/{dtype}"] = points().astype(dtype)
        for name, function in functions.items():
            x = torch.tensor(arrays[f"x/{dtype}"], requires_grad=True)
            y = function(x)
            (gradient,) = torch.autograd.grad(y.sum(), x)
            arrays[f"{name}/{dtype}"] = y.detach().numpy()
            arrays[f"{name}_grad/{dtype}"] = gradient.numpy()
    return {**arrays, **vanishing(functional), "version": np.array(torch.__version__.partition("+")[0])}


def vanishing(functional):
    """Where results are exactly 0: from which whole number on, for GELU from which multiple of -0.01 down.

    PyTorch computes the end of an array differently from its middle: every place in an array is tried.
    """
    whole = torch.arange(1.0, 100.0, dtype=torch.float64, requires_grad=True)
    places = {}
    for name in ("sigmoid", "tanh"):
        (gradient,) = torch.autograd.grad(getattr(torch, name)(whole).sum(), whole)
        places[f"vanishing/{name}_grad"] = whole.detach()[gradient == 0][0].numpy()
    for dtype in (torch.float64, torch.float32):
        x = -torch.arange(1, 2000, dtype=dtype) / 100
        for name, approximate in (("gelu", "none"), ("gelu_tanh", "tanh")):
            values = [functional.gelu(x[:n], approximate=approximate) for n in range(400, 2000, 7)]
            places[f"vanishing/{name}/{str(dtype)[6:]}"] = x[1 + max(y.nonzero().max() for y in values)].numpy()
    return places


def optimizers():
    """Twenty steps of four parameters per option in float64 and float32: keys such as `Adam {"eps": 0.001}/float64`."""
    classes = {
        "SGD": [
            {},
            {"momentum": 0.9},
            {"momentum": 0.9, "nesterov": True},
            {"momentum": 0.9, "dampening": 0.5},
            {"momentum": 0.8, "dampening": -0.3},
            {"momentum": 1.1},
            {"momentum": 0.6, "nesterov": True},
        ],
        "Adagrad": [{}, {"lr_decay": 0.1}, {"initial_accumulator_value": 0.1}, {"eps": 1e-3}],
        "RMSprop": [
            {},
            {"alpha": 0.5},
            {"alpha": 0.0},
            {"eps": 1e-3},
            {"momentum": 0.9},
            {"centered": True, "alpha": 0.9},
            {"centered": True, "momentum": 0.9},
        ],
        "Adam": [
            {},
            {"betas": [0.8, 0.9]},
            {"betas": [0.0, 0.0]},
            {"eps": 1e-3},
            {"amsgrad": True},
            {"amsgrad": True, "betas": [0.5, 0.6]},
        ],
    }
    classes["AdamW"] = [*classes["Adam"], {"weight_decay": 0.0}]
    rng = np.random.default_rng(0)
    arrays = {"start": np.array([1.0, -2.0, 0.5, 3.0]), "grads": rng.normal(size=(20, 4)) * [1, 100, 1e-4, 1e-8]}
    for name, rows in classes.items():
        for row in rows:
            common = [{}, {"lr": 0.1}, {"lr": 0.05, "maximize": True}, {"lr": 0.03, "weight_decay": 0.1}]
            for options in ({**row, **more} for more in (common if row in ({}, rows[-1]) else common[2:])):
                for dtype in ("float64", "float32"):
                    parameter = torch.nn.Parameter(torch.tensor(arrays["start"].astype(dtype)))
                    optimizer = getattr(torch.optim, name)([parameter], **options)
                    steps = []
                    for grad in arrays["grads"].astype(dtype):
                        parameter.grad = torch.tensor(grad)
                        optimizer.step()
                        steps.append(parameter.detach().numpy().copy())
                    arrays[f"{name} {json.dumps(options)}/{dtype}"] = np.array(steps)
    parameter = torch.nn.Parameter(torch.zeros(()))
    optimizer = torch.optim.RMSprop([parameter], alpha=0.5, centered=True)
    arrays["centered"] = np.zeros(40, "float32")  # gradients of 0.3: the parameter becomes NaN
    for step in range(40):
        parameter.grad = torch.tensor(0.3)
        optimizer.step()
        arrays["centered"][step] = parameter.item()
    return arrays


def schedulers():
    """Learning rates and momenta of long runs: the runs by name (JSON, as scratch.evidence.schedulers.play takes them),
    their traces one after another, and the place where each ends.
    """
    sgd, adam = ["SGD", {"lr": 0.1, "momentum": 0.9}], ["Adam", {"lr": 0.1}]
    rng = np.random.default_rng(0)
    falling = (2 * np.exp(-np.arange(150) / 20) + 0.05 * rng.normal(size=150) + 1).round(3).tolist()
    rising = [round(4 - loss, 3) for loss in falling]
    runs = {"StepLR": [sgd, ["StepLR", {"step_size": 30}], ["step", 200]]}
    for options in ({"gamma": 0.5}, {"gamma": 1.5}, {"gamma": 0}):
        runs[f"StepLR {options}"] = [sgd, ["StepLR", {"step_size": 7, **options}], ["step", 100]]
    runs["StepLR every epoch"] = [sgd, ["StepLR", {"step_size": 1, "gamma": 0.97}], ["step", 200]]
    for T_max in (1, 2, 7, 50):
        for options in ({}, {"eta_min": 0.01}, {"eta_min": 0.3}):
            cosine = ["CosineAnnealingLR", {"T_max": T_max, **options}]
            runs[f"CosineAnnealingLR {T_max} {options}"] = [sgd, cosine, ["step", 4 * T_max + 3]]
    step, cosine = (["StepLR", {"step_size": 4, "gamma": 0.5}], ["CosineAnnealingLR", {"T_max": 10, "eta_min": 0.001}])
    for name, scheduler in (("StepLR", step), ("CosineAnnealingLR", cosine)):
        runs[f"{name} by hand"] = [sgd, scheduler, ["step", 6], ["lr", 0.7], ["step", 30]]
        for epoch in (0, 3, 9, 10, 19):
            resumed = [scheduler[0], {**scheduler[1], "last_epoch": epoch}]
            begun = [sgd, scheduler, ["step", epoch], ["forget", None]]
            runs[f"{name} resumed after {epoch}"] = [*begun, resumed, ["step", 30]]
    runs["chained"] = [sgd, step, cosine, ["step", 50]]
    runs["chained, the other order"] = [sgd, cosine, step, ["step", 50]]
    runs["chained, later and by hand"] = [sgd, step, ["step", 5], ["lr", 0.7], cosine, ["step", 45]]
    plateau = ["ReduceLROnPlateau", {"patience": 3}]
    runs["plateau after steps"] = [sgd, step, ["step", 9], ["forget", None], plateau, ["metrics", falling]]
    for mode, metrics in (("min", falling), ("max", rising)):
        for options in (
            {},
            {"patience": 2},
            {"patience": 0, "cooldown": 3},
            {"patience": 4, "factor": 0.5, "min_lr": 0.02},
            {"threshold": 0.1},
            {"threshold": 0.1, "threshold_mode": "abs"},
            {"threshold": 0, "patience": 5},
            {"patience": 1, "eps": 1e-3},
            {"patience": 3, "factor": 0, "min_lr": 0.01, "cooldown": 9},
        ):
            plateau = ["ReduceLROnPlateau", {"mode": mode, **options}]
            runs[f"ReduceLROnPlateau {mode} {options}"] = [sgd, plateau, ["metrics", metrics]]
    odd = [np.nan, np.inf, 1.0, np.nan, np.nan, np.nan, -np.inf, np.nan, 0.0, -1.0, -0.9999, -1.0, -1.0, -1.0, -1.0]
    for options in ({"mode": mode, "threshold_mode": kind} for mode in ("min", "max") for kind in ("rel", "abs")):
        plateau = ["ReduceLROnPlateau", {"patience": 1, **options}]
        runs[f"ReduceLROnPlateau odd {options}"] = [sgd, plateau, ["metrics", odd]]
    for strategy in ("cos", "linear"):
        for three_phase in (False, True):
            for options in (
                {},
                {"pct_start": 0.0},
                {"pct_start": 1.0},
                {"pct_start": 0.5},
                {"pct_start": 0.005},
                {"div_factor": 3.0, "final_div_factor": 50.0},
                {"base_momentum": 0.2, "max_momentum": 0.6},
                {"cycle_momentum": False},
                {"total_steps": 7},
                {"total_steps": None, "epochs": 9, "steps_per_epoch": 11},
            ):
                options = {"total_steps": 100, "anneal_strategy": strategy, "three_phase": three_phase, **options}
                steps = (options["total_steps"] or 99) - 1
                cycle = ["OneCycleLR", {"max_lr": 2.0, **options}]
                runs[f"OneCycleLR {options}"] = [sgd, cycle, ["step", steps]]
    cycle = {"max_lr": 2.0, "total_steps": 40}
    for optimizer in (adam, ["AdamW", {"lr": 0.1}], ["RMSprop", {"lr": 0.1}], ["SGD", {"lr": 0.1}]):
        runs[f"OneCycleLR {optimizer[0]}"] = [optimizer, ["OneCycleLR", cycle], ["step", 39]]
    for epoch in (0, 5, 11, 30, 38):
        resumed = ["OneCycleLR", {**cycle, "last_epoch": epoch}]
        runs[f"OneCycleLR resumed after {epoch}"] = [
            sgd,
            ["OneCycleLR", cycle],
            ["step", epoch],
            ["forget", None],
            resumed,
            ["step", 38 - epoch],
        ]
    runs["OneCycleLR, then cosine"] = [sgd, ["OneCycleLR", cycle], ["step", 39], ["forget", None], cosine, ["step", 30]]
    traces = []
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Detected call of")  # of scheduler.step() without an optimizer.step()
        for run in runs.values():
            parameter = torch.nn.Parameter(torch.zeros(1))
            traces.append(play(run, torch.optim, torch.optim.lr_scheduler, [parameter]))
    return {
        "runs": np.array(json.dumps(runs)),
        "traces": np.concatenate([np.array(trace, dtype=np.float64) for trace in traces]),
        "ends": np.cumsum([len(trace) for trace in traces]),
    }


def losses():
    """The inputs of the losses' rows, and for each row value and gradient by all its reductions, in one array.

    Keys are residuals/0/float64 (the first argument), residuals/1/float64 (the target), and a row's name and a dtype.
    """
    rng = np.random.default_rng(0)
    tails = np.exp(rng.uniform(-9, 9, (2, 10)))
    target = np.round(rng.normal(size=30), 2)
    target[20:] = np.round(target[20:])
    residuals = np.concatenate([tails[0], -tails[1], [0, 0, 0.3, -0.3, 1, -1, 2.5, -2.5, 4, 1e-6]])
    pixels = rng.integers(0, 3, (2, 2, 3))
    pixels[0, 1] = -100
    spread = np.array([1, 3, 20, 1, 3, 1, 1])[:, None]
    logits = np.concatenate([spread * rng.normal(size=(7, 4)), [[36, 0, 1, -2]]])
    margins = np.array([[m, 0, 0] for m in range(0, 120, 5)])
    inputs = {
        "residuals": (target + residuals, target),
        "inside": (
            np.array([1e-7, 0.3, 0.5, 0.999, 0.25, 0.2, 1e-6, 0.6, 0.75, 1 - 2**-11]),
            np.array([1, 0, 0.3, 1, 0.75, 0, 0, 1, 0.5, 0]),
        ),
        "edges": (
            np.array([0, 0, 1, 1, 1e-60, 1, 1e-30, 4e-44, 1e-12, 5e-13]),  # the logarithm is -100 at 3.7e-44
            np.array([1, 0, 0.3, 0, 1, 1, 0, 1, 0.5, 0]),
        ),
        "classes": (logits, np.array([0, 1, 3, 3, 1, 0, 2, 0])),
        "soft": (logits[::-1], np.round(rng.dirichlet(np.ones(4), 8), 3)),
        "pixels": (3 * rng.normal(size=(2, 3, 2, 3)), pixels),
        "unbatched": (np.array([2.0, 1.0, -1.0]), np.array(0)),
        "margins": (margins, np.zeros(len(margins), dtype=int)),
    }
    arrays = {}
    for dtype in ("float64", "float32"):
        for kind, pair in inputs.items():
            for i, array in enumerate(pair):
                integers = array.dtype.kind == "i" and i == 1
                arrays[f"{kind}/{i}/{dtype}"] = array if integers else normal(array.astype(dtype))
        for row in LOSSES:
            first, target = (arrays[f"{row.inputs}/{i}/{dtype}"] for i in (0, 1))
            arrays[f"{row}/{dtype}"] = loss(row, first, target)
    return arrays


def normal(array):
    """The array with 0 for subnormal numbers, of which PyTorch's logarithm in float32 is another."""
    return np.where(np.abs(array) < np.finfo(array.dtype).tiny, 0, array)


def loss(row, first, target):
    """PyTorch's value and gradient of a row of the losses' table, for each of its reductions, one after the other."""
    results = []
    for reduction in row.reductions:
        x = torch.tensor(first, requires_grad=True)
        options = {k: torch.tensor(v, dtype=x.dtype) if k == "weight" else v for k, v in row.options.items()}
        function = getattr(torch.nn.functional, row.name)
        y = function(x, torch.tensor(target), **{**options, "reduction": reduction})
        (gradient,) = torch.autograd.grad(y.sum(), x)
        results += [y.detach().flatten(), gradient.flatten()]
    return torch.cat(results).numpy()


def augmentation(shapes=(("odd", (7, 9, 3)), ("even", (8, 6, 3))), seed=0):
    """torchvision's results by options and image: keys such as `rotate {"angle": 17} odd/uint8`.

    The images have odd or even sides; for float64 their uint8 values are divided by 255. Bilinear warps are recorded
    without torchvision's mask, which weakens the border a second time: what lies inside the image, fill on the rest.
    """
    library = torch.library.Library("torchvision", "DEF")  # two operators that torchvision misses beside a CPU torch
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    from torchvision.transforms import InterpolationMode
    from torchvision.transforms.v2 import functional

    rng = np.random.default_rng(seed)
    images = {kind: rng.integers(0, 256, shape, dtype=np.uint8) for kind, shape in shapes}
    rows = [("hflip", {}), ("rgb_to_grayscale", {}), ("rgb_to_grayscale", {"num_output_channels": 3})]
    rows += [("resize", {"size": size}) for size in (5, 13, (4, 11), (20, 3))]
    box = {"top": 1, "left": 2, "height": 5, "width": 4}
    rows += [("resized_crop", {**box, "size": size}) for size in ((5, 4), (3, 7))]
    rows += [("resize", {"size": size, "interpolation": "nearest"}) for size in (4, (3, 13), (16, 12))]
    rows += [("resized_crop", {**box, "size": (7, 3), "interpolation": "nearest"})]
    rows += [("center_crop", {"size": size}) for size in (4, (5, 2), (12, 3), (3, 20))]
    for name in ("adjust_brightness", "adjust_contrast", "adjust_saturation"):
        rows += [(name, {"factor": factor}) for factor in (0.5, 1.75)]
    rows += [("adjust_hue", {"factor": factor}) for factor in (-0.5, -0.2, 0, 0.25, 0.5)]
    rows += [("rotate", {"angle": angle}) for angle in (17, 90, 180, -270, 400)]
    rows += [("rotate", {"angle": -33, "center": (2, 3)}), ("rotate", {"angle": 123, "expand": True})]
    rows += [("rotate", {"angle": 1e-5, "expand": True})]
    rows += [("rotate", {"angle": angle, "interpolation": "bilinear"}) for angle in (17, 400)]
    rows += [("rotate", {"angle": -33, "interpolation": "bilinear", "center": (2, 3), "expand": True})]
    rows += [("rotate", {"angle": 17, "interpolation": "bilinear", "fill": (0.25, 0.5, 1)})]
    sheared = {"angle": 15, "translate": (3, -2), "scale": 1.2, "shear": (10, -20)}
    shrunk = {"angle": -87, "translate": (0.5, 1.25), "scale": 0.77, "shear": (-37, 0), "center": (1, 2)}
    for options in (sheared, shrunk):
        rows += [("affine", {**options, "interpolation": kind}) for kind in ("nearest", "bilinear")]
    rows += [("affine", {**sheared, "fill": (1, 2, 3)})]
    rows += [("affine", {**sheared, "interpolation": "bilinear", "fill": 0.5})]
    rows += [("gaussian_blur", {"kernel_size": size}) for size in (3, (5, 3))]
    rows += [("gaussian_blur", {"kernel_size": (3, 7), "sigma": sigma}) for sigma in (0.8, (0.5, 2.0))]

    def warped(function, image, fill=0, interpolation="nearest", **options):
        options["interpolation"] = InterpolationMode(interpolation)
        if interpolation == "nearest":
            return function(image, fill=fill, **options)
        rest = 1 - function(torch.ones(image.shape, dtype=torch.float64), fill=None, **options)
        return function(image, fill=None, **options) + (rest * torch.tensor(fill).reshape(-1, 1, 1) if fill else 0)

    def called(function, image, **options):
        way = InterpolationMode(options.pop("interpolation", "bilinear"))
        listed = [[value] if key == "size" and isinstance(value, int) else value for key, value in options.items()]
        return function(image, *listed, **({"interpolation": way} if "resize" in function.__name__ else {}))

    arrays = dict(images)
    for kind, image in images.items():
        for name, options in rows:
            call = warped if name in ("rotate", "affine") else called
            for dtype in ("uint8", "float64") if isinstance(options.get("fill", 0), int) else ("float64",):
                pixels = np.moveaxis(image if dtype == "uint8" else image / 255, -1, 0)
                result = call(getattr(functional, name), torch.tensor(pixels.copy()), **options)
                arrays[f"{name} {json.dumps(options)} {kind}/{dtype}"] = np.moveaxis(result.numpy(), 0, -1)
    colour = torch.tensor([200, 100, 50], dtype=torch.uint8).reshape(3, 1, 1)
    arrays["wrapped"] = functional.adjust_brightness(colour, 2).flatten().numpy()  # an integer factor on uint8
    ones = torch.ones(1, 3, 3, dtype=torch.float64)
    arrays["border"] = functional.rotate(ones, 45, InterpolationMode.BILINEAR, fill=[0.0])[0].numpy()
    return arrays


if __name__ == "__main__":
    for topic in sys.argv[1:] or TOPICS:
        np.savez_compressed(Path(__file__).parent / "recorded" / f"{topic}.npz", **globals()[topic]())
