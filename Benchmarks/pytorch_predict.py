#!/usr/bin/env python3
"""mnist-predict in PyTorch: the accuracy of a model file on the test images.

    environment/bin/python Benchmarks/pytorch_predict.py --model_fn model.ckpt --data_dir DIR
"""

import argparse

import torch
from safetensors.torch import load_file

from check_with_pytorch import rebuild
from pytorch_train import load_mnist


def main():
    parser = argparse.ArgumentParser(description="mnist-predict in PyTorch, for comparison.")
    parser.add_argument("--model_fn", required=True)
    parser.add_argument("--data_dir", default="data")
    parser.add_argument("--batch_size", type=int, default=256)
    parser.add_argument("--n_threads", type=int, default=None)
    options = parser.parse_args()
    if options.n_threads:
        torch.set_num_threads(options.n_threads)

    state = load_file(options.model_fn)
    model = rebuild(state)
    model.load_state_dict(state, strict=False)
    model.eval()
    images, labels = load_mnist(options.data_dir, is_train=False)
    with torch.no_grad():
        predicted = torch.cat([model(batch).argmax(-1) for batch in images.split(options.batch_size)])
    print(f"Accuracy: {(predicted == labels).double().mean().item():.4f}")


if __name__ == "__main__":
    main()
