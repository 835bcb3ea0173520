"""Records as they are kept: a few fields, sealed as JSON under the key of whom they are about."""

from collections.abc import Mapping, Sequence

import msgspec
from prometheus_client import Counter

from kit.log import get_logger
from kit.subject_keys.provider import Subject, SubjectKeys
from kit.subject_keys.sealing import context_of, seal, unseal

Fields = dict[str, object]
# Whose it is, and what was kept.
Sealed = tuple[Subject, bytes]

_unreadable = Counter("baas_sealed_records_without_key_total", "Records met whose subject's key is gone", ["kind"])
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, object]).decode


class SealedRecords:
    """Seals and opens. A record whose key is gone opens as None: the person was erased, and this is what is left."""

    def __init__(self, keys: SubjectKeys) -> None:
        self.keys = keys

    def seal(self, subject: Subject, fields: Mapping[str, object], *, kind: str) -> bytes:
        """Return the fields sealed for the subject, whose key is made where there is none."""
        return self.seal_all([(subject, fields)], kind=kind)[0]

    def seal_all(self, records: Sequence[tuple[Subject, Mapping[str, object]]], *, kind: str) -> list[bytes]:
        """Do the same for many at once."""
        keys = self.keys.made({subject for subject, _ in records})
        return [seal(keys[subject], _encode(dict(fields)), context=context_of(kind, *subject)) for subject, fields in records]

    def open(self, subject: Subject, sealed: bytes, *, kind: str) -> Fields | None:
        """Return the fields, or None where the key is gone. Raises SealBroken."""
        return self.open_all([(subject, sealed)], kind=kind)[0]

    def open_all(self, records: Sequence[Sealed], *, kind: str) -> list[Fields | None]:
        """Do the same for many at once, in order; one that comes again is opened once."""
        distinct = set(records)
        keys = self.keys.found({subject for subject, _ in distinct})
        opened = {(subject, sealed): self._opened(keys.get(subject), subject, sealed, kind) for subject, sealed in distinct}
        return [opened[record] for record in records]

    @staticmethod
    def _opened(key: bytes | None, subject: Subject, sealed: bytes, kind: str) -> Fields | None:
        if key is None:
            _unreadable.labels(kind).inc()
            get_logger().warning("a sealed record has no key", kind=kind, tenant_id=subject.tenant_id)
            return None
        return _decode(unseal(key, sealed, context=context_of(kind, *subject)))
