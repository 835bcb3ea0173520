"""Each way in which a day can be broken, in the warehouse and in the lake: it is found, said in words, and held back alone."""

from datetime import date, timedelta

import pytest

from kit.clock import SystemClock
from kit.settings import PostgresServer, Settings
from pipelines.quality import Checker, QualityReport, held_days, keep, kept
from tests.pipelines.quality.days import FIRST
from tests.pipelines.quality.faults import BROKEN, DAYS, IN_LAKE, IN_WAREHOUSE, KINDS, LOST, broken_bank, broken_of

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def settings(warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    var = tmp_path_factory.mktemp("var")
    broken_bank(warehouse, var / "lake")
    return Settings(var=var, warehouse=warehouse)


@pytest.fixture(scope="module")
def reports(settings: Settings) -> dict[str, dict[date, QualityReport]]:
    checker, clock = Checker(settings), SystemClock()
    found: dict[str, dict[date, QualityReport]] = {}
    for name in ("raw.decisions", "lake.decisions"):
        found[name] = {}
        for number in range(4, DAYS):
            day = FIRST + timedelta(days=number)
            found[name][day] = checker.check(kept(name), day)
            keep(settings, found[name][day], clock=clock)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_day_of_the_warehouse_says_what_is_wrong_with_it(reports, kind: str) -> None:
    report = reports["raw.decisions"][LOST if kind == "truncated" else BROKEN[kind]]
    assert IN_WAREHOUSE[kind] in {finding.name for finding in report.broken}, report.reason


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_day_of_the_lake_says_what_is_wrong_with_it(reports, kind: str) -> None:
    report = reports["lake.decisions"][BROKEN[kind]]
    assert IN_LAKE[kind] in {finding.name for finding in report.broken}, report.reason


def test_a_renamed_column_is_named_with_what_may_have_become_of_it(reports) -> None:
    assert "amount_minor missing, amount new" in reports["lake.decisions"][BROKEN["renamed"]].reason


def test_a_file_that_was_cut_off_is_named(reports) -> None:
    assert ".parquet cannot be read" in reports["lake.decisions"][BROKEN["truncated"]].reason


@pytest.mark.parametrize("name", ["raw.decisions", "lake.decisions"])
def test_the_good_days_between_hold(reports, name: str) -> None:
    bad = {day: report.reason for day, report in reports[name].items() if not report.holds and day not in broken_of(name)}
    assert bad == {}


def test_a_day_of_a_topic_that_nothing_was_written_of_holds(settings: Settings) -> None:
    report = Checker(settings).check(kept("lake.alerts"), FIRST)
    assert (report.rows, report.reason) == (0, "")


def test_exactly_the_broken_days_are_held_back(settings: Settings, reports) -> None:
    assert {(each.set_name, each.day) for each in held_days(settings)} == {
        (name, day) for name in reports for day in broken_of(name)
    }
