"""What may be done with alerts: record flagged decisions, list, read, move. One call is one transaction."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

from cases import events, finding_repository, repository
from cases.alerts import Alert, AlertPage, Member, require_move
from cases.grouping import group, subject_of
from contracts.alerts import AlertStatus
from contracts.decisions import FlaggedDecision
from kit.clock import Clock
from kit.errors import DomainError, NotFound
from kit.postgres import tenant_transaction

MAX_PAGE = 200
MAX_MEMBERS = 200
Headers = dict[str, str]


class InvalidCursor(DomainError):
    """The cursor is not one that a page of alerts gave."""

    code = "invalid-cursor"
    title = "The cursor is not one of this list"
    remedy = "Start from the first page, and pass `next_cursor` on as it is."


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a batch of flagged decisions."""

    opened: int = 0
    grew: int = 0
    known: int = 0


async def record_flagged(
    connection: psycopg.AsyncConnection,
    flagged: Sequence[FlaggedDecision],
    *,
    clock: Clock,
    headers: Sequence[Headers] | None = None,
) -> Recorded:
    """Make every decision the member of one alert and publish what changed, a transaction a tenant.

    Decisions of a tenant are in the order of their topic. `headers` (one a decision) travel with the alert events. Calling
    this again with the same decisions changes nothing.
    """
    beside = headers if headers is not None else [{}] * len(flagged)
    by_tenant: dict[str, list[tuple[FlaggedDecision, Headers]]] = {}
    for decision, own in zip(flagged, beside, strict=True):
        by_tenant.setdefault(decision.transaction.tenant_id, []).append((decision, own))
    opened = grew = 0
    for tenant_id, decisions in by_tenant.items():
        joined = await _record_for_tenant(connection, tenant_id, decisions, clock=clock)
        opened += joined.opened
        grew += joined.grew
    return Recorded(opened=opened, grew=grew, known=len(flagged) - opened - grew)


async def _record_for_tenant(
    connection: psycopg.AsyncConnection, tenant_id: str, decisions: Sequence[tuple[FlaggedDecision, Headers]], *, clock: Clock
) -> Recorded:
    flagged = [decision for decision, _ in decisions]
    transaction_ids = [each.transaction.transaction_id for each in flagged]
    times_ms = [each.transaction.event_time for each in flagged]
    async with tenant_transaction(connection, tenant_id):
        await repository.lock(connection, tenant_id)
        known = await repository.known_members(connection, tenant_id, transaction_ids)
        unclosed = await repository.unclosed_groups(
            connection,
            tenant_id,
            {subject_of(each.transaction) for each in flagged},
            first_ms=min(times_ms),
            last_ms=max(times_ms),
        )
        joinings = group(flagged, unclosed=unclosed, members=known)
        if not joinings:
            return Recorded()
        now_ms = clock.now_ms()
        await repository.write(connection, tenant_id, joinings, now=_as_datetime(now_ms))
        own_headers = {decision.transaction.transaction_id: own for decision, own in reversed(decisions)}
        await repository.publish(
            connection,
            tenant_id,
            [events.joined(joining, occurred_at_ms=now_ms) for joining in joinings],
            [own_headers[joining.flagged.transaction.transaction_id] for joining in joinings],
        )
    opened = sum(joining.opened for joining in joinings)
    return Recorded(opened=opened, grew=len(joinings) - opened)


async def lock(connection: psycopg.AsyncConnection, tenant_id: str) -> None:
    """Keep a tenant's alerts as they are until the caller's transaction ends: nothing joins one or moves it meanwhile."""
    await repository.lock(connection, tenant_id)


async def list_alerts(
    connection: psycopg.AsyncConnection,
    *,
    tenant_id: str,
    status: AlertStatus | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> AlertPage:
    """Return a page of alerts, newest first; at most `MAX_PAGE`. Raises InvalidCursor."""
    at_most = max(1, min(limit, MAX_PAGE))
    try:
        async with tenant_transaction(connection, tenant_id):
            found = await repository.page(connection, tenant_id, status=status, cursor=cursor, limit=at_most + 1)
    except (repository.BadCursor, psycopg.DataError) as problem:
        raise InvalidCursor(str(problem)) from problem
    items = found[:at_most]
    return AlertPage(items, repository.encode_cursor(items[-1]) if len(found) > at_most else None)


async def get_alert(connection: psycopg.AsyncConnection, *, tenant_id: str, alert_id: str) -> tuple[Alert, list[Member]]:
    """Return an alert and its newest members, at most `MAX_MEMBERS`. Raises NotFound."""
    async with tenant_transaction(connection, tenant_id):
        alert = await _required(connection, tenant_id, alert_id)
        return alert, await _members(connection, alert, limit=MAX_MEMBERS)


async def move_alert(
    connection: psycopg.AsyncConnection,
    *,
    tenant_id: str,
    alert_id: str,
    to: AlertStatus,
    by: str,
    clock: Clock,
    headers: Headers | None = None,
) -> Alert:
    """Move an alert to another status and publish that. Raises NotFound, AlertMoveNotAllowed."""
    async with tenant_transaction(connection, tenant_id):
        await repository.lock(connection, tenant_id)
        before = await _required(connection, tenant_id, alert_id)
        require_move(before.status, to)
        now_ms = clock.now_ms()
        alert = await repository.move(connection, tenant_id, alert_id, to=to, by=by, now=_as_datetime(now_ms))
        (newest,) = await _members(connection, alert, limit=1)
        await repository.publish(connection, tenant_id, [events.moved(alert, newest, occurred_at_ms=now_ms)], [headers or {}])
    return alert


async def _members(connection: psycopg.AsyncConnection, alert: Alert, *, limit: int) -> list[Member]:
    members = finding_repository.members if alert.kind == events.SCENARIO else repository.members
    return await members(connection, alert.tenant_id, alert.alert_id, limit=limit)


async def _required(connection: psycopg.AsyncConnection, tenant_id: str, alert_id: str) -> Alert:
    try:
        uuid.UUID(alert_id)
    except ValueError as problem:
        raise NotFound(f"{alert_id!r} is not the id of an alert") from problem
    alert = await repository.get(connection, tenant_id, alert_id)
    if alert is None:
        raise NotFound(f"there is no alert {alert_id}")
    return alert


def _as_datetime(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1000, tz=UTC)
