"""The trail of casework: each row holds the hash of the one before, so that none can be changed, moved or taken out. Pure.

A tenant has one chain. A row names what was done to what and by whom; words about people lie in erasable rows elsewhere, and
the trail holds a salted commitment to them: erased, they leave the chain whole.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

SALT_BYTES = 16
HASH_BYTES = 32
_GENESIS = b"baas.cases.trail/1/genesis\0"
_ROW = b"baas.cases.trail/1/row\0"
_WORDS = b"baas.cases.trail/1/words\0"
Detail = dict[str, str | int | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row. `about` is `case/<id>`, `report/<id>` or alike; `detail` is canonical JSON, kept as the text that was hashed."""

    tenant_id: str
    position: int
    at_ms: int
    actor: str
    about: str
    act: str
    detail: str
    previous: bytes
    hash: bytes = b""


@dataclass(frozen=True, slots=True)
class Break:
    """The first row that is wrong, and what of it."""

    tenant_id: str
    position: int
    what: str


def genesis(tenant_id: str) -> bytes:
    """Return what the first row of a tenant holds as the hash before it."""
    return hashlib.sha256(_GENESIS + tenant_id.encode()).digest()


def canonical(detail: Detail) -> str:
    """Return the one text of a detail."""
    return json.dumps(detail, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def hash_of(row: Row) -> bytes:
    """Return the hash of a row: of all that it says and of the hash before it."""
    said = [row.tenant_id, row.position, row.at_ms, row.actor, row.about, row.act, row.detail]
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    return hashlib.sha256(_ROW + row.previous + text).digest()


def follow(last: Row | None, *, tenant_id: str, at_ms: int, actor: str, about: str, act: str, detail: Detail) -> Row:
    """Return the row that follows `last`, or that begins a tenant's chain."""
    row = Row(
        tenant_id=tenant_id,
        position=1 if last is None else last.position + 1,
        at_ms=at_ms,
        actor=actor,
        about=about,
        act=act,
        detail=canonical(detail),
        previous=genesis(tenant_id) if last is None else last.hash,
    )
    return replace(row, hash=hash_of(row))


def commitment(salt: bytes, content: bytes) -> str:
    """Return what the trail holds of words or bytes that are kept elsewhere, under a salt that is erased with them."""
    return hashlib.sha256(_WORDS + salt + content).hexdigest()


def first_break(rows: Iterable[Row], *, after: Row | None = None) -> Break | None:
    """Return the first row that does not follow the one before it; None when all of a tenant's rows do, in order."""
    last = after
    for row in rows:
        place = (row.tenant_id, row.position)
        if row.position != (1 if last is None else last.position + 1):
            return Break(*place, f"the row before it is missing: after {0 if last is None else last.position}")
        if row.previous != (genesis(row.tenant_id) if last is None else last.hash):
            return Break(*place, "it does not hold the hash of the row before it")
        if row.hash != hash_of(row):
            return Break(*place, "it does not say what its hash was made of")
        last = row
    return None
