"""Components, communities and PageRank of a frame of payments. Pure.

Components are of accounts that money joins, whichever way it went; communities are Louvain's, weighted by the number of
payments; PageRank follows the money, with the same weights and a damping of 0.85 (Page, Brin, Motwani, Winograd, 1999).
"""

import numpy as np
import polars as pl
import rustworkx as rx

from pipelines.graph.communities import communities

PAYER, PAYEE, PAYMENTS = "payer", "payee", "payments"
COLUMNS = (
    "account_id", "component", "component_accounts", "community", "community_accounts", "pagerank", "pagerank_share_above",
    "payers", "payees",
)  # fmt: skip
DAMPING = 0.85
TOLERANCE = 1e-9
MAX_ROUNDS = 200


def structure(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return a row an account, by its id, with `COLUMNS`, of `pairs`: payer, payee (text), payments (above 0), each once.

    `pagerank_share_above` is the share of accounts with a higher PageRank. Components and communities count from the largest,
    1; of equally large ones that of the lowest account id comes first.
    """
    pairs = pairs.filter(pl.col(PAYER) != pl.col(PAYEE)).sort(PAYER, PAYEE)
    accounts = pl.concat([pairs[PAYER], pairs[PAYEE].rename(PAYER)]).unique().sort()
    if accounts.is_empty():
        return pl.DataFrame(schema=_SCHEMA)
    number = {account: n for n, account in enumerate(accounts)}
    sources = pairs[PAYER].replace_strict(number, return_dtype=pl.Int64).to_numpy()
    targets = pairs[PAYEE].replace_strict(number, return_dtype=pl.Int64).to_numpy()
    weights = pairs[PAYMENTS].cast(pl.Float64).to_numpy()
    graph = rx.PyDiGraph(multigraph=False)
    graph.add_nodes_from(range(len(accounts)))
    graph.add_edges_from(list(zip(sources.tolist(), targets.tolist(), weights.tolist(), strict=True)))
    component = np.empty(len(accounts), dtype=np.int64)
    for n, members in enumerate(rx.weakly_connected_components(graph)):
        component[list(members)] = n
    ranks = rx.pagerank(graph, alpha=DAMPING, weight_fn=float, tol=TOLERANCE, max_iter=MAX_ROUNDS)
    rank = np.array([ranks[n] for n in range(len(accounts))])
    found = pl.DataFrame(
        {
            "account_id": accounts,
            "component": component,
            "community": communities(sources, targets, weights, nodes=len(accounts)),
            "pagerank": rank,
            "payers": np.bincount(targets, minlength=len(accounts)),
            "payees": np.bincount(sources, minlength=len(accounts)),
        }
    )
    found = _from_the_largest(_from_the_largest(found, "component"), "community")
    above = (pl.col("pagerank").rank("min", descending=True) - 1) / pl.len()
    return found.with_columns(above.alias("pagerank_share_above")).select(
        [pl.col(name).cast(kind) for name, kind in _SCHEMA.items()]
    )


def _from_the_largest(found: pl.DataFrame, name: str) -> pl.DataFrame:
    """Number groups from the largest, and say how large each is."""
    sizes = found.group_by(name).agg(pl.len().alias(f"{name}_accounts"), pl.col("account_id").min().alias("lowest"))
    ordered = sizes.sort(f"{name}_accounts", "lowest", descending=[True, False]).with_row_index("place", offset=1)
    joined = found.join(ordered.drop("lowest"), on=name, how="left", maintain_order="left")
    return joined.with_columns(pl.col("place").alias(name)).drop("place")


_SCHEMA: dict[str, type[pl.DataType]] = {
    "account_id": pl.String, "component": pl.Int64, "component_accounts": pl.Int64, "community": pl.Int64,
    "community_accounts": pl.Int64, "pagerank": pl.Float64, "pagerank_share_above": pl.Float64, "payers": pl.Int64,
    "payees": pl.Int64,
}  # fmt: skip
