"""What an exchange can be refused for."""

from kit.errors import Conflict, DomainError


class NoRate(Conflict):
    """The bank does not exchange this pair, or its rate is too old."""

    code = "no-exchange-rate"
    title = "There is no rate for these currencies now"
    remedy = "GET /v1/exchange/rates shows the pairs; an operator sets a rate, and one older than a day is not used."


class InversePair(Conflict):
    """The pair is there the other way round."""

    code = "exchange-pair-inverse"
    title = "The pair has a rate the other way round"
    remedy = "Set the rate of the pair that is there; one rate serves both directions."


class QuoteExpired(Conflict):
    """The quote's time has run out."""

    code = "exchange-quote-expired"
    title = "The quote has expired"
    remedy = "Ask for a new quote and use it before its expires_at."


class QuoteUsed(Conflict):
    """The quote was used, with other accounts."""

    code = "exchange-quote-used"
    title = "The quote was used for another exchange"
    remedy = "Ask for a new quote; each is good for one exchange."


class ExchangeFailed(DomainError):
    """The ledger could not carry it out; nothing moved, and the quote is as good as before."""

    code = "exchange-failed"
    title = "The ledger could not carry out the exchange"
    remedy = "Read `facts.reason`: the account's balance, limits or state do not allow it."
