"""What is wrong is told in words, with the place that is meant and what to write instead."""

import pytest

from feature_store.definitions import CATALOGUE
from kit.errors import DomainError
from risk.expressions.check import check
from risk.expressions.errors import ExpressionError
from risk.expressions.schema import Schema
from tests.risk.expressions.columns import SCHEMA


@pytest.mark.parametrize(
    ("source", "place", "length", "message", "hint"),
    [
        ("customer_count_1hr > 3", "1:1", 18, "there is no name customer_count_1hr", "did you mean customer_count_1h?"),
        ("foo > 3", "1:1", 3, "there is no name foo", None),
        (
            'channel == "pixx"',
            "1:12",
            6,
            "channel is never pixx: it is one of pix, card, boleto, ted, cash, internal",
            "did you mean pix?",
        ),
        ("channel == 3", "1:1", 12, "== compares an enum with a whole number", 'write channel == "pix"'),
        ("is_night == true", "1:1", 16, "== compares a double with a bool", "write == 1"),
        ("is_night", "1:1", 8, "a rule is a condition, and this is a double", "compare it: is_night >= 1"),
        ("is_night && amount_minor > 3", "1:1", 8, "&& takes conditions, and this is a double", "compare it: is_night >= 1"),
        ("!is_night", "1:2", 8, "! takes conditions, and this is a double", "compare it: is_night >= 1"),
        (
            'payee_id == "x"',
            "1:1",
            15,
            "an id is not compared with a text",
            "an id is only looked up in a list: payee_id in lists.NAME",
        ),
        (
            "payee_id == device_id",
            "1:1",
            21,
            "ids are not compared",
            "an id is only looked up in a list: payee_id in lists.NAME",
        ),
        ("payee_id in lists.muls", "1:19", 4, "there is no list muls", "did you mean mules?"),
        ("payee_id in lists.zzz", "1:19", 3, "there is no list zzz", "a list is made before a rule names it"),
        (
            'payee_id in ["a"]',
            "1:1",
            17,
            "an id is not compared with a text",
            "an id is only looked up in a list: payee_id in lists.NAME",
        ),
        (
            "amount_minor / balance_minor > 0.8",
            "1:1",
            28,
            "whole numbers divide to a whole number, so that the fraction is lost here",
            "write double(amount_minor) / balance_minor to keep it",
        ),
        (
            "true ? amount_minor / 2 : 0.5",
            "1:8",
            16,
            "whole numbers divide to a whole number, so that the fraction is lost here",
            "write double(amount_minor) / 2 to keep it",
        ),
        ("amount_minor % 2.5 == 0", "1:1", 18, "% takes whole numbers", "a feature is a double"),
        ("is_night % 2 == 0", "1:1", 12, "% takes whole numbers", "a feature is a double"),
        ("amount_minor / 0 > 1", "1:1", 16, "division by zero is never known", None),
        ("9007199254740991 + 1 > 0", "1:1", 20, "this is never known: whole numbers reach to 9,007,199,254,740,991", None),
        ("1e308 * 10.0 > 1", "1:1", 12, "this is never known: the result is too large for a double", None),
        (
            'channel in ["pix", "td"]',
            "1:20",
            4,
            "channel is never td: it is one of pix, card, boleto, ted, cash, internal",
            "did you mean ted?",
        ),
        ('mcc in ["pix"]', "1:9", 5, "a text stands beside a whole number", "only an enum is compared with a text"),
        ('mcc in [5411, "pix"]', "1:15", 5, "a text stands beside a whole number", "only an enum is compared with a text"),
        ("mcc in [amount_minor]", "1:9", 12, "a written list holds literals alone", "write a == b || a == c"),
        ("mcc in []", "1:8", 2, "the list is empty", None),
        ("mcc in 5411", "1:8", 4, "`in` looks into a list", "write value in [1, 2, 3] or payee_id in lists.NAME"),
        (
            "mcc in lists.mules",
            "1:1",
            3,
            "a list holds ids, and mcc is a whole number",
            "the ids are customer_id, account_id, card_id, device_id, ip, payee_id, merchant_id, country, entry_mode",
        ),
        ("1 in lists.mules", "1:1", 1, "only an id is looked up in a list", "write payee_id in lists.NAME"),
        ("(mcc > 1) in [1]", "1:1", 9, "`in` looks for a number, an enum or an id, and this is a bool", None),
        ("absx(1) > 0", "1:1", 4, "there is no function absx", "did you mean abs?"),
        ("sqrt(mcc) > 0", "1:1", 4, "there is no function sqrt", "the functions are abs, double, has, max, min"),
        ("min(1) > 0", "1:1", 6, "min takes two values or more", None),
        ("abs(1, 2) > 0", "1:1", 9, "abs takes one value, and here are 2", None),
        ("has(1)", "1:5", 1, "has takes a name", "write has(mcc)"),
        ("has(lists.mules)", "1:5", 11, "has takes a name", "write has(mcc)"),
        ("mcc > 1 < 2", "1:1", 11, "comparisons do not chain", "write a < b && b < c"),
        ("channel", "1:1", 7, "a rule is a condition, and this is an enum", 'compare it: channel == "pix"'),
        (
            "payee_id",
            "1:1",
            8,
            "a rule is a condition, and this is an id",
            "an id is only looked up in a list: payee_id in lists.NAME",
        ),
        ("mcc == null", "1:8", 4, "there is no null", "whether a value is known is asked with has(name)"),
        ("lists.mules", "1:1", 11, "a list stands only behind `in`", "write payee_id in lists.mules"),
        ("lists", "1:1", 5, "lists is no value", "write payee_id in lists.NAME"),
        ("abs", "1:1", 3, "abs is a function", "write abs(...)"),
        ("mcc.size > 1", "1:1", 8, "a dot follows lists alone", "write payee_id in lists.NAME"),
        ('"pix"', "1:1", 5, "a text is only compared with an enum", 'write channel == "pix"'),
        ('"pix" == "pix"', "1:1", 14, "both sides are texts", None),
        ('channel > "pix"', "1:1", 7, "> takes numbers, and this is an enum", None),
        ('mcc > "3"', "1:7", 3, "> takes numbers, and this is a text", None),
        ('mcc == "5411"', "1:8", 6, "a text stands beside a whole number", "write it without quotes"),
        ("channel == direction", "1:1", 20, "channel and direction have no words in common", None),
        (
            "true ? 1 : channel",
            "1:1",
            18,
            "the choice is between a whole number and an enum",
            "both are conditions or both are numbers",
        ),
        ("[1, 2]", "1:1", 6, "a written list stands only behind `in`", "write value in [1, 2, 3]"),
        ("mcc > 1 && 5", "1:12", 1, "&& takes conditions, and this is a whole number", "compare it with a number"),
        ("abs(channel) > 1", "1:5", 7, "abs takes numbers, and this is an enum", None),
        ("mcc + true > 1", "1:7", 4, "+ takes numbers, and this is a bool", None),
        ("", "1:1", 0, "the expression is empty", None),
        ("  // nothing", "1:1", 0, "the expression is empty", None),
        ("mcc = 3", "1:5", 1, "= has no meaning here", "write == to compare"),
        ("mcc > 1 and true", "1:9", 3, "and is not expected here", "write && for and"),
        ("mcc > 1 or true", "1:9", 2, "or is not expected here", "write || for or"),
        ("not true", "1:1", 3, "not is not expected here", "write ! for not"),
        ("mcc > 1 &&", "1:11", 0, "the expression ends too early", "a value follows &&"),
        ("mcc > 1 & true", "1:9", 1, "& has no meaning here", "write && for and"),
        ("mcc <> 3", "1:6", 1, "> is not expected here", "write != for not equal"),
        ("(mcc > 1", "1:1", 1, "( is never closed with )", None),
        ("mcc > 1)", "1:8", 1, ") is not expected here", None),
        ("min(mcc, 2", "1:4", 1, "( is never closed with )", None),
        ("mcc in [1, 2", "1:8", 1, "[ is never closed with ]", None),
        ("mcc > 10k", "1:9", 1, "k is not expected here", "a number has no unit and no separators"),
        ("mcc > 1_000", "1:8", 4, "_000 is not expected here", "a number has no unit and no separators"),
        ("mcc > 5.", "1:9", 0, "the expression ends too early", "a double has digits after its point"),
        ('channel == "pix', "1:12", 4, "the text is not closed on its line", '" closes it'),
        ('channel == "a\\"b"', "1:14", 1, "a text has no escapes", None),
        ('payee_id.startsWith("x")', "1:20", 1, "( is not expected here", "there are no methods"),
        ("mcc[0] > 1", "1:4", 1, "[ is not expected here", "there are no indexes"),
        ("true ? false", "1:13", 0, "the expression ends too early", "write condition ? a : b"),
        ("mcc > 1;", "1:8", 1, "; has no meaning here", "an expression is one condition"),
        ("# a", "1:1", 1, "# has no meaning here", "a comment begins with //"),
        ("mcc === 3", "1:7", 1, "= has no meaning here", "write == to compare"),
        ("mcc > 1\n  && amount_minr > 2", "2:6", 11, "there is no name amount_minr", "did you mean amount_minor?"),
        ("if mcc > 1", "1:1", 2, "if is not expected here", "write condition ? a : b"),
    ],
)
def test_the_message_points_at_the_character(source, place, length, message, hint):
    with pytest.raises(ExpressionError) as caught:
        check(source, SCHEMA)
    told = caught.value
    assert (f"{told.line}:{told.column}", told.length, told.message, told.hint) == (place, length, message, hint)


