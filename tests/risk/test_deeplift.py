"""What moved a network's logit: in sum exactly what it moved by, whatever the batch, and close to the Shapley values."""

from dataclasses import replace
from itertools import combinations
from math import factorial

import numpy as np

from bench.random_network import random_network
from risk import deeplift
from risk.network import Network

FEATURES, INPUTS = 12, 7


def rows_of(network: Network, count: int, *, unknown: float = 0.1) -> np.ndarray:
    generator = np.random.default_rng(8)
    rows = generator.normal(size=(count, FEATURES)).astype(np.float32)
    rows[generator.random(rows.shape) < unknown] = np.nan
    return rows


def attributed(network: Network, rows: np.ndarray) -> np.ndarray:
    out = np.empty(rows.shape)
    deeplift.attribute(network, rows, out)
    return out


def logits(network: Network, rows: np.ndarray) -> np.ndarray:
    out = np.empty(len(rows))
    network.logits_into(np.ascontiguousarray(rows), out)
    return out


def shapley(network: Network, row: np.ndarray) -> np.ndarray:
    """By definition, over all subsets of inputs; those that are left out are at the reference."""
    found, inputs = np.zeros(FEATURES), network.inputs.tolist()
    reference = row.copy()
    reference[network.inputs] = network.centre

    def said(known: tuple[int, ...]) -> float:
        mixed = reference.copy()
        mixed[list(known)] = row[list(known)]
        return float(logits(network, mixed[None])[0])

    for one in inputs:
        others = [other for other in inputs if other != one]
        for size in range(len(others) + 1):
            weight = factorial(size) * factorial(len(others) - size) / factorial(len(inputs))
            found[one] += weight * sum(said((*chosen, one)) - said(chosen) for chosen in combinations(others, size))
    return found


def test_the_parts_sum_to_what_the_logit_moved_by_and_only_inputs_have_one():
    network = random_network(features=FEATURES, inputs=INPUTS, hidden=(8, 5))
    rows = rows_of(network, 300)
    found = attributed(network, rows)
    np.testing.assert_allclose(found.sum(axis=1) + deeplift.reference_logit(network), logits(network, rows), atol=1e-4)
    assert not found[:, sorted(set(range(FEATURES)) - set(network.inputs.tolist()))].any()
    together = attributed(network, rows[:9])
    alone = np.concatenate([attributed(network, rows[at : at + 1]) for at in range(9)])
    assert (together == alone).all()


def test_where_no_unit_changes_sides_they_are_the_shapley_values():
    """Biases so large that every unit is on, and stays on: the network is linear in what its inputs add."""
    network = random_network(features=FEATURES, inputs=INPUTS, hidden=(8, 5))
    on = replace(
        network, first_bias=np.full_like(network.first_bias, 60), second=np.abs(network.second),
        second_bias=np.full_like(network.second_bias, 60),
    )  # fmt: skip
    for row in rows_of(on, 4):
        np.testing.assert_allclose(attributed(on, row[None])[0], shapley(on, row), atol=1e-3)


def test_elsewhere_they_point_where_the_shapley_values_do():
    """A network of random weights bends far more than a trained one: what moved it most is the same in most rows."""
    network = random_network(features=FEATURES, inputs=INPUTS, hidden=(8, 5))
    rows = rows_of(network, 60)
    found, wanted = attributed(network, rows), np.array([shapley(network, row) for row in rows])
    similar = [np.corrcoef(one[network.inputs], other[network.inputs])[0, 1] for one, other in zip(found, wanted, strict=True)]
    assert np.median(similar) > 0.9
    assert np.mean(found.argmax(axis=1) == wanted.argmax(axis=1)) > 0.7
