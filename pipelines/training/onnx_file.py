"""The network as an ONNX file, from whole rows to logits, so that the file alone is the network; and the proof that it is."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.network import Network

# Old enough for every runtime of the last years.
OPSET, IR_VERSION = 17, 8
INPUT, OUTPUT = "features", "logit"
# Both add in float32, a library in an order of its own; weights that are others differ by far more.
TOLERANCE = 1e-4


class NetworkDiffers(RuntimeError):
    """The file's logits are not the kernel's."""


def as_onnx(network: Network, *, features: int) -> bytes:
    """Return the file: `features` float32 (rows, features), NaN for unknown, to `logit` float32 (rows,)."""
    from onnx import TensorProto, checker, helper, numpy_helper

    constants = {
        "inputs": network.inputs,
        "low": network.low,
        "high": network.high,
        "centre": network.centre,
        "scale": network.scale,
        "first": np.vstack([network.known, network.unknown]),
        "first_bias": network.first_bias,
        "second": network.second,
        "second_bias": network.second_bias,
        "last": network.last[:, None],
        "last_bias": network.last_bias,
        "logit_axis": np.array([1], np.int64),
    }
    node = helper.make_node
    nodes = [
        node("Gather", [INPUT, "inputs"], ["value"], axis=1),
        node("IsNaN", ["value"], ["is_unknown"]),
        node("Where", ["is_unknown", "centre", "value"], ["there"]),
        node("Max", ["there", "low"], ["not_below"]),
        node("Min", ["not_below", "high"], ["bounded"]),
        node("Sub", ["bounded", "centre"], ["distance"]),
        node("Abs", ["distance"], ["length"]),
        node("Add", ["length", "scale"], ["divisor"]),
        node("Div", ["distance", "divisor"], ["z"]),
        node("Cast", ["is_unknown"], ["unknown"], to=TensorProto.FLOAT),
        node("Concat", ["z", "unknown"], ["laid_out"], axis=1),
        node("Gemm", ["laid_out", "first", "first_bias"], ["one"]),
        node("Relu", ["one"], ["one_active"]),
        node("Gemm", ["one_active", "second", "second_bias"], ["two"]),
        node("Relu", ["two"], ["two_active"]),
        node("Gemm", ["two_active", "last", "last_bias"], ["column"]),
        node("Squeeze", ["column", "logit_axis"], [OUTPUT]),
    ]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["rows", features])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["rows"])],
        [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in constants.items()],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="baas"
    )
    checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


def session(content: bytes) -> Any:
    """Open the file in onnxruntime, on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def prove(content: bytes, network: Network, rows: NDArray[np.float32]) -> float:
    """Return the largest distance between the file's logits of `rows` and the kernel's. Raises NetworkDiffers."""
    ours = np.empty(len(rows))
    network.logits_into(rows, ours)
    theirs = session(content).run([OUTPUT], {INPUT: rows})[0]
    worst = float(np.max(np.abs(ours - theirs), initial=0.0))
    if not worst <= TOLERANCE:
        raise NetworkDiffers(f"the network's file answers otherwise than its kernel, by up to {worst:.3g}")
    return worst
