"""Whatever a file of transactions or a mapping holds, it is read or refused in a word."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.money import CURRENCY_EXPONENTS
from pipelines.replay.errors import FileUnreadable, MappingInvalid
from pipelines.replay.frame import read
from pipelines.replay.mapping import SHIPPED, load_mapping

FOUND = {
    "empty.csv": b"", "utf-16.csv": "a,b\n1,2\n".encode("utf-16"), "open-quote.csv": b'a,b\n1,2\n"x', "blank.csv": b"\n\n",
    "too-many.csv": b"a,b\n1,2,3\n", "head-alone.parquet": b"PAR1", "latin-1.csv": b"caf\xe9,b\n1,2\n",
}  # fmt: skip
SHIPPED_TEXT = (SHIPPED / "berka.yaml").read_text()
bits = st.one_of(st.binary(max_size=40), st.text(st.characters(codec="utf-8"), max_size=40).map(str.encode))


@pytest.mark.parametrize("name", FOUND)
def test_a_file_that_is_no_table_was_found_once_and_is_refused_by_name(tmp_path, name):
    (tmp_path / name).write_bytes(FOUND[name])
    with pytest.raises(FileUnreadable, match=name):
        read(tmp_path / name)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=bits, suffix=st.sampled_from([".csv", ".tsv", ".parquet"]))
def test_any_bytes_are_a_table_or_refused(tmp_path: Path, content: bytes, suffix: str):
    path = tmp_path / f"any{suffix}"
    path.write_bytes(content)
    try:
        frame = read(path)
    except FileUnreadable:
        return
    assert isinstance(frame, pl.DataFrame)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        bits,
        st.sampled_from([b"\xff", b"[" * 5_000, b"a: &a [*a]", b"? {}\n: 1", b"!!python/object:os.system {}", b"{a: 1e999}"]),
        st.tuples(st.integers(0, len(SHIPPED_TEXT)), bits).map(
            lambda drawn: SHIPPED_TEXT[: drawn[0]].encode() + drawn[1] + SHIPPED_TEXT[drawn[0] :].encode()
        ),
    )
)
def test_any_mapping_is_read_or_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "any.yaml"
    path.write_bytes(content)
    try:
        mapping = load_mapping(str(path))
    except MappingInvalid:
        return
    assert mapping.currency in CURRENCY_EXPONENTS
