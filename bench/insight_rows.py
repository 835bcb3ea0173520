"""Histories of simulated customers, as the read model would have them, for the figures of `baas bench insight`."""

import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import polars as pl

from contracts.categories import CounterpartyKind, category_of
from contracts.ledger_events import Purpose
from contracts.transactions import Direction
from insight.history import History, history_of
from insight.recurring.series import Movement
from simulator.bank import Bank, Plan
from simulator.calendar import local_date
from simulator.ids import CUSTOMER_DIGITS
from simulator.tables import simulated_tables
from simulator.text import accounts, numbered

_COLUMNS = ("transaction_id", "customer_id", "direction", "amount_minor", "channel", "mcc", "payee_id", "event_time")


@dataclass
class Customer:
    """One customer: what they began with, and what moved, in order, as on one account; and which of it was fraud."""

    account_id: uuid.UUID
    opening_minor: int = 0
    movements: list[Movement] = field(default_factory=list)
    frauds: set[uuid.UUID] = field(default_factory=set)

    def until(self, day: date) -> History:
        """Return the history as it was known at the end of a day."""
        return history_of(self.movements, today=day)

    def balances(self, first: date, last: date) -> list[int]:
        """Return the balance at the end of each day from `first` to `last`, both included."""
        moved: dict[date, int] = defaultdict(int)
        for each in self.movements:
            moved[max(each.booked_day, first)] += each.delta_minor
        balance, found = self.opening_minor, []
        for ahead in range((last - first).days + 1):
            balance += moved[first + timedelta(days=ahead)]
            found.append(balance)
        return found


def simulated_customers(plan: Plan) -> list[Customer]:
    """Return the plan's customers. Who is on the other side of outside money no history says."""
    bank = Bank(plan)
    own = _owners(bank)
    found = {owner: Customer(uuid.UUID(int=number)) for number, owner in enumerate(dict.fromkeys(own.values()))}
    for fraud, customer_id, direction, amount_minor, channel, mcc, payee_id, event_time in _events(bank):
        received, other = direction == Direction.CREDIT, own.get(payee_id or "")
        kind = CounterpartyKind.OUTSIDE
        if other is not None:
            kind = CounterpartyKind.SELF if other == customer_id else CounterpartyKind.CUSTOMER
        category = category_of(purpose=Purpose.TRANSFER, channel=channel, mcc=mcc, counterparty=kind, received=received)
        day, delta_minor = local_date(event_time), amount_minor if received else -amount_minor
        _move(found[customer_id], day, delta_minor, category.value, other or "")
        if fraud:
            found[customer_id].frauds.add(found[customer_id].movements[-1].transfer_id)
        if other is not None and not received:  # the other side is a customer's account too, and has no event of its own
            _move(found[other], day, amount_minor, category.value, customer_id)
    for owner, opening_minor in zip(own.values(), bank.opening.tolist(), strict=True):
        found[owner].opening_minor += opening_minor
    return [customer for customer in found.values() if customer.movements]


def _move(customer: Customer, day: date, delta_minor: int, category: str, counterparty: str) -> None:
    number = uuid.UUID(int=(customer.account_id.int << 64) + len(customer.movements))
    customer.movements.append(Movement(number, customer.account_id, day, delta_minor, "BRL", category, counterparty, None))


def _owners(bank: Bank) -> dict[str, str]:
    """Each account's text with its owner's, in the order of the bank's accounts."""
    people = bank.people
    texts = accounts(np.arange(len(people.account_owner)), people.account_text)
    return dict(zip(texts.to_pylist(), numbered("c", CUSTOMER_DIGITS, people.account_owner).to_pylist(), strict=True))


def _events(bank: Bank) -> Iterator[tuple[bool, str, str, int, str, int | None, str | None, int]]:
    first_event = first_label = 0
    for day in bank.days():
        happened, said, truth = simulated_tables(
            bank.people, day, run="bench", first_event=first_event, first_label=first_label
        )
        first_event, first_label = first_event + len(happened), first_label + len(said)
        frauds = set(truth.column("transaction_id").to_pylist())
        for transaction_id, *row in pl.DataFrame(happened).select(_COLUMNS).iter_rows():
            yield transaction_id in frauds, *row
