"""What shows a stranger that a transfer is sealed: its record, its place in a block, and the way from there to the root."""

import struct
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from ledger.chain import merkle
from ledger.chain.errors import LedgerDiffers

# The columns of a leaf, in the order of `ledger.leaf` (0015_chain.sql).
COLUMNS = (
    "id", "tenant_id", "status", "purpose", "debit_account_id", "credit_account_id", "amount_minor", "posted_minor", "currency",
    "reverses_id", "door", "reason", "expires_at_us", "occurred_at_us", "booked_at_us", "resolved_at_us", "kept_hash",
)  # fmt: skip
# PostgreSQL counts microseconds from 2000-01-01.
EPOCH_US = 946_684_800_000_000
_FIELD = struct.Struct(">Ii")
_COUNT_BYTES = 4
_BYTEA, _INT8, _TEXT, _TIMESTAMPTZ, _UUID = 17, 20, 25, 1184, 2950

Value = str | int | None


@dataclass(frozen=True, slots=True)
class Proof:
    """A transfer as it was sealed. `kept_hash` covers what is not shown: the entries with their balances, and the decision."""

    transfer: dict[str, Value]
    kept_hash: str
    digest: bytes
    position: int
    path: list[bytes]


def proof_of(leaf: bytes, *, position: int, digests: Sequence[bytes]) -> Proof:
    """Return the proof of the leaf at `position` of a block's `digests`. Raises LedgerDiffers when another is there."""
    digest = sha256(leaf).digest()
    if not 0 <= position < len(digests) or digests[position] != digest:
        raise LedgerDiffers("the transfer's rows do not give the digest that was sealed")
    values = dict(zip(COLUMNS, _values(leaf), strict=True))
    kept_hash = str(values.pop("kept_hash"))
    return Proof(values, kept_hash, digest, position, merkle.path(digests, position=position))


def _values(record: bytes) -> list[Value]:
    """Return the columns of a record in PostgreSQL's binary form."""
    values: list[Value] = []
    at = _COUNT_BYTES
    while at < len(record):
        kind, length = _FIELD.unpack_from(record, at)
        at += _FIELD.size
        values.append(None if length < 0 else _value(kind, record[at : at + length]))
        at += max(length, 0)
    return values


def _value(kind: int, data: bytes) -> Value:
    if kind == _UUID:
        return str(uuid.UUID(bytes=data))
    if kind == _INT8:
        return int.from_bytes(data, signed=True)
    if kind == _TIMESTAMPTZ:
        return int.from_bytes(data, signed=True) + EPOCH_US
    return data.hex() if kind == _BYTEA else data.decode()
