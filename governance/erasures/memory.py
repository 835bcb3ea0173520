"""What an erasure looks for, kept beside its request until its end: sealed under a key of the request's own."""

from uuid import UUID

import msgspec

from governance.erasures.identifiers import Identifiers
from kit.subject_keys import Subject, SubjectKeys
from kit.subject_keys.sealing import context_of, seal, unseal

_KIND = "erasure-memory"


def subject_of(*, tenant_id: str, erasure_id: UUID) -> Subject:
    """Return whose key it is: no customer has a stroke in their id."""
    return Subject(tenant_id, f"erasure/{erasure_id}")


def kept(keys: SubjectKeys, who: Identifiers, *, tenant_id: str, erasure_id: UUID) -> bytes:
    """Return what is looked for, sealed; the key is made where there is none."""
    own = subject_of(tenant_id=tenant_id, erasure_id=erasure_id)
    return seal(keys.made([own])[own], msgspec.json.encode(who), context=context_of(_KIND, *own))


def recalled(keys: SubjectKeys, memory: bytes, *, tenant_id: str, erasure_id: UUID) -> Identifiers:
    """Return what is looked for. Raises KeyError where its key is gone, which is destroyed only after the request's end."""
    own = subject_of(tenant_id=tenant_id, erasure_id=erasure_id)
    return msgspec.json.decode(unseal(keys.found([own])[own], memory, context=context_of(_KIND, *own)), type=Identifiers)
