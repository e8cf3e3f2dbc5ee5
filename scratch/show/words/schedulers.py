"""The words of what the schedulers page computes."""

WORDS = {
    "against_formulas": "{block} against its formulas at 50 digits, with {count} sets of options",
    "against_pytorch": "{block} in {count} runs recorded from PyTorch, rates and momenta apart, each as a share of "
    "the run’s largest",
    "refused": "{count} constructors with arguments that must be refused, each with its error, the optimizer left as "
    "it was: all as they should be.",
    "noise_theory": "The mean loss of {chains} copies against the theory, in standard errors",
    "constant": "constant",
    "mean": "mean",
    "better": "better?",
    "yes": "yes",
    "no": "no",
    "next": "next η",
    "used": "used in",
    "measured": "measured",
    "theory": "theory",
    "share": "÷ least",
    "rule": "counts as better when",
    "phase": "phase",
    "batch": "batch",
    "warm_up": "rise over {share:.0%}",
    "no_warm_up": "no rise",
    "comparison": (
        "The four schedulers on the same run",
        "100 epochs from η₀ = {first}. The first columns are the rates at which five of the epochs are trained, then "
        "the mean of all hundred. The last is the loss that is left on the noisy problem of <a href='#noise'>this "
        "section</a>; without a scheduler it is {constant}.",
    ),
    "overlay": (
        "The learning rates of the four schedulers over 100 epochs, on a linear and on a logarithmic scale",
        "(a) StepLR and ReduceLROnPlateau move in jumps, CosineAnnealingLR and OneCycleLR in every epoch. (b) On a "
        "logarithmic scale the ends differ most: ReduceLROnPlateau stands at {plateau}, OneCycleLR at {onecycle}.",
    ),
    "steplr_epochs": (
        "StepLR epoch by epoch",
        "η₀ = {first}, s = {s}, γ = {gamma}. Epochs count from 0, so the first epoch with a lower rate is number {s}: "
        "it comes after {s} epochs, not after {before}.",
    ),
    "steplr_curve": (
        "A rate that drops three times, and the loss on the noisy problem",
        "(a) The rate. (b) The mean loss of {chains} copies of the noisy problem, and the floor of each rate "
        "(dashed). After a drop the loss falls by itself to the next floor.",
    ),
    "cosine_epochs": (
        "CosineAnnealingLR epoch by epoch",
        "η₀ = {first}, T<sub>max</sub> = {T}, η<sub>min</sub> = 0. A loop over {T} epochs uses the rates 0 to {last} "
        "and never η<sub>min</sub> itself. After T<sub>max</sub> the rate climbs back to where it began.",
    ),
    "cosine_curve": (
        "CosineAnnealingLR beyond its end, and the errors of both recursions",
        "(a) Past T<sub>max</sub> = 50 the rate rises again. Setting the rate back and making a new scheduler gives "
        "the paper’s warm restart (dashed). (b) The relative distance from the closed form: at most {ours} here, {theirs} in PyTorch’s "
        "recorded recursion. Both are rounding: neither form is an approximation of the other.",
    ),
    "plateau_epochs": (
        "ReduceLROnPlateau epoch by epoch",
        "patience = 2, factor = 0.1, η₀ = {first}. After each epoch the metric m is handed over; what is then best, "
        "how many bad epochs have been counted, and the rate of the next epoch. Two bad epochs are let pass, the "
        "third one in a row fires. The column “bad” has the count before a reduction sets it back to 0.",
    ),
    "plateau_rules": (
        "When a metric counts as better",
        "The bound for the two modes and the two threshold modes. A relative bound comes nearer to the best metric as "
        "that comes nearer to 0, and below 0 it is on the wrong side of it; an absolute one keeps its distance.",
    ),
    "plateau_curve": (
        "A noisy metric, its best value, and the rate",
        "(a) The metric of a small validation set on the noisy problem and the best so far (dashed). (b) The rate, "
        "which halves {drops} times in {epochs} epochs: each time {patience} epochs in a row were not better and one "
        "more was not.",
    ),
    "onecycle_epochs": (
        "OneCycleLR step by step",
        "max_lr = 1, total_steps = {N}, pct_start = {p}. The peak is step {peak}, the last step has the lowest rate. "
        "The call after the last batch, which the usual loop makes, repeats the last row.",
    ),
    "onecycle_curve": (
        "The one-cycle rate and momentum, PyTorch’s default and the papers’ form",
        "(a) The rate and (b) the momentum over {N} steps with max_lr = 1. PyTorch’s default has two phases and "
        "cosines. The papers’ form has straight lines and three phases: up, down in as many steps, and a tail; here with "
        "pct_start = {share}.",
    ),
    "noise": (
        "What each schedule leaves on the noisy problem",
        "The mean loss after {steps} steps over {chains} copies, its standard error, what theory says for exactly "
        "these rates, and that divided by 1/(2T), the least for an unbiased estimate from {steps} gradients with "
        "normal noise.",
    ),
    "noise_curve": (
        "The mean loss on the noisy problem over the steps",
        "The theory for each schedule, step by step. A constant rate stops at its floor; where a rate falls, the loss "
        "falls with it. OneCycleLR starts slowly, gets below that floor while its rate is still low, and climbs back "
        "to it at its peak.",
    ),
    "digits": (
        "Test accuracy on the digits with each schedule and three rates",
        "Test accuracy in percent after {epochs} epochs, mean ± standard deviation over {seeds} seeds. Each column is "
        "a rate: what the constant rate has, where the others start, and OneCycleLR’s peak. At η = {highest} every "
        "schedule is ahead of the constant rate by more than the spread.",
    ),
    "range_test": (
        "Loss against learning rate in a range test",
        "The loss of each batch while the rate grows from {low} to {high}. It is lowest near η = {lowest} and has "
        "left the scale at η = {gone}.",
    ),
    "warm_up_table": (
        "Test accuracy with and without warm-up",
        "Test accuracy in percent on the digits after {epochs} epochs, mean ± standard deviation over {seeds} seeds, "
        "SGD without momentum. Each column is OneCycleLR with another pct_start, the share of the steps that the rise "
        "takes. Only Adam at its highest rate needs the rise here, and 2% of the steps are not enough.",
    ),
}
