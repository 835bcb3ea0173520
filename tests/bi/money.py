"""What the nights said of customers' own money in the marts' sources, and histories that agree with the ledger's events."""

import uuid
from datetime import UTC, date, datetime, timedelta

import psycopg

from kit.settings import PostgresServer

CATEGORIES = ("groceries", "housing", "leisure")
MADE_AT = datetime(2026, 3, 16, 6, tzinfo=UTC)
FIRST_DAY = MADE_AT.date()
RAILS = {"pix": 400_000, "ted": -150_000}
_HISTORIES = """
insert into read_model.movement (generation, tenant_id, account_id, sequence, transfer_id, amount_minor, balance_after_minor,
    currency, purpose, channel, decided, category, category_by, counterparty_account_id, counterparty_kind, description,
    value_at, booked_at, log_offset)
select 1, e.tenant_id, a.account_id, row_number() over (partition by a.account_id order by e.log_offset), e.transfer_id,
    case when e.debit_account_id = a.account_id then -e.amount_minor else e.amount_minor end, 0, e.currency, e.purpose, 'pix',
    true, (%(categories)s::text[])[1 + e.log_offset %% 3], 'rule',
    case when e.debit_account_id = a.account_id then e.credit_account_id else e.debit_account_id end, 'outside', null,
    e.occurred_at, e.occurred_at, e.log_offset
from raw.ledger_events e join raw.accounts a on a.account_id in (e.debit_account_id, e.credit_account_id)
where a.customer_id is not null
"""


def fill_money(warehouse: PostgresServer, *, tenant_id: str = "demo") -> None:
    """Write them for a tenant whose ledger's events are there; of its customers c000000 to c000007 the health is known."""
    with psycopg.connect(warehouse.dsn("postgres")) as connection:
        connection.execute(_HISTORIES, {"categories": list(CATEGORIES)})
        connection.execute(
            "insert into read_model.position (generation, next_offset, as_of) "
            "select 1, max(log_offset) + 1, now() from raw.ledger_events "
            "on conflict (generation) do update set next_offset = excluded.next_offset"
        )
        _own_money(connection, tenant_id)
        _recurring(connection, tenant_id)
        for kind, subjects in (("cash_flow", {"c000000": 20_000, "c000001": -5_000}), ("liquidity", RAILS)):
            _forecast(connection, tenant_id, kind, subjects)


def _own_money(connection: psycopg.Connection, tenant_id: str) -> None:
    connection.execute(
        "insert into insight.money_made values (%s, %s, %s, %s, 8, 100)", (tenant_id, FIRST_DAY, MADE_AT, MADE_AT)
    )
    for number, (score, band) in enumerate([(90, "healthy")] * 3 + [(60, "coping")] * 4 + [(20, "vulnerable")]):
        connection.execute(
            "insert into insight.health values (%(tenant)s, %(who)s, 'BRL', %(score)s, %(band)s, 6, 'liquidity', %(score)s, "
            "2.5, %(score)s, 75.0, %(score)s, 0.0, %(score)s, 20.0, %(score)s, 1.0)",
            {"tenant": tenant_id, "who": f"c{number:06d}", "score": score, "band": band},
        )
    month = FIRST_DAY.replace(day=1)
    for standing, spent, chance_over in (("on-track", 100, 10), ("at-risk", 900, 60), ("over", 1_500, 100)):
        connection.execute(
            "insert into insight.budget_standing values (%s, %s, 'c000000', 'leisure', 'BRL', 1, %s, 15, 1000, %s, %s, %s, %s, "
            "%s, %s, %s)",
            (tenant_id, uuid.uuid4(), month, spent, 1_000 - spent, standing, spent + 50, spent, spent + 200, chance_over),
        )
    connection.execute(
        "insert into insight.unusual values (%s, 'c000000', 'BRL', 'payment', %s, 'leisure', %s, 90000, 1000, 5000, 9.5)",
        (tenant_id, FIRST_DAY - timedelta(days=2), uuid.uuid4()),
    )


def _recurring(connection: psycopg.Connection, tenant_id: str) -> None:
    connection.execute(
        "insert into insight.made (tenant_id, as_of, made_at, accounts, movements, series) values (%s, %s, %s, 1, 12, 2)",
        (tenant_id, FIRST_DAY, MADE_AT),
    )
    for series, direction, amount in (("wages", "in", 500_000), ("rent", "out", 180_000)):
        connection.execute(
            "insert into insight.recurring (tenant_id, series_id, customer_id, account_id, direction, category, counterparty, "
            "currency, period, first_day, last_day, payments, amount_minor, low_minor, high_minor, subscription) "
            "values (%s, %s, 'c000000', %s, %s, 'housing', 'p1', 'BRL', 'monthly', %s, %s, 6, %s, %s, %s, false)",
            (tenant_id, series, uuid.uuid4(), direction, date(2025, 9, 5), date(2026, 3, 5), amount, amount, amount),
        )


def _forecast(connection: psycopg.Connection, tenant_id: str, kind: str, subjects: dict[str, int]) -> None:
    connection.execute(
        "insert into forecast.made (tenant_id, kind, first_day, made_at, horizon_days, history_days, series, backtests, "
        "rmse_scaled, rmse_scaled_seasonal_naive, coverage_80_pct, backtest) "
        "values (%s, %s, %s, %s, 5, 90, %s, 3, 0.9, 1.2, 81.0, '{}')",
        (tenant_id, kind, FIRST_DAY, MADE_AT, len(subjects)),
    )
    for subject, net in subjects.items():
        for ahead in range(5):
            for flow, expected in (("inflow", 1_000_000 + net), ("outflow", 1_000_000), ("net", net)):
                amount = expected + 1_000 * ahead
                connection.execute(
                    "insert into forecast.flow (tenant_id, kind, first_day, subject, currency, day, flow, expected_minor, "
                    "low_80_minor, high_80_minor, low_95_minor, high_95_minor) "
                    "values (%s, %s, %s, %s, 'BRL', %s, %s, %s, %s, %s, %s, %s)",
                    (tenant_id, kind, FIRST_DAY, subject, FIRST_DAY + timedelta(days=ahead), flow, amount, amount - 50_000,
                     amount + 50_000, amount - 90_000, amount + 90_000),
                )  # fmt: skip
