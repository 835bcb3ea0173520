"""What is counted by whole days: how often a merchant's category was abused lately."""

from feature_store.families.wording import CARD_RISK, LENGTHS
from feature_store.vocabulary import DAY_MS, LABEL_DELAY_MS, Aggregation, DailyFeature

_A = Aggregation
# How often a merchant's category was abused lately, at all merchants of it.
DAILY_FEATURES: tuple[DailyFeature, ...] = tuple(
    DailyFeature(
        name=f"mcc_{what}_{days}d", aggregation=aggregation, days=days, sentence=sentence.format(days=LENGTHS[days * DAY_MS]),
        reason=f"mcc_{reason}", owner=CARD_RISK, delay_days=delay_days,
    )
    for what, aggregation, lengths, delay_days, sentence, reason in (
        (
            "count", _A.COUNT, (1, 7), 0, "Earlier transactions at merchants of this category in the last {days}",
            "many_transactions",
        ),
        ("frauds", _A.FRAUDS, (7, 30), 0, "Known frauds at merchants of this category in the last {days}", "known_frauds"),
        (
            "fraud_share", _A.FRAUD_SHARE, (7, 30), LABEL_DELAY_MS // DAY_MS,
            "Share of known frauds at merchants of this category in the {days} up to 7 days ago", "risk",
        ),
    )
    for days in lengths
)  # fmt: skip
