"""Rules as data, thresholds and the control group."""

import numpy as np
import pytest

from contracts.controls import PolicyControl, PolicyRule, PolicySegment
from contracts.transactions import Channel, Direction
from feature_store.definitions import FEATURE_NAMES
from risk.expressions.schema import EVENT_FIELDS, MISSING, Schema
from risk.policy import ALLOW, DENY, REVIEW, Ruling, Thresholds, ruling_from
from risk.rules import PIX_NIGHT_FROM_MS, RULES

SCHEMA = Schema.of(lists=None)
EVENTS = [field.name for field in EVENT_FIELDS]
THRESHOLDS = Thresholds(400_000, 900_000, 900_000)


def ruling(
    rules=RULES, *, thresholds: Thresholds = THRESHOLDS, ppm: int = 0, segments: list[PolicySegment] | None = None
) -> Ruling:
    return Ruling("v", schema=SCHEMA, rules=rules, thresholds=thresholds, control_group_ppm=ppm, segments=segments or [])


def hit_bits(of: Ruling, *, event_time_ms=PIX_NIGHT_FROM_MS, amount_minor=100, channel=Channel.PIX, mcc=MISSING, **features):
    x = np.full((1, len(FEATURE_NAMES)), np.nan, np.float32)
    for name, value in features.items():
        x[0, FEATURE_NAMES.index(name)] = value
    events = np.full((1, len(EVENTS)), MISSING, np.int64)
    known = {
        "amount_minor": amount_minor, "channel": list(Channel).index(channel),
        "direction": list(Direction).index(Direction.DEBIT), "mcc": mcc,
    }  # fmt: skip
    for name, value in known.items():
        events[0, EVENTS.index(name)] = value
    members = np.zeros((1, len(of.program.memberships)), np.uint8)
    return of.program.hits(
        event_time_ms=np.array([event_time_ms]), events=events, features=x, scores=np.full((1, 2), np.nan), members=members
    )


def hits(**facts) -> list[str]:
    built_in = ruling()
    return built_in.names_of(hit_bits(built_in, **facts)[0], acting=True)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"amount_minor": 100_001, "is_night": 1}, "pix_night_limit"),
        ({"amount_minor": 95_000, "is_night": 1, "customer_count_1h": 3}, "pix_just_under_night_limit"),
        ({"channel": Channel.CARD, "amount_minor": 500, "card_count_10m": 6}, "card_testing_burst"),
        ({"payee_customers_1h": 12}, "payee_many_payers"),
        ({"device_customers_1d": 4}, "device_shared"),
        ({"channel": Channel.CASH, "amount_minor": 4_999_999}, "cash_just_under_report"),
        (
            {
                "amount_minor": 60_000, "customer_device_is_new_90d": 1, "customer_payee_is_new_90d": 1,
                "customer_amount_to_max_30d": 2,
            },
            "takeover_pattern",
        ),
        ({"customer_payees_1h": 8}, "payments_to_many"),
    ],
)  # fmt: skip
def test_each_rule_fires_on_its_own_pattern_alone(facts, code):
    assert hits(**facts) == [code]


@pytest.mark.parametrize(
    "facts",
    [
        {"amount_minor": 100_000, "is_night": 1},
        {"amount_minor": 100_001, "is_night": 0},
        {"amount_minor": 100_001},
        {"amount_minor": 100_001, "is_night": 1, "channel": Channel.TED},
        {"amount_minor": 100_001, "is_night": 1, "event_time_ms": PIX_NIGHT_FROM_MS - 1},
        {"channel": Channel.CASH, "amount_minor": 5_000_000},
        {"payee_customers_1h": 12, "mcc": 5411},
    ],
)
def test_a_rule_does_not_fire_at_its_edge_before_its_day_or_on_what_is_unknown(facts):
    assert hits(**facts) == []


def rule(code: str, when: str = "amount_minor >= 0", action: str = "deny", **more: object) -> PolicyRule:
    return PolicyRule(code=code, when=when, action=action, sentence="because", **more)


def test_a_threshold_may_change_from_a_day_on_without_changing_its_name():
    found = ruling(
        [rule("limit", "amount_minor >= 100", valid_until=1_000), rule("limit", "amount_minor >= 200", valid_from=1_000)]
    )
    assert found.codes == ("limit",)
    assert [int(hit_bits(found, amount_minor=150, event_time_ms=at)[0, 0]) for at in (999, 1_000)] == [1, 0]


def test_a_rule_that_asks_for_nothing_known_is_refused_with_its_place():
    with pytest.raises(ValueError, match=r"x: line 1, column 1: .*no_such_feature"):
        ruling([rule("x", "no_such_feature == 1")])


TWO_RULES = (rule("a", action="review"), rule("b"))


