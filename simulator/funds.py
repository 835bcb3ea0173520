"""Who can afford what: balances walked in the order of arrival, so that the ledger rarely lacks funds."""

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from simulator.codes import KIND, PAYEE_NUMBER_MASK, PAYEE_SHIFT, SMALLEST_FRAUD_MINOR, PayeeKind
from simulator.events import Events
from simulator.population import Population, Segment

Ints = npt.NDArray[np.int64]

SHARE_TRIED_WITHOUT_FUNDS = 0.02
"""Of the payments that somebody cannot afford, the share that is tried all the same, and fails at the ledger."""

_ACCOUNT = int(PayeeKind.ACCOUNT)
_LEGITIMATE = KIND["legitimate"]


def opening_balances(people: Population, *, seed: int) -> Ints:
    """Return each account's balance before the first day: part of a month's income, savings a little more."""
    rng = np.random.default_rng([seed, 4])
    owner = people.account_owner
    months = np.exp(rng.normal(-0.4, 0.7, len(owner)))
    months = np.where(people.segment[owner] == Segment.BUSINESS, months + 1.5, months)
    return (people.income_minor[owner] * np.minimum(months, 6.0)).astype(np.int64) + 10_000


def afford(rng: np.random.Generator, events: Events, balances: Ints) -> Events:
    """Walk the events in their order, move `balances`, and return those that are tried, each with its account's balance before.

    An ordinary payment that lacks funds mostly does not happen; a thief takes what is there.
    """
    return _tried(events, balances, stubborn=rng.random(len(events)) < SHARE_TRIED_WITHOUT_FUNDS)


def try_all(events: Events, balances: Ints) -> Events:
    """As `afford`, but whatever lacks funds is tried all the same."""
    return _tried(events, balances, stubborn=np.ones(len(events), np.bool_))


def _tried(events: Events, balances: Ints, *, stubborn: npt.NDArray[np.bool_]) -> Events:
    amount, before = events.amount.copy(), np.empty(len(events), np.int64)
    kept = _walk(events.account, events.payee, events.direction, events.kind != _LEGITIMATE, stubborn, amount, balances, before)
    return events.replace(amount=amount, balance=before).take(kept)


@numba.njit(cache=True)
def _walk(
    account: Ints,
    payee: Ints,
    direction: Ints,
    fraud: npt.NDArray[np.bool_],
    stubborn: npt.NDArray[np.bool_],
    amount: Ints,
    balances: Ints,
    before: Ints,
) -> npt.NDArray[Any]:
    kept = np.ones(len(account), dtype=np.bool_)
    for row in range(len(account)):
        own = account[row]
        before[row] = balances[own]
        if direction[row] == 1:
            balances[own] += amount[row]
            continue
        if balances[own] < amount[row]:
            if fraud[row] and balances[own] >= SMALLEST_FRAUD_MINOR:
                amount[row] = min(amount[row], balances[own] * 9 // 10 // 100 * 100)
            else:
                kept[row] = stubborn[row]
                continue
        balances[own] -= amount[row]
        if payee[row] >= 0 and payee[row] >> PAYEE_SHIFT == _ACCOUNT:
            balances[payee[row] & PAYEE_NUMBER_MASK] += amount[row]
    return kept
