"""What people write beside their transfers, and what they call them."""

from alembic import op

from kit.migrations import read_sql

revision = "0018_history"
down_revision = "0017_money"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
