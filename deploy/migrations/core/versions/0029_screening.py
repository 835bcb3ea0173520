"""Watch-lists version by version, whom they were met by, and what two people said to it."""

from alembic import op

from kit.migrations import read_sql

revision = "0029_screening"
down_revision = "0028_money_habits"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
