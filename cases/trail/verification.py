"""Whether the trail of casework is whole: every row follows the one before, and everything changed as often as it says."""

from dataclasses import dataclass

import psycopg

from cases.trail import repository
from cases.trail.chain import Break, Row, first_break


@dataclass(frozen=True, slots=True)
class Head:
    """The last row of a tenant's trail. Kept elsewhere, it proves later that the trail was not cut off or made anew."""

    position: int
    hash: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What verification found in one tenant: its head, and the first thing that is wrong."""

    tenant_id: str
    head: Head | None
    broken: Break | None


def verify(connection: psycopg.Connection, *, tenant_id: str, seen: Head | None = None) -> Verified:
    """Follow a tenant's trail from its first row. `seen` is a head of before, which must still be a row of it."""
    last: Row | None = None
    met = seen is None
    for row in repository.rows(connection, tenant_id=tenant_id):
        broken = first_break([row], after=last)
        if broken is not None:
            return Verified(tenant_id, _head(last), broken)
        last = row
        met = met or (seen is not None and (row.position, row.hash.hex()) == (seen.position, seen.hash))
    if not met and seen is not None:
        return Verified(tenant_id, _head(last), Break(tenant_id, seen.position, "it is not the row that was seen there"))
    unexplained = repository.unexplained(connection, tenant_id=tenant_id)
    if unexplained is None:
        return Verified(tenant_id, _head(last), None)
    about, version, told = unexplained
    stands = "it is not there" if version is None else f"it is at version {version}"
    what = f"{about}: {stands}, and the trail has {told} rows about it"
    return Verified(tenant_id, _head(last), Break(tenant_id, 0 if last is None else last.position, what))


def _head(last: Row | None) -> Head | None:
    return None if last is None else Head(last.position, last.hash.hex())
