"""A night's look at customers' money: what it says of a day, kept whole or not at all, and never by an earlier day."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import psycopg
import pytest

from insight import own_money
from kit.clock import FixedClock
from kit.settings import PostgresServer, Settings
from pipelines.insight.money import run
from pipelines.insight.money.run import HistoriesBehind, LookedAtAlready, Made, make
from tests.pipelines.insight.own import HERE, Own, folded_until, noon

pytestmark = pytest.mark.servers

LAST = date(2026, 3, 20)
CLOCK = FixedClock(int(datetime(2026, 3, 21, 3, 40, tzinfo=HERE).timestamp() * 1000))
HALF_A_YEAR = [LAST - timedelta(days=back) for back in range(200)]
HEALTH = "select * from insight.health where tenant_id = %s order by customer_id, currency"
STANDINGS = "select * from insight.budget_standing where tenant_id = %s order by budget_id"
UNUSUAL = "select * from insight.unusual where tenant_id = %s order by customer_id, day, amount_minor"
EVERYTHING = (HEALTH, STANDINGS, UNUSUAL)


@pytest.fixture(scope="module")
def settings(warehouse: PostgresServer) -> Settings:
    folded_until(warehouse, noon(LAST + timedelta(days=90)))
    return Settings(warehouse=warehouse)


@pytest.fixture
def bank(warehouse: PostgresServer) -> Own:
    """Ana lives within her means and bought one thing unlike any; Bia began last week; Caio has a budget and no account."""
    found = Own(warehouse, tenant_id=f"t{uuid.uuid4().hex[:8]}")
    lines = [(day, -2_000, "groceries") for day in HALF_A_YEAR]
    lines += [(day.replace(day=5), 200_000, "transfers") for day in HALF_A_YEAR if day.day == 20]
    found.account("ana", [*lines, (LAST - timedelta(days=2), -120_000, "groceries")])
    found.budget("ana", 100_000, category="groceries")
    found.budget("ana", 10_000_000)
    found.account("bia", [(LAST - timedelta(days=back), -100, "restaurants") for back in range(7)])
    found.budget("caio", 5_000)
    return found


def rows(settings: Settings, query: str, *values: object) -> Sequence[tuple]:
    with psycopg.connect(settings.warehouse.dsn("audit")) as connection:
        return connection.execute(query, values).fetchall()


def looked_at(settings: Settings, bank: Own, last_day: date = LAST) -> Made | None:
    made = make(settings, last_day=last_day, clock=CLOCK)
    return next((each for each in made if each.tenant_id == bank.tenant_id), None)


def test_who_lives_within_their_means_has_a_score_and_who_began_last_week_none(settings: Settings, bank: Own) -> None:
    made = looked_at(settings, bank)
    assert made is not None
    assert (made.holders, made.scores, made.budgets, made.unusual) == (3, 1, 3, 1)
    [found] = rows(
        settings, "select customer_id, currency, band, months, spending_points, debt_points, savings_points, savings_pct "
        "from insight.health where tenant_id = %s", bank.tenant_id,
    )  # fmt: skip
    assert found == ("ana", "BRL", "healthy", 5, 100, 100, 0, 0.0)
    kept = rows(settings, "select as_of, holders, movements, histories_until > as_of from insight.money_made "
                          "where tenant_id = %s", bank.tenant_id)  # fmt: skip
    assert kept == [(LAST, 3, made.movements, True)]


def test_each_budget_stands_as_its_month_does(settings: Settings, bank: Own) -> None:
    looked_at(settings, bank)
    found = rows(
        settings, "select customer_id, category, spent_minor, left_minor, standing, days_left, expected_minor is null "
        "from insight.budget_standing where tenant_id = %s order by customer_id, category", bank.tenant_id,
    )  # fmt: skip
    spent = 20 * 2_000 + 120_000
    assert found == [
        ("ana", "groceries", spent, 100_000 - spent, "over", 11, False),
        ("ana", None, spent, 10_000_000 - spent, "on-track", 11, False),
        ("caio", None, 0, 5_000, "on-track", 11, True),
    ]


def test_a_payment_like_none_before_is_told_for_a_month(settings: Settings, bank: Own) -> None:
    looked_at(settings, bank)
    query = "select customer_id, kind, day, amount_minor from insight.unusual where tenant_id = %s"
    assert rows(settings, query, bank.tenant_id) == [("ana", "payment", LAST - timedelta(days=2), 120_000)]
    looked_at(settings, bank, LAST + timedelta(days=own_money.UNUSUAL_DAYS))
    assert [row[1:] for row in rows(settings, query, bank.tenant_id) if row[1] == "payment"] == []


def liquidity(settings: Settings, bank: Own, customer_id: str) -> float:
    query = "select liquidity_months from insight.health where tenant_id = %s and customer_id = %s"
    [[months]] = rows(settings, query, bank.tenant_id, customer_id)
    return float(months)


def test_what_is_held_is_not_at_hand_and_what_is_set_aside_is(settings: Settings, bank: Own) -> None:
    lines = [*((day, -1_000, "groceries") for day in HALF_A_YEAR), (HALF_A_YEAR[-1], 500_000, "salary")]
    account = bank.account("dora", lines)
    goal = [
        (LAST - timedelta(days=5), -90_000, "savings"),
        (LAST, 20_000, "savings"),
        (LAST + timedelta(days=1), -9, "savings"),
    ]
    bank.account("enzo", [*lines, *goal], with_goal=True)
    bank.account("flor", [*lines, *goal])
    looked_at(settings, bank)
    plain = liquidity(settings, bank, "dora")
    assert liquidity(settings, bank, "enzo") == plain
    assert liquidity(settings, bank, "flor") == pytest.approx(plain * (300_000 - 70_000) / 300_000, abs=0.01)
    bank.held(account, 60_000, on=LAST)
    bank.held(account, 70_000, on=LAST - timedelta(days=9), ended=LAST - timedelta(days=8))
    bank.held(account, 80_000, on=LAST + timedelta(days=1))
    looked_at(settings, bank)
    assert liquidity(settings, bank, "dora") == pytest.approx(plain * (300_000 - 60_000) / 300_000, abs=0.01)


def test_what_came_after_the_day_is_not_known_on_it(settings: Settings, bank: Own) -> None:
    bank.account(
        "eva", [*((day, -1_000, "groceries") for day in HALF_A_YEAR), (LAST + timedelta(days=1), -90_000, "groceries")]
    )
    bank.budget("eva", 1_000, set_on=LAST + timedelta(days=1))
    of_eva = [
        "select count(*) from insight.unusual where tenant_id = %s and customer_id = 'eva'",
        "select count(*) from insight.budget_standing where tenant_id = %s and customer_id = 'eva'",
    ]
    looked_at(settings, bank)
    assert [rows(settings, query, bank.tenant_id) for query in of_eva] == [[(0,)], [(0,)]]
    looked_at(settings, bank, LAST + timedelta(days=1))
    assert [rows(settings, query, bank.tenant_id) for query in of_eva] == [[(1,)], [(1,)]]


def test_currencies_are_told_apart_and_savings_accounts_known_by_their_product(settings: Settings, bank: Own) -> None:
    months = [(day, -1_000, "groceries") for day in HALF_A_YEAR] + [(HALF_A_YEAR[30], 50_000, "salary")]
    bank.account("fay", months)
    bank.account("fay", months, currency="USD")
    bank.account("fay", [(LAST - timedelta(days=30), 10_000, "own_accounts")], product="savings")
    looked_at(settings, bank)
    query = "select currency, savings_pct > 0 from insight.health where tenant_id = %s and customer_id = 'fay' order by 1"
    assert rows(settings, query, bank.tenant_id) == [("BRL", True), ("USD", False)]


def test_looked_at_again_nothing_changes_and_an_earlier_day_takes_no_later_one_s_place(settings: Settings, bank: Own) -> None:
    looked_at(settings, bank)
    before = [rows(settings, query, bank.tenant_id) for query in EVERYTHING]
    assert all(before)
    looked_at(settings, bank)
    assert [rows(settings, query, bank.tenant_id) for query in EVERYTHING] == before
    assert looked_at(settings, bank, LAST - timedelta(days=1)) is None
    assert [rows(settings, query, bank.tenant_id) for query in EVERYTHING] == before


def test_a_page_at_a_time_says_what_one_page_says(settings: Settings, bank: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        bank.account(f"g{number}", [(day, -1_000 - number, "groceries") for day in HALF_A_YEAR])
        bank.budget(f"g{number}", 70_000)
    whole = looked_at(settings, bank)
    before = [rows(settings, query, bank.tenant_id) for query in EVERYTHING]
    monkeypatch.setattr(run, "PAGE_HOLDERS", 3)
    paged = looked_at(settings, bank)
    assert whole is not None
    assert paged is not None
    assert (paged.holders, paged.movements) == (whole.holders, whole.movements)
    assert [rows(settings, query, bank.tenant_id) for query in EVERYTHING] == before


def test_a_run_that_ends_in_the_middle_leaves_what_was_there_whole(
    settings: Settings, bank: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at(settings, bank)
    before = [rows(settings, query, bank.tenant_id) for query in EVERYTHING]
    bank.account("hugo", [(day, -3_000, "groceries") for day in HALF_A_YEAR])
    monkeypatch.setattr(run, "PAGE_HOLDERS", 1)
    told: list[str] = []

    def end(line: str) -> None:
        told.append(line)
        if line.startswith(bank.tenant_id) and "of 2 holders" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(settings, last_day=LAST + timedelta(days=1), clock=CLOCK, progress=end)
    assert [line for line in told if "of 2 holders" in line]
    assert [rows(settings, query, bank.tenant_id) for query in EVERYTHING] == before
    assert rows(settings, "select as_of from insight.money_made where tenant_id = %s", bank.tenant_id) == [(LAST,)]


def test_two_do_not_look_at_once(settings: Settings, bank: Own) -> None:
    def another(_line: str) -> None:
        with pytest.raises(LookedAtAlready):
            make(settings, last_day=LAST, clock=CLOCK)

    assert make(settings, last_day=LAST, clock=CLOCK, progress=another)


@pytest.fixture
def behind(warehouse: PostgresServer, settings: Settings) -> Iterator[None]:
    folded_until(warehouse, noon(LAST))
    yield
    folded_until(warehouse, noon(LAST + timedelta(days=90)))


@pytest.mark.usefixtures("behind")
def test_nothing_is_said_of_a_day_that_histories_have_only_in_part(settings: Settings, bank: Own) -> None:
    with pytest.raises(HistoriesBehind, match="2026-03-20 ends at 2026-03-21T03:00:00"):
        looked_at(settings, bank)
    assert looked_at(settings, bank, LAST - timedelta(days=1)) is not None
