#!/usr/bin/env python3
"""Writes the numbers that the tests compare with, computed by PyTorch on the CPU in float32.

    python3 -m venv environment && environment/bin/pip install torch numpy safetensors
    environment/bin/python Tests/generate_fixtures.py --seed 2 \
        --output Tests/MNISTCoreTests/Fixtures

    ops.safetensors         one group for each operation, GROUP/NAME
    more_ops.safetensors    the same for operations that came later, and SGD with all it can do
    classifier.safetensors  a classifier 64 -> 48 -> 32 -> 16 -> 10: data and 40 steps of Adam
    rng.json                what PyTorch draws after `torch.manual_seed`; the same for every --seed

A group is two functions: `given_…` draws the inputs, the other one computes the rest from them, so
that a set made elsewhere can be recomputed from its own inputs. The versions and the seed are
recorded in each file's `__metadata__`.

About one seed in three is refused: when a hidden unit stays on one side of zero for a whole batch,
batch normalisation makes its bias gradient exactly zero, what is left of it is rounding, and Adam's
first steps turn even that into a full step. Such losses differ between two builds of PyTorch.
"""

import argparse
import json
from pathlib import Path

import numpy
import torch
from safetensors.torch import save_file
from torch import nn

STEPS, SGD_STEPS = 10, 6
CLASSIFIER_SIZES = [64, 48, 32, 16, 10]
CLASSIFIER_ROWS, CLASSIFIER_BATCH, CLASSIFIER_STEPS = 250, 25, 40
LARGEST_ROUNDING_ERROR = 1e-5

# The points of the quadratic are part of the test, not of the file. All that the results depend on
# are the sums of y, xy, x^2 y and y^2: 40.78, 257.39, 2125.61 and 530.2118.
QUADRATIC_X = [1, 2, 3, 4, 5, 6, 7, 8, 9]
QUADRATIC_Y = [9.43, 5.19, -0.94, -0.93, -1.51, -0.36, 3.58, 8.11, 18.21]
QUADRATIC_RECORDED = [0, 1, 10, 1000, 20000]


def leaf(tensor):
    return tensor.clone().requires_grad_()


def elementwise(operation, given):
    x = leaf(given["x"])
    y = operation(x)
    y.backward(given["grad_y"])
    return {"y": y, "grad_x": x.grad}


def elementwise_of(operation):
    return lambda given: elementwise(operation, given)


def given_linear():
    layer = nn.Linear(13, 5)
    return {"x": torch.randn(7, 13), "grad_y": torch.randn(7, 5), **layer.state_dict()}


def linear(given):
    x, weight, bias = (leaf(given[name]) for name in ("x", "weight", "bias"))
    y = nn.functional.linear(x, weight, bias)
    y.backward(given["grad_y"], retain_graph=True)
    computed = {"y": y, "grad_x": x.grad.clone()}
    computed |= {"grad_weight": weight.grad.clone(), "grad_bias": bias.grad.clone()}
    y.backward(given["grad_y"])
    return computed | {"grad_weight_accumulated": weight.grad, "grad_bias_accumulated": bias.grad}


def given_leaky_relu():
    x = torch.randn(6, 9)
    x[0, 0], x[0, 1] = 0.0, -0.0
    return {"x": x, "grad_y": torch.randn(6, 9)}


def leaky_relu(given):
    return elementwise(nn.LeakyReLU(0.01), given)


def given_batch_norm():
    given = {"weight": torch.rand(11) + 0.5, "bias": torch.rand(11) - 0.5}
    for step, rows in enumerate([8, 8, 3]):
        given[f"step{step}/x"] = torch.randn(rows, 11) * (1 + 1.5 * step) + 0.5 * step
        given[f"step{step}/grad_y"] = torch.randn(rows, 11)
    return given | {"eval/x": torch.randn(4, 11), "eval/grad_y": torch.randn(4, 11)}


def batch_norm(given):
    layer = nn.BatchNorm1d(11)
    layer.load_state_dict({name: given[name] for name in ("weight", "bias")}, strict=False)
    computed = {}
    for part in ("step0", "step1", "step2", "eval"):
        layer.train(part != "eval")
        layer.zero_grad()
        inputs = {name: given[f"{part}/{name}"] for name in ("x", "grad_y")}
        results = elementwise(layer, inputs)
        results |= {"grad_weight": layer.weight.grad, "grad_bias": layer.bias.grad}
        if part != "eval":
            results |= {name: buffer.clone() for name, buffer in layer.named_buffers()}
        computed |= {f"{part}/{name}": value for name, value in results.items()}
    return computed


