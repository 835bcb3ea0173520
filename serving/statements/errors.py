"""What a statement can be refused for."""

from kit.errors import DomainError


class StatementTooLong(DomainError):
    """More lines than a document for people has room for."""

    code = "statement-too-long"
    title = "The statement has too many lines for this format"
    remedy = "Ask for a shorter period, or for csv, ndjson, ofx or camt053, which have no limit."
