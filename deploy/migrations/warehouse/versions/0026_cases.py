"""What became of alerts."""

from alembic import op

from kit.migrations import read_sql

revision = "0026_cases"
down_revision = "0024_graph_scores"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
