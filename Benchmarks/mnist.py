"""What the other programs have in common with mnist-train: the files and the widths of the network."""

import gzip
import sys
from pathlib import Path

import numpy


def hidden_sizes(input_size, output_size, n_layers):
    step = int((input_size - output_size) / n_layers)
    return [input_size - step * (layer + 1) for layer in range(n_layers - 1)]


def read_idx(data_dir, name, rank):
    """The array of an IDX file of bytes: DIR/MNIST/raw or DIR, a dash or a dot, packed or not."""
    folders = [Path(data_dir) / "MNIST" / "raw", Path(data_dir)]
    names = [f"{name}{mark}idx{rank}-ubyte{end}" for mark in "-." for end in ("", ".gz")]
    found = [folder / name for folder in folders for name in names if (folder / name).is_file()]
    if not found:
        sys.exit(f"{data_dir}: no {' or '.join(names)}, in MNIST/raw or here")
    content = found[0].read_bytes()
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    if content[:4] != bytes([0, 0, 8, rank]):
        sys.exit(f"{found[0]}: not an IDX file of bytes with {rank} dimensions")
    shape = numpy.frombuffer(content, ">u4", count=rank, offset=4)
    return numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * rank).reshape(shape).copy()
