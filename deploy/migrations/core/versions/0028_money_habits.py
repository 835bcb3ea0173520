"""Budgets, and what customers said of themselves as investors."""

from alembic import op

from kit.migrations import read_sql

revision = "0028_money_habits"
down_revision = "0027_erasures"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
