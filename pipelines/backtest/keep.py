"""Keeping what a backtest found where analysts look: `marts.backtests`, `marts.backtest_slices`, `marts.backtest_rules`."""

import msgspec
import psycopg

from kit import log
from kit.postgres import connect
from kit.settings import Settings
from pipelines.backtest import repository
from pipelines.backtest.report import BacktestReport

APPLICATION, ROLE = "backtest", "transform"


def keep(settings: Settings, report: BacktestReport) -> bool:
    """Write it to the warehouse; False, and said in the log, while the warehouse is away: whoever asked has it all the same."""
    try:
        with connect(settings.warehouse.dsn(ROLE), application=APPLICATION) as warehouse:
            repository.keep(warehouse, report, text=msgspec.json.encode(report).decode())
    except psycopg.OperationalError as problem:
        log.get_logger().warning("the warehouse does not keep this backtest", backtest=report.backtest_id, problem=str(problem))
        return False
    return True
