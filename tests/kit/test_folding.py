"""Text as it is searched."""

import pytest

from kit.folding import folded


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ação", "acao"),
        ("JOÃO & Irmãos", "joao & irmaos"),
        ("straße", "strasse"),
        ("ﬁm", "fim"),
        ("a\0b", "a b"),
        ("日本", "日本"),
    ],
)
def test_accents_and_case_do_not_matter(text, found):
    assert folded(text) == found


def test_both_ways_to_write_an_accent_are_the_same():
    assert folded("é") == folded("e\N{COMBINING ACUTE ACCENT}") == "e"


def test_folding_again_changes_nothing():
    for text in ("Conceição", "İstanbul", "ẞ", "Ǆ"):
        assert folded(folded(text)) == folded(text)
