"""Rate limits: token buckets in bounded memory, one a caller."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from serving.edge.addresses import line_of
from serving.edge.errors import TooManyRequests
from serving.edge.principals import Principal, Role

MAX_BUCKETS = 50_000


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_s` tokens come back each second, up to `burst`."""

    per_s: float
    burst: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Every bound of the edge, named once."""

    per_address: Rate = Rate(per_s=8_000, burst=16_000)
    per_address_sign_in: Rate = Rate(per_s=0.5, burst=30)
    per_person: Rate = Rate(per_s=50, burst=200)
    per_machine: Rate = Rate(per_s=5_000, burst=10_000)
    # What a dry run of a transfer answers is what the scorer thinks: enough to look before a payment, too slow to map a policy.
    per_person_dry_run: Rate = Rate(per_s=0.5, burst=60)
    max_body_bytes: int = 65_536


class TokenBuckets:
    """Buckets by key. The least recently used goes first when there are too many: it comes back full, which only helps it."""

    def __init__(self, rate: Rate, *, clock_s: Callable[[], float], max_buckets: int = MAX_BUCKETS) -> None:
        self._rate = rate
        self._clock_s = clock_s
        self._max_buckets = max_buckets
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Take one token. Raises TooManyRequests with the whole seconds after which there is one again."""
        now_s = self._clock_s()
        tokens, seen_s = self._buckets.get(key, (self._rate.burst, now_s))
        tokens = min(self._rate.burst, tokens + (now_s - seen_s) * self._rate.per_s)
        if tokens < 1.0:
            self._buckets[key] = (tokens, now_s)
            wait_s = max(1, round((1.0 - tokens) / self._rate.per_s + 0.5))
            raise TooManyRequests(f"more than {self._rate.per_s:g} requests a second for a while", retry_after_s=wait_s)
        self._buckets[key] = (tokens - 1.0, now_s)
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._max_buckets:
            self._buckets.popitem(last=False)


class RateLimiter:
    """The buckets of one worker."""

    def __init__(self, limits: Limits, *, clock_s: Callable[[], float]) -> None:
        self._addresses = TokenBuckets(limits.per_address, clock_s=clock_s)
        self._sign_ins = TokenBuckets(limits.per_address_sign_in, clock_s=clock_s)
        self._people = TokenBuckets(limits.per_person, clock_s=clock_s)
        self._machines = TokenBuckets(limits.per_machine, clock_s=clock_s)
        self._dry_runs = TokenBuckets(limits.per_person_dry_run, clock_s=clock_s)

    def admit_address(self, address: str, *, signs_in: bool) -> None:
        """Count a request of a network address. Raises TooManyRequests.

        Of IPv6 a subscriber has a whole network to choose addresses from (RFC 6177): it is the network that is counted.
        """
        self._addresses.take(address)
        if signs_in:
            self._sign_ins.take(address if (line := line_of(address)) is None else line.hex())

    def admit_principal(self, principal: Principal) -> None:
        """Count a request of an authenticated caller. Raises TooManyRequests."""
        (self._people if _by_hand(principal) else self._machines).take(principal.subject)

    def admit_dry_run(self, principal: Principal) -> None:
        """Count a dry run. Raises TooManyRequests."""
        if _by_hand(principal):
            self._dry_runs.take(principal.subject)


def _by_hand(principal: Principal) -> bool:
    return principal.is_person and Role.PARTNER not in principal.roles
