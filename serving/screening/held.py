"""Payments that waited for a verdict: they move, or go back, in the transaction that gives it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from psycopg import AsyncConnection

from ledger.postings import Outcome
from serving.edge.clocks import Present
from serving.payments.holds import end_hold
from serving.screening import party_repository


@dataclass(frozen=True, slots=True)
class Ended:
    """How many payments moved, went back, and could do neither (their account was stopped): those stay held for people."""

    released: int = 0
    denied: int = 0
    left: int = 0

    def told(self) -> dict[str, int]:
        """Return it for the audit log."""
        return {"payments_released": self.released, "payments_denied": self.denied, "payments_left": self.left}


async def end_decided(
    connection: AsyncConnection, tenant_id: str, hit_id: UUID, *, present: Present, headers: Mapping[str, str]
) -> Ended:
    """End the payments that a hit held, under the lock of the tenant's verdicts.

    Posted when every hit of theirs is cleared and nothing else held them, denied when one is confirmed; others wait on.
    """
    ended = Ended()
    for transfer_id, confirmed, goes_on in await party_repository.decided(connection, tenant_id=tenant_id, hit_id=hit_id):
        if not confirmed and not goes_on:
            continue
        result = await end_hold(connection, tenant_id, transfer_id, posted=not confirmed, present=present, headers=headers)
        if result.outcome is Outcome.POSTED:
            ended = replace(ended, released=ended.released + 1)
        elif result.outcome is Outcome.VOIDED:
            ended = replace(ended, denied=ended.denied + 1)
        else:
            ended = replace(ended, left=ended.left + 1)
    return ended
