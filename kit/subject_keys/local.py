"""The keeper that needs no other service: a file of wrapped keys, and master keys in another folder, one an epoch.

Neither is in a backup of the core server. Keep a copy of both, apart from it and from each other. A copy from before an erasure
still has the key: make it anew, or `rotate`, which wraps every key under a fresh master and destroys the one before, so that
older copies of the file open nothing.
"""

import hashlib
import hmac
import json
import os
import threading
from collections.abc import Iterable
from pathlib import Path

from kit.settings import Settings
from kit.subject_keys import repository
from kit.subject_keys.provider import KEY_BYTES, Subject
from kit.subject_keys.sealing import context_of, seal, unseal

FILE = "subjects.sqlite"
_BLIND = "blind"
_WRAP = "subject-key"


class MasterKeyMissing(RuntimeError):
    """The file of keys is there and the master key that opens it is not: restore it from its copy."""


class LocalKeys:
    """Keys under `folder`, wrapped under master keys in `masters`. Safe for several threads and processes of one machine."""

    def __init__(self, folder: Path, *, masters: Path) -> None:
        for each in (folder, masters):
            each.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._masters = masters
        self._path = folder / FILE
        self._lock = threading.Lock()
        self._known: dict[str, bytes] = {}
        self._connection = repository.connect(self._path)
        self._path.chmod(0o600)

    def made(self, subjects: Iterable[Subject]) -> dict[Subject, bytes]:
        """Return the key of each, made where there was none."""
        wanted = set(subjects)
        found = self.found(wanted)
        missing = wanted - found.keys()
        if not missing:
            return found
        with self._lock, repository.writing(self._connection):
            there = repository.find(self._connection, missing)
            epoch = self._epoch()
            fresh = {subject: os.urandom(KEY_BYTES) for subject in missing - there.keys()}
            repository.put(self._connection, ((subject, self._wrap(subject, key, epoch)) for subject, key in fresh.items()))
        return found | fresh | {subject: self._unwrap(subject, *wrapped) for subject, wrapped in there.items()}

    def found(self, subjects: Iterable[Subject]) -> dict[Subject, bytes]:
        """Return the keys that are there."""
        wanted = set(subjects)
        try:
            return self._found(wanted)
        except MasterKeyMissing:  # another process wrapped them anew between the reading of a row and of its master
            return self._found(wanted)

    def destroy(self, subject: Subject) -> bool:
        """Destroy a key for good; whether there was one."""
        with self._lock, repository.writing(self._connection):
            return repository.delete(self._connection, subject)

    def blind(self, tenant_id: str, kind: str, value: str) -> bytes:
        """Return HMAC-SHA-256 of a tenant's value under a key of this deployment."""
        return hmac.digest(self._master(_BLIND, make=True), context_of(kind, tenant_id, value), hashlib.sha256)

    def rotate(self) -> int:
        """Wrap every key anew under a fresh master and destroy the masters before it; return how many keys there are."""
        with self._lock, repository.writing(self._connection):
            before = self._epoch()
            self._master(str(before + 1), make=True)
            keys = {subject: self._unwrap(subject, *row) for subject, row in repository.every(self._connection).items()}
            repository.put(self._connection, ((subject, self._wrap(subject, key, before + 1)) for subject, key in keys.items()))
        for path in self._masters.glob("[0-9]*.json"):
            if int(path.stem) <= before:
                path.unlink()
        _sync(self._masters)
        self._known = {name: key for name, key in self._known.items() if name == _BLIND}
        return len(keys)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _found(self, wanted: set[Subject]) -> dict[Subject, bytes]:
        with self._lock:
            rows = repository.find(self._connection, wanted)
        return {subject: self._unwrap(subject, *wrapped) for subject, wrapped in rows.items()}

    def _wrap(self, subject: Subject, key: bytes, epoch: int) -> repository.Wrapped:
        return epoch, seal(self._master(str(epoch), make=True), key, context=context_of(_WRAP, *subject))

    def _unwrap(self, subject: Subject, epoch: int, wrapped: bytes) -> bytes:
        return unseal(self._master(str(epoch)), wrapped, context=context_of(_WRAP, *subject))

    def _epoch(self) -> int:
        """The newest master's number; the first is 1."""
        return max((int(path.stem) for path in self._masters.glob("[0-9]*.json")), default=1)

    def _master(self, name: str, *, make: bool = False) -> bytes:
        known = self._known.get(name)
        if known is None:
            path = self._masters / f"{name}.json"
            if make and not path.exists():
                _write_once(path, json.dumps({"key": os.urandom(KEY_BYTES).hex()}))
            if not path.exists():
                raise MasterKeyMissing(f"{path} is not there")
            known = self._known[name] = bytes.fromhex(json.loads(path.read_text())["key"])
        return known


def local_keys(settings: Settings) -> LocalKeys:
    """Return this deployment's keys."""
    return LocalKeys(settings.subject_keys, masters=settings.secrets / "subjects")


def _write_once(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole and on the disk, unless another was quicker."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
    _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
