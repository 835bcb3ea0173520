"""What the chain's routes give. Bytes are in hexadecimal, moments in microseconds since 1970: as they are hashed and signed."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, JsonValue

_HASH = "0000f5e27498bd681538a96e160129bf61f929452029f5abe30319fbb558732a"
_BLOCK: dict[str, JsonValue] = {
    "height": 4711, "shard": 0, "previous_hash": "0000c921e70dd22d1d113e403ef710298286de2bf6d120c869ddc444faed2f5f",
    "merkle_root": "9a42814622bd86d5d10089cdb11d58909fcbe9acea6ff581bf09cfe8606e5868",
    "first_journal_id": 88120, "last_journal_id": 88931, "leaves": 2044,
    "batch_hash": "f381793bbd065f631a75cee88fd399a9ee93cd258be095899f2d311dda986291",
    "made_at_us": 1764000000181000, "difficulty": 524288, "work_target_us": 200000,
    "key_ids": ["7748e50dd83d624a64c46364bb16d93d"], "nonce": 356341, "work_us": 187230, "hash": _HASH,
}  # fmt: skip
_SIGNATURE: dict[str, JsonValue] = {
    "key_id": "7748e50dd83d624a64c46364bb16d93d", "algorithm": "ed25519", "signature": "5b" * 64,
}  # fmt: skip
_KEY: dict[str, JsonValue] = {
    "key_id": "7748e50dd83d624a64c46364bb16d93d", "algorithm": "ed25519", "public_key": "3d" * 32, "from_height": 0,
    "made_at_us": 1763000000000000, "endorsed_by": "7748e50dd83d624a64c46364bb16d93d", "endorsement": "7e" * 64,
}  # fmt: skip
_TRANSFER: dict[str, JsonValue] = {
    "id": "0193f2aa-1111-7aaa-8aaa-aaaaaaaaaaaa", "tenant_id": "demo", "status": "posted", "purpose": "transfer",
    "debit_account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa", "credit_account_id": "0193f2aa-bbbb-7bbb-8bbb-bbbbbbbbbbbb",
    "amount_minor": 125000, "posted_minor": 125000, "currency": "BRL", "reverses_id": None, "door": "rpc", "reason": None,
    "expires_at_us": None, "occurred_at_us": 1763999999871000, "booked_at_us": 1763999999902000, "resolved_at_us": None,
}  # fmt: skip
_WHOLE: dict[str, JsonValue] = _BLOCK | {"signatures": [_SIGNATURE]}


class Signature(BaseModel):
    """One key's signature over the block's hash and the time of its work."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SIGNATURE]})
    key_id: str
    algorithm: Literal["ed25519", "ml-dsa-65"]
    signature: str


class Block(BaseModel):
    """Batches in a row: the Merkle root (RFC 6962) over the digests of their transfers, and the work for it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BLOCK]})
    height: int
    shard: int
    previous_hash: str
    merkle_root: str
    first_journal_id: int
    last_journal_id: int
    leaves: int
    batch_hash: str
    made_at_us: int
    difficulty: int
    work_target_us: int
    key_ids: list[str]
    nonce: int
    work_us: int
    hash: str


class SignedBlock(Block):
    """One block with its signatures."""

    model_config = ConfigDict(json_schema_extra={"examples": [_WHOLE]})
    signatures: list[Signature]


class BlockPage(BaseModel):
    """A page of blocks, the newest first."""

    items: list[Block]
    next_cursor: str | None


class Head(BaseModel):
    """The newest block, and the id of the first key, which all others are endorsed from."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"block": _WHOLE, "first_key": _KEY["key_id"]}]})
    block: SignedBlock | None
    first_key: str | None


class Key(BaseModel):
    """The public half of a key. It signs from `from_height` until one of its algorithm with a higher one does."""

    model_config = ConfigDict(json_schema_extra={"examples": [_KEY]})
    key_id: str
    algorithm: Literal["ed25519", "ml-dsa-65"]
    public_key: str
    from_height: int
    made_at_us: int
    endorsed_by: str
    endorsement: str


class Keys(BaseModel):
    """Every key, the oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_KEY]}]})
    items: list[Key]


class SealedTransfer(BaseModel):
    """A transfer as it was sealed."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TRANSFER]})
    id: UUID
    tenant_id: str
    status: str
    purpose: str
    debit_account_id: UUID | None
    credit_account_id: UUID | None
    amount_minor: int
    posted_minor: int
    currency: str
    reverses_id: UUID | None
    door: str | None
    reason: str | None
    expires_at_us: int | None
    occurred_at_us: int
    booked_at_us: int
    resolved_at_us: int | None


class Proof(BaseModel):
    """The proof that a transfer is in a block; docs/verify_transfer.py checks it without anything of ours.

    `kept_hash` covers what is not shown: the two entries with the balances after them, and the decision. `path` leads from the
    digest to the block's root, the nearest sibling first.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "transfer": _TRANSFER, "kept_hash": "4e" * 32, "digest": "76" * 32, "position": 17, "path": ["dd" * 32],
                    "block": _WHOLE, "keys": [_KEY],
                }
            ]
        }
    )  # fmt: skip
    transfer: SealedTransfer
    kept_hash: str
    digest: str
    position: int
    path: list[str]
    block: SignedBlock
    keys: list[Key]
