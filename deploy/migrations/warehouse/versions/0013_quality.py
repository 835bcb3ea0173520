"""What was found of each day of each set, which days are held back, and what the batch side did and failed to do."""

from alembic import op

from kit.migrations import read_sql

revision = "0013_quality"
down_revision = "0012_erasures"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
