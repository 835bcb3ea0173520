"""The lake through SQL says what the log says, and nothing can be changed or read beside it."""

import json
import sys
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contracts.topics import DECISIONS, LABELS
from kit.lake.files import write_file
from kit.settings import PostgresServer, Settings
from pipelines.lake import decisions
from pipelines.sql import NotRead, Session
from pipelines.sql.formats import form_of, write
from pipelines.sql.shell import Completer, dotted
from streams.sinks.lake.columns import LakeRow, as_batch
from streams.sinks.messages import decode
from tests.streams.conftest import EXAMPLES

# Nobody listens there.
NO_WAREHOUSE = PostgresServer(host="127.0.0.1", port=9)


def lay(lake: Path, topic: str, records: list[dict]) -> None:
    payloads = [json.dumps(record).encode() for record in records]
    rows = [LakeRow(decode(topic, payload), offset, 5, payload) for offset, payload in enumerate(payloads)]
    folder = lake / topic
    folder.mkdir(parents=True)
    table = pa.Table.from_batches([as_batch(topic, rows)])
    write_file(folder, table, partition=0, first=0, last=len(rows) - 1, now_ms=0)


def lay_bank(lake: Path) -> None:
    """The contract's examples of the log, a second decision of another bank, and an override of the first."""
    log = json.loads((EXAMPLES / f"{DECISIONS}.json").read_text())
    first = next(record for record in log if record["record"] == "decision")
    other = json.loads(json.dumps(first))
    other["transaction"] |= {"tenant_id": "other", "transaction_id": "0199aaaa-0000-7000-8000-000000000001"}
    override = {
        "record": "override", "epoch": 9, "n": 10**9, "tenant_id": first["transaction"]["tenant_id"],
        "transaction_id": first["transaction"]["transaction_id"], "answer": first["answer"] | {"verdict": "deny"},
    }  # fmt: skip
    lay(lake, DECISIONS, [*log, other, override])
    lay(lake, LABELS, json.loads((EXAMPLES / f"{LABELS}.json").read_text()))


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    found = Settings(var=tmp_path_factory.mktemp("var"), warehouse=NO_WAREHOUSE)
    lay_bank(found.lake)
    return found


@pytest.fixture
def session(settings):
    with Session(settings) as opened:
        yield opened


def rows(session: Session, query: str) -> list[tuple]:
    return [tuple(row.values()) for row in session.ask(query).table().to_pylist()]


def test_decisions_have_the_answer_of_their_last_override_as_every_other_reader_says(session, settings):
    found = pl.DataFrame(pl.from_arrow(session.ask("select * from lake.decisions order by n").table()))
    wanted = decisions(settings.lake)
    assert len(wanted) >= 2
    assert found.select(wanted.columns).equals(wanted)
    assert "deny" in found["verdict"].to_list()


def test_a_time_in_milliseconds_is_a_moment_too(session):
    assert rows(session, "select count(*) from lake.decisions where epoch_ms(event_time) = event_time_ms") == [(2,)]


def test_the_views_have_each_kind_of_record_and_the_log_all_of_them(session, settings):
    counted = dict(rows(session, "select record, count(*) from lake.log group by 1"))
    for view, record in {"outcomes": "outcome", "overrides": "override", "controls": "control"}.items():
        assert rows(session, f"select count(*) from lake.{view}") == [(counted[record],)]
    assert rows(session, "select count(*) from labels") == [(pl.read_parquet(settings.lake / LABELS / "*.parquet").height,)]
    assert "lake.alerts" not in session.tables()


def test_with_a_tenant_there_is_nothing_of_another(settings):
    with Session(settings, tenant_id="other") as session:
        assert rows(session, "select distinct tenant_id from lake.log") == [("other",)]


@pytest.mark.parametrize(
    "statement",
    [
        "create table x (a int)", "drop view lake.log", "insert into lake.labels values (1)", "attach 'x.db'",
        "copy (select 1) to '/tmp/x.csv'", "set lock_configuration = false", "select 1; select 2", "install httpfs",
        "select * from read_csv('/etc/passwd')", "select * from read_text('/etc/hostname')", "call force_checkpoint()",
        "select * from '/etc/passwd'", "pragma database_list",
    ],
)  # fmt: skip
def test_nothing_but_a_query_over_the_lake_is_taken(session, statement):
    before = session.tables()
    with pytest.raises(NotRead):
        session.ask(statement).table()
    assert session.tables() == before


def test_a_query_that_is_wrong_says_where(session):
    with pytest.raises(NotRead, match="verdicts"):
        session.ask("select verdicts from lake.decisions")


def test_a_value_that_cannot_be_worked_out_is_told_like_any_other_mistake(session):
    with pytest.raises(NotRead, match="Could not convert"):
        session.ask("select cast(tenant_id as integer) from lake.log").table()
    assert rows(session, "select 1") == [(1,)]


def test_an_answer_that_was_not_read_to_its_end_is_in_nobody_s_way(session):
    session.ask("select * from range(1_000_000)")
    assert rows(session, "select 2") == [(2,)]


def test_a_lake_is_read_also_where_no_warehouse_answers(session):
    assert session.no_marts
    assert rows(session, "select 1 + 1") == [(2,)]


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_an_answer_is_written_whole_in_the_format_that_the_name_says(session, tmp_path, form):
    out = tmp_path / f"found.{form}"
    query = "select * from (values (1, 'a', null), (2, 'ü, \"x\"', 1.5)) t(n, word, part)"
    assert form_of(None, out) == form
    assert write(session.ask(query), form=form, out=out, screen=sys.stdout) == 2
    assert [path.name for path in tmp_path.iterdir()] == [out.name]
    read = {"csv": pl.read_csv, "json": pl.read_ndjson, "parquet": pl.read_parquet}[form](out)
    assert read["n"].to_list() == [1, 2]
    assert read["word"].to_list() == ["a", 'ü, "x"']
    assert [None if value is None else float(value) for value in read["part"]] == [None, 1.5]


def test_a_table_for_people_shows_the_first_rows_and_says_how_many_there_are(session, capsys):
    assert write(session.ask("select range as n from range(250)"), form="table", out=None, screen=sys.stdout) == 250
    shown = capsys.readouterr().out.splitlines()
    assert (shown[0].strip(), shown[2].strip(), shown[101].strip()) == ("n", "0", "99")
    assert "150 more rows" in shown[-1]


def test_parquet_is_not_for_the_screen(session):
    with pytest.raises(NotRead, match="--out"):
        write(session.ask("select 1"), form="parquet", out=None, screen=sys.stdout)


def test_the_shell_names_tables_and_columns_and_goes_on_with_what_was_typed(session):
    assert "lake.decisions" in dotted(session, ".tables")
    assert "event_time_ms" in dotted(session, ".schema decisions")
    assert "there is no table nowhere" in dotted(session, ".schema nowhere")
    complete = Completer(session).complete
    assert complete("lake.dec", 0) == "lake.decisions"
    assert complete("challenger_p", 0) == "challenger_probability"
    assert complete("lake.dec", 1) is None


def test_what_was_opened_leaves_nothing_behind(settings):
    opened = Session(settings)
    folder = opened._folder
    assert folder.exists()
    opened.close()
    assert not folder.exists()
    assert pq.read_metadata(next((settings.lake / LABELS).glob("*.parquet"))).num_rows > 0
