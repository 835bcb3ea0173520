"""How far a tenant's decisions have moved from what the model learned from: one fold of the lake's log, then arithmetic."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contracts.controls import ModelControl
from feature_store.definitions import BY_NAME, CATALOGUE
from feature_store.vocabulary import DAY_MS, LABEL_DELAY_MS, DailyFeature, Feature, QuotientFeature, WindowFeature
from kit.errors import DomainError
from pipelines.drift import judge
from pipelines.drift.collect import Collector, Scored
from pipelines.drift.judge import FEWEST_DECISIONS, FEWEST_FRAUDS
from pipelines.drift.periods import CURRENT_DAYS, REFERENCE_WEEKS, WEEK_MS, Period, Periods, periods
from pipelines.drift.report import DriftReport, FeatureDrift, Week
from pipelines.lake.frauds import KnownFrauds
from pipelines.lake.whole_log import Progress, fold_log
from risk.drift.calibration import Calibration, calibration
from risk.drift.performance import Ranked, loss
from risk.drift.population import shift
from risk.drift.score import ScoreShift, score_shift
from risk.export import BadExport
from risk.gate import ALERT_SHARE
from scoring.engine import Engine
from scoring.fold import Fold
from scoring.models import Model, Models

SEED = 20_261
CALIBRATION_WEEKS = 4


class NothingToCompare(DomainError):
    """The model learned from the last days, or one of the periods holds no decision of the tenant."""

    code = "nothing-to-compare"
    title = "There is nothing to compare"
    remedy = "Choose a tenant, a model and a day such that decisions were made before and after what the model learned from."


class CannotFollow(DomainError):
    """The model does not fit this engine."""

    code = "cannot-follow"
    title = "The model does not fit this engine"
    remedy = "Train the model on the present features."


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which model, which learned up to `cutoff_ms`, is looked at, on whose decisions, and as of when."""

    tenant_id: str
    model: ModelControl
    cutoff_ms: int
    until_ms: int
    reference_weeks: int = REFERENCE_WEEKS
    current_days: int = CURRENT_DAYS


def drift(lake: Path, models: Path, question: Question, *, progress: Progress) -> DriftReport:
    """Compare. `progress` hears (records folded, records in all).

    Raises NothingToCompare, CannotFollow, LakeGap, or BrokenLog where the lake's log does not hold.
    """
    started_s = time.monotonic()
    laid = _periods(question)
    model = _model(models, question.model)
    columns = np.array(sorted(model.columns), np.int64)
    collected = _collect(lake, models, question, laid, model, columns, progress)
    scored = collected.scored
    learned, current = scored.within(laid.learned), scored.within(laid.current)
    if not len(learned) or not len(current):
        raise NothingToCompare(f"{len(learned):,} decisions are of the reference, {len(current):,} of the last days")
    enough = min(len(learned), len(current)) >= FEWEST_DECISIONS
    log_ms = laid.learned.from_ms - (collected.first_event_ms or 0)
    features = _features(model, columns, *collected.rows(), log_ms=log_ms) if enough else []
    moved = _score(scored, laid, model) if enough else None
    calibrated = _calibration(scored, laid)
    *since, baseline = ranked = [_ranked(scored.within(week)) for week in (*laid.known, laid.baseline)]
    weeks = _weeks(scored, laid, ranked)
    newest = next((found for found in since if found), None)
    lost = loss(baseline, newest, alert_share=ALERT_SHARE, seed=SEED) if baseline and newest else None
    known_from_ms = None if laid.known else laid.learned.until_ms + WEEK_MS + LABEL_DELAY_MS
    return DriftReport(
        tenant_id=question.tenant_id,
        model=model.model_id,
        cutoff_ms=question.cutoff_ms,
        reference_from_ms=laid.learned.from_ms,
        reference_until_ms=laid.learned.until_ms,
        current_from_ms=laid.current.from_ms,
        current_until_ms=laid.current.until_ms,
        reference_decisions=len(learned),
        current_decisions=len(current),
        checks=[
            *judge.inputs(features),
            judge.scores(moved),
            judge.probabilities(calibrated, known_from_ms=known_from_ms),
            judge.ranking(weeks, lost, known_from_ms=known_from_ms),
        ],
        features=features,
        score=moved,
        calibration=calibrated,
        weeks=weeks,
        loss=lost,
        seconds=round(time.monotonic() - started_s, 3),
    )


