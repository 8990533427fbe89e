#!/usr/bin/env python3
"""mnist-train in PyTorch: the same program, to compare lines with and to measure against.

    python3 -m venv environment && environment/bin/pip install torch numpy safetensors
    environment/bin/python Benchmarks/pytorch_train.py --data_dir DIR --seed 0 --verbose 2

The flags, the order of the random draws and the printed lines are mnist-train's. stdout can be
compared line by line; the seconds that each epoch took go to stderr. It differs where PyTorch does:
a training batch of one row ends the run under batch normalisation, dropout draws from the same
generator as everything else, and newer versions print a few more settings of the model and of Adam.
"""

import argparse
import random
import sys
import time
from copy import deepcopy

import torch
from safetensors.torch import save_file
from torch import nn

from mnist import hidden_sizes, read_idx


class Block(nn.Module):
    def __init__(self, input_size, output_size, use_batch_norm=True, dropout_p=0.3):
        super().__init__()
        last = nn.BatchNorm1d(output_size) if use_batch_norm else nn.Dropout(dropout_p)
        self.block = nn.Sequential(nn.Linear(input_size, output_size), nn.LeakyReLU(), last)

    def forward(self, x):
        return self.block(x)


class ImageClassifier(nn.Module):
    def __init__(self, input_size, output_size, hidden_sizes, use_batch_norm=True, dropout_p=0.3):
        super().__init__()
        sizes = [input_size, *hidden_sizes]
        blocks = [Block(i, o, use_batch_norm, dropout_p) for i, o in zip(sizes, sizes[1:])]
        last = nn.Linear(sizes[-1], output_size)
        self.layers = nn.Sequential(*blocks, last, nn.LogSoftmax(dim=-1))

    def forward(self, x):
        return self.layers(x)


def load_mnist(data_dir, is_train):
    part = "train" if is_train else "t10k"
    images = torch.from_numpy(read_idx(data_dir, f"{part}-images", 3))
    labels = torch.from_numpy(read_idx(data_dir, f"{part}-labels", 1))
    return images.flatten(1).float() / 255, labels.long()


class Trainer:
    def __init__(self, model, optimizer, criterion, options):
        self.model, self.optimizer, self.criterion = model, optimizer, criterion
        self.options = options
        self.step_model = torch.compile(model) if options.compile else model

        self.graph = None

    def graphed_step(self, images, labels):
        """The same step as one CUDA graph, recorded at the first full batch; a short batch runs as usual."""
        if self.graph is None:
            self.images, self.labels = images.clone(), labels.clone()
            start = deepcopy(self.model.state_dict())
            # Only now: the steps of that stream must not overtake the copies.
            stream = torch.cuda.Stream()
            stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(stream):
                for _ in range(3):
                    self.step(self.images, self.labels)
            torch.cuda.current_stream().wait_stream(stream)
            self.graph = torch.cuda.CUDAGraph()
            self.optimizer.zero_grad()
            with torch.cuda.graph(self.graph):
                self.loss = self.step(self.images, self.labels)
            self.model.load_state_dict(start)
            for state in self.optimizer.state.values():
                for value in state.values():
                    value.zero_()
        self.images.copy_(images)
        self.labels.copy_(labels)
        self.graph.replay()
        return self.loss

    def step(self, images, labels):
        loss = self.criterion(self.step_model(images), labels)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss

    def report(self, kind, iteration, batches, loss):
        if self.options.verbose >= 2:
            print(f"{kind} Iteration({iteration + 1}/{len(batches)}): loss={loss:.4e}")
        return loss

    def train_epoch(self, x, y):
        self.model.train()
        order = torch.randperm(len(x)).to(x.device)
        batches = list(
            zip(
                x.index_select(0, order).split(self.options.batch_size),
                y.index_select(0, order).split(self.options.batch_size),
            )
        )
        total = 0.0
        for iteration, (images, labels) in enumerate(batches):
            is_graphed = self.options.graphs and len(images) == self.options.batch_size
            loss = self.graphed_step(images, labels) if is_graphed else self.step(images, labels)
            total += self.report("Train", iteration, batches, loss.item())
        return total / len(batches)

    @torch.no_grad()
    def validate(self, x, y):
        self.model.eval()
        batches = list(zip(x.split(self.options.batch_size), y.split(self.options.batch_size)))
        total = 0.0
        for iteration, (images, labels) in enumerate(batches):
            loss = self.criterion(self.step_model(images), labels)
            total += self.report("Valid", iteration, batches, loss.item())
        return total / len(batches)

    def train(self, train_data, valid_data):
        lowest_loss, best_state = float("inf"), None
        for epoch in range(self.options.n_epochs):
            start = time.perf_counter()
            train_loss = self.train_epoch(*train_data)
            valid_loss = self.validate(*valid_data)
            if valid_loss <= lowest_loss:
                lowest_loss, best_state = valid_loss, deepcopy(self.model.state_dict())
            seconds = time.perf_counter() - start
            print(
                f"Epoch({epoch + 1}/{self.options.n_epochs}): train_loss={train_loss:.4e}"
                f"  valid_loss={valid_loss:.4e}  lowest_loss={lowest_loss:.4e}",
                flush=True,
            )
            print(f"epoch {epoch + 1}: {seconds:.3f} s", file=sys.stderr, flush=True)
        self.model.load_state_dict(best_state)


