"""By when a case must be selected, analysed and reported: functions of dates. Pure.

Sources: Circular BCB 3.978/2020: selection within 45 days of the operation (art. 39), analysis within 45 days of selection
(art. 43), report by the next business day after the decision (art. 48), a declaration that there was nothing to report within
ten business days of the year's end (art. 54). Days are those of Brasília. Check the numbers against the rule in force: they
change, and each set here says from which day it holds.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from kit.business_days import business_days_after

ZONE = ZoneInfo("America/Sao_Paulo")
WARNING_DAYS = 7


class DueClock(StrEnum):
    """What is due."""

    SELECTION = "selection"
    ANALYSIS = "analysis"
    REPORT = "report"
    NIL = "nil"
    MED_ANALYSIS = "med_analysis"
    MED_REFUND = "med_refund"
    BLOCK = "block"
    RECOVERY = "recovery"


class Urgency(StrEnum):
    """How what is due stands today."""

    ON_TIME = "on_time"
    WARNING = "warning"
    LATE = "late"


# How long before its end each clock warns. Those that begin with no more than a few days warn later than those of weeks.
WARNINGS: dict[DueClock, timedelta] = {
    DueClock.SELECTION: timedelta(days=WARNING_DAYS),
    DueClock.ANALYSIS: timedelta(days=WARNING_DAYS),
    DueClock.REPORT: timedelta(days=WARNING_DAYS),
    DueClock.NIL: timedelta(days=WARNING_DAYS),
    DueClock.MED_ANALYSIS: timedelta(days=2),
    DueClock.MED_REFUND: timedelta(days=2),
    DueClock.BLOCK: timedelta(days=1),
    DueClock.RECOVERY: timedelta(days=2),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRules:
    """The periods that hold from a day on."""

    valid_from: date
    selection_days: int
    analysis_days: int
    report_business_days: int
    nil_business_days: int


# Newest last. The first set holds for what is older, too.
RULES = (
    ClockRules(valid_from=date(2020, 10, 1), selection_days=45, analysis_days=45, report_business_days=1, nil_business_days=10),
)


def rules_on(day: date) -> ClockRules:
    """Return the set that holds on a day."""
    return next((rules for rules in reversed(RULES) if rules.valid_from <= day), RULES[0])


def local_day(moment: datetime) -> date:
    """Return the day that it is in Brasília at a moment."""
    return moment.astimezone(ZONE).date()


def selection_due(operation_on: date) -> date:
    """Return the last day on which an operation may be selected for analysis."""
    return operation_on + timedelta(days=rules_on(operation_on).selection_days)


def analysis_due(selected_on: date) -> date:
    """Return the last day on which what was selected may be decided."""
    return selected_on + timedelta(days=rules_on(selected_on).analysis_days)


def report_due(decided_on: date) -> date:
    """Return the last day on which what was decided may be reported."""
    return business_days_after(decided_on, rules_on(decided_on).report_business_days)


def nil_due(year: int) -> date:
    """Return the last day for saying that a year had nothing to report."""
    last = date(year, 12, 31)
    return business_days_after(last, rules_on(last).nil_business_days)


def urgency(due_on: date, *, today: date, warning_days: int = WARNING_DAYS) -> Urgency:
    """Return how what is due stands: late from the day after, a warning when `warning_days` or fewer are left."""
    if today > due_on:
        return Urgency.LATE
    return Urgency.WARNING if due_on - today <= timedelta(days=warning_days) else Urgency.ON_TIME


def urgency_at(due_at: datetime, *, clock: DueClock, now: datetime) -> Urgency:
    """Return how a clock stands that runs to a moment: late after it, a warning from the clock's own time before it."""
    if now > due_at:
        return Urgency.LATE
    return Urgency.WARNING if due_at - now <= WARNINGS[clock] else Urgency.ON_TIME
