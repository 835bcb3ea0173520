"""Customers of a simulated bank tell it of the devices that they pay from, of what they earn, and of large withdrawals."""

import polars as pl
import pytest

from ledger.days import day_of
from risk.scenarios.notices import in_time
from serving.incomes.schemas import IncomeSource
from simulator.bank import Plan
from simulator.declared import KNOWN_PERSON, LATE_SHARE, NEVER_SHARE, Declared, declared
from simulator.ids import customer_id
from simulator.population import make_population
from tests.simulator.conftest import PLAN, Written


def told_of(plan: Plan) -> Declared:
    return declared(plan, make_population(seed=plan.seed, customers=plan.customers, tenant_id=plan.tenant_id))


@pytest.fixture(scope="module")
def told() -> Declared:
    return told_of(PLAN)


def test_the_same_plan_tells_the_same_and_another_seed_something_else(told: Declared) -> None:
    assert told_of(PLAN) == told
    other = told_of(Plan(customers=PLAN.customers, days=PLAN.days, seed=PLAN.seed + 1, until_ms=PLAN.until_ms))
    assert (other.incomes, other.notices) != (told.incomes, told.notices)


def test_everything_was_told_before_the_period_ended_and_in_an_order_that_the_core_takes(told: Declared) -> None:
    for income in told.incomes:
        assert income.declared_on <= day_of(income.kept_ms)
        assert income.kept_ms < PLAN.until_ms
        assert 0 < income.monthly_minor <= 100_000_000_000
    for device in told.devices:
        moments = [at for at in (device.asked_ms, device.confirmed_ms, device.removed_ms, PLAN.until_ms) if at is not None]
        assert moments == sorted(moments)
        assert device.removed_ms is None or device.confirmed_ms is not None
    for notice in told.notices:
        assert day_of(notice.given_ms) <= notice.day
        assert notice.given_ms < PLAN.until_ms
    assert {income.source for income in told.incomes} == {source.value for source in IncomeSource}


def test_what_is_said_again_is_said_later(told: Declared) -> None:
    for of, at in (
        ([income.customer_id for income in told.incomes], [income.kept_ms for income in told.incomes]),
        ([(notice.account_id, notice.day) for notice in told.notices], [notice.given_ms for notice in told.notices]),
    ):
        newest: dict[object, int] = {}
        for subject, moment in zip(of, at, strict=True):
            assert newest.get(subject, 0) < moment
            newest[subject] = moment


def test_payments_by_their_owners_phones_come_from_registered_ones_but_for_a_known_few(bank: Written, told: Declared) -> None:
    registered = pl.DataFrame(
        [(each.device_id, each.confirmed_ms, each.removed_ms) for each in told.devices if each.confirmed_ms is not None],
        schema={"device_id": pl.String, "since": pl.Int64, "until": pl.Int64}, orient="row",
    )  # fmt: skip
    owned = (
        bank.events.filter((pl.col("channel") == "pix") & (pl.col("direction") == "debit") & pl.col("device_id").is_not_null())
        .with_columns((pl.col("device_id").str.slice(1).cast(pl.Int64) // 8).alias("owner"))
        .filter(pl.format("c{}", pl.col("owner").cast(pl.String).str.zfill(6)) == pl.col("customer_id"))
        .join(registered, on="device_id", how="left")
    )
    covered = (pl.col("since") <= pl.col("event_time")) & (pl.col("until").is_null() | (pl.col("event_time") < pl.col("until")))
    stray = owned.filter(~covered.fill_null(value=False))
    assert len(owned) > 10_000
    assert 0 < len(stray) / len(owned) < 0.02
    replaced = {each for each in owned["device_id"].unique() if int(each[1:]) % 8 == 2}
    unregistered = replaced - set(registered["device_id"])
    assert 0 < len(unregistered) < 3 * (NEVER_SHARE + LATE_SHARE) * len(replaced)


def test_some_of_everything_is_there_to_look_at(told: Declared) -> None:
    who = customer_id(KNOWN_PERSON)
    assert [income.customer_id for income in told.incomes].count(who) == 2
    states = {(device.confirmed_ms is None, device.removed_ms is None) for device in told.devices}
    assert states == {(True, True), (False, True), (False, False)}
    assert (who, None) in {(device.customer_id, device.confirmed_ms) for device in told.devices}
    on_time = {in_time(notice.given_ms, day=notice.day, business_days=3) for notice in told.notices}
    assert on_time == {True, False}
    assert any(notice.amount_minor == 0 for notice in told.notices)
    assert any(notice.day > PLAN.last_day for notice in told.notices)


def test_a_bank_of_a_single_day_has_told_too() -> None:
    told = told_of(Plan(customers=200, days=1, seed=3, until_ms=PLAN.until_ms))
    assert min(len(told.incomes), len(told.devices), len(told.notices)) > 0
    assert all(income.kept_ms < PLAN.until_ms for income in told.incomes)
