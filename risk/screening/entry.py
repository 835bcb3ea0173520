"""What a watch-list says of somebody, in one record whatever the list's own format."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from risk.screening.writing import MAX_NAME

MAX_NAMES = 400
"""Of one entry; the longest of the public lists has about 70."""
BIRTH = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?|(\d{4})/(\d{4})")

NameText = Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$")]


class ListedKind(StrEnum):
    """What an entry is. A name that is asked for without a kind is compared with all."""

    PERSON = "person"
    ORGANISATION = "organisation"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"
    UNKNOWN = "unknown"


class NameQuality(StrEnum):
    """How well a name tells its bearer. A weak alias alone is a hint: lists give nicknames and single words as such."""

    PRIMARY = "primary"
    ALIAS = "alias"
    WEAK = "weak"
    ORIGINAL = "original"


class ListedName(msgspec.Struct, frozen=True, order=True):
    """A name that an entry goes by."""

    text: NameText
    quality: NameQuality = NameQuality.ALIAS


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody on a list. `entry_id` is the list's own and stays the same from version to version.

    `births` are `1971`, `1971-03`, `1971-03-25`, or `1970/1975` for years from and to; `countries` ISO 3166-1 alpha-2, of
    citizenship, residence or registration alike.
    """

    entry_id: Annotated[str, Meta(min_length=1, max_length=120)]
    kind: ListedKind = ListedKind.UNKNOWN
    names: Annotated[list[ListedName], Meta(min_length=1, max_length=MAX_NAMES)]
    births: list[str] = []
    countries: list[Country] = []
    programmes: list[str] = []
    documents: list[str] = []
    reason: Annotated[str, Meta(max_length=1_000)] = ""

    @property
    def primary(self) -> str:
        """The name that the list itself leads with."""
        return self.names[0].text


def entry(
    entry_id: str,
    kind: ListedKind,
    names: list[tuple[str, NameQuality]],
    *,
    births: list[str] | None = None,
    countries: list[str] | None = None,
    programmes: list[str] | None = None,
    documents: list[str] | None = None,
    reason: str = "",
) -> Entry | None:
    """Make a record of what a loader read: names cut and told once, everything else in one order. None without any name."""
    told: dict[str, NameQuality] = {}
    for text, quality in names:
        tidy = " ".join(text.split())[:MAX_NAME]
        if any(character.isalnum() for character in tidy):
            told.setdefault(tidy, quality)
    if not told:
        return None
    first, *others = told.items()
    listed = [first, *sorted(others)][:MAX_NAMES]
    return Entry(
        entry_id=entry_id,
        kind=kind,
        names=[ListedName(text, quality) for text, quality in listed],
        births=_told(each for each in births or [] if BIRTH.fullmatch(each)),
        countries=_told(countries or []),
        programmes=_told(programmes or []),
        documents=_told(documents or []),
        reason=" ".join(reason.split())[:1_000],
    )


def _told(values: Iterable[str]) -> list[str]:
    return sorted({value.strip() for value in values if value.strip()})
