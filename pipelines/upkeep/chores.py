"""What comes round: when it is due, by what has been done already, and how it is done. Done again, each changes nothing."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from kit.apart import Apart
from kit.clock import Clock
from kit.lake.lock import LakeBusy
from kit.postgres import connect
from kit.settings import Settings
from ledger.days import end_ms, last_ended, start_ms
from pipelines.aml.nightly.days import unseen
from pipelines.cash_flow import repository as forecasts
from pipelines.insight.categories import repository as text_models
from pipelines.insight.money import repository as own_money
from pipelines.lake.compaction import compact
from pipelines.screening.approved import any_approved, load_approved
from pipelines.screening.waiting import waits
from pipelines.upkeep import work

COMPACT_EVERY_MS = 3_600_000
# Days end at midnight; what happened just before it has then been in the warehouse for long.
FORECAST_AFTER_MS = 3 * 3_600_000
LOOK_AT_MONEY_AFTER_MS = FORECAST_AFTER_MS + 1_800_000
LEARN_AFTER_MS = 4 * 3_600_000
# Where Dagster runs it has looked by then.
LOOK_FOR_LAUNDERING_AFTER_MS = 5 * 3_600_000


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

    def __init__(self, settings: Settings, clock: Clock, apart: Apart) -> None:
        self._settings = settings
        self._clock = clock
        self._apart = apart
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
        now_ms = self._clock.now_ms()
        told = self._apart(work.forecast_money, self._settings, last_ended(now_ms), self._clock)
        self._tried_ms = now_ms
        return told


class OwnMoney:
    """What customers' money says at the end of each day that has ended: at once where it was never asked, else at night."""

    name = "own-money"

    def __init__(self, settings: Settings, clock: Clock, apart: Apart) -> None:
        self._settings = settings
        self._clock = clock
        self._apart = apart
        self._done: date | None = None

    def due(self, now_ms: int) -> bool:
        """Whether a day has ended that nothing is known of, and histories have all of it."""
        ended = last_ended(now_ms)
        if self._done == ended:
            return False
        with connect(self._settings.warehouse.dsn("audit"), application=self.name) as warehouse:
            stands = own_money.where_it_stands(warehouse)
        past = datetime.fromtimestamp(end_ms(ended) / 1000, UTC)
        if not stands.anybody or stands.histories_until is None or stands.histories_until < past:
            return False
        if stands.known_as_of is None:
            return True
        return stands.known_as_of < ended and now_ms >= start_ms(ended + timedelta(days=1)) + LOOK_AT_MONEY_AFTER_MS

    def do(self) -> str:
        """Look at the last day that has ended."""
        ended = last_ended(self._clock.now_ms())
        told = self._apart(work.look_at_money, self._settings, ended, self._clock)
        self._done = ended
        return told


class LearnedCategories:
    """What movements were for, learned at night from the day that has ended, by which the projector decides from then on."""

    name = "learned-categories"

    def __init__(self, settings: Settings, clock: Clock, apart: Apart) -> None:
        self._settings = settings
        self._clock = clock
        self._apart = apart
        self._tried: date | None = None

    def due(self, now_ms: int) -> bool:
        """Whether a day has ended from which nothing was learned; one from which nothing could be is not tried twice."""
        ended = last_ended(now_ms)
        if self._tried == ended or now_ms < start_ms(ended + timedelta(days=1)) + LEARN_AFTER_MS:
            return False
        with connect(self._settings.warehouse.dsn("audit"), application=self.name) as warehouse:
            newest = text_models.newest(warehouse)
        return newest is None or newest.learned_until < ended

    def do(self) -> str:
        """Learn from what there is at the end of the last day that has ended."""
        ended = last_ended(self._clock.now_ms())
        told = self._apart(work.learn_categories, self._settings, ended, self._clock)
        self._tried = ended
        return told


class ScenarioNights:
    """All scenarios of money laundering over each day that has ended, once: in the morning, where nobody did so at night."""

    name = "scenario-nights"

    def __init__(self, settings: Settings, clock: Clock, apart: Apart) -> None:
        self._settings = settings
        self._clock = clock
        self._apart = apart
        self._done: date | None = None

    def due(self, now_ms: int) -> bool:
        """Whether a bank has a day that has ended and was not looked at."""
        ended = last_ended(now_ms)
        if self._done == ended or now_ms < start_ms(ended + timedelta(days=1)) + LOOK_FOR_LAUNDERING_AFTER_MS:
            return False
        return unseen(self._settings, last_day=ended)

    def do(self) -> str:
        """Look at what has ended."""
        ended = last_ended(self._clock.now_ms())
        told = self._apart(work.look_for_laundering, self._settings, ended, self._clock)
        self._done = ended
        return told


class ApprovedLists:
    """A bank's own watch-lists as two people have changed them, loaded as their next versions."""

    name = "approved-lists"

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def due(self, now_ms: int) -> bool:
        """Whether an approved change waits."""
        return any_approved(self._settings)

    def do(self) -> str:
        """Load what waits."""
        loaded, refused = load_approved(self._settings, clock=self._clock)
        return f"{loaded} loaded, {refused} refused"


class ScreenedCustomers:
    """Every customer screened as they and the watch-lists are now: once a list, a customer or the weights have changed."""

    name = "screened-customers"

    def __init__(self, settings: Settings, clock: Clock, apart: Apart) -> None:
        self._settings = settings
        self._clock = clock
        self._apart = apart

    def due(self, now_ms: int) -> bool:
        """Whether somebody was not screened as they are now, or against the lists as they are."""
        return waits(self._settings)

    def do(self) -> str:
        """Screen whoever waits."""
        return self._apart(work.screen_customers, self._settings, self._clock)
