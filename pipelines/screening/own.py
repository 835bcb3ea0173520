"""A list of one's own, or of people in public office, as CSV with a header: what no authority's format fits.

Columns: `id`, `kind` (person, organisation, vessel, aircraft), `name`, and if there are any `aliases`, `births`, `countries`,
`documents` (each several, divided by `;`) and `reason`.
"""

from collections.abc import Iterator
from pathlib import Path

from pipelines.screening.files import Unreadable, named_rows
from risk.screening.entry import Entry, ListedKind, NameQuality, entry
from risk.screening.reading.countries import countries
from risk.screening.reading.dates import birth


def read(path: Path) -> Iterator[Entry]:
    """Yield the entries. Raises Unreadable."""
    for row in named_rows(path, ("id", "kind", "name"), encoding="utf-8"):
        if row["kind"] not in set(ListedKind):
            raise Unreadable(f"{row['id']}: there is no kind {row['kind']!r}, only {', '.join(ListedKind)}")
        found = entry(
            row["id"],
            ListedKind(row["kind"]),
            [(row["name"], NameQuality.PRIMARY), *((name, NameQuality.ALIAS) for name in _several(row, "aliases"))],
            births=[born for text in _several(row, "births") if (born := birth(text)) is not None],
            countries=countries(_several(row, "countries")),
            documents=_several(row, "documents"),
            reason=row.get("reason", ""),
        )
        if found is not None:
            yield found


def _several(row: dict[str, str], column: str) -> list[str]:
    return [part.strip() for part in row.get(column, "").split(";") if part.strip()]
