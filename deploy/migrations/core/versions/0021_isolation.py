"""Finished claims keep their promise for a day, whoever asks to forget them."""

from alembic import op

from kit.migrations import read_sql

revision = "0021_isolation"
down_revision = "0020_schedules"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
