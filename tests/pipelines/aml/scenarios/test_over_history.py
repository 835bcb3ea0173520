"""Scenarios over history: planted schemes are found, what is nearly one and what only looks like one is not."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from ledger.days import start_ms
from pipelines.aml.scenarios.measuring import measured
from pipelines.aml.scenarios.payments import History
from pipelines.aml.scenarios.run import DETECTORS, found
from pipelines.aml.scenarios.simulated import FIELDS
from risk.scenarios.catalogue import DAY_MS, SCENARIOS
from risk.scenarios.declared import Engine
from risk.scenarios.parameters import Version
from simulator.laundering.draw import Kind
from simulator.laundering.planting import plant
from simulator.laundering.schemes import PLANTS

FIRST, LAST = date(2026, 4, 1), date(2026, 5, 31)
EACH = 5
SCHEMA = dict.fromkeys(FIELDS, pl.String) | dict.fromkeys(
    ("event_time", "amount_minor", "latitude_e5", "longitude_e5"), pl.Int64
)
PLANTED = plant(seed=3, tenant_id="demo", first_ms=start_ms(FIRST), until_ms=start_ms(LAST), each=EACH)


def at(text: str) -> int:
    """A moment in São Paulo, in milliseconds."""
    return int(datetime.fromisoformat(text + ":00-03:00").astimezone(UTC).timestamp() * 1000)


def history(rows: list[dict[str, object]], **more: object) -> History:
    complete = [{name: row.get(name) for name in FIELDS} | {"transaction_id": row.get("transaction_id", f"t{number:04d}")}
                for number, row in enumerate(rows)]  # fmt: skip
    own = pl.DataFrame({"account_id": ["a", "b", "c"], "customer_id": ["ca", "cb", "cc"]})
    accounts = more.pop("accounts", own.with_columns(opened_at=pl.lit(None, dtype=pl.Int64)))
    return History(pl.DataFrame(complete, schema=SCHEMA), accounts, since=0, **more)  # type: ignore[arg-type]


def pays(
    when: str, payer: str, payee: str | None, amount_minor: int, *, channel: str = "pix", **more: object
) -> dict[str, object]:
    return {"event_time": at(when), "channel": channel, "direction": "debit", "amount_minor": amount_minor, "account_id": payer,
            "customer_id": f"c{payer}", "payee_id": payee} | more  # fmt: skip


def gets(
    when: str, account: str, payer: str | None, amount_minor: int, *, channel: str = "pix", **more: object
) -> dict[str, object]:
    return pays(when, account, payer, amount_minor, channel=channel, **more) | {"direction": "credit"}


@pytest.fixture(scope="module")
def planted() -> History:
    accounts = pl.DataFrame(
        {name: [getattr(one, name) for one in PLANTED.accounts] for name in ("account_id", "customer_id")}
    ).with_columns(opened_at=pl.lit(None, dtype=pl.Int64))
    rows = [{name: row.get(name) for name in FIELDS} for row in PLANTED.rows]
    return History(pl.DataFrame(rows, schema=SCHEMA), accounts, since=start_ms(FIRST))


def test_every_scenario_about_payments_can_be_asked_of_history() -> None:
    about_cases = {"refund-request", "precautionary-block", "suspected-fraud-refused"}
    assert set(DETECTORS) == set(SCENARIOS) - about_cases
    assert all(SCENARIOS[code].engine in (Engine.CASE, Engine.RULE) for code in about_cases)


@pytest.mark.parametrize("scenario", PLANTS)
def test_schemes_are_found_and_near_misses_and_twins_are_not(planted: History, scenario: str) -> None:
    result = measured(scenario, found(planted, scenario=scenario, day=LAST), PLANTED.schemes)
    assert (result.caught, result.planted) == (EACH, EACH)
    assert result.near_misses_found == 0
    assert result.twins_found == 0


@pytest.mark.parametrize("scenario", DETECTORS)
def test_where_nothing_moved_nothing_is_found_and_it_is_found_once(planted: History, scenario: str) -> None:
    assert found(history([]), scenario=scenario, day=LAST) == []
    one, other = (found(planted, scenario=scenario, day=LAST) for _ in range(2))
    assert [each.finding_id for each in one] == [each.finding_id for each in other]
    assert len({each.finding_id for each in one}) == len(one)


def test_a_finding_names_its_scheme_s_payments_and_adds_them_up(planted: History) -> None:
    scheme = next(each for each in PLANTED.schemes if each.scenario == "fan-out" and each.kind is Kind.SCHEME)
    finding = next(each for each in found(planted, scenario="fan-out", day=LAST) if each.account_id == scheme.account_id)
    paid = [row for row in PLANTED.rows if row["transaction_id"] in scheme.transactions and row["direction"] == "debit"]
    assert list(finding.transactions) == [row["transaction_id"] for row in paid]
    assert finding.payments == len(paid)
    assert finding.amount_minor == sum(int(str(row["amount_minor"])) for row in paid)


def test_other_parameters_find_other_schemes(planted: History) -> None:
    looser = [Version("fan-in", FIRST, {"counterparties": 4})]
    result = measured("fan-in", found(planted, scenario="fan-in", day=LAST, versions=looser), PLANTED.schemes)
    assert result.near_misses_found == EACH
    before = found(planted, scenario="fan-in", day=date(2026, 3, 31), versions=looser)
    assert measured("fan-in", before, PLANTED.schemes).near_misses_found == 0


def test_a_weekend_between_deposits_is_no_business_day() -> None:
    friday_and_monday = [gets("2026-05-08T15:00", "a", None, 2_000_000, channel="cash", entry_mode="branch"),
                         gets("2026-05-11T15:00", "a", None, 2_000_000, channel="cash", entry_mode="branch"),
                         gets("2026-05-14T15:00", "a", None, 2_000_000, channel="cash", entry_mode="branch")]  # fmt: skip
    assert len(found(history(friday_and_monday), scenario="cash-structuring", day=LAST)) == 1
    one_day_more = [*friday_and_monday[:2], gets("2026-05-15T15:00", "a", None, 2_000_000, channel="cash", entry_mode="branch")]
    assert found(history(one_day_more), scenario="cash-structuring", day=LAST) == []


def test_a_payment_between_accounts_of_ours_moves_both() -> None:
    moved = history([pays("2026-05-12T12:00", "a", "b", 500)]).moved
    assert moved.select("account_id", "other", "is_out").rows() == [("a", "b", True), ("b", "a", False)]
    assert moved["is_first"].all()


def test_days_and_nights_are_the_bank_s_own() -> None:
    rows = [pays("2026-05-12T19:59", "a", "x", 200_000), pays("2026-05-12T20:00", "a", "x", 200_001),
            pays("2026-05-13T05:59", "b", "x", 200_002), pays("2026-05-13T06:00", "b", "x", 200_003)]  # fmt: skip
    assert [each.amount_minor for each in found(history(rows), scenario="pix-at-night", day=LAST)] == [200_001, 200_002]


def test_an_account_is_new_only_for_as_long_as_is_said() -> None:
    opened = pl.DataFrame({"account_id": ["a", "b"], "customer_id": ["ca", "cb"], "opened_at": [0, at("2026-05-12T08:00")]})
    rows = [pays("2026-05-13T07:59", "a", "b", 100_000), pays("2026-05-13T08:00", "a", "b", 100_001)]
    told = found(history(rows, accounts=opened), scenario="new-payee-account", day=LAST)
    assert [each.amount_minor for each in told] == [100_000]


def test_what_lies_before_the_period_is_not_told_again(planted: History) -> None:
    later = History(planted.payments, planted.accounts, since=start_ms(LAST) + 40 * DAY_MS)
    assert all(found(later, scenario=scenario, day=LAST) == [] for scenario in DETECTORS)


def test_a_loop_of_two_is_a_payment_that_was_given_back() -> None:
    rows = [pays("2026-05-12T12:00", "a", "b", 200_000), pays("2026-05-12T13:00", "b", "a", 200_000)]
    assert found(history(rows), scenario="round-trip", day=LAST) == []
    rows = [*rows[:1], pays("2026-05-12T13:00", "b", "c", 190_000), pays("2026-05-12T14:00", "c", "a", 180_000)]
    (loop,) = found(history(rows), scenario="round-trip", day=LAST)
    assert (loop.account_id, loop.payments) == ("a", 3)
