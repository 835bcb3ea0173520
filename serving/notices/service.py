"""Notices of withdrawals: give one for a day, change it, take it back, list them."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from cases import scenario_versions
from governance.scenarios.version import held
from kit.errors import Conflict, NotFound
from kit.postgres import tenant_transaction
from ledger.days import day_of, end_ms
from risk.scenarios.notices import Notice, in_time, noticed_minor
from risk.scenarios.parameters import Version, in_force
from serving.accounts.repository import find_account
from serving.edge.clocks import TenantClocks
from serving.edge.errors import InvalidRequest
from serving.edge.presented import moment, money
from serving.edge.principals import Principal
from serving.holders.schemas import HolderRole
from serving.holders.service import ANYBODY, USERS, require_role
from serving.identity.audit import record
from serving.notices import repository
from serving.notices.repository import Row

PATH = "/v1/accounts/{account_id}/withdrawal-notices/{day}"
SCENARIO = "cash-without-notice"
MOST_AHEAD = timedelta(days=366)
MOST_VERSIONS = 100


class TooManyNotices(Conflict):
    """Nobody changes a withdrawal so often."""

    code = "too-many-notices"
    title = "The notice for this day was changed too often"
    remedy = f"What was said last stands: a day's notice is changed {MOST_VERSIONS} times at most."


class NoticesService:
    """What the routes of withdrawal notices do."""

    def __init__(self, core: AsyncConnectionPool, *, clocks: TenantClocks) -> None:
        self._core = core
        self._clocks = clocks

    async def all(self, principal: Principal, account_id: UUID) -> Row:
        """Return an account's notices, and which withdrawals want one. Raises NotFound."""
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            currency = await self._currency(connection, principal, account_id, ANYBODY)
            rows = await repository.of_account(connection, tenant_id=principal.tenant_id, account_id=account_id)
            versions = held(await scenario_versions.held(connection, principal.tenant_id))
        return {
            "rule": _rule(versions, currency, now_ms=now_ms),
            "notices": [
                _presented(account_id, list(said), currency, versions)
                for _, said in groupby(rows, key=lambda row: row["day"])
            ],
        }  # fmt: skip

    async def give(self, principal: Principal, account_id: UUID, day: date, amount_minor: int, *, correlation_id: str) -> Row:
        """Say how much will be taken out on a day that has not ended; the same again changes nothing.

        Raises NotFound, Forbidden for a viewer, InvalidRequest, TooManyNotices.
        """
        return await self._say(principal, account_id, day, amount_minor, correlation_id=correlation_id)

    async def take_back(self, principal: Principal, account_id: UUID, day: date, *, correlation_id: str) -> Row:
        """Say that nothing will be taken out after all. Raises NotFound (nothing was said), Forbidden, InvalidRequest."""
        return await self._say(principal, account_id, day, 0, correlation_id=correlation_id)

    async def _say(
        self, principal: Principal, account_id: UUID, day: date, amount_minor: int, *, correlation_id: str
    ) -> Row:  # fmt: skip
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        today = day_of(now_ms)
        if not today <= day <= today + MOST_AHEAD:
            raise InvalidRequest(f"day: from today up to {MOST_AHEAD.days} days ahead", field="day")
        tenant_id = principal.tenant_id
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            currency = await self._currency(connection, principal, account_id, USERS, for_update=True)
            versions = held(await scenario_versions.held(connection, principal.tenant_id))
            said = await repository.of_day(connection, tenant_id=tenant_id, account_id=account_id, day=day)
            if not said and not amount_minor:
                raise NotFound(f"no notice for {day} was given")
            if said and said[-1]["amount_minor"] == amount_minor:
                return _presented(account_id, said, currency, versions)
            if len(said) >= MOST_VERSIONS:
                raise TooManyNotices(f"the notice for {day} was changed {len(said)} times")
            await repository.insert_notice(
                connection, tenant_id=tenant_id, account_id=account_id, day=day, version=len(said) + 1,
                amount_minor=amount_minor, given_at=moment(now_ms), given_by=principal.subject,
            )  # fmt: skip
            await record(
                connection, principal, f"{'PUT' if amount_minor else 'DELETE'} {PATH}", resource=f"accounts/{account_id}",
                correlation_id=correlation_id, detail={"day": day.isoformat(), "amount_minor": amount_minor},
            )  # fmt: skip
            return _presented(
                account_id,
                await repository.of_day(connection, tenant_id=tenant_id, account_id=account_id, day=day),
                currency,
                versions,
            )

    @staticmethod
    async def _currency(
        connection: AsyncConnection, principal: Principal, account_id: UUID, roles: frozenset[HolderRole], *,
        for_update: bool = False,
    ) -> str:  # fmt: skip
        await require_role(connection, principal, account_id, roles)
        row = await find_account(
            connection, tenant_id=principal.tenant_id, account_id=account_id, customer_id=principal.own_only,
            for_update=for_update,
        )  # fmt: skip
        if row is None:
            raise NotFound(f"there is no account {account_id}")
        return str(row["currency"])


def _rule(versions: Sequence[Version], currency: str, *, now_ms: int) -> Row:
    today = day_of(now_ms)
    values = in_force(versions, scenario=SCENARIO, day=today)
    days = (today + timedelta(days=ahead) for ahead in range(MOST_AHEAD.days + 1))
    return {
        "least": money(values["amount_minor"], currency),
        "business_days": values["business_days"],
        "today": today,
        "first_in_time": next(day for day in days if in_time(now_ms, day=day, business_days=_business_days(versions, day))),
        "last_day": today + MOST_AHEAD,
    }


def _business_days(versions: Sequence[Version], day: date) -> int:
    return in_force(versions, scenario=SCENARIO, day=day)["business_days"]


def _presented(account_id: UUID, said: Sequence[Row], currency: str, versions: Sequence[Version]) -> Row:
    last, day = said[-1], said[-1]["day"]
    if not isinstance(day, date):
        raise TypeError("a notice has no day")
    business_days = _business_days(versions, day)
    notices = [Notice(int(str(row["amount_minor"])), int(str(row["given_ms"]))) for row in said]
    covers = noticed_minor(notices, day=day, business_days=business_days, at_ms=end_ms(day))
    return {
        "account_id": str(account_id),
        "day": day,
        "amount": money(last["amount_minor"], currency),
        "given_at": last["given_at"],
        "given_by": last["given_by"],
        "version": last["version"],
        "in_time": in_time(notices[-1].given_at, day=day, business_days=business_days),
        "covers": money(covers, currency),
    }
