"""Decision forests compiled to flat arrays, asked by `risk.votes` for sixteen rows at a time.

A row is float32. Thresholds are rounded down to float32, so that `x <= threshold` has the same answer as in the library that
trained the tree (which compares in float64), bit for bit. Nodes are 8 bytes, siblings adjacent; a leaf points at itself, so
that every walk has the tree's full depth and no branch to predict. A node's `feature` is twice the feature's number, plus one
when unknown values go right.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.lanes import LANES
from risk.votes import ALONE, sum_leaves

NODE = np.dtype([("threshold", "<f4"), ("feature", "<u2"), ("left", "<u2")])
MAX_MASKED_LEAVES = 32
# For rows that are walked alone.
_NO_SCRATCH = np.empty(0, np.float32), np.empty(0, np.uint32), np.empty(0, np.int64), np.empty(0)


@dataclass(frozen=True, slots=True)
class Splits:
    """Trees of at most `MAX_MASKED_LEAVES` leaves as masks of the leaves that a row keeps when it goes right at a split.

    A row's leaf is the first one, from the left, that all its splits keep (QuickScorer: Lucchese et al., SIGIR 2015). Shapes:
    thresholds float32, columns int64 (where its lanes lie) and masks uint32 (S,); bounds int64 (T + 1,), tree t has the splits
    in [bounds[t], bounds[t + 1]); leaves float64, from left to right; first_leaf int64 (T,), -1 for a tree that is walked.
    """

    thresholds: NDArray[np.float32]
    columns: NDArray[np.int64]
    masks: NDArray[np.uint32]
    bounds: NDArray[np.int64]
    leaves: NDArray[np.float64]
    first_leaf: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Forest:
    """A sum of trees. Shapes: nodes (N,) of `NODE`, leaf_values (N,) float64, roots (T,) int64, depths (T,) int64.

    `covers` (N,) float64 are how many training rows came to each node: what a split stands for where its feature is not known
    (`risk.attribution`).
    """

    nodes: NDArray[Any]
    leaf_values: NDArray[np.float64]
    covers: NDArray[np.float64]
    roots: NDArray[np.int64]
    depths: NDArray[np.int64]
    columns: NDArray[np.int64] = field(init=False, repr=False, compare=False)
    asked: NDArray[Any] = field(init=False, repr=False, compare=False)
    fields: tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]] = field(init=False, repr=False, compare=False)
    splits: Splits = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find out which features are looked at (`columns`, ascending), and number them anew for whoever asks the forest.

        `asked` are the nodes with the new numbers, which `splits` have too: only what is looked at is laid out for a row.
        `fields` are those of `nodes` in arrays of their own, for rows that are walked alone.
        """
        sizes = np.diff(np.append(self.roots, len(self.nodes)))
        is_leaf = self.nodes["left"] == np.arange(len(self.nodes)) - np.repeat(self.roots, sizes)
        columns = np.unique(self.nodes["feature"][~is_leaf] >> 1).astype(np.int64)
        asked = self.nodes.copy()
        renumbered = 2 * np.searchsorted(columns, asked["feature"] >> 1) + (asked["feature"] & 1)
        asked["feature"] = np.where(is_leaf, 0, renumbered)
        threshold, feature, left = (np.ascontiguousarray(self.nodes[name]) for name in ("threshold", "feature", "left"))
        object.__setattr__(self, "fields", (threshold, feature.astype(np.int64), left.astype(np.int64)))
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "asked", asked)
        object.__setattr__(self, "splits", _splits_of(asked, self.leaf_values, self.roots))

    def sum_into(self, rows: NDArray[np.float32], out: NDArray[np.float64]) -> None:
        """Write each row's sum of leaf values. `rows` (n, F) C-contiguous; `out` at least (n,). NaN is unknown."""
        s = self.splits
        if len(rows) <= ALONE:
            lanes, kept, ends, sums = _NO_SCRATCH
        else:
            lanes = np.zeros(2 * max(1, len(self.columns)) * LANES, np.float32)
            kept, ends, sums = np.empty(LANES, np.uint32), np.empty(LANES, np.int64), np.empty(LANES)
        sum_leaves(
            *self.fields, self.asked.view(np.uint64), self.leaf_values, self.roots, self.depths, s.thresholds, s.columns,
            s.masks, s.bounds, s.leaves, s.first_leaf, self.columns, rows, lanes, kept, ends, sums, out,
        )  # fmt: skip


def _splits_of(nodes: NDArray[Any], leaf_values: NDArray[np.float64], roots: NDArray[np.int64]) -> Splits:
    splits: list[tuple[float, int, int]] = []
    leaves: list[float] = []
    bounds, first_leaf = [0], []
    threshold, feature, left = (nodes[name].tolist() for name in ("threshold", "feature", "left"))
    for root in roots.tolist():
        mine: list[tuple[float, int, int]] = []
        values: list[float] = []

        def visit(node: int, root: int = root, mine: list[Any] = mine, values: list[float] = values) -> None:
            """Left before right, so that leaves come in order; nodes below the left child are what going right loses."""
            child = left[root + node]
            if child == node:
                values.append(float(leaf_values[root + node]))
                return
            first = len(values)
            visit(child)
            lost = (1 << len(values)) - (1 << first)
            mine.append((threshold[root + node], LANES * feature[root + node], lost))
            visit(child + 1)

        visit(0)
        masked = len(values) <= MAX_MASKED_LEAVES
        first_leaf.append(len(leaves) if masked else -1)
        if masked:
            splits += mine
            leaves += values
        bounds.append(len(splits))
    every = (1 << MAX_MASKED_LEAVES) - 1
    return Splits(
        thresholds=np.array([split[0] for split in splits], np.float32),
        columns=np.array([split[1] for split in splits], np.int64),
        masks=np.array([every & ~split[2] for split in splits], np.uint32),
        bounds=np.array(bounds, np.int64),
        leaves=np.array(leaves, np.float64),
        first_leaf=np.array(first_leaf, np.int64),
    )


def average_path_length(samples: int) -> float:
    """Average path of an unsuccessful search in a binary search tree of `samples` keys (Liu et al. 2008, eq. 1)."""
    if samples <= 1:
        return 0.0
    if samples == 2:
        return 1.0
    return float(2.0 * (np.log(samples - 1.0) + np.euler_gamma) - 2.0 * (samples - 1.0) / samples)
