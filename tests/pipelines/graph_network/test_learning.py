"""Learning: what comes out without torch is what torch learned, and labels enter nowhere but where they may."""

import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score

from bench.laundering.generated import Pattern, generate
from pipelines.graph_network import learning
from pipelines.graph_network.learning import UNKNOWN, Known, NetworkDiffers, NothingToLearn, fit, prove
from risk.aml.graph import payment_graph
from risk.graph_network.inputs import Period, inputs_of
from risk.graph_network.network import Network

ACCOUNTS = 700
PERIOD = Period(start=0, past=150)


@pytest.fixture(scope="module")
def known() -> tuple[Known, np.ndarray]:
    made = generate([Pattern.CYCLE], seed=5, accounts=ACCOUNTS, groups=20)
    paid = made.transactions
    graph = payment_graph(
        paid["sourceNodeId"], paid["targetNodeId"], (paid["value"] * 100).round().to_numpy(), paid["time"], accounts=ACCOUNTS
    )
    laundering = made.nodes["isFraud"].to_numpy().astype(np.int64)
    part = np.arange(ACCOUNTS) % 4
    return Known(inputs_of(graph, PERIOD), np.where(part == 0, UNKNOWN, laundering), part == 1), laundering


@pytest.fixture(scope="module")
def network(known) -> Network:
    return fit([known[0]], seeds=(1,), epochs=60)


def test_accounts_whose_labels_were_not_read_are_ranked(known, network):
    graph, laundering = known
    test = graph.target == UNKNOWN
    scores = network.score(graph.inputs)[test]
    assert average_precision_score(laundering[test], scores) > 3 * laundering[test].mean()


def test_the_same_graph_and_seed_give_the_same_network(known, network):
    again = fit([known[0]], seeds=(1,), epochs=60)
    assert (again.score(known[0].inputs) == network.score(known[0].inputs)).all()


def test_no_label_of_a_test_account_is_read_directly_or_through_a_neighbour(known):
    """UNKNOWN says nothing of what it stands for; the labels handed in are all that the learner has."""
    graph, _ = known
    before = fit([graph], seeds=(1,), epochs=10).score(graph.inputs)
    learned = np.flatnonzero((graph.target == 0) & ~graph.held)[0]
    turned = graph.target.copy()
    turned[learned] = 1
    after = fit([Known(graph.inputs, turned, graph.held)], seeds=(1,), epochs=10).score(graph.inputs)
    assert (before != after).any()
    hidden = np.where(graph.held, UNKNOWN, graph.target)
    hidden[np.flatnonzero(graph.held)[:2]] = (0, 1)
    fewer = fit([Known(graph.inputs, hidden, graph.held)], seeds=(1,), epochs=learning.JUDGED_EVERY).score(graph.inputs)
    # Before the first judgement, those held back have no part in what is learned.
    whole = fit([graph], seeds=(1,), epochs=learning.JUDGED_EVERY).score(graph.inputs)
    assert (fewer == whole).all()


@pytest.mark.parametrize("seed", range(3))
def test_random_weights_say_the_same_with_torch_and_without_it(known, seed):
    inputs = known[0].inputs
    accounts, pairs = learning._scaling([inputs.accounts]), learning._scaling([inputs.pairs])
    ready = learning._Ready(torch, known[0], accounts, pairs)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        parts = learning._parts(torch, inputs.accounts.shape[1], inputs.pairs.shape[1], prior=0.1)
    parts.eval()
    with torch.no_grad():
        theirs = learning._log_odds(torch, parts, ready).numpy()
    ours = Network(accounts, pairs, (learning._as_member(parts, taken_off=0.0),))
    assert np.ptp(theirs) > 0.01
    np.testing.assert_allclose(ours.score(inputs), 1 / (1 + np.exp(-theirs.astype(np.float64))), atol=1e-5)
    prove(ours, inputs, theirs)
    with pytest.raises(NetworkDiffers):
        prove(ours, inputs, theirs + 0.01)


def test_labels_of_one_kind_are_refused(known):
    graph, _ = known
    with pytest.raises(NothingToLearn):
        fit([Known(graph.inputs, np.minimum(graph.target, 0), graph.held)])
