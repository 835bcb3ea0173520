"""The close of a day: a cut that nothing crosses, a trial balance that is kept once, and what falls due with it."""

import threading
import uuid
from collections.abc import Iterator
from datetime import date, timedelta

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ledger.close.tenants as closing_tenants
from kit.clock import FixedClock
from kit.postgres import connect
from kit.settings import PostgresServer
from ledger.chart import CHART, Element, line_of
from ledger.close.balances import BooksUnbalanced, Line, differences, gathered, require_balanced
from ledger.close.repository import tenants
from ledger.close.run import (
    CloseCutOff,
    Closing,
    DayDiffers,
    DaysMissing,
    DayUnfinished,
    close_day,
    close_ended_days,
)
from ledger.close.tenants import close_tenants
from ledger.days import DayNotEnded, end_ms
from ledger.postings import Kind, Outcome, PostingRequest
from ledger.repository import post_batch
from tests.ledger.bank import Bank, days, ms, night

DAY = timedelta(days=1)
FIRST = date(2026, 3, 30)


@pytest.fixture
def bank(core: PostgresServer) -> Iterator[Bank]:
    made = Bank(core)
    yield made
    made.api.close()


def close(bank: Bank, day: date) -> Closing:
    return close_day(bank.api, tenant_id=bank.tenant_id, day=day, now_ms=night(day))


def lines(closing: Closing) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    return {
        (line.line, line.currency): (line.opening_minor, line.debits_minor, line.credits_minor, line.closing_minor)
        for line in closing.closed.lines
    }


@pytest.mark.parametrize(
    ("code", "product", "line"),
    [
        (None, "checking", "liabilities:deposits:checking"),
        (None, None, "liabilities:deposits:unassigned"),
        ("settlement:pix", None, "assets:settlement:pix"),
        ("suspense:ted", None, "liabilities:suspense:ted"),
        ("liquidity:USD", None, "equity:liquidity:USD"),
        ("income:fees", None, "income:fees"),
        ("expense:interest", None, "expenses:interest"),
        ("opening", None, "equity:openings"),
        ("till", None, "equity:other:till"),
    ],
)
def test_an_account_stands_on_the_line_that_its_code_says(code, product, line):
    assert line_of(code=code, product=product) == line


def test_every_heading_of_the_chart_has_a_line_of_its_own():
    found = {line_of(code=f"{prefix}:x", product=None) for prefix in CHART}
    assert len(found) == len(CHART)
    assert {line.partition(":")[0] for line in found} <= set(Element)


amounts = st.integers(-(10**18), 10**18)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["BRL", "USD"]), amounts, amounts, amounts), max_size=12))
def test_gathering_keeps_every_amount(rows):
    given_lines = [Line(name, currency, 1, *numbers) for name, currency, *numbers in rows]
    found = gathered(given_lines)
    assert len({(line.line, line.currency) for line in found}) == len(found)
    assert sum(line.closing_minor for line in found) == sum(line.closing_minor for line in given_lines)
    assert sum(line.accounts for line in found) == len(rows)


def test_books_that_do_not_sum_to_zero_are_refused_by_currency_and_amount():
    good = [Line("a", "BRL", 1, -5, 0, 3), Line("b", "BRL", 1, 5, 3, 0)]
    require_balanced(good)
    with pytest.raises(BooksUnbalanced, match="USD sums to -7 minor units after the day"):
        require_balanced([*good, Line("c", "USD", 1, 0, 7, 0)])
    with pytest.raises(BooksUnbalanced, match="USD sums to 7 minor units before"):
        require_balanced([*good, Line("c", "USD", 1, 7, 7, 0)])


def test_differences_name_each_line_and_forgive_accounts_without_money():
    told = [Line("a", "BRL", 1, 0, 0, 5), Line("b", "BRL", 1, 0, 5, 0)]
    found = [Line("a", "BRL", 2, 0, 0, 6), Line("b", "BRL", 1, 0, 5, 0), Line("new", "BRL", 1, 0, 0, 0)]
    assert differences(told, found) == ["a BRL: told (0, 0, 5), found (0, 0, 6)"]
    assert differences(told, told) == []


# On PostgreSQL


