"""Nights: what scenarios find of days that nobody looked at becomes findings, alerts and cases, once beside what was live."""

import asyncio
import uuid
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import psycopg
import pytest

from bench.aml_traffic import ledger_events
from contracts import topics
from kit.clock import ManualClock, SystemClock
from kit.settings import Settings
from ledger.days import day_of, end_ms, start_ms
from pipelines.aml.nightly import run
from pipelines.aml.nightly.days import AGAIN_DAYS, MOST_DAYS, days_after, unseen
from pipelines.aml.nightly.history import GRAPH, LOCAL, accounts_of, parts
from pipelines.aml.nightly.looking import looked
from pipelines.aml.nightly.run import judge_nights
from pipelines.aml.scenarios.simulated import FIELDS
from risk.scenarios.catalogue import DAY_MS
from risk.scenarios.parameters import Version
from risk.scenarios.running import NIGHTLY
from simulator.laundering.draw import Kind
from simulator.laundering.planting import LONGEST_MS, Planted, plant
from tests.pipelines.aml.test_trials import write
from tests.streams.alerts.books import booked, opened
from tests.streams.alerts.test_payments import recorded

LAST = day_of(SystemClock().now_ms() - 2 * DAY_MS)
EACH = 2
# What the night finds first: the rest is found live, and again by the night.
AT_NIGHT = ("round-trip", "layering", "scatter-gather", "volume-surge", "impossible-travel")
NUMBERS = dict.fromkeys(("event_time_ms", "amount_minor", "latitude_e5", "longitude_e5"), pl.Int64)


def planted_until(last: date) -> Planted:
    until_ms = end_ms(last)
    return plant(seed=9, tenant_id="nights", first_ms=until_ms - LONGEST_MS - 4 * DAY_MS, until_ms=until_ms, each=EACH)


def lake_of(folder: Path, planted: Planted, tenant: str) -> Path:
    """The lake's decisions and outcomes of planted payments."""
    rows: list[dict[str, object]] = []
    for row in planted.rows:
        named = {"tenant_id": tenant, "transaction_id": row["transaction_id"]}
        fields = {name: row.get(name) for name in FIELDS if name not in ("event_time", "transaction_id")}
        rows += [
            named | fields | {"record": "decision", "event_time_ms": row["event_time"], "outcome": None},
            named | {"record": "outcome", "outcome": "posted"},
        ]
    names = list(rows[0])
    frame = pl.DataFrame(
        [{name: row.get(name) for name in names} for row in rows],
        schema={name: NUMBERS.get(name, pl.String) for name in names},
    ).with_row_index("offset")
    write(folder / topics.DECISIONS, frame)
    return folder


def accounts_in(planted: Planted) -> pl.DataFrame:
    return accounts_of([(each.account_id, each.customer_id, 0, "BRL", "person") for each in planted.accounts])


def caught(planted: Planted, scenario: str, hit: set[str]) -> dict[Kind, int]:
    own = [each for each in planted.schemes if each.scenario == scenario]
    return {kind: sum(bool(hit & set(each.transactions)) for each in own if each.kind is kind) for kind in Kind}


@pytest.fixture(scope="module")
def planted() -> Planted:
    return planted_until(LAST)


def test_days_are_looked_at_once_and_the_last_two_again_and_none_that_is_too_old() -> None:
    last = date(2026, 5, 31)
    first_time = days_after(None, last)
    assert (first_time[0], first_time[-1], len(first_time)) == (date(2026, 4, 17), last, MOST_DAYS)
    assert days_after(last - timedelta(days=1), last) == [last - timedelta(days=n) for n in range(AGAIN_DAYS, -1, -1)]
    assert days_after(last, last) == days_after(last - timedelta(days=1), last)
    assert days_after(date(2020, 1, 1), last) == first_time


