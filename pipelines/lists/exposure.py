"""Finding whom listed values had met, over the last months of the warehouse."""

from datetime import UTC, datetime, timedelta

from kit.clock import Clock
from kit.postgres import connect
from kit.settings import Settings
from pipelines.lists import repository
from pipelines.lists.repository import Exposure

DAYS = 90
STATEMENT_TIMEOUT_MS = 300_000


def find_exposure(settings: Settings, *, clock: Clock) -> Exposure:
    """Find what had been paid to, by or through each value that is on a list, in the last `DAYS` days, before it was listed.

    It replaces what was found before: `monitoring.list_exposure`.
    """
    at = datetime.fromtimestamp(clock.now_ms() / 1000, UTC)
    dsn = settings.warehouse.dsn("transform")
    with connect(dsn, application="list-exposure", statement_timeout_ms=STATEMENT_TIMEOUT_MS) as warehouse:
        return repository.replace(warehouse, since=at - timedelta(days=DAYS), at=at)
