"""What a movement was for, by rule."""

import pytest

from contracts.categories import _CODES, Category, CounterpartyKind, category_of, category_of_code, counterparty_kind
from contracts.ledger_events import Purpose
from contracts.transactions import Channel

OUTSIDE, CUSTOMER, SELF, BANK = (
    CounterpartyKind.OUTSIDE,
    CounterpartyKind.CUSTOMER,
    CounterpartyKind.SELF,
    CounterpartyKind.BANK,
)


@pytest.mark.parametrize(("known", "category"), [
    (("transfer", "pix", None, CUSTOMER, False), "people"), (("transfer", "pix", None, CUSTOMER, True), "people"),
    (("transfer", "ted", None, OUTSIDE, False), "transfers"), (("transfer", "internal", None, SELF, False), "own_accounts"),
    (("transfer", "boleto", None, OUTSIDE, False), "bills"), (("transfer", "boleto", None, OUTSIDE, True), "transfers"),
    (("transfer", "cash", None, OUTSIDE, True), "cash"), (("transfer", "card", 5411, OUTSIDE, False), "groceries"),
    (("transfer", "card", None, OUTSIDE, False), "shopping"), (("transfer", "card", 5411, OUTSIDE, True), "refunds"),
    (("transfer", "internal", None, BANK, True), "other"), (("fee", "internal", None, BANK, False), "fees"),
    (("interest", "internal", None, BANK, True), "interest"), (("reversal", "pix", 5411, CUSTOMER, True), "refunds"),
    (("what-comes-next", "pix", None, CUSTOMER, False), "people"), (("transfer", "carrier-pigeon", None, BANK, False), "other"),
])  # fmt: skip
def test_a_movement_is_called_by_the_first_rule_that_knows_it(known, category):
    purpose, channel, mcc, counterparty, received = known
    found = category_of(purpose=purpose, channel=channel, mcc=mcc, counterparty=counterparty, received=received)
    assert found == category


@pytest.mark.parametrize(("mcc", "category"), [
    (5411, "groceries"), (5812, "restaurants"), (4111, "transport"), (4112, "travel"), (3000, "travel"), (3999, "travel"),
    (5541, "fuel"), (5912, "health"), (8299, "education"), (8300, "services"), (5999, "shopping"), (7997, "leisure"),
    (4900, "utilities"), (6011, "cash"), (0, "other"), (9999, "services"), (6012, "other"), (None, "shopping"),
])  # fmt: skip
def test_a_merchant_category_code_has_one_category(mcc, category):
    assert category_of_code(mcc) == category


def test_ranges_of_codes_are_in_order_and_do_not_overlap():
    bounds = [bound for start, end, _ in _CODES for bound in (start, end)]
    assert bounds == sorted(bounds)
    assert all(start < end for start, end, _ in _CODES)


def test_every_purpose_and_channel_that_there_is_has_a_category():
    for purpose in Purpose:
        for channel in Channel:
            found = category_of(purpose=purpose, channel=channel, mcc=None, counterparty=OUTSIDE, received=False)
            assert found in Category
            assert found is not Category.OTHER


def test_the_other_side_is_the_same_customer_another_one_another_bank_or_this_one():
    assert counterparty_kind(own_owner="c1", other_owner="c1", other_code=None) is SELF
    assert counterparty_kind(own_owner="c1", other_owner="c2", other_code=None) is CUSTOMER
    assert counterparty_kind(own_owner="c1", other_owner=None, other_code="settlement:pix") is OUTSIDE
    assert counterparty_kind(own_owner=None, other_owner=None, other_code="fees") is BANK
