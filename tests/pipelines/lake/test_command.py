"""`baas lake` as it is called."""

import pytest

from kit.lake.manifest import live_files
from kit.settings import Settings, settings
from pipelines.lake.__main__ import main
from tests.pipelines.lake.test_compaction import in_turn, lay


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BAAS_VAR", str(tmp_path))
    settings.cache_clear()
    yield lay(Settings(var=tmp_path).lake, *in_turn([0] * 12, 4))
    settings.cache_clear()


def test_compact_says_what_it_did_and_then_that_there_is_nothing_to_do(folder, capsys):
    assert main(["compact", "--grace-h", "0"]) == 0
    assert "3 files" in capsys.readouterr().out
    assert [path.name for path in folder.glob("*.parquet")] == []
    assert main(["compact"]) == 0
    assert capsys.readouterr().out == "nothing to compact\n"


def test_files_says_what_each_topic_has(folder, capsys):
    assert main(["files"]) == 0
    told = capsys.readouterr().out.splitlines()[1].split()
    assert told[:4] == [folder.name, "3", "3", "12"]
    assert told[5:] == ["2024-10-04"]


def test_verify_finds_a_file_that_is_not_what_was_written(folder, capsys):
    assert main(["verify"]) == 0
    assert "3 of 3 files are what was written" in capsys.readouterr().out
    path = folder / live_files(folder)[1].name
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert main(["verify"]) == 1
    assert f"DAMAGED  {path.name}" in capsys.readouterr().out


def test_a_gap_is_exit_code_2_with_what_to_do(folder, capsys):
    (folder / live_files(folder)[1].name).unlink()
    assert main(["verify"]) == 2
    assert "Put the file back" in capsys.readouterr().err


def test_a_lake_that_is_not_there_yet_has_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BAAS_VAR", str(tmp_path / "empty"))
    settings.cache_clear()
    assert [main([command]) for command in ("files", "compact", "verify")] == [0, 0, 0]
    settings.cache_clear()
