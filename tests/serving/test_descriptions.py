"""What a payer writes beside a transfer: read by both sides, kept where it can be erased and nowhere else."""

import csv
import io
import uuid

import psycopg

from tests.serving.conftest import Server
from tests.serving.test_transfers import account, body, key

TEXT = "Almoço de sexta, obrigada!"


def notes(api: Server) -> dict[str, str]:
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        return dict(connection.execute("select transfer_id::text, description from bank.transfer_note").fetchall())


def test_both_sides_read_what_the_payer_wrote(api):
    debit, credit = account(api), account(api, funds_minor=0)
    made = api.partner().post("/v1/transfers", json=body(debit, credit, description=TEXT), headers=key())
    assert made.status_code == 201, made.text
    transfer_id = made.json()["id"]
    assert api.partner().get(f"/v1/transfers/{transfer_id}").json()["description"] == TEXT
    for side in (debit, credit):
        rows = csv.DictReader(io.StringIO(api.partner().get(f"/v1/accounts/{side}/statement?format=csv").text))
        assert [row["description"] for row in rows if row["transfer_id"] == transfer_id] == [TEXT]


def test_it_lies_in_its_own_erasable_row_and_nowhere_else(api):
    debit, credit = account(api), account(api, funds_minor=0)
    secret = f"segredo-{uuid.uuid4().hex}"
    made = api.partner().post("/v1/transfers", json=body(debit, credit, description=secret), headers=key()).json()["id"]
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        for table in ("outbox.event", "ledger.transfer", "ledger.entry", "idempotency.claim", "identity.audit"):
            # Bytes are shown in hexadecimal.
            looked_for = [f"%{secret}%", f"%{secret.encode().hex()}%"]
            row = connection.execute(f"select count(*) from {table} t where t::text like any (%s)", (looked_for,)).fetchone()
            assert row == (0,), table
        connection.execute("delete from bank.transfer_note where transfer_id = %s", (made,))
        said = connection.execute("select kind, tenant_id from bank.history_change where subject_id = %s", (made,)).fetchall()
        assert said == [("transfer", "demo")]
    shown = api.partner().get(f"/v1/transfers/{made}").json()
    assert (shown["status"], shown["description"]) == ("posted", None)


def test_a_repetition_is_one_with_the_same_words(api):
    debit, credit = account(api), account(api, funds_minor=0)
    headers = key()
    first = api.partner().post("/v1/transfers", json=body(debit, credit, description=TEXT), headers=headers)
    again = api.partner().post("/v1/transfers", json=body(debit, credit, description=TEXT), headers=headers)
    other = api.partner().post("/v1/transfers", json=body(debit, credit, description="outra coisa"), headers=headers)
    assert (again.content, other.status_code) == (first.content, 422)
    assert notes(api)[first.json()["id"]] == TEXT


def test_a_transfer_that_is_given_back_leaves_no_words_behind(api):
    debit, credit = account(api), account(api, funds_minor=0)
    before = notes(api)
    refused = api.partner().post("/v1/transfers", json=body(debit, credit, 20_001, description=TEXT), headers=key())
    assert (refused.status_code, refused.json()["code"]) == (503, "decision-unavailable")
    assert notes(api) == before


def test_words_that_cannot_be_kept_are_refused(api):
    debit, credit = account(api), account(api, funds_minor=0)
    for wrong in ("", "x" * 141, "a\0b", 5):
        refused = api.partner().post("/v1/transfers", json=body(debit, credit, description=wrong), headers=key())
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request"), wrong
    kept = "ç" * 140
    made = api.partner().post("/v1/transfers", json=body(debit, credit, description=kept), headers=key())
    assert notes(api)[made.json()["id"]] == kept
