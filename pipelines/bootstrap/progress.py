"""Waiting for the streams to catch up, with a line every few seconds, and an end to the patience when nothing moves."""

import time
from collections.abc import Callable

from confluent_kafka import TopicPartition

from contracts import topics
from kit.kafka import consumer, end_offsets, raise_on_error, topic_name
from kit.postgres import connect
from kit.settings import Settings
from pipelines.bootstrap import repository
from pipelines.lake import offset_ranges

POLL_S = 2.0
REPORT_S = 10.0
STALL_S = 180.0

LOOK_BACK_OFFSETS = 64
READ_S = 10.0
SCORER_GROUP = "scorer"

Progress = Callable[[str], None]


def _never() -> bool:
    return False


class DrainStopped(Exception):
    """The waiting ended because its process was asked to; what was sent is still on its way."""


class Stalled(RuntimeError):
    """Nothing has moved for `STALL_S`: a process is down or stuck."""


class Drain:
    """Waits until what was sent has arrived everywhere."""

    def __init__(self, settings: Settings, progress: Progress, *, stopped: Callable[[], bool] = _never) -> None:
        """`stopped` is asked between two looks whether to give up; then DrainStopped is raised."""
        self._settings = settings
        self._progress = progress
        self._stopped = stopped

    def until_adopted(self, tenant_id: str) -> None:
        """Every decided transfer of the ledger is a decision in the warehouse and in the lake, and so is every label."""
        self._wait("decisions adopted", lambda: self._arrived(tenant_id))
        self._until_in_lake()

    def until_kept(self, tenant_id: str, *, decisions: int) -> None:
        """At least `decisions` are made, and the lake has what is decided and labelled by now: what training reads."""
        self._wait("decisions made", lambda: (self._decided(tenant_id), decisions))
        self._until_in_lake()

    def until_settled(self, tenant_id: str, *, decisions: int) -> None:
        """`decisions` are made, and each has its outcome or an open hold."""
        self._wait("decisions made", lambda: (self._decided(tenant_id), decisions))
        self._wait("outcomes known", lambda: self._outcomes(tenant_id))

    def until_inbound_is_settled(self, tenant_id: str) -> None:
        """What is on the inbound topic by now is decided or refused, and the warehouse has the tenant's outcomes."""
        ends = self._ends(topics.INBOUND_TRANSACTIONS)
        self._wait("inbound records decided", lambda: (self._scored(ends), sum(ends.values())))
        last = self._after_the_last(topics.DECISIONS)
        self._wait("log in the warehouse", lambda: (self._sunk(topics.DECISIONS), last))
        self._wait("outcomes known", lambda: self._outcomes(tenant_id))

    def until_model_is_used(self, export_sha256: str) -> None:
        """The scorer has copied the control that names this export into its log: it decides with it from there on."""
        self._wait("champion in use", lambda: (int(self.uses_model(export_sha256)), 1))

    def _arrived(self, tenant_id: str) -> tuple[int, int]:
        with connect(self._settings.core.dsn("audit"), application="bootstrap") as core:
            wanted = repository.decided_transfers(core, tenant_id=tenant_id)
        return self._decided(tenant_id), wanted

    def _decided(self, tenant_id: str) -> int:
        with connect(self._settings.warehouse.dsn("audit"), application="bootstrap") as warehouse:
            return repository.decisions(warehouse, tenant_id=tenant_id)

    def _outcomes(self, tenant_id: str) -> tuple[int, int]:
        with connect(self._settings.core.dsn("audit"), application="bootstrap") as core:
            held = repository.held_transfers(core, tenant_id=tenant_id)
        with connect(self._settings.warehouse.dsn("audit"), application="bootstrap") as warehouse:
            return repository.outcomes(warehouse, tenant_id=tenant_id) + held, repository.decisions(
                warehouse, tenant_id=tenant_id
            )

    def _until_in_lake(self) -> None:
        """The cut is made once: under traffic the lake is always some seconds behind the newest."""
        with connect(self._settings.warehouse.dsn("audit"), application="bootstrap") as warehouse:
            cut = {topics.DECISIONS: repository.sink_offset(warehouse, topic=topics.DECISIONS)}
        cut[topics.LABELS] = self._end(topics.LABELS)
        self._wait(
            "decisions and labels in the lake",
            lambda: (sum(min(self._in_lake(topic), wanted) for topic, wanted in cut.items()), sum(cut.values())),
        )

    def _in_lake(self, topic: str) -> int:
        files = offset_ranges(self._settings.lake, topic)
        return files[-1].last_offset + 1 if files else 0

    def _end(self, topic: str) -> int:
        reader = consumer(self._settings.kafka, group="bootstrap", client="bootstrap")
        try:
            partition = TopicPartition(topic_name(self._settings.kafka, topic), 0)
            return int(reader.get_watermark_offsets(partition, timeout=10, cached=False)[1])
        finally:
            reader.close()

    def _ends(self, topic: str) -> dict[int, int]:
        reader = consumer(self._settings.kafka, group="bootstrap", client="bootstrap")
        try:
            name = topic_name(self._settings.kafka, topic)
            numbers = reader.list_topics(name, timeout=READ_S).topics[name].partitions
            found = end_offsets(reader, [TopicPartition(name, number) for number in numbers])
            return {number: end for (_, number), end in found.items()}
        finally:
            reader.close()

    def _scored(self, ends: dict[int, int]) -> int:
        """How many offsets before `ends` the scorer has committed."""
        reader = consumer(self._settings.kafka, group=SCORER_GROUP, client="bootstrap")
        try:
            name = topic_name(self._settings.kafka, topics.INBOUND_TRANSACTIONS)
            committed = reader.committed([TopicPartition(name, number) for number in ends], timeout=READ_S)
            return sum(min(max(place.offset, 0), ends[place.partition]) for place in committed)
        finally:
            reader.close()

    def _sunk(self, topic: str) -> int:
        with connect(self._settings.warehouse.dsn("audit"), application="bootstrap") as warehouse:
            return repository.sink_offset(warehouse, topic=topic)

    def _after_the_last(self, topic: str) -> int:
        """The offset after the newest record of a topic with one partition: the markers behind it are read by nobody."""
        [(number, end)] = self._ends(topic).items()
        reader = consumer(self._settings.kafka, group="bootstrap", client="bootstrap", **{"enable.partition.eof": True})
        try:
            begin = end
            while begin > 0:
                begin = max(0, end - 4 * max(end - begin, LOOK_BACK_OFFSETS // 4))
                reader.assign([TopicPartition(topic_name(self._settings.kafka, topic), number, begin)])
                found = 0
                while (message := reader.poll(READ_S)) is not None and message.error() is None:
                    found = message.offset() + 1
                if message is None:
                    raise Stalled(f"{topic}: nothing for {READ_S:.0f} s before its end; see `baas logs kafka`")
                raise_on_error(message)
                if found:
                    return found
            return 0
        finally:
            reader.close()

    def uses_model(self, export_sha256: str) -> bool:
        """Whether the warehouse knows a record of the log that names this export."""
        with connect(self._settings.warehouse.dsn("audit"), application="bootstrap") as warehouse:
            return repository.model_uses(warehouse, export_sha256=export_sha256) > 0

    def _wait(self, what: str, measure: Callable[[], tuple[int, int]]) -> None:
        moved = said = time.monotonic()
        last = -1
        while True:
            have, wanted = measure()
            now = time.monotonic()
            if have >= wanted:
                self._progress(f"{what}: {have:,}")
                return
            if have != last:
                last, moved = have, now
            if self._stopped():
                raise DrainStopped(f"{what}: {have:,} of {wanted:,}")
            if now - moved > STALL_S:
                raise Stalled(f"{what}: {have:,} of {wanted:,} for {STALL_S:.0f} s; see `baas status` and `baas logs NAME`")
            if now - said > REPORT_S:
                said = now
                self._progress(f"{what}: {have:,} of {wanted:,}")
            time.sleep(POLL_S)
