"""What is asked every moment reads what is due, not what there is."""

from alembic import op

from kit.migrations import read_sql

revision = "0025_bounded_reads"
down_revision = "0024_finished_days"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
