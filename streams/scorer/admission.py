"""Which requests the door takes: as many as it can answer before their callers stop waiting, and no more.

How long the next one will wait is what all inside cost. That is measured as it goes, a turn's fixed part and a decision's own
part, so that the same bound holds on a fast machine, on a slow one, and beside a flood of messages at the other door. What it
takes to turn others away is kept apart: counted as the decisions' own it would make them look dear, fewer would be let in, more
turned away, until next to nothing was decided. A request
has also lain unread for about a round before it is met, and waits behind those that are turned away in the next.
"""

from dataclasses import dataclass
from enum import StrEnum

from contracts.transactions import Refusal, RefusedMessage
from streams.scorer.lanes import SLICE_EVENTS

# A caller that names no deadline is taken to wait as long as serving does by default; one that names more waits no longer here.
DEFAULT_DEADLINE_MS = 100
MAX_DEADLINE_MS = 10_000
# Part of a caller's patience that may go into waiting: the rest is for the way here, the answer's way back and a busy moment.
WAITING_SHARE = 0.25
MOST_INSIDE = 4_096
# Part of that waiting that decisions have for themselves however long turning others away takes: no flood closes the door.
KEPT_SHARE = 0.25
_FIRST_TURN_S, _FIRST_EACH_S = 500e-6, 100e-6
# Turns with so few decisions show what a turn costs; those with more show what each adds.
_FEW = 4
_WEIGHT = 0.1
# A turn for which the thread had to wait says little of what turns cost: it counts as no more than so many times what is known.
_SURPRISE = 4.0
_LEAST_S = 10e-6


class Shed(StrEnum):
    """Why a request was turned away undecided."""

    FULL = "full"  # at the door: it would have waited too long
    LATE = "late"  # inside: its deadline passed before its turn


@dataclass(slots=True)
class Admission:
    """How many decisions are inside, what they cost, and how long a request waits besides. For the thread of the door alone."""

    inside: int = 0
    turn_s: float = _FIRST_TURN_S
    each_s: float = _FIRST_EACH_S
    outside_s: float = _FIRST_TURN_S
    _away: int = 0

    def admits(self, count: int, *, deadline_ms: int) -> bool:
        """Whether `count` more would be answered within their share of `deadline_ms`; with nobody inside, they are taken."""
        expected = self.inside + count
        if not self.inside:
            return True
        wait_s = (1 + expected // SLICE_EVENTS) * self.turn_s + expected * self.each_s
        most_s = deadline_ms / 1_000 * WAITING_SHARE
        return expected <= MOST_INSIDE and (wait_s + self.outside_s <= most_s or wait_s <= most_s * KEPT_SHARE)

    def enter(self, count: int) -> None:
        """Take `count` decisions in."""
        self.inside += count

    def leave(self, count: int) -> None:
        """Say that `count` decisions were answered, turned away, or given up by their callers."""
        self.inside -= count

    def turned_away(self) -> None:
        """Say that a request was turned away at the door."""
        self._away += 1

    def measured(self, count: int, *, seconds: float, between_s: float = 0.0) -> None:
        """Say that a turn spent `seconds` on `count` decisions, and that reading and answering took `between_s` before it.

        A request that is turned away has as much of `between_s` as one that is decided.
        """
        away_s = between_s * self._away / (self._away + count)
        own_s = seconds + between_s - away_s
        self._away = 0
        self.outside_s = _nearer(self.outside_s, own_s + 2 * away_s)
        if count <= _FEW:
            self.turn_s = _nearer(self.turn_s, own_s)
        else:
            self.each_s = _nearer(self.each_s, max(own_s - self.turn_s, 0.0) / count)


def _nearer(known_s: float, seen_s: float) -> float:
    return known_s + _WEIGHT * (min(seen_s, _SURPRISE * max(known_s, _LEAST_S)) - known_s)


def deadline_ms_of(header: bytes | None) -> int:
    """Read `x-deadline-ms`: how long the caller still waits, from 1 to `MAX_DEADLINE_MS`. Raises RefusedMessage."""
    if header is None:
        return DEFAULT_DEADLINE_MS
    if not header.isdigit() or len(header) > 9 or not int(header):
        raise RefusedMessage(Refusal.MALFORMED, "x-deadline-ms is a whole number of milliseconds, 1 at least")
    return min(int(header), MAX_DEADLINE_MS)
