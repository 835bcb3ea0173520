"""Who was erased: a keyed digest of each, so that the graph made again from the topics does not have them again.

The digest is under a key of this deployment's own (HMAC-SHA-256), because an id that tells is soon guessed.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable
from pathlib import Path

KEY_BYTES = 32
_NAME = "graph.key"


class Digests:
    """Makes the digests. `secrets` is the folder of this deployment's keys, where its own is made when first used."""

    def __init__(self, secrets: Path) -> None:
        self._key = _key(secrets / _NAME)

    def of(self, tenant_id: str, name: str) -> str:
        """Return the digest of one of a tenant's ids, in hexadecimal."""
        said = f"{len(tenant_id)}:{tenant_id}{name}".encode()
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()

    def by_digest(self, names: Iterable[tuple[str, str]]) -> dict[str, tuple[str, str]]:
        """Return (tenant, id) by digest."""
        return {self.of(tenant_id, name): (tenant_id, name) for tenant_id, name in names}


def _key(path: Path) -> bytes:
    """Return the key, made once: whoever comes second finds the first one's."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        scratch = path.with_name(f"{path.name}.{os.getpid()}")
        scratch.touch(mode=0o600)
        scratch.write_bytes(os.urandom(KEY_BYTES))
        try:
            os.link(scratch, path)
        except FileExistsError:
            return path.read_bytes()
        finally:
            scratch.unlink()
    return path.read_bytes()
