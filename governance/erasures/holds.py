"""What keeps a person from being erased, and until when. Pure.

Sources. LGPD (Lei 13.709/2018), art. 16, I: data are kept where the law or a regulator asks for it; art. 18, IV and VI, and
art. 5, XIII: meanwhile they are blocked. Lei 9.613/1998, art. 10, paragraph 2: five years at least from the end of the account.
Circular BCB 3.978/2020, art. 67: ten years, counted from the first day of the year after the relationship ended. That is the
longer of the two, and the one that is computed here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

AML_YEARS = 10
AML_LAW = "Circular BCB 3.978/2020, art. 67 (Lei 9.613/1998, art. 10, § 2º; LGPD, art. 16, I)"
ALERT_LAW = "Circular BCB 3.978/2020, art. 43 (LGPD, art. 16, I)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One reason to keep somebody's data. `until` is null for one that ends when somebody ends it."""

    law: str
    why: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A hold that compliance placed."""

    law: str
    reason: str
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is asked about a customer who has left: since when, whether they ever had an account, what is open, placed holds."""

    closed_at: datetime
    had_account: bool
    open_alerts: int
    open_cases: int = 0
    placed: Sequence[Placed] = ()


def holds(facts: Facts, *, now: datetime) -> list[Hold]:
    """Return everything that holds at `now`; nothing means that the person may be erased."""
    found = [
        Hold(law=placed.law, why=placed.reason, until=placed.until)
        for placed in facts.placed
        if placed.until is None or placed.until > now
    ]
    if facts.had_account and (kept_until := aml_until(facts.closed_at)) > now:
        found.append(Hold(law=AML_LAW, why="records of who a customer was are kept for ten years", until=kept_until))
    if facts.open_alerts:
        found.append(Hold(law=ALERT_LAW, why=f"{facts.open_alerts} alerts about the customer are not ended"))
    if facts.open_cases:
        found.append(Hold(law=ALERT_LAW, why=f"{facts.open_cases} cases or freezes of the customer are not ended"))
    return found


def aml_until(closed_at: datetime) -> datetime:
    """Return when the records of a relationship that ended then need be kept no longer."""
    return datetime(closed_at.astimezone(UTC).year + 1 + AML_YEARS, 1, 1, tzinfo=UTC)


def due_at(found: Sequence[Hold], *, now: datetime) -> datetime | None:
    """Return when the last of the holds ends by itself, `now` where there is none; None where one does not end by itself."""
    ends = [hold.until for hold in found]
    return None if None in ends else max([now, *(end for end in ends if end is not None)])
