"""What the bank earned, what it holds where, and whether its days are closed and agree."""

from serving.analytics.catalogue import Dataset, Dimension, Fold, Measure, Unit

_CURRENCY = Dimension("currency", "ISO 4217 code")

DATASETS = (
    Dataset(
        name="revenue_daily",
        about="What the bank earned from customers' accounts, and with a minus what it paid them.",
        grain="one row a day, product, kind of revenue and currency",
        mart="revenue_daily",
        currency="currency",
        dimensions=(
            Dimension("kind", "fees, interest-received, interest-paid, exchange-margin or other"),
            Dimension("product", "Product of the customer's account"),
            _CURRENCY,
        ),
        measures=(
            Measure("amount_minor", "What was earned; an expense is negative", Unit.MINOR),
            Measure("postings", "Entries on the bank's accounts"),
            Measure("reversed_minor", "What reversals took back of it", Unit.MINOR),
        ),
    ),
    Dataset(
        name="liquidity_daily",
        about="What each rail owes the bank: its settlement account, debits minus credits.",
        grain="one row a day, rail and currency, whether or not it moved",
        mart="liquidity_daily",
        currency="currency",
        dimensions=(Dimension("rail", "How the money came and went"), _CURRENCY),
        measures=(
            Measure("closing_minor", "The position at the day's end", Unit.MINOR, Fold.LAST),
            Measure("received_minor", "Money that came in over the rail", Unit.MINOR),
            Measure("paid_minor", "Money that went out over it", Unit.MINOR),
            Measure("entries", "Entries on the settlement account"),
        ),
    ),
    Dataset(
        name="trial_balance_daily",
        about="The general ledger by line: opening, debits, credits, closing.",
        grain="one row a day, line and currency, whether or not it moved",
        mart="trial_balance_daily",
        currency="currency",
        dimensions=(
            Dimension("line", "Line of the chart of accounts"),
            Dimension("element", "Element of the financial statements that it belongs to"),
            _CURRENCY,
        ),
        measures=(
            Measure("closing_minor", "Balance at the day's end, credits minus debits", Unit.MINOR, Fold.LAST),
            Measure("debits_minor", "Debits", Unit.MINOR),
            Measure("credits_minor", "Credits", Unit.MINOR),
            Measure("entries", "Entries"),
        ),
    ),
    Dataset(
        name="daily_close",
        about="Whether each day is closed, how soon, and whether its trial balance is that of the marts.",
        grain="one row a day",
        mart="daily_close",
        dimensions=(Dimension("status", "closed, due or open"),),
        measures=(
            Measure("days", "How many there are", fold=Fold.ROWS),
            Measure("entries", "Entries of what happened on them"),
            Measure("lines_differing", "Lines that differ from the trial balance at the close"),
            Measure("closed_after_minutes", "From the day's end to its close, at most", Unit.DURATION, Fold.MAX),
        ),
    ),
)
