"""What is found of accounts at night in the graph of who pays whom, into Feast, and told to the scorer."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from contracts.controls import ProfileControl
from feature_store.offline.files import DAY_END, KNOWN_AT, MOMENT, TENANT, file_of, files_in, replace_file
from feature_store.profiles import ACCOUNT_GRAPH, GRAPH_SENTENCES, as_moment, end_ms
from kit.clock import Clock, SystemClock
from kit.postgres import connect
from kit.settings import Settings
from pipelines.profiles.online import BEGINNING, registered
from pipelines.profiles.publish import BATCH_ENTITIES, READING_ROLE, control_of, online_values, send
from pipelines.profiles.repository import account_graph, graph_days
from pipelines.profiles.store import PROJECT

ACCOUNT = "account_id"
# Of an account that is gone it is said for so many nights: one of them may have been cut off before it was told.
RETOLD_NIGHTS = 7
_NAMES = tuple(GRAPH_SENTENCES)


def tell(settings: Settings, *, clock: Clock | None = None, project: str = PROJECT) -> int:
    """Keep what was found last night as files, write it online, and publish it to the scorer; return of how many accounts.

    An account of which nothing is found any more is told of for a week more, with nothing. Safe to run again: a control is
    applied once by its id. Raises ProfilesNotPublished.
    """
    clock = clock or SystemClock()
    folder = settings.profiles / ACCOUNT_GRAPH
    with connect(settings.warehouse.dsn(READING_ROLE), application="profiles") as connection:
        found, days = account_graph(connection), graph_days(connection)
    if not days:
        return 0
    kept = [
        _keep(folder, tenant_id, found.filter(pl.col(TENANT) == tenant_id), day=day, now_ms=clock.now_ms())
        for tenant_id, day in days.items()
    ]
    store = registered(settings, project=project)
    newest = as_moment(max(map(end_ms, days.values())))
    store.materialize(BEGINNING, newest, feature_views=[ACCOUNT_GRAPH])
    return send(settings, _controls(store, pl.concat(kept), known_at_ms=clock.now_ms()))


def _keep(folder: Path, tenant_id: str, found: pl.DataFrame, *, day: date, now_ms: int) -> pl.DataFrame:
    """Write a tenant's file of the day that it was found at the end of; return its rows, with those that are gone."""
    before = [path for path in files_in(folder) if path.parent.name == tenant_id and path.stem < day.isoformat()]
    rows = found.select(TENANT, ACCOUNT, *_NAMES)
    if before:
        earlier = pl.concat([pl.read_parquet(path, columns=[TENANT, ACCOUNT, *_NAMES]) for path in before[-RETOLD_NIGHTS:]])
        told = earlier.filter(pl.any_horizontal(pl.col(_NAMES).is_not_null())).unique(ACCOUNT, maintain_order=True)
        gone = told.join(rows, on=ACCOUNT, how="anti").with_columns(pl.lit(None, pl.Float64).alias(name) for name in _NAMES)
        rows = pl.concat([rows, gone.select(rows.columns)])
    rows = rows.with_columns(
        pl.lit(as_moment(end_ms(day))).cast(MOMENT).alias(DAY_END), pl.lit(as_moment(now_ms)).cast(MOMENT).alias(KNOWN_AT)
    )
    replace_file(file_of(folder, tenant_id=tenant_id, day=day), rows)
    return rows


def _controls(store: Any, rows: pl.DataFrame, *, known_at_ms: int) -> Iterator[ProfileControl]:
    """What the online store says of each account; the same values of the same day have the same id."""
    for part in rows.iter_slices(BATCH_ENTITIES):
        asked = [{TENANT: tenant, ACCOUNT: account} for tenant, account in part.select(TENANT, ACCOUNT).iter_rows()]
        moments = [moment.isoformat() for moment in part[DAY_END]]
        said = online_values(store, view=ACCOUNT_GRAPH, names=_NAMES, asked=asked)
        for row, values, as_of in zip(asked, said, moments, strict=True):
            yield control_of(row[TENANT], row[ACCOUNT], values, as_of=as_of, known_at_ms=known_at_ms)
