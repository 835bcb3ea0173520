"""The whole product, started by its own command with a small bank, for the tests that need all of it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kit.settings import REPOSITORY_ROOT, Settings

BAAS = str(Path(sys.executable).parent / "baas")
UP_S, DOWN_S, COMMAND_S, RECOVERY_S = 900, 180, 300, 120
SMALL_BANK = {"BAAS_DEMO__CUSTOMERS": "400", "BAAS_DEMO__DAYS": "60", "BAAS_DEMO__LIVE_PER_SECOND": "20"}


@dataclass(frozen=True)
class Product:
    """A running product under a `var` of its own, and what its first start said."""

    var: Path
    said: str
    environment: dict[str, str]

    def baas(self, *arguments: str, timeout_s: float = COMMAND_S) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BAAS, *arguments], env=self.environment, capture_output=True, text=True, timeout=timeout_s, check=False
        )

    def make(self, target: str, *, timeout_s: float) -> subprocess.CompletedProcess[str]:
        return make(target, self.environment, timeout_s=timeout_s)

    def settings(self) -> Settings:
        return Settings(**json.loads((self.var / "local.json").read_text()), var=self.var)

    def part(self, name: str) -> dict[str, Any]:
        parts = json.loads(self.baas("status", "--json").stdout)["parts"]
        return next(part for part in parts if part["name"] == name)

    def kill(self, name: str) -> int:
        pid = int(self.part(name)["pid"])
        os.kill(pid, signal.SIGKILL)
        return pid

    def until(self, what: str, condition: Callable[[], bool], *, within_s: float = RECOVERY_S) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, f"{what}: not within {within_s} s"
            time.sleep(0.5)

    def login(self, name: str) -> str:
        logins = json.loads((self.var / "secrets" / "logins.json").read_text())["demo"]
        return next(entry["secret"] for entry in logins if entry["name"].startswith(name))


def make(target: str, environment: dict[str, str], *, timeout_s: float) -> subprocess.CompletedProcess[str]:
    """The README's own command. The Python packages are those that the tests run on: make does not look at them again."""
    command = ["make", "-o", ".venv/runtime.stamp", target]
    return subprocess.run(
        command, cwd=REPOSITORY_ROOT, env=environment, capture_output=True, text=True, timeout=timeout_s, check=False
    )


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    var = REPOSITORY_ROOT / "var" / "e2e"
    shutil.rmtree(var, ignore_errors=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BAAS_")}
    environment |= SMALL_BANK | {"BAAS_VAR": str(var)}
    try:
        up = make("up", environment, timeout_s=UP_S)
        assert up.returncode == 0, up.stdout[-3_000:] + up.stderr[-3_000:]
        yield Product(var, up.stdout, environment)
    finally:
        make("down", environment, timeout_s=DOWN_S)
