"""The text model's file and what it says: exactly what was written, or a refusal."""

import msgspec
import numpy as np
import pytest

from contracts.categories import Category
from insight.categories.model import BrokenTextModel, TextModel, decode, encode, read
from insight.categories.text import grams

BUCKETS = 1 << 10
NAMES = ("fuel", "groceries", "health")


@pytest.fixture(scope="module")
def model() -> TextModel:
    """Weights that know three words."""
    weights = np.zeros((BUCKETS, 3))
    for place, word in enumerate(("POSTO", "PADARIA", "DROGARIA")):
        weights[grams([("m", word)], buckets=BUCKETS).buckets[1:], place] += 2.0
    return TextModel(
        format=1, categories=NAMES, buckets=BUCKETS, weights=weights.astype("<f2").tobytes(), bias=(0.0, 0.0, 0.0),
        temperature=1.0, threshold=0.5, merchants={"m1": "fuel"}, trained_until="2026-01-31", facts={"lines": 3},
    )  # fmt: skip


def test_a_file_that_is_read_says_what_was_written(model: TextModel) -> None:
    again = decode(encode(model))
    assert again == model
    asked = [("m", "AUTO POSTO 22"), ("m", "PADARIA REAL"), ("m", "DROGARIA 3")]
    assert np.array_equal(again.probabilities(asked), model.probabilities(asked))
    assert [category for category, _ in again.opinions(asked)] == [Category.FUEL, Category.GROCERIES, Category.HEALTH]


def test_probabilities_add_up_and_are_the_same_alone_and_together(model: TextModel) -> None:
    asked = [("m", text) for text in ("POSTO", "nothing known", "", "PADARIA DROGARIA")]
    together = model.probabilities(asked)
    assert np.allclose(together.sum(axis=1), 1.0, atol=1e-6)
    alone = np.vstack([model.probabilities([each]) for each in asked])
    assert np.allclose(together, alone, atol=1e-6)
    assert model.probabilities([]).shape == (0, 3)


def test_a_higher_temperature_is_less_sure_and_of_the_same_opinion(model: TextModel) -> None:
    cooler = msgspec.structs.replace(model, temperature=4.0)
    ((said, sure),), ((also, less),) = model.opinions([("m", "POSTO")]), cooler.opinions([("m", "POSTO")])
    assert said == also == Category.FUEL
    assert less < sure


@pytest.mark.parametrize("place", [0, 40, -1])
def test_a_file_with_another_byte_is_refused(model: TextModel, place: int) -> None:
    data = bytearray(encode(model))
    data[place] ^= 1
    with pytest.raises(BrokenTextModel, match="checksum"):
        decode(bytes(data))


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 2}, {"weights": b"\0\0"}, {"bias": (0.0,)}, {"categories": ("fuel", "groceries", "gambling")},
        {"temperature": 0.0}, {"temperature": float("nan")}, {"buckets": 1 << 30},
    ],
)  # fmt: skip
def test_a_file_that_does_not_fit_together_is_refused(model: TextModel, changes: dict) -> None:
    with pytest.raises(BrokenTextModel):
        decode(encode(msgspec.structs.replace(model, **changes)))


def test_what_is_no_model_at_all_is_refused(tmp_path) -> None:
    path = tmp_path / "categories.model"
    path.write_bytes(b"short")
    with pytest.raises(BrokenTextModel):
        read(path)
