"""Backtests that came to their end."""

from alembic import op

from kit.migrations import read_sql

revision = "0006_backtest"
down_revision = "0005_model_drift"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
