"""Who is erased, for those who compare payments with registered devices: an erased customer's are gone."""

from alembic import op

from kit.migrations import read_sql

revision = "0043_erased_devices"
down_revision = "0042_looked_at_again"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
