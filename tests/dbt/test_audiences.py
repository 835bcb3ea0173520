"""The marts of each audience, on a bank whose figures can be worked out by hand."""

import math
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
from psycopg.rows import dict_row

from kit.settings import PostgresServer, Settings
from ledger.chart import line_of
from pipelines.marts import Built, build
from pipelines.marts.dbt import run
from tests.dbt.rows import Decided
from tests.dbt.small_bank import SmallBank

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]

MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # noon at the bank
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
SAVES, SPENDS = "c000002", "c000001"
THIRD = Decimal("0.333333")
RECONCILED = (
    "balances_reconcile_with_the_ledger",
    "cases_reconcile_with_alerts",
    "compliance_reconciles_with_alerts",
    "customers_reconcile_with_transactions",
    "finance_reconciles_with_the_ledger",
    "liquidity_and_revenue_reconcile_with_the_trial_balance",
    "payments_reconcile_with_the_ledger",
    "payments_reconcile_with_transactions",
    "product_reconciles_with_accounts",
    "risk_reconciles_with_decisions",
)


@pytest.fixture(scope="module")
def settings(warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(var=tmp_path_factory.mktemp("var"), warehouse=warehouse)


@pytest.fixture(scope="module")
def bank(warehouse: PostgresServer) -> SmallBank:
    made = SmallBank(warehouse)
    made.system("settlement:pix", "settlement:ted", "income:fees", "income:interest", "expense:interest", "opening", "odd:one")
    made.system("liquidity:BRL")
    made.system("liquidity:USD", currency="USD")
    made.customer(SPENDS)
    made.customer(SAVES, product="savings", opened_at=MONDAY)
    made.customer(f"{SPENDS} in dollars", currency="USD")
    made.customer("c000003", opened_at=TUESDAY)
    made.rate(MONDAY.date(), "USD", bid_e8=500_000_000, ask_e8=510_000_000)
    _monday(made)
    _tuesday(made)
    _wednesday(made)
    made.closed(
        MONDAY.date(),
        {
            "equity:openings": -100_000,
            "liabilities:deposits:checking": 98_000,
            "assets:settlement:pix": 1_900,
            "assets:settlement:ted": 100,
        },
    )
    made.charge(SAVES, "credit-interest", 40, value_day=WEDNESDAY.date(), status="posted")
    made.charge(SPENDS, "monthly-fee", 990, value_day=WEDNESDAY.date(), status="due")
    made.count()
    return made


def _monday(bank: SmallBank) -> None:
    bank.moved("opening", SPENDS, 100_000, at=MONDAY - timedelta(hours=3), purpose="opening")
    bank.paid(
        Decided(event_time=MONDAY, amount_minor=2_000, customer_id=SPENDS, duration_us=400, shadow_rules=["tried"]),
        debit=SPENDS, credit="settlement:pix",
    )  # fmt: skip


def _tuesday(bank: SmallBank) -> None:
    bank.paid(
        Decided(event_time=TUESDAY, amount_minor=5_000, customer_id=SPENDS, direction="credit"),
        debit="settlement:pix", credit=SPENDS,
    )  # fmt: skip
    ted = Decided(event_time=TUESDAY + timedelta(hours=1), amount_minor=3_000, customer_id=SPENDS, channel="ted")
    bank.paid(ted, debit=SPENDS, credit="settlement:ted")
    at = ted.event_time + timedelta(seconds=1)
    bank.moved(SPENDS, "income:fees", 150, at=at, purpose="fee", reason="transfer-fee")
    bank.paid(
        Decided(event_time=TUESDAY, amount_minor=700, customer_id=SPENDS, verdict="deny", outcome="denied", probability=0.97,
                reasons=["new_payee"], rules=["new_payee", "night"], labels=((True, 1),)),
        debit=SPENDS, credit="settlement:pix", reason="new_payee",
    )  # fmt: skip
    bank.paid(
        Decided(event_time=TUESDAY, amount_minor=800, customer_id=SPENDS, outcome="failed"),
        debit=SPENDS, credit="settlement:pix", reason="insufficient-funds",
    )  # fmt: skip
    bank.raw.add(Decided(event_time=TUESDAY, amount_minor=60, customer_id=SAVES, outcome="observed"))
    for amount_minor in (900, 1_100):  # held: the first is posted in part on Wednesday, the second waits
        held = Decided(
            event_time=TUESDAY, amount_minor=amount_minor, customer_id=SPENDS, verdict="review", rules=["night"],
            outcome="posted" if amount_minor == 900 else None, probability=0.6,
        )  # fmt: skip
        [transfer_id] = bank.raw.add(held)
        bank.moved(SPENDS, "settlement:pix", amount_minor, at=TUESDAY, status="held", transfer_id=transfer_id)
        if held.outcome:
            bank.moved(SPENDS, "settlement:pix", 600, at=WEDNESDAY, transfer_id=transfer_id)


def _wednesday(bank: SmallBank) -> None:
    bank.moved("income:fees", SPENDS, 150, at=WEDNESDAY, purpose="reversal", reason="mistake")
    bank.moved("settlement:pix", SPENDS, 25, at=WEDNESDAY, purpose="reversal", reason="returned")
    bank.moved("expense:interest", SAVES, 40, at=WEDNESDAY, purpose="interest", reason="credit-interest")
    bank.moved(SPENDS, "liquidity:BRL", 510, at=WEDNESDAY, purpose="exchange")
    bank.moved("liquidity:USD USD", f"{SPENDS} in dollars", 100, at=WEDNESDAY, purpose="exchange", currency="USD")
    bank.moved(SPENDS, "odd:one", 1, at=WEDNESDAY, purpose="adjustment")


@pytest.fixture(scope="module")
def built(settings: Settings, bank: SmallBank) -> Built:
    alert = uuid.uuid4()
    bank.raw.alert(alert_id=alert, status="open", change="opened", decisions=1)
    bank.raw.alert(alert_id=alert, status="in_review", change="moved", decisions=31)
    bank.raw.alert(alert_id=alert, status="confirmed", change="moved", decisions=61)
    bank.raw.alert(alert_id=uuid.uuid4(), status="open", change="opened", decisions=1)
    opened_at = datetime(2026, 3, 10, 16, tzinfo=UTC)
    bank.case(
        alert, ["fan-in", "structuring"], scheme="structuring", severity=2, state="reported", operation_on=date(2026, 1, 20),
        selected_on=date(2026, 3, 10), opened_at=opened_at, judged_at=opened_at + timedelta(days=2),
        ended_at=opened_at + timedelta(days=6), outcome="report", label="structuring", report_due_on=date(2026, 3, 13),
        report_sent_at=opened_at + timedelta(days=6), frozen_at=opened_at, freezes=1,
    )  # fmt: skip
    return build(settings)


@pytest.fixture
def reader(warehouse: PostgresServer, built: Built) -> Iterator[psycopg.Cursor]:
    with psycopg.connect(warehouse.dsn("analytics"), row_factory=dict_row) as connection, connection.cursor() as cursor:
        cursor.execute("select set_config('app.tenant_id', 'demo', false)")
        yield cursor


def test_an_account_s_days_follow_from_each_other(reader: psycopg.Cursor, bank: SmallBank) -> None:
    rows = reader.execute(
        "select day, entries, opening_minor, debits_minor, credits_minor, closing_minor from marts.general_ledger_daily "
        "where account_id = %s order by day",
        (bank[SPENDS],),
    ).fetchall()
    assert [tuple(row.values()) for row in rows] == [
        (MONDAY.date(), 2, 0, 2_000, 100_000, 98_000),
        (TUESDAY.date(), 3, 98_000, 3_150, 5_000, 99_850),
        (WEDNESDAY.date(), 5, 99_850, 1_111, 175, 98_914),
    ]


def test_a_trial_balance_has_every_line_on_every_day(reader: psycopg.Cursor) -> None:
    rows = reader.execute(
        "select line, currency, opening_minor, debits_minor, credits_minor, closing_minor from marts.trial_balance_daily "
        "where day = %s order by line, currency",
        (TUESDAY.date(),),
    ).fetchall()
    assert [tuple(row.values()) for row in rows] == [
        ("assets:settlement:pix", "BRL", 2_000, 5_000, 0, -3_000),
        ("assets:settlement:ted", "BRL", 0, 0, 3_000, 3_000),
        ("equity:liquidity:BRL", "BRL", 0, 0, 0, 0),
        ("equity:liquidity:USD", "USD", 0, 0, 0, 0),
        ("equity:openings", "BRL", -100_000, 0, 0, -100_000),
        ("equity:other:odd:one", "BRL", 0, 0, 0, 0),
        ("expenses:interest", "BRL", 0, 0, 0, 0),
        ("income:fees", "BRL", 0, 0, 150, 150),
        ("liabilities:deposits:checking", "BRL", 98_000, 3_150, 5_000, 99_850),
        ("liabilities:deposits:checking", "USD", 0, 0, 0, 0),
        ("liabilities:deposits:savings", "BRL", 0, 0, 0, 0),
    ]
    assert rows[5]["line"] == line_of(code="odd:one", product=None)


def test_revenue_is_by_product_and_kind_and_a_reversal_takes_it_back(reader: psycopg.Cursor) -> None:
    rows = reader.execute(
        "select day, product, kind, postings, amount_minor, amount_brl_minor, reversed_minor from marts.revenue_daily "
        "order by day, kind"
    ).fetchall()
    found = {(row["day"], row["product"], row["kind"]): tuple(row.values())[3:] for row in rows}
    # The customer paid BRL 5.10 for a dollar that is worth BRL 5.05 that day.
    assert found == {
        (TUESDAY.date(), "checking", "fees"): (1, 150, 150, 0),
        (WEDNESDAY.date(), "checking", "exchange-margin"): (2, 5, 5, 0),
        (WEDNESDAY.date(), "checking", "fees"): (1, -150, -150, 150),
        (WEDNESDAY.date(), "savings", "interest-paid"): (1, -40, -40, 0),
    }


def test_charges_say_what_is_posted_and_what_is_still_due(reader: psycopg.Cursor) -> None:
    rows = reader.execute("select product, kind, charged_minor, posted_minor, due_minor from marts.charges_daily order by kind")
    assert [tuple(row.values()) for row in rows] == [
        ("savings", "credit-interest", 40, 40, 0),
        ("checking", "monthly-fee", 990, 0, 990),
    ]


def test_a_rail_s_position_is_what_it_owes_the_bank(reader: psycopg.Cursor) -> None:
    rows = reader.execute(
        "select day, opening_minor, received_minor, paid_minor, closing_minor, lowest_minor, highest_minor "
        "from marts.liquidity_daily where rail = 'pix' order by day"
    ).fetchall()
    assert [tuple(row.values()) for row in rows] == [
        (MONDAY.date(), 0, 0, 2_000, -2_000, -2_000, 0),
        (TUESDAY.date(), -2_000, 5_000, 0, 3_000, -2_000, 3_000),
        (WEDNESDAY.date(), 3_000, 25, 600, 2_425, 2_425, 3_000),
    ]


def test_a_close_is_compared_line_by_line_with_what_happened(reader: psycopg.Cursor) -> None:
    rows = reader.execute(
        "select day, status, closed_after_minutes > 0 as closed, entries, lines, lines_differing from marts.daily_close "
        "order by day"
    ).fetchall()
    assert [tuple(row.values()) for row in rows] == [
        (MONDAY.date(), "closed", True, 4, 11, 2),
        (TUESDAY.date(), "due", None, 6, None, None),
        (WEDNESDAY.date(), "due", None, 14, None, None),
    ]
    rows = reader.execute(
        "select line, booked_minor, occurred_minor, difference_minor from marts.daily_close_lines where difference_minor <> 0 "
        "order by line"
    ).fetchall()
    assert [tuple(row.values()) for row in rows] == [
        ("assets:settlement:pix", 1_900, 2_000, -100),
        ("assets:settlement:ted", 100, 0, 100),
    ]


def test_payments_of_a_day_are_told_apart_by_how_they_ended(reader: psycopg.Cursor) -> None:
    row = reader.execute("select * from marts.payments_daily where rail = 'pix' and day = %s", (TUESDAY.date(),)).fetchone()
    assert row is not None
    wanted = {
        "attempts": 6, "asked_minor": 8_560, "posted": 2, "posted_minor": 5_600, "sent": 1, "sent_minor": 600, "observed": 1,
        "denied": 1, "failed": 1, "abandoned": 0, "waiting": 1, "success_rate": pytest.approx(0.5), "fees": 0, "fee_minor": 0,
        "cost_minor": 1, "holds_placed": 2, "holds_ended": 0, "holds_open": 2, "holds_open_minor": 2_000,
    }  # fmt: skip
    assert {name: row[name] for name in wanted} == wanted


def test_a_fee_is_its_transfer_s_rail_s_and_a_reversal_its_settlement_account_s(reader: psycopg.Cursor) -> None:
    rows = reader.execute(
        "select day, rail, fees, fee_minor, cost_minor, reversals, reversed_minor, holds_open from marts.payments_daily "
        "where day >= %s order by day, rail",
        (TUESDAY.date(),),
    ).fetchall()
    found = {(row["day"], row["rail"]): tuple(row.values())[2:] for row in rows}
    assert found[TUESDAY.date(), "ted"] == (1, 150, 45, 0, 0, 0)
    assert found[WEDNESDAY.date(), "pix"] == (0, 0, 0, 1, 25, 1)
    assert found[WEDNESDAY.date(), "internal"] == (0, 0, 0, 1, 150, 0)


def test_a_percentile_is_at_most_five_percent_too_long(reader: psycopg.Cursor) -> None:
    row = reader.execute(
        "select decide_p50_us, settle_p99_ms from marts.payments_daily where rail = 'pix' and day = %s", (MONDAY.date(),)
    ).fetchone()
    assert row is not None
    assert 400 <= row["decide_p50_us"] <= 420
    assert 0 <= row["settle_p99_ms"] <= 1_050


def test_refusals_have_the_ledger_s_reason_or_the_decision_s(reader: psycopg.Cursor) -> None:
    rows = reader.execute("select outcome, reason, payments, amount_minor from marts.refusals_daily order by outcome")
    assert [tuple(row.values()) for row in rows] == [("denied", "new_payee", 1, 700), ("failed", "insufficient-funds", 1, 800)]


def test_what_was_saved_is_the_fraud_that_did_not_move(reader: psycopg.Cursor) -> None:
    row = reader.execute(
        "select decisions, allowed, reviewed, denied, frauds, frauds_caught, caught_minor, saved_minor, lost_minor, "
        "false_alarms, fraud_caught_rate, alarm_precision from marts.risk_daily where channel = 'pix' and day = %s",
        (TUESDAY.date(),),
    ).fetchone()
    assert row is not None
    assert tuple(row.values()) == (6, 3, 2, 1, 1, 1, 700, 700, 0, 2, 1, THIRD)


def test_a_rule_is_as_right_as_its_hits_and_alone_where_no_other_acted(reader: psycopg.Cursor) -> None:
    rows = reader.execute(
        "select day, rule, shadow, hits, frauds, alone, frauds_alone, day_frauds, rule_precision, rule_recall "
        "from marts.rule_performance_daily order by day, rule"
    ).fetchall()
    assert [tuple(row.values()) for row in rows] == [
        (MONDAY.date(), "tried", True, 1, 0, 1, 0, 0, 0, None),
        (TUESDAY.date(), "new_payee", False, 1, 1, 0, 0, 1, 1, 1),
        (TUESDAY.date(), "night", False, 3, 1, 2, 0, 1, THIRD, 1),
    ]


def test_what_the_model_said_stands_beside_what_turned_out(reader: psycopg.Cursor) -> None:
    rows = reader.execute(
        "select matured, from_probability, to_probability, decisions, frauds, mean_probability, fraud_share "
        "from marts.calibration_bins order by bin"
    ).fetchall()
    assert [tuple(float(value) if number > 2 else value for number, value in enumerate(row.values())) for row in rows] == [
        (False, 0.01, 0.02, 5, 0, 0.01, 0),
        (False, 0.5, 1.0, 3, 1, pytest.approx((0.97 + 0.6 + 0.6) / 3), pytest.approx(1 / 3, abs=1e-5)),
    ]


def test_an_alert_s_clocks_run_from_its_opening(reader: psycopg.Cursor) -> None:
    rows = reader.execute(
        "select status, look_minutes, decision_minutes, times_decided, look_overdue, decision_overdue, "
        "open_minutes is null as done from marts.alert_clocks order by status"
    ).fetchall()
    assert [tuple(row.values()) for row in rows] == [
        ("confirmed", 30, 60, 1, False, False, True),
        ("open", None, None, 0, True, True, False),
    ]
    [row] = reader.execute(
        "select opened, looked_at, looked_at_late, confirmed, dismissed, open_at_end from marts.compliance_daily "
        "where opened > 0"
    ).fetchall()
    assert tuple(row.values()) == (2, 1, 0, 1, 0, 1)


def test_a_case_says_what_came_of_it_and_whether_each_step_was_in_time(reader: psycopg.Cursor) -> None:
    rows = reader.execute(
        "select severity, outcome, label, alerts, scenarios, frozen, selection_days, decision_days, decision_minutes, "
        "report_minutes, selection_overdue, decision_overdue, report_overdue from marts.case_outcomes"
    ).fetchall()
    scenarios = ["fan-in", "structuring"]
    assert [tuple(row.values()) for row in rows] == [
        ("high", "report", "structuring", 1, scenarios, True, 49, 2, 2_880, 5_760, True, False, True)
    ]


def test_an_alert_is_followed_from_its_opening_to_its_report_under_each_of_its_scenarios(reader: psycopg.Cursor) -> None:
    rows = reader.execute(
        "select scenario, severity, alerts, triaged, in_case, cases, to_report, reported, frozen, confirmed, dismissed, "
        "confirmed_share, triaged_late from marts.alert_funnel order by scenario"
    ).fetchall()
    assert [tuple(row.values()) for row in rows] == [
        ("fan-in", "high", 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0),
        ("not-known-yet", "none", 1, 0, 0, 0, 0, 0, 0, 0, 0, None, 1),
        ("structuring", "high", 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0),
    ]
    rows = reader.execute(
        "select scenario, alerts, reported, confirmed_share from marts.scenario_outcomes where reported > 0 order by scenario"
    ).fetchall()
    assert [tuple(row.values()) for row in rows] == [("fan-in", 1, 1, 1), ("structuring", 1, 1, 1)]


def test_segments_value_and_health_are_one_row_a_customer(reader: psycopg.Cursor) -> None:
    rows = reader.execute(
        "select customer_id, r.payments_90d, r.paid_90d_brl_minor, v.revenue_brl_minor, v.cost_brl_minor, h.success_points, "
        "h.safety_points, h.health_score from marts.customer_rfm r join marts.customer_value v using (tenant_id, customer_id) "
        "join marts.customer_health h using (tenant_id, customer_id) order by customer_id"
    ).fetchall()
    # Three payments of the first took place (a pix, a TED, and the hold), two of six were refused, one is known for fraud.
    assert [tuple(row.values())[:-1] for row in rows] == [
        (SPENDS, 3, 5_900, 5, 47, 13, 0),
        (SAVES, 1, 60, -40, 1, 20, 10),
    ]
    parts = "activity_points + cushion_points + success_points + breadth_points + safety_points"
    assert reader.execute(f"select count(*) as wrong from marts.customer_health where health_score <> {parts}").fetchone() == {
        "wrong": 0
    }


def test_the_churn_score_is_the_one_of_the_paper(reader: psycopg.Cursor) -> None:
    rows = reader.execute(
        "select customer_id, active_days, silent_days, churn_score from marts.customer_churn order by 1"
    ).fetchall()
    assert [(row["customer_id"], row["active_days"], row["silent_days"]) for row in rows] == [(SPENDS, 2, 0), (SAVES, 1, 0)]
    scores = [row["churn_score"] for row in rows]
    assert scores == [pytest.approx(_bg_nbd(repeats=1, last=1, age=1)), pytest.approx(_bg_nbd(repeats=0, last=0, age=0))]


def _bg_nbd(*, repeats: int, last: float, age: float, ahead: float = 45) -> float:
    """1 - P(alive) x P(some payment within `ahead` | alive), with r = 1, alpha = 10, a = 1, b = 20."""
    r, alpha, a, b = 1.0, 10.0, 1.0, 20.0
    left = a / (b + repeats - 1) * math.exp((r + repeats) * math.log((alpha + age) / (alpha + last))) if repeats else 0.0
    silent = ((alpha + age) / (alpha + age + ahead)) ** (r + repeats)
    return 1 - 1 / (1 + left) * (1 - silent)


def test_an_account_is_active_once_it_was_paid_into_and_from(reader: psycopg.Cursor, bank: SmallBank) -> None:
    row = reader.execute(
        "select first_paid_in_at, first_paid_out_at, activated_at from marts.account_activation where account_id = %s",
        (bank[SPENDS],),
    ).fetchone()
    assert row is not None
    assert tuple(row.values()) == tuple(day + timedelta(seconds=1) for day in (TUESDAY, MONDAY, TUESDAY))
    funnel = reader.execute(
        "select cohort_week, product, opened, paid_in, activated from marts.activation_funnel_weekly "
        "order by cohort_week, product"
    ).fetchall()
    assert [tuple(row.values()) for row in funnel] == [
        (date(2026, 1, 5), "checking", 2, 1, 1),
        (date(2026, 3, 2), "checking", 1, 0, 0),
        (date(2026, 3, 2), "savings", 1, 0, 0),
    ]


def test_feature_use_counts_customers_and_uses(reader: psycopg.Cursor) -> None:
    rows = reader.execute("select feature, customers, uses, active_customers from marts.feature_use_weekly order by feature")
    assert [tuple(row.values()) for row in rows] == [
        ("exchange currency", 1, 1, 2),
        ("pay by pix", 2, 3, 2),
        ("pay by ted", 1, 1, 2),
    ]


def test_no_mart_shows_a_row_without_a_tenant(warehouse: PostgresServer, built: Built) -> None:
    tables = "select tablename from pg_tables where schemaname = 'marts' and tablename <> 'dim_days'"
    with psycopg.connect(warehouse.dsn("analytics")) as connection:
        marts = [row[0] for row in connection.execute(tables)]
        assert {"general_ledger_daily", "payments_daily", "customer_health", "alert_clocks", "risk_daily"} <= set(marts)
        seen = {mart: connection.execute(f"select count(*) from marts.{mart}").fetchone() for mart in marts}
    assert {mart for mart, rows in seen.items() if rows != (0,)} == set()


def test_every_reconciliation_sees_what_is_wrong(settings: Settings, warehouse: PostgresServer, built: Built) -> None:
    """The last test: the marts stay as they are then."""
    with psycopg.connect(warehouse.dsn("postgres")) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("update marts.general_ledger_daily set closing_minor = closing_minor + 1")
        connection.execute("update marts.liquidity_daily set closing_minor = closing_minor + 1")
        connection.execute("update marts.payments_daily set posted_minor = posted_minor + 1")
        connection.execute("update marts.fct_ledger_entries set amount_minor = amount_minor + 1 where purpose = 'transfer'")
        connection.execute("delete from marts.customer_rfm where customer_id = %s", (SAVES,))
        connection.execute("update marts.risk_daily set frauds = frauds + 1")
        connection.execute("update marts.compliance_daily set open_at_end = open_at_end + 1")
        connection.execute("update marts.alert_funnel set alerts = alerts + 1")
        connection.execute("update marts.activation_funnel_weekly set opened = opened + 1")
    done = run(settings, ["test", "--select", *RECONCILED, "--vars", "whole: true"], timeout_s=300)
    assert done.returncode == 1
    assert {name for name in RECONCILED if f"FAIL 1 {name}" in done.stdout or f"Failure in test {name}" in done.stdout} == set(
        RECONCILED
    )
