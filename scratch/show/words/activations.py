"""The words of what the activations page computes."""

WORDS = {
    "comparison": (
        "The six activations compared",
        "What each function does, computed in this build. E[f(z)] is the mean (expected) output for standard normal z: the nearer to 0, "
        "the more “zero-centred”. f′(0⁻) and f′(0⁺) are the slopes on the two sides of 0; where they differ there is a kink. The last two columns "
        "show saturation: how much of the gradient is left at −4 and 4.",
    ),
    "overlay": (
        "The six activations and their derivatives from −4 to 4",
        "f(x): only Sigmoid and Tanh are bounded; the other four follow x for large x. f′(x): the derivatives of Sigmoid and "
        "Tanh fade on both sides; those of the other four tend to 1 or are 1 for positive x.",
    ),
    "accuracy": (
        "Largest error in units of the last place",
        "Largest error in ULP (units of the last place, the spacing of floats at the exact value) over the same points, against "
        "50-digit arithmetic. Half a ULP is the best that any code can do in general.",
    ),
    "sigmoid_curve": (
        "Sigmoid and its derivative from −6 to 6",
        "The derivative is at most {peak}, at x = 0. At x = 6 only {far}% of that is left: the function has saturated.",
    ),
    "tanh_curve": (
        "Tanh and its derivative from −6 to 6",
        "Tanh passes through the origin with slope {peak}, {times} times Sigmoid’s. At x = 6 the slope is {far}.",
    ),
    "relu_curve": (
        "ReLU and its derivative",
        "The derivative is a step. At 0 there is none; the code returns 0 there (filled circle), not 1 (open circle).",
    ),
    "leaky_relu_curve": (
        "Leaky ReLU with slopes 0.01, 0.1 and 0.3",
        "The paper’s slope of 0.01 can hardly be told from ReLU by eye. What matters is that it is not 0.",
    ),
    "elu_curve": (
        "ELU and its derivative for three values of alpha",
        "ELU levels off at −α. Its derivative is continuous at 0 only for α = 1: the other two curves jump there.",
    ),
    "gelu_curve": (
        "GELU and its derivative; the errors of its two approximations",
        "GELU dips to {minimum} at x = {lowest} and comes back to 0: it is not monotone. |Δf|: the tanh form is off by at "
        "most {tanh_error} (at |x| = {tanh_at}), x σ(1.702x) by {sigmoid_error} (at |x| = {sigmoid_at}).",
    ),
}
