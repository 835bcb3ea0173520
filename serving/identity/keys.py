"""The signing keys of this deployment: RS256, made at first start, rotated by age, shared by every worker through a folder.

One file a key: `<kid>.json`, a private JWK (RFC 7517) with the moment it was made. The newest signs; a replaced one goes on
verifying until every token that it signed has expired.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from joserfc.jwk import RSAKey

from kit.clock import Clock
from kit.ids import uuid7

KEY_BITS = 2048
ROTATE_AFTER_MS = 7 * 86_400_000
TOKEN_LIFETIME_S = 15 * 60
RETIRE_AFTER_MS = 2 * TOKEN_LIFETIME_S * 1000
REREAD_AFTER_MS = 5_000
MAX_KEYS = 16


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key pair and when it was made."""

    kid: str
    made_at_ms: int
    key: RSAKey

    def public_jwk(self) -> dict[str, Any]:
        """Return the public half as JWKS publishes it."""
        public: dict[str, Any] = self.key.as_dict(private=False)
        return public | {"kid": self.kid, "use": "sig", "alg": "RS256"}


class KeyRing:
    """The keys under `folder`. Reading is cached for `REREAD_AFTER_MS`; an unknown key id makes it read again."""

    def __init__(self, folder: Path, *, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._keys: dict[str, SigningKey] = {}
        self._read_at_ms = -REREAD_AFTER_MS
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.rotate_if_due()

    def signing_key(self) -> SigningKey:
        """Return the key that signs now."""
        return max(self._current().values(), key=lambda key: (key.made_at_ms, key.kid))

    def find(self, kid: str) -> SigningKey | None:
        """Return the key with this id, or None when it never was or has been retired."""
        found = self._current().get(kid)
        if found is None and self._clock.now_ms() - self._read_at_ms > 0:
            self._read()
            found = self._keys.get(kid)
        return found

    def public_jwks(self) -> dict[str, list[dict[str, Any]]]:
        """Return the JSON Web Key Set, newest first."""
        keys = sorted(self._current().values(), key=lambda key: -key.made_at_ms)
        return {"keys": [key.public_jwk() for key in keys]}

    def rotate_if_due(self, *, after_ms: int = ROTATE_AFTER_MS) -> bool:
        """Make a new key when the newest is older than `after_ms` or there is none, and retire old ones. True when it did."""
        now_ms = self._clock.now_ms()
        with self._locked():
            self._read()
            newest_ms = max((key.made_at_ms for key in self._keys.values()), default=None)
            due = newest_ms is None or now_ms - newest_ms >= after_ms
            if due:
                self._make(now_ms)
            self._retire(now_ms)
            self._read()
        return due

    def _current(self) -> dict[str, SigningKey]:
        if self._clock.now_ms() - self._read_at_ms >= REREAD_AFTER_MS:
            self._read()
        return self._keys

    def _read(self) -> None:
        found = {}
        for path in sorted(self._folder.glob("*.json"))[-MAX_KEYS:]:
            try:
                content = json.loads(path.read_text())
            except FileNotFoundError:  # retired by another worker since the listing
                continue
            kid = path.stem
            known = self._keys.get(kid)
            found[kid] = known or SigningKey(kid, content["made_at_ms"], RSAKey.import_key(content["jwk"]))
        self._keys = found
        self._read_at_ms = self._clock.now_ms()

    def _make(self, now_ms: int) -> None:
        kid = str(uuid7(self._clock))
        key = RSAKey.generate_key(KEY_BITS)
        write_private(self._folder / f"{kid}.json", json.dumps({"made_at_ms": now_ms, "jwk": key.as_dict(private=True)}))

    def _retire(self, now_ms: int) -> None:
        """Remove each key whose successor is so old that no token it signed can still be valid."""
        self._read()
        in_order = sorted(self._keys.values(), key=lambda key: (key.made_at_ms, key.kid))
        for key, successor in pairwise(in_order):
            if now_ms - successor.made_at_ms > RETIRE_AFTER_MS:
                (self._folder / f"{key.kid}.json").unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)


def kept_or_made(path: Path) -> str:
    """Return the random secret of 256 bits in a private file; of workers that start together one makes it."""
    if not path.exists():
        made = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        write_private(made, secrets.token_urlsafe(32) + "\n")
        with suppress(FileExistsError):  # another worker was first
            path.hardlink_to(made)
        made.unlink()
    return path.read_text().strip()
