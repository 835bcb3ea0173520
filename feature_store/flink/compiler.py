"""Writes `streams/flink/sql/` from the definitions: `python -m feature_store.flink.compiler`. A test keeps the files true."""

from pathlib import Path

from feature_store.flink.statements import statements
from kit.settings import REPOSITORY_ROOT

FOLDER = REPOSITORY_ROOT / "streams" / "flink" / "sql"
_HEAD = "-- Written by python -m feature_store.flink.compiler\n"


def compiled() -> dict[str, str]:
    """Return each file's content by its name."""
    return {name: _HEAD + text for name, text in statements().items()}


def write(folder: Path = FOLDER) -> None:
    """Write the files, and remove those that the definitions no longer make."""
    folder.mkdir(exist_ok=True)
    files = compiled()
    for path in folder.glob("*.sql"):
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    write()
