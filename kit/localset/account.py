"""The unprivileged account that PostgreSQL runs under when we are root (it refuses to run as root)."""

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

CANDIDATES = ("postgres", "nobody")
RELOCATED = Path("/var/tmp")  # noqa: S108 (relocate checks the owner of what it finds there)


class NoAccount(RuntimeError):
    """Root needs an unprivileged account to run PostgreSQL under, and this machine has none."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine."""

    name: str
    uid: int
    gid: int

    def can_run(self, program: Path) -> bool:
        """Say whether this account may start `program` where it lies."""
        try:
            subprocess.run(  # noqa: S603
                [program, "--version"], user=self.uid, group=self.gid, extra_groups=[], check=True, capture_output=True, cwd="/"
            )
        except (OSError, subprocess.CalledProcessError):
            return False
        return True

    def can_enter(self, folder: Path) -> bool:
        """Say whether this account may pass through `folder` and all above it."""
        command = ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]
        done = subprocess.run(  # noqa: S603
            command, user=self.uid, group=self.gid, extra_groups=[], check=False, capture_output=True, cwd="/"
        )
        return done.returncode == 0

    def give(self, path: Path) -> None:
        """Make this account the owner of `path`."""
        os.chown(path, self.uid, self.gid)


def unprivileged() -> Account | None:
    """Return the account to drop to, or None when we are not root and need none. Raises NoAccount."""
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, uid=found.pw_uid, gid=found.pw_gid)
    raise NoAccount(f"PostgreSQL does not run as root and there is no user {' or '.join(CANDIDATES)}; run as an ordinary user")


def relocate(folder: Path) -> Path:
    """Return a folder outside `folder`'s closed parents, always the same one for it, for data that the account must reach."""
    digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    outside = RELOCATED / f"localset-{digest}"
    outside.mkdir(mode=0o711, exist_ok=True)
    state = outside.lstat()
    if state.st_uid != os.geteuid() or not outside.is_dir() or outside.is_symlink():
        raise NoAccount(f"{outside} belongs to somebody else; remove it")
    outside.chmod(0o711)
    return outside


def copy_tree(source: Path, target: Path) -> Path:
    """Copy a folder of programs once, so that everyone may read it; a copy that was cut short is made again."""
    if not target.exists():
        scratch = target.with_name(target.name + ".part")
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(source, scratch, symlinks=True)
        for path in scratch.rglob("*"):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        scratch.chmod(0o755)
        scratch.rename(target)
    return target
