"""From where a job goes on: its savepoint, or the newest checkpoint that it finished."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlparse

METADATA = "_metadata"


@dataclass(frozen=True, slots=True)
class Place:
    """A job as it last ran: its id in the cluster, where it was stopped, and where its state lay.

    Without a savepoint it runs, or was killed. Another kind of state can be read from a savepoint, and not from a checkpoint;
    the state of other statements can be read from neither.
    """

    job: str
    savepoint: str | None = None
    state: str = "hashmap"  # what earlier versions had, which did not write it down
    statements: str = ""  # digest_of its folder of statements


class Kept:
    """What is remembered of the jobs over starts, in a file. Written whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, Place]:
        """Return the place of each job by its name."""
        if not self._path.exists():
            return {}
        return {name: Place(**place) for name, place in json.loads(self._path.read_text()).items()}

    def write(self, name: str, place: Place) -> None:
        """Remember a job's place; durable on return."""
        content = {each: asdict(held) for each, held in (self.read() | {name: place}).items()}
        beside = self._path.with_suffix(".new")
        with beside.open("w") as sink:
            json.dump(content, sink)
            sink.flush()
            os.fsync(sink.fileno())
        beside.replace(self._path)


def digest_of(folder: Path) -> str:
    """Return what tells a folder's statements from others, whatever they are called."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sorted(folder.glob("*.sql")))).hexdigest()


def restore_from(place: Place | None, checkpoints: str, *, state: str, statements: str) -> str | None:
    """Return what a job of that kind of state and those statements goes on from, as a URI; None to begin at the beginning."""
    if place is None or place.statements != statements:
        return None
    if place.savepoint is not None:
        return place.savepoint
    if place.state != state:
        return None
    folder = Path(urlparse(checkpoints).path) / place.job
    finished = [path.parent for path in folder.glob(f"chk-*/{METADATA}")]
    newest = max(finished, key=lambda each: int(each.name.removeprefix("chk-")), default=None)
    return newest.as_uri() if newest else None
