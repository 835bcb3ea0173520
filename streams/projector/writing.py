"""Bringing a generation on: events are folded and described, what changed is described again; each in one transaction.

What a movement was for is decided with it, by the model that the generation's position names. A holder's word for one movement
is meant of others too: those of the account are then decided again in the same transaction.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import psycopg

from insight.categories.asking import asked_of
from insight.categories.deciding import Source
from insight.categories.model import TextModel
from kit.subject_keys import SealedRecords
from streams.projector import core, generations, repository, stored_repository
from streams.projector.categorising import Question, answered, answered_again, changed
from streams.projector.core import AccountKey, Asked, Change, ChangePosition
from streams.projector.decided import Decided
from streams.projector.described import Description, Known, described
from streams.projector.events import Moved
from streams.projector.fold import Movement, fold
from streams.projector.models import TextModels
from streams.projector.repository import Described
from streams.projector.stored_repository import Stored, TransferKey

CHANGES_AT_ONCE = 500
REDESCRIBED_AT_ONCE = 1_000
DECIDED_AGAIN_AT_ONCE = 2_000
# How long a movement waits for its decision to arrive in the warehouse by the other way.
DECISION_WAIT_S = 600


@dataclass(frozen=True, slots=True)
class Sides:
    """The two databases, where rows are written and what is known beside them; what opens who people are; the text models."""

    warehouse: psycopg.Connection
    core: psycopg.Connection
    records: SealedRecords
    models: TextModels


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
    """Fold `events` into a generation and move its position from `expected` to `following`, all or nothing.

    Raises Fenced, or BrokenTextModel.

    The position comes first: whoever holds its row, such as the rebuild of one account, is waited for before anything is read.
    With `only`, nothing but that account's side is written.
    """
    with sides.warehouse.transaction():
        model_id = generations.move(sides.warehouse, generation, expected=expected, following=following, as_of_ms=as_of_ms)
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
        model = sides.models.of(sides.warehouse, model_id)
        rows, spoken = _described(sides, generation, movements, model)
        repository.write(sides.warehouse, generation, rows, standings)
        _decide_accounts_again(sides, generation, spoken, model)


def write_changes(sides: Sides, generation: int, at: ChangePosition) -> ChangePosition:
    """Describe again what the next changes of the core are about; return the position after them. Raises Fenced."""
    found = core.changes(sides.core, after=at, limit=CHANGES_AT_ONCE)
    if not found:
        return at
    with sides.warehouse.transaction():
        model_id = generations.move_change(sides.warehouse, generation, expected=at, following=found[-1].position)
        model = sides.models.of(sides.warehouse, model_id)
        _redescribe(sides, generation, stored_repository.of_transfers(sides.warehouse, generation, _transfers(found)), model)
        for tenant_id, customer_id in {(c.tenant_id, c.subject_id) for c in found if c.kind == "customer"}:
            _redescribe_customer(sides, generation, model, tenant_id=tenant_id, customer_id=customer_id)
    return found[-1].position


def write_late_decisions(sides: Sides, generation: int) -> int:
    """Describe again what was folded before its decision was in the warehouse; return how many movements."""
    with sides.warehouse.transaction():
        held = generations.hold_position(sides.warehouse, generation)
        if held is None:
            return 0
        found = stored_repository.undecided(sides.warehouse, generation, young_s=DECISION_WAIT_S, limit=REDESCRIBED_AT_ONCE)
        _redescribe(sides, generation, found, sides.models.of(sides.warehouse, held.category_model))
    return len(found)


def decide_next_again(sides: Sides, generation: int) -> int:
    """Decide again the next movements that an earlier model decided; return how many: none where all have been."""
    with sides.warehouse.transaction():
        sweep = generations.hold_sweep(sides.warehouse, generation)
        if sweep is None:
            return 0
        page = stored_repository.after(sides.warehouse, generation, sweep.after, limit=DECIDED_AGAIN_AT_ONCE)
        _decide_again(sides, generation, page, sides.models.of(sides.warehouse, sweep.category_model))
        generations.move_sweep(sides.warehouse, generation, to=page[-1].place if len(page) == DECIDED_AGAIN_AT_ONCE else None)
    return len(page)


def decide_account_again(sides: Sides, generation: int, account_id: uuid.UUID, *, model_id: int) -> None:
    """Decide again all movements of an account, in the caller's transaction."""
    _decide_accounts_again(sides, generation, [account_id], sides.models.of(sides.warehouse, model_id))


