"""What accounts may still pay, asked for many at once."""

from alembic import op

from kit.migrations import read_sql

revision = "0009_available"
down_revision = "0008_outbox_line"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
