#!/usr/bin/env python3
"""Makes Fixtures/classifier{,_uint8}.onnx with onnx's own helpers: the same tiny classifier as ONNXExportTests has.

    python3 -m venv .venv && .venv/bin/pip install numpy onnx
    .venv/bin/python Tests/generate_onnx.py

The files there were made with onnx 1.23.2. mnist-predict must write them byte for byte.
"""

from pathlib import Path

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper


def tensor(name, *shape):
    """Numbers that tell by their order and their tensor's name where they belong."""
    count = int(numpy.prod(shape))
    numbers = (numpy.arange(count, dtype=numpy.float32) + len(name)) / 8
    return numpy_helper.from_array(numbers.reshape(shape), name)


def value(name, kind, size, text):
    return helper.make_tensor_value_info(name, kind, ["N", size], doc_string=text)


def model(takes_bytes):
    nodes, initializers = [], []

    def add(name, operation, inputs, output=None, **attributes):
        previous = nodes[-1].output[0] if nodes else "image"
        output = output or f"{name}_output"
        nodes.append(helper.make_node(operation, [previous, *inputs], [output], name=name, **attributes))

    if takes_bytes:
        add("to_float", "Cast", [], to=TensorProto.FLOAT)
        initializers.append(numpy_helper.from_array(numpy.float32(255), "largest_pixel"))
        add("scale", "Div", ["largest_pixel"])
    block = "layers.0.block"
    initializers += [tensor(f"{block}.0.weight", 2, 3), tensor(f"{block}.0.bias", 2)]
    norm = [f"{block}.2.{name}" for name in ("weight", "bias", "running_mean", "running_var")]
    initializers += [tensor(name, 2) for name in norm]
    initializers += [tensor("layers.1.weight", 2, 2), tensor("layers.1.bias", 2)]
    add("layers.0.linear", "Gemm", [f"{block}.0.weight", f"{block}.0.bias"], transB=1)
    add("layers.0.leaky_relu", "LeakyRelu", [], alpha=0.01)
    add("layers.0.batch_norm", "BatchNormalization", norm, epsilon=1e-5)
    add("layers.1.linear", "Gemm", ["layers.1.weight", "layers.1.bias"], transB=1)
    add("log_softmax", "LogSoftmax", [], "log_probabilities", axis=-1)

    kind = TensorProto.UINT8 if takes_bytes else TensorProto.FLOAT
    pixels = "from 0 to 255" if takes_bytes else "from 0 to 1: bytes divided by 255"
    graph = helper.make_graph(
        nodes,
        "ImageClassifier",
        [value("image", kind, 3, f"3 pixels, row by row, {pixels}")],
        [value("log_probabilities", TensorProto.FLOAT, 2, "the natural logarithm of each class's probability")],
        initializers,
    )
    model = helper.make_model(
        graph,
        ir_version=8,
        opset_imports=[helper.make_opsetid("", 17)],
        producer_name="mnist-predict",
        producer_version="1.2.3",
    )
    helper.set_model_props(model, {"made_by": "mnist-predict", "version": "1.2.3", "classes": "2"})
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


if __name__ == "__main__":
    fixtures = Path(__file__).parent / "MNISTCoreTests" / "Fixtures"
    (fixtures / "classifier.onnx").write_bytes(model(takes_bytes=False))
    (fixtures / "classifier_uint8.onnx").write_bytes(model(takes_bytes=True))
