"""Policies, lists and simulations: how decisions are made, and who changed it."""

from alembic import op

from kit.migrations import read_sql

revision = "0010_governance"
down_revision = "0009_available"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
