"""The graph network without torch: its scores, its file, and why an account has its score."""

import io

import numpy as np
import pytest

from risk.aml.graph import payment_graph
from risk.graph_network import explain as explaining
from risk.graph_network import network as networks
from risk.graph_network.document import BadNetwork, decode, encode
from risk.graph_network.explain import explain
from risk.graph_network.inputs import Period, account_columns, inputs_of
from tests.risk.aml.graphs import graph_of
from tests.risk.graph_network.networks import random_network, random_payments, slow_score

PERIOD = Period(start=0, past=100)


@pytest.mark.parametrize("seed", range(4))
def test_scores_are_those_of_the_formulas_worked_out_account_by_account(seed):
    network, inputs = random_network(seed), inputs_of(random_payments(seed, accounts=12, payments=40), PERIOD)
    np.testing.assert_allclose(network.score(inputs), slow_score(network, inputs), atol=1e-5)


def test_scores_do_not_depend_on_how_many_messages_are_held_at_once(monkeypatch):
    network, inputs = random_network(), inputs_of(random_payments(7), PERIOD)
    whole = network.score(inputs)
    monkeypatch.setattr(networks, "PAIRS_AT_ONCE", 7)
    np.testing.assert_allclose(network.score(inputs), whole, atol=1e-6)


def test_a_score_goes_with_the_account_and_not_with_its_number():
    payments, network = random_payments(8), random_network()
    turned = np.random.default_rng(1).permutation(payments.accounts)
    other = payment_graph(
        turned[payments.payer], turned[payments.payee], payments.amount_cents, payments.at, accounts=payments.accounts
    )
    found, again = network.score(inputs_of(payments, PERIOD)), network.score(inputs_of(other, PERIOD))
    np.testing.assert_allclose(again[turned], found, atol=1e-6)


def test_a_payment_three_steps_away_changes_nothing_and_one_two_steps_away_does():
    chain = [(0, 1, 500, 1), (1, 2, 400, 2), (2, 3, 300, 3), (3, 4, 200, 4)]
    network = random_network()
    before = network.score(inputs_of(graph_of(chain, accounts=6), PERIOD))
    far = network.score(inputs_of(graph_of([*chain, (4, 5, 90, 9)], accounts=6), PERIOD))
    near = network.score(inputs_of(graph_of([*chain, (2, 5, 90, 9)], accounts=6), PERIOD))
    assert far[0] == pytest.approx(before[0], abs=1e-7)
    assert abs(near[0] - before[0]) > 1e-4


def test_an_account_that_opened_today_has_a_score_and_so_has_one_without_a_payment():
    scores = random_network().score(inputs_of(graph_of([(0, 1, 500, 1), (2, 1, 100, 99)], accounts=4), PERIOD))
    assert len(scores) == 4
    assert ((scores > 0) & (scores < 1)).all()
    nobody = random_network().score(inputs_of(graph_of([], accounts=3), PERIOD))
    assert np.ptp(nobody) == 0


def test_times_are_read_as_a_share_of_the_period():
    early = account_columns(graph_of([(0, 1, 500, 10), (0, 1, 500, 30)]), PERIOD)
    late = account_columns(graph_of([(0, 1, 500, 1_010), (0, 1, 500, 1_030)]), Period(start=1_000, past=1_100))
    for name, values in early.items():
        np.testing.assert_allclose(values, late[name], equal_nan=True)
    assert early["paid_last"][0] == pytest.approx(0.3)


def test_a_graph_of_other_columns_is_refused():
    network, inputs = random_network(), inputs_of(random_payments(2), PERIOD)
    fewer = type(inputs)(
        inputs.accounts[:, 1:], inputs.pairs, inputs.payer, inputs.payee, inputs.to_payee, inputs.to_payer
    )  # fmt: skip
    with pytest.raises(ValueError, match="columns"):
        network.score(fewer)


def test_a_network_comes_back_from_its_file_as_it_was():
    network, inputs = random_network(), inputs_of(random_payments(5), PERIOD)
    again = decode(encode(network))
    assert (again.score(inputs) == network.score(inputs)).all()
    assert encode(again) == encode(network)


def _without(name: str) -> bytes:
    with np.load(io.BytesIO(encode(random_network()))) as arrays:
        kept = {key: arrays[key] for key in arrays.files if key != name}
    out = io.BytesIO()
    np.savez(out, **kept)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"no zip", encode(random_network())[:-40], _without("1.last"), _without("format"), _without("0.1.from_payers.bias")],
)
def test_what_is_no_network_is_refused(content):
    with pytest.raises(BadNetwork):
        decode(content)


def test_a_file_of_a_later_format_is_refused():
    with np.load(io.BytesIO(encode(random_network()))) as arrays:
        kept = {key: arrays[key] for key in arrays.files} | {"format": np.array(2)}
    out = io.BytesIO()
    np.savez(out, **kept)
    with pytest.raises(BadNetwork, match="format 2"):
        decode(out.getvalue())


@pytest.mark.parametrize("account", [0, 3, 11])
def test_an_effect_is_what_the_score_of_the_whole_graph_loses_without_their_payments(account):
    payments, network = random_payments(4), random_network()
    inputs = inputs_of(payments, PERIOD)
    found = explain(network, payments, inputs, PERIOD, account=account)
    assert found is not None
    whole = network.log_odds(inputs)[account]
    assert found.score == pytest.approx(1 / (1 + np.exp(-whole)), abs=1e-6)
    assert len(found.neighbours) >= 3
    for each in found.neighbours:
        between = ((payments.payer == account) & (payments.payee == each.account)) | (
            (payments.payer == each.account) & (payments.payee == account)
        )
        kept = ~between
        less = payment_graph(
            payments.payer[kept], payments.payee[kept], payments.amount_cents[kept], payments.at[kept],
            accounts=payments.accounts,
        )  # fmt: skip
        without = network.log_odds(inputs_of(less, PERIOD))[account]
        assert each.effect == pytest.approx(whole - without, abs=1e-4)
        assert each.score_without == pytest.approx(1 / (1 + np.exp(-without)), abs=1e-5)
        assert each.paid_payments + each.received_payments == between.sum()
        assert each.paid_cents + each.received_cents == payments.amount_cents[between].sum()
        assert each.last_at == payments.at[between].max()
    assert [abs(each.effect) for each in found.neighbours] == sorted((abs(e.effect) for e in found.neighbours), reverse=True)


def test_of_too_many_neighbours_those_with_most_money_are_tried_and_a_huge_account_is_not_explained(monkeypatch):
    rows = [(0, other, 100 * other, 5) for other in range(1, 9)]
    payments, network = graph_of(rows), random_network()
    inputs = inputs_of(payments, PERIOD)
    found = explain(network, payments, inputs, PERIOD, account=0, tried=3)
    assert found is not None
    assert found.cut
    assert {each.account for each in found.neighbours} == {6, 7, 8}
    monkeypatch.setattr(explaining, "MAX_PAYMENTS", 10)
    assert explain(network, payments, inputs, PERIOD, account=0) is None
