"""The SQL of exchange, under the reader's tenant."""

from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from ledger.exchange.quotes import Deal, Rate

Row = dict[str, object]

_RATE = "select base, quote, bid_e8, ask_e8, version, set_by, set_at from bank.exchange_rate "
_QUOTE = (
    "select quote_id, customer_id, base, quote, rate_e8, sell_currency, sell_minor, buy_currency, buy_minor, quoted_at, "
    "expires_at, sell_account_id, buy_account_id, exchanged_at, "
    "expires_at <= ledger.at(%(now_ms)s) as expired from bank.exchange_quote "
    "where tenant_id = %(tenant_id)s and quote_id = %(quote_id)s "
    "and (%(customer_id)s::text is null or customer_id = %(customer_id)s) "
)


async def set_rate(connection: AsyncConnection, rate: Rate, *, tenant_id: str, actor: str, now_ms: int) -> None:
    """Set a pair's rate; the version counts those that differ from the one before. Set again, it is fresh."""
    await connection.execute(
        "insert into bank.exchange_rate as r (tenant_id, base, quote, bid_e8, ask_e8, set_by, set_at) "
        "values (%s, %s, %s, %s, %s, %s, ledger.at(%s)) on conflict (tenant_id, base, quote) do update set "
        "version = r.version + ((r.bid_e8, r.ask_e8) <> (excluded.bid_e8, excluded.ask_e8))::integer, "
        "bid_e8 = excluded.bid_e8, ask_e8 = excluded.ask_e8, set_by = excluded.set_by, set_at = excluded.set_at",
        (tenant_id, rate.base, rate.quote, rate.bid_e8, rate.ask_e8, actor, now_ms),
    )


async def rates(connection: AsyncConnection, *, tenant_id: str) -> list[Row]:
    """Return every pair's rate."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_RATE + "where tenant_id = %s order by base, quote", (tenant_id,))
        return await cursor.fetchall()


async def find_rate(connection: AsyncConnection, *, tenant_id: str, one: str, other: str, since_ms: int) -> Row | None:
    """Return the rate of two currencies, whichever is the base, unless it was set before `since_ms`."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            _RATE + "where tenant_id = %s and (base, quote) in ((%s, %s), (%s, %s)) and set_at >= ledger.at(%s)",
            (tenant_id, one, other, other, one, since_ms),
        )
        return await cursor.fetchone()


async def insert_quote(
    connection: AsyncConnection,
    deal: Deal,
    rate: Rate,
    *,
    quote_id: UUID,
    tenant_id: str,
    customer_id: str,
    now_ms: int,
    expires_ms: int,
) -> None:
    """Keep a quote."""
    await connection.execute(
        "insert into bank.exchange_quote (quote_id, tenant_id, customer_id, base, quote, rate_e8, rate_version, sell_currency, "
        "sell_minor, buy_currency, buy_minor, worked_out, residue_nano, quoted_at, expires_at) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, ledger.at(%s), ledger.at(%s))",
        (
            quote_id,
            tenant_id,
            customer_id,
            rate.base,
            rate.quote,
            deal.rate_e8,
            rate.version,
            deal.sell_currency,
            deal.sell_minor,
            deal.buy_currency,
            deal.buy_minor,
            deal.worked_out,
            deal.residue_nano,
            now_ms,
            expires_ms,
        ),
    )


async def find_quote(
    connection: AsyncConnection, *, tenant_id: str, quote_id: UUID, customer_id: str | None, now_ms: int, lock: bool = False
) -> Row | None:
    """Return a quote; only the customer's own when a customer is given."""
    bound = {"tenant_id": tenant_id, "quote_id": quote_id, "customer_id": customer_id, "now_ms": now_ms}
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUOTE + "for update" if lock else _QUOTE, bound)
        return await cursor.fetchone()


async def mark_exchanged(
    connection: AsyncConnection, *, quote_id: UUID, sell_account_id: UUID, buy_account_id: UUID, now_ms: int
) -> None:
    """Say that a quote was used."""
    await connection.execute(
        "update bank.exchange_quote set sell_account_id = %s, buy_account_id = %s, exchanged_at = ledger.at(%s) "
        "where quote_id = %s",
        (sell_account_id, buy_account_id, now_ms, quote_id),
    )


async def known_customer(connection: AsyncConnection, *, tenant_id: str, customer_id: str) -> bool:
    """Whether there is such a customer."""
    cursor = await connection.execute(
        "select from bank.customer where tenant_id = %s and customer_id = %s", (tenant_id, customer_id)
    )
    return await cursor.fetchone() is not None


async def positions(connection: AsyncConnection, *, tenant_id: str) -> list[Row]:
    """Return the balance of each liquidity account, and what rounding left on it."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "select a.currency, a.credits_posted_minor - a.debits_posted_minor as position_minor, "
            "coalesce((select sum(case when q.buy_currency = a.currency then q.residue_nano else -q.residue_nano end) "
            "from bank.exchange_quote q where q.tenant_id = a.tenant_id and q.exchanged_at is not null "
            "and q.residue_nano <> 0 and q.worked_out = a.currency), 0)::bigint as rounding_nano "
            "from ledger.account a where a.tenant_id = %s and a.code = 'liquidity:' || a.currency order by a.currency",
            (tenant_id,),
        )
        return await cursor.fetchall()
