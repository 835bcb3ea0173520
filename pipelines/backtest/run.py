"""History decided again: the log is folded as it was, and beside each recorded answer stands the one that a proposal gives.

The features are those that the decision saw, because the same engine folds the same log; what the proposal would have changed
in the world (a payment that it stops has no successors) is not imagined.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contracts.controls import ModelControl, PolicyControl
from kit.errors import DomainError
from pipelines.backtest.report import BacktestReport
from pipelines.backtest.tally import Rows, Tally
from pipelines.lake.frauds import KnownFrauds
from pipelines.lake.whole_log import Progress, fold_log
from risk.costs import CostModel
from risk.export import BadExport
from risk.policy import ALLOW, MILLIONTHS
from scoring import answers as columns
from scoring.engine import Engine
from scoring.fields import NUMBER_COLUMNS, TEXT_COLUMNS
from scoring.fold import Fold
from scoring.judge import Judge
from scoring.lexicon import SOURCES
from scoring.log_scanner import Decisions

_EVENT_TIME, _CHANNEL, _AMOUNT = (NUMBER_COLUMNS[name] for name in ("event_time", "channel", "amount_minor"))
_CUSTOMER = TEXT_COLUMNS["customer_id"]


class NothingToReplay(DomainError):
    """The lake has no decision of that tenant in that period."""

    code = "nothing-to-replay"
    title = "There is no history to decide again"
    remedy = "Choose a period and a tenant that the bank has decisions of; `baas status` says whether the lake sink runs."


class CannotFollow(DomainError):
    """A model or a policy does not fit this engine."""

    code = "cannot-follow"
    title = "The proposal does not fit this engine"
    remedy = "Train the model on the present features, and name only rules and features that there are."


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which history, in [from_ms, until_ms) of event time, and by which controls and costs it is to be decided."""

    backtest_id: str
    controls: Sequence[ModelControl | PolicyControl]
    from_ms: int
    until_ms: int
    labels_known_by_ms: int
    tenant_id: str | None = None
    costs: CostModel = field(default_factory=CostModel)


def period_of(first: date, last: date) -> tuple[int, int]:
    """Return [from_ms, until_ms) of whole days of UTC, the last one included."""
    start, end = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (first, last + timedelta(days=1)))
    return int(start.timestamp() * 1_000), int(end.timestamp() * 1_000)


def backtest(lake: Path, models: Path, question: Question, *, progress: Progress) -> BacktestReport:
    """Decide the period again. `progress` hears (records folded, records in all).

    Raises NothingToReplay, CannotFollow, LakeGap, or BrokenLog where the lake's log does not hold.
    """
    started_s = time.monotonic()
    engine = Engine(models=models)
    judge = _judge(engine, models, question.controls)
    witness = _Witness(engine, judge, question, frauds=KnownFrauds(lake, known_by_ms=question.labels_known_by_ms))
    engine.read_also(judge.columns)
    fold = Fold(engine, witness=witness)
    fold_log(lake, fold, progress=progress)
    tally = witness.tally
    if not tally.decisions:
        raise NothingToReplay(f"none of {fold.proof.decisions:,} decisions is of that tenant and period")
    model = judge.models.champion
    return BacktestReport(
        backtest_id=question.backtest_id,
        tenant_id=question.tenant_id,
        from_ms=question.from_ms,
        until_ms=question.until_ms,
        labels_known_by_ms=question.labels_known_by_ms,
        model=None if model is None else model.model_id,
        policy=judge.ruling(question.tenant_id).version,
        decisions=tally.decisions,
        recorded_by={source.value: count for source, count in zip(SOURCES, witness.sources.tolist(), strict=True) if count},
        frauds=tally.frauds,
        frauds_minor=tally.frauds_minor,
        recorded=tally.recorded,
        proposed=tally.proposed,
        moved=tally.moved.tolist(),
        days=tally.days,
        channels=tally.channels,
        rules=tally.rules,
        curve=tally.curve,
        seconds=round(time.monotonic() - started_s, 3),
    )


def _judge(engine: Engine, models: Path, controls: Sequence[ModelControl | PolicyControl]) -> Judge:
    judge = Judge(models=models, lexicon=engine.lexicon, tenants=engine.tenants, lists=engine.lists, catalogue=engine.catalogue)
    for control in controls:
        try:
            judge.apply(control)
        except (BadExport, ValueError) as problem:
            raise CannotFollow(str(problem)) from problem
    return judge


class _Witness:
    """Asks the proposal about each decision of the period."""

    def __init__(self, engine: Engine, judge: Judge, question: Question, *, frauds: KnownFrauds) -> None:
        self.tally = Tally(question.costs)
        self.sources = np.zeros(len(SOURCES), np.int64)
        self._engine, self._judge, self._question, self._frauds = engine, judge, question, frauds

    def __call__(self, run: Decisions, tenants: NDArray[np.int32], *, x: NDArray[np.float32], flags: NDArray[np.uint8]) -> None:
        moments = run.scan.numbers[:, _EVENT_TIME]
        wanted = (moments >= self._question.from_ms) & (moments < self._question.until_ms)
        if self._question.tenant_id is not None:
            wanted &= tenants == self._engine.tenants.known.get(self._question.tenant_id.encode(), -1)
        rows = wanted.nonzero()[0]
        if len(rows):
            self._add(run, rows, tenants[rows], x[rows], flags[rows])

    def _add(
        self,
        run: Decisions,
        rows: NDArray[np.int64],
        tenants: NDArray[np.int32],
        x: NDArray[np.float32],
        flags: NDArray[np.uint8],
    ) -> None:
        scan, recorded = run.scan.take(rows), run.answers[rows]
        proposed, found = self._judge.decide(scan, tenants, x=x, flags=flags, scored_at_ms=recorded[:, columns.SCORED_AT])
        self.sources += np.bincount(recorded[:, columns.SOURCE], minlength=len(SOURCES))
        was, would = recorded[:, columns.VERDICT], proposed[:, columns.VERDICT]
        customer = np.zeros(scan.n, np.int64)
        for row in ((was != ALLOW) | (would != ALLOW)).nonzero()[0].tolist():
            customer[row] = hash((int(tenants[row]), scan.text(row, _CUSTOMER)))
        fraud, amounts = self._frauds.among(scan.hashes[:, 1]), scan.numbers[:, _AMOUNT]
        probability = proposed[:, columns.PROBABILITY]
        self.tally.add(
            Rows(
                event_time_ms=scan.numbers[:, _EVENT_TIME],
                channel=scan.numbers[:, _CHANNEL],
                amount_minor=amounts,
                fraud=fraud,
                customer=customer,
                recorded=was,
                proposed=would,
                probability=np.where(probability == columns.ABSENT, np.nan, probability / MILLIONTHS),
            )
        )
        for part in found:
            self.tally.add_rules(part.ruling, part.hits, fraud[part.rows], amounts[part.rows])
