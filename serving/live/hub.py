"""Hands each tenant's events to that tenant's readers. Queues are bounded: who does not read in time is let go."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

import msgspec

from contracts.decisions import Verdict
from contracts.ledger_events import LedgerStatus
from kit.clock import Clock
from kit.errors import Unavailable
from serving.edge import metrics
from serving.live.statistics import LiveStatistics

MAX_READERS = 500
MAX_READERS_OF_A_TENANT = 100
MAX_WAITING_EVENTS = 1_000
ALLOWED_SHOWN_PER_S = 200
HEARTBEAT_S = 15.0
MAX_STREAM_S = 900.0

_encode = msgspec.json.Encoder().encode


class TooManyReaders(Unavailable):
    """The feed has as many readers as a worker bears."""

    code = "too-many-live-readers"
    title = "The live feed has as many readers as it bears"
    remedy = "Close feeds that nobody looks at, or try again after the number of seconds in Retry-After."


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """One event as it left the tail: its data already encoded; for decisions also what is counted."""

    tenant_id: str
    name: str
    data: bytes
    verdict: Verdict | None = None
    latency_us: int | None = None


@dataclass(frozen=True, slots=True)
class BookedEvent:
    """What the ledger made of a transfer: counted, and not shown."""

    tenant_id: str
    status: LedgerStatus
    amount_minor: int
    currency: str


@dataclass(eq=False)
class _Reader:
    queue: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(MAX_WAITING_EVENTS))
    dropped: bool = False


@dataclass
class _Tenant:
    statistics: LiveStatistics
    readers: set[_Reader] = field(default_factory=set)
    shown: int = 0


def frame(name: str, data: bytes) -> bytes:
    """Return one server-sent event (WHATWG HTML, section 9.2)."""
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"


class LiveHub:
    """Lives on the event loop of one worker. `dispatch` is called there with what the tail has read."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._tenants: dict[str, _Tenant] = {}
        self._ticker: asyncio.Task[None] | None = None
        self.watched = asyncio.Event()

    @property
    def readers(self) -> int:
        """How many feeds are open."""
        return sum(len(tenant.readers) for tenant in self._tenants.values())

    def dispatch(self, events: Iterable[LiveEvent | BookedEvent]) -> None:
        """Count and hand on. Of what was allowed only `ALLOWED_SHOWN_PER_S` a second are shown; stats tell the true number."""
        by_tenant: dict[str, list[bytes]] = defaultdict(list)
        for event in events:
            tenant = self._tenants.get(event.tenant_id)
            if tenant is None:
                continue
            if isinstance(event, BookedEvent):
                tenant.statistics.book(event.status, amount_minor=event.amount_minor, currency=event.currency)
                continue
            if event.verdict is not None:
                tenant.statistics.count(event.verdict, latency_us=event.latency_us)
                if event.verdict is Verdict.ALLOW:
                    tenant.shown += 1
                    if tenant.shown > ALLOWED_SHOWN_PER_S:
                        continue
            by_tenant[event.tenant_id].append(frame(event.name, event.data))
        for tenant_id, frames in by_tenant.items():
            self._offer(self._tenants[tenant_id], b"".join(frames))

    async def read(self, tenant_id: str) -> AsyncIterator[bytes]:
        """Yield the tenant's feed until the reader leaves, falls behind, or `MAX_STREAM_S` have passed (it then comes back)."""
        reader = self._enter(tenant_id)
        deadline_s = asyncio.get_running_loop().time() + MAX_STREAM_S
        try:
            yield b"retry: 2000\n\n"
            while asyncio.get_running_loop().time() < deadline_s and not reader.dropped:
                try:
                    async with asyncio.timeout(HEARTBEAT_S):
                        chunk = await reader.queue.get()
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if chunk is None:
                    return
                yield chunk
        finally:
            self._leave(tenant_id, reader)

    def admit(self, tenant_id: str) -> None:
        """Raise TooManyReaders when one more feed would be too many."""
        tenant = self._tenants.get(tenant_id)
        if self.readers >= MAX_READERS or (tenant is not None and len(tenant.readers) >= MAX_READERS_OF_A_TENANT):
            raise TooManyReaders(f"{self.readers} feeds are open here", retry_after_s=5)

    def start(self) -> None:
        """Begin to tell the stats of each second."""
        self._ticker = asyncio.create_task(self._tick(), name="live-stats")

    async def close(self) -> None:
        """End every feed."""
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.gather(self._ticker, return_exceptions=True)
        for tenant in self._tenants.values():
            for reader in tenant.readers:
                self._drop(reader)

    def _enter(self, tenant_id: str) -> _Reader:
        tenant = self._tenants.get(tenant_id)
        if tenant is None:
            tenant = self._tenants[tenant_id] = _Tenant(LiveStatistics(since_ms=self._clock.now_ms()))
        reader = _Reader()
        tenant.readers.add(reader)
        self.watched.set()
        metrics.LIVE_READERS.set(self.readers)
        return reader

    def _leave(self, tenant_id: str, reader: _Reader) -> None:
        tenant = self._tenants[tenant_id]
        tenant.readers.discard(reader)
        if not tenant.readers:
            del self._tenants[tenant_id]
        if not self._tenants:
            self.watched.clear()
        metrics.LIVE_READERS.set(self.readers)

    def _offer(self, tenant: _Tenant, chunk: bytes) -> None:
        for reader in tenant.readers:
            try:
                reader.queue.put_nowait(chunk)
            except asyncio.QueueFull:
                metrics.LIVE_DROPPED.inc()
                self._drop(reader)

    @staticmethod
    def _drop(reader: _Reader) -> None:
        reader.dropped = True
        while not reader.queue.empty():
            reader.queue.get_nowait()
        reader.queue.put_nowait(None)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            for tenant in self._tenants.values():
                tenant.shown = 0
                self._offer(tenant, frame("stats", _encode(tenant.statistics.second())))
