"""One pass over the stores that drop nothing by themselves."""

import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import takewhile
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
from psycopg import Connection

from cases.payers import sealed_under
from contracts.topics import topics
from kit.clock import Clock
from kit.lake.lock import only_rewriter
from kit.lake.manifest import LakeFile, drop, live_files
from kit.postgres import connect, tenant_block
from kit.settings import Settings
from kit.subject_keys import LocalKeys, local_keys
from ledger.claims import forget
from pipelines.privacy.retention import repository
from pipelines.privacy.retention.rules import ANSWERS_DAYS, BACKUPS_DAYS, COPIES_DAYS, PAYERS_DAYS, PROFILES_DAYS

STATEMENT_TIMEOUT_MS = 600_000
APPLICATION = "retention"
# Of when a record of the lake is, in the order in which a topic may have them.
_MOMENTS = ("scored_at_ms", "occurred_at_ms", "known_at_ms")
# How `baas backup` names what it makes, before the moment.
_BACKUP = "core-"


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many rows, records or files of a store were older than `before`, and are gone unless it was a dry run."""

    store: str
    rows: int
    before: datetime


def retain(settings: Settings, *, clock: Clock, dry_run: bool = False) -> list[Dropped]:
    """Drop what is past its time; run again, there is nothing more."""
    now = datetime.fromtimestamp(clock.now_ms() / 1_000, UTC)
    with (
        connect(settings.core.dsn("audit"), application=APPLICATION, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as core,
        connect(settings.warehouse.dsn("audit"), application=APPLICATION, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as copies,
    ):
        found = [_answers(settings, core, before=now - timedelta(ANSWERS_DAYS), dry_run=dry_run)]
        found.append(_payers(settings, core, before=now - timedelta(PAYERS_DAYS), dry_run=dry_run))
        found += _raw(settings, core, copies, before=now - timedelta(COPIES_DAYS), dry_run=dry_run)
    found += _lake(settings.lake, before=now - timedelta(COPIES_DAYS), now_ms=clock.now_ms(), dry_run=dry_run)
    found.append(_profiles(settings.profiles, before=now - timedelta(PROFILES_DAYS), dry_run=dry_run))
    found.append(_backups(settings.var / "backups", before=now - timedelta(BACKUPS_DAYS), dry_run=dry_run))
    return found


def _answers(settings: Settings, core: Connection, *, before: datetime, dry_run: bool) -> Dropped:
    count = repository.count_answers(core, before=before)
    if count and not dry_run:
        with connect(settings.core.dsn("api"), application=APPLICATION) as connection:
            while forget(connection, before_ms=int(before.timestamp() * 1_000)):
                pass
    return Dropped("idempotency.claim", count, before)


def _payers(settings: Settings, core: Connection, *, before: datetime, dry_run: bool) -> Dropped:
    """Payers from outside whom nobody has named for long: the name first, then the key, then the row.

    Whatever ends this in between, no key is left without a row that leads the next run to it, and no name without its key.
    """
    count = repository.count_payers(core, before=before)
    if count and not dry_run:
        dsn = settings.core.dsn("eraser")
        with closing(local_keys(settings)) as keys, connect(dsn, application=APPLICATION) as connection:
            for tenant_id in repository.tenants(core):
                with tenant_block(connection, tenant_id):
                    repository.unname_payers(connection, tenant_id=tenant_id, before=before)
                while _forgot_some(connection, keys, tenant_id, before=before):
                    pass
    return Dropped("screening.party", count, before)


def _forgot_some(connection: Connection, keys: LocalKeys, tenant_id: str, *, before: datetime) -> bool:
    with tenant_block(connection, tenant_id):
        old = repository.unnamed_payers(connection, tenant_id=tenant_id, before=before)
        for _, payer_id in old:
            keys.destroy(sealed_under(tenant_id, customer_id=None, payer_id=payer_id))
        repository.drop_payers(connection, tenant_id=tenant_id, party_ids=[party_id for party_id, _ in old])
    return bool(old)


def _raw(settings: Settings, core: Connection, copies: Connection, *, before: datetime, dry_run: bool) -> list[Dropped]:
    found = []
    for table, column in repository.RAW:
        count = repository.count_raw(copies, table, column, before=before)
        if count and not dry_run:
            _drop_raw(settings, repository.tenants(core), table, column, before=before)
        found.append(Dropped(f"raw.{table}", count, before))
    return found


def _drop_raw(settings: Settings, tenants: list[str], table: str, column: str, *, before: datetime) -> None:
    dsn = settings.warehouse.dsn("eraser")
    with connect(dsn, application=APPLICATION, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as connection:
        for tenant_id in tenants:
            gone = repository.ROWS_AT_ONCE
            while gone == repository.ROWS_AT_ONCE:
                with tenant_block(connection, tenant_id):
                    gone = repository.drop_raw(connection, table, column, tenant_id=tenant_id, before=before)


def _lake(lake: Path, *, before: datetime, now_ms: int, dry_run: bool) -> list[Dropped]:
    """The oldest files of each topic that is not kept for ever, up to the first that is not all older: no gap is left."""
    before_ms, found = int(before.timestamp() * 1_000), []
    for name, topic in topics().items():
        folder = lake / name
        if topic.retention_days is None or not folder.exists():
            continue
        with only_rewriter(lake):
            old = list(takewhile(partial(_is_older, folder, before_ms=before_ms), live_files(folder)))
            if old and not dry_run:
                drop(folder, old, at_ms=now_ms)
        found.append(Dropped(f"lake/{name}", sum(file.rows for file in old), before))
    return found


def _is_older(folder: Path, file: LakeFile, *, before_ms: int) -> bool:
    """Whether the manifest has a file all of whose records are older. Of one that it has not yet, the sink says so soon."""
    newest_ms = _newest_ms(folder / file.name) if file.rows >= 0 else None
    return newest_ms is not None and newest_ms < before_ms


def _newest_ms(path: Path) -> int | None:
    """Of when a file's newest record is; None where no record says."""
    names = [name for name in _MOMENTS if name in pq.read_schema(path).names]
    table = pq.read_table(path, columns=names)
    moments = [pc.max(table[name]).as_py() for name in names]
    return max((moment for moment in moments if moment is not None), default=None)


def _profiles(profiles: Path, *, before: datetime, dry_run: bool) -> Dropped:
    """Days of daily profiles."""
    old = [path for path in sorted(profiles.glob("*/*/*.parquet")) if date.fromisoformat(path.stem) < before.date()]
    rows = sum(pq.read_metadata(path).num_rows for path in old)
    for path in [] if dry_run else old:
        path.unlink()
    return Dropped("profiles", rows, before)


def _backups(folder: Path, *, before: datetime, dry_run: bool) -> Dropped:
    """Backups by the moment in their names, but for the newest of all."""
    made = sorted((moment, path) for path in folder.glob(f"{_BACKUP}*") if (moment := _moment_of(path)) is not None)
    old = [path for moment, path in made[:-1] if moment < before]
    for path in [] if dry_run else old:
        shutil.rmtree(path)
    return Dropped("backups", len(old), before)


def _moment_of(path: Path) -> datetime | None:
    try:
        return datetime.strptime(path.name, f"{_BACKUP}%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None
