"""Where text models lie: a folder each, named by the SHA-256 of the file in it, among the other exported models."""

import hashlib
import os
import tempfile
from pathlib import Path

from insight.categories.model import BrokenTextModel, TextModel, decode, encode

DOCUMENT = "categories.model"


def save(models: Path, model: TextModel) -> str:
    """Write the model's file under `models` unless it is there, and return its hash; a file that is there is whole."""
    data = encode(model)
    sha256 = hashlib.sha256(data).hexdigest()
    folder = models / sha256
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / DOCUMENT).exists():
        return sha256
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as unfinished:
        unfinished.write(data)
        unfinished.flush()
        os.fsync(unfinished.fileno())
    os.chmod(unfinished.name, 0o644)
    os.replace(unfinished.name, folder / DOCUMENT)
    return sha256


def load(models: Path, sha256: str) -> TextModel:
    """Return the model of that hash. Raises BrokenTextModel, also where there is no such file."""
    try:
        data = (models / sha256 / DOCUMENT).read_bytes()
    except OSError as problem:
        raise BrokenTextModel(f"{sha256}: {problem.strerror}") from problem
    if hashlib.sha256(data).hexdigest() != sha256:
        raise BrokenTextModel(f"{sha256}: the file is another one")
    return decode(data)
