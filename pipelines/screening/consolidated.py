"""The US Consolidated Screening List of the Department of Commerce, as CSV with a header (https://www.trade.gov)."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from pipelines.screening.files import named_rows
from risk.screening.entry import Entry, ListedKind, NameQuality, entry
from risk.screening.reading.countries import countries
from risk.screening.reading.dates import birth

_KINDS = {
    "individual": ListedKind.PERSON,
    "vessel": ListedKind.VESSEL,
    "aircraft": ListedKind.AIRCRAFT,
    "entity": ListedKind.ORGANISATION,
}
NEEDED = ("source", "entity_number", "type", "programs", "name", "alt_names", "dates_of_birth", "nationalities", "citizenships",
          "addresses", "ids")  # fmt: skip


def read(path: Path) -> Iterator[Entry]:
    """Yield the entries. Raises Unreadable.

    Some of the lists in it number nobody: there an entry is known by a digest of source and name, so that it is the same one in
    the next version.
    """
    for row in named_rows(path, NEEDED, encoding="utf-8"):
        source = row["source"]
        number = (
            row["entity_number"] or hashlib.sha256(f"{source}\0{row['name']}\0{row.get('addresses')}".encode()).hexdigest()[:20]
        )
        places = [place.rsplit(",", 1)[-1] for place in row["addresses"].split(";")]
        found = entry(
            f"{_short(source)}:{number}",
            _KINDS.get(row["type"].lower(), ListedKind.UNKNOWN),
            [(row["name"], NameQuality.PRIMARY), *((name, NameQuality.ALIAS) for name in row["alt_names"].split(";"))],
            births=[born for text in row["dates_of_birth"].split(";") if (born := birth(text)) is not None],
            countries=countries([*_parts(row["nationalities"]), *_parts(row["citizenships"]), *places]),
            programmes=[_short(source), *row["programs"].split(";")],
            documents=[each.rsplit(",", 1)[0].strip() for each in row["ids"].split(";") if "," in each][:20],
            reason=row.get("remarks", ""),
        )
        if found is not None:
            yield found


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.replace(",", ";").split(";")]


def _short(source: str) -> str:
    """Return what stands in brackets: `Entity List (EL) - Bureau of …` > `EL`."""
    return source.partition("(")[2].partition(")")[0] or source[:20]
