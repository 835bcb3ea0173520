"""How much each input moved a network's logit: DeepLIFT's rescale rule, a row at a time.

A network has no exact Shapley values that could be had in line: 64 inputs have 2^64 subsets. DeepLIFT (Shrikumar, Greenside and
Kundaje, ICML 2017, section 3.5) compares with a reference, here every input at the centre of its training values, and hands the
logit's difference back through each unit in proportion to what came in. What it gives adds up to that difference exactly. Where
no unit of the row is on the other side of zero than in the reference it equals the Shapley values; else it stands in for them.
"""

import numpy as np
from numpy.typing import NDArray

from risk.kernels import Word, kernel, part
from risk.network import Network

# A unit that hardly moved hands back what its slope says.
_LEAST_CHANGE = 1e-6


def reference_logit(network: Network) -> float:
    """The logit where every input is known and at its centre."""
    row = np.zeros((1, int(network.inputs.max(initial=0)) + 1), np.float32)
    row[0, network.inputs] = network.centre
    out = np.empty(1)
    network.logits_into(row, out)
    return float(out[0])


def attribute(network: Network, rows: NDArray[np.float32], out: NDArray[np.float64]) -> None:
    """Write what each input added to each row's logit, which adds up to it less `reference_logit`.

    `rows` (n, F) float32 C-contiguous, NaN is unknown; `out` (n, F) float64.
    """
    n = network
    first, second = len(n.first_bias), len(n.second_bias)
    scratch = [np.empty(size) for size in (first, first, second, second)]
    parts = np.empty((len(n.inputs), first))
    _attribute(
        n.inputs, n.low, n.high, n.centre, n.scale, n.known, n.unknown, n.first_bias, n.second, n.second_bias, n.last, rows,
        parts, *scratch, out,
    )  # fmt: skip


@part
def _worth(reference: Word, now: Word) -> Word:
    """What a unit hands back of a change of its input: the change of max(0, a) as a share of that of a."""
    change = now - reference
    if abs(change) < _LEAST_CHANGE:
        return 1.0 if now > 0.0 else 0.0
    return (max(now, 0.0) - max(reference, 0.0)) / change


@kernel
def _attribute(
    inputs: NDArray[np.int64], low: NDArray[np.float32], high: NDArray[np.float32], centre: NDArray[np.float32],
    scale: NDArray[np.float32], known: NDArray[np.float32], unknown: NDArray[np.float32], first_bias: NDArray[np.float32],
    second: NDArray[np.float32], second_bias: NDArray[np.float32], last: NDArray[np.float32], rows: NDArray[np.float32],
    parts: NDArray[np.float64], one: NDArray[np.float64], one_worth: NDArray[np.float64], two: NDArray[np.float64],
    two_reference: NDArray[np.float64], out: NDArray[np.float64],
) -> None:  # fmt: skip
    """`parts` (I, H) are what each input adds to each unit of the first layer; the others are scratch, (H,) or (K,)."""
    for k in range(two.shape[0]):
        two_reference[k] = second_bias[k]
        for j in range(one.shape[0]):
            two_reference[k] += max(first_bias[j], 0.0) * second[j, k]
    for row in range(rows.shape[0]):
        out[row, :] = 0.0
        for j in range(one.shape[0]):
            one[j] = first_bias[j]
        for i in range(inputs.shape[0]):
            value = rows[row, inputs[i]]
            distance = min(max(value, low[i]), high[i]) - centre[i]
            z = distance / (abs(distance) + scale[i])
            for j in range(one.shape[0]):
                parts[i, j] = unknown[i, j] if value != value else z * known[i, j]
                one[j] += parts[i, j]
        for k in range(two.shape[0]):
            two[k] = second_bias[k]
            for j in range(one.shape[0]):
                two[k] += max(one[j], 0.0) * second[j, k]
        for j in range(one.shape[0]):
            one_worth[j] = 0.0
            for k in range(two.shape[0]):
                one_worth[j] += second[j, k] * _worth(two_reference[k], two[k]) * last[k]
            one_worth[j] *= _worth(first_bias[j], one[j])
        for i in range(inputs.shape[0]):
            for j in range(one.shape[0]):
                out[row, inputs[i]] += parts[i, j] * one_worth[j]
