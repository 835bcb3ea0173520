"""Received money that is held back: precautionary blocks, and disputes of a received Pix."""

from alembic import op

from kit.migrations import read_sql

revision = "0033_held_back"
down_revision = "0031_aml_findings"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
