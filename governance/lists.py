"""Lists that rules ask for: who is on one, why, until when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kit.errors import Conflict


class ListKind(StrEnum):
    """What a list is for; rules decide what follows from it."""

    ALLOW = "allow"
    DENY = "deny"
    WATCH = "watch"


# What an entry may name: the fields of a transaction that rules compare with a list.
FIELDS = ("customer_id", "account_id", "card_id", "device_id", "ip", "payee_id", "merchant_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """One list, and how many values are on it now."""

    list_id: str
    kind: ListKind
    field: str
    sentence: str
    made_by: str
    made_at: datetime
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A value that is on a list, or was."""

    entry_id: int
    value: str
    reason: str
    expires_at: datetime | None
    added_by: str
    added_at: datetime
    removed_by: str | None
    removed_at: datetime | None


class ListExists(Conflict):
    """There is a list of that name already."""

    code = "list-exists"
    title = "There is a list of that name already"
    remedy = "Add values to it, or choose another name."


class AlreadyListed(Conflict):
    """The value is on the list."""

    code = "already-listed"
    title = "The value is on the list already"
    remedy = "Take it off first when its reason or its end should change."
