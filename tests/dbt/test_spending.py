"""What customers spend each month, by category: the ledger's to the cent, each tenant's for itself, and without any text."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import LiteralString

import psycopg
import pytest

from kit.settings import PostgresServer, Settings
from pipelines.marts import MartsNotBuilt, build
from pipelines.marts.dbt import run, target
from pipelines.marts.results import read_results
from tests.dbt.test_forecasts import read
from tests.pipelines.cash_flow.money import Money

pytestmark = pytest.mark.servers
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
# Half past eleven at night in Sao Paulo, on the last of March: April by the clock of the server.
LATE = datetime(2026, 4, 1, 2, 30, tzinfo=UTC)
NOON = datetime(2026, 4, 2, 15, tzinfo=UTC)
RECONCILED = "spending_reconciles_with_the_ledger"
_MOVEMENT = """
insert into read_model.movement (generation, tenant_id, account_id, sequence, transfer_id, amount_minor, balance_after_minor,
    currency, purpose, channel, decided, category, category_by, counterparty_account_id, counterparty_kind, description,
    value_at, booked_at, log_offset)
select 1, e.tenant_id, %(account_id)s, %(sequence)s, e.transfer_id,
    case when e.debit_account_id = %(account_id)s then -e.amount_minor else e.amount_minor end, 0,
    %(currency)s, 'transfer', 'pix', true, %(category)s, %(category_by)s, e.credit_account_id, 'outside', 'segredo',
    e.occurred_at, e.occurred_at, e.log_offset
from raw.ledger_events e where e.tenant_id = %(tenant_id)s and e.log_offset = %(log_offset)s
"""


class Histories(Money):
    """Movements in the ledger's events and in the histories."""

    def __init__(self, warehouse: PostgresServer, *, tenant_id: str, first_offset: int) -> None:
        super().__init__(warehouse, tenant_id=tenant_id)
        self._offset = first_offset
        self._sequence = 0

    def spend(
        self, at: datetime, debit: uuid.UUID, credit: uuid.UUID, amount_minor: int, *, of: uuid.UUID, category: str, by: str,
        currency: str = "BRL",
    ) -> None:  # fmt: skip
        self.move((at, debit, credit, amount_minor))
        self._sequence += 1
        with psycopg.connect(self._warehouse.dsn("postgres")) as connection:
            connection.execute(
                "update raw.ledger_events set currency = %s where tenant_id = %s and log_offset = %s",
                (currency, self.tenant_id, self._offset),
            )
            connection.execute(
                _MOVEMENT,
                {
                    "account_id": of, "sequence": self._sequence, "category": category, "category_by": by,
                    "tenant_id": self.tenant_id, "log_offset": self._offset, "currency": currency,
                },
            )  # fmt: skip
            connection.execute(
                "insert into read_model.position (generation, next_offset, as_of) values (1, %s, now()) "
                "on conflict (generation) do update set next_offset = excluded.next_offset",
                (self._offset + 1,),
            )


