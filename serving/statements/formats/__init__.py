"""What a statement can be written as: one module a format, each a pure function from lines to pieces of the document."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from serving.statements.formats import camt053, comma_separated, json_lines, ofx
from serving.statements.statement import Line, Statement


class Writer(Protocol):
    """Writes a document piece by piece, so that no statement is ever held whole."""

    def begin(self) -> bytes:
        """Return what comes before the lines."""

    def lines(self, lines: Sequence[Line]) -> bytes:
        """Return these lines, which follow those given before."""

    def end(self) -> bytes:
        """Return what comes after them."""


@dataclass(frozen=True, slots=True)
class Format:
    """A document that is streamed: its media type, the ending of its file's name, and what writes it."""

    media_type: str
    extension: str
    writer: Callable[[Statement], Writer]


STREAMED = {
    "ndjson": Format("application/x-ndjson", "ndjson", json_lines.JsonLines),
    "csv": Format("text/csv; charset=utf-8", "csv", comma_separated.CommaSeparated),
    "ofx": Format("application/x-ofx", "ofx", ofx.Ofx),
    "camt053": Format("application/xml", "xml", camt053.Camt053),
}
JSON_TYPE = "application/json"
PDF_TYPE = "application/pdf"
# What a client may name in Accept, for those that cannot set `format`.
_BY_MEDIA_TYPE = {
    JSON_TYPE: "json",
    PDF_TYPE: "pdf",
    "application/x-ndjson": "ndjson",
    "text/csv": "csv",
    "application/x-ofx": "ofx",
    "application/xml": "camt053",
    "text/xml": "camt053",
}


def wanted(accept: str | None) -> str:
    """Return the format of the first media type in an Accept header that there is one for, by preference; else `json`."""
    return next((_BY_MEDIA_TYPE[kind] for kind in _preferred(accept or "") if kind in _BY_MEDIA_TYPE), "json")


def _preferred(accept: str) -> Iterator[str]:
    """Media types with the highest quality first, in the order written where it is the same (RFC 9110, section 12.5.1)."""
    kinds = []
    for part in accept.split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((text.removeprefix("q=") for text in parameters if text.startswith("q=")), "1")
        kinds.append((quality.replace(".", "").ljust(4, "0")[:4], kind.lower()))
    yield from (kind for quality, kind in sorted(kinds, key=lambda pair: pair[0], reverse=True) if quality > "0000")
