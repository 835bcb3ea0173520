"""The marts that the analytics routes read: one entry each. Charts, exports and lineage derive from this list."""

from serving.analytics.catalogue import Dataset, Dimension, Fold, Kind, Measure, Unit, UnknownDataset

_CHANNEL = Dimension("channel", "How the money moves: pix, card, boleto, ted, cash or internal")
_CURRENCY = Dimension("currency", "ISO 4217 code")
_MODEL = Dimension("model", "The model that decided")

DATASETS = (
    Dataset(
        name="daily_volume_and_fraud",
        about="What the bank moved, what was decided about it, and what turned out to be fraud.",
        grain="one row a day, channel and currency",
        mart="daily_volume_and_fraud",
        currency="currency",
        dimensions=(_CHANNEL, _CURRENCY),
        measures=(
            Measure("transactions", "Decided transactions, whatever became of them"),
            Measure("amount_minor", "Their amounts together", Unit.MINOR),
            Measure("allowed", "Decided `allow`"),
            Measure("reviewed", "Decided `review` or `step_up`"),
            Measure("denied", "Decided `deny`"),
            Measure("frauds", "What the newest label calls fraud"),
            Measure("fraud_amount_minor", "The amounts of frauds together", Unit.MINOR),
            Measure("frauds_caught", "Frauds that the scorer did not let through"),
            Measure("false_alarms", "What the scorer did not let through and no label calls fraud"),
            Measure("denied_share", "Denied over transactions", Unit.SHARE, Fold.RATIO, "denied", "transactions"),
            Measure("caught_share", "Frauds caught over frauds", Unit.SHARE, Fold.RATIO, "frauds_caught", "frauds"),
            Measure("fraud_share", "Frauds over transactions", Unit.SHARE, Fold.RATIO, "frauds", "transactions"),
            Measure(
                "false_alarm_share", "False alarms over transactions", Unit.SHARE, Fold.RATIO, "false_alarms", "transactions"
            ),
        ),
    ),
    Dataset(
        name="challenger_daily",
        about="What the champion stopped, and what the challenger beside it would have.",
        grain="one row a day, champion, challenger and currency",
        mart="challenger_daily",
        currency="currency",
        dimensions=(_MODEL, Dimension("challenger", "The model that was tried beside it"), _CURRENCY),
        measures=(
            Measure("decisions", "Decisions that both scored"),
            Measure("agreed", "Both stopped it, or neither did"),
            Measure("champion_stopped", "What was not let through"),
            Measure("challenger_stopped", "What would not have been"),
            Measure("frauds", "What the newest label calls fraud"),
            Measure("champion_frauds_stopped", "Frauds that were not let through"),
            Measure("challenger_frauds_stopped", "Frauds that would not have been"),
            Measure("champion_saved_minor", "Amounts of frauds that were not let through", Unit.MINOR),
            Measure("challenger_saved_minor", "Amounts of frauds that would not have been", Unit.MINOR),
            Measure("champion_false_alarms", "Not let through, and no label calls it fraud"),
            Measure("challenger_false_alarms", "Would not have been, and no label calls it fraud"),
            Measure("agreed_share", "Agreed over decisions", Unit.SHARE, Fold.RATIO, "agreed", "decisions"),
        ),
    ),
    Dataset(
        name="model_drift_daily",
        about="How far the model's world has moved from what it learned from.",
        grain="one row a day and model",
        mart="model_drift_daily",
        dimensions=(_MODEL,),
        measures=(
            Measure("features_moved", "Features that are distributed otherwise, beyond what is usual"),
            Measure("features_unknown_moved", "Features of which another share is unknown"),
            Measure("decisions", "Decisions of the week that was looked at", fold=Fold.MAX),
            Measure("score_psi", "Population stability index of the scores", Unit.SCORE, Fold.MAX),
            Measure("largest_psi_to_limit", "Largest index of a feature, as a multiple of its limit", Unit.SCORE, Fold.MAX),
            Measure("calibration_error", "Expected calibration error, from 0 to 1", Unit.SCORE, Fold.MAX),
            Measure("average_precision", "Average precision of the newest labelled week", Unit.SCORE, Fold.MAX),
            Measure("checks_drifted", "Checks that want a look"),
        ),
    ),
    Dataset(
        name="feature_drift_daily",
        about="The same, feature by feature.",
        grain="one row a day, model and feature",
        mart="feature_drift_daily",
        dimensions=(_MODEL, Dimension("feature", "Its name in the catalogue of features")),
        measures=(
            Measure("psi", "Population stability index", Unit.SCORE, Fold.MAX),
            Measure("psi_limit", "Above it the index is neither chance nor usual", Unit.SCORE, Fold.MAX),
            Measure("unknown_change", "How far the share of unknown values moved", Unit.SCORE, Fold.MAX),
            Measure("importance", "Share of what the model's trees gained in training", Unit.SCORE, Fold.MAX),
        ),
    ),
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
        name="backtest_rules",
        about="What each rule would have found in a backtest's history.",
        grain="one row a backtest and rule",
        mart="backtest_rules",
        day=None,
        dimensions=(
            Dimension("backtest_id", "The backtest"),
            Dimension("rule", "The rule's code"),
            Dimension("shadow", "Whether the policy only tried it", Kind.TRUTH),
        ),
        measures=(
            Measure("hits", "Decisions on which it fired"),
            Measure("frauds", "Of these, frauds"),
            Measure("alone", "Decisions on which no other rule fired"),
            Measure("frauds_alone", "Of these, frauds"),
            Measure("precision_share", "Frauds over hits", Unit.SHARE, Fold.RATIO, "frauds", "hits"),
        ),
    ),
)
DEFAULT = DATASETS[0].name
_BY_NAME = {dataset.name: dataset for dataset in DATASETS}


def dataset_of(name: str) -> Dataset:
    """Return a dataset. Raises UnknownDataset."""
    found = _BY_NAME.get(name)
    if found is None:
        raise UnknownDataset(f"there is no dataset {name}; there are: {', '.join(_BY_NAME)}", field="dataset")
    return found
