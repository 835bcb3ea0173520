"""Customers: make, read, list, change, move between statuses, and forget who they were."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from psycopg_pool import AsyncConnectionPool

from governance.erasures.pseudonyms import tells
from kit.errors import Conflict, DomainError
from kit.postgres import tenant_transaction
from serving.customers import repository
from serving.customers.documents import CustomerKind, normalized
from serving.customers.person import PERSON_FIELDS, People
from serving.customers.repository import Row
from serving.customers.schemas import CustomerChange, CustomerMove, NewCustomer
from serving.customers.statuses import CustomerHasAccounts, CustomerStatus, check_move
from serving.customers.visible import is_blocked, require_kept, visible_customer
from serving.edge.errors import InvalidRequest
from serving.edge.principals import Principal
from serving.edge.versions import require
from serving.erasures.service import ErasuresService
from serving.holders.repository import delete_holdings
from serving.identity.audit import record

# How to reach somebody is theirs to say; who they are, the bank checks.
OWN_FIELDS = frozenset({"email", "phone", "address"})
_DOCUMENT_INDEX = "person_document"
_BLOCKED: Row = dict.fromkeys(PERSON_FIELDS)


class CustomerExists(Conflict):
    """The tenant has a customer of this id."""

    code = "customer-exists"
    title = "There is a customer with this id already"
    remedy = "Read that customer, or choose another customer_id."


class CustomerIdTells(DomainError):
    """Ids stand where nothing is made to forget: in topics, lake and features."""

    code = "customer-id-tells"
    title = "The customer_id tells who the customer is"
    remedy = "Choose a pseudonym, for example a number of your own or a UUID, and keep beside it whose it is."


class DocumentTaken(Conflict):
    """Somebody is a customer once."""

    code = "document-taken"
    title = "Another customer has this document"
    remedy = "Use the customer that is there; the bank's staff can find it."


class CustomersService:
    """What the customers routes do."""

    def __init__(self, core: AsyncConnectionPool, *, people: People, erasures: ErasuresService) -> None:
        self._core = core
        self._erasures = erasures
        self._people = people

    async def make(self, principal: Principal, customer: NewCustomer, *, correlation_id: str) -> Row:
        """Store a customer. Raises CustomerExists, CustomerIdTells, DocumentTaken, and InvalidRequest for a wrong document."""
        person = _person(customer, kind=customer.kind)
        if tells(customer.customer_id, person):
            raise CustomerIdTells("customer_id: made of an e-mail address, a document or the person's own name or number")
        with _taken(customer.customer_id):
            async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
                key = {"tenant_id": principal.tenant_id, "customer_id": customer.customer_id}
                await repository.insert_customer(connection, **key, kind=customer.kind)
                if person:
                    await self._write(connection, principal, customer.customer_id, person)
                await record(
                    connection,
                    principal,
                    "POST /v1/customers",
                    resource=f"customers/{customer.customer_id}",
                    correlation_id=correlation_id,
                    status=201,
                )
                return await self._required(connection, principal, customer.customer_id)

    async def get(self, principal: Principal, customer_id: str) -> Row:
        """Return one customer. Raises NotFound, also for a customer who asks for somebody else."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return await self._required(connection, principal, customer_id)

    async def page(self, principal: Principal, *, after: str | None, limit: int) -> list[Row]:
        """Return up to `limit` customers after an id."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            rows = await repository.list_customers(connection, tenant_id=principal.tenant_id, after=after, limit=limit)
        return self._opened(principal, rows)

    async def change(
        self, principal: Principal, customer_id: str, wanted: CustomerChange, *, version: int, correlation_id: str
    ) -> Row:
        """Change who a customer is.

        Raises NotFound, StaleVersion, DocumentTaken, InvalidRequest, and for who has left CustomerErased or CustomerNotActive:
        nobody puts back what was erased.
        """
        foreign = wanted.model_fields_set - OWN_FIELDS
        if principal.own_only is not None and foreign:
            raise InvalidRequest(f"{min(foreign)}: only the bank changes this", field=min(foreign))
        with _taken(customer_id):
            async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
                found = await self._required(connection, principal, customer_id, for_update=True)
                require(found, version)
                require_kept(found)
                person = _person(wanted, kind=CustomerKind(str(found["kind"])))
                key = {"tenant_id": principal.tenant_id, "customer_id": customer_id}
                await self._write(connection, principal, customer_id, {name: found[name] for name in PERSON_FIELDS} | person)
                await repository.touch_customer(connection, **key)
                await record(
                    connection,
                    principal,
                    "PATCH /v1/customers/{customer_id}",
                    resource=f"customers/{customer_id}",
                    correlation_id=correlation_id,
                    detail={"changed": sorted(person)},
                )
                return await self._required(connection, principal, customer_id)

    async def move(
        self, principal: Principal, customer_id: str, wanted: CustomerMove, *, version: int, correlation_id: str
    ) -> Row:
        """Move a customer to another status. Raises NotFound, StaleVersion, CustomerMoveNotAllowed, CustomerHasAccounts."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await self._required(connection, principal, customer_id, for_update=True)
            require(found, version)
            at = CustomerStatus(str(found["status"]))
            check_move(at=at, to=wanted.status)
            key = {"tenant_id": principal.tenant_id, "customer_id": customer_id}
            if wanted.status is CustomerStatus.CLOSED:
                if await repository.has_open_account(connection, **key):
                    raise CustomerHasAccounts(f"customer {customer_id} has accounts that are not closed")
                await delete_holdings(connection, **key)
            await repository.touch_customer(connection, **key, status=wanted.status)
            await record(
                connection,
                principal,
                "POST /v1/customers/{customer_id}/status",
                resource=f"customers/{customer_id}",
                correlation_id=correlation_id,
                detail={"from": at, "to": wanted.status, "reason": wanted.reason},
            )
            return await self._required(connection, principal, customer_id)

    async def erase(self, principal: Principal, customer_id: str, *, correlation_id: str) -> Row:
        """Erase who a closed customer was, here at once and everywhere else by the worker; again, it changes nothing.

        Raises NotFound, CustomerNotClosed, LegalHold.
        """
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            person = await self._required(connection, principal, customer_id, for_update=True)
            await self._erasures.begin(connection, principal, customer_id, person=person)
            key = {"tenant_id": principal.tenant_id, "customer_id": customer_id}
            await repository.erase_person(connection, **key)
            await repository.touch_customer(connection, **key)
            await record(
                connection,
                principal,
                "DELETE /v1/customers/{customer_id}/person",
                resource=f"customers/{customer_id}",
                correlation_id=correlation_id,
            )
            return await self._required(connection, principal, customer_id)

    async def _write(
        self, connection: AsyncConnection, principal: Principal, customer_id: str, person: Mapping[str, object]
    ) -> None:
        kept = await self._people.kept(principal.tenant_id, customer_id, person)
        await repository.write_person(connection, tenant_id=principal.tenant_id, customer_id=customer_id, kept=kept)

    async def _required(
        self, connection: AsyncConnection, principal: Principal, customer_id: str, *, for_update: bool = False
    ) -> Row:
        row = await visible_customer(connection, principal, customer_id, for_update=for_update)
        return self._opened(principal, [row])[0]

    def _opened(self, principal: Principal, rows: list[Row]) -> list[Row]:
        """Rows as the principal may see them: blocked records are shown to those who answer for them alone."""
        opened = self._people.opened(principal.tenant_id, rows)
        return [row | _BLOCKED if is_blocked(row, principal) else row for row in opened]


def _person(wanted: NewCustomer | CustomerChange, *, kind: CustomerKind) -> Row:
    """Return what is said of the person, the document without punctuation. Raises InvalidRequest for one that is none."""
    told = wanted.model_dump()
    given: Row = {name: told[name] for name in PERSON_FIELDS if name in wanted.model_fields_set}
    if wanted.document is not None:
        given["document"] = normalized(wanted.document, kind=kind)
        if given["document"] is None:
            expected = "CPF of a person" if kind is CustomerKind.PERSON else "CNPJ of a business"
            raise InvalidRequest(f"document: not the {expected}: check its digits", field="document")
    return given


@contextmanager
def _taken(customer_id: str) -> Iterator[None]:
    try:
        yield
    except UniqueViolation as taken:
        if taken.diag.constraint_name == _DOCUMENT_INDEX:
            raise DocumentTaken("a customer with this document is there already") from taken
        raise CustomerExists(f"{customer_id} is taken") from taken
