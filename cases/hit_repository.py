"""What screening finds is kept by this one statement, whoever found it: the nightly look at all customers, or a payment.

It runs inside a transaction of `screener`, or of a tenant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.ids import derived_id

NAME_INDEX = "screened-name"
"""Under which a name's keyed digest is made."""
_HITS = UUID("5a6d2f0e-7c1b-5e0a-9f54-2f6f0b8f5d11")
_PARTIES = UUID("9c1f4f0a-2b7e-5d0c-8a43-6f1f8f0c7b52")

KEEP = """
insert into screening.hit as h
    (hit_id, tenant_id, customer_id, party_id, list_id, entry_id, digest, name_index, score, status, found_at)
select * from unnest(
    %(hit_ids)s::uuid[], %(tenant_ids)s::text[], %(customer_ids)s::text[], %(party_ids)s::uuid[], %(list_ids)s::text[],
    %(entry_ids)s::text[], %(digests)s::bytea[], %(name_indexes)s::bytea[], %(scores)s::real[], %(statuses)s::text[],
    %(moments)s::timestamptz[])
on conflict (tenant_id, customer_id, party_id, list_id, entry_id) do update set
    digest = excluded.digest, name_index = excluded.name_index, score = excluded.score, found_at = excluded.found_at,
    status = 'open', verdict = null, note = null, proposed_by = null, proposed_at = null, judged_by = null, judged_at = null
where h.status <> 'confirmed' and (h.digest <> excluded.digest or h.name_index <> excluded.name_index)
returning 1
"""
"""A cleared hit stays cleared while neither side of it has changed, and a confirmed one stays."""


@dataclass(frozen=True, slots=True)
class FoundHit:
    """That somebody may be whom an entry means.

    It is a customer, somebody whom the customer pays (with `party_id`), or a payer from outside (a party without a customer).
    `digest` is of what the entry says, `name_index` a keyed digest of the name.
    """

    hit_id: UUID
    customer_id: str | None
    party_id: UUID | None
    list_id: str
    entry_id: str
    digest: bytes
    name_index: bytes
    score: float


def hit_id(tenant_id: str, customer_id: str | None, party_id: UUID | None, list_id: str, entry_id: str) -> UUID:
    """Return the id of a hit: the same whoever finds it, and however often."""
    who = (customer_id or "",) if party_id is None else (customer_id or "", str(party_id))
    return derived_id(_HITS, tenant_id, *who, list_id, entry_id)


def party_id(tenant_id: str, customer_id: str, name_index: bytes) -> UUID:
    """Return the id of whom a customer pays under a name."""
    return derived_id(_PARTIES, tenant_id, customer_id, name_index.hex())


def bound(tenant_id: str, hits: Sequence[FoundHit], *, now: datetime) -> dict[str, object]:
    """Return what `KEEP` takes."""
    return {
        "hit_ids": [each.hit_id for each in hits], "tenant_ids": [tenant_id] * len(hits),
        "customer_ids": [each.customer_id for each in hits], "party_ids": [each.party_id for each in hits],
        "list_ids": [each.list_id for each in hits], "entry_ids": [each.entry_id for each in hits],
        "digests": [each.digest for each in hits], "name_indexes": [each.name_index for each in hits],
        "scores": [each.score for each in hits], "statuses": ["open"] * len(hits), "moments": [now] * len(hits),
    }  # fmt: skip
