"""What is learned from is cut by time: nothing that came later is read, and nobody's label is."""

import numpy as np
import polars as pl
import pytest

from feature_store.vocabulary import DAY_MS, LABEL_DELAY_MS
from pipelines.graph_network.history import DAYS, HORIZON_DAYS, History, cuts
from pipelines.graph_network.learning import UNKNOWN

NOW_MS = 400 * DAY_MS
JUDGED_MS = NOW_MS - LABEL_DELAY_MS - HORIZON_DAYS * DAY_MS
FILLING = [(f"f{number:02d}", f"f{number + 1:02d}", 100 + number, NOW_MS - number * DAY_MS) for number in range(1, 90)]


def history(payments: list[tuple], used: list[tuple] = ()) -> History:  # type: ignore[assignment]
    paid = pl.DataFrame([*payments, *FILLING], schema=["payer", "payee", "amount_cents", "at_ms"], orient="row")
    told = pl.DataFrame(
        list(used), schema={"account": pl.String, "at_ms": pl.Int64, "known_at_ms": pl.Int64}, orient="row"
    )  # fmt: skip
    return History.of(paid, told)


def target_of(found: History, account: str, *, judged: bool = True) -> int:
    made = cuts(found, cutoff_ms=NOW_MS)
    cut = made.judged if judged else made.learned[0]
    return int(cut.target[found.accounts.index(account)])


def test_payments_from_the_cut_on_and_of_before_ninety_days_are_not_read():
    before, last = ("a", "b", 500, JUDGED_MS - DAYS * DAY_MS), ("c", "b", 700, JUDGED_MS - 1)
    found = history([before, last, ("a", "b", 10**9, JUDGED_MS), ("a", "b", 10**9, JUDGED_MS - DAYS * DAY_MS - 1)])
    made = cuts(found, cutoff_ms=NOW_MS)
    graph = made.judged.payments
    mine = np.isin(graph.payer, [found.accounts.index(name) for name in "ac"])
    assert sorted(graph.amount_cents[mine].tolist()) == [500, 700]
    less = history([before, last])
    scored = cuts(less, cutoff_ms=NOW_MS).judged.inputs
    np.testing.assert_array_equal(scored.accounts, made.judged.inputs.accounts)
    np.testing.assert_array_equal(scored.pairs, made.judged.inputs.pairs)


@pytest.mark.parametrize(
    ("at_ms", "known_at_ms", "expected"),
    [
        (JUDGED_MS, JUDGED_MS + 1, 1),
        (JUDGED_MS + HORIZON_DAYS * DAY_MS - 1, NOW_MS, 1),
        (JUDGED_MS - 1, JUDGED_MS, 0),
        (JUDGED_MS + HORIZON_DAYS * DAY_MS, NOW_MS, 0),
        (JUDGED_MS, NOW_MS + 1, 0),
    ],
)
def test_an_account_is_judged_by_the_two_weeks_after_the_cut_as_far_as_they_are_known(at_ms, known_at_ms, expected):
    found = history([("a", "b", 500, JUDGED_MS - DAY_MS)], [("b", at_ms, known_at_ms)])
    assert target_of(found, "b") == expected
    assert target_of(found, "a") == 0


def test_what_is_learned_from_knows_no_label_that_came_after_the_judged_cut():
    at_ms = JUDGED_MS - DAY_MS
    paid = [("a", "b", 500, JUDGED_MS - 20 * DAY_MS)]
    assert target_of(history(paid, [("b", at_ms, JUDGED_MS)]), "b", judged=False) == 1
    assert target_of(history(paid, [("b", at_ms, JUDGED_MS + 1)]), "b", judged=False) == 0


def test_an_account_without_a_payment_is_neither_learned_from_nor_judged():
    found = history([("a", "b", 500, JUDGED_MS + 1)], [("b", JUDGED_MS + 1, JUDGED_MS + 2)])
    assert target_of(found, "b") == UNKNOWN
    made = cuts(found, cutoff_ms=NOW_MS)
    assert not made.unseen()[found.accounts.index("b")]


def test_accounts_that_nothing_was_known_of_are_told_apart():
    found = history([("new", "b", 500, JUDGED_MS - DAY_MS)])
    assert cuts(found, cutoff_ms=NOW_MS).unseen()[found.accounts.index("new")]
