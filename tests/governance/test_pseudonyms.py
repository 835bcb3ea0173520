"""Ids that tell who somebody is, and what is looked for and replaced when they are erased."""

import json

import pytest

from governance.erasures.identifiers import ERASED, identifiers_of
from governance.erasures.pseudonyms import tells

ANA = {"full_name": "Ana María de Souza", "email": "ana@example.org", "phone": "+5571999990000", "document": "39053344705"}


@pytest.mark.parametrize(
    "customer_id",
    [
        "ana@example.org",
        "x@y",
        "39053344705",
        "390.533.447-05",
        "16727230000197",
        "ana-souza",
        "Ana.Maria.Souza",
        "c-ana.example.org",
        "5571999990000",
        "c:39053344705",
    ],
)
def test_an_id_that_is_made_of_who_somebody_is_tells(customer_id):
    assert tells(customer_id, ANA)


@pytest.mark.parametrize(
    "customer_id", ["c000042", "0193f2aa-dddd-7ddd-8ddd-dddddddddddd", "12345678901", "ana", "souza-7", "x.y"]
)
def test_a_number_of_the_bank_s_own_is_a_pseudonym(customer_id):
    assert not tells(customer_id, ANA)


def test_nothing_is_known_of_nobody():
    assert not tells("c1", {})
    assert not tells("c1", dict.fromkeys(ANA))


def found(customer_id: str = "c1", **more: object):
    return identifiers_of(customer_id, ANA | more, replacement="erased-7", accounts=(), logins=("login@example.org",))


def test_a_person_is_looked_for_by_every_way_in_which_a_number_is_written():
    who = found()
    assert set(who.ids) == {"ana@example.org", "login@example.org", "+5571999990000", "39053344705", "390.533.447-05"}
    assert who.words == ("Ana María de Souza",)
    assert not who.renamed
    assert who.customer_ids == ["c1"]


def test_an_id_is_found_in_json_however_its_letters_are_written():
    who = found(email="joão@example.org")
    for text in ('{"payee_id":"jo\\u00e3o@example.org"}', '{"payee_id":"joão@example.org"}'):
        assert any(quoted in text.encode() for quoted in who.quoted)
    assert not any(quoted in b'{"payee_id":"x.joao@example.org"}' for quoted in who.quoted)


def test_an_id_that_tells_is_looked_for_too():
    who = found("ana.souza")
    assert who.renamed
    assert "ana.souza" in who.ids
    assert who.customer_ids == ["ana.souza", "erased-7"]


def test_a_short_or_single_name_is_not_looked_for_in_the_words_of_others():
    assert found(full_name="Ana Li").words == ("Ana Li",)
    assert found(full_name="Bo Li").words == ()
    assert found(full_name="Anastácia").words == ()


def test_what_tells_is_replaced_whatever_its_case_and_nothing_else_is():
    who = found()
    assert who.redacted("Paid ANA MARÍA DE SOUZA by ana@EXAMPLE.org, not anna@example.org") == (
        f"Paid {ERASED} by erased-7, not anna@example.org"
    )
    document = {"payee_id": "ana@example.org", "amount_minor": 12, "list": ["39053344705", None], "in": {"note": "x"}}
    assert who.redacted_json(document) == {
        "payee_id": "erased-7", "amount_minor": 12, "list": ["erased-7", None], "in": {"note": "x"},
    }  # fmt: skip
    assert json.loads(who.redacted_bytes(json.dumps(document).encode())) == who.redacted_json(document)
    assert who.redacted_bytes(b"\xff ana@example.org \xfe") == b"\xff erased-7 \xfe"


def test_of_nobody_nothing_is_replaced():
    nobody = identifiers_of("c1", {}, replacement="erased-7", accounts=(), logins=())
    assert nobody.needles == []
    assert nobody.redacted("c1 and anybody") == "c1 and anybody"
    assert not nobody.told_in("anything")
