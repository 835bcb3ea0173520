"""Year of birth and state of a customer."""

from alembic import op

from kit.migrations import read_sql

revision = "0012_person_facts"
down_revision = "0011_models"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
