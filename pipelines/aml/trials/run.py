"""One trial: a scenario with what holds and with what is proposed, over the same history."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from ledger.days import end_ms, start_ms
from pipelines.aml.declared import NOTHING, Declared
from pipelines.aml.scenarios.finding import Finding
from pipelines.aml.scenarios.payments import History
from pipelines.aml.scenarios.run import DETECTORS
from pipelines.aml.trials.history import USUAL_DAYS, kept
from pipelines.aml.trials.report import TrialReport, apart, by_day, shown, side
from risk.scenarios.catalogue import DAY_MS

STEPS = 3
"""History read, looked at with the values before, looked at with the values after."""
OF_CASES = "it is about cases and not about payments, so that history cannot be asked"

# Hears (steps done, steps in all).
Progress = Callable[[int, int], None]
# Does something that takes long, and says meanwhile that it lives.
Meanwhile = Callable[[Callable[[], list[Finding]]], list[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which scenario, with which values against which, over whose payments of which days (both included).

    Findings of the accounts in `only` are told (None: of all), but for those in `but`: accounts of the segment for which a
    version is, and accounts of segments that have a version of their own.
    """

    scenario: str
    tenant_id: str
    before: Mapping[str, int]
    after: Mapping[str, int]
    first_day: date
    last_day: date
    opened: list[tuple[str, int]]
    only: frozenset[str] | None = None
    but: frozenset[str] = frozenset()
    declared: Declared = NOTHING

    def is_about(self, finding: Finding) -> bool:
        """Whether the values would hold for whose account it is."""
        return (self.only is None or finding.account_id in self.only) and finding.account_id not in self.but

    @property
    def since_ms(self) -> int:
        """From when on is told of."""
        return start_ms(self.first_day)

    @property
    def until_ms(self) -> int:
        """Up to when, itself not included."""
        return end_ms(self.last_day)


def opened_from(first_day: date) -> int:
    """Return since when (ms) accounts must have been opened for a trial to be about it."""
    return start_ms(first_day) - USUAL_DAYS * DAY_MS


def tried(lake: Path, question: Question, *, progress: Progress, meanwhile: Meanwhile) -> TrialReport:
    """Look at history twice and compare. Raises NoHistory, TooMuchHistory, LakeGap."""
    started_s = time.monotonic()
    found = kept(
        lake, tenant_id=question.tenant_id, since_ms=question.since_ms, until_ms=question.until_ms, opened=question.opened,
        declared=question.declared,
    )  # fmt: skip
    progress(1, STEPS)
    detector = DETECTORS.get(question.scenario)
    sides: list[list[Finding]] = []
    for done, values in enumerate((question.before, question.after), start=2):
        there = [] if detector is None else meanwhile(_looked(detector, found.history, values))
        sides.append([each for each in there if question.is_about(each)])
        progress(done, STEPS)
    before, after = sides
    come, go = apart(after, before), apart(before, after)
    days = [question.first_day + timedelta(days=n) for n in range((question.last_day - question.first_day).days + 1)]
    return TrialReport(
        scenario=question.scenario,
        from_ms=question.since_ms,
        until_ms=question.until_ms,
        payments=found.told,
        accounts=found.history.accounts.height,
        known=len(found.bad),
        gap=OF_CASES if detector is None else question.declared.gap(question.scenario),
        before=side(question.before, before, found.bad),
        after=side(question.after, after, found.bad),
        stay_count=len(after) - len(come),
        come_count=len(come),
        go_count=len(go),
        come=shown(come, found.bad),
        go=shown(go, found.bad),
        days=by_day(before, after, days=days),
        seconds=round(time.monotonic() - started_s, 3),
    )


def _looked(
    detector: Callable[[History, Mapping[str, int]], list[Finding]], history: History, values: Mapping[str, int]
) -> Callable[[], list[Finding]]:
    return lambda: detector(history, values)
