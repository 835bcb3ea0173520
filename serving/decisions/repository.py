"""The SQL of decisions: raw.decisions and what became of them, in the warehouse, under the reader's tenant."""

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


async def list_decisions(
    connection: AsyncConnection,
    *,
    tenant_id: str,
    verdict: str | None,
    customer_id: str | None,
    before: int | None,
    limit: int,
) -> list[Row]:
    """Return decisions before a log offset, newest first. The log only grows, so a page never changes."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            f"select {_COLUMNS} from raw.decisions where tenant_id = %(tenant_id)s "
            "and (%(verdict)s::text is null or verdict = %(verdict)s) "
            "and (%(customer_id)s::text is null or customer_id = %(customer_id)s) "
            "and (%(before)s::bigint is null or log_offset < %(before)s) order by log_offset desc limit %(limit)s",
            {"tenant_id": tenant_id, "verdict": verdict, "customer_id": customer_id, "before": before, "limit": limit},
        )
        return await cursor.fetchall()


async def find_decision(connection: AsyncConnection, *, tenant_id: str, transaction_id: UUID) -> Row | None:
    """Return one decision with its outcome and its newest label."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            f"select {_COLUMNS}, "
            "(select o.outcome from raw.outcomes o where o.tenant_id = d.tenant_id and o.transaction_id = d.transaction_id "
            "order by o.log_offset limit 1) as outcome, "
            "(select l.kind from raw.labels l where l.tenant_id = d.tenant_id and l.transaction_id = d.transaction_id "
            "order by l.known_at desc limit 1) as label "
            "from raw.decisions d where d.tenant_id = %s and d.transaction_id = %s",
            (tenant_id, transaction_id),
        )
        return await cursor.fetchone()
