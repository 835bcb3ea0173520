"""Payments become a graph that says nothing of the order of their rows."""

import numpy as np
import pytest
from hypothesis import example, given, settings

from risk.aml.features import Windows, feature_table, structure
from risk.aml.graph import BadPayments, payment_graph
from risk.aml.statistics import account_statistics
from tests.risk.aml.graphs import ACCOUNTS, graph_of, rows

WINDOWS = Windows(star=10, chain_gap=5, loop=15, alike=0.5)


@settings(deadline=None)  # the first example compiles the kernels
@given(rows)
def test_every_neighbourhood_is_a_slice(drawn):
    graph = graph_of(drawn, accounts=ACCOUNTS)
    kept = [row for row in drawn if row[0] != row[1]]
    assert len(graph) == len(kept)
    for account in range(ACCOUNTS):
        out = graph.by_payer.order[graph.by_payer.start[account] : graph.by_payer.start[account + 1]]
        assert sorted(graph.payee[out]) == sorted(payee for payer, payee, _, _ in kept if payer == account)
        assert (np.diff(graph.at[out]) >= 0).all()
        others = graph.pairs.by_payee.order[graph.pairs.by_payee.start[account] : graph.pairs.by_payee.start[account + 1]]
        assert set(graph.pairs.payer[others]) == {payer for payer, payee, _, _ in kept if payee == account}
    for number, (payer, payee) in enumerate(zip(graph.pairs.payer, graph.pairs.payee, strict=True)):
        amounts = [amount for a, b, amount, _ in kept if (a, b) == (payer, payee)]
        assert (graph.pairs.count[number], graph.pairs.least_cents[number]) == (len(amounts), min(amounts))
        assert (graph.pair[(graph.payer == payer) & (graph.payee == payee)] == number).all()


@settings(deadline=None)  # the first example compiles the kernels
@given(rows)
@example([(1, 0, 2, 3), (1, 2, 3, 2), (1, 3, 5, 2)])  # a star of which two payments are at its first moment
def test_the_order_of_the_rows_and_the_numbers_of_the_accounts_change_no_column(drawn):
    found = feature_table(structure(graph_of(drawn, accounts=ACCOUNTS)), WINDOWS)
    turned = [(ACCOUNTS - 1 - payer, ACCOUNTS - 1 - payee, amount, at) for payer, payee, amount, at in reversed(drawn)]
    other = feature_table(structure(graph_of(turned, accounts=ACCOUNTS)), WINDOWS)
    # Of an account's circles of equal rarity, and of its stars of equally many payers, either may be told of.
    told_of_one = ("circle_", "led_", "star_in_s", "star_out_s", "in_star")
    compared = [number for number, name in enumerate(found.names) if not name.startswith(told_of_one)]
    np.testing.assert_allclose(found.rows[:, compared], other.rows[::-1, compared], rtol=1e-9)


def test_statistics_are_those_of_the_account_alone():
    columns = account_statistics(graph_of([(0, 1, 100, 2), (0, 1, 300, 4), (2, 0, 50, 9)]))
    assert columns["paid_payments"].tolist() == [2, 0, 1]
    assert columns["paid_others"].tolist() == [1, 0, 1]
    assert columns["paid_mean_cents"][0] == 200
    assert columns["paid_deviation_cents"][0] == 100
    assert columns["received_last"][0] == 9
    assert np.isnan(columns["paid_first"][1])
    assert columns["paid_share"].tolist() == [400 / 450, 0, 1]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (([0], [1, 2], [5], [0]), "unlike length"),
        (([0], [3], [5], [0]), r"a payee outside \[0, 3\)"),
        (([-1], [1], [5], [0]), r"a payer outside \[0, 3\)"),
        (([0], [1], [0], [0]), "an amount of 0 cents"),
    ],
)
def test_columns_that_are_no_payments_are_refused_with_the_rule(columns, words):
    with pytest.raises(BadPayments, match=words):
        payment_graph(*columns, accounts=3)
    with pytest.raises(BadPayments, match="0 accounts"):
        payment_graph([], [], [], [], accounts=0)


@pytest.mark.parametrize("wrong", [{"star": 0}, {"alike": 0.0}, {"alike": 1.5}])
def test_windows_that_hold_nothing_are_refused(wrong):
    with pytest.raises(ValueError, match=r"windows are positive|share in"):
        Windows(**{"star": 1, "chain_gap": 1, "loop": 1, "alike": 0.5} | wrong)


def test_a_graph_without_payments_has_every_column():
    found = feature_table(structure(graph_of([], accounts=3)), WINDOWS)
    assert found.rows.shape == (3, len(found.names))
    assert found.names == feature_table(structure(graph_of([(0, 1, 5, 1)], accounts=3)), WINDOWS).names
