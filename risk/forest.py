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
MAX_FEATURES = 0x7FFF
MAX_TREE_NODES = 0xFFFF
MAX_MASKED_LEAVES = 32
# For rows that are walked alone.
_NO_SCRATCH = np.empty(0, np.float32), np.empty(0, np.uint32), np.empty(0, np.int64), np.empty(0)


class UnsupportedForest(ValueError):
    """The forest uses something that the compiled form cannot say exactly."""


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
    """A sum of trees. Shapes: nodes (N,) of `NODE`, leaf_values (N,) float64, roots (T,) int64, depths (T,) int64."""

    nodes: NDArray[Any]
    leaf_values: NDArray[np.float64]
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


@dataclass(frozen=True, slots=True)
class _Split:
    feature: int
    threshold: float
    unknown_goes_right: bool
    left: "_Split | float"
    right: "_Split | float"


def from_lightgbm(dump: dict[str, Any]) -> Forest:
    """Compile `Booster.dump_model()`. The sum of leaves is the raw score (log odds) of a binary model.

    Raises UnsupportedForest for categorical splits and for zero taken as missing.
    """
    return _pack([_lightgbm_node(tree["tree_structure"]) for tree in dump["tree_info"]])


def _lightgbm_node(node: dict[str, Any]) -> _Split | float:
    if "leaf_value" in node:
        return float(node["leaf_value"])
    if node["decision_type"] != "<=":
        raise UnsupportedForest(f"decision type {node['decision_type']}")
    if node["missing_type"] == "Zero":
        raise UnsupportedForest("zero taken as missing")
    threshold = float(node["threshold"])
    # Without missing values in training, LightGBM reads NaN as 0.0 (tree.h, NumericalDecision).
    right = not node["default_left"] if node["missing_type"] == "NaN" else threshold < 0.0
    return _Split(
        feature=int(node["split_feature"]),
        threshold=threshold,
        unknown_goes_right=right,
        left=_lightgbm_node(node["left_child"]),
        right=_lightgbm_node(node["right_child"]),
    )


def from_isolation_forest(estimators: list[Any], estimators_features: list[NDArray[np.int64]]) -> Forest:
    """Compile scikit-learn's IsolationForest: a leaf's value is its depth plus c(samples in it), Liu et al. 2008, eq. 1."""
    trees = []
    for estimator, features in zip(estimators, estimators_features, strict=True):
        trees.append(_isolation_node(estimator.tree_, features, node=0, depth=0))
    return _pack(trees)


def _isolation_node(tree: Any, features: NDArray[np.int64], *, node: int, depth: int) -> _Split | float:
    left, right = int(tree.children_left[node]), int(tree.children_right[node])
    if left == -1:
        return depth + average_path_length(int(tree.n_node_samples[node]))
    return _Split(
        feature=int(features[tree.feature[node]]),
        threshold=float(tree.threshold[node]),
        unknown_goes_right=False,
        left=_isolation_node(tree, features, node=left, depth=depth + 1),
        right=_isolation_node(tree, features, node=right, depth=depth + 1),
    )


def average_path_length(samples: int) -> float:
    """Average path of an unsuccessful search in a binary search tree of `samples` keys (Liu et al. 2008, eq. 1)."""
    if samples <= 1:
        return 0.0
    if samples == 2:
        return 1.0
    return float(2.0 * (np.log(samples - 1.0) + np.euler_gamma) - 2.0 * (samples - 1.0) / samples)


def _pack(trees: list[_Split | float]) -> Forest:
    nodes: list[tuple[float, int, int]] = []
    values: list[float] = []
    roots: list[int] = []
    depths: list[int] = []
    for tree in trees:
        roots.append(len(nodes))
        packed, leaves, depth = _pack_tree(tree)
        nodes += packed
        values += leaves
        depths.append(depth)
    array = np.zeros(len(nodes), NODE)
    array["threshold"] = _round_down(np.array([node[0] for node in nodes]))
    array["feature"] = [node[1] for node in nodes]
    array["left"] = [node[2] for node in nodes]
    return Forest(array, np.array(values), np.array(roots, np.int64), np.array(depths, np.int64))


def _pack_tree(tree: _Split | float) -> tuple[list[tuple[float, int, int]], list[float], int]:
    """Breadth first, so that the nodes that every row visits lie together."""
    queue: list[tuple[_Split | float, int]] = [(tree, 0)]
    packed: list[tuple[float, int, int]] = []
    leaves: list[float] = []
    deepest = 0
    for position, (node, depth) in enumerate(queue):  # grows while it is walked
        deepest = max(deepest, depth)
        if isinstance(node, float):
            packed.append((np.inf, 0, position))
            leaves.append(node)
            continue
        if node.feature > MAX_FEATURES:
            raise UnsupportedForest(f"feature {node.feature}; at most {MAX_FEATURES}")
        packed.append((node.threshold, 2 * node.feature + node.unknown_goes_right, len(queue)))
        leaves.append(0.0)
        queue += [(node.left, depth + 1), (node.right, depth + 1)]
    if len(packed) > MAX_TREE_NODES:
        raise UnsupportedForest(f"a tree of {len(packed)} nodes; at most {MAX_TREE_NODES}")
    return packed, leaves, deepest


def _round_down(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    """The greatest float32 not above each float64."""
    with np.errstate(over="ignore"):
        rounded = thresholds.astype(np.float32)
    above = rounded.astype(np.float64) > thresholds
    rounded[above] = np.nextafter(rounded[above], np.float32(-np.inf))
    return rounded
