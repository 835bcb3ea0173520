"""Stars, chains and loops: in a window, one after another, of amounts alike."""

from itertools import pairwise

import pytest
from hypothesis import given, settings

from risk.aml.amounts import amount_columns
from risk.aml.chains import chain_columns
from risk.aml.loops import LEAST_HOPS, MOST_HOPS, loop_columns, loops
from risk.aml.stars import star_columns
from tests.risk.aml.graphs import ACCOUNTS, graph_of, rows


def _alike(one: int, other: int, alike: float) -> bool:
    return alike * one <= other and alike * other <= one


def test_a_star_has_the_payers_of_one_window_whose_amounts_are_alike():
    graph = graph_of([(1, 0, 100, 1), (2, 0, 110, 3), (2, 0, 105, 4), (3, 0, 900, 4), (4, 0, 95, 6), (5, 0, 100, 11)])
    columns = star_columns(graph, window=10, alike=0.9, way="in")
    assert columns["star_in"].tolist() == [3, 0, 0, 0, 0, 0]
    assert columns["star_in_span"][0] == 5
    assert columns["star_in_share"][0] == pytest.approx(410 / 1410)
    assert columns["in_star_in"].tolist() == [0, 3, 3, 0, 3, 0]
    assert star_columns(graph, window=11, alike=0.9, way="in")["star_in"][0] == 4
    turned = star_columns(graph.reversed(), window=10, alike=0.9, way="out")
    assert turned["in_star_out"][0] == 1


@settings(deadline=None)  # the first example compiles the kernels
@given(rows)
def test_no_star_has_more_payers_than_the_greatest(drawn):
    columns = star_columns(graph_of(drawn, accounts=ACCOUNTS), window=6, alike=0.5, way="in")
    for account in range(ACCOUNTS):
        incoming = [row for row in drawn if row[1] == account != row[0]]
        # A star begins with a payment; of those of its moment any may be the first.
        most = max(
            (
                len(
                    {
                        payer
                        for payer, _, amount, at in incoming
                        if first[3] <= at < first[3] + 6 and _alike(first[2], amount, 0.5)
                    }
                )
                for first in incoming
            ),
            default=0,
        )
        assert columns["star_in"][account] <= most
        strictly_later = max(
            (
                len(
                    {first[0]}
                    | {
                        payer
                        for payer, _, amount, at in incoming
                        if first[3] < at < first[3] + 6 and _alike(first[2], amount, 0.5)
                    }
                )
                for first in incoming
            ),
            default=0,
        )
        assert columns["star_in"][account] >= strictly_later


def test_a_chain_passes_on_soon_and_in_about_the_same_amount():
    passed = [(0, 1, 1000, 1), (1, 2, 950, 3), (2, 3, 900, 6)]
    columns = chain_columns(graph_of(passed), gap=3, alike=0.9)
    assert columns["chain_through"].tolist() == [3, 3, 3, 3]
    assert columns["chain_from"].tolist() == [3, 2, 1, 0]
    assert columns["chain_into"].tolist() == [0, 1, 2, 3]
    assert columns["chain_passed_on"].tolist() == [0, 3, 3, 0]
    assert chain_columns(graph_of(passed), gap=2, alike=0.9)["chain_through"].max() == 2
    assert chain_columns(graph_of(passed), gap=3, alike=0.96)["chain_through"].max() == 1


def test_money_that_goes_straight_back_is_no_chain():
    assert chain_columns(graph_of([(0, 1, 100, 1), (1, 0, 100, 2)]), gap=5, alike=0.9)["chain_through"].max() == 1


def test_a_loop_brings_back_what_set_out():
    around = [(0, 1, 1000, 1), (1, 2, 950, 2), (2, 3, 920, 5), (3, 0, 900, 9)]
    graph = graph_of([*around, (2, 4, 920, 6)])
    found = loops(graph, window=9, alike=0.85)
    assert (found.hops.tolist(), found.kept.tolist(), found.cut_short) == ([4], [0.9], 0)
    assert loop_columns(graph, found)["loop_hops"].tolist() == [4, 4, 4, 4, 0]
    assert len(loops(graph, window=8, alike=0.85)) == 0
    assert len(loops(graph, window=9, alike=0.95)) == 0


def test_a_loop_goes_forward_in_time_and_takes_three_hops():
    assert len(loops(graph_of([(0, 1, 10, 3), (1, 2, 10, 2), (2, 0, 10, 1), (1, 0, 10, 4)]), window=99, alike=0.5)) == 0


@settings(deadline=None)  # the first example compiles the kernels
@given(rows)
def test_loops_are_all_that_there_are(drawn):
    graph = graph_of(drawn, accounts=ACCOUNTS)
    found = loops(graph, window=15, alike=0.5)
    assert found.cut_short == 0
    payments = list(
        zip(graph.payer.tolist(), graph.payee.tolist(), graph.amount_cents.tolist(), graph.at.tolist(), strict=True)
    )
    expected = []

    def follow(path: list[int]) -> None:
        first, last = payments[path[0]], payments[path[-1]]
        for number, (payer, payee, amount, at) in enumerate(payments):
            if payer == last[1] and last[3] < at < first[3] + 15 and _alike(first[2], amount, 0.5):
                if payee == first[0]:
                    if len(path) + 1 >= LEAST_HOPS:
                        expected.append([*path, number])
                elif len(path) + 1 < MOST_HOPS and payee not in {payments[each][1] for each in path}:
                    follow([*path, number])

    for number in range(len(payments)):
        follow([number])
    told = [[each for each in loop if each >= 0] for loop in found.payments.tolist()]
    assert sorted(told) == sorted(expected)
    for loop in told:
        assert all(payments[one][1] == payments[other][0] for one, other in pairwise(loop))


def test_a_search_that_takes_too_long_is_cut_short_and_counted():
    # Layers of accounts that all pay the next layer: more ways than are tried from one payment.
    layers = [[0], *(list(range(1 + 20 * k, 21 + 20 * k)) for k in range(4)), [81]]
    dense = [(a, b, 10, k) for k, (one, other) in enumerate(pairwise(layers)) for a in one for b in other]
    found = loops(graph_of(dense), window=99, alike=0.5)
    assert len(found) == 0
    assert found.cut_short > 0


def test_amounts_unlike_their_payer_are_seen_from_both_ends():
    columns = amount_columns(graph_of([(0, 1, 400, 1), (0, 2, 40, 2), (0, 2, 40, 2), (3, 1, 7, 2)]))
    assert columns["paid_least_share"][0] == columns["received_least_share"][2] == 0.1
    assert columns["paid_unlike"].tolist() == [2, 0, 0, 0]
    assert columns["received_unlike"].tolist() == [0, 0, 2, 0]
    assert columns["paid_repeats"][0] == columns["received_repeats"][2] == 2
    assert columns["paid_amounts"][0] == pytest.approx(2 / 3)