def given_log_softmax():
    x = torch.randn(5, 10) * torch.tensor([[3.0], [3e4], [1.0], [1.0], [3.0]])
    x[2], x[3] = 88.0, -1e30
    return {"x": x, "grad_y": torch.randn(5, 10)}


def log_softmax(given):
    return elementwise(nn.LogSoftmax(dim=-1), given)


def given_nll_loss():
    return {"x": torch.randn(6, 10).log_softmax(-1), "target": torch.randint(10, (6,))}


def given_mse_loss():
    return {"x": torch.randn(4, 3), "target": torch.randn(4, 3)}


def loss(criterion):
    def computed(given):
        x = leaf(given["x"])
        value = criterion(x, given["target"])
        value.backward()
        return {"loss": value, "grad_x": x.grad}

    return computed


def given_optimizer(steps=STEPS):
    given = {}
    for index, shape in enumerate([(3, 4), (5,)]):
        given[f"p{index}/start"] = torch.randn(shape)
        for step in range(steps):
            given[f"p{index}/grad{step}"] = torch.randn(shape) * [0.1, 1.0, 10.0][step % 3]
    return given


def optimizer(make, moments):
    def computed(given):
        parameters = [leaf(given[f"p{index}/start"]) for index in range(2)]
        optimizer = make(parameters)
        results = {}
        for step in range(STEPS):
            for index, parameter in enumerate(parameters):
                parameter.grad = given[f"p{index}/grad{step}"].clone()
            optimizer.step()
            for index, parameter in enumerate(parameters):
                results[f"p{index}/value{step}"] = parameter.detach().clone()
                for name in moments:
                    results[f"p{index}/{name}{step}"] = optimizer.state[parameter][name].clone()
        return results

    return computed


def quadratic(_):
    x, y = torch.tensor(QUADRATIC_X, dtype=torch.float32), torch.tensor(QUADRATIC_Y)
    a, b, c = parameters = [leaf(torch.tensor(value)) for value in (1.0, 2.0, 3.0)]
    optimizer = torch.optim.SGD(parameters, lr=1e-4)
    computed = {}
    for step in range(QUADRATIC_RECORDED[-1] + 1):
        value = nn.functional.mse_loss(a * x**2 + b * x + c, y)
        optimizer.zero_grad()
        value.backward()
        if step in QUADRATIC_RECORDED:
            computed[f"after{step}/loss"] = value
            computed[f"after{step}/abc"] = torch.stack(parameters)
            computed[f"after{step}/grad_abc"] = torch.stack([p.grad for p in parameters])
        optimizer.step()
    return computed


def make_classifier():
    def block(inputs, outputs):
        layers = nn.Sequential(nn.Linear(inputs, outputs), nn.LeakyReLU(), nn.BatchNorm1d(outputs))
        return nn.ModuleDict({"block": layers})

    *hidden, last = zip(CLASSIFIER_SIZES, CLASSIFIER_SIZES[1:])
    layers = [*(block(*sizes) for sizes in hidden), nn.Linear(*last)]
    return nn.ModuleDict({"layers": nn.ModuleList(layers)})


def log_probabilities(model, x):
    *blocks, last = model["layers"]
    for block in blocks:
        x = block["block"](x)
    return last(x).log_softmax(-1)


def given_classifier():
    x = torch.rand(CLASSIFIER_ROWS, 64) * (torch.rand(CLASSIFIER_ROWS, 64) < 0.3)
    y = (x @ torch.randn(64, 10)).argmax(-1)
    start = make_classifier().state_dict()
    return {"x": x, "y": y, **{f"start/{name}": value for name, value in start.items()}}


def classifier(given):
    model = make_classifier()
    model.load_state_dict({n[6:]: value for n, value in given.items() if n.startswith("start/")})
    optimizer = torch.optim.Adam(model.parameters())
    computed, losses = {}, []
    for step in range(CLASSIFIER_STEPS):
        begin = step * CLASSIFIER_BATCH % CLASSIFIER_ROWS
        rows = slice(begin, begin + CLASSIFIER_BATCH)
        value = nn.functional.nll_loss(log_probabilities(model, given["x"][rows]), given["y"][rows])
        optimizer.zero_grad()
        value.backward()
        if step == 0:
            computed |= {f"grad0/{n}": p.grad.clone() for n, p in model.named_parameters()}
        optimizer.step()
        losses.append(value.detach())
    computed |= {f"end/{name}": value for name, value in model.state_dict().items()}
    model.eval()
    evaluated = log_probabilities(model, given["x"])
    return computed | {"losses": torch.stack(losses), "eval_log_probabilities": evaluated}


