"""Whatever the text is, it is checked or refused with a place, at once."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk.expressions.check import check
from risk.expressions.errors import ExpressionError
from risk.expressions.syntax import MAX_LENGTH
from tests.risk.expressions.columns import SCHEMA

# Of the thread's own computing: a machine that is busy with something else makes nothing in the language slow.
BOUND_S = 2.0
PIECES = st.sampled_from([
    "channel", "amount_minor", "is_night", "payee_id", "lists", ".", "mules", "==", "!=", "<", ">=", "&&", "||", "!", "-", "+",
    "/", "%", "?", ":", "(", ")", "[", "]", ",", " in ", '"pix"', "'", '"', "1", "0", "2.5", "1e999", "true", "has", "min",
    "abs", "null", "//", "\n", "\0", "\u202e", "é", "𝟙", "٣", "\\", "=", "&", " ",
])  # fmt: skip


def told(source: str) -> ExpressionError | None:
    started_s = time.thread_time()
    problem = refusal(source)
    assert time.thread_time() - started_s < BOUND_S
    if problem is not None:
        assert 0 <= problem.offset <= len(source)
        assert problem.line == source[: problem.offset].count("\n") + 1
        assert len(problem.detail) < 1_000
        assert problem.render().count("\n") <= 3
    return problem


def refusal(source: str) -> ExpressionError | None:
    try:
        check(source, SCHEMA)
    except ExpressionError as problem:
        return problem
    return None


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_any_text_is_refused_with_a_place_or_checked(source):
    assert told(source) is not None or source.strip()


@settings(max_examples=600, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_pieces_of_the_language_are_refused_with_a_place_or_checked(source):
    assert told(source) is not None or source.strip()


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("(" * MAX_LENGTH, "the expression ends too early"),
        ("(" * 2_000 + "true" + ")" * 2_000, None),
        ("[" * 4_000, "the expression ends too early"),
        ("!" * 4_000 + "true", "the expression is nested more than 64 deep"),
        ("-" * 4_000 + "1", "the expression is nested more than 64 deep"),
        ("abs(" * 800 + "1" + ")" * 800, "the expression is nested more than 64 deep"),
        ("true ? true : " * 290 + "true", "the expression is nested more than 64 deep"),
        ("1" + "+1" * 2_000 + " > 0", "the expression is nested more than 64 deep"),
        ("true" + " && true" * 500, None),
        ("1<1" + "||1<1" * 500, "an expression has at most 1,024 parts"),
        (f"mcc in [{','.join(['1'] * 1_001)}]", "a written list has at most 1,000 values, and this has 1,001"),
        (f"mcc in [{','.join(['1'] * 1_000)}]", None),
        (f"min({','.join(['mcc'] * 900)}) > 0", None),
        ("mcc > " + "9" * 4_000, "whole numbers reach to 9,007,199,254,740,991, which a double still holds exactly"),
        ("mcc > " + "0" * 4_000 + "1", None),
        ("mcc > 9007199254740992", "whole numbers reach to 9,007,199,254,740,991, which a double still holds exactly"),
        ("mcc > 9007199254740991", None),
        ("is_night > 1e999", "the number is too large for a double"),
        ("is_night > 1" + "0" * 500 + ".5", "the number is too large for a double"),
        ("a" * MAX_LENGTH, f"there is no name {'a' * 64}..."),
        ("true" + " " * MAX_LENGTH, "an expression has at most 4,096 characters, and this one has 4,100"),
        ("mcc > 1\0", "U+0000 has no meaning here"),
        ("mcc > ٣", "٣ has no meaning here"),
        ("\ufeffmcc > 3", "U+FEFF has no meaning here"),
        ("\ud800", "U+D800 has no meaning here"),
        ("__class__.__subclasses__", "a dot follows lists alone"),
    ],
)
def test_what_is_too_deep_too_long_or_too_large(source, message):
    problem = told(source)
    assert (problem and problem.message) == message
