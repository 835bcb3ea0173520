"""Whether an answer is one that the published description tells of: its status, media type, headers and body."""

import re

import httpx
import schemathesis
from schemathesis.checks import CHECKS

from tests.serving.described import SCHEMA

DESCRIBED = schemathesis.openapi.from_dict(SCHEMA)
DOCUMENTED = CHECKS.get_by_names(
    ("status_code_conformance", "content_type_conformance", "response_headers_conformance", "response_schema_conformance")
)


def assert_documented(answer: httpx.Response, method: str, path: str) -> None:
    """Fail with what differs unless the description of the route tells of this answer."""
    case = DESCRIBED[path][method].Case(path_parameters=dict.fromkeys(re.findall(r"{(\w+)}", path), "any"))
    case.validate_response(answer, checks=DOCUMENTED)
