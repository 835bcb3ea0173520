"""Each server can be an outside one, as docs/outside-servers.md says: named once, found by every shell and every process."""

import json
import re
import shutil
import stat

import pytest
import redis

from baas.local_file import CORE_ROLES, WAREHOUSE_ROLES
from baas.operator_errors import Refused
from baas.processes import ALL_SERVERS
from baas.up.databases import prepare_databases
from kit.kafka import admin
from kit.localset import ports
from kit.localset.orphans import end_orphans, find_orphans
from kit.localset.postgres import PostgresNode
from kit.localset.readiness import wait_until_ready
from kit.localset.supervision import Supervisor
from kit.settings import REPOSITORY_ROOT, Kafka, PostgresServer, Settings, Valkey, unknown_variables
from pipelines.profiles.store import connection_string
from tests.platform.conftest import LocalSet, eventually
from tests.platform.outside import (
    KAFKA_PASSWORD,
    KAFKA_USER,
    ROLE_PASSWORD,
    SUPERUSER_PASSWORD,
    VALKEY_PASSWORD,
    VALKEY_USER,
    Outside,
    outside_servers,
)

FOLDER = REPOSITORY_ROOT / "var" / "test-outside"
PAGE = (REPOSITORY_ROOT / "docs" / "outside-servers.md").read_text()
SERVERS = ("core", "warehouse", "kafka", "valkey")
# Said of a graph's server of our own, and by a start of the profile `full`.
OWN_GRAPH = {"BAAS_NEO4J__KEPT", "BAAS_NEO4J__HEAP_MB", "BAAS_NEO4J__PAGE_CACHE_MB"}
PROCESSES = ("mlflow", "relay", "scorer", "intake", "alerts", "sink-warehouse", "sink-lake", "api")
pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]


def passwords(roles: tuple[str, ...]) -> str:
    return json.dumps({role: SUPERUSER_PASSWORD if role == "postgres" else ROLE_PASSWORD for role in roles})


def named(outside: Outside) -> dict[str, str]:
    """What an operator exports, as the page tells it."""
    found = {
        "BAAS_KAFKA__BOOTSTRAP": outside.bootstrap,
        "BAAS_KAFKA__SECURITY": "SASL_SSL",
        "BAAS_KAFKA__MECHANISM": "PLAIN",
        "BAAS_KAFKA__USER": KAFKA_USER,
        "BAAS_KAFKA__PASSWORD": KAFKA_PASSWORD,
        "BAAS_KAFKA__CA": str(outside.ca),
        "BAAS_KAFKA__REPLICATION": "1",
        "BAAS_VALKEY__HOST": "127.0.0.1",
        "BAAS_VALKEY__PORT": str(outside.valkey_port),
        "BAAS_VALKEY__USER": VALKEY_USER,
        "BAAS_VALKEY__PASSWORD": VALKEY_PASSWORD,
        "BAAS_VALKEY__TLS": "true",
        "BAAS_VALKEY__CA": str(outside.ca),
    }
    for section, port, roles in (
        ("CORE", outside.core_port, CORE_ROLES),
        ("WAREHOUSE", outside.warehouse_port, WAREHOUSE_ROLES),
    ):
        found |= {
            f"BAAS_{section}__HOST": "127.0.0.1",
            f"BAAS_{section}__PORT": str(port),
            f"BAAS_{section}__SSLMODE": "disable",  # the packaged PostgreSQL is built without TLS
            f"BAAS_{section}__PASSWORDS": passwords(roles),
        }
    return found | {f"BAAS_{name.upper()}__EXTERNAL": "true" for name in SERVERS}


@pytest.fixture(scope="module")
def outside():
    shutil.rmtree(FOLDER, ignore_errors=True)
    with outside_servers(FOLDER / "servers") as started:
        yield started
    shutil.rmtree(FOLDER)


@pytest.fixture(scope="module")
def bank(outside):
    """A set whose servers are all outside ones, started once with their settings in the environment."""
    made = LocalSet(FOLDER / "bank")
    said = made.run("up", "--servers-only", **named(outside)).stdout
    assert said.count("outside server answers") == len(SERVERS)
    yield made
    made.run("down")
    end_orphans(str(made.var))


def test_the_page_names_every_setting_that_reaches_an_outside_server():
    exported = set(re.findall(r"^export (BAAS_\w+)=", PAGE, re.MULTILINE))
    fields = {
        f"BAAS_{section.upper()}__{field.upper()}"
        for section in ALL_SERVERS
        for field in type(Settings.model_fields[section].default).model_fields
    }
    assert exported == fields - {"BAAS_CORE__DBNAME", "BAAS_WAREHOUSE__DBNAME", "BAAS_KAFKA__PREFIX"} - OWN_GRAPH
    assert unknown_variables(exported) == {}
    for section, roles in (("CORE", CORE_ROLES), ("WAREHOUSE", WAREHOUSE_ROLES)):
        example = re.search(rf"^export BAAS_{section}__PASSWORDS='(.*)'$", PAGE, re.MULTILINE)
        assert tuple(json.loads(example[1])) == roles


