"""Alerts and cases: how many, about whom, how far they are, what came of them, and whether that was in time."""

from serving.analytics.catalogue import Dataset, Dimension, Fold, Kind, Measure, Unit

_CURRENCY = Dimension("currency", "ISO 4217 code")
_ALERTS, _IN_CASE, _REPORTED = "alerts", "in_case", "reported"
# How far the alerts of a scenario came. One of several scenarios is each one's: their sum is not the number of alerts.
_FUNNEL = (
    Measure(_ALERTS, "Alerts opened; one of several scenarios counts under each"),
    Measure("triaged", "Of these, somebody looked at"),
    Measure(_IN_CASE, "Of these, in a case"),
    Measure(_REPORTED, "Of these, in a case that was reported"),
    Measure("confirmed", "Of these, confirmed"),
    Measure("dismissed", "Of these, dismissed"),
    Measure("case_share", "In a case, of all; the rest is noise", Unit.SHARE, Fold.RATIO, _IN_CASE, _ALERTS),
    Measure("report_share", "Reported, of all", Unit.SHARE, Fold.RATIO, _REPORTED, _ALERTS),
)

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
    Dataset(
        name="alert_funnel",
        about="Of the alerts opened on a day, how many came how far by now.",
        grain="one row a day, scenario and severity",
        mart="alert_funnel",
        dimensions=(
            Dimension("scenario", "What found it"),
            Dimension("severity", "Of the case that it is in; none where it is in none"),
        ),
        measures=(
            *_FUNNEL,
            Measure("to_report", "Alerts whose case is to be reported, or was"),
            Measure("frozen", "Alerts for whose case money was frozen"),
            Measure("triaged_late", "Alerts whose first look came, or is, late"),
            Measure("decided_late", "Alerts whose decision came, or is, late"),
        ),
    ),
    Dataset(
        name="scenario_outcomes",
        about="What came of all alerts of a scenario, and how precise it is.",
        grain="one row a scenario",
        mart="scenario_outcomes",
        day=None,
        dimensions=(Dimension("scenario", "What found them"),),
        measures=(
            *_FUNNEL,
            Measure("decided", "Of these, confirmed or dismissed"),
            Measure("precision", "Confirmed, of those that were decided", Unit.SHARE, Fold.RATIO, "confirmed", "decided"),
            Measure("alerts_90d", "Alerts opened in the last 90 days"),
        ),
    ),
    Dataset(
        name="case_outcomes",
        about="Cases by what was decided, what followed, and whether each step was in time, on the day of their selection.",
        grain="one row a case",
        mart="case_outcomes",
        day="selected_on",
        dimensions=(
            Dimension("state", "Where the case stands: open, analysis, proposed, to_report, reported or closed"),
            Dimension("scheme", "How the money seems to have been moved"),
            Dimension("severity", "critical, high, medium or low"),
            Dimension("outcome", "What two people agreed to: report or close"),
            Dimension("selection_overdue", "Whether it was selected too late", Kind.TRUTH),
            Dimension("decision_overdue", "Whether the decision came, or is, too late", Kind.TRUTH),
            Dimension("report_overdue", "Whether the report was sent, or is, too late", Kind.TRUTH),
        ),
        measures=(
            Measure("cases", "How many there are", fold=Fold.ROWS),
            Measure(_ALERTS, "Alerts in them"),
            Measure("decision_days", "Mean days from the selection to the decision", Unit.SCORE, Fold.MEAN),
            Measure("decision_days_most", "The slowest one's days to the decision", fold=Fold.MAX, column="decision_days"),
            Measure("decision_days_allowed", "Days that the rules leave for it", fold=Fold.MAX),
            Measure("selection_days", "Mean days from the operation to the selection", Unit.SCORE, Fold.MEAN),
        ),
    ),
)
