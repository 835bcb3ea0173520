"""The period of a statement: whole days, half-open, in the account's time zone. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from serving.edge.errors import InvalidRequest

DEFAULT_ZONE = "America/Sao_Paulo"
EARLIEST = date(1970, 1, 1)
LATEST = date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """The days [first, past) of a time zone: `past` itself is not part of it."""

    first: date
    past: date
    zone: ZoneInfo

    @property
    def start_ms(self) -> int:
        """The first millisecond of the period."""
        return _midnight_ms(self.first, self.zone)

    @property
    def past_ms(self) -> int:
        """The first millisecond after the period."""
        return _midnight_ms(self.past, self.zone)

    @property
    def last(self) -> date:
        """The last day of the period."""
        return self.past - timedelta(days=1)


def period_of(first: date | None, past: date | None, *, time_zone: str, now_ms: int) -> Period:
    """Return the period asked for; without a first day the month of the last one, without a last one it ends with today.

    Raises InvalidRequest for an empty period, one outside what a ledger holds, and a time zone that there is none of.
    """
    zone = _zone(time_zone)
    today = datetime.fromtimestamp(now_ms / 1000, zone).date()
    past = past or today + timedelta(days=1)
    if not EARLIEST < past <= LATEST:
        raise InvalidRequest(f"to: must be after {EARLIEST} and at most {LATEST}", field="to")
    first = first or (past - timedelta(days=1)).replace(day=1)
    if not EARLIEST <= first < past:
        raise InvalidRequest(f"from: must be before to, which is not part of the period, and from {EARLIEST} on", field="from")
    return Period(first, past, zone)


def local(moment_ms: int, zone: ZoneInfo) -> datetime:
    """Return the moment as clocks in the zone show it."""
    return datetime.fromtimestamp(moment_ms // 1000, UTC).replace(microsecond=moment_ms % 1000 * 1000).astimezone(zone)


def _zone(name: str) -> ZoneInfo:
    if name not in _zones():
        raise InvalidRequest(
            f"time_zone: not one of the IANA time zone database, for example {DEFAULT_ZONE}", field="time_zone"
        )
    return ZoneInfo(name)


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp()) * 1000
