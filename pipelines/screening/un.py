"""The Security Council's consolidated list, as its XML (https://scsanctions.un.org, schema sc-sanctions.xsd).

An element is read, turned into an entry and forgotten: a list of any length takes the memory of its longest entry. A document
that declares a type, and with it entities that could grow without end, is refused; nothing is fetched.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lxml import etree

from pipelines.screening.files import Unreadable, opened
from risk.screening.entry import Entry, ListedKind, NameQuality, entry
from risk.screening.reading.countries import countries
from risk.screening.reading.dates import ABOUT_YEARS

_PERSON, _GROUP = "INDIVIDUAL", "ENTITY"
_QUALITY = {"low": NameQuality.WEAK}
_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")


def read(path: Path) -> Iterator[Entry]:
    """Yield the entries. Raises Unreadable."""
    with opened(path) as file:
        yield from _read(file)


def _read(file: IO[bytes]) -> Iterator[Entry]:
    try:
        for _, element in etree.iterparse(
            file,
            events=("end",),
            tag=(_PERSON, _GROUP),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        ):
            if element.getroottree().docinfo.internalDTD is not None:
                raise Unreadable("it declares a document type, which this list has no need of")
            found = _entry(element)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
            if found is not None:
                yield found
    except etree.XMLSyntaxError as problem:
        raise Unreadable(f"the XML is broken: {problem}") from problem


def _entry(element: etree._Element) -> Entry | None:
    names = [(" ".join(_text(element, part) for part in _PARTS), NameQuality.PRIMARY)]
    names += [(name, NameQuality.ORIGINAL) for name in _text(element, "NAME_ORIGINAL_SCRIPT").split("/")]
    for alias in element.iterchildren(f"{element.tag}_ALIAS"):
        names.append((_text(alias, "ALIAS_NAME"), _QUALITY.get(_text(alias, "QUALITY").lower(), NameQuality.ALIAS)))
    places = [_text(place, "COUNTRY") for place in element.iterchildren(f"{element.tag}_ADDRESS", f"{element.tag}_DOCUMENT")]
    places += [value.text or "" for value in element.iterfind("NATIONALITY/VALUE")]
    documents = [
        " ".join(filter(None, (_text(each, "TYPE_OF_DOCUMENT"), _text(each, "NUMBER"))))
        for each in element.iterchildren(f"{element.tag}_DOCUMENT")
        if _text(each, "NUMBER")
    ]
    return entry(
        _text(element, "REFERENCE_NUMBER") or _text(element, "DATAID"),
        ListedKind.PERSON if element.tag == _PERSON else ListedKind.ORGANISATION,
        names,
        births=[born for each in element.iterchildren(f"{_PERSON}_DATE_OF_BIRTH") if (born := _born(each)) is not None],
        countries=countries(places),
        programmes=[_text(element, "UN_LIST_TYPE")],
        documents=documents,
        reason=f"listed on {_text(element, 'LISTED_ON')}",
    )


def _born(element: etree._Element) -> str | None:
    kind, day, year = (_text(element, part) for part in ("TYPE_OF_DATE", "DATE", "YEAR"))
    if kind == "BETWEEN":
        first, last = _text(element, "FROM_YEAR"), _text(element, "TO_YEAR")
        return f"{first}/{last}" if first and last else None
    if kind == "APPROXIMATELY" and (year or day):
        about = int((year or day)[:4])
        return f"{about - ABOUT_YEARS}/{about + ABOUT_YEARS}"
    return day or year or None


def _text(element: etree._Element, tag: str) -> str:
    return " ".join((element.findtext(tag) or "").split())
