"""A forgotten tenant sees nothing, on a connection that has served one too."""

from alembic import op

from kit.migrations import read_sql

revision = "0008_isolation"
down_revision = "0007_read_model"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
