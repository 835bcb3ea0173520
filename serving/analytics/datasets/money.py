"""Customers' own money as the bank sees it: what it goes to, how sound it is, and what is expected of it next."""

from serving.analytics.catalogue import Dataset, Dimension, Fold, Kind, Measure, Unit

_CURRENCY = Dimension("currency", "ISO 4217 code")
_CATEGORY = Dimension("category", "What it was for: groceries, housing, transfers and others")
_FLOW = Dimension("flow", "inflow, outflow, or net: the first less the second")
# Of several, the bounds added: the sum of many stays closer to what is expected than that.
_EXPECTED = (
    Measure("expected_minor", "What is expected", Unit.MINOR),
    Measure("low_80_minor", "In eight of ten cases at least this; of several rows, their bounds added", Unit.MINOR),
    Measure("high_80_minor", "In eight of ten cases at most this; of several rows, their bounds added", Unit.MINOR),
)

DATASETS = (
    Dataset(
        name="spending_monthly",
        about="What customers spent and received, by month and category.",
        grain="one row a customer, month, category and currency",
        mart="spending_monthly",
        day="month",
        currency="currency",
        dimensions=(_CATEGORY, _CURRENCY),
        measures=(
            Measure("spent_minor", "What left", Unit.MINOR),
            Measure("received_minor", "What came", Unit.MINOR),
            Measure("spent_count", "How many payments left"),
            Measure("received_count", "How many came"),
        ),
    ),
    Dataset(
        name="financial_health",
        about="How sound customers' money is, from 0 to 100, by five parts.",
        grain="one row a customer and currency",
        mart="financial_health",
        day=None,
        dimensions=(
            Dimension("band", "healthy, coping or vulnerable"),
            Dimension("moves_most", "The part whose mending would move the score most"),
            _CURRENCY,
        ),
        measures=(
            Measure("customers", "How many there are", fold=Fold.ROWS),
            Measure("score", "Mean score, from 0 to 100", Unit.SCORE, Fold.MEAN),
            Measure("liquidity_points", "Mean of 0 to 100: months that the balance lasts", Unit.SCORE, Fold.MEAN),
            Measure("spending_points", "Mean of 0 to 100: spending against income", Unit.SCORE, Fold.MEAN),
            Measure("debt_points", "Mean of 0 to 100: debt against income", Unit.SCORE, Fold.MEAN),
            Measure("income_points", "Mean of 0 to 100: how even income is", Unit.SCORE, Fold.MEAN),
            Measure("savings_points", "Mean of 0 to 100: what is set aside", Unit.SCORE, Fold.MEAN),
        ),
    ),
    Dataset(
        name="budget_standings",
        about="Budgets of the month that runs: how far they are used and where they are likely to end.",
        grain="one row a budget",
        mart="budget_standings",
        day="month",
        currency="currency",
        dimensions=(Dimension("standing", "on-track, at-risk or over"), _CATEGORY, _CURRENCY),
        measures=(
            Measure("budgets", "How many there are", fold=Fold.ROWS),
            Measure("limit_minor", "What may be spent", Unit.MINOR),
            Measure("spent_minor", "What was spent", Unit.MINOR),
        ),
    ),
    Dataset(
        name="unusual_spending",
        about="Payments, and months of a category, unlike any before of the same customer.",
        grain="one row a finding",
        mart="unusual_spending",
        currency="currency",
        dimensions=(Dimension("kind", "payment, or month of a category"), _CATEGORY, _CURRENCY),
        measures=(
            Measure("findings", "How many there are", fold=Fold.ROWS),
            Measure("amount_minor", "What was spent in them", Unit.MINOR),
        ),
    ),
    Dataset(
        name="recurring_payments",
        about="What comes again and when: wages, rents, bills, subscriptions.",
        grain="one row a series",
        mart="recurring_payments",
        day=None,
        currency="currency",
        dimensions=(
            Dimension("direction", "in or out"),
            Dimension("period", "weekly, monthly and others"),
            _CATEGORY,
            Dimension("subscription", "Whether it is a subscription", Kind.TRUTH),
            _CURRENCY,
        ),
        measures=(
            Measure("series", "How many there are", fold=Fold.ROWS),
            Measure("amount_minor", "What one of each comes to", Unit.MINOR),
        ),
    ),
    Dataset(
        name="cash_flow_forecast",
        about="What is expected to come to customers' accounts and to leave them, by the newest forecast.",
        grain="one row a customer, currency, day and flow",
        mart="cash_flow_forecast",
        currency="currency",
        dimensions=(_FLOW, _CURRENCY),
        measures=_EXPECTED,
    ),
    Dataset(
        name="liquidity_forecast",
        about="What the bank's rails are expected to take in and pay out, by the newest forecast.",
        grain="one row a rail, currency, day and flow",
        mart="liquidity_forecast",
        currency="currency",
        dimensions=(Dimension("rail", "The rail whose settlement account it is"), _FLOW, _CURRENCY),
        measures=_EXPECTED,
    ),
    Dataset(
        name="forecasts",
        about="The newest forecasts, and how right the same would have been before.",
        grain="one row a kind",
        mart="forecasts",
        day=None,
        dimensions=(
            Dimension("kind", "cash_flow of customers, liquidity of the bank's rails"),
            Dimension("first_day", "The first day that it speaks of", Kind.DATE),
        ),
        measures=(
            Measure("series", "How many subjects and currencies it speaks of"),
            Measure("horizon_days", "How many days ahead", fold=Fold.MAX),
            Measure("rmse_scaled", "Error in units of the mean weekly difference", Unit.SCORE, Fold.MEAN),
            Measure("rmse_scaled_seasonal_naive", "The same of repeating the week before", Unit.SCORE, Fold.MEAN),
            Measure("coverage_80_pct", "Share of days that 80% intervals held, in percent", Unit.SCORE, Fold.MEAN),
        ),
    ),
)
