"""Subjects' keys: one each, kept apart from what they seal, and gone for good once destroyed."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.settings import Settings
from kit.subject_keys import LocalKeys, SealedRecords, Subject, local_keys
from kit.subject_keys.local import FILE, MasterKeyMissing
from kit.subject_keys.sealing import SealBroken, context_of, seal, unseal

ANA, RUI = Subject("demo", "ana"), Subject("demo", "rui")
KEY = bytes(range(32))


@pytest.fixture
def keys(tmp_path):
    return LocalKeys(tmp_path / "keys", masters=tmp_path / "masters")


def again(keys, tmp_path):
    """Another process's view of the same files."""
    return LocalKeys(tmp_path / "keys", masters=tmp_path / "masters")


@given(plain=st.binary(max_size=200))
def test_what_is_sealed_opens_for_its_own_context_alone_and_shows_nothing(plain):
    sealed = seal(KEY, plain, context=b"a")
    assert unseal(KEY, sealed, context=b"a") == plain
    assert len(plain) < 4 or plain not in sealed
    assert seal(KEY, plain, context=b"a") != sealed
    with pytest.raises(SealBroken):
        unseal(KEY, sealed, context=b"b")
    with pytest.raises(SealBroken):
        unseal(bytes(32), sealed, context=b"a")


@given(place=st.integers(0, 60), bit=st.integers(0, 7))
def test_a_changed_bit_or_a_cut_is_refused(place, bit):
    sealed = seal(KEY, b"a text of some length that is sealed", context=b"a")
    altered = bytearray(sealed)
    altered[place] ^= 1 << bit
    with pytest.raises(SealBroken):
        unseal(KEY, bytes(altered), context=b"a")
    with pytest.raises(SealBroken):
        unseal(KEY, sealed[: place - 1], context=b"a")


def test_contexts_of_different_parts_are_different():
    assert context_of("a", "bc") != context_of("ab", "c")


def test_a_subject_has_one_key_whichever_process_asks(keys, tmp_path):
    made = keys.made([ANA, RUI])
    assert made[ANA] != made[RUI]
    assert again(keys, tmp_path).made([ANA]) == {ANA: made[ANA]}


def test_many_that_make_a_key_at_once_get_the_same(tmp_path):
    answers, gate = [], threading.Barrier(8)

    def ask():
        keys = LocalKeys(tmp_path / "keys", masters=tmp_path / "masters")
        gate.wait()
        answers.append(keys.made([ANA])[ANA])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1


def test_a_destroyed_key_is_gone_and_nobody_elses(keys, tmp_path):
    made = keys.made([ANA, RUI])
    assert keys.destroy(ANA)
    assert not keys.destroy(ANA)
    assert again(keys, tmp_path).found([ANA, RUI]) == {RUI: made[RUI]}
    assert keys.made([ANA])[ANA] != made[ANA]


def test_keys_and_masters_are_readable_by_their_owner_alone_and_no_key_stands_in_the_file(keys, tmp_path):
    made = keys.made([ANA])
    file = tmp_path / "keys" / FILE
    assert file.stat().st_mode & 0o077 == 0
    assert [path.stat().st_mode & 0o077 for path in (tmp_path / "masters").iterdir()] == [0]
    assert made[ANA] not in file.read_bytes()


def test_a_copy_of_the_file_opens_nothing_once_the_master_is_rotated(keys, tmp_path):
    made = keys.made([ANA, RUI])
    old = tmp_path / "copy"
    old.mkdir()
    (old / FILE).write_bytes((tmp_path / "keys" / FILE).read_bytes())
    keys.destroy(ANA)
    assert keys.rotate() == 1
    assert keys.found([RUI]) == {RUI: made[RUI]}
    with pytest.raises(MasterKeyMissing):
        LocalKeys(old, masters=tmp_path / "masters").found([ANA])


def test_a_process_that_knew_the_old_master_goes_on_after_a_rotation(keys, tmp_path):
    other = again(keys, tmp_path)
    made = other.made([ANA])
    keys.rotate()
    assert other.found([ANA]) == made
    fresh = other.made([RUI])
    assert keys.found([RUI]) == fresh


def test_a_blind_index_is_the_same_for_the_same_value_of_a_tenant_and_kind(keys, tmp_path):
    index = keys.blind("demo", "document", "39053344705")
    assert again(keys, tmp_path).blind("demo", "document", "39053344705") == index
    assert (
        len({index, *(keys.blind(*other) for other in (("x", "document", "39053344705"), ("demo", "phone", "39053344705")))})
        == 3
    )
    keys.rotate()
    assert keys.blind("demo", "document", "39053344705") == index


def test_records_open_as_they_were_and_as_nothing_once_the_key_is_gone(keys):
    records = SealedRecords(keys)
    fields = {"full_name": "Ana Souza", "address": {"city": "Salvador"}, "email": None}
    sealed = records.seal(ANA, fields, kind="person")
    assert records.open(ANA, sealed, kind="person") == fields
    with pytest.raises(SealBroken):
        records.open(ANA, sealed, kind="payee")
    other = records.seal(RUI, fields, kind="person")
    keys.destroy(ANA)
    assert records.open_all([(ANA, sealed), (RUI, other)], kind="person") == [None, fields]


def test_the_settings_keep_keys_and_what_opens_them_in_two_folders(tmp_path):
    settings = Settings(var=tmp_path)
    local_keys(settings).made([ANA])
    assert (settings.subject_keys / FILE).exists()
    assert not settings.secrets.is_relative_to(settings.subject_keys)
    assert list((settings.secrets / "subjects").iterdir())
