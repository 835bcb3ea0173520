"""Texts as numbers: what does not matter is gone, and the same text is the same numbers for ever."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from insight.categories.text import MAX_LETTERS, SIZES, grams, letters, likeness

BUCKETS = 1 << 14
TEXTS = st.text(max_size=200)


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("COMPRA CARTAO 12/03 MERC PAO DE ACUC SP", "compra cartao merc pao de acuc sp"),
        ("Padaria São João", "padaria sao joao"),
        ("  PAG*Loja-22  ", "pag loja"),
        ("12/03 999", ""),
    ],
)
def test_only_words_are_kept_in_small_letters_without_accents(printed: str, kept: str) -> None:
    assert letters(printed) == kept


@given(TEXTS)
def test_whatever_is_printed_becomes_a_bounded_text_of_small_letters(text: str) -> None:
    found = letters(text)
    assert len(found) <= MAX_LETTERS
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyz ")


def test_a_text_has_a_feature_for_its_mark_and_one_for_each_ngram() -> None:
    found = grams([("pix:out", "ABCD"), ("card:out", "")], buckets=BUCKETS)
    # " abcd " has six characters: four trigrams, three of four letters, two of five; an empty text is two spaces.
    assert found.counts.tolist() == [1 + 4 + 3 + 2, 1]
    assert len(found.buckets) == 11


def test_the_numbers_of_a_text_never_change_because_models_in_use_were_trained_on_them() -> None:
    found = grams([("card:out:outside", "PADARIA")], buckets=BUCKETS)
    assert found.buckets.tolist() == GOLDEN


GOLDEN = [
    5621,
    9746,
    8573,
    7678,
    14938,
    5323,
    7995,
    4215,
    10474,
    488,
    16270,
    4927,
    3626,
    14945,
    10252,
    7332,
    15355,
    4908,
    11929,
]


@given(st.lists(st.tuples(st.sampled_from(("a", "b")), TEXTS), min_size=1, max_size=8))
def test_texts_together_are_the_same_features_as_each_by_itself(marked: list[tuple[str, str]]) -> None:
    together = grams(marked, buckets=BUCKETS)
    alone = [grams([each], buckets=BUCKETS) for each in marked]
    assert together.counts.tolist() == [int(each.counts[0]) for each in alone]
    assert np.array_equal(together.buckets, np.concatenate([each.buckets for each in alone]))
    assert ((together.buckets >= 0) & (together.buckets < BUCKETS)).all()
    assert (together.counts >= 1).all()


def test_texts_are_alike_by_what_they_share() -> None:
    assert likeness("padaria sao joao", "padaria sao joao") == 1.0
    assert likeness("padaria sao joao", "padaria s joao") > 0.6
    assert likeness("padaria sao joao", "posto ipiranga") < 0.1
    assert likeness("", "posto") == 0.0
    assert len(SIZES) == 3
