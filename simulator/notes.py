"""What people write beside the transfers that they make in the bank's app: to the same payee mostly the same, or nothing."""

import zlib

from simulator.statements.kinds import KINDS
from simulator.statements.repeating import SHARE_WITH_A_NOTE

NOTES = tuple(kind.note for kind in KINDS if kind.note)
_SLICES = 1_000


def note_between(payer: str, payee: str) -> str | None:
    """Return what `payer` writes to `payee`, or None; it follows from the two."""
    drawn = zlib.crc32(f"{payer} {payee}".encode())
    return NOTES[drawn // _SLICES % len(NOTES)] if drawn % _SLICES < SHARE_WITH_A_NOTE * _SLICES else None
