"""Where the money of one payment lies: followed payment by payment, every cent at one place.

The rule. Balances are not in the graph, so nobody can say which of an account's money a payment was made of. Traced money is
taken to leave first: each later payment of an account that holds some carries it, up to the payment's amount, what came first
going first. So whoever may hold some of it is found, no more is ever found than was paid, and the shares of all places add up
to the whole. Money rests where no later payment took it, where it left the bank, where a bound was met, and with whoever is too
busy to be followed. Resolução BCB 1/2020 as changed for MED 2.0 asks for such a trace over several hops.
"""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from cases.graph.model import Flow

MILLION = 1_000_000
# The next payments of an account past (at, event id), in time, and whether there may be more; whether it is too busy.
After = Callable[[str, tuple[int, str]], tuple[list[Flow], bool]]
Busy = Callable[[str], bool]


class Rest(StrEnum):
    """Why money is followed no further."""

    KEPT = "kept"
    LEFT_BANK = "left-bank"
    HOPS = "hops"
    BUSY = "busy"
    BOUND = "bound"


@dataclass(frozen=True, slots=True)
class Carried:
    """A payment that carried `amount_minor` of the traced money; `hop` is the least number of payments so far."""

    flow: Flow
    amount_minor: int
    hop: int


@dataclass(frozen=True, slots=True)
class Place:
    """Some of it at rest: on an account, after `hop` payments. `share_ppm` is of all that is traced, rounded down."""

    account: str
    hop: int
    amount_minor: int
    share_ppm: int
    rest: Rest


@dataclass(frozen=True, slots=True)
class Trace:
    """Where the money lies and how it came there; the amounts of `places` add up to that of the first payment."""

    start: Flow
    carried: tuple[Carried, ...]
    places: tuple[Place, ...]
    cut: bool


@dataclass(slots=True)
class _Lot:
    amount_minor: int
    hop: int


@dataclass(slots=True)
class _Followed:
    """One trace while it is made."""

    after: After
    busy: Busy
    max_hops: int
    max_accounts: int
    max_flows: int
    lots: dict[str, deque[_Lot]] = field(default_factory=dict)
    rests: dict[str, Rest] = field(default_factory=dict)
    waiting: list[tuple[tuple[int, str], Flow, bool]] = field(default_factory=list)
    asked: int = 0
    met: set[str] = field(default_factory=set)
    # Accounts with payments that were not fetched, because nothing was left that they could carry.
    paused: set[str] = field(default_factory=set)

    def arrive(self, flow: Flow, amount_minor: int, hop: int) -> None:
        """Let some of it come to the payee of a payment, and look from where it may go on."""
        self.lots.setdefault(flow.payee, deque()).append(_Lot(amount_minor, hop))
        if hop >= self.max_hops:
            return
        if flow.payee in self.paused:
            self.paused.remove(flow.payee)
            self.look(flow.payee, flow.order)
        if flow.payee in self.met:
            return
        self.met.add(flow.payee)
        if flow.to_bank:
            self.rests[flow.payee] = Rest.LEFT_BANK
        elif len(self.met) > self.max_accounts or self.asked >= self.max_flows:
            self.rests[flow.payee] = Rest.BOUND
        elif self.busy(flow.payee):
            self.rests[flow.payee] = Rest.BUSY
        else:
            self.look(flow.payee, flow.order)

    def look(self, account: str, order: tuple[int, str]) -> None:
        """Fetch the next payments of an account; the last of them says when to fetch more."""
        if self.asked >= self.max_flows:
            self.rests[account] = Rest.BOUND
            return
        found, more = self.after(account, order)
        self.asked += len(found)
        for number, flow in enumerate(found, start=1):
            heapq.heappush(self.waiting, (flow.order, flow, more and number == len(found)))

    def take(self, account: str, most: int) -> list[_Lot]:
        """Take up to `most` of what may go on from an account, what came first first."""
        taken, kept = [], deque[_Lot]()
        for lot in self.lots[account]:
            part = min(lot.amount_minor, most) if lot.hop < self.max_hops else 0
            if part:
                taken.append(_Lot(part, lot.hop))
                most -= part
            if lot.amount_minor > part:
                kept.append(_Lot(lot.amount_minor - part, lot.hop))
        self.lots[account] = kept
        return taken

    def movable(self, account: str) -> bool:
        """Whether some of what an account has may go on."""
        return any(lot.hop < self.max_hops for lot in self.lots[account])


def trace(start: Flow, *, after: After, busy: Busy, max_hops: int, max_accounts: int, max_flows: int) -> Trace:
    """Return where the money of a payment lies, followed over at most `max_hops` payments, the first included.

    `after` gives payments of the start's currency alone, and within the time that is looked at.
    """
    state = _Followed(after, busy, max_hops, max_accounts, max_flows)
    state.arrive(start, start.amount_minor, 1)
    carried = [Carried(start, start.amount_minor, 1)]
    while state.waiting:
        _, flow, last = heapq.heappop(state.waiting)
        taken = state.take(flow.payer, flow.amount_minor)
        if taken:
            carried.append(Carried(flow, sum(lot.amount_minor for lot in taken), min(lot.hop for lot in taken) + 1))
        for lot in taken:
            state.arrive(flow, lot.amount_minor, lot.hop + 1)
        if last and state.movable(flow.payer):
            state.look(flow.payer, flow.order)
        elif last:
            state.paused.add(flow.payer)
    places = _places(state, start.amount_minor)
    cut = any(place.rest is Rest.BOUND for place in places)
    return Trace(start, tuple(carried), places, cut)


def _places(state: _Followed, total_minor: int) -> tuple[Place, ...]:
    sums: dict[tuple[int, str], int] = {}
    for account, lots in state.lots.items():
        for lot in lots:
            sums[lot.hop, account] = sums.get((lot.hop, account), 0) + lot.amount_minor
    return tuple(
        Place(account, hop, amount, amount * MILLION // total_minor, _rest(state, account, hop))
        for (hop, account), amount in sorted(sums.items())
    )


def _rest(state: _Followed, account: str, hop: int) -> Rest:
    if account in state.rests:
        return state.rests[account]
    return Rest.HOPS if hop >= state.max_hops else Rest.KEPT
