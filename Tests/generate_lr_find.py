"""Writes Tests/MNISTCoreTests/Fixtures/lr_find.json: what PyTorch Lightning's lr_find makes of given losses, and of a
run of a small classifier.

    python3 -m venv .venv && .venv/bin/pip install torch numpy pytorch-lightning==2.5.2
    .venv/bin/python Tests/generate_lr_find.py Tests/MNISTCoreTests/Fixtures/lr_find.json

Version 2.5.2 is the last whose `suggestion` takes the steepest descent of the loss over the number of the batch, which is
the logarithm of the rate. Later ones take it over the rate itself, where the smallest rates win by their noise
(Lightning's issue 21141).

All numbers are texts that read back exactly, `nan` and `inf` among them.
"""

import json
import logging
import math
import sys
import tempfile
import warnings

import numpy
import pytorch_lightning
import torch
from pytorch_lightning.tuner import Tuner

COUNT = 100


def tested(module, data, folder):
    """What `Tuner.lr_find` comes to: rates, smoothed losses and the place of the suggestion, None without one."""
    trainer = pytorch_lightning.Trainer(
        max_epochs=COUNT, accelerator="cpu", devices=1, logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, default_root_dir=folder,
    )
    finder = Tuner(trainer).lr_find(module, data)
    suggestion = finder.suggestion()
    place = None if suggestion is None else finder.results["lr"].index(suggestion)
    return finder.results["lr"], finder.results["loss"], place


def texts(numbers):
    return [repr(float(number)) for number in numbers]


class GivenLosses(pytorch_lightning.LightningModule):
    """Its losses are those that it was given, whatever happens."""

    def __init__(self, losses):
        super().__init__()
        self.losses, self.lr = list(losses), 1e-3
        self.nothing = torch.nn.Parameter(torch.zeros((), dtype=torch.float64))

    def training_step(self, batch, index):
        return self.losses.pop(0) + 0 * self.nothing

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.lr)


def case(name, losses, folder):
    # Seven batches in an epoch: the test goes on in the next ones.
    data = torch.utils.data.DataLoader(torch.zeros(7, 1))
    rates, smoothed, place = tested(GivenLosses(losses), data, folder)
    kept = torch.tensor(smoothed[10:-1])
    kept = kept[torch.isfinite(kept)]
    # Lightning suggests a rate also where the loss falls nowhere.
    falls = len(kept) >= 2 and bool(torch.gradient(kept)[0].min() < 0)
    return {
        "name": name, "losses": texts(losses[: len(rates)]), "rates": texts(rates),
        "smoothed": texts(smoothed), "suggestion": place, "falls": falls,
    }


def given_cases(folder):
    draw = numpy.random.default_rng(19)
    steps = numpy.arange(COUNT)
    fall = 2.3 - 1.9 / (1 + numpy.exp(-(steps - 62) / 5))
    rise = numpy.where(steps > 84, (0.4 * (steps - 84)) ** 3, 0)
    noise = 0.08 * draw.standard_normal(COUNT)
    two_falls = 2.3 - 0.7 / (1 + numpy.exp(-(steps - 40) / 4)) - 0.9 / (1 + numpy.exp(-(steps - 70) / 3))
    broken = fall.copy()
    broken[55:] = math.nan
    infinite = fall + noise
    infinite[70] = math.inf
    few = numpy.full(COUNT, 2.3)
    few[11:] = 1e4
    enough = numpy.full(COUNT, 2.3)
    enough[10:12], enough[12:] = 0.1, 1e5
    at_once = numpy.full(COUNT, 5.0)
    at_once[0] = 0.01
    return [
        case(name, [float(loss) for loss in losses], folder)
        for name, losses in [
            ("falls and diverges", fall + rise),
            ("with noise", fall + rise + noise),
            ("never diverges", fall + noise),
            ("falls twice", two_falls),
            ("falls at the end", 3 - 0.02 * steps),
            ("not a number", broken),
            ("infinite", infinite),
            ("too few points", few),
            ("just enough points", enough),
            ("diverges at once", at_once),
            ("constant", numpy.full(COUNT, 1.5)),
            ("zero", numpy.zeros(COUNT)),
        ]
    ]


class Block(torch.nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.block = torch.nn.Sequential(
            torch.nn.Linear(inputs, outputs), torch.nn.LeakyReLU(), torch.nn.BatchNorm1d(outputs)
        )

    def forward(self, x):
        return self.block(x)


class Classifier(pytorch_lightning.LightningModule):
    def __init__(self, sizes, weight_decay):
        super().__init__()
        hidden = [Block(a, b) for a, b in zip(sizes[:-2], sizes[1:-1])]
        self.layers = torch.nn.Sequential(
            *hidden, torch.nn.Linear(sizes[-2], sizes[-1]), torch.nn.LogSoftmax(dim=-1)
        )
        self.lr, self.weight_decay, self.losses = 1e-3, weight_decay, []

    def training_step(self, batch, index):
        loss = torch.nn.functional.nll_loss(self.layers(batch[0]), batch[1])
        self.losses.append(loss.item())
        return loss

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr, weight_decay=self.weight_decay)


def fields(count, height, width, classes, seed):
    """Images with one bright field out of as many as there are classes, as the tests' `SmallSets.fields`."""
    bits = numpy.random.MT19937()
    bits._legacy_seeding(seed)
    places = numpy.arange(height * width)
    noise = (bits.random_raw(count * len(places)) % 60).reshape(count, -1)
    labels = numpy.arange(count) % classes
    bright = places[None] * classes // len(places) == labels[:, None]
    return noise + numpy.where(bright, 190, 20), labels


def run(folder, count=200, hidden=(9, 6), batch_size=16, seed=3, weight_decay=0.01):
    """With the random numbers of a training run: the split, the start values, then an order for each epoch."""
    pixels, labels = fields(count, 10, 14, 4, 1)
    torch.manual_seed(seed)
    order = torch.randperm(count)[: int(count * 0.8)]
    model = Classifier([140, *hidden, 4], weight_decay)
    pixels = torch.tensor(pixels, dtype=torch.uint8)[order].float() / 255
    labels = torch.tensor(labels)[order]
    batches = []
    while len(batches) < COUNT:
        shuffled = torch.randperm(len(order))
        batches += [(pixels[part], labels[part]) for part in shuffled.split(batch_size)]
    data = torch.utils.data.DataLoader(batches, batch_size=None)
    rates, smoothed, place = tested(model, data, folder)
    return {"losses": texts(model.losses), "smoothed": texts(smoothed), "suggestion": place}


def main():
    assert pytorch_lightning.__version__ == "2.5.2", "see above"
    warnings.filterwarnings("ignore")
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder, open(sys.argv[1], "w") as file:
        content = {
            "pytorch-lightning": pytorch_lightning.__version__, "torch": torch.__version__,
            "cases": given_cases(folder), "run": run(folder),
        }
        json.dump(content, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
