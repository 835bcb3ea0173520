"""A small network over a row's features, as the scorer runs it: weights in arrays, asked by one kernel, a row at a time.

For feature value x of input i: z = d / (|d| + scale) with d = min(max(x, low), high) - centre, which is bounded and takes the
long tails of amounts and counts. A hidden layer adds z times the input's weights, or, when x is unknown, weights for just that.
Two hidden layers with max(0, a), then one number: the logit. Every sum is taken in the order of the inputs, in float32, so a
row has the same logit, bit for bit, alone and in any batch, on every processor.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.kernels import Word, kernel, part


@dataclass(frozen=True, slots=True)
class Network:
    """Weights, float32. Shapes: I inputs, H and K hidden units.

    `inputs` int64 (I,) are the columns that are read, ascending. `low`, `high`, `centre`, `scale` (I,) say how a value is
    laid out, scale above 0; `known` and `unknown` (I, H) are an input's weights; `first_bias` (H,); `second` (H, K),
    `second_bias` (K,); `last` (K,), `last_bias` (1,).
    """

    inputs: NDArray[np.int64]
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    known: NDArray[np.float32]
    unknown: NDArray[np.float32]
    first_bias: NDArray[np.float32]
    second: NDArray[np.float32]
    second_bias: NDArray[np.float32]
    last: NDArray[np.float32]
    last_bias: NDArray[np.float32]

    def __post_init__(self) -> None:
        """Raises ValueError for shapes that do not fit: the kernel checks no bound."""
        inputs, first, second = len(self.inputs), len(self.first_bias), len(self.second_bias)
        wanted = {
            "low": (inputs,), "high": (inputs,), "centre": (inputs,), "scale": (inputs,), "known": (inputs, first),
            "unknown": (inputs, first), "first_bias": (first,), "second": (first, second), "second_bias": (second,),
            "last": (second,), "last_bias": (1,),
        }  # fmt: skip
        for name, shape in wanted.items():
            array = getattr(self, name)
            if array.shape != shape or array.dtype != np.float32 or not np.isfinite(array).all():
                raise ValueError(f"{name} is not float32 {shape} of finite numbers")
        if inputs and self.inputs.min() < 0:
            raise ValueError("an input has no column")

    def logits_into(self, rows: NDArray[np.float32], out: NDArray[np.float64]) -> None:
        """Write each row's logit. `rows` (n, F) C-contiguous, F above every input; `out` at least (n,). NaN is unknown."""
        first = np.empty(len(self.first_bias), np.float32)
        second = np.empty(len(self.second_bias), np.float32)
        _logits(
            self.inputs, self.low, self.high, self.centre, self.scale, self.known, self.unknown, self.first_bias, self.second,
            self.second_bias, self.last, self.last_bias, rows, first, second, out,
        )  # fmt: skip


@part
def _first_layer(
    inputs: Word,
    low: Word,
    high: Word,
    centre: Word,
    scale: Word,
    known: Word,
    unknown: Word,
    rows: Word,
    row: Word,
    first: Word,
) -> None:
    """Add each input's weights to `first`, the outputs innermost: that goes in vectors without another order of sums."""
    for i in range(inputs.shape[0]):
        value = rows[row, inputs[i]]
        if value != value:
            for j in range(first.shape[0]):
                first[j] += unknown[i, j]
            continue
        distance = min(max(value, low[i]), high[i]) - centre[i]
        z = distance / (abs(distance) + scale[i])
        for j in range(first.shape[0]):
            first[j] += z * known[i, j]


@kernel
def _logits(
    inputs: NDArray[np.int64], low: NDArray[np.float32], high: NDArray[np.float32], centre: NDArray[np.float32],
    scale: NDArray[np.float32], known: NDArray[np.float32], unknown: NDArray[np.float32], first_bias: NDArray[np.float32],
    second: NDArray[np.float32], second_bias: NDArray[np.float32], last: NDArray[np.float32], last_bias: NDArray[np.float32],
    rows: NDArray[np.float32], one: NDArray[np.float32], two: NDArray[np.float32], out: NDArray[np.float64],
) -> None:  # fmt: skip
    """Write the logits; `one` (H,) and `two` (K,) are scratch."""
    for row in range(rows.shape[0]):
        for j in range(one.shape[0]):
            one[j] = first_bias[j]
        _first_layer(inputs, low, high, centre, scale, known, unknown, rows, row, one)
        for k in range(two.shape[0]):
            two[k] = second_bias[k]
        for j in range(one.shape[0]):
            if one[j] > 0:
                for k in range(two.shape[0]):
                    two[k] += one[j] * second[j, k]
        total = last_bias[0]
        for k in range(two.shape[0]):
            if two[k] > 0:
                total += two[k] * last[k]
        out[row] = total
