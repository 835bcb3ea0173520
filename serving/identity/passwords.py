"""Passwords: argon2id (RFC 9106), checked in a thread, because a check takes tens of milliseconds on purpose."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

# RFC 9106, section 4, second recommended option: 64 MiB, 3 passes; 1 lane, because a login gets one core.
_HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)
MAX_PASSWORD_LENGTH = 256
MAX_CHECKS_AT_ONCE = 2

# Checked when a name is not known, so that an unknown name takes as long as a wrong password.
_NOBODY = _HASHER.hash(secrets.token_urlsafe(32))


def hash_password(password: str) -> str:
    """Return the argon2id hash, with its parameters and salt in it."""
    return _HASHER.hash(password)


def _fits(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False


class PasswordChecks:
    """Checks a bounded number of passwords at once: each takes 64 MiB and a core."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(MAX_CHECKS_AT_ONCE)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator["PasswordChecks"]:
        """Wait for a slot. What came of a check is noted within its turn, so that no more than the slots go by unseen."""
        async with self._slots:
            yield self

    async def fits(self, stored: str | None, password: str) -> bool:
        """Say whether the password belongs to the hash; with no hash, take as long and say no. Call it in a `turn`."""
        fits = await asyncio.to_thread(_fits, stored or _NOBODY, password)
        return fits and stored is not None


def generate_password() -> str:
    """Return a password that a person can type: five groups of four, 100 bits."""
    alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(5))
