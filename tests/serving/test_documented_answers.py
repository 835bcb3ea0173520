"""Every route asked at random, in and out of its description: each answer is one that the description tells of."""

from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

from kit.clock import SystemClock
from serving.edge.access import RULES
from serving.edge.limits import Limits, Rate
from serving.edge.principals import EVERYONE, Principal, Scheme
from serving.identity.keys import KeyRing
from serving.identity.tokens import Tokens
from serving.resources import Options
from tests.serving.conformance import DESCRIBED, DOCUMENTED, assert_documented
from tests.serving.conftest import Server
from tests.serving.described import body_fields, operations
from tests.serving.isolation.attacks import IDENTIFIES, honest, value_of
from tests.serving.isolation.conftest import marts, settings  # noqa: F401 (fixtures)
from tests.serving.isolation.holdings import Holdings, make_holdings
from tests.serving.isolation.test_other_tenants import SANDBOXES, STOPS
from tests.serving.test_hostile_values import AWAY

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
EXAMPLES = 12
ORDER = ("GET", "PUT", "PATCH", "POST", "STOPS", "DELETE")
PLENTY = Rate(per_s=100_000, burst=100_000)
# A stream does not end; its own tests read it.
ENDLESS = {rule.path for rule in RULES if rule.streams}


@pytest.fixture(scope="module")
def options() -> Options:
    return Options(limits=Limits(per_address=PLENTY, per_address_sign_in=PLENTY, per_person=PLENTY, per_machine=PLENTY))


@pytest.fixture(scope="module")
def holdings(api: Server, marts: None) -> Holdings:  # noqa: F811
    return make_holdings(api, "demo")


@pytest.fixture(scope="module")
def session(api: Server) -> requests.Session:
    """Somebody of every role."""
    tokens = Tokens(KeyRing(api.settings.secrets / "jwt", clock=SystemClock()), clock=SystemClock())
    everybody = Principal(subject="user:everybody", tenant_id="demo", roles=EVERYONE, scheme=Scheme.BEARER)
    asker = requests.Session()
    asker.headers["Authorization"] = f"Bearer {tokens.issue(everybody)}"
    return asker


def routes() -> list[Any]:
    """Every route that ends: what reads first, what removes or stops last, so that what is named is there."""
    found = [each for each in operations() if each[1] not in ENDLESS]
    found.sort(key=lambda each: ORDER.index("STOPS" if each[1] in STOPS else each[0]))
    return [pytest.param(*each, id=f"{each[0]} {each[1]}") for each in found]


def in_path(path: str, operation: dict, holdings: Holdings) -> dict[str, str | int]:
    """What is there, for the names in a route's path."""
    names = [parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "path"]
    return {name: value_of(path, name, holdings) for name in names}


def name_what_is_there(case: Case, operation: dict, holdings: Holdings) -> None:
    """Put the ids of things that are there where ids stand: a random one finds nothing."""
    case.path_parameters.update(in_path(case.path, operation, holdings))
    for place, _ in body_fields(operation):
        inner = case.body
        for step in place[:-1]:
            inner = inner.get(step) if isinstance(inner, dict) else None
        if isinstance(inner, dict) and place[-1] in inner and place[-1] in IDENTIFIES:
            inner[place[-1]] = holdings.ids[IDENTIFIES[place[-1]]]


@pytest.mark.parametrize(("method", "path", "operation"), routes())
def test_the_example_of_the_description_is_answered_as_described(api: Server, session, holdings, method, path, operation):
    request = honest(method, path, operation, own=holdings)
    headers = dict(request.headers) | {"Authorization": session.headers["Authorization"]}
    with api.client() as client:
        answer = client.request(method, request.url, headers=headers, content=request.content)
    assert_documented(answer, method, path)
    assert method != "GET" or path in SANDBOXES or answer.status_code == 200, answer.text


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("method", "path", "operation"), routes())
def test_every_answer_is_a_documented_one(
    api: Server, session: requests.Session, holdings, pytestconfig, method, path, operation, mode
):
    if mode is GenerationMode.NEGATIVE and not operation.get("parameters") and "requestBody" not in operation:
        return  # there is nothing to get wrong

    @trying(max_examples=EXAMPLES * pytestconfig.getoption("--soak"), deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=DESCRIBED[path][method].as_strategy(generation_mode=mode), named=st.booleans())
    def ask(case: Case, named: bool) -> None:
        if named:
            name_what_is_there(case, operation, holdings)
        answer = case.call(base_url=api.url, session=session, timeout=20)
        assert answer.status_code < 500 or answer.json()["code"] in AWAY, answer.text
        case.validate_response(answer, checks=DOCUMENTED)

    ask()
