"""The rules of `risk.rules.RULES` as expressions, by code."""

from risk.rules import (
    CARD_TEST_BELOW_MINOR,
    CASH_REPORT_LIMIT_MINOR,
    PIX_NIGHT_LIMIT_MINOR,
    TAKEOVER_FROM_MINOR,
)

_PIX, _PAYS = 'channel == "pix"', 'direction == "debit"'

BUILT_IN = {
    "pix_night_limit": f"{_PIX} && {_PAYS} && is_night >= 1 && amount_minor > {PIX_NIGHT_LIMIT_MINOR}",
    "pix_just_under_night_limit": (
        f"{_PIX} && {_PAYS} && is_night >= 1 && customer_count_1h >= 3"
        f" && amount_minor >= {PIX_NIGHT_LIMIT_MINOR * 9 // 10} && amount_minor <= {PIX_NIGHT_LIMIT_MINOR}"
    ),
    "card_testing_burst": f'channel == "card" && card_count_10m >= 6 && amount_minor < {CARD_TEST_BELOW_MINOR}',
    "payee_many_payers": f"{_PIX} && !has(mcc) && payee_customers_1h >= 12",
    "device_shared": f"{_PAYS} && device_customers_1d >= 4",
    "cash_just_under_report": (
        f'channel == "cash" && amount_minor >= {CASH_REPORT_LIMIT_MINOR * 9 // 10} && amount_minor < {CASH_REPORT_LIMIT_MINOR}'
    ),
    "takeover_pattern": (
        f"{_PAYS} && customer_device_is_new_90d >= 1 && customer_payee_is_new_90d >= 1"
        f" && customer_amount_to_max_30d >= 1.5 && amount_minor >= {TAKEOVER_FROM_MINOR}"
    ),
    "payments_to_many": f"{_PIX} && {_PAYS} && customer_payees_1h >= 8",
}
