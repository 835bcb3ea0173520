"""What movements were for: asked of everything that is known of them, what their holders said among it, a batch at once."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import psycopg

from contracts.categories import Category
from insight.categories.deciding import MAX_CORRECTIONS, Asked, Correction, Corrections, Decision, decide
from insight.categories.model import TextModel
from streams.projector import core, stored_repository
from streams.projector.core import AccountKey
from streams.projector.stored_repository import Stored

ACCOUNTS_AT_ONCE = 512
_WORDS = frozenset(Category)


@dataclass(frozen=True, slots=True)
class Question:
    """A movement whose category is asked; `own` is what its holder called this very one."""

    account: AccountKey
    asked: Asked
    own: str | None


def answered(
    bank: psycopg.Connection,
    warehouse: psycopg.Connection,
    generation: int,
    questions: Sequence[Question],
    *,
    model: TextModel | None,
) -> list[Decision]:
    """Return a decision for each question. It depends on what is known now, and on nothing that was decided before.

    So a movement that is folded, described or decided again comes to the same, whatever came between. Words of a few hundred
    accounts are held at once.
    """
    places: dict[AccountKey, list[int]] = defaultdict(list)
    for place, question in enumerate(questions):
        places[question.account].append(place)
    found: dict[int, Decision] = {}
    asking = list(places)
    for start in range(0, len(asking), ACCOUNTS_AT_ONCE):
        accounts = asking[start : start + ACCOUNTS_AT_ONCE]
        said = _corrections(bank, warehouse, generation, accounts)
        these = [place for account in accounts for place in places[account]]
        found.update(zip(these, _decided([questions[place] for place in these], said, model), strict=True))
    return [found[place] for place in range(len(questions))]


def _decided(questions: Sequence[Question], said: Mapping[uuid.UUID, Corrections], model: TextModel | None) -> list[Decision]:
    return decide(
        [question.asked for question in questions],
        model=model,
        own={place: Category(each.own) for place, each in enumerate(questions) if each.own in _WORDS},
        corrections={place: said[each.account[1]] for place, each in enumerate(questions) if each.account[1] in said},
    )


def answered_again(
    bank: psycopg.Connection,
    warehouse: psycopg.Connection,
    generation: int,
    stored: Sequence[Stored],
    *,
    model: TextModel | None,
) -> list[Decision]:
    """Return a decision for each movement that is there, from what is kept of it and what holders say now."""
    own = core.own_words(bank, [(one.tenant_id, one.account_id, one.transfer_id) for one in stored])
    questions = [Question(one.account, one.question, own.get(place)) for place, one in enumerate(stored)]
    return answered(bank, warehouse, generation, questions, model=model)


def _corrections(
    bank: psycopg.Connection, warehouse: psycopg.Connection, generation: int, accounts: Collection[AccountKey]
) -> dict[uuid.UUID, Corrections]:
    """What the accounts' holders called movements that are in the read model; those who said nothing are absent."""
    marks = core.marks(bank, accounts, limit=MAX_CORRECTIONS)
    if not marks:
        return {}
    found = stored_repository.of_marks(warehouse, generation, marks)
    said: dict[uuid.UUID, list[Correction]] = {}
    for mark in marks:
        stored = found.get((mark.account_id, mark.transfer_id))
        if stored is not None and mark.category in _WORDS:
            said.setdefault(mark.account_id, []).append(Correction.of(stored.question, Category(mark.category)))
    return {account: Corrections(each) for account, each in said.items()}


def changed(stored: Iterable[Stored], decisions: Iterable[Decision]) -> list[tuple[Stored, Decision]]:
    """Return those of which something else is said now."""
    return [
        (one, decision)
        for one, decision in zip(stored, decisions, strict=True)
        if (decision.category, decision.source) != (one.category, one.category_by)
    ]
