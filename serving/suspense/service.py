"""Suspense: opened by an operator or by the intake, resolved by two people."""

from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

import ledger.accounts as ledger_accounts
from cases.payers import PAYER_NOT_NAMED, PAYER_NOT_SCREENED, RESOLUTION
from kit.errors import NotFound
from kit.ids import derived_id
from kit.postgres import tenant_transaction
from ledger.value_dates import value_ms
from serving.edge.clocks import Present, TenantClocks
from serving.edge.errors import InvalidRequest
from serving.edge.presented import money
from serving.edge.principals import Principal
from serving.edge.wanted import require_held
from serving.identity.audit import record
from serving.payments.once import Done, Once
from serving.screening import party_repository
from serving.suspense import repository
from serving.suspense.errors import (
    ItemResolved,
    NothingProposed,
    PayerMayBeListed,
    PayerNotScreened,
    ProposalChanged,
    SameEyes,
)
from serving.suspense.moves import Rail, move
from serving.suspense.repository import Row
from serving.suspense.schemas import Item, Judgement, NewItem, Proposal

OPEN_ROUTE = "POST /v1/suspense"
PROPOSE_ROUTE = "POST /v1/suspense/{item_id}/resolution"
JUDGE_ROUTE = "POST /v1/suspense/{item_id}/judgement"
_NOT_SHOWN = frozenset({"party_id", "goes_on", "payer_named"})


class SuspenseService:
    """What the suspense routes do."""

    def __init__(self, core: AsyncConnectionPool, *, once: Once, clocks: TenantClocks) -> None:
        self._core = core
        self._once = once
        self._clocks = clocks

    async def open(self, principal: Principal, wanted: NewItem, *, idempotency_key: str | None, correlation_id: str) -> Done:
        """Move money from a rail's settlement to its suspense, once a key. Raises InvalidRequest, ValueDateOutOfRange."""
        currency = wanted.amount.currency
        require_held(currency, field="amount.currency")

        async def work(connection: AsyncConnection, item_id: UUID, present: Present) -> Item:
            now_ms = present.now_ms
            rails = Rail(principal.tenant_id, wanted.rail, currency)
            await ledger_accounts.open_accounts_async(connection, [rails.settlement, rails.suspense], now_ms=now_ms)
            await move(
                connection,
                transfer_id=item_id,
                rail=rails,
                amount_minor=wanted.amount.amount_minor,
                debit=rails.settlement.account_id,
                credit=rails.suspense.account_id,
                reason=wanted.problem,
                value_at_ms=value_ms(wanted.value_date, now_ms=now_ms),
                present=present,
            )
            await repository.insert_item(
                connection,
                item_id=item_id,
                tenant_id=principal.tenant_id,
                rail=wanted.rail,
                currency=currency,
                amount_minor=wanted.amount.amount_minor,
                problem=wanted.problem,
                note=wanted.note,
                opened_by=principal.subject,
                now_ms=now_ms,
            )
            await record(connection, principal, OPEN_ROUTE, resource=f"suspense/{item_id}", correlation_id=correlation_id)
            return Item.model_validate(_presented(await self._required(connection, principal, item_id, now_ms=now_ms)))

        return await self._once.do(
            principal,
            work,
            action=OPEN_ROUTE,
            content=wanted.model_dump_json().encode(),
            idempotency_key=idempotency_key,
            correlation_id=correlation_id,
        )

    async def page(self, principal: Principal, *, everything: bool, after: tuple[str, str] | None, limit: int) -> list[Row]:
        """Return up to `limit` items, oldest first."""
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            rows = await repository.list_items(
                connection,
                tenant_id=principal.tenant_id,
                everything=everything,
                after=after,
                limit=limit,
                now_ms=now_ms,
            )
        return [_presented(row) for row in rows]

    async def get(self, principal: Principal, item_id: UUID) -> Row:
        """Return one item. Raises NotFound."""
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return _presented(await self._required(connection, principal, item_id, now_ms=now_ms))

    async def balances(self, principal: Principal) -> list[Row]:
        """Return each suspense account's balance by age."""
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            rows = await repository.balances(connection, tenant_id=principal.tenant_id, now_ms=now_ms)
        return [
            row | {name: money(row[f"{name}_minor"], row["currency"]) for name in ("balance", "unexplained")} for row in rows
        ]

    async def propose(self, principal: Principal, item_id: UUID, wanted: Proposal, *, correlation_id: str) -> Row:
        """Propose where the money goes, in place of what was proposed before.

        Raises NotFound, ItemResolved, PayerMayBeListed, PayerNotScreened.
        """
        resolution = wanted.model_dump(mode="json", exclude_none=True)
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        value_ms(wanted.value_date, now_ms=now_ms)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            item = await self._unresolved(connection, principal, item_id, now_ms=now_ms)
            if wanted.account_id is not None:
                await _require_payer_cleared(connection, principal, item)
                await _require_customers(connection, wanted.account_id, currency=str(item["currency"]))
            await repository.propose(connection, item_id=item_id, resolution=resolution, actor=principal.subject, now_ms=now_ms)
            await record(
                connection,
                principal,
                PROPOSE_ROUTE,
                resource=f"suspense/{item_id}",
                correlation_id=correlation_id,
                detail=resolution,
            )
            return _presented(await self._required(connection, principal, item_id, now_ms=now_ms))

    async def judge(self, principal: Principal, item_id: UUID, judgement: Judgement, *, correlation_id: str) -> Row:
        """Approve a proposal, which moves the money, or take it away. Approved again by the same, it answers the same.

        Raises NotFound, ItemResolved, NothingProposed, ProposalChanged, SameEyes, PayerMayBeListed, PayerNotScreened,
        SuspenseNotPosted, and Forbidden for a machine.
        """
        principal.require_person("judges what somebody proposed")
        approve = judgement.approve
        present = await self._clocks.present(principal.tenant_id)
        now_ms = present.now_ms
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            item = await self._required(connection, principal, item_id, now_ms=now_ms, lock=True)
            if approve and item["status"] == "resolved" and item["resolved_by"] == principal.subject:
                return _presented(item)
            item = await self._unresolved(connection, principal, item_id, now_ms=now_ms)
            if item["status"] != "proposed":
                raise NothingProposed(f"nothing is proposed for {item_id}")
            if item["proposed_at"] != judgement.proposed_at:
                raise ProposalChanged(
                    f"what is proposed for {item_id} was proposed later", proposed_at=str(item["proposed_at"])
                )
            if approve:
                if item["proposed_by"] == principal.subject:
                    raise SameEyes("the proposal is yours")
                await self._resolve(connection, principal, item, present=present)
            else:
                await repository.propose(connection, item_id=item_id, resolution=None, actor=None, now_ms=now_ms)
            await record(
                connection,
                principal,
                JUDGE_ROUTE,
                resource=f"suspense/{item_id}",
                correlation_id=correlation_id,
                detail={"approve": approve},
            )
            return _presented(await self._required(connection, principal, item_id, now_ms=now_ms))

    async def _resolve(self, connection: AsyncConnection, principal: Principal, item: Row, *, present: Present) -> None:
        item_id = UUID(str(item["item_id"]))
        wanted = Proposal.model_validate(item["resolution"])
        if wanted.account_id is not None:
            await _require_payer_cleared(connection, principal, item)
        rail = Rail(principal.tenant_id, str(item["rail"]), str(item["currency"]))
        transfer_id = derived_id(item_id, RESOLUTION)
        await move(
            connection,
            transfer_id=transfer_id,
            rail=rail,
            amount_minor=int(str(item["amount_minor"])),
            debit=rail.suspense.account_id,
            credit=wanted.account_id or rail.settlement.account_id,
            reason=f"suspense-{wanted.action}",
            value_at_ms=value_ms(wanted.value_date, now_ms=present.now_ms),
            present=present,
        )
        await repository.resolve(
            connection, item_id=item_id, transfer_id=transfer_id, actor=principal.subject, now_ms=present.now_ms
        )

    async def _unresolved(self, connection: AsyncConnection, principal: Principal, item_id: UUID, *, now_ms: int) -> Row:
        item = await self._required(connection, principal, item_id, now_ms=now_ms, lock=True)
        if item["status"] == "resolved":
            raise ItemResolved(f"item {item_id} is resolved", transfer_id=str(item["transfer_id"]))
        return item

    @staticmethod
    async def _required(
        connection: AsyncConnection, principal: Principal, item_id: UUID, *, now_ms: int, lock: bool = False
    ) -> Row:
        row = await repository.find_item(connection, tenant_id=principal.tenant_id, item_id=item_id, now_ms=now_ms, lock=lock)
        if row is None:
            raise NotFound(f"there is no item {item_id} in suspense")
        return row


