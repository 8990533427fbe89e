#!/usr/bin/env python3
"""mnist-train beside the same work in PyTorch and JAX, in turn on this machine.

    swift build -c release && swift build --package-path Benchmarks -c release
    python3 Benchmarks/compare_with_pytorch.py MODE --data_dir data --python .venv/bin/python

MODE is one of
  epochs     seconds per epoch (training and validation), each program's median, and ratios
  scaling    images a second in training by batch size and number of layers, and ratios
  processes  whole processes: --help, two epochs with their peak memory, predicting the test images

--python names an interpreter with torch, numpy and safetensors (`pip install torch numpy safetensors`),
--jax_python one with jax. The programs run one after the other, for several rounds, since machines drift.
An epoch's time is that between two epoch lines, so that start-up and reading the data do not count, nor
the first epoch. Other options are passed on to all programs.
"""

import argparse
import os
import platform
import re
import statistics
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def run(command):
    """Seconds and peak memory (MB) of a process, and when it printed each epoch line."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    lines = [(time.perf_counter(), line) for line in process.stdout]
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with exit code {process.returncode}")
    # Bytes on macOS, kilobytes elsewhere.
    memory = usage.ru_maxrss / (1e6 if platform.system() == "Darwin" else 1e6 / 1024)
    return seconds, memory, lines


def epoch_times(command):
    marks = [moment for moment, line in run(command)[2] if line.startswith("Epoch(")]
    return [after - before for before, after in zip(marks, marks[1:])]


def processor():
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":")[1].strip()
    return platform.processor()


def pytorch(options, script, *arguments):
    return [options.python, "-u", os.path.join(HERE, script), "--data_dir", options.data_dir,
            "--n_threads", str(options.n_threads), *arguments]


def trainers(options, folder, n_epochs, rest):
    """The programs that train, by name."""
    # mnist-train would take a GPU where there is one.
    device = [] if "--gpu_id" in rest else ["--gpu_id", "-1"]
    shared = ["--n_epochs", str(n_epochs), "--seed", "0", *rest]
    programs = {
        "mnist-train": [
            options.trainer, "--model_fn", os.path.join(folder, "model.ckpt"), "--data_dir", options.data_dir,
            "--n_threads", str(options.n_threads), *device, *shared],
        "PyTorch": pytorch(options, "pytorch_train.py", *shared),
        "PyTorch, fused Adam": pytorch(options, "pytorch_train.py", *shared, "--fused"),
    }
    if options.compile:
        programs["PyTorch, torch.compile"] = pytorch(options, "pytorch_train.py", *shared, "--fused", "--compile")
    if options.graphs:
        programs["PyTorch, CUDA graphs"] = pytorch(options, "pytorch_train.py", *shared, "--graphs")
    if options.jax_python:
        jax = pytorch(options, "jax_train.py", *shared)
        programs["JAX, jit"] = [options.jax_python, *jax[1:]]
    return programs


def compare_epochs(options, rest):
    with tempfile.TemporaryDirectory() as folder:
        programs = trainers(options, folder, options.n_epochs, rest)
        times = {name: [] for name in programs}
        for _ in range(options.rounds):
            for name, command in programs.items():
                times[name] += epoch_times(command)
    print(f"{options.rounds} rounds of {options.n_epochs - 1} epochs after the first")
    ours = statistics.median(times["mnist-train"])
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(f"{name:24} {median:6.2f} s/epoch  ({min(seconds):.2f} to {max(seconds):.2f})  {median / ours:.2f} ×")


def compare_scaling(options, rest):
    """One table a program, each number the best of the rounds, since what else runs on a machine only slows a
    program down, and for minutes; then how the first is ahead of the others."""
    programs = {
        "mnist-train": [options.measure, options.data_dir, "scaling"],
        "PyTorch": pytorch(options, "pytorch_scaling.py"),
        "PyTorch, fused Adam": pytorch(options, "pytorch_scaling.py", "--fused"),
    }
    tables = {name: [] for name in programs}
    for _ in range(options.rounds):
        for name, command in programs.items():
            text = "".join(line for _, line in run(command)[2])
            rows = re.findall(r"^ +(\d+)((?: +\d+){4})$", text, re.MULTILINE)
            tables[name].append({(int(batch), column): int(rate)
                                 for batch, rates in rows for column, rate in enumerate(rates.split())})
    rates = {name: {cell: max(table[cell] for table in rounds) for cell in rounds[0]}
             for name, rounds in tables.items()}
    ours = rates["mnist-train"]

    def show(title, form, value):
        print(f"\n{title:28}{'2':>9}{'5':>9}{'10':>9}{'20':>9}  layers")
        for batch in sorted({batch for batch, _ in ours}):
            print(f"  batch {batch:<20}" + "".join(f"{value((batch, column)):9{form}}" for column in range(4)))

    for name, table in rates.items():
        show(f"images/s, {name}", ",.0f", table.get)
    print(f"\nThe best of {options.rounds} rounds; how many times as fast mnist-train is:")
    for name in list(rates)[1:]:
        ratios = {cell: ours[cell] / rates[name][cell] for cell in ours}
        show(f"as {name}", ".2f", ratios.get)
        print(f"  smallest {min(ratios.values()):.2f}; 2 or more in {sum(r >= 2 for r in ratios.values())} "
              f"of {len(ratios)} cells")


def compare_processes(options, rest):
    with tempfile.TemporaryDirectory() as folder:
        training = trainers(options, folder, 2, rest)
        model = os.path.join(folder, "model.ckpt")
        groups = {
            "two epochs": training,
            "test images": {
                "mnist-predict": [
                    os.path.join(os.path.dirname(options.trainer), "mnist-predict"), "--model_fn", model,
                    "--data_dir", options.data_dir, "--n_threads", str(options.n_threads)],
                "PyTorch": pytorch(options, "pytorch_predict.py", "--model_fn", model),
            },
            "--help": {
                "mnist-train": [options.trainer, "--help"],
                "PyTorch": [options.python, os.path.join(HERE, "pytorch_train.py"), "--help"],
            },
        }
        print(f"{'whole process':40}seconds (smallest to largest)   peak memory, MB")
        for group, programs in groups.items():
            # Short ones need more runs.
            rounds = 1 if group == "two epochs" else options.rounds
            results = {name: [] for name in programs}
            for _ in range(rounds):
                for name, command in programs.items():
                    results[name].append(run(command)[:2])
            for name, runs in results.items():
                seconds, memory = zip(*runs)
                print(f"{group + ', ' + name:40}{statistics.median(seconds):7.3f} ({min(seconds):.3f} to "
                      f"{max(seconds):.3f}){statistics.median(memory):19.0f}")


def main():
    modes = {"epochs": compare_epochs, "scaling": compare_scaling, "processes": compare_processes}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=modes)
    parser.add_argument("--python", default="python3")
    parser.add_argument("--jax_python", help="without it, JAX is left out")
    parser.add_argument("--compile", action="store_true", help="torch.compile too: a minute more in each round")
    parser.add_argument("--graphs", action="store_true", help="PyTorch with CUDA graphs too: needs a GPU")
    parser.add_argument("--trainer", default=".build/release/mnist-train")
    parser.add_argument("--measure", default="Benchmarks/.build/release/measure-speed")
    parser.add_argument("--data_dir", default="data")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--n_epochs", type=int, default=3)
    parser.add_argument("--n_threads", type=int, default=os.cpu_count())
    options, rest = parser.parse_known_args()
    print(f"{processor()}, {options.n_threads} threads")
    modes[options.mode](options, rest)


if __name__ == "__main__":
    main()
