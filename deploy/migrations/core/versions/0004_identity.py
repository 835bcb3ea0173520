"""Tenants, users, API keys, sessions and the audit log."""

from alembic import op

from kit.migrations import read_sql

revision = "0004_identity"
down_revision = "0003_idempotency"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
