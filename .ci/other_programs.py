"""Tries model files in real programs; .ci/other-programs says how to call it.

parts: safetensors, mlx, candle, to-torch, from-torch, onnx, shapes, and of other_data.py numpy, pandas, sklearn,
pictures; all of them where none is named
"""

import argparse
import contextlib
import functools
import importlib.metadata
import importlib.util
import io
import os
import sys
import tempfile
from pathlib import Path

import numpy
import onnx
import onnxruntime
import safetensors
import safetensors.torch
import torch
from torch import nn

import comparing
import other_data
from comparing import BENCHMARKS, TOOLS, check, root, run, train, write_idx
from mnist import hidden_sizes, read_idx
from pytorch_train import ImageClassifier, Trainer, load_mnist

LARGEST_DIFFERENCE = 1e-5
SEEDS = (0, 1)
# The options of the mirrored train.py, but for the file.
MIRRORED = ("gpu_id", "train_ratio", "batch_size", "n_epochs", "n_layers", "use_dropout", "verbose")


def export(model, file, *arguments):
    run(TOOLS / "mnist-predict", "--model_fn", model, "--export", file, *arguments)


def accuracy_here(model, data):
    """mnist-predict's line, such as `Accuracy: 0.9837`."""
    return run(TOOLS / "mnist-predict", "--model_fn", model, "--data_dir", data).strip()


# MARK: - The mirrored project, in words of our own


def load(fn, device):
    """As the mirrored notebook reads its file: the weights and the command line they were made with."""
    saved = torch.load(fn, map_location=device)
    return saved["model"], saved["config"]


def test(model, x, y):
    """As the mirrored notebook measures: the line that it prints."""
    model.eval()
    with torch.no_grad():
        predicted = model(x).argmax(dim=-1)
    return "Accuracy: %.4f" % (int((predicted == y).sum()) / float(len(x)))


def classifier(x, classes, config):
    """The network of a command line."""
    sizes = hidden_sizes(x.shape[1], classes, config.n_layers)
    return ImageClassifier(x.shape[1], classes, sizes, not config.use_dropout, config.dropout_p)


def options_of(config):
    """The same command line for mnist-train."""
    return ["--seed", config.seed, "--n_epochs", config.n_epochs, *(["--use_dropout"] if config.use_dropout else [])]


def command_line(fn, seed, use_dropout):
    """What the mirrored train.py keeps of its own, but for the seed, which is ours."""
    return argparse.Namespace(
        model_fn=str(fn), gpu_id=-1, train_ratio=0.8, batch_size=256, n_epochs=1, n_layers=5,
        use_dropout=use_dropout, dropout_p=0.3, verbose=1, seed=seed, compile=False, graphs=False,
    )  # fmt: skip


def trained_by_torch(config, data):
    """A model as the mirrored train.py trains it, and its optimiser."""
    torch.manual_seed(config.seed)
    x, y = load_mnist(data, is_train=True)
    order = torch.randperm(len(x))
    x, y, count = x[order], y[order], int(len(x) * config.train_ratio)
    model = classifier(x, int(y.max()) + 1, config)
    optimizer = torch.optim.Adam(model.parameters())
    trainer = Trainer(model, optimizer, nn.NLLLoss(), config)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        trainer.train((x[:count], y[:count]), (x[count:], y[count:]))
    return model, optimizer


# MARK: - ONNX


def log_probabilities_here(model, data, folder):
    file = folder / "answers.bin"
    run(BENCHMARKS / "log-probabilities", model, data, file)
    return numpy.fromfile(file, "<f4")


