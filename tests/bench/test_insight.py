"""The bench of insight keeps the contract, and what it measures is better than what it is measured beside."""

import json
from dataclasses import replace

import bench.insight
from tests.bench.test_benches import check_contract


def test_a_small_run_ends_with_figures_that_beat_the_rule_and_the_usual_gap(monkeypatch, capsys):
    monkeypatch.setattr(bench.insight, "QUICK", replace(bench.insight.QUICK, households=16, days=300, customers=400))
    assert bench.insight.main(["--quick"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    check_contract(told, name="insight")
    figures, rule, gap = told["figures"], told["baselines"]["rule"], told["baselines"]["usual-gap"]
    assert figures["accuracy_pct"] > rule["accuracy_pct"] + 10
    assert figures["without_code_macro_f1"] > rule["without_code_macro_f1"]
    assert figures["recurring_precision_pct"] > 90
    assert figures["recurring_recall_pct"] > gap["recurring_recall_pct"] + 5
