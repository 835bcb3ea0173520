"""The SQL of profiles: what the mart says of customers, and what was found of accounts."""

from datetime import date

import polars as pl
from psycopg import Connection

from feature_store.offline.files import MOMENT
from feature_store.vocabulary import GRAPH_COMMUNITY, GRAPH_PAGERANK, GRAPH_SCORE

_HABITS = {
    "tenant_id": pl.String, "customer_id": pl.String, "as_of": pl.Int64, "payments_30d": pl.Int64,
    "mean_amount_minor_30d": pl.Float64, "usual_hour": pl.Int64, "account_age_days": pl.Float64,
}  # fmt: skip


_ACCOUNT_GRAPH = """
select coalesce(score.tenant_id, place.tenant_id), coalesce(score.account_id, place.account_id)::text,
  score.score, place.pagerank_share_above, place.community_accounts
from graph.account_score score
full join graph.account_structure place on place.tenant_id = score.tenant_id and place.account_id = score.account_id
order by 1, 2
"""
_GRAPH_DAYS = """
select tenant_id, max(as_of) from (
  select tenant_id, as_of from graph.scored union all select tenant_id, as_of from graph.made
) made group by tenant_id order by tenant_id
"""
_GRAPH = {
    "tenant_id": pl.String, "account_id": pl.String, GRAPH_SCORE: pl.Float64, GRAPH_PAGERANK: pl.Float64,
    GRAPH_COMMUNITY: pl.Float64,
}  # fmt: skip


def habits(connection: Connection) -> pl.DataFrame:
    """Return the mart: tenant_id, customer_id, as_of (a UTC datetime) and its features, in the order of the keys."""
    rows = connection.execute(
        "select tenant_id, customer_id, (extract(epoch from as_of) * 1000000)::bigint, payments_30d, mean_amount_minor_30d, "
        "usual_hour, account_age_days from marts.customer_profiles order by tenant_id, customer_id"
    ).fetchall()
    return pl.DataFrame(rows, schema=_HABITS, orient="row").with_columns(pl.col("as_of").cast(MOMENT))


def account_graph(connection: Connection) -> pl.DataFrame:
    """Return what was found of each account last night, of all tenants: tenant_id, account_id and values."""
    return pl.DataFrame(connection.execute(_ACCOUNT_GRAPH).fetchall(), schema=_GRAPH, orient="row")


def graph_days(connection: Connection) -> dict[str, date]:
    """Return the day at whose end each tenant's accounts were looked at last, also where nothing was found."""
    return dict(connection.execute(_GRAPH_DAYS).fetchall())
