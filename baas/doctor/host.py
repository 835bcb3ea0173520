"""The machine: interpreter, Java, jars, disk, memory, file handles."""

import resource
import shutil
import sys
from collections.abc import Callable

import psutil

from baas.doctor.finding import Finding, judged
from baas.local_file import path_in
from baas.machine import absolute
from kit.localset import account
from kit.localset.jars import JARS, read_lock, sha256_of
from kit.localset.java import NoJava, find_java
from kit.settings import settings, user_cache

DISK_FAULT_BYTES = 1_000_000_000
# What a first start takes: 15 GB, of which installing has taken its part by the time that anybody asks.
INSTALLED_BYTES = 3_000_000_000
FIRST_START_BYTES = 12_000_000_000
DISK_WARNING_BYTES = 4_000_000_000
MEMORY_FAULT_BYTES = 2_000_000_000
MEMORY_WARNING_BYTES = 6_000_000_000
OPEN_FILES = 4096


def examine_host() -> list[Finding]:
    """Return what was found, in a fixed order."""
    looks: tuple[Callable[[], Finding], ...] = (_python, _java, _jars, _disk, _memory, _open_files, _account)
    return [look() for look in looks]


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    return judged(
        "python",
        found,
        fault=sys.version_info[:2] != (3, 11),
        remedy="use Python 3.11: remove .venv, then `make up PYTHON=/path/to/python3.11`",
    )


def _java() -> Finding:
    try:
        java = find_java()
    except NoJava as problem:
        return Finding("fault", "java", str(problem), "`make up` installs one; with an outside Kafka none is needed")
    return Finding("ok", "java", f"version {java.version}, {java.program}")


def _jars() -> Finding:
    cache = user_cache() / "jars"
    jars = read_lock(JARS)
    bad = [
        jar.file_name
        for jar in jars
        if not (kept := cache / jar.sha256[:16] / jar.file_name).exists() or sha256_of(kept) != jar.sha256
    ]
    return judged(
        "jars",
        f"{len(jars) - len(bad)} of {len(jars)} in {cache} with the lock's hash",
        warning=bool(bad),
        remedy="`baas up` fetches them; behind a closed network, copy that folder from a machine that has them",
    )


def _disk() -> Finding:
    var = absolute(settings()).var
    existing = next(folder for folder in (var, *var.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    wanted = DISK_WARNING_BYTES if path_in(var).exists() else FIRST_START_BYTES
    return judged(
        "disk",
        f"{free / 1e9:.1f} GB free under {existing}",
        fault=free < DISK_FAULT_BYTES,
        warning=free < wanted,
        remedy="make room, or set BAAS_VAR to a folder on a larger disk before the first `baas up`",
    )


def _memory() -> Finding:
    available = psutil.virtual_memory().available
    return judged(
        "memory",
        f"{available / 1e9:.1f} GB available",
        fault=available < MEMORY_FAULT_BYTES,
        warning=available < MEMORY_WARNING_BYTES,
        remedy="end other programs, or run `baas up --profile core`; `baas status` says what each part takes",
    )


def _open_files() -> Finding:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return judged(
        "open files",
        f"{soft} allowed",
        warning=soft < OPEN_FILES,
        remedy=f"`ulimit -n {OPEN_FILES}` in the shell that runs `baas up`",
    )


def _account() -> Finding:
    try:
        found = account.unprivileged()
    except account.NoAccount as problem:
        return Finding("fault", "account", str(problem), "run `make up` as an ordinary user")
    return Finding("ok", "account", f"root; PostgreSQL runs as {found.name}" if found else "an ordinary user")
