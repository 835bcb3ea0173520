"""Every request of docs/accounts.md is sent, in order, and answered as the page says."""

import json
import re

import httpx

from kit.settings import REPOSITORY_ROOT
from tests.serving.conftest import Server

PAGE = REPOSITORY_ROOT / "docs" / "accounts.md"
BLOCK = re.compile(r"^```http\n(.*?)^```", re.MULTILINE | re.DOTALL)


def contains(told: object, shown: object) -> bool:
    """Whether an answer has everything that the page shows of it."""
    if isinstance(shown, dict):
        return isinstance(told, dict) and all(name in told and contains(told[name], value) for name, value in shown.items())
    return told == shown


def test_each_request_of_the_page_is_answered_as_it_says(api: Server):
    askers: dict[str, httpx.Client] = {"": api.partner()}
    known: dict[str, str] = {}
    blocks = BLOCK.findall(PAGE.read_text())
    assert len(blocks) >= 14
    for block in blocks:
        for name, value in known.items():
            block = block.replace(f"${name}", value)
        request, _, answer = block.partition("HTTP/1.1 ")
        head, _, body = request.strip().partition("\n\n")
        first, *lines = head.split("\n")
        (method, path), who = first.partition("#")[0].split(), first.partition("#")[2].strip()
        if who not in askers:
            askers[who] = api.browser(who)
        headers = dict(line.split(": ", 1) for line in lines) | ({"Content-Type": "application/json"} if body else {})
        given = askers[who].request(method, path, content=body.encode(), headers=headers)
        status, _, shown = answer.partition("\n")
        assert given.status_code == int(status[:3]), (first, given.text)
        assert contains(given.json(), json.loads(shown)), (first, given.text)
        for name, field in re.findall(r"# (\w+) = (\w+)", status):
            known[name] = given.json()[field]
