"""Fifty rules such as an analyst writes, over features of the catalogue, and the events that they are asked about."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.rule_book import Compare, Condition
from contracts.transactions import Channel, Direction
from feature_store.definitions import FEATURE_COUNT, FEATURE_NAMES
from risk.expressions.schema import EVENT_FIELDS, MISSING, Kind

# Of these, the first are conjunctions of comparisons, which `bench.rule_book.RuleBook` can say too.
RULES, CONJUNCTIONS = 50, 34
LISTS = ("mules", "shared_devices", "watched_merchants")
_FROM = {"amount_minor": 100_000, "mcc": 5_000, "balance_minor": 50_000}
_UNKNOWN = 0.05


@dataclass(frozen=True)
class RandomRule:
    """Its expression, and its conditions where it is a conjunction of comparisons."""

    expression: str
    conditions: tuple[Condition, ...] | None


@dataclass(frozen=True)
class RandomEvents:
    """A program's inputs; members are drawn for as many memberships as there are."""

    event_time_ms: NDArray[np.int64]
    events: NDArray[np.int64]
    features: NDArray[np.float32]
    scores: NDArray[np.float64]
    members: NDArray[np.uint8]

    def first(self, n: int, *, memberships: int) -> "RandomEvents":
        """The first n of them, for a program that asks for so many memberships."""
        return RandomEvents(
            self.event_time_ms[:n], self.events[:n].copy(), self.features[:n].copy(), self.scores[:n].copy(),
            self.members[:n, :memberships].copy(),
        )  # fmt: skip


def random_rules(seed: int) -> list[RandomRule]:
    """Four to six conditions each, mostly over features of their own."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(FEATURE_COUNT).tolist()
    names = [FEATURE_NAMES[column] for column in order] * 2
    rules = []
    for number in range(RULES):
        channel = list(Channel)[number % len(Channel)]
        conditions = [
            Condition("channel", Compare.EQUAL, list(Channel).index(channel)),
            Condition("direction", Compare.EQUAL, list(Direction).index(Direction.DEBIT)),
        ][: 1 + number % 2]
        conditions += [
            Condition(names.pop(), Compare.AT_LEAST if rng.random() < 0.7 else Compare.BELOW, float(rng.integers(1, 8)) / 2)
            for _ in range(int(rng.integers(3, 5)))
        ]
        text = " && ".join(map(_written, conditions))
        if number < CONJUNCTIONS:
            rules.append(RandomRule(text, tuple(conditions)))
            continue
        beside = (
            f"({names.pop()} >= 3 || probability > 0.9)",
            "payee_id in lists.mules",
            f"(device_id in lists.shared_devices || {names.pop()} > 2)",
            "!(merchant_id in lists.watched_merchants) && mcc in [4829, 6051, 7995]",
            f"has(balance_minor) && double(amount_minor) / balance_minor > 0.{int(rng.integers(2, 9))}",
            f"{names.pop()} - {names.pop()} > 1.5",
        )[number % 6]
        rules.append(RandomRule(f"{text} && {beside}", None))
    return rules


def _written(condition: Condition) -> str:
    field = {field.name: field for field in EVENT_FIELDS}.get(condition.of)
    if field is not None and field.kind is Kind.WORD:
        return f'{field.name} == "{field.words[int(condition.threshold)]}"'
    sign = {Compare.AT_LEAST: ">=", Compare.BELOW: "<", Compare.EQUAL: "=="}[condition.test]
    return f"{condition.of} {sign} {condition.threshold}"


def random_events(n: int, *, seed: int, memberships: int) -> RandomEvents:
    """Most features are small, as counts and ratios are; one value in twenty is unknown."""
    rng = np.random.default_rng(seed)
    events = np.empty((n, len(EVENT_FIELDS)), np.int64)
    for column, field in enumerate(EVENT_FIELDS):
        if field.kind is Kind.WORD:
            events[:, column] = rng.integers(0, len(field.words), n)
        else:
            events[:, column] = rng.integers(1, 2 * _FROM.get(field.name, 1_000), n)
            if field.name in ("mcc", "balance_minor"):
                events[rng.random(n) < _UNKNOWN, column] = MISSING
    features = rng.exponential(1.5, (n, FEATURE_COUNT)).astype(np.float32)
    features[rng.random(features.shape) < _UNKNOWN] = np.nan
    return RandomEvents(
        event_time_ms=rng.integers(1_700_000_000_000, 1_700_100_000_000, n),
        events=events,
        features=features,
        scores=rng.random((n, 2)),
        members=rng.choice(np.array([0, 1, 2], np.uint8), (n, memberships), p=[0.85, 0.1, 0.05]),
    )
