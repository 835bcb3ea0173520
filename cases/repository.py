"""The SQL of alerts. Every function runs inside a transaction that carries the tenant (`kit.postgres.tenant_transaction`)."""

import base64
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import psycopg
from psycopg.rows import dict_row

from cases.alerts import UNCLOSED, Alert, Member
from cases.grouping import WINDOW_MS, Group, Joining, Subject
from contracts.alerts import AlertEvent, AlertStatus
from contracts.topics import ALERTS

_ALERT_COLUMNS = (
    "tenant_id, alert_id::text, subject_kind, subject_id, currency, status, first_event_time, last_event_time, decisions, "
    "total_amount_minor, highest_probability, opened_at, changed_at, moved_by, moves, kind, scenarios"
)
_LOCK = "select pg_advisory_xact_lock(hashtextextended('cases.alert/' || %s, 0))"
_KNOWN = "select transaction_id::text from cases.alert_member where tenant_id = %s and transaction_id = any(%s::uuid[])"
_UNCLOSED = """
    select a.alert_id::text, a.subject_kind, a.subject_id, a.currency, a.status,
           (extract(epoch from a.first_event_time) * 1000)::bigint, (extract(epoch from a.last_event_time) * 1000)::bigint,
           a.decisions, a.total_amount_minor, a.highest_probability
      from cases.alert a
      join unnest(%(kinds)s::text[], %(ids)s::text[], %(currencies)s::text[]) as s (kind, id, currency)
        on a.subject_kind = s.kind and a.subject_id = s.id and a.currency = s.currency
     where a.tenant_id = %(tenant_id)s and a.kind = 'decision' and a.status = any(%(unclosed)s)
       and a.first_event_time > timestamptz 'epoch' + %(after_ms)s * interval '1 millisecond'
       and a.last_event_time < timestamptz 'epoch' + %(before_ms)s * interval '1 millisecond'
"""
_WRITE_ALERTS = """
    insert into cases.alert as a (tenant_id, alert_id, subject_kind, subject_id, currency, status, first_event_time,
                                  last_event_time, decisions, total_amount_minor, highest_probability, opened_at, changed_at)
    select %(tenant_id)s, alert_id, subject_kind, subject_id, currency, status,
           timestamptz 'epoch' + first_event_ms * interval '1 millisecond',
           timestamptz 'epoch' + last_event_ms * interval '1 millisecond',
           decisions, total_amount_minor, highest_probability, %(now)s, %(now)s
      from jsonb_to_recordset(%(alerts)s::jsonb) as r (
             alert_id uuid, subject_kind text, subject_id text, currency text, status text, first_event_ms bigint,
             last_event_ms bigint, decisions integer, total_amount_minor bigint, highest_probability double precision)
    on conflict (tenant_id, alert_id) do update
       set first_event_time = excluded.first_event_time, last_event_time = excluded.last_event_time,
           decisions = excluded.decisions, total_amount_minor = excluded.total_amount_minor,
           highest_probability = excluded.highest_probability, changed_at = excluded.changed_at
"""
_WAITING_OF = f"""
    select {_ALERT_COLUMNS} from cases.alert a
     where a.tenant_id = %(tenant_id)s and a.kind = 'scenario' and a.status = any(%(unclosed)s)
       and a.subject_kind = %(subject_kind)s and a.subject_id = %(subject_id)s
       and not exists (select from cases.case_alert l where l.tenant_id = a.tenant_id and l.alert_id = a.alert_id)
     order by a.first_event_time, a.alert_id limit %(limit)s
"""
_WRITE_MEMBERS = """
    insert into cases.alert_member (tenant_id, transaction_id, alert_id, position, event_time, verdict, amount_minor, currency,
                                    probability, reasons, stand_outs, transaction, joined_at)
    select %(tenant_id)s, transaction_id, alert_id, position,
           timestamptz 'epoch' + event_ms * interval '1 millisecond', verdict,
           amount_minor, currency, probability, reasons, stand_outs, transaction, %(now)s
      from jsonb_to_recordset(%(members)s::jsonb) as r (
             transaction_id uuid, alert_id uuid, position integer, event_ms bigint, verdict text, amount_minor bigint,
             currency text, probability double precision, reasons text[], stand_outs jsonb, transaction jsonb)
"""
_PUBLISH = """
    insert into outbox.event (topic, key, payload, headers)
    select %(topic)s, %(key)s, e.payload, e.headers::jsonb
      from unnest(%(payloads)s::bytea[], %(headers)s::text[]) with ordinality as e (payload, headers, place)
     order by e.place
"""
_MOVE = f"""
    update cases.alert set status = %(to)s, moved_by = %(by)s, moves = moves + 1, changed_at = %(now)s
     where tenant_id = %(tenant_id)s and alert_id = %(alert_id)s
    returning {_ALERT_COLUMNS}
"""
_PAGE = f"""
    select {_ALERT_COLUMNS} from cases.alert
     where tenant_id = %(tenant_id)s
       and (%(status)s::text is null or status = %(status)s)
       and (%(opened_at)s::timestamptz is null or (opened_at, alert_id) < (%(opened_at)s, %(alert_id)s::uuid))
     order by opened_at desc, alert_id desc
     limit %(limit)s
"""
_MEMBERS = """
    select transaction_id::text, position, event_time, verdict, amount_minor, currency, probability, reasons, stand_outs,
           transaction, joined_at
      from cases.alert_member where tenant_id = %s and alert_id = %s order by position desc limit %s
"""


