"""What the page of the schedulers computes."""


def play(run, optimizers, schedulers, params):
    """The learning rates and momenta of a run: one pair per scheduler made and per step.

    run: first the optimizer's name with its options; then events, pairs (what, value): a scheduler's name with its
    options; "step" with the number of steps that every scheduler makes in turn, or "metrics" with the numbers they are
    given; "lr" with a rate that is set by hand; "forget" (any value), after which the schedulers before rest.
    optimizers, schedulers: the modules of the names, this package's or PyTorch's. params: what is to be optimized.
    """
    (name, options), *events = run
    optimizer = getattr(optimizers, name)(params, **options)
    values = optimizer.param_groups[0] if hasattr(optimizer, "param_groups") else vars(optimizer)
    active, trace = [], []
    for what, value in events:
        metrics = [()] * value if what == "step" else [(number,) for number in value] if what == "metrics" else []
        for metric in metrics:
            for scheduler in active:
                scheduler.step(*metric)
            trace.append(_lr_and_momentum(values))
        if what == "lr":
            values["lr"] = value
        elif what == "forget":
            active = []
        elif hasattr(schedulers, what):
            active.append(getattr(schedulers, what)(optimizer, **value))
            trace.append(_lr_and_momentum(values))
    return trace


def _lr_and_momentum(values):
    return values["lr"], values.get("momentum", values.get("betas", (0.0,))[0])
