"""What comes round: when it is due, by what has been done already, and how it is done. Done again, each changes nothing."""

from datetime import timedelta
from typing import Protocol

from kit.clock import Clock
from kit.lake.lock import LakeBusy
from kit.postgres import connect
from kit.settings import Settings
from ledger.days import last_ended, start_ms
from pipelines.cash_flow import repository as forecasts
from pipelines.lake.compaction import compact
from pipelines.screening.waiting import waits

COMPACT_EVERY_MS = 3_600_000
# Days end at midnight; what happened just before it has then been in the warehouse for long.
FORECAST_AFTER_MS = 3 * 3_600_000


class Chore(Protocol):
    """One thing that comes round."""

    name: str

    def due(self, now_ms: int) -> bool:
        """Whether it should be done now. Raises psycopg.OperationalError."""

    def do(self) -> str:
        """Do it; return what came of it, for the log."""


class CompactedLake:
    """The lake's small files, made into day files an hour after they were last."""

    name = "compacted-lake"

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._done_ms: int | None = None

    def due(self, now_ms: int) -> bool:
        """Whether an hour has passed, or this process has not looked yet."""
        return self._done_ms is None or now_ms >= self._done_ms + COMPACT_EVERY_MS

    def do(self) -> str:
        """Compact; where another process does so already, leave it to that one."""
        began_ms = self._clock.now_ms()
        try:
            done = compact(self._settings.lake, clock=self._clock)
        except LakeBusy:
            told = "another process does it"
        else:
            before, after = sum(each.files_before for each in done), sum(each.files_after for each in done)
            told = f"{before} files became {after}"
        self._done_ms = began_ms
        return told


class MoneyForecasts:
    """The forecasts of money, once for each day that has ended: at once where none were ever made, else at night."""

    name = "money-forecasts"

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._tried_ms: int | None = None

    def due(self, now_ms: int) -> bool:
        """Whether a day has ended that nothing was forecast from; one from which nothing could be is not tried twice."""
        tomorrow = last_ended(now_ms) + timedelta(days=1)
        if self._tried_ms is not None and last_ended(self._tried_ms) == last_ended(now_ms):
            return False
        with connect(self._settings.warehouse.dsn("audit"), application=self.name) as warehouse:
            newest = forecasts.newest_first_day(warehouse)
        if newest is None:
            return True
        return newest < tomorrow and now_ms >= start_ms(tomorrow) + FORECAST_AFTER_MS

    def do(self) -> str:
        """Forecast from the last day that has ended."""
        # What it needs of numeric libraries is loaded when it is needed: a process that waits is small.
        from pipelines.cash_flow.run import make

        now_ms = self._clock.now_ms()
        made = make(self._settings, last_day=last_ended(now_ms), clock=self._clock)
        self._tried_ms = now_ms
        return "; ".join(f"{each.kind} of {each.tenant_id}: {each.summary}" for each in made) or "nothing to forecast from"


class ScreenedCustomers:
    """Every customer screened as they and the watch-lists are now: once a list, a customer or the weights have changed."""

    name = "screened-customers"

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def due(self, now_ms: int) -> bool:
        """Whether somebody was not screened as they are now, or against the lists as they are."""
        return waits(self._settings)

    def do(self) -> str:
        """Screen whoever waits."""
        from pipelines.screening.rescreen import rescreen

        done = [each for each in rescreen(self._settings, clock=self._clock) if each.customers]
        return "; ".join(f"{each.tenant_id}: {each.customers} customers, {each.hits} hits" for each in done) or "nobody waited"
