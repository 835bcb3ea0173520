"""Scenarios that ask beside payments: what held at a payment's moment counts, and nothing else."""

from datetime import date

import polars as pl
import pytest

from ledger.days import start_ms
from pipelines.aml.declared import DEVICE, INCOME, NOTHING, NOTICE, Declared
from pipelines.aml.scenarios.measuring import measured
from pipelines.aml.scenarios.payments import History
from pipelines.aml.scenarios.run import found
from pipelines.aml.scenarios.simulated import FIELDS
from risk.scenarios.parameters import Version
from simulator.laundering.declared import DECLARED
from simulator.laundering.draw import Kind
from simulator.laundering.planting import plant
from tests.pipelines.aml.scenarios.test_over_history import FIRST, LAST, SCHEMA, at, gets, history, pays

ACCOUNT = {"account_id": pl.String, "customer_id": pl.String, "opened_at": pl.Int64}
EACH = 8
PLANTED = plant(seed=4, tenant_id="demo", first_ms=start_ms(FIRST), until_ms=start_ms(LAST), each=EACH, plants=(DECLARED,))
NO_DEVICES = Version("unregistered-device", FIRST, {"registered": 1})


@pytest.fixture(scope="module")
def planted() -> History:
    rows = [{name: row.get(name) for name in FIELDS} for row in PLANTED.rows]
    accounts = pl.DataFrame(
        [(each.account_id, each.customer_id, None) for each in PLANTED.accounts], schema=ACCOUNT, orient="row"
    )
    known = Declared(
        incomes=pl.DataFrame(PLANTED.incomes, schema=INCOME, orient="row"),
        devices=pl.DataFrame(PLANTED.devices, schema=DEVICE, orient="row"),
        notices=pl.DataFrame(PLANTED.notices, schema=NOTICE, orient="row"),
    )
    return known.history(pl.DataFrame(rows, schema=SCHEMA), accounts, since=start_ms(FIRST))


@pytest.mark.parametrize("scenario", DECLARED)
def test_schemes_are_found_and_near_misses_and_twins_are_not(planted: History, scenario: str) -> None:
    result = measured(scenario, found(planted, scenario=scenario, day=LAST), PLANTED.schemes)
    assert (result.caught, result.planted) == (EACH, EACH)
    assert (result.near_misses_found, result.twins_found) == (0, 0)
    assert result.near_misses == EACH * (Kind.NEAR_MISS in DECLARED[scenario])


def devices(*rows: tuple[str, str, str, str | None]) -> pl.DataFrame:
    made = [(whose, device, at(since), None if until is None else at(until)) for whose, device, since, until in rows]
    return pl.DataFrame(made, schema=DEVICE, orient="row")


def device_amounts(rows: list[dict[str, object]], registered: pl.DataFrame | None, *versions: Version) -> list[int]:
    told = found(history(rows, devices=registered), scenario="unregistered-device", day=LAST, versions=versions)
    return [each.amount_minor for each in told]


def test_a_device_is_what_it_was_when_it_paid() -> None:
    rows = [pays(f"2026-05-{day:02d}T10:00", "a", "x", 90_000 + day, device_id="d1") for day in (9, 10, 12, 20)]
    other = ("cb", "d2", "2026-05-01T00:00", None)
    assert device_amounts(rows, None) == []
    assert device_amounts(rows, devices()) == []
    assert device_amounts(rows, devices(other)) == [90_009, 90_010, 90_012, 90_020]
    for_ten_days = devices(other, ("ca", "d1", "2026-05-10T10:00", "2026-05-20T10:00"))
    assert device_amounts(rows, for_ten_days) == [90_009, 90_020]
    again = devices(other, *(("ca", "d1", since, until) for since, until in
                             (("2026-05-09T00:00", "2026-05-11T00:00"), ("2026-05-20T00:00", None))))  # fmt: skip
    assert device_amounts(rows, again) == [90_012]


def test_nothing_is_said_of_devices_before_a_bank_registers_any_or_of_who_never_did_where_it_says_so() -> None:
    rows = [pays(f"2026-05-{day:02d}T10:00", "a", "x", 90_000 + day, device_id="d1") for day in (9, 12)]
    assert device_amounts(rows, devices(("cb", "d2", "2026-05-10T00:00", None))) == [90_012]
    assert device_amounts(rows, devices(("cb", "d2", "2026-05-01T00:00", None)), NO_DEVICES) == []
    own = devices(("ca", "d3", "2026-05-10T00:00", None), ("cb", "d2", "2026-05-01T00:00", None))
    assert device_amounts(rows, own, NO_DEVICES) == [90_012]


