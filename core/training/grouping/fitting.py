"""Fit a perceptron with one hidden layer to weighted samples."""

from __future__ import annotations

import numpy as np

from core.grouping.perceptron import Perceptron
from core.training.grouping.samples import Samples


def fit(samples: Samples, hidden: int, *, epochs: int, seed: int) -> Perceptron:
    """Perceptron that gives the weighted mean target, by Adam on cross-entropy."""
    import torch

    torch.manual_seed(seed)
    mean, scale = samples.inputs.mean(axis=0), samples.inputs.std(axis=0) + 1e-6
    inputs = torch.from_numpy((samples.inputs - mean) / scale)
    targets, weights = torch.from_numpy(samples.targets), torch.from_numpy(samples.weights)
    weights = weights / weights.mean()
    first = torch.nn.Linear(inputs.shape[1], hidden)
    second = torch.nn.Linear(hidden, 1)
    parameters = [*first.parameters(), *second.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=5e-3, weight_decay=1e-6)
    batch = 4096
    steps = epochs * (len(inputs) // batch + 1)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(epochs):
        for chosen in torch.split(torch.randperm(len(inputs)), batch):
            logits = second(torch.relu(first(inputs[chosen])))[:, 0]
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                logits, targets[chosen], weight=weights[chosen]
            )
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
    return Perceptron(
        np.asarray(mean, np.float32),
        np.asarray(scale, np.float32),
        first.weight.detach().numpy(),
        first.bias.detach().numpy(),
        second.weight.detach().numpy()[0],
        second.bias.detach().numpy(),
    )
