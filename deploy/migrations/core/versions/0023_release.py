"""A key is given back by whoever holds it, and by nobody whose lease had run out."""

from alembic import op

from kit.migrations import read_sql

revision = "0023_release"
down_revision = "0022_own_triggers"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
