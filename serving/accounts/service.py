"""Accounts: opening one in the bank and in the ledger together, and reading what they hold."""

from datetime import UTC, datetime
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from psycopg.errors import ForeignKeyViolation
from psycopg_pool import AsyncConnectionPool

import ledger.accounts as ledger_accounts
from kit.clock import Clock
from kit.errors import NotFound
from kit.ids import uuid7
from kit.money import CURRENCY_EXPONENTS
from kit.postgres import tenant_transaction
from serving.accounts import repository
from serving.accounts.repository import Row
from serving.accounts.schemas import Account, NewAccount
from serving.edge.errors import InvalidRequest
from serving.edge.principals import Principal
from serving.payments.claims import Claims, request_hash, stored_key
from serving.payments.errors import TransferInProgress
from serving.payments.repository import ClaimWish, complete

ROUTE = "POST /v1/accounts"


class AccountsService:
    """What the accounts routes do."""

    def __init__(self, core: AsyncConnectionPool, *, claims: Claims, clock: Clock) -> None:
        self._core = core
        self._claims = claims
        self._clock = clock

    async def open(
        self, principal: Principal, wanted: NewAccount, *, idempotency_key: str | None, correlation_id: str
    ) -> tuple[bytes, bool]:
        """Open an account once a key; return its JSON, and whether it is a replay. Raises NotFound for an unknown customer."""
        key = stored_key(principal, idempotency_key)
        customer_id = principal.own_only or wanted.customer_id
        if customer_id is None or wanted.customer_id not in (None, customer_id):
            raise InvalidRequest("customer_id: name the customer whose account it is", field="customer_id")
        if wanted.currency not in CURRENCY_EXPONENTS:
            raise InvalidRequest(f"currency: {wanted.currency} is not a currency that a ledger here holds", field="currency")
        claimed = await self._claims.claim(
            ClaimWish(
                tenant_id=principal.tenant_id,
                key=key,
                request_hash=request_hash(ROUTE, wanted.model_dump_json().encode()),
                transfer_id=uuid7(self._clock),
                intent=None,
                actor=principal.subject,
                action=ROUTE,
                correlation_id=correlation_id,
            )
        )
        if claimed.answer == "done":
            return claimed.response_body or b"", True
        try:
            return await self._open(principal, wanted, customer_id, account_id=claimed.transfer_id, key=key), False
        except ForeignKeyViolation as unknown:
            await self._claims.release(tenant_id=principal.tenant_id, key=key, transfer_id=claimed.transfer_id)
            raise NotFound(f"no customer {customer_id}") from unknown

    async def get(self, principal: Principal, account_id: UUID) -> Row:
        """Return one account. Raises NotFound, also for somebody else's."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return await self._required(connection, principal, account_id)

    async def page(self, principal: Principal, *, customer_id: str | None, after: str | None, limit: int) -> list[Row]:
        """Return up to `limit` accounts after an id; a customer's own, whatever customer was asked for."""
        try:
            after_id = UUID(after) if after else None
        except ValueError as problem:
            raise InvalidRequest("cursor: not one that this route gave out", field="cursor") from problem
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            rows = await repository.list_accounts(
                connection,
                tenant_id=principal.tenant_id,
                customer_id=customer_id if principal.own_only is None else principal.own_only,
                after=after_id,
                limit=limit,
            )
        return [_presented(row) for row in rows]

    async def balance(self, principal: Principal, account_id: UUID, *, at: datetime | None) -> Row:
        """Return the balance now, or as booked at a past moment. Raises NotFound, InvalidRequest for a moment to come."""
        now_ms = self._clock.now_ms()
        at_ms = _milliseconds(at, now_ms=now_ms)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await self._required(connection, principal, account_id)
            account = await ledger_accounts.get(connection, account_id)
            past = None
            if at_ms is not None:
                past = await ledger_accounts.balance_at(connection, account_id, at_ms=at_ms)
        shown: Row = {"account_id": account_id, "available": None, "pending_debits": None, "pending_credits": None}
        if past is not None and at_ms is not None:
            moment = {"at": datetime.fromtimestamp(at_ms / 1000, UTC), "version": past.version}
            return shown | moment | {"balance": _money(past.balance_minor, account.currency)}
        return shown | {
            "at": datetime.fromtimestamp(now_ms / 1000, UTC),
            "version": account.version,
            "balance": _money(account.balance_minor, account.currency),
            "available": _money(account.available_minor, account.currency),
            "pending_debits": _money(account.debits_pending_minor, account.currency),
            "pending_credits": _money(account.credits_pending_minor, account.currency),
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
                "amount": _money(entry.delta_minor, currency),
                "balance_after": _money(entry.balance_after_minor, currency),
                "counterparty_account_id": entry.counterparty_id,
                "value_at": datetime.fromtimestamp(entry.value_at_ms / 1000, UTC),
                "booked_at": datetime.fromtimestamp(entry.booked_at_ms / 1000, UTC),
            }
            for entry in found
        ]

    async def _open(self, principal: Principal, wanted: NewAccount, customer_id: str, *, account_id: UUID, key: str) -> bytes:
        now_ms = self._clock.now_ms()
        account = ledger_accounts.NewAccount(
            account_id=account_id,
            tenant_id=principal.tenant_id,
            currency=wanted.currency,
            owner_id=customer_id,
            debits_must_not_exceed_credits=True,
        )
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await ledger_accounts.open_accounts_async(connection, [account], now_ms=now_ms)
            await repository.insert_account(
                connection,
                account_id=account_id,
                tenant_id=principal.tenant_id,
                customer_id=customer_id,
                product=wanted.product,
                currency=wanted.currency,
                nickname=wanted.nickname,
            )
            body = orjson.dumps(
                Account.model_validate(await self._required(connection, principal, account_id)).model_dump(mode="json")
            )
            held = await complete(
                connection,
                tenant_id=principal.tenant_id,
                key=key,
                transfer_id=account_id,
                status=201,
                body=body,
                now_ms=now_ms,
            )
            if not held:
                raise TransferInProgress("another request with this key is being worked on", retry_after_s=1)
        return body

    @staticmethod
    async def _required(connection: AsyncConnection, principal: Principal, account_id: UUID) -> Row:
        row = await repository.find_account(
            connection, tenant_id=principal.tenant_id, account_id=account_id, customer_id=principal.own_only
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


def _money(amount_minor: object, currency: object) -> Row:
    return {"amount_minor": amount_minor, "currency": currency}


def _presented(row: Row) -> Row:
    return row | {
        "balance": _money(row["balance_minor"], row["currency"]),
        "available": _money(row["available_minor"], row["currency"]),
    }
