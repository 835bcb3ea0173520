"""Who uses the bank, since when, how much and how soundly."""

from serving.analytics.catalogue import Dataset, Dimension, Fold, Kind, Measure, Unit

DATASETS = (
    Dataset(
        name="customers",
        about="Customers by their pseudonym, over all their transactions.",
        grain="one row a customer",
        mart="dim_customers",
        day=None,
        dimensions=(
            Dimension("customer_id", "Pseudonymous customer"),
            Dimension("customer_since", "When the first account was opened", Kind.MOMENT),
        ),
        measures=(
            Measure("customers", "How many there are", fold=Fold.ROWS),
            Measure("transactions", "Decided transactions"),
            Measure("accounts", "Accounts seen in transactions"),
            Measure("flagged", "Transactions whose verdict was not `allow`"),
            Measure("frauds", "What the newest label calls fraud"),
            Measure("flagged_share", "Flagged over transactions", Unit.SHARE, Fold.RATIO, "flagged", "transactions"),
        ),
    ),
    Dataset(
        name="customer_lifecycle_monthly",
        about="How many customers are new, active, dormant or lost.",
        grain="one row a month and state",
        mart="customer_lifecycle_monthly",
        day="month",
        dimensions=(Dimension("state", "new, active, dormant or lost"),),
        measures=(
            Measure("customers", "How many, in the newest month", fold=Fold.LAST),
            Measure("returned", "Active ones who had not paid in the month before", fold=Fold.LAST),
        ),
    ),
    Dataset(
        name="customer_segments",
        about="How recently, how often and how much customers pay, and the segment that follows.",
        grain="one row a customer who ever paid",
        mart="customer_rfm",
        day=None,
        dimensions=(
            Dimension("segment", "Of the fifths of recency, frequency and money: champions, loyal, at_risk and others"),
        ),
        measures=(
            Measure("customers", "How many there are", fold=Fold.ROWS),
            Measure("payments_90d", "Their payments of the last 90 days"),
            Measure("recency_days", "Mean days since the last payment", Unit.SCORE, Fold.MEAN),
        ),
    ),
    Dataset(
        name="customer_health",
        about="How sound the relation is, from 0 to 100, with the parts that make it up.",
        grain="one row a customer",
        mart="customer_health",
        day=None,
        dimensions=(Dimension("band", "healthy from 70 on, watch from 40, at_risk below"),),
        measures=(
            Measure("customers", "How many there are", fold=Fold.ROWS),
            Measure("health_score", "Mean score, from 0 to 100", Unit.SCORE, Fold.MEAN),
            Measure("activity_points", "Mean of up to 30", Unit.SCORE, Fold.MEAN),
            Measure("cushion_points", "Mean of up to 25", Unit.SCORE, Fold.MEAN),
            Measure("success_points", "Mean of up to 20", Unit.SCORE, Fold.MEAN),
        ),
    ),
)
