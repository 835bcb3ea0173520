"""Which days were looked at, and which are next. Loads no numeric library: `upkeep` asks it every half minute."""

from datetime import date, timedelta

from kit.postgres import connect
from kit.settings import Settings
from pipelines.aml.nightly import repository

APPLICATION = "scenario-nights"
# Selection is due 45 days after the operation (Circular BCB 3.978/2020): what lies further back is too late.
MOST_DAYS = 45
# What reached the lake after its night is looked at with the next one.
AGAIN_DAYS = 2


def newest_nights(settings: Settings) -> dict[str, date | None]:
    """Return by tenant the last day that was looked at; None where none was."""
    with connect(settings.core.dsn("audit"), application=APPLICATION) as connection:
        return {tenant: repository.newest_night(connection, tenant) for tenant in repository.tenants(connection)}


def unseen(settings: Settings, *, last_day: date) -> bool:
    """Whether a tenant has a day up to this one that was not looked at."""
    return any(each is None or each < last_day for each in newest_nights(settings).values())


def days_after(newest: date | None, last_day: date) -> list[date]:
    """Return the days to look at, and before them those that are looked at again; the last one always."""
    first = last_day - timedelta(days=MOST_DAYS - 1)
    if newest is not None:
        first = max(first, min(newest + timedelta(days=1), last_day) - timedelta(days=AGAIN_DAYS))
    return [first + timedelta(days=number) for number in range((last_day - first).days + 1)]
