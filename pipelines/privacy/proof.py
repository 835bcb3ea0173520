"""The proof of an erasure: what each store had and has, signed. It names nobody.

The document is JSON with its members in order and nothing between them (RFC 8785 for what it holds: text, whole numbers, null);
the digest is its SHA-256, the signature Ed25519 (RFC 8032) over it. Whoever knows the bank's key id checks it without the bank.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from governance.erasures.erasure import Step
from kit.errors import DomainError
from ledger.chain.keys import ED25519, PrivateKeys, fingerprint

FORMAT = "baas-erasure-proof/1"
_PUBLIC = "public.json"


class ProofBroken(DomainError):
    """A proof that does not hold."""

    code = "proof-broken"
    title = "The proof does not hold"
    remedy = "Ask the bank for the proof again (GET /v1/erasures/{erasure_id}), and for its key id by another way."


class ProofKey:
    """The key that signs proofs: private half in `folder`, made where there is none."""

    def __init__(self, folder: Path) -> None:
        self._keys = PrivateKeys(folder)
        self._public = folder / _PUBLIC

    def public(self, *, now_ms: int) -> bytes:
        """Return the public half."""
        if not self._public.exists():
            made = self._keys.make(ED25519, from_height=0, made_at_us=now_ms * 1_000, endorsed_by=None)
            unfinished = self._public.with_suffix(".tmp")
            unfinished.write_text(json.dumps({"public_key": made.public_key.hex()}))
            unfinished.replace(self._public)
        return bytes.fromhex(json.loads(self._public.read_text())["public_key"])

    def sign(self, document: dict[str, Any], *, now_ms: int) -> dict[str, Any]:
        """Return the proof: the document, its digest, the signature and what checks it."""
        public = self.public(now_ms=now_ms)
        text = canonical(document)
        return {
            "document": document,
            "digest_sha256": hashlib.sha256(text).hexdigest(),
            "algorithm": ED25519,
            "key_id": fingerprint(public),
            "public_key": public.hex(),
            "signature": self._keys.sign(fingerprint(public), text).hex(),
        }


def document_of(
    *, erasure_id: str, tenant_id: str, requested_at: datetime, ended_at: datetime, steps: Sequence[Step], laws: Sequence[str]
) -> dict[str, Any]:
    """Return what is signed."""
    return {
        "format": FORMAT,
        "erasure_id": erasure_id,
        "tenant_id": tenant_id,
        "requested_at": requested_at.isoformat(),
        "ended_at": ended_at.isoformat(),
        "laws": list(laws),
        "stores": [
            {"store": step.store, "before": step.rows_before, "after": step.rows_after, "note": step.note} for step in steps
        ],
    }


def canonical(document: dict[str, Any]) -> bytes:
    """Return the bytes that are signed."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def check(proof: dict[str, Any], *, key_id: str | None) -> dict[str, Any]:
    """Return the document of a proof that holds, and is by the key `key_id` where one is given. Raises ProofBroken."""
    try:
        document, public = proof["document"], bytes.fromhex(proof["public_key"])
        text = canonical(document)
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(proof["signature"]), text)
        named, digest = proof["key_id"], proof["digest_sha256"]
    except (KeyError, TypeError, ValueError, InvalidSignature) as problem:
        raise ProofBroken(f"the signature does not hold: {type(problem).__name__} {problem}".strip()) from problem
    if named != fingerprint(public) or digest != hashlib.sha256(text).hexdigest():
        raise ProofBroken("key id or digest is not that of what was signed")
    if key_id is not None and named != key_id:
        raise ProofBroken(f"it is signed by {named}, not by {key_id}")
    if document.get("format") != FORMAT:
        raise ProofBroken(f"not a {FORMAT}")
    found: dict[str, Any] = document
    return found
