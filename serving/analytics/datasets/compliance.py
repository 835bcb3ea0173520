"""Alerts: how many, about whom, how far they are, and whether that was in time."""

from serving.analytics.catalogue import Dataset, Dimension, Fold, Kind, Measure, Unit

_CURRENCY = Dimension("currency", "ISO 4217 code")

DATASETS = (
    Dataset(
        name="alerts",
        about="Alerts by what became of them, on the day of their first decision.",
        grain="one row an alert",
        mart="fct_alerts",
        currency="currency",
        dimensions=(
            Dimension("status", "Where the alert stands: open, in_review, confirmed or dismissed"),
            Dimension("subject_kind", "What it is about: customer, account, payee or transaction"),
            Dimension("newest_verdict", "The verdict of the decision that joined last"),
            _CURRENCY,
        ),
        measures=(
            Measure("alerts", "How many there are", fold=Fold.ROWS),
            Measure("decisions", "Flagged decisions in them"),
            Measure("events", "How often they changed"),
            Measure("total_amount_minor", "The amounts of their decisions together", Unit.MINOR),
        ),
    ),
    Dataset(
        name="alert_clocks",
        about="How long alerts wait for the first look and for a decision, and whether that was in time.",
        grain="one row an alert",
        mart="alert_clocks",
        day=None,
        currency="currency",
        dimensions=(
            Dimension("status", "Where the alert stands"),
            Dimension("look_overdue", "Whether the first look came, or is, too late", Kind.TRUTH),
            Dimension("decision_overdue", "Whether the decision came, or is, too late", Kind.TRUTH),
            _CURRENCY,
        ),
        measures=(
            Measure("alerts", "How many there are", fold=Fold.ROWS),
            Measure("look_minutes", "Mean minutes from opening to the first look", Unit.SCORE, Fold.MEAN),
            Measure("decision_minutes", "Mean minutes from opening to the decision", Unit.SCORE, Fold.MEAN),
            Measure("open_minutes", "The oldest that is not decided, in minutes", Unit.DURATION, Fold.MAX),
            Measure("total_amount_minor", "The amounts of their decisions together", Unit.MINOR),
        ),
    ),
    Dataset(
        name="compliance_daily",
        about="What came, what was done, and what is left.",
        grain="one row a day",
        mart="compliance_daily",
        dimensions=(),
        measures=(
            Measure("opened", "Alerts opened"),
            Measure("looked_at", "Alerts looked at for the first time"),
            Measure("looked_at_late", "Of these, later than the target"),
            Measure("confirmed", "Alerts confirmed"),
            Measure("dismissed", "Alerts dismissed"),
            Measure("decided_late", "Of both, after the deadline"),
            Measure("open_at_end", "Alerts that were waiting at the day's end", fold=Fold.LAST),
            Measure("look_p95_minutes", "95 % of the slowest day's had waited at most this long", Unit.DURATION, Fold.MAX),
        ),
    ),
)
