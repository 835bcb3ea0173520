"""One pass over the log: the engine that serves folds it, and what each decision saw is scored by the model and sampled."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.drift.periods import Period, Periods
from pipelines.drift.sample import Sample
from pipelines.lake.frauds import KnownFrauds
from risk.policy import MILLIONTHS
from scoring.fields import NUMBER_COLUMNS
from scoring.log_scanner import Decisions
from scoring.models import Model
from scoring.tenants import Tenants

# Of each week: enough that what chance does to an index is a hundredth of what matters.
SAMPLE_ROWS = 20_000
_EVENT_TIME = NUMBER_COLUMNS["event_time"]


@dataclass(frozen=True, slots=True)
class Scored:
    """Decisions of some period: when (ms), the model's probability of each, and whether it is known as a fraud."""

    event_time_ms: NDArray[np.int64]
    probability: NDArray[np.float32]
    fraud: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.fraud)

    def within(self, period: Period) -> "Scored":
        """Return those of a period."""
        rows = (self.event_time_ms >= period.from_ms) & (self.event_time_ms < period.until_ms)
        return Scored(self.event_time_ms[rows], self.probability[rows], self.fraud[rows])


class Collector:
    """A witness of the fold. It holds 13 bytes a decision of the periods, and `SAMPLE_ROWS` rows a week.

    `first_event_ms` is where the tenant's log begins. Frauds of the reference are those known at the cutoff, of later decisions
    those known at the end: so that the week that a model was judged by and a later one are seen at the same age.
    """

    def __init__(
        self,
        model: Model,
        periods: Periods,
        *,
        tenants: Tenants,
        tenant_id: str,
        columns: NDArray[np.int64],
        known_then: KnownFrauds,
        known_now: KnownFrauds,
    ) -> None:
        self._model, self._periods = model, periods
        self._tenants, self._tenant_id = tenants, tenant_id.encode()
        self._columns = columns
        self._known_then, self._known_now = known_then, known_now
        self._weeks = [Sample(size=SAMPLE_ROWS, width=len(columns)) for _ in periods.reference]
        self._current = Sample(size=SAMPLE_ROWS, width=len(columns))
        self._parts: list[Scored] = []
        self.first_event_ms: int | None = None

    def __call__(self, run: Decisions, tenants: NDArray[np.int32], *, x: NDArray[np.float32], flags: NDArray[np.uint8]) -> None:
        """Look at a run of decisions."""
        del flags
        moments = run.scan.numbers[:, _EVENT_TIME]
        wanted = tenants == self._tenants.known.get(self._tenant_id, -1)
        if self.first_event_ms is None and wanted.any():
            self.first_event_ms = int(moments[wanted].min())
        wanted &= _within(moments, self._periods.learned) | _within(moments, self._periods.since)
        rows = np.flatnonzero(wanted)
        if not len(rows):
            return
        moments, identity, seen = moments[rows], run.scan.hashes[rows, 1], x[rows]
        then = moments < self._periods.learned.until_ms
        fraud = np.where(then, self._known_then.among(identity), self._known_now.among(identity))
        probability = (self._model.score_millionths(seen)[0] / MILLIONTHS).astype(np.float32)
        self._parts.append(Scored(moments, probability, fraud))
        for period, sample in zip(self._sampled, (*self._weeks, self._current), strict=True):
            chosen = np.flatnonzero(_within(moments, period))
            if len(chosen):
                sample.add(identity[chosen], seen[np.ix_(chosen, self._columns)])

    @property
    def _sampled(self) -> Sequence[Period]:
        return (*self._periods.reference, self._periods.current)

    @property
    def scored(self) -> Scored:
        """Every decision of the periods."""
        if not self._parts:
            return Scored(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.bool_))
        return Scored(
            np.concatenate([part.event_time_ms for part in self._parts]),
            np.concatenate([part.probability for part in self._parts]),
            np.concatenate([part.fraud for part in self._parts]),
        )

    def rows(self) -> tuple[list[NDArray[np.float32]], NDArray[np.float32]]:
        """Return the samples of the reference's weeks and of the current period, float32[n, columns] each."""
        return [sample.rows() for sample in self._weeks], self._current.rows()


def _within(moments: NDArray[np.int64], period: Period) -> NDArray[np.bool_]:
    return (moments >= period.from_ms) & (moments < period.until_ms)
