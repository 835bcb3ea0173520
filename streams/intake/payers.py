"""Who pays what comes in, and how they stand on the lists, before any of it is credited.

A payer whom somebody has named is searched for once for each version of the lists; what was met is kept, and from then on one
look tells of all payers of a batch how they stand.
"""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import prometheus_client
import psycopg

from cases.hit_repository import NAME_INDEX, FoundHit, hit_id
from cases.payers import sealed_under
from contracts.sealed import SCREENED_PARTY
from contracts.transactions import Direction, Transaction
from kit.subject_keys import SealedRecords
from ledger.postings import PostingRequest
from streams.intake import payer_repository
from streams.intake.lists import InForce, Lists
from streams.intake.payer_repository import Payer
from streams.intake.requests import came_in

if TYPE_CHECKING:
    from streams.intake.searching import Searching

_looked_at = prometheus_client.Counter(
    "baas_intake_payers_total",
    "Payments that came in while there was a list, by what is known of their payer: unknown (nobody has said the name: not "
    "screened), clear, or listed (a hit that nobody has cleared)",
    ["payer"],
)


MAX_LOOKS = 5


class PayersChange(RuntimeError):
    """Names of a batch's payers were told anew while they were looked at, again and again. The next start tries again."""


class PayerUnreadable(RuntimeError):
    """A payer's key is not on this machine: keys were not brought here, or are from another time than the rows.

    Who is forgotten has no name either. Bring the keys, or have the gateway name the payer again.
    """


@dataclass(frozen=True, slots=True)
class Payment:
    """What would be posted, and the transaction that it is of."""

    request: PostingRequest
    transaction: Transaction


@dataclass(frozen=True, slots=True)
class KnownPayer:
    """A payer whom somebody has named. `is_listed`: they have a hit that nobody has cleared."""

    party_id: uuid.UUID
    is_listed: bool


def payer_of(transaction: Transaction) -> str | None:
    """Return the rail's id of who pays what comes in: of a credit the other side, of a debit the account it is from. Pure."""
    return transaction.payee_id if transaction.direction == Direction.CREDIT else transaction.account_id


class Payers:
    """Looks at the payers of a batch."""

    def __init__(self, connection: psycopg.Connection, *, records: SealedRecords) -> None:
        self._connection = connection
        self._records = records
        self._lists = Lists(connection)
        self._searching: Searching | None = None

    def look(self, payments: Sequence[Payment], *, now_ms: int) -> list[KnownPayer | None]:
        """Return the payer of each, None for who is not known by name, and wherever nobody is screened.

        Raises SearchesNotReady, PayersChange, PayerUnreadable and psycopg.OperationalError: nothing may be credited then.
        """
        found: list[KnownPayer | None] = [None] * len(payments)
        for tenant_id in sorted({payment.request.tenant_id for payment in payments}):
            in_force = self._lists.of(tenant_id)
            if in_force is None:
                continue
            wanted = dict(_paid_in(payments, tenant_id))
            known = self._known(tenant_id, in_force, {each for each in wanted.values() if each is not None}, now_ms=now_ms)
            for at, payer_id in wanted.items():
                found[at] = None if payer_id is None else known.get(payer_id)
            _count(found[at] for at in wanted)
        return found

    def _known(self, tenant_id: str, in_force: InForce, wanted: set[str], *, now_ms: int) -> dict[str, KnownPayer]:
        named = self._looked_at(tenant_id, in_force, wanted, now_ms=now_ms) if wanted else []
        if not named:
            return {}
        listed = payer_repository.uncleared(
            self._connection, tenant_id=tenant_id, party_ids=[payer.party_id for payer in named]
        )
        return {payer.payer_id: KnownPayer(payer.party_id, payer.party_id in listed) for payer in named}

    def _looked_at(self, tenant_id: str, in_force: InForce, wanted: set[str], *, now_ms: int) -> list[Payer]:
        """Return those of the payers who are named, each held against the lists as they are named now."""
        for _ in range(MAX_LOOKS):
            named = payer_repository.payers(self._connection, tenant_id=tenant_id, payer_ids=wanted)
            stale = [payer for payer in named if payer.lists != in_force.key]
            if not stale:
                return named
            self._screen(tenant_id, in_force, stale, now_ms=now_ms)
        raise PayersChange(f"payers of {tenant_id} get other names faster than they can be looked at")

    def _screen(self, tenant_id: str, in_force: InForce, stale: Sequence[Payer], *, now_ms: int) -> None:
        """Hold payers against the lists and keep what they met. Raises PayerUnreadable."""
        from risk.screening.book import asked_of_party
        from streams.intake.searching import Searching

        if self._searching is None:
            self._searching = Searching(self._connection)
        sealed = [(sealed_under(tenant_id, customer_id=None, payer_id=payer.payer_id), payer.sealed) for payer in stale]
        opened = self._records.open_all(sealed, kind=SCREENED_PARTY)
        named = [(payer, _name_of(tenant_id, payer, fields)) for payer, fields in zip(stale, opened, strict=True)]
        asked = [asked_of_party(name, kind=payer.kind, country=payer.country) for payer, name in named]
        matches = self._searching.find(tenant_id, in_force, asked)
        hits = [
            FoundHit(
                hit_id(tenant_id, None, payer.party_id, match.list_id, match.entry.entry_id), None, payer.party_id,
                match.list_id, match.entry.entry_id, match.digest, self._records.keys.blind(tenant_id, NAME_INDEX, name),
                match.hit.score,
            )
            for (payer, name), met in zip(named, matches, strict=True)
            for match in met
        ]  # fmt: skip
        payer_repository.keep_looked_at(
            self._connection, tenant_id=tenant_id, lists=in_force.key, payers=stale, hits=hits,
            now=datetime.fromtimestamp(now_ms / 1_000, UTC),
        )  # fmt: skip


def _name_of(tenant_id: str, payer: Payer, fields: Mapping[str, object] | None) -> str:
    if fields is None:
        raise PayerUnreadable(f"payer {payer.payer_id} of {tenant_id} has a name and no key here")
    return str(fields["name"])


def _paid_in(payments: Sequence[Payment], tenant_id: str) -> Iterator[tuple[int, str | None]]:
    """Yield the place and the payer of what comes in to a tenant."""
    for at, payment in enumerate(payments):
        if payment.request.tenant_id == tenant_id and came_in(payment.request, payment.transaction):
            yield at, payer_of(payment.transaction)


def _count(found: Iterator[KnownPayer | None]) -> None:
    words = Counter("unknown" if each is None else "listed" if each.is_listed else "clear" for each in found)
    for word, count in words.items():
        _looked_at.labels(word).inc(count)
