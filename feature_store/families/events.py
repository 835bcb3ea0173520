"""What the event itself says."""

from feature_store.families.wording import PAYMENT_RISK
from feature_store.vocabulary import EventFeature, EventValue

EVENT_FEATURES: tuple[EventFeature, ...] = tuple(
    EventFeature(name=value.name.lower(), value=value, sentence=sentence, reason=reason, owner=PAYMENT_RISK)
    for value, sentence, reason in (
        (EventValue.AMOUNT_LOG, "Natural logarithm of the amount in minor units", "amount_size"),
        (EventValue.AMOUNT_IS_ROUND, "Whether the amount is a multiple of 10,000 minor units (R$ 100)", "amount_is_round"),
        (EventValue.LOCAL_HOUR, "Hour of the day in Brasília, 0 to 23", "time_of_day"),
        (EventValue.WEEKDAY, "Day of the week in Brasília, Monday is 0", "day_of_week"),
        (EventValue.IS_WEEKEND, "Whether it is Saturday or Sunday in Brasília", "weekend"),
        (EventValue.IS_NIGHT, "Whether it is between 20:00 and 06:00 in Brasília", "night"),
        (EventValue.IS_PIX, "Whether it is a Pix", "channel_pix"),
        (EventValue.IS_CARD, "Whether it is a card purchase", "channel_card"),
        (EventValue.IS_BOLETO, "Whether it is a boleto", "channel_boleto"),
        (EventValue.IS_TED, "Whether it is a TED", "channel_ted"),
        (EventValue.IS_CASH, "Whether it is cash", "channel_cash"),
        (EventValue.IS_DEBIT, "Whether the account pays", "direction_debit"),
        (EventValue.MCC_IS_RISKY, "Whether the merchant's category is often abused", "risky_merchant_category"),
        (EventValue.IS_ABROAD, "Whether it happens outside Brazil", "abroad"),
        (EventValue.IS_NOT_PRESENT, "Whether the card is typed in, not shown", "card_not_present"),
        (EventValue.AMOUNT_IS_JUST_UNDER_LIMIT, "Whether the amount is just under a known limit", "amount_just_under_limit"),
        (EventValue.AMOUNT_IS_SMALL, "Whether the amount is below R$ 20", "amount_is_small"),
        (EventValue.AMOUNT_CENTS, "The cents of the amount, 0 to 99", "amount_cents"),
        (EventValue.DAY_OF_MONTH, "Day of the month in Brasília", "day_of_month"),
        (EventValue.IS_HOLIDAY, "Whether banks rest that day all over Brazil", "holiday"),
        (EventValue.IS_BUSINESS_DAY, "Whether banks work that day", "business_day"),
        (EventValue.BUSINESS_DAY_OF_MONTH, "Business days of the month up to that day", "day_of_month"),
        (EventValue.IS_PAYDAY, "Whether it is the fifth business day, by which salaries are paid", "payday"),
        (EventValue.IS_BUSINESS_HOUR, "Whether branches are open", "time_of_day"),
        (EventValue.IS_INTERNAL, "Whether it stays inside the bank", "channel_internal"),
        (EventValue.IS_CONTACTLESS, "Whether the card is held near the reader", "card_contactless"),
        (EventValue.PLACE_IS_KNOWN, "Whether we know where it happens", "place_known"),
        (EventValue.DEVICE_IS_KNOWN, "Whether we know the device", "device_known"),
        (EventValue.BALANCE_LOG, "Natural logarithm of the balance before it in minor units, and 1", "balance_size"),
        (EventValue.AMOUNT_TO_BALANCE, "Outgoing amount as a share of the balance before it", "balance_drained"),
        (EventValue.DRAINS_BALANCE, "Whether it leaves less than a fifth of the balance", "balance_drained"),
    )
)  # fmt: skip
