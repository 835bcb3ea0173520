"""Whatever is wrong with a policy is said before it can be kept, with the place of it."""

import pytest

from contracts.controls import PolicyRule, PolicySegment
from governance.checking import Unsound, findings, require_sound
from governance.policies import PolicyDocument
from risk.rules import RULES

LISTS = {"mules": "payee_id"}


def rule(code: str = "r", when: str = "amount_minor > 1", action: str = "review", **more: object) -> PolicyRule:
    return PolicyRule(code=code, when=when, action=action, sentence="because", **more)


def document(*rules: PolicyRule, **more: object) -> PolicyDocument:
    return PolicyDocument(**({"review_from": 0.1, "deny_from": 0.9, "rules": list(rules)} | more))


def test_the_built_in_rules_and_lists_of_the_tenant_are_sound():
    assert findings(document(*RULES, rule("m", "payee_id in lists.mules")), lists=LISTS) == []


def test_a_typo_is_found_at_its_character_with_what_was_meant():
    [found] = findings(document(rule(), rule("late", "amount_minor > 1 &&\n customer_count_1hr >= 3")), lists={})
    assert (found.where, found.code, found.line, found.column) == ("rules[1].when", "late", 2, 2)
    assert (found.offset, found.length) == (21, len("customer_count_1hr"))
    assert found.hint == "did you mean customer_count_1h?"
    assert "^^^^" in found.shown


@pytest.mark.parametrize(
    ("wrong", "where", "message"),
    [
        (document(rule(when="payee_id in lists.mule")), "rules[0].when", "there is no list mule"),
        (
            document(rule(when="customer_id in lists.mules")),
            "rules[0].when",
            "lists.mules holds values of payee_id, not of customer_id",
        ),
        (document(rule(), rule()), "rules[1]", "another rule is called r at the same time"),
        (
            document(rule(valid_until=10), rule(action="deny", valid_from=10)),
            "rules[1]",
            "versions of one rule have the same action, mandatory and shadow",
        ),
        (document(rule(valid_from=10, valid_until=10)), "rules[0]", "valid_until is not after valid_from"),
        (
            document(deny_from=0.05),
            "thresholds",
            "review_from 0.1, step_up_from 0.05 and deny_from 0.05 have to come in this order",
        ),
        (
            document(segments=[PolicySegment(code="s", when="has(mcc)", review_from=0.5, step_up_from=0.4, deny_from=0.6)]),
            "segments[0]",
            "review_from 0.5, step_up_from 0.4 and deny_from 0.6 have to come in this order",
        ),
        (
            document(segments=[PolicySegment(code="s", when="has(mcc)", review_from=0.1, deny_from=0.6)] * 2),
            "segments",
            "2 segments are called s",
        ),
    ],
)
def test_each_thing_that_can_be_wrong_is_named(wrong, where, message):
    assert [(found.where, found.message) for found in findings(wrong, lists=LISTS)] == [(where, message)]


def test_versions_of_a_rule_at_different_times_are_sound():
    assert findings(document(rule(valid_until=10), rule(valid_from=10)), lists={}) == []


def test_the_error_says_the_first_thing_and_how_many_more():
    with pytest.raises(Unsound, match=r"rules\[0\].when, line 1, column 1: .*\(and 1 more\)") as raised:
        require_sound(document(rule(when="nothing > 1"), rule("s", when="1 +")), lists={})
    assert raised.value.facts["rule"] == "r"
    assert raised.value.facts["findings"] == 2
