"""What is believed of the accounts around one, and never of itself."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from risk.aml.circles import circles
from risk.aml.graph import PaymentGraph
from risk.aml.neighbours import belief_columns
from risk.aml.scatters import scatters
from tests.risk.aml.graphs import ACCOUNTS, graph_of, paid, rows


def _columns(graph: PaymentGraph, belief: list[float]) -> dict[str, np.ndarray]:
    return belief_columns(graph, circles(graph), scatters(graph), np.array(belief, np.float64))


@settings(deadline=None)  # the first example compiles the kernels
@given(
    rows, st.lists(st.sampled_from([0.0, 0.2, 0.7, 1.0]), min_size=ACCOUNTS, max_size=ACCOUNTS), st.integers(0, ACCOUNTS - 1)
)
def test_no_column_of_an_account_reads_the_belief_in_itself(drawn, belief, account):
    graph = graph_of(drawn, accounts=ACCOUNTS)
    turned = belief.copy()
    turned[account] = 1 - turned[account]
    before, after = _columns(graph, belief), _columns(graph, turned)
    for name in before:
        np.testing.assert_allclose(before[name][account], after[name][account], atol=1e-12, err_msg=name)


def test_beliefs_reach_those_around():
    # 0 pays 1, 2 and 3, who gather in 3; 4 stands apart.
    graph = paid((0, 1), (0, 2), (0, 3), (1, 3), (2, 3), (4, 5))
    columns = _columns(graph, [0, 1, 0, 0.5, 0, 0])
    assert columns["believed_payees"].tolist() == [1.5, 0.5, 0.5, 0, 0, 0]
    assert columns["believed_payers_greatest"][3] == 1
    assert columns["believed_siblings"][2] == 1.5
    assert columns["believed_rivals"].tolist() == [1, 0, 1, 0, 0, 0]
    assert columns["believed_rivals_with_middle"][2] == 0.5
    assert columns["believed_circle"].tolist() == [0, 0.5, 1.5, 1, 0, 0]
    assert columns["believed_led"][0] == 1.5
    assert columns["believed_gatherer"].tolist() == [0, 0.5, 0.5, 0, 0, 0]
    assert columns["believed_senders"][3] == 1
    assert columns["believed_middlemen"][2] == 1
    assert not any(values[4:].any() for name, values in columns.items() if not name.endswith("share"))