class BadCursor(ValueError):
    """The text is not a cursor that this repository gave."""


async def lock(connection: psycopg.AsyncConnection, tenant_id: str) -> None:
    """Be the only one who changes this tenant's alerts until the transaction ends."""
    await connection.execute(_LOCK, (tenant_id,))


async def known_members(connection: psycopg.AsyncConnection, tenant_id: str, transaction_ids: list[str]) -> set[str]:
    """Return those of `transaction_ids` that are members of an alert."""
    rows = await (await connection.execute(_KNOWN, (tenant_id, transaction_ids))).fetchall()
    return {row[0] for row in rows}


async def unclosed_groups(
    connection: psycopg.AsyncConnection, tenant_id: str, subjects: Iterable[Subject], *, first_ms: int, last_ms: int
) -> list[Group]:
    """Return the unclosed alerts of `subjects` that a decision between the two event times (both included) could join."""
    wanted = list(subjects)
    parameters = {
        "tenant_id": tenant_id,
        "kinds": [subject.kind for subject in wanted],
        "ids": [subject.id for subject in wanted],
        "currencies": [subject.currency for subject in wanted],
        "unclosed": list(UNCLOSED),
        "after_ms": first_ms - WINDOW_MS,
        "before_ms": last_ms + WINDOW_MS,
    }
    rows = await (await connection.execute(_UNCLOSED, parameters)).fetchall()
    return [Group(row[0], Subject(row[1], row[2], row[3]), AlertStatus(row[4]), *row[5:]) for row in rows]


async def write(connection: psycopg.AsyncConnection, tenant_id: str, joinings: Sequence[Joining], *, now: datetime) -> None:
    """Write the alerts as they stand after `joinings`, and the new members."""
    last_state = {joining.group.alert_id: joining.group for joining in joinings}
    alerts = [
        {
            "alert_id": group.alert_id, "subject_kind": group.subject.kind, "subject_id": group.subject.id,
            "currency": group.subject.currency, "status": group.status, "first_event_ms": group.first_event_ms,
            "last_event_ms": group.last_event_ms, "decisions": group.decisions,
            "total_amount_minor": group.total_amount_minor, "highest_probability": group.highest_probability,
        }
        for group in last_state.values()
    ]  # fmt: skip
    members = [_member_row(joining) for joining in joinings]
    common = {"tenant_id": tenant_id, "now": now}
    await connection.execute(_WRITE_ALERTS, common | {"alerts": msgspec.json.encode(alerts).decode()})
    await connection.execute(_WRITE_MEMBERS, common | {"members": msgspec.json.encode(members).decode()})


def _member_row(joining: Joining) -> dict[str, object]:
    transaction, answer = joining.flagged.transaction, joining.flagged.answer
    return {
        "transaction_id": transaction.transaction_id, "alert_id": joining.group.alert_id,
        "position": joining.group.decisions, "event_ms": transaction.event_time, "verdict": answer.verdict,
        "amount_minor": transaction.amount_minor, "currency": transaction.currency, "probability": answer.probability,
        "reasons": answer.reasons, "stand_outs": joining.flagged.stand_outs, "transaction": transaction,
    }  # fmt: skip


