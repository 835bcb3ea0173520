"""Limits of an account: set one, let one end, say when its nights are, and show what is used."""

from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from kit.errors import NotFound
from kit.postgres import tenant_transaction
from serving.accounts.repository import find_account
from serving.edge.clocks import TenantClocks
from serving.edge.errors import InvalidRequest
from serving.edge.presented import moment, money
from serving.edge.principals import Principal
from serving.holders.schemas import HolderRole
from serving.holders.service import ANYBODY, USERS, require_role
from serving.identity.audit import record
from serving.limits import repository
from serving.limits.arithmetic import Hours, Limit, Measure, Scope, changed, period_of
from serving.limits.schemas import HoursChange

Shown = dict[str, object]
DEFAULT_HOURS = Hours("America/Sao_Paulo", night_start_minute=20 * 60, night_end_minute=6 * 60)


class LimitsService:
    """What the limits routes do."""

    def __init__(self, core: AsyncConnectionPool, *, clocks: TenantClocks) -> None:
        self._core = core
        self._clocks = clocks

    async def get(self, principal: Principal, account_id: UUID) -> Shown:
        """Return an account's limits with what is used of each. Raises NotFound."""
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            currency = await self._currency(connection, principal, account_id, ANYBODY)
            return await _shown(connection, account_id, currency, now_ms=now_ms)

    async def put(
        self, principal: Principal, account_id: UUID, channel: str, scope: Scope, amount_minor: int, *, correlation_id: str
    ) -> Shown:
        """Set a limit: at once when it lowers, in a day when it raises. Raises NotFound, Forbidden for a viewer."""
        wanted = Limit(channel=channel, scope=scope, amount_minor=amount_minor)
        return await self._change(principal, account_id, channel, scope, wanted, correlation_id=correlation_id)

    async def end(self, principal: Principal, account_id: UUID, channel: str, scope: Scope, *, correlation_id: str) -> Shown:
        """Let a limit end in a day. Raises NotFound, Forbidden for a viewer."""
        return await self._change(principal, account_id, channel, scope, None, correlation_id=correlation_id)

    async def change_hours(self, principal: Principal, account_id: UUID, wanted: HoursChange, *, correlation_id: str) -> Shown:
        """Say when an account's days and nights begin. Raises NotFound, InvalidRequest."""
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            currency = await self._currency(connection, principal, account_id, USERS)
            before = await repository.find_hours(connection, account_id, for_update=True) or DEFAULT_HOURS
            await repository.write_hours(
                connection, tenant_id=principal.tenant_id, account_id=account_id, hours=_hours(before, wanted)
            )
            await record(
                connection,
                principal,
                "PATCH /v1/accounts/{account_id}/limits",
                resource=f"accounts/{account_id}",
                correlation_id=correlation_id,
                detail={**wanted.model_dump(exclude_none=True)},
            )
            return await _shown(connection, account_id, currency, now_ms=now_ms)

    async def _change(
        self,
        principal: Principal,
        account_id: UUID,
        channel: str,
        scope: Scope,
        wanted: Limit | None,
        *,
        correlation_id: str,
    ) -> Shown:
        tenant_id = principal.tenant_id
        now_ms = await self._clocks.now_ms(tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            currency = await self._currency(connection, principal, account_id, USERS)
            if await repository.find_hours(connection, account_id, for_update=True) is None:
                await repository.write_hours(connection, tenant_id=tenant_id, account_id=account_id, hours=DEFAULT_HOURS)
            found = await repository.find_limits(connection, account_id)
            before = next((each for each in found if (each.channel, each.scope) == (channel, scope)), None)
            after = changed(before, wanted, now_ms=now_ms)
            if after is not None:
                await repository.write_limit(connection, tenant_id=tenant_id, account_id=account_id, limit=after)
            await record(
                connection,
                principal,
                f"{'DELETE' if wanted is None else 'PUT'} /v1/accounts/{{account_id}}/limits/{{channel}}/{{scope}}",
                resource=f"accounts/{account_id}",
                correlation_id=correlation_id,
                detail={
                    "channel": channel,
                    "scope": scope,
                    "amount_minor": None if wanted is None else wanted.amount_minor,
                    "effective": "later" if after is not None and after.coming_at_ms is not None else "now",
                },
            )
            return await _shown(connection, account_id, currency, now_ms=now_ms)

    @staticmethod
    async def _currency(
        connection: AsyncConnection, principal: Principal, account_id: UUID, roles: frozenset[HolderRole]
    ) -> str:
        """Return an account's currency. Raises NotFound, also for somebody else's, and Forbidden for a lesser role."""
        await require_role(connection, principal, account_id, roles)
        row = await find_account(
            connection, tenant_id=principal.tenant_id, account_id=account_id, customer_id=principal.own_only
        )
        if row is None:
            raise NotFound(f"there is no account {account_id}")
        return str(row["currency"])


async def _shown(connection: AsyncConnection, account_id: UUID, currency: str, *, now_ms: int) -> Shown:
    hours = await repository.find_hours(connection, account_id) or DEFAULT_HOURS
    limits = [limit for limit in await repository.find_limits(connection, account_id) if limit.in_force(now_ms) is not None]
    kept = [
        Measure(limit.channel, limit.scope, limit.in_force(now_ms) or 0, period_of(limit.scope, hours, now_ms))
        for limit in limits
    ]
    used = await repository.used_minor(connection, account_id, kept)
    return {
        "time_zone": hours.time_zone,
        "night_start": _clock_time(hours.night_start_minute),
        "night_end": _clock_time(hours.night_end_minute),
        "limits": [
            _limit(limit, measure, used_minor, currency=currency, now_ms=now_ms)
            for limit, measure, used_minor in zip(limits, kept, used, strict=True)
        ],
    }


def _hours(before: Hours, wanted: HoursChange) -> Hours:
    zone = wanted.time_zone or before.time_zone
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise InvalidRequest("time_zone: not one of the IANA time zones", field="time_zone") from unknown
    after = Hours(
        zone,
        before.night_start_minute if wanted.night_start is None else _minute(wanted.night_start),
        before.night_end_minute if wanted.night_end is None else _minute(wanted.night_end),
    )
    if after.night_start_minute == after.night_end_minute:
        raise InvalidRequest("night_end: a night ends at another time than it starts", field="night_end")
    return after


def _minute(local_time: str) -> int:
    return int(local_time[:2]) * 60 + int(local_time[3:])


def _clock_time(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _limit(limit: Limit, measure: Measure, used_minor: int, *, currency: str, now_ms: int) -> Shown:
    coming = None
    if limit.coming_at_ms is not None and limit.coming_at_ms > now_ms:
        ends = limit.coming_amount_minor is None
        coming = {"amount": None if ends else money(limit.coming_amount_minor, currency), "at": moment(limit.coming_at_ms)}
    counts = measure.period is not None
    return {
        "channel": limit.channel,
        "scope": limit.scope,
        "amount": money(measure.most_minor, currency),
        "used": money(used_minor, currency) if counts else None,
        "free_at": moment(measure.period.end_ms) if measure.period is not None else None,
        "coming": coming,
    }
