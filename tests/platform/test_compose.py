"""docker-compose.yml: valid, complete, pinned, and without a secret. It is not run here: there may be no container engine."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from baas.processes import PROCESSES, SERVERS
from kit.settings import REPOSITORY_ROOT

SCHEMA = Path(__file__).parent / "schemas" / "compose-spec.json"
ONE_SHOT = {"prepare"}


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
    assert compose["services"].keys() - ONE_SHOT == set(SERVERS) | {process.name for process in PROCESSES}


def test_a_python_process_runs_the_same_module_in_both(compose):
    for process in PROCESSES:
        if process.command[0] == "python":
            assert tuple(compose["services"][process.name]["command"]) == process.command


def test_the_profiles_are_the_same(compose):
    full = {process.name for process in PROCESSES if process.profile == "full"}
    assert {name for name, service in compose["services"].items() if "full" in service.get("profiles", [])} == full


def test_every_image_names_a_version(compose):
    for name, service in compose["services"].items():
        assert re.fullmatch(r"[\w./-]+:\d[\w.-]*", service["image"]), name


def test_everything_that_answers_health_questions_has_a_check(compose):
    for process in PROCESSES:
        if process.health_path:
            assert process.health_path.removeprefix("/") in json.dumps(compose["services"][process.name]["healthcheck"]), (
                process.name
            )
    for name in SERVERS:
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
