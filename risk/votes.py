"""The kernel that asks a forest: sixteen rows go through each tree together, by leaf masks or by a walk."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.kernels import Word, kernel, part
from risk.lanes import LANES, lowest_bit, surviving_leaves, walk

# So few rows are walked one by one: sixteen abreast would be mostly empty.
ALONE = 2


@part
def _fill(rows: Word, first: Word, count: Word, columns: Word, lanes: Word) -> None:
    """Lay the columns of rows side by side, each twice: unknown as -inf for splits that send it left, +inf for the others.

    Lanes past the last row keep what they held: nobody reads what comes of it.
    """
    for lane in range(count):
        for place in range(columns.shape[0]):
            value = rows[first + lane, columns[place]]
            unknown = value != value
            lanes[2 * place * LANES + lane] = -np.inf if unknown else value
            lanes[(2 * place + 1) * LANES + lane] = np.inf if unknown else value


@part
def _sum_alone(thresholds: Word, features: Word, lefts: Word, leaf_values: Word, roots: Word, rows: Word, row: Word) -> Any:
    """One row's sum, walked: the same leaves in the same order as sixteen abreast, and cheaper than they are for one or two."""
    total = 0.0
    for tree in range(roots.shape[0]):
        root = roots[tree]
        node, left = root, root + lefts[root]
        while left != node:
            feature = features[node]
            value = rows[row, feature >> 1]
            if value != value:
                value = np.float32(np.inf) if feature & 1 else np.float32(-np.inf)
            node = left if value <= thresholds[node] else left + 1
            left = root + lefts[node]
        total += leaf_values[node]
    return total


@kernel
def sum_leaves(
    node_thresholds: NDArray[np.float32], node_features: NDArray[np.int64], node_lefts: NDArray[np.int64],
    nodes: NDArray[np.uint64], leaf_values: NDArray[np.float64], roots: NDArray[np.int64], depths: NDArray[np.int64],
    thresholds: NDArray[np.float32], columns: NDArray[np.int64], masks: NDArray[np.uint32], bounds: NDArray[np.int64],
    leaves: NDArray[np.float64], first_leaf: NDArray[np.int64], read: NDArray[np.int64], rows: NDArray[np.float32],
    lanes: NDArray[np.float32], kept: NDArray[np.uint32], ends: NDArray[np.int64], sums: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:  # fmt: skip
    """Write each row's sum of leaf values, added tree by tree. The arrays are those of `risk.forest.Forest` and its splits.

    The first three are the nodes' fields, features by their own numbers. `read` int64 (R,) are the columns that are looked at.
    `lanes` float32 (2 R LANES,), `kept`, `ends` and `sums` (LANES,) are scratch.
    """
    for first in range(0, rows.shape[0], LANES):
        count = min(LANES, rows.shape[0] - first)
        if count <= ALONE:
            for row in range(first, first + count):
                out[row] = _sum_alone(node_thresholds, node_features, node_lefts, leaf_values, roots, rows, row)
            continue
        _fill(rows, first, count, read, lanes)
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
