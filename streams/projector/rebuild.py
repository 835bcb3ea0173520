"""Making the read model again, whole or one account of it, beside the one that is read; the projector goes on meanwhile."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from contracts.locks import WarehouseLock
from kit.clock import Clock
from kit.errors import Conflict
from kit.postgres import connect
from kit.settings import Settings
from kit.subject_keys import SealedRecords, local_keys
from streams.projector import core, generations, repository
from streams.projector.beginning import Batch, HistoryIncomplete, from_lake, from_topic, lake_end
from streams.projector.generations import Position
from streams.projector.models import TextModels
from streams.projector.topic import EventTopic
from streams.projector.writing import Sides, decide_account_again, write_changes, write_events

CLIENT = "projector-rebuild"
# Retiring a large generation takes a while a statement.
STATEMENT_TIMEOUT_MS = 300_000

Progress = Callable[[int, int], None]


class AnotherRebuild(Conflict):
    """A rebuild is at work already."""

    code = "rebuild-running"
    title = "A rebuild of the read model is running"
    remedy = "Wait until it has ended."


class NothingProjected(Conflict):
    """There is no read model yet whose account could be made again."""

    code = "nothing-projected"
    title = "The read model has not been begun"
    remedy = "Start the process `projector` (`baas status` shows it)."


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild read, and how long it took."""

    offsets: int
    seconds: float
    generation: int


def rebuild(settings: Settings, *, clock: Clock, progress: Progress, account_id: uuid.UUID | None = None) -> Rebuilt:
    """Fold everything, or one account's side of it, again; what is read changes at once, when it has caught up.

    Whoever reads meanwhile reads what was there before. A rebuild that is cut off leaves that as it was, and the next one
    clears away what it left. Raises AnotherRebuild, HistoryIncomplete, NothingProjected.
    """
    started_s = time.monotonic()
    with _sides(settings) as sides:
        serving = generations.serving(sides.warehouse)
        for left in generations.begun_after(sides.warehouse, serving):
            generations.retire(sides.warehouse, left)
        building = serving + 1
        at = Position(0, core.newest_change(sides.core), sides.models.newest_usable(sides.warehouse))
        generations.start(sides.warehouse, building, at)
        run = _Run(settings, sides, clock, progress, building=building, serving=serving, only=account_id)
        try:
            run.fold()
        finally:
            run.close()
        generations.retire(sides.warehouse, serving if account_id is None else building)
    return Rebuilt(run.offset, time.monotonic() - started_s, building if account_id is None else serving)


class _Run:
    """One rebuild: `building` is brought up to where `serving` is, and takes its place (or one account's)."""

    def __init__(
        self,
        settings: Settings,
        sides: Sides,
        clock: Clock,
        progress: Progress,
        *,
        building: int,
        serving: int,
        only: uuid.UUID | None,
    ) -> None:
        self._lake = settings.lake
        self._sides = sides
        self._clock = clock
        self._progress = progress
        self._building, self._serving, self._only = building, serving, only
        self._topic = EventTopic(settings.kafka, client=CLIENT)
        self._end = 0
        self.offset = 0

    def close(self) -> None:
        """Leave the broker."""
        self._topic.close()

    def fold(self) -> None:
        """Fold to the end, and change there what is read."""
        first = self._topic.first_offset()
        self._end = self._topic.end_offset()
        if first > 0:
            self._fold_lake(first)
        self._topic.read_from(self.offset)
        if self._only is None:
            self._fold_whole()
        else:
            self._fold_account(self._only)
        self._progress(self.offset, self.offset)

    def _fold_lake(self, first: int) -> None:
        if lake_end(self._lake) < first:
            raise HistoryIncomplete(f"the topic begins at offset {first}, the lake ends at {lake_end(self._lake)}")
        for batch in from_lake(self._lake):
            if batch.following > self.offset:
                self._write(batch)

    def _fold_whole(self) -> None:
        for batch in from_topic(self._topic):
            if batch.following:
                self._write(batch)
            elif self._topic.caught_up and self._is_served():
                return

    def _is_served(self) -> bool:
        """Take the place of what is read, unless that has come further meanwhile: then go on folding."""
        self._catch_up_changes()
        warehouse = self._sides.warehouse
        with warehouse.transaction():
            live = generations.hold_position(warehouse, self._serving)
            if live is not None and live.next_offset > self.offset:
                return False
            generations.serve(warehouse, self._building)
        return True

    def _fold_account(self, account_id: uuid.UUID) -> None:
        """Fold up to where the served generation is; the rest, and what changed, while that is held where it is."""
        warehouse = self._sides.warehouse
        live = generations.position(warehouse, self._serving)
        if live is None:
            raise NothingProjected("the projector has not begun")
        self._fold_up_to(live.next_offset)
        with warehouse.transaction():
            held = generations.hold_position(warehouse, self._serving)
            self._fold_up_to(held.next_offset if held else self.offset)
            self._catch_up_changes()
            if held is not None:
                # What is read may by now be decided by another model than this was.
                decide_account_again(self._sides, self._building, account_id, model_id=held.category_model)
            generations.put_account(warehouse, account_id, before=self._building, after=self._serving)

    def _fold_up_to(self, end: int) -> None:
        """Fold everything before offset `end`, and nothing after it."""
        if self.offset >= end:
            return
        for batch in from_topic(self._topic):
            if batch.following:
                self._write(batch.before(end))
            if self.offset >= end:
                break
        self._topic.read_from(self.offset)

    def _write(self, batch: Batch) -> None:
        write_events(
            self._sides,
            self._building,
            batch.events,
            expected=self.offset,
            following=batch.following,
            as_of_ms=batch.appended_at_ms,
            only=self._only,
        )
        self.offset = batch.following
        self._end = max(self._end, self.offset)
        self._progress(self.offset, self._end)

    def _catch_up_changes(self) -> None:
        at = generations.position(self._sides.warehouse, self._building)
        while at is not None:
            following = write_changes(self._sides, self._building, at.change)
            if following == at.change:
                return
            at = Position(at.next_offset, following)


@contextmanager
def _sides(settings: Settings) -> Iterator[Sides]:
    dsn = settings.warehouse.dsn("sinks")
    with (
        connect(dsn, application=CLIENT, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as warehouse,
        core.connect_core(settings, application=CLIENT) as bank,
    ):
        if not generations.take_lock(warehouse, WarehouseLock.REBUILD):
            raise AnotherRebuild("another rebuild holds the lock")
        repository.prepare(warehouse)
        yield Sides(warehouse, bank, SealedRecords(local_keys(settings)), TextModels(settings.models))