def check_onnx(model, data, folder):
    """Both exports: as onnx itself writes and checks them, and equal to us on the whole test set in any batches.
    Returns the largest difference of a log-probability, and the largest in proportion."""
    images = read_idx(data, "t10k-images", 3)
    images = images.reshape(len(images), -1)
    expected = log_probabilities_here(model, data, folder).reshape(len(images), -1)
    largest = (0.0, 0.0)
    for options in ([], ["--export_uint8"]):
        file = folder / f"model{len(options)}.onnx"
        export(model, file, *options)
        loaded = onnx.load(file)
        check(loaded.SerializeToString(deterministic=True) == file.read_bytes(), f"{file} is not as onnx writes it")
        onnx.checker.check_model(loaded, full_check=True)
        inferred = onnx.shape_inference.infer_shapes(loaded, check_type=True, strict_mode=True, data_prop=True)
        shapes = {
            value.name: [axis.dim_param or axis.dim_value for axis in value.type.tensor_type.shape.dim]
            for value in [*inferred.graph.value_info, *inferred.graph.output]
        }
        check(len(shapes) == len(loaded.graph.node), f"{file}: a shape is not inferred")
        check(all(len(shape) == 2 and shape[0] == "N" for shape in shapes.values()), f"{file}: {shapes}")
        check(shapes["log_probabilities"] == ["N", expected.shape[1]], f"{file}: {shapes}")

        session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        version = run(TOOLS / "mnist-predict", "--version").strip()
        made_by = {name: session.get_modelmeta().custom_metadata_map[name] for name in ("made_by", "version")}
        check(f"{made_by['made_by']} {made_by['version']}" == version, f"{file}: {made_by}")
        pixels = images if options else images.astype(numpy.float32) / numpy.float32(255)
        for batch in (1, 7, 256, len(images)):
            rows = min(len(images), 300 * batch)
            found = numpy.concatenate(
                [session.run(None, {"image": pixels[i : min(i + batch, rows)]})[0] for i in range(0, rows, batch)]
            )
            # docs/files.md tells why not within 1e-5 however far from 0.
            difference = numpy.abs(found - expected[:rows])
            in_proportion = (difference / numpy.maximum(1, numpy.abs(expected[:rows]))).max()
            largest = max(largest[0], difference.max()), max(largest[1], in_proportion)
            check(found.dtype == numpy.float32 and in_proportion <= LARGEST_DIFFERENCE, f"{file}: {in_proportion}")
            probabilities = numpy.abs(numpy.exp(found) - numpy.exp(expected[:rows])).max()
            check(probabilities <= LARGEST_DIFFERENCE, f"{file}: a probability differs by {probabilities}")
            check((found.argmax(1) == expected[:rows].argmax(1)).all(), f"{file}: another class")
    return largest


# MARK: - The parts


def in_precision(kind, state):
    """The state with weights of this kind; counters stay as they are."""
    return {name: value.to(kind) if value.is_floating_point() else value for name, value in state.items()}


def accuracy_of(state, x, y, config):
    """What PyTorch makes of a state, computed in float32."""
    network = classifier(x, int(y.max()) + 1, config)
    network.load_state_dict(state, strict=True)
    return test(network, x, y)


def part_safetensors(runs, data, folder):
    x, y = load_mnist(data, is_train=False)
    for name, config, model, accuracy in runs:
        file = folder / f"{name}.safetensors"
        export(model, file)
        state = safetensors.torch.load_file(file)
        check(accuracy_of(state, x, y, config) == accuracy, f"{file} in PyTorch: not {accuracy}")
        with safetensors.safe_open(file, framework="pt") as opened:
            check(opened.metadata()["format"] == "pt", f"{file}: no format")
        # The run's own file has more than the weights.
        network = classifier(x, int(y.max()) + 1, config)
        missing = network.load_state_dict(safetensors.torch.load_file(model), strict=False).missing_keys
        check(not missing and test(network, x, y) == accuracy, f"{model} in PyTorch: not {accuracy}")
        for kind in (torch.float32, torch.float64, torch.float16, torch.bfloat16):
            again = folder / f"{name}.{str(kind)[6:]}.safetensors"
            converted = in_precision(kind, state)
            safetensors.torch.save_file(converted, again)
            check(accuracy_here(again, data) == accuracy_of(converted, x, y, config), f"{again}: not as in PyTorch")
        print(f"safetensors, {name}: {accuracy}")