def test_small_payments_of_a_day_add_up_and_those_from_registered_devices_do_not() -> None:
    rows = [pays(f"2026-05-12T{hour:02d}:00", "a", "x", 20_000, device_id="d1") for hour in range(8, 14)]
    assert device_amounts(rows, devices(("cb", "d2", "2026-05-01T00:00", None))) == [20_000]
    assert device_amounts(rows[:5], devices(("cb", "d2", "2026-05-01T00:00", None))) == []
    half = devices(("ca", "d1", "2026-05-12T08:30", None))
    assert device_amounts(rows, half) == []


def test_nothing_is_said_of_devices_of_who_is_erased_and_others_are_looked_at_as_before() -> None:
    rows = [pays("2026-05-12T10:00", whose, "x", 90_000 + place, device_id="d1") for place, whose in enumerate("ab")]
    registered = devices(("cc", "d2", "2026-05-01T00:00", None))
    asked = history(rows, devices=registered)
    assert [each.account_id for each in found(asked, scenario="unregistered-device", day=LAST)] == ["a", "b"]
    asked = history(rows, devices=registered, erased=pl.DataFrame({"customer_id": ["ca"]}))
    assert [each.account_id for each in found(asked, scenario="unregistered-device", day=LAST)] == ["b"]


def withdrawals(*amounts: int) -> list[dict[str, object]]:
    return [pays(f"2026-05-14T{10 + hour}:00", "a", None, amount, channel="cash", entry_mode="branch")
            for hour, amount in enumerate(amounts)]  # fmt: skip


def told_of(rows: list[dict[str, object]], *said: tuple[date, int, str], business_days: int = 3) -> list[int]:
    notices = pl.DataFrame([("a", day, amount, at(given)) for day, amount, given in said], schema=NOTICE, orient="row")
    version = Version("cash-without-notice", FIRST, {"business_days": business_days})
    told = found(history(rows, notices=notices), scenario="cash-without-notice", day=LAST, versions=[version])
    return [each.amount_minor for each in told]


def test_a_notice_covers_its_day_up_to_its_amount_if_it_was_given_in_time() -> None:
    day, monday, tuesday = date(2026, 5, 14), "2026-05-11T10:00", "2026-05-12T10:00"
    assert told_of(withdrawals(6_000_000)) == [6_000_000]
    assert told_of(withdrawals(6_000_000), (day, 6_000_000, monday)) == []
    assert told_of(withdrawals(6_000_001), (day, 6_000_000, monday)) == [6_000_001]
    assert told_of(withdrawals(6_000_000), (day, 6_000_000, tuesday)) == [6_000_000]
    assert told_of(withdrawals(6_000_000), (day, 6_000_000, tuesday), business_days=2) == []
    assert told_of(withdrawals(6_000_000), (date(2026, 5, 15), 6_000_000, monday)) == [6_000_000]
    assert told_of(withdrawals(6_000_000, 5_000_000), (day, 6_000_000, monday)) == [5_000_000]
    assert told_of(withdrawals(6_000_000, 5_000_000), (day, 11_000_000, monday)) == []


def test_an_income_explains_what_comes_in_from_the_day_on_which_it_was_declared() -> None:
    rows = [gets(f"2026-05-{day:02d}T12:00", "a", "x", 1_000_000) for day in range(1, 11)]

    def told(*said: tuple[int, str]) -> list[int]:
        incomes = pl.DataFrame([("ca", income, at(since)) for income, since in said], schema=INCOME, orient="row")
        return [each.payments for each in found(history(rows, incomes=incomes), scenario="customer-mismatch", day=LAST)]

    old = "2026-01-01T00:00"
    assert told((1_900_000, old)) == [10]
    assert told((2_100_000, old)) == []
    # Five times 600,000 is reached on the third day; the raise of the sixth explains the days after it.
    assert told((600_000, old), (2_100_000, "2026-05-06T00:00")) == [5]
    assert told((600_000, "2026-05-20T00:00")) == []


def test_what_is_missing_to_tell_by_is_said() -> None:
    assert {scenario: NOTHING.gap(scenario) is not None for scenario in (*DECLARED, "fan-in")} == dict.fromkeys(
        DECLARED, True
    ) | {"fan-in": False}
    some = Declared(NOTHING.incomes, devices(("ca", "d1", "2026-05-01T00:00", None)), NOTHING.notices)
    assert some.gap("unregistered-device") is None
