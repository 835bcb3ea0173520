"""The line of positions that the relay's bootstrap begins."""

from alembic import op

from kit.migrations import read_sql

revision = "0008_outbox_line"
down_revision = "0007_settlement"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
