"""The SQL of scenarios' versions and their trials. The API's functions run in a transaction that carries the tenant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from governance.jobs import Held, Queue
from governance.scenarios.version import Said, ScenarioVersion, Trial, TrialStatus

Connection = psycopg.AsyncConnection
Bound = Mapping[str, object]

queue = Queue("scenario_trial", key="trial_id")

_LOCK = "select pg_advisory_xact_lock(hashtextextended('governance.scenario/' || %s, 0))"
_INSERT = """
    insert into governance.scenario_version
        (tenant_id, version_id, scenario, segment, valid_from, parameters, why, proposed_by, proposed_at)
    values (%(tenant_id)s, %(version_id)s, %(scenario)s, %(segment)s, %(valid_from)s, %(parameters)s, %(why)s, %(by)s, %(now)s)
"""
_VERSION = """
    select v.version_id::text, v.scenario, v.segment, v.valid_from, v.parameters as "values", v.why, v.proposed_by,
           v.proposed_at, s.action as said, s.said_by, s.said_at, s.note
      from governance.scenario_version v left join governance.scenario_verdict s using (tenant_id, version_id)
     where v.tenant_id = %(tenant_id)s
"""
_FIND = _VERSION + "and v.scenario = %(scenario)s and v.version_id = %(version_id)s"
_PAGE = (
    _VERSION
    + """
       and v.scenario = %(scenario)s
       and (%(at)s::timestamptz is null or (v.proposed_at, v.version_id) < (%(at)s, %(id)s::uuid))
     order by v.proposed_at desc, v.version_id desc limit %(limit)s
"""
)
_WAITING = """
    select v.scenario, count(*)
      from governance.scenario_version v left join governance.scenario_verdict s using (tenant_id, version_id)
     where v.tenant_id = %(tenant_id)s and s.version_id is null group by v.scenario
"""
_SAY = """
    insert into governance.scenario_verdict (tenant_id, version_id, proposed_by, action, trial_id, said_by, note, said_at)
    values (%(tenant_id)s, %(version_id)s, %(proposed_by)s, %(action)s, %(trial_id)s, %(by)s, %(note)s, %(now)s)
"""
_ASK = """
    insert into governance.scenario_trial (tenant_id, trial_id, version_id, days, status, asked_by, asked_at)
    values (%(tenant_id)s, %(trial_id)s, %(version_id)s, %(days)s, 'queued', %(by)s, %(now)s)
"""
_TRIAL = """
    select trial_id::text, version_id::text, days, status, asked_by, asked_at, done_records, all_records, result, problem,
           ended_at
      from governance.scenario_trial where tenant_id = %(tenant_id)s and version_id = %(version_id)s
     order by asked_at desc, trial_id desc limit 1
"""
_TASK = """
    select t.days, v.scenario, v.segment, v.valid_from, v.parameters as "values"
      from governance.scenario_trial t join governance.scenario_version v using (tenant_id, version_id)
     where t.tenant_id = %s and t.trial_id = %s
"""
_OPENED = """
    select account_id::text, (extract(epoch from opened_at) * 1000)::bigint from bank.account
     where tenant_id = %s and opened_at >= timestamptz 'epoch' + %s * interval '1 millisecond'
     order by opened_at desc limit %s
"""


_OF_KINDS = """
    select a.account_id::text from bank.account a join bank.customer c using (tenant_id, customer_id)
     where a.tenant_id = %s and c.kind = any(%s) limit %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a worker is to try: values of a scenario against those that hold on their first day, over so many days."""

    tenant_id: str
    days: int
    scenario: str
    segment: str | None
    valid_from: date
    values: dict[str, int]


async def lock(connection: Connection, tenant_id: str) -> None:
    """Be the only one who changes this tenant's scenarios until the transaction ends."""
    await connection.execute(_LOCK, (tenant_id,))


