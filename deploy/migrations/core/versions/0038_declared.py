"""What customers declare and banks are told before: incomes, devices that payments may come from, withdrawals of cash."""

from alembic import op

from kit.migrations import read_sql

revision = "0038_declared"
down_revision = "0037_recovery"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
