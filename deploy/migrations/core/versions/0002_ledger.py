"""The double-entry ledger."""

from alembic import op

from kit.migrations import read_sql

revision = "0002_ledger"
down_revision = "0001_roles_outbox"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
