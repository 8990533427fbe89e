"""Writes the files of PyTorch and NumPy that the tests of Formats read.

They were made with Python 3.11, torch 2.15.0 (CPU) and numpy 2.4.2:
    python3 Tests/generate_archives.py Tests/MNISTCoreTests/Fixtures/archives
"""

import argparse
import os
import pickle
import sys
import warnings
import zipfile

import numpy as np
import torch
from torch import nn

warnings.simplefilter("ignore")
folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
os.chdir(folder)


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.block = nn.Sequential(
            nn.Linear(inputs, outputs), nn.LeakyReLU(), nn.BatchNorm1d(outputs)
        )


class Classifier(nn.Module):
    """The mirrored project's model, as small as it gets."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(Block(4, 3), nn.Linear(3, 2), nn.LogSoftmax(dim=-1))


class Call:
    """Pickles as a call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


# A whole run, as the mirrored train.py saves it. Tensor i of the model holds i, i + 1/8, i + 2/8 …
model = Classifier()
with torch.no_grad():
    for index, tensor in enumerate(model.state_dict().values()):
        tensor.copy_(index + torch.arange(tensor.numel()).reshape(tensor.shape) / 8)
optimizer = torch.optim.Adam(model.parameters())
for parameter in model.parameters():
    parameter.grad = torch.ones_like(parameter)
state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
optimizer.step()
model.load_state_dict(state)
config = argparse.Namespace(
    model_fn="tmp.pth", n_epochs=20, dropout_p=0.3, use_dropout=False, gpu_id=-1
)
torch.save({"model": model.state_dict(), "opt": optimizer.state_dict(), "config": config}, "run.pth")
torch.save(nn.DataParallel(model).state_dict(), "parallel.pth", pickle_protocol=4)

base = torch.arange(24.0).reshape(4, 6)
torch.save(
    {
        "base": base,
        "transposed": base.t(),
        "part": base[1:3, ::2],
        "row": base[2],
        "expanded": torch.tensor([1.5, 2.5]).expand(3, 2),
        "permuted": base.reshape(2, 3, 4).permute(2, 0, 1),
        "scalar": torch.tensor(7.25),
        "empty": torch.empty(0, 3),
        "parameter": nn.Parameter(base[:2, :2]),
    },
    "strided.pth",
)
numbers = torch.tensor([0.0, 1.0, 2.0, 100.0])
types = "float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool".split()
torch.save(
    {name: numbers.to(getattr(torch, name)) for name in types}
    | {
        "halves": torch.tensor([6e-8, 65504, float("inf"), -0.0, 1e-5], dtype=torch.float16),
        "brains": torch.tensor([1e38, -3.140625, -float("inf")], dtype=torch.bfloat16),
        "doubles": torch.tensor([1e300, 1 / 3, 1e-320], dtype=torch.float64),
        "bytes": torch.tensor([-128, 127], dtype=torch.int8),
    },
    "types.pth",
)
torch.save(
    [
        torch.float32, torch.Size([2, 3]), {1}, (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), None, True,
        torch.device("cpu"), "é", 2**40, -(2**40), 2**63, 70_000, -1, 0.1, {"a": [{}]},
        {"accuracy": np.float64(0.96875), "steps": np.int64(-7), "low": np.float32(0.5)},
    ],
    "plain.pth",
)
# The same types again, by other programs: deflated, and with the bytes of each number turned round.
with zipfile.ZipFile("types.pth") as source:
    with zipfile.ZipFile("deflated.pth", "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(entry.filename, source.read(entry.filename))

torch.save({"model": Call(os.system, "touch executed")}, "system.pth")
torch.save({"model": Call(eval, "print('executed')")}, "eval.pth")
torch.save(nn.Linear(2, 2), "module.pth")
torch.save(model.state_dict(), "former.pth", _use_new_zipfile_serialization=False)
torch.jit.save(torch.jit.script(nn.Linear(2, 2)), "compiled.pt")
with open("plain.pkl", "wb") as file:
    pickle.dump({"weights": [1.0]}, file)
np.savez("stored.npz", x=np.arange(6, dtype="u1"), y=np.arange(3))
np.savez_compressed("deflated.npz", x=np.zeros(600, "u1"), y=np.arange(3))
