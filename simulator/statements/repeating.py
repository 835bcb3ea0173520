"""What comes again in one household: wages, rent, bills, subscriptions, and the lines that they leave."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import numpy as np

from contracts.categories import Category, CounterpartyKind
from contracts.ledger_events import Purpose
from contracts.transactions import Channel
from kit.business_days import Convention, adjusted, business_day_of_month
from simulator.income import WAGES_AT_ONCE, WAGES_MID_MONTH, WAGES_WITH_ADVANCE
from simulator.names import person_names
from simulator.population import Segment
from simulator.statements import lettering
from simulator.statements.kinds import FORTNIGHTLY, KINDS, MONTHLY, WEEKLY, YEARLY, Kind, Other
from simulator.statements.plan import Line, Series
from simulator.statements.providers import Provider
from simulator.statements.schedules import happened, planned_days, prices
from simulator.statements.shops import opaque_name

AHEAD = timedelta(days=430)
"""How far it is worked out beyond the last day, so that what comes next is known."""
SHARE_THERE_BEFORE = 0.72
SHARE_PAID_BY_THE_WEEK, SHARE_PAID_BY_THE_FORTNIGHT = 0.05, 0.06
SHARE_WITH_A_NOTE = 0.4


@dataclass(frozen=True, slots=True)
class Household:
    """Whose statement it is, as the simulated bank knows them. `wealth` is income over the usual one."""

    number: int
    customer_id: str
    segment: int
    income_minor: int
    pay_scheme: int
    city: str

    @property
    def wealth(self) -> float:
        """Income over the usual one, tamed: who earns twice as much does not pay twice as much for water."""
        return float(min(max((self.income_minor / 330_000) ** 0.5, 0.5), 3.0))


@dataclass(frozen=True, slots=True)
class _Side:
    """Who is on the other side of all lines of a series, and how those read."""

    payee: str
    counterparty: str | None
    kind: CounterpartyKind
    name: str
    note: str


def new_id(rng: np.random.Generator) -> UUID:
    """Return a random id (RFC 9562, version 4)."""
    return UUID(bytes=rng.bytes(16), version=4)


def repeating(
    rng: np.random.Generator, home: Household, providers: dict[str, list[Provider]], *, first: date, past: date
) -> Iterator[tuple[Series, list[Line]]]:
    """Yield everything that came again at least twice in [first, past), with its lines."""
    yield from _incomes(rng, home, first=first, past=past)
    for kind in KINDS:
        for copy in range(kind.most):
            if rng.random() < kind.share * 0.5**copy:
                found = _outgoing(rng, home, kind, providers.get(kind.name, []), copy=copy, first=first, past=past)
                if found is not None:
                    yield found


def _outgoing(
    rng: np.random.Generator, home: Household, kind: Kind, providers: list[Provider], *, copy: int, first: date, past: date
) -> tuple[Series, list[Line]] | None:
    start = first if rng.random() < SHARE_THERE_BEFORE else first + (past - first) * float(rng.uniform(0, 0.8))
    end = past + AHEAD
    if rng.random() < kind.ends:
        end = start + max((past - start) * float(rng.uniform(0.25, 1.0)), timedelta(days=1))
    days = happened(rng, planned_days(rng, period=kind.period, first=start, past=end), due=kind.due, period=kind.period)
    base_minor = kind.median_reais * 100 * float(np.exp(rng.normal(0, kind.sigma))) * home.wealth ** (not kind.subscription)
    amounts = prices(
        rng, days, base_minor=base_minor, noise=kind.noise, rise=kind.rise,
        whole=kind.other in (Other.PERSON, Other.SELF),
    )  # fmt: skip
    side = _side(rng, home, kind, providers[int(rng.integers(0, len(providers)))] if providers else None, copy=copy)
    code = next((each.code for each in providers if each.provider_id == side.payee), None)
    made = _series(home, kind, days, amounts, copy=copy, ended=end <= past, first=first, past=past)
    if made is None:
        return None
    lines = [
        Line(
            line_id=new_id(rng), booked_day=day, amount_minor=-amount,
            purpose=Purpose.FEE if kind.other is Other.BANK else Purpose.TRANSFER, channel=kind.channel,
            counterparty_id=side.counterparty, counterparty_kind=side.kind, mcc=code,
            text=_text(rng, home, kind, side, day=day), category=kind.category, payee=side.payee, series=made.series_id,
        )
        for day, amount in zip(days, amounts, strict=True)
        if first <= day < past
    ]  # fmt: skip
    return made, lines


def _side(rng: np.random.Generator, home: Household, kind: Kind, provider: Provider | None, *, copy: int) -> _Side:
    if kind.other is Other.BANK:
        return _Side("bank", None, CounterpartyKind.BANK, "", "")
    if kind.other is Other.SELF:
        return _Side(f"own-{home.customer_id}", f"own-{home.customer_id}", CounterpartyKind.SELF, "", "")
    if provider is not None:
        known = None if rng.random() < 0.08 else provider.provider_id
        return _Side(provider.provider_id, known, CounterpartyKind.OUTSIDE, provider.name, "")
    payee = f"p{700_000_000 + home.number * 64 + KINDS.index(kind) + 40 * copy}"
    form = int(rng.integers(0, 4))
    note = kind.note if rng.random() < SHARE_WITH_A_NOTE else ""
    return _Side(payee, payee, CounterpartyKind.OUTSIDE, lettering.person(some_person(rng), form=form), note)


def some_person(rng: np.random.Generator) -> str:
    """Return the full name of somebody who does not exist."""
    return person_names(rng, 1)[0]


def _text(rng: np.random.Generator, home: Household, kind: Kind, side: _Side, *, day: date) -> str:
    if kind.other is Other.BANK:
        return "TARIFA PACOTE SERVICOS"
    if kind.other is Other.SELF:
        return "APLICACAO PROGRAMADA"
    if kind.channel is Channel.CARD:
        return lettering.card(rng, side.name, prefix="", city=home.city, day=day)
    if kind.channel is Channel.BOLETO:
        return lettering.boleto(rng, side.name, automatic=kind.due.value == "automatic")
    return lettering.pix(rng, side.name, received=False, day=day, note=side.note)


def _series(
    home: Household, kind: Kind, days: list[date], amounts: list[int], *, copy: int, ended: bool, first: date, past: date
) -> Series | None:
    inside = [day for day in days if first <= day < past]
    if len(inside) < 2:
        return None
    later = next(((day, amount) for day, amount in zip(days, amounts, strict=True) if day >= past), None)
    return Series(
        series_id=f"{home.customer_id}:{kind.name}:{copy}", kind=kind.name, category=kind.category, received=False,
        period=kind.period, subscription=kind.subscription, first_day=inside[0], last_day=inside[-1], count=len(inside),
        next_day=None if ended or later is None else later[0], next_amount_minor=None if ended or later is None else later[1],
    )  # fmt: skip


# -- incomes ---------------------------------------------------------------------------------------------------------------


def _incomes(rng: np.random.Generator, home: Household, *, first: date, past: date) -> Iterator[tuple[Series, list[Line]]]:
    employer = opaque_name(rng)
    payer = f"p{960_000_000 + home.number}"
    if home.segment == Segment.RETIRED:
        number = int(rng.integers(1, 11))
        days = [business_day_of_month(year, month, number) for year, month in _months(first, past + AHEAD)]
        yield _income(
            rng, home, "pension", days, share=1.0, payer=("p999000000", "INSS"), note="BENEFICIO", first=first, past=past
        )
    elif home.segment == Segment.SALARIED:
        chance = rng.random()
        if chance < SHARE_PAID_BY_THE_WEEK + SHARE_PAID_BY_THE_FORTNIGHT:
            weekly = chance < SHARE_PAID_BY_THE_WEEK
            period, step = (WEEKLY, 7) if weekly else (FORTNIGHTLY, 14)
            start = first + timedelta(days=(4 - first.weekday()) % 7 + (7 if not weekly and rng.random() < 0.5 else 0))
            count = (past + AHEAD - start).days // step
            days = [adjusted(start + timedelta(days=step * turn), Convention.PRECEDING) for turn in range(count)]
            yield _income(
                rng, home, f"{period} wages", days, share=step / 30, payer=(payer, employer), note="SALARIO", first=first,
                past=past, period=period,
            )  # fmt: skip
            return
        for name, share in _monthly_pay(home.pay_scheme):
            days = [_pay_day(name, year, month) for year, month in _months(first, past + AHEAD)]
            note = "ADIANT SALARIAL" if name == "advance" and share < 1 else "SALARIO"
            yield _income(rng, home, name, days, share=share, payer=(payer, employer), note=note, first=first, past=past)
        bonus = _thirteenth(rng, home, (payer, employer), first=first, past=past)
        if bonus is not None:
            yield bonus


def _monthly_pay(scheme: int) -> tuple[tuple[str, float], ...]:
    return {
        WAGES_AT_ONCE: (("wages", 1.0),),
        WAGES_WITH_ADVANCE: (("wages", 0.6), ("advance", 0.4)),
        WAGES_MID_MONTH: (("advance", 1.0),),
    }[scheme]


def _pay_day(name: str, year: int, month: int) -> date:
    return adjusted(date(year, month, 20), Convention.PRECEDING) if name == "advance" else business_day_of_month(year, month, 5)


def _income(
    rng: np.random.Generator, home: Household, name: str, days: list[date], *, share: float, payer: tuple[str, str], note: str,
    first: date, past: date, period: str = MONTHLY,
) -> tuple[Series, list[Line]]:  # fmt: skip
    days = [day - timedelta(days=1) if rng.random() < 0.01 else day for day in days]
    amounts = prices(rng, days, base_minor=home.income_minor * share * 0.92, noise=0.015, rise=0.05, whole=False)
    within = [(day, amount) for day, amount in zip(days, amounts, strict=True) if first <= day < past]
    later = next((day, amount) for day, amount in zip(days, amounts, strict=True) if day >= past)
    made = Series(
        series_id=f"{home.customer_id}:{name}:0", kind=name, category=Category.SALARY, received=True, period=period,
        subscription=False, first_day=within[0][0], last_day=within[-1][0], count=len(within), next_day=later[0],
        next_amount_minor=later[1],
    )  # fmt: skip
    lines = [
        Line(
            line_id=new_id(rng), booked_day=day, amount_minor=amount, purpose=Purpose.TRANSFER, channel=Channel.TED,
            counterparty_id=payer[0], counterparty_kind=CounterpartyKind.OUTSIDE, mcc=None,
            text=lettering.ted(rng, payer[1], note=note), category=Category.SALARY, payee=payer[0], series=made.series_id,
        )
        for day, amount in within
    ]  # fmt: skip
    return made, lines


def _thirteenth(
    rng: np.random.Generator, home: Household, payer: tuple[str, str], *, first: date, past: date
) -> tuple[Series, list[Line]] | None:
    """The thirteenth month's wage, paid by 20 December (Law 4,749 of 1965): once a year, by who pays the others."""
    days = [adjusted(date(year, 12, 20), Convention.PRECEDING) for year in range(first.year, past.year + 2)]
    days = [day for day in days if first <= day < past + AHEAD]
    if sum(day < past for day in days) < 2:
        return None
    return _income(
        rng, home, "thirteenth", days, share=1.0, payer=payer, note="13 SALARIO", first=first, past=past, period=YEARLY
    )


def _months(first: date, past: date) -> Iterator[tuple[int, int]]:
    for month in range(first.year * 12 + first.month - 1, past.year * 12 + past.month):
        yield month // 12, month % 12 + 1
