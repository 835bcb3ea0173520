"""Which window features Flink computes: the one list.

They are those that cross shards (a device, an address, a merchant and a payee meet customers of every shard), and as many of
the customer and the card as prove every moment and every filter. Features of one entity and one window share an OVER window,
and it is these that cost: each shuffles every event and keeps it for as long as the window.
"""

from feature_store.definitions import BY_NAME
from feature_store.vocabulary import WindowFeature

MARKED_NAMES = (
    "customer_count_1h", "customer_small_count_1h", "customer_paid_1h", "customer_received_1h", "customer_payees_1h",
    "customer_count_1d", "customer_max_1d", "customer_amount_to_max_1d", "customer_cash_sum_1d", "customer_categories_1d",
    "customer_debit_count_1d", "customer_credit_count_1d", "customer_pix_count_1d", "customer_card_count_1d",
    "customer_cash_count_1d", "customer_night_count_1d", "customer_large_count_1d", "customer_round_count_1d",
    "customer_just_under_count_1d", "customer_not_present_count_1d", "customer_abroad_count_1d", "customer_risky_mcc_count_1d",
    "customer_draining_count_1d",
    "customer_mean_30d", "customer_std_30d", "customer_amount_to_mean_30d", "customer_amount_z_score_30d",
    "card_count_1d", "card_sum_1d", "card_max_1d",
    "device_count_1d", "device_sum_1d", "device_customers_1d", "device_night_count_1d",
    "ip_count_1h", "ip_sum_1h", "ip_customers_1h",
    "merchant_count_1d", "merchant_sum_1d", "merchant_customers_1d", "merchant_abroad_count_1d",
    "payee_count_1h", "payee_sum_1h", "payee_customers_1h", "payee_pix_count_1h",
    "payee_count_30d", "payee_mean_30d", "payee_std_30d",
    "customer_payee_count_1d", "customer_payee_sum_1d",
)  # fmt: skip


def _marked(name: str) -> WindowFeature:
    feature = BY_NAME[name]
    if not isinstance(feature, WindowFeature):
        raise TypeError(f"{name} has no window: Flink computes windows only")
    return feature


MARKED: tuple[WindowFeature, ...] = tuple(_marked(name) for name in MARKED_NAMES)
