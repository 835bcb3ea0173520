"""Devices: a customer asks for one to be registered, confirms it, removes it; what was registered before stays known."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from kit.errors import Conflict, NotFound
from kit.postgres import tenant_transaction
from serving.customers.standing import require_active
from serving.customers.visible import is_blocked, visible_customer
from serving.devices import repository
from serving.devices.repository import Row
from serving.devices.schemas import DeviceState
from serving.edge.clocks import TenantClocks
from serving.edge.presented import moment
from serving.edge.principals import Principal
from serving.identity.audit import record

PATH = "/v1/customers/{customer_id}/devices"
CONFIRMED_WITHIN = timedelta(hours=24)
MOST_KEPT, MOST_EVER = 20, 1_000


class TooManyDevices(Conflict):
    """A customer has as many devices as one may have."""

    code = "too-many-devices"
    title = "The customer has too many devices"
    remedy = f"Remove a device first: at most {MOST_KEPT} at a time, and {MOST_EVER} ever."


class ConfirmationTooLate(Conflict):
    """Whoever confirms says that they asked for it, which they remember for a day."""

    code = "confirmation-too-late"
    title = "The registration was asked for too long ago"
    remedy = "Remove the device, ask for it to be registered anew, and confirm it within 24 hours."


class DevicesService:
    """What the device routes do."""

    def __init__(self, core: AsyncConnectionPool, *, clocks: TenantClocks) -> None:
        self._core = core
        self._clocks = clocks

    async def all(self, principal: Principal, customer_id: str) -> Row:
        """Return a customer's registrations. Raises NotFound, also for a customer who asks for somebody else's."""
        named = {"tenant_id": principal.tenant_id, "customer_id": customer_id}
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            customer = await visible_customer(connection, principal, customer_id)
            rows = [] if is_blocked(customer, principal) else await repository.registrations(connection, **named)
        return {"devices": [_presented(row) for row in rows]}

    async def ask(self, principal: Principal, customer_id: str, device_id: str, *, correlation_id: str) -> Row:
        """Ask for a device to be registered; for one that is, or waits, it changes nothing.

        Raises NotFound, CustomerNotActive, TooManyDevices.
        """
        async with self._device(principal, customer_id, device_id) as (connection, named, found, now):
            if found is not None and found["removed_at"] is None:
                return _presented(found)
            owner = {"tenant_id": principal.tenant_id, "customer_id": customer_id}
            ever, kept = await repository.counted(connection, **owner)
            if kept >= MOST_KEPT or ever >= MOST_EVER:
                raise TooManyDevices(f"customer {customer_id} has {kept} devices, and had {ever}")
            number = 1 if found is None else int(str(found["number"])) + 1
            await repository.insert_device(connection, **named, number=number, at=now, by=principal.subject)
            return await self._told(connection, principal, f"PUT {PATH}", named, correlation_id)

    async def confirm(self, principal: Principal, customer_id: str, device_id: str, *, correlation_id: str) -> Row:
        """Register a device that waits for it, from now on. Again, it changes nothing.

        Raises NotFound, CustomerNotActive, ConfirmationTooLate.
        """
        async with self._device(principal, customer_id, device_id) as (connection, named, found, now):
            if found is None or found["removed_at"] is not None:
                raise NotFound(f"customer {customer_id} has no device {device_id} to confirm")
            if found["confirmed_at"] is not None:
                return _presented(found)
            asked_at = found["asked_at"]
            if isinstance(asked_at, datetime) and now - asked_at > CONFIRMED_WITHIN:
                raise ConfirmationTooLate(f"device {device_id} was asked for at {asked_at.isoformat()}")
            await repository.confirm(connection, **named, at=now, by=principal.subject)
            return await self._told(connection, principal, f"POST {PATH}/{{device_id}}/confirmation", named, correlation_id)

    async def remove(self, principal: Principal, customer_id: str, device_id: str, *, correlation_id: str) -> Row:
        """End a device's registration from now on; again, it changes nothing. Raises NotFound."""
        async with self._device(principal, customer_id, device_id, active=False) as (connection, named, found, now):
            if found is None:
                raise NotFound(f"customer {customer_id} has no device {device_id}")
            if found["removed_at"] is not None:
                return _presented(found)
            await repository.remove(connection, **named, at=now, by=principal.subject)
            return await self._told(connection, principal, f"DELETE {PATH}/{{device_id}}", named, correlation_id)

    @asynccontextmanager
    async def _device(
        self, principal: Principal, customer_id: str, device_id: str, *, active: bool = True
    ) -> AsyncIterator[tuple[AsyncConnection, dict[str, str], Row | None, datetime]]:
        """A transaction in which nobody else changes the customer's devices, and the device as it is."""
        now = moment(await self._clocks.now_ms(principal.tenant_id))
        tenant_id = principal.tenant_id
        owner = {"tenant_id": tenant_id, "customer_id": customer_id}
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            await visible_customer(connection, principal, customer_id, for_update=True)
            if active:
                await require_active(connection, **owner)
            named = owner | {"device_id": device_id}
            yield connection, named, await repository.newest(connection, **named), now

    @staticmethod
    async def _told(
        connection: AsyncConnection, principal: Principal, route: str, named: dict[str, str], correlation_id: str
    ) -> Row:
        await record(
            connection, principal, route, resource=f"customers/{named['customer_id']}", correlation_id=correlation_id,
            detail={"device_id": named["device_id"]},
        )  # fmt: skip
        found = await repository.newest(connection, **named)
        if found is None:
            raise NotFound(f"customer {named['customer_id']} has no device {named['device_id']}")
        return _presented(found)


def _presented(row: Row) -> Row:
    if row["removed_at"] is not None:
        state = DeviceState.REMOVED
    else:
        state = DeviceState.ASKED if row["confirmed_at"] is None else DeviceState.REGISTERED
    asked_at = row["asked_at"]
    is_waiting = state is DeviceState.ASKED
    until = asked_at + CONFIRMED_WITHIN if is_waiting and isinstance(asked_at, datetime) else None
    return row | {"state": state, "confirm_until": until}
