"""AES-256-GCM (NIST SP 800-38D) around what is kept: a version, 96 random bits of nonce, the sealed text with its tag. Pure.

The context (whose it is, and of what kind) is authenticated with it: what was sealed for one place does not open in another. A
key seals far fewer than 2^32 texts, the bound for random nonces (section 8.3).
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
_NONCE_BYTES = 12
_LEAST_BYTES = len(VERSION) + _NONCE_BYTES + 16


class SealBroken(ValueError):
    """What is to be opened was sealed under another key or for another place, or is not what was sealed."""


def seal(key: bytes, plain: bytes, *, context: bytes) -> bytes:
    """Return `plain` sealed under the key, for the context alone."""
    nonce = os.urandom(_NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plain, context)


def unseal(key: bytes, sealed: bytes, *, context: bytes) -> bytes:
    """Return what was sealed. Raises SealBroken."""
    if len(sealed) < _LEAST_BYTES or sealed[:1] != VERSION:
        raise SealBroken("not a sealed text of a version that is known here")
    try:
        return AESGCM(key).decrypt(sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], context)
    except InvalidTag as problem:
        raise SealBroken("the seal does not hold") from problem


def context_of(*parts: str) -> bytes:
    """Return the parts as one context that no other parts can spell."""
    return "".join(f"{len(part)}:{part}" for part in parts).encode()
