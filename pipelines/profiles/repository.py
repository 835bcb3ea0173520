"""The SQL of profiles: who has one in the mart, of which moment, and what it says."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl
from psycopg import Connection

from feature_store.offline.files import MOMENT

_HABITS = {
    "tenant_id": pl.String, "customer_id": pl.String, "as_of": pl.Int64, "payments_30d": pl.Int64,
    "mean_amount_minor_30d": pl.Float64, "usual_hour": pl.Int64, "account_age_days": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Profiled:
    """A customer whose profile the mart holds, and the moment it holds for."""

    tenant_id: str
    customer_id: str
    as_of: datetime


def profiled(connection: Connection) -> list[Profiled]:
    """Return every customer of the mart, of all tenants, in the order of their keys."""
    rows = connection.execute(
        "select tenant_id, customer_id, as_of from marts.customer_profiles order by tenant_id, customer_id"
    ).fetchall()
    return [Profiled(*row) for row in rows]


def habits(connection: Connection) -> pl.DataFrame:
    """Return the mart: tenant_id, customer_id, as_of (a UTC datetime) and its features, in the order of the keys."""
    rows = connection.execute(
        "select tenant_id, customer_id, (extract(epoch from as_of) * 1000000)::bigint, payments_30d, mean_amount_minor_30d, "
        "usual_hour, account_age_days from marts.customer_profiles order by tenant_id, customer_id"
    ).fetchall()
    return pl.DataFrame(rows, schema=_HABITS, orient="row").with_columns(pl.col("as_of").cast(MOMENT))