def rounding_error(given, losses):
    """The largest relative difference to the same steps taken in double precision."""
    torch.set_default_dtype(torch.float64)
    doubled = {n: v.double() if v.is_floating_point() else v for n, v in given.items()}
    exact = classifier(doubled)["losses"]
    torch.set_default_dtype(torch.float32)
    return ((losses - exact) / exact).abs().max().item()


# name -> (draws the inputs, computes the rest from them)
GROUPS = {
    "linear": (given_linear, linear),
    "leaky_relu": (given_leaky_relu, leaky_relu),
    "batch_norm": (given_batch_norm, batch_norm),
    "log_softmax": (given_log_softmax, log_softmax),
    "nll_loss": (given_nll_loss, loss(nn.NLLLoss())),
    "mse_loss": (given_mse_loss, loss(nn.MSELoss())),
    "adam": (given_optimizer, optimizer(torch.optim.Adam, ["exp_avg", "exp_avg_sq"])),
    "sgd": (given_optimizer, optimizer(lambda p: torch.optim.SGD(p, lr=0.01), [])),
    "quadratic": (dict, quadratic),
}


def given_elementwise(special):
    """Random numbers of both signs; the first are both zeros, two enormous ones, and `special`."""
    special = [0.0, -0.0, 1e30, -1e30, *special]

    def given():
        x = torch.randn(6, 9) * 3
        x.view(-1)[: len(special)] = torch.tensor(special)
        return {"x": x, "grad_y": torch.randn(6, 9)}

    return given


def given_sqrt():
    x = torch.rand(6, 9) * 4 + 0.01
    x[0, :6] = torch.tensor([1e-12, 1e-6, 1.0, 2.0, 1e6, 1e30])
    return {"x": x, "grad_y": torch.randn(6, 9)}


def given_transpose():
    return {"x": torch.randn(5, 7), "grad_y": torch.randn(7, 5)}


def given_reduction(draw):
    def given():
        gradients = {"axis0": (5, 7), "axis1": (3, 7), "axis2": (3, 5)}
        gradients = {f"{axis}/grad_y": torch.randn(shape) for axis, shape in gradients.items()}
        return {"x": draw(3, 5, 7), **gradients}

    return given


def with_ties(*shape):
    """Five different numbers, so that the largest of a row mostly occurs more than once."""
    x = torch.randint(-2, 3, shape) * 0.75
    x[0, :, 0] = -1.5
    x[:, 0, 1] = torch.tensor([0.0, -0.0, -1.5])
    return x


def reduction(operation):
    def computed(given):
        results = {}
        for axis in range(3):
            inputs = {"x": given["x"], "grad_y": given[f"axis{axis}/grad_y"]}
            results |= {
                f"axis{axis}/{name}": value
                for name, value in elementwise(lambda x: operation(x, dim=axis), inputs).items()
            }
        return results

    return computed


def given_concatenate():
    given = {}
    for axis in range(3):
        shape = [3, 5, 2]
        for index, size in enumerate([2, 1, 4]):
            shape[axis] = size
            given[f"axis{axis}/x{index}"] = torch.randn(shape)
        shape[axis] = 7
        given[f"axis{axis}/grad_y"] = torch.randn(shape)
    return given


def concatenate(given):
    computed = {}
    for axis in range(3):
        parts = [leaf(given[f"axis{axis}/x{index}"]) for index in range(3)]
        y = torch.cat(parts, dim=axis)
        y.backward(given[f"axis{axis}/grad_y"])
        computed[f"axis{axis}/y"] = y
        for index, part in enumerate(parts):
            computed[f"axis{axis}/grad_x{index}"] = part.grad
    return computed


def given_select_rows():
    rows = torch.tensor([4, 0, 4, 2, 5, 4, 0])
    return {"x": torch.randn(6, 5), "rows": rows, "grad_y": torch.randn(7, 5)}


def select_rows(given):
    return elementwise(lambda x: x.index_select(0, given["rows"]), given)


def given_cross_entropy():
    x = torch.randn(5, 7) * torch.tensor([[3.0], [30.0], [1.0], [1.0], [3.0]])
    x[2] = 88.0
    return {"x": x, "target": torch.randint(7, (5,))}


def cross_entropy(given):
    computed = loss(nn.CrossEntropyLoss())(given)
    parts = loss(lambda x, target: nn.functional.nll_loss(x.log_softmax(-1), target))(given)
    return computed | {f"{name}_by_parts": value for name, value in parts.items()}


def given_missing_gradients():
    given = given_optimizer(SGD_STEPS)
    # Momentum then starts at step 1 and rests at step 2.
    del given["p1/grad0"], given["p1/grad2"]
    return given


