"""The SQL of suitability, under the reader's tenant. Rows are added and never changed."""

from collections.abc import Mapping
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

Row = dict[str, object]

_INSERT = (
    "insert into bank.suitability (tenant_id, customer_id, version, answers, profile, questionnaire, answered_at, expires_at) "
    "select c.tenant_id, c.customer_id, %(version)s, %(answers)s, %(profile)s, %(questionnaire)s, %(answered_at)s, "
    "%(expires_at)s from bank.customer c "
    "where c.tenant_id = %(tenant_id)s and c.customer_id = %(customer_id)s and c.restricted_at is null"
)


async def insert_answers(
    connection: AsyncConnection,
    *,
    tenant_id: str,
    customer_id: str,
    version: int,
    answers: Mapping[str, str],
    profile: str,
    questionnaire: int,
    answered_at: datetime,
    expires_at: datetime,
) -> bool:
    """Store what a customer answered; False when their erasure was asked for."""
    values = {
        "tenant_id": tenant_id, "customer_id": customer_id, "version": version, "answers": Jsonb(dict(answers)),
        "profile": profile, "questionnaire": questionnaire, "answered_at": answered_at, "expires_at": expires_at,
    }  # fmt: skip
    return (await connection.execute(_INSERT, values)).rowcount == 1


async def newest(connection: AsyncConnection, *, tenant_id: str, customer_id: str) -> Row | None:
    """Return what a customer answered last; None where they never did."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "select customer_id, version, answers, profile, questionnaire, answered_at, expires_at from bank.suitability "
            "where tenant_id = %s and customer_id = %s order by version desc limit 1",
            (tenant_id, customer_id),
        )
        return await cursor.fetchone()


async def lock_customer(connection: AsyncConnection, *, tenant_id: str, customer_id: str) -> None:
    """Keep others from answering for the same customer until the transaction ends."""
    await connection.execute(
        "select 1 from bank.customer where tenant_id = %s and customer_id = %s for update", (tenant_id, customer_id)
    )
