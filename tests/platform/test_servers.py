"""The local servers: started from nothing, killed at any moment, stopped cleanly; what was acknowledged is there afterwards."""

import json
import socket
import stat
import time

import psycopg
import pytest
import redis
from confluent_kafka import Consumer, TopicPartition

from contracts.topics import LABELS, topics
from kit.kafka import admin, producer
from kit.localset.orphans import find_orphans
from kit.localset.readiness import NotReady, wait_until_ready
from kit.postgres import connect
from kit.settings import REPOSITORY_ROOT, Kafka, PostgresServer
from tests.platform.conftest import SERVERS, LocalSet, eventually
from tests.servers import run_baas

pytestmark = pytest.mark.servers


def back(local_set: LocalSet, name: str, dead: int) -> None:
    """Wait until the supervisor has another process in its place and a real request works."""
    eventually(lambda: local_set.pid(name) not in (0, dead), what=f"{name} is started again")
    eventually(lambda: local_set.part(name)["healthy"], what=f"{name} answers again")


def passwords_of(server: PostgresServer) -> str:
    return json.dumps({role: password.get_secret_value() for role, password in server.passwords.items()})


def test_the_first_start_makes_every_server_database_role_and_topic(local_set):
    parts = {part["name"]: part for part in local_set.status()["parts"]}
    assert all(parts[name]["healthy"] for name in SERVERS)
    servers = local_set.servers
    with connect(servers.warehouse.dsn("postgres"), application="test") as connection:
        databases = {row[0] for row in connection.execute("select datname from pg_database").fetchall()}
    assert {"warehouse", "mlflow", "dagster", "feast", "superset"} <= databases
    assert topics().keys() <= admin(servers.kafka).list_topics(timeout=10).topics.keys()


@pytest.mark.parametrize(("server", "role"), [("core", "api"), ("core", "relay"), ("warehouse", "sinks")])
def test_a_role_logs_in_with_its_own_password_and_no_other(local_set, server, role):
    found = getattr(local_set.servers, server)
    with connect(found.dsn(role), application="test") as connection:
        assert connection.execute("select current_user").fetchone() == (role,)
    wrong = found.model_copy(update={"passwords": {role: found.passwords["audit"]}})
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(wrong.dsn(role), application="test")


@pytest.mark.parametrize("tool", ["mlflow", "dagster", "feast", "superset"])
def test_a_tool_owns_its_own_database(local_set, tool):
    with connect(local_set.servers.warehouse.dsn(tool, dbname=tool), application="test") as connection:
        connection.execute("create table public.mine (n int)")
        connection.execute("drop table public.mine")


def test_valkey_refuses_a_client_without_the_password(local_set):
    valkey = local_set.servers.valkey
    with redis.Redis(port=valkey.port) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


def test_passwords_are_readable_by_their_owner_alone(local_set):
    for path in (
        local_set.var / "local.json",
        local_set.var / "valkey" / "valkey.conf",
        local_set.supervisor.folder / "supervisord.conf",
    ):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_a_second_up_changes_nothing(local_set):
    before = [local_set.pid(name) for name in SERVERS]
    said = local_set.run("up", "--servers-only").stdout
    assert [local_set.pid(name) for name in SERVERS] == before
    assert "topics: present" in said


def test_core_keeps_what_it_committed_when_killed(local_set):
    core = local_set.servers.core
    with connect(core.dsn("postgres"), application="test") as connection:
        connection.execute("create table if not exists survivor (n int)")
        connection.execute("insert into survivor values (1)")
    back(local_set, "core", local_set.kill("core"))
    with connect(core.dsn("postgres"), application="test") as connection:
        assert connection.execute("select count(*) from survivor").fetchone()[0] >= 1
        connection.execute("drop table survivor")


def test_the_warehouse_comes_back_when_killed(local_set):
    back(local_set, "warehouse", local_set.kill("warehouse"))


def test_kafka_keeps_what_it_acknowledged_when_killed(local_set):
    kafka: Kafka = local_set.servers.kafka
    sent = producer(kafka, client="test")
    sent.produce(LABELS, b"acknowledged")
    assert sent.flush(20) == 0
    back(local_set, "kafka", local_set.kill("kafka"))
    reader = Consumer({"bootstrap.servers": kafka.bootstrap, "group.id": "test", "auto.offset.reset": "earliest"})
    reader.assign([TopicPartition(LABELS, 0, 0)])
    found: list[bytes] = []

    def read_again() -> bool:
        message = reader.poll(0.2)
        if message is not None and message.error() is None:
            found.append(message.value())
        return b"acknowledged" in found

    eventually(read_again, what="the message is read again")
    reader.close()