def sgd(**settings):
    def computed(given):
        parameters = [leaf(given[f"p{index}/start"]) for index in range(2)]
        optimizer = torch.optim.SGD(parameters, lr=0.01, **settings)
        results = {}
        for step in range(SGD_STEPS):
            for index, parameter in enumerate(parameters):
                gradient = given.get(f"p{index}/grad{step}")
                parameter.grad = None if gradient is None else gradient.clone()
            optimizer.step()
            for index, parameter in enumerate(parameters):
                results[f"p{index}/value{step}"] = parameter.detach().clone()
        if "momentum" in settings:
            for index, parameter in enumerate(parameters):
                buffer = optimizer.state[parameter]["momentum_buffer"]
                results[f"p{index}/momentum_buffer"] = buffer.clone()
        return results

    return computed


def given_sgd():
    return given_optimizer(SGD_STEPS)


MORE_GROUPS = {
    "relu": (given_elementwise([1e-30, -1e-30]), elementwise_of(torch.relu)),
    "tanh": (given_elementwise([1e-5, -1e-5, 20.0, -20.0]), elementwise_of(torch.tanh)),
    "sigmoid": (given_elementwise([80.0, -80.0, 200.0, -200.0]), elementwise_of(torch.sigmoid)),
    "sqrt": (given_sqrt, elementwise_of(torch.sqrt)),
    "transpose": (given_transpose, elementwise_of(torch.t)),
    "sum": (given_reduction(torch.randn), reduction(torch.sum)),
    "mean": (given_reduction(torch.randn), reduction(torch.mean)),
    "max": (given_reduction(with_ties), reduction(torch.amax)),
    "concatenate": (given_concatenate, concatenate),
    "select_rows": (given_select_rows, select_rows),
    "cross_entropy": (given_cross_entropy, cross_entropy),
    "sgd_plain": (given_sgd, sgd()),
    "sgd_momentum": (given_sgd, sgd(momentum=0.9)),
    "sgd_weight_decay": (given_sgd, sgd(weight_decay=0.01)),
    "sgd_momentum_weight_decay": (given_sgd, sgd(momentum=0.9, weight_decay=0.01)),
    "sgd_missing_gradients": (given_missing_gradients, sgd(momentum=0.9, weight_decay=0.01)),
}


def random_numbers(seed):
    torch.manual_seed(seed)
    short, long = torch.randperm(10), torch.randperm(60000)
    layer = nn.Linear(784, 630)
    weight = layer.weight.flatten()
    return {
        "randperm(10)": short.tolist(),
        "randperm(60000)[:8]": long[:8].tolist(),
        "Linear(784,630).weight.flatten()[:4]": weight[:4].tolist(),
        "weight.flatten()[-2:]": weight[-2:].tolist(),
        "bias[:4]": layer.bias[:4].tolist(),
        "randperm(48000)[-4:]": torch.randperm(48000)[-4:].tolist(),
    }


def main():
    parser = argparse.ArgumentParser(description="Writes the tests' reference numbers.")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR")
    parser.add_argument("--seed", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(1)

    # One entry only: safetensors writes several in a random order.
    made_with = f"torch {torch.__version__}, numpy {numpy.__version__}, seed {options.seed}"

    def save(name, tensors):
        # Copies: no two may share their memory in the file.
        tensors = {
            key: value.detach().clone(memory_format=torch.contiguous_format)
            for key, value in tensors.items()
        }
        save_file(tensors, options.output / name, metadata={"made_with": made_with})

    def entries_of(groups):
        entries = {}
        for group, (make, compute) in groups.items():
            given = make()
            computed = given | compute(given)
            entries |= {f"{group}/{name}": value for name, value in computed.items()}
        return entries

    torch.manual_seed(options.seed)
    operations = entries_of(GROUPS)
    given = given_classifier()
    computed = classifier(given)
    error = rounding_error(given, computed["losses"])
    if error > LARGEST_ROUNDING_ERROR:
        parser.error(f"seed {options.seed}: rounding decides the losses ({error:.0e})")
    options.output.mkdir(parents=True, exist_ok=True)
    save("ops.safetensors", operations)
    save("classifier.safetensors", given | computed)
    torch.manual_seed(options.seed)
    save("more_ops.safetensors", entries_of(MORE_GROUPS))

    seeds = {str(seed): random_numbers(seed) for seed in (0, 12345, 2**32 - 1)}
    document = {"torch": torch.__version__, "seeds": seeds}
    (options.output / "rng.json").write_text(json.dumps(document, indent=1))
    print(made_with)


if __name__ == "__main__":
    main()
