"""Networks of random weights, and what they say worked out account by account: an oracle that shares no code with them."""

import math

import numpy as np

from risk.aml.graph import PaymentGraph
from risk.graph_network.inputs import PAIR_COLUMNS, Inputs
from risk.graph_network.network import ADDED_UP, LAYERS, Layer, Member, Network, Scaling, Way
from tests.risk.aml.graphs import graph_of

WIDTH, ACCOUNT_COLUMNS, MEMBERS = 6, 24, 2


def random_network(seed: int = 3) -> Network:
    rng = np.random.default_rng(seed)

    def weights(*shape: int) -> np.ndarray:
        return rng.normal(scale=0.25, size=shape).astype(np.float32)

    def way() -> Way:
        return Way(weights(WIDTH, WIDTH), weights(len(PAIR_COLUMNS), WIDTH), weights(WIDTH))

    def member() -> Member:
        layers = tuple(Layer(way(), way(), weights(ADDED_UP * WIDTH, WIDTH), weights(WIDTH)) for _ in range(LAYERS))
        return Member(weights(ACCOUNT_COLUMNS, WIDTH), weights(WIDTH), layers, weights(WIDTH), float(rng.normal()))

    def scaling(columns: int) -> Scaling:
        return Scaling(weights(columns), np.abs(weights(columns)) + np.float32(0.5))

    return Network(scaling(ACCOUNT_COLUMNS), scaling(len(PAIR_COLUMNS)), tuple(member() for _ in range(MEMBERS)))


def random_payments(seed: int, *, accounts: int = 30, payments: int = 120) -> PaymentGraph:
    rng = np.random.default_rng(seed)
    rows = np.column_stack(
        (
            rng.integers(0, accounts, payments), rng.integers(0, accounts, payments), rng.integers(100, 90_000, payments),
            rng.integers(0, 100, payments),
        )
    )  # fmt: skip
    return graph_of([tuple(row) for row in rows.tolist()], accounts=accounts)


def slow_score(network: Network, inputs: Inputs) -> list[float]:
    """The formulas of `risk/graph_network/network.py`, in plain Python."""
    of_members = [_slow_log_odds(network, member, inputs) for member in network.members]
    return [1 / (1 + math.exp(-sum(said) / len(said))) for said in zip(*of_members, strict=True)]


def _scaled(scaling: Scaling, row: np.ndarray) -> list[float]:
    found = []
    for value, centre, scale in zip(row.tolist(), scaling.centre.tolist(), scaling.scale.tolist(), strict=True):
        found.append(0.0 if math.isnan(value) else max(-4.0, min(4.0, (value - centre) / scale)))
    return found


def _relu_of(rows: list[tuple[list[float], np.ndarray]], bias: np.ndarray) -> list[float]:
    out = []
    for column, more in enumerate(bias.tolist()):
        total = more + sum(value * float(matrix[at, column]) for values, matrix in rows for at, value in enumerate(values))
        out.append(max(0.0, total))
    return out


def _slow_log_odds(network: Network, member: Member, inputs: Inputs) -> list[float]:
    x = [_scaled(network.accounts, row) for row in inputs.accounts]
    e = [_scaled(network.pairs, row) for row in inputs.pairs]
    h = [_relu_of([(row, member.first)], member.first_bias) for row in x]
    for layer in member.layers:
        joined = []
        for account in range(len(h)):
            parts = list(h[account])
            for way, source, target, weights in (
                (layer.from_payers, inputs.payer, inputs.payee, inputs.to_payee),
                (layer.from_payees, inputs.payee, inputs.payer, inputs.to_payer),
            ):
                mine = [pair for pair in range(len(e)) if target[pair] == account]
                messages = {
                    pair: _relu_of([(h[source[pair]], way.of_account), (e[pair], way.of_pair)], way.bias) for pair in mine
                }
                for number in range(weights.shape[1]):
                    parts += [sum(float(weights[p, number]) * messages[p][at] for p in mine) for at in range(len(h[0]))]
            joined.append(_relu_of([(parts, layer.weight)], layer.bias))
        h = joined
    return [sum(a * b for a, b in zip(row, member.last.tolist(), strict=True)) + member.last_bias for row in h]
