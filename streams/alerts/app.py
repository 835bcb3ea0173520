"""The Faust app: agents over `risk.flagged.v1`, `risk.screened.v1`, `aml.candidates.v1` and `banking.transactions.v1`.

At least once, and every effect idempotent.
"""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import faust
from confluent_kafka import KafkaException

from contracts.topics import AML_CANDIDATES, BANKING_TRANSACTIONS, FLAGGED, SCREENED, broker_topics
from kit.clock import Clock
from kit.deadline import EXIT_STALLED
from kit.kafka import dlq_name, ensure_topics, topic_name
from kit.log import get_logger
from kit.postgres import pool
from kit.process import Lifecycle
from kit.settings import Settings
from streams.alerts.candidates import CandidateRecorder
from streams.alerts.credentials import broker_credentials
from streams.alerts.payments import PaymentRecorder
from streams.alerts.recorder import FaustMessage, Recorder
from streams.alerts.transport import ReadCommittedTransport
from streams.alerts.watchdog import Backlog, StallDetector, watch
from streams.refusals import Refusals

PROCESS = "alerts"
GROUP = "alerts"
BATCH_EVENTS = 500
BATCH_WITHIN_S = 0.25
BUFFER_EVENTS = 2_000
COMMIT_INTERVAL_S = 1.0
# How long the group waits for a member that died; the shortest that the broker allows.
SESSION_S = 6.0
HEARTBEAT_S = 2.0
POOL_SIZE = 3
EXIT_FAILED = 1
AGENTS = {FLAGGED: "alerts", SCREENED: "screened", AML_CANDIDATES: "candidates", BANKING_TRANSACTIONS: "payments"}


def make_app(settings: Settings) -> faust.App:
    """Return the app without agents: no web server, no topics of its own, committed messages only."""
    kafka = settings.kafka
    datadir = settings.var / "faust"
    datadir.mkdir(parents=True, exist_ok=True)
    app = faust.App(
        kafka.prefix + GROUP,
        broker=[f"kafka://{server.strip()}" for server in kafka.bootstrap.split(",")],
        broker_credentials=broker_credentials(kafka),
        processing_guarantee="at_least_once",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        broker_max_poll_records=BATCH_EVENTS,
        broker_session_timeout=SESSION_S,
        broker_rebalance_timeout=SESSION_S,
        broker_heartbeat_interval=HEARTBEAT_S,
        broker_commit_interval=COMMIT_INTERVAL_S,
        stream_buffer_maxsize=BUFFER_EVENTS,
        datadir=str(datadir),
    )
    app.transport = ReadCommittedTransport(app.conf.broker_consumer, app)
    return app


class BatchRecorder(Protocol):
    """What an agent hands its batches to."""

    done: int

    async def record(self, messages: Sequence[FaustMessage]) -> None:
        """Return when nothing more need be done about any of them."""


@dataclass(frozen=True, slots=True)
class _Lane:
    """A topic, what is done with it, and who sees from outside whether that goes on."""

    topic: str
    recorder: BatchRecorder
    backlog: Backlog
    detector: StallDetector


class AlertsProcess:
    """The app with its agents, their watchdogs and its place in the process's life."""

    def __init__(self, settings: Settings, lifecycle: Lifecycle, clock: Clock) -> None:
        wanted = [name for topic in AGENTS for name in (topic, dlq_name(topic))]
        ensure_topics(settings.kafka, {name: broker_topics()[name] for name in wanted})
        self._lifecycle = lifecycle
        self._pool = pool(settings.core.dsn("alerts"), application=PROCESS, max_size=POOL_SIZE)
        recorders: dict[str, BatchRecorder] = {
            FLAGGED: Recorder(self._pool, Refusals(settings.kafka, process=PROCESS), clock),
            SCREENED: Recorder(self._pool, Refusals(settings.kafka, process=PROCESS), clock, topic=SCREENED),
            AML_CANDIDATES: CandidateRecorder(self._pool, Refusals(settings.kafka, process=PROCESS), clock),
            BANKING_TRANSACTIONS: PaymentRecorder(self._pool, Refusals(settings.kafka, process=PROCESS), clock),
        }
        self._lanes = [
            _Lane(topic, recorder, Backlog(settings.kafka, group=GROUP, topic=topic), StallDetector(clock))
            for topic, recorder in recorders.items()
        ]
        self._stopping = threading.Event()
        self.app = make_app(settings)
        for lane in self._lanes:
            source = self.app.topic(
                topic_name(settings.kafka, lane.topic),
                key_type=bytes,
                key_serializer="raw",
                value_type=bytes,
                value_serializer="raw",
            )
            self.app.agent(source, name=AGENTS[lane.topic])(self._agent_of(lane.recorder))
        self.app.on_partitions_assigned.connect(self._on_assigned)
        self.app.on_before_shutdown.connect(self._on_shutdown)
        self.app.task()(self._on_start)

    def facts(self) -> dict[str, object]:
        """Lag (None while the broker does not say) and progress, for the health port."""
        try:
            lag = sum(lane.backlog.lag() for lane in self._lanes)
        except KafkaException:
            lag = None
        return {"lag": lag, "done": sum(lane.recorder.done for lane in self._lanes)}

    async def _on_start(self) -> None:
        for lane in self._lanes:
            watch(
                lane.detector,
                lane.backlog,
                done=lambda recorder=lane.recorder: recorder.done,  # type: ignore[misc]
                end=lambda: os._exit(EXIT_STALLED),
                stopping=self._stopping,
            )

    async def _on_assigned(self, *_: Any, **__: Any) -> None:
        self._lifecycle.ready()

    async def _on_shutdown(self, *_: Any, **__: Any) -> None:
        self._stopping.set()
        self._lifecycle.stop()

    def _agent_of(self, recorder: BatchRecorder) -> Callable[[faust.StreamT], Awaitable[None]]:
        async def agent(stream: faust.StreamT) -> None:
            await self._pool.open()
            async for events in stream.take_events(BATCH_EVENTS, within=BATCH_WITHIN_S):
                await self._finish(recorder, events)

        return agent

    async def _finish(self, recorder: BatchRecorder, events: Sequence[faust.EventT]) -> None:
        """Record a batch whole. Faust acknowledges a batch whose agent was cancelled or failed, so neither may happen here.

        A batch that is cancelled by a stopping worker is finished first; one that fails ends the process before anything of
        it can be committed, and the next process reads it again.
        """
        work = asyncio.ensure_future(recorder.record([event.message for event in events]))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            await self._or_end(work)
            raise
        except Exception:
            await self._or_end(work)

    async def _or_end(self, work: "asyncio.Future[None]") -> None:
        try:
            await work
        except Exception:
            get_logger().exception("a batch could not be recorded; ending the process")
            os._exit(EXIT_FAILED)
