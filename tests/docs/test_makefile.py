"""What `make up` says while it installs, and what it tells `baas up` of when it began."""

import os
import re
import shutil
import subprocess
import time

import pytest

from kit.settings import REPOSITORY_ROOT

TOOL = '#!/bin/sh\necho "$(basename $0) $* at ${BAAS_STARTED_AT}"\n'


@pytest.fixture
def checkout(tmp_path):
    """The Makefile and the locks, where the installers only say that they were called."""
    for name in ("Makefile", "pyproject.toml", "requirements"):
        source = REPOSITORY_ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    for tool in ("python", "uv", "baas"):
        path = tmp_path / ".venv" / "bin" / tool
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TOOL)
        path.chmod(0o755)
    os.utime(tmp_path / "requirements" / "bootstrap.txt", (0, 0))
    return tmp_path


def test_a_long_step_says_what_it_does_with_the_time_and_the_start_counts_it(checkout):
    before = int(time.time())
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BAAS_", "MAKE", "MFLAGS"))}
    said = subprocess.run(["make", "up"], cwd=checkout, env=environment, capture_output=True, text=True, check=True).stdout
    assert re.search(r"^ +\d+\.\d s  uv: installing \d+ Python packages", said, re.MULTILINE)
    assert re.search(r"^ +\d+\.\d s  uv: Python packages are installed", said, re.MULTILINE)
    began = int(re.search(r"^baas up --profile core at (\d+)$", said, re.MULTILINE)[1])
    assert before <= began <= time.time()


def test_what_is_installed_is_not_installed_again(checkout):
    for _ in range(2):
        said = subprocess.run(["make", "bootstrap"], cwd=checkout, capture_output=True, text=True, check=True).stdout
    assert "installing" not in said


def test_the_packages_are_those_that_the_lock_names(checkout):
    said = subprocess.run(["make", "bootstrap"], cwd=checkout, capture_output=True, text=True, check=True).stdout
    pins = re.findall(r"^\S+==", (checkout / "requirements" / "runtime.lock").read_text(), re.MULTILINE)
    assert f"installing {len(pins)} Python packages" in said
