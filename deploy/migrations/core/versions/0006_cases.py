"""Alerts and their members."""

from alembic import op

from kit.migrations import read_sql

revision = "0006_cases"
down_revision = "0005_bank"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
