"""The terms that accounts are kept under."""

from alembic import op

from kit.migrations import read_sql

revision = "0014_products"
down_revision = "0013_purposes"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
