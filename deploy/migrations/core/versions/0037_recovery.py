"""Money that customers were defrauded of, asked back from where it went."""

from alembic import op

from kit.migrations import read_sql

revision = "0037_recovery"
down_revision = "0036_live_scenarios"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
