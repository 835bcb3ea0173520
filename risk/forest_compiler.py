"""Trained forests as `risk.forest.Forest`: what LightGBM and scikit-learn say of their trees, packed node by node."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.forest import NODE, Forest, average_path_length

MAX_FEATURES = 0x7FFF
MAX_TREE_NODES = 0xFFFF


class UnsupportedForest(ValueError):
    """The forest uses something that the compiled form cannot say exactly."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    value: float
    cover: float


@dataclass(frozen=True, slots=True)
class _Split:
    feature: int
    threshold: float
    unknown_goes_right: bool
    cover: float
    left: "_Split | _Leaf"
    right: "_Split | _Leaf"


def from_lightgbm(dump: dict[str, Any]) -> Forest:
    """Compile `Booster.dump_model()`. The sum of leaves is the raw score (log odds) of a binary model.

    Raises UnsupportedForest for categorical splits and for zero taken as missing.
    """
    return _pack([_lightgbm_node(tree["tree_structure"]) for tree in dump["tree_info"]])


def _lightgbm_node(node: dict[str, Any]) -> _Split | _Leaf:
    if "leaf_value" in node:
        return _Leaf(float(node["leaf_value"]), float(node.get("leaf_count", 1)))  # a tree of one leaf says no count
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
        cover=float(node["internal_count"]),
        left=_lightgbm_node(node["left_child"]),
        right=_lightgbm_node(node["right_child"]),
    )


def from_isolation_forest(estimators: list[Any], estimators_features: list[NDArray[np.int64]]) -> Forest:
    """Compile scikit-learn's IsolationForest: a leaf's value is its depth plus c(samples in it), Liu et al. 2008, eq. 1."""
    trees = []
    for estimator, features in zip(estimators, estimators_features, strict=True):
        trees.append(_isolation_node(estimator.tree_, features, node=0, depth=0))
    return _pack(trees)


def _isolation_node(tree: Any, features: NDArray[np.int64], *, node: int, depth: int) -> _Split | _Leaf:
    left, right = int(tree.children_left[node]), int(tree.children_right[node])
    samples = int(tree.n_node_samples[node])
    if left == -1:
        return _Leaf(depth + average_path_length(samples), float(samples))
    return _Split(
        feature=int(features[tree.feature[node]]),
        threshold=float(tree.threshold[node]),
        unknown_goes_right=False,
        cover=float(samples),
        left=_isolation_node(tree, features, node=left, depth=depth + 1),
        right=_isolation_node(tree, features, node=right, depth=depth + 1),
    )


def _pack(trees: list[_Split | _Leaf]) -> Forest:
    nodes: list[tuple[float, int, int]] = []
    values: list[float] = []
    covers: list[float] = []
    roots: list[int] = []
    depths: list[int] = []
    for tree in trees:
        roots.append(len(nodes))
        packed, leaves, counts, depth = _pack_tree(tree)
        nodes += packed
        values += leaves
        covers += counts
        depths.append(depth)
    array = np.zeros(len(nodes), NODE)
    array["threshold"] = _round_down(np.array([node[0] for node in nodes]))
    array["feature"] = [node[1] for node in nodes]
    array["left"] = [node[2] for node in nodes]
    return Forest(array, np.array(values), np.array(covers), np.array(roots, np.int64), np.array(depths, np.int64))


def _pack_tree(tree: _Split | _Leaf) -> tuple[list[tuple[float, int, int]], list[float], list[float], int]:
    """Breadth first, so that the nodes that every row visits lie together."""
    queue: list[tuple[_Split | _Leaf, int]] = [(tree, 0)]
    packed: list[tuple[float, int, int]] = []
    leaves: list[float] = []
    covers: list[float] = []
    deepest = 0
    for position, (node, depth) in enumerate(queue):  # grows while it is walked
        deepest = max(deepest, depth)
        covers.append(node.cover)
        if isinstance(node, _Leaf):
            packed.append((np.inf, 0, position))
            leaves.append(node.value)
            continue
        if node.feature > MAX_FEATURES:
            raise UnsupportedForest(f"feature {node.feature}; at most {MAX_FEATURES}")
        packed.append((node.threshold, 2 * node.feature + node.unknown_goes_right, len(queue)))
        leaves.append(0.0)
        queue += [(node.left, depth + 1), (node.right, depth + 1)]
    if len(packed) > MAX_TREE_NODES:
        raise UnsupportedForest(f"a tree of {len(packed)} nodes; at most {MAX_TREE_NODES}")
    return packed, leaves, covers, deepest


def _round_down(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    """The greatest float32 not above each float64."""
    with np.errstate(over="ignore"):
        rounded = thresholds.astype(np.float32)
    above = rounded.astype(np.float64) > thresholds
    rounded[above] = np.nextafter(rounded[above], np.float32(-np.inf))
    return rounded
