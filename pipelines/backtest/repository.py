"""Backtests that came to their end, in the warehouse: written as `transform`, the role of batch work."""

from psycopg import Connection

from pipelines.backtest.report import BacktestReport

_KEEP = """
insert into monitoring.backtest (backtest_id, tenant_id, from_day, to_day, model, policy, decisions, report)
values (
  %(backtest_id)s, %(tenant_id)s, to_timestamp(%(from_ms)s / 1000.0) at time zone 'UTC',
  to_timestamp((%(until_ms)s - 1) / 1000.0) at time zone 'UTC', %(model)s, %(policy)s, %(decisions)s, %(report)s
)
on conflict (backtest_id) do nothing
"""


def keep(connection: Connection, report: BacktestReport, *, text: str) -> None:
    """Write a report, `text` being its JSON. One that is there already stands: a backtest is never run again by its id."""
    connection.execute(
        _KEEP,
        {
            "backtest_id": report.backtest_id,
            "tenant_id": report.tenant_id or "",
            "from_ms": report.from_ms,
            "until_ms": report.until_ms,
            "model": report.model,
            "policy": report.policy,
            "decisions": report.decisions,
            "report": text,
        },
    )
