"""Columns of numbers to Arrow tables: events with exactly the fields of `contracts.Transaction`, labels, truth, and people."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kit.ids import INBOUND_NAMESPACE, derived_id
from simulator.addresses import addresses_of
from simulator.bank import SimulatedDay
from simulator.codes import CHANNELS, COUNTRIES, DIRECTIONS, ENTRIES, KINDS, NO_BALANCE, NO_PLACE, NOTHING
from simulator.events import Events
from simulator.ids import (
    ADDRESS_DIGITS,
    CARD_DIGITS,
    CARDS_PER_CUSTOMER,
    CUSTOMER_DIGITS,
    DEVICE_DIGITS,
    DEVICES_PER_CUSTOMER,
    MERCHANT_DIGITS,
)
from simulator.labels import Labels
from simulator.merchants import CATEGORIES, Merchants
from simulator.places import PLACES
from simulator.population import Population, Segment, Trade
from simulator.text import accounts, numbered, payees, uuid5_texts

SOURCE = "simulator"
CURRENCY = "BRL"
SERIAL_DIGITS = 10
LABEL_SERIAL_DIGITS = 8

_TEXT, _LONG, _INT = pa.string(), pa.int64(), pa.int32()
EVENT_SCHEMA = pa.schema(
    [
        ("schema", pa.int8()), ("transaction_id", _TEXT), ("tenant_id", _TEXT), ("source", _TEXT), ("external_id", _TEXT),
        ("event_time", _LONG), ("known_at", _LONG), ("channel", _TEXT), ("direction", _TEXT), ("amount_minor", _LONG),
        ("currency", _TEXT), ("customer_id", _TEXT), ("account_id", _TEXT), ("card_id", _TEXT), ("device_id", _TEXT),
        ("ip", _TEXT), ("payee_id", _TEXT), ("merchant_id", _TEXT), ("mcc", pa.int16()), ("country", _TEXT),
        ("latitude_e5", _INT), ("longitude_e5", _INT), ("entry_mode", _TEXT), ("balance_minor", _LONG),
    ]
)  # fmt: skip
LABEL_SCHEMA = pa.schema(
    [
        ("schema", pa.int8()), ("label_id", _TEXT), ("tenant_id", _TEXT), ("transaction_id", _TEXT), ("fraud", pa.bool_()),
        ("kind", _TEXT), ("known_at", _LONG), ("source", _TEXT),
    ]
)  # fmt: skip


def event_table(people: Population, events: Events, *, run: str, first_serial: int) -> pa.Table:
    """Return the events as messages. `run` and the serial make the external id, and so the transaction id."""
    if (events.known_at < events.event_time).any():
        raise AssertionError("an event is known before it happened")
    rows = len(events)
    owner = people.account_owner[events.account]
    external = numbered(f"{run}-", SERIAL_DIGITS, first_serial + np.arange(rows))
    merchant = np.where(events.merchant >= 0, events.merchant, 0)
    columns = [
        _constant(np.int8(1), rows, pa.int8()),
        uuid5_texts(INBOUND_NAMESPACE, _inbound_head(people.tenant_id, external), external),
        _constant(people.tenant_id, rows, _TEXT),
        _constant(SOURCE, rows, _TEXT),
        external,
        pa.array(events.event_time),
        pa.array(events.known_at),
        _words(CHANNELS, events.channel),
        _words(DIRECTIONS, events.direction),
        pa.array(events.amount),
        _constant(CURRENCY, rows, _TEXT),
        numbered("c", CUSTOMER_DIGITS, owner),
        accounts(events.account, people.account_text),
        numbered("k", CARD_DIGITS, events.card),
        numbered("d", DEVICE_DIGITS, events.device),
        numbered("i", ADDRESS_DIGITS, addresses_of(people, events)),
        payees(events.payee, people.account_text),
        numbered("m", MERCHANT_DIGITS, events.merchant),
        pa.array(people.merchants.mcc[merchant].astype(np.int16), mask=events.merchant == NOTHING),
        _words(COUNTRIES, events.country),
        _place(events.latitude_e5),
        _place(events.longitude_e5),
        _words(ENTRIES, events.entry),
        pa.array(events.balance, mask=events.balance == NO_BALANCE),
    ]
    return pa.Table.from_arrays(columns, schema=EVENT_SCHEMA)


def label_table(people: Population, labels: Labels, transaction_ids: pa.Array, *, run: str, first_serial: int) -> pa.Table:
    """Return the labels as messages about the transactions of one batch."""
    rows = len(labels)
    names = numbered(f"label-{run}-", LABEL_SERIAL_DIGITS, first_serial + np.arange(rows))
    namespace = derived_id(INBOUND_NAMESPACE, "label", people.tenant_id)
    columns = [
        _constant(np.int8(1), rows, pa.int8()),
        uuid5_texts(namespace, "", names),
        _constant(people.tenant_id, rows, _TEXT),
        transaction_ids.take(pa.array(labels.row)),
        pa.array(labels.fraud),
        _words(KINDS, labels.kind),
        pa.array(labels.known_at),
        _constant(SOURCE, rows, _TEXT),
    ]
    return pa.Table.from_arrays(columns, schema=LABEL_SCHEMA)


def truth_table(events: Events, transaction_ids: pa.Array) -> pa.Table:
    """Return what no process may see: each fraudulent transaction, its kind and its case."""
    rows = np.flatnonzero(events.kind != 0)
    return pa.table(
        {
            "transaction_id": transaction_ids.take(pa.array(rows)),
            "kind": _words(KINDS, events.kind[rows]),
            "case_id": events.case[rows],
            "event_time": events.event_time[rows],
            "known_at": events.known_at[rows],
            "amount_minor": events.amount[rows],
        }
    )


def simulated_tables(
    people: Population, day: SimulatedDay, *, run: str, first_event: int, first_label: int
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Return a day's events, labels and truth."""
    events = event_table(people, day.events, run=run, first_serial=first_event)
    ids = events.column("transaction_id").combine_chunks()
    return events, label_table(people, day.labels, ids, run=run, first_serial=first_label), truth_table(day.events, ids)


