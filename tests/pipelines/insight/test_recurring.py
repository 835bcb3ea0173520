"""A night's look at what comes again: from the ledger's events and what decisions knew, kept in place of the night before."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from kit.business_days import business_day_of_month
from kit.clock import FixedClock
from kit.settings import PostgresServer, Settings
from pipelines.insight.recurring.repository import Moved
from pipelines.insight.recurring.run import Made, make, of_account
from tests.pipelines.cash_flow.money import Money

LAST = date(2026, 3, 31)
HERE = ZoneInfo("America/Sao_Paulo")
CLOCK = FixedClock(int(datetime(2026, 4, 1, 3, 20, tzinfo=HERE).timestamp() * 1000))
MONTHS = [(2025, month) for month in range(9, 13)] + [(2026, month) for month in range(1, 4)]
_DECISION = (
    "insert into raw.decisions (tenant_id, transaction_id, epoch, n, door, adopted, event_time, known_at, channel, direction, "
    "amount_minor, currency, account_id, payee_id, merchant_id, mcc, verdict, source, rules, reasons, policy, feature_set, "
    "truncated, late, control_group, scored_at, log_offset) values (%s, %s, 1, %s, 'topic', false, now(), now(), %s, %s, %s, "
    "'BRL', %s, %s, %s, %s, 'allow', 'scorer', '{}', '{}', 'p', 'f', false, false, false, now(), %s)"
)


# -- of one account, without a server --------------------------------------------------------------------------------------


def moved(day: date, delta_minor: int, *, counterparty: str = "m00007", mcc: int | None = 5815, number: int = 0) -> Moved:
    return Moved(
        account_id=uuid.UUID(int=1), customer_id="c1", transfer_id=uuid.uuid5(uuid.NAMESPACE_URL, f"{day} {counterparty}"),
        day=day, delta_minor=delta_minor, currency="BRL", purpose="transfer", channel="card", mcc=mcc, other_customer=None,
        other_code="settlement:card", counterparty=counterparty, log_offset=number,
    )  # fmt: skip


def test_a_merchants_code_says_what_a_subscription_is_for() -> None:
    (found,) = of_account([moved(date(year, month, 9), -1_990) for year, month in MONTHS], as_of=LAST)
    assert (found.recurring.category, found.recurring.counterparty, found.recurring.subscription) == ("leisure", "m00007", True)


def test_movements_of_which_nobody_knows_the_other_side_are_no_series() -> None:
    assert of_account([moved(date(year, month, 9), -1_990, counterparty="") for year, month in MONTHS], as_of=LAST) == []


# -- of a whole bank -------------------------------------------------------------------------------------------------------


class Bank(Money):
    """Accounts, movements, and what was decided of them."""

    def pay(
        self, at: datetime, debit: uuid.UUID, credit: uuid.UUID, amount_minor: int, *, channel: str, direction: str = "debit",
        payee: str | None = None, merchant: str | None = None, mcc: int | None = None,
    ) -> None:  # fmt: skip
        """Write a movement with its decision."""
        self.move((at, debit, credit, amount_minor))
        with psycopg.connect(self._warehouse.dsn("sinks")) as connection:
            (transfer_id,) = connection.execute(
                "select transfer_id from raw.ledger_events where tenant_id = %s and log_offset = %s",
                (self.tenant_id, self._offset),
            ).fetchone()
            account = debit if direction == "debit" else credit
            connection.execute(
                _DECISION,
                (
                    self.tenant_id, transfer_id, self._offset, channel, direction, amount_minor, str(account), payee, merchant,
                    mcc, self._offset,
                ),
            )  # fmt: skip


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=HERE)


@pytest.fixture(scope="module")
def bank(warehouse: PostgresServer) -> Bank:
    """Ana has wages and a subscription, and pays Bia rent; Caio pays fees, and somebody once."""
    found = Bank(warehouse, tenant_id=f"t{uuid.uuid4().hex[:8]}")
    pix, card = (found.account(code=f"settlement:{rail}") for rail in ("pix", "card"))
    fees = found.account(code="income:fees")
    ana, bia, caio = (found.account(customer_id=name) for name in ("ana", "bia", "caio"))
    for year, month in MONTHS:
        found.pay(noon(business_day_of_month(year, month, 5)), pix, ana, 500_000, channel="ted", direction="credit", payee="p9")
        found.pay(noon(date(year, month, 12)), ana, card, 3_990, channel="card", merchant="m1", payee="t1", mcc=5815)
        found.move((noon(date(year, month, 10)), ana, bia, 150_000))
        found.move((noon(date(year, month, 28)), caio, fees, 2_900), purpose="fee")
    found.pay(noon(LAST), caio, pix, 9_000, channel="pix", payee="p77")
    return found


@pytest.fixture(scope="module")
def settings(warehouse: PostgresServer) -> Settings:
    return Settings(warehouse=warehouse)


@pytest.fixture(scope="module")
def made(settings: Settings, bank: Bank) -> Made:
    (found,) = (each for each in make(settings, last_day=LAST, clock=CLOCK) if each.tenant_id == bank.tenant_id)
    return found


def rows(settings: Settings, query: str, *values: object) -> Sequence[tuple]:
    with psycopg.connect(settings.warehouse.dsn("audit")) as connection:
        return connection.execute(query, values).fetchall()


@pytest.mark.servers
def test_both_sides_of_what_comes_again_are_found_with_who_is_on_the_other(settings: Settings, bank: Bank, made: Made) -> None:
    found = rows(
        settings, "select customer_id, direction, category, amount_minor, payments, next_day, subscription "
        "from insight.recurring where tenant_id = %s order by 1, 2, 4", bank.tenant_id,
    )  # fmt: skip
    assert found == [
        ("ana", "in", "transfers", 500_000, 7, date(2026, 4, 8), False),
        ("ana", "out", "leisure", 3_990, 7, date(2026, 4, 12), True),
        ("ana", "out", "people", 150_000, 7, date(2026, 4, 10), False),
        ("bia", "in", "people", 150_000, 7, date(2026, 4, 10), False),
        ("caio", "out", "fees", 2_900, 7, date(2026, 4, 28), False),
    ]
    assert (made.accounts, made.movements, made.series, made.going) == (3, 5 * 7 + 1, 5, 5)
    named = dict(rows(settings, "select amount_minor, counterparty from insight.recurring where tenant_id = %s and "
                                "customer_id = 'ana'", bank.tenant_id))  # fmt: skip
    assert named[500_000] == "p9"
    assert named[3_990] == "m1"
    assert uuid.UUID(named[150_000])


@pytest.mark.servers
def test_what_a_payment_is_for_is_what_the_accounts_history_says(settings: Settings, bank: Bank, made: Made) -> None:
    with psycopg.connect(settings.warehouse.dsn("postgres")) as connection:
        connection.execute(
            "insert into read_model.movement (generation, tenant_id, account_id, sequence, transfer_id, amount_minor, "
            "balance_after_minor, currency, purpose, channel, decided, category, category_by, counterparty_account_id, "
            "counterparty_kind, value_at, booked_at, log_offset) select 1, e.tenant_id, e.debit_account_id, e.log_offset, "
            "e.transfer_id, -e.amount_minor, 0, e.currency, e.purpose, 'internal', true, 'home', 'holder', "
            "e.credit_account_id, 'customer', e.occurred_at, e.occurred_at, e.log_offset from raw.ledger_events e "
            "where e.tenant_id = %s and e.amount_minor = 150000",
            (bank.tenant_id,),
        )
    make(settings, last_day=LAST, clock=CLOCK)
    query = (
        "select direction, category from insight.recurring where tenant_id = %s and amount_minor = 150000 order by direction"
    )
    assert rows(settings, query, bank.tenant_id) == [("in", "people"), ("out", "home")]


@pytest.mark.servers
def test_made_again_it_takes_its_own_place_and_an_earlier_day_changes_nothing(
    settings: Settings, bank: Bank, made: Made
) -> None:
    query = "select * from insight.recurring where tenant_id = %s order by series_id"
    before = rows(settings, query, bank.tenant_id)
    make(settings, last_day=LAST, clock=CLOCK)
    assert rows(settings, query, bank.tenant_id) == before
    earlier = make(settings, last_day=LAST - timedelta(days=60), clock=CLOCK)
    assert bank.tenant_id not in {each.tenant_id for each in earlier}
    assert rows(settings, query, bank.tenant_id) == before


@pytest.mark.servers
def test_what_has_not_come_for_long_has_ended(settings: Settings, bank: Bank, made: Made) -> None:
    later = [
        each for each in make(settings, last_day=LAST + timedelta(days=90), clock=CLOCK) if each.tenant_id == bank.tenant_id
    ]
    assert [(each.series, each.going) for each in later] == [(5, 0)]
    assert rows(settings, "select as_of, series from insight.made where tenant_id = %s", bank.tenant_id) == [
        (LAST + timedelta(days=90), 5)
    ]
