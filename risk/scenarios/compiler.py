"""Writes `streams/flink/aml/` from the catalogue: `python -m risk.scenarios.compiler`. A test keeps the files true."""

from pathlib import Path

from kit.settings import REPOSITORY_ROOT
from risk.scenarios.statements import jobs

FOLDER = REPOSITORY_ROOT / "streams" / "flink" / "aml"
_HEAD = "-- Written by python -m risk.scenarios.compiler\n"


def compiled() -> dict[str, str]:
    """Return each file's content by its path below the folder."""
    return {f"{job}/{name}": _HEAD + text for job, files in jobs().items() for name, text in files.items()}


def write(folder: Path = FOLDER) -> None:
    """Write the files, and remove those that the catalogue no longer makes."""
    files = compiled()
    for path in folder.glob("*/*.sql"):
        if str(path.relative_to(folder)) not in files:
            path.unlink()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    write()
