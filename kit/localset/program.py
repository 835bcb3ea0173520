"""A program that the supervisor keeps running, and the text that tells it how."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

LOG_BYTES = 10_000_000
LOG_BACKUPS = 3
START_SECONDS = 1  # a program that lives this long has started
START_RETRIES = 60  # with a pause that grows by a second each time, about half an hour of trying
MARKER_NAME = "LOCALSET_MARKER"
PROGRAM_NAME = "LOCALSET_PROGRAM"


@dataclass(frozen=True, slots=True)
class Program:
    """How one program is started, kept and stopped."""

    name: str
    command: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: str = "TERM"
    stop_wait_s: int = 30
    user: str | None = None


def _quoted(value: str) -> str:
    escaped = value.replace("%", "%%")
    if "\n" in escaped:
        raise ValueError("the supervisor's configuration cannot carry a line break")
    if '"' not in escaped:
        return f'"{escaped}"'
    if "'" not in escaped:
        return f"'{escaped}'"
    raise ValueError("the supervisor's configuration cannot carry a value with both kinds of quotation mark")


def _shell_word(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _environment(values: Mapping[str, str]) -> str:
    return ",".join(f"{name}={_quoted(value)}" for name, value in sorted(values.items()))


def render(programs: Iterable[Program], *, socket: Path, folder: Path, logs: Path, marker: str) -> str:
    """Return supervisord's configuration. `marker` is put in every program's environment, to find what outlived it."""
    sections = [
        "[unix_http_server]",
        f"file={socket}",
        "chmod=0700",
        "",
        "[supervisord]",
        f"directory={folder}",
        f"logfile={logs / 'supervisord.log'}",
        f"logfile_maxbytes={LOG_BYTES}",
        f"logfile_backups={LOG_BACKUPS}",
        "loglevel=info",
        f"pidfile={folder / 'supervisord.pid'}",
        f"childlogdir={logs}",
        "minfds=1024",
        "",
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
        "",
    ]
    for program in programs:
        environment = {**program.environment, MARKER_NAME: marker, PROGRAM_NAME: program.name}
        sections += [
            f"[program:{program.name}]",
            "command=" + " ".join(_shell_word(word) for word in program.command),
            f"directory={program.folder}",
            f"environment={_environment(environment)}",
            *([f"user={program.user}"] if program.user else []),
            "autostart=false",
            "autorestart=true",
            f"startsecs={START_SECONDS}",
            f"startretries={START_RETRIES}",
            f"stopsignal={program.stop_signal}",
            f"stopwaitsecs={program.stop_wait_s}",
            "killasgroup=true",
            "redirect_stderr=true",
            f"stdout_logfile={logs / (program.name + '.log')}",
            f"stdout_logfile_maxbytes={LOG_BYTES}",
            f"stdout_logfile_backups={LOG_BACKUPS}",
            "",
        ]
    return "\n".join(sections)
