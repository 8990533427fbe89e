#!/usr/bin/env python3
"""mnist-train's training in JAX, to measure against: the same network, batch size, Adam and validation.

    python3 -m venv environment && environment/bin/pip install jax
    environment/bin/python Benchmarks/jax_train.py --data_dir DIR --seed 0

A step is one compiled function whose arguments are given up to it (their memory is used again); losses are fetched once an epoch.
Random numbers are JAX's own, so that losses are alike but not equal. JAX has no setting for the number
of threads: the process is bound to that many processors.
"""

import argparse
import os
import sys
import time

import numpy

from mnist import hidden_sizes, read_idx

MOMENTUM, EPSILON = 0.1, 1e-5
BETA1, BETA2, RATE, ADAM_EPSILON = 0.9, 0.999, 1e-3, 1e-8


def main():
    parser = argparse.ArgumentParser(description="mnist-train's training in JAX, for comparison.")
    parser.add_argument("--data_dir", default="data")
    parser.add_argument("--train_ratio", type=float, default=0.8)
    parser.add_argument("--batch_size", type=int, default=256)
    parser.add_argument("--n_epochs", type=int, default=20)
    parser.add_argument("--n_layers", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--n_threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.n_threads])
    # Only now: it counts the processors when it starts.
    import jax
    import jax.numpy as jnp

    def initial(key, sizes):
        parameters, statistics = [], []
        for i, o in zip(sizes, sizes[1:]):
            key, for_weight, for_bias = jax.random.split(key, 3)
            bound = i**-0.5
            layer = {
                "weight": jax.random.uniform(for_weight, (o, i), minval=-bound, maxval=bound),
                "bias": jax.random.uniform(for_bias, (o,), minval=-bound, maxval=bound),
            }
            parameters.append(layer)
            if len(parameters) < len(sizes) - 1:
                layer |= {"scale": jnp.ones(o), "shift": jnp.zeros(o)}
                statistics.append((jnp.zeros(o), jnp.ones(o)))
        return parameters, statistics

    def network(parameters, statistics, x, is_training):
        updated = []
        for layer, (mean, variance) in zip(parameters, statistics):
            x = jax.nn.leaky_relu(x @ layer["weight"].T + layer["bias"], 0.01)
            if is_training:
                rows = x.shape[0]
                running = (mean, variance)
                mean, variance = x.mean(0), x.var(0)
                batch = (mean, variance * rows / (rows - 1))
                updated.append(
                    tuple((1 - MOMENTUM) * r + MOMENTUM * b for r, b in zip(running, batch))
                )
            x = (x - mean) * jax.lax.rsqrt(variance + EPSILON) * layer["scale"] + layer["shift"]
        x = x @ parameters[-1]["weight"].T + parameters[-1]["bias"]
        return jax.nn.log_softmax(x), updated

    def loss(parameters, statistics, x, labels, is_training):
        output, updated = network(parameters, statistics, x, is_training)
        return -jnp.take_along_axis(output, labels[:, None], 1).mean(), updated

    def train_step(state, x, labels):
        parameters, statistics, moments, squares, step = state
        (value, statistics), gradients = jax.value_and_grad(loss, has_aux=True)(
            parameters, statistics, x, labels, True
        )
        step += 1
        size, correction = RATE / (1 - BETA1**step), jnp.sqrt(1 - BETA2**step)
        moments = jax.tree.map(lambda m, g: m + (1 - BETA1) * (g - m), moments, gradients)
        squares = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, squares, gradients)
        parameters = jax.tree.map(
            lambda p, m, v: p - size * m / (jnp.sqrt(v) / correction + ADAM_EPSILON),
            parameters, moments, squares,
        )
        return (parameters, statistics, moments, squares, step), value

    train_step = jax.jit(train_step, donate_argnums=0)
    valid_loss = jax.jit(lambda *inputs: loss(*inputs, False)[0])

    x = read_idx(options.data_dir, "train-images", 3)
    x = x.reshape(len(x), -1).astype("f4") / 255
    y = read_idx(options.data_dir, "train-labels", 1).astype("i4")
    generator = numpy.random.default_rng(options.seed)
    order = generator.permutation(len(x))
    count = int(len(x) * options.train_ratio)
    (train_x, valid_x), (train_y, valid_y) = (numpy.split(part[order], [count]) for part in (x, y))

    sizes = [x.shape[1], *hidden_sizes(x.shape[1], 10, options.n_layers), 10]
    parameters, statistics = initial(jax.random.key(options.seed), sizes)
    moments, squares = (jax.tree.map(jnp.zeros_like, parameters) for _ in range(2))
    state = (parameters, statistics, moments, squares, jnp.zeros((), "f4"))
    print(f"jax {jax.__version__}, {jax.devices()[0].platform}", file=sys.stderr)
    lowest, best = float("inf"), None
    for epoch in range(options.n_epochs):
        start = time.perf_counter()
        losses = []
        order = generator.permutation(count)
        for first in range(0, count, options.batch_size):
            rows = order[first : first + options.batch_size]
            state, value = train_step(state, train_x[rows], train_y[rows])
            losses.append(value)
        train = numpy.mean(jax.device_get(losses))
        firsts = range(0, len(valid_x), options.batch_size)
        parts = [slice(first, first + options.batch_size) for first in firsts]
        values = [valid_loss(*state[:2], valid_x[part], valid_y[part]) for part in parts]
        valid = numpy.mean(jax.device_get(values))
        if valid <= lowest:
            lowest, best = valid, jax.device_get(state[:2])
        print(
            f"Epoch({epoch + 1}/{options.n_epochs}): train_loss={train:.4e}"
            f"  valid_loss={valid:.4e}  lowest_loss={lowest:.4e}",
            flush=True,
        )
        print(f"epoch {epoch + 1}: {time.perf_counter() - start:.3f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
