"""The end of a held payment, together with its fee's: whoever decides it, in their own transaction."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from psycopg import AsyncConnection

from ledger.postings import Kind, PostingRequest, PostingResult
from ledger.repository import post_batch_async
from serving.edge.clocks import Present
from serving.payments import repository
from serving.payments.fees import fee_id

DENIED = "case-denied"


async def end_hold(
    connection: AsyncConnection,
    tenant_id: str,
    transfer_id: UUID,
    *,
    posted: bool,
    present: Present,
    headers: Mapping[str, str],
) -> PostingResult:
    """Post what a hold keeps, or let it go. One that has ended, or cannot be posted, stays as it is: the result says so."""
    posting = PostingRequest(
        kind=Kind.POST_PENDING if posted else Kind.VOID_PENDING,
        transfer_id=transfer_id,
        tenant_id=tenant_id,
        occurred_at_ms=present.now_ms,
        reason=None if posted else DENIED,
        headers=headers,
    )
    ending, fee = [posting], fee_id(transfer_id)
    if await repository.is_held(connection, tenant_id=tenant_id, transfer_id=fee):
        ending = [replace(posting, group=1), replace(posting, transfer_id=fee, group=1)]
    [result, *_] = await post_batch_async(connection, ending, now_ms=present.now_ms, topic=present.topic)
    return result
