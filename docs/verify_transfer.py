"""Check the proof that a transfer is in a ledger's sealed chain, with nothing of the bank's but its answer.

    python verify_transfer.py proof.json [--first-key ID] [--block HASH]

`proof.json` is what GET /v1/ledger/transfers/{transfer_id}/proof answered. Give --first-key and --block when you know them from
elsewhere (an earlier answer of GET /v1/ledger/head, a colleague, a newspaper): without them the proof shows that the answer
agrees with itself and was signed, not by whom. Needs Python 3.11 and the package `cryptography`.
"""

import argparse
import json
import struct
import sys
import uuid
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# The transfer's fields in the order in which they are hashed, with the number that PostgreSQL has for the type of each.
UUID, TEXT, INTEGER, MOMENT, BYTES = 2950, 25, 20, 1184, 17
FIELDS = {
    "id": UUID, "tenant_id": TEXT, "status": TEXT, "purpose": TEXT, "debit_account_id": UUID, "credit_account_id": UUID,
    "amount_minor": INTEGER, "posted_minor": INTEGER, "currency": TEXT, "reverses_id": UUID, "door": TEXT, "reason": TEXT,
    "expires_at_us": MOMENT, "occurred_at_us": MOMENT, "booked_at_us": MOMENT, "resolved_at_us": MOMENT,
}  # fmt: skip
YEAR_2000_US = 946_684_800_000_000


def field(kind: int, value: object) -> bytes:
    """Type, length and value of one field; length -1 for null."""
    if value is None:
        return struct.pack(">Ii", kind, -1)
    if kind == UUID:
        data = uuid.UUID(str(value)).bytes
    elif kind == TEXT:
        data = str(value).encode()
    elif kind == BYTES:
        data = bytes.fromhex(str(value))
    else:
        data = struct.pack(">q", int(str(value)) - (YEAR_2000_US if kind == MOMENT else 0))
    return struct.pack(">Ii", kind, len(data)) + data


def digest_of(proof: dict) -> bytes:
    """The hash of the transfer's record: how many fields, the fields, and the hash of what is not shown."""
    fields = [field(kind, proof["transfer"][name]) for name, kind in FIELDS.items()]
    fields.append(field(BYTES, proof["kept_hash"]))
    return sha256(struct.pack(">i", len(fields)) + b"".join(fields)).digest()


def root_of(digest: bytes, position: int, leaves: int, path: list[bytes]) -> bytes | None:
    """The Merkle root (RFC 6962) that the digest has at its position; None when the path is not of that length."""
    found, last, rest = sha256(b"\x00" + digest).digest(), leaves - 1, list(path)
    while last:
        if position % 2 or position < last:
            if not rest:
                return None
            sibling = rest.pop(0)
            found = sha256(b"\x01" + (sibling + found if position % 2 else found + sibling)).digest()
        position, last = position // 2, last // 2
    return None if rest else found


def text(value: str) -> bytes:
    """A text with its length before it."""
    return struct.pack(">i", len(value.encode())) + value.encode()


def hash_of(block: dict) -> bytes:
    """The hash of a block's header and nonce."""
    header = b"baas.block.1" + struct.pack(
        ">qh32s32sqqi32sqqq", block["height"], block["shard"], bytes.fromhex(block["previous_hash"]),
        bytes.fromhex(block["merkle_root"]), block["first_journal_id"], block["last_journal_id"], block["leaves"],
        bytes.fromhex(block["batch_hash"]), block["made_at_us"], block["difficulty"], block["work_target_us"],
    ) + b"".join(text(key_id) for key_id in block["key_ids"])  # fmt: skip
    return sha256(header + struct.pack(">q", block["nonce"])).digest()


def signed(key: dict, message: bytes, signature: str) -> bool:
    """Whether a key signed a message."""
    public_key = bytes.fromhex(key["public_key"])
    try:
        if key["algorithm"] == "ed25519":
            Ed25519PublicKey.from_public_bytes(public_key).verify(bytes.fromhex(signature), message)
        else:
            from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

            MLDSA65PublicKey.from_public_bytes(public_key).verify(bytes.fromhex(signature), message)
    except InvalidSignature:
        return False
    return True


