"""The SQL of the checks: a day's rows, what the days before were like, what was found, and which days are held back."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.types.json import Jsonb

from pipelines.quality.sets import SETS, DataSet, Kept, Store
from pipelines.quality.usual import Counted

_NO_OFFSET = 2**63 - 1
_HELD_BACK: LiteralString = (
    "exists (select from quality.quarantine q where q.set_name = %(set)s and q.released_at is null "
    "and r.{moment} >= q.first_at and r.{moment} < q.past_at)"
)


@dataclass(frozen=True, slots=True)
class Held:
    """A day of a set that broke a promise, and who let it go, if somebody has."""

    quarantine_id: int
    set_name: str
    day: date
    reason: str
    opened_at: datetime
    released_at: datetime | None
    released_by: str | None
    release_reason: str | None


@dataclass(frozen=True, slots=True)
class Checked:
    """The newest look at a day of a set."""

    set_name: str
    day: date
    checked_at: datetime
    rows: int
    up_to_offset: int
    holds: bool
    report: dict[str, Any]


def _table(kept: Kept) -> LiteralString:
    return "staging.stg_" + kept.data.name if kept.store is Store.STAGING else "raw." + kept.data.name


def _day_source(kept: Kept, there: Collection[str], computed: Collection[str]) -> LiteralString:
    """A set's columns that are there, and those computed of them; `{start}` is the moment at which the day begins."""
    data = kept.data
    selected: list[LiteralString] = [kept.data.called(column, kept.store) for column in data.columns if column in there]
    happened, decided = data.happened or "", data.decided or ""
    if "delay_s" in computed:
        selected += [
            "case when not late then extract(epoch from " + happened + " - timestamptz '{start}')::float8 / 3600.0 end "
            "as hours_into_day",
            "extract(epoch from " + data.moment + " - " + happened + ")::float8 as delay_s",
        ]
    if "ahead_s" in computed:
        selected.append("extract(epoch from " + data.moment + " - " + decided + ")::float8 as ahead_s")
    return "select " + ", ".join(selected) + " from " + _table(kept)


def day_of(kept: Kept, first: datetime, past: datetime, *, there: Collection[str], computed: Collection[str]) -> str:
    """Return the query of a set's rows of [first, past), both with a time zone. Great Expectations takes it as text."""
    if first.tzinfo is None or past.tzinfo is None:
        raise ValueError("the bounds need a time zone")
    start, end, moment = first.isoformat(), past.isoformat(), kept.data.moment
    source = _day_source(kept, there, computed).replace("{start}", start)
    return f"select * from ({source}) r where r.{moment} >= timestamptz '{start}' and r.{moment} < timestamptz '{end}'"


def columns(connection: Connection, kept: Kept) -> list[str]:
    """Return the columns that the set has in its store, none where it is not there."""
    schema, _, table = _table(kept).partition(".")
    rows = connection.execute(
        "select attname from pg_attribute a join pg_class c on c.oid = a.attrelid "
        "join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = %s and c.relname = %s and a.attnum > 0 and not a.attisdropped order by a.attnum",
        (schema, table),
    )
    return [row[0] for row in rows]


def counted(
    connection: Connection, data: DataSet, *, there: Collection[str], before: datetime, first: datetime, past: datetime
) -> list[Counted]:
    """Count each tenant's rows of [before, first), those held back left out, and of [first, past), in the warehouse."""
    told = [column for column in data.told if column in there]
    if not {"tenant_id", data.moment} <= set(there):
        return []
    found = connection.execute(
        _counts(data, told, with_currency="currency" in there),
        {"set": "raw." + data.name, "before": before, "first": first, "past": past},
    )
    return [
        Counted(
            row[0], rows_before=row[1], rows=row[2], currencies=row[3] or [], with_value=dict(zip(told, row[4:], strict=True))
        )
        for row in found
    ]


