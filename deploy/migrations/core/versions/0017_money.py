"""Interest, fees, currency exchange, suspense and the close of a day."""

from alembic import op

from kit.migrations import read_sql

revision = "0017_money"
down_revision = "0016_accounts"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
