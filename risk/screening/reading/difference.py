"""How a list differs from what it is to become. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from risk.screening.book import digest_of
from risk.screening.entry import Entry


class EntryChange(StrEnum):
    """What becomes of an entry."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Differs:
    """An entry that is not as it was; None on the side where it is not."""

    entry_id: str
    change: EntryChange
    before: Entry | None
    after: Entry | None

    @property
    def name(self) -> str:
        """What it is called, or was."""
        return next(each.primary for each in (self.after, self.before) if each is not None)


def difference(before: Mapping[str, tuple[bytes, Entry]], after: Sequence[Entry]) -> list[Differs]:
    """Compare who is on a list, by id with the digest of the entry, and who is to be; in the order of ids."""
    found: list[Differs] = []
    named = {each.entry_id: each for each in after}
    for entry_id in sorted(before.keys() | named.keys()):
        was, now = before.get(entry_id), named.get(entry_id)
        if was is None:
            found.append(Differs(entry_id, EntryChange.ADDED, None, now))
        elif now is None:
            found.append(Differs(entry_id, EntryChange.REMOVED, was[1], None))
        elif digest_of(now)[1] != was[0]:
            found.append(Differs(entry_id, EntryChange.CHANGED, was[1], now))
    return found