@pytest.mark.servers
def test_a_day_is_closed_with_what_was_booked_in_it_by_line_and_currency(bank):
    checking, savings = bank.account("checking", opened=FIRST), bank.account("savings", opened=FIRST)
    bank.deposit(checking, 10_000, at_ms=ms(FIRST - DAY))
    bank.deposit(savings, 7_000, at_ms=ms(FIRST))
    bank.move(checking, savings, 2_500, at_ms=ms(FIRST, 18))
    bank.deposit(checking, 99, at_ms=end_ms(FIRST))
    made = close(bank, FIRST)
    assert lines(made) == {
        ("assets:settlement:pix", "BRL"): (-10_000, 7_000, 0, -17_000),
        ("liabilities:deposits:checking", "BRL"): (10_000, 2_500, 0, 7_500),
        ("liabilities:deposits:savings", "BRL"): (0, 0, 9_500, 9_500),
    }
    assert (made.closed.entries, made.again) == (6, False)
    following = close(bank, FIRST + DAY)
    assert lines(following)["assets:settlement:pix", "BRL"] == (-17_000, 99, 0, -17_099)
    assert following.closed.entries == 8


@pytest.mark.servers
def test_a_day_that_goes_on_and_days_out_of_order_are_refused(bank):
    with pytest.raises(DayNotEnded):
        close_day(bank.api, tenant_id=bank.tenant_id, day=FIRST, now_ms=end_ms(FIRST) - 1)
    close(bank, FIRST)
    for wrong in (FIRST + 2 * DAY, FIRST - DAY):
        with pytest.raises(DaysMissing, match=str(FIRST + DAY)):
            close(bank, wrong)


@pytest.mark.servers
def test_closing_again_says_the_same_and_later_bookings_count_for_later_days(bank):
    account = bank.account("checking", opened=FIRST)
    bank.deposit(account, 10_000, at_ms=ms(FIRST))
    first = close(bank, FIRST)
    assert bank.deposit(account, 5_000, at_ms=ms(FIRST, 13)).moved  # an inbound payment that was known before the cut
    again = close(bank, FIRST)
    assert (again.again, again.closed) == (True, first.closed)
    following = close(bank, FIRST + DAY)
    assert lines(following)["liabilities:deposits:checking", "BRL"] == (10_000, 0, 5_000, 15_000)


@pytest.mark.servers
def test_a_payment_that_was_told_of_late_is_in_transit_between_two_days(bank):
    busy, quiet = (bank.account("checking", opened=FIRST) for _ in range(2))
    bank.deposit(quiet, 10_000, at_ms=ms(FIRST))
    # The settlement account is booked the next day by the time that a payment comes which was known the day before.
    bank.deposit(busy, 500, at_ms=end_ms(FIRST) + 5)
    bank.deposit(quiet, 70, at_ms=ms(FIRST, 20))
    first = close(bank, FIRST)
    assert lines(first)["liabilities:deposits:checking", "BRL"] == (0, 0, 10_070, 10_070)
    assert lines(first)["assets:settlement:pix", "BRL"] == (0, 10_000, 0, -10_000)
    assert lines(first)["equity:in-transit", "BRL"] == (0, 70, 0, -70)
    following = close(bank, FIRST + DAY)
    assert lines(following)["equity:in-transit", "BRL"] == (-70, 0, 70, 0)
    assert close(bank, FIRST).closed == first.closed


@pytest.mark.servers
def test_a_hold_that_is_posted_late_may_be_in_transit_too(bank):
    busy, quiet = (bank.account("checking", opened=FIRST) for _ in range(2))
    bank.deposit(quiet, 10_000, at_ms=ms(FIRST))
    held = PostingRequest(
        kind=Kind.HOLD, transfer_id=uuid.uuid4(), tenant_id=bank.tenant_id, occurred_at_ms=ms(FIRST - DAY),
        booked_at_ms=ms(FIRST - DAY), amount_minor=30, currency="BRL", debit_account_id=quiet, credit_account_id=busy,
        expires_at_ms=ms(FIRST + 9 * DAY),
    )  # fmt: skip
    assert post_batch(bank.api, [held], now_ms=night(FIRST))[0].outcome is Outcome.HELD
    bank.deposit(busy, 500, at_ms=end_ms(FIRST) + 5)
    posted = PostingRequest(
        kind=Kind.POST_PENDING, transfer_id=held.transfer_id, tenant_id=bank.tenant_id, occurred_at_ms=ms(FIRST, 20),
        booked_at_ms=ms(FIRST, 20),
    )  # fmt: skip
    assert post_batch(bank.api, [posted], now_ms=night(FIRST))[0].moved
    first = close(bank, FIRST)
    assert lines(first)["liabilities:deposits:checking", "BRL"] == (0, 30, 10_000, 9_970)
    assert lines(first)["equity:in-transit", "BRL"] == (0, 0, 30, 30)
    assert lines(close(bank, FIRST + DAY))["equity:in-transit", "BRL"] == (30, 30, 0, 0)


