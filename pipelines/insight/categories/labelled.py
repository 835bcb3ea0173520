"""Texts with a category to learn from: what holders said, what they left as it was, and what merchants' codes tell.

Nothing here knows what a movement truly was for. A holder's own word is the best there is, and is meant of the other movements
with the same counterparty too. A holder who put several movements of a month right has looked at that month: what they left
stands, mostly. And a shop's code is right mostly: its lines teach the
words of its trade.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from contracts.categories import Category, CounterpartyKind
from insight.categories.deciding import Asked, Correction, coded, has_telling_code, is_certain, ruled
from insight.categories.text import letters

SAID_WEIGHT, LEFT_WEIGHT, CODE_WEIGHT = 3.0, 1.0, 0.5
MARKS_OF_A_LOOK = 3
"""So many in a month, and the holder has looked at the whole of it."""
FEWEST_HOLDERS, LEAST_AGREED = 3, 0.7
"""Of holders who have said, or left, what a counterparty is for: so many, and so large a share alike."""


@dataclass(frozen=True, slots=True)
class Line:
    """A movement, whose it is, and when it was booked."""

    line_id: str
    account_id: str
    booked_day: date
    asked: Asked


@dataclass(frozen=True, slots=True)
class Mark:
    """What a holder called a movement, and when."""

    line_id: str
    category: Category
    marked_day: date


@dataclass(frozen=True, slots=True)
class Example:
    """A text with a category. `group` keeps what is of one counterparty together; `judged` is what the rule would say.

    `looked_at` says that it is of a month that a holder looked at, so that such examples are a fair sample of movements.
    """

    mark: str
    text: str
    category: Category
    weight: float
    group: str
    judged: Category
    looked_at: bool


def read_lines(folder: Path) -> list[Line]:
    """Return the movements of a folder of statements, in the order of days (`docs/simulator.md` has the columns)."""
    columns = (
        "line_id", "account_id", "booked_day", "purpose", "channel", "mcc", "counterparty_kind", "amount_minor",
        "counterparty_id", "text",
    )  # fmt: skip
    rows = pl.read_parquet(folder / "statements.parquet", columns=list(columns)).sort("booked_day", "line_id").select(columns)
    return [
        Line(
            line_id, account_id, booked_day,
            Asked(
                purpose=purpose, channel=channel, mcc=mcc, kind=CounterpartyKind(kind), received=amount_minor > 0,
                counterparty=counterparty or "", text=text,
            ),
        )
        for line_id, account_id, booked_day, purpose, channel, mcc, kind, amount_minor, counterparty, text in rows.iter_rows()
    ]  # fmt: skip


def read_marks(folder: Path) -> list[Mark]:
    """Return what holders called their movements, in the order in which they did."""
    rows = pl.read_parquet(folder / "marks.parquet").sort("marked_day", "line_id").select("line_id", "category", "marked_day")
    return [Mark(line_id, Category(category), marked_day) for line_id, category, marked_day in rows.iter_rows()]


def examples(lines: Sequence[Line], marks: Iterable[Mark]) -> list[Example]:
    """Return what there is to learn from lines and marks, each (mark, text, category) once with the weight of all of them."""
    said = {mark.line_id: mark.category for mark in marks}
    looked_at = _looked_at(lines, said)
    own, of_anybody = _said_of(lines, said)
    weights: dict[tuple[str, str, Category, str, Category, bool], float] = defaultdict(float)
    for line in lines:
        asked = line.asked
        text = letters(asked.text)
        if not text:
            continue
        group = asked.counterparty or text
        looked = (line.account_id, line.booked_day.year, line.booked_day.month) in looked_at
        word = said.get(line.line_id) or (own.get((line.account_id, group, asked.received)) if looked else None)
        if word is not None:
            weights[asked.mark, text, word, group, ruled(asked), looked] += SAID_WEIGHT
        elif is_certain(asked):
            continue
        elif has_telling_code(asked):
            weights[asked.mark, text, coded(asked), group, ruled(asked), False] += CODE_WEIGHT
        elif looked and (group, asked.received) not in of_anybody:
            weights[asked.mark, text, ruled(asked), group, ruled(asked), True] += LEFT_WEIGHT
    return [
        Example(mark, text, category, weight, group, judged, looked)
        for (mark, text, category, group, judged, looked), weight in weights.items()
    ]


def merchants(lines: Sequence[Line], marks: Iterable[Mark]) -> dict[str, str]:
    """Return the counterparties beyond this bank that most of several holders call alike, with their category."""
    said = {mark.line_id: mark.category for mark in marks}
    looked_at = _looked_at(lines, said)
    votes: dict[str, dict[str, Category]] = defaultdict(dict)
    for line in lines:
        asked = line.asked
        if not asked.counterparty or asked.kind is not CounterpartyKind.OUTSIDE or asked.received or is_certain(asked):
            continue
        if line.line_id in said:
            votes[asked.counterparty][line.account_id] = said[line.line_id]
        elif (line.account_id, line.booked_day.year, line.booked_day.month) in looked_at:
            votes[asked.counterparty].setdefault(line.account_id, ruled(asked))
    found = {}
    for counterparty, of_holders in votes.items():
        ((category, count),) = Counter(of_holders.values()).most_common(1)
        if len(of_holders) >= FEWEST_HOLDERS and count >= LEAST_AGREED * len(of_holders):
            found[counterparty] = str(category)
    return found


def corrections(lines: Mapping[str, Line], marks: Iterable[Mark]) -> dict[str, list[Correction]]:
    """Return what each account's holder said, oldest first."""
    found: dict[str, list[Correction]] = defaultdict(list)
    for mark in marks:
        line = lines[mark.line_id]
        found[line.account_id].append(Correction.of(line.asked, mark.category))
    return found


def _said_of(
    lines: Iterable[Line], said: Mapping[str, Category]
) -> tuple[dict[tuple[str, str, bool], Category], set[tuple[str, bool]]]:
    """What each holder last said of a counterparty, which they mean of its other movements too; and of which anybody said.

    That somebody left a movement as it was says nothing where others put the same counterparty right.
    """
    own = {}
    for line in lines:
        if line.line_id in said:
            group = line.asked.counterparty or letters(line.asked.text)
            own[line.account_id, group, line.asked.received] = said[line.line_id]
    return own, {(group, received) for _, group, received in own}


def _looked_at(lines: Iterable[Line], said: Mapping[str, Category]) -> set[tuple[str, int, int]]:
    counted = Counter((line.account_id, line.booked_day.year, line.booked_day.month) for line in lines if line.line_id in said)
    return {month for month, count in counted.items() if count >= MARKS_OF_A_LOOK}
