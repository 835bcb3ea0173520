"""Days that are held back because they broke a promise: by a check, until one that holds or somebody with a reason."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

import msgspec

from kit.clock import Clock
from kit.errors import Conflict, NotFound
from kit.log import get_logger
from kit.postgres import connect
from kit.settings import Settings
from pipelines.marts.repository import note_row_change
from pipelines.quality import repository
from pipelines.quality.check import APPLICATION, ROLE, Period
from pipelines.quality.report import QualityReport
from pipelines.quality.repository import Checked, Held
from pipelines.quality.sets import kept

BY_CHECK = "check"


class NotHeld(NotFound):
    """The day is not held back."""

    code = "day-not-held"
    title = "This day is not held back"
    remedy = "`baas quality status` shows the days that are."


class DayHeld(Conflict):
    """What was asked for is made of a day that is held back."""

    code = "day-held"
    title = "A day that this is made of is held back"
    remedy = (
        "Read its report (`baas quality status`), mend what is wrong and check it again, or let it go: "
        "`baas quality release SET DAY --reason`."
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What followed from a report: whether the day may be built on, and whether that has changed."""

    held: bool
    changed: bool


def keep(settings: Settings, report: QualityReport, *, clock: Clock) -> Verdict:
    """Keep what was found. A day that broke a promise is held back from now on; one that was held and holds again is let go.

    A day that somebody let go stays so while nothing else is found than they knew of.
    """
    at = datetime.fromtimestamp(clock.now_ms() / 1000, UTC)
    found = msgspec.to_builtins(report)
    with connect(settings.warehouse.dsn(ROLE), application=APPLICATION) as warehouse, warehouse.transaction():
        before = repository.newest_held(warehouse, report.set_name, report.day)
        repository.keep_checked(
            warehouse,
            Checked(report.set_name, report.day, at, report.rows, report.up_to_offset, holds=report.holds, report=found),
        )
        is_open = before is not None and before.released_at is None
        if report.holds:
            if before is not None and is_open:
                repository.let_go(warehouse, before.quarantine_id, by=BY_CHECK, reason="it holds", at=at)
                note_row_change(warehouse, f"{report.set_name} of {report.day} is let go")
            verdict = Verdict(held=False, changed=is_open)
        elif before is not None and is_open:
            repository.amend(warehouse, before.quarantine_id, reason=report.reason, report=found)
            verdict = Verdict(held=True, changed=False)
        elif before is not None and before.released_by != BY_CHECK and before.reason == report.reason:
            verdict = Verdict(held=False, changed=False)
        else:
            period = Period(report.day)
            repository.hold(
                warehouse, set_name=report.set_name, day=report.day, first=period.first, past=period.past,
                reason=report.reason, report=found, at=at,
            )  # fmt: skip
            note_row_change(warehouse, f"{report.set_name} of {report.day} is held back")
            verdict = Verdict(held=True, changed=True)
    if verdict.changed:
        told = get_logger().error if verdict.held else get_logger().info
        told(
            "day_held" if verdict.held else "day_let_go", set=report.set_name, day=report.day.isoformat(), reason=report.reason
        )
    return verdict


def release(settings: Settings, set_name: str, day: date, *, by: str, reason: str, clock: Clock) -> None:
    """Let a day go as it is: it is built on from now on. Raises NoSuchSet or NotHeld."""
    name = kept(set_name).name
    at = datetime.fromtimestamp(clock.now_ms() / 1000, UTC)
    with connect(settings.warehouse.dsn(ROLE), application=APPLICATION) as warehouse, warehouse.transaction():
        found = repository.newest_held(warehouse, name, day)
        if found is None or found.released_at is not None:
            raise NotHeld(f"{name} of {day}")
        repository.let_go(warehouse, found.quarantine_id, by=by, reason=reason, at=at)
        note_row_change(warehouse, f"{name} of {day} is let go")


def held_days(settings: Settings) -> list[Held]:
    """Return what is held back now, in the order of days."""
    with connect(settings.warehouse.dsn(ROLE), application=APPLICATION) as warehouse:
        return repository.held(warehouse)


def refuse_held(settings: Settings, sets: Collection[str], *, first: date, last: date) -> None:
    """Raise DayHeld where a day from `first` to `last` of one of the `sets` is held back."""
    found = [each for each in held_days(settings) if each.set_name in sets and first <= each.day <= last]
    if found:
        raise DayHeld("; ".join(f"{each.set_name} of {each.day}: {each.reason}" for each in found))
