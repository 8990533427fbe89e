"""Images that numpy, pandas, scikit-learn and Pillow write: the parts of other_programs.py that make their own models.

Every file holds the images of a set of IDX files. It must lead to the same model, byte for byte, and each test image
to the same probabilities; what is not read must end in the sentence that says so.
"""

import csv
import json
import shutil

import numpy

from comparing import TOOLS, check, run, train, write_idx
from mnist import read_idx

OPTIONS = ("--seed", 0, "--n_epochs", 1, "--n_layers", 3, "--overwrite")


def as_it_is(array):
    return array


def flat(images):
    return images.reshape(len(images), -1)


def fractions(images):
    return images / 255


class Images:
    """A training and a test part, each images and labels, and what the tools make of them as IDX files."""

    def __init__(self, folder, training, testing, class_names=()):
        self.folder, self.parts = folder, {"train": training, "test": testing}
        idx = folder / "idx"
        idx.mkdir(parents=True)
        write_idx(idx, "train", *training)
        write_idx(idx, "t10k", *testing)
        if class_names:
            (idx / "classes.txt").write_text("\n".join(class_names), encoding="utf-8")
        self.expected = self.outcome(idx)
        self.forms = self.refusals = 0

    @classmethod
    def some(cls, data, folder, prepared=as_it_is):
        """A few of the set in `data`, class by class, as pictures in folders are."""

        def part(prefix, count):
            labels = read_idx(data, f"{prefix}-labels", 1)[:count]
            order = numpy.argsort(labels, kind="stable")
            return prepared(read_idx(data, f"{prefix}-images", 3)[order]), labels[order]

        return cls(folder, part("train", 400), part("t10k", 150))

    def outcome(self, data):
        """The model's bytes, and a line for each test image."""
        model = self.folder / "model.ckpt"
        train(model, data, *OPTIONS)
        answers = run(TOOLS / "mnist-predict", "--model_fn", model, "--data_dir", data, "--json")
        return model.read_bytes(), answers.splitlines()[:-1]

    def arrays(self, names=("x_train", "y_train", "x_test", "y_test"), pixels=as_it_is, labels=as_it_is):
        """Both parts under the names of an archive."""
        arrays = [f(part) for x, y in self.parts.values() for f, part in ((pixels, x), (labels, y))]
        return dict(zip(names, arrays))

    def written(self, write):
        """A folder with what `write` writes into it."""
        data = self.folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir()
        write(data)
        return data

    def check_same(self, what, write):
        check(self.outcome(self.written(write)) == self.expected, f"{what}: not as from IDX files")
        self.forms += 1

    def check_refused(self, what, write, words):
        sentence = train(self.folder / "none.ckpt", self.written(write), *OPTIONS, status=1)
        check(words in sentence and sentence.count("\n") == 1, f"{what}: {sentence}")
        self.refusals += 1

    def summary(self, *others):
        forms = sum(images.forms for images in (self, *others))
        return f"{forms} forms are as IDX files; {self.refusals} refused"


def part_numpy(data, folder):
    images = Images.some(data, folder)

    def npz(save=numpy.savez, **options):
        return lambda to: save(to / "mnist.npz", **images.arrays(**options))

    def text(**options):
        def write(to):
            for name, (x, y) in images.parts.items():
                numpy.savetxt(to / f"mnist_{name}.csv", numpy.column_stack([y, flat(x)]), **options)

        return write

    same = {
        "savez": npz(),
        "savez_compressed": npz(numpy.savez_compressed),
        "train_images": npz(names=("train_images", "train_labels", "test_images", "test_labels")),
        "float16 from 0 to 1": npz(pixels=lambda x: fractions(x).astype("f2")),
        "float32 from 0 to 1": npz(pixels=lambda x: fractions(x).astype("f4"), labels=lambda y: y.astype("i4")),
        "float64 from 0 to 1": npz(pixels=fractions, labels=lambda y: y.astype("f8")),
        "float32 from 0 to 255": npz(pixels=lambda x: x.astype("f4")),
        "big-endian": npz(pixels=lambda x: fractions(x).astype(">f8"), labels=lambda y: y.astype(">i8")),
        "in Fortran's order": npz(pixels=numpy.asfortranarray),
        "rows of pixels": npz(pixels=flat, labels=lambda y: y[:, None]),
        "a last axis of 1": npz(pixels=lambda x: x[..., None]),
        "savetxt": text(fmt="%d", delimiter=","),
        "savetxt's own numbers": text(delimiter=","),
    }
    refused = {
        "one-hot labels": (npz(labels=lambda y: numpy.eye(10)[y]), "argmax(axis=1) makes it"),
        "objects": (npz(labels=lambda y: y.astype(str).astype(object)), "an array of Python objects"),
        "standardised": (npz(pixels=lambda x: (x - 33.0) / 79), "expected whole numbers from 0 to 255, or all from 0"),
        "colour": (npz(pixels=lambda x: numpy.stack([x] * 3, -1)), "images in colour"),
        "no names": (lambda to: numpy.savez(to / "mnist.npz", *images.parts["train"]), 'found "arr_0", "arr_1"'),
        "savetxt with spaces": (text(), "found a text file"),
    }
    check_all(images, same, refused)
    print(f"numpy {numpy.__version__}: {images.summary()}")