def test_the_error_is_a_domain_error_whose_facts_name_the_place():
    with pytest.raises(ExpressionError) as caught:
        check("mcc > 1 &&\n  is_nigt == 1", SCHEMA)
    told = caught.value
    assert isinstance(told, DomainError)
    assert told.detail == "line 2, column 3: there is no name is_nigt; did you mean is_night?"
    assert told.facts == {
        "line": 2, "column": 3, "offset": 13, "length": 7, "message": "there is no name is_nigt",
        "hint": "did you mean is_night?",
    }  # fmt: skip


def test_the_source_is_shown_with_carets_under_the_place():
    with pytest.raises(ExpressionError) as caught:
        check("mcc > 1 &&\n\tis_nigt == 1", SCHEMA)
    assert caught.value.render().split("\n") == [
        "2:2: there is no name is_nigt",
        "   is_nigt == 1",
        "   ^^^^^^^",
        "  did you mean is_night?",
    ]


def test_a_long_line_is_shown_around_the_place():
    with pytest.raises(ExpressionError) as caught:
        check("true && " * 100 + "nothing" + " && true" * 100, SCHEMA)
    place, line, carets, *_ = caught.value.render().split("\n")
    assert place == "1:801: there is no name nothing"
    assert len(line) < 130
    assert line[carets.index("^") : carets.rindex("^") + 1] == "nothing"


def test_a_feature_cannot_be_called_what_the_language_reserves():
    with pytest.raises(ValueError, match="amount_minor"):
        Schema.of([type("F", (), {"name": "amount_minor", "sentence": ""})])
    with pytest.raises(ValueError, match="lists"):
        Schema.of([type("F", (), {"name": "lists", "sentence": ""})])
    assert len(Schema.of().fields) > len(CATALOGUE)
