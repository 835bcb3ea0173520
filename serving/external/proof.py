"""Proof by micro-deposits: two small amounts are sent to an account, and whoever can read its statement repeats them. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kit.errors import Conflict

MAX_TRIES = 3
LIFETIME_MS = 7 * 24 * 3_600_000
# Up to 99 minor units each: 4,851 unordered pairs of different amounts, so that three guesses succeed once in 1,617.
MOST_MINOR = 99
# Each link costs the bank what it sends.
MAX_LINKS_A_WEEK = 5


class LinkStatus(StrEnum):
    """How far the proof is. `expired` is a pending one whose time has run out."""

    PENDING = "pending"
    VERIFIED = "verified"
    FAILED = "failed"
    EXPIRED = "expired"
    REMOVED = "removed"


class LinkNotPending(Conflict):
    """There is nothing to be proved, or no more to be tried."""

    code = "link-not-pending"
    title = "This account is not waiting for a proof"
    remedy = "Read it: a verified one needs none; link one that failed or expired again, or show the bank a statement of it."


class LinkNotPossible(Conflict):
    """Somebody of the bank looks at it first; it says no more than that."""

    code = "link-not-possible"
    title = "This account cannot be linked at present"
    remedy = "Send the same request later, or ask the bank; nothing was sent to the account."


class TooManyLinks(Conflict):
    """A customer links a bounded number of accounts a week."""

    code = "too-many-links"
    title = "The customer has linked as many accounts this week as anybody may"
    remedy = "Prove one that is linked already, or wait a week."


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a try leads to."""

    status: LinkStatus
    tries_left: int


def deposits(below: Callable[[int], int]) -> tuple[int, int]:
    """Return two different amounts in minor units; `below(n)` gives a number from 0 to n - 1 that nobody can guess."""
    first = 1 + below(MOST_MINOR)
    second = 1 + below(MOST_MINOR - 1)
    return first, second + (second >= first)


def standing(status: LinkStatus, *, expires_at_ms: int, now_ms: int) -> LinkStatus:
    """Return the status at a moment."""
    return LinkStatus.EXPIRED if status is LinkStatus.PENDING and now_ms >= expires_at_ms else status


def judge(status: LinkStatus, *, tries_left: int, sent: Sequence[int], repeated: Sequence[int]) -> Judgement:
    """Return what a try leads to; the order of the amounts does not matter. Raises LinkNotPending."""
    if status is not LinkStatus.PENDING or tries_left < 1:
        raise LinkNotPending(f"it is {status}", status=status.value)
    if sorted(sent) == sorted(repeated):
        return Judgement(LinkStatus.VERIFIED, tries_left - 1)
    return Judgement(LinkStatus.PENDING if tries_left > 1 else LinkStatus.FAILED, tries_left - 1)