def part_mlx(runs, data, folder):
    import mlx.core
    import mlx.nn
    from mlx.utils import tree_flatten, tree_unflatten

    def through(layers, x):
        return functools.reduce(lambda x, layer: layer(x), getattr(layers, "layers", layers), x)

    class Block(mlx.nn.Module):
        def __init__(self, sizes, config, together):
            super().__init__()
            last = mlx.nn.Dropout(config.dropout_p) if config.use_dropout else mlx.nn.BatchNorm(sizes[1])
            self.block = together(mlx.nn.Linear(*sizes), mlx.nn.LeakyReLU(), last)

        def __call__(self, x):
            return through(self.block, x)

    class Classifier(mlx.nn.Module):
        def __init__(self, sizes, config, together):
            super().__init__()
            pairs = list(zip(sizes, sizes[1:]))
            blocks = [Block(pair, config, together) for pair in pairs[:-1]]
            self.layers = together(*blocks, mlx.nn.Linear(*pairs[-1]))

        def __call__(self, x):
            return mlx.nn.log_softmax(through(self.layers, x))

    x, y = load_mnist(data, is_train=False)
    for name, config, model, accuracy in runs:
        classes = int(y.max()) + 1
        sizes = [x.shape[1], *hidden_sizes(x.shape[1], classes, config.n_layers), classes]
        exported, file = folder / f"{name}.safetensors", folder / "mlx.safetensors"
        export(model, exported)
        # MLX's batch normalisation does not count its batches.
        network = Classifier(sizes, config, lambda *layers: list(layers))
        network.load_weights(str(exported), strict=False)
        network.eval()
        predicted = numpy.array(network(mlx.core.array(x.numpy()))).argmax(1)
        check("Accuracy: %.4f" % (predicted == y.numpy()).mean() == accuracy, f"{exported} in MLX: not {accuracy}")

        weights = dict(tree_flatten(network.parameters()))
        in_sequence = Classifier(sizes, config, mlx.nn.Sequential)
        names = [key for key, _ in tree_flatten(in_sequence.parameters())]
        in_sequence.update(tree_unflatten(list(zip(names, weights.values()))))
        for layers in (network, in_sequence):
            layers.save_weights(str(file))
            check(accuracy_here(file, data) == accuracy, f"{file}, {type(layers.layers)}: not {accuracy}")
        state = safetensors.torch.load_file(exported)
        for kind in ("float16", "bfloat16"):
            converted = {key: value.astype(getattr(mlx.core, kind)) for key, value in weights.items()}
            mlx.core.save_safetensors(str(file), converted, {"format": "mlx"})
            expected = accuracy_of(in_precision(getattr(torch, kind), state), x, y, config)
            check(accuracy_here(file, data) == expected, f"{file}, {kind}: not {expected}")
        print(f"mlx {mlx.core.__version__}, {name}: {accuracy}")


def part_candle(runs, data, folder):
    import candle
    import candle.utils

    x, y = load_mnist(data, is_train=False)
    version = importlib.metadata.version("candle-nn")
    for name, config, model, accuracy in runs:
        exported, file = folder / f"{name}.safetensors", folder / "candle.safetensors"
        export(model, exported)
        weights = candle.utils.load_safetensors(str(exported))
        candle.utils.save_safetensors(str(file), weights)
        check(accuracy_here(file, data) == accuracy, f"{file}: not {accuracy}")
        state = safetensors.torch.load_file(exported)
        # candle's batch normalisation does not count its batches.
        counted = {key: value for key, value in weights.items() if "tracked" not in key}
        for kind, own in ((torch.float64, candle.f64), (torch.float16, candle.f16), (torch.bfloat16, candle.bf16)):
            candle.utils.save_safetensors(str(file), {key: value.to_dtype(own) for key, value in counted.items()})
            expected = accuracy_of(in_precision(kind, state), x, y, config)
            check(accuracy_here(file, data) == expected, f"{file}, {kind}: not {expected}")
        print(f"candle {version}, {name}: {accuracy}")