async def insert(
    connection: Connection, *, tenant_id: str, version_id: str, scenario: str, valid_from: date, values: Mapping[str, int],
    why: str, by: str, now: datetime, segment: str | None,
) -> None:  # fmt: skip
    """Keep a proposal."""
    await connection.execute(
        _INSERT,
        {
            "tenant_id": tenant_id, "version_id": version_id, "scenario": scenario, "segment": segment,
            "valid_from": valid_from, "parameters": Jsonb(dict(values)), "why": why, "by": by, "now": now,
        },
    )  # fmt: skip


async def find(connection: Connection, *, tenant_id: str, scenario: str, version_id: str) -> ScenarioVersion | None:
    """Return one version."""
    rows = await _versions(connection, _FIND, {"tenant_id": tenant_id, "scenario": scenario, "version_id": version_id})
    return rows[0] if rows else None


async def page(
    connection: Connection, *, tenant_id: str, scenario: str, before: tuple[datetime, str] | None, limit: int
) -> list[ScenarioVersion]:
    """Return a scenario's versions before a moment and id, newest first."""
    at, version_id = before or (None, None)
    asked = {"tenant_id": tenant_id, "scenario": scenario, "at": at, "id": version_id, "limit": limit}
    return await _versions(connection, _PAGE, asked)


async def waiting(connection: Connection, *, tenant_id: str) -> dict[str, int]:
    """Return how many proposals wait to be judged, by scenario."""
    found = await connection.execute(_WAITING, {"tenant_id": tenant_id})
    return {str(scenario): int(count) for scenario, count in await found.fetchall()}


async def say(
    connection: Connection, version: ScenarioVersion, said: Said, *, tenant_id: str, trial_id: str | None, by: str,
    note: str | None, now: datetime,
) -> None:  # fmt: skip
    """Keep what somebody says to a version."""
    await connection.execute(
        _SAY,
        {
            "tenant_id": tenant_id, "version_id": version.version_id, "proposed_by": version.proposed_by,
            "action": said.value, "trial_id": trial_id, "by": by, "note": note, "now": now,
        },
    )  # fmt: skip


async def ask(
    connection: Connection, *, tenant_id: str, trial_id: str, version_id: str, days: int, by: str, now: datetime
) -> None:
    """Queue a trial."""
    await connection.execute(
        _ASK,
        {"tenant_id": tenant_id, "trial_id": trial_id, "version_id": version_id, "days": days, "by": by, "now": now},
    )


async def newest_trial(connection: Connection, *, tenant_id: str, version_id: str) -> Trial | None:
    """Return the trial of a version that was asked for last."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_TRIAL, {"tenant_id": tenant_id, "version_id": version_id})
        row = await cursor.fetchone()
    return None if row is None else Trial(**(row | {"status": TrialStatus(row["status"])}))


def task(connection: psycopg.Connection, held: Held) -> Task:
    """Return what a trial that was taken asks for."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_TASK, (held.tenant_id, held.key)).fetchone()
    if row is None:
        raise LookupError(f"trial {held.key} is gone")
    return Task(tenant_id=held.tenant_id, **row)


def opened_since(connection: psycopg.Connection, *, tenant_id: str, since_ms: int, limit: int) -> list[tuple[str, int]]:
    """Return (account, moment in ms) of accounts that were opened since a moment, the newest."""
    return [(str(account), int(at)) for account, at in connection.execute(_OPENED, (tenant_id, since_ms, limit)).fetchall()]


def accounts_of_kinds(connection: psycopg.Connection, *, tenant_id: str, kinds: Sequence[str], limit: int) -> frozenset[str]:
    """Return the accounts of customers of some kinds (`bank.customer.kind`), at most `limit`."""
    return frozenset(str(row[0]) for row in connection.execute(_OF_KINDS, (tenant_id, list(kinds), limit)).fetchall())


async def _versions(connection: Connection, text: str, bound: Bound) -> list[ScenarioVersion]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(text, bound)
        return [_version(row) for row in await cursor.fetchall()]


def _version(row: dict[str, Any]) -> ScenarioVersion:
    return ScenarioVersion(**(row | {"said": None if row["said"] is None else Said(row["said"])}))
