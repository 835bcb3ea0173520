"""Nights that scenarios have looked at, what the policy needs to open cases, and what segments follow from."""

from alembic import op

from kit.migrations import read_sql

revision = "0036_live_scenarios"
down_revision = "0035_screened_payments"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
