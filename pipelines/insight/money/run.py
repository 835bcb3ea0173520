"""A night's look at customers' money: read each holder's as it was at a day's end, ask the insights, keep what they say."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from typing import TypeVar

from psycopg import Connection

from insight.budgets import Progress
from insight.health import PARTS, Health, Part
from insight.own_money import Booked, Budget, OwnMoney, first_day, health_of, read_history, standings, unusual_of
from kit.clock import Clock
from kit.errors import Conflict
from kit.postgres import connect
from kit.settings import Settings
from ledger.days import end_ms, start_ms
from pipelines.insight.money import repository
from pipelines.insight.money.repository import Held, Holder, Row

APPLICATION, ROLE = "own-money", "transform"
STATEMENT_TIMEOUT_MS = 900_000
# So many holders' accounts are looked up at once; their movements come one holder after the other.
PAGE_HOLDERS = 500

_NOBODY: tuple[int, Iterator[tuple[int, Booked]]] = (0, iter(()))

Progressed = Callable[[str], None]
T = TypeVar("T")


class HistoriesBehind(Conflict):
    """Movements of the day may still be missing: what would be said could be wrong."""

    code = "histories-behind"
    title = "The histories do not have the whole day yet"
    remedy = "Ask again once the projector has come past the end of the day (`baas status`)."


class LookedAtAlready(Conflict):
    """Two at once would do the same work twice."""

    code = "money-looked-at"
    title = "Another process looks at customers' money right now"
    remedy = "Wait until it is done."


@dataclass(frozen=True, slots=True)
class Made:
    """What was looked at and said of one tenant. A holder is a customer in one currency."""

    tenant_id: str
    holders: int
    movements: int
    scores: int
    budgets: int
    unusual: int
    seconds: float

    @property
    def summary(self) -> str:
        """One line for whoever looks at the run."""
        return (
            f"{self.scores} scores, {self.budgets} budgets and {self.unusual} unusual of {self.holders} holders, "
            f"{self.holders / max(self.seconds, 1e-3):.0f} a second"
        )


@dataclass(slots=True)
class _Page:
    """What was said of some holders, as rows of the warehouse, and how many movements it was said of."""

    health: list[Row] = field(default_factory=list)
    standings: list[Row] = field(default_factory=list)
    unusual: list[Row] = field(default_factory=list)
    movements: int = 0


@dataclass(frozen=True, slots=True)
class _Day:
    """The day of one tenant: the movements of [start, past) are looked at."""

    tenant_id: str
    last_day: date
    start: datetime
    past: datetime


def make(settings: Settings, *, last_day: date, clock: Clock, progress: Progressed | None = None) -> list[Made]:
    """Look at every holder's money as it was known at the end of `last_day`, of every tenant; again, it takes its own place.

    What is kept of a tenant changes at once or, when this ends before, not at all; a tenant of which a later day's is kept is
    left as it is, and where no history is kept nobody is looked at. Memory holds one page of holders and the movements of one.
    Raises HistoriesBehind, LookedAtAlready.
    """
    past = _moment(end_ms(last_day))
    with (
        connect(settings.warehouse.dsn(ROLE), application=APPLICATION, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as reading,
        connect(settings.warehouse.dsn(ROLE), application=APPLICATION, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as writing,
    ):
        if not repository.take_turn(writing):
            raise LookedAtAlready("somebody else holds the lock")
        for connection in (reading, writing):
            repository.be_patient(connection)
        until = repository.histories_until(reading)
        if until is None:  # nobody keeps histories here, so that there is nothing to wait for
            return []
        if until < past:
            raise HistoriesBehind(f"{last_day} ends at {past.isoformat()}; histories go to {until.isoformat()}")
        made = []
        for tenant_id in repository.tenants(reading):
            known = repository.known_as_of(writing, tenant_id=tenant_id)
            if known is not None and known > last_day:
                continue
            day = _Day(tenant_id, last_day, _moment(start_ms(first_day(last_day))), past)
            row = {
                "tenant_id": tenant_id, "as_of": last_day, "made_at": _moment(clock.now_ms()), "histories_until": until,
            }  # fmt: skip
            with writing.transaction():
                repository.begin(writing, row)
                made.append(_make_one(reading, writing, day, progress=progress))
    return made


def _make_one(reading: Connection, writing: Connection, day: _Day, *, progress: Progressed | None) -> Made:
    began_s = time.monotonic()
    held = repository.held(reading, tenant_id=day.tenant_id, past=day.past)
    made = Made(day.tenant_id, holders=0, movements=0, scores=0, budgets=0, unusual=0, seconds=0.0)
    after: Holder | None = None
    while asked := repository.holders(reading, tenant_id=day.tenant_id, past=day.past, after=after, limit=PAGE_HOLDERS):
        with reading.transaction():
            repository.snapshot(reading)
            page = _looked_at(reading, asked, day, held)
        repository.keep(writing, health=page.health, standings=page.standings, unusual=page.unusual)
        made = Made(
            tenant_id=day.tenant_id,
            holders=made.holders + len(asked),
            movements=made.movements + page.movements,
            scores=made.scores + len(page.health),
            budgets=made.budgets + len(page.standings),
            unusual=made.unusual + len(page.unusual),
            seconds=time.monotonic() - began_s,
        )
        after = asked[-1]
        if progress:
            progress(f"{day.tenant_id}: {made.summary}")
    repository.finish(writing, tenant_id=day.tenant_id, holders=made.holders, movements=made.movements)
    return made


def _looked_at(reading: Connection, asked: Sequence[Holder], day: _Day, held: Held) -> _Page:
    page = _Page()
    for holder, own in _read(reading, asked, day, held):
        whose: dict[str, object] = {"tenant_id": day.tenant_id, **holder._asdict()}
        health = health_of(own)
        if health is not None:
            page.health.append(whose | _health_row(health))
        page.standings.extend(whose | _standing_row(budget, found) for budget, found in standings(own))
        page.unusual.extend(whose | asdict(each) for each in unusual_of(own))
        page.movements += len(own.history.movements)
    return page


def _read(reading: Connection, asked: Sequence[Holder], day: _Day, held: Held) -> Iterator[tuple[Holder, OwnMoney]]:
    """Yield the money of each holder; the movements of one at a time are in memory."""
    opened = repository.accounts(reading, asked, tenant_id=day.tenant_id, past=day.past)
    accounts = _by_place((account.place, account) for account in opened)
    budgets = _by_place(repository.budgets(reading, asked, tenant_id=day.tenant_id, past=day.past))
    rows = repository.movements(reading, opened, tenant_id=day.tenant_id, start=day.start, past=day.past)
    for (place, holder), booked in _with_movements(enumerate(asked, start=1), rows):
        history, day_ends = read_history(booked, today=day.last_day)
        own = OwnMoney(
            today=day.last_day,
            available_minor=sum(each.balance_minor - held.get(each.account_id, 0) for each in accounts[place]),
            set_aside_minor=sum(each.set_aside_minor for each in accounts[place]),
            savings_accounts=frozenset(each.account_id for each in accounts[place] if each.is_savings),
            budgets=budgets[place],
            history=history,
            day_ends=day_ends,
        )
        yield holder, own


def _with_movements(
    holders: Iterable[tuple[int, Holder]], rows: Iterable[tuple[int, Booked]]
) -> Iterator[tuple[tuple[int, Holder], Iterable[Booked]]]:
    """Yield each holder with their movements, none where they have none. Each has to be read before the next is asked for."""
    groups = groupby(rows, key=lambda row: row[0])
    whose, found = next(groups, _NOBODY)
    for place, holder in holders:
        if place == whose:
            yield (place, holder), (booked for _, booked in found)
            whose, found = next(groups, _NOBODY)
        else:
            yield (place, holder), ()


def _health_row(found: Health) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(name for part in Part for name in (f"{part}_points", _measured(part)))
    for each in found.parts:
        row |= {f"{each.part}_points": each.points, _measured(each.part): each.measure}
    return row | {"score": found.score, "band": found.band, "months": found.months, "moves_most": found.moves_most}


def _measured(part: Part) -> str:
    """The column of a part's measure: its unit comes last."""
    return f"{part}_{PARTS[part].unit}"


def _standing_row(budget: Budget, found: Progress) -> dict[str, object]:
    end = found.end
    return asdict(budget) | {
        "month": found.month,
        "days_left": found.days_left,
        "spent_minor": found.spent_minor,
        "left_minor": found.left_minor,
        "standing": found.standing,
        "expected_minor": end and end.expected_minor,
        "low_80_minor": end and end.low_80_minor,
        "high_80_minor": end and end.high_80_minor,
        "chance_over_pct": end and end.chance_over_pct,
    }


def _by_place(found: Iterable[tuple[int, T]]) -> Mapping[int, list[T]]:
    places: dict[int, list[T]] = defaultdict(list)
    for place, each in found:
        places[place].append(each)
    return places


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
