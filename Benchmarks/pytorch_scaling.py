#!/usr/bin/env python3
"""Training images a second in PyTorch by batch size and depth: the table of `measure-speed … scaling`.

    environment/bin/python Benchmarks/pytorch_scaling.py --data_dir DIR [--fused]

The median of some steps for each. As in pytorch_train.py the images lie there as floats in the order in
which they are used, so that picking them does not count; for mnist-train it does.
"""

import argparse
import statistics
import time

import torch
from torch import nn

from mnist import hidden_sizes
from pytorch_train import ImageClassifier, load_mnist

BATCHES = [2, 16, 64, 256, 1024, 4096]
DEPTHS = [2, 5, 10, 20]
SECONDS = 0.4


def rate(x, y, batch_size, n_layers, fused):
    torch.manual_seed(0)
    model = ImageClassifier(x.shape[1], 10, hidden_sizes(x.shape[1], 10, n_layers)).train()
    optimizer = torch.optim.Adam(model.parameters(), fused=True if fused else None)
    criterion = nn.NLLLoss()
    marks = []
    for images, labels in zip(x.split(batch_size), y.split(batch_size)):
        marks.append(time.perf_counter())
        # The first two steps make Adam's state and warm up.
        if len(marks) >= 6 and marks[-1] - marks[2] > SECONDS:
            break
        loss = criterion(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()
    return batch_size / statistics.median(b - a for a, b in zip(marks[2:], marks[3:]))


def main():
    parser = argparse.ArgumentParser(description="Images a second in PyTorch, for comparison.")
    parser.add_argument("--data_dir", default="data")
    parser.add_argument("--n_threads", type=int, default=None)
    parser.add_argument("--fused", action="store_true", help="Adam(fused=True)")
    options = parser.parse_args()
    if options.n_threads:
        torch.set_num_threads(options.n_threads)
    x, y = load_mnist(options.data_dir, is_train=True)
    print(f"{'  batch':10}" + "".join(f"{depth:9}" for depth in DEPTHS) + " layers")
    for batch in BATCHES:
        rates = [rate(x, y, batch, depth, options.fused) for depth in DEPTHS]
        print(f"  {batch:<8}" + "".join(f"{rate:9.0f}" for rate in rates), flush=True)


if __name__ == "__main__":
    main()
