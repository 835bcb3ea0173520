"""Money whose payer has to be looked at first: it is not credited, and waits in suspense until that has been done.

What would have been posted or held is recorded as denied, and the money lies in the rail's suspense with a row that says by
which payment it came and whom that names: in one transaction, and once, as for a payer who may be listed (`listed`). The
decision log keeps its answer, because nobody has found anything against it. What compliance is told if the look finds a hit
lies beside the money until then.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import psycopg

from cases.payers import PAYER_NOT_NAMED, PAYER_NOT_SCREENED
from kit.postgres import tenant_block
from ledger.postings import Kind, Outcome, PostingRequest, PostingResult
from ledger.repository import post_batch
from streams.intake.payers import KnownPayer, Payment, Stands
from streams.intake.stiffened import flagged
from streams.intake.suspense import Uncredited, suspend_of_tenant

ASIDE = {Stands.UNSCREENED: PAYER_NOT_SCREENED, Stands.UNNAMED: PAYER_NOT_NAMED}
"""Whose payments wait, and under which problem."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A payment that waits for a look at its payer, at its place in the batch, and why."""

    at: int
    payment: Payment
    payer: KnownPayer
    problem: str


def denied(request: PostingRequest, *, problem: str) -> PostingRequest:
    """Return what is posted in the place of a payment that waits. Pure."""
    return replace(request, kind=Kind.DENY, debit_account_id=None, credit_account_id=None, expires_at_ms=None, reason=problem)


def put_aside(connection: psycopg.Connection, waiting: Sequence[Aside], *, now_ms: int) -> tuple[dict[int, PostingResult], int]:
    """Keep the money of each in suspense, once; return the ledger's answers by place, and how many lie there now.

    Raises InvalidPosting, NotSuspended, psycopg.Error: nothing of that tenant's has happened then.
    """
    by_tenant: dict[str, list[Aside]] = defaultdict(list)
    for each in waiting:
        by_tenant[each.payment.request.tenant_id].append(each)
    results, suspended = dict[int, PostingResult](), 0
    for tenant_id, own in by_tenant.items():
        with tenant_block(connection, tenant_id):
            answers = post_batch(
                connection, [denied(each.payment.request, problem=each.problem) for each in own], now_ms=now_ms
            )
            # A duplicate lies there already, or was posted before its payer had to be looked at.
            items = [_item(each) for each, answer in zip(own, answers, strict=True) if answer.outcome is Outcome.DENIED]
            if items:
                suspend_of_tenant(connection, tenant_id, items, now_ms=now_ms)
        results |= {each.at: answer for each, answer in zip(own, answers, strict=True)}
        suspended += len(items)
    return results, suspended


def _item(aside: Aside) -> Uncredited:
    """What the scorer wants a person to see is not credited by itself."""
    request = aside.payment.request
    return Uncredited(
        request, str(aside.payment.transaction.channel), aside.problem, aside.payer.party_id,
        payer_id=aside.payer.payer_id, goes_on=request.kind is Kind.POST, if_listed=flagged(aside.payment),
    )  # fmt: skip
