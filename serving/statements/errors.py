"""What a statement can be refused for."""

from kit.errors import DomainError, Unavailable


class StatementTooLong(DomainError):
    """More lines than a document for people has room for."""

    code = "statement-too-long"
    title = "The statement has too many lines for this format"
    remedy = "Ask for a shorter period, or for csv, ndjson, ofx or camt053, which have no limit."


class PrinterBusy(Unavailable):
    """As many documents are being drawn as this worker has room for."""

    code = "printer-busy"
    title = "Too many documents are being drawn"
    remedy = "Ask again after the number of seconds in Retry-After, or for another format, which needs no drawing."