def _periods(question: Question) -> Periods:
    try:
        return periods(
            cutoff_ms=question.cutoff_ms,
            until_ms=question.until_ms,
            reference_weeks=question.reference_weeks,
            current_days=question.current_days,
        )
    except ValueError as problem:
        raise NothingToCompare(str(problem)) from problem


def _model(models: Path, control: ModelControl) -> Model:
    used = Models(models)
    try:
        used.use(control)
    except BadExport as problem:
        raise CannotFollow(str(problem)) from problem
    if used.champion is None:
        raise CannotFollow(f"{control.name} {control.version} was taken as {control.alias}")
    return used.champion


def _collect(
    lake: Path,
    models: Path,
    question: Question,
    laid: Periods,
    model: Model,
    columns: NDArray[np.int64],
    progress: Progress,
) -> Collector:
    engine = Engine(models=models)
    collector = Collector(
        model,
        laid,
        tenants=engine.tenants,
        tenant_id=question.tenant_id,
        columns=columns,
        known_then=KnownFrauds(lake, known_by_ms=question.cutoff_ms),
        known_now=KnownFrauds(lake, known_by_ms=question.until_ms),
    )
    engine.read_also(model.columns)
    fold = Fold(engine, witness=collector)
    fold_log(lake, fold, progress=progress)
    return collector


def _features(
    model: Model,
    columns: NDArray[np.int64],
    weeks: Sequence[NDArray[np.float32]],
    current: NDArray[np.float32],
    *,
    log_ms: int,
) -> list[FeatureDrift]:
    """Compare each column; `log_ms` is how long the log was when the reference began."""
    found = [
        FeatureDrift(
            name=CATALOGUE[column].name,
            sentence=CATALOGUE[column].sentence,
            importance=float(model.export.importance[column]),
            filling=reach_ms(CATALOGUE[column]) > log_ms,
            shift=shift([week[:, place] for week in weeks], current[:, place], tests=len(columns)),
        )
        for place, column in enumerate(columns.tolist())
    ]
    return sorted(found, key=lambda feature: (feature.filling, -feature.shift.weight))


def reach_ms(feature: Feature) -> int:
    """Return how far back a feature looks: until the log is as long, it grows with the log."""
    if isinstance(feature, QuotientFeature):
        return max(reach_ms(BY_NAME[name]) for name in (feature.dividend, feature.divisor))
    if isinstance(feature, DailyFeature):
        return (feature.days + feature.delay_days) * DAY_MS
    return feature.reach_ms if isinstance(feature, WindowFeature) else 0


def _score(scored: Scored, laid: Periods, model: Model) -> ScoreShift:
    return score_shift(
        [scored.within(week).probability for week in laid.reference],
        scored.within(laid.current).probability,
        review_from=model.export.review_from,
    )


def _calibration(scored: Scored, laid: Periods) -> Calibration | None:
    """Over the newest weeks since the training whose labels are known; None while they hold too few frauds."""
    if not laid.known:
        return None
    newest = laid.known[:CALIBRATION_WEEKS]
    found = scored.within(Period(newest[-1].from_ms, newest[0].until_ms))
    probability = found.probability.astype(np.float64)
    if max(float(probability.sum()), float(found.fraud.sum())) < FEWEST_FRAUDS or not probability.any():
        return None
    return calibration(found.fraud, probability, found.event_time_ms // DAY_MS, seed=SEED)


def _ranked(found: Scored) -> Ranked | None:
    """What can be judged; None with too few frauds."""
    if not FEWEST_FRAUDS <= int(found.fraud.sum()) < len(found):
        return None
    return Ranked(found.fraud, found.probability.astype(np.float64))


def _weeks(scored: Scored, laid: Periods, ranked: Sequence[Ranked | None]) -> list[Week]:
    """Every week, the young one first; `ranked` are the known ones and the one that the model was judged by."""
    young = _week(laid.young, scored.within(laid.young), None, labels_known=False)
    judged = zip((*laid.known, laid.baseline), ranked, strict=True)
    return [young, *(_week(period, scored.within(period), found, labels_known=True) for period, found in judged)]


def _week(period: Period, found: Scored, ranked: Ranked | None, *, labels_known: bool) -> Week:
    return Week(
        from_ms=period.from_ms,
        until_ms=period.until_ms,
        decisions=len(found),
        labels_known=labels_known,
        frauds=int(found.fraud.sum()) if labels_known else None,
        performance=ranked.performance(alert_share=ALERT_SHARE, seed=SEED) if ranked else None,
    )
