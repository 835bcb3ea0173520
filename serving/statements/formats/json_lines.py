"""NDJSON: the statement on the first line, then an entry a line, each as the JSON format has it."""

from collections.abc import Sequence

import orjson

from serving.statements.presented import line_shown, statement_shown
from serving.statements.statement import Line, Statement

_OPTIONS = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z


class JsonLines:
    """Writes a JSON object a line."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement

    def begin(self) -> bytes:
        """Return the statement without entries."""
        return orjson.dumps(statement_shown(self._statement), option=_OPTIONS)

    def lines(self, lines: Sequence[Line]) -> bytes:
        """Return a line an entry."""
        currency = self._statement.currency
        return b"".join(orjson.dumps(line_shown(line, currency), option=_OPTIONS) for line in lines)

    def end(self) -> bytes:
        """Return nothing."""
        return b""
