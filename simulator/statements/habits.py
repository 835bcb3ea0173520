"""What a household pays and receives without any rhythm: shops, friends, bills that come once, cash, refunds."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from contracts.categories import Category, CounterpartyKind
from contracts.ledger_events import Purpose
from contracts.transactions import Channel
from simulator.merchants import ONLINE_PLACE
from simulator.names import person_names
from simulator.population import FAVOURITE_MERCHANTS, Population
from simulator.statements import lettering
from simulator.statements.plan import Line
from simulator.statements.repeating import Household, new_id
from simulator.statements.shops import Shop, opaque_name

A_MONTH_DAYS = 30.4
SHOPS_A_MONTH, FRIENDS_A_MONTH, RECEIVED_A_MONTH = 17.0, 5.0, 2.0
BILLS_A_MONTH, CASH_A_MONTH, MOVED_A_MONTH = 0.6, 0.9, 0.4
SHARE_BY_PIX, SHARE_FAVOURITE, SHARE_REFUNDED, SHARE_WITHOUT_ID = 0.28, 0.64, 0.01, 0.06
SHARE_PIX_TELLS_CODE = 0.3
SHARE_MARKET_DAY, SHARE_MARKET_KEPT = 0.3, 0.65
FRIENDS = 8
_BILLS = (
    (Category.BILLS, ("GUIA {} TRIBUTOS", "DARF RECEITA", "MULTA TRANSITO", "CARTORIO {}", "FATURA CARTAO {}")),
    (Category.SHOPPING, ("LOJAS {} CARNE", "MAGAZINE {} PARC", "{} MOVEIS CARNE")),
    (Category.HEALTH, ("HOSPITAL {}", "CLINICA {}", "ODONTO {}")),
    (Category.EDUCATION, ("CURSO {} MATRIC", "EDITORA {}", "COLEGIO {} MATERIAL")),
    (Category.TRAVEL, ("AGENCIA VIAGENS {}", "{} TURISMO")),
)


def habitual(
    rng: np.random.Generator, home: Household, people: Population, shops: list[Shop], *, first: date, past: date
) -> Iterator[Line]:
    """Yield the household's lines of [first, past) that follow no schedule, in no order."""
    months = (past - first).days / A_MONTH_DAYS
    rate = float(np.clip(people.rate_per_day[home.number], 0.4, 2.5))

    def days(monthly: float) -> list[date]:
        count = int(rng.poisson(monthly * months))
        return [first + timedelta(days=day) for day in rng.integers(0, (past - first).days, count).tolist()]

    yield from _bought(rng, home, people, shops, days(SHOPS_A_MONTH * rate))
    yield from _market_days(rng, home, people, shops, first=first, past=past)
    yield from _friends(rng, home, days(FRIENDS_A_MONTH), days(RECEIVED_A_MONTH))
    for day in days(BILLS_A_MONTH):
        category, forms = _BILLS[int(rng.integers(0, len(_BILLS)))]
        name = forms[int(rng.integers(0, len(forms)))].format(opaque_name(rng).split()[0])
        payee = f"p{940_000_000 + int(rng.integers(0, 9_000_000))}"
        yield _line(
            rng, day, -_drawn(rng, 160 * home.wealth, 0.7), category, payee, channel=Channel.BOLETO, counterparty=payee,
            text=lettering.boleto(rng, name, automatic=False),
        )  # fmt: skip
    for day in days(CASH_A_MONTH):
        amount = max(round(_drawn(rng, 130, 0.6) / 2_000), 1) * 2_000
        yield _line(
            rng, day, -amount, Category.CASH, "cash", channel=Channel.CASH, kind=CounterpartyKind.BANK, counterparty=None,
            text=("SAQUE 24H", "SAQUE TERMINAL", "SAQUE CORRESPONDENTE")[int(rng.integers(0, 3))],
        )  # fmt: skip
    own = f"own-{home.customer_id}"
    for day in days(MOVED_A_MONTH):
        yield _line(
            rng, day, -_drawn(rng, 300 * home.wealth, 0.8), Category.OWN_ACCOUNTS, own, channel=Channel.INTERNAL,
            kind=CounterpartyKind.SELF, counterparty=own, text="TRANSF ENTRE CONTAS",
        )  # fmt: skip