async def _require_payer_cleared(connection: AsyncConnection, principal: Principal, item: Row) -> None:
    """Raise unless who paid the money may be credited by people; nobody judges a hit of theirs until the transaction ends.

    Raises PayerNotScreened for who is named and is still to be looked at, PayerMayBeListed while a hit is not cleared.
    """
    if item["problem"] == PAYER_NOT_SCREENED or (item["problem"] == PAYER_NOT_NAMED and item["payer_named"]):
        raise PayerNotScreened(f"the payer of item {item['item_id']} is still to be held against the lists")
    party_id = item["party_id"]
    if isinstance(party_id, UUID) and await party_repository.is_listed(connection, principal.tenant_id, party_id):
        raise PayerMayBeListed(f"the payer of item {item['item_id']} may be on a watch-list")


async def _require_customers(connection: AsyncConnection, account_id: UUID, *, currency: str) -> None:
    """Raise NotFound unless it is a customer's account here, InvalidRequest when it is in another currency."""
    account = await ledger_accounts.get(connection, account_id)
    if account.owner_id is None or account.code is not None:
        raise NotFound(f"there is no customer's account {account_id}")
    if account.currency != currency:
        raise InvalidRequest(f"account_id: the account is in {account.currency}", field="account_id")


def _presented(row: Row) -> Row:
    shown = {name: value for name, value in row.items() if name not in _NOT_SHOWN}
    return shown | {"amount": money(row["amount_minor"], row["currency"])}
