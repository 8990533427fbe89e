"""What the parts of other_programs.py have in common: a comparison, the two tools, files of images."""

import struct
import subprocess
import sys
from pathlib import Path

import numpy

root = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(root / "Benchmarks"))
TOOLS = root / ".build" / "release"
BENCHMARKS = root / "Benchmarks" / ".build" / "release"
# How many comparisons there were.
checks = 0


def check(holds, what):
    """One comparison; the first that fails ends the script."""
    global checks
    checks += 1
    if not holds:
        sys.exit(f"other-programs: FAILED: {what}")


def run(tool, *arguments, status=0):
    """What the program prints. Its exit status must be `status`."""
    command = [str(tool), *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True)
    what = f"{' '.join(command)}: exit status {result.returncode}\n{result.stdout}{result.stderr}"
    check(result.returncode == status, what)
    return result.stdout if status == 0 else result.stderr


def train(model, data, *arguments, status=0):
    arguments = ("--model_fn", model, "--data_dir", data, "--verbose", 0, *arguments)
    return run(TOOLS / "mnist-train", *arguments, status=status)


def write_idx(folder, prefix, images, labels):
    """One part of a set, as the published files have it."""
    for stem, array in (("images-idx3", images), ("labels-idx1", labels)):
        header = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
        (folder / f"{prefix}-{stem}-ubyte").write_bytes(header + array.astype(numpy.uint8).tobytes())