def check_all(images, same, refused):
    for what, write in same.items():
        images.check_same(what, write)
    for what, (write, words) in refused.items():
        images.check_refused(what, write, words)


def part_pandas(data, folder):
    import pandas

    images = Images.some(data, folder)

    def frame(part, pixels=as_it_is, name="pixel{}", labels="label", is_last=False):
        x, y = part
        columns = pandas.DataFrame(pixels(flat(x))).rename(columns=name.format)
        columns.insert(columns.shape[1] if is_last else 0, labels, y)
        return columns

    def table(file="{}.csv", options={}, **columns):
        def write(to):
            for name, part in images.parts.items():
                frame(part, **columns).to_csv(to / file.format(name), **{"index": False, **options})

        return write

    quoted = {"sep": ";", "quoting": csv.QUOTE_ALL, "lineterminator": "\r\n", "encoding": "utf-8-sig"}
    same = {
        "Kaggle's": table(),
        "without names": table("mnist_{}.csv", {"header": False}),
        "gzip": table("mnist_{}.csv.gz", {"header": False}),
        "tabs": table("{}.tsv", {"sep": "\t"}),
        "semicolons, quotes, CRLF and a byte order mark": table(options=quoted),
        "from 0 to 1": table(pixels=fractions),
        "from 0 to 1 in float32": table(pixels=lambda x: fractions(x).astype("f4")),
        "from 0 to 1 with three decimals": table(options={"float_format": "%.3f"}, pixels=fractions),
        "whole numbers as float64": table(pixels=lambda x: x.astype("f8")),
        "columns that were never named": table(name="{}"),
        # As fetch_openml("mnist_784").frame is written.
        "OpenML's": table("mnist_784_{}.csv", name="pixel{}", labels="class", is_last=True),
    }
    refused = {
        "numbered rows": (table(options={"index": True}), "to_csv(…, index=False)"),
        "UTF-16": (table(options={"encoding": "utf-16"}), "found a text file in UTF-16"),
        "zip": (table("{}.csv.zip"), "found a ZIP archive"),
        "xz": (table("{}.csv.xz"), "found an xz file"),
    }
    check_all(images, same, refused)

    # Kaggle's test.csv has no labels.
    file, answers = folder / "test.csv", folder / "submission.csv"
    frame(images.parts["test"]).drop(columns="label").to_csv(file, index=False)
    model = folder / "model.ckpt"
    model.write_bytes(images.expected[0])
    kaggle = ("--images", file, "--predictions", answers, "--predictions_format", "kaggle")
    run(TOOLS / "mnist-predict", "--model_fn", model, *kaggle)
    submission = pandas.read_csv(answers)
    predicted = [json.loads(line)["predicted"] for line in images.expected[1]]
    check(list(submission.ImageId) == list(range(1, 1 + len(predicted))), f"{answers}: not ImageId 1, 2, …")
    check(list(submission.Label) == predicted, f"{answers}: not the answers of the labelled images")
    print(f"pandas {pandas.__version__}: {images.summary()}; a submission")


def part_sklearn(data, folder):
    """Its digits, 8 × 8 numbers from 0 to 16, in one file: of each seven of a class the fourth is for testing."""
    import sklearn
    from sklearn.datasets import load_digits

    digits = load_digits(as_frame=True)
    x, y = digits.images.astype(numpy.uint8), digits.target.to_numpy()
    rank = numpy.array([(y[:index] == label).sum() for index, label in enumerate(y)])
    is_test = rank % 7 == 3
    images = Images(folder, (x[~is_test], y[~is_test]), (x[is_test], y[is_test]))
    same = {
        "load_digits().frame": lambda to: digits.frame.to_csv(to / "digits.csv", index=False),
        "data and target": lambda to: numpy.savez(to / "digits.npz", x=digits.data, y=digits.target),
        "images and target": lambda to: numpy.savez_compressed(to / "digits.npz", x=digits.images, y=digits.target),
    }
    check_all(images, same, {})
    bytes_of = [((255.0 * x / 16 + 0.5).astype(numpy.uint8), y) for x, y in images.parts.values()]
    scaled = Images(folder / "scaled", *bytes_of)
    scaled.check_same("from 0 to 1", lambda to: numpy.savez(to / "digits.npz", x=digits.images / 16, y=digits.target))
    print(f"scikit-learn {sklearn.__version__}: {images.summary(scaled)}")


