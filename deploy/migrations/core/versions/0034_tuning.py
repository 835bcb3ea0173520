"""Values of scenarios by version and their trials; changes of a tenant's own watch-lists; two people each."""

from alembic import op

from kit.migrations import read_sql

revision = "0034_tuning"
down_revision = "0033_held_back"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
