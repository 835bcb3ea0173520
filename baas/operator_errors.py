"""Which errors are an operator's to act on, and the line that says how."""

from subprocess import CalledProcessError, TimeoutExpired

from psycopg import OperationalError

from kit.localset.account import NoAccount
from kit.localset.jars import BadLock, JarMismatch
from kit.localset.java import NoJava
from kit.localset.kafka import FormatFailed
from kit.localset.ports import NoFreePort
from kit.localset.postgres import InitFailed
from kit.localset.readiness import NotReady
from kit.localset.supervision import SupervisorAway


class Refused(RuntimeError):
    """The command cannot be carried out as asked; the message says why and what to do."""


OPERATORS = (
    Refused, NoAccount, BadLock, JarMismatch, NoJava, FormatFailed, NoFreePort, InitFailed, NotReady, SupervisorAway,
)  # fmt: skip


def explain(problem: BaseException) -> str | None:
    """Return what to print, or None when the error is a defect of ours and its trace is wanted."""
    if isinstance(problem, OPERATORS):
        return f"{problem}\n`baas doctor` looks for the cause."
    if isinstance(problem, OperationalError):
        return f"a database does not answer: {problem}\n`baas status` shows the servers; `baas up` starts them."
    if isinstance(problem, CalledProcessError):
        return f"{problem.cmd[0]} failed: {(problem.stderr or problem.stdout or '').strip()[-2000:]}"
    if isinstance(problem, TimeoutExpired):
        return f"{problem.cmd[0]} did not end within {problem.timeout:.0f} s"
    return None
