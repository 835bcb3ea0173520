"""What both models say of the last weeks: the log is folded by the engine that serves, and each scores what it saw."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contracts.controls import ModelControl
from feature_store.vocabulary import DAY_MS, LABEL_DELAY_MS
from kit.errors import DomainError
from pipelines.lake.frauds import KnownFrauds
from pipelines.lake.whole_log import Progress, fold_log
from pipelines.promotion.people import People
from pipelines.segments import segments
from risk.gate import Evidence
from scoring.engine import Engine
from scoring.fields import NUMBER_COLUMNS
from scoring.fold import Fold
from scoring.log_scanner import Decisions
from scoring.models import Model, Models

DAYS = 28
_EVENT_TIME, _CHANNEL, _AMOUNT = (NUMBER_COLUMNS[name] for name in ("event_time", "channel", "amount_minor"))


class TooLittleEvidence(DomainError):
    """The last weeks hold no decision, or no known fraud, that both models could be held to."""

    code = "too-little-evidence"
    title = "There is too little to judge a model by"
    remedy = "Wait until labels of later days are known: a model is judged by days that it has not learned from."


def gather(
    lake: Path,
    models: Path,
    controls: Sequence[ModelControl],
    *,
    people: People,
    unseen_from_ms: int,
    now_ms: int,
    days: int = DAYS,
    progress: Progress,
) -> Evidence:
    """Score the decisions of `days` whose labels are known by now with the champion and the challenger of `controls`.

    Only those from `unseen_from_ms` on count, which neither has learned from: a model looks its best on what it was shown. The
    youngest `LABEL_DELAY_MS` are left out: their frauds are mostly not known yet. Groups are by channel, amount, part of the
    day, and the age and region of the customer as far as `people` knows them. Raises TooLittleEvidence, BadExport, LakeGap or
    BrokenLog.
    """
    engine = Engine(models=models)
    used = Models(models)
    for control in controls:
        used.use(control)
    if used.champion is None or used.challenger is None:
        raise TooLittleEvidence("there is no champion, or no other model beside it")
    until_ms = now_ms - LABEL_DELAY_MS
    from_ms = max(until_ms - days * DAY_MS, unseen_from_ms)
    if unseen_from_ms >= until_ms:
        raise TooLittleEvidence(
            f"one of the models learned from what is before {_day(unseen_from_ms)}, and labels are known of what is before "
            f"{_day(until_ms)}"
        )
    witness = _Witness(used.champion, used.challenger, people, from_ms=from_ms, until_ms=until_ms)
    engine.read_also(used.champion.columns | used.challenger.columns)
    fold_log(lake, Fold(engine, witness=witness), progress=progress)
    evidence = witness.evidence(KnownFrauds(lake, known_by_ms=now_ms))
    if not evidence.fraud.any() or evidence.fraud.all():
        raise TooLittleEvidence(f"{int(evidence.fraud.sum())} of {len(evidence.fraud):,} decisions are known frauds")
    return evidence


def _day(moment_ms: int) -> str:
    return f"{datetime.fromtimestamp(moment_ms / 1000, UTC):%Y-%m-%d %H:%M}"


class _Witness:
    """Keeps what both models said of each decision of the period."""

    def __init__(self, champion: Model, challenger: Model, people: People, *, from_ms: int, until_ms: int) -> None:
        self._models = champion, challenger
        self._people = people
        self._from_ms, self._until_ms = from_ms, until_ms
        self._us: list[list[float]] = [[], []]  # of processor time a decision, batch by batch
        self._scores: list[list[NDArray[np.int64]]] = [[], []]
        self._identity: list[NDArray[np.uint64]] = []
        self._numbers: list[NDArray[np.int64]] = []
        self._customers: list[NDArray[np.int64]] = []

    def __call__(self, run: Decisions, tenants: NDArray[np.int32], *, x: NDArray[np.float32], flags: NDArray[np.uint8]) -> None:
        del tenants, flags
        moments = run.scan.numbers[:, _EVENT_TIME]
        rows = np.flatnonzero((moments >= self._from_ms) & (moments < self._until_ms))
        if not len(rows):
            return
        wanted = x[rows]
        for place, model in enumerate(self._models):
            began_s = time.thread_time()
            self._scores[place].append(model.score_millionths(wanted)[0])
            self._us[place].append((time.thread_time() - began_s) / len(rows) * 1e6)
        self._identity.append(run.scan.hashes[rows, 1])
        self._numbers.append(run.scan.numbers[rows][:, [_EVENT_TIME, _CHANNEL, _AMOUNT]])
        self._customers.append(self._people.among(run.scan, rows))

    def evidence(self, frauds: KnownFrauds) -> Evidence:
        if not self._identity:
            raise TooLittleEvidence(f"no decision from {_day(self._from_ms)} to {_day(self._until_ms)}")
        identity, numbers = np.concatenate(self._identity), np.concatenate(self._numbers)
        moments, channels, amounts = numbers.T
        champion, challenger = (np.concatenate(scores).astype(np.float64) for scores in self._scores)
        return Evidence(
            fraud=frauds.among(identity),
            champion=champion,
            challenger=challenger,
            groups={
                **segments(event_time_ms=moments, channel=channels, amount_minor=amounts),
                **self._people.groups(np.concatenate(self._customers), moments),
            },
            from_ms=self._from_ms,
            until_ms=self._until_ms,
            champion_us=float(np.median(self._us[0])),
            challenger_us=float(np.median(self._us[1])),
        )
