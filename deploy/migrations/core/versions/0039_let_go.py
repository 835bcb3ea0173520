"""Payments that waited for a hit whose list has let go of the entry."""

from alembic import op

from kit.migrations import read_sql

revision = "0039_let_go"
down_revision = "0038_declared"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
