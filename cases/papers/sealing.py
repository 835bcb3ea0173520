"""Words and bytes about people: sealed under the case's customer, and told to the trail by a salted commitment alone."""

import asyncio
import hashlib
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cases.trail.chain import SALT_BYTES, commitment
from kit.subject_keys import SealedRecords, Subject

Row = Mapping[str, object]
Fields = dict[str, object]


@dataclass(frozen=True, slots=True)
class Paper:
    """What is kept of one paper, and what the trail holds of it."""

    salt: bytes
    sealed: bytes
    commitment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of evidence: bytes, or where they are. `sha256` is theirs either way."""

    name: str
    media_type: str
    sha256: bytes
    content: bytes | None = None
    reference: str | None = None


def subject_of(case: Row) -> Subject:
    """Return under whose key the papers of a case, a report or a freeze lie: the customer's, else the case's own."""
    customer_id = case["customer_id"]
    name = f"case-{case['case_id']}" if customer_id is None else str(customer_id)
    return Subject(str(case["tenant_id"]), name)


class Papers:
    """Seals and opens the papers of casework."""

    def __init__(self, records: SealedRecords) -> None:
        self._records = records

    async def write(self, case: Row, text: str, *, kind: str) -> Paper:
        """Seal words about a case's subject. The key is made, and on the disk, before this returns."""
        return await self._sealed(case, {"text": text}, told=text.encode(), kind=kind)

    async def attach(self, case: Row, piece: Piece, *, kind: str) -> Paper:
        """Seal a piece of evidence."""
        fields: Fields = {
            "name": piece.name,
            "media_type": piece.media_type,
            "reference": piece.reference,
            "content": None if piece.content is None else b64encode(piece.content).decode(),
        }
        return await self._sealed(case, fields, told=piece.sha256, kind=kind)

    def open(self, case: Row, sealed: Sequence[bytes | None], *, kind: str) -> list[Fields | None]:
        """Return what each says, None where its key is gone or nothing is kept."""
        subject = subject_of(case)
        found = iter(self._records.open_all([(subject, each) for each in sealed if each is not None], kind=kind))
        return [None if each is None else next(found) for each in sealed]

    async def _sealed(self, case: Row, fields: Fields, *, told: bytes, kind: str) -> Paper:
        salt = os.urandom(SALT_BYTES)
        sealed = await asyncio.to_thread(self._records.seal, subject_of(case), fields, kind=kind)
        return Paper(salt, sealed, commitment(salt, told))


def content_of(fields: Fields) -> bytes | None:
    """Return the bytes of an opened piece of evidence."""
    content = fields.get("content")
    return None if content is None else b64decode(str(content))


def sha256_of(content: bytes) -> bytes:
    """Return the SHA-256 of bytes."""
    return hashlib.sha256(content).digest()
