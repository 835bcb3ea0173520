"""Decision forests compiled to flat arrays: 8-byte nodes, siblings adjacent, sixteen rows walked together.

A row is float32. Thresholds are rounded down to float32, so that `x <= threshold` has the same answer as in the library that
trained the tree (which compares in float64), bit for bit. A leaf points at itself, so every walk has the tree's full depth and
no branch to predict; sixteen rows interleaved hide the latency of the loads. A node's `feature` is twice the feature's number,
plus one when unknown values go right.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

NODE = np.dtype([("threshold", "<f4"), ("feature", "<u2"), ("left", "<u2")])
MAX_FEATURES = 0x7FFF
MAX_TREE_NODES = 0xFFFF


class UnsupportedForest(ValueError):
    """The forest uses something that the compiled form cannot say exactly."""


@dataclass(frozen=True, slots=True)
class Forest:
    """A sum of trees. Shapes: nodes (N,) of `NODE`, leaf_values (N,) float64, roots (T,) int64, depths (T,) int64."""

    nodes: NDArray[Any]
    leaf_values: NDArray[np.float64]
    roots: NDArray[np.int64]
    depths: NDArray[np.int64]

    def sum_into(self, rows: NDArray[np.float32], out: NDArray[np.float64]) -> None:
        """Write each row's sum of leaf values. `rows` (n, F) C-contiguous; `out` at least (n,). NaN is unknown."""
        _sum_leaves(self.nodes, self.leaf_values, self.roots, self.depths, rows, out)


@njit(nogil=True, boundscheck=False, inline="always")
def _step(nodes: NDArray[Any], lanes: NDArray[np.float32], base: np.uint64, root: np.uint64, at: np.uint64) -> np.uint64:
    # Unsigned indices spare numba's test for negative ones.
    node = nodes[at]
    return root + np.uint64(node.left) + np.uint64(lanes[base + np.uint64(node.feature)] > node.threshold)


@njit(nogil=True, boundscheck=False, cache=True)
def _fill_lane(rows: NDArray[np.float32], row: int, lanes: NDArray[np.float32], base: int) -> None:
    # Each feature twice: unknown as -inf for nodes that send it left, as +inf for nodes that send it right.
    for feature in range(rows.shape[1]):
        value = rows[row, feature]
        unknown = value != value
        lanes[base + 2 * feature] = -np.inf if unknown else value
        lanes[base + 2 * feature + 1] = np.inf if unknown else value


@njit(nogil=True, boundscheck=False, cache=True)
def _sum_leaves(
    nodes: NDArray[Any],
    leaf_values: NDArray[np.float64],
    roots: NDArray[np.int64],
    depths: NDArray[np.int64],
    rows: NDArray[np.float32],
    out: NDArray[np.float64],
) -> None:
    count, width = rows.shape[0], np.uint64(2 * rows.shape[1])
    lanes = np.empty(16 * 2 * rows.shape[1], np.float32)
    first = 0
    # Sixteen written out: a loop over a local array would keep the positions in memory, and they must stay in registers.
    # fmt: off
    b0 = np.uint64(0) * width; b1 = np.uint64(1) * width; b2 = np.uint64(2) * width; b3 = np.uint64(3) * width
    b4 = np.uint64(4) * width; b5 = np.uint64(5) * width; b6 = np.uint64(6) * width; b7 = np.uint64(7) * width
    b8 = np.uint64(8) * width; b9 = np.uint64(9) * width; b10 = np.uint64(10) * width; b11 = np.uint64(11) * width
    b12 = np.uint64(12) * width; b13 = np.uint64(13) * width; b14 = np.uint64(14) * width; b15 = np.uint64(15) * width
    while first + 16 <= count:
        for j in range(16):
            _fill_lane(rows, first + j, lanes, j * 2 * rows.shape[1])
        s0 = 0.0; s1 = 0.0; s2 = 0.0; s3 = 0.0; s4 = 0.0; s5 = 0.0; s6 = 0.0; s7 = 0.0
        s8 = 0.0; s9 = 0.0; s10 = 0.0; s11 = 0.0; s12 = 0.0; s13 = 0.0; s14 = 0.0; s15 = 0.0
        for tree in range(roots.shape[0]):
            root = np.uint64(roots[tree])
            k0 = root; k1 = root; k2 = root; k3 = root; k4 = root; k5 = root; k6 = root; k7 = root
            k8 = root; k9 = root; k10 = root; k11 = root; k12 = root; k13 = root; k14 = root; k15 = root
            for _ in range(depths[tree]):
                k0 = _step(nodes, lanes, b0, root, k0)
                k1 = _step(nodes, lanes, b1, root, k1)
                k2 = _step(nodes, lanes, b2, root, k2)
                k3 = _step(nodes, lanes, b3, root, k3)
                k4 = _step(nodes, lanes, b4, root, k4)
                k5 = _step(nodes, lanes, b5, root, k5)
                k6 = _step(nodes, lanes, b6, root, k6)
                k7 = _step(nodes, lanes, b7, root, k7)
                k8 = _step(nodes, lanes, b8, root, k8)
                k9 = _step(nodes, lanes, b9, root, k9)
                k10 = _step(nodes, lanes, b10, root, k10)
                k11 = _step(nodes, lanes, b11, root, k11)
                k12 = _step(nodes, lanes, b12, root, k12)
                k13 = _step(nodes, lanes, b13, root, k13)
                k14 = _step(nodes, lanes, b14, root, k14)
                k15 = _step(nodes, lanes, b15, root, k15)
            s0 += leaf_values[k0]; s1 += leaf_values[k1]; s2 += leaf_values[k2]; s3 += leaf_values[k3]
            s4 += leaf_values[k4]; s5 += leaf_values[k5]; s6 += leaf_values[k6]; s7 += leaf_values[k7]
            s8 += leaf_values[k8]; s9 += leaf_values[k9]; s10 += leaf_values[k10]; s11 += leaf_values[k11]
            s12 += leaf_values[k12]; s13 += leaf_values[k13]; s14 += leaf_values[k14]; s15 += leaf_values[k15]
        out[first + 0] = s0; out[first + 1] = s1; out[first + 2] = s2; out[first + 3] = s3
        out[first + 4] = s4; out[first + 5] = s5; out[first + 6] = s6; out[first + 7] = s7
        out[first + 8] = s8; out[first + 9] = s9; out[first + 10] = s10; out[first + 11] = s11
        out[first + 12] = s12; out[first + 13] = s13; out[first + 14] = s14; out[first + 15] = s15
        first += 16
    # fmt: on
    for row in range(first, count):
        _fill_lane(rows, row, lanes, 0)
        total = 0.0
        for tree in range(roots.shape[0]):
            root = np.uint64(roots[tree])
            here = root
            for _ in range(depths[tree]):
                here = _step(nodes, lanes, np.uint64(0), root, here)
            total += leaf_values[here]
        out[row] = total


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
