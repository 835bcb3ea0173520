"""Launderers in graphs of payments: files, groups, folds, and that no label of a test account is ever read."""

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import bench.aml
from bench.laundering import generated
from bench.laundering.files import GraphRefused, LabelledGraph, read
from bench.laundering.generated import KINDS, Pattern, generate
from bench.laundering.planted import given_away, groups
from bench.laundering.protocol import FOLDS, Kept, Split, measure, network, ours, split
from pipelines.aml.learning import Around
from risk.aml.features import Windows, feature_table, structure
from tests.bench.test_benches import check_contract
from tests.risk.aml.graphs import graph_of

ACCOUNTS, GROUPS = 1_500, 25
MEASURES = {"auc", "average_precision", "hard_auc", "hard_average_precision"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph in Parquet, another in CSV, and a file that is neither."""
    found = tmp_path_factory.mktemp("graphs")
    one = generate([Pattern.FAN_IN], seed=1, accounts=ACCOUNTS, groups=GROUPS)
    one.transactions.write_parquet(found / "stars_transactions.parquet")
    one.nodes.with_columns(fraudStep=pl.lit(7)).write_parquet(found / "stars_nodes.parquet")
    two = generate(list(Pattern), seed=2, accounts=ACCOUNTS, groups=GROUPS // 2)
    two.transactions.sample(fraction=1, shuffle=True, seed=3).write_csv(found / "both_transactions.csv")
    two.nodes.write_csv(found / "both_nodes.csv")
    (found / "notes.txt").write_text("never read")
    return found


def test_the_command_reports_each_graph_and_the_means_beside_the_peers(folder, capsys):
    assert bench.aml.main([str(folder), "--quick"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    check_contract(told, name="aml")
    names = {f"{graph}_" for graph in ("", "stars", "both")} - {"_"} | {""}
    protocols = ("", "first_stage_", "labels_unread_", "groups_kept_", "network_", "network_groups_kept_")
    assert told["figures"].keys() == {"stars_s", "both_s"} | {f"{g}{p}{m}" for g in names for p in protocols for m in MEASURES}
    assert told["baselines"].keys() == {"trees", "least-amount"}
    for peer in told["baselines"].values():
        assert peer.keys() == {f"{graph}{name}" for graph in names for name in MEASURES}
    for name in MEASURES:
        of_graphs = [told["figures"][f"{graph}_{name}"] for graph in ("stars", "both")]
        assert told["figures"][name] == pytest.approx(np.mean(of_graphs), abs=1e-4)
    assert told["ratios"]["average_precision_gain_vs_trees"] > 0
    assert told["settings"]["stars_accounts"] == ACCOUNTS
    assert told["settings"]["judged_folds"] == 1


def test_the_order_of_rows_and_the_columns_that_leak_are_not_read(folder, tmp_path):
    for path in folder.glob("stars_*"):
        frame = pl.read_parquet(path)
        kept = frame.drop("fraudStep") if "fraudStep" in frame.columns else frame
        kept.sample(fraction=1, shuffle=True, seed=9).write_parquet(tmp_path / path.name)
    one = next(graph for graph in read(folder) if graph.name == "stars")
    other = read(tmp_path)[0]
    assert (one.laundering == other.laundering).all()
    for column in ("payer", "payee", "amount_cents", "at"):
        assert (getattr(one.payments, column) == getattr(other.payments, column)).all()


def test_no_label_of_a_test_account_is_read_directly_or_through_a_neighbour(folder):
    graph = read(folder)[0]
    found = structure(graph.payments)
    features = feature_table(found, Windows(star=150, chain_gap=150, loop=150, alike=0.5))
    chosen = split(graph, found, Kept.ACCOUNTS)
    turned = np.where(chosen.outer == 0, ~graph.laundering, graph.laundering)
    for around in Around:
        before = ours(graph, found, features, chosen, (around,), folds=1, seeds=(1,))[1][around]
        after = ours(replace(graph, laundering=turned), found, features, chosen, (around,), folds=1, seeds=(1,))[1][around]
        np.testing.assert_array_equal(before, after)
        assert (np.isnan(before) == (chosen.outer != 0)).all()
    before = network(graph, chosen, folds=1, seeds=(1,))
    after = network(replace(graph, laundering=turned), chosen, folds=1, seeds=(1,))
    np.testing.assert_array_equal(before, after)
    assert (np.isnan(before) == (chosen.outer != 0)).all()


def test_planted_groups_are_read_back_from_labels_and_payments():
    # 0, 1 and 2 make payments unlike them; 3 pays 0 twice over, 5 and 6 only each other; 4 does not launder.
    graph = graph_of(
        [
            (1, 0, 5, 1),
            (1, 9, 900, 1),
            (2, 0, 6, 2),
            (2, 9, 900, 2),
            (3, 0, 800, 3),
            (4, 0, 5, 3),
            (4, 9, 900, 1),
            (5, 6, 700, 4),
        ]
    )
    laundering = np.isin(np.arange(10), [0, 1, 2, 3, 5, 6])
    found = groups(structure(graph), laundering)
    assert len(set(found[[0, 1, 2, 3]])) == 1
    assert found[5] == found[6]
    assert len(set(found[[0, 4, 5, 7, 8, 9]])) == 6


def test_groups_that_the_file_names_stay_in_one_fold_and_most_are_read_back_where_it_does_not(folder):
    made = generate([Pattern.FAN_IN], seed=1, accounts=ACCOUNTS, groups=GROUPS)
    graph = next(graph for graph in read(folder) if graph.name == "stars")
    found = structure(graph.payments)

    def kept_together(chosen: LabelledGraph) -> float:
        outer = split(chosen, found, Kept.GROUPS).outer
        assert np.bincount(outer[graph.laundering], minlength=FOLDS).min() > 0
        return float(np.mean([outer[a] == outer[b] for group in made.groups for a, b in combinations(group, 2)]))

    assert kept_together(graph) == 1
    # Of a group whose planted payments all fall past the end nothing tells.
    assert kept_together(replace(graph, group=None)) > 0.7


def test_a_small_amount_gives_both_its_ends_away():
    graph = graph_of([(0, 1, 400, 1), (2, 1, 400, 1), (3, 4, 99, 2), (0, 2, 400, 3), (5, 6, 100, 3)])
    assert given_away(graph).tolist() == [False, False, False, True, True, False, False]


def test_figures_that_nothing_can_be_judged_by_are_absent():
    graph = graph_of([(0, 1, 400, 1), (2, 3, 5, 1), (4, 5, 400, 2)])
    laundering = np.array([False, False, True, True, False, False])
    told = measure(LabelledGraph("small", graph, laundering, None), Split(np.zeros(6, np.int64), np.arange(6)), np.arange(6.0))
    assert told.auc == 0.5
    assert told.hard_auc is None


def test_generated_graphs_are_laid_out_as_the_files_are(tmp_path):
    made = generate([Pattern.CYCLE], seed=4, accounts=ACCOUNTS, groups=GROUPS)
    assert made.transactions.columns == ["sourceNodeId", "targetNodeId", "value", "time"]
    assert made.transactions["time"].is_between(1, generated.STEPS - 1).all()
    assert set(np.flatnonzero(made.nodes["isFraud"])) == {account for group in made.groups for account in group}
    small = made.transactions.filter(pl.col("value") < 50)
    around = {(a, b) for group in made.groups for a, b in zip(group, (*group[1:], group[0]), strict=True)}
    assert set(small.select("sourceNodeId", "targetNodeId").iter_rows()) <= around
    again = generate([Pattern.CYCLE], seed=4, accounts=ACCOUNTS, groups=GROUPS)
    assert again.transactions.equals(made.transactions)
    generated.main([str(tmp_path / "made"), "--accounts", "400"])
    assert {graph.name for graph in read(tmp_path / "made")} == set(KINDS)


def test_folders_that_cannot_be_measured_are_refused_with_their_reason(tmp_path, capsys):
    assert bench.aml.main([str(tmp_path / "nowhere")]) == 2
    assert bench.aml.main([str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert "is no folder" in told
    assert "holds no NAME_transactions.parquet" in told
    paid = pl.DataFrame({"sourceNodeId": [0, 1], "targetNodeId": [1, 2], "value": [5.0, 6.0], "time": [1, 2]})
    nodes = pl.DataFrame({"nodeid": [0, 1, 2], "isFraud": [0, 1, 0]})
    transactions_at, nodes_at = tmp_path / "a_transactions.parquet", tmp_path / "a_nodes.parquet"
    paid.write_parquet(transactions_at)
    _refused(tmp_path, "no a_nodes.parquet")
    nodes.drop("isFraud").write_parquet(nodes_at)
    _refused(tmp_path, "no column isFraud")
    nodes.with_columns(isFraud=pl.lit(0)).write_parquet(nodes_at)
    _refused(tmp_path, "isFraud must be 1 for some")
    pl.concat([nodes, nodes]).write_parquet(nodes_at)
    _refused(tmp_path, "more than once")
    nodes.head(2).write_parquet(nodes_at)
    _refused(tmp_path, "a payment of node 2")
    nodes.write_parquet(nodes_at)
    paid.with_columns(value=pl.lit(0.0)).write_parquet(transactions_at)
    _refused(tmp_path, "an amount of 0 cents")
    paid.with_columns(value=pl.lit(None, pl.Float64)).write_parquet(transactions_at)
    _refused(tmp_path, "empty fields")
    paid.with_columns(value=pl.lit("much")).write_parquet(transactions_at)
    _refused(tmp_path, "cannot be read")
    paid.with_columns(targetNodeId="sourceNodeId").write_parquet(transactions_at)
    _refused(tmp_path, "no payment between two nodes")
    transactions_at.write_bytes(b"text")
    _refused(tmp_path, "cannot be read")
    paid.write_parquet(transactions_at)
    assert bench.aml.main([str(tmp_path)]) == 2
    assert "a has 1 launderers: 5 folds need 25" in capsys.readouterr().err


def _refused(folder: Path, words: str) -> None:
    with pytest.raises(GraphRefused, match=words):
        read(folder)