async def publish(
    connection: psycopg.AsyncConnection, tenant_id: str, events: Sequence[AlertEvent], headers: Sequence[dict[str, str]]
) -> None:
    """Let `events` leave through the outbox when, and only when, this transaction commits."""
    await connection.execute(
        _PUBLISH,
        {
            "topic": ALERTS,
            "key": tenant_id,
            "payloads": [msgspec.json.encode(event) for event in events],
            "headers": [msgspec.json.encode(each).decode() for each in headers],
        },
    )


async def move(
    connection: psycopg.AsyncConnection, tenant_id: str, alert_id: str, *, to: AlertStatus, by: str, now: datetime
) -> Alert:
    """Set an alert's status; the caller holds the lock and has checked the move."""
    parameters = {"tenant_id": tenant_id, "alert_id": alert_id, "to": to, "by": by, "now": now}
    async with connection.cursor(row_factory=dict_row) as cursor:
        row = await (await cursor.execute(_MOVE, parameters)).fetchone()
    if row is None:
        raise LookupError(f"alert {alert_id} vanished under the tenant's lock")
    return _alert(row)


async def get(connection: psycopg.AsyncConnection, tenant_id: str, alert_id: str) -> Alert | None:
    """Return one alert."""
    query = f"select {_ALERT_COLUMNS} from cases.alert where tenant_id = %s and alert_id = %s"
    async with connection.cursor(row_factory=dict_row) as cursor:
        row = await (await cursor.execute(query, (tenant_id, alert_id))).fetchone()
    return None if row is None else _alert(row)


async def members(connection: psycopg.AsyncConnection, tenant_id: str, alert_id: str, *, limit: int) -> list[Member]:
    """Return an alert's members, the newest first."""
    rows = await (await connection.execute(_MEMBERS, (tenant_id, alert_id, limit))).fetchall()
    return [Member(*row) for row in rows]


async def waiting_of(
    connection: psycopg.AsyncConnection, tenant_id: str, *, subject_kind: str, subject_id: str, limit: int = 200
) -> list[Alert]:
    """Return a subject's unclosed alerts of findings that are in no case, oldest first."""
    parameters = {
        "tenant_id": tenant_id, "subject_kind": subject_kind, "subject_id": subject_id, "unclosed": list(UNCLOSED),
        "limit": limit,
    }  # fmt: skip
    async with connection.cursor(row_factory=dict_row) as rows:
        return [_alert(row) for row in await (await rows.execute(_WAITING_OF, parameters)).fetchall()]


async def page(
    connection: psycopg.AsyncConnection, tenant_id: str, *, status: AlertStatus | None, cursor: str | None, limit: int
) -> list[Alert]:
    """Return up to `limit` alerts after `cursor`, newest first. Raises BadCursor."""
    opened_at, alert_id = decode_cursor(cursor) if cursor else (None, None)
    parameters = {
        "tenant_id": tenant_id, "status": status, "opened_at": opened_at, "alert_id": alert_id, "limit": limit,
    }  # fmt: skip
    async with connection.cursor(row_factory=dict_row) as rows:
        return [_alert(row) for row in await (await rows.execute(_PAGE, parameters)).fetchall()]


def encode_cursor(alert: Alert) -> str:
    """Return the cursor of the page that begins after `alert`."""
    return base64.urlsafe_b64encode(f"{alert.opened_at.isoformat()}|{alert.alert_id}".encode()).decode()


def decode_cursor(cursor: str) -> tuple[datetime, str]:
    """Return what `encode_cursor` put in. Raises BadCursor."""
    try:
        opened_at, alert_id = base64.urlsafe_b64decode(cursor.encode()).decode().split("|")
        return datetime.fromisoformat(opened_at), alert_id
    except ValueError as problem:
        raise BadCursor(f"{cursor!r} is not a cursor of this list") from problem


def _alert(row: dict[str, Any]) -> Alert:
    return Alert(**(row | {"status": AlertStatus(row["status"])}))