@pytest.mark.servers
def test_a_tenant_whose_accounts_are_held_does_not_keep_the_others_from_closing(bank, core, monkeypatch):
    monkeypatch.setattr(closing_tenants, "STATEMENT_TIMEOUT_MS", 300)
    other = Bank(core)
    for each in (bank, other):
        each.deposit(each.account("checking", opened=FIRST), 10_000, at_ms=ms(FIRST))
    with connect(core.dsn("postgres"), application="test") as holder, holder.transaction():
        holder.execute("select from ledger.account where tenant_id = %s for update", (bank.tenant_id,))
        named = [bank.tenant_id, other.tenant_id]
        found = dict(close_tenants(core, tenants=named, day=FIRST, clock=FixedClock(night(FIRST))))
    assert isinstance(found[bank.tenant_id], CloseCutOff)
    assert isinstance(found[other.tenant_id], Closing)
    other.api.close()


@pytest.mark.servers
def test_an_account_that_is_opened_after_a_close_is_booked_after_it(bank):
    old = bank.account("checking", opened=FIRST)
    bank.deposit(old, 10_000, at_ms=ms(FIRST))
    first = close(bank, FIRST)
    new = bank.account("checking", opened=FIRST)
    assert bank.move(old, new, 10, at_ms=ms(FIRST, 20)).moved
    assert close(bank, FIRST).closed.entries == first.closed.entries
    assert lines(close(bank, FIRST + DAY))["liabilities:deposits:checking", "BRL"] == (10_000, 10, 10, 10_000)


@pytest.mark.servers
def test_a_closed_day_that_was_changed_from_outside_is_named_by_line(bank, core):
    account = bank.account("checking", opened=FIRST)
    bank.deposit(account, 10_000, at_ms=ms(FIRST))
    close(bank, FIRST)
    with psycopg.connect(core.dsn("postgres"), autocommit=True) as owner:
        owner.execute(
            "update ledger.entry set delta_minor = sign(delta_minor) * 9999, balance_after_minor = sign(delta_minor) * 9999 "
            "where tenant_id = %s",
            (bank.tenant_id,),
        )
    with pytest.raises(DayDiffers, match=r"deposits:checking BRL: told \(0, 0, 10000\), found \(0, 0, 9999\)"):
        close(bank, FIRST)


@pytest.mark.servers
def test_books_that_lost_a_leg_are_not_closed(bank, core):
    account = bank.account("checking", opened=FIRST)
    bank.deposit(account, 10_000, at_ms=ms(FIRST))
    with psycopg.connect(core.dsn("postgres"), autocommit=True) as owner:
        owner.execute("delete from ledger.entry where account_id = %s", (account,))
    with pytest.raises(BooksUnbalanced, match="BRL sums to -10000"):
        close(bank, FIRST)
    assert bank.rows("select count(*) from ledger.day_close where tenant_id = %s", bank.tenant_id) == [(0,)]


@pytest.mark.servers
def test_a_months_end_pays_interest_and_takes_fees_in_the_next_days_books(bank):
    bank.product("savings", credit_rate_ppm=365_000, monthly_fee_minor=30)
    account = bank.account("savings", opened=FIRST)
    bank.deposit(account, 1_000_000, at_ms=ms(FIRST))
    made = list(close_ended_days(bank.api, tenant_id=bank.tenant_id, now_ms=night(FIRST)))
    assert [closing.closed.day for closing in made] == [FIRST]
    made = list(close_ended_days(bank.api, tenant_id=bank.tenant_id, now_ms=night(FIRST + 2 * DAY)))
    assert [closing.closed.day for closing in made] == days(FIRST, FIRST + 2 * DAY)
    assert [(closing.charges, closing.collected.posted) for closing in made] == [(0, 0), (2, 2), (0, 0)]
    assert bank.balance(account) == 1_000_000 + 2_000 - 30
    # It was posted on the night after the first of April, and so stands in the books of the day that was open then.
    assert ("expenses:interest", "BRL") not in {name for name, amounts in lines(made[2]).items() if any(amounts)}


