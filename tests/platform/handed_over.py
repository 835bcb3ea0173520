"""Our command line in a process for each command, forked from one that has loaded the libraries: none of our own modules."""

import contextlib
import importlib
import io
import json
import os
import runpy
import subprocess
import sys
import traceback
from collections.abc import Iterator
from typing import NoReturn

from kit.settings import REPOSITORY_ROOT

# What takes long to load and is not ours. A command that needs others loads them itself.
LIBRARIES = (
    "numpy", "pandas", "polars", "pyarrow.parquet", "scipy.stats", "scipy.sparse", "sklearn.ensemble", "sklearn.metrics",
    "lightgbm", "numba", "psycopg", "confluent_kafka", "httpx", "fastapi", "typer.testing", "pydantic_settings", "msgspec",
    "redis", "neo4j", "sqlglot", "rich.table", "prometheus_client",
)  # fmt: skip
END_S = 60


class CommandLine:
    """`baas`, as often as it is called."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Carry a command out, and what it hands over to, and return what both said."""
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(arguments), file=self._process.stdin, flush=True)
        said = json.loads(self._process.stdout.readline())
        return subprocess.CompletedProcess(arguments, said["returncode"], said["stdout"], said["stderr"])


@contextlib.contextmanager
def command_line() -> Iterator[CommandLine]:
    """Start the process that the commands are forked from; it ends with the block."""
    program = [sys.executable, "-m", "tests.platform.handed_over"]
    with subprocess.Popen(program, cwd=REPOSITORY_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield CommandLine(process)
        assert process.stdin
        process.stdin.close()
        process.wait(END_S)


def _becomes(program: str, command: list[str]) -> NoReturn:
    """Go on as the program that the operating system would put in this one's place."""
    assert (program, command[1:3]) == (sys.executable, ["-P", "-m"])
    sys.argv = command[3:]
    runpy.run_module(command[3], run_name="__main__", alter_sys=True)
    raise SystemExit


def _carried_out(arguments: list[str]) -> int:
    from baas.cli import main as baas

    os.execv = _becomes  # type: ignore[assignment]
    sys.argv = ["baas", *arguments]
    try:
        baas()
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            print(end.code, file=sys.stderr)
            return 1
        return end.code or 0
    except Exception:
        traceback.print_exc()
        return 1
    return 0


def _forked(arguments: list[str]) -> str:
    """Carry out a command in a process of its own; return what it said."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        with open(reading) as pipe:
            said = pipe.read()
        os.waitpid(child, 0)
        return said
    os.close(reading)
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        returncode = _carried_out(arguments)
    said = json.dumps({"returncode": returncode, "stdout": stdout.getvalue(), "stderr": stderr.getvalue()})
    with open(writing, "w") as pipe:
        pipe.write(said)
    os._exit(0)


def main() -> None:
    """Carry out the commands that are read, a line each, and say in a line what each of them said."""
    for name in LIBRARIES:
        importlib.import_module(name)
    assert not {"baas", "pipelines", "streams", "serving", "scoring", "risk", "ledger"} & set(sys.modules)
    for line in sys.stdin:
        print(_forked(json.loads(line)), flush=True)


if __name__ == "__main__":
    main()
