"""The suite over a real warehouse: a sound day passes, and a broken one says what is wrong with it."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from kit.settings import PostgresServer, Settings
from pipelines.quality import Checker, QualityReport, kept
from tests.dbt.rows import Decided, Raw

pytestmark = pytest.mark.servers

NOON = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
SOUND, BROKEN, EMPTY = date(2026, 3, 10), date(2026, 3, 12), date(2026, 3, 14)


@pytest.fixture(scope="module")
def settings(warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    raw = Raw(warehouse)
    raw.add(*(Decided(event_time=NOON + timedelta(minutes=minute)) for minute in range(20)))
    # The last of the day by the bank's clock is already the next day in UTC.
    raw.add(Decided(event_time=datetime(2026, 3, 11, 2, 59, tzinfo=UTC)))
    broken_at = NOON + timedelta(days=2)
    with psycopg.connect(warehouse.dsn("postgres"), autocommit=True) as owner:
        owner.execute("alter table raw.decisions drop constraint decisions_verdict_check")
        owner.execute("alter table raw.decisions drop constraint decisions_amount_minor_check")
        owner.execute("alter table raw.decisions alter column policy drop not null")
        raw.add(Decided(event_time=broken_at))
        raw.add(Decided(event_time=broken_at, verdict="maybe"))
        raw.add(Decided(event_time=broken_at, amount_minor=-5), Decided(event_time=broken_at, probability=1.5))
        nameless, early, card = raw.add(*(Decided(event_time=broken_at) for _ in range(3)))
        owner.execute("update raw.decisions set policy = null where transaction_id = %s", (nameless,))
        owner.execute(
            "update raw.decisions set event_time = event_time - interval '3 days' where transaction_id = %s", (early,)
        )
        owner.execute("update raw.decisions set card_id = '4111111111111111' where transaction_id = %s", (card,))
    return Settings(var=Path(tmp_path_factory.mktemp("var")), warehouse=warehouse)


def check_decisions(settings: Settings, day: date) -> QualityReport:
    return Checker(settings).check(kept("raw.decisions"), day)


def test_a_sound_day_passes_with_every_row_of_the_bank_s_day(settings: Settings) -> None:
    report = check_decisions(settings, SOUND)
    assert report.broken == ()
    assert report.holds
    assert report.rows == 21


def test_a_broken_day_fails_and_names_each_fault(settings: Settings) -> None:
    report = check_decisions(settings, BROKEN)
    assert not report.holds
    assert {(finding.name, finding.unexpected) for finding in report.broken} == {
        ("expect_column_values_to_be_in_set(verdict)", 1),
        ("expect_column_values_to_be_between(amount_minor)", 1),
        ("expect_column_values_to_be_between(probability)", 1),
        ("expect_column_values_to_not_be_null(policy)", 1),
        ("expect_column_values_to_be_between(hours_into_day)", 1),
        ("expect_column_values_to_not_match_regex(card_id)", 1),
    }
    assert {example for finding in report.broken for example in finding.examples} >= {"maybe", "-5", "1.5"}


def test_a_day_without_any_decision_fails(settings: Settings) -> None:
    report = check_decisions(settings, EMPTY)
    assert report.rows == 0
    assert [finding.name for finding in report.broken] == ["expect_table_row_count_to_be_between"]


def test_nothing_is_reported_to_the_maker_of_the_library(settings: Settings) -> None:
    check_decisions(settings, EMPTY)
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
