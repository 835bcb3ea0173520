"""The rules that are built in: what a regulator or plain sense asks for. They count where a policy brings none of its own.

Each holds for events in [valid_from, valid_until), so that a new threshold never rewrites old decisions.
"""

from contracts.controls import PolicyRule

# BCB Resolution 142 of 23 September 2021, art. 3: R$ 1,000 a transaction between 20:00 and 06:00, from 4 October 2021.
PIX_NIGHT_FROM_MS = 1_633_316_400_000
PIX_NIGHT_LIMIT_MINOR = 100_000
# BCB Circular 3,978 of 2020: cash of R$ 50,000 or more is reported, so amounts just below it are watched.
CASH_REPORT_FROM_MS = 1_601_521_200_000
CASH_REPORT_LIMIT_MINOR = 5_000_000
CARD_TEST_BELOW_MINOR = 2_000
TAKEOVER_FROM_MINOR = 50_000

RULES = (
    PolicyRule(
        code="pix_night_limit",
        when=f'channel == "pix" && direction == "debit" && is_night >= 1 && amount_minor > {PIX_NIGHT_LIMIT_MINOR}',
        action="review",
        sentence="A Pix above the night limit",
        mandatory=True,
        valid_from=PIX_NIGHT_FROM_MS,
    ),
    PolicyRule(
        code="pix_just_under_night_limit",
        when=(
            'channel == "pix" && direction == "debit" && is_night >= 1 && customer_count_1h >= 3 '
            f"&& amount_minor >= {PIX_NIGHT_LIMIT_MINOR * 9 // 10} && amount_minor <= {PIX_NIGHT_LIMIT_MINOR}"
        ),
        action="review",
        sentence="Several payments in the hour, this one just under the night limit",
        valid_from=PIX_NIGHT_FROM_MS,
    ),
    PolicyRule(
        code="card_testing_burst",
        when=f'channel == "card" && card_count_10m >= 6 && amount_minor < {CARD_TEST_BELOW_MINOR}',
        action="deny",
        sentence="Many small purchases of one card within minutes",
    ),
    PolicyRule(
        code="payee_many_payers",
        when='channel == "pix" && !has(mcc) && payee_customers_1h >= 12',
        action="review",
        sentence="Many customers pay one person within the hour",
    ),
    PolicyRule(
        code="device_shared",
        when='direction == "debit" && device_customers_1d >= 4',
        action="review",
        sentence="One device serves many customers",
    ),
    PolicyRule(
        code="cash_just_under_report",
        when=(
            f'channel == "cash" && amount_minor >= {CASH_REPORT_LIMIT_MINOR * 9 // 10} '
            f"&& amount_minor < {CASH_REPORT_LIMIT_MINOR}"
        ),
        action="review",
        sentence="Cash just under the amount that is reported",
        valid_from=CASH_REPORT_FROM_MS,
    ),
    PolicyRule(
        code="takeover_pattern",
        when=(
            'direction == "debit" && customer_device_is_new_90d >= 1 && customer_payee_is_new_90d >= 1 '
            f"&& customer_amount_to_max_30d >= 1.5 && amount_minor >= {TAKEOVER_FROM_MINOR}"
        ),
        action="review",
        sentence="A new device pays a new payee more than the customer ever paid",
    ),
    PolicyRule(
        code="payments_to_many",
        when='channel == "pix" && direction == "debit" && customer_payees_1h >= 8',
        action="review",
        sentence="One customer pays many within the hour",
    ),
)
