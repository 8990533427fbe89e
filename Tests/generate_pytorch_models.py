#!/usr/bin/env python3
"""Writes small models of the mirrored project as PyTorch and other programs save them.

    environment/bin/pip install torch numpy safetensors
    environment/bin/python Tests/generate_pytorch_models.py --output Tests/MNISTCoreTests/Fixtures

    pytorch_run.pth             {'model', 'opt', 'config': argparse.Namespace} after six steps of Adam
    pytorch_parallel.pt         a state dict alone, of a DataParallel model: `module.` in front; dropout
    pytorch_half.pth            {'epoch', 'state_dict'}, of a compiled model: `_orig_mod.` in front; bfloat16
    foreign.safetensors         float16 and float64 under `model.`, without num_batches_tracked
    pytorch_answers.safetensors input, and what each model says of it in evaluation: NAME/log_probabilities

All take 2 × 2 pixels and know three classes. Those here were made with PyTorch 2.15 and safetensors 0.8.
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

WIDTHS = [5, 4]


class Block(nn.Module):
    def __init__(self, inputs, outputs, use_dropout):
        super().__init__()
        last = nn.Dropout(0.3) if use_dropout else nn.BatchNorm1d(outputs)
        self.block = nn.Sequential(nn.Linear(inputs, outputs), nn.LeakyReLU(), last)

    def forward(self, x):
        return self.block(x)


class ImageClassifier(nn.Module):
    def __init__(self, use_dropout):
        super().__init__()
        self.layers = nn.Sequential(
            Block(4, WIDTHS[0], use_dropout),
            Block(WIDTHS[0], WIDTHS[1], use_dropout),
            nn.Linear(WIDTHS[1], 3),
            nn.LogSoftmax(dim=-1),
        )

    def forward(self, x):
        return self.layers(x)


def trained(use_dropout, seed):
    torch.manual_seed(seed)
    model = ImageClassifier(use_dropout)
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(6):
        x = torch.rand(8, 4)
        loss = nn.NLLLoss()(model(x), torch.randint(3, (8,)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model, optimizer


def answers(model, x):
    model.eval()
    with torch.no_grad():
        return model(x).contiguous()


def converted(state, prefix, to):
    return {prefix + name: to(name, value) for name, value in state.items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, required=True)
    folder = parser.parse_args().output
    torch.manual_seed(9)
    x = torch.rand(5, 4)
    results = {"input": x}

    model, optimizer = trained(False, 1)
    config = argparse.Namespace(
        model_fn="tmp.pth", gpu_id=-1, train_ratio=0.8, batch_size=8, n_epochs=2, n_layers=3,
        use_dropout=False, dropout_p=0.3, verbose=1)
    torch.save(
        {"model": model.state_dict(), "opt": optimizer.state_dict(), "config": config},
        folder / "pytorch_run.pth")
    results["pytorch_run.pth/log_probabilities"] = answers(model, x)

    model, _ = trained(True, 2)
    torch.save(nn.DataParallel(model).state_dict(), folder / "pytorch_parallel.pt")
    results["pytorch_parallel.pt/log_probabilities"] = answers(model, x)

    model, _ = trained(False, 3)
    model = model.bfloat16()
    torch.save(
        {"epoch": 4, "state_dict": converted(model.state_dict(), "_orig_mod.", lambda _, v: v)},
        folder / "pytorch_half.pth")
    results["pytorch_half.pth/log_probabilities"] = answers(model.float(), x)

    model, _ = trained(False, 4)
    state = model.state_dict()

    def to(name, value):
        return value.double() if name.endswith("bias") else value.half()

    tensors = converted(state, "model.", to)
    save_file(
        {name: value for name, value in tensors.items() if "tracked" not in name},
        folder / "foreign.safetensors", {"format": "mlx"})
    model.load_state_dict(converted(state, "", lambda n, v: to(n, v).to(v.dtype)))
    results["foreign.safetensors/log_probabilities"] = answers(model, x)
    save_file(results, folder / "pytorch_answers.safetensors")


main()
