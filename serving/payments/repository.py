"""The SQL of payments: claims with their audit rows, and what became of a transfer."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row, dict_row

from serving.screening.met import Stands

Row = dict[str, object]

# One statement, so one transaction: a key is claimed together with the audit row that says who asked for what.
_CLAIM = """
with given as materialized (
    select * from unnest(
        %(tenants)b::text[], %(keys)b::text[], %(hashes)b::bytea[], %(ids)b::uuid[], %(intents)b::bytea[], %(actors)b::text[],
        %(actions)b::text[], %(correlation_ids)b::text[]
    ) with ordinality as g (tenant_id, key, request_hash, transfer_id, intent, actor, action, correlation_id, ord)
),
answered as materialized (
    select * from idempotency.claim_batch(
        %(tenants)b::text[], %(keys)b::text[], %(hashes)b::bytea[], %(ids)b::uuid[], %(intents)b::bytea[],
        %(now_ms)b::bigint, %(lease_ms)b::integer
    ) with ordinality as a (answer, transfer_id, outcome, code, response_status, response_body, ord)
),
logged as materialized (
    select identity.audit_writes(
        array_agg(g.tenant_id), array_agg(g.actor), array_agg(g.action), array_agg(a.transfer_id::text),
        array_agg(g.correlation_id)
    )
    from answered a join given g using (ord) where a.answer = 'claimed' having count(*) > 0
)
select a.answer, a.transfer_id, a.outcome, a.code, a.response_status, a.response_body, b.available_minor, l.limited,
    p.customer_id as payer_id, p.version as payer_version, p.stands as payer_stands, p.lists as payer_lists,
    q.customer_id as payee_id, q.version as payee_version, q.stands as payee_stands, q.lists as payee_lists
from answered a join ledger.available_batch(%(tenants)b::text[], %(accounts)b::uuid[]) b using (ord)
join bank.limited_batch(%(tenants)b::text[], %(accounts)b::uuid[]) l using (ord)
join screening.standing_batch(%(tenants)b::text[], %(payers)b::uuid[]) p using (ord)
join screening.standing_batch(%(tenants)b::text[], %(payees)b::uuid[]) q using (ord)
where (select count(*) from logged) >= 0 order by a.ord
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimWish:
    """A key that somebody wants to work under; the account that would pay, where one would, and what is written beside that.

    `screened` are the accounts whose customers' standing with watch-lists is asked: payer, payee.
    """

    tenant_id: str
    key: str
    request_hash: bytes
    transfer_id: UUID
    intent: bytes | None
    actor: str
    action: str
    correlation_id: str
    debit_account_id: UUID | None = None
    description: str | None = None
    screened: tuple[UUID | None, UUID | None] = (None, None)


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """`claimed`, `running`, `done` (with the stored answer) or `mismatch`; what the payer has left, whether it has limits.

    Of both parties that were to be screened and are customers how they stand, as `screening.standing_batch` says it.
    """

    answer: str
    transfer_id: UUID
    outcome: str | None
    code: str | None
    response_status: int | None
    response_body: bytes | None
    available_minor: int | None
    limited: bool
    payer_id: str | None = None
    payer_version: int | None = None
    payer_stands: str | None = None
    payer_lists: bytes | None = None
    payee_id: str | None = None
    payee_version: int | None = None
    payee_stands: str | None = None
    payee_lists: bytes | None = None

    @property
    def payer(self) -> Stands | None:
        """Who pays, where that is a customer."""
        return _stands(self.payer_id, self.payer_version, self.payer_stands, self.payer_lists)

    @property
    def payee(self) -> Stands | None:
        """Who is paid, where that is a customer."""
        return _stands(self.payee_id, self.payee_version, self.payee_stands, self.payee_lists)


def _stands(customer_id: str | None, version: int | None, worst: str | None, lists: bytes | None) -> Stands | None:
    if customer_id is None or version is None or worst is None:
        return None
    return Stands(customer_id, version, worst, lists)


async def claim(connection: AsyncConnection, wishes: Sequence[ClaimWish], *, now_ms: int, lease_ms: int) -> list[ClaimAnswer]:
    """Claim each key, with an audit row for each that is new, and what is written beside those; answers in order."""
    if not any(wish.description for wish in wishes):
        return await _claim(connection, wishes, now_ms=now_ms, lease_ms=lease_ms)
    async with connection.transaction():
        answers = await _claim(connection, wishes, now_ms=now_ms, lease_ms=lease_ms)
        noted = [
            (wish.tenant_id, answer.transfer_id, wish.description)
            for wish, answer in zip(wishes, answers, strict=True)
            if answer.answer == "claimed" and wish.description
        ]
        await connection.execute(
            "select bank.write_notes(%s::text[], %s::uuid[], %s::text[])",
            tuple([row[column] for row in noted] for column in range(3)),
        )
    return answers


