"""The words of what the losses page computes."""

WORDS = {
    "best": "best constant",
    "median": "median",
    "mean": "mean",
    "by_formula": "efficiency",
    "simulated": "simulated",
    "spoilt": "n · variance, 10% bad",
    "exact": "exact loss",
    "details": "target, options",
    "shape": "shape",
    "divisor": "divides by",
    "ulp_of_largest": '<abbr title="ULP of the largest element of the result">ULP</abbr>',
    "absolute_or_relative": '<abbr title="|ours − PyTorch’s| / (1 + |PyTorch’s|)">absolute or relative</abbr>',
    "which_is": "the number of",
    "of_classes": "classes",
    "of_probabilities": "probabilities",
    "one_ignored": "classes, one ignored",
    "elements": "elements",
    "elements_not_weights": "elements, not weights",
    "samples": "samples",
    "all_samples": "samples, further axes too",
    "kept_samples": "samples not ignored",
    "class_weights": "weights of the samples’ classes, added up",
    "kept_weights": "the same, without the ignored one",
    "samples_not_weights": "samples, not weights",
    "residuals": "pred, target",
    "inside": "pred, target",
    "edges": "pred, target",
    "classes": "logits, target",
    "soft": "logits, target",
    "with_gradient": "<code>{call}</code>{kind} and its gradient against the formula at 50 digits",
    "at_edges": " at 0, at 1 and next to them",
    "as_probabilities": " with probabilities",
    "against_pytorch": "All blocks against PyTorch’s recorded results, {dtype}",
    "comparison": (
        "The five losses compared",
        "Loss and gradient of a small error (0.1) and a large one (10), and the constant prediction that each loss "
        "likes best. For MSE, MAE and Huber, d is prediction minus target, and the constant is sought for skewed "
        "(lognormal) data with mean {mean} and median {median}. For BCE and Cross Entropy, d is how far the logit "
        "is on the wrong side (−10: far on the right side), and the data are labels of which a share of {share} is 1.",
    ),
    "overlay": (
        "MSE, MAE, Huber, Smooth L1 and BCE, and their gradients",
        "(a) Far from 0, MSE grows as a square and the others as straight lines. (b) The gradients say who "
        "dominates a batch: MSE’s grows without end, the others’ are limited. MAE’s is the only one that jumps at "
        "0. BCE is drawn for target 0 against the logit: it is the one loss that is nearly 0 on a whole side.",
    ),
    "risks": (
        "Mean loss of a constant prediction c on skewed data",
        "Three losses, three best constants (dots): {mse} for MSE, the mean; {mae} for MAE, the median; {huber} for "
        "Huber, in between. The curves are moved down to end at 0.",
    ),
    "pulls": (
        "Gradient of the mean loss of a constant c on the numbers 1, 2, 2.5, 4 and 10",
        "Where a curve crosses 0, the constant is best: {mse} for MSE, the mean; {mae} for MAE, the median; {huber} "
        "for Huber. To MAE the number 10 is one number above like any other; MSE feels its distance; Huber feels it "
        "up to 1.",
    ),
    "huber_curve": (
        "Huber’s loss and Smooth L1 for thresholds 0.5, 1 and 2",
        "The same parabola-then-line, scaled differently. Huber’s curves share the parabola and end with slope δ. "
        "Smooth L1’s end with slope 1 and differ at 0. For threshold 1 they are the same curve.",
    ),
    "efficiency": (
        "Efficiency of Huber’s estimator by its threshold k",
        "What k buys and costs. Second and third column: the variance of the mean divided by that of Huber’s "
        "estimator on clean normal data, by formula (for n → ∞) and by simulation (5 seeds of 1500 samples of 60). "
        "They differ a little, because 60 is not ∞ and by chance. Last column: n times the variance when each number has, with "
        "probability 0.1, a ten times larger error. The median and the mean are the two ends.",
    ),
    "bce_curve": (
        "BCE by the probability; gradients of BCE and MSE by the logit",
        "(a) The loss rises without limit as p approaches the wrong end; for a soft label such as 0.7 the minimum "
        "is at 0.7 and not 0. (b) Target 0, error growing to the right: BCE’s gradient goes to 1, MSE’s returns to "
        "0. At x = 6 they differ by a factor of {ratio}.",
    ),
    "cross_entropy_curve": (
        "Cross entropy and its gradient by the margin, with label smoothing 0, 0.1 and 0.3",
        "Logits (x, 0, 0), class 0. Without smoothing more is always better, if ever so little. With smoothing "
        "there is a best margin, {best_1} for ε = 0.1 and {best_3} for ε = 0.3: there the gradient crosses 0.",
    ),
    "reductions": (
        "What each mean divides by",
        "Weights enter the divisor only where the targets are classes. Each divisor is the ratio of "
        'reduction="sum" and reduction="mean", found by calling both, for the value and for the gradient.',
    ),
    "margins": (
        "Cross entropy where the loss is nearly 0",
        "Logits (m, 0, 0), class 0: the exact loss and the relative error of each implementation. An error of 1 "
        "means that the result is 0.",
    ),
}
