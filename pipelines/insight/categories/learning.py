"""A night's learning: from what holders say and merchants' codes tell, to the model that the projector decides with.

The model's file is among the exported models, and a row in the warehouse names it: whoever reads the row finds the whole file.
A run that is cut between the two leaves a file that nobody names, and the next one writes the same again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import msgspec

from contracts.categories import Category
from governance.erasures.pseudonyms import tells
from insight.categories.files import load, save
from insight.categories.model import BrokenTextModel, TextModel, of_merchants
from kit.clock import Clock
from kit.log import get_logger
from kit.postgres import connect
from kit.settings import Settings
from ledger.days import end_ms
from pipelines.insight.categories import repository
from pipelines.insight.categories.labelled import Line, Mark, merchants
from pipelines.insight.categories.registry import register
from pipelines.insight.categories.training import TooFewExamples, Trained, share_right_pct, train
from pipelines.tracking import tracking_uri

APPLICATION = "categories"
HISTORIES = "histories"
_WORDS = frozenset(Category)
MOST_LINES, MOST_MARKS = 60_000, 60_000
"""The newest count: what a training takes of memory and time is bounded."""


@dataclass(frozen=True, slots=True)
class _Learned:
    model: TextModel
    told: str
    trained: Trained | None


def learn(settings: Settings, *, last_day: date, clock: Clock) -> str:
    """Learn from what was booked and said up to and with `last_day`, and publish what is better than what there is.

    Texts need a few hundred examples and have to be called right at least as often, at counterparties that had no part in
    learning, as by the model that there is; merchants are known once holders call them alike. A day before the one that was
    learned last changes nothing. Returns a sentence for the log. The registry is needed where a text model was learned.
    """
    past = datetime.fromtimestamp(end_ms(last_day) / 1000, UTC)
    with (
        connect(settings.core.dsn("audit"), application=APPLICATION) as core,
        connect(settings.warehouse.dsn("audit"), application=APPLICATION) as warehouse,
    ):
        said = repository.marks(core, past=past, limit=MOST_MARKS)
        lines = repository.lines(warehouse, accounts=[*{each.account_id for each in said}], past=past, limit=MOST_LINES)
        there = repository.newest(warehouse)
    if there is not None and there.learned_until > last_day:
        return f"text model {there.model_id} has learned from days up to {there.learned_until}"
    marks = [
        Mark(repository.line_id(each.account_id, each.transfer_id), Category(each.category), each.day)
        for each in reversed(said)
        if each.category in _WORDS
    ]
    found = learned(lines, marks, until=last_day, present=_present(settings, there))
    if isinstance(found, str):
        return found
    if found.trained is not None:
        register(tracking_uri(settings), found.trained, source=HISTORIES)
    return f"{found.told}; {publish(settings, found.model, learned_from=HISTORIES, until=last_day, clock=clock)}"


def learned(lines: list[Line], marks: list[Mark], *, until: date, present: TextModel | None) -> _Learned | str:
    """Return what is to be used from now on, or why it stays as it is."""
    try:
        trained = train(lines, marks, until=until)
    except TooFewExamples as problem:
        there = present or of_merchants({}, trained_until=until.isoformat())
        return _with_merchants(there, _known(lines, marks, until=until), problem.detail)
    model = msgspec.structs.replace(trained.model, merchants=_without_tellers(trained.model.merchants))
    ours = trained.held_accuracy_pct
    if present is not None and (theirs := share_right_pct(present, trained.held)) > ours:
        return _with_merchants(present, model.merchants, f"texts stay: {theirs:.1f}% right at new payees, now {ours:.1f}%")
    return _Learned(model, f"{trained.examples} texts, {ours:.1f}% right at new payees", trained)


def publish(settings: Settings, model: TextModel, *, learned_from: str, until: date, clock: Clock) -> str:
    """Write the model's file and name it, unless it is the one that is used; return a sentence."""
    sha256 = save(settings.models, model)
    with connect(settings.warehouse.dsn("transform"), application=APPLICATION) as warehouse, warehouse.transaction():
        there = repository.newest(warehouse)
        if there is not None and there.sha256 == sha256:
            return f"text model {there.model_id} stays"
        row = {
            "sha256": sha256, "learned_from": learned_from, "learned_until": until,
            "texts": int(model.facts.get("texts", 0)), "merchants": len(model.merchants),
            "made_at": datetime.fromtimestamp(clock.now_ms() / 1000, UTC),
        }  # fmt: skip
        return f"text model {repository.publish(warehouse, row)} from now on"


def _present(settings: Settings, there: repository.Published | None) -> TextModel | None:
    """The model that there is; one whose file is gone is no measure for the next."""
    if there is None:
        return None
    try:
        return load(settings.models, there.sha256)
    except BrokenTextModel as problem:
        get_logger().warning("the text model cannot be read", model=there.model_id, problem=problem.detail)
        return None


def _with_merchants(present: TextModel, known: Mapping[str, str], why: str) -> _Learned | str:
    if dict(present.merchants) == dict(known):
        return why
    return _Learned(msgspec.structs.replace(present, merchants=dict(known)), f"{why}; {len(known)} merchants known", None)


def _known(lines: list[Line], marks: list[Mark], *, until: date) -> dict[str, str]:
    booked = [line for line in lines if line.booked_day <= until]
    return _without_tellers(merchants(booked, [mark for mark in marks if mark.marked_day <= until]))


def _without_tellers(known: Mapping[str, str]) -> dict[str, str]:
    """Only pseudonyms: a file that is never deleted has no e-mail address and no document's number."""
    return {name: category for name, category in known.items() if not tells(name.partition("/")[2], {})}
