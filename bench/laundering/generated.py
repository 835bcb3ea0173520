"""Graphs of the kind that AMLSim makes (IBM, Apache-2.0; its Java and Python sources describe them), by code of our own.

Each account pays every account that it has an edge to once at most, always its own amount, within the time that it is active. A
planted group is drawn from one account (the hub) and those that it pays: fan-in has all members but one pay that one, a cycle
has each pay the next. Its payments are small, a fixed time apart from a random first step on, and are made once for each
member that is active then; those past the last step are never made, and their members launder all the same. Its edges carry
usual payments too. So some launderers have no payment that tells, which is what makes these graphs hard.

    python -m bench.laundering.generated DIR --seed 1
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

STEPS = 150
ACCOUNTS, ACCOUNTS_A_GROUP, MEMBERS = 20_000, 100, 5
_Ints = NDArray[np.int64]


class Pattern(Enum):
    """How the members of a planted group pay each other."""

    FAN_IN = "fanin"
    CYCLE = "cycle"


KINDS = {"cycle": (Pattern.CYCLE,), "fanin": (Pattern.FAN_IN,), "fanin_cycle": (Pattern.FAN_IN, Pattern.CYCLE)}


@dataclass(frozen=True, slots=True, eq=False)
class Generated:
    """Frames in the layout of the files, `groupId` among the nodes, and the members of each planted group."""

    transactions: pl.DataFrame
    nodes: pl.DataFrame
    groups: tuple[tuple[int, ...], ...]


def generate(patterns: Sequence[Pattern], *, seed: int, accounts: int, groups: int, members: int = MEMBERS) -> Generated:
    """Draw a graph with `groups` groups of each pattern."""
    rng = np.random.default_rng(seed)
    edges = _edges(rng, accounts)
    payees = _adjacency(edges, accounts)
    hubs = np.flatnonzero([len(each) + 1 >= members for each in payees])
    planted = [(pattern, _members(rng, payees, hubs, members)) for pattern in patterns for _ in range(groups)]
    among = np.array([edge for pattern, chosen in planted for edge in _pattern_edges(pattern, chosen)], np.int64)
    every = np.unique(np.concatenate((edges, among)), axis=0)
    begins, ends = rng.integers(0, 50, accounts), rng.integers(100, STEPS, accounts)
    usual = _usual_payments(rng, every, begins, ends, accounts)
    small = [row for pattern, chosen in planted for row in _planted_payments(rng, pattern, chosen, begins, ends)]
    rows = np.concatenate((usual, np.array(small, np.float64)))
    rows = rows[np.argsort(rows[:, 3], kind="stable")]
    laundering = np.zeros(accounts, np.int64)
    laundering[[account for _, chosen in planted for account in chosen]] = 1
    transactions = pl.DataFrame(
        {
            "sourceNodeId": rows[:, 0].astype(np.int64),
            "targetNodeId": rows[:, 1].astype(np.int64),
            "value": rows[:, 2].round(2),
            "time": rows[:, 3].astype(np.int64),
        }
    )
    together = _together([chosen for _, chosen in planted], accounts)
    nodes = pl.DataFrame({"nodeid": np.arange(accounts), "isFraud": laundering, "groupId": together})
    return Generated(transactions, nodes, tuple(chosen for _, chosen in planted))


def _edges(rng: np.random.Generator, accounts: int) -> _Ints:
    """Directed edges with heavy tails both ways: a few accounts pay a hundred others, some are paid by as many."""
    activity = rng.normal(0, 1, accounts)
    pays = rng.poisson(np.exp(1.68 + 0.35 * activity))
    pays[rng.random(accounts) < 0.004] = 100
    draws = 0.55 * activity + 0.65 * rng.normal(0, 1, accounts)
    attraction = np.exp(draws)
    payer = np.repeat(np.arange(accounts), pays)
    payee = rng.choice(accounts, len(payer), p=attraction / attraction.sum())
    edges = np.column_stack((payer, payee))
    return np.unique(edges[payer != payee], axis=0)


def _adjacency(edges: _Ints, accounts: int) -> list[_Ints]:
    return np.split(edges[:, 1], np.cumsum(np.bincount(edges[:, 0], minlength=accounts))[:-1])


def _members(rng: np.random.Generator, payees: list[_Ints], hubs: _Ints, members: int) -> tuple[int, ...]:
    hub = int(rng.choice(hubs))
    return tuple(int(each) for each in rng.choice(np.append(payees[hub], hub), members, replace=False))


def _together(groups: list[tuple[int, ...]], accounts: int) -> _Ints:
    """Number accounts so that groups with a member in common have one number: int64[accounts]."""
    one, other = np.array([(group[0], each) for group in groups for each in group], np.int64).T
    joins = coo_array((np.ones(len(one), bool), (one, other)), shape=(accounts, accounts))
    _, number = connected_components(joins, directed=False)
    return np.asarray(number, np.int64)


def _pattern_edges(pattern: Pattern, chosen: tuple[int, ...]) -> list[tuple[int, int]]:
    if pattern is Pattern.FAN_IN:
        return [(each, chosen[0]) for each in chosen[1:]]
    return list(zip(chosen, (*chosen[1:], chosen[0]), strict=True))


def _usual_payments(rng: np.random.Generator, edges: _Ints, begins: _Ints, ends: _Ints, accounts: int) -> NDArray[np.float64]:
    balance = rng.uniform(100, 600, accounts) * rng.uniform(0.4, 1, accounts)
    balance = np.maximum(balance, 100)
    made = edges[rng.random(len(edges)) < 0.87]
    payer = made[:, 0]
    at = rng.integers(begins[payer], ends[payer] + 1)
    amount = balance[payer] - rng.choice((0.0, 0.01), len(payer))
    return np.column_stack((payer, made[:, 1], amount, np.maximum(at, 1)))


def _planted_payments(
    rng: np.random.Generator, pattern: Pattern, chosen: tuple[int, ...], begins: _Ints, ends: _Ints
) -> list[tuple[int, int, float, int]]:
    edges = _pattern_edges(pattern, chosen)
    first, apart = int(rng.integers(1, STEPS)), STEPS // len(edges)
    low, high = np.sort(rng.uniform(10, 20, 2))
    split = len(edges) if pattern is Pattern.FAN_IN else 1
    members = np.array(chosen)
    rows = []
    for number, (payer, payee) in enumerate(edges):
        at = first + apart * number
        if at >= STEPS:
            break
        active = int(((begins[members] <= at) & (at <= ends[members])).sum())
        rows += [(payer, payee, float(rng.uniform(low, high)) / split, at) for _ in range(active)]
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a graph of each kind into a folder."""
    found = argparse.ArgumentParser(prog="python -m bench.laundering.generated", description="Write graphs with planted groups")
    found.add_argument("folder", type=Path, metavar="DIR", help="where the graphs go; it is made")
    found.add_argument("--seed", type=int, default=1)
    found.add_argument("--accounts", type=int, default=ACCOUNTS, help=f"in each graph ({ACCOUNTS:,}), a group for each hundred")
    options = found.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, patterns in KINDS.items():
        made = generate(patterns, seed=options.seed, accounts=options.accounts, groups=options.accounts // ACCOUNTS_A_GROUP)
        made.transactions.write_parquet(options.folder / f"{name}_transactions.parquet")
        made.nodes.write_parquet(options.folder / f"{name}_nodes.parquet")


if __name__ == "__main__":
    main()
