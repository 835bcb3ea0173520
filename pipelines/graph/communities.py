"""Communities by the Louvain method: each account goes where modularity gains most, then communities are joined alike.

Blondel, Guillaume, Lambiotte, Lefebvre, "Fast unfolding of communities in large networks" (2008). Accounts
are gone through in their order, and of equal gains the first counts, so that the same rows have the same communities.
"""

from typing import TypeAlias

import numba
import numpy as np
from numpy.typing import NDArray

Whole: TypeAlias = NDArray[np.int64]
Real: TypeAlias = NDArray[np.float64]
MAX_LEVELS = 20
MAX_ROUNDS = 50
# A move has to gain more than rounding does.
LEAST_GAIN = 1e-9


def communities(sources: Whole, targets: Whole, weights: Real, *, nodes: int) -> Whole:
    """Return the community (0, 1, …) of each of `nodes` accounts, from pairs and weights above 0; direction counts for nothing.

    Each pair may be there both ways round, and more than once: weights are added up.
    """
    found = np.arange(nodes, dtype=np.int64)
    for _ in range(MAX_LEVELS):
        first, neighbours, strengths, own = _adjacent(sources, targets, weights, nodes=nodes)
        moved = _numbered(_settled(first, neighbours, strengths, own))
        found = moved[found]
        count = int(moved.max(initial=-1)) + 1
        if count == nodes:
            return found
        sources, targets, weights = _joined(moved[sources], moved[targets], weights, count=count)
        nodes = count
    return found


def _adjacent(sources: Whole, targets: Whole, weights: Real, *, nodes: int) -> tuple[Whole, Whole, Real, Real]:
    """Both directions of each pair, by account (compressed rows), and what each account has with itself."""
    loops = sources == targets
    own = np.bincount(sources[loops], weights=weights[loops], minlength=nodes).astype(np.float64)
    near = np.concatenate([sources[~loops], targets[~loops]])
    far = np.concatenate([targets[~loops], sources[~loops]])
    both = np.concatenate([weights[~loops], weights[~loops]])
    order = np.argsort(near, kind="stable")
    first = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(near, minlength=nodes), out=first[1:])
    return first, far[order].astype(np.int64), both[order].astype(np.float64), own


def _joined(sources: Whole, targets: Whole, weights: Real, *, count: int) -> tuple[Whole, Whole, Real]:
    """Pairs of communities, each once, with their weights added up."""
    low, high = np.minimum(sources, targets), np.maximum(sources, targets)
    keys, places = np.unique(low * count + high, return_inverse=True)
    return keys // count, keys % count, np.bincount(places, weights=weights).astype(np.float64)


def _numbered(labels: Whole) -> Whole:
    """The same communities, numbered without gaps."""
    numbered: Whole = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    return numbered


@numba.njit(cache=True)
def _settled(first: Whole, neighbours: Whole, strengths: Real, own: Real) -> Whole:
    """Let each account go to the neighbouring community that gains most, until none moves."""
    nodes = len(own)
    label = np.arange(nodes)
    degree = np.zeros(nodes)
    for node in range(nodes):
        degree[node] = 2.0 * own[node]
        for at in range(first[node], first[node + 1]):
            degree[node] += strengths[at]
    total = degree.sum()
    if total == 0.0:
        return label
    inside = degree.copy()
    to = np.zeros(nodes)
    for _ in range(MAX_ROUNDS):
        moved = False
        for node in range(nodes):
            here = label[node]
            for at in range(first[node], first[node + 1]):
                to[label[neighbours[at]]] += strengths[at]
            inside[here] -= degree[node]
            best, gain = here, to[here] - inside[here] * degree[node] / total
            for at in range(first[node], first[node + 1]):
                there = label[neighbours[at]]
                more = to[there] - inside[there] * degree[node] / total
                if more > gain + LEAST_GAIN:
                    best, gain = there, more
            for at in range(first[node], first[node + 1]):
                to[label[neighbours[at]]] = 0.0
            inside[best] += degree[node]
            label[node] = best
            moved = moved or best != here
        if not moved:
            break
    return label
