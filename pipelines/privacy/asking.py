"""Asking for an erasure from the command line, as the API does it."""

from datetime import UTC, datetime
from uuid import UUID

from psycopg import Connection

from governance.erasures import repository as requests
from governance.erasures.erasure import Erasure, Step
from governance.erasures.holds import due_at, holds
from kit.clock import Clock
from kit.errors import Conflict, NotFound
from kit.ids import uuid7
from kit.postgres import tenant_block
from pipelines.privacy.core import repository

CLOSED = "closed"


class StillACustomer(Conflict):
    """Who has not left cannot be erased."""

    code = "still-a-customer"
    title = "The customer has not left yet"
    remedy = "Close the accounts and then the customer (POST /v1/customers/{customer_id}/status)."


def ask(connection: Connection, *, tenant_id: str, customer_id: str, by: str, clock: Clock) -> Erasure:
    """Keep a request and block the records, by the holds of now. Raises NotFound, StillACustomer."""
    with tenant_block(connection, tenant_id):
        status = repository.customer_status(connection, tenant_id=tenant_id, customer_id=customer_id)
        if status is None:
            raise NotFound(f"no customer {customer_id} of {tenant_id}")
        if status != CLOSED:
            raise StillACustomer(f"customer {customer_id} is {status}")
        now = datetime.fromtimestamp((clock.now_ms() + repository.ahead_ms(connection, tenant_id=tenant_id)) / 1_000, UTC)
        held = holds(requests.facts_now(connection, tenant_id=tenant_id, customer_id=customer_id), now=now)
        values = requests.asked(
            erasure_id=uuid7(clock), tenant_id=tenant_id, customer_id=customer_id, by=by, now=now, held=held,
            due=due_at(held, now=now),
        )  # fmt: skip
        erasure = requests.ask_now(connection, values)
        repository.note_audit(
            connection,
            tenant_id=tenant_id,
            actor=by,
            action="baas privacy erase",
            resource=f"customers/{customer_id}",
            detail={"erasure_id": str(erasure.erasure_id), "status": erasure.status.value},
        )
        return erasure


def find(connection: Connection, *, tenant_id: str, erasure_id: UUID) -> tuple[Erasure, list[Step]]:
    """Return a request and its steps. Raises NotFound."""
    with tenant_block(connection, tenant_id):
        found = requests.find_now(connection, tenant_id=tenant_id, erasure_id=erasure_id)
    if found is None:
        raise NotFound(f"there is no erasure {erasure_id} of {tenant_id}")
    return found