def verdict(score: int, *hit: int, rules=TWO_RULES, identity: int = 0, **more: object) -> tuple[int, bool]:
    """What a ruling says of a row whose `hit` bits are set."""
    bits = np.array([[sum(1 << bit for bit in hit)]], np.uint64)
    verdicts, control = ruling(rules, **more).decide(np.array([score]), bits, np.array([identity], np.uint64))
    return int(verdicts[0]), bool(control[0])


def test_the_severest_of_model_and_rules_stands():
    scores = (-1, 0, 399_999, 400_000, 899_999, 900_000)
    assert [verdict(score)[0] for score in scores] == [ALLOW, ALLOW, ALLOW, REVIEW, REVIEW, DENY]
    assert [verdict(0, *hit)[0] for hit in ((0,), (1,), (0, 1))] == [REVIEW, DENY, DENY]
    assert verdict(950_000, 0)[0] == DENY


def test_a_rule_that_allows_stands_for_the_model_and_never_for_another_rule():
    trusted = (rule("trusted", action="allow"), rule("limit", action="review"))
    assert verdict(950_000, 0, rules=trusted)[0] == ALLOW
    assert verdict(950_000, 0, 1, rules=trusted)[0] == REVIEW
    assert verdict(950_000, rules=trusted)[0] == DENY


def test_a_shadow_rule_is_named_apart_and_changes_nothing():
    tried = (rule("a", action="review", shadow=True), rule("b", action="review"))
    assert verdict(0, 0, rules=tried)[0] == ALLOW
    found = ruling(tried)
    both = np.array([0b11], np.uint64)
    assert (found.names_of(both, acting=True), found.names_of(both, acting=False)) == (["b"], ["a"])


def test_rules_past_the_first_word_of_bits_count_like_the_others():
    many = [rule(f"r{number}", "amount_minor < 0", action="review") for number in range(70)] + [rule("last")]
    found = ruling(many)
    bits = hit_bits(found)
    assert found.names_of(bits[0], acting=True) == ["last"]
    verdicts, _ = found.decide(np.array([0]), bits, np.zeros(1, np.uint64))
    assert verdicts.tolist() == [DENY]


def test_the_first_segment_that_holds_gives_the_thresholds():
    segments = [
        PolicySegment(code="large", when="amount_minor >= 5000", review_from=0.1, deny_from=0.2),
        PolicySegment(code="pix", when='channel == "pix"', review_from=0.3, step_up_from=0.35, deny_from=1.0),
    ]
    found = ruling([], segments=segments)

    def said(score: int, **facts: object) -> int:
        return int(found.decide(np.array([score]), hit_bits(found, **facts), np.zeros(1, np.uint64))[0][0])

    assert said(250_000, amount_minor=5_000) == DENY
    assert said(250_000, amount_minor=4_999) == ALLOW
    assert said(360_000, amount_minor=4_999) == REVIEW  # a step-up, until there are challenges
    assert said(950_000, amount_minor=4_999) == REVIEW
    assert said(950_000, amount_minor=4_999, channel=Channel.TED) == DENY


def test_the_control_group_is_let_through_unless_a_mandatory_rule_was_hit():
    drawn = [verdict(950_000, ppm=100_000, identity=identity << 20) for identity in range(0, 1_000_000, 997)]
    share = sum(control for _, control in drawn) / len(drawn)
    assert 0.09 < share < 0.11
    assert all(found == (ALLOW if control else DENY) for found, control in drawn)
    bound = (rule("a", action="review", mandatory=True), rule("b"))
    assert verdict(950_000, 0, ppm=100_000, rules=bound) == (DENY, False)
    assert verdict(0, ppm=100_000) == (ALLOW, False)


def control(**changes: object) -> PolicyControl:
    content = {"control_id": "0" * 36, "known_at": 0, "version": "v", "review_from": 0.4, "deny_from": 0.9}
    return PolicyControl(**(content | changes))


def test_a_policy_is_checked_before_it_is_taken():
    built_in = [rule("a"), rule("b")]
    assert ruling_from(control(enabled_rules=["b"]), schema=SCHEMA, built_in=built_in).codes == ("b",)
    assert ruling_from(control(), schema=SCHEMA, built_in=built_in).codes == ("a", "b")
    assert ruling_from(control(rules=[rule("own")]), schema=SCHEMA, built_in=built_in).codes == ("own",)
    with pytest.raises(ValueError, match="no such rule: c"):
        ruling_from(control(enabled_rules=["c"]), schema=SCHEMA, built_in=built_in)
    with pytest.raises(ValueError, match="in this order"):
        ruling_from(control(deny_from=0.3), schema=SCHEMA, built_in=[])
    with pytest.raises(ValueError, match="own: line 1"):
        ruling_from(control(rules=[rule("own", "amount_minor >")]), schema=SCHEMA, built_in=[])