def test_valkey_keeps_what_reached_its_file_when_killed(local_set):
    valkey = local_set.servers.valkey
    client = redis.Redis(port=valkey.port, password=valkey.password.get_secret_value())
    client.set("survivor", "1")
    assert client.execute_command("WAITAOF", 1, 0, 5000)[0] == 1
    back(local_set, "valkey", local_set.kill("valkey"))
    assert client.get("survivor") == b"1"
    client.close()


def test_a_port_that_another_took_while_the_set_was_down_is_chosen_anew(local_set):
    port = local_set.servers.valkey.port
    local_set.run("down")
    assert find_orphans(str(local_set.var)) == []
    with socket.create_server(("127.0.0.1", port)):
        local_set.run("up", "--servers-only")
        assert local_set.servers.valkey.port != port
    assert all(local_set.part(name)["healthy"] for name in SERVERS)


def test_down_leaves_no_process_and_a_second_down_is_harmless(local_set):
    local_set.run("down")
    assert find_orphans(str(local_set.var)) == []
    local_set.run("down")
    assert local_set.status()["running"] is False
    assert "nothing runs" in local_set.run("status").stdout
    local_set.run("up", "--servers-only")


def test_an_outside_server_is_checked_and_not_started(local_set, tmp_path):
    servers = local_set.servers
    outside = {
        "BAAS_CORE__EXTERNAL": "true",
        "BAAS_CORE__PORT": str(servers.core.port),
        "BAAS_CORE__DBNAME": "core",
        "BAAS_CORE__PASSWORDS": passwords_of(servers.core),
        "BAAS_WAREHOUSE__EXTERNAL": "true",
        "BAAS_WAREHOUSE__PORT": str(servers.warehouse.port),
        "BAAS_WAREHOUSE__DBNAME": "warehouse",
        "BAAS_WAREHOUSE__PASSWORDS": passwords_of(servers.warehouse),
        "BAAS_KAFKA__EXTERNAL": "true",
        "BAAS_KAFKA__BOOTSTRAP": servers.kafka.bootstrap,
        "BAAS_VALKEY__EXTERNAL": "true",
        "BAAS_VALKEY__PORT": str(servers.valkey.port),
        "BAAS_VALKEY__PASSWORD": servers.valkey.password.get_secret_value(),
    }
    var = tmp_path / "var"
    said = run_baas(var, "up", "--servers-only", **outside).stdout
    assert said.count("outside server answers") == 4
    assert find_orphans(str(var)) == []
    run_baas(var, "down", **outside)


def test_up_says_what_the_log_of_a_server_that_cannot_start_says(local_set):
    settings = local_set.var / "valkey" / "valkey.conf"
    local_set.supervisor.stop(["valkey"])
    settings.write_text("no-such-directive yes\n")
    local_set.supervisor.start(["valkey"])
    with pytest.raises(NotReady, match="no-such-directive"):
        wait_until_ready(
            "valkey",
            lambda: redis.Redis(port=local_set.servers.valkey.port).ping(),
            timeout_s=60,
            obstacle=lambda waited_s: local_set.supervisor.obstacle("valkey", waited_s=waited_s + 20),
        )
    local_set.supervisor.stop(["valkey"])
    local_set.run("up", "--servers-only")
    assert local_set.part("valkey")["healthy"]


def test_restart_waits_until_the_server_answers(local_set):
    before = local_set.pid("valkey")
    started = time.monotonic()
    assert "up again" in local_set.run("restart", "valkey").stdout
    assert local_set.pid("valkey") != before
    assert time.monotonic() - started < 30
    refused = local_set.run("restart", "nonsense", check=False)
    assert refused.returncode == 1
    assert "there is no nonsense" in refused.stderr


def test_the_doctor_finds_running_servers_well(local_set):
    done = local_set.run("doctor", check=False)
    assert done.returncode == 0, done.stdout
    assert " 0 faults" in done.stdout


def test_logs_shows_the_end_and_refuses_what_is_no_log(local_set):
    assert "Ready to accept connections" in local_set.run("logs", "valkey", "-n", "20").stdout
    refused = local_set.run("logs", "../supervisor/supervisord", check=False)
    assert refused.returncode == 1
    assert str(REPOSITORY_ROOT) not in refused.stdout
