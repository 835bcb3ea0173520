"""Money whose payer may be on a watch-list: it is not credited, and waits for two people's verdict.

What would have been posted is recorded as denied, and the money lies in the rail's suspense with a row that says for whom it
is: both in one transaction with the tie to the hits, so that there is all of it or nothing. The transfer's own id keeps it from
being done twice, or beside a credit: whoever comes second, after a kill or in another process, finds the id taken. What the
scorer had held is held as ever, and its hits keep it from being released.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import msgspec
import psycopg

from cases.payers import PAYER_LISTED
from kit.postgres import tenant_block
from ledger.events import event_tail
from ledger.postings import Kind, Outcome, PostingRequest, PostingResult
from ledger.repository import post_batch
from streams.intake import payer_repository
from streams.intake.payer_repository import Tie
from streams.intake.payers import KnownPayer, Payment
from streams.intake.stiffened import stiffened
from streams.intake.suspense import Uncredited, suspend_of_tenant

SUSPENDED, HELD = "suspended", "held"


@dataclass(frozen=True, slots=True)
class Listed:
    """A payment whose payer may be on a list, at its place in the batch."""

    at: int
    payment: Payment
    payer: KnownPayer

    @property
    def party_id(self) -> uuid.UUID:
        """As whom the payer is kept, who has a hit and so is named."""
        if self.payer.party_id is None:
            raise AssertionError("a hit is of somebody who is named")
        return self.payer.party_id


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of payments: answers of the ledger by place, how many lie in suspense, and places that are cleared."""

    results: dict[int, PostingResult]
    suspended: int
    cleared: list[int]


def instead(payment: Payment) -> PostingRequest:
    """Return what is posted in the place of a payment whose payer may be listed: a denial, or the same hold. Pure.

    Raises InvalidPosting for an answer that cannot be read.
    """
    request = payment.request
    stored = replace(request, answer=msgspec.json.encode(stiffened(request)))
    if request.kind is Kind.POST:
        stored = replace(stored, kind=Kind.DENY, debit_account_id=None, credit_account_id=None, reason=PAYER_LISTED)
    return replace(stored, event=event_tail(stored, tells_answer=True))


def hold_back(connection: psycopg.Connection, listed: Sequence[Listed], *, now_ms: int) -> Kept:
    """Keep the money of each from being credited, once. What was cleared meanwhile is left alone, and named.

    Raises InvalidPosting, NotSuspended, psycopg.Error: nothing of that tenant's has happened then.
    """
    by_tenant: dict[str, list[Listed]] = defaultdict(list)
    for each in listed:
        by_tenant[each.payment.request.tenant_id].append(each)
    kept = Kept({}, 0, [])
    for tenant_id, own in by_tenant.items():
        with tenant_block(connection, tenant_id):
            done = _of_tenant(connection, tenant_id, own, now_ms=now_ms)
        kept = Kept(kept.results | done.results, kept.suspended + done.suspended, kept.cleared + done.cleared)
    return kept


def _of_tenant(connection: psycopg.Connection, tenant_id: str, listed: list[Listed], *, now_ms: int) -> Kept:
    parties = {each.party_id for each in listed}
    waiting = payer_repository.uncleared_locked(connection, tenant_id=tenant_id, party_ids=parties)
    cleared = [each.at for each in listed if each.party_id not in waiting]
    still = [each for each in listed if each.party_id in waiting]
    if not still:
        return Kept({}, 0, cleared)
    results = post_batch(connection, [instead(each.payment) for each in still], now_ms=now_ms)
    # A duplicate was kept back with everything before, or was posted before anybody knew: nothing is left to be done.
    fresh = [(each, result) for each, result in zip(still, results, strict=True) if result.outcome in _KEPT_BACK]
    items = [
        Uncredited(each.payment.request, str(each.payment.transaction.channel), PAYER_LISTED, each.party_id)
        for each, result in fresh
        if result.outcome is Outcome.DENIED
    ]
    if items:
        suspend_of_tenant(connection, tenant_id, items, now_ms=now_ms)
    ties = [
        Tie(each.payment.request.transfer_id, hit, _KEPT_BACK[result.outcome])
        for each, result in fresh
        for hit in waiting[each.party_id]
    ]
    payer_repository.note(connection, tenant_id=tenant_id, ties=ties, now=datetime.fromtimestamp(now_ms / 1_000, UTC))
    return Kept({each.at: result for each, result in zip(still, results, strict=True)}, len(items), cleared)


_KEPT_BACK = {Outcome.DENIED: SUSPENDED, Outcome.HELD: HELD}