def _counts(data: DataSet, told: Sequence[LiteralString], *, with_currency: bool) -> LiteralString:
    before: LiteralString = "filter (where r." + data.moment + " < %(first)s)"
    currencies: LiteralString = "array_agg(distinct r.currency) " + before if with_currency else "array[]::text[]"
    return (
        "select r.tenant_id, count(*) " + before + ", count(*) filter (where r." + data.moment + " >= %(first)s), " + currencies
        + "".join(", count(r." + column + ") " + before for column in told)
        + " from raw." + data.name + " r where r." + data.moment + " >= %(before)s and r." + data.moment + " < %(past)s"
        + " and r.tenant_id is not null and (r." + data.moment + " >= %(first)s or not "
        + _HELD_BACK.replace("{moment}", data.moment) + ") group by r.tenant_id"
    )  # fmt: skip


def rows_up_to(connection: Connection, data: DataSet, *, first: datetime, past: datetime, before_offset: int) -> int:
    """Count the warehouse's rows of [first, past) from messages before an offset."""
    row = connection.execute(_rows_up_to(data), (first, past, before_offset)).fetchone()
    return int(row[0]) if row else 0


def _rows_up_to(data: DataSet) -> LiteralString:
    return (
        "select count(*) from raw." + data.name + " where " + data.moment + " >= %s and " + data.moment
        + " < %s and log_offset < %s"
    )  # fmt: skip


def rows(connection: Connection, data: DataSet, *, first: datetime, past: datetime) -> int:
    """Count the warehouse's rows of [first, past)."""
    return rows_up_to(connection, data, first=first, past=past, before_offset=_NO_OFFSET)


def is_of_day(
    connection: Connection, data: DataSet, *, first_offset: int, last_offset: int, first: datetime, past: datetime
) -> bool:
    """Whether messages of an offset range belong to [first, past), or nobody knows where they belong."""
    row = connection.execute(_days_of_offsets(data), (first, past, first_offset, last_offset)).fetchone()
    return row is None or row[0] is None or bool(row[0])


def _days_of_offsets(data: DataSet) -> LiteralString:
    return (
        "select bool_or(" + data.moment + " >= %s and " + data.moment + " < %s) from raw." + data.name
        + " where log_offset between %s and %s"
    )  # fmt: skip


def next_offset(connection: Connection, topic: str) -> int | None:
    """Return up to where the warehouse has a topic of one partition, None where no sink has said."""
    row = connection.execute("select next_offset from raw.sink_offset where topic = %s and partition = 0", (topic,)).fetchone()
    return int(row[0]) if row else None


def newest_offset(connection: Connection, data: DataSet, *, first: datetime, past: datetime) -> int:
    """Return the last offset of the rows of [first, past), -1 where there is none."""
    row = connection.execute(_newest_offset(data), (first, past)).fetchone()
    return int(row[0]) if row and row[0] is not None else -1


def _newest_offset(data: DataSet) -> LiteralString:
    return "select max(log_offset) from raw." + data.name + " where " + data.moment + " >= %s and " + data.moment + " < %s"


def keep_checked(connection: Connection, checked: Checked) -> None:
    """Write what was found of a day, in the place of what was found before."""
    connection.execute(
        "insert into quality.checked (set_name, day, checked_at, rows, up_to_offset, holds, report) "
        "values (%s, %s, %s, %s, %s, %s, %s) on conflict (set_name, day) do update set checked_at = excluded.checked_at, "
        "rows = excluded.rows, up_to_offset = excluded.up_to_offset, holds = excluded.holds, report = excluded.report",
        (
            checked.set_name, checked.day, checked.checked_at, checked.rows, checked.up_to_offset, checked.holds,
            Jsonb(checked.report),
        ),
    )  # fmt: skip


