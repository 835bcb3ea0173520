"""What is found of money laundering on live money, with the payments that make it; alerts of scenarios."""

from alembic import op

from kit.migrations import read_sql

revision = "0031_aml_findings"
down_revision = "0030_casework"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
