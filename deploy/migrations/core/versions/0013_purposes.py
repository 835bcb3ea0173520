"""What else the ledger moves money for."""

from alembic import op

from kit.migrations import read_sql

revision = "0013_purposes"
down_revision = "0012_person_facts"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
