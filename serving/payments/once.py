"""Work that is done once a key, and is no transfer of the hot path: claimed, done and answered, however often it is sent."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Header, Response
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel

from contracts.sealed import STORED_ANSWER
from kit.clock import Clock, FixedClock
from kit.errors import DomainError
from kit.ids import uuid7
from kit.postgres import tenant_transaction
from kit.subject_keys import SealedRecords, Subject
from kit.subject_keys.sealing import VERSION
from serving.edge.clocks import Present, TenantClocks
from serving.edge.principals import Principal
from serving.payments.claims import REPLAYED_HEADER, Claims, request_hash, stored_key
from serving.payments.errors import AnswerErased, TransferInProgress
from serving.payments.repository import ClaimWish, complete

IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", description="One key an intent; the same one when trying again")
]
Before = Callable[[Present], Awaitable[None]]
Work = Callable[[AsyncConnection, UUID, Present], Awaitable[BaseModel]]
CREATED = 201
_BODY = "body"


@dataclass(frozen=True, slots=True)
class Done:
    """The JSON of what was made, and whether it was made before."""

    body: bytes
    replayed: bool

    def response(self, **headers: str) -> Response:
        """Return the HTTP answer, the same the first time and on every replay."""
        if self.replayed:
            headers[REPLAYED_HEADER] = "true"
        return Response(self.body, status_code=CREATED, media_type="application/json", headers=headers)


class Once:
    """Does work under idempotency keys, in one transaction with the key's completion. The claim is the audit row."""

    def __init__(
        self,
        core: AsyncConnectionPool,
        *,
        claims: Claims,
        clock: Clock,
        clocks: TenantClocks,
        records: SealedRecords,
    ) -> None:
        """`clock` is the wall's, by which keys are held; work is done in its tenant's present, as `clocks` say."""
        self._core = core
        self._claims = claims
        self._clock = clock
        self._clocks = clocks
        self._records = records

    async def do(
        self,
        principal: Principal,
        work: Work,
        *,
        action: str,
        content: bytes,
        idempotency_key: str | None,
        correlation_id: str,
        about: str | None = None,
        before: Before | None = None,
    ) -> Done:
        """Do `work(connection, id, present)` once for the key, or return what it gave before.

        `id` is the claim's, for what is made, and `present` the tenant's; `content` tells a repetition from another request.
        `about` is the customer of whom the answer says who they are: it is kept sealed under their key. What the work refuses
        leaves nothing behind, and the key may be tried again. `before` is done first, outside of the work's transaction, and
        may refuse it. Raises as `Claims.claim` does, what the work raises, and
        AnswerErased where the customer was erased since.
        """
        key = stored_key(principal, idempotency_key)
        present = await self._clocks.present(principal.tenant_id)
        claimed = await self._claims.claim(
            ClaimWish(
                tenant_id=principal.tenant_id,
                key=key,
                request_hash=request_hash(action, content),
                transfer_id=uuid7(FixedClock(present.now_ms)),
                intent=None,
                actor=principal.subject,
                action=action,
                correlation_id=correlation_id,
            )
        )
        if claimed.answer == "done":
            return Done(self._opened(principal, about, claimed.response_body or b""), replayed=True)
        try:
            if before is not None:
                await before(present)
            async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
                made = await work(connection, claimed.transfer_id, present)
                body = made.model_dump_json().encode()
                held = await complete(
                    connection,
                    tenant_id=principal.tenant_id,
                    key=key,
                    transfer_id=claimed.transfer_id,
                    status=CREATED,
                    body=await self._sealed(principal, about, body),
                    now_ms=self._clock.now_ms(),
                )
                if not held:
                    raise TransferInProgress("another request with this key is being worked on", retry_after_s=1)
        except DomainError:
            await self._claims.release(tenant_id=principal.tenant_id, key=key, transfer_id=claimed.transfer_id)
            raise
        return Done(body, replayed=False)

    async def _sealed(self, principal: Principal, about: str | None, body: bytes) -> bytes:
        if about is None:
            return body
        subject = Subject(principal.tenant_id, about)
        return await asyncio.to_thread(self._records.seal, subject, {_BODY: body.decode()}, kind=STORED_ANSWER)

    def _opened(self, principal: Principal, about: str | None, stored: bytes) -> bytes:
        if about is None or not stored.startswith(VERSION):
            return stored
        fields = self._records.open(Subject(principal.tenant_id, about), stored, kind=STORED_ANSWER)
        if fields is None:
            raise AnswerErased("this key's request was carried out, and whom its answer was about has been erased since")
        return str(fields[_BODY]).encode()