def _inbound_head(tenant_id: str, external: pa.Array) -> str:
    """The part of an inbound id's name before the external id, as `kit.ids.inbound_transaction_id` spells it."""
    width = len(external[0].as_py()) if len(external) else 0
    return f"{len(tenant_id)}:{tenant_id}{len(SOURCE)}:{SOURCE}{width}:"


def _constant(value: Any, rows: int, kind: pa.DataType) -> pa.Array:
    return pa.repeat(pa.scalar(value, type=kind), rows)


def _words(words: tuple[str, ...], numbers: npt.NDArray[Any]) -> pa.Array:
    return pa.array(words).take(pa.array(numbers, mask=numbers < 0))


def _place(degrees_e5: npt.NDArray[np.int64]) -> pa.Array:
    return pa.array(degrees_e5.astype(np.int32), mask=degrees_e5 == NO_PLACE)


def people_tables(people: Population, *, opening: npt.NDArray[np.int64], names: dict[str, list[str]]) -> dict[str, pa.Table]:
    """Return customers, accounts, cards, devices and merchants."""
    number = np.arange(len(people))
    cities = tuple(place.name for place in PLACES)
    customers = pa.table(
        {
            "customer_id": numbered("c", CUSTOMER_DIGITS, number),
            "tenant_id": _constant(people.tenant_id, len(people), _TEXT),
            "name": names["name"],
            "cpf": names["cpf"],
            "age": people.age,
            "segment": _words(tuple(s.name.lower() for s in Segment), people.segment),
            "trade": _words(tuple(t.name.lower() for t in Trade), people.trade),
            "income_minor": people.income_minor,
            "city": _words(cities, people.city),
            "latitude_e5": people.latitude_e5,
            "longitude_e5": people.longitude_e5,
            "tenure_days": people.tenure_days,
            "joined_fraction": people.joined,
        }
    )
    text = accounts(np.arange(len(people.account_owner)), people.account_text)
    account = pa.table(
        {
            "account_id": text,
            "tenant_id": _constant(people.tenant_id, len(text), _TEXT),
            "customer_id": numbered("c", CUSTOMER_DIGITS, people.account_owner),
            "product": _words(("checking", "savings"), people.account_index),
            "currency": _constant(CURRENCY, len(text), _TEXT),
            "opening_minor": opening,
        }
    )
    return {
        "customers": customers,
        "accounts": account,
        "cards": _instruments(people, people.cards, CARDS_PER_CUSTOMER, "k", CARD_DIGITS, "card_id"),
        "devices": _instruments(people, people.devices, DEVICES_PER_CUSTOMER, "d", DEVICE_DIGITS, "device_id"),
        "merchants": _merchants(people.merchants),
    }


def _instruments(
    people: Population, counts: npt.NDArray[np.int64], stride: int, prefix: str, digits: int, name: str
) -> pa.Table:
    owner = np.repeat(np.arange(len(people)), counts)
    slot = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    return pa.table(
        {name: numbered(prefix, digits, owner * stride + slot), "customer_id": numbered("c", CUSTOMER_DIGITS, owner)}
    )


def _merchants(merchants: Merchants) -> pa.Table:
    places = (*tuple(place.name for place in PLACES), "internet")
    countries = (*tuple(place.country for place in PLACES), "BR")
    return pa.table(
        {
            "merchant_id": numbered("m", MERCHANT_DIGITS, np.arange(len(merchants))),
            "mcc": merchants.mcc.astype(np.int16),
            "category": _words(tuple(c.name for c in CATEGORIES), merchants.category),
            "place": _words(places, merchants.place),
            "country": _words(countries, merchants.place),
            "terminals": merchants.terminals,
            "latitude_e5": merchants.latitude_e5,
            "longitude_e5": merchants.longitude_e5,
        }
    )
