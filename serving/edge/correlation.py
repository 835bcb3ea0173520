"""The correlation id and the W3C trace context: taken from the caller when well-formed, made otherwise, returned always."""

import os
import re
from dataclasses import dataclass

from kit.ids import uuid7

_CORRELATION = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
_TRACEPARENT = re.compile(rb"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_ZEROS = b"0" * 32


@dataclass(frozen=True, slots=True)
class Trace:
    """What ties a request to everything that it causes."""

    correlation_id: str
    traceparent: str


def trace_from(correlation: bytes | None, traceparent: bytes | None) -> Trace:
    """Return the caller's ids where they are well-formed (W3C Trace Context level 1, version 00), with a span of our own."""
    usable = correlation is not None and _CORRELATION.fullmatch(correlation)
    correlation_id = usable[0].decode() if usable else str(uuid7())
    span = os.urandom(8).hex()
    found = _TRACEPARENT.fullmatch(traceparent) if traceparent is not None else None
    if found and found[1] != _ZEROS and found[2] != _ZEROS[:16]:
        return Trace(correlation_id, f"00-{found[1].decode()}-{span}-{found[3].decode()}")
    return Trace(correlation_id, f"00-{os.urandom(16).hex()}-{span}-01")
