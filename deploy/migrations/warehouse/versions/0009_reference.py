"""What the core knows and no topic carries."""

from alembic import op

from kit.migrations import read_sql

revision = "0009_reference"
down_revision = "0008_isolation"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
