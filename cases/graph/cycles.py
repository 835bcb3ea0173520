"""Money that comes back: payments in a row from an account to itself, each after the one before and of nearly its amount."""

from collections.abc import Sequence
from dataclasses import dataclass

from cases.graph import repository
from cases.graph.bounds import MAX_CHAINS, MAX_CYCLES
from cases.graph.model import Flow
from cases.graph.reading import Reading
from kit.money import MAX_AMOUNT_MINOR

MIN_HOPS = 3
Chain = tuple[Flow, ...]


@dataclass(frozen=True, slots=True)
class Cycles:
    """Found cycles, shortest first, then in time. `cut`: a bound was met, so that there may be more."""

    cycles: tuple[Chain, ...]
    cut: bool


def find_cycles(
    reading: Reading,
    *,
    account: str,
    since: int,
    until: int,
    within_ms: int,
    keep_pct: int,
    max_hops: int,
    fan_out: int,
) -> Cycles:
    """Return rows of 3 to `max_hops` payments that begin and end at `account`, the first of them in [since, until).

    Each payment is no earlier than the one before, of the same currency, of no more than its amount and of at least `keep_pct`
    of it; the last comes less than `within_ms` after the first. No account but the first is met twice.
    """
    chains: list[Chain] = [()]
    found: list[Chain] = []
    cut = False
    for hop in range(1, max_hops + 1):
        frontier = [
            _next(chain, n, account=account, since=since, until=until, within_ms=within_ms, keep_pct=keep_pct)
            for n, chain in enumerate(chains)
        ]
        longer, bounded = _grown(reading, chains, frontier, fan_out=fan_out)
        found += [chain for chain in longer if hop >= MIN_HOPS and chain[-1].payee == account]
        chains = [chain for chain in longer if chain[-1].payee != account and not chain[-1].to_bank]
        busy = reading.too_busy(sorted({chain[-1].payee for chain in chains}))
        cut |= bounded or bool(busy) or len(chains) > MAX_CHAINS
        chains = [chain for chain in chains if chain[-1].payee not in busy][:MAX_CHAINS]
        if not chains:
            break
    ordered = sorted(found, key=lambda chain: (len(chain), [flow.order for flow in chain]))
    return Cycles(tuple(ordered[:MAX_CYCLES]), cut or len(found) > MAX_CYCLES)


def _next(chain: Chain, n: int, *, account: str, since: int, until: int, within_ms: int, keep_pct: int) -> dict[str, object]:
    """What may come after a chain."""
    if not chain:
        bounds = {"id": account, "since": since, "until": until, "least": 1, "most": MAX_AMOUNT_MINOR, "currency": None}
        return {"n": n, "beyond": "", **bounds}
    last = chain[-1]
    return {
        "n": n, "id": last.payee, "since": last.at, "until": chain[0].at + within_ms, "currency": last.currency,
        "least": -(-last.amount_minor * keep_pct // 100), "most": last.amount_minor, "beyond": last.event_id,
    }  # fmt: skip


def _grown(
    reading: Reading, chains: Sequence[Chain], frontier: list[dict[str, object]], *, fan_out: int
) -> tuple[list[Chain], bool]:
    rows = reading.flows(repository.AFTER, frontier=frontier, fan_out=fan_out + 1)
    longer: list[Chain] = []
    counts = [0] * len(chains)
    for n, flow in rows:
        counts[n] += 1
        chain = chains[n]
        met = {each.payee for each in chain}
        if counts[n] <= fan_out and flow.payee not in met:
            longer.append((*chain, flow))
    return longer, max(counts, default=0) > fan_out
