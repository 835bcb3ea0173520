"""What a decision says of rules and models that are only tried."""

from alembic import op

from kit.migrations import read_sql

revision = "0003_what_is_tried"
down_revision = "0002_address"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
