"""Accounts and customers as people live with them."""

from alembic import op

from kit.migrations import read_sql

revision = "0016_accounts"
down_revision = "0015_chain"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
