"""Interest: the market's own figures, and what backdating, repetition, races and kills leave of it."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal, getcontext
from fractions import Fraction

import holidays
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.business_days import bank_holidays, easter, is_business_day
from kit.money import divide_half_even
from kit.postgres import connect
from kit.settings import PostgresServer
from ledger.charges.run import charge_month, collect
from ledger.days import DayNotEnded, end_ms
from ledger.interest.accrual import PARTS_PER_MINOR, DayBalance, DayCount, Side, Terms, accrue, charge_minor, daily_factor_e8
from ledger.interest.run import accrue_day
from tests.ledger.bank import Bank, days, ms, night

DAY = timedelta(days=1)
# As the Central Bank publishes them: the Selic rate of a year in percent, and the factor of a day.
SELIC = {"10.40": 39270, "11.65": 43739, "12.15": 45513, "13.15": 49037, "13.65": 50788, "14.90": 55131}
EASTERS = [date(1961, 4, 2), date(2000, 4, 23), date(2024, 3, 31), date(2025, 4, 20), date(2038, 4, 25), date(2285, 3, 22)]
# The exchange is closed on these; the market counts them as business days.
EXCHANGE_ONLY = {"Christmas Eve", "Last Business Day of the Year"}


@pytest.mark.parametrize(("rate", "factor_e8"), SELIC.items())
def test_the_daily_factor_is_the_one_that_the_central_bank_publishes(rate, factor_e8):
    assert daily_factor_e8(int(Decimal(rate) * 10_000)) == factor_e8


@pytest.mark.parametrize("sunday", EASTERS)
def test_easter_is_where_the_church_puts_it(sunday):
    assert easter(sunday.year) == sunday


@pytest.mark.parametrize("year", range(2001, 2041))
def test_business_days_are_the_markets(year):
    calendar = holidays.financial_holidays("BVMF", years=year, language="en_US")
    market = {day for day, name in calendar.items() if name not in EXCHANGE_ONLY and day.weekday() < 5}
    if year < 2024:  # a holiday of the city of Sao Paulo only
        market.discard(date(year, 11, 20))
    ours = {day for day in bank_holidays(year) if day.weekday() < 5}
    # Of the city of Sao Paulo: closed the exchange until 2021, never the banks of the country.
    assert ours ^ market <= {date(year, 1, 25), date(year, 7, 9), date(year, 11, 20)}
    assert date(year, 11, 20) in bank_holidays(year) or year < 2024


def test_a_year_of_the_market_has_about_252_business_days():
    counts = {
        year: sum(is_business_day(day) for day in days(date(year, 1, 1), date(year, 12, 31))) for year in range(2010, 2060)
    }
    assert (counts[2024], counts[2025]) == (253, 252)
    assert {248 <= count <= 254 for count in counts.values()} == {True}


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**20))
def test_half_even_is_the_nearest_and_the_even_of_two(numerator, denominator):
    expected = round(Fraction(numerator, denominator))  # Python rounds fractions half to even
    assert divide_half_even(numerator, denominator) == expected


def balances(first: date, amounts: list[int], terms: Terms) -> list[DayBalance]:
    return [DayBalance(first + number * DAY, amount, terms) for number, amount in enumerate(amounts)]


def test_simple_interest_of_a_year_is_the_rate_to_the_last_part():
    terms = Terms(105_000, 0, DayCount.ACTUAL_365)
    year = accrue(balances(date(2026, 1, 1), [123_457] * 365, terms), side=Side.CREDIT, carried_parts=0, charged_parts={})
    assert Fraction(sum(parts for _, parts in year), PARTS_PER_MINOR) == Fraction(123_457 * 105, 1000)


@given(st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=40), st.integers(0, 10_000_000))
def test_simple_interest_is_exact_whatever_the_balances(amounts, rate_ppm):
    terms = Terms(rate_ppm, rate_ppm, DayCount.ACTUAL_365)
    for side, sign in ((Side.CREDIT, 1), (Side.DEBIT, -1)):
        found = accrue(balances(date(2026, 3, 1), amounts, terms), side=side, carried_parts=0, charged_parts={})
        expected = sum(Fraction(max(0, sign * amount) * rate_ppm, 365 * 10**6) for amount in amounts)
        assert Fraction(sum(parts for _, parts in found), PARTS_PER_MINOR) == expected


def test_compound_interest_of_252_business_days_is_the_factor_to_its_power():
    getcontext().prec = 60
    first, terms = date(2025, 1, 2), Terms(136_500, 0, DayCount.BUSINESS_252)
    open_days = [day for day in days(first, first + 400 * DAY) if is_business_day(day)][:252]
    span = days(first, open_days[-1])
    accrued = accrue(balances(first, [10_000_000] * len(span), terms), side=Side.CREDIT, carried_parts=0, charged_parts={})
    total = sum(parts for _, parts in accrued)
    exact = 10_000_000 * (Decimal("1.00050788") ** 252 - 1)
    assert abs(Decimal(total) / PARTS_PER_MINOR - exact) < Decimal("1e-6")  # 252 roundings to a part
    assert charge_minor(total) == int(exact.to_integral_value())
    assert abs(exact - 1_365_000) < 15  # of the year's rate, the eight decimals of the factor cost this much


def test_nothing_accrues_without_a_balance_or_on_a_holiday():
    terms = Terms(136_500, 0, DayCount.BUSINESS_252)
    carnival = balances(date(2026, 2, 16), [1_000_000, 1_000_000, 0], terms)
    assert [parts for _, parts in accrue(carnival, side=Side.CREDIT, carried_parts=5 * PARTS_PER_MINOR, charged_parts={})] == [
        0,
        0,
        0,
    ]


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=60))
def test_what_rounding_leaves_is_carried_and_never_dropped(months):
    """Charged in all is what accrued in all, rounded once."""
    carried = charged = accrued = 0
    for parts in (month * 7_919 * 10**6 for month in months):
        accrued += parts
        carried += parts
        taken = charge_minor(carried)
        charged += taken
        carried -= taken * PARTS_PER_MINOR
        assert abs(carried) * 2 <= PARTS_PER_MINOR
    assert charged * PARTS_PER_MINOR + carried == accrued


# On PostgreSQL


@pytest.fixture
def bank(core: PostgresServer) -> Iterator[Bank]:
    made = Bank(core)
    yield made
    made.api.close()


def run(bank: Bank, day: date) -> None:
    accrue_day(bank.api, tenant_id=bank.tenant_id, day=day, now_ms=night(day))


FIRST = date(2026, 3, 2)


@pytest.mark.servers
def test_each_day_accrues_on_its_balance_by_value_date_and_a_second_run_does_nothing(bank):
    bank.product("savings", credit_rate_ppm=36_500)
    account = bank.account("savings", opened=FIRST)
    bank.deposit(account, 100_000, at_ms=ms(FIRST))
    bank.deposit(account, -40_000, at_ms=ms(FIRST + DAY, 23))
    for day in days(FIRST, FIRST + 3 * DAY):
        run(bank, day)
    expected = dict(zip(days(FIRST, FIRST + 3 * DAY), [100_000, 60_000, 60_000, 60_000], strict=True))
    assert bank.parts(account) == {day: minor * 36_500 * 1_000 for day, minor in expected.items()}
    again = accrue_day(bank.api, tenant_id=bank.tenant_id, day=FIRST + 3 * DAY, now_ms=night(FIRST + 3 * DAY))
    assert (again.accounts, again.rows) == (0, 0)


@pytest.mark.servers
def test_a_day_that_goes_on_is_not_accrued(bank):
    with pytest.raises(DayNotEnded):
        accrue_day(bank.api, tenant_id=bank.tenant_id, day=FIRST, now_ms=end_ms(FIRST) - 1)


@pytest.mark.servers
def test_missed_nights_are_made_up_for_in_one(bank):
    bank.product("savings", credit_rate_ppm=36_500)
    one, two = (bank.account("savings", opened=FIRST) for _ in range(2))
    bank.deposit(one, 100_000, at_ms=ms(FIRST))
    run(bank, FIRST)
    bank.deposit(two, 70_000, at_ms=ms(FIRST + 2 * DAY))
    run(bank, FIRST + 4 * DAY)
    assert set(bank.parts(one)) == set(days(FIRST, FIRST + 4 * DAY))
    assert set(bank.parts(two)) == set(days(FIRST + 2 * DAY, FIRST + 4 * DAY))


@pytest.mark.servers
def test_a_backdated_entry_accrues_the_difference_later_and_rewrites_nothing(bank):
    bank.product("savings", credit_rate_ppm=36_500)
    account = bank.account("savings", opened=FIRST)
    bank.deposit(account, 100_000, at_ms=ms(FIRST))
    for day in days(FIRST, FIRST + 3 * DAY):
        run(bank, day)
    select = "select day, accrued_on, parts from bank.accrual where account_id = %s order by accrued_on, day"
    before = bank.rows(select, account)
    bank.deposit(account, 50_000, at_ms=ms(FIRST + 4 * DAY), value_ms=ms(FIRST + 2 * DAY))
    run(bank, FIRST + 4 * DAY)
    after = bank.rows(select, account)
    assert after[: len(before)] == before
    late = {(day, on): int(parts) for day, on, parts in after[len(before) :]}
    half = 50_000 * 36_500 * 1_000
    last = FIRST + 4 * DAY
    assert late == {(FIRST + 2 * DAY, last): half, (FIRST + 3 * DAY, last): half, (last, last): 3 * half}


@pytest.mark.servers
def test_an_entry_whose_value_lies_ahead_earns_from_its_own_day_on(bank):
    bank.product("savings", credit_rate_ppm=36_500)
    account = bank.account("savings", opened=FIRST)
    bank.deposit(account, 100_000, at_ms=ms(FIRST, 23), value_ms=end_ms(FIRST) + 60_000)
    bank.deposit(account, 10_000, at_ms=ms(FIRST, 23))
    for day in days(FIRST, FIRST + 2 * DAY):
        run(bank, day)
    assert bank.parts(account) == {
        FIRST: 10_000 * 36_500_000,
        FIRST + DAY: 110_000 * 36_500_000,
        FIRST + 2 * DAY: 110_000 * 36_500_000,
    }


@pytest.mark.servers
def test_a_new_rate_holds_from_its_day_on_and_leaves_recomputed_days_their_own(bank):
    bank.product("savings", credit_rate_ppm=36_500)
    account = bank.account("savings", opened=FIRST)
    bank.deposit(account, 100_000, at_ms=ms(FIRST))
    run(bank, FIRST)
    bank.product("savings", credit_rate_ppm=73_000)
    run(bank, FIRST + DAY)
    bank.deposit(account, 100_000, at_ms=ms(FIRST + 2 * DAY), value_ms=ms(FIRST))
    run(bank, FIRST + 2 * DAY)
    assert [bank.parts(account)[day] for day in days(FIRST, FIRST + 2 * DAY)] == [
        200_000 * 36_500_000,
        200_000 * 73_000_000,
        200_000 * 73_000_000,
    ]


@pytest.mark.servers
def test_an_account_that_moves_to_another_product_keeps_what_it_earned_and_is_corrected_no_further_back(bank):
    bank.product("savings", credit_rate_ppm=365_000)
    first, last = date(2026, 4, 28), date(2026, 4, 30)
    account = bank.account("savings", opened=first)
    bank.deposit(account, 1_000_000, at_ms=ms(first))
    run(bank, first)
    bank.rows("update bank.account set product = 'plain' where account_id = %s returning 1", account)
    run(bank, first + DAY)
    bank.deposit(account, 1_000_000, at_ms=ms(last), value_ms=ms(first))
    run(bank, last)
    assert bank.parts(account) == {first: 1_000_000 * 365_000 * 1_000}
    charge_month(bank.api, tenant_id=bank.tenant_id, last_day=last, now_ms=night(last))
    assert collect(bank.api, tenant_id=bank.tenant_id, now_ms=night(last)).posted == 1
    assert bank.balance(account) == 2_000_000 + 1_000


@pytest.mark.servers
def test_an_overdrawn_account_is_charged_and_a_positive_one_paid_once_a_month_with_the_rest_carried(bank):
    bank.product("plus", credit_rate_ppm=10_000, debit_rate_ppm=900_000)
    first, last = date(2026, 4, 1), date(2026, 4, 30)
    rich, poor = bank.account("plus", opened=first), bank.account("plus", opened=first, floor_minor=-500_000)
    bank.deposit(rich, 12_345, at_ms=ms(first))
    bank.deposit(poor, -12_345, at_ms=ms(first))
    for day in days(first, last):
        run(bank, day)
    assert charge_month(bank.api, tenant_id=bank.tenant_id, last_day=last, now_ms=night(last)) == 2
    assert charge_month(bank.api, tenant_id=bank.tenant_id, last_day=last, now_ms=night(last)) == 0
    for expected in (2, 0):
        assert collect(bank.api, tenant_id=bank.tenant_id, now_ms=night(last)).posted == expected
    paid, asked = Fraction(12_345 * 10_000 * 30, 365 * 10**6), Fraction(12_345 * 900_000 * 30, 365 * 10**6)
    assert (bank.balance(rich), bank.balance(poor)) == (12_345 + round(paid), -12_345 - round(asked))
    assert bank.balance(bank.system("expense:interest")) == -round(paid)
    assert bank.balance(bank.system("income:interest")) == round(asked)
    values = bank.rows("select value_at, booked_at from ledger.entry where account_id = %s order by version desc limit 1", rich)
    assert values[0][0].timestamp() * 1000 == end_ms(last)
    # The next day's balance holds what was charged, and it is no backdated entry.
    again = accrue_day(bank.api, tenant_id=bank.tenant_id, day=last + DAY, now_ms=night(last + DAY))
    assert again.corrections == 0
    assert bank.parts(rich)[last + DAY] == (12_345 + round(paid)) * 10_000 * 1_000


@pytest.mark.servers
def test_compounding_over_a_charge_is_the_formula_and_a_late_collection_ends_at_the_same(bank, core):
    """One bank collects on the night of the month's end, the other five days later: both owe the same interest."""
    first, last, end = date(2026, 5, 1), date(2026, 5, 31), date(2026, 6, 12)
    found = []
    for collected_on in (last, last + 5 * DAY):
        made = Bank(core)
        made.product("cdi", credit_rate_ppm=136_500, day_count="business/252")
        account = made.account("cdi", opened=first)
        made.deposit(account, 1_000_000, at_ms=ms(first, 1))
        for day in days(first, end):
            run(made, day)
            if day == last:
                charge_month(made.api, tenant_id=made.tenant_id, last_day=last, now_ms=night(last))
            if day == collected_on:
                assert collect(made.api, tenant_id=made.tenant_id, now_ms=night(day)).posted == 1
        found.append((made.balance(account), made.parts(account)))
        made.api.close()
    assert found[0] == found[1]
    parts, open_days = found[0][1], [day for day in days(first, end) if is_business_day(day)]
    exact = 1_000_000 * (Decimal("1.00050788") ** len(open_days) - 1)
    assert abs(Decimal(sum(parts.values())) / PARTS_PER_MINOR - exact) < Decimal("1e-6")


