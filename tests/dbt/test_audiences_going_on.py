"""The marts of each audience go on where they were, and hold what a whole build makes of the same rows, however late."""

import uuid
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from kit.settings import PostgresServer, Settings
from pipelines.marts.dbt import run
from tests.dbt.rows import Decided
from tests.dbt.small_bank import SmallBank

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]

FIRST = datetime(2026, 2, 2, 15, 0, tzinfo=UTC)
RUN_S = 600
# When a row was worked out, and how old that makes it, is what two builds may say otherwise.
OF_THE_BUILD = "{as_of,built_at,outcome_built_at,open_minutes,look_overdue,decision_overdue}"
TABLES = """
select format('%I.%I', schemaname, tablename) from pg_tables
where schemaname in ('marts', 'intermediate')
    and tablename not in ('int_build_cut', 'model_cuts', 'mask_key', 'dim_days', 'freshness')
"""


@pytest.fixture(scope="module")
def settings(warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(var=tmp_path_factory.mktemp("var"), warehouse=warehouse)


def turn(settings: Settings, *arguments: str) -> None:
    """Build, and have every test of dbt hold."""
    done = run(settings, ["build", "--exclude-resource-type", "unit_test", *arguments], timeout_s=RUN_S)
    assert done.returncode == 0, done.stdout[-3000:]


def content(warehouse: PostgresServer) -> dict[str, list[str]]:
    with psycopg.connect(warehouse.dsn("postgres")) as connection:
        return {
            table: [
                row[0]
                for row in connection.execute(
                    f"select (to_jsonb(t) - %s::text[])::text from {table} t order by 1", (OF_THE_BUILD,)
                )
            ]
            for (table,) in connection.execute(TABLES).fetchall()
        }


def _first_month(bank: SmallBank) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID]:
    """Payments of four weeks; of two of them a hold is open. Return a payment that is let through, those two, and an alert."""
    bank.system("settlement:pix", "settlement:ted", "income:fees", "opening")
    for name in ("c000001", "c000002"):
        bank.customer(name)
        bank.moved("opening", name, 10**6, at=FIRST - timedelta(days=1), purpose="opening")
    let_through = [
        bank.paid(
            Decided(event_time=FIRST + timedelta(days=day), amount_minor=1_000 + day, customer_id=f"c00000{1 + day % 2}",
                    channel=rail, rules=["night"] if day % 5 == 0 else [], duration_us=100 * day + 50),
            debit=f"c00000{1 + day % 2}", credit=f"settlement:{rail}",
        )
        for day, rail in ((day, "ted" if day % 4 == 0 else "pix") for day in range(28))
    ]  # fmt: skip
    at = FIRST + timedelta(days=8, seconds=1)
    bank.moved("c000001", "income:fees", 99, at=at, purpose="fee", reason="transfer-fee")
    [held] = bank.raw.add(
        Decided(event_time=FIRST + timedelta(days=3), amount_minor=500, customer_id="c000001", verdict="review", outcome=None)
    )
    bank.moved("c000001", "settlement:pix", 500, at=FIRST + timedelta(days=3), status="held", transfer_id=held)
    alert = uuid.uuid4()
    bank.raw.alert(alert_id=alert, status="open", change="opened", decisions=1)
    return let_through[5], held, alert


def _late(bank: SmallBank, let_through: uuid.UUID, held: uuid.UUID, alert: uuid.UUID) -> None:
    """What comes after a build about days that it had, and what is new."""
    bank.raw.label(let_through, fraud=True, known_at=FIRST + timedelta(days=20))
    bank.raw.outcome(held, "posted")
    bank.moved("c000001", "settlement:pix", 450, at=FIRST + timedelta(days=4), transfer_id=held)
    bank.paid(
        Decided(event_time=FIRST + timedelta(days=1), amount_minor=77, customer_id="c000002", labels=((True, 2),)),
        debit="c000002", credit="settlement:pix",
    )  # fmt: skip
    bank.moved("income:fees", "c000001", 99, at=FIRST + timedelta(days=9), purpose="reversal", reason="mistake")
    bank.system("settlement:boleto")  # a rail whose money moved before the reference data knew of it
    bank.moved("c000002", "settlement:boleto", 12, at=FIRST + timedelta(days=6), purpose="adjustment")
    bank.customer("c000003")
    bank.paid(
        Decided(event_time=FIRST + timedelta(days=40), amount_minor=5, customer_id="c000003", direction="credit"),
        debit="settlement:pix", credit="c000003",
    )  # fmt: skip
    bank.raw.alert(alert_id=alert, status="confirmed", change="moved", decisions=2)


def test_late_rows_change_the_days_that_they_belong_to(settings: Settings, warehouse: PostgresServer) -> None:
    bank = SmallBank(warehouse)
    known = _first_month(bank)
    bank.count()
    turn(settings)
    before = content(warehouse)
    _late(bank, *known)
    bank.count()
    turn(settings)
    gone_on = content(warehouse)
    turn(settings, "--full-refresh")
    whole = content(warehouse)
    assert {table for table in whole if gone_on[table] != whole[table]} == set()
    changed = {table for table in whole if before[table] != whole[table]}
    assert changed >= {
        "marts.general_ledger_daily", "marts.trial_balance_daily", "marts.liquidity_daily", "marts.revenue_daily",
        "marts.payments_hourly", "marts.payments_daily", "marts.risk_daily", "marts.rule_performance_daily",
        "marts.calibration_bins", "marts.alert_clocks", "marts.compliance_daily", "marts.customer_rfm", "marts.customer_value",
        "marts.customer_health", "marts.account_activation", "marts.activation_funnel_weekly", "marts.feature_use_weekly",
    }  # fmt: skip


def test_what_has_not_changed_is_not_written_again(settings: Settings, warehouse: PostgresServer) -> None:
    written = "select max(as_of), count(*) from marts.{}"
    marts = ("general_ledger_daily", "payments_hourly", "risk_daily")

    def last() -> list[object]:
        with psycopg.connect(warehouse.dsn("audit")) as connection:
            return [connection.execute(written.format(mart)).fetchone() for mart in marts]

    before = last()
    turn(settings, "--select", *(f"+{mart}" for mart in marts))
    assert last() == before
