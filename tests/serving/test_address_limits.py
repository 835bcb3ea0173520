"""The address that the limits count, at a server process as it is really started."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from kit.plain_http import NO_TLS
from kit.settings import REPOSITORY_ROOT, Settings
from serving.edge.limits import Limits
from tests.http import http
from tests.servers import environment_of
from tests.serving.conftest import eventually, free_port

ALLOWED_AT_ONCE = int(Limits().per_address_sign_in.burst)
SPARE = 20


@contextmanager
def serving(settings: Settings, log: Path, **more: str) -> Iterator[str]:
    port = free_port()
    own = environment_of(core=settings.core, warehouse=settings.warehouse, kafka=settings.kafka, var=settings.var)
    variables = dict(os.environ) | own | {"BAAS_API__PORT": str(port), **more}
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "serving"], cwd=REPOSITORY_ROOT, env=variables, stdout=sink, stderr=subprocess.STDOUT
        )
    url = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: answers(url), within_s=60)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def answers(url: str) -> bool:
    try:
        return http.get(f"{url}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def sign_ins(url: str) -> list[int]:
    """The answers to one sign-in after another, each said to come from somewhere else."""
    with httpx.Client(verify=NO_TLS, base_url=url) as client:
        return [
            client.post("/v1/session", json={}, headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code
            for number in range(ALLOWED_AT_ONCE + SPARE)
        ]


def test_a_caller_cannot_choose_the_address_that_its_limits_count(settings: Settings, tmp_path: Path):
    # Even where the environment has uvicorn's own variable for it.
    with serving(settings, tmp_path / "api.log", FORWARDED_ALLOW_IPS="*") as url:
        told = sign_ins(url)
    assert told[:ALLOWED_AT_ONCE] == [422] * ALLOWED_AT_ONCE
    assert 429 in told


def test_behind_a_proxy_that_the_settings_name_its_callers_are_told_apart(settings: Settings, tmp_path: Path):
    with serving(settings, tmp_path / "api.log", BAAS_EDGE__TRUSTED_PROXIES='["127.0.0.1"]') as url:
        assert set(sign_ins(url)) == {422}
