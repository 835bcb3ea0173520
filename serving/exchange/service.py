"""Exchange: rates, quotes, and the two linked transfers that an exchange is."""

from dataclasses import replace
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

import ledger.accounts as ledger_accounts
from contracts.ledger_events import Purpose
from kit.errors import NotFound
from kit.ids import derived_id
from kit.postgres import tenant_transaction
from ledger.exchange.quotes import Deal, Rate, buying, rate_e8_of, rate_text, selling
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch_async
from serving.edge.clocks import Present, TenantClocks
from serving.edge.errors import InvalidRequest
from serving.edge.presented import money
from serving.edge.principals import Principal
from serving.edge.wanted import customer_of, require_held
from serving.exchange import repository
from serving.exchange.errors import ExchangeFailed, InversePair, NoRate, QuoteExpired, QuoteUsed
from serving.exchange.repository import Row
from serving.exchange.schemas import NewExchange, NewQuote, NewRate, Quote
from serving.identity.audit import record
from serving.payments.once import Done, Once

QUOTE_LIFETIME_MS = 30_000
MAX_RATE_AGE_MS = 24 * 3_600_000
QUOTE_ROUTE = "POST /v1/exchange/quotes"
EXCHANGE_ROUTE = "POST /v1/exchanges"
RATE_ROUTE = "PUT /v1/exchange/rates/{pair}"


