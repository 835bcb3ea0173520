"""The one list of processes, and what is made from it."""

import subprocess
import sys

import pytest
from pydantic import SecretStr

from baas.machine import Machine
from baas.processes import ALL_SERVERS, HEALTH_PORTS, PROCESSES, Process, in_order, of_profile, stopping_order
from kit.localset.program import Program, render
from kit.settings import REPOSITORY_ROOT, Settings


def test_each_process_comes_after_what_it_needs():
    seen = set(ALL_SERVERS)
    for process in in_order(PROCESSES):
        assert set(process.depends_on) <= seen, process.name
        seen.add(process.name)


def test_nothing_is_stopped_while_what_needs_it_runs():
    stopped: set[str] = set()
    for group in stopping_order():
        for process in PROCESSES:
            if set(process.depends_on) & set(group):
                assert process.name in stopped, process.name
        stopped |= set(group)
    assert stopped == set(ALL_SERVERS) | {process.name for process in PROCESSES}


def test_processes_that_need_each_other_are_refused():
    circle = [Process(name=a, command=("python",), depends_on=(b,)) for a, b in (("x", "y"), ("y", "x"))]
    with pytest.raises(ValueError, match="x, y"):
        in_order(circle)


def test_the_core_profile_is_part_of_the_full_one():
    core = {process.name for process in of_profile("core")}
    assert core < {process.name for process in of_profile("full")}
    assert "dagster-daemon" not in core


def test_every_process_that_answers_health_questions_has_a_port_or_an_address():
    for process in PROCESSES:
        assert not process.health_path or process.listens or process.name in HEALTH_PORTS


def test_no_password_stands_in_a_command_line(tmp_path):
    found = Settings(var=tmp_path)
    found.warehouse.passwords["mlflow"] = SecretStr("a-secret")
    outside = set(ALL_SERVERS)
    for name in outside:
        getattr(found, name).external = True
    for program in Machine(found).programs():
        assert "a-secret" not in " ".join(program.command)


def test_what_the_supervisor_reads_keeps_odd_values_whole(tmp_path):
    from supervisor.datatypes import dict_of_key_value_pairs

    program = Program(
        name="odd", command=("/bin/echo", "50%", 'a "b"'), folder=tmp_path, environment={"A": 'j{"x": "1,2"}', "B": "50%"}
    )
    text = render([program], socket=tmp_path / "s", folder=tmp_path, logs=tmp_path, marker="m")
    line = next(line for line in text.splitlines() if line.startswith("environment="))
    values = dict_of_key_value_pairs(line.removeprefix("environment=") % {})
    assert values["A"] == 'j{"x": "1,2"}'
    assert values["B"] == "50%"
    with pytest.raises(ValueError, match="both kinds"):
        render(
            [Program(name="odd", command=("x",), folder=tmp_path, environment={"A": "'\""})],
            socket=tmp_path / "s", folder=tmp_path, logs=tmp_path, marker="m",
        )  # fmt: skip


def test_help_loads_nothing_heavy():
    heavy = "{'numba', 'mlflow', 'psycopg', 'confluent_kafka', 'polars', 'alembic'}"
    code = f"import sys, baas.cli; print(sorted({heavy} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY_ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
