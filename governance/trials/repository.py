"""The SQL of simulations: the API's functions run in a transaction that carries the tenant, the worker's on its own role."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from governance.jobs import Held, Queue
from governance.policies import decode
from governance.trials.simulation import Simulation, SimulationStatus, Task

_COLUMNS = (
    "simulation_id::text, policy_version, model, from_day, to_day, status, asked_by, asked_at, done_records, all_records, "
    "result, problem, ended_at"
)
_INSERT = """
    insert into governance.simulation (tenant_id, simulation_id, policy_version, model, from_day, to_day, status, asked_by,
                                       asked_at)
    select %(tenant_id)s, %(simulation_id)s, version, %(model)s, %(from_day)s, %(to_day)s, 'queued', %(by)s, %(now)s
      from governance.policy where tenant_id = %(tenant_id)s and version = %(version)s
    returning simulation_id
"""
_CANCEL = """
    update governance.simulation set status = 'cancelled', ended_at = %(now)s
     where tenant_id = %(tenant_id)s and simulation_id = %(simulation_id)s and status in ('queued', 'running')
    returning simulation_id
"""
_TASK = """
    select s.policy_version, s.model, s.from_day, s.to_day, p.document
      from governance.simulation s
      join governance.policy p on p.tenant_id = s.tenant_id and p.version = s.policy_version
     where s.tenant_id = %s and s.simulation_id = %s
"""

queue = Queue("simulation", key="simulation_id")


async def insert(
    connection: psycopg.AsyncConnection, *, tenant_id: str, simulation_id: str, version: int, model: str, from_day: date,
    to_day: date, by: str, now: datetime,
) -> bool:  # fmt: skip
    """Queue a simulation; False when there is no such version."""
    asked = {
        "tenant_id": tenant_id, "simulation_id": simulation_id, "version": version, "model": model, "from_day": from_day,
        "to_day": to_day, "by": by, "now": now,
    }  # fmt: skip
    return await (await connection.execute(_INSERT, asked)).fetchone() is not None


async def find(connection: psycopg.AsyncConnection, *, tenant_id: str, simulation_id: str) -> Simulation | None:
    """Return one."""
    query = f"select {_COLUMNS} from governance.simulation where tenant_id = %s and simulation_id = %s"
    rows = await _rows(connection, query, (tenant_id, simulation_id))
    return rows[0] if rows else None


async def page(
    connection: psycopg.AsyncConnection, *, tenant_id: str, version: int | None, before: tuple[datetime, str] | None, limit: int
) -> list[Simulation]:
    """Return simulations, newest first, of one version or of all."""
    moment, simulation_id = before or (None, None)
    return await _rows(
        connection,
        f"select {_COLUMNS} from governance.simulation where tenant_id = %s and (%s::integer is null or policy_version = %s) "
        "and (%s::timestamptz is null or (asked_at, simulation_id) < (%s, %s::uuid)) "
        "order by asked_at desc, simulation_id desc limit %s",
        (tenant_id, version, version, moment, moment, simulation_id, limit),
    )


async def cancel(connection: psycopg.AsyncConnection, *, tenant_id: str, simulation_id: str, now: datetime) -> bool:
    """End one that is not at its end; its worker hears so at its next sign of life. False when there is none."""
    asked = {"tenant_id": tenant_id, "simulation_id": simulation_id, "now": now}
    return await (await connection.execute(_CANCEL, asked)).fetchone() is not None


def task(connection: psycopg.Connection, held: Held) -> Task:
    """Return what a simulation that was taken asks for."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_TASK, (held.tenant_id, held.key)).fetchone()
    if row is None:
        raise LookupError(f"simulation {held.key} is gone")
    return Task(tenant_id=held.tenant_id, simulation_id=held.key, **(row | {"document": decode(row["document"])}))


async def _rows(connection: psycopg.AsyncConnection, query: str, values: Sequence[Any]) -> list[Simulation]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, values)  # type: ignore[arg-type]
        return [Simulation(**(row | {"status": SimulationStatus(row["status"])})) for row in await cursor.fetchall()]