@pytest.fixture(scope="module")
def settings(warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(var=tmp_path_factory.mktemp("var"), warehouse=warehouse)


@pytest.fixture(scope="module")
def built(warehouse: PostgresServer, settings: Settings) -> PostgresServer:
    demo = Histories(warehouse, tenant_id="demo", first_offset=0)
    pix, ana = demo.account(code="settlement:pix"), demo.account(customer_id="ana")
    dollars, abroad = (demo.account(currency="USD", **who) for who in ({"code": "settlement:pix"}, {"customer_id": "ana"}))
    demo.spend(LATE, ana, pix, 1_000, of=ana, category="groceries", by="code")
    demo.spend(LATE, ana, pix, 500, of=ana, category="groceries", by="text")
    demo.spend(NOON, ana, pix, 300, of=ana, category="groceries", by="holder")
    demo.spend(NOON, pix, ana, 9_000, of=ana, category="salary", by="rule")
    demo.spend(NOON, abroad, dollars, 200, of=abroad, category="travel", by="merchant", currency="USD")
    other = Histories(warehouse, tenant_id="other", first_offset=50)
    bank, bia = other.account(code="settlement:pix"), other.account(customer_id="bia")
    other.spend(NOON, bia, bank, 77, of=bia, category="fuel", by="text")
    with psycopg.connect(warehouse.dsn("transform")) as connection:
        connection.execute("update raw.accounts set product = 'checking' where customer_id is not null")
    build(settings)
    return warehouse


def test_each_month_and_category_says_what_left_and_came_and_whose_word_that_is(built: PostgresServer) -> None:
    assert read(
        built,
        "select month, category, currency, spent_minor, spent_count, received_minor, spent_brl_minor, share_holder::text, "
        "share_code::text, share_text::text, share_merchant::text, share_rule::text from marts.spending_monthly "
        "where customer_id = 'ana' order by 1, 2",
    ) == [
        (MARCH, "groceries", "BRL", 1_500, 2, 0, 1_500, "0.000000", "0.500000", "0.500000", "0.000000", "0.000000"),
        (APRIL, "groceries", "BRL", 300, 1, 0, 300, "1.000000", "0.000000", "0.000000", "0.000000", "0.000000"),
        (APRIL, "salary", "BRL", 0, 0, 9_000, 0, "0.000000", "0.000000", "0.000000", "0.000000", "1.000000"),
        # No rate is known of that day: no reais rather than wrong ones.
        (APRIL, "travel", "USD", 200, 1, 0, None, "0.000000", "0.000000", "0.000000", "1.000000", "0.000000"),
    ]
    assert read(built, "select distinct history_offset from marts.spending_monthly") == [(52,)]


def test_a_tenant_reads_its_own_and_analysts_see_another_pseudonym(built: PostgresServer) -> None:
    query = "select customer_id, spent_minor from marts.spending_monthly"
    assert read(built, query, tenant_id="other") == [("bia", 77)]
    assert read(built, query, tenant_id=None) == []
    [(customer, spent_minor)] = read(
        built, "select customer_id, spent_minor from marts_masked.spending_monthly", role="analyst", tenant_id="other"
    )
    assert (customer != "bia", spent_minor) == (True, 77)


@pytest.mark.parametrize(
    "column", ["description", "note", "words", "counterparty_name", "counterparty_owner", "counterparty_id"]
)
def test_who_builds_marts_reads_no_text_and_nobody_on_the_other_side(built: PostgresServer, column: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        read(built, f"select {column} from read_model.movement", role="transform")


@contextmanager
def spoilt(warehouse: PostgresServer, change: LiteralString) -> Iterator[None]:
    """A movement of the histories that says something else than the ledger; every mart of it is made from all rows."""
    where: LiteralString = "where tenant_id = 'other' and sequence = 1"
    with psycopg.connect(warehouse.dsn("postgres"), autocommit=True) as connection:
        connection.execute("delete from intermediate.model_cuts")
        before = connection.execute(f"select amount_minor, log_offset from read_model.movement {where}").fetchone()
        connection.execute(f"update read_model.movement set {change} {where}")
        yield
        connection.execute(f"update read_model.movement set amount_minor = %s, log_offset = %s {where}", before)


def test_a_history_that_does_not_add_up_to_the_ledgers_fails_the_build(built: PostgresServer, settings: Settings) -> None:
    with spoilt(built, "amount_minor = amount_minor - 1"), pytest.raises(MartsNotBuilt, match=RECONCILED):
        build(settings)
    build(settings)


def test_a_history_that_is_not_as_far_as_it_says_fails_its_check(built: PostgresServer, settings: Settings) -> None:
    with spoilt(built, "log_offset = log_offset + 1"):
        done = run(settings, ["build", "--select", "spending_monthly"], timeout_s=300)
    failed = {each.name for each in read_results((target(settings) / "run_results.json").read_text()) if each.bad}
    assert done.returncode != 0
    assert failed == {RECONCILED}
