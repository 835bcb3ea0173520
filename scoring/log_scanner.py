"""Reads the decision log back into columns at the speed of the scanner; what our own encoder did not write goes to msgspec."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from contracts.decisions import (
    ControlRecord,
    DecisionRecord,
    LabelRecord,
    LogRecord,
    OutcomeRecord,
    OverrideRecord,
    StartRecord,
)
from scoring import answers as columns
from scoring.lexicon import Lexicon
from scoring.log_kernels import index_lexicon, scan_log
from scoring.scan_kernels import usual_order
from scoring.scanner import Scan, blank, join, scan_transactions


@dataclass(frozen=True, slots=True)
class Decisions:
    """A run of decision records: inputs as columns, answers as rows, `heads` int64[n, 4] of epoch, n, door, adopted."""

    scan: Scan
    answers: NDArray[np.int64]
    heads: NDArray[np.int64]


Other = list[OutcomeRecord] | OverrideRecord | ControlRecord | StartRecord | LabelRecord
_decoder: msgspec.json.Decoder[LogRecord] = msgspec.json.Decoder(LogRecord)
_encoder = msgspec.json.Encoder()


class LogScanner:
    """Splits a batch of log records into runs of decisions and the other records between them, in order."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._indexed = 0
        self._index = np.zeros(1, np.int64)

    def _refresh(self) -> None:
        if self._indexed == len(self._lexicon):
            return
        self._indexed = len(self._lexicon)
        self._index = np.zeros(1 << (4 * self._indexed).bit_length(), np.int64)
        index_lexicon(self._lexicon.arena, self._lexicon.starts, self._indexed, self._index)

    def _scan(self, records: Sequence[bytes]) -> tuple[Decisions, NDArray[np.bool_]]:
        self._refresh()
        n = len(records)
        buffer, offsets = join(records)
        spans, numbers, hashes = blank(n)
        bounds = np.zeros((n, 2), np.int64)
        answers = np.empty((n, columns.WIDTH), np.int64)
        heads = np.empty((n, 4), np.int64)
        taken = np.zeros(n, np.bool_)
        lexicon = self._lexicon
        scan_log(
            buffer,
            offsets,
            spans,
            numbers,
            hashes,
            bounds,
            answers,
            heads,
            self._index,
            lexicon.arena,
            lexicon.starts,
            taken,
            usual_order(),
        )
        return Decisions(Scan(n, buffer, spans, numbers, hashes, bounds, np.arange(n), [], 0), answers, heads), taken

    def runs(self, records: Sequence[bytes]) -> list[Decisions | Other]:
        """Return the batch as runs. Raises msgspec.DecodeError for what is no log record."""
        found, taken = self._scan(records)
        if taken.all():
            return [found]
        slow: dict[int, LogRecord] = {row: _decoder.decode(records[row]) for row in np.flatnonzero(~taken).tolist()}
        odd = {row: record for row, record in slow.items() if isinstance(record, DecisionRecord)}
        if odd:
            for decision in odd.values():
                columns.pack(decision.answer, self._lexicon)
            found, taken = self._scan(records)
        runs: list[Decisions | Other] = []
        start = 0
        for row in [*np.flatnonzero(~taken).tolist(), len(records)]:
            if row > start:
                rows = np.arange(start, row)
                runs.append(Decisions(found.scan.take(rows), found.answers[start:row], found.heads[start:row]))
            if row < len(records):
                self._add(runs, slow[row])
            start = row + 1
        return runs

    def _add(self, runs: list[Decisions | Other], record: LogRecord) -> None:
        if isinstance(record, DecisionRecord):
            runs.append(self._one(record))
        elif not isinstance(record, OutcomeRecord):
            runs.append(record)
        elif runs and isinstance(runs[-1], list):
            runs[-1].append(record)
        else:
            runs.append([record])

    def _one(self, record: DecisionRecord) -> Decisions:
        """A decision that another encoder wrote."""
        scan = scan_transactions([_encoder.encode(record.transaction)])
        if scan.refused:
            raise msgspec.ValidationError(f"record {record.n}: {scan.refused[0][1]}")
        answer = columns.pack(record.answer, self._lexicon)[None, :]
        door = list(type(record.door)).index(record.door)
        return Decisions(scan, answer, np.array([[record.epoch, record.n, door, record.adopted]], np.int64))