@pytest.mark.servers
def test_money_in_suspense_is_told_with_the_close(bank):
    lost = bank.system("suspense:ted")
    bank.move(bank.system("settlement:ted"), lost, 4_200, at_ms=ms(FIRST))
    [line] = close(bank, FIRST).closed.suspense
    assert (line.line, line.currency, line.closing_minor) == ("liabilities:suspense:ted", "BRL", 4_200)


@pytest.mark.servers
def test_a_cut_waits_for_what_is_being_posted_and_counts_it(bank, core):
    """A posting that was booked before midnight and commits after the close began is in the day's books."""
    account = bank.account("checking", opened=FIRST)
    outside = bank.system("settlement:pix")
    with connect(core.dsn("api"), application="test") as slow, slow.transaction():
        request = PostingRequest(
            kind=Kind.POST, transfer_id=uuid.uuid4(), tenant_id=bank.tenant_id, occurred_at_ms=ms(FIRST),
            booked_at_ms=end_ms(FIRST) - 1, amount_minor=777, currency="BRL", debit_account_id=outside,
            credit_account_id=account,
        )  # fmt: skip
        assert post_batch(slow, [request], now_ms=night(FIRST))[0].moved
        made: list[Closing] = []
        closer = threading.Thread(target=lambda: made.append(close(bank, FIRST)))
        closer.start()
        with connect(core.dsn("postgres"), application="test") as watcher:
            waits = (
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock' "
                "and query like '%cut_bookings%' and datname = current_database()"
            )
            while watcher.execute(waits).fetchone() == (0,):
                assert closer.is_alive()
    closer.join()
    assert lines(made[0])["liabilities:deposits:checking", "BRL"] == (0, 0, 777, 777)


@pytest.mark.servers
def test_a_close_beside_live_postings_and_another_close_keeps_one_truth(bank, core):
    accounts = [bank.account("checking", opened=FIRST) for _ in range(4)]
    for account in accounts:
        bank.deposit(account, 1_000_000, at_ms=ms(FIRST))
    stop, problems, made = threading.Event(), [], []

    def post() -> None:
        with connect(core.dsn("api"), application="test") as own:
            number = 0
            while not stop.is_set():
                number += 1
                # Half of them are booked a moment before the cut, as what another bank told us late would be.
                at_ms = end_ms(FIRST) + (1 if number % 2 else -1)
                request = PostingRequest(
                    kind=Kind.POST, transfer_id=uuid.uuid4(), tenant_id=bank.tenant_id, occurred_at_ms=at_ms,
                    booked_at_ms=at_ms, amount_minor=number, currency="BRL", debit_account_id=accounts[number % 4],
                    credit_account_id=accounts[(number + 1) % 4],
                )  # fmt: skip
                post_batch(own, [request], now_ms=night(FIRST))

    def shut() -> None:
        try:
            with connect(core.dsn("api"), application="test") as own:
                made.append(close_day(own, tenant_id=bank.tenant_id, day=FIRST, now_ms=night(FIRST)))
        except Exception as problem:
            problems.append(problem)

    poster, closers = threading.Thread(target=post), [threading.Thread(target=shut) for _ in range(3)]
    for thread in [poster, *closers]:
        thread.start()
    for closer in closers:
        closer.join()
    stop.set()
    poster.join()
    assert problems == []
    assert len({tuple(closing.closed.lines) for closing in made}) == 1
    again = close(bank, FIRST).closed
    assert (again.lines, again.entries) == (made[0].closed.lines, made[0].closed.entries)


def killed_at(core: PostgresServer, statement: str, bank: Bank, day: date) -> None:
    """Close a day by a run that is killed before one of its statements."""

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
        close_day(dying, tenant_id=bank.tenant_id, day=day, now_ms=night(day))
    assert dying.closed


