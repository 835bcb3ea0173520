"""The text model: a small file with a checksum, and what it says of a text. Linear, so that it can be explained and is fast.

A text's score for a category is the mean-like sum of its n-grams' weights (each divided by the root of their number), plus the
category's own; the scores over a temperature become probabilities (Guo et al. 2017, "On Calibration of Modern Neural
Networks"). Below `threshold` the model has no opinion.

File: the bytes of SHA-256 of all that follows, then MessagePack of the document below. Weights are 16-bit floats.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from contracts.categories import Category
from insight.categories.text import Grams, grams
from kit.errors import DomainError

FORMAT = 1
_DIGEST_BYTES = 32
MAX_BUCKETS = 1 << 20
NEVER = 2.0
"""A confidence that no probability reaches."""


class BrokenTextModel(DomainError):
    """The file is not a text model, or not the bytes that were written."""

    code = "broken-text-model"
    title = "The text model cannot be used"
    remedy = "Export the model again from its training run."


class TextModel(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What was learned. `merchants` are counterparties that many holders call alike, with their category."""

    format: int
    categories: tuple[str, ...]
    buckets: int
    weights: bytes
    bias: tuple[float, ...]
    temperature: float
    threshold: float
    merchants: Mapping[str, str]
    trained_until: str
    facts: Mapping[str, str | int | float]

    @cached_property
    def _weights(self) -> NDArray[np.float32]:
        return np.frombuffer(self.weights, dtype="<f2").reshape(self.buckets, len(self.categories)).astype(np.float32)

    def probabilities(self, marked: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Return float32[texts, categories] for (mark, text) pairs, each row adding up to 1."""
        if not marked:
            return np.empty((0, len(self.categories)), dtype=np.float32)
        return calibrated(scores(grams(marked, buckets=self.buckets), self._weights, self.bias), self.temperature)

    def opinions(self, marked: Sequence[tuple[str, str]]) -> list[tuple[Category, float]]:
        """Return for each (mark, text) the likeliest category and how likely it is."""
        found = self.probabilities(marked)
        best = found.argmax(axis=1)
        return [
            (Category(self.categories[place]), float(row[place]))
            for row, place in zip(found, best.tolist(), strict=True)
        ]  # fmt: skip


def of_merchants(merchants: Mapping[str, str], *, trained_until: str) -> TextModel:
    """Return a model that knows merchants and has no opinion of any text."""
    return TextModel(
        format=FORMAT, categories=(Category.OTHER,), buckets=1, weights=bytes(2), bias=(0.0,), temperature=1.0,
        threshold=NEVER, merchants=dict(merchants), trained_until=trained_until, facts={"texts": 0},
    )  # fmt: skip


def scores(features: Grams, weights: NDArray[np.float32], bias: Sequence[float]) -> NDArray[np.float32]:
    """Return float32[texts, categories] before they become probabilities."""
    starts = np.concatenate(([0], np.cumsum(features.counts)[:-1]))
    summed = np.add.reduceat(weights[features.buckets], starts, axis=0)
    return np.asarray(
        summed / np.sqrt(features.counts, dtype=np.float32)[:, None] + np.asarray(bias, dtype=np.float32), dtype=np.float32
    )


def calibrated(raw: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    """Return probabilities of scores: softmax over a temperature."""
    shifted = (raw - raw.max(axis=1, keepdims=True)) / np.float32(temperature)
    powers = np.exp(shifted)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


def encode(model: TextModel) -> bytes:
    """Return the bytes of the file."""
    content = msgspec.msgpack.encode(model)
    return hashlib.sha256(content).digest() + content


def decode(data: bytes) -> TextModel:
    """Return the model of a file's bytes. Raises BrokenTextModel where the checksum or the shapes are not right."""
    digest, content = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
    if hashlib.sha256(content).digest() != digest:
        raise BrokenTextModel("the checksum is not that of the content")
    try:
        model = msgspec.msgpack.decode(content, type=TextModel)
    except (msgspec.DecodeError, msgspec.ValidationError) as problem:
        raise BrokenTextModel(f"the content is no text model: {problem}") from problem
    shape = model.buckets * len(model.categories) * 2
    if model.format != FORMAT or model.buckets > MAX_BUCKETS or len(model.weights) != shape or not model.temperature > 0:
        raise BrokenTextModel(f"format {model.format} with {len(model.weights)} bytes of weights; {shape} are expected")
    if len(model.bias) != len(model.categories) or not set(model.categories) <= set(Category):
        raise BrokenTextModel("it knows categories that there are not")
    return model


def read(path: Path) -> TextModel:
    """Return the model of a file. Raises BrokenTextModel, or OSError where it cannot be read."""
    return decode(path.read_bytes())
