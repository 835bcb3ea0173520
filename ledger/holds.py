"""Holds whose time has run out: each is expired once, whoever else posts or voids it at that moment."""

from psycopg import Connection

from ledger.postings import Kind, PostingRequest, PostingResult
from ledger.sandboxes import Presents

MAX_EXPIRED_ROWS = 500


def expire_holds(connection: Connection, *, now_ms: int) -> list[PostingResult]:
    """Expire the holds of every tenant that are due by its clock, oldest first, at most MAX_EXPIRED_ROWS a call.

    Each leaves an `abandoned` event with reason `hold-expired`. One that was posted or voided meanwhile answers `conflict`.
    """
    due = connection.execute(
        "select tenant_id, transfer_id from ledger.expired_holds(%s, %s)", (now_ms, MAX_EXPIRED_ROWS)
    ).fetchall()
    presents = Presents(connection, now_ms=now_ms)
    rows = [
        PostingRequest(
            kind=Kind.EXPIRE, transfer_id=transfer_id, tenant_id=tenant_id, occurred_at_ms=presents.now_ms(tenant_id)
        )
        for tenant_id, transfer_id in due
    ]
    return presents.post(rows)