@pytest.mark.servers
def test_a_charge_without_funds_stays_due_with_its_reason_and_is_collected_once_there_are(bank):
    bank.product("basic", monthly_fee_minor=1_990)
    account = bank.account("basic", opened=date(2026, 3, 31))
    last = date(2026, 3, 31)
    assert charge_month(bank.api, tenant_id=bank.tenant_id, last_day=last, now_ms=night(last)) == 1
    for _ in range(2):
        assert collect(bank.api, tenant_id=bank.tenant_id, now_ms=night(last)).refused == 1
    [(status, attempts, problem)] = bank.rows(
        "select status, attempts, problem from bank.charge where account_id = %s", account
    )
    assert (status, attempts, problem) == ("due", 2, "insufficient-funds")
    bank.deposit(account, 5_000, at_ms=night(last))
    for expected in (1, 0):
        assert collect(bank.api, tenant_id=bank.tenant_id, now_ms=night(last + DAY)).posted == expected
    assert (bank.balance(account), bank.balance(bank.system("income:fees"))) == (3_010, 1_990)


@pytest.mark.servers
def test_runs_that_race_accrue_charge_and_collect_once(bank, core):
    bank.product("savings", credit_rate_ppm=365_000, monthly_fee_minor=100)
    first, last = date(2026, 4, 28), date(2026, 4, 30)
    accounts = [bank.account("savings", opened=first) for _ in range(30)]
    for account in accounts:
        bank.deposit(account, 1_000_000, at_ms=ms(first))
    problems: list[Exception] = []

    def whole_run() -> None:
        try:
            with connect(core.dsn("api"), application="test") as own:
                for day in days(first, last):
                    accrue_day(own, tenant_id=bank.tenant_id, day=day, now_ms=night(day))
                charge_month(own, tenant_id=bank.tenant_id, last_day=last, now_ms=night(last))
                collect(own, tenant_id=bank.tenant_id, now_ms=night(last))
        except Exception as problem:
            problems.append(problem)

    racers = [threading.Thread(target=whole_run) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert problems == []
    collect(bank.api, tenant_id=bank.tenant_id, now_ms=night(last))
    assert {bank.balance(account) for account in accounts} == {1_000_000 + 3_000 - 100}
    assert bank.rows("select count(*) from bank.accrual where tenant_id = %s", bank.tenant_id) == [(90,)]


@pytest.mark.servers
@pytest.mark.parametrize(
    "statement",
    [
        "insert into bank.accrual",
        "update bank.accrual_state",
        "insert into bank.charge",
        "ledger.post_batch",
        "update bank.charge",
    ],
)
def test_a_run_that_is_killed_before_any_of_its_writes_is_finished_by_the_next(bank, core, statement):
    bank.product("savings", credit_rate_ppm=365_000)
    first, last = date(2026, 4, 29), date(2026, 4, 30)
    account = bank.account("savings", opened=first)
    bank.deposit(account, 1_000_000, at_ms=ms(first))

    def whole_run(connection: psycopg.Connection) -> None:
        for day in days(first, last):
            accrue_day(connection, tenant_id=bank.tenant_id, day=day, now_ms=night(day))
        charge_month(connection, tenant_id=bank.tenant_id, last_day=last, now_ms=night(last))
        collect(connection, tenant_id=bank.tenant_id, now_ms=night(last))

    class Dying(psycopg.Cursor):
        def execute(self, query, *arguments, **options):
            if statement in str(query):
                self.connection.close()
            return super().execute(query, *arguments, **options)

        def executemany(self, query, *arguments, **options):
            if statement in str(query):
                self.connection.close()
            return super().executemany(query, *arguments, **options)

    dying = connect(core.dsn("api"), application="test")
    dying.cursor_factory = Dying
    with pytest.raises(psycopg.Error):
        whole_run(dying)
    assert dying.closed
    whole_run(bank.api)
    whole_run(bank.api)
    assert bank.balance(account) == 1_000_000 + 2_000


@pytest.mark.servers
@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(-20_000, 60_000).filter(bool)), min_size=1, max_size=12
    )
)
def test_whenever_entries_were_known_the_days_accrue_as_if_all_had_been_known_at_once(core, moves):
    """(booked on day, days of backdating, amount): accrued night by night equals accrued in one pass over the value dates."""
    made = Bank(core)
    made.product("plus", credit_rate_ppm=136_500, debit_rate_ppm=800_000, day_count="business/252")
    first = date(2026, 2, 9)
    account = made.account("plus", opened=first, floor_minor=-(10**9))
    by_value: dict[date, int] = {}
    booked = sorted(moves, key=lambda move: move[0])
    for number in range(10):
        day = first + number * DAY
        for on, back, amount in booked:
            if on == number:
                value = max(first, day - back * DAY)
                made.deposit(account, amount, at_ms=ms(day), value_ms=ms(value))
                by_value[value] = by_value.get(value, 0) + amount
        run(made, day)
    terms = Terms(136_500, 800_000, DayCount.BUSINESS_252)
    balance, whole = 0, []
    for day in days(first, first + 9 * DAY):
        balance += by_value.get(day, 0)
        whole.append(DayBalance(day, balance, terms))
    for side in Side:
        expected = {at.day: parts for at, parts in accrue(whole, side=side, carried_parts=0, charged_parts={}) if parts}
        found = {day: parts for day, parts in made.parts(account, side.value).items() if parts}
        assert found == expected
    made.api.close()
