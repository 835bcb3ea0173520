"""The SQL of analytics: marts only, under the reader's tenant. Names come from the catalogue, values are bound."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import LiteralString

from psycopg import AsyncConnection, sql
from psycopg.rows import dict_row

from serving.analytics.asked import Asked, Every, Period
from serving.analytics.catalogue import Dataset, Dimension, Fold

Row = dict[str, object]
SCHEMA = "marts"
_FOLDS: dict[Fold, LiteralString] = {
    Fold.SUM: "sum({})::bigint",
    Fold.MAX: "max({})",
    Fold.MEAN: "avg({})::double precision",
}

_SUMS = (
    "sum(transactions)::bigint as transactions, sum(amount_minor)::bigint as amount_minor, sum(allowed)::bigint as allowed, "
    "sum(reviewed)::bigint as reviewed, sum(denied)::bigint as denied, sum(frauds)::bigint as frauds, "
    "sum(fraud_amount_minor)::bigint as fraud_amount_minor, sum(frauds_caught)::bigint as frauds_caught, "
    "sum(false_alarms)::bigint as false_alarms"
)


async def daily(connection: AsyncConnection, *, tenant_id: str, first: date, past: date) -> list[Row]:
    """Return a row a day and channel of the half-open period [first, past)."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            f"select day, channel, {_SUMS} from marts.daily_volume_and_fraud "
            "where tenant_id = %s and day >= %s and day < %s group by day, channel order by day, channel",
            (tenant_id, first, past),
        )
        return await cursor.fetchall()


async def as_of(connection: AsyncConnection, *, tenant_id: str) -> datetime | None:
    """Return when the build that made the marts began; None where they hold nothing of the tenant."""
    cursor = await connection.execute("select as_of from marts.freshness where tenant_id = %s", (tenant_id,))
    row = await cursor.fetchone()
    return row[0] if row else None


async def by_channel(connection: AsyncConnection, *, tenant_id: str) -> list[Row]:
    """Return a row a channel over all days, with the first and last day."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            f"select channel, min(day) as first_day, max(day) as last_day, {_SUMS} from marts.daily_volume_and_fraud "
            "where tenant_id = %s group by channel order by channel",
            (tenant_id,),
        )
        return await cursor.fetchall()


async def series(connection: AsyncConnection, asked: Asked, *, tenant_id: str, every: Every, limit: int) -> list[Row]:
    """Return up to `limit` points (at, by, currency, value), oldest first; `asked` is of a dataset of days."""
    day = sql.Identifier(str(asked.dataset.day))
    at = day if every is Every.DAY else sql.SQL("date_trunc({}, {})::date").format(sql.Literal(every.value), day)
    kept, values = _kept(asked, tenant_id=tenant_id, at=at)
    query = sql.SQL(
        "with kept as ({kept}) select at, {by} as by, {currency} as currency, {value} as value from kept "
        "group by 1, 2, 3 order by 1, 2, 3 limit {limit}"
    ).format(
        kept=kept, by=_text(asked.by.name if asked.by else None), currency=_text(asked.currency), value=_folded(asked),
        limit=sql.Placeholder(),
    )  # fmt: skip
    return await _rows(connection, query, [*values, limit])


async def breakdown(connection: AsyncConnection, asked: Asked, *, tenant_id: str, limit: int) -> list[Row]:
    """Return up to `limit` groups (by, currency, value, whole), the largest first; `whole` is the value over all groups.

    A ratio's whole is the ratio of the sums.
    """
    kept, values = _kept(asked, tenant_id=tenant_id, at=sql.SQL("null::date"))
    by, currency = _text(asked.by.name if asked.by else None), _text(asked.currency)
    query = sql.SQL(
        "with kept as ({kept}), "
        "groups as (select {by} as by, {currency} as currency, {value} as value from kept group by 1, 2), "
        "wholes as (select {currency} as currency, {value} as whole from kept group by 1) "
        "select groups.by, groups.currency, groups.value, wholes.whole from groups "
        "join wholes on wholes.currency is not distinct from groups.currency "
        "order by groups.value desc nulls last, groups.by, groups.currency limit {limit}"
    ).format(kept=kept, by=by, currency=currency, value=_folded(asked), limit=sql.Placeholder())
    return await _rows(connection, query, [*values, limit])


def copied(
    dataset: Dataset, *, period: Period | None, filters: Sequence[tuple[Dimension, str]], tenant_id: str, limit: int
) -> tuple[sql.Composed, list[object]]:
    """Return the statement (and its values) that copies up to `limit` rows of a mart as CSV, with a head of names."""
    kept, values = _condition(dataset, period, filters, tenant_id=tenant_id)
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in dataset.exported)
    keys = [*([dataset.day] if dataset.day else []), *dataset.by_dimension]
    query = sql.SQL(
        "copy (select {columns} from {mart} where {kept} order by {keys} limit {limit}) to stdout with (format csv, header)"
    ).format(
        columns=columns,
        mart=_mart(dataset),
        kept=kept,
        keys=sql.SQL(", ").join(sql.Identifier(name) for name in keys),
        limit=sql.Placeholder(),
    )
    return query, [*values, limit]


async def customer(connection: AsyncConnection, *, tenant_id: str, customer_id: str) -> Row | None:
    """Return what the marts know of a customer over all time, with their usual habits; None where they know nothing."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "select c.customer_since, c.first_seen_at, c.last_seen_at, c.transactions, c.accounts, "
            "p.payments_30d, p.mean_amount_minor_30d, p.usual_hour "
            "from marts.dim_customers c left join marts.customer_profiles p "
            "on p.tenant_id = c.tenant_id and p.customer_id = c.customer_id "
            "where c.tenant_id = %s and c.customer_id = %s",
            (tenant_id, customer_id),
        )
        return await cursor.fetchone()


