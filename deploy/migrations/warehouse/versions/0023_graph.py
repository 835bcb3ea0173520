"""What stands out in who pays whom."""

from alembic import op

from kit.migrations import read_sql

revision = "0023_graph"
down_revision = "0021_own_money"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
