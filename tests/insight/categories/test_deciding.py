"""Who has the last word on what a movement was for."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from contracts.categories import Category, CounterpartyKind
from contracts.ledger_events import Purpose
from contracts.transactions import Channel
from insight.categories.deciding import Asked, Correction, Corrections, Decision, Source, decide, ruled
from insight.categories.model import TextModel
from insight.categories.text import grams

BUCKETS = 1 << 10
CARD = Asked(
    purpose=Purpose.TRANSFER, channel=Channel.CARD, mcc=5411, kind=CounterpartyKind.OUTSIDE, received=False,
    counterparty="m7", text="COMPRA CARTAO 01/02 POSTO REAL",
)  # fmt: skip
UNKNOWN = replace(CARD, mcc=None, counterparty="")
PIX = replace(UNKNOWN, channel=Channel.PIX, text="PIX ENVIADO POSTO REAL")


@pytest.fixture(scope="module")
def model() -> TextModel:
    """Sure of POSTO, and of the merchant m9."""
    weights = np.zeros((BUCKETS, 3))
    weights[grams([("m", "POSTO")], buckets=BUCKETS).buckets[1:], 0] += 4.0
    return TextModel(
        format=1, categories=("fuel", "groceries", "transfers"), buckets=BUCKETS, weights=weights.astype("<f2").tobytes(),
        bias=(0.0, 0.0, 0.0), temperature=1.0, threshold=0.6, merchants={"m9": "home"}, trained_until="2026-01-31", facts={},
    )  # fmt: skip


def said(asked: Asked, category: Category) -> Correction:
    return Correction.of(asked, category)


def one(asked: Asked, model: TextModel | None, *corrections: Correction) -> Decision:
    (found,) = decide([asked], model=model, corrections={0: Corrections(corrections)})
    return found


def test_a_holders_own_word_comes_before_everything(model: TextModel) -> None:
    known = replace(CARD, counterparty="m9")
    assert one(known, model, said(known, Category.LEISURE)) == Decision(Category.LEISURE, Source.HOLDER)


def test_then_who_was_paid_then_the_code_then_the_text_then_the_rule(model: TextModel) -> None:
    assert one(replace(CARD, counterparty="m9"), model) == Decision(Category.HOME, Source.MERCHANT)
    assert one(CARD, model) == Decision(Category.GROCERIES, Source.CODE)
    by_text = one(replace(CARD, mcc=None), model)
    assert (by_text.category, by_text.source) == (Category.FUEL, Source.TEXT)
    assert by_text.confidence_ppm is not None
    assert 600_000 <= by_text.confidence_ppm <= 1_000_000
    assert one(replace(UNKNOWN, text="COMPRA XYZ"), model) == Decision(Category.SHOPPING, Source.RULE)


def test_a_code_that_any_shop_may_have_leaves_it_to_the_text(model: TextModel) -> None:
    assert one(replace(CARD, mcc=5999), model).source is Source.TEXT


def test_a_shops_code_counts_though_it_was_paid_by_pix(model: TextModel) -> None:
    assert one(replace(PIX, mcc=5912), model) == Decision(Category.HEALTH, Source.CODE)


@pytest.mark.parametrize(
    ("changes", "category"),
    [
        ({"purpose": Purpose.FEE}, Category.FEES),
        ({"channel": Channel.CASH, "kind": CounterpartyKind.BANK}, Category.CASH),
        ({"kind": CounterpartyKind.SELF, "channel": Channel.INTERNAL}, Category.OWN_ACCOUNTS),
        ({"received": True}, Category.REFUNDS),
    ],
)
def test_what_the_bank_knows_for_certain_no_text_changes(model: TextModel, changes: dict, category: Category) -> None:
    assert one(replace(UNKNOWN, **changes), model) == Decision(category, Source.RULE)


def test_whether_money_between_people_stayed_in_the_bank_is_told_by_no_text(model: TextModel) -> None:
    leaning = msgspec.structs.replace(model, bias=(0.0, 0.0, 9.0))
    found = one(replace(PIX, kind=CounterpartyKind.CUSTOMER, text="PIX ENVIADO ANA"), leaning)
    assert (found.category, found.source) == (Category.PEOPLE, Source.TEXT)


def test_a_word_is_meant_of_the_same_counterparty_whatever_its_text_and_of_no_other(model: TextModel) -> None:
    word = said(CARD, Category.HOME)
    assert one(replace(CARD, text="SOMETHING ELSE"), model, word).category is Category.HOME
    assert one(replace(CARD, counterparty="m8"), model, word).source is Source.CODE
    assert one(replace(CARD, received=True), model, word) == Decision(Category.REFUNDS, Source.RULE)


def test_a_word_for_a_payment_is_not_meant_of_a_fee_or_a_reversal(model: TextModel) -> None:
    word = said(CARD, Category.HOME)
    assert one(replace(CARD, purpose=Purpose.REVERSAL), model, word) == Decision(Category.REFUNDS, Source.RULE)


def test_a_movement_that_was_called_something_itself_is_called_that(model: TextModel) -> None:
    corrections = {place: Corrections([said(CARD, Category.LEISURE)]) for place in range(2)}
    found = decide([CARD, CARD], model=model, corrections=corrections, own={0: Category.HOME})
    assert found == [Decision(Category.HOME, Source.HOLDER), Decision(Category.LEISURE, Source.HOLDER)]


@pytest.mark.parametrize("text", ["", "  ", "12/03 777"])
def test_nothing_is_made_of_a_text_without_a_letter(model: TextModel, text: str) -> None:
    leaning = msgspec.structs.replace(model, bias=(9.0, 0.0, 0.0))
    assert one(replace(PIX, text=text), leaning) == Decision(Category.TRANSFERS, Source.RULE)
    word = said(replace(PIX, text=text), Category.HOME)
    assert one(replace(PIX, text=text), leaning, word) == Decision(Category.TRANSFERS, Source.RULE)


def test_where_nobody_knows_who_was_paid_the_nearest_text_counts(model: TextModel) -> None:
    word = said(replace(UNKNOWN, text="COMPRA CARTAO 01/02 BARBEARIA DO ZE"), Category.HEALTH)
    assert one(replace(UNKNOWN, text="COMPRA CARTAO 09/03 BARBEARIA DO Z"), model, word).category is Category.HEALTH
    assert one(replace(UNKNOWN, text="COMPRA CARTAO 09/03 POSTO REAL"), model, word).source is Source.TEXT
    by_pix = replace(PIX, text="COMPRA CARTAO 01/02 BARBEARIA DO ZE")
    assert one(by_pix, model, word).source is not Source.HOLDER, "money that moved otherwise is another thing"


def test_the_newest_word_counts(model: TextModel) -> None:
    assert one(CARD, model, said(CARD, Category.HOME), said(CARD, Category.LEISURE)).category is Category.LEISURE


def test_without_a_model_the_rule_and_codes_answer() -> None:
    assert one(CARD, None) == Decision(Category.GROCERIES, Source.CODE)
    assert one(PIX, None) == Decision(Category.TRANSFERS, Source.RULE)
    assert decide([], model=None) == []


def test_each_movement_has_the_decision_of_its_place(model: TextModel) -> None:
    asked = [PIX, CARD, replace(UNKNOWN, text="COMPRA XYZ"), replace(CARD, counterparty="m9")]
    together = decide(asked, model=model, corrections={1: Corrections([said(CARD, Category.TRAVEL)])})
    assert [each.category for each in together] == [Category.FUEL, Category.TRAVEL, ruled(asked[2]), Category.HOME]
