"""How features are called: lengths of windows, whose transactions they are, what they count, and who answers for them."""

from feature_store.vocabulary import DAY_MS, HOUR_MS, MINUTE_MS, Entity, Value, Where

M1, M10, H1, D1, D7, D30, D90 = MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS, 90 * DAY_MS
SUFFIX = {M1: "1m", M10: "10m", H1: "1h", D1: "1d", D7: "7d", D30: "30d", D90: "90d"}
LENGTHS = {
    M1: "minute", M10: "10 minutes", H1: "hour", D1: "day", D7: "7 days", D30: "30 days", D90: "90 days",
}  # fmt: skip
_E, _V, _W = Entity, Value, Where
CARD_RISK, PAYMENT_RISK, MONEY_LAUNDERING = "card-risk", "payment-risk", "money-laundering"
OWNER = {
    _E.CARD: CARD_RISK, _E.MERCHANT: CARD_RISK, _E.CARD_MERCHANT: CARD_RISK, _E.CUSTOMER_MERCHANT: CARD_RISK,
    _E.ACCOUNT: MONEY_LAUNDERING,
}  # fmt: skip
# How a sentence names whose transactions they are.
OF = {
    _E.CUSTOMER: "of the customer", _E.ACCOUNT: "of this account", _E.CARD: "of this card", _E.DEVICE: "from this device",
    _E.IP: "from this internet address", _E.MERCHANT: "at this merchant", _E.PAYEE: "with this payee",
    _E.CUSTOMER_PAYEE: "of the customer with this payee", _E.CUSTOMER_MERCHANT: "of the customer at this merchant",
    _E.CUSTOMER_DEVICE: "of the customer from this device", _E.CARD_MERCHANT: "of this card at this merchant",
    _E.DEVICE_PAYEE: "from this device with this payee",
}  # fmt: skip
VALUE_WORDS = {
    _V.CUSTOMER: ("customers", "customer"), _V.ACCOUNT: ("accounts", "account"), _V.CARD: ("cards", "card"),
    _V.DEVICE: ("devices", "device"), _V.IP: ("addresses", "address"), _V.MERCHANT: ("merchants", "merchant"),
    _V.PAYEE: ("payees", "payee"), _V.PLACE: ("places", "place"), _V.HOUR: ("hours", "hour"),
    _V.MCC: ("categories", "category"),
}  # fmt: skip
WHERE_WORDS = {
    _W.DEBIT: "outgoing", _W.CREDIT: "incoming", _W.PIX: "Pix", _W.CARD: "card", _W.CASH: "cash", _W.NIGHT: "nightly",
    _W.SMALL: "small", _W.LARGE: "large", _W.ROUND: "round", _W.JUST_UNDER: "just-under-a-limit",
    _W.NOT_PRESENT: "card-not-present", _W.ABROAD: "foreign", _W.RISKY_MCC: "risky-category",
    _W.DRAINING: "account-emptying",
}  # fmt: skip
