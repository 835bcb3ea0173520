"""What interest goes on from: totals by account and side, so that a night reads nothing of what was accrued before."""

import uuid
from collections.abc import Iterator
from datetime import date, timedelta

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.migrations import FOLDER, migrate
from kit.settings import PostgresServer
from ledger.charges.run import charge_month, collect
from ledger.days import ends_month
from ledger.interest.accrual import PARTS_PER_MINOR, DayBalance, DayCount, Side, Terms, accrue
from ledger.interest.run import accrue_day
from tests.ledger.bank import Bank, days, ms, night

pytestmark = pytest.mark.servers
DAY = timedelta(days=1)


@pytest.fixture
def bank(core: PostgresServer) -> Iterator[Bank]:
    made = Bank(core)
    yield made
    made.api.close()


def run(bank: Bank, day: date) -> None:
    accrue_day(bank.api, tenant_id=bank.tenant_id, day=day, now_ms=night(day))


def nights(made: Bank, moves: list[tuple[int, int, int]], first: date, *, count: int, late: int) -> None:
    """Live through `count` nights, with the month charged and collected `late` nights after its end."""
    account = made.account("plus", opened=first, floor_minor=-(10**15))
    for number in range(count):
        day = first + number * DAY
        for on, back, amount in moves:
            if on == number:
                made.deposit(account, amount, at_ms=ms(day), value_ms=ms(max(first, day - back * DAY)))
        run(made, day)
        totals_are_those_of_the_rows(made)
        over = day - late * DAY
        if over >= first and ends_month(over):
            charge_month(made.api, tenant_id=made.tenant_id, last_day=over, now_ms=night(day))
            totals_are_those_of_the_rows(made)
            collect(made.api, tenant_id=made.tenant_id, now_ms=night(day))


def totals_are_those_of_the_rows(made: Bank) -> None:
    rows = made.rows(
        "select s.credit_parts, s.debit_parts, s.credit_charged_minor, s.debit_charged_minor, s.account_id "
        "from bank.accrual_state s"
    )
    for *kept, account in rows:
        found = [
            made.rows(f"select coalesce(sum({what}), 0) from bank.{table} where account_id = %s and kind = %s", account, side)
            for table, what in (("accrual", "parts"), ("charge", "amount_minor"))
            for side in Side
        ]
        assert kept == [total for [(total,)] in found]


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 11), st.integers(0, 9), st.integers(-(10**12), 2 * 10**12).filter(bool)),
        min_size=1,
        max_size=10,
    ),
    st.integers(0, 2),
    st.sampled_from(DayCount),
)
def test_whatever_was_backdated_over_a_charge_each_day_is_as_if_all_had_been_known(core, moves, late, day_count):
    """The accruals are those of one pass over the entries by value date and the charges, as they were made."""
    made, first = Bank(core), date(2026, 2, 23)
    made.product("plus", credit_rate_ppm=136_500, debit_rate_ppm=800_000, day_count=day_count.value)
    nights(made, moves, first, count=12, late=late)
    [(account,)] = made.rows("select account_id from bank.account")
    by_value = dict(
        made.rows(
            "select (value_at at time zone 'America/Sao_Paulo')::date, sum(delta_minor)::bigint from ledger.entry "
            "where account_id = %s group by 1",
            account,
        )
    )
    terms, balance, whole = Terms(136_500, 800_000, day_count), 0, []
    for day in days(first, first + 11 * DAY):
        balance += by_value.get(day, 0)
        whole.append(DayBalance(day, balance, terms))
    for side in Side:
        charges = dict(made.rows("select value_day, amount_minor from bank.charge where kind = %s", side.value))
        charged = {day: minor * PARTS_PER_MINOR for day, minor in charges.items()}
        expected = {at.day: parts for at, parts in accrue(whole, side=side, carried_parts=0, charged_parts=charged) if parts}
        found = {day: parts for day, parts in made.parts(account, side.value).items() if parts}
        assert found == expected
    made.api.close()


def test_a_night_reads_no_accrual_and_no_charge_of_before(bank, core):
    bank.product("plus", credit_rate_ppm=10_000)
    first, last = date(2026, 4, 1), date(2026, 4, 30)
    bank.deposit(bank.account("plus", opened=first), 12_345_678, at_ms=ms(first))
    for day in days(first, last):
        run(bank, day)
    charge_month(bank.api, tenant_id=bank.tenant_id, last_day=last, now_ms=night(last))
    run(bank, last + DAY)
    # On a connection that has no plan yet from when there was a handful of rows.
    later = Bank(core, tenant_id=bank.tenant_id)
    with later.api.transaction():
        for way in ("seqscan", "hashjoin", "mergejoin"):
            later.api.execute(f"set local enable_{way} = off".encode())
        before = rows_read(later)
        run(later, last + 2 * DAY)
        charge_month(later.api, tenant_id=bank.tenant_id, last_day=last + 2 * DAY, now_ms=night(last + 2 * DAY))
        assert rows_read(later) - before <= 2
    later.api.close()


def rows_read(bank: Bank) -> int:
    """How many rows of what grows from night to night this connection has read of late."""
    [(read,)] = bank.rows(
        "select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::bigint from pg_stat_xact_user_tables "
        "where relid in ('bank.accrual'::regclass, 'bank.charge'::regclass)"
    )
    return int(read)


def test_interest_of_before_there_were_totals_goes_on_from_all_that_accrued_and_was_charged(core):
    with psycopg.connect(core.dsn("postgres"), autocommit=True) as owner:
        owner.execute(f"create database {core.dbname}_old")
    old = core.model_copy(update={"dbname": f"{core.dbname}_old"})
    config = Config()
    config.set_main_option("script_location", str(FOLDER / "core"))
    config.attributes["url"] = old.url("postgres").replace("postgresql://", "postgresql+psycopg://", 1)
    command.upgrade(config, "0024_finished_days")
    with psycopg.connect(old.dsn("postgres"), autocommit=True) as owner:
        owner.execute(
            "insert into bank.accrual_state (account_id, tenant_id, product, since_day, through_day) "
            "select a, 't', 'p', '2026-04-01', '2026-04-30' from unnest(%s::uuid[]) a",
            ([uuid.UUID(int=1), uuid.UUID(int=2)],),
        )
        owner.execute(
            "insert into bank.accrual select 't', %s, k, day, day, 1, 3 from unnest(%s::text[]) k, "
            "generate_series(date '2026-04-01', date '2026-04-10', interval '1 day') day",
            (uuid.UUID(int=1), [side.value for side in Side]),
        )
        owner.execute(
            "insert into bank.charge (charge_id, tenant_id, account_id, kind, period, amount_minor, currency, value_day, "
            "due_at) select gen_random_uuid(), 't', %s, k, '2026-03', 5, 'BRL', '2026-04-01', now() "
            "from unnest(array['credit-interest', 'monthly-fee']) k",
            (uuid.UUID(int=1),),
        )
        migrate(old.url("postgres"), server="core")
        found = owner.execute(
            "select credit_parts, debit_parts, credit_charged_minor, debit_charged_minor "
            "from bank.accrual_state order by account_id"
        ).fetchall()
    with psycopg.connect(core.dsn("postgres"), autocommit=True) as owner:
        owner.execute(f"drop database {old.dbname} with (force)")
    assert found == [(30, 30, 5, 0), (0, 0, 0, 0)]
