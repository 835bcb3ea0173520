"""Going on where the marts were, and a role for analysts."""

from alembic import op

from kit.migrations import read_sql

revision = "0010_analyst"
down_revision = "0009_reference"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
