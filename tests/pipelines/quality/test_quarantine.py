"""A day is held back while it breaks a promise, and let go once it holds or once somebody says why."""

import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import psycopg
import pytest

from kit.clock import SystemClock
from kit.settings import PostgresServer, Settings
from pipelines.quality import DayHeld, Finding, NoSuchSet, NotHeld, QualityReport, held_days, keep, refuse_held, release
from pipelines.quality.docs import write
from tests.pipelines.quality.days import FIRST

pytestmark = pytest.mark.servers

SET = "raw.decisions"
CLOCK = SystemClock()


@pytest.fixture(scope="module")
def settings(warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(var=tmp_path_factory.mktemp("var"), warehouse=warehouse)


@pytest.fixture
def day(request: pytest.FixtureRequest) -> date:
    """A day of the test's own."""
    return FIRST + timedelta(days=zlib.crc32(request.node.name.encode()) % 20_000)


def report(day: date, *, null_rows: int = 0) -> QualityReport:
    found = Finding(
        expectation="expect_column_values_to_not_be_null", column="policy", asked="", holds=not null_rows, unexpected=null_rows
    )
    return QualityReport(set_name=SET, day=day, rows=10, findings=(found,), up_to_offset=9)


def held(settings: Settings, day: date) -> bool:
    return (SET, day) in {(each.set_name, each.day) for each in held_days(settings)}


def test_a_day_that_holds_again_is_let_go_by_itself(settings, day) -> None:
    assert keep(settings, report(day, null_rows=3), clock=CLOCK).held
    assert held(settings, day)
    assert not keep(settings, report(day), clock=CLOCK).held
    assert not held(settings, day)
    assert keep(settings, report(day, null_rows=3), clock=CLOCK).held


def test_a_day_that_somebody_let_go_stays_so_while_nothing_else_is_found(settings, day) -> None:
    keep(settings, report(day, null_rows=3), clock=CLOCK)
    release(settings, SET, day, by="ana", reason="the feed sends none on Sundays", clock=CLOCK)
    assert not keep(settings, report(day, null_rows=3), clock=CLOCK).held
    assert keep(settings, report(day, null_rows=4), clock=CLOCK).held


def test_who_let_a_day_go_and_why_is_kept_and_shown(settings, day, warehouse) -> None:
    keep(settings, report(day, null_rows=3), clock=CLOCK)
    release(settings, SET, day, by="ana", reason="seen & known", clock=CLOCK)
    with psycopg.connect(warehouse.dsn("audit")) as audit:
        row = audit.execute("select released_by, release_reason from quality.quarantine where day = %s", (day,)).fetchone()
    assert row == ("ana", "seen & known")
    first = write(settings)
    page = (first.parent / SET / f"{day}.html").read_text()
    assert "by ana: seen &amp; known" in page
    assert "let go by ana" in first.read_text()


@pytest.mark.parametrize(
    ("refused", "problem"),
    [
        (lambda settings, day: release(settings, SET, day, by="ana", reason="-", clock=CLOCK), NotHeld),
        (lambda settings, day: release(settings, "raw.nothing", day, by="ana", reason="-", clock=CLOCK), NoSuchSet),
    ],
    ids=["a day that holds", "a set that there is not"],
)
def test_what_is_not_held_cannot_be_let_go(
    settings, day, refused: Callable[[Settings, date], None], problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        refused(settings, day)


def test_work_on_a_held_day_is_refused_with_the_reason_and_on_others_it_is_not(settings, day) -> None:
    keep(settings, report(day, null_rows=3), clock=CLOCK)
    refuse_held(settings, {SET}, first=day + timedelta(days=1), last=day + timedelta(days=1))
    refuse_held(settings, {"lake.decisions"}, first=day, last=day)
    with pytest.raises(DayHeld, match=r"policy is unknown \(3 rows\)"):
        refuse_held(settings, {SET}, first=day, last=day)


def test_two_checks_at_once_hold_a_day_once(settings, day, warehouse) -> None:
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: keep(settings, report(day, null_rows=3), clock=CLOCK), range(8)))
    with psycopg.connect(warehouse.dsn("audit")) as audit:
        assert audit.execute("select count(*) from quality.quarantine where day = %s", (day,)).fetchone() == (1,)
