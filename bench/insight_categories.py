"""How right categories are on simulated statements: on days after those learned from, also at shops that are new."""

import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from bench.report import Report
from contracts.categories import Category
from insight.categories.deciding import Asked, Corrections, Decision, Source, decide, has_telling_code, is_certain, ruled
from insight.categories.model import TextModel, decode, encode
from pipelines.insight.categories.judging import Rightness, calibration_error, rightness
from pipelines.insight.categories.labelled import Line, Mark, corrections, read_lines, read_marks
from pipelines.insight.categories.training import Trained, train

PEER = "rule"
LATER_DAYS = 90
UNSEEN_PARTS = 5
"""Of one in so many payees nothing is learned."""
TIMED_TEXTS, TIMED_ROUNDS, TIMED_SINGLY = 5_000, 7, 400


@dataclass(frozen=True, slots=True)
class Truth:
    """What a line truly was for, and who was truly paid."""

    category: Category
    payee: str


def categories(report: Report, folder: Path) -> tuple[TextModel, dict[str, float]]:
    """Learn on the statements of a folder up to some days before their end, and judge what is said of the days after.

    Returns what was learned, and the figures of the rule alone.
    """
    lines, marks, truth = read_lines(folder), read_marks(folder), read_truth(folder)
    until = lines[-1].booked_day - timedelta(days=LATER_DAYS)
    seen = [line for line in lines if not is_unseen(truth[line.line_id].payee)]
    learned = {line.line_id for line in seen}
    started_s = time.monotonic()
    trained = train(seen, [mark for mark in marks if mark.line_id in learned], until=until)
    report.figure("training_s", time.monotonic() - started_s)
    data = encode(trained.model)
    model = decode(data)
    report.figure("model_file_kb", len(data) / 1_000)
    _held(report, trained)
    later = [line for line in lines if line.booked_day > until]
    decided = decided_by_month(later, {line.line_id: line for line in lines}, [m for m in marks if m.line_id in learned], model)
    beside = _judge(report, later, decided, truth)
    _said(report, later, decided, truth)
    _timed(report, later, model)
    report.settings |= {
        "lines": len(lines), "later_lines": len(later), "marks": len(marks), "learned_until": until.isoformat(),
        "threshold": model.threshold, "known_merchants": len(model.merchants), "texts": trained.examples,
    }  # fmt: skip
    return model, beside


def read_truth(folder: Path) -> dict[str, Truth]:
    """Return the hidden truth of each line."""
    rows = pl.read_parquet(folder / "statement_truth.parquet").select("line_id", "category", "payee").iter_rows()
    return {line_id: Truth(Category(category), payee) for line_id, category, payee in rows}


def is_unseen(payee: str) -> bool:
    """Whether nothing is learned of a shop or a company; people are known to one household alone anyway."""
    return hashlib.sha256(payee.encode()).digest()[0] % UNSEEN_PARTS == 0 and payee[0] in "mp" and payee[1] in "09"


def decided_by_month(
    later: Sequence[Line], by_id: dict[str, Line], marks: Sequence[Mark], model: TextModel | None
) -> list[Decision]:
    """Decide each line with what its holder had said before the month in which it was booked."""
    months: dict[date, list[int]] = defaultdict(list)
    for place, line in enumerate(later):
        months[line.booked_day.replace(day=1)].append(place)
    found: dict[int, Decision] = {}
    for month, places in months.items():
        before = corrections(by_id, (mark for mark in marks if mark.marked_day < month))
        own = {account: Corrections(said) for account, said in before.items()}
        asked = [later[place].asked for place in places]
        known = {turn: own[later[place].account_id] for turn, place in enumerate(places) if later[place].account_id in own}
        found.update(zip(places, decide(asked, model=model, corrections=known), strict=True))
    return [found[place] for place in range(len(later))]


def _judge(report: Report, later: Sequence[Line], decided: Sequence[Decision], truth: dict[str, Truth]) -> dict[str, float]:
    beside: dict[str, float] = {}
    parts = {
        "": range(len(later)),
        "unseen_shops_": [place for place, line in enumerate(later) if is_unseen(truth[line.line_id].payee)],
        "without_code_": [place for place, line in enumerate(later) if _is_open(line.asked)],
        "unseen_without_code_": [
            place for place, line in enumerate(later)
            if _is_open(line.asked) and is_unseen(truth[line.line_id].payee)
        ],
    }  # fmt: skip
    for name, places in parts.items():
        actual = [truth[later[place].line_id].category for place in places]
        ours = rightness(actual, [decided[place].category for place in places])
        theirs = rightness(actual, [ruled(later[place].asked) for place in places])
        if ours is None or theirs is None:
            continue
        report.settings[f"{name}lines_judged"] = ours.count
        beside |= _pair(report, name, ours, theirs)
    return beside


def _pair(report: Report, name: str, ours: Rightness, theirs: Rightness) -> dict[str, float]:
    report.figure(f"{name}accuracy_pct", ours.accuracy_pct)
    report.figure(f"{name}macro_f1", ours.macro_f1)
    report.ratio(f"{name}wrong_vs_{PEER}", (100 - ours.accuracy_pct) / max(100 - theirs.accuracy_pct, 1e-9))
    return {f"{name}accuracy_pct": theirs.accuracy_pct, f"{name}macro_f1": theirs.macro_f1}


def _is_open(asked: Asked) -> bool:
    return not is_certain(asked) and not has_telling_code(asked)


def _said(report: Report, later: Sequence[Line], decided: Sequence[Decision], truth: dict[str, Truth]) -> None:
    """How often each source had the last word, how right it was, and whether the text was as sure as it should be."""
    right = np.array([truth[line.line_id].category == said.category for line, said in zip(later, decided, strict=True)])
    counted = Counter(said.source for said in decided)
    for source in Source:
        if counted[source]:
            mine = np.array([said.source is source for said in decided])
            report.figure(f"{source}_share_pct", 100.0 * float(mine.mean()))
            report.figure(f"{source}_accuracy_pct", 100.0 * float(right[mine].mean()))
    by_text = [(hit, said.confidence_ppm / 1e6) for hit, said in zip(right, decided, strict=True) if said.confidence_ppm]
    if by_text:
        hits, sure = (np.array(each) for each in zip(*by_text, strict=True))
        report.figure("text_calibration_error", calibration_error(hits.astype(bool), sure))


def _held(report: Report, trained: Trained) -> None:
    report.figure("trained_held_accuracy_pct", trained.held_accuracy_pct)
    report.figure("trained_held_calibration_error", trained.held_calibration_error)


def _timed(report: Report, later: Sequence[Line], model: TextModel) -> None:
    texts = [(line.asked.mark, line.asked.text) for line in later[:TIMED_TEXTS]]
    model.opinions(texts[:10])
    found, busy = [], []
    for _ in range(TIMED_ROUNDS):
        started_ns, began_ns = time.perf_counter_ns(), time.thread_time_ns()
        model.opinions(texts)
        found.append((time.perf_counter_ns() - started_ns) / 1_000 / len(texts))
        busy.append((time.thread_time_ns() - began_ns) / 1_000 / len(texts))
    report.figure("text_in_batch_us", found)
    report.figure("text_in_batch_cpu_us", busy)
    single = []
    for text in texts[:TIMED_SINGLY]:
        started_ns = time.perf_counter_ns()
        model.opinions([text])
        single.append((time.perf_counter_ns() - started_ns) / 1_000)
    report.figure("text_alone_p50_us", float(np.percentile(single, 50)))
    report.figure("text_alone_p99_us", float(np.percentile(single, 99)))