class ExchangeService:
    """What the exchange routes do."""

    def __init__(self, core: AsyncConnectionPool, *, once: Once, clocks: TenantClocks) -> None:
        self._core = core
        self._once = once
        self._clocks = clocks

    async def set_rate(self, principal: Principal, pair: str, wanted: NewRate, *, correlation_id: str) -> Row:
        """Set a pair's rate. Raises InvalidRequest, InversePair."""
        rate, now_ms = _rate_of(pair, wanted), await self._clocks.now_ms(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await self._rates(connection, principal)
            if f"{rate.quote}-{rate.base}" in found:
                raise InversePair(f"{rate.quote}-{rate.base} has a rate")
            await repository.set_rate(connection, rate, tenant_id=principal.tenant_id, actor=principal.subject, now_ms=now_ms)
            await record(
                connection,
                principal,
                RATE_ROUTE,
                resource=f"exchange/rates/{pair}",
                correlation_id=correlation_id,
                detail=wanted.model_dump(),
            )
            return (await self._rates(connection, principal))[pair]

    async def rates(self, principal: Principal) -> list[Row]:
        """Return every pair's rate."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return list((await self._rates(connection, principal)).values())

    async def quote(self, principal: Principal, wanted: NewQuote, *, idempotency_key: str | None, correlation_id: str) -> Done:
        """Quote once a key. Raises InvalidRequest, NotFound for an unknown customer, NoRate, AmountNotExchangeable."""
        customer_id = customer_of(principal, wanted.customer_id, role="who exchanges")

        async def work(connection: AsyncConnection, quote_id: UUID, present: Present) -> Quote:
            return await self._quote(connection, principal, wanted, customer_id, quote_id, now_ms=present.now_ms)

        return await self._once.do(
            principal,
            work,
            action=QUOTE_ROUTE,
            content=wanted.model_dump_json().encode(),
            idempotency_key=idempotency_key,
            correlation_id=correlation_id,
        )

    async def get(self, principal: Principal, quote_id: UUID) -> Row:
        """Return a quote. Raises NotFound, also for somebody else's."""
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return _presented(await self._required(connection, principal, quote_id, now_ms=now_ms))

    async def exchange(self, principal: Principal, wanted: NewExchange, *, correlation_id: str) -> tuple[Row, bool]:
        """Use a quote once: return the exchange, and whether it happened before.

        Both transfers are posted or neither. Raises NotFound, InvalidRequest, QuoteExpired, QuoteUsed, ExchangeFailed.
        """
        present = await self._clocks.present(principal.tenant_id)
        now_ms = present.now_ms
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            quote = await self._required(connection, principal, wanted.quote_id, now_ms=now_ms, lock=True)
            if quote["exchanged_at"] is not None:
                if (quote["sell_account_id"], quote["buy_account_id"]) != (wanted.sell_account_id, wanted.buy_account_id):
                    raise QuoteUsed(f"quote {wanted.quote_id} was used with other accounts")
                return _presented(quote), True
            if quote["expired"]:
                raise QuoteExpired(f"quote {wanted.quote_id} has expired")
            for side, account_id in (("sell", wanted.sell_account_id), ("buy", wanted.buy_account_id)):
                await _require_account(connection, account_id, quote, side=side)
            await self._post(connection, principal, quote, wanted, present=present, correlation_id=correlation_id)
            await repository.mark_exchanged(
                connection,
                quote_id=wanted.quote_id,
                sell_account_id=wanted.sell_account_id,
                buy_account_id=wanted.buy_account_id,
                now_ms=now_ms,
            )
            await record(
                connection, principal, EXCHANGE_ROUTE, resource=f"exchanges/{wanted.quote_id}", correlation_id=correlation_id
            )
            return _presented(await self._required(connection, principal, wanted.quote_id, now_ms=now_ms)), False

    async def positions(self, principal: Principal) -> list[Row]:
        """Return what the bank holds of each currency through exchanges: what the liquidity accounts say."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            rows = await repository.positions(connection, tenant_id=principal.tenant_id)
        return [
            {"position": money(row["position_minor"], row["currency"]), "rounding_nano": row["rounding_nano"]} for row in rows
        ]

    async def _quote(
        self,
        connection: AsyncConnection,
        principal: Principal,
        wanted: NewQuote,
        customer_id: str,
        quote_id: UUID,
        *,
        now_ms: int,
    ) -> Quote:
        if not await repository.known_customer(connection, tenant_id=principal.tenant_id, customer_id=customer_id):
            raise NotFound(f"no customer {customer_id}")
        known = wanted.sell or wanted.buy
        if known is None:
            raise AssertionError("the schema asks for one side")
        row = await repository.find_rate(
            connection,
            tenant_id=principal.tenant_id,
            one=known.currency,
            other=wanted.other_currency,
            since_ms=now_ms - MAX_RATE_AGE_MS,
        )
        if row is None:
            raise NoRate(f"there is no rate of {known.currency} and {wanted.other_currency} now")
        rate = _rate_in(row)
        deal: Deal = (
            selling(known.amount_minor, sell_currency=known.currency, rate=rate)
            if wanted.sell
            else buying(known.amount_minor, buy_currency=known.currency, rate=rate)
        )
        await repository.insert_quote(
            connection,
            deal,
            rate,
            quote_id=quote_id,
            tenant_id=principal.tenant_id,
            customer_id=customer_id,
            now_ms=now_ms,
            expires_ms=now_ms + QUOTE_LIFETIME_MS,
        )
        return Quote.model_validate(_presented(await self._required(connection, principal, quote_id, now_ms=now_ms)))

    async def _post(
        self,
        connection: AsyncConnection,
        principal: Principal,
        quote: Row,
        wanted: NewExchange,
        *,
        present: Present,
        correlation_id: str,
    ) -> None:
        now_ms = present.now_ms
        bank = {
            side: ledger_accounts.system_account(
                tenant_id=principal.tenant_id,
                currency=str(quote[f"{side}_currency"]),
                code=f"liquidity:{quote[f'{side}_currency']}",
            )
            for side in ("sell", "buy")
        }
        await ledger_accounts.open_accounts_async(connection, list(bank.values()), now_ms=now_ms)
        sell = PostingRequest(
            kind=Kind.POST,
            transfer_id=_transfer_id(wanted.quote_id, "sell"),
            tenant_id=principal.tenant_id,
            occurred_at_ms=now_ms,
            amount_minor=int(str(quote["sell_minor"])),
            currency=str(quote["sell_currency"]),
            debit_account_id=wanted.sell_account_id,
            credit_account_id=bank["sell"].account_id,
            purpose=Purpose.EXCHANGE,
            group=1,
            headers={"correlation_id": correlation_id},
        )
        buy = replace(
            sell,
            transfer_id=_transfer_id(wanted.quote_id, "buy"),
            amount_minor=int(str(quote["buy_minor"])),
            currency=str(quote["buy_currency"]),
            debit_account_id=bank["buy"].account_id,
            credit_account_id=wanted.buy_account_id,
        )
        results = await post_batch_async(connection, [sell, buy], now_ms=now_ms, topic=present.topic)
        wrong = next((result for result in reversed(results) if not result.moved and result.code != "linked-failed"), None)
        if wrong is not None:
            raise ExchangeFailed(f"the ledger answered {wrong.code}", reason=wrong.code)

    @staticmethod
    async def _rates(connection: AsyncConnection, principal: Principal) -> dict[str, Row]:
        rows = await repository.rates(connection, tenant_id=principal.tenant_id)
        return {
            f"{row['base']}-{row['quote']}": row
            | {
                "pair": f"{row['base']}-{row['quote']}",
                "bid": rate_text(int(str(row["bid_e8"]))),
                "ask": rate_text(int(str(row["ask_e8"]))),
            }
            for row in rows
        }

    @staticmethod
    async def _required(
        connection: AsyncConnection, principal: Principal, quote_id: UUID, *, now_ms: int, lock: bool = False
    ) -> Row:
        row = await repository.find_quote(
            connection,
            tenant_id=principal.tenant_id,
            quote_id=quote_id,
            customer_id=principal.own_only,
            now_ms=now_ms,
            lock=lock,
        )
        if row is None:
            raise NotFound(f"there is no quote {quote_id}")
        return row


def _rate_of(pair: str, wanted: NewRate) -> Rate:
    base, _, quote = pair.partition("-")
    for currency in (base, quote):
        require_held(currency, field="pair")
    rate = Rate(base, quote, rate_e8_of(wanted.bid), rate_e8_of(wanted.ask), 1)
    if base == quote or not 0 < rate.bid_e8 <= rate.ask_e8:
        raise InvalidRequest("bid: a pair has two currencies, a bid above zero, and an ask that is not below it", field="bid")
    return rate


def _rate_in(row: Row) -> Rate:
    bid_e8, ask_e8, version = (int(str(row[name])) for name in ("bid_e8", "ask_e8", "version"))
    return Rate(str(row["base"]), str(row["quote"]), bid_e8, ask_e8, version)


async def _require_account(connection: AsyncConnection, account_id: UUID, quote: Row, *, side: str) -> None:
    account = await ledger_accounts.get(connection, account_id)
    # A goal's own account has a code: what is set aside leaves by the account that it is set aside from, blocks included.
    if account.code is not None or account.owner_id != quote["customer_id"]:
        raise NotFound(f"there is no account {account_id} of this customer")
    if account.currency != quote[f"{side}_currency"]:
        raise InvalidRequest(f"{side}_account_id: the account is in {account.currency}", field=f"{side}_account_id")


def _transfer_id(quote_id: UUID, side: str) -> UUID:
    return derived_id(quote_id, side)


def _presented(row: Row) -> Row:
    quote_id = UUID(str(row["quote_id"]))
    return row | {
        "pair": f"{row['base']}-{row['quote']}",
        "rate": rate_text(int(str(row["rate_e8"]))),
        "sell": money(row["sell_minor"], row["sell_currency"]),
        "buy": money(row["buy_minor"], row["buy_currency"]),
        "status": "open" if row["exchanged_at"] is None else "exchanged",
        "sell_transfer_id": _transfer_id(quote_id, "sell"),
        "buy_transfer_id": _transfer_id(quote_id, "buy"),
    }
