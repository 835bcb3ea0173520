"""The SQL of profiles: who has one, and of which moment."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection


@dataclass(frozen=True, slots=True)
class Profiled:
    """A customer whose profile the mart holds, and the moment it holds for."""

    tenant_id: str
    customer_id: str
    as_of: datetime


def profiled(connection: Connection) -> list[Profiled]:
    """Return every customer of the mart, of all tenants, in the order of their keys."""
    rows = connection.execute(
        "select tenant_id, customer_id, as_of from marts.customer_profiles order by tenant_id, customer_id"
    ).fetchall()
    return [Profiled(*row) for row in rows]
