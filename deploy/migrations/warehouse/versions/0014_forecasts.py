"""Forecasts of money: by customer, and by rail for the bank."""

from alembic import op

from kit.migrations import read_sql

revision = "0014_forecasts"
down_revision = "0013_quality"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
