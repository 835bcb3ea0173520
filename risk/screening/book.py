"""Entries of several lists in one index, and the digest by which a hit is known to be about what an entry says now."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from risk.screening.entry import Entry, ListedKind
from risk.screening.index import MAX_HITS, Asked, Hit, Index

Source = tuple[str, bytes, Entry]
"""List id, digest, entry."""
CUSTOMER_KINDS = {"person": ListedKind.PERSON, "business": ListedKind.ORGANISATION}
"""What a customer's kind is on a list."""


class Match(NamedTuple):
    """An entry of a list that a name met, with how and how sure."""

    list_id: str
    digest: bytes
    entry: Entry
    hit: Hit


class Book:
    """The lists that one may be held against; `key` names them and their versions."""

    def __init__(self, sources: Iterable[Source], *, key: bytes) -> None:
        kept = list(sources)
        self.key = key
        self._of = [(list_id, digest) for list_id, digest, _ in kept]
        self._index = Index([entry for *_, entry in kept])

    def __len__(self) -> int:
        return len(self._of)

    @property
    def threshold(self) -> float:
        """The score from which an entry counts as met."""
        return self._index.threshold

    def find(self, asked: Asked, *, threshold: float | None = None, limit: int = MAX_HITS) -> Iterator[Match]:
        """Yield the entries met, the surest first."""
        for hit in self._index.find(asked, threshold=threshold, limit=limit):
            list_id, digest = self._of[hit.place]
            yield Match(list_id, digest, self._index.entries[hit.place], hit)


def find_in(books: Sequence[Book], asked: Asked, *, threshold: float | None = None, limit: int = MAX_HITS) -> list[Match]:
    """Return what is met in several books, the surest first, at most `limit`."""
    found = [match for book in books for match in book.find(asked, threshold=threshold, limit=limit)]
    return sorted(found, key=lambda match: -match.hit.score)[:limit]


def asked_of_customer(name: str, *, kind: str, birth_year: int | None) -> Asked:
    """Return a customer as lists are asked for them: the same wherever they are screened."""
    births = () if birth_year is None else (str(birth_year),)
    return Asked(name, CUSTOMER_KINDS.get(kind, ListedKind.UNKNOWN), births)


def asked_of_party(name: str, *, kind: str | None, country: str | None) -> Asked:
    """Return somebody outside as lists are asked for them: `kind` is a customer's, None where nobody has said it."""
    countries = () if country is None else (country,)
    return Asked(name, CUSTOMER_KINDS.get(kind or "", ListedKind.UNKNOWN), countries=countries)


def digest_of(entry: Entry) -> tuple[bytes, bytes]:
    """Return an entry as JSON, and its SHA-256. The same content is the same bytes: fields and lists have one order."""
    document = msgspec.json.encode(entry)
    return document, hashlib.sha256(document).digest()


def entry_of(document: object) -> Entry:
    """Read what the database keeps. Raises msgspec.ValidationError."""
    return msgspec.convert(document, Entry)
