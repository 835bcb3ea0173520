"""What the bank moves over each rail, at what cost, how soon, and what it refuses."""

from serving.analytics.catalogue import Dataset, Dimension, Fold, Measure, Unit

_RAIL = Dimension("rail", "How the money moves: pix, ted, boleto, card, internal")
_CURRENCY = Dimension("currency", "ISO 4217 code")

DATASETS = (
    Dataset(
        name="payments_daily",
        about="Payments by rail: attempts, success, fees, cost, and how long decision and settlement took.",
        grain="one row a day, rail and currency",
        mart="payments_daily",
        currency="currency",
        dimensions=(_RAIL, _CURRENCY),
        measures=(
            Measure("attempts", "Payments that were decided, whatever became of them"),
            Measure("asked_minor", "What was asked for", Unit.MINOR),
            Measure("posted", "Payments that the ledger posted"),
            Measure("posted_minor", "What they moved", Unit.MINOR),
            Measure("denied", "Payments that were denied"),
            Measure("failed", "Payments that the ledger refused, for funds or limits"),
            Measure("abandoned", "Payments whose hold or lease ran out"),
            Measure("fee_minor", "Fees of transfers that were posted", Unit.MINOR),
            Measure("cost_minor", "What sending cost the bank, by its own assumptions", Unit.MINOR),
            Measure("reversals", "Reversals that were posted"),
            Measure("reversed_minor", "What they moved back", Unit.MINOR),
            Measure("holds_open", "Holds that are open at the day's end", fold=Fold.LAST),
            Measure("posted_share", "Posted over attempts", Unit.SHARE, Fold.RATIO, "posted", "attempts"),
            Measure("refused_share", "Denied over attempts", Unit.SHARE, Fold.RATIO, "denied", "attempts"),
            Measure("decide_p99_us", "99 % of the slowest day's decisions took at most this long", Unit.DURATION, Fold.MAX),
            Measure("settle_p95_ms", "95 % of the slowest day's payments were settled within this", Unit.DURATION, Fold.MAX),
        ),
    ),
    Dataset(
        name="refusals_daily",
        about="Payments that did not take place, by reason.",
        grain="one row a day, rail, currency, outcome and reason",
        mart="refusals_daily",
        currency="currency",
        dimensions=(
            Dimension("reason", "The ledger's word for it, else the decision's weightiest reason"),
            Dimension("outcome", "denied, failed or abandoned"),
            _RAIL,
            _CURRENCY,
        ),
        measures=(
            Measure("payments", "How many"),
            Measure("amount_minor", "What they asked for", Unit.MINOR),
        ),
    ),
)
