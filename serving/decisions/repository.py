"""The SQL of decisions: raw.decisions and what became of them, in the warehouse, under the reader's tenant."""

from collections.abc import Mapping
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

Row = dict[str, object]

_COLUMNS = (
    "transaction_id, event_time, known_at, scored_at, channel, direction, amount_minor, currency, customer_id, account_id, "
    "card_id, device_id, ip, payee_id, merchant_id, mcc, country, entry_mode, verdict, source, probability, anomaly, rules, "
    "shadow_rules, reasons, model, policy, feature_set, truncated, late, control_group, duration_us, door, adopted, epoch, n, "
    "log_offset"
)


# Each filter with its condition. The partial index of rules is asked only where its own condition is said too.
_CONDITIONS = {
    "verdict": "verdict = %(verdict)s",
    "customer_id": "customer_id = %(customer_id)s",
    "payee_id": "payee_id = %(payee_id)s",
    "rule": "rules <> '{}' and rules @> array[%(rule)s::text]",
    "reason": "%(reason)s::text = any (reasons)",
    "model": "model = %(model)s",
    "channel": "channel = %(channel)s",
    "at_least_minor": "amount_minor >= %(at_least_minor)s",
    "from_time": "event_time >= %(from_time)s",
    "until_time": "event_time < %(until_time)s",
    "before": "log_offset < %(before)s",
}


async def list_decisions(
    connection: AsyncConnection, *, tenant_id: str, filters: Mapping[str, object | None], limit: int
) -> list[Row]:
    """Return decisions that pass `filters` (by the names of `_CONDITIONS`), newest first.

    The log only grows, so a page (`before` a log offset) never changes.
    """
    asked = {name: value for name, value in filters.items() if value is not None}
    conditions = " and ".join(["tenant_id = %(tenant_id)s", *(_CONDITIONS[name] for name in asked)])
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            f"select {_COLUMNS} from raw.decisions where {conditions} order by log_offset desc limit %(limit)s",
            asked | {"tenant_id": tenant_id, "limit": limit},
        )
        return await cursor.fetchall()


async def find_decision(connection: AsyncConnection, *, tenant_id: str, transaction_id: UUID) -> Row | None:
    """Return one decision with its outcome, its newest label, and of one in an alert which, and the features that stood out."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            f"select {_COLUMNS}, challenger, challenger_probability, challenger_verdict, "
            "(select o.outcome from raw.outcomes o where o.tenant_id = d.tenant_id and o.transaction_id = d.transaction_id "
            "order by o.log_offset limit 1) as outcome, "
            "(select l.kind from raw.labels l where l.tenant_id = d.tenant_id and l.transaction_id = d.transaction_id "
            "order by l.known_at desc limit 1) as label, "
            "a.alert_id, coalesce(a.stand_outs, '[]') as stand_outs "
            "from raw.decisions d left join lateral (select a.alert_id, a.stand_outs from raw.alerts a "
            "where a.tenant_id = d.tenant_id and a.transaction_id = d.transaction_id order by a.log_offset limit 1) a on true "
            "where d.tenant_id = %s and d.transaction_id = %s",
            (tenant_id, transaction_id),
        )
        return await cursor.fetchone()
