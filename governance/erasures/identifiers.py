"""What a person is looked for by, and what takes its place. Pure.

`ids` tell who somebody is where a pseudonym should stand: as a whole value. `words` tell it inside a text. The ids of accounts
are pseudonyms: they stay, and nothing is left that says whose they were.
"""

import json
import re
from collections.abc import Mapping
from functools import cached_property
from uuid import UUID

import msgspec

from governance.erasures.pseudonyms import tells

ERASED = "[erased]"
# A shorter name would be found in words of others.
LEAST_NAME_CHARS = 6


class Identifiers(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One person's. `customer_id` is the one they had; where it tells who they were, `replacement` takes its place."""

    customer_id: str
    replacement: str
    renamed: bool
    accounts: tuple[UUID, ...]
    ids: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def customer_ids(self) -> list[str]:
        """The ids under which the customer may still stand somewhere."""
        return [self.customer_id, self.replacement] if self.renamed else [self.customer_id]

    @property
    def needles(self) -> list[str]:
        """Everything that tells, longest first."""
        return sorted({*self.ids, *self.words}, key=lambda value: (-len(value), value))

    @cached_property
    def quoted(self) -> list[bytes]:
        """Each id as a whole text of JSON, in both ways in which one may be written."""
        written = {json.dumps(value, ensure_ascii=ascii_only) for value in self.ids for ascii_only in (True, False)}
        return sorted(text.encode() for text in written)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, self.needles)) or r"(?!)", re.IGNORECASE)

    @cached_property
    def _folded_ids(self) -> frozenset[str]:
        return frozenset(value.lower() for value in self.ids)

    def told_in(self, text: str) -> bool:
        """Whether something in the text tells."""
        return self._pattern.search(text) is not None

    def redacted(self, text: str) -> str:
        """Return the text with what tells replaced."""
        return self._pattern.sub(lambda found: self.replacement if found[0].lower() in self._folded_ids else ERASED, text)

    def redacted_json(self, value: object) -> object:
        """Return a decoded JSON value with every text in it redacted."""
        if isinstance(value, str):
            return self.redacted(value)
        if isinstance(value, list):
            return [self.redacted_json(each) for each in value]
        if isinstance(value, dict):
            return {name: self.redacted_json(each) for name, each in value.items()}
        return value

    def redacted_bytes(self, content: bytes) -> bytes:
        """Return bytes that hold text with what tells replaced."""
        return self.redacted(content.decode(errors="surrogateescape")).encode(errors="surrogateescape")


def identifiers_of(
    customer_id: str, person: Mapping[str, object], *, replacement: str, accounts: tuple[UUID, ...], logins: tuple[str, ...]
) -> Identifiers:
    """Return what a person is looked for by; `logins` are the addresses that they sign in with."""
    renamed = tells(customer_id, person)
    told = [str(person[name]) for name in ("email", "phone") if person.get(name)] + list(logins)
    document = str(person.get("document") or "")
    ids = {*told, *_written(document), *([customer_id] if renamed else [])}
    name = " ".join(str(person.get("full_name") or "").split())
    return Identifiers(
        customer_id=customer_id,
        replacement=replacement,
        renamed=renamed,
        accounts=accounts,
        ids=tuple(sorted(ids)),
        words=(name,) if len(name) >= LEAST_NAME_CHARS and " " in name else (),
    )


def _written(document: str) -> list[str]:
    """A CPF or CNPJ as people write it, with and without punctuation."""
    if len(document) == 11:
        return [document, f"{document[:3]}.{document[3:6]}.{document[6:9]}-{document[9:]}"]
    if len(document) == 14:
        return [document, f"{document[:2]}.{document[2:5]}.{document[5:8]}/{document[8:12]}-{document[12:]}"]
    return []
