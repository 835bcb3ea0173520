"""Identifiers: UUIDv7 for what we create, UUIDv5 for what others sent us (RFC 9562, sections 5.5 and 5.7)."""

import os
import uuid

from kit.clock import Clock, SystemClock

INBOUND_NAMESPACE = uuid.UUID("6f1a1c56-3c1e-5d6b-9a55-4b6b6c0c8f11")
# The nil UUID (section 5.9), nobody's id: whoever goes through ids in their order begins after it.
NIL = uuid.UUID(int=0)
_SYSTEM_CLOCK = SystemClock()


def uuid7(clock: Clock = _SYSTEM_CLOCK) -> uuid.UUID:
    """Return a time-ordered UUID: 48 bits of Unix milliseconds, then 74 random bits."""
    random_bits = int.from_bytes(os.urandom(10), "big")
    value = (clock.now_ms() & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76
    value |= ((random_bits >> 64) & 0xFFF) << 64
    value |= 0b10 << 62
    value |= random_bits & 0x3FFF_FFFF_FFFF_FFFF
    return uuid.UUID(int=value)


def inbound_transaction_id(*, tenant_id: str, source: str, external_id: str) -> uuid.UUID:
    """Return the id of a record that another system sent: the same record always gets the same id.

    The three parts are length-prefixed, so that no two different triples can spell the same name.
    """
    name = "".join(f"{len(part)}:{part}" for part in (tenant_id, source, external_id))
    return uuid.uuid5(INBOUND_NAMESPACE, name)


def derived_id(namespace: uuid.UUID, *parts: str) -> uuid.UUID:
    """Return the UUIDv5 of `parts` under `namespace`, for rows that a retry must not write twice."""
    return uuid.uuid5(namespace, "".join(f"{len(part)}:{part}" for part in parts))
