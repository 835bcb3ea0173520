"""Money coming in: wages on the 5th business day, advances on the 20th, pensions, fees, allowances; and money put aside."""

import numpy as np
import numpy.typing as npt

from simulator.calendar import Day
from simulator.chance import EARLY_HOURS, OFFICE_HOURS, moments, new_outside, shaped, with_arrival
from simulator.codes import CREDIT, DEBIT, ENTRY, HOUR_MS, INTERNAL, PIX, TED, PayeeKind, payee_code
from simulator.events import Events, concatenate
from simulator.population import Population, Segment

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

EMPLOYERS = 20_000
EMPLOYERS_FIRST = 960_000_000
PENSION_PAYER = 999_000_000
WAGES_AT_ONCE, WAGES_WITH_ADVANCE, WAGES_MID_MONTH = range(3)


def income_of(rng: np.random.Generator, people: Population, day: Day, *, progress: float) -> Events:
    """Return what comes in on a day from other banks, and what is moved to savings accounts after payday."""
    here = people.joined <= progress
    parts = [
        _wages(rng, people, day, here),
        _pensions(rng, people, day, here),
        irregular_income(rng, people, day, here),
        _savings(rng, people, day, here),
    ]
    return with_arrival(rng, concatenate(parts))


def wages_at_any_time(rng: np.random.Generator, people: Population, day: Day, *, scale: float) -> Events:
    """Return a day's share of a month's wages and pensions, paid to whomever chance picks: for play without a calendar."""
    regular = np.isin(people.segment, (Segment.SALARIED, Segment.RETIRED, Segment.BUSINESS))
    who = np.repeat(np.arange(len(people)), rng.poisson(np.where(regular, scale / 30.0, 0.0)))
    payer = EMPLOYERS_FIRST + (who * 2_654_435_761) % EMPLOYERS
    when = moments(rng, day, np.full(len(who), OFFICE_HOURS))
    return with_arrival(rng, _credits(when, who, people.income_minor[who], payer, channel=TED))


def paid_share(people: Population, day: Day, here: Flags) -> npt.NDArray[np.float64]:
    """Return the share of a month's wages that each salaried customer gets today."""
    salaried = here & ((people.segment == Segment.SALARIED) | (people.segment == Segment.BUSINESS))
    share = np.zeros(len(people))
    if day.is_salary_day:
        share[people.pay_scheme == WAGES_AT_ONCE] = 1.0
        share[people.pay_scheme == WAGES_WITH_ADVANCE] = 0.6
    if day.is_advance_day:
        share[people.pay_scheme == WAGES_WITH_ADVANCE] = 0.4
        share[people.pay_scheme == WAGES_MID_MONTH] = 1.0
    share[~salaried] = 0.0
    return share


def _wages(rng: np.random.Generator, people: Population, day: Day, here: Flags) -> Events:
    share = paid_share(people, day, here)
    from_outside = (share > 0) & ((people.employer < 0) | (people.segment == Segment.BUSINESS))
    who = np.flatnonzero(from_outside)
    when = moments(rng, day, np.full(len(who), EARLY_HOURS)) - HOUR_MS
    payer = EMPLOYERS_FIRST + (who * 2_654_435_761) % EMPLOYERS
    amount = (people.income_minor[who] * share[who] * 0.92).astype(np.int64)
    return _credits(when, who, amount, payer, channel=TED)


def _pensions(rng: np.random.Generator, people: Population, day: Day, here: Flags) -> Events:
    if not day.is_pension_day:
        return _nothing()
    slot = day.business_day_of_month - 1 if day.business_day_of_month <= 5 else 9 - day.business_days_left
    who = np.flatnonzero(here & (people.segment == Segment.RETIRED) & (np.arange(len(people)) % 10 == slot))
    when = moments(rng, day, np.full(len(who), EARLY_HOURS))
    return _credits(when, who, people.income_minor[who], np.full(len(who), PENSION_PAYER), channel=TED)


def irregular_income(rng: np.random.Generator, people: Population, day: Day, here: Flags, *, scale: float = 1.0) -> Events:
    """Freelancers' fees, students' allowances, businesses' sales and everybody's presents and repayments, by Pix."""
    monthly = np.array([1.2, 0.7, 7.0, 3.0, 26.0])[people.segment]
    month_share = np.array([0.12, 0.12, 0.95, 0.9, 0.45])[people.segment]
    who = np.repeat(np.arange(len(people)), rng.poisson(np.where(here, monthly / 30.0 * scale, 0.0)))
    usual = people.income_minor[who] * month_share[who] / monthly[who]
    amount = shaped(rng, usual * np.exp(rng.normal(-0.25, 0.7, len(who))), np.full(len(who), PIX))
    known = people.favourite_payees[who, rng.integers(0, people.favourite_payees.shape[1], len(who))]
    stranger = payee_code(PayeeKind.OUTSIDE) + new_outside(rng, len(who))
    outside = known >= payee_code(PayeeKind.OUTSIDE)
    regular = outside & (rng.random(len(who)) < 0.6)
    when = moments(rng, day, people.hour_profile[who])
    return _credits(when, who, amount, np.where(regular, known, stranger) - payee_code(PayeeKind.OUTSIDE), channel=PIX)


def _savings(rng: np.random.Generator, people: Population, day: Day, here: Flags) -> Events:
    if day.since_payday != 1:
        return _nothing()
    who = np.flatnonzero(here & (people.savings_account >= 0) & (rng.random(len(people)) < 0.7))
    raw = people.income_minor[who] * rng.uniform(0.03, 0.15, len(who))
    amount = shaped(rng, raw, np.full(len(who), PIX))
    return Events.of(
        event_time=moments(rng, day, np.full(len(who), OFFICE_HOURS)),
        channel=INTERNAL,
        direction=DEBIT,
        amount=amount,
        account=who,
        device=people.main_device(who, 0.0),
        payee=payee_code(PayeeKind.ACCOUNT) + people.savings_account[who],
        entry=ENTRY["app"],
        country=0,
    )


def _credits(when: Ints, who: Ints, amount: Ints, payer: Ints, *, channel: int) -> Events:
    return Events.of(
        event_time=when,
        channel=channel,
        direction=CREDIT,
        amount=np.maximum(amount, 100),
        account=who,
        payee=payee_code(PayeeKind.OUTSIDE) + payer,
        entry=ENTRY["transfer"],
        country=0,
    )


def _nothing() -> Events:
    return Events.of(event_time=np.zeros(0, dtype=np.int64), channel=0, direction=0, amount=0, account=0)