async def customer_days(connection: AsyncConnection, *, tenant_id: str, customer_id: str, period: Period) -> list[Row]:
    """Return a row a day, direction, channel and currency of what a customer's transactions moved, oldest first."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "select day, direction, channel, currency, count(*) as transactions, sum(amount_minor)::bigint as amount_minor "
            "from marts.fct_transactions where tenant_id = %s and customer_id = %s and day >= %s and day < %s "
            "and outcome = 'posted' group by day, direction, channel, currency order by day, direction, channel, currency",
            (tenant_id, customer_id, period.first, period.past),
        )
        return await cursor.fetchall()


def _mart(dataset: Dataset) -> sql.Identifier:
    return sql.Identifier(SCHEMA, dataset.mart)


def _text(name: str | None) -> sql.Composable:
    return sql.SQL("null::text") if name is None else sql.SQL("{}::text").format(sql.Identifier(name))


def _kept(asked: Asked, *, tenant_id: str, at: sql.Composable) -> tuple[sql.Composed, list[object]]:
    """The rows that count, each with the point it belongs to and, where it is asked for, the newest day of that point."""
    kept, values = _condition(asked.dataset, asked.period, asked.filters, tenant_id=tenant_id)
    newest: sql.Composable = sql.SQL("")
    if asked.measure.fold is Fold.LAST:
        newest = sql.SQL(", max({}) over (partition by {}) as newest_day").format(sql.Identifier(str(asked.dataset.day)), at)
    query = sql.SQL("select *, {at} as at{newest} from {mart} where {kept}")
    return query.format(at=at, newest=newest, mart=_mart(asked.dataset), kept=kept), values


def _folded(asked: Asked) -> sql.Composable:
    """The expression that folds rows into the measure. Sums of whole numbers are whole."""
    measure = asked.measure
    if measure.fold is Fold.ROWS:
        return sql.SQL("count(*)")
    column = sql.Identifier(measure.read_from)
    if measure.fold is Fold.RATIO:
        return sql.SQL("sum({})::double precision / nullif(sum({}), 0)::double precision").format(
            column, sql.Identifier(str(measure.over))
        )
    if measure.fold is Fold.LAST:
        return sql.SQL("(sum({}) filter (where {} = newest_day))::bigint").format(
            column, sql.Identifier(str(asked.dataset.day))
        )
    return sql.SQL(_FOLDS[measure.fold]).format(column)


def _condition(
    dataset: Dataset, period: Period | None, filters: Sequence[tuple[Dimension, str]], *, tenant_id: str
) -> tuple[sql.Composable, list[object]]:
    parts: list[sql.Composable] = [sql.SQL("tenant_id = %s")]
    values: list[object] = [tenant_id]
    if dataset.day and period is not None:
        parts.append(sql.SQL("{day} >= %s and {day} < %s").format(day=sql.Identifier(dataset.day)))
        values += [period.first, period.past]
    for dimension, value in filters:
        parts.append(sql.SQL("{}::text = %s").format(sql.Identifier(dimension.name)))
        values.append(value)
    return sql.SQL(" and ").join(parts), values


async def _rows(connection: AsyncConnection, query: sql.Composed, values: list[object]) -> list[Row]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, values)
        return await cursor.fetchall()
