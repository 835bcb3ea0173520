"""Which values scenarios have been given, and from which day on: what every judge of payments reads, live or over history.

Rows as they are kept; `governance.scenarios.version.held` makes `risk.scenarios.parameters.Version` of them.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

MOST_HELD = 10_000

_HELD = """
    select v.scenario, v.segment, v.valid_from, v.parameters
      from governance.scenario_version v
      join governance.scenario_verdict s using (tenant_id, version_id)
     where v.tenant_id = %s and s.action = 'approve'
     order by s.said_at, v.version_id
     limit %s
"""


@dataclass(frozen=True, slots=True)
class HeldVersion:
    """Approved values of a scenario's parameters from `valid_from` on; for everybody where there is no segment."""

    scenario: str
    segment: str | None
    valid_from: date
    values: dict[str, int]


async def held(connection: psycopg.AsyncConnection, tenant_id: str) -> list[HeldVersion]:
    """Return a tenant's approved versions in the order of their approval. In a transaction that carries the tenant."""
    found = await connection.execute(_HELD, (tenant_id, MOST_HELD))
    return [_version(*row) for row in await found.fetchall()]


def held_of(connection: psycopg.Connection, tenant_id: str) -> list[HeldVersion]:
    """Return the same over a blocking connection, whose role sees every tenant or which carries this one."""
    return [_version(*row) for row in connection.execute(_HELD, (tenant_id, MOST_HELD)).fetchall()]


def _version(scenario: str, segment: str | None, valid_from: date, values: dict[str, Any]) -> HeldVersion:
    return HeldVersion(scenario, segment, valid_from, {name: int(value) for name, value in values.items()})
