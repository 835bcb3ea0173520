"""What says that history changed is open to nobody unnamed, as every function that passes row-level security by."""

from alembic import op

from kit.migrations import read_sql

revision = "0022_own_triggers"
down_revision = "0021_isolation"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
