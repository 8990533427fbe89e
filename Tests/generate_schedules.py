"""Writes the learning rates of PyTorch's schedulers, for Fixtures/schedules.json.

    python3 Tests/generate_schedules.py Tests/MNISTCoreTests/Fixtures/schedules.json

Of `step`, `cycle` and `batches` a case has the rate at each step; of `plateau` the rate after each value; of `cycle` also
Adam's beta1. Numbers are the shortest that come back to the same bits.
"""

import json
import random
import sys

import torch
from torch.optim.lr_scheduler import (
    ConstantLR, CosineAnnealingLR, LinearLR, OneCycleLR, ReduceLROnPlateau, SequentialLR, StepLR)


def optimizer(rate):
    return torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], lr=rate)


def rates(adam, scheduler, count):
    group = adam.param_groups[0]
    found = []
    for _ in range(count):
        found.append((group["lr"], group["betas"][0]))
        adam.step()
        scheduler.step()
    return found


def warmed(adam, warmup, main):
    if warmup == 0:
        return main
    rising = LinearLR(adam, start_factor=1 / (warmup + 1), total_iters=warmup)
    return SequentialLR(adam, [rising, main], milestones=[warmup])


def step(rate, warmup, interval, factor, count):
    adam = optimizer(rate)
    scheduler = warmed(adam, warmup, StepLR(adam, interval, gamma=factor))
    return {"rate": rate, "warmup": warmup, "interval": interval, "factor": factor,
            "rates": [r for r, _ in rates(adam, scheduler, count)]}


def cycle(rate, count):
    adam = optimizer(rate)
    scheduler = OneCycleLR(adam, max_lr=rate, total_steps=count)
    group = adam.param_groups[0]
    found = [(group["lr"], group["betas"][0])]
    for _ in range(count - 1):
        adam.step()
        scheduler.step()
        found.append((group["lr"], group["betas"][0]))
    return {"rate": rate, "rates": [r for r, _ in found], "beta1": [b for _, b in found]}


def batches(rate, warmup, epochs, batch_count, cosine):
    adam = optimizer(rate)
    steps = (epochs - warmup) * batch_count
    main = CosineAnnealingLR(adam, T_max=steps) if cosine else ConstantLR(adam, factor=1.0)
    scheduler = warmed(adam, warmup * batch_count, main)
    return {"rate": rate, "warmup": warmup, "epochs": epochs, "batches": batch_count,
            "cosine": cosine, "rates": [r for r, _ in rates(adam, scheduler, epochs * batch_count)]}


def plateau(rate, mode, factor, patience, cooldown, values):
    adam = optimizer(rate)
    scheduler = ReduceLROnPlateau(
        adam, mode=mode, factor=factor, patience=patience, cooldown=cooldown)
    found = []
    for value in values:
        scheduler.step(value)
        found.append(adam.param_groups[0]["lr"])
    return {"rate": rate, "mode": mode, "factor": factor, "patience": patience,
            "cooldown": cooldown, "values": values, "rates": found}


def falling(seed, count, mode):
    draw = random.Random(seed)
    values, level = [], 1.0
    for _ in range(count):
        kind = draw.random()
        if kind < 0.3:
            level *= draw.uniform(0.9, 0.999999)
        elif kind < 0.4:
            level *= 1 - 1e-4
        values.append(level if kind < 0.6 else level * draw.uniform(1, 1.2))
    return values if mode == "min" else [1 - value / 4 for value in values]


def main():
    torch.manual_seed(0)
    result = {
        "torch": torch.__version__,
        "step": [
            step(0.001, 0, 10, 0.1, 35), step(0.3, 0, 1, 0.9, 40), step(0.01, 3, 4, 0.5, 20),
            step(0.1, 2, 1, 0.7, 9), step(1.0, 0, 100, 0.1, 5)],
        "cycle": [cycle(rate, count) for rate, count in [
            (0.001, 1), (0.001, 2), (0.01, 3), (0.01, 4), (0.1, 7), (0.3, 20), (0.005, 100),
            (0.0123, 1_000)]],
        "batches": [
            batches(0.008, 1, 5, 7, True), batches(0.001, 0, 3, 13, True),
            batches(0.02, 2, 4, 5, False), batches(0.002, 3, 20, 188, True)],
        "plateau": [
            plateau(rate, mode, factor, patience, cooldown, falling(seed, 120, mode))
            for seed, (rate, mode, factor, patience, cooldown) in enumerate([
                (0.001, "min", 0.1, 10, 0), (0.1, "min", 0.5, 2, 3), (0.3, "max", 0.9, 0, 0),
                (0.01, "max", 0.1, 3, 5), (1e-7, "min", 0.5, 1, 1), (1.0, "min", 0.2, 5, 0)])],
    }
    with open(sys.argv[1], "w") as file:
        json.dump(result, file, separators=(",", ":"))
        file.write("\n")


main()