async def _claim(connection: AsyncConnection, wishes: Sequence[ClaimWish], *, now_ms: int, lease_ms: int) -> list[ClaimAnswer]:
    async with connection.cursor(row_factory=class_row(ClaimAnswer), binary=True) as cursor:
        await cursor.execute(
            _CLAIM,
            {
                "tenants": [wish.tenant_id for wish in wishes],
                "keys": [wish.key for wish in wishes],
                "hashes": [wish.request_hash for wish in wishes],
                "ids": [wish.transfer_id for wish in wishes],
                "accounts": [wish.debit_account_id for wish in wishes],
                "payers": [wish.screened[0] for wish in wishes],
                "payees": [wish.screened[1] for wish in wishes],
                "intents": [wish.intent for wish in wishes],
                "actors": [wish.actor for wish in wishes],
                "actions": [wish.action for wish in wishes],
                "correlation_ids": [wish.correlation_id for wish in wishes],
                "now_ms": now_ms,
                "lease_ms": lease_ms,
            },
            prepare=True,
        )
        return await cursor.fetchall()


async def release(connection: AsyncConnection, *, tenant_id: str, key: str, transfer_id: UUID, lease_ms: int) -> None:
    """Give a key back under which nothing was decided, unless another has taken the claim over since."""
    await connection.execute("select idempotency.release(%s, %s, %s, %s)", (tenant_id, key, transfer_id, lease_ms))


async def find_intent(connection: AsyncConnection, *, tenant_id: str, key: str) -> bytes | None:
    """Return what a claim was first made for: the event tail of its abandonment (`ledger.events`)."""
    cursor = await connection.execute(
        "select intent from idempotency.claim where tenant_id = %s and key = %s", (tenant_id, key)
    )
    row = await cursor.fetchone()
    return row[0] if row else None


async def complete(
    connection: AsyncConnection, *, tenant_id: str, key: str, transfer_id: UUID, status: int, body: bytes, now_ms: int
) -> bool:
    """Complete a claim whose work is no transfer, in the transaction of that work. False when it is no longer held."""
    cursor = await connection.execute(
        "select idempotency.complete(%s, %s, %s, %s::smallint, %s, %s::bigint)",
        (tenant_id, key, transfer_id, status, body, now_ms),
    )
    row = await cursor.fetchone()
    return bool(row and row[0])


async def find_transfer(
    connection: AsyncConnection, *, tenant_id: str, transfer_id: UUID, customer_id: str | None
) -> Row | None:
    """Return one transfer; with a customer, only one that touches an account which they hold."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "select t.id, t.status, t.purpose, t.debit_account_id, t.credit_account_id, t.amount_minor, t.posted_minor, "
            "t.currency, t.reason, t.door, t.expires_at, t.occurred_at, t.booked_at, t.resolved_at, t.answer, n.description "
            "from ledger.transfer t "
            "left join bank.transfer_note n on n.tenant_id = t.tenant_id and n.transfer_id = t.id "
            "where t.tenant_id = %(tenant_id)s and t.id = %(transfer_id)s "
            "and (%(customer_id)s::text is null or exists (select from ledger.account a "
            "where a.id in (t.debit_account_id, t.credit_account_id) and a.owner_id = %(customer_id)s) "
            "or exists (select from bank.account_holder h "
            "where h.account_id in (t.debit_account_id, t.credit_account_id) and h.customer_id = %(customer_id)s))",
            {"tenant_id": tenant_id, "transfer_id": transfer_id, "customer_id": customer_id},
        )
        return await cursor.fetchone()


async def failure_of(connection: AsyncConnection, *, tenant_id: str, transfer_id: UUID) -> str | None:
    """Return the code that a transfer failed with; None when it did not fail, or is not there."""
    cursor = await connection.execute(
        "select reason from ledger.transfer where tenant_id = %s and id = %s and status = 'failed'", (tenant_id, transfer_id)
    )
    row = await cursor.fetchone()
    return row[0] if row else None


async def transfer_fees(connection: AsyncConnection, *, tenant_id: str) -> dict[tuple[str, str], dict[str, int]]:
    """Return what a transfer costs by channel, in minor units, of each (product, currency) that has such fees."""
    cursor = await connection.execute(
        "select code, currency, transfer_fees from bank.product where tenant_id = %s and transfer_fees <> '{}'", (tenant_id,)
    )
    return {(code, currency): {channel: int(minor) for channel, minor in fees.items()} async for code, currency, fees in cursor}


async def product_of(connection: AsyncConnection, *, tenant_id: str, account_id: UUID) -> str | None:
    """Return the product that an account is kept under."""
    cursor = await connection.execute(
        "select product from bank.account where tenant_id = %s and account_id = %s", (tenant_id, account_id)
    )
    row = await cursor.fetchone()
    return row[0] if row else None


async def is_block(connection: AsyncConnection, *, tenant_id: str, transfer_id: UUID) -> bool:
    """Whether it is a hold by which received money is kept back, and no payment that waits."""
    cursor = await connection.execute(
        "select from ledger.transfer where tenant_id = %s and id = %s and status = 'held' and purpose = 'adjustment'",
        (tenant_id, transfer_id),
    )
    return await cursor.fetchone() is not None


async def is_held(connection: AsyncConnection, *, tenant_id: str, transfer_id: UUID) -> bool:
    """Whether a transfer is held."""
    cursor = await connection.execute(
        "select from ledger.transfer where tenant_id = %s and id = %s and status = 'held'", (tenant_id, transfer_id)
    )
    return await cursor.fetchone() is not None
