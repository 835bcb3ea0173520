"""The published description of the API is what the API is."""

import json

import msgspec
from jsonschema import Draft202012Validator

from kit.settings import REPOSITORY_ROOT
from serving.app import openapi_text
from serving.edge.access import RULES
from serving.payments.intents import parse
from serving.payments.schemas import TRANSFER_EXAMPLE

PUBLISHED = REPOSITORY_ROOT / "docs" / "openapi.json"
SCHEMA = json.loads(openapi_text())


def operations() -> list[tuple[str, str, dict]]:
    return [(method, path, op) for path, found in SCHEMA["paths"].items() for method, op in found.items()]


def test_the_published_file_is_the_applications_own():
    assert PUBLISHED.read_text() == openapi_text(), "run `python -m serving.app > docs/openapi.json`"


def test_the_running_server_gives_the_same_description(api):
    assert api.client().get("/openapi.json").json() == SCHEMA
    page = api.client().get("/docs").text
    assert "/v1/transfers" in page
    assert "<script" not in page


def test_every_route_under_v1_is_described_with_its_credentials_and_roles():
    described = {(method.upper(), path) for method, path, _ in operations()}
    assert described >= {(rule.method, rule.path) for rule in RULES if rule.path.startswith("/v1/")}
    for method, path, operation in operations():
        rule = next(rule for rule in RULES if (rule.method, rule.path) == (method.upper(), path))
        assert operation["description"], path
        assert ("security" in operation) is not rule.public
        assert operation.get("x-roles", []) == sorted(rule.roles)


def test_every_body_that_is_taken_or_given_has_an_example_that_is_valid():
    store = {"components": SCHEMA["components"]}
    for method, path, operation in operations():
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        bodies += [answer for status, answer in operation["responses"].items() if status.startswith("2")]
        for body in bodies:
            for kind, media in body.get("content", {}).items():
                if kind != "application/json" or not media.get("schema"):
                    continue
                examples = _examples(media)
                assert examples, f"{method} {path} has no example"
                for example in examples:
                    Draft202012Validator(media["schema"] | store).validate(example)


def test_the_example_of_a_transfer_is_one_that_the_hot_path_takes():
    assert parse(msgspec.json.encode(TRANSFER_EXAMPLE)).channel == "pix"


def _examples(media: dict) -> list[object]:
    if "example" in media:
        return [media["example"]]
    schema = media["schema"]
    if "$ref" in schema:
        schema = SCHEMA["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return list(schema.get("examples", []))
