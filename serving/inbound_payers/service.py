"""Inbound payers: keep who they are, sealed under a key of their own, and say it."""

import asyncio
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from cases.hit_repository import NAME_INDEX
from cases.payers import NOT_NAMED, payer_party_id, sealed_under
from contracts.sealed import SCREENED_PARTY
from kit.errors import Conflict, NotFound
from kit.postgres import tenant_transaction
from kit.subject_keys import SealedRecords
from serving.edge.clocks import TenantClocks
from serving.edge.errors import InvalidRequest
from serving.edge.presented import moment
from serving.edge.principals import Principal
from serving.identity.audit import record
from serving.inbound_payers import repository
from serving.inbound_payers.repository import Row
from serving.inbound_payers.schemas import ToldPayer

ROUTE = "PUT /v1/inbound-payers/{payer_id}"


class PayerKeptAsTold(Conflict):
    """Somebody is deciding about the payer under the name that they have."""

    code = "payer-kept-as-told"
    title = "This payer cannot be told otherwise now"
    remedy = "Send the payment as it is: the payer stands as they were told before. Tell the new name again later."


class InboundPayersService:
    """What the routes of inbound payers do."""

    def __init__(self, core: AsyncConnectionPool, *, records: SealedRecords, clocks: TenantClocks) -> None:
        self._core = core
        self._records = records
        self._clocks = clocks

    async def put(self, principal: Principal, payer_id: str, told: ToldPayer, *, correlation_id: str) -> Row:
        """Keep who a payer is. The same again changes nothing.

        Raises InvalidRequest for a name of blanks, PayerKeptAsTold.
        """
        name = " ".join(told.name.split())
        if not name:
            raise InvalidRequest("name: it has no letter", field="name")
        tenant_id = principal.tenant_id
        now = moment(await self._clocks.now_ms(tenant_id))
        party_id = payer_party_id(tenant_id, payer_id)
        index = self._records.keys.blind(tenant_id, NAME_INDEX, name)
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            is_new = await repository.claim(
                connection, tenant_id=tenant_id, party_id=party_id, payer_id=payer_id, name_index=index, now=now
            )
            before = await self._required(connection, tenant_id, payer_id, party_id, lock=True)
            if not is_new and await self._is_same(tenant_id, payer_id, before, told, name):
                await repository.tell_again(connection, tenant_id=tenant_id, party_id=party_id, now=now)
            else:
                await self._name(connection, principal, payer_id, told, name=name, index=index, now=now)
                await record(connection, principal, ROUTE, resource=f"inbound-payers/{payer_id}", correlation_id=correlation_id)
            kept = await self._required(connection, tenant_id, payer_id, party_id)
        return await self._presented(tenant_id, kept)

    async def get(self, principal: Principal, payer_id: str) -> Row:
        """Return a payer as they were told last. Raises NotFound."""
        tenant_id = principal.tenant_id
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            kept = await self._required(connection, tenant_id, payer_id, payer_party_id(tenant_id, payer_id))
        return await self._presented(tenant_id, kept)

    async def _name(
        self, connection: AsyncConnection, principal: Principal, payer_id: str, told: ToldPayer, *, name: str, index: bytes,
        now: datetime,
    ) -> None:  # fmt: skip
        tenant_id, party_id = principal.tenant_id, payer_party_id(principal.tenant_id, payer_id)
        if await repository.is_undecided(connection, tenant_id=tenant_id, party_id=party_id):
            raise PayerKeptAsTold(f"payer {payer_id} stands as they were told before")
        subject = sealed_under(tenant_id, customer_id=None, payer_id=payer_id)
        sealed = await asyncio.to_thread(self._records.seal, subject, {"name": name}, kind=SCREENED_PARTY)
        await repository.name(
            connection, tenant_id=tenant_id, party_id=party_id, kind=None if told.kind is None else told.kind.value,
            country=told.country, sealed=sealed, name_index=index, now=now,
        )  # fmt: skip

    async def _is_same(self, tenant_id: str, payer_id: str, kept: Row, told: ToldPayer, name: str) -> bool:
        """Whether that is what is kept already, and opens: a payer who was forgotten is told anew."""
        if (kept["kind"], kept["country"]) != (None if told.kind is None else told.kind.value, told.country):
            return False
        return await self._opened(tenant_id, payer_id, kept) == name

    async def _opened(self, tenant_id: str, payer_id: str, kept: Row) -> str | None:
        subject, sealed = sealed_under(tenant_id, customer_id=None, payer_id=payer_id), kept["sealed"]
        if not isinstance(sealed, bytes) or sealed == NOT_NAMED:
            return None
        fields = await asyncio.to_thread(self._records.open, subject, sealed, kind=SCREENED_PARTY)
        return None if fields is None else str(fields["name"])

    async def _presented(self, tenant_id: str, kept: Row) -> Row:
        payer_id = str(kept["payer_id"])
        shown = {name: kept[name] for name in ("payer_id", "kind", "country")}
        return shown | {"name": await self._opened(tenant_id, payer_id, kept), "told_at": kept["met_at"]}

    @staticmethod
    async def _required(
        connection: AsyncConnection, tenant_id: str, payer_id: str, party_id: UUID, *, lock: bool = False
    ) -> Row:
        found = await repository.find(connection, tenant_id=tenant_id, party_id=party_id, lock=lock)
        if found is None:
            raise NotFound(f"nobody has said who payer {payer_id} is")
        return found
