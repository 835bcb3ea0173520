"""Accounts: opening one in the bank and in the ledger together, moving it between statuses, and reading what it holds."""

from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

import ledger.accounts as ledger_accounts
from kit.errors import Conflict, NotFound
from kit.postgres import tenant_transaction
from serving.accounts import repository
from serving.accounts.repository import Row
from serving.accounts.schemas import Account, AccountChange, AccountMove, NewAccount
from serving.accounts.statuses import (
    GUARDED_CAUSES,
    AccountNotEmpty,
    AccountStatus,
    Block,
    LedgerFlags,
    Sides,
    check_move,
    flags,
)
from serving.customers.standing import require_active
from serving.edge.clocks import Present, TenantClocks
from serving.edge.errors import Forbidden, InvalidRequest
from serving.edge.presented import moment, money
from serving.edge.principals import Principal, Role
from serving.edge.versions import require
from serving.edge.wanted import customer_of, require_held
from serving.freezes import repository as freezes
from serving.holders.service import USERS, require_role
from serving.identity.audit import record
from serving.payments.once import Done, Once
from serving.products.service import overdraft_limit_minor

GUARDS = frozenset({Role.COMPLIANCE, Role.ADMIN})
ROUTE = "POST /v1/accounts"
MAX_OPENED_ALONE = 50


class TooManyAccounts(Conflict):
    """A customer alone opens a bounded number of accounts."""

    code = "too-many-accounts"
    title = "The customer has as many accounts as they can open by themselves"
    remedy = "Close one that is not needed, or have the bank open another."