@pytest.mark.servers
@pytest.mark.parametrize(
    "statement",
    [
        "cut_bookings",
        "insert into ledger.day_close",
        "insert into bank.accrual_terms",
        "insert into bank.charge",
        "ledger.post_batch",
        "update ledger.day_close",
    ],
)
def test_a_close_that_is_killed_is_finished_by_the_next(bank, core, statement):
    bank.product("savings", credit_rate_ppm=365_000)
    last = date(2026, 3, 31)
    account = bank.account("savings", opened=last)
    bank.deposit(account, 1_000_000, at_ms=ms(last))
    close(bank, last - DAY)
    killed_at(core, statement, bank, last)
    assert len(list(close_ended_days(bank.api, tenant_id=bank.tenant_id, now_ms=night(last + DAY)))) >= 1
    assert bank.balance(account) == 1_000_000 + 1_000


@pytest.mark.servers
def test_an_account_without_funds_is_asked_once_a_night_however_often_its_day_is_closed(bank):
    last = date(2026, 3, 31)
    bank.product("basic", monthly_fee_minor=990)
    bank.account("basic", opened=FIRST)
    assert [close(bank, last).collected.refused for _ in range(3)] == [1, 0, 0]
    assert close(bank, last + DAY).collected.refused == 1
    assert bank.rows("select attempts from bank.charge") == [(2,)]


@pytest.mark.servers
def test_a_day_that_is_closed_again_collects_what_a_killed_run_has_not_tried(bank, core):
    last = date(2026, 3, 31)
    bank.product("basic", monthly_fee_minor=990)
    bank.account("basic", opened=FIRST)
    killed_at(core, "ledger.post_batch", bank, last)
    assert bank.rows("select attempts from bank.charge") == [(0,)]
    assert [close(bank, last).collected.refused for _ in range(2)] == [1, 0]


@pytest.mark.servers
def test_a_fee_that_was_set_after_a_month_was_closed_is_not_charged_for_it(bank):
    last = date(2026, 11, 30)
    bank.product("basic", monthly_fee_minor=0)
    account = bank.account("basic", opened=FIRST)
    bank.deposit(account, 10_000, at_ms=ms(FIRST))
    assert close(bank, last).charges == 0
    bank.product("basic", monthly_fee_minor=1_000)
    made = list(close_ended_days(bank.api, tenant_id=bank.tenant_id, now_ms=night(last + DAY)))
    assert [(closing.closed.day, closing.charges) for closing in made] == [(last, 0), (last + DAY, 0)]
    assert bank.rows("select period from bank.charge") == []
    assert bank.balance(account) == 10_000


@pytest.mark.servers
def test_a_first_rate_holds_from_the_day_on_that_was_open_when_it_was_set(bank):
    bank.product("savings")
    account = bank.account("savings", opened=FIRST)
    bank.deposit(account, 100_000, at_ms=ms(FIRST))
    close(bank, FIRST)
    bank.product("savings", credit_rate_ppm=36_500)
    assert len(list(close_ended_days(bank.api, tenant_id=bank.tenant_id, now_ms=night(FIRST + DAY)))) == 2
    assert bank.parts(account) == {FIRST + DAY: 100_000 * 36_500 * 1_000}


@pytest.mark.servers
@pytest.mark.parametrize("statement", ["insert into bank.accrual_terms", "insert into bank.charge"])
def test_the_day_after_one_that_was_cut_off_is_not_closed_before_that_one_is_finished(bank, core, statement):
    last = date(2026, 11, 30)
    bank.product("basic", credit_rate_ppm=365_000, monthly_fee_minor=10)
    account = bank.account("basic", opened=last)
    bank.deposit(account, 1_000_000, at_ms=ms(last))
    killed_at(core, statement, bank, last)
    with pytest.raises(DayUnfinished, match="2026-11-30"):
        close(bank, last + DAY)
    made = list(close_ended_days(bank.api, tenant_id=bank.tenant_id, now_ms=night(last + DAY), prove_newest=False))
    assert [(closing.closed.day, closing.charges) for closing in made] == [(last, 2), (last + DAY, 0)]
    assert bank.balance(account) == 1_000_000 + 1_000 - 10


def test_every_tenant_with_an_account_is_found_by_who_may_see_all(bank, core):
    bank.account("checking", opened=FIRST)
    with connect(core.dsn("audit"), application="test") as audit:
        assert bank.tenant_id in tenants(audit)