def all_checked(connection: Connection, *, since: date | None = None) -> list[Checked]:
    """Return the newest look at every day from `since` on, in the order of days and sets."""
    rows = connection.execute(
        "select set_name, day, checked_at, rows, up_to_offset, holds, report from quality.checked "
        "where day >= coalesce(%s, '-infinity'::date) order by day, set_name",
        (since,),
    )
    return [Checked(*row) for row in rows]


_HELD = "quarantine_id, set_name, day, reason, opened_at, released_at, released_by, release_reason"


def newest_held(connection: Connection, set_name: str, day: date) -> Held | None:
    """Return the newest quarantine of a day, open or not, and keep others from changing it until the transaction ends."""
    connection.execute("select pg_advisory_xact_lock(hashtext('quality'), hashtext(%s))", (f"{set_name} {day}",))
    row = connection.execute(
        f"select {_HELD} from quality.quarantine where set_name = %s and day = %s order by quarantine_id desc limit 1",
        (set_name, day),
    ).fetchone()
    return Held(*row) if row else None


def held(connection: Connection, *, only_open: bool = True) -> list[Held]:
    """Return the quarantines, in the order of days and sets."""
    rows = connection.execute(
        f"select {_HELD} from quality.quarantine where not %s or released_at is null order by day, set_name, quarantine_id",
        (only_open,),
    )
    return [Held(*row) for row in rows]


def hold(
    connection: Connection,
    *,
    set_name: str,
    day: date,
    first: datetime,
    past: datetime,
    reason: str,
    report: dict[str, Any],
    at: datetime,
) -> None:
    """Hold a day back."""
    connection.execute(
        "insert into quality.quarantine (set_name, day, first_at, past_at, reason, report, opened_at) "
        "values (%s, %s, %s, %s, %s, %s, %s)",
        (set_name, day, first, past, reason, Jsonb(report), at),
    )


def amend(connection: Connection, quarantine_id: int, *, reason: str, report: dict[str, Any]) -> None:
    """Say anew why an open quarantine is there."""
    connection.execute(
        "update quality.quarantine set reason = %s, report = %s where quarantine_id = %s",
        (reason, Jsonb(report), quarantine_id),
    )


def let_go(connection: Connection, quarantine_id: int, *, by: str, reason: str, at: datetime) -> None:
    """End a quarantine."""
    connection.execute(
        "update quality.quarantine set released_at = %s, released_by = %s, release_reason = %s where quarantine_id = %s",
        (at, by, reason, quarantine_id),
    )


@dataclass(frozen=True, slots=True)
class Late:
    """Rows that came for a day after it was looked at: how many, and the last of them."""

    set_name: str
    day: date
    rows: int
    newest_offset: int


def late(connection: Connection, *, timezone: str, after: dict[str, int]) -> Iterator[Late]:
    """Yield the days of each raw set that got rows after they were looked at; `after` are the offsets that are known of."""
    for data in SETS:
        name = Kept(Store.RAW, data).name
        rows = connection.execute(_late(data), {"zone": timezone, "set": name, "after": after.get(name, -1)})
        for day, count, newest in rows:
            yield Late(name, day, count, newest)


def _late(data: DataSet) -> LiteralString:
    return (
        "select c.day, count(*), max(r.log_offset) from (select (" + data.moment + " at time zone %(zone)s)::date as day,"
        " log_offset from raw." + data.name + " where log_offset > %(after)s) r join quality.checked c on c.set_name = %(set)s"
        " and c.day = r.day and c.up_to_offset < r.log_offset group by c.day order by c.day"
    )  # fmt: skip


def newest_offsets(connection: Connection) -> dict[str, int]:
    """Return the last offset of each raw set; a set without rows is absent."""
    found = {}
    for data in SETS:
        row = connection.execute(_last_offset(data)).fetchone()
        if row and row[0] is not None:
            found[Kept(Store.RAW, data).name] = int(row[0])
    return found


def _last_offset(data: DataSet) -> LiteralString:
    return "select max(log_offset) from raw." + data.name
