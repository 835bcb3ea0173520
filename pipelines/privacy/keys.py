"""The key of the person: without it nothing that was sealed opens, here or in any backup."""

from kit.subject_keys import Subject, SubjectKeys
from pipelines.privacy.store import Alive


class PersonKey:
    """The key itself."""

    def __init__(self, keys: SubjectKeys, subject: Subject) -> None:
        self._keys = keys
        self._subject = subject

    def count(self) -> int:
        """1 while it is there."""
        return len(self._keys.found([self._subject]))

    def erase(self, alive: Alive) -> None:
        """Destroy it."""
        self._keys.destroy(self._subject)
        alive()

    def note(self) -> str | None:
        """What it means."""
        return "sealed records of the person in backups of the core open no more"
