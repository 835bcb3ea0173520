"""Budgets and profiles copied from the core, and what is said of customers' money once a day."""

from alembic import op

from kit.migrations import read_sql

revision = "0021_own_money"
down_revision = "0020_categories"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
