"""What any keeper of subjects' keys promises: a file of this machine, or a key management service."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

KEY_BYTES = 32


class Subject(NamedTuple):
    """Whose key it is: somebody of a tenant, by pseudonym."""

    tenant_id: str
    name: str


class SubjectKeys(Protocol):
    """Keys of `KEY_BYTES` random bytes. They lie apart from the data that they seal, so that no backup of the data has them."""

    def made(self, subjects: Iterable[Subject]) -> dict[Subject, bytes]:
        """Return the key of each, made and durable before this returns where there was none."""
        ...

    def found(self, subjects: Iterable[Subject]) -> dict[Subject, bytes]:
        """Return the keys that are there; a subject whose key was destroyed is absent."""
        ...

    def destroy(self, subject: Subject) -> bool:
        """Destroy a key for good; whether there was one. Durable when this returns."""
        ...

    def blind(self, tenant_id: str, kind: str, value: str) -> bytes:
        """Return 32 bytes that are the same for the same value of a tenant, and tell nobody without the keeper which it is."""
        ...