def part_to_torch(runs, data, folder):
    x, y = load_mnist(data, is_train=False)
    for name, config, model, accuracy in runs:
        own, exported = folder / f"{name}.pth", folder / f"{name}.exported.pt"
        train(own, data, *options_of(config))
        export(model, exported)
        check(own.read_bytes() == exported.read_bytes(), f"{exported}: not what training writes")
        check(accuracy_here(own, data) == accuracy, f"{own}: not {accuracy}")
        for file in (own, exported):
            weights, settings = load(file, torch.device("cpu"))
            check(accuracy_of(weights, x, y, argparse.Namespace(**settings)) == accuracy, f"{file}: not {accuracy}")
            mirrored = {key: value for key, value in vars(config).items() if key in MIRRORED}
            check({key: settings[key] for key in MIRRORED if key in settings} == mirrored, f"{file}: {settings}")

            saved = torch.load(file, mmap=True, weights_only=True)
            network = classifier(x, int(y.max()) + 1, config)
            network.load_state_dict(saved["last"])
            optimizer = torch.optim.Adam(network.parameters())
            optimizer.load_state_dict(saved["opt"])
            steps = {int(state["step"]) for state in optimizer.state.values()}
            check(len(optimizer.state) == len(list(network.parameters())) and len(steps) == 1, f"{file}: {steps}")
            # Training can go on there.
            network.train()
            nn.functional.nll_loss(network(x[:256]), y[:256]).backward()
            optimizer.step()
            loss = nn.functional.nll_loss(network(x[:256]), y[:256])
            check(torch.isfinite(loss), f"{file}: a loss of {loss} after a step")
        print(f"to PyTorch, {name}: {accuracy}")


def part_from_torch(runs, data, folder):
    x, y = load_mnist(data, is_train=False)
    for name, config, _, _ in runs:
        model, optimizer = trained_by_torch(config, data)
        state, accuracy = model.state_dict(), test(model, x, y)
        last = {"opt": optimizer.state_dict()}
        files = {
            "as the mirrored train.py saves": {"model": state, **last, "config": config},
            "with a dict as config": {"model": state, **last, "config": vars(config)},
            "a bare state dict": state,
            "of DataParallel": {"model": nn.DataParallel(model).state_dict(), "config": config},
            "of torch.compile": torch.compile(model).state_dict(),
            "of parameters": {key: nn.Parameter(value) if value.is_floating_point() else value
                              for key, value in state.items()},
            "tensors that share a storage": {"model": shared(state)},
            "strided tensors": {key: value.t().contiguous().t() if value.ndim == 2 else value
                                for key, value in state.items()},
        }  # fmt: skip
        for text, content in files.items():
            file = folder / "torch.pth"
            torch.save(content, file)
            check(accuracy_here(file, data) == accuracy, f"{name}, {text}: not {accuracy}")
        for kind in (torch.float64, torch.float16, torch.bfloat16):
            converted = in_precision(kind, state)
            torch.save({"model": converted}, file)
            check(accuracy_here(file, data) == accuracy_of(converted, x, y, config), f"{name}, {kind}: not as there")
        # What is no plain data is named, and not built; the form before 1.6 is named as what it is.
        refusals = (({"model": model}, {}, "ImageClassifier"), (state, {"_use_new_zipfile_serialization": False}, "1.6"))
        for content, options, word in refusals:
            torch.save(content, file, **options)
            sentence = run(TOOLS / "mnist-predict", "--model_fn", file, "--data_dir", data, status=1)
            check(word in sentence and sentence.count("\n") == 1, f"{name}: {sentence}")
        print(f"from PyTorch, {name}: {accuracy}, {len(files) + 3} files; {len(refusals)} refused")


def shared(state):
    """The same numbers as parts of one storage for each type."""
    result = {}
    for kind in (torch.float32, torch.int64):
        of_kind = {key: value for key, value in state.items() if value.dtype == kind}
        storage = torch.cat([value.flatten() for value in of_kind.values()]) if of_kind else torch.empty(0)
        parts = storage.split([value.numel() for value in of_kind.values()])
        result |= {key: part.view(value.shape) for (key, value), part in zip(of_kind.items(), parts)}
    return result


def part_onnx(runs, data, folder):
    for name, _, model, _ in runs:
        differences = "{:.1e}, in proportion {:.1e}".format(*check_onnx(model, data, folder))
        print(f"onnx, {name}: largest difference of a log-probability {differences}")


