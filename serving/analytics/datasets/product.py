"""How far new accounts come."""

from serving.analytics.catalogue import Dataset, Dimension, Fold, Measure, Unit

DATASETS = (
    Dataset(
        name="activation_funnel_weekly",
        about="How far the accounts that were opened in a week have come.",
        grain="one row a week of opening and product",
        mart="activation_funnel_weekly",
        day="cohort_week",
        dimensions=(Dimension("product", "Product of the accounts"),),
        measures=(
            Measure("opened", "Accounts opened"),
            Measure("paid_in_7d", "Paid into within seven days of opening"),
            Measure("activated_7d", "Paid into and from within seven days"),
            Measure("activated_30d", "Paid into and from within thirty days"),
            Measure(
                "activated_share", "Activated within thirty days over opened", Unit.SHARE, Fold.RATIO, "activated_30d", "opened"
            ),
        ),
    ),
)
