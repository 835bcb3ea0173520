"""Schema migrations: Alembic runs numbered SQL files, forward only, one transaction each."""

from pathlib import Path

from kit.settings import REPOSITORY_ROOT

FOLDER = REPOSITORY_ROOT / "deploy" / "migrations"


def migrate(url: str, *, server: str) -> None:
    """Bring the database at `url` (a postgresql:// URL of its owner) to the newest revision of `server`'s migrations.

    `server` is the folder under `deploy/migrations`: `core` or `warehouse`. Safe to run again and from two processes.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER / server))
    config.attributes["url"] = url.replace("postgresql://", "postgresql+psycopg://", 1)
    command.upgrade(config, "head")


def read_sql(version_file: str) -> str:
    """Return the SQL beside a version file: `0002_ledger.py` runs `0002_ledger.sql`."""
    return Path(version_file).with_suffix(".sql").read_text()
