"""The real ledger held against the reference: counters, versions, entries, transfers, events."""

import uuid
from dataclasses import replace

import psycopg
from msgspec import json as msgspec_json

from contracts.ledger_events import LedgerEvent
from tests.ledger.reference import Line, Reference


def compare_books(auditor: psycopg.Connection, reference: Reference, *, booked: bool = True) -> None:
    """Fail unless every counter, version, entry and transfer of the reference's accounts is the database's too.

    Without `booked` the moments of booking are not compared: where writers have clocks of their own, nobody knows them.
    """
    ids = list(reference.accounts)
    stored = {
        row[0]: row[1:]
        for row in auditor.execute(
            "select id, debits_posted_minor, credits_posted_minor, debits_pending_minor, credits_pending_minor, version "
            "from ledger.account where id = any(%s)",
            (ids,),
        )
    }
    for account_id, books in reference.accounts.items():
        expected = (books.debits, books.credits, books.debits_pending, books.credits_pending, len(books.entries))
        assert stored[account_id] == expected
    entries: dict[uuid.UUID, list[Line]] = {account_id: [] for account_id in ids}
    for account_id, *entry in auditor.execute(
        "select account_id, transfer_id, delta_minor, balance_after_minor, (extract(epoch from value_at) * 1000)::bigint, "
        "(extract(epoch from booked_at) * 1000)::bigint from ledger.entry where account_id = any(%s) "
        "order by account_id, version",
        (ids,),
    ):
        entries[account_id].append(Line(*entry))
    expected_entries = {account_id: books.entries for account_id, books in reference.accounts.items()}
    if not booked:
        entries, expected_entries = _without_booking(entries), _without_booking(expected_entries)
    assert entries == expected_entries
    transfers = {
        row[0]: row[1:]
        for row in auditor.execute(
            "select id, status, reason, posted_minor, reversed_minor from ledger.transfer where id = any(%s)",
            (list(reference.transfers),),
        )
    }
    assert transfers == {key: (r.status, r.reason, r.posted, r.reversed) for key, r in reference.transfers.items()}


def _without_booking(entries: dict[uuid.UUID, list[Line]]) -> dict[uuid.UUID, list[Line]]:
    return {account_id: [replace(line, booked_at_ms=0) for line in lines] for account_id, lines in entries.items()}


def newest_event(auditor: psycopg.Connection) -> int:
    """The place in the outbox after which the next events come."""
    [[newest]] = auditor.execute("select coalesce(max(id), 0) from outbox.event").fetchall()
    return int(newest)


def events_after(auditor: psycopg.Connection, place: int) -> list[tuple[uuid.UUID, str, int]]:
    """What was said after a place, in order: (transfer, status, amount)."""
    rows = auditor.execute("select payload from outbox.event where id > %s order by id", (place,))
    events = [msgspec_json.decode(payload, type=LedgerEvent) for (payload,) in rows]
    return [(uuid.UUID(event.transfer_id), event.status.value, event.amount_minor) for event in events]
