"""Accounts at other banks: link one, prove it by micro-deposits or a statement, list, take the link away."""

import secrets
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from contracts.ledger_events import Purpose
from contracts.sealed import EXTERNAL_ACCOUNT, EXTERNAL_ACCOUNT_FIELDS
from contracts.transactions import Channel
from kit.clock import FixedClock
from kit.errors import NotFound
from kit.ids import uuid7
from kit.postgres import tenant_transaction
from kit.subject_keys import SealedRecords
from ledger.accounts import open_accounts_async, settlement_account, system_account
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch_async
from serving.customers.standing import require_active
from serving.edge.clocks import Present, TenantClocks
from serving.edge.presented import moment
from serving.edge.principals import Principal
from serving.edge.sealed import SealedRows
from serving.edge.wanted import customer_of, require_held
from serving.external import repository
from serving.external.proof import (
    LIFETIME_MS,
    MAX_LINKS_A_WEEK,
    MAX_TRIES,
    LinkNotPending,
    LinkNotPossible,
    LinkStatus,
    TooManyLinks,
    deposits,
    judge,
    standing,
)
from serving.external.repository import Row
from serving.external.schemas import ExternalAccount, NewLink, Proof, StatementProof
from serving.identity.audit import record
from serving.payments.errors import TransferFailed
from serving.payments.once import Done, Once
from serving.screening.met import Outside
from serving.screening.parties import PaymentScreening

LINK_ROUTE = "POST /v1/external-accounts"
PROOF_ROUTE = "POST /v1/external-accounts/{external_account_id}/proofs"
# The bank pays for what it sends.
DEPOSITS_CODE = "micro-deposits"


