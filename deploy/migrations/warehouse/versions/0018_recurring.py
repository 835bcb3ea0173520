"""What comes again on customers' accounts, found once a day."""

from alembic import op

from kit.migrations import read_sql

revision = "0018_recurring"
down_revision = "0016_bi"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
