"""How right what comes again is on simulated statements: found or not, the next day and amount, and whether it has ended."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import numpy as np
import polars as pl

from bench.report import Report
from contracts.categories import Category, CounterpartyKind
from insight.categories.deciding import Asked, decide
from insight.categories.model import TextModel
from insight.recurring.finding import Found, find
from insight.recurring.series import Direction, Movement, Period, Recurring

PEER = "usual-gap"
LEAST_COVERED, LEAST_PURE = 0.6, 0.8
"""A series is found when so much of it is in one finding, and so much of the finding is of it."""
CAN_BE_FOUND = {Period.WEEKLY: 4, Period.FORTNIGHTLY: 4, Period.MONTHLY: 3, Period.YEARLY: 2}
_PEER_GAPS = {
    Period.WEEKLY: range(6, 9),
    Period.FORTNIGHTLY: range(12, 17),
    Period.MONTHLY: range(26, 36),
    Period.YEARLY: range(355, 376),
}
_PEER_FEWEST, _PEER_SHARE = 3, 0.6


@dataclass(frozen=True, slots=True)
class _True:
    series_id: str
    kind: str
    period: Period
    subscription: bool
    lines: frozenset[UUID]
    next_day: date | None
    next_amount_minor: int | None


@dataclass(frozen=True, slots=True)
class _Matched:
    pairs: Sequence[tuple[Found, _True]]
    found: int
    could: int


def recurring(report: Report, folder: Path, model: TextModel) -> dict[str, float]:
    """Find what comes again in the statements of a folder, judge it by what truly does, and return the peer's figures."""
    lines = pl.read_parquet(folder / "statements.parquet")
    movements = _movements(lines, model)
    as_of = max(movement.booked_day for movement in movements)
    started_s = time.monotonic()
    found = find(movements, as_of=as_of)
    accounts = lines["account_id"].n_unique()
    report.figure("recurring_account_ms", 1_000 * (time.monotonic() - started_s) / accounts)
    true = _truth(folder)
    ours, theirs = _matched(found, true), _matched(_by_gap(movements, as_of=as_of), true)
    _judge(report, ours)
    report.ratio(f"recurring_recall_vs_{PEER}", _shares(ours)["recurring_recall_pct"] / _shares(theirs)["recurring_recall_pct"])
    report.settings |= {
        "accounts": accounts,
        "true_series": len(true),
        "could_be_found": ours.could,
        "series_found": ours.found,
    }
    return _shares(theirs) | _next_days(theirs.pairs)


def _movements(lines: pl.DataFrame, model: TextModel) -> list[Movement]:
    columns = (
        "line_id", "account_id", "booked_day", "amount_minor", "currency", "purpose", "channel", "mcc", "counterparty_kind",
        "counterparty_id", "text",
    )  # fmt: skip
    rows = list(lines.select(columns).iter_rows())
    asked = [
        Asked(purpose=row[5], channel=row[6], mcc=row[7], kind=CounterpartyKind(row[8]), received=row[3] > 0,
              counterparty=row[9] or "", text=row[10])
        for row in rows
    ]  # fmt: skip
    said = decide(asked, model=model)
    ids = {account: UUID(account) for account in lines["account_id"].unique()}
    return [
        Movement(UUID(row[0]), ids[row[1]], row[2], row[3], row[4], str(decision.category), row[9] or "", row[10])
        for row, decision in zip(rows, said, strict=True)
    ]


def _truth(folder: Path) -> list[_True]:
    of_series: dict[str, set[UUID]] = defaultdict(set)
    hidden = pl.read_parquet(folder / "statement_truth.parquet").filter(pl.col("series_id").is_not_null())
    for line_id, series_id in hidden.select("line_id", "series_id").iter_rows():
        of_series[series_id].add(UUID(line_id))
    columns = ("series_id", "kind", "period", "subscription", "next_day", "next_amount_minor")
    rows = pl.read_parquet(folder / "recurring_truth.parquet").select(columns).iter_rows()
    return [
        _True(series_id, kind, Period(period), subscription, frozenset(of_series[series_id]), next_day, next_amount)
        for series_id, kind, period, subscription, next_day, next_amount in rows
    ]


