"""Money that came in, was allowed, and could not be credited: it lies on the rail's suspense account until people decide.

The account may be closed, blocked for credits, or in another currency, or the payer on a watch-list (`listed`), or still to be
looked at (`put_aside`). A rail has paid by then, so that a failed posting is not the end of it. All is done again safely: a
record that is read again finds its item and its transfer there.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import psycopg

from contracts.ledger_events import Purpose
from kit.ids import derived_id
from kit.postgres import tenant_block
from ledger.accounts import NewAccount, open_settlement_accounts, settlement_account, suspense_account
from ledger.postings import FailureCode, Kind, PostingRequest, PostingResult, Status
from ledger.repository import post_batch
from streams.intake.repository import insert_suspense_item

UNCREDITABLE = frozenset({FailureCode.ACCOUNT_CLOSED, FailureCode.ACCOUNT_FROZEN, FailureCode.CURRENCY_MISMATCH})
WANTED = "suspense"


@dataclass(frozen=True, slots=True)
class Uncredited:
    """A payment that came in by a channel and was not credited, why, and who paid it, where that is known by name.

    `payer_id` is whom the payment names, where it waits for a look at them, and `if_listed` what compliance is told if that
    finds a hit; without `goes_on` people say where it goes.
    """

    request: PostingRequest
    channel: str
    problem: str
    party_id: uuid.UUID | None = None
    payer_id: str | None = None
    goes_on: bool = True
    if_listed: bytes | None = None


class NotSuspended(RuntimeError):
    """The ledger refused to move money to suspense: nothing that another try of the same would change."""


def uncredited(
    requests: Sequence[PostingRequest],
    channels: Iterable[str],
    parties: Iterable[uuid.UUID | None],
    results: Sequence[PostingResult],
) -> list[Uncredited]:
    """Return those that came in from a rail and could not be credited. Pure."""
    return [
        Uncredited(request, channel, result.code, party_id)
        for request, channel, party_id, result in zip(requests, channels, parties, results, strict=True)
        if result.status is Status.FAILED and result.code in UNCREDITABLE and _came_in(request, channel)
    ]


def posting(item: Uncredited, *, suspense: NewAccount) -> PostingRequest:
    """Return the posting from the rail's settlement to its suspense. Pure; the id is derived from the payment's."""
    return PostingRequest(
        kind=Kind.POST,
        transfer_id=derived_id(item.request.transfer_id, WANTED),
        tenant_id=item.request.tenant_id,
        occurred_at_ms=item.request.occurred_at_ms,
        booked_at_ms=item.request.booked_at_ms,
        amount_minor=item.request.amount_minor,
        currency=item.request.currency,
        debit_account_id=item.request.debit_account_id,
        credit_account_id=suspense.account_id,
        purpose=Purpose.ADJUSTMENT,
        reason=item.problem,
        headers=item.request.headers,
    )


def suspend(connection: psycopg.Connection, items: Sequence[Uncredited], *, now_ms: int) -> int:
    """Move each to suspense with a row that says what it is, together, once. Raises NotSuspended. Returns how many."""
    by_tenant: dict[str, list[Uncredited]] = defaultdict(list)
    for item in items:
        by_tenant[item.request.tenant_id].append(item)
    for tenant_id, own in by_tenant.items():
        with tenant_block(connection, tenant_id):
            suspend_of_tenant(connection, tenant_id, own, now_ms=now_ms)
    return len(items)


def suspend_of_tenant(connection: psycopg.Connection, tenant_id: str, items: Sequence[Uncredited], *, now_ms: int) -> None:
    """Do the same inside a transaction of the tenant's. Raises NotSuspended."""
    accounts = [
        suspense_account(tenant_id=tenant_id, currency=str(item.request.currency), channel=item.channel) for item in items
    ]
    distinct = {account.account_id: account for account in accounts}
    open_settlement_accounts(connection, list(distinct.values()), now_ms=now_ms)
    postings = [posting(item, suspense=account) for item, account in zip(items, accounts, strict=True)]
    for result in post_batch(connection, postings, now_ms=now_ms):
        if not result.moved:
            raise NotSuspended(f"transfer {result.transfer_id}: {result.code or result.field}")
    for item, made in zip(items, postings, strict=True):
        insert_suspense_item(
            connection,
            item_id=made.transfer_id,
            tenant_id=tenant_id,
            rail=item.channel,
            currency=str(made.currency),
            amount_minor=int(made.amount_minor or 0),
            problem=item.problem,
            party_id=item.party_id,
            account_id=item.request.credit_account_id,
            payment_id=item.request.transfer_id,
            payer_id=item.payer_id,
            goes_on=item.goes_on,
            if_listed=item.if_listed,
            now_ms=now_ms,
        )


def _came_in(request: PostingRequest, channel: str) -> bool:
    """Whether the rail paid: the debited account is its settlement account."""
    return request.currency is not None and request.debit_account_id == _settlement(request, channel)


def _settlement(request: PostingRequest, channel: str) -> uuid.UUID:
    return settlement_account(tenant_id=request.tenant_id, currency=str(request.currency), channel=channel).account_id
