"""Renders MNIST's test digits as people's own pictures would look: dark ink on light paper, off center,
40 to 400 pixels, as PNG files of several kinds, named INDEX-LABEL.png.

    python3 -m venv .venv && .venv/bin/pip install pillow numpy     # tried with Pillow 12, numpy 2
    .venv/bin/python Tests/render_digits.py --data_dir data --output /tmp/digits --count 10000
    mnist-train --model_fn /tmp/model.ckpt --data_dir data
    MNIST_DIGITS=/tmp/digits MNIST_MODEL=/tmp/model.ckpt MNIST_DATA=data \
        swift test --filter RenderedDigitsTests

The test then expects the accuracy on the files to be within one percentage point of the accuracy on
the test set's own images.
"""

import argparse
import gzip
import os
import random

import numpy
from PIL import Image


def read(folder, name, header):
    for path in (os.path.join(folder, "MNIST", "raw", name), os.path.join(folder, name)):
        for opener, end in ((open, ""), (gzip.open, ".gz")):
            if os.path.exists(path + end):
                with opener(path + end, "rb") as file:
                    return numpy.frombuffer(file.read()[header:], numpy.uint8)
    raise SystemExit(f"no {name} in {folder}")


def render(pixels, draw):
    """One digit of 28 × 28, bright on dark, as a picture."""
    ink = Image.fromarray(pixels)
    ink = ink.crop(ink.getbbox())
    size = draw.randint(40, 400)
    length = draw.randint(size // 2, size * 9 // 10)
    scale = length / max(ink.size)
    ink = ink.resize([max(1, round(side * scale)) for side in ink.size], Image.Resampling.BICUBIC)
    width, height = size, draw.randint(length, 400) if draw.random() < 0.3 else size
    amount = Image.new("L", (width, max(height, length)), 0)
    amount.paste(ink, [draw.randint(0, a - b) for a, b in zip(amount.size, ink.size)])
    paper = draw.randint(190, 255)
    dark = draw.randint(0, 60)
    gray = amount.point(lambda value: round(paper + (dark - paper) * value / 255))
    kind = draw.choice(["L", "RGB", "P", "LA", "RGBA", "16"])
    if kind == "16":
        return Image.fromarray(numpy.asarray(gray).astype(numpy.uint16) * 257)
    if kind in ("LA", "RGBA"):
        picture = Image.new("L", gray.size, dark).convert(kind)
        picture.putalpha(amount)
        return picture
    return gray.convert(kind)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data_dir", default="data")
    parser.add_argument("--output", required=True)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    images = read(options.data_dir, "t10k-images-idx3-ubyte", 16).reshape(-1, 28, 28)
    labels = read(options.data_dir, "t10k-labels-idx1-ubyte", 8)
    os.makedirs(options.output, exist_ok=True)
    draw = random.Random(options.seed)
    for index in range(min(options.count, len(labels))):
        picture = render(images[index], draw)
        picture.save(os.path.join(options.output, f"{index:05}-{labels[index]}.png"))


if __name__ == "__main__":
    main()