def _bought(
    rng: np.random.Generator, home: Household, people: Population, shops: list[Shop], days: list[date]
) -> Iterator[Line]:
    count = len(days)
    favourites = people.favourite_merchants[home.number]
    slot = np.minimum(rng.geometric(0.22, count) - 1, FAVOURITE_MERCHANTS - 1)
    place = np.where(rng.random(count) < 0.25, ONLINE_PLACE, people.city[home.number])
    known = rng.random(count) < SHARE_FAVOURITE
    chosen = np.where(known, favourites[slot], people.merchants.draw(rng, place)).tolist()
    for day, merchant in zip(days, chosen, strict=True):
        yield _purchase(rng, home, people, shops[merchant], merchant, day)
        if rng.random() < SHARE_REFUNDED:
            back = day + timedelta(days=int(rng.integers(1, 9)))
            if back <= max(days):
                yield _line(
                    rng, back, _ticket(rng, people, merchant, home), Category.REFUNDS, f"m{merchant:05d}",
                    channel=Channel.CARD, counterparty=f"m{merchant:05d}", mcc=shops[merchant].code,
                    text=f"ESTORNO {lettering.card(rng, shops[merchant].name, prefix='', city=home.city, day=day)}",
                )  # fmt: skip


def _purchase(rng: np.random.Generator, home: Household, people: Population, shop: Shop, merchant: int, day: date) -> Line:
    by_pix = rng.random() < SHARE_BY_PIX
    known = f"m{merchant:05d}"
    counterparty = None if rng.random() < SHARE_WITHOUT_ID else known
    code = shop.code if not by_pix or rng.random() < SHARE_PIX_TELLS_CODE else None
    text = (
        lettering.qr(rng, shop.name, day=day)
        if by_pix
        else lettering.card(rng, shop.name, prefix=shop.prefix, city=home.city, day=day)
    )
    return _line(
        rng, day, -_ticket(rng, people, merchant, home), shop.category, known,
        channel=Channel.PIX if by_pix else Channel.CARD, counterparty=counterparty, mcc=code, text=text,
    )  # fmt: skip


def _market_days(
    rng: np.random.Generator, home: Household, people: Population, shops: list[Shop], *, first: date, past: date
) -> Iterator[Line]:
    """A shop that is visited on most Saturdays, for what is needed: a habit that looks like a schedule, and is none."""
    if rng.random() >= SHARE_MARKET_DAY:
        return
    merchant = int(people.favourite_merchants[home.number, 0])
    day = first + timedelta(days=(5 - first.weekday()) % 7)
    while day < past:
        if rng.random() < SHARE_MARKET_KEPT:
            yield _purchase(rng, home, people, shops[merchant], merchant, day)
        day += timedelta(days=7)


def _friends(rng: np.random.Generator, home: Household, paid: list[date], received: list[date]) -> Iterator[Line]:
    names = person_names(rng, FRIENDS)
    forms = rng.integers(0, 4, FRIENDS).tolist()
    of_bank = (rng.random(FRIENDS) < 0.45).tolist()
    for days, sign in ((paid, -1), (received, 1)):
        for day in days:
            who = min(int(rng.geometric(0.3)) - 1, FRIENDS - 1)
            payee = f"p{600_000_000 + home.number * FRIENDS + who}"
            kind, category = (
                (CounterpartyKind.CUSTOMER, Category.PEOPLE) if of_bank[who] else (CounterpartyKind.OUTSIDE, Category.TRANSFERS)
            )
            amount = max(round(_drawn(rng, 65 * home.wealth, 1.0) / 500), 1) * 500
            name = lettering.person(names[who], form=forms[who])
            yield _line(
                rng, day, sign * amount, category, payee, channel=Channel.PIX, kind=kind, counterparty=payee,
                text=lettering.pix(rng, name, received=sign > 0, day=day),
            )  # fmt: skip


def _line(
    rng: np.random.Generator, day: date, amount_minor: int, category: Category, payee: str, *, channel: Channel, text: str,
    counterparty: str | None, kind: CounterpartyKind = CounterpartyKind.OUTSIDE, mcc: int | None = None,
) -> Line:  # fmt: skip
    return Line(
        line_id=new_id(rng), booked_day=day, amount_minor=amount_minor, purpose=Purpose.TRANSFER, channel=channel,
        counterparty_id=counterparty, counterparty_kind=kind, mcc=mcc, text=text, category=category, payee=payee, series=None,
    )  # fmt: skip


def _ticket(rng: np.random.Generator, people: Population, merchant: int, home: Household) -> int:
    middle, spread = float(people.merchants.ticket_log[merchant]), float(people.merchants.ticket_sigma[merchant])
    reais = np.exp(middle + spread * rng.normal()) / 100 * home.wealth**0.6
    amount = max(round(float(reais) * 100), 100)
    return amount // 100 * 100 + 90 if rng.random() < 0.4 else amount


def _drawn(rng: np.random.Generator, median_reais: float, sigma: float) -> int:
    return max(round(median_reais * 100 * float(np.exp(rng.normal(0, sigma)))), 500)
