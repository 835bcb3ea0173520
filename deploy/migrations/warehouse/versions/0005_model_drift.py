"""How far a model's world has moved from what it learned from."""

from alembic import op

from kit.migrations import read_sql

revision = "0005_model_drift"
down_revision = "0004_search"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
