"""The anchor: what was last seen of the chain, kept outside the database, so that a chain cut off or made anew is noticed."""

import json
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The first key of the chain, and the last block that was seen."""

    first_key: str
    height: int
    hash: str


def read_anchor(path: Path) -> Anchor | None:
    """Return what is kept at `path`, or None when nothing is. Raises ValueError for a file that is no anchor."""
    if not path.exists():
        return None
    try:
        return Anchor(**json.loads(path.read_text()))
    except TypeError as problem:
        raise ValueError(f"{path} is no anchor of a chain") from problem


def write_anchor(path: Path, anchor: Anchor) -> None:
    """Keep `anchor` at `path`, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}.{os.getpid()}")
    made.write_text(json.dumps({"first_key": anchor.first_key, "height": anchor.height, "hash": anchor.hash}) + "\n")
    made.replace(path)
