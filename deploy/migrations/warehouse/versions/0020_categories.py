"""Which model decides what movements were for, and who had the last word."""

from alembic import op

from kit.migrations import read_sql

revision = "0020_categories"
down_revision = "0018_recurring"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
