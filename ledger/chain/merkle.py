"""Merkle trees as RFC 6962, section 2.1, has them: leaves and nodes are hashed with different prefixes."""

from collections.abc import Sequence
from hashlib import sha256

LEAF, NODE = b"\x00", b"\x01"


def root(data: Sequence[bytes]) -> bytes:
    """Return the tree hash of `data`, in order; that of no data is the hash of nothing."""
    if not data:
        return sha256().digest()
    level = [sha256(LEAF + item).digest() for item in data]
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(data: Sequence[bytes], *, position: int) -> list[bytes]:
    """Return the audit path of the item at `position`, the sibling nearest to it first. Raises IndexError outside `data`."""
    if not 0 <= position < len(data):
        raise IndexError(f"there are {len(data)} leaves, and none at {position}")
    level = [sha256(LEAF + item).digest() for item in data]
    found = []
    while len(level) > 1:
        sibling = position ^ 1
        if sibling < len(level):
            found.append(level[sibling])
        level, position = _above(level), position // 2
    return found


def root_from_path(item: bytes, *, position: int, leaves: int, siblings: Sequence[bytes]) -> bytes | None:
    """Return the root that `item` at `position` of `leaves` has with these siblings; None when the path has another length."""
    if not 0 <= position < leaves:
        return None
    found, last, rest = sha256(LEAF + item).digest(), leaves - 1, list(siblings)
    while last:
        if position % 2 or position < last:
            if not rest:
                return None
            sibling = rest.pop(0)
            found = sha256(NODE + sibling + found if position % 2 else NODE + found + sibling).digest()
        position, last = position // 2, last // 2
    return None if rest else found


def _above(level: list[bytes]) -> list[bytes]:
    """Return the next level; a node without a sibling goes up as it is."""
    above = [sha256(NODE + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
    return [*above, level[-1]] if len(level) % 2 else above
