"""Suitability: keep what a customer answered under the next version, and say which profile holds now."""

from datetime import datetime

from psycopg_pool import AsyncConnectionPool

from insight.suitability import QUESTIONNAIRE, Profile, expires_at, suitability
from kit.errors import Conflict, NotFound
from kit.postgres import tenant_transaction
from serving.customers.standing import require_active
from serving.edge.clocks import TenantClocks
from serving.edge.errors import InvalidRequest
from serving.edge.presented import moment
from serving.edge.principals import Principal
from serving.edge.wanted import customer_of
from serving.identity.audit import record
from serving.suitability import repository
from serving.suitability.repository import Row
from serving.suitability.schemas import NewSuitability

ROUTE = "PUT /v1/suitability"


class SuitabilityNotCurrent(Conflict):
    """No recommendation is made without a profile that holds now (CVM Resolution 30, article 2 and those after it)."""

    code = "suitability-not-current"
    title = "The customer has no suitability profile that holds now"
    remedy = "Have the customer answer the questionnaire (PUT /v1/suitability), then ask again."


class SuitabilityService:
    """What the suitability routes do."""

    def __init__(self, core: AsyncConnectionPool, *, clocks: TenantClocks) -> None:
        self._core = core
        self._clocks = clocks

    async def put(self, principal: Principal, wanted: NewSuitability, *, correlation_id: str) -> Row:
        """Keep a customer's answers. The same answers on the same day are one version. Raises NotFound, CustomerNotActive."""
        customer_id = customer_of(principal, wanted.customer_id, role="whose answers they are")
        now = moment(await self._clocks.now_ms(principal.tenant_id))
        named = {"tenant_id": principal.tenant_id, "customer_id": customer_id}
        answers = wanted.answers.model_dump(mode="json")
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await repository.lock_customer(connection, **named)
            await require_active(connection, **named)
            before = await repository.newest(connection, **named)
            if before is not None and _repeats(before, answers, now):
                return _presented(before, now)
            version = 1 if before is None else int(str(before["version"])) + 1
            if not await repository.insert_answers(
                connection,
                **named,
                version=version,
                answers=answers,
                profile=suitability(answers).profile.value,
                questionnaire=QUESTIONNAIRE,
                answered_at=now,
                expires_at=expires_at(now),
            ):
                raise NotFound(f"no customer {customer_id}")
            await record(
                connection,
                principal,
                ROUTE,
                resource=f"customers/{customer_id}",
                correlation_id=correlation_id,
                detail={"version": version},
            )
            found = await repository.newest(connection, **named)
            if found is None:
                raise NotFound(f"customer {customer_id} has answered nothing")
            return _presented(found, now)

    async def get(self, principal: Principal, *, customer_id: str | None) -> Row:
        """Return what a customer answered last. Raises InvalidRequest unless it is said whose, NotFound."""
        whose = principal.whose(customer_id)
        if whose is None:
            raise InvalidRequest("customer_id: say whose profile", field="customer_id")
        now = moment(await self._clocks.now_ms(principal.tenant_id))
        found = await self._newest(principal, whose)
        if found is None:
            raise NotFound(f"customer {whose} has answered nothing")
        return _presented(found, now)

    async def current(self, principal: Principal, customer_id: str) -> tuple[Profile, Row]:
        """Return the profile that holds now, and what it was made from. Raises SuitabilityNotCurrent."""
        now = moment(await self._clocks.now_ms(principal.tenant_id))
        found = await self._newest(principal, customer_id)
        if found is None:
            raise SuitabilityNotCurrent(f"customer {customer_id} has answered nothing")
        presented = _presented(found, now)
        if not presented["current"]:
            raise SuitabilityNotCurrent(f"the profile of customer {customer_id} held until {found['expires_at']}")
        return Profile(str(found["profile"])), presented

    async def _newest(self, principal: Principal, customer_id: str) -> Row | None:
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return await repository.newest(connection, tenant_id=principal.tenant_id, customer_id=customer_id)


def _repeats(before: Row, answers: dict[str, str], now: datetime) -> bool:
    """Whether the same was answered today: a request that is sent again."""
    answered_at, until = before["answered_at"], before["expires_at"]
    return (
        before["answers"] == answers
        and before["questionnaire"] == QUESTIONNAIRE
        and isinstance(answered_at, datetime)
        and isinstance(until, datetime)
        and answered_at.date() == now.date()
        and now < until
    )


def _presented(row: Row, now: datetime) -> Row:
    until, answers = row["expires_at"], row["answers"]
    holds = isinstance(until, datetime) and now < until and row["questionnaire"] == QUESTIONNAIRE
    bound_by = suitability(answers).bound_by if holds and isinstance(answers, dict) else ()
    return row | {"current": holds, "bound_by": list(bound_by)}
