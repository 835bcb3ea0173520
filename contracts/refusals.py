"""What lies on `<topic>.dlq`: a message that could not be used, as `kit.kafka.refuse` sends it, and headers that say why."""

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta

from contracts.controls import Sha256

MAX_DETAIL_CHARACTERS = 500


class Refusal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The headers of a refused message; on the wire each is UTF-8 text.

    The record's value is the refused one, cut and with card numbers masked; where it was whole and unmasked, `value_sha256` is
    of all of it. `source_topic` is the broker's name of the topic, prefix included.
    """

    reason: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[a-z0-9_]+$")]
    detail: Annotated[str, Meta(max_length=MAX_DETAIL_CHARACTERS)]
    source_topic: Annotated[str, Meta(min_length=1, max_length=249)]
    source_partition: Annotated[int, Meta(ge=0)]
    source_offset: Annotated[int, Meta(ge=0)]
    value_bytes: Annotated[int, Meta(ge=0)]
    value_sha256: Sha256 | None = None


def read_refusal(headers: Iterable[tuple[str, bytes]]) -> Refusal:
    """Return what a dlq record's headers say. Raises msgspec.ValidationError when they are none of ours."""
    return msgspec.convert({name: value.decode() for name, value in headers}, Refusal, strict=False)
