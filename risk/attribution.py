"""How much each feature moved a forest's answer: Shapley values along the trees' own paths, exact, one row at a time.

What a feature that is not known stands for is what the training rows did at its splits (path-dependent TreeSHAP: Lundberg et
al., Nature Machine Intelligence 2, 2020, algorithm 1). A leaf below the features i of its path, with z_i the share of training
rows that follow the path at i's splits, o_i = 1 where the row itself does and else 0, and the value v, plays the game
v * prod(o_i or z_i), whose Shapley values are an integral (Owen, Management Science 18, 1972, multilinear extension):

    phi_i = v * (o_i - z_i) * integral over t in [0, 1] of prod over j != i of ((1 - t) * z_j + t * o_j)

Its integrand is a polynomial, so that Gauss and Legendre's points give it exactly: half as many as a path has features. Sums
over all leaves below a split are taken once, on the way up (as Bifet, Read and Xu, NeurIPS 2022, do at other points), so that a
row costs two passes over the nodes.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from risk.forest import Forest
from risk.kernels import kernel
from risk.quadrature import POINTS, ascend, ascend_again, descend, descend_again


@dataclass(frozen=True, slots=True)
class Paths:
    """A forest's splits seen from below: node n is reached by an answer, right or left, to the split of its parent.

    Tree t has the nodes [bounds[t], bounds[t + 1]), its root first. Shapes (N,) uint32, nodes counted from the tree's root:
    `parents`, `columns` that the parent asks for, `previous` the nearest node above that is reached by an answer about the same
    feature (the root: none), `goes_right` 1 for a right child, plus 2 where unknown values go right. `thresholds` (N,) float32
    are the parents'. `shares` (N,) float64 are the training rows that give every answer about the feature on the way to n, as
    shares of those that are asked. `values` (N,) float64, 0 but for leaves. `points` and `weights` (Q,) float64 are in (0, 1).
    `expected` is the forest's mean answer to the training rows.
    """

    bounds: NDArray[np.int64]
    parents: NDArray[np.uint32]
    columns: NDArray[np.uint32]
    previous: NDArray[np.uint32]
    goes_right: NDArray[np.uint32]
    thresholds: NDArray[np.float32]
    shares: NDArray[np.float64]
    values: NDArray[np.float64]
    points: NDArray[np.float64]
    weights: NDArray[np.float64]
    expected: float

    def attribute(self, rows: NDArray[np.float32], out: NDArray[np.float64]) -> None:
        """Write the Shapley values of each row's sum of leaves, which add up to that sum less `expected`.

        `rows` (n, F) float32 C-contiguous, NaN is unknown; `out` (n, F) float64.
        """
        largest = int(np.diff(self.bounds).max())
        _attribute(
            self.bounds, self.parents, self.columns, self.previous, self.goes_right, self.thresholds, self.shares, self.values,
            self.points, self.weights, rows, np.empty(largest * POINTS), np.empty(largest * POINTS), np.empty(largest),
            np.empty((out.shape[1], len(self.points))), out,
        )  # fmt: skip


def paths_of(forest: Forest) -> Paths:
    """Turn a forest round. Raises ValueError for a node that no training row came to: it would have no share."""
    count = len(forest.nodes)
    parents, columns, previous = (np.zeros(count, np.uint32) for _ in range(3))
    goes_right, different = (np.zeros(count, np.uint32) for _ in range(2))
    thresholds, shares, values = np.zeros(count, np.float32), np.ones(count), np.zeros(count)
    reached = np.ones(count)  # the share of all training rows that came to a node
    bounds = [*forest.roots.tolist(), count]
    if not (forest.covers > 0.0).all():
        raise ValueError("no training row came to a node")
    for root, end in pairwise(bounds):
        for at in range(root, end):
            threshold, feature, left = forest.nodes[at].tolist()
            if root + left == at:
                values[at] = forest.leaf_values[at]
                continue
            for child in (root + left, root + left + 1):
                share = forest.covers[child] / forest.covers[at]
                parents[child], columns[child], thresholds[child] = at - root, feature >> 1, threshold
                goes_right[child] = 2 * (feature & 1) + child - root - left
                before = _nearest(root, child, parents, columns)
                reached[child] = reached[at] * share
                previous[child], shares[child], different[child] = before, share, different[at] + (before == 0)
                if before != 0:
                    shares[child] *= shares[root + before]
    needed = (int(different.max(initial=1)) + 1) // 2
    points, weights = np.polynomial.legendre.leggauss(needed + -needed % POINTS)
    return Paths(
        bounds=np.array(bounds, np.int64), parents=parents, columns=columns, previous=previous, goes_right=goes_right,
        thresholds=thresholds, shares=shares, values=values, points=(points + 1.0) / 2.0, weights=weights / 2.0,
        expected=float((values * reached).sum()),
    )  # fmt: skip


def _nearest(root: int, at: int, parents: NDArray[np.uint32], columns: NDArray[np.uint32]) -> int:
    """The nearest node above that an answer about the same feature leads to, or the root, 0."""
    above = int(parents[at])
    while above > 0 and columns[root + above] != columns[at]:
        above = int(parents[root + above])
    return above


@kernel
def _attribute(
    bounds: NDArray[np.int64],
    parents: NDArray[np.uint32],
    columns: NDArray[np.uint32],
    previous: NDArray[np.uint32],
    goes_right: NDArray[np.uint32],
    thresholds: NDArray[np.float32],
    shares: NDArray[np.float64],
    values: NDArray[np.float64],
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    rows: NDArray[np.float32],
    above: NDArray[np.float64],
    below: NDArray[np.float64],
    gains: NDArray[np.float64],
    moved: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Tree by tree, from the root down and up again; in `above`, `below` and `gains` nodes are counted from the root.

    `above` (n * POINTS,) are products of the factors from the root to a node, `below` sums of leaves times the factors down to
    them, `gains` (n,) o - z, `moved` (F, Q) the Shapley values at each point.
    """
    width, one = np.uint64(POINTS), np.uint64(1)
    for row in range(rows.shape[0]):
        moved[:] = 0.0
        for tree in range(bounds.shape[0] - 1):
            root, size = np.uint64(bounds[tree]), np.uint64(bounds[tree + 1] - bounds[tree])
            gains[0] = 0.0
            for node in range(one, size):
                at = root + node
                value, before = rows[row, columns[at]], previous[at]
                # Without a branch: which way a row goes is what the processor cannot foresee.
                right = np.uint32(value > thresholds[at]) | np.uint32(value != value) & (goes_right[at] >> 1)
                strays = (right ^ goes_right[at]) & 1 | np.uint32(gains[before] < 0.0)
                gains[node] = np.float64(1 - np.int64(strays)) - shares[at]
            for first in range(0, points.shape[0], POINTS):
                for q in range(POINTS):
                    above[q], below[q] = 1.0, values[root]
                for node in range(one, size):
                    at = root + node
                    parent, before = np.uint64(parents[at]), np.uint64(previous[at])
                    if before == 0:
                        descend(points, first, above, parent * width, node * width, below, values[at], shares[at], gains[node])
                    else:
                        descend_again(
                            points, first, above, parent * width, node * width, below, values[at], shares[at], gains[node],
                            shares[root + before], gains[before],
                        )  # fmt: skip
                for back in range(one, size):
                    child = size - back
                    at = root + child
                    parent, before = np.uint64(parents[at]), np.uint64(previous[at])
                    place = np.int64(columns[at]) * points.shape[0] + first
                    if before == 0:
                        ascend(
                            points, first, above, parent * width, below, child * width, moved, place, shares[at], gains[child]
                        )
                    else:
                        ascend_again(
                            points, first, above, parent * width, below, child * width, moved, place, shares[at], gains[child],
                            shares[root + before], gains[before],
                        )  # fmt: skip
        for column in range(out.shape[1]):
            out[row, column] = 0.0
            for q in range(points.shape[0]):
                out[row, column] += weights[q] * moved[column, q]
