"""Currencies against the published list, and arithmetic of amounts."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iso4217 import Currency

from kit.money import CURRENCY_EXPONENTS, Money, UnknownCurrency
from kit.settings import REPOSITORY_ROOT

PUBLISHED = {currency.code: currency.exponent for currency in Currency}


def test_every_currency_of_iso_4217_that_has_decimals_is_there_with_them_and_no_other():
    assert {code: exponent for code, exponent in PUBLISHED.items() if exponent is not None} == CURRENCY_EXPONENTS


def test_the_page_counts_minor_units_as_the_bank_does():
    page = REPOSITORY_ROOT / "frontend" / "src" / "lib" / "currency-decimals.json"
    unusual = {code: int(digits) for digits, codes in json.loads(page.read_text()).items() for code in codes}
    assert unusual == {code: exponent for code, exponent in CURRENCY_EXPONENTS.items() if exponent != 2}


def test_the_currencies_that_logs_were_written_with_keep_their_places():
    assert list(CURRENCY_EXPONENTS)[:5] == ["ARS", "AUD", "BHD", "BOB", "BRL"]
    assert list(CURRENCY_EXPONENTS).index("ZAR") == 31


@pytest.mark.parametrize("code", ["XXX", "XAU", "XTS", "brl", ""])
def test_what_is_no_currency_is_refused(code):
    with pytest.raises(UnknownCurrency):
        Money(1, code)


@given(st.sampled_from(sorted(CURRENCY_EXPONENTS)), st.integers(-(10**18), 10**18))
def test_an_amount_survives_the_way_to_major_units_and_back(code, minor_units):
    money = Money(minor_units, code)
    assert Money.from_decimal(money.as_decimal(), code) == money


@pytest.mark.parametrize(("amount", "minor"), [("0.125", 12), ("0.135", 14), ("-0.125", -12), ("2.5", 250)])
def test_half_a_cent_goes_to_the_even_neighbour(amount, minor):
    assert Money.from_decimal(Decimal(amount), "BRL").minor_units == minor
