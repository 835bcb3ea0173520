"""What the job takes, before it needs Flink: flags, variables, and values that stay within their quotes."""

import importlib.util
import re

import pytest

from bench.flink_run import PROJECT

specification = importlib.util.spec_from_file_location("flink_job", PROJECT.job)
job = importlib.util.module_from_spec(specification)
specification.loader.exec_module(job)
NEEDED = ["--bootstrap=broker:9092", "--checkpoints=file:///checkpoints"]


def options(*more: str):
    return job.parser().parse_args([*NEEDED, *more])


def test_each_statement_gets_its_values_and_no_name_is_left():
    texts = job.statements(job.substitutions(options("--source-topic=a.inbound", "--out-of-order-s=90061")))
    assert "'topic' = 'a.inbound'" in texts[0]
    assert "INTERVAL '1 01:01:01' DAY TO SECOND" in texts[0]
    assert not any("$" in text for text in texts)
    assert [text.splitlines()[1].split()[0] for text in texts].count("INSERT") == len(texts) - 4


def test_a_folder_without_sql_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no \.sql"):
        job.statements({}, tmp_path)


def test_a_value_that_would_leave_its_quotes_is_refused():
    with pytest.raises(ValueError, match="source_topic must not hold"):
        job.substitutions(options("--source-topic=a' , 'b' = 'c"))


def test_what_a_file_says_of_the_clients_goes_to_source_and_sink(tmp_path):
    file = tmp_path / "client.properties"
    file.write_text("# TLS\nsecurity.protocol=SSL\n\nssl.truststore.location=/ca.jks\n")
    texts = job.statements(job.substitutions(options(f"--kafka-properties={file}")))
    assert sum("'properties.security.protocol' = 'SSL'" in text for text in texts) == 2
    file.write_text("security.protocol=SSL\nit's no property\n")
    with pytest.raises(ValueError, match="line 2"):
        job.substitutions(options(f"--kafka-properties={file}"))


def test_a_bounded_job_ends_at_what_is_there_and_a_restored_one_begins_where_it_says():
    assert job.substitutions(options())["bounded_mode"] == "unbounded"
    assert job.substitutions(options("--bounded"))["bounded_mode"] == "latest-offset"
    assert "execution.state-recovery.path" not in job.configuration(options())
    restored = job.configuration(options("--restore=file:///savepoint"))
    assert restored["execution.state-recovery.path"] == "file:///savepoint"


def test_state_lies_on_the_heap_unless_told_and_what_has_changed_is_saved_from_disk():
    heap, disk = job.configuration(options()), job.configuration(options("--state=rocksdb"))
    named = ("state.backend.type", "execution.checkpointing.incremental")
    assert [heap[name] for name in named] == ["hashmap", "false"]
    assert [disk[name] for name in named] == ["rocksdb", "true"]
    with pytest.raises(ValueError, match="--state takes hashmap or rocksdb, not 'tape'"):
        job.configuration(options("--state=tape"))


def test_a_flag_wins_over_its_variable_and_both_over_the_default(monkeypatch):
    assert options().parallelism == 1
    monkeypatch.setenv("FLINK_JOB_PARALLELISM", "3")
    assert options().parallelism == 3
    assert options("--parallelism=2").parallelism == 2


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("--jobmanager=nowhere", "takes host:port"),
        ("--out-of-order-s=-1", "no time"),
        ("--kafka-properties=/no/such/file", "No such file"),
    ],
)
def test_what_cannot_be_meant_ends_the_job_in_words(flag, said, capsys):
    assert job.main([*NEEDED, flag]) == 2
    assert re.search(said, capsys.readouterr().err)


def test_a_job_without_brokers_is_not_submitted(capsys):
    with pytest.raises(SystemExit):
        job.main(["--checkpoints=file:///checkpoints"])
    assert "--bootstrap" in capsys.readouterr().err
