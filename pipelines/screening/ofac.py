"""The US Treasury's lists as CSV without a header: sdn.csv or cons_prim.csv, and beside them alt.csv and add.csv.

Layout: "Specification of Data Fields" of the Office of Foreign Assets Control; `-0-` stands for nothing.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pipelines.screening.files import rows
from risk.screening.entry import Entry, ListedKind, NameQuality, entry
from risk.screening.reading.countries import countries
from risk.screening.reading.dates import birth

_NOTHING = "-0-"
_KINDS = {
    "individual": ListedKind.PERSON,
    "vessel": ListedKind.VESSEL,
    "aircraft": ListedKind.AIRCRAFT,
    "": ListedKind.ORGANISATION,
}
_BESIDE = (("sdn", "alt"), ("sdn", "add"), ("cons_prim", "cons_alt"), ("cons_prim", "cons_add"))
_BORN = re.compile(r"(?:alt\. )?DOB ([^;.]+)")
_NATION = re.compile(r"(?:alt\. )?(?:nationality|citizen) ([^;.]+)", re.IGNORECASE)
_ALSO = re.compile(r"[af]\.k\.a\. '([^']+)'")
_DOCUMENT = re.compile(r"(?:Passport|National ID No\.|Tax ID No\.|Registration Number|Registration ID|IMO) ([A-Z0-9.\-/]{5,})")
WIDTH, ALT_WIDTH, ADDRESS_WIDTH = 12, 4, 5


def read(path: Path) -> Iterator[Entry]:
    """Yield the entries of a list, with the aliases and addresses of the files that lie beside it. Raises Unreadable.

    A name in quotes at the end of the remarks is a weak alias, as the office says.
    """
    aliases: dict[str, list[tuple[str, NameQuality]]] = defaultdict(list)
    places: dict[str, list[str]] = defaultdict(list)
    for other in _beside(path, "alt"):
        for row in rows(other, encoding="utf-8", width=ALT_WIDTH):
            aliases[row[0].strip()].append((_value(row[3]), NameQuality.ALIAS))
    for other in _beside(path, "add"):
        for row in rows(other, encoding="utf-8", width=ADDRESS_WIDTH):
            places[row[0].strip()].append(_value(row[4]))
    for row in rows(path, encoding="utf-8", width=WIDTH):
        number, name, kind, programmes = (_value(each) for each in row[:4])
        remarks = _value(row[11])
        found = entry(
            number,
            _KINDS.get(kind.lower(), ListedKind.UNKNOWN),
            [
                (name, NameQuality.PRIMARY),
                *aliases.get(number, ()),
                *((text, NameQuality.WEAK) for text in _ALSO.findall(remarks)),
            ],
            births=[born for text in _BORN.findall(remarks) if (born := birth(text)) is not None],
            countries=countries([*places.get(number, ()), *_NATION.findall(remarks)]),
            programmes=[each.strip(" []") for each in programmes.split("] [")],
            documents=_DOCUMENT.findall(remarks),
            reason=remarks,
        )
        if found is not None:
            yield found


def _value(field: str) -> str:
    tidy = field.strip()
    return "" if tidy == _NOTHING else tidy


def _beside(path: Path, what: str) -> list[Path]:
    """Return the file of aliases or addresses of a list: `alt.csv` of `sdn.csv`, `cons_alt.csv` of `cons_prim.csv`."""
    for main, other in _BESIDE:
        if other.endswith(what) and main in path.name.lower():
            named = path.with_name(re.sub(main, other, path.name, count=1, flags=re.IGNORECASE))
            return [named] if named.exists() and named != path else []
    return []