def part_shapes(data, folder):
    """Networks of other sizes, on sets made here."""
    generator = numpy.random.default_rng(0)
    shapes = [(6, 8, 4, 3), (1, 2, 2, 2), (16, 16, 26, 12), (9, 5, 256, 4), (28, 28, 10, 40), (40, 30, 3, 2)]
    for height, width, classes, layers in shapes:
        here = folder / f"{height}x{width}"
        here.mkdir()
        count = max(200, 2 * classes)
        for prefix in ("train", "t10k"):
            labels = numpy.arange(count) % classes
            images = generator.integers(0, 200, (count, height, width))
            images.reshape(count, -1)[numpy.arange(count), labels % (height * width)] += 55
            write_idx(here, prefix, images, labels)
        for options in ([], ["--use_dropout"]):
            model = here / f"model{len(options)}"
            train(model, here, "--seed", 0, "--n_epochs", 2, "--batch_size", 50, "--n_layers", layers, *options)
            differences = "{:.1e}, in proportion {:.1e}".format(*check_onnx(model, here, here))
            config = argparse.Namespace(n_layers=layers, use_dropout=bool(options), dropout_p=0.3)
            x, y = load_mnist(here, is_train=False)
            network = classifier(x, classes, config)
            export(model, here / f"{len(options)}.safetensors")
            network.load_state_dict(safetensors.torch.load_file(here / f"{len(options)}.safetensors"), strict=True)
            check(test(network, x, y) == accuracy_here(model, here), f"{model} in PyTorch: another accuracy")
        print(f"shapes, {height}x{width}, {classes} classes, {layers} layers: largest difference {differences}")


# What a part does, and the packages that it needs beside those above.
WITH_MODELS = {
    "safetensors": (part_safetensors, []),
    "mlx": (part_mlx, ["mlx"]),
    "candle": (part_candle, ["candle"]),
    "to-torch": (part_to_torch, []),
    "from-torch": (part_from_torch, []),
    "onnx": (part_onnx, []),
}
WITHOUT_MODELS = {"shapes": (part_shapes, []), **other_data.PARTS}
PARTS = WITH_MODELS | WITHOUT_MODELS


def find_data(folder):
    """MNIST, else Fashion-MNIST, else the built-in digits."""
    mnist = Path(os.environ.get("MNIST_DATA", root.parent / "shared" / "data"))
    fashion = Path("/usr/share/datasets/fashion-mnist")
    for data, files in ((mnist, mnist / "MNIST" / "raw"), (fashion, fashion)):
        if any(files.glob("t10k-images*")):
            return data
    run(BENCHMARKS / "write-digits", folder / "digits")
    return folder / "digits"


def models(data, folder):
    """A name, the command line, the file and its accuracy, of each seed and regularisation."""
    for seed in SEEDS:
        for use_dropout in (False, True):
            name = f"seed {seed}, {'dropout' if use_dropout else 'batch norm'}"
            model = folder / f"{seed}{use_dropout}.ckpt"
            config = command_line(model, seed, use_dropout)
            train(model, data, *options_of(config))
            yield name, config, model, accuracy_here(model, data)


def main():
    parts = sys.argv[1:] or list(PARTS)
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        sys.exit(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    print(
        f"Python {sys.version.split()[0]}, torch {torch.__version__}, safetensors {safetensors.__version__}, "
        f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}, numpy {numpy.__version__}"
    )
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        data = find_data(folder)
        print(f"data: {data}")
        runs = list(models(data, folder)) if set(parts) & set(WITH_MODELS) else []
        for part in parts:
            act, packages = PARTS[part]
            missing = [package for package in packages if importlib.util.find_spec(package) is None]
            here = folder / part
            here.mkdir()
            if missing:
                print(f"{part}: skipped, there is no {', '.join(missing)}")
            elif part in WITH_MODELS:
                act(runs, data, here)
            else:
                act(data, here)
    print(f"other programs agree: {comparing.checks} comparisons")


if __name__ == "__main__":
    main()
