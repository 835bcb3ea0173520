"""The arithmetic of exchange, against fractions."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kit.money import CURRENCY_EXPONENTS
from ledger.exchange.quotes import (
    MIN_SIDE_MINOR,
    AmountNotExchangeable,
    Deal,
    Rate,
    buying,
    rate_e8_of,
    rate_text,
    selling,
)

DOLLAR = Rate("USD", "BRL", rate_e8_of("5.1020"), rate_e8_of("5.1520"), 1)
YEN = Rate("JPY", "BRL", rate_e8_of("0.03301234"), rate_e8_of("0.0340"), 1)
DINAR = Rate("KWD", "JPY", rate_e8_of("480.5"), rate_e8_of("490"), 1)


@pytest.mark.parametrize(
    ("deal", "sell", "buy"),
    [
        (selling(10_000, sell_currency="USD", rate=DOLLAR), ("USD", 10_000), ("BRL", 51_020)),
        (buying(10_000, buy_currency="USD", rate=DOLLAR), ("BRL", 51_520), ("USD", 10_000)),
        (selling(51_520, sell_currency="BRL", rate=DOLLAR), ("BRL", 51_520), ("USD", 10_000)),
        (buying(51_020, buy_currency="BRL", rate=DOLLAR), ("USD", 10_000), ("BRL", 51_020)),
        (selling(10_000, sell_currency="JPY", rate=YEN), ("JPY", 10_000), ("BRL", 33_012)),
        (buying(1_000, buy_currency="KWD", rate=DINAR), ("JPY", 490), ("KWD", 1_000)),
    ],
)
def test_a_customer_sells_at_the_bid_and_buys_at_the_ask_in_each_currencys_own_decimals(deal, sell, buy):
    assert ((deal.sell_currency, deal.sell_minor), (deal.buy_currency, deal.buy_minor)) == (sell, buy)


def test_what_rounding_leaves_is_told_in_nano():
    assert selling(10_000, sell_currency="JPY", rate=YEN).residue_nano == 340_000_000
    assert selling(1_000, sell_currency="BRL", rate=DOLLAR).worked_out == "USD"


@pytest.mark.parametrize("amount", [1, 99])
def test_an_amount_whose_rounding_would_be_worth_taking_is_refused(amount):
    with pytest.raises(AmountNotExchangeable):
        selling(amount, sell_currency="USD", rate=DOLLAR)
    with pytest.raises(AmountNotExchangeable):
        buying(amount, buy_currency="BRL", rate=DOLLAR)


@pytest.mark.parametrize("text", ["5.1020", "0.00000001", "123456789.12345678", "5"])
def test_a_rate_is_read_and_told_as_it_was(text):
    assert rate_e8_of(rate_text(rate_e8_of(text))) == rate_e8_of(text)


currencies = st.sampled_from(["BRL", "USD", "JPY", "KWD"])


@given(
    currencies, currencies, st.integers(1, 10**12), st.integers(0, 10**10), st.integers(1, 10**13), st.booleans(), st.booleans()
)
def test_every_deal_is_the_exact_value_rounded_half_even_and_the_residue_the_rest(
    base, quote, bid_e8, spread_e8, amount, of_base, sells
):
    assume(base != quote)
    rate = Rate(base, quote, bid_e8, bid_e8 + spread_e8, 1)
    known = base if of_base else quote
    try:
        deal: Deal = selling(amount, sell_currency=known, rate=rate) if sells else buying(amount, buy_currency=known, rate=rate)
    except AmountNotExchangeable:
        return
    assert deal.rate_e8 == (rate.bid_e8 if of_base is sells else rate.ask_e8)
    price = Fraction(deal.rate_e8, 10**8) * Fraction(10 ** CURRENCY_EXPONENTS[quote], 10 ** CURRENCY_EXPONENTS[base])
    exact = amount * price if of_base else amount / price
    found = deal.buy_minor if sells else deal.sell_minor
    assert found == round(exact)
    assert deal.residue_nano == round((exact - found) * 10**9)
    assert deal.worked_out == (deal.buy_currency if sells else deal.sell_currency)
    assert {deal.sell_currency, deal.buy_currency} == {base, quote}


@given(st.integers(MIN_SIDE_MINOR, 10**9))
def test_a_round_trip_never_makes_a_customer_richer_when_there_is_a_spread(amount):
    try:
        there = selling(amount, sell_currency="BRL", rate=DOLLAR)
        back = selling(there.buy_minor, sell_currency="USD", rate=DOLLAR)
    except AmountNotExchangeable:
        return
    assert back.buy_minor <= amount
