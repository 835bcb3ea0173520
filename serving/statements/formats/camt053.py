"""CAMT.053.001.08, the bank-to-customer statement of ISO 20022: what accounting programs read.

Elements are written in the order of the schema. The kind of each movement is our own word (`BkTxCd/Prtry`): the ledger's
purposes are no codes of ISO's external list.
"""

from collections.abc import Sequence
from uuid import UUID
from xml.sax.saxutils import escape

from serving.statements.period import local
from serving.statements.statement import Line, Statement, decimal_text, printable
from serving.statements.wording import BANK_NAME, counterparty, title

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
_MAX_NAME, _MAX_INFORMATION = 140, 500


class Camt053:
    """Writes one document with one statement."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement

    def begin(self) -> bytes:
        """Return everything before the entries: account, balances, sums."""
        statement = self._statement
        zone, currency = statement.period.zone, statement.currency
        issued = _date_time(statement.issued_at_ms, statement)
        identifier = f"{statement.account_id.hex[:20]}-{statement.issued_at_ms}"
        holder = _text(statement.holder, _MAX_NAME)
        owner = _element("Ownr", _element("Nm", holder)) if holder else ""
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<Document xmlns="{NAMESPACE}"><BkToCstmrStmt>'
            f"<GrpHdr><MsgId>{identifier}</MsgId><CreDtTm>{issued}</CreDtTm></GrpHdr>"
            f"<Stmt><Id>{identifier}</Id><CreDtTm>{issued}</CreDtTm>"
            f"<FrToDt><FrDtTm>{_date_time(statement.period.start_ms, statement)}</FrDtTm>"
            f"<ToDtTm>{_date_time(statement.period.past_ms, statement)}</ToDtTm></FrToDt>"
            f"<Acct><Id><Othr><Id>{_account(statement.account_id)}</Id></Othr></Id><Ccy>{currency}</Ccy>{owner}"
            f"<Svcr><FinInstnId><Nm>{BANK_NAME}</Nm></FinInstnId></Svcr></Acct>"
            + _balance("OPBD", statement.opening_minor, local(statement.period.start_ms, zone).date().isoformat(), currency)
            + _balance("CLBD", statement.closing_minor, statement.period.last.isoformat(), currency)
            + f"<TxsSummry><TtlNtries><NbOfNtries>{statement.entries}</NbOfNtries></TtlNtries>"
            + _sum("TtlCdtNtries", statement.credits, statement.credits_minor, currency)
            + _sum("TtlDbtNtries", statement.debits, statement.debits_minor, currency)
            + "</TxsSummry>\n"
        ).encode()

    def lines(self, lines: Sequence[Line]) -> bytes:
        """Return an `Ntry` an entry."""
        return "".join(map(self._entry, lines)).encode()

    def end(self) -> bytes:
        """Close the document."""
        return b"</Stmt></BkToCstmrStmt></Document>\n"

    def _entry(self, line: Line) -> str:
        statement = self._statement
        return (
            f"<Ntry><NtryRef>{line.version}</NtryRef>{_amount(abs(line.delta_minor), statement.currency)}"
            f"<CdtDbtInd>{_indicator(line.delta_minor)}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
            f"<BookgDt><DtTm>{_date_time(line.booked_at_ms, statement)}</DtTm></BookgDt>"
            f"<ValDt><DtTm>{_date_time(line.value_at_ms, statement)}</DtTm></ValDt>"
            f"<AcctSvcrRef>{line.transfer_id.hex}</AcctSvcrRef>"
            f"<BkTxCd><Prtry><Cd>{line.purpose}</Cd><Issr>{BANK_NAME}</Issr></Prtry></BkTxCd>"
            f"<NtryDtls><TxDtls><Refs><AcctSvcrRef>{line.transfer_id.hex}</AcctSvcrRef></Refs>"
            f"{_amount(abs(line.delta_minor), statement.currency)}<CdtDbtInd>{_indicator(line.delta_minor)}</CdtDbtInd>"
            f"{_other_side(line)}{_information(line)}</TxDtls></NtryDtls>"
            f"<AddtlNtryInf>{_text(title(line), _MAX_INFORMATION)}</AddtlNtryInf></Ntry>\n"
        )


def _other_side(line: Line) -> str:
    """The other account as creditor of what left, and as debtor of what came in."""
    role = "Cdtr" if line.delta_minor < 0 else "Dbtr"
    name = _text(counterparty(line), _MAX_NAME)
    party = f"<{role}><Pty><Nm>{name}</Nm></Pty></{role}>" if name else ""
    if line.counterparty_account_id is not None:
        party += f"<{role}Acct><Id><Othr><Id>{_account(line.counterparty_account_id)}</Id></Othr></Id></{role}Acct>"
    return _element("RltdPties", party) if party else ""


def _information(line: Line) -> str:
    text = _text(line.description, _MAX_NAME)
    return _element("RmtInf", _element("Ustrd", text)) if text else ""


def _balance(kind: str, amount_minor: int, day: str, currency: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{_amount(abs(amount_minor), currency)}"
        f"<CdtDbtInd>{_indicator(amount_minor)}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _sum(element: str, count: int, amount_minor: int, currency: str) -> str:
    return _element(element, f"<NbOfNtries>{count}</NbOfNtries><Sum>{decimal_text(amount_minor, currency)}</Sum>")


def _amount(amount_minor: int, currency: str) -> str:
    return f'<Amt Ccy="{currency}">{decimal_text(amount_minor, currency)}</Amt>'


def _indicator(amount_minor: int) -> str:
    return "DBIT" if amount_minor < 0 else "CRDT"


def _account(account_id: UUID) -> str:
    """The account's id without its hyphens: an identification has 34 characters at most."""
    return account_id.hex


def _date_time(moment_ms: int, statement: Statement) -> str:
    return local(moment_ms, statement.period.zone).isoformat(timespec="milliseconds")


def _text(value: str | None, longest: int) -> str:
    return escape(printable(value or "").strip()[:longest])


def _element(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>"
