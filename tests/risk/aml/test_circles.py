"""Accounts that one account pays, and that pay each other."""

from math import exp, factorial

import numpy as np
from hypothesis import given, settings

from risk.aml.circles import circle_columns, circles, rarity
from risk.aml.scatters import scatter_columns, scatters
from tests.risk.aml.graphs import ACCOUNTS, graph_of, paid, rows

# Account 0 pays 1, 2, 3 and 4; 1, 2 and 3 pay 4. Nobody else has to do with them.
GATHERED = ((0, 1), (0, 2), (0, 3), (0, 4), (1, 4), (2, 4), (3, 4), (5, 6), (7, 8))


def test_payees_that_gather_in_one_of_them_are_a_circle():
    graph = paid(*GATHERED)
    found = circles(graph)
    assert len(found) == 1
    assert (found.circle_hub[0], found.accounts[0], found.pairs[0], found.most_received[0]) == (0, 4, 3, 3)
    assert sorted(found.member) == [1, 2, 3, 4]
    columns = circle_columns(graph, found)
    assert columns["circle_received"][:6].tolist() == [0, 0, 0, 0, 3, 0]
    assert columns["circle_sent"][:6].tolist() == [0, 1, 1, 1, 0, 0]
    assert columns["circle_hub_payees"][1] == 4
    assert columns["led_pairs"][:2].tolist() == [3, 0]
    assert columns["sent_to_gatherer_rarity"][1] == columns["gathered_rarity"][4] > columns["gathered_rarity"][1]


def test_a_hub_that_is_paid_back_is_a_member():
    found = circles(paid((0, 1), (0, 2), (1, 0), (2, 0)))
    led = found.circle_hub == 0
    assert (found.accounts[led], found.pairs[led], found.most_received[led]) == (3, 2, 2)


def test_a_loop_among_payees_is_found_though_one_payment_is_missing():
    around = [(1, 2), (2, 3), (3, 4), (4, 5), (5, 1)]
    hub = [(0, account) for account in range(1, 6)]
    whole = circles(paid(*hub, *around))
    part = circles(paid(*hub, *around[:-1]))
    assert (whole.accounts.tolist(), whole.pairs.tolist(), whole.most_received.tolist()) == ([5], [5], [1])
    assert (part.accounts.tolist(), part.pairs.tolist()) == ([5], [4])


def test_two_groups_of_one_hub_are_two_circles():
    found = circles(paid(*((0, account) for account in range(1, 7)), (1, 2), (2, 3), (4, 5), (6, 5)))
    assert sorted(found.accounts) == [3, 3]


def test_an_account_of_too_many_payees_is_no_hub_and_no_middle():
    graph = paid(*GATHERED)
    assert len(circles(graph, max_payees=3)) == 0
    assert len(scatters(graph, max_payees=3)) == 0


def test_pairs_with_a_payment_unlike_its_payer_are_counted():
    found = circles(graph_of([(0, 1, 100, 1), (0, 2, 100, 1), (1, 2, 5, 2), (1, 3, 100, 2)]))
    assert found.unlike.tolist() == [1]


def test_rarity_bounds_the_chance_of_so_many():
    for k, mean in ((3, 0.1), (5, 2.0), (8, 1.5)):
        tail = 1 - sum(exp(-mean) * mean**n / factorial(n) for n in range(k))
        assert exp(-rarity(np.array([float(k)]), np.array([mean]))[0]) >= tail
    assert rarity(np.array([1.0, 2.0]), np.array([1.0, 3.0])).tolist() == [0, 0]


@settings(deadline=None)  # the first example compiles the kernels
@given(rows)
def test_closed_paths_and_scatters_are_all_that_there_are(drawn):
    graph = graph_of(drawn, accounts=ACCOUNTS)
    pays = {(payer, payee) for payer, payee, _, _ in drawn if payer != payee}
    everyone = range(ACCOUNTS)
    closed = {
        (h, x, y)
        for h in everyone for x in everyone for y in everyone
        if (h, x) in pays and (x, y) in pays and (h == y or (h, y) in pays)
    }  # fmt: skip
    found = circles(graph)
    assert set(zip(found.hub, found.sender, found.gatherer, strict=True)) == closed
    assert len(found.hub) == len(closed)
    # One circle holds a sender and its gatherer, and no account is in two circles of one hub.
    assert len(set(zip(found.circle_hub[found.member_circle], found.member, strict=True))) == len(found.member)
    assert found.pairs.sum() == len(closed)
    assert found.received.sum() == found.sent.sum() == len(closed)
    between = {(h, y): {x for x in everyone if (h, x) in pays and (x, y) in pays} for h in everyone for y in everyone}
    spread = scatters(graph)
    assert {(h, y): n for h, y, n in zip(spread.origin, spread.end, spread.middlemen, strict=True)} == {
        ends: len(middle) for ends, middle in between.items() if len(middle) >= 2
    }


def test_scatter_and_gather_is_found_with_or_without_a_payment_from_the_origin_to_the_end():
    apart = scatter_columns(*_scatters((0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4), (5, 6)))
    assert apart["middleman_middlemen"].tolist() == [0, 3, 3, 3, 0, 0, 0]
    assert apart["end_middlemen"][4] == apart["origin_middlemen"][0] == 3
    assert apart["end_rarity"][4] > 0
    assert apart["end_closed_rarity"][4] == 0
    back = scatter_columns(*_scatters((0, 1), (0, 2), (0, 3), (1, 0), (2, 0), (3, 0), (5, 6)))
    assert back["end_closed_rarity"][0] == back["end_rarity"][0] > 0


def _scatters(*pairs):
    graph = paid(*pairs)
    return graph, scatters(graph)


def test_the_more_a_hub_pays_the_less_rare_its_circles_are():
    elsewhere = [(80 + n, 180 + n) for n in range(60)]
    few = circles(paid(*GATHERED, *elsewhere))
    many = circles(paid(*GATHERED, *elsewhere, *((0, 80 + n) for n in range(60))))
    assert few.rarity[few.circle_hub == 0] > many.rarity[many.circle_hub == 0]
