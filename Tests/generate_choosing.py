#!/usr/bin/env python3
"""Writes PyTorch's numbers for what chooses and steers a run: class weights, label smoothing, clipped gradients.

    python3 -m venv environment && environment/bin/pip install torch numpy safetensors
    environment/bin/python Tests/generate_choosing.py --output Tests/MNISTCoreTests/Fixtures

    choosing.safetensors    lossN/…  a loss and its gradient for shapes, weights and smoothing
                            clipN/…  gradients before and after clip_grad_norm_, and their norm
                            run/…    steps of a small model by Adam with all three at once

`smoothing`, `limit` and `weight` are inputs; without a `weight` all classes count alike. Computed on the CPU in
float32.
"""

import argparse
from pathlib import Path

import numpy
import torch
from safetensors.torch import save_file
from torch import nn

SHAPES = [(1, 2), (5, 3), (7, 10), (64, 26)]
SMOOTHINGS = [0.0, 0.1, 0.5, 0.95]
LIMITS = [0.01, 1.0, 3.0, 1e3]
RUN_SIZES, RUN_ROWS, RUN_BATCH, RUN_STEPS = [12, 9, 7, 4], 60, 20, 15
RUN_SMOOTHING, RUN_LIMIT = 0.1, 0.14


def balanced(labels, classes):
    """As scikit-learn's class_weight="balanced"; a class without a label counts as if it had one."""
    counts = torch.bincount(labels, minlength=classes).clamp(min=1)
    return (len(labels) / (classes * counts.double())).float()


def losses():
    entries, index = {}, 0
    for rows, classes in SHAPES:
        for smoothing in SMOOTHINGS:
            for has_weight in (False, True):
                x = torch.randn(rows, classes) * 3
                target = torch.randint(classes, (rows,))
                weight = torch.rand(classes) * 4 + 0.05 if has_weight else None
                criterion = nn.CrossEntropyLoss(weight=weight, label_smoothing=smoothing)
                logits = x.clone().requires_grad_()
                value = criterion(logits, target)
                value.backward()
                # Taken from a model's log-probabilities, whose log-softmax they are themselves.
                given = x.log_softmax(-1)
                log_probabilities = given.clone().requires_grad_()
                again = criterion(log_probabilities, target)
                again.backward()
                group = {
                    "x": x, "target": target, "smoothing": torch.tensor(smoothing),
                    "loss": value, "grad_x": logits.grad, "log_probabilities": given,
                    "loss_of_log_probabilities": again,
                }
                if has_weight:
                    group["weight"] = weight
                entries |= {f"loss{index}/{name}": value for name, value in group.items()}
                index += 1
    return entries


def clipped():
    entries = {}
    for index, limit in enumerate(LIMITS):
        parameters = [torch.zeros(shape, requires_grad=True) for shape in [(3, 4), (5,), (1, 1)]]
        # The last parameter is left without a gradient.
        for number, parameter in enumerate(parameters[:2]):
            parameter.grad = torch.randn(parameter.shape) * 2
            entries[f"clip{index}/p{number}/grad"] = parameter.grad.clone()
        norm = torch.nn.utils.clip_grad_norm_(parameters, limit)
        for number, parameter in enumerate(parameters[:2]):
            entries[f"clip{index}/p{number}/clipped"] = parameter.grad
        entries |= {f"clip{index}/limit": torch.tensor(limit), f"clip{index}/norm": norm}
    return entries


def run():
    sizes = list(zip(RUN_SIZES, RUN_SIZES[1:]))
    linears = [nn.Linear(*pair) for pair in sizes]
    model = nn.Sequential()
    for linear in linears[:-1]:
        model.extend([linear, nn.LeakyReLU()])
    model.extend([linears[-1], nn.LogSoftmax(dim=-1)])
    x = torch.rand(RUN_ROWS, RUN_SIZES[0])
    y = torch.randint(RUN_SIZES[-1], (RUN_ROWS,)) * torch.randint(2, (RUN_ROWS,))
    entries = {"x": x, "y": y, "smoothing": torch.tensor(RUN_SMOOTHING)}
    entries["limit"] = torch.tensor(RUN_LIMIT)
    weight = balanced(y, RUN_SIZES[-1])
    entries["weight"] = weight

    def state(when):
        names = [f"layers.{i}.block.0" for i in range(len(linears) - 1)]
        names.append(f"layers.{len(linears) - 1}")
        return {
            f"{when}/{name}.{part}": parameter.detach().clone()
            for name, linear in zip(names, linears)
            for part, parameter in linear.named_parameters()
        }

    entries |= state("start")
    criterion = nn.CrossEntropyLoss(weight=weight, label_smoothing=RUN_SMOOTHING)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    values, norms = [], []
    for step in range(RUN_STEPS):
        begin = step * RUN_BATCH % RUN_ROWS
        rows = slice(begin, begin + RUN_BATCH)
        optimizer.zero_grad()
        value = criterion(model(x[rows]), y[rows])
        value.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), RUN_LIMIT))
        optimizer.step()
        values.append(value.detach())
    assert min(norms) < RUN_LIMIT < max(norms), "some gradients must be cut down, and some not"
    entries |= state("end") | {"losses": torch.stack(values), "norms": torch.stack(norms)}
    return {f"run/{name}": value for name, value in entries.items()}


def main():
    parser = argparse.ArgumentParser(description="Writes the tests' reference numbers.")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR")
    parser.add_argument("--seed", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    entries = losses() | clipped() | run()
    # Copies: no two may share their memory in the file.
    entries = {
        name: value.detach().clone(memory_format=torch.contiguous_format)
        for name, value in entries.items()
    }
    made_with = f"torch {torch.__version__}, numpy {numpy.__version__}, seed {options.seed}"
    options.output.mkdir(parents=True, exist_ok=True)
    save_file(entries, options.output / "choosing.safetensors", metadata={"made_with": made_with})
    print(made_with)


if __name__ == "__main__":
    main()
