"""Bringing a generation on: events are folded and described, what changed is described again; each in one transaction."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from kit.subject_keys import SealedRecords
from streams.projector import core, generations, repository
from streams.projector.core import Asked, Change, ChangePosition
from streams.projector.described import Decided, Description, Known, described
from streams.projector.events import Moved
from streams.projector.fold import Movement, fold
from streams.projector.repository import Stored, TransferKey

CHANGES_AT_ONCE = 500
REDESCRIBED_AT_ONCE = 1_000
# How long a movement waits for its decision to arrive in the warehouse by the other way.
DECISION_WAIT_S = 600


@dataclass(frozen=True, slots=True)
class Sides:
    """The two databases, where rows are written and what is known beside them, and what opens who people are."""

    warehouse: psycopg.Connection
    core: psycopg.Connection
    records: SealedRecords


def write_events(
    sides: Sides,
    generation: int,
    events: Sequence[Moved],
    *,
    expected: int,
    following: int,
    as_of_ms: int,
    only: uuid.UUID | None = None,
) -> None:
    """Fold `events` into a generation and move its position from `expected` to `following`, all or nothing. Raises Fenced.

    The position comes first: whoever holds its row, such as the rebuild of one account, is waited for before anything is read.
    With `only`, nothing but that account's side is written.
    """
    with sides.warehouse.transaction():
        generations.move(sides.warehouse, generation, expected=expected, following=following, as_of_ms=as_of_ms)
        if only is not None:
            events = [moved for moved in events if only in (moved.debit_account_id, moved.credit_account_id)]
        if not events:
            return
        touched = {account for moved in events for account in (moved.debit_account_id, moved.credit_account_id)}
        standings = repository.standings(sides.warehouse, generation, touched)
        movements = fold(events, standings)
        if only is not None:
            movements = [movement for movement in movements if movement.account_id == only]
            standings = {only: standings[only]}
        repository.write(sides.warehouse, generation, _described(sides, movements), standings)


def write_changes(sides: Sides, generation: int, at: ChangePosition) -> ChangePosition:
    """Describe again what the next changes of the core are about; return the position after them. Raises Fenced."""
    found = core.changes(sides.core, after=at, limit=CHANGES_AT_ONCE)
    if not found:
        return at
    with sides.warehouse.transaction():
        generations.move_change(sides.warehouse, generation, expected=at, following=found[-1].position)
        _redescribe(sides, generation, repository.of_transfers(sides.warehouse, generation, _transfers(found)))
        for tenant_id, customer_id in {(c.tenant_id, c.subject_id) for c in found if c.kind == "customer"}:
            _redescribe_customer(sides, generation, tenant_id=tenant_id, customer_id=customer_id)
    return found[-1].position


def write_late_decisions(sides: Sides, generation: int) -> int:
    """Describe again what was folded before its decision was in the warehouse; return how many movements."""
    with sides.warehouse.transaction():
        found = repository.undecided(sides.warehouse, generation, young_s=DECISION_WAIT_S, limit=REDESCRIBED_AT_ONCE)
        _redescribe(sides, generation, found)
    return len(found)


def _described(sides: Sides, movements: Sequence[Movement]) -> list[tuple[Movement, Description, int]]:
    """Customers' movements with what is said of them; the bank's own accounts have no history that anybody looks up."""
    known = core.known(sides.core, sides.records, [_asked(movement) for movement in movements])
    without = [
        _key(movement.moved)
        for movement in movements
        if movement.moved.channel is None and movement.moved.purpose == "transfer"
    ]
    arrived = repository.decided(sides.warehouse, without)
    return [
        (
            movement,
            described(
                beside,
                _decided(movement.moved, arrived),
                purpose=movement.moved.purpose,
                received=movement.amount_minor > 0,
            ),
            movement.moved.appended_at_ms if beside.booked_at_ms is None else beside.booked_at_ms,
        )
        for movement, beside in zip(movements, known, strict=True)
        if beside.own_code is None
    ]


def _redescribe(sides: Sides, generation: int, stored: Sequence[Stored]) -> None:
    if not stored:
        return
    known: list[Known] = core.known(sides.core, sides.records, [one.asked for one in stored])
    arrived = repository.decided(sides.warehouse, [(s.tenant_id, s.transfer_id) for s in stored if not s.decided])
    rows = [
        (
            one,
            described(
                beside,
                Decided(one.channel, one.mcc) if one.decided else arrived.get((one.tenant_id, one.transfer_id)),
                purpose=one.purpose,
                received=one.amount_minor > 0,
            ),
        )
        for one, beside in zip(stored, known, strict=True)
    ]
    repository.redescribe(sides.warehouse, generation, rows)


def _redescribe_customer(sides: Sides, generation: int, *, tenant_id: str, customer_id: str) -> None:
    after: Stored | None = None
    while page := repository.with_customer(
        sides.warehouse,
        generation,
        tenant_id=tenant_id,
        customer_id=customer_id,
        after=after,
        limit=REDESCRIBED_AT_ONCE,
    ):
        _redescribe(sides, generation, page)
        after = page[-1]


def _transfers(found: Sequence[Change]) -> list[TransferKey]:
    return [(change.tenant_id, uuid.UUID(change.subject_id)) for change in found if change.kind == "transfer"]


def _asked(movement: Movement) -> Asked:
    moved = movement.moved
    return Asked(moved.tenant_id, movement.account_id, movement.sequence, moved.transfer_id, movement.counterparty_account_id)


def _key(moved: Moved) -> TransferKey:
    return (moved.tenant_id, moved.transfer_id)


def _decided(moved: Moved, arrived: dict[TransferKey, Decided]) -> Decided | None:
    return Decided(moved.channel, moved.mcc) if moved.channel is not None else arrived.get(_key(moved))
