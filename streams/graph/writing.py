"""Bringing one generation on: take messages, say what is in them, write rows and positions in one transaction, again."""

import uuid
from collections.abc import Mapping, Sequence

from confluent_kafka import Message
from neo4j import Session
from prometheus_client import Counter

from cases.graph.erased import Digests
from cases.graph.model import Scope
from contracts.decisions import LogRecord
from contracts.ledger_events import LedgerEvent
from kit.settings import Settings
from streams.graph import repository
from streams.graph.rows import TOPICS, Unreadable, decode, gather
from streams.refusals import Refusals
from streams.sinks.source import Partition, Source

BATCH_MESSAGES = 8_192
LINGER_S = 0.1
MALFORMED = "malformed"

_written = Counter("baas_graph_rows_total", "Rows sent to the graph, repeated ones included", ["kind"])


class Generation:
    """The one writer of a generation. Close it; whoever is killed keeps others out for `LEASE_MS`."""

    def __init__(self, settings: Settings, session: Session, scope: Scope, *, process: str) -> None:
        self.scope = scope
        self._settings = settings
        self._session = session
        self._process = process
        self._holder = uuid.uuid4().hex
        self._refusals = Refusals(settings.kafka, process=process)
        self._digests = Digests(settings.secrets)
        self._source: Source | None = None
        self._at: dict[Partition, int] = {}

    def take(self) -> bool:
        """Become its writer; False while another is."""
        return repository.take(self._session, self.scope, holder=self._holder)

    def begin(self) -> None:
        """Go on from its positions; what was never read, from where the broker begins."""
        starts = repository.positions(self._session, self.scope)
        self._source = Source(self._settings.kafka, client=self._process, topics=TOPICS, starts=starts)
        self._at = self._source.positions

    @property
    def positions(self) -> Mapping[Partition, int]:
        """The offset after the last message that is in the graph, a partition."""
        return dict(self._at)

    def lag(self) -> int:
        """How far the topics' ends are ahead, transaction markers included."""
        return self._source.lag() if self._source else 0

    def step(self) -> int:
        """Write what is there now, or say that the writer is there; return how many messages. Raises repository.Fenced."""
        assert self._source is not None  # noqa: S101 (`begin` comes first)
        messages = self._source.take(at_most=BATCH_MESSAGES, linger_s=LINGER_S)
        if not messages:
            repository.keep(self._session, self.scope, holder=self._holder)
            return 0
        batch = gather(self._read(messages))
        self._refusals.settle()
        after = {(self._source.contract_name(message), message.partition()): message.offset() + 1 for message in messages}
        repository.write(
            self._session,
            self.scope,
            batch,
            holder=self._holder,
            moves={partition: (self._at[partition], offset) for partition, offset in after.items()},
            digests=self._digests,
        )
        self._at.update(after)
        for kind, rows in (("node", batch.nodes), ("payment", batch.flows), ("link", batch.links)):
            _written.labels(kind).inc(len(rows))
        return len(messages)

    def _read(self, messages: Sequence[Message]) -> list[LedgerEvent | LogRecord]:
        assert self._source is not None  # noqa: S101
        found: list[LedgerEvent | LogRecord] = []
        for message in messages:
            topic = self._source.contract_name(message)
            try:
                found.append(decode(topic, message.value()))
            except Unreadable as problem:
                self._refusals.refuse(message, topic=topic, reason=MALFORMED, detail=str(problem))
        return found

    def close(self) -> None:
        """Leave the broker, and let another write at once."""
        if self._source is not None:
            self._source.close()
        repository.leave(self._session, self.scope, holder=self._holder)
