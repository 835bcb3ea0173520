"""Sandbox tenants, whose clock a tester moves."""

from alembic import op

from kit.migrations import read_sql

revision = "0019_sandbox"
down_revision = "0018_history"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
