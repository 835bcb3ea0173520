"""Erasures: ask for one, see how it stands, place and lift holds."""

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from governance.erasures import memory, repository
from governance.erasures.erasure import CustomerErased, Erasure, ErasureStatus, LegalHold, Step, Store
from governance.erasures.holds import due_at, holds
from governance.erasures.identifiers import identifiers_of
from kit.clock import FixedClock
from kit.errors import NotFound
from kit.ids import uuid7
from kit.postgres import tenant_transaction
from kit.subject_keys import SubjectKeys
from serving.customers import repository as customers
from serving.customers.statuses import CustomerNotClosed, CustomerStatus
from serving.edge.clocks import TenantClocks
from serving.edge.principals import Principal
from serving.edge.schemas import with_offset
from serving.erasures.schemas import NewHold
from serving.identity.audit import record

Shown = dict[str, object]
_FOREVER = datetime.max.replace(tzinfo=UTC)


class ErasuresService:
    """What the erasure routes do; the worker (`pipelines.privacy`) carries requests out."""

    def __init__(self, core: AsyncConnectionPool, *, clocks: TenantClocks, keys: SubjectKeys) -> None:
        self._core = core
        self._keys = keys
        self._clocks = clocks

    async def ask(self, principal: Principal, customer_id: str, *, correlation_id: str) -> Shown:
        """Keep a request and block the records. Raises NotFound, CustomerNotClosed."""
        now = await self._now(principal)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            erasure = await _requested(connection, principal, customer_id, now=now)
            await record(
                connection,
                principal,
                "POST /v1/customers/{customer_id}/erasure",
                resource=f"customers/{customer_id}",
                correlation_id=correlation_id,
                status=202,
                detail={"erasure_id": str(erasure.erasure_id), "status": erasure.status.value},
            )
            return await _shown(connection, principal, erasure.erasure_id)

    async def get(self, principal: Principal, erasure_id: UUID) -> Shown:
        """Return how a request stands. Raises NotFound."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return await _shown(connection, principal, erasure_id)

    async def holds(self, principal: Principal, customer_id: str) -> Shown:
        """Return a customer's holds. Raises NotFound."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await _required(connection, principal, customer_id)
            return await _holds(connection, principal, customer_id)

    async def place(self, principal: Principal, customer_id: str, name: str, hold: NewHold, *, correlation_id: str) -> Shown:
        """Place a hold. Raises NotFound, InvalidRequest, CustomerErased for one whose records are gone or going."""
        until = with_offset(hold.until, "until")
        now = await self._now(principal)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await _required(connection, principal, customer_id, for_update=True)
            values = {
                "tenant_id": principal.tenant_id, "customer_id": customer_id, "name": name, "law": hold.law,
                "reason": hold.reason, "until": until, "by": principal.subject, "now": now,
            }  # fmt: skip
            if await repository.being_erased(connection, tenant_id=principal.tenant_id, customer_id=customer_id):
                raise CustomerErased(f"customer {customer_id} is being erased, or has been")
            await repository.place(connection, values)
            await self._record(connection, principal, "PUT", customer_id, name, correlation_id)
            return await _holds(connection, principal, customer_id)

    async def lift(self, principal: Principal, customer_id: str, name: str, *, correlation_id: str) -> Shown:
        """Lift a hold. Raises NotFound."""
        now = await self._now(principal)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await _required(connection, principal, customer_id, for_update=True)
            key = {"tenant_id": principal.tenant_id, "customer_id": customer_id}
            await repository.lift(connection, **key, name=name, by=principal.subject, now=now)
            await self._record(connection, principal, "DELETE", customer_id, name, correlation_id)
            return await _holds(connection, principal, customer_id)

    async def begin(self, connection: AsyncConnection, principal: Principal, customer_id: str, *, person: Shown) -> None:
        """Ask for an erasure that may begin at once, in the caller's transaction, which erases who the customer was itself.

        What the worker then looks for in the other stores is kept first. Raises NotFound, CustomerNotClosed, LegalHold.
        """
        now = await self._now(principal)
        erasure = await _requested(connection, principal, customer_id, now=now)
        _require_free(erasure)
        key = {"tenant_id": principal.tenant_id, "customer_id": customer_id}
        who = identifiers_of(
            customer_id,
            person,
            replacement=f"erased-{uuid7(FixedClock(int(now.timestamp() * 1_000)))}",
            accounts=await repository.accounts_of(connection, **key),
            logins=await repository.logins_of(connection, **key),
        )
        kept = await asyncio.to_thread(
            memory.kept, self._keys, who, tenant_id=principal.tenant_id, erasure_id=erasure.erasure_id
        )
        await repository.remember(
            connection,
            tenant_id=principal.tenant_id,
            erasure_id=erasure.erasure_id,
            memory=kept,
            replacement=who.replacement,
        )

    async def _now(self, principal: Principal) -> datetime:
        return datetime.fromtimestamp(await self._clocks.now_ms(principal.tenant_id) / 1_000, UTC)

    @staticmethod
    async def _record(
        connection: AsyncConnection, principal: Principal, method: str, customer_id: str, name: str, correlation_id: str
    ) -> None:
        await record(
            connection,
            principal,
            f"{method} /v1/customers/{{customer_id}}/holds/{{name}}",
            resource=f"customers/{customer_id}",
            correlation_id=correlation_id,
            detail={"hold": name},
        )


async def _requested(connection: AsyncConnection, principal: Principal, customer_id: str, *, now: datetime) -> Erasure:
    """Return the request to erase a customer, made where there is none, by the holds of now."""
    status = await _required(connection, principal, customer_id, for_update=True)
    if status != CustomerStatus.CLOSED:
        raise CustomerNotClosed(f"customer {customer_id} is {status}")
    key = {"tenant_id": principal.tenant_id, "customer_id": customer_id}
    held = holds(await repository.facts(connection, **key), now=now)
    values = repository.asked(
        erasure_id=uuid7(FixedClock(int(now.timestamp() * 1_000))),
        **key,
        by=principal.subject,
        now=now,
        held=held,
        due=due_at(held, now=now),
    )
    return await repository.ask(connection, values)


def _require_free(erasure: Erasure) -> None:
    """Raise LegalHold, with the law and until when, for a request that is held."""
    if erasure.status is not ErasureStatus.HELD:
        return
    longest = max(erasure.holds, key=lambda hold: _FOREVER if hold["until"] is None else datetime.fromisoformat(hold["until"]))
    until = longest["until"] or "somebody ends it"
    raise LegalHold(f"kept by {longest['law']}, until {until}", law=longest["law"], until=longest["until"])


async def _shown(connection: AsyncConnection, principal: Principal, erasure_id: UUID) -> Shown:
    found = await repository.find(connection, tenant_id=principal.tenant_id, erasure_id=erasure_id)
    if found is None:
        raise NotFound(f"there is no erasure {erasure_id}")
    erasure, steps = found
    return asdict(erasure) | {"steps": [_step(step) for step in steps], "steps_in_all": len(Store)}


def _step(step: Step) -> Shown:
    return asdict(step)


async def _required(connection: AsyncConnection, principal: Principal, customer_id: str, *, for_update: bool = False) -> str:
    found = await customers.find_customer(
        connection, tenant_id=principal.tenant_id, customer_id=customer_id, for_update=for_update
    )
    if found is None:
        raise NotFound(f"no customer {customer_id[:64]}")
    return str(found["status"])


async def _holds(connection: AsyncConnection, principal: Principal, customer_id: str) -> Shown:
    return {"items": await repository.placed(connection, tenant_id=principal.tenant_id, customer_id=customer_id)}