class AccountsService:
    """What the accounts routes do."""

    def __init__(self, core: AsyncConnectionPool, *, once: Once, clocks: TenantClocks) -> None:
        self._core = core
        self._once = once
        self._clocks = clocks

    async def open(self, principal: Principal, wanted: NewAccount, *, idempotency_key: str | None, correlation_id: str) -> Done:
        """Open an account once a key.

        Raises NotFound for an unknown customer, CustomerNotActive, and for a product UnknownProduct and ProductNotOffered.
        A customer by themselves meets Forbidden where the product gives credit, and TooManyAccounts.
        """
        customer_id = customer_of(principal, wanted.customer_id, role="whose account it is")
        require_held(wanted.currency, field="currency")

        async def work(connection: AsyncConnection, account_id: UUID, present: Present) -> Account:
            return await self._open(connection, principal, wanted, customer_id, account_id=account_id, now_ms=present.now_ms)

        return await self._once.do(
            principal,
            work,
            action=ROUTE,
            content=wanted.model_dump_json().encode(),
            idempotency_key=idempotency_key,
            correlation_id=correlation_id,
            about=customer_id,
        )

    async def get(self, principal: Principal, account_id: UUID) -> Row:
        """Return one account. Raises NotFound, also for somebody else's."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return await self._required(connection, principal, account_id)

    async def page(self, principal: Principal, *, customer_id: str | None, after: UUID | None, limit: int) -> list[Row]:
        """Return up to `limit` accounts after an id; a customer's own, whatever customer was asked for."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            rows = await repository.list_accounts(
                connection,
                tenant_id=principal.tenant_id,
                customer_id=principal.whose(customer_id),
                after=after,
                limit=limit,
            )
        return [_presented(row) for row in rows]

    async def balance(self, principal: Principal, account_id: UUID, *, at: datetime | None) -> Row:
        """Return the balance now, or as booked at a past moment. Raises NotFound, InvalidRequest for a moment to come."""
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        at_ms = _milliseconds(at, now_ms=now_ms)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await self._required(connection, principal, account_id)
            account = await ledger_accounts.get(connection, account_id)
            past = None
            if at_ms is not None:
                past = await ledger_accounts.balance_at(connection, account_id, at_ms=at_ms)
        shown: Row = {"account_id": account_id, "available": None, "pending_debits": None, "pending_credits": None}
        if past is not None and at_ms is not None:
            as_of = {"at": moment(at_ms), "version": past.version}
            return shown | as_of | {"balance": money(past.balance_minor, account.currency)}
        return shown | {
            "at": moment(now_ms),
            "version": account.version,
            "balance": money(account.balance_minor, account.currency),
            "available": money(account.available_minor, account.currency),
            "pending_debits": money(account.debits_pending_minor, account.currency),
            "pending_credits": money(account.credits_pending_minor, account.currency),
        }

    async def entries(self, principal: Principal, account_id: UUID, *, before: int | None, limit: int) -> list[Row]:
        """Return up to `limit` entries below a version, newest first. Raises NotFound."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            account = await self._required(connection, principal, account_id)
            found = await ledger_accounts.entries(connection, account_id, before_version=before, limit=limit)
        currency = str(account["currency"])
        return [
            {
                "version": entry.version,
                "transfer_id": entry.transfer_id,
                "purpose": entry.purpose,
                "amount": money(entry.delta_minor, currency),
                "balance_after": money(entry.balance_after_minor, currency),
                "counterparty_account_id": entry.counterparty_id,
                "value_at": moment(entry.value_at_ms),
                "booked_at": moment(entry.booked_at_ms),
            }
            for entry in found
        ]

    async def change(
        self, principal: Principal, account_id: UUID, wanted: AccountChange, *, version: int, correlation_id: str
    ) -> Row:
        """Name an account. Raises NotFound, Forbidden for a viewer, StaleVersion."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await self._required(connection, principal, account_id, for_update=True)
            await require_role(connection, principal, account_id, USERS)
            require(found, version)
            await repository.write_nickname(connection, account_id=account_id, nickname=wanted.nickname)
            await record(
                connection,
                principal,
                "PATCH /v1/accounts/{account_id}",
                resource=f"accounts/{account_id}",
                correlation_id=correlation_id,
            )
            return await self._required(connection, principal, account_id)

    async def move(
        self, principal: Principal, account_id: UUID, wanted: AccountMove, *, version: int, correlation_id: str
    ) -> Row:
        """Move an account to another status, and tell the ledger in the same transaction.

        Raises NotFound, StaleVersion, AccountMoveNotAllowed, BlockMismatch, AccountNotEmpty, Forbidden for a guarded block.
        """
        block = None if wanted.block is None else Block(wanted.block.cause, wanted.block.sides)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await self._required(connection, principal, account_id, for_update=True)
            require(found, version)
            check_move(at=AccountStatus(str(found["status"])), to=wanted.status, block=block)
            if found["block_cause"] in GUARDED_CAUSES and not principal.roles & GUARDS:
                raise Forbidden(f"a block for {found['block_cause']} is lifted by: {', '.join(sorted(GUARDS))}")
            frozen = await freezes.frozen(
                connection, tenant_id=principal.tenant_id, customer_id=str(found["customer_id"]), account_id=account_id
            )
            await self._tell_ledger(connection, principal, account_id, flags(wanted.status, block).with_freezes(frozen))
            sides = block.sides if block else None
            await repository.write_status(
                connection,
                account_id=account_id,
                status=wanted.status,
                block_cause=block.cause if block else None,
                blocked_debits=sides in (Sides.DEBITS, Sides.BOTH),
                blocked_credits=sides in (Sides.CREDITS, Sides.BOTH),
            )
            await record(
                connection,
                principal,
                "POST /v1/accounts/{account_id}/status",
                resource=f"accounts/{account_id}",
                correlation_id=correlation_id,
                detail={"from": found["status"], **wanted.model_dump(mode="json", exclude_none=True)},
            )
            return await self._required(connection, principal, account_id)

    async def _open(
        self,
        connection: AsyncConnection,
        principal: Principal,
        wanted: NewAccount,
        customer_id: str,
        *,
        account_id: UUID,
        now_ms: int,
    ) -> Account:
        tenant_id = principal.tenant_id
        await require_active(connection, tenant_id=tenant_id, customer_id=customer_id)
        overdraft_minor = await overdraft_limit_minor(
            connection, tenant_id=tenant_id, code=wanted.product, currency=wanted.currency
        )
        if principal.own_only is not None:
            await _let_open_alone(connection, principal, overdraft_minor=overdraft_minor)
        account = ledger_accounts.NewAccount(
            account_id=account_id,
            tenant_id=tenant_id,
            currency=wanted.currency,
            owner_id=customer_id,
            debits_must_not_exceed_credits=overdraft_minor == 0,
            min_balance_minor=-overdraft_minor if overdraft_minor else None,
        )
        await ledger_accounts.open_accounts_async(connection, [account], now_ms=now_ms)
        await repository.insert_account(
            connection,
            account_id=account_id,
            tenant_id=tenant_id,
            customer_id=customer_id,
            product=wanted.product,
            currency=wanted.currency,
            nickname=wanted.nickname,
            now_ms=now_ms,
        )
        return Account.model_validate(await self._required(connection, principal, account_id))

    @staticmethod
    async def _tell_ledger(connection: AsyncConnection, principal: Principal, account_id: UUID, wanted: LedgerFlags) -> None:
        if wanted.closed and await repository.has_open_goal(connection, account_id):
            raise AccountNotEmpty(f"account {account_id} has goals that are not closed")
        try:
            await ledger_accounts.change_account(
                connection,
                account_id,
                tenant_id=principal.tenant_id,
                closed=wanted.closed,
                frozen_debits=wanted.frozen_debits,
                frozen_credits=wanted.frozen_credits,
            )
        except Conflict as filled:
            raise AccountNotEmpty(f"account {account_id} has a balance or holds") from filled

    @staticmethod
    async def _required(
        connection: AsyncConnection, principal: Principal, account_id: UUID, *, for_update: bool = False
    ) -> Row:
        row = await repository.find_account(
            connection,
            tenant_id=principal.tenant_id,
            account_id=account_id,
            customer_id=principal.own_only,
            for_update=for_update,
        )
        if row is None:
            raise NotFound(f"there is no account {account_id}")
        return _presented(row)


