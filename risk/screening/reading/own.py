"""A list of one's own as people write it: rows checked one by one, each that is wrong told of with its line. Pure.

Rows have `id`, `kind`, `name`, and if there are any `aliases`, `births`, `countries`, `documents` and `reason`. In CSV several
aliases, births, countries or documents are divided by `;`.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from risk.screening.entry import MAX_NAMES, Entry, ListedKind, NameQuality, entry
from risk.screening.reading.countries import country
from risk.screening.reading.dates import birth
from risk.screening.writing import MAX_NAME

NEEDED = ("id", "kind", "name")
SEVERAL = ("aliases", "births", "countries", "documents")
COLUMNS = (*NEEDED, *SEVERAL, "reason")
KINDS = tuple(each.value for each in ListedKind if each is not ListedKind.UNKNOWN)
MAX_ROWS = 5_000
MAX_ID, MAX_REASON, MOST_OF_SEVERAL = 120, 1_000, 50
MAX_TEXT = 1_000_000
MOST_TOLD = 100
"""Problems that are told of: whoever sends the wrong file wants to know that, not ten thousand lines."""

Row = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What is wrong at a line (of CSV, the header being line 1; of rows, counted from 1), in which column if it is one's."""

    line: int
    column: str | None
    message: str


@dataclass(slots=True)
class Parsed:
    """The entries of rows that are right, and what is wrong with the others, at most MOST_TOLD."""

    entries: list[Entry] = field(default_factory=list)
    problems: list[LineProblem] = field(default_factory=list)

    def tell(self, line: int, column: str | None, message: str) -> None:
        """Keep a problem while there is room."""
        if len(self.problems) < MOST_TOLD:
            self.problems.append(LineProblem(line, column, message))


def of_csv(text: str) -> Parsed:
    """Read CSV with a header, in commas or semicolons."""
    found = Parsed()
    head, _, _ = text.lstrip("\ufeff").partition("\n")
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        missing = [name for name in NEEDED if name not in names]
        strange = [name for name in names if name not in COLUMNS]
        if missing:
            found.tell(1, None, f"the first line names no {', '.join(missing)}; it names columns: {', '.join(COLUMNS)}")
        if strange:
            found.tell(1, None, f"there is no column {', '.join(strange)[:100]}; there are: {', '.join(COLUMNS)}")
        if len(set(names)) < len(names):
            found.tell(1, None, "a column is named twice")
        if not found.problems:
            _read(found, _numbered(reader, names, found))
    except csv.Error as problem:
        found.tell(reader.line_num, None, f"it is not CSV: {problem}")
    return found


def of_rows(rows: Iterable[Row]) -> Parsed:
    """Read rows that are given by names."""
    found = Parsed()
    _read(found, enumerate(rows, start=1))
    return found


def _numbered(reader: Any, names: Sequence[str], found: Parsed) -> Iterable[tuple[int, Row]]:
    for row in reader:
        if not any(value.strip() for value in row):
            continue
        if len(row) != len(names):
            found.tell(reader.line_num, None, f"it has {len(row)} fields and not {len(names)}")
            continue
        yield reader.line_num, dict(zip(names, row, strict=True))


def _read(found: Parsed, rows: Iterable[tuple[int, Row]]) -> None:
    lines: dict[str, int] = {}
    for count, (line, row) in enumerate(rows, start=1):
        if count > MAX_ROWS:
            found.tell(line, None, f"more than {MAX_ROWS:,} entries; load a longer list by the command `baas screening load`")
            return
        made = _entry(found, line, row)
        if made is None:
            continue
        first = lines.setdefault(made.entry_id, line)
        if first != line:
            found.tell(line, "id", f"{made.entry_id} is line {first} already")
        else:
            found.entries.append(made)
    if not found.entries and not found.problems:
        found.tell(1, None, "there is no entry in it")


def _entry(found: Parsed, line: int, row: Row) -> Entry | None:
    told = len(found.problems)
    single = {name: _one(row, name) for name in (*NEEDED, "reason")}
    several = {name: _several(row, name) for name in SEVERAL}
    for name, most in (("id", MAX_ID), ("name", MAX_NAME), ("reason", MAX_REASON)):
        if len(single[name]) > most:
            found.tell(line, name, f"it is longer than {most} characters")
    for name in ("id", "name"):
        if not any(character.isalnum() for character in single[name]):
            found.tell(line, name, "it says nothing")
    if single["kind"] not in KINDS:
        found.tell(line, "kind", f"{single['kind'][:40]!r} is none of {', '.join(KINDS)}")
    for name, text in [*single.items(), *((name, part) for name, parts in several.items() for part in parts)]:
        if not text.isprintable():
            found.tell(line, name, "it has characters that cannot be printed")
    for name, values in several.items():
        if len(values) > (most := MAX_NAMES - 1 if name == "aliases" else MOST_OF_SEVERAL):
            found.tell(line, name, f"there are more than {most}")
    for value in several["aliases"]:
        if len(value) > MAX_NAME or not any(character.isalnum() for character in value):
            found.tell(line, "aliases", f"{value[:40]!r} is no name of {MAX_NAME} characters at most")
    births = {value: birth(value) for value in several["births"]}
    codes = {value: country(value) for value in several["countries"]}
    for value in (each for each, known in births.items() if known is None):
        found.tell(line, "births", f"{value[:40]!r} is no date: write 1971-03-25, 1971-03, 1971 or 1970/1975")
    for value in (each for each, known in codes.items() if known is None):
        found.tell(line, "countries", f"{value[:40]!r} is no country: write its two letters or its name")
    if len(found.problems) > told or len(found.problems) >= MOST_TOLD:
        return None
    return entry(
        single["id"],
        ListedKind(single["kind"]),
        [(single["name"], NameQuality.PRIMARY), *((name, NameQuality.ALIAS) for name in several["aliases"])],
        births=[known for known in births.values() if known is not None],
        countries=[known for known in codes.values() if known is not None],
        documents=several["documents"],
        reason=single["reason"],
    )


def _one(row: Row, name: str) -> str:
    value = row.get(name, "")
    return " ".join(value.split()) if isinstance(value, str) else ""


def _several(row: Row, name: str) -> list[str]:
    value = row.get(name, "")
    parts = value.split(";") if isinstance(value, str) else value
    return [tidy for part in parts if (tidy := " ".join(part.split()))]
