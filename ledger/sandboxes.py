"""Sandbox tenants in work that is done for all tenants at once: each has a present of its own, and its events a topic apart."""

from collections.abc import Sequence

from psycopg import Connection

from contracts.topics import BANKING_TRANSACTIONS, SANDBOX_TRANSACTIONS
from ledger.postings import PostingRequest, PostingResult
from ledger.repository import post_batch


class Presents:
    """What time it is for each tenant, `now_ms` being the time of those whose money is real. Read once."""

    def __init__(self, connection: Connection, *, now_ms: int) -> None:
        self._connection = connection
        self._now_ms = now_ms
        rows = connection.execute("select tenant_id, offset_ms from bank.sandbox_offsets()").fetchall()
        self._ahead_ms: dict[str, int] = dict(rows)

    def now_ms(self, tenant_id: str) -> int:
        """The tenant's present."""
        return self._now_ms + self._ahead_ms.get(tenant_id, 0)

    def topic(self, tenant_id: str) -> str:
        """Where the tenant's ledger events go."""
        return SANDBOX_TRANSACTIONS if tenant_id in self._ahead_ms else BANKING_TRANSACTIONS

    def post(self, rows: Sequence[PostingRequest]) -> list[PostingResult]:
        """Post what is real in one batch and each sandbox's in one of its own. Answers come in that order."""
        results: list[PostingResult] = []
        real = [row for row in rows if row.tenant_id not in self._ahead_ms]
        if real:
            results += post_batch(self._connection, real, now_ms=self._now_ms)
        for tenant_id in sorted({row.tenant_id for row in rows} & self._ahead_ms.keys()):
            own = [row for row in rows if row.tenant_id == tenant_id]
            results += post_batch(self._connection, own, now_ms=self.now_ms(tenant_id), topic=self.topic(tenant_id))
        return results
