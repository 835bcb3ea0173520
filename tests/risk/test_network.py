"""The network's kernel computes what it says, and a row's logit does not depend on who is asked beside it."""

import dataclasses

import numpy as np
import pytest

from bench.random_network import random_network
from risk.network import Network

FEATURES, ROWS = 30, 700


@pytest.fixture(scope="module")
def network() -> Network:
    return random_network(features=FEATURES, inputs=16, hidden=(32, 24))


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    generator = np.random.default_rng(6)
    rows = (3 * generator.standard_cauchy((ROWS, FEATURES))).astype(np.float32)
    rows[generator.random(rows.shape) < 0.15] = np.nan
    rows[0], rows[1], rows[2] = np.nan, np.inf, -np.inf
    return rows


def logits(network: Network, rows: np.ndarray) -> np.ndarray:
    out = np.empty(len(rows))
    network.logits_into(np.ascontiguousarray(rows), out)
    return out


def by_definition(network: Network, row: np.ndarray) -> float:
    """One row in float64, as the docstring has it."""
    hidden = network.first_bias.astype(np.float64)
    for place, column in enumerate(network.inputs):
        if np.isnan(row[column]):
            hidden = hidden + network.unknown[place]
            continue
        distance = float(np.clip(row[column], network.low[place], network.high[place])) - float(network.centre[place])
        hidden = hidden + distance / (abs(distance) + float(network.scale[place])) * network.known[place].astype(np.float64)
    second = np.maximum(hidden, 0) @ network.second.astype(np.float64) + network.second_bias
    return float(np.maximum(second, 0) @ network.last.astype(np.float64) + network.last_bias[0])


def test_the_kernel_computes_the_definition(network, rows):
    wanted = [by_definition(network, row) for row in rows]
    np.testing.assert_allclose(logits(network, rows), wanted, atol=2e-4)


@pytest.mark.parametrize("size", [1, 2, 3, 15, 16, 17, 64, 699])
def test_a_row_has_the_same_logit_bit_for_bit_in_any_batch(network, rows, size):
    whole = logits(network, rows)
    parts = [logits(network, rows[at : at + size]) for at in range(0, ROWS, size)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    shuffled = np.random.default_rng(size).permutation(ROWS)
    np.testing.assert_array_equal(logits(network, rows[shuffled]), whole[shuffled])


def test_only_its_inputs_are_read(network, rows):
    blind = np.full_like(rows, np.nan)
    blind[:, network.inputs] = rows[:, network.inputs]
    np.testing.assert_array_equal(logits(network, blind), logits(network, rows))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("last", np.zeros(3, np.float32)),
        ("known", np.zeros((16, 32))),
        ("second_bias", np.full(24, np.nan, np.float32)),
        ("inputs", np.full(16, -1, np.int64)),
    ],
)
def test_weights_that_do_not_fit_are_refused(network, name, value):
    with pytest.raises(ValueError, match=r"float32|column"):
        dataclasses.replace(network, **{name: value})
