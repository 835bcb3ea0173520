"""Limits, the periods that they count, and when a change of one takes effect. Pure.

A night with a limit of its own, and a raise that has to wait, follow Resolução BCB 142/2021: R$ 1,000 between 20:00 and 06:00
unless the customer asks for more, and a raise no sooner than 24 hours after it was asked for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

ANY_CHANNEL = "any"
RAISE_DELAY_MS = 24 * 3_600_000
MINUTES_OF_A_DAY = 1_440


class Scope(StrEnum):
    """What a limit counts: one transfer, or all of the local night, day or month that a transfer is in."""

    TRANSFER = "transfer"
    NIGHT = "night"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Hours:
    """Where an account's days begin, and its nights: minutes after local midnight, past midnight when start is after end."""

    time_zone: str
    night_start_minute: int
    night_end_minute: int


@dataclass(frozen=True, slots=True)
class Period:
    """From start, up to and without end."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The most that may leave. From `coming_at_ms` on, `coming_amount_minor` holds in its place (None: no limit any more)."""

    channel: str
    scope: Scope
    amount_minor: int
    coming_amount_minor: int | None = None
    coming_at_ms: int | None = None

    def in_force(self, at_ms: int) -> int | None:
        """Return the amount that holds at a moment; None once the limit has ended."""
        has_come = self.coming_at_ms is not None and at_ms >= self.coming_at_ms
        return self.coming_amount_minor if has_come else self.amount_minor


@dataclass(frozen=True, slots=True)
class Measure:
    """A limit that a transfer has to keep: how much, of which channel, and in which period (None: the transfer alone)."""

    channel: str
    scope: Scope
    most_minor: int
    period: Period | None


def period_of(scope: Scope, hours: Hours, at_ms: int) -> Period | None:
    """Return the period that a moment is in; None for one transfer's own limit, and for the night while it is day."""
    zone = ZoneInfo(hours.time_zone)
    local = datetime.fromtimestamp(at_ms / 1000, zone)
    today = local.date()
    if scope is Scope.TRANSFER:
        return None
    if scope is Scope.DAY:
        return Period(_instant(today, 0, zone), _instant(today + timedelta(days=1), 0, zone))
    if scope is Scope.MONTH:
        first = today.replace(day=1)
        return Period(_instant(first, 0, zone), _instant((first + timedelta(days=31)).replace(day=1), 0, zone))
    start, end, minute = hours.night_start_minute, hours.night_end_minute, local.hour * 60 + local.minute
    if start < end:
        return Period(_instant(today, start, zone), _instant(today, end, zone)) if start <= minute < end else None
    if end <= minute < start:
        return None
    evening = today if minute >= start else today - timedelta(days=1)
    return Period(_instant(evening, start, zone), _instant(evening + timedelta(days=1), end, zone))


def measures(limits: Iterable[Limit], hours: Hours, *, channel: str, at_ms: int) -> list[Measure]:
    """Return what a transfer through a channel has to keep at a moment."""
    found = []
    for limit in limits:
        most_minor = limit.in_force(at_ms)
        period = period_of(limit.scope, hours, at_ms)
        if most_minor is None or limit.channel not in (ANY_CHANNEL, channel) or (limit.scope is Scope.NIGHT and period is None):
            continue
        found.append(Measure(limit.channel, limit.scope, most_minor, period))
    return found


def first_exceeded(kept: Sequence[Measure], used_minor: Sequence[int], *, amount_minor: int) -> tuple[Measure, int] | None:
    """Return the first limit that an amount would break, with what of it is used; None when it breaks none."""
    for measure, used in zip(kept, used_minor, strict=True):
        if used + amount_minor > measure.most_minor:
            return measure, used
    return None


def changed(limit: Limit | None, wanted: Limit | None, *, now_ms: int) -> Limit | None:
    """Return what stands once `wanted` was asked for (None: no limit).

    What lowers takes effect at once, and takes a raise that was still to come with it. What raises, or ends a limit, takes
    effect after RAISE_DELAY_MS; asked for again, it does not wait anew.
    """
    holds_minor = limit.in_force(now_ms) if limit is not None else None
    if limit is None or holds_minor is None:
        return wanted
    wanted_minor = wanted.amount_minor if wanted is not None else None
    if wanted_minor is not None and wanted_minor <= holds_minor:
        return replace(limit, amount_minor=wanted_minor, coming_amount_minor=None, coming_at_ms=None)
    is_coming = limit.coming_at_ms is not None and limit.coming_at_ms > now_ms
    if is_coming and limit.coming_amount_minor == wanted_minor:
        return limit
    return replace(limit, amount_minor=holds_minor, coming_amount_minor=wanted_minor, coming_at_ms=now_ms + RAISE_DELAY_MS)


def _instant(day: date, minute: int, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(minute // 60, minute % 60), zone).timestamp() * 1000)
