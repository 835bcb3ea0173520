"""Rules that were hit without effect."""

from alembic import op

from kit.migrations import read_sql

revision = "0003_shadow_rules"
down_revision = "0002_address"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
