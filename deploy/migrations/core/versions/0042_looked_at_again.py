"""Money whose payer has to be looked at first, and what a tenant wants of payers whom nobody has named."""

from alembic import op

from kit.migrations import read_sql

revision = "0042_looked_at_again"
down_revision = "0041_inbound_payers"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
