#!/usr/bin/env python3
"""Seconds per epoch of mnist-train and of the same program in PyTorch, in turn on this machine.

    swift build -c release
    python3 Benchmarks/compare_with_pytorch.py --data_dir data --python .venv/bin/python

--python names an interpreter with torch, numpy and safetensors (`pip install torch numpy safetensors`).
The programs run one after the other, for several rounds; an epoch's time is that between two epoch
lines (training and validation), so that start-up and reading the data do not count. Each program's
median is printed, and its ratio to mnist-train's. Other options are passed on to all programs.
"""

import argparse
import os
import platform
import statistics
import subprocess
import tempfile
import time


def epoch_times(command):
    """Seconds between the epoch lines that a program prints."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        marks = [time.perf_counter() for line in process.stdout if line.startswith("Epoch(")]
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with exit code {process.returncode}")
    return [after - before for before, after in zip(marks, marks[1:])]


def processor():
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":")[1].strip()
    return platform.processor()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default="python3")
    parser.add_argument("--trainer", default=".build/release/mnist-train")
    parser.add_argument("--data_dir", default="data")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--n_epochs", type=int, default=3)
    parser.add_argument("--n_threads", type=int, default=os.cpu_count())
    options, rest = parser.parse_known_args()

    here = os.path.dirname(os.path.abspath(__file__))
    with tempfile.TemporaryDirectory() as folder:
        shared = ["--data_dir", options.data_dir, "--n_epochs", str(options.n_epochs), "--seed", "0",
                  "--n_threads", str(options.n_threads), *rest]
        pytorch = [options.python, "-u", os.path.join(here, "pytorch_train.py"), *shared]
        programs = {
            "mnist-train": [options.trainer, "--model_fn", os.path.join(folder, "model.ckpt"), *shared],
            "PyTorch": pytorch,
            "PyTorch, fused Adam": [*pytorch, "--fused"],
        }
        times = {name: [] for name in programs}
        for _ in range(options.rounds):
            for name, command in programs.items():
                times[name] += epoch_times(command)

    print(f"{processor()}, {options.n_threads} threads, {options.rounds} rounds of {options.n_epochs - 1} epochs")
    ours = statistics.median(times["mnist-train"])
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(f"{name:20} {median:6.2f} s/epoch  ({min(seconds):.2f} to {max(seconds):.2f})  {median / ours:.2f} ×")


if __name__ == "__main__":
    main()
