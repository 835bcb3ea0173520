"""The kernel that asks a forest: sixteen rows go through each tree together, by leaf masks or by a walk."""

import numpy as np
from numpy.typing import NDArray

from risk.kernels import Word, kernel, part
from risk.lanes import LANES, lowest_bit, surviving_leaves, walk


@part
def _fill(rows: Word, first: Word, count: Word, lanes: Word) -> None:
    """Lay rows side by side, each feature twice: unknown as -inf for splits that send it left, +inf for those that do not.

    Lanes past the last row repeat it.
    """
    for lane in range(LANES):
        row = first + min(lane, count - 1)
        for feature in range(rows.shape[1]):
            value = rows[row, feature]
            unknown = value != value
            lanes[2 * feature * LANES + lane] = -np.inf if unknown else value
            lanes[(2 * feature + 1) * LANES + lane] = np.inf if unknown else value


@kernel
def sum_leaves(
    nodes: NDArray[np.uint64], leaf_values: NDArray[np.float64], roots: NDArray[np.int64], depths: NDArray[np.int64],
    thresholds: NDArray[np.float32], columns: NDArray[np.int64], masks: NDArray[np.uint32], bounds: NDArray[np.int64],
    leaves: NDArray[np.float64], first_leaf: NDArray[np.int64], rows: NDArray[np.float32], lanes: NDArray[np.float32],
    kept: NDArray[np.uint32], ends: NDArray[np.int64], sums: NDArray[np.float64], out: NDArray[np.float64],
) -> None:  # fmt: skip
    """Write each row's sum of leaf values, added tree by tree. The arrays are those of `risk.forest.Forest` and its splits.

    `lanes` float32 (2 F LANES,), `kept`, `ends` and `sums` (LANES,) are scratch.
    """
    for first in range(0, rows.shape[0], LANES):
        count = min(LANES, rows.shape[0] - first)
        _fill(rows, first, count, lanes)
        for lane in range(LANES):
            sums[lane] = 0.0
        for tree in range(roots.shape[0]):
            leaf = first_leaf[tree]
            if leaf >= 0:
                surviving_leaves(thresholds, columns, masks, bounds[tree], bounds[tree + 1], lanes, kept)
                for lane in range(LANES):
                    sums[lane] += leaves[leaf + lowest_bit(kept[lane])]
            else:
                walk(nodes, roots[tree], depths[tree], lanes, ends)
                for lane in range(LANES):
                    sums[lane] += leaf_values[ends[lane]]
        for lane in range(count):
            out[first + lane] = sums[lane]
