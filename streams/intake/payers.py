"""Who pays what comes in, and how they stand on the lists, before any of it is credited.

A payer whom somebody has named is searched for once for each version of the lists; what was met is kept, and from then on one
look tells of all payers of a batch how they stand.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import prometheus_client
import psycopg

from contracts.transactions import Direction, Transaction
from ledger.postings import PostingRequest
from streams.intake import payer_repository
from streams.intake.decisions import Place
from streams.intake.lists import InForce, Lists
from streams.intake.payer_repository import Payer
from streams.intake.requests import came_in
from streams.intake.screening import Screening

_looked_at = prometheus_client.Counter(
    "baas_intake_payers_total",
    "Payments that came in while there was a list, by what is known of their payer: unknown (nobody has said the name: not "
    "screened), unnamed (the same where the tenant wants names: held), clear, listed (a hit that nobody has cleared), or "
    "unscreened (a list, a key or what searches run was missing: held)",
    ["payer"],
)
MAX_LOOKS = 5
"""How often names that are told anew while they are looked at are looked at again; then they wait."""


class Stands(StrEnum):
    """What is known of a payer. Nobody has named who is unknown, or unnamed where the tenant wants a name."""

    UNKNOWN = "unknown"
    UNNAMED = "unnamed"
    CLEAR = "clear"
    LISTED = "listed"
    UNSCREENED = "unscreened"


@dataclass(frozen=True, slots=True)
class Payment:
    """What would be posted, the transaction that it is of, and where the log has the decision."""

    request: PostingRequest
    transaction: Transaction
    place: Place


@dataclass(frozen=True, slots=True)
class KnownPayer:
    """A payer as the payment names them, how they stand, and as whom they are kept: None for whom nobody has named."""

    payer_id: str | None
    stands: Stands
    party_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How payers of a tenant stand, by the rail's id, and against which lists (None where there are none).

    `others` is how those stand whom nobody has named.
    """

    lists: bytes | None
    others: Stands
    payers: dict[str, KnownPayer]


def payer_of(transaction: Transaction) -> str | None:
    """Return the rail's id of who pays what comes in: of a credit the other side, of a debit the account it is from. Pure."""
    return transaction.payee_id if transaction.direction == Direction.CREDIT else transaction.account_id


class Payers:
    """Looks at payers."""

    def __init__(self, connection: psycopg.Connection, *, screening: Screening) -> None:
        self._connection = connection
        self._screening = screening
        self._lists = Lists(connection)

    def look(self, payments: Sequence[Payment], *, now_ms: int) -> list[KnownPayer | None]:
        """Return the payer of each that comes in, None for all else, and wherever nobody is screened.

        Raises psycopg.Error when the database is away: nothing may be credited then.
        """
        found: list[KnownPayer | None] = [None] * len(payments)
        for tenant_id in sorted({payment.request.tenant_id for payment in payments}):
            wanted = dict(_paid_in(payments, tenant_id))
            standing = self.standing(tenant_id, {each for each in wanted.values() if each is not None}, now_ms=now_ms)
            if standing.lists is None:
                continue
            for at, payer_id in wanted.items():
                found[at] = standing.payers.get(payer_id or "") or KnownPayer(payer_id, standing.others)
            _count(found[at] for at in wanted)
        return found

    def standing(self, tenant_id: str, wanted: Collection[str], *, now_ms: int) -> Standing:
        """Return how those of the payers stand who are named. Raises as `look`."""
        in_force = self._lists.of(tenant_id)
        if in_force is None:
            return Standing(None, Stands.UNKNOWN, {})
        others = Stands.UNNAMED if in_force.names_wanted else Stands.UNKNOWN
        named, unscreened = self._looked_at(tenant_id, in_force, wanted, now_ms=now_ms) if wanted else ([], set())
        if not named:
            return Standing(in_force.key, others, {})
        listed = payer_repository.uncleared(
            self._connection, tenant_id=tenant_id, party_ids=[payer.party_id for payer in named]
        )

        def stands(payer: Payer) -> Stands:
            if payer.party_id in unscreened:
                return Stands.UNSCREENED
            return Stands.LISTED if payer.party_id in listed else Stands.CLEAR

        return Standing(
            in_force.key, others, {each.payer_id: KnownPayer(each.payer_id, stands(each), each.party_id) for each in named}
        )

    def _looked_at(
        self, tenant_id: str, in_force: InForce, wanted: Collection[str], *, now_ms: int
    ) -> tuple[list[Payer], set[uuid.UUID]]:
        """Return those of the payers who are named, and the parties of those who could not be held against the lists."""
        unscreened: set[uuid.UUID] = set()
        for _ in range(MAX_LOOKS):
            named = payer_repository.payers(self._connection, tenant_id=tenant_id, payer_ids=wanted)
            stale = [each for each in named if each.lists != in_force.key and each.party_id not in unscreened]
            if not stale:
                return named, unscreened
            unscreened |= self._screening.screen(tenant_id, in_force, stale, now_ms=now_ms)
        return named, unscreened | {each.party_id for each in stale}


def _paid_in(payments: Sequence[Payment], tenant_id: str) -> Iterator[tuple[int, str | None]]:
    """Yield the place and the payer of what comes in to a tenant."""
    for at, payment in enumerate(payments):
        if payment.request.tenant_id == tenant_id and came_in(payment.request, payment.transaction):
            yield at, payer_of(payment.transaction)


def _count(found: Iterator[KnownPayer | None]) -> None:
    for word, count in Counter(each.stands for each in found if each is not None).items():
        _looked_at.labels(word).inc(count)
