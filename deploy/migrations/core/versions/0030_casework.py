"""Cases, evidence, two people's decisions and their trail, reports to the financial intelligence unit, freezes."""

from alembic import op

from kit.migrations import read_sql

revision = "0030_casework"
down_revision = "0029_screening"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
