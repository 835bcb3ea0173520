"""docker-compose.yml: valid, complete, pinned, and without a secret. It is not run here: there may be no container engine."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from pydantic import SecretStr

from baas.machine import Machine
from baas.processes import ALL_SERVERS, FULL_SERVERS, PROCESSES, SERVERS, environment, of_profile
from kit.localset.jars import NEO4J_JARS, read_lock
from kit.localset.kafka import KafkaNode
from kit.settings import REPOSITORY_ROOT, Settings, unknown_variables

SCHEMA = Path(__file__).parent / "schemas" / "compose-spec.json"
ONE_SHOT = {"prepare": ["baas", "migrate"], "bootstrap": ["baas", "bootstrap"]}
CORE, FULL = ({process.name: process for process in of_profile(profile)} for profile in ("core", "full"))


def neo4j_version() -> str:
    """Of the jars that the local set runs."""
    [found] = [jar for jar in read_lock(NEO4J_JARS) if jar.coordinate.startswith("org.neo4j:neo4j:")]
    return found.coordinate.rpartition(":")[2]


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((REPOSITORY_ROOT / "docker-compose.yml").read_text())


def test_it_follows_the_compose_specification(compose):
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(compose)


def test_a_service_that_the_specification_does_not_allow_is_noticed(compose):
    spoilt = compose | {"services": compose["services"] | {"api": {"imagine": "serving"}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(spoilt)


def test_it_holds_the_same_servers_and_processes_as_the_local_set(compose):
    assert compose["services"].keys() - ONE_SHOT.keys() == set(ALL_SERVERS) | {process.name for process in PROCESSES}


def test_a_python_process_runs_the_same_module_in_both(compose):
    for process in PROCESSES:
        if process.command[0] == "python":
            assert tuple(compose["services"][process.name]["command"]) == process.command


def test_the_profiles_are_the_same(compose):
    full = {process.name for process in PROCESSES if process.profile == "full"} | set(FULL_SERVERS)
    assert {name: service["profiles"] for name, service in compose["services"].items() if "profiles" in service} == {
        name: ["full"] for name in full
    }


@pytest.fixture(scope="module")
def local(tmp_path_factory) -> Machine:
    """The local set, as a first start would make it."""
    var = tmp_path_factory.mktemp("var")
    found = Settings(var=var)
    for server in (found.core, found.warehouse):
        server.passwords["postgres"] = SecretStr("any")
    found.kafka.external = True
    return Machine(found)


@pytest.mark.parametrize("name", ["core", "warehouse"])
def test_postgresql_is_told_the_same_in_both(compose, local, name):
    program, *options = compose["services"][name]["command"]
    assert program == "postgres"
    assert dict(option.removeprefix("-c").split("=", 1) for option in options) == local.nodes[name].server_settings


def test_kafka_is_told_the_same_in_both(compose):
    told = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in compose["services"]["kafka"]["environment"].items()
    }
    node = KafkaNode(name="kafka", folder=Path(), port=1, controller_port=2, java=None, class_path=())
    assert node.server_settings.items() <= told.items()
    where = r"process\.roles|node\.id|controller\..*|.*listener.*|log\.dirs|heap\.opts"
    assert [name for name in told.keys() - node.server_settings.keys() if not re.fullmatch(where, name)] == []
    assert told["heap.opts"] == f"-Xms{node.heap_mb}m -Xmx{node.heap_mb}m"


def test_valkey_is_told_the_same_in_both(compose, local):
    written = re.search(r"printf '(.*?)'", compose["services"]["valkey"]["command"][2])[1]
    told = dict(line.split(" ", 1) for line in written.split("\\n") if line)
    assert told.pop("requirepass") == "%s"
    assert told == local.nodes["valkey"].server_settings


def test_neo4j_is_told_the_same_in_both(compose, local):
    service = compose["services"]["neo4j"]
    told = {
        name.removeprefix("NEO4J_").replace("__", "\0").replace("_", ".").replace("\0", "_"): value
        for name, value in service["environment"].items()
        if name != "NEO4J_AUTH"
    }
    assert told == local.nodes["neo4j"].server_settings
    assert service["image"] == f"neo4j:{neo4j_version()}-community"


def test_a_process_finds_the_same_around_it_in_both(compose, local):
    elsewhere = re.compile(r"_DIR$|_URI$|_URL$|_HOME$")  # folders and addresses are the container's own
    for process in PROCESSES:
        there = compose["services"][process.name]["environment"]
        for variable, value in environment(process, local.settings).items():
            assert variable in there, f"{process.name}: {variable}"
            assert elsewhere.search(variable) or there[variable] == value, f"{process.name}: {variable}"
        assert unknown_variables(there) == {}


def test_the_tracking_server_answers_to_the_name_that_the_others_call_it(compose):
    mlflow = compose["services"]["mlflow"]["environment"]
    called = f"{mlflow['BAAS_MLFLOW__HOST']}:{mlflow['BAAS_MLFLOW__PORT']}"
    assert called in mlflow["MLFLOW_SERVER_ALLOWED_HOSTS"].split(",")


def test_what_is_done_once_is_done_in_the_order_of_a_start(compose):
    services = compose["services"]
    for name, command in ONE_SHOT.items():
        assert services[name]["command"] == command
        assert services[name]["restart"] == "no"
    assert services["prepare"]["depends_on"].keys() == set(SERVERS)
    before = {name for name, process in CORE.items() if not process.after_history}
    assert services["bootstrap"]["depends_on"] == {name: {"condition": "service_healthy"} for name in before}
    for name, process in FULL.items():
        waits = "bootstrap" if process.after_history else "prepare"
        assert services[name]["depends_on"][waits] == {"condition": "service_completed_successfully"}


def test_every_image_names_a_version(compose):
    for name, service in compose["services"].items():
        assert re.fullmatch(r"[\w./-]+:\d[\w.-]*", service["image"]), name


def test_everything_that_answers_health_questions_has_a_check(compose):
    for process in PROCESSES:
        if process.health_path:
            assert process.health_path.removeprefix("/") in json.dumps(compose["services"][process.name]["healthcheck"]), (
                process.name
            )
    for name in ALL_SERVERS:
        assert "healthcheck" in compose["services"][name]


def test_what_a_service_waits_for_exists(compose):
    for name, service in compose["services"].items():
        assert service.get("depends_on", {}).keys() <= compose["services"].keys(), name


def test_no_password_stands_in_it(compose):
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|_URI$|_URL$|SECRET|TOKEN", variable):
                assert str(value).startswith("${"), f"{name}: {variable}"


def test_ports_are_published_on_this_machine_alone(compose):
    for name, service in compose["services"].items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name


def test_the_image_is_built_with_the_programs_that_make_uses():
    """The wheel's own `npm` script does not find its library, in an image as little as here."""
    image = (REPOSITORY_ROOT / "deploy" / "images" / "baas.Dockerfile").read_text()
    assert image.count("npm-cli.js") == 2
    assert not re.search(r"(?<![-/])\bnpm (ci|run)", image)
    assert "--require-hashes -r requirements/bootstrap.txt" in image
    assert "uv pip sync --no-cache requirements/runtime.lock" in image
