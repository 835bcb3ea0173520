"""The role of the dashboards, which reads one tenant's marts."""

from alembic import op

from kit.migrations import read_sql

revision = "0016_bi"
down_revision = "0014_forecasts"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
