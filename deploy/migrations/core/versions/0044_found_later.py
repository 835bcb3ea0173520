"""What a second look at a payer tells compliance, and money that a bank no longer holds for want of a name."""

from alembic import op

from kit.migrations import read_sql

revision = "0044_found_later"
down_revision = "0043_erased_devices"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
