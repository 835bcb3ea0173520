"""Beneficiaries: save a payee, read, list, rename, forget."""

from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from contracts.sealed import BENEFICIARY, BENEFICIARY_FIELDS
from kit.errors import NotFound
from kit.postgres import tenant_transaction
from kit.subject_keys import SealedRecords
from serving.beneficiaries import repository
from serving.beneficiaries.destinations import COOLING_MS, pix_key
from serving.beneficiaries.repository import Row
from serving.beneficiaries.schemas import Beneficiary, BeneficiaryChange, NewBeneficiary
from serving.customers.standing import require_active
from serving.edge.clocks import Present, TenantClocks
from serving.edge.errors import InvalidRequest
from serving.edge.presented import moment
from serving.edge.principals import Principal
from serving.edge.sealed import SealedRows
from serving.edge.versions import require
from serving.edge.wanted import customer_of
from serving.identity.audit import record
from serving.payments.once import Done, Once

ROUTE = "POST /v1/beneficiaries"
WAYS = ("account_id", "pix_key", "bank_account")


class BeneficiariesService:
    """What the beneficiaries routes do."""

    def __init__(self, core: AsyncConnectionPool, *, once: Once, clocks: TenantClocks, records: SealedRecords) -> None:
        self._core = core
        self._rows = SealedRows(records, BENEFICIARY, BENEFICIARY_FIELDS)
        self._once = once
        self._clocks = clocks

    async def save(
        self, principal: Principal, wanted: NewBeneficiary, *, idempotency_key: str | None, correlation_id: str
    ) -> Done:
        """Save a payee once a key. Raises InvalidRequest, NotFound for an unknown customer, CustomerNotActive."""
        customer_id = customer_of(principal, wanted.customer_id, role="whose payee it is")
        values = _destination(wanted) | {
            "tenant_id": principal.tenant_id,
            "customer_id": customer_id,
            "nickname": wanted.nickname,
            "holder_name": wanted.holder_name,
        }

        async def work(connection: AsyncConnection, beneficiary_id: UUID, present: Present) -> Beneficiary:
            return await self._save(connection, principal, values, beneficiary_id=beneficiary_id, now_ms=present.now_ms)

        return await self._once.do(
            principal,
            work,
            action=ROUTE,
            content=wanted.model_dump_json().encode(),
            idempotency_key=idempotency_key,
            correlation_id=correlation_id,
            about=str(customer_id),
        )

    async def get(self, principal: Principal, beneficiary_id: UUID) -> Row:
        """Return one payee. Raises NotFound, also for somebody else's."""
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return await self._required(connection, principal, beneficiary_id, now_ms=now_ms)

    async def page(self, principal: Principal, *, customer_id: str | None, after: UUID | None, limit: int) -> list[Row]:
        """Return up to `limit` payees after an id; a customer's own, whatever customer was asked for."""
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            rows = await repository.list_beneficiaries(
                connection,
                tenant_id=principal.tenant_id,
                customer_id=principal.whose(customer_id),
                after=after,
                limit=limit,
            )
        return [_presented(row, now_ms=now_ms) for row in self._rows.opened(principal.tenant_id, rows)]

    async def change(
        self, principal: Principal, beneficiary_id: UUID, wanted: BeneficiaryChange, *, version: int, correlation_id: str
    ) -> Row:
        """Rename a payee. Raises NotFound, StaleVersion."""
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await self._found(connection, principal, beneficiary_id, for_update=True)
            require(found, version)
            told = {name: value for name, value in wanted.model_dump().items() if value is not None}
            sealed = await self._rows.sealed(principal.tenant_id, found["customer_id"], found | told)
            await repository.update_beneficiary(connection, beneficiary_id=beneficiary_id, sealed=sealed)
            await record(
                connection,
                principal,
                "PATCH /v1/beneficiaries/{beneficiary_id}",
                resource=f"beneficiaries/{beneficiary_id}",
                correlation_id=correlation_id,
            )
            return await self._required(connection, principal, beneficiary_id, now_ms=now_ms)

    async def forget(self, principal: Principal, beneficiary_id: UUID, *, correlation_id: str) -> None:
        """Forget a payee; what was paid to them stays. Raises NotFound."""
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await self._required(connection, principal, beneficiary_id, now_ms=now_ms, for_update=True)
            await repository.delete_beneficiary(connection, beneficiary_id)
            await record(
                connection,
                principal,
                "DELETE /v1/beneficiaries/{beneficiary_id}",
                resource=f"beneficiaries/{beneficiary_id}",
                correlation_id=correlation_id,
                status=204,
            )

    async def _save(
        self, connection: AsyncConnection, principal: Principal, values: Row, *, beneficiary_id: UUID, now_ms: int
    ) -> Beneficiary:
        await require_active(connection, tenant_id=principal.tenant_id, customer_id=str(values["customer_id"]))
        account_id = values["account_id"]
        if isinstance(account_id, UUID) and not await repository.account_exists(
            connection, tenant_id=principal.tenant_id, account_id=account_id
        ):
            raise InvalidRequest("account_id: there is no such account here", field="account_id")
        stored = values | {
            "created_at_ms": now_ms,
            "cooling_until_ms": now_ms + COOLING_MS,
            "beneficiary_id": beneficiary_id,
            "sealed": await self._rows.sealed(principal.tenant_id, values["customer_id"], values),
        }
        if not await repository.insert_beneficiary(connection, stored):
            raise NotFound(f"no customer {values['customer_id']}")
        return Beneficiary.model_validate(await self._required(connection, principal, beneficiary_id, now_ms=now_ms))

    async def _required(
        self, connection: AsyncConnection, principal: Principal, beneficiary_id: UUID, *, now_ms: int, for_update: bool = False
    ) -> Row:
        return _presented(
            await self._found(connection, principal, beneficiary_id, for_update=for_update),
            now_ms=now_ms,
        )

    async def _found(
        self, connection: AsyncConnection, principal: Principal, beneficiary_id: UUID, *, for_update: bool = False
    ) -> Row:
        row = await repository.find_beneficiary(
            connection,
            tenant_id=principal.tenant_id,
            beneficiary_id=beneficiary_id,
            customer_id=principal.own_only,
            for_update=for_update,
        )
        opened = self._rows.opened(principal.tenant_id, [] if row is None else [row])
        if not opened:
            raise NotFound(f"there is no beneficiary {beneficiary_id}")
        return opened[0]


