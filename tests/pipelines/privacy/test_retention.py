"""What is past its time is dropped, the rest stays, and a dry run only says."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import psycopg
import pyarrow as pa
import pytest

from contracts.topics import BANKING_TRANSACTIONS, DECISIONS
from feature_store.offline.files import file_of, replace_file
from kit.clock import FixedClock
from kit.lake.files import write_file
from kit.settings import Settings
from pipelines.privacy.retention import ANSWERS_DAYS, BACKUPS_DAYS, COPIES_DAYS, PROFILES_DAYS, retain
from pipelines.privacy.retention.run import _backups

pytestmark = pytest.mark.servers
NOW = datetime.now(UTC).replace(microsecond=0)
CLOCK = FixedClock(int(NOW.timestamp() * 1_000))
CLAIM = """
insert into idempotency.claim (tenant_id, key, request_hash, transfer_id, state, leased_until, created_at, completed_at)
values ('demo', %s, '\\x00', gen_random_uuid(), 'done', now(), %s, now())
"""
LABEL = "insert into raw.labels values ('demo', gen_random_uuid(), gen_random_uuid(), true, 'x', %s, %s, 1)"


def ago(days: int, *, hours: int = 0) -> datetime:
    return NOW - timedelta(days=days, hours=hours)


@pytest.fixture(scope="module")
def settings(core, warehouse, kafka, tmp_path_factory) -> Settings:
    found = Settings(var=tmp_path_factory.mktemp("var"), core=core, warehouse=warehouse, kafka=kafka)
    with psycopg.connect(core.dsn("postgres")) as connection:
        connection.execute("insert into identity.tenant (tenant_id, name) values ('demo', 'Demo')")
        for key, at in (("old", ago(ANSWERS_DAYS, hours=1)), ("young", ago(ANSWERS_DAYS - 1))):
            connection.execute(CLAIM, (key, at))
    with psycopg.connect(warehouse.dsn("postgres")) as connection:
        for source, at in (("old", ago(COPIES_DAYS + 1)), ("young", ago(COPIES_DAYS - 1))):
            connection.execute(LABEL, (at, source))
    for topic in (BANKING_TRANSACTIONS, DECISIONS):
        folder = found.lake / topic
        folder.mkdir(parents=True)
        for offset, days in enumerate((COPIES_DAYS + 9, COPIES_DAYS - 1, COPIES_DAYS + 8)):
            moment = int(ago(days).timestamp() * 1_000)
            write_file(
                folder,
                pa.table({"occurred_at_ms": [moment], "payload": [b"{}"]}),
                partition=0,
                first=offset,
                last=offset,
                now_ms=0,
            )
    for days in (PROFILES_DAYS + 2, PROFILES_DAYS - 2):
        day: date = ago(days).date()
        replace_file(
            file_of(found.profiles / "customer_daily", tenant_id="demo", day=day), pl.DataFrame({"customer_id": ["c1"]})
        )
    for days in (BACKUPS_DAYS + 9, BACKUPS_DAYS + 2, BACKUPS_DAYS - 2):
        (found.var / "backups" / f"core-{ago(days):%Y%m%dT%H%M%S%f}Z" / "base").mkdir(parents=True)
    (found.var / "backups" / "core-of-somebody-else").mkdir()
    return found


def left(settings: Settings) -> dict[str, list[str]]:
    with psycopg.connect(settings.core.dsn("postgres")) as core, psycopg.connect(settings.warehouse.dsn("postgres")) as copies:
        return {
            "answers": [key for (key,) in core.execute("select key from idempotency.claim order by 1")],
            "labels": [source for (source,) in copies.execute("select source from raw.labels order by 1")],
            "lake": sorted(path.name[2:22] for path in (settings.lake / BANKING_TRANSACTIONS).glob("*.parquet")),
            "log": sorted(path.name[2:22] for path in (settings.lake / DECISIONS).glob("*.parquet")),
            "backups": sorted(path.name for path in (settings.var / "backups").iterdir()),
            "profiles": sorted(path.stem for path in settings.profiles.rglob("*.parquet")),
        }


def test_what_is_past_its_time_goes_and_a_dry_run_says_the_same_and_changes_nothing(settings):
    before = left(settings)
    told = retain(settings, clock=CLOCK, dry_run=True)
    assert left(settings) == before
    assert {each.store: each.rows for each in told if each.rows} == {
        "idempotency.claim": 1, "raw.labels": 1, f"lake/{BANKING_TRANSACTIONS}": 1, "profiles": 1, "backups": 2,
    }  # fmt: skip
    assert retain(settings, clock=CLOCK) == told
    after = left(settings)
    assert (after["answers"], after["labels"]) == (["young"], ["young"])
    assert after["lake"] == before["lake"][1:], "an old file behind a young one stays: the lake has no gap"
    assert after["log"] == before["log"], "the scorer's state can still be folded from its first record"
    assert after["profiles"] == before["profiles"][1:]
    assert after["backups"] == before["backups"][2:]
    assert [each.rows for each in retain(settings, clock=CLOCK)] == [0] * len(told)


def test_the_newest_backup_stays_however_old_it_is(tmp_path):
    for days in (90, 80):
        (tmp_path / f"core-{ago(days):%Y%m%dT%H%M%S%f}Z").mkdir()
    assert _backups(tmp_path, before=NOW, dry_run=False).rows == 1
    assert [path.name for path in tmp_path.iterdir()] == [f"core-{ago(80):%Y%m%dT%H%M%S%f}Z"]
