"""Reports: what they say comes from facts alone, and the document holds to its layout."""

import uuid
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.reports import document
from cases.reports.facts import SENTENCES, Fact, amount, facts, narrative
from cases.reports.states import ReportAct, ReportMoveNotAllowed, ReportState, after

CASE = {
    "case_id": str(uuid.uuid4()), "subject_kind": "customer", "subject_id": "c1", "customer_id": "c1", "scheme": "structuring",
    "selected_on": date(2025, 11, 24), "judged_at": datetime(2025, 11, 26, 1, 0, tzinfo=UTC),
}  # fmt: skip
PERSON = {"full_name": "Ana Souza", "document": "52998224725"}


def member(amount_minor: int, *, hour: int = 12, **transaction: str) -> dict:
    return {
        "transaction_id": str(uuid.UUID(int=amount_minor)), "event_time": datetime(2025, 11, 24, hour, tzinfo=UTC),
        "amount_minor": amount_minor, "currency": "BRL", "reasons": ["new_payee"], "transaction": transaction,
    }  # fmt: skip


MEMBERS = [member(4_999_900, channel="pix", payee_id="p1"), member(4_999_901, hour=13, channel="pix", payee_id="p2")]


def made(known: list[Fact], **other: object) -> bytes:
    wanted = {
        "report_id": str(uuid.uuid4()), "institution": "demo", "case": CASE, "known": known, "rationale": None,
        "members": MEMBERS, "evidence": [{"sha256": "a" * 64}],
    } | other  # fmt: skip
    return document.suspicion(**wanted)


def test_every_sentence_is_a_template_filled_by_facts_that_it_names():
    known = facts(CASE, MEMBERS, person=PERSON, evidence=[{"sha256": "a" * 64}])
    values = {fact.name: fact.value for fact in known}
    sentences = narrative(known)
    assert len(sentences) == len(SENTENCES)
    for sentence, template in zip(sentences, SENTENCES, strict=True):
        assert sentence.text == template.format_map({name: values[name] for name in sentence.facts})
        assert sentence.facts
    assert values["total"] == "BRL\u00a099.998,01"
    assert (values["quantidade"], values["beneficiarios"], values["canais"]) == ("2", "2", "pix")
    assert values["decidido_em"] == "25/11/2025", "01:00 in London is the day before in Brasília"


def test_what_is_not_known_is_not_said():
    known = facts(CASE, [], person=None, evidence=[])
    texts = " ".join(sentence.text for sentence in narrative(known))
    assert "Ana" not in texts
    assert "{" not in texts
    assert "operações, no total" not in texts
    assert document.problems(made(known, members=[], evidence=[])) == []


def test_amounts_are_written_as_brazilians_do():
    assert [amount(each, "BRL") for each in (5, 100, 123_456_789)] == [
        "BRL\u00a00,05", "BRL\u00a01,00", "BRL\u00a01.234.567,89",
    ]  # fmt: skip
    assert amount(1234, "JPY") == "JPY\u00a01.234"


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=200))
def test_whatever_a_name_or_a_rationale_holds_the_document_is_valid(name, words):
    known = facts(CASE, MEMBERS, person={"full_name": name, "document": None}, evidence=[])
    assert document.problems(made(known, rationale=(str(uuid.uuid4()), words))) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b'fato="total"', b'fato="invented"'),
        (b'nome="total"', b'nome="tipologia"'),
        (b'valor_centavos="4999900"', b'valor_centavos="0"'),
        (b'sha256="' + b"a" * 64, b'sha256="' + b"a" * 63),
        (b"<Enquadramento>structuring", b"<Enquadramento>Structuring!"),
        (b"<Evidencias>", b"<Outra/><Evidencias>"),
    ],
)
def test_a_document_that_strays_from_the_layout_is_not_valid(right, wrong):
    whole = made(facts(CASE, MEMBERS, person=PERSON, evidence=[]))
    assert right in whole
    assert document.problems(whole) == []
    assert document.problems(whole.replace(right, wrong, 1)) != []


def test_a_document_is_read_without_entities():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><Comunicacao xmlns="urn:baas-ultra:comunicacao:1">&a;</Comunicacao>'
    assert document.problems(bomb) != []


@pytest.mark.parametrize("act", list(ReportAct))
@pytest.mark.parametrize("state", list(ReportState))
def test_a_report_is_exported_then_receipted_and_then_it_ends(act, state):
    allowed = {
        (ReportAct.EXPORT, ReportState.DRAFT): ReportState.EXPORTED,
        (ReportAct.EXPORT, ReportState.EXPORTED): ReportState.EXPORTED,
        (ReportAct.RECEIPT, ReportState.EXPORTED): ReportState.SENT,
    }
    if (act, state) in allowed:
        assert after(act, state) is allowed[act, state]
    else:
        with pytest.raises(ReportMoveNotAllowed):
            after(act, state)