class ExternalAccountsService:
    """What the external accounts routes do."""

    def __init__(
        self,
        core: AsyncConnectionPool,
        *,
        once: Once,
        clocks: TenantClocks,
        records: SealedRecords,
        screening: PaymentScreening,
    ) -> None:
        self._core = core
        self._screening = screening
        self._rows = SealedRows(records, EXTERNAL_ACCOUNT, EXTERNAL_ACCOUNT_FIELDS)
        self._once = once
        self._clocks = clocks

    async def link(self, principal: Principal, wanted: NewLink, *, idempotency_key: str | None, correlation_id: str) -> Done:
        """Link an account once a key, and send it two small amounts.

        Raises InvalidRequest, NotFound for an unknown customer, CustomerNotActive, TooManyLinks, LinkNotPossible, and
        PartiesNotScreened.
        """
        customer_id = customer_of(principal, wanted.customer_id, role="whose account it is")
        require_held(wanted.currency, field="currency")

        async def screened(present: Present) -> None:
            holder = Outside(wanted.holder_name)
            if await self._screening.stops(principal.tenant_id, str(customer_id), holder, now=moment(present.now_ms)):
                raise LinkNotPossible("the account cannot be linked at present")

        async def work(connection: AsyncConnection, external_account_id: UUID, present: Present) -> ExternalAccount:
            return await self._link(
                connection, principal, wanted, customer_id, external_account_id, correlation_id, present=present
            )

        return await self._once.do(
            principal,
            work,
            action=LINK_ROUTE,
            content=wanted.model_dump_json().encode(),
            idempotency_key=idempotency_key,
            correlation_id=correlation_id,
            about=customer_id,
            before=screened,
        )

    async def prove(
        self,
        principal: Principal,
        external_account_id: UUID,
        proof: Proof,
        *,
        idempotency_key: str | None,
        correlation_id: str,
    ) -> Done:
        """Try two amounts, once a key: a try that is sent again is not another one. Raises NotFound, LinkNotPending."""

        async def work(connection: AsyncConnection, _: UUID, present: Present) -> ExternalAccount:
            now_ms = present.now_ms
            found = await self._required(connection, principal, external_account_id, now_ms=now_ms, for_update=True)
            judged = judge(
                LinkStatus(str(found["status"])),
                tries_left=int(str(found["tries_left"])),
                sent=[int(str(found["first_minor"])), int(str(found["second_minor"]))],
                repeated=proof.amounts_minor,
            )
            await self._write(
                connection,
                principal,
                found,
                status=judged.status,
                tries_left=judged.tries_left,
                proof="micro-deposits" if judged.status is LinkStatus.VERIFIED else None,
                now_ms=now_ms,
            )
            return ExternalAccount.model_validate(
                await self._required(connection, principal, external_account_id, now_ms=now_ms)
            )

        return await self._once.do(
            principal,
            work,
            action=PROOF_ROUTE,
            content=f"{external_account_id}\n{proof.model_dump_json()}".encode(),
            idempotency_key=idempotency_key,
            correlation_id=correlation_id,
        )

    async def vouch(
        self, principal: Principal, external_account_id: UUID, proof: StatementProof, *, correlation_id: str
    ) -> Row:
        """Take a statement for proof; the same one again changes nothing. Raises NotFound, LinkNotPending."""
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await self._required(connection, principal, external_account_id, now_ms=now_ms, for_update=True)
            if found["status"] == LinkStatus.VERIFIED and found["statement_reference"] == proof.reference:
                return found
            if found["status"] in (LinkStatus.VERIFIED, LinkStatus.REMOVED):
                raise LinkNotPending(f"it is {found['status']}", status=str(found["status"]))
            await self._write(
                connection,
                principal,
                found | {"statement_reference": proof.reference},
                status=LinkStatus.VERIFIED,
                tries_left=int(str(found["tries_left"])),
                proof="statement",
                now_ms=now_ms,
            )
            await self._record(connection, principal, "POST", "/statement", external_account_id, correlation_id)
            return await self._required(connection, principal, external_account_id, now_ms=now_ms)

    async def unlink(self, principal: Principal, external_account_id: UUID, *, correlation_id: str) -> None:
        """Take a link away; again, it changes nothing. Raises NotFound."""
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await self._required(connection, principal, external_account_id, now_ms=now_ms, for_update=True)
            await self._write(connection, principal, found, status=LinkStatus.REMOVED, tries_left=0, proof=None, now_ms=now_ms)
            await self._record(connection, principal, "DELETE", "", external_account_id, correlation_id)

    async def get(self, principal: Principal, external_account_id: UUID) -> Row:
        """Return one account. Raises NotFound, also for somebody else's."""
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return await self._required(connection, principal, external_account_id, now_ms=now_ms)

    async def page(self, principal: Principal, *, customer_id: str | None, after: UUID | None, limit: int) -> list[Row]:
        """Return up to `limit` accounts after an id; a customer's own, whatever customer was asked for."""
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            rows = await repository.list_links(
                connection,
                tenant_id=principal.tenant_id,
                customer_id=principal.whose(customer_id),
                after=after,
                limit=limit,
            )
        return [_presented(row, now_ms=now_ms) for row in self._rows.opened(principal.tenant_id, rows)]

    async def _link(
        self,
        connection: AsyncConnection,
        principal: Principal,
        wanted: NewLink,
        customer_id: str,
        external_account_id: UUID,
        correlation_id: str,
        *,
        present: Present,
    ) -> ExternalAccount:
        now_ms = present.now_ms
        amounts = deposits(secrets.randbelow)
        values = {
            **wanted.model_dump(),
            "external_account_id": external_account_id,
            "tenant_id": principal.tenant_id,
            "customer_id": customer_id,
            "first_minor": amounts[0],
            "second_minor": amounts[1],
            "tries_left": MAX_TRIES,
            "created_at_ms": now_ms,
            "expires_at_ms": now_ms + LIFETIME_MS,
        }
        linked = await repository.links_since(
            connection, tenant_id=principal.tenant_id, customer_id=customer_id, since_ms=now_ms - LIFETIME_MS
        )
        if linked is None:
            raise NotFound(f"no customer {customer_id}")
        await require_active(connection, tenant_id=principal.tenant_id, customer_id=customer_id)
        if linked >= MAX_LINKS_A_WEEK:
            raise TooManyLinks(f"customer {customer_id} has linked {linked} accounts within a week", most=MAX_LINKS_A_WEEK)
        values["sealed"] = await self._rows.sealed(principal.tenant_id, customer_id, values)
        await repository.insert_link(connection, values)
        await _send(connection, principal.tenant_id, wanted.currency, amounts, correlation_id, present=present)
        return ExternalAccount.model_validate(await self._required(connection, principal, external_account_id, now_ms=now_ms))

    async def _write(
        self,
        connection: AsyncConnection,
        principal: Principal,
        found: Row,
        *,
        status: LinkStatus,
        tries_left: int,
        proof: str | None,
        now_ms: int,
    ) -> None:
        """Write how far a proof is. What a statement proved is kept for as long as it is the proof."""
        told = found if proof == "statement" else found | {"statement_reference": None}
        await repository.write_status(
            connection,
            external_account_id=UUID(str(found["external_account_id"])),
            status=status,
            tries_left=tries_left,
            proof=proof,
            sealed=await self._rows.sealed(principal.tenant_id, found["customer_id"], told),
            now_ms=now_ms,
        )

    async def _required(
        self,
        connection: AsyncConnection,
        principal: Principal,
        external_account_id: UUID,
        *,
        now_ms: int,
        for_update: bool = False,
    ) -> Row:
        row = await repository.find_link(
            connection,
            tenant_id=principal.tenant_id,
            external_account_id=external_account_id,
            customer_id=principal.own_only,
            for_update=for_update,
        )
        opened = self._rows.opened(principal.tenant_id, [] if row is None else [row])
        if not opened:
            raise NotFound(f"there is no external account {external_account_id}")
        return _presented(opened[0], now_ms=now_ms)

    @staticmethod
    async def _record(
        connection: AsyncConnection,
        principal: Principal,
        method: str,
        part: str,
        external_account_id: UUID,
        correlation_id: str,
    ) -> None:
        await record(
            connection,
            principal,
            f"{method} /v1/external-accounts/{{external_account_id}}{part}",
            resource=f"external-accounts/{external_account_id}",
            correlation_id=correlation_id,
        )


