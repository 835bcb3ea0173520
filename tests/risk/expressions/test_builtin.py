"""The built-in rules say the same as expressions as they do as conditions."""

import numpy as np

from contracts.transactions import Channel, Direction
from feature_store.definitions import FEATURE_COUNT, FEATURE_NAMES
from risk.expressions.builtin import BUILT_IN
from risk.expressions.check import check
from risk.expressions.program import Clause, Program
from risk.expressions.schema import EVENT_FIELDS, MISSING, Schema
from risk.rules import CASH_REPORT_FROM_MS, EVENT_COLUMNS, PIX_NIGHT_FROM_MS, RULES, RuleBook

ROWS = 40_000
BOOK = RuleBook(RULES, features=FEATURE_NAMES)
AMOUNTS = (1, 1_999, 2_000, 50_000, 89_999, 90_000, 100_000, 100_001, 4_499_999, 4_500_000, 4_999_999, 5_000_000)


def test_each_is_there_and_the_event_columns_begin_with_those_of_the_rule_book():
    assert tuple(BUILT_IN) == BOOK.codes
    assert tuple(field.name for field in EVENT_FIELDS)[: len(EVENT_COLUMNS)] == EVENT_COLUMNS


def test_hits_are_those_of_the_rule_book_row_by_row():
    rng = np.random.default_rng(5)
    events = np.full((ROWS, len(EVENT_FIELDS)), MISSING, np.int64)
    events[:, 0] = rng.choice(np.array(AMOUNTS), ROWS)
    events[:, 1] = rng.integers(0, len(Channel), ROWS)
    events[:, 2] = rng.integers(0, len(Direction), ROWS)
    events[:, 3] = rng.choice(np.array([MISSING, 5411, 0]), ROWS)
    features = rng.choice(np.array([np.nan, 0, 1, 1.5, 3, 4, 6, 8, 12], np.float32), (ROWS, FEATURE_COUNT))
    times = rng.choice(np.array([CASH_REPORT_FROM_MS - 1, CASH_REPORT_FROM_MS, PIX_NIGHT_FROM_MS - 1, PIX_NIGHT_FROM_MS]), ROWS)
    schema = Schema.of()
    program = Program(
        [Clause(check(BUILT_IN[r.code], schema), BOOK.bits[r.code], r.valid_from_ms, r.valid_until_ms) for r in RULES]
    )
    found = program.hits(
        event_time_ms=times, events=events, features=features, scores=np.full((ROWS, 2), np.nan),
        members=np.empty((ROWS, 0), np.uint8),
    )[:, 0]  # fmt: skip
    expected = BOOK.hits(event_time_ms=times, events=events, features=features)
    np.testing.assert_array_equal(found.view(np.int64), expected)
    assert all(np.count_nonzero(expected >> bit & 1) > 20 for bit in range(len(RULES)))
    assert program.columns == BOOK.columns
