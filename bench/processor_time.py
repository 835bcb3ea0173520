"""Processor time of the processes that a bench keeps busy: its own, and of the servers as far as they run on this machine."""

from collections.abc import Sequence

import psutil
import psycopg


def of_process(pid: int) -> float:
    """Return the seconds of processor time that a process has taken so far; 0 when it is gone."""
    try:
        spent = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(spent.user + spent.system)


def of_processes(pids: Sequence[int]) -> float:
    """Return what several processes have taken together."""
    return sum(of_process(pid) for pid in pids)


def database_backends(dsn: str) -> list[int]:
    """Return the processes that serve others' sessions at this database, which must be on this machine."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        rows = connection.execute(
            "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() "
            "and backend_type = 'client backend'"
        ).fetchall()
    return [int(pid) for (pid,) in rows]


def listeners(port: int) -> list[int]:
    """Return the processes of this machine that listen on a TCP port."""
    listening = [c for c in psutil.net_connections(kind="tcp") if c.status == psutil.CONN_LISTEN]
    return sorted({c.pid for c in listening if c.laddr and c.laddr.port == port and c.pid is not None})
