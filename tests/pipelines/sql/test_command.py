"""`baas sql` as it is called."""

import io
import json
import sys

import pytest

from kit.settings import PostgresServer, Settings, settings
from pipelines.sql.__main__ import main
from tests.pipelines.sql.test_lake import lay_bank


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """A small lake, and no warehouse."""
    monkeypatch.setenv("BAAS_VAR", str(tmp_path))
    monkeypatch.setenv("BAAS_WAREHOUSE__PORT", "9")
    settings.cache_clear()
    lay_bank(Settings(var=tmp_path, warehouse=PostgresServer(port=9)).lake)
    yield
    settings.cache_clear()


def test_a_query_is_answered_in_the_format_that_is_asked_for(capsys):
    assert main(["select verdict, count(*) as n from lake.decisions group by 1 order by 1", "--format", "json"]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"verdict": "allow", "n": 1}, {"verdict": "deny", "n": 1},
    ]  # fmt: skip


def test_a_query_may_come_from_standard_input(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("select count(*) as n from lake.log where record = 'decision'"))
    assert main(["-", "--format", "csv"]) == 0
    assert capsys.readouterr().out == "n\n2\n"


def test_tables_and_columns_are_told(capsys):
    assert main([".tables"]) == 0
    assert "lake.decisions" in capsys.readouterr().out
    assert main([".schema lake.labels"]) == 0
    assert "known_at_ms" in capsys.readouterr().out


def test_a_wrong_query_is_exit_code_2_with_what_to_do_and_leaves_no_file(capsys, tmp_path):
    out = tmp_path / "found.csv"
    assert main(["select nothing from lake.decisions", "--out", str(out)]) == 2
    assert "baas sql .tables" in capsys.readouterr().err
    assert not out.exists()
    assert main(["select 1", "--out", str(tmp_path / "no" / "folder.csv")]) == 2


def test_a_file_gets_the_rows_and_the_screen_their_number(capsys, tmp_path):
    out = tmp_path / "found.parquet"
    assert main(["select * from lake.labels", "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert f"rows in {out}" in said.err
