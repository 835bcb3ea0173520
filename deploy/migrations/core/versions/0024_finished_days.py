"""A closed day says whether what fell due with it is done, and a sealed block's proof counts what was sealed, nothing else."""

from alembic import op

from kit.migrations import read_sql

revision = "0024_finished_days"
down_revision = "0023_release"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
