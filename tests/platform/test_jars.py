"""Jars are used only when their bytes are those that the lock names."""

import hashlib
from pathlib import Path

import pytest

from kit.localset.jars import JARS, BadLock, Jar, JarMismatch, place, read_lock, relock, resolve

GOOD = b"the bytes that were locked"
COORDINATE = "org.example:thing:1.0"
LOCKED = Jar(coordinate=COORDINATE, sha256=hashlib.sha256(GOOD).hexdigest())


class Source:
    """Stands where the repository of jars is: hands out these bytes and counts how often."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.fetched = 0

    def __call__(self, coordinate: str, folder: Path) -> Path:
        self.fetched += 1
        path = folder / "arrived.jar"
        path.write_bytes(self.content)
        return path


def test_a_jar_with_another_hash_than_the_locks_is_refused_and_not_kept(tmp_path):
    with pytest.raises(JarMismatch, match=r"org\.example:thing:1\.0"):
        resolve([LOCKED], cache=tmp_path, fetch=Source(b"tampered with"))
    assert list(tmp_path.rglob("*.jar")) == []


def test_a_second_checkout_takes_it_from_the_cache(tmp_path):
    source = Source(GOOD)
    first = resolve([LOCKED], cache=tmp_path, fetch=source)
    assert resolve([LOCKED], cache=tmp_path, fetch=source) == first
    assert source.fetched == 1
    assert first[0].read_bytes() == GOOD


def test_a_jar_that_was_changed_in_the_cache_is_fetched_again(tmp_path):
    source = Source(GOOD)
    kept = resolve([LOCKED], cache=tmp_path, fetch=source)[0]
    kept.write_bytes(b"changed on disk")
    assert resolve([LOCKED], cache=tmp_path, fetch=source)[0].read_bytes() == GOOD
    assert source.fetched == 2


def test_a_jar_is_placed_in_the_stead_of_its_other_versions_and_of_nothing_else(tmp_path):
    there = tmp_path / "lib"
    there.mkdir()
    for name in ("thing-0.9.jar", "thing-extra-0.9.jar"):
        (there / name).write_bytes(b"old")
    assert place([LOCKED], there, cache=tmp_path / "cache", fetch=Source(GOOD)) == 1
    assert {path.name for path in there.iterdir()} == {"thing-1.0.jar", "thing-extra-0.9.jar"}
    assert (there / "thing-1.0.jar").read_bytes() == GOOD


@pytest.mark.parametrize("line", ["org.example:thing:1.0", "org.example:thing sha256:00", "org.example:thing:1.0 md5:00"])
def test_a_line_of_the_lock_that_cannot_be_read_is_refused(tmp_path, line):
    lock = tmp_path / "jars.lock"
    lock.write_text(f"# a comment\n{line}\n")
    with pytest.raises(BadLock, match="line 2"):
        read_lock(lock)


def test_relocking_writes_the_hashes_of_what_comes_and_keeps_comments(tmp_path):
    lock = tmp_path / "jars.lock"
    lock.write_text(f"# why\n{COORDINATE} sha256:{'0' * 64}\n")
    assert relock(lock, fetch=Source(GOOD)) == 1
    assert lock.read_text() == f"# why\n{COORDINATE} sha256:{LOCKED.sha256}\n"


def test_the_locked_broker_and_clients_are_of_one_version_and_nothing_is_there_twice():
    jars = read_lock(JARS)
    versions = {jar.coordinate.split(":")[1]: jar.coordinate.split(":")[2] for jar in jars}
    assert len(versions) == len(jars)
    assert versions["kafka_2.13"] == versions["kafka-clients"]
    assert all(len(jar.sha256) == 64 for jar in jars)
