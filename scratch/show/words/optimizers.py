"""The words of what the optimizers page computes."""

WORDS = {
    "against_recursion": "{block} against the recursion at 80 digits, {dtype}",
    "the_same": "The same",
    "against_pytorch": "{block} against {count} trajectories recorded from PyTorch, {dtype}",
    "all_hold": "cases, all as they should be",
    "refused": "Parameters and numbers that must be refused, and limits that must not",
    "unharmed": "Refused steps, gradients of None, shared memory and dtypes",
    "finite": "Squares that overflow or vanish, gradients of 0 without ε, and NaN",
    "nag_steps": "The look-ahead point against PyTorch's parameters on f(θ) = θ⁴/4 − θ, at 80 digits",
    "nesterovs_sequence": "Nesterov’s sequence in floats against the recursion at 80 digits",
    "floats": "kept",
    "state": "state",
    "form": "form",
    "equation": "equation",
    "verdict": "the same?",
    "equal": "yes",
    "different": "no",
    "theory": "theory",
    "bound": "lower bound",
    "sign": "sign rule",
    "median": "median f",
    "least": "least f",
    "most": "largest f",
    "quadratic": "quadratic",
    "rosenbrock": "Rosenbrock",
    "saddle": "saddle",
    "comparison": (
        "The seven optimizers compared",
        "Kept: how many numbers each remembers per parameter. Then the length of the first step for three sizes of the "
        "gradient, and of the hundredth for a constant gradient of 1, all at η = 0.01 (Momentum and NAG with μ = 0.9). "
        "The first three methods answer to the size of the gradient; the other four hardly do.",
    ),
    "overlay": (
        "The paths of the seven optimizers on a quadratic, on Rosenbrock’s function and on a saddle, and the loss on "
        "Rosenbrock’s",
        "Each method has its best rate, see the table below; the colours are those of the legend under the last panel. "
        "A dot marks the start, stars the minima. On the saddle, the three that answer to the size of the gradient "
        "first run to the saddle point, where it is almost 0; the four adaptive ones leave the ridge within three "
        "steps. On Rosenbrock’s function Momentum ends lowest, before RMSProp and AdaGrad. One path leaves its picture: "
        "RMSProp’s first step on the quadratic is {far} long in each coordinate.",
    ),
    "rates": (
        "The best rate of each optimizer on each surface, and the value it reaches",
        "The rates of the figure, chosen by this page’s own code, and the value of f at the end of each path. On the "
        "quadratic AdaGrad and RMSProp end lowest: they do not forget the first, large gradients within these {steps} "
        "steps, and after the first each coordinate has a rate of its own that changes by at most {change}%.",
    ),
    "sgd_rates": (
        "The loss of gradient descent for four learning rates",
        "f(θ) = θ²/2. Each step multiplies θ by 1 − η: slow at 0.1, back and forth at 1.5 and 1.8, divergent beyond 2.",
    ),
    "conditions": (
        "Steps to an error of 1e-6 against the condition number",
        "Lines are theory, dots are measured. Gradient descent needs a number of steps proportional to κ, both "
        "momentum methods one proportional to its root.",
    ),
    "conditions_table": (
        "Steps against the condition number, measured and by the theory",
        "The theory counts the slowest factor alone. With momentum the dots lie somewhat above the line, because a "
        "double root adds a factor that grows with t.",
    ),
    "lessard": (
        "Heavy ball caught in a cycle of three points",
        "With the rate and momentum that are optimal for quadratics of curvature 1 to 25, heavy ball runs for ever "
        "around the minimum at 0 of a convex function whose curvature is nowhere outside that range.",
    ),
    "worst_case": (
        "The distance to the minimum of three methods on Nesterov’s worst function, and the lower bound",
        "After {steps} steps gradient descent is at {sgd} times the bound that no method of its kind can beat, "
        "Nesterov’s own sequence of momenta at {nesterov} times. A constant momentum is better at first and worse in the "
        "end.",
    ),
    "adagrad_coordinates": (
        "The effective rate of three coordinates of different frequency",
        "Gradients of size 1 that occur in 100%, 10% and 1% of the steps. After a thousand steps the rarest "
        "coordinate’s rate is {ratio} times that of the one that is always there.",
    ),
    "hinton": (
        "The size of the steps on Hinton’s stream of gradients, and where they lead",
        "|Δθ|: the size of the first 60 steps. The sign rule’s is constant; AdaGrad’s shrinks without end; RMSProp’s "
        "jumps when the large gradient arrives. θ: the gradients cancel, so it should stay at 0. After 300 steps the "
        "sign rule has drifted to {sign}, RMSProp to {rmsprop}, AdaGrad to {adagrad}.",
    ),
    "epsilon_places": (
        "The step for a gradient g with epsilon outside and inside the root",
        "The step, in units of η, with v = g². The same ε is a far larger number inside the root: its root is what g "
        "is measured against.",
    ),
    "adam_bias": (
        "Adam’s step under a constant gradient, with and without the correction",
        "Without it the steps grow to {peak_999} η (β₂ = 0.999) and {peak_9999} η (β₂ = 0.9999) before they settle. "
        "With it they have the length η from the first on.",
    ),
    "reddi": (
        "Adam and AMSGrad on Reddi’s stream of losses",
        "The sum of the losses is smallest at x = −1. Adam goes to +1, the worst point of all. AMSGrad arrives at −1.",
    ),
    "two_weights": (
        "Two weights under noise of different size, decayed by L2 in Adam and by AdamW",
        "No gradient pulls on either weight, there is noise of size σ alone. L2 decay in Adam wipes out the quiet "
        "weight ({small}) and hardly touches the noisy one ({large}). AdamW takes both to {small_w} and {large_w}; "
        "the theory says {theory}.",
    ),
    "forms": (
        "Equivalent forms across papers, PyTorch and common variants",
        "Of {count} forms {equal} are PyTorch’s with the setting in the last column, the others are methods of their "
        "own. Each was run for {steps} steps beside PyTorch’s form on the same gradients; max |Δθ| is the largest "
        "difference.",
    ),
    "memory": (
        "Memory per parameter",
        "Numbers that each optimizer keeps per parameter, counted in its state, and what that is for 100 million "
        "parameters in float32, in gigabytes, beside {itself} GB for the parameters themselves.",
    ),
    "valley": (
        "The loss of the seven optimizers on Rosenbrock’s function in 20 dimensions",
        "Median of five starts, each method with the best of five rates around the best of a wider search. By the "
        "median, Momentum and NAG reach the minimum and the others do not.",
    ),
    "valley_table": (
        "Where each optimizer ends on Rosenbrock’s function in 20 dimensions",
        "After 5000 steps from five starts. One start of Momentum’s and one of Adam’s end in or near the function’s "
        "second minimum, where f is {second}.",
    ),
}
