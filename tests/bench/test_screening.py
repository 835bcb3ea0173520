"""The bench of screening keeps the contract, on pairs of its own and on a file's, and does better than its peer."""

import json
from pathlib import Path

import pytest

import bench.screening
from tests.bench.test_benches import check_contract


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    assert bench.screening.main(["--quick", *arguments]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    check_contract(found, name="screening")
    return dict(found)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ENTRIES", 2_000), ("QUICK_PAIRS", 600), ("QUICK_TYPED", 200), ("QUICK_TIMED", 60), ("PEER_TIMED", 5)):
        monkeypatch.setattr(bench.screening, name, value)


def test_made_up_pairs_are_told_apart_better_than_by_the_peer(capsys):
    found = told(capsys)
    assert found["figures"]["f1"] > 0.93 > found["baselines"]["token-sort-ratio"]["f1"]
    assert found["figures"]["recall_typos"] > 0.95
    assert found["figures"]["false_positive_typos"] < 0.01


def test_pairs_of_a_file_are_judged(tmp_path: Path, capsys):
    path = tmp_path / "pairs.csv"
    rows = ["query,candidate,match", 'Klaus Zanbomann,"Zanbomann, Klaus",1', "Klaus Zanbomann,Anna Quimbo,0"]
    path.write_text("\n".join(rows))
    found = told(capsys, str(path))
    assert (found["figures"]["precision"], found["figures"]["recall"], found["settings"]["pairs"]) == (1.0, 1.0, 2)
    path.write_text("query,candidate,match\na,b,perhaps\n")
    with pytest.raises(ValueError, match="perhaps"):
        bench.screening.main(["--quick", str(path)])
