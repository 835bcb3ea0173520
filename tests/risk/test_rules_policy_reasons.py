"""Rules as data, thresholds and the control group, and why something stands out."""

import numpy as np
import pytest

from contracts.controls import PolicyControl
from contracts.decisions import Verdict
from contracts.transactions import Channel, Direction
from feature_store.definitions import CATALOGUE, FEATURE_NAMES
from risk.policy import ALLOW, DENY, REVIEW, decide_verdicts, policy_from
from risk.reasons import MODEL_REASON, Explainer
from risk.rules import FOREVER_MS, PIX_NIGHT_FROM_MS, RULES, Compare, Condition, Rule, RuleBook

BOOK = RuleBook(RULES, features=FEATURE_NAMES)


def hits(*, event_time_ms=PIX_NIGHT_FROM_MS, amount_minor=100, channel=Channel.PIX, mcc=-1, **features) -> list[str]:
    x = np.full((1, len(FEATURE_NAMES)), np.nan, np.float32)
    for name, value in features.items():
        x[0, FEATURE_NAMES.index(name)] = value
    events = np.array([[amount_minor, list(Channel).index(channel), list(Direction).index(Direction.DEBIT), mcc]], np.int64)
    return BOOK.codes_of(int(BOOK.hits(event_time_ms=np.array([event_time_ms]), events=events, features=x)[0]))


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


def test_a_threshold_may_change_from_a_day_on_without_changing_its_name():
    versions = [
        Rule("limit", Verdict.DENY, (Condition("amount_minor", Compare.AT_LEAST, 100),), "", valid_until_ms=1_000),
        Rule("limit", Verdict.DENY, (Condition("amount_minor", Compare.AT_LEAST, 200),), "", valid_from_ms=1_000),
    ]
    book = RuleBook(versions, features=())
    events = np.array([[150, 0, 0, 0]] * 2, np.int64)
    found = book.hits(event_time_ms=np.array([999, 1_000]), events=events, features=np.zeros((2, 0), np.float32))
    assert (book.codes, found.tolist()) == (("limit",), [1, 0])


def test_a_rule_that_asks_for_nothing_known_is_refused():
    with pytest.raises(ValueError, match="no_such_feature"):
        RuleBook([Rule("x", Verdict.DENY, (Condition("no_such_feature", Compare.EQUAL, 1),), "")], features=FEATURE_NAMES)
    assert all(rule.valid_from_ms < rule.valid_until_ms <= FOREVER_MS for rule in RULES)


def verdict(score: int, mask: int = 0, *, ppm: int = 0, identity: int = 0, mandatory: int = 0) -> tuple[int, bool]:
    verdicts, control = np.zeros(1, np.int64), np.zeros(1, np.bool_)
    decide_verdicts(
        np.array([score]), np.array([mask]), np.array([REVIEW, DENY]), mandatory, np.array([[400_000, 900_000, ppm, 0b11]]),
        np.zeros(1, np.int32), np.array([identity], np.uint64), verdicts, control,
    )  # fmt: skip
    return int(verdicts[0]), bool(control[0])


def test_the_severest_of_model_and_rules_stands():
    assert [verdict(score)[0] for score in (-1, 0, 399_999, 400_000, 899_999, 900_000)] == [
        ALLOW,
        ALLOW,
        ALLOW,
        REVIEW,
        REVIEW,
        DENY,
    ]
    assert [verdict(0, mask)[0] for mask in (0b01, 0b10, 0b11)] == [REVIEW, DENY, DENY]
    assert verdict(950_000, 0b01)[0] == DENY


def test_the_control_group_is_let_through_unless_a_mandatory_rule_was_hit():
    drawn = [verdict(950_000, ppm=100_000, identity=identity << 20) for identity in range(0, 1_000_000, 997)]
    share = sum(control for _, control in drawn) / len(drawn)
    assert 0.09 < share < 0.11
    assert all(found == (ALLOW if control else DENY) for found, control in drawn)
    assert verdict(950_000, 0b01, ppm=100_000, mandatory=0b01) == (DENY, False)
    assert verdict(0, ppm=100_000) == (ALLOW, False)


def control(**changes: object) -> PolicyControl:
    content = {"control_id": "0" * 36, "known_at": 0, "version": "v", "review_from": 0.4, "deny_from": 0.9}
    return PolicyControl(**(content | changes))


def test_a_policy_is_checked_before_it_is_taken():
    assert policy_from(control(enabled_rules=["b"]), rule_bits={"a": 0, "b": 1}).as_row() == (400_000, 900_000, 5_000, 0b10)
    assert policy_from(control(), rule_bits={"a": 0, "b": 1}).rules_mask == 0b11
    with pytest.raises(ValueError, match="no such rule: c"):
        policy_from(control(enabled_rules=["c"]), rule_bits={"a": 0})
    with pytest.raises(ValueError, match="below review_from"):
        policy_from(control(deny_from=0.3), rule_bits={})


def explainer() -> Explainer:
    quantiles = np.tile(np.array([[1.0, 2.0, 3.0]], np.float32), (len(CATALOGUE), 1))
    return Explainer(quantiles)


def at(**values: float) -> np.ndarray:
    x = np.full((1, len(FEATURE_NAMES)), 2.0, np.float32)
    for name, value in values.items():
        x[0, FEATURE_NAMES.index(name)] = value
    return x


def test_the_furthest_features_come_first_and_each_reason_once():
    x = at(
        customer_count_10m=50, customer_count_1h=5, customer_count_1d=9, device_count_1h=4, payee_sum_1d=3.1, payee_count_1h=3.2
    )
    found = explainer().furthest(x)[0]
    assert [FEATURE_NAMES[column] for column in found] == [
        "customer_count_10m", "device_count_1h", "payee_count_1h", "payee_sum_1d",
    ]  # fmt: skip
    stand_out = explainer().stand_outs(x[0], found)[0]
    assert (stand_out.feature, stand_out.value, stand_out.usual) == ("customer_count_10m", 50.0, 2.0)
    assert stand_out.sentence


def test_what_is_usual_unknown_or_says_nothing_by_itself_never_stands_out():
    assert explainer().furthest(at(customer_count_1h=0, local_hour=23, is_pix=99, customer_mean_30d=np.nan)) == [[]]
    assert explainer().furthest(at(customer_idle_s_90d=99)) == [[]]
    assert Explainer().furthest(at(customer_count_1h=1e9)) == [[]]


def test_a_short_pause_stands_out_and_a_yes_is_weak():
    found = explainer().furthest(at(customer_idle_s_90d=0, customer_payee_is_new_90d=1))[0]
    assert [CATALOGUE[column].reason for column in found] == ["customer_quick_succession", "customer_new_payee"]


def test_there_is_always_a_reason_and_never_more_than_four():
    assert explainer().reasons([], rules=[]) == [MODEL_REASON]
    assert explainer().reasons(range(5), rules=["a", "b"])[:2] == ["a", "b"]
    assert len(explainer().reasons(range(9), rules=["a"])) == 4
