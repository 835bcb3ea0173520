"""CSV (RFC 4180): an opening row, a row an entry, a closing row. Amounts are in major units with a point.

Text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV Injection).
"""

import csv
import io
from collections.abc import Iterable, Sequence

from serving.edge.presented import moment
from serving.statements.period import local
from serving.statements.statement import Line, Statement, decimal_text, printable
from serving.statements.wording import counterparty, title

COLUMNS = (
    "kind", "version", "booked_at", "value_date", "amount", "balance_after", "currency", "purpose", "title", "description",
    "counterparty_name", "counterparty_account_id", "transfer_id", "reverses_id",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@")


class CommaSeparated:
    """Writes rows of `COLUMNS`."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement

    def begin(self) -> bytes:
        """Return the header, and the balance that the period opens with."""
        statement = self._statement
        opening = self._balance("opening", statement.opening_version, statement.period.start_ms, statement.opening_minor)
        return _rows([list(COLUMNS), opening])

    def lines(self, lines: Sequence[Line]) -> bytes:
        """Return a row an entry."""
        return _rows(self._row(line) for line in lines)

    def end(self) -> bytes:
        """Return the balance that the period closes with."""
        statement = self._statement
        return _rows([self._balance("closing", statement.closing_version, statement.period.past_ms, statement.closing_minor)])

    def _balance(self, kind: str, version: int, at_ms: int, balance_minor: int) -> list[str]:
        statement = self._statement
        at = local(at_ms, statement.period.zone)
        amount = decimal_text(balance_minor, statement.currency)
        return [kind, str(version), at.isoformat(), at.date().isoformat(), "", amount, statement.currency, *[""] * 7]

    def _row(self, line: Line) -> list[str]:
        currency, zone = self._statement.currency, self._statement.period.zone
        return [
            "entry",
            str(line.version),
            moment(line.booked_at_ms).astimezone(zone).isoformat(timespec="milliseconds"),
            local(line.value_at_ms, zone).date().isoformat(),
            decimal_text(line.delta_minor, currency),
            decimal_text(line.balance_after_minor, currency),
            currency,
            line.purpose,
            title(line),
            _text(line.description),
            _text(counterparty(line)),
            str(line.counterparty_account_id or ""),
            str(line.transfer_id),
            str(line.reverses_id or ""),
        ]


def _text(value: str | None) -> str:
    text = printable(value or "").strip()
    return f"'{text}" if text.startswith(_FORMULA) else text


def _rows(rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
