"""Erasures: requests, holds, steps and proofs, and the role that carries them out."""

from alembic import op

from kit.migrations import read_sql

revision = "0027_erasures"
down_revision = "0026_sealed_people"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    op.get_bind().exec_driver_sql(read_sql(__file__).replace("%", "%%"))
