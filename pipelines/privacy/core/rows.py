"""What the core has of a person: rows of their own, and what others wrote of them."""

import json

from psycopg import Connection

from governance.erasures.identifiers import ERASED, Identifiers
from kit.postgres import tenant_block
from pipelines.privacy.core import repository
from pipelines.privacy.core.repository import STORED_ANSWERS, WRITTEN, Column
from pipelines.privacy.store import Alive


class CoreRows:
    """Rows of the bank's own tables. Ledger and chain are not among them: they know accounts, amounts and hashes."""

    def __init__(self, connection: Connection, *, tenant_id: str, who: Identifiers) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self._who = who

    def count(self) -> int:
        """Rows that are the person's own, that others wrote, and the customer's where the id itself tells."""
        with tenant_block(self._connection, self._tenant_id) as connection:
            own = repository.count_own(connection, tenant_id=self._tenant_id, who=self._who, erased=ERASED)
            named = self._who.renamed and repository.still_named(
                connection, tenant_id=self._tenant_id, customer_id=self._who.customer_id
            )
            return own + int(named) + sum(_counted(connection, column, self._tenant_id, self._who) for column in WRITTEN)

    def erase(self, alive: Alive) -> None:
        """Erase the person's own rows and give the customer another id in one transaction, then what others wrote."""
        who, tenant_id = self._who, self._tenant_id
        with tenant_block(self._connection, tenant_id) as connection:
            repository.erase_own(connection, tenant_id=tenant_id, who=who, erased=ERASED)
            if who.renamed:
                repository.rename(connection, tenant_id=tenant_id, old=who.customer_id, new=who.replacement)
        for column in WRITTEN:
            _sweep(self._connection, column, tenant_id, who, alive)

    def note(self) -> str | None:
        """The customer's row and their accounts stay."""
        renamed = " under another id, because the one they had told who they were" if self._who.renamed else ""
        return f"the customer, the accounts and all entries stay, as a pseudonym's{renamed}"


class StoredAnswers:
    """What was answered under idempotency keys. The keys stay, so that nothing is carried out twice."""

    def __init__(self, connection: Connection, *, tenant_id: str, who: Identifiers) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self._who = who

    def count(self) -> int:
        """Answers that tell, and that are not sealed."""
        with tenant_block(self._connection, self._tenant_id) as connection:
            return sum(_counted(connection, column, self._tenant_id, self._who) for column in STORED_ANSWERS)

    def erase(self, alive: Alive) -> None:
        """Replace what tells in them."""
        for column in STORED_ANSWERS:
            _sweep(self._connection, column, self._tenant_id, self._who, alive)

    def note(self) -> str | None:
        """Those about the person alone are sealed."""
        return "answers about the person's own records are sealed under the key that is destroyed"


def _counted(connection: Connection, column: Column, tenant_id: str, who: Identifiers) -> int:
    return repository.count_written(connection, column, tenant_id=tenant_id, who=who) if who.needles else 0


def _sweep(connection: Connection, column: Column, tenant_id: str, who: Identifiers, alive: Alive) -> None:
    """Rewrite a column some rows at a time, each some in a transaction of its own."""
    while who.needles:
        with tenant_block(connection, tenant_id):
            found = repository.find_written(connection, column, tenant_id=tenant_id, who=who)
            for place, value in found:
                repository.rewrite(connection, column, place=place, value=_without(value, column, who))
        alive()
        if len(found) < repository.SWEPT_AT_ONCE:
            return


def _without(value: str | bytes, column: Column, who: Identifiers) -> str | bytes:
    if isinstance(value, bytes):
        return who.redacted_bytes(value)
    return json.dumps(who.redacted_json(json.loads(value))) if column.kind == "jsonb" else who.redacted(value)
