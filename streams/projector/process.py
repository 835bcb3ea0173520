"""The projector: take events in order, fold them, write rows and position in one transaction, again."""

import time
from collections.abc import Sequence

from confluent_kafka import Message
from prometheus_client import Counter, Gauge

from contracts.locks import WarehouseLock
from contracts.topics import BANKING_TRANSACTIONS
from kit.clock import Clock
from kit.log import get_logger
from kit.postgres import connect
from kit.process import Lifecycle
from kit.settings import Settings
from kit.subject_keys import SealedRecords, local_keys
from streams.projector import core, generations, repository
from streams.projector.core import ChangePosition
from streams.projector.events import Moved, Unreadable, read
from streams.projector.generations import Fenced, Position
from streams.projector.models import NO_MODEL, TextModels
from streams.projector.topic import PARTITION, EventTopic
from streams.projector.writing import Sides, decide_next_again, write_changes, write_events, write_late_decisions
from streams.refusals import Refusals

PROCESS = "projector"
BATCH_MESSAGES = 4_096
LINGER_S = 0.02
STATEMENT_TIMEOUT_MS = 60_000
STANDBY_CHECK_S = 1.0
# How often changes and late decisions are looked for, and how often an idle projector says that it has everything.
LOOK_EVERY_S = 0.2
MALFORMED = "malformed"

_folded = Counter("baas_projector_events_total", "Events that the projector has passed")
_decided_again = Counter("baas_projector_decided_again_total", "Movements whose category a newer model was asked for")
_lag = Gauge("baas_projector_lag_messages", "Messages between the projector and the topic's end")


class HistoryGone(RuntimeError):
    """The topic does not reach back to where the read model has to begin: a rebuild takes what is gone from the lake."""


class Projector:
    """One projector; at most one writes at a time, another waits for its turn."""

    def __init__(self, settings: Settings, lifecycle: Lifecycle, clock: Clock) -> None:
        self._settings = settings
        self._lifecycle = lifecycle
        self._clock = clock
        self._refusals = Refusals(settings.kafka, process=PROCESS)
        self._generation = 0
        self._offset = 0
        self._change = ChangePosition(0, 0)
        self._model = NO_MODEL
        self._behind: int | None = None
        self._looked_s = 0.0

    def facts(self) -> dict[str, object]:
        """Lag and positions, for the health port."""
        positions = {f"{BANKING_TRANSACTIONS}[{PARTITION}]": self._offset}
        return {
            "lag": self._behind, "generation": self._generation, "positions": positions, "category_model": self._model,
        }  # fmt: skip

    def run(self) -> None:
        """Project until asked to end. Raises when the broker or a database does; the next start goes on from the position.

        A generation that a rebuild has put in this one's place is taken up without a restart.
        """
        dsn = self._settings.warehouse.dsn("sinks")
        with (
            connect(dsn, application=PROCESS, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as warehouse,
            core.connect_core(self._settings, application=PROCESS) as bank,
        ):
            while not generations.take_lock(warehouse, WarehouseLock.PROJECTOR):
                self._lifecycle.not_ready("another projector is writing")
                if self._lifecycle.wait(STANDBY_CHECK_S):
                    return
            repository.prepare(warehouse)
            sides = Sides(warehouse, bank, SealedRecords(local_keys(self._settings)), TextModels(self._settings.models))
            while self._lifecycle.running:
                self._project(sides, generations.serving(warehouse))

    def _project(self, sides: Sides, generation: int) -> None:
        """Bring one generation on, until asked to end or until another one is read in its place."""
        at = generations.position(sides.warehouse, generation)
        source = EventTopic(self._settings.kafka, client=PROCESS)
        try:
            if at is None:
                at = self._begin(sides, generation, source)
            elif not sides.models.is_usable(sides.warehouse, at.category_model):
                # Histories go on without it, and say what can be said until the next model comes.
                newest = sides.models.newest_usable(sides.warehouse)
                generations.take_up(sides.warehouse, generation, model_id=newest, known=False)
            source.read_from(at.next_offset)
            self._generation, self._offset, self._change = generation, at.next_offset, at.change
            self._model = generations.category_model(sides.warehouse, generation)
            self._lifecycle.ready()
            while self._lifecycle.running:
                try:
                    self._step(sides, source)
                except Fenced:
                    if generations.serving(sides.warehouse) == generation:
                        raise
                    get_logger().info("another generation is read now", before=generation)
                    return
        finally:
            source.close()

    @staticmethod
    def _begin(sides: Sides, generation: int, source: EventTopic) -> Position:
        first = source.first_offset()
        if first > 0:
            raise HistoryGone(f"the topic begins at offset {first}: run `baas projection rebuild`")
        at = Position(first, core.newest_change(sides.core), sides.models.newest_usable(sides.warehouse))
        generations.start(sides.warehouse, generation, at)
        return at

    def _step(self, sides: Sides, source: EventTopic) -> None:
        began_ms = self._clock.now_ms()
        messages = source.take(at_most=BATCH_MESSAGES, linger_s=LINGER_S)
        due = time.monotonic() - self._looked_s > LOOK_EVERY_S
        if messages:
            self._write(sides, messages)
        if due:
            self._looked_s = time.monotonic()
            if source.caught_up:  # the topic had no more: all that was in it when it was asked is in the rows
                write_events(sides, self._generation, [], expected=self._offset, following=self._offset, as_of_ms=began_ms)
            self._change = write_changes(sides, self._generation, self._change)
            write_late_decisions(sides, self._generation)
            self._decide_again(sides)
            self._behind = 0 if source.caught_up else max(0, source.end_offset() - self._offset)
            _lag.set(self._behind)

    def _decide_again(self, sides: Sides) -> None:
        """Take up a newer text model, and decide the next movements by it; some at a time, so that new ones do not wait."""
        newest = sides.models.newest(sides.warehouse)
        if newest != self._model and sides.models.is_usable(sides.warehouse, newest):
            if generations.take_up(sides.warehouse, self._generation, model_id=newest):
                get_logger().info("text model taken up", model=newest)
            self._model = generations.category_model(sides.warehouse, self._generation)
        _decided_again.inc(decide_next_again(sides, self._generation))

    def _write(self, sides: Sides, messages: Sequence[Message]) -> None:
        events = self._read(messages)
        self._refusals.settle()
        following = messages[-1].offset() + 1
        appended_at_ms = messages[-1].timestamp()[1]
        write_events(sides, self._generation, events, expected=self._offset, following=following, as_of_ms=appended_at_ms)
        self._offset = following
        _folded.inc(len(messages))

    def _read(self, messages: Sequence[Message]) -> list[Moved]:
        found = []
        for message in messages:
            try:
                moved = read(message.value(), offset=message.offset(), appended_at_ms=message.timestamp()[1])
            except Unreadable as problem:
                self._refusals.refuse(message, topic=BANKING_TRANSACTIONS, reason=MALFORMED, detail=str(problem))
                continue
            if moved is not None:
                found.append(moved)
        return found