def parse_arguments():
    parser = argparse.ArgumentParser(description="mnist-train in PyTorch, for comparison.")
    parser.add_argument("--model_fn", help="where the best state is written (safetensors)")
    parser.add_argument("--gpu_id", type=int, default=-1)
    parser.add_argument("--train_ratio", type=float, default=0.8)
    parser.add_argument("--batch_size", type=int, default=256)
    parser.add_argument("--n_epochs", type=int, default=20)
    parser.add_argument("--n_layers", type=int, default=5)
    parser.add_argument("--use_dropout", action="store_true")
    parser.add_argument("--dropout_p", type=float, default=0.3)
    parser.add_argument("--verbose", type=int, default=1)
    parser.add_argument("--data_dir", default="data")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--n_threads", type=int, default=None)
    parser.add_argument("--fused", action="store_true", help="Adam(fused=True)")
    parser.add_argument("--graphs", action="store_true", help="training steps as CUDA graphs")
    parser.add_argument("--compile", action="store_true", help="torch.compile")
    return parser.parse_args()


def main():
    options = parse_arguments()
    device = torch.device("cpu" if options.gpu_id < 0 else f"cuda:{options.gpu_id}")
    if options.n_threads:
        torch.set_num_threads(options.n_threads)
    seed = random.getrandbits(32) if options.seed is None else options.seed
    threads = torch.get_num_threads()
    print(f"seed {seed}, torch {torch.__version__}, {threads} threads", file=sys.stderr)

    x, y = load_mnist(options.data_dir, is_train=True)
    torch.manual_seed(seed)
    order = torch.randperm(len(x))
    count = int(len(x) * options.train_ratio)
    x, y = (part.index_select(0, order).to(device) for part in (x, y))
    (train_x, valid_x), (train_y, valid_y) = (part.tensor_split([count]) for part in (x, y))
    print(f"Train: {list(train_x.shape)} {list(train_y.shape)}")
    print(f"Valid: {list(valid_x.shape)} {list(valid_y.shape)}")

    input_size, output_size = x.shape[1], int(train_y.max()) + 1
    sizes = hidden_sizes(input_size, output_size, options.n_layers)
    regularisation = (not options.use_dropout, options.dropout_p)
    model = ImageClassifier(input_size, output_size, sizes, *regularisation).to(device)
    optimizer = torch.optim.Adam(
        model.parameters(), fused=True if options.fused else None, capturable=options.graphs)
    criterion = nn.NLLLoss()
    if options.verbose >= 1:
        print(model, optimizer, criterion, sep="\n")
    Trainer(model, optimizer, criterion, options).train((train_x, train_y), (valid_x, valid_y))
    if options.model_fn:
        save_file(model.state_dict(), options.model_fn, metadata={"format": "pt"})


if __name__ == "__main__":
    main()
