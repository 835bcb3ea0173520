"""NDJSON: the statement on the first line, then an entry a line, each as the JSON format has it."""

from collections.abc import Sequence

import orjson

from serving.statements.presented import line_shown, statement_shown
from serving.statements.statement import Line, Statement


class JsonLines:
    """Writes a JSON object a line."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement

    def begin(self) -> bytes:
        """Return the statement without entries."""
        return orjson.dumps(statement_shown(self._statement), option=orjson.OPT_APPEND_NEWLINE)

    def lines(self, lines: Sequence[Line]) -> bytes:
        """Return a line an entry."""
        currency = self._statement.currency
        return b"".join(orjson.dumps(line_shown(line, currency), option=orjson.OPT_APPEND_NEWLINE) for line in lines)

    def end(self) -> bytes:
        """Return nothing."""
        return b""