def _destination(wanted: NewBeneficiary) -> Row:
    """Return the columns of the one way in which a payee is paid. Raises InvalidRequest for none, several, or a wrong key."""
    given = [way for way in WAYS if getattr(wanted, way) is not None]
    if len(given) != 1:
        raise InvalidRequest(f"{WAYS[0]}: give exactly one of {', '.join(WAYS)}", field=WAYS[0])
    key = None
    if wanted.pix_key is not None:
        key = pix_key(wanted.pix_key.kind, wanted.pix_key.key)
        if key is None:
            raise InvalidRequest(f"pix_key.key: not a key of kind {wanted.pix_key.kind}", field="pix_key.key")
    elsewhere = wanted.bank_account
    return {
        "account_id": wanted.account_id,
        "pix_key_kind": wanted.pix_key.kind if wanted.pix_key else None,
        "pix_key": key,
        "bank_code": elsewhere.bank_code if elsewhere else None,
        "branch": elsewhere.branch if elsewhere else None,
        "account_number": elsewhere.account_number if elsewhere else None,
    }


def _presented(row: Row, *, now_ms: int) -> Row:
    until = row["cooling_until"]
    return row | {
        "pix_key": {"kind": row["pix_key_kind"], "key": row["pix_key"]} if row["pix_key"] else None,
        "bank_account": {name: row[name] for name in ("bank_code", "branch", "account_number")} if row["bank_code"] else None,
        "cooling": isinstance(until, datetime) and moment(now_ms) < until,
    }
