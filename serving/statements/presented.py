"""A statement and its lines as JSON values. Pure."""

from serving.edge.presented import moment, money
from serving.statements.statement import Line, Statement
from serving.statements.wording import counterparty

Row = dict[str, object]


def statement_shown(statement: Statement) -> Row:
    """Return everything of a statement but its lines."""
    return {
        "account_id": statement.account_id,
        "customer_id": statement.customer_id,
        "holder": statement.holder,
        "product": statement.product,
        "from": statement.period.first,
        "to": statement.period.past,
        "time_zone": statement.period.zone.key,
        "opening": money(statement.opening_minor, statement.currency),
        "closing": money(statement.closing_minor, statement.currency),
        "credits": money(statement.credits_minor, statement.currency),
        "debits": money(statement.debits_minor, statement.currency),
        "entries": statement.entries,
        "issued_at": moment(statement.issued_at_ms),
        "final": statement.final,
    }


def line_shown(line: Line, currency: str) -> Row:
    """Return one line."""
    return {
        "version": line.version,
        "transfer_id": line.transfer_id,
        "booked_at": moment(line.booked_at_ms),
        "value_at": moment(line.value_at_ms),
        "amount": money(line.delta_minor, currency),
        "balance_after": money(line.balance_after_minor, currency),
        "purpose": line.purpose,
        "description": line.description,
        "counterparty_account_id": line.counterparty_account_id,
        "counterparty_name": counterparty(line),
        "reverses_id": line.reverses_id,
    }
