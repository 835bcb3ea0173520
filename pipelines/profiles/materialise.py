"""Puts what the mart says of customers into the online store. The scorer is not told: no feature of its reads it."""

from datetime import timedelta
from pathlib import Path

import polars as pl

from feature_store.offline.files import KNOWN_AT, MOMENT, TENANT, file_of, replace_file
from feature_store.profiles import HABITS, as_moment, day_of
from kit.clock import Clock, SystemClock
from kit.postgres import connect
from kit.settings import Settings
from pipelines.profiles.online import BEGINNING, registered
from pipelines.profiles.publish import READING_ROLE
from pipelines.profiles.repository import habits
from pipelines.profiles.store import PROJECT


def materialise(settings: Settings, *, clock: Clock | None = None, project: str = PROJECT) -> int:
    """Keep the mart of customers as it is today and write it online; return of how many. Safe to run again."""
    clock = clock or SystemClock()
    customers = _keep_habits(settings, settings.profiles / HABITS, now_ms=clock.now_ms())
    # The newest event may carry a clock ahead of ours.
    end = as_moment(clock.now_ms()) + timedelta(hours=1)
    registered(settings, project=project).materialize(BEGINNING, end, feature_views=[HABITS])
    settings.profiles.mkdir(parents=True, exist_ok=True)
    _done(settings).touch()
    return customers


def is_online(settings: Settings) -> bool:
    """Whether what the mart says of customers was once written online, to its end."""
    return _done(settings).exists()


def _done(settings: Settings) -> Path:
    return settings.profiles / f"{HABITS}.online"


def _keep_habits(settings: Settings, folder: Path, *, now_ms: int) -> int:
    """Write the mart as a file a tenant, of today: what it says is known from now on, however old it is. Returns its rows."""
    with connect(settings.warehouse.dsn(READING_ROLE), application="profiles") as connection:
        rows = habits(connection)
    rows = rows.with_columns(pl.lit(as_moment(now_ms)).cast(MOMENT).alias(KNOWN_AT))
    for (tenant_id,), part in rows.partition_by(TENANT, as_dict=True).items():
        replace_file(file_of(folder, tenant_id=str(tenant_id), day=day_of(now_ms)), part)
    return len(rows)
