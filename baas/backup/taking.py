"""Take a base backup of the whole core server while it works, and verify every file of it against its manifest."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from baas.machine import Machine
from baas.operator_errors import Refused
from kit.localset.postgres import programs_for, run_as

BACKUP_S = 3600.0
VERIFY_S = 3600.0


@dataclass(frozen=True, slots=True)
class Backup:
    """A verified backup."""

    folder: Path
    bytes: int
    seconds: float


def take_backup(ours: Machine, *, to: Path) -> Backup:
    """Make `to/core-<UTC time>`, with the log that makes it consistent, and verify it. Raises CalledProcessError."""
    started = time.monotonic()
    target = to.resolve() / f"core-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    target.parent.mkdir(parents=True, exist_ok=True)
    programs = programs_for(None, near=ours.settings.var)
    core = ours.settings.core
    password = core.passwords["postgres"].get_secret_value() if "postgres" in core.passwords else ""
    run_as(
        None, programs / "pg_basebackup", "-h", core.host, "-p", str(core.port), "-U", "postgres", "-D", target,
        "--wal-method=stream", "--checkpoint=fast", "--manifest-checksums=SHA256", "--no-password",
        timeout_s=BACKUP_S, environment={"PGPASSWORD": password, "PGSSLMODE": core.sslmode},
    )  # fmt: skip
    verify(target)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    return Backup(folder=target, bytes=size, seconds=time.monotonic() - started)


def verify(folder: Path) -> None:
    """Check every file of a backup, and that its log can be read from end to end. Raises Refused."""
    if not (folder / "backup_manifest").exists():
        raise Refused(f"{folder} is not a backup: it has no backup_manifest")
    programs = programs_for(None, near=folder)
    run_as(None, programs / "pg_verifybackup", "--quiet", folder, timeout_s=VERIFY_S)