def _milliseconds(at: datetime | None, *, now_ms: int) -> int | None:
    if at is None:
        return None
    if at.tzinfo is None:
        raise InvalidRequest("at: say the offset from UTC, for example 2025-11-24T16:00:00Z", field="at")
    at_ms = int(at.timestamp() * 1000)
    if not 0 <= at_ms <= now_ms:
        raise InvalidRequest("at: must be a past moment", field="at")
    return at_ms


async def _let_open_alone(connection: AsyncConnection, principal: Principal, *, overdraft_minor: int) -> None:
    """Raise Forbidden where an account would come with credit, which the bank gives and nobody takes; TooManyAccounts."""
    if overdraft_minor:
        raise Forbidden("an account that may be overdrawn is opened by the bank")
    opened = await repository.open_accounts_of(
        connection, tenant_id=principal.tenant_id, customer_id=str(principal.customer_id)
    )
    if opened >= MAX_OPENED_ALONE:
        raise TooManyAccounts(f"customer {principal.customer_id} has {opened} accounts", most=MAX_OPENED_ALONE)


def _presented(row: Row) -> Row:
    currency, balance_minor = row["currency"], int(str(row["balance_minor"]))
    return row | {
        "balance": money(balance_minor, currency),
        "available": money(row["available_minor"], currency),
        "total": money(balance_minor + int(str(row["set_aside_minor"])), currency),
        "overdraft_limit": money(row["overdraft_limit_minor"], currency),
        "block": _block(row),
    }


def _block(row: Row) -> Row | None:
    if row["block_cause"] is None:
        return None
    both = row["blocked_debits"] and row["blocked_credits"]
    sides = Sides.BOTH if both else Sides.DEBITS if row["blocked_debits"] else Sides.CREDITS
    return {"cause": row["block_cause"], "sides": sides}
