"""Graphs as a folder holds them: `NAME_transactions` and `NAME_nodes`, Parquet or CSV, as AMLSim's samples are laid out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from risk.aml.graph import BadPayments, Ints, PaymentGraph, payment_graph

TRANSACTIONS, NODES = "transactions", "nodes"
SUFFIXES = (".parquet", ".csv")
# A column of the nodes that generated graphs have: accounts of equal numbers were planted together.
GROUP = "groupId"
_Columns = Mapping[str, type[pl.DataType]]
# All that is read. Of the nodes' other columns one is drawn with the label (fraudStep), and one is the same in graphs that
# share accounts (init_balance).
_TRANSACTION_COLUMNS = {"sourceNodeId": pl.Int64, "targetNodeId": pl.Int64, "value": pl.Float64, "time": pl.Int64}
_NODE_COLUMNS = {"nodeid": pl.Int64, "isFraud": pl.Int64}
_CENTS = 100


class GraphRefused(ValueError):
    """The folder, or a file in it, cannot be measured; the text says what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledGraph:
    """A graph and whether each account launders, bool[accounts]. Accounts are numbered by the order of their identifiers.

    `group` int64[accounts] says who was planted together, where the file does.
    """

    name: str
    payments: PaymentGraph
    laundering: NDArray[np.bool_]
    group: Ints | None


def read(folder: Path) -> list[LabelledGraph]:
    """Read every graph of a folder by name. Raises GraphRefused."""
    if not folder.is_dir():
        raise GraphRefused(
            f"{folder} is no folder: name the one that holds NAME_{TRANSACTIONS}.parquet and NAME_{NODES}.parquet"
        )
    found = {path.stem.removesuffix(f"_{TRANSACTIONS}"): path for path in _files(folder, TRANSACTIONS)}
    if not found:
        raise GraphRefused(f"{folder} holds no NAME_{TRANSACTIONS}.parquet (or .csv) with its NAME_{NODES}")
    nodes = {path.stem.removesuffix(f"_{NODES}"): path for path in _files(folder, NODES)}
    for name, path in found.items():
        if name not in nodes:
            raise GraphRefused(f"{path.name} has no {name}_{NODES}.parquet (or .csv) beside it, which says who launders")
    return [_graph(name, found[name], nodes[name]) for name in sorted(found)]


def _files(folder: Path, kind: str) -> list[Path]:
    return [path for suffix in SUFFIXES for path in sorted(folder.glob(f"*_{kind}{suffix}"))]


def _graph(name: str, transactions: Path, nodes: Path) -> LabelledGraph:
    paid = _read_file(transactions, _TRANSACTION_COLUMNS)
    accounts = _read_file(nodes, _NODE_COLUMNS, {GROUP: pl.Int64}).sort("nodeid")
    if accounts["nodeid"].is_duplicated().any():
        raise GraphRefused(f"{nodes.name} has a node more than once")
    if accounts["isFraud"].n_unique() != 2 or not accounts["isFraud"].is_in([0, 1]).all():
        raise GraphRefused(f"{nodes.name}: isFraud must be 1 for some nodes and 0 for the others")
    identifiers = accounts["nodeid"].to_numpy()
    try:
        graph = payment_graph(
            _numbers(paid["sourceNodeId"].to_numpy(), identifiers, transactions),
            _numbers(paid["targetNodeId"].to_numpy(), identifiers, transactions),
            np.rint(paid["value"].to_numpy() * _CENTS).astype(np.int64),
            paid["time"].to_numpy(),
            accounts=len(identifiers),
        )
    except BadPayments as bad:
        raise GraphRefused(f"{transactions.name}: {bad}") from bad
    if not len(graph):
        raise GraphRefused(f"{transactions.name} has no payment between two nodes")
    group = accounts[GROUP].to_numpy() if GROUP in accounts.columns else None
    return LabelledGraph(name, graph, accounts["isFraud"].to_numpy() == 1, group)


def _numbers(of: Ints, identifiers: Ints, path: Path) -> Ints:
    places = np.minimum(np.searchsorted(identifiers, of), len(identifiers) - 1)
    strangers = np.flatnonzero(identifiers[places] != of)
    if len(strangers):
        raise GraphRefused(f"{path.name} has a payment of node {of[strangers[0]]}, which its nodes do not have")
    return places


def _read_file(path: Path, columns: _Columns, optional: _Columns | None = None) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path)
        missing = [column for column in columns if column not in frame.columns]
        if missing:
            raise GraphRefused(f"{path.name} has no column {missing[0]}: {', '.join(columns)} are read")
        read_too = {column: kind for column, kind in (optional or {}).items() if column in frame.columns}
        frame = frame.select(pl.col(column).cast(kind) for column, kind in {**columns, **read_too}.items())
    except (pl.exceptions.PolarsError, OSError) as cause:
        raise GraphRefused(f"{path.name} cannot be read: {cause}") from cause
    if frame.null_count().sum_horizontal()[0]:
        raise GraphRefused(f"{path.name} has empty fields in {', '.join(frame.columns)}")
    return frame
