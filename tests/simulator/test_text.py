"""Ids in bulk are the ids that the standard library and the kit make one at a time."""

import uuid

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.encode import UnplainText, check_plain, messages
from simulator.text import numbered, uuid5_texts

ASCII = st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)


@given(st.uuids(), ASCII, ASCII)
def test_uuid5_in_bulk_equals_the_standard_library(namespace: uuid.UUID, head: str, name: str) -> None:
    names = pa.array([name, name[::-1]])
    found = uuid5_texts(namespace, head, names).to_pylist()
    assert found == [str(uuid.uuid5(namespace, head + text)) for text in names.to_pylist()]


def test_names_of_different_lengths_or_too_long_are_refused() -> None:
    with pytest.raises(ValueError, match="differ"):
        uuid5_texts(uuid.NAMESPACE_DNS, "", pa.array(["ab", "abc"]))
    with pytest.raises(ValueError, match="longer"):
        uuid5_texts(uuid.NAMESPACE_DNS, "x" * 200, pa.array(["ab"]))


def test_numbers_are_padded_and_negative_ones_are_null() -> None:
    assert numbered("c", 6, np.array([42, -1, 7])).to_pylist() == ["c000042", None, "c000007"]


def test_messages_leave_nulls_out_and_text_that_json_escapes_is_found() -> None:
    table = pa.table({"id": ["a", "b"], "n": [1, None], "flag": [True, False]})
    assert messages(table) == ['{"id":"a","n":1,"flag":true}', '{"id":"b","flag":false}']
    import polars as pl

    with pytest.raises(UnplainText, match="row 1, id"):
        check_plain(pl.DataFrame({"id": ["a", 'b"']}))