def _matched(found: Sequence[Found], true: Sequence[_True]) -> _Matched:
    owner = {line: each for each in true for line in each.lines}
    taken: set[str] = set()
    pairs = []
    for each in sorted(found, key=lambda one: -len(one.transfer_ids)):
        counted = Counter(owner[line].series_id for line in each.transfer_ids if line in owner)
        if not counted:
            continue
        ((series_id, count),) = counted.most_common(1)
        real = next(owner[line] for line in each.transfer_ids if line in owner and owner[line].series_id == series_id)
        right = count >= LEAST_PURE * len(each.transfer_ids) and count >= LEAST_COVERED * len(real.lines)
        if right and each.recurring.period is real.period and series_id not in taken:
            taken.add(series_id)
            pairs.append((each, real))
    could = sum(len(each.lines) >= CAN_BE_FOUND[each.period] for each in true)
    return _Matched(pairs, len(found), could)


def _shares(matched: _Matched) -> dict[str, float]:
    could = sum(len(real.lines) >= CAN_BE_FOUND[real.period] for _, real in matched.pairs)
    return {
        "recurring_precision_pct": 100.0 * len(matched.pairs) / max(matched.found, 1),
        "recurring_recall_pct": 100.0 * could / max(matched.could, 1),
    }


def _next_days(pairs: Iterable[tuple[Found, _True]]) -> dict[str, float]:
    off = [
        abs((found.recurring.next_day - real.next_day).days)
        for found, real in pairs
        if found.recurring.next_day is not None and real.next_day is not None
    ]
    if not off:
        return {}
    return {
        "next_day_off_mean_days": float(np.mean(off)),
        "next_day_within_1_day_pct": 100.0 * float(np.mean(np.array(off) <= 1)),
    }


def _judge(report: Report, matched: _Matched) -> None:
    for name, value in (_shares(matched) | _next_days(matched.pairs)).items():
        report.figure(name, value)
    going = [
        (found.recurring, real) for found, real in matched.pairs
        if found.recurring.next_day is not None and real.next_day is not None
    ]  # fmt: skip
    held = [found.earliest_day <= real.next_day <= found.latest_day for found, real in going]  # type: ignore[operator]
    report.figure("next_day_interval_held_pct", 100.0 * float(np.mean(held)))
    paid = [found.low_minor <= (real.next_amount_minor or 0) <= found.high_minor for found, real in going]
    report.figure("next_amount_interval_held_pct", 100.0 * float(np.mean(paid)))
    _verdicts(report, "ended", [(f.recurring.next_day is None, r.next_day is None) for f, r in matched.pairs])
    _verdicts(report, "subscription", [(f.recurring.subscription, r.subscription) for f, r in matched.pairs])


def _verdicts(report: Report, name: str, said_and_true: Sequence[tuple[bool, bool]]) -> None:
    said, true = (sum(each[side] for each in said_and_true) for side in (0, 1))
    both = sum(one and other for one, other in said_and_true)
    if said and true:
        report.figure(f"{name}_precision_pct", 100.0 * both / said)
        report.figure(f"{name}_recall_pct", 100.0 * both / true)


def _by_gap(movements: Iterable[Movement], *, as_of: date) -> list[Found]:
    """The peer: a counterparty that is paid three times and more, most times a week, a fortnight, a month or a year apart."""
    groups: dict[tuple[UUID, str, bool], list[Movement]] = defaultdict(list)
    for movement in movements:
        if movement.counterparty:
            groups[movement.account_id, movement.counterparty, movement.delta_minor > 0].append(movement)
    found = []
    for group in groups.values():
        group.sort(key=lambda movement: movement.booked_day)
        gaps = sorted((after.booked_day - before.booked_day).days for before, after in pairwise(group))
        for period, usual in _PEER_GAPS.items():
            inside = sum(gap in usual for gap in gaps)
            if len(group) >= _PEER_FEWEST and inside >= _PEER_SHARE * len(gaps):
                found.append(_as_found(group, period, gap_days=gaps[len(gaps) // 2], as_of=as_of))
    return found


def _as_found(run: Sequence[Movement], period: Period, *, gap_days: int, as_of: date) -> Found:
    expected = run[-1].booked_day + timedelta(days=gap_days)
    coming = max(expected, as_of + timedelta(days=1)) if expected + timedelta(days=gap_days) > as_of else None
    paid = abs(run[-1].delta_minor)
    return Found(
        Recurring(
            series_id="", account_id=run[0].account_id, direction=Direction.OUT if run[0].delta_minor < 0 else Direction.IN,
            category=str(Category.OTHER), counterparty=run[0].counterparty, period=period,
            first_day=run[0].booked_day, last_day=run[-1].booked_day, count=len(run), amount_minor=paid,
            next_day=coming, earliest_day=None, latest_day=None, low_minor=paid, high_minor=paid,
            subscription=False,
        ),
        tuple(movement.transfer_id for movement in run),
    )  # fmt: skip
