"""Under which name a customer saved whom they pay: a payee, or their own account at another bank."""

from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from kit.postgres import tenant_transaction
from kit.subject_keys import SealedRecords, Subject
from serving.screening import party_repository

HOLDER_NAME = "holder_name"


class SavedPayees:
    """Reads payees' names, which lie sealed under their customer's key."""

    def __init__(self, core: AsyncConnectionPool, *, records: SealedRecords) -> None:
        self._core = core
        self._records = records

    async def name(self, tenant_id: str, customer_id: str, payee_id: str | None) -> str | None:
        """Return the holder's name of what the id names, where it is the id of something that this customer saved."""
        try:
            saved_id = UUID(payee_id or "")
        except ValueError:
            return None
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            found = await party_repository.saved_payee(
                connection, tenant_id=tenant_id, customer_id=customer_id, payee_id=saved_id
            )
        if found is None:
            return None
        kind, sealed = found
        fields = self._records.open(Subject(tenant_id, customer_id), sealed, kind=kind) or {}
        name = fields.get(HOLDER_NAME)
        return name if isinstance(name, str) else None