async def _send(
    connection: AsyncConnection,
    tenant_id: str,
    currency: str,
    amounts: tuple[int, int],
    correlation_id: str,
    *,
    present: Present,
) -> None:
    """Let the amounts leave through the channel's settlement account, at the bank's cost. Raises TransferFailed."""
    source = system_account(tenant_id=tenant_id, currency=currency, code=DEPOSITS_CODE)
    outside = settlement_account(tenant_id=tenant_id, currency=currency, channel=Channel.TED)
    await open_accounts_async(connection, [source, outside], now_ms=present.now_ms)
    rows = [
        PostingRequest(
            kind=Kind.POST,
            transfer_id=uuid7(FixedClock(present.now_ms)),
            tenant_id=tenant_id,
            occurred_at_ms=present.now_ms,
            amount_minor=amount_minor,
            currency=currency,
            debit_account_id=source.account_id,
            credit_account_id=outside.account_id,
            purpose=Purpose.ADJUSTMENT,
            group=1,
            headers={"correlation_id": correlation_id},
        )
        for amount_minor in amounts
    ]
    for result in await post_batch_async(connection, rows, now_ms=present.now_ms, topic=present.topic):
        if not result.moved:
            raise TransferFailed(f"the ledger answered {result.code}", transfer_id=str(result.transfer_id), reason=result.code)


def _presented(row: Row, *, now_ms: int) -> Row:
    status = standing(LinkStatus(str(row["status"])), expires_at_ms=int(str(row["expires_at_ms"])), now_ms=now_ms)
    return row | {"status": status}
