"""Scheduled transfers and standing orders, and what became of each of their dates."""

from alembic import op

from kit.migrations import read_sql

revision = "0020_schedules"
down_revision = "0019_sandbox"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