def part_pictures(data, folder):
    import PIL
    import torchvision
    from PIL import Image
    from torchvision.datasets import ImageFolder

    def folders(picture, of, ending="png", names=range(10), **options):
        """train/CLASS and test/CLASS with a picture for each image."""

        def write(to):
            for part, (x, y) in of.parts.items():
                for name in names:
                    (to / part / str(name)).mkdir(parents=True)
                for index, (pixels, label) in enumerate(zip(x, y)):
                    picture(pixels).save(to / part / str(names[label]) / f"{index:04}.{ending}", **options)

        return write

    def mode(mode, **options):
        return lambda pixels: Image.fromarray(pixels).convert(mode, **options)

    def wide(pixels):
        return Image.fromarray(pixels.astype(numpy.uint16) * 257)

    def in_alpha(mode):
        white = Image.new("L", (28, 28), 255)
        return lambda pixels: Image.merge(mode, [white] * (len(mode) - 1) + [Image.fromarray(pixels)])

    def backwards(pixels):
        """A palette from white to black."""
        picture = Image.fromarray(255 - pixels)
        picture.putpalette([255 - value // 3 for value in range(768)])
        return picture

    def coloured(pixels):
        """Red, green and blue differ."""
        return Image.fromarray(numpy.stack([pixels, pixels[::-1], 255 - pixels], -1))

    images = Images.some(data, folder)
    same = {
        "L": folders(mode("L"), images),
        "L, optimised": folders(mode("L"), images, optimize=True),
        "L, stored": folders(mode("L"), images, compress_level=0),
        "RGB": folders(mode("RGB"), images),
        "P": folders(backwards, images),
        "LA": folders(mode("LA"), images),
        "RGBA": folders(mode("RGBA"), images),
        "LA, drawn in its opacity": folders(in_alpha("LA"), images),
        "RGBA, drawn in its opacity": folders(in_alpha("RGBA"), images),
        "16 bits": folders(wide, images),
        "PGM": folders(mode("L"), images, "pgm"),
        "PGM of 16 bits": folders(wide, images, "pgm"),
        "PPM": folders(mode("RGB"), images, "ppm"),
    }
    refused = {
        form: (folders(mode("L"), images, form), f"expected PNG, PGM or PPM, found {name}")
        for form, name in (("jpeg", "JPEG"), ("gif", "GIF"), ("bmp", "BMP"), ("tiff", "TIFF"), ("webp", "WebP"))
    }
    check_all(images, same, refused)

    black = Images.some(data, folder / "black", lambda x: numpy.where(x < 128, 0, 255).astype(numpy.uint8))
    two = {
        "1": folders(mode("1"), black),
        "1, PBM": folders(mode("1"), black, "pbm"),
        "P of two colours": folders(mode("P", palette=Image.Palette.ADAPTIVE, colors=2), black),
    }
    check_all(black, two, {})

    def grey(x):
        red, green, blue = x.astype(int), x[:, ::-1].astype(int), 255 - x.astype(int)
        return ((299 * red + 587 * green + 114 * blue + 500) // 1000).astype(numpy.uint8)

    colours = Images(folder / "colours", *((grey(x), y) for x, y in images.parts.values()))
    colours.check_same("RGB in colour", folders(coloured, images))

    # Names that torchvision puts in another order than that of the numbers.
    words = ["zero", "One", "two", "Three", "10", "9", "ä", "Z", "a b", "eight"]
    there = images.written(folders(mode("L"), images, names=words))
    parts = [ImageFolder(there / part, loader=Image.open) for part in images.parts]
    ordered = [(numpy.stack([numpy.asarray(x) for x, _ in part]), numpy.array(part.targets)) for part in parts]
    named = Images(folder / "named", *ordered, class_names=parts[0].classes)
    named.check_same("names of classes", folders(mode("L"), images, names=words))
    print(f"Pillow {PIL.__version__}, torchvision {torchvision.__version__}: {images.summary(black, colours, named)}")


PARTS = {
    "numpy": (part_numpy, []),
    "pandas": (part_pandas, ["pandas"]),
    "sklearn": (part_sklearn, ["sklearn", "pandas"]),
    "pictures": (part_pictures, ["PIL", "torchvision"]),
}
