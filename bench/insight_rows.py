"""Movements of simulated customers as a history would have them, for the figures of `baas bench insight`."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl

from contracts.categories import CounterpartyKind, category_of
from contracts.ledger_events import Purpose
from contracts.transactions import Direction
from simulator.bank import Bank, Plan
from simulator.calendar import local_date
from simulator.ids import CUSTOMER_DIGITS
from simulator.tables import simulated_tables
from simulator.text import accounts, numbered

_COLUMNS = ("customer_id", "direction", "amount_minor", "channel", "mcc", "payee_id", "event_time")


@dataclass
class Customer:
    """What one customer did: (day, category, amount), negative where money left."""

    movements: list[tuple[date, str, int]] = field(default_factory=list)
    opening_minor: int = 0


def simulated_customers(plan: Plan) -> dict[str, Customer]:
    """Return every customer's movements, in the order in which they happened."""
    bank = Bank(plan)
    own = _owners(bank)
    found: dict[str, Customer] = defaultdict(Customer)
    for customer_id, direction, amount_minor, channel, mcc, payee_id, event_time in _events(bank):
        received, other = direction == Direction.CREDIT, own.get(payee_id)
        if other is None:
            kind = CounterpartyKind.OUTSIDE
        else:
            kind = CounterpartyKind.SELF if other == customer_id else CounterpartyKind.CUSTOMER
        category = category_of(purpose=Purpose.TRANSFER, channel=channel, mcc=mcc, counterparty=kind, received=received)
        delta_minor = amount_minor if received else -amount_minor
        found[customer_id].movements.append((local_date(event_time), category.value, delta_minor))
    for customer_id, opening_minor in zip(own.values(), bank.opening.tolist(), strict=True):
        found[customer_id].opening_minor += opening_minor
    return dict(found)


def _owners(bank: Bank) -> dict[str, str]:
    """Each account's text with its owner's, in the order of the bank's accounts."""
    people = bank.people
    texts = accounts(np.arange(len(people.account_owner)), people.account_text)
    return dict(zip(texts.to_pylist(), numbered("c", CUSTOMER_DIGITS, people.account_owner).to_pylist(), strict=True))


def _events(bank: Bank) -> Iterator[tuple[str, str, int, str, int | None, str | None, int]]:
    first_event = first_label = 0
    for day in bank.days():
        happened, said, _ = simulated_tables(bank.people, day, run="bench", first_event=first_event, first_label=first_label)
        first_event, first_label = first_event + len(happened), first_label + len(said)
        yield from pl.DataFrame(happened).select(_COLUMNS).iter_rows()
