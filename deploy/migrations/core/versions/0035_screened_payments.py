"""Payments whose parties may be somebody on a watch-list, and who the parties are that are no customers."""

from alembic import op

from kit.migrations import read_sql

revision = "0035_screened_payments"
down_revision = "0034_tuning"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
