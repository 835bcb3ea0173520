"""Messages of `risk.flagged.v1`, spliced from what is already written."""

from collections.abc import Sequence

import msgspec

from contracts.decisions import StandOut

_encoder = msgspec.json.Encoder()


def encode_flagged(*, epoch: int, n: int, transaction: bytes, answer: bytes, stand_outs: Sequence[StandOut]) -> bytes:
    """Return one `FlaggedDecision`; `transaction` and `answer` are JSON as the log has them."""
    head = b'{"epoch":%d,"n":%d,"transaction":%b,"answer":%b' % (epoch, n, transaction, answer)
    return head + (b',"stand_outs":' + _encoder.encode(stand_outs) + b"}" if stand_outs else b"}")
