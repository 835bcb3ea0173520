"""All columns of an account, by name, in one table."""

from dataclasses import dataclass

import numpy as np

from risk.aml.amounts import amount_columns
from risk.aml.chains import chain_columns
from risk.aml.circles import Circles, circle_columns, circles
from risk.aml.graph import Columns, Floats, PaymentGraph
from risk.aml.loops import loop_columns, loops
from risk.aml.scatters import Scatters, scatter_columns, scatters
from risk.aml.stars import star_columns
from risk.aml.statistics import account_statistics


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """How long a pattern may take, in the unit of the payments' times, and how much alike its amounts are, in (0, 1].

    Each amount is at least `alike` of the one it is held against, and at most that divided by `alike`.
    """

    star: int
    chain_gap: int
    loop: int
    alike: float

    def __post_init__(self) -> None:
        if min(self.star, self.chain_gap, self.loop) <= 0:
            raise ValueError("a pattern takes some time: windows are positive")
        if not 0 < self.alike <= 1:
            raise ValueError(f"amounts are alike to a share in (0, 1], not {self.alike}")


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """`rows` float64[accounts, columns], NaN for what an account has none of, and the columns' names."""

    names: tuple[str, ...]
    rows: Floats

    def only(self, names: tuple[str, ...]) -> "Table":
        """Return some columns alone, in the order asked for."""
        return Table(names, self.rows[:, [self.names.index(name) for name in names]])


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """What was found in a graph once, for columns that beliefs change."""

    graph: PaymentGraph
    circles: Circles
    scatters: Scatters


def structure(graph: PaymentGraph) -> Structure:
    """Find the circles and scatters of a graph."""
    return Structure(graph, circles(graph), scatters(graph))


def table(columns: Columns) -> Table:
    """Put columns beside each other."""
    return Table(tuple(columns), np.column_stack(list(columns.values())))


def statistic_table(graph: PaymentGraph) -> Table:
    """Return the simple statistics alone (`statistics`)."""
    return table(account_statistics(graph))


def feature_table(found: Structure, windows: Windows) -> Table:
    """Return every column that reads payments alone."""
    graph = found.graph
    turned = star_columns(graph.reversed(), window=windows.star, alike=windows.alike, way="out")
    return table(
        {
            **account_statistics(graph),
            **amount_columns(graph),
            **circle_columns(graph, found.circles),
            **scatter_columns(graph, found.scatters),
            **star_columns(graph, window=windows.star, alike=windows.alike, way="in"),
            **turned,
            **chain_columns(graph, gap=windows.chain_gap, alike=windows.alike),
            **loop_columns(graph, loops(graph, window=windows.loop, alike=windows.alike)),
        }
    )
