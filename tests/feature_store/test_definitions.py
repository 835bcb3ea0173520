"""The catalogue is one list that everybody derives from."""

import dataclasses
import re

import pytest

from contracts.transactions import Transaction
from feature_store.columns import TEXT_FIELDS
from feature_store.definitions import (
    CATALOGUE,
    DAILY_FEATURES,
    EVENT_FEATURES,
    EXTERNAL_FEATURES,
    FEATURE_NAMES,
    FEATURE_SET,
    QUOTIENT_FEATURES,
    WINDOW_FEATURES,
    feature_set_of,
)
from feature_store.document import DOCUMENT, as_markdown
from feature_store.stream.plan import compile_plan
from feature_store.vocabulary import DAY_MS, MINUTE_MS, Aggregation, DailyFeature, Entity, Value, Where, WindowFeature


def test_the_catalogue_has_three_hundred_features_and_more_over_every_entity() -> None:
    assert len(CATALOGUE) >= 300
    assert (*WINDOW_FEATURES, *DAILY_FEATURES, *EVENT_FEATURES, *QUOTIENT_FEATURES, *EXTERNAL_FEATURES) == CATALOGUE
    assert {feature.entity for feature in WINDOW_FEATURES} == set(Entity)
    assert {feature.aggregation for feature in WINDOW_FEATURES} == set(Aggregation)
    assert {feature.where for feature in WINDOW_FEATURES} == set(Where)
    assert {feature.of for feature in WINDOW_FEATURES} == {None, *Value}
    assert (min(f.window_ms for f in WINDOW_FEATURES), max(f.window_ms for f in WINDOW_FEATURES)) == (MINUTE_MS, 90 * DAY_MS)


def test_every_feature_has_a_sentence_for_people_and_an_owner() -> None:
    for feature in CATALOGUE:
        assert re.fullmatch(r"[A-Z][^{}]{8,}", feature.sentence), feature
        assert re.fullmatch(r"[a-z-]{4,}", feature.owner), feature


def test_names_are_unique_and_reasons_are_codes() -> None:
    assert len(set(FEATURE_NAMES)) == len(CATALOGUE)
    assert all(re.fullmatch(r"[a-z0-9_]{1,48}", feature.reason) for feature in CATALOGUE)
    assert all(re.fullmatch(r"[a-z0-9_]{1,64}", name) for name in FEATURE_NAMES)


def test_the_feature_set_changes_with_what_a_value_depends_on_and_with_nothing_else() -> None:
    first = WINDOW_FEATURES[0]
    other_window = (dataclasses.replace(first, window_ms=first.window_ms + 1), *CATALOGUE[1:])
    other_sentence = (dataclasses.replace(first, sentence="Another sentence"), *CATALOGUE[1:])
    assert feature_set_of(other_window) != FEATURE_SET
    assert feature_set_of(CATALOGUE[::-1]) != FEATURE_SET
    assert feature_set_of(other_sentence) == FEATURE_SET == feature_set_of(CATALOGUE)
    assert re.fullmatch(r"fs-[0-9a-f]{12}", FEATURE_SET)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"aggregation": Aggregation.SUM}, "not kept by day"),
        ({"aggregation": Aggregation.FRAUD_SHARE}, "a delay goes with"),
        ({"delay_days": 7}, "a delay goes with"),
        ({"days": 0}, "64 days are kept"),
        ({"days": 63}, "64 days are kept"),
    ],
)
def test_a_definition_by_day_that_means_nothing_is_refused(change: dict[str, object], message: str) -> None:
    feature = DailyFeature(name="x", aggregation=Aggregation.COUNT, days=1, sentence="", reason="x", owner="x")
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(feature, **change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"window_ms": 0}, "at least one millisecond"),
        ({"aggregation": Aggregation.DISTINCT}, "`of` goes with"),
        ({"of": Value.PAYEE}, "`of` goes with"),
        ({"aggregation": Aggregation.DISTINCT, "of": Value.CUSTOMER}, "one value of itself"),
        ({"aggregation": Aggregation.RATIO_TO_MAX}, "compares the event with earlier ones"),
        ({"aggregation": Aggregation.MAX, "where": Where.DEBIT}, "takes no filter"),
        ({"delay_ms": DAY_MS}, "a delay goes with"),
        ({"aggregation": Aggregation.FRAUD_SHARE, "counts_itself": False}, "a delay goes with"),
        ({"aggregation": Aggregation.FRAUDS}, "compares the event with earlier ones"),
        ({"aggregation": Aggregation.FRAUDS, "entity": Entity.IP, "counts_itself": False}, "no labels are remembered"),
    ],
)
def test_a_definition_that_means_nothing_is_refused(change: dict[str, object], message: str) -> None:
    feature = WindowFeature(
        name="x",
        entity=Entity.CUSTOMER,
        aggregation=Aggregation.COUNT,
        window_ms=1,
        counts_itself=True,
        sentence="",
        reason="x",
        owner="x",
    )
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(feature, **change)


def test_the_labels_of_an_entity_have_one_delay() -> None:
    one = next(feature for feature in WINDOW_FEATURES if feature.delay_ms)
    with pytest.raises(ValueError, match="one delay"):
        compile_plan([one, dataclasses.replace(one, name="other", delay_ms=one.delay_ms + 1)])


def test_text_fields_follow_the_contract() -> None:
    names = [field for field in Transaction.__struct_fields__ if field in TEXT_FIELDS]
    assert names == list(TEXT_FIELDS)


def test_the_document_is_what_the_catalogue_says() -> None:
    assert DOCUMENT.read_text() == as_markdown(), "run `python -m feature_store.document`"