def test_parts_that_fit_find_what_the_whole_finds(tmp_path: Path, planted: Planted) -> None:
    lake, accounts = lake_of(tmp_path, planted, "nights"), accounts_in(planted)
    days = days_after(None, LAST)
    bounds = {"tenant_id": "nights", "since_ms": start_ms(days[0]), "until_ms": end_ms(LAST)}
    one = list(parts(lake, accounts, **bounds))
    assert [each.scenarios for each in one] == [(*LOCAL, *GRAPH)]
    assert set(one[0].scenarios) == set(NIGHTLY)
    several = list(parts(lake, accounts, **bounds, most=len(planted.rows) // 3))
    assert len(several) > 3
    assert not any(each.cut for each in several)

    def told(some: list) -> set[tuple]:
        return {
            (day, each.scenario, each.account_id, tuple(one.transaction_id for one in each.payments))
            for part in some
            for day, each in looked(part, versions=(), days=days)
        }

    whole = told(one)
    assert told(several) == whole
    assert {scenario for _, scenario, *_ in whole} >= set(AT_NIGHT)
    small = list(parts(lake, accounts, **bounds, most=5))
    assert small[-1].cut
    assert len(small[-1].history.payments) == 5


def test_values_hold_for_whom_and_from_when_they_are(tmp_path: Path, planted: Planted) -> None:
    accounts = accounts_in(planted)
    (part,) = parts(
        lake_of(tmp_path, planted, "nights"), accounts, tenant_id="nights", since_ms=start_ms(LAST) - 40 * DAY_MS,
        until_ms=end_ms(LAST),
    )  # fmt: skip
    days = days_after(None, LAST)

    def layers(*versions: Version) -> set[tuple[date, str]]:
        return {
            (day, each.account_id) for day, each in looked(part, versions=versions, days=days) if each.scenario == "layering"
        }

    found = layers()
    assert len(found) >= EACH
    never = {"hops": 10}
    assert layers(Version("layering", days[0], never)) == set()
    assert layers(Version("layering", days[0], never, segment="business")) == found
    assert layers(Version("layering", days[0], never, segment="person")) == set()
    middle = sorted(found)[len(found) // 2][0]
    assert layers(Version("layering", middle, never)) == {each for each in found if each[0] < middle}


@pytest.mark.servers
async def test_a_night_records_what_was_not_found_live_once_even_if_it_is_cut_off(
    core, kafka, tmp_path: Path, planted: Planted, monkeypatch
) -> None:
    tenant = "nights"
    own = {each.account_id: each.customer_id for each in planted.accounts}
    opened(core, tenant, own, at={}, kinds={})
    await recorded(core, kafka, booked(core, tenant, ledger_events(planted.rows, tenant_id=tenant, ours=set(own))))
    settings = Settings(var=tmp_path, core=core)
    lake_of(settings.lake, planted, tenant)

    def rows(query: str) -> list[tuple]:
        with psycopg.connect(core.dsn("postgres")) as connection:
            return connection.execute(query).fetchall()

    live = dict(rows("select finding_id::text, growth from cases.finding"))
    assert live
    assert unseen(settings, last_day=LAST)

    kept = run.repository.keep_night

    async def cut_off(connection, tenant_id, day, **said):
        if day == LAST - timedelta(days=10):
            raise InterruptedError
        await kept(connection, tenant_id, day, **said)

    with monkeypatch.context() as patched:
        patched.setattr(run.repository, "keep_night", cut_off)
        with pytest.raises(InterruptedError):
            await asyncio.to_thread(judge_nights, settings, last_day=LAST, clock=SystemClock())
    assert rows("select max(day) from cases.scenario_night") == [(LAST - timedelta(days=11),)]
    (night,) = await asyncio.to_thread(judge_nights, settings, last_day=LAST, clock=SystemClock())
    assert not unseen(settings, last_day=LAST)
    assert rows("select min(day), max(day), count(*) from cases.scenario_night") == [
        (LAST - timedelta(days=MOST_DAYS - 1), LAST, MOST_DAYS)
    ]
    assert night.fresh > 0
    found = rows(
        "select f.scenario, p.transaction_id::text from cases.finding f join cases.finding_payment p "
        "using (tenant_id, finding_id)"
    )
    for scenario in AT_NIGHT:
        by_kind = caught(planted, scenario, {transaction for code, transaction in found if code == scenario})
        assert (by_kind[Kind.SCHEME], by_kind[Kind.NEAR_MISS]) == (EACH, 0), scenario
    # A finding of the live path is the night's too, and no payment is in two findings of a scenario and an account.
    assert set(live) <= {row[0] for row in rows("select finding_id::text from cases.finding")}
    assert rows(
        "select f.scenario from cases.finding f join cases.finding_payment p using (tenant_id, finding_id) "
        "group by f.scenario, f.account_id, p.transaction_id having count(*) > 1"
    ) == []  # fmt: skip
    before = rows("select finding_id, growth, payments from cases.finding order by 1")
    events = rows("select count(*) from outbox.event")
    (again,) = await asyncio.to_thread(judge_nights, settings, last_day=LAST, clock=ManualClock(SystemClock().now_ms()))
    assert (again.days, again.fresh, again.cases) == (AGAIN_DAYS + 1, 0, 0)
    assert rows("select finding_id, growth, payments from cases.finding order by 1") == before
    assert rows("select count(*) from outbox.event") == events
    kinds = rows("select distinct a.kind from cases.alert a join cases.finding f using (tenant_id, alert_id)")
    assert kinds == [("scenario",)]
    # The days before a bank's first night wait, and these all are: the test's clock stands two days after the last of them.
    assert rows("select count(*) from cases.case where opened_by = 'policy:triage'") == [(0,)]


def test_a_bank_without_payments_has_nothing_to_look_at(tmp_path: Path) -> None:
    none = accounts_of([(str(uuid.uuid4()), "c", 0, "BRL", "person")])
    assert list(parts(tmp_path, none, tenant_id="nobody", since_ms=0, until_ms=1)) == []