def endorsed_keys(keys: list[dict], first_key: str | None) -> dict[str, dict]:
    """The keys that lead back to the first one, each endorsed by the Ed25519 key that was in force just before it."""
    accepted: dict[str, dict] = {}
    for key in sorted(keys, key=lambda key: (key["from_height"], key["made_at_us"], key["algorithm"])):
        public_key = bytes.fromhex(key["public_key"])
        message = (
            b"baas.key.1" + text(key["key_id"]) + text(key["algorithm"]) + struct.pack(">i", len(public_key)) + public_key
            + struct.pack(">qq", key["from_height"], key["made_at_us"])
        )  # fmt: skip
        if not accepted and first_key not in (None, key["key_id"]):
            break
        by = endorser_of(list(accepted.values()) or [key], key)
        right_id = key["key_id"] == sha256(public_key).hexdigest()[:32]
        is_alone = all(
            standing(key) != standing(other) for other in accepted.values() if other["algorithm"] == key["algorithm"]
        )
        right_by = by is not None and by["key_id"] == key["endorsed_by"] and signed(by, message, key["endorsement"])
        if right_id and is_alone and right_by:
            accepted[key["key_id"]] = key
    return accepted


def standing(key: dict) -> tuple[int, int]:
    """Which of two keys came later."""
    return key["from_height"], key["made_at_us"]


def endorser_of(accepted: list[dict], key: dict) -> dict | None:
    """The one key that may endorse another; of what came together with the first key, that."""
    able = [other for other in accepted if other["algorithm"] == "ed25519"]
    before = [other for other in able if standing(other) < standing(key)]
    return max(before, key=standing, default=None) or next(iter(able), None)


def in_force(keys: dict[str, dict], algorithm: str, height: int) -> dict | None:
    """The key of an algorithm that signs at a height: the newest of those from there or before."""
    able = [key for key in keys.values() if key["algorithm"] == algorithm and key["from_height"] <= height]
    return max(able, key=standing, default=None)


def what_is_wrong(proof: dict, first_key: str | None, block_hash: str | None) -> str | None:
    """The first thing that does not hold, or None."""
    block, digest = proof["block"], digest_of(proof)
    if digest.hex() != proof["digest"]:
        return "the transfer's fields do not give its digest"
    root = root_of(digest, proof["position"], block["leaves"], [bytes.fromhex(sibling) for sibling in proof["path"]])
    if root is None or root.hex() != block["merkle_root"]:
        return "the path does not lead to the block's root"
    found = hash_of(block)
    if found.hex() != block["hash"] or block_hash not in (None, block["hash"]):
        return "the header does not give the block's hash"
    if int.from_bytes(found, "big") * block["difficulty"] >= 1 << 256:
        return "the hash shows too little work"
    keys = endorsed_keys(proof["keys"], first_key)
    signatures = {signature["key_id"]: signature["signature"] for signature in block["signatures"]}
    message = b"baas.signature.1" + found + struct.pack(">q", block["work_us"])
    if not any(keys.get(key_id, {}).get("algorithm") == "ed25519" for key_id in block["key_ids"]):
        return "no Ed25519 key that leads back to the first one signs the block"
    for key_id in block["key_ids"]:
        if key_id in keys and keys[key_id] is not in_force(keys, keys[key_id]["algorithm"], block["height"]):
            return f"key {key_id} had been replaced before this block"
        if key_id not in keys or not signed(keys[key_id], message, signatures.get(key_id, "")):
            return f"the block lacks a signature of its key {key_id}"
    return None


def main() -> int:
    """Check a file; returns 1 when something does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("proof", type=argparse.FileType())
    parser.add_argument("--first-key", help="the id of the chain's first key, as you know it")
    parser.add_argument("--block", help="the hash of the block, as you know it")
    options = parser.parse_args()
    proof = json.load(options.proof)
    wrong = what_is_wrong(proof, options.first_key, options.block)
    if wrong:
        sys.stdout.write(f"NOT PROVED: {wrong}\n")
        return 1
    transfer, block = proof["transfer"], proof["block"]
    sys.stdout.write(
        f"Proved: transfer {transfer['id']} ({transfer['status']}, {transfer['posted_minor']} of {transfer['amount_minor']} "
        f"minor units {transfer['currency']}) is in block {block['height']}, signed by {', '.join(block['key_ids'])}.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
