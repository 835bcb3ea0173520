"""The way of money from one account to another: payments one after the other in time, found from both ends.

Forwards, each account is reached as early as can be; backwards, each is left as late as can be. A way exists wherever an
account is reached before it has to be left. Each end goes half of the hops, so that six hops cost what three do, twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cases.graph import repository
from cases.graph.bounds import MAX_ACCOUNTS
from cases.graph.model import Flow
from cases.graph.reading import Reading

# What is known of an account at a number of hops: the payment by which it is reached or left, None at the ends.
_Reached = dict[str, Flow | None]


@dataclass(frozen=True, slots=True)
class Path:
    """Payments in a row; empty where there is none. `cut`: a bound was met, so that there may be others, or one after all."""

    flows: tuple[Flow, ...]
    cut: bool


def find_path(reading: Reading, *, payer: str, payee: str, since: int, until: int, max_hops: int, fan_out: int) -> Path:
    """Return a way with fewest payments from `payer` to `payee`, all of them in [since, until).

    Each payment of it is no earlier than the one before. `fan_out` bounds how many others each account is followed to.
    """
    forward: list[_Reached] = [{payer: None}]
    backward: list[_Reached] = [{payee: None}]
    cut = False
    for _ in range(max_hops):
        ahead = len(forward[-1]) <= len(backward[-1]) if len(forward) < max_hops else False
        layers, step = (forward, _forward) if ahead else (backward, _backward)
        if not layers[-1]:
            break
        found, bounded = step(reading, layers[-1], since=since, until=until, fan_out=fan_out)
        cut |= bounded
        layers.append(found)
        joined = _joined(forward, backward, hops=len(forward) + len(backward) - 2)
        if joined is not None:
            return Path(joined, cut)
    return Path((), cut)


_Step = Callable[..., tuple[_Reached, bool]]


def _forward(reading: Reading, layer: _Reached, *, since: int, until: int, fan_out: int) -> tuple[_Reached, bool]:
    places = sorted(layer)
    frontier = [{"n": n, "id": account, "since": _at(layer[account], since)} for n, account in enumerate(places)]
    rows = reading.flows(repository.EARLIEST, frontier=frontier, until=until, fan_out=fan_out + 1)
    kept, cut = _bounded(rows, fan_out=fan_out)
    found: _Reached = {}
    for flow in kept:
        there = found.get(flow.payee)
        if there is None or flow.order < there.order:
            found[flow.payee] = flow
    return _fewest(found, cut, reading.too_busy(places))


def _backward(reading: Reading, layer: _Reached, *, since: int, until: int, fan_out: int) -> tuple[_Reached, bool]:
    places = sorted(layer)
    # A payment of the same moment may come before another: what is asked for is earlier than the moment after.
    frontier = [{"n": n, "id": account, "until": _at(layer[account], until - 1) + 1} for n, account in enumerate(places)]
    rows = reading.flows(repository.LATEST, backwards=True, frontier=frontier, since=since, fan_out=fan_out + 1)
    kept, cut = _bounded(rows, fan_out=fan_out)
    found: _Reached = {}
    for flow in kept:
        there = found.get(flow.payer)
        if there is None or flow.order > there.order:
            found[flow.payer] = flow
    return _fewest(found, cut, reading.too_busy(places))


def _at(flow: Flow | None, otherwise: int) -> int:
    return otherwise if flow is None else flow.at


def _bounded(rows: Sequence[tuple[int, Flow]], *, fan_out: int) -> tuple[list[Flow], bool]:
    """Leave out what is past the fan-out of each; whether something was."""
    kept: list[Flow] = []
    counts: dict[int, int] = {}
    for n, flow in rows:
        counts[n] = counts.get(n, 0) + 1
        if counts[n] <= fan_out:
            kept.append(flow)
    return kept, len(kept) < len(rows)


def _fewest(found: _Reached, cut: bool, busy: set[str]) -> tuple[_Reached, bool]:
    if len(found) > MAX_ACCOUNTS:
        return {account: found[account] for account in sorted(found)[:MAX_ACCOUNTS]}, True
    return found, cut or bool(busy)


def _joined(forward: list[_Reached], backward: list[_Reached], *, hops: int) -> tuple[Flow, ...] | None:
    """A way of `hops` payments among those that meet where both ends have come to; always the same one."""
    ahead, behind = forward[-1], backward[-1]
    meeting = []
    for account in ahead.keys() & behind.keys():
        comes, goes = ahead[account], behind[account]
        if comes is None or goes is None or comes.at <= goes.at:
            way = _way(forward, backward, account)
            if len(way) == hops and hops > 0:
                meeting.append(way)
    return min(meeting, key=lambda way: [flow.order for flow in reversed(way)]) if meeting else None


def _way(forward: list[_Reached], backward: list[_Reached], account: str) -> tuple[Flow, ...]:
    before, here = [], account
    for layer in reversed(forward):
        flow = layer[here]
        if flow is not None:
            before.append(flow)
            here = flow.payer
    after, here = [], account
    for layer in reversed(backward):
        flow = layer[here]
        if flow is not None:
            after.append(flow)
            here = flow.payee
    return (*reversed(before), *after)
