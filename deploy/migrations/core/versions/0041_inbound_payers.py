"""Who pays into the bank, by name, and money that waits for a verdict on its payer."""

from alembic import op

from kit.migrations import read_sql

revision = "0041_inbound_payers"
down_revision = "0039_let_go"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
