"""The formats that lists come in: how each is read, where it is from, and what may be done with it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kit.errors import NotFound
from pipelines.screening import ceis, consolidated, ofac, own, un
from risk.screening.entry import Entry


@dataclass(frozen=True, slots=True)
class Format:
    """One format. `licence` is kept with each list that is loaded in it."""

    name: str
    read: Callable[[Path], Iterator[Entry]]
    what: str
    source: str
    licence: str


_PUBLIC_US = "A work of the United States government: public domain there (17 U.S.C. 105)."
FORMATS = {
    each.name: each
    for each in (
        Format("un", un.read, "UN Security Council Consolidated List, XML", "https://scsanctions.un.org/resources/xml/en/consolidated.xml",
               "United Nations: published for member states and those who must comply; reproduction only with the UN named as "
               "the source and unchanged (https://www.un.org/en/about-us/terms-of-use)."),
        Format("ofac", ofac.read, "OFAC sdn.csv or cons_prim.csv, with alt.csv and add.csv beside it",
               "https://sanctionslist.ofac.treas.gov", _PUBLIC_US),
        Format("us-consolidated", consolidated.read, "US Consolidated Screening List, CSV",
               "https://www.trade.gov/consolidated-screening-list", _PUBLIC_US),
        Format("ceis", ceis.read, "Brazil's CEIS, CSV", "https://portaldatransparencia.gov.br/download-de-dados/ceis",
               "Open data of the Federal Executive (Decree 8.777/2016): free use with the source named. It holds natural "
               "persons' data: LGPD applies to what is done with it."),
        Format("own", own.read, "a list of your own, or of people in public office, CSV", "the bank's own",
               "The bank's own; say with --licence where it was taken from and on what terms."),
    )
}  # fmt: skip


def format_of(name: str) -> Format:
    """Return a format. Raises NotFound with the names of those there are."""
    found = FORMATS.get(name)
    if found is None:
        raise NotFound(f"there is no format {name}; there are: {', '.join(sorted(FORMATS))}")
    return found
