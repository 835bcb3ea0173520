"""Comparing the read model with the ledger, account by account and movement by movement, while both go on."""

import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import psycopg

from insight.categories.deciding import Decision
from kit.postgres import connect
from kit.settings import Settings
from streams.projector import compared, core
from streams.projector.categorising import answered_again, changed
from streams.projector.compared import Categorised
from streams.projector.models import TextModels
from streams.projector.stored_repository import Stored

CLIENT = "projector-check"
CHUNK_ROWS = 5_000
RETRY_S = 0.2
STATEMENT_TIMEOUT_MS = 120_000


@dataclass(frozen=True, slots=True)
class Compared:
    """How much was compared, and the first difference; None where there is none."""

    accounts: int
    movements: int
    seconds: float
    difference: str | None


def compare(settings: Settings, *, wait_s: float) -> Compared:
    """Compare the generation that is read with the ledger; the projector gets `wait_s` to come to where the ledger is now.

    Each balance is held against the ledger's own balance after as many entries, so that both sides may go on meanwhile; each
    movement against its entry; spending against the movements; and each category against what the model that decides, and what
    holders say, make of it now.
    """
    started_s = time.monotonic()
    dsn = settings.warehouse.dsn("audit")
    counted = _Counted()
    with (
        connect(dsn, application=CLIENT, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as warehouse,
        core.connect_core(settings, application=CLIENT) as bank,
    ):
        models = TextModels(settings.models)
        difference = next(
            chain(
                _differences(warehouse, bank, counted, wait_s=wait_s),
                _category_differences(warehouse, bank, models, wait_s=wait_s),
            ),
            None,
        )
    return Compared(counted.accounts, counted.movements, time.monotonic() - started_s, difference)


@dataclass(slots=True)
class _Counted:
    accounts: int = 0
    movements: int = 0


def _differences(warehouse: psycopg.Connection, bank: psycopg.Connection, counted: _Counted, *, wait_s: float) -> Iterator[str]:
    behind = _wait(warehouse, compared.versions(bank), wait_s=wait_s)
    if behind is not None:
        yield behind
    customers = compared.customer_accounts(bank)
    balances = compared.balances(warehouse)
    counted.accounts = len(balances)
    for start in range(0, len(balances), CHUNK_ROWS):
        chunk = balances[start : start + CHUNK_ROWS]
        entries = compared.entries(bank, [(account_id, sequence) for account_id, sequence, _ in chunk])
        for account_id, sequence, balance_minor in chunk:
            _, _, there = entries.get((account_id, sequence), (None, None, None))
            if there != balance_minor:
                yield f"account {account_id} after {sequence}: a balance of {balance_minor}, of {there} in the ledger"
    least = {account_id: sequence for account_id, sequence, _ in balances if account_id in customers}
    yield from _movement_differences(warehouse, bank, counted, least=least)
    wrong = compared.wrong_spending(warehouse)
    if wrong is not None:
        yield f"spending of account {wrong[0]} in {wrong[1]}, {wrong[2]}: it is not the sum of its movements"


def _movement_differences(
    warehouse: psycopg.Connection, bank: psycopg.Connection, counted: _Counted, *, least: dict[uuid.UUID, int]
) -> Iterator[str]:
    """Differences between movements and entries; `least` is how many movements each customer's account must have."""
    there_are: dict[uuid.UUID, int] = {}
    last: tuple[uuid.UUID, int] = (uuid.UUID(int=0), 0)
    while chunk := compared.movements(warehouse, after=last, limit=CHUNK_ROWS):
        entries = compared.entries(bank, [(account_id, sequence) for account_id, sequence, *_ in chunk])
        for account_id, sequence, *said in chunk:
            expected = last[1] + 1 if account_id == last[0] else 1
            if sequence != expected:
                yield f"account {account_id}: movement {expected} is not in the read model"
            there = entries.get((account_id, sequence))
            if there != tuple(said):
                yield f"account {account_id}, movement {sequence}: {tuple(said)} in the read model, {there} in the ledger"
            last = (account_id, sequence)
            there_are[account_id] = sequence
        counted.movements += len(chunk)
    for account_id, sequence in least.items():
        if there_are.get(account_id, 0) < sequence:
            yield f"account {account_id}: movement {there_are.get(account_id, 0) + 1} is not in the read model"


def _category_differences(
    warehouse: psycopg.Connection, bank: psycopg.Connection, models: TextModels, *, wait_s: float
) -> Iterator[str]:
    """Movements that are called otherwise than they would be now. What was said a moment ago gets `wait_s` to arrive."""
    last: tuple[uuid.UUID, int] = (uuid.UUID(int=0), 0)
    while page := compared.categorised(warehouse, after=last, limit=CHUNK_ROWS):
        last = page[-1].stored.place
        wrong = _called_otherwise(warehouse, bank, models, page)
        deadline_s = time.monotonic() + wait_s
        while wrong and time.monotonic() < deadline_s:
            time.sleep(RETRY_S)
            again = compared.categorised_again(warehouse, [stored.place for stored, _ in wrong])
            wrong = _called_otherwise(warehouse, bank, models, again)
        for stored, decision in wrong:
            yield (
                f"account {stored.account_id}, movement {stored.sequence}: {stored.category} by {stored.category_by} in the "
                f"read model; {decision.category} by {decision.source} is what is said of it now"
            )


def _called_otherwise(
    warehouse: psycopg.Connection, bank: psycopg.Connection, models: TextModels, page: Sequence[Categorised]
) -> list[tuple[Stored, Decision]]:
    """Movements of which neither the model that decides says what is kept, nor, where it may have, the one before."""
    wrong: list[tuple[Stored, Decision]] = []
    for (generation, model_id), group in _by_model(page, lambda each: each.model).items():
        by_now = _decided_otherwise(warehouse, bank, models, generation, model_id, group)
        waiting = {each.stored.place: each for each in group if each.waits}
        wrong += [each for each in by_now if each[0].place not in waiting]
        maybe = [waiting[stored.place] for stored, _ in by_now if stored.place in waiting]
        for (_, before), earlier in _by_model(maybe, lambda each: each.before).items():
            if before is not None:
                wrong += _decided_otherwise(warehouse, bank, models, generation, before, earlier)
    return wrong


def _by_model(
    page: Sequence[Categorised], model: Callable[[Categorised], int | None]
) -> dict[tuple[int, Any], list[Categorised]]:
    found: dict[tuple[int, Any], list[Categorised]] = defaultdict(list)
    for each in page:
        found[each.generation, model(each)].append(each)
    return found


def _decided_otherwise(
    warehouse: psycopg.Connection,
    bank: psycopg.Connection,
    models: TextModels,
    generation: int,
    model_id: int,
    group: Sequence[Categorised],
) -> list[tuple[Stored, Decision]]:
    stored = [each.stored for each in group]
    model = models.of(warehouse, model_id)
    return changed(stored, answered_again(bank, warehouse, generation, stored, model=model))


def _wait(warehouse: psycopg.Connection, versions: dict[uuid.UUID, int], *, wait_s: float) -> str | None:
    """Wait until every account has at least the ledger's version of before; return the first that does not."""
    deadline_s = time.monotonic() + wait_s
    while True:
        there = {account_id: sequence for account_id, sequence, _ in compared.balances(warehouse)}
        behind = next(((a, v) for a, v in sorted(versions.items()) if there.get(a, 0) < v), None)
        if behind is None:
            return None
        if time.monotonic() > deadline_s:
            account_id, version = behind
            return f"account {account_id}: {there.get(account_id, 0)} movements in the read model, {version} in the ledger"
        time.sleep(RETRY_S)
