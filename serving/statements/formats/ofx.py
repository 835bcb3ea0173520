"""OFX 1.0.2, in SGML and Windows-1252: the OFX that Brazilian banks give out and that their customers' programs read.

Source: Open Financial Exchange 1.0.2, sections 2.2 (headers), 3.2 (data types) and 11.4 (bank statement).
"""

from collections.abc import Sequence
from uuid import UUID
from xml.sax.saxutils import escape

from serving.statements.period import local
from serving.statements.statement import Line, Statement, decimal_text, printable
from serving.statements.wording import BANK_NAME, counterparty, memo, title

# The bank's number at the clearing house. A bank that has none, like this one, gives zeros.
BANK_ID = "000"
ENCODING = "cp1252"
_HEADER = (
    "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\n"
    "COMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n"
)
_KINDS = {"fee": "SRVCHG", "interest": "INT", "transfer": "XFER"}
_MAX_NAME, _MAX_MEMO = 32, 255
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Ofx:
    """Writes one response with one bank statement."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement

    def begin(self) -> bytes:
        """Return headers, sign-on and account."""
        statement = self._statement
        return _encoded(
            _HEADER + "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS>"
            f"<DTSERVER>{self._moment(statement.issued_at_ms)}</DTSERVER><LANGUAGE>POR</LANGUAGE>"
            f"<FI><ORG>{BANK_NAME}</ORG><FID>{BANK_ID}</FID></FI></SONRS></SIGNONMSGSRSV1>\r\n"
            "<BANKMSGSRSV1><STMTTRNRS><TRNUID>0</TRNUID><STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS><STMTRS>"
            f"<CURDEF>{statement.currency}</CURDEF><BANKACCTFROM><BANKID>{BANK_ID}</BANKID>"
            f"<ACCTID>{account_text(statement.account_id)}</ACCTID>"
            f"<ACCTTYPE>{'SAVINGS' if statement.product == 'savings' else 'CHECKING'}</ACCTTYPE></BANKACCTFROM>\r\n"
            f"<BANKTRANLIST><DTSTART>{self._moment(statement.period.start_ms)}</DTSTART>"
            f"<DTEND>{self._moment(statement.period.past_ms - 1)}</DTEND>\r\n"
        )

    def lines(self, lines: Sequence[Line]) -> bytes:
        """Return a `STMTTRN` an entry."""
        return _encoded("".join(map(self._transaction, lines)))

    def end(self) -> bytes:
        """Return the balance at the period's end, and close the document."""
        statement = self._statement
        closing = decimal_text(statement.closing_minor, statement.currency)
        return _encoded(
            f"</BANKTRANLIST><LEDGERBAL><BALAMT>{closing}</BALAMT>"
            f"<DTASOF>{self._moment(min(statement.period.past_ms - 1, statement.issued_at_ms))}</DTASOF></LEDGERBAL>"
            "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\r\n"
        )

    def _transaction(self, line: Line) -> str:
        name = _text(counterparty(line) or "", _MAX_NAME) or title(line)[:_MAX_NAME]
        kind = _KINDS.get(line.purpose, "DEBIT" if line.delta_minor < 0 else "CREDIT")
        return (
            f"<STMTTRN><TRNTYPE>{kind}</TRNTYPE><DTPOSTED>{self._moment(line.booked_at_ms)}</DTPOSTED>"
            f"<DTAVAIL>{self._moment(line.value_at_ms)}</DTAVAIL>"
            f"<TRNAMT>{decimal_text(line.delta_minor, self._statement.currency)}</TRNAMT><FITID>{line.transfer_id}</FITID>"
            f"<NAME>{name}</NAME><MEMO>{_text(memo(line), _MAX_MEMO)}</MEMO></STMTTRN>\r\n"
        )

    def _moment(self, moment_ms: int) -> str:
        """A date and time of the account's zone, with its offset in hours: `20251124130000.000[-3]`."""
        at = local(moment_ms, self._statement.period.zone)
        offset = at.utcoffset()
        minutes = int(offset.total_seconds()) // 60 if offset is not None else 0
        hours, rest = divmod(abs(minutes), 60)
        text = f"{'-' if minutes < 0 else '+'}{hours}" + (f".{rest:02d}" if rest else "")
        return f"{at:%Y%m%d%H%M%S}.{moment_ms % 1000:03d}[{text}]"


def account_text(account_id: UUID) -> str:
    """Return the account's id in 22 digits of base 62, which is what ACCTID has room for."""
    number, digits = account_id.int, ""
    for _ in range(22):
        number, digit = divmod(number, 62)
        digits = _DIGITS[digit] + digits
    return digits


def _text(value: str, longest: int) -> str:
    return escape(printable(value).strip()[:longest])


def _encoded(text: str) -> bytes:
    return text.encode(ENCODING, errors="replace")