def test_another_shell_finds_the_servers_that_a_start_named(bank):
    parts = {part["name"]: part for part in bank.status()["parts"]}
    assert {(parts[name]["kind"], parts[name]["healthy"]) for name in SERVERS} == {("outside", True)}
    assert stat.S_IMODE((bank.var / "local.json").stat().st_mode) == 0o600
    assert bank.run("up", "--servers-only").stdout.count("outside server answers") == len(SERVERS)
    assert not (bank.var / "core").exists()
    assert find_orphans(str(bank.var)) == []


def test_what_was_an_outside_server_never_becomes_one_of_ours_unasked(bank):
    refused = bank.run("up", "--servers-only", check=False, BAAS_CORE__EXTERNAL="false")
    assert refused.returncode == 1
    assert "was started with an outside server as core" in refused.stderr
    assert not (bank.var / "core").exists()


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_logs_in_to_the_servers_that_it_needs(bank, name):
    bank.run("restart", name)
    eventually(lambda: bank.part(name)["ready"], what=f"{name} is ready", within_s=120)


def test_the_topics_are_on_the_outside_broker_and_nobody_enters_it_without_a_password(outside, bank):
    assert "risk.decisions.v1" in admin(outside.kafka()).list_topics(timeout=20).topics
    wrong = outside.kafka().model_copy(update={"password": None, "user": None, "security": "SSL"})
    with pytest.raises(Exception, match=r"_TRANSPORT|timed out|Failed"):
        admin(wrong).list_topics(timeout=3)


def test_feast_reads_the_address_of_a_valkey_with_an_access_list_and_tls(outside):
    from feast.infra.online_stores.redis import RedisOnlineStore

    there = Valkey(
        port=outside.valkey_port, user=VALKEY_USER, password=VALKEY_PASSWORD, tls=True, ca=outside.ca, external=True
    )  # fmt: skip
    nodes, options = RedisOnlineStore._parse_connection_string(connection_string(there))
    assert nodes == [{"host": "127.0.0.1", "port": str(outside.valkey_port)}]
    with redis.Redis(**nodes[0], **options) as client:
        assert client.ping()


@pytest.mark.parametrize("section", ["CORE", "WAREHOUSE"])
def test_a_start_without_a_roles_password_is_refused_before_anything_is_made(tmp_path, outside, section):
    environment = named(outside) | {f"BAAS_{section}__PASSWORDS": json.dumps({"postgres": SUPERUSER_PASSWORD, "audit": "x"})}
    refused = LocalSet(tmp_path / "var").run("up", "--servers-only", check=False, **environment)
    assert refused.returncode == 1
    assert f"{section.lower()} is an outside server, and no password is named for" in refused.stderr
    assert f"export BAAS_{section}__PASSWORDS='{{" in refused.stderr
    assert not (tmp_path / "var" / "local.json").exists()


def test_a_core_that_does_not_write_a_logical_log_is_refused():
    folder = FOLDER / "physical"
    node = PostgresNode(name="core", folder=folder / "core", port=ports.choose(taken=()), password=SUPERUSER_PASSWORD)
    node.prepare()
    with (node.data / "localset.conf").open("a") as settings:
        settings.write("wal_level = replica\n")
    supervisor = Supervisor(folder)
    supervisor.configure([node.program()])
    try:
        supervisor.start(["core"])
        wait_until_ready("core", node.check, timeout_s=60)
        there = PostgresServer(port=node.port, sslmode="disable", passwords={"postgres": SUPERUSER_PASSWORD})
        with pytest.raises(Refused, match="wal_level is replica"):
            prepare_databases(Settings(var=folder, core=there))
    finally:
        supervisor.shutdown()
        shutil.rmtree(folder)


def test_a_broker_that_asks_who_comes_needs_a_user_and_a_password():
    with pytest.raises(ValueError, match="SASL_SSL needs a user and a password"):
        Kafka(security="SASL_SSL", user="bank")


def test_a_misspelt_setting_is_said_loudly(tmp_path, outside):
    misspelt = named(outside) | {"BAAS_CORE__PROT": "5433"}
    said = LocalSet(tmp_path / "var").run("up", "--servers-only", **misspelt)
    assert "WARNING: BAAS_CORE__PROT is no setting and changes nothing; did you mean BAAS_CORE__PORT?" in said.stdout
    doctor = LocalSet(tmp_path / "var").run("doctor", check=False, BAAS_DEMO__CUSTOMRES="10").stdout
    assert "BAAS_DEMO__CUSTOMRES is no setting" in doctor
    assert "name BAAS_DEMO__CUSTOMERS" in doctor
    LocalSet(tmp_path / "var").run("down")
