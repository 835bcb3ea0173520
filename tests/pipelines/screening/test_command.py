"""The command line: what it says of a name, of formats, and of what it cannot do."""

import json
from pathlib import Path

import pytest

from pipelines.screening.__main__ import main
from risk.screening.model import decode


def test_a_name_is_held_against_files_and_told_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "own.csv"
    path.write_text("id,kind,name,births\n1,person,Klaus Zanbomann,1971\n2,person,Somebody Else,\n")
    assert main(["search", "Zanboman, K.", f"own:{path}", "--birth", "1971-03-25"]) == 0
    [said] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (said["entry"], said["name"], said["birth"]) == ("1", "Klaus Zanbomann", "same-year")
    assert {each["way"] for each in said["met"]} == {"initial", "other-spelling"}


def test_formats_are_named_with_their_licences(capsys: pytest.CaptureFixture[str]):
    assert main(["formats"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in ("un\n", "ofac\n", "us-consolidated\n", "ceis\n", "own\n", "public domain", "LGPD"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["search", "x", "nonsense"], "say a format and a file"),
        (["search", "x", "nothing:file"], "there is no format nothing"),
        (["search", "x", "own:/no/such/file"], "No such file"),
        (["load", "own", "file", "--list", "Not A Name"], "a list's name has small letters"),
    ],
)
def test_what_cannot_be_done_is_said(arguments, said, capsys):
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_weights_are_learned_anew_from_ones_own_decisions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name, count in (("MADE_UP_PAIRS", 600), ("MISTYPED", 200), ("NUMBERED", 20)):
        monkeypatch.setattr(f"pipelines.screening.__main__.{name}", count)
    pairs, out = tmp_path / "decided.csv", tmp_path / "weights.json"
    pairs.write_text("query,candidate,match\nKlaus Zanbomann,Claus Zanboman,1\nKlaus Zanbomann,Klaus Quimbo,0\n")
    assert main(["learn", "--pairs", str(pairs), "--out", str(out)]) == 0
    found = decode(out.read_text())
    assert 0.2 < found.threshold < 0.9
    assert found.learned_from == ("1,018 made-up pairs (simulator/labelled_names, seed 1)", "2 pairs of decided.csv")
