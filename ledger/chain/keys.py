"""The keys that sign blocks: Ed25519 (RFC 8032) always, ML-DSA-65 (FIPS 204) beside it where the settings ask for it.

Private halves lie in a folder that only their owner may read, one file a key; public halves in the database, each endorsed by
the Ed25519 key before it.
"""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey

from ledger.chain.canonical import endorsed
from ledger.chain.errors import SigningKeyMissing

ED25519, ML_DSA = "ed25519", "ml-dsa-65"
ALGORITHMS = (ED25519, ML_DSA)
KEY_ID_LENGTH = 32
_PRIVATE: dict[str, Callable[[bytes], Ed25519PrivateKey | MLDSA65PrivateKey]] = {
    ED25519: Ed25519PrivateKey.from_private_bytes,
    ML_DSA: MLDSA65PrivateKey.from_seed_bytes,
}
_PUBLIC: dict[str, Callable[[bytes], Ed25519PublicKey | MLDSA65PublicKey]] = {
    ED25519: Ed25519PublicKey.from_public_bytes,
    ML_DSA: MLDSA65PublicKey.from_public_bytes,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """One key as everybody may see it. It signs from `from_height` until one of its algorithm with a higher one does."""

    key_id: str
    algorithm: str
    public_key: bytes
    from_height: int
    made_at_us: int
    endorsed_by: str
    endorsement: bytes

    @property
    def message(self) -> bytes:
        """What the endorsement is over."""
        return endorsed(
            key_id=self.key_id,
            algorithm=self.algorithm,
            public_key=self.public_key,
            from_height=self.from_height,
            made_at_us=self.made_at_us,
        )

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether this key signed `message`."""
        try:
            _PUBLIC[self.algorithm](self.public_key).verify(signature, message)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError, KeyError):
            return False
        return True


def fingerprint(public_key: bytes) -> str:
    """Return the id of a key: the first 128 bits of the hash of its public half, in hexadecimal."""
    return sha256(public_key).hexdigest()[:KEY_ID_LENGTH]


def active(keys: Iterable[PublicKey], *, algorithm: str, height: int) -> PublicKey | None:
    """Return the key of this algorithm that signs the block at `height`."""
    able = [key for key in keys if key.algorithm == algorithm and key.from_height <= height]
    return max(able, key=lambda key: (key.from_height, key.made_at_us), default=None)


def endorser_of(keys: Iterable[PublicKey], *, from_height: int, made_at_us: int) -> PublicKey | None:
    """Return the key that endorses one of that height and moment: the Ed25519 key that was in force just before it.

    None else may: a key that was replaced, because it leaked or for any other reason, endorses no later one. What came together
    with the first key is endorsed by that. None when there is no Ed25519 key yet: the first endorses itself.
    """
    able = [key for key in keys if key.algorithm == ED25519]
    before = [key for key in able if (key.from_height, key.made_at_us) < (from_height, made_at_us)]
    newest = max(before, key=lambda key: (key.from_height, key.made_at_us), default=None)
    return newest or next(iter(able), None)


def moment_after(keys: Iterable[PublicKey], made_at_us: int) -> int:
    """Return when a new key is said to be made: after every other, whatever the clock says, so that one is the newest."""
    return max([made_at_us, *(key.made_at_us + 1 for key in keys)])


class PrivateKeys:
    """The private halves under `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def sign(self, key_id: str, message: bytes) -> bytes:
        """Sign `message`. Raises SigningKeyMissing when the key is not here."""
        path = self._folder / f"{key_id}.json"
        if not path.exists():
            raise SigningKeyMissing(f"{path} is not there", key_id=key_id)
        kept = json.loads(path.read_text())
        return _PRIVATE[kept["algorithm"]](bytes.fromhex(kept["private"])).sign(message)

    def make(self, algorithm: str, *, from_height: int, made_at_us: int, endorsed_by: PublicKey | None) -> PublicKey:
        """Make a key, keep its private half, and have it endorsed; the first of all endorses itself."""
        private = (Ed25519PrivateKey if algorithm == ED25519 else MLDSA65PrivateKey).generate()
        public = private.public_key().public_bytes_raw()
        key_id = fingerprint(public)
        kept = {"algorithm": algorithm, "private": private.private_bytes_raw().hex(), "made_at_us": made_at_us}
        _write_private(self._folder / f"{key_id}.json", json.dumps(kept))
        endorser = endorsed_by.key_id if endorsed_by else key_id
        message = endorsed(
            key_id=key_id, algorithm=algorithm, public_key=public, from_height=from_height, made_at_us=made_at_us
        )
        return PublicKey(
            key_id=key_id,
            algorithm=algorithm,
            public_key=public,
            from_height=from_height,
            made_at_us=made_at_us,
            endorsed_by=endorser,
            endorsement=self.sign(endorser, message),
        )


def _write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner may read; it is on the disk when this returns."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
