#!/usr/bin/env python3
"""Opens a model file of mnist-train in PyTorch and compares what the two make of the test images.

    python3 -m venv environment && environment/bin/pip install torch numpy safetensors
    environment/bin/python Benchmarks/check_with_pytorch.py model.ckpt --data_dir DIR \
        --log_probabilities FILE

FILE holds the other side's log-probabilities of the test images in order, evaluation mode: raw
little-endian float32 [images, classes]. The model is rebuilt from the model file's shapes alone.
Exit status 1 when an entry that PyTorch needs is missing, or when a difference exceeds 1e-4.
"""

import argparse
import sys

import numpy
import torch
from safetensors.torch import load_file

from pytorch_train import ImageClassifier, load_mnist

LARGEST_DIFFERENCE = 1e-4
BATCH = 1000


def rebuild(state):
    """The classifier whose tensors have the shapes found in `state`."""
    hidden, layer = [], 0
    while (weight := state.get(f"layers.{layer}.block.0.weight")) is not None:
        hidden.append(weight.shape)
        layer += 1
    last = state.get(f"layers.{layer}.weight")
    if not hidden or last is None:
        sys.exit("no classifier: layers.0.block.0.weight or the last layer's weight is missing")
    batch_norm = any(name.startswith("layers.0.block.2.") for name in state)
    return ImageClassifier(hidden[0][1], last.shape[0], [shape[0] for shape in hidden], batch_norm)


def main():
    parser = argparse.ArgumentParser(description="Compares a model file's answers with PyTorch's.")
    parser.add_argument("model")
    parser.add_argument("--data_dir", default="data")
    parser.add_argument("--log_probabilities", required=True, metavar="FILE")
    options = parser.parse_args()

    state = load_file(options.model)
    model = rebuild(state)
    result = model.load_state_dict(state, strict=False)
    print(f"entries: {len(state)}, of them beside the model: {len(result.unexpected_keys)}")
    # Not result.missing_keys: PyTorch supplies an absent num_batches_tracked without a word.
    missing = [name for name in model.state_dict() if name not in state]
    print(f"missing: {len(missing)}")
    if missing:
        sys.exit(f"missing: {', '.join(missing)}")

    images, labels = load_mnist(options.data_dir, is_train=False)
    model.eval()
    with torch.no_grad():
        expected = torch.cat([model(batch) for batch in images.split(BATCH)])
    raw = numpy.fromfile(options.log_probabilities, "<f4")
    values = torch.from_numpy(raw.astype(numpy.float32))
    if values.numel() != expected.numel():
        shape = list(expected.shape)
        sys.exit(f"{options.log_probabilities}: {values.numel()} values, expected {shape}")
    found = values.view_as(expected)

    difference = (found - expected).abs().max().item()
    for name, answers in (("PyTorch", expected), ("file", found)):
        accuracy = (answers.argmax(-1) == labels).double().mean().item()
        print(f"accuracy by {name}: {accuracy:.4f}")
    print(f"largest difference: {difference:.3e}")
    if not difference <= LARGEST_DIFFERENCE:
        sys.exit(f"the difference exceeds {LARGEST_DIFFERENCE}")


if __name__ == "__main__":
    main()