def _described(
    sides: Sides, generation: int, movements: Sequence[Movement], model: TextModel | None
) -> tuple[list[Described], set[uuid.UUID]]:
    """Customers' movements with what is said of them, and the accounts whose holders called one of them something.

    The bank's own accounts have no history that anybody looks up.
    """
    known = core.known(sides.core, sides.records, [_asked(movement) for movement in movements])
    without = [
        _key(movement.moved)
        for movement in movements
        if movement.moved.decided is None and movement.moved.purpose == "transfer"
    ]
    arrived = repository.decided(sides.warehouse, without)
    told = [
        (
            movement,
            beside,
            described(
                beside,
                movement.moved.decided or arrived.get(_key(movement.moved)),
                purpose=movement.moved.purpose,
                received=movement.amount_minor > 0,
            ),
        )
        for movement, beside in zip(movements, known, strict=True)
        if beside.own_code is None
    ]
    questions = [
        _question(
            (movement.moved.tenant_id, movement.account_id),
            beside,
            said,
            purpose=movement.moved.purpose,
            received=movement.amount_minor > 0,
            counterparty_account_id=movement.counterparty_account_id,
        )
        for movement, beside, said in told
    ]
    decisions = answered(sides.core, sides.warehouse, generation, questions, model=model)
    rows = [
        Described(
            movement,
            said,
            decision,
            movement.moved.appended_at_ms if beside.booked_at_ms is None else beside.booked_at_ms,
        )
        for (movement, beside, said), decision in zip(told, decisions, strict=True)
    ]
    return rows, {question.account[1] for question in questions if question.own is not None}


def _redescribe(sides: Sides, generation: int, stored: Sequence[Stored], model: TextModel | None) -> None:
    if not stored:
        return
    known: list[Known] = core.known(sides.core, sides.records, [one.asked for one in stored])
    arrived = repository.decided(sides.warehouse, [(s.tenant_id, s.transfer_id) for s in stored if not s.decided])
    said = [
        described(
            beside,
            _kept(one) if one.decided else arrived.get((one.tenant_id, one.transfer_id)),
            purpose=one.purpose,
            received=one.amount_minor > 0,
        )
        for one, beside in zip(stored, known, strict=True)
    ]
    questions = [
        _question(
            one.account,
            beside,
            says,
            purpose=one.purpose,
            received=one.amount_minor > 0,
            counterparty_account_id=one.counterparty_account_id,
        )
        for one, beside, says in zip(stored, known, said, strict=True)
    ]
    decisions = answered(sides.core, sides.warehouse, generation, questions, model=model)
    repository.redescribe(sides.warehouse, generation, list(zip(stored, said, decisions, strict=True)))
    spoken = {
        one.account_id
        for one, beside in zip(stored, known, strict=True)
        if beside.category is not None or one.category_by == Source.HOLDER
    }
    _decide_accounts_again(sides, generation, spoken, model)


def _decide_accounts_again(sides: Sides, generation: int, accounts: Collection[uuid.UUID], model: TextModel | None) -> None:
    for account_id in accounts:
        sequence = 0
        while page := stored_repository.of_account(
            sides.warehouse, generation, account_id, after_sequence=sequence, limit=DECIDED_AGAIN_AT_ONCE
        ):
            _decide_again(sides, generation, page, model)
            sequence = page[-1].sequence


def _decide_again(sides: Sides, generation: int, page: Sequence[Stored], model: TextModel | None) -> None:
    decisions = answered_again(sides.core, sides.warehouse, generation, page, model=model)
    repository.recategorise(sides.warehouse, generation, changed(page, decisions))


def _redescribe_customer(sides: Sides, generation: int, model: TextModel | None, *, tenant_id: str, customer_id: str) -> None:
    after: Stored | None = None
    while page := stored_repository.with_customer(
        sides.warehouse,
        generation,
        tenant_id=tenant_id,
        customer_id=customer_id,
        after=after,
        limit=REDESCRIBED_AT_ONCE,
    ):
        _redescribe(sides, generation, page, model)
        after = page[-1]


def _transfers(found: Sequence[Change]) -> list[TransferKey]:
    return [(change.tenant_id, uuid.UUID(change.subject_id)) for change in found if change.kind == "transfer"]


def _asked(movement: Movement) -> Asked:
    moved = movement.moved
    return Asked(moved.tenant_id, movement.account_id, movement.sequence, moved.transfer_id, movement.counterparty_account_id)


def _key(moved: Moved) -> TransferKey:
    return (moved.tenant_id, moved.transfer_id)


def _kept(stored: Stored) -> Decided:
    """What the decision knew, as it was kept."""
    return Decided(stored.channel, stored.mcc, stored.counterparty_id, stored.counterparty_id)


def _question(
    account: AccountKey,
    known: Known,
    said: Description,
    *,
    purpose: str,
    received: bool,
    counterparty_account_id: uuid.UUID,
) -> Question:
    return Question(
        account,
        asked_of(
            tenant_id=account[0],
            purpose=purpose,
            channel=said.channel,
            mcc=said.mcc,
            kind=said.counterparty_kind,
            received=received,
            counterparty_id=said.counterparty_id,
            counterparty_account_id=counterparty_account_id,
            text=said.text,
        ),
        known.category,
    )
