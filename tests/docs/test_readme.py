"""The README's commands exist and say what they do; its pictures and links are there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kit.settings import REPOSITORY_ROOT

README = (REPOSITORY_ROOT / "README.md").read_text()
BAAS = str(Path(sys.executable).parent / "baas")


@pytest.mark.parametrize("target", sorted(set(re.findall(r"^(?:\S+=\S+ )*make (\w+)", README, re.MULTILINE))))
def test_a_make_target_exists(target):
    planned = subprocess.run(["make", "-n", target], cwd=REPOSITORY_ROOT, capture_output=True, text=True, check=False)
    assert planned.returncode == 0, planned.stderr


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`baas (\w+)", README))))
def test_a_command_exists_and_teaches(command):
    taught = subprocess.run([BAAS, command, "--help"], capture_output=True, text=True, timeout=60, check=False)
    assert taught.returncode == 0, taught.stderr
    assert "Usage" in taught.stdout


@pytest.mark.parametrize("name", re.findall(r"^\| `baas bench NAME` \| (.*):", README, re.MULTILINE)[0].split(", "))
def test_a_bench_exists(name):
    assert (REPOSITORY_ROOT / "bench" / f"{name.strip('`').replace('-', '_')}.py").is_file()


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(((?!http)[^)#]+)\)", README))))
def test_a_link_leads_somewhere(link):
    assert (REPOSITORY_ROOT / link).exists()
