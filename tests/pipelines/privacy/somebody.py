"""Somebody with something in every store, and a look through all bytes of all stores for a word of them."""

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import msgspec
import polars as pl
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from redis import Redis

from contracts.decisions import DecisionRecord
from contracts.topics import DECISIONS, INBOUND_TRANSACTIONS, topics
from feature_store.offline.files import KNOWN_AT, MOMENT, file_of, replace_file
from feature_store.profiles import as_moment, day_of
from kit.clock import SystemClock
from kit.ids import uuid7
from kit.kafka import dlq_name, producer, topic_name
from kit.lake.files import write_file
from kit.neo4j import driver
from kit.postgres import connect
from kit.settings import REPOSITORY_ROOT, PostgresServer, Settings
from kit.subject_keys import SealedRecords, Subject, local_keys
from ledger.accounts import open_accounts, system_account
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch
from pipelines.privacy.features import OnlineProfiles
from pipelines.privacy.job import Job
from pipelines.privacy.topics import records
from streams.graph.rows import gather
from streams.sinks.lake.columns import LakeRow, as_batch
from streams.sinks.messages import decode
from tests.cases.graph.conftest import writing
from tests.ledger.chain.little_bank import seal_as_it_is
from tests.serving.conftest import Server
from tests.serving.isolation.holdings import a_cpf

TENANT = "demo"
CLOCK = SystemClock()
EXAMPLE = msgspec.convert(
    json.loads((REPOSITORY_ROOT / "contracts" / "examples" / f"{DECISIONS}.json").read_text())[0], DecisionRecord
)
LEFT = "update bank.customer set closed_at = now() - %s * interval '1 year' where customer_id = %s"
PLACED = """
insert into identity.login_user (user_id, tenant_id, email, display_name, password_hash, roles, customer_id)
values (gen_random_uuid(), 'demo', %(login)s, %(full_name)s, 'x', array['customer'], %(customer_id)s);
insert into bank.transfer_note values ('demo', %(transfer_id)s, %(text)s);
insert into bank.transfer_note values ('demo', %(received_id)s, 'rent, ' || %(full_name)s);
insert into bank.transaction_mark (tenant_id, account_id, transfer_id, note)
values ('demo', %(account_id)s, %(received_id)s, %(text)s);
insert into bank.goal (goal_id, tenant_id, parent_account_id, name, created_at)
values (gen_random_uuid(), 'demo', %(account_id)s, %(text)s, now());
insert into bank.budget (budget_id, tenant_id, customer_id, category, currency, limit_minor, created_at)
values (gen_random_uuid(), 'demo', %(customer_id)s, null, 'BRL', 5, now());
insert into bank.suitability (tenant_id, customer_id, version, answers, profile, questionnaire, answered_at, expires_at)
values ('demo', %(customer_id)s, 1, '{}', 'moderate', 1, now(), now() + interval '1 day');
insert into bank.declared_income
values ('demo', %(customer_id)s, 1, 5, 'BRL', 'payslip', '2025-11-24', '2025-11-24', 'x', now());
insert into bank.device (tenant_id, customer_id, device_id, number, asked_at, asked_by)
values ('demo', %(customer_id)s, 'd-of-theirs', 1, now(), 'x');
insert into screening.list (list_id, format, licence, source, made_at)
values ('made-up', 'own', 'made up', 'made up', now()) on conflict do nothing;
insert into screening.hit (hit_id, tenant_id, customer_id, list_id, entry_id, digest, name_index, score, status, found_at,
    verdict, note, proposed_by, proposed_at)
values (gen_random_uuid(), 'demo', %(customer_id)s, 'made-up', '1', sha256('a'), sha256('b'), 0.9, 'proposed', now(), 'cleared',
    %(text)s, 'x', now());
insert into screening.party (tenant_id, party_id, customer_id, sealed, met_at)
values ('demo', %(schedule_id)s, %(customer_id)s, 'x', now());
insert into screening.hit (hit_id, tenant_id, customer_id, party_id, list_id, entry_id, digest, name_index, score, status,
    found_at)
values (%(schedule_id)s, 'demo', %(customer_id)s, %(schedule_id)s, 'made-up', '1', sha256('a'), sha256('b'), 0.9, 'open',
    now());
insert into screening.payment values ('demo', %(transfer_id)s, %(schedule_id)s, 'payee', 'held', true, now());
insert into screening.screened values ('demo', %(customer_id)s, 1, sha256('a'), now());
insert into bank.account_holder (tenant_id, account_id, customer_id, role)
values ('demo', %(other_account)s, %(customer_id)s, 'viewer');
insert into bank.schedule (schedule_id, tenant_id, customer_id, debit_account_id, amount_minor, currency, channel, payee_id,
    description, frequency, from_day, convention, at_time, timezone, status, created_by)
values (%(schedule_id)s, 'demo', %(customer_id)s, %(account_id)s, 5, 'BRL', 'pix', 'p1', %(text)s, 'once', '2025-01-01', 'none',
    '10:00', 'UTC', 'ended', 'x');
insert into bank.schedule_run (schedule_id, day, tenant_id, state, request, ended_at)
values (%(schedule_id)s, '2025-01-01', 'demo', 'failed', convert_to(%(text)s, 'UTF8'), now());
insert into identity.audit (tenant_id, actor, action, correlation_id, detail)
values ('demo', 'user:x', 'POST /x', 'c', jsonb_build_object('reason', 'called ' || %(email)s, 'n', 7));
insert into idempotency.claim (tenant_id, key, request_hash, transfer_id, state, leased_until, response_body, created_at,
    completed_at)
values ('demo', %(schedule_id)s, '\\x00', gen_random_uuid(), 'done', now(),
    convert_to('{"payee_id":"' || %(email)s || '"}', 'UTF8'), now(), now());
insert into cases.alert (tenant_id, alert_id, subject_kind, subject_id, currency, status, first_event_time, last_event_time,
    decisions, total_amount_minor, opened_at, changed_at)
values ('demo', %(alert_id)s, 'payee', %(email)s, 'BRL', 'dismissed', now(), now(), 1, 1, now(), now());
insert into cases.alert_member (tenant_id, transaction_id, alert_id, position, event_time, verdict, amount_minor, currency,
    reasons, stand_outs, transaction, joined_at)
values ('demo', gen_random_uuid(), %(alert_id)s, 1, now(), 'review', 1, 'BRL', '{}', '[]',
    jsonb_build_object('payee_id', %(email)s, 'amount_minor', 12), now());
insert into cases.case (tenant_id, case_id, subject_kind, subject_id, customer_id, scheme, severity, state, opened_by,
    opened_at, operation_on, selected_on, judged_by, judged_at, ended_at)
values ('demo', %(alert_id)s, 'customer', %(customer_id)s, %(customer_id)s, 'structuring', 2, 'closed', 'x', now(), now(),
    now(), 'x', now(), now());
insert into cases.note (tenant_id, note_id, case_id, kind, author, written_at, salt, sealed)
values ('demo', gen_random_uuid(), %(alert_id)s, 'note', 'x', now(), decode(repeat('00', 16), 'hex'),
    convert_to(%(text)s, 'UTF8'));
insert into cases.evidence (tenant_id, evidence_id, case_id, sha256, size_bytes, added_by, added_at, salt, sealed)
values ('demo', gen_random_uuid(), %(alert_id)s, sha256('a'), 5, 'x', now(), decode(repeat('00', 16), 'hex'),
    convert_to(%(text)s, 'UTF8'));
insert into cases.quiet (tenant_id, subject_kind, subject_id, scheme, until_on, case_id, note_id, judged_by, judged_at)
values ('demo', 'customer', %(customer_id)s, 'structuring', now(), %(alert_id)s, gen_random_uuid(), 'x', now());
insert into cases.report (tenant_id, report_id, kind, case_id, year, state, due_on, made_by, made_at)
values ('demo', %(alert_id)s, 'suspicion', %(alert_id)s, 2024, 'draft', now(), 'x', now());
insert into cases.report_document (tenant_id, report_id, sealed)
values ('demo', %(alert_id)s, convert_to(%(text)s, 'UTF8'));
insert into cases.freeze (tenant_id, freeze_id, customer_id, cause, incoming, state, placed_by, placed_at, proposed_by,
    proposed_at, judged_by, judged_at, salt, sealed)
values ('demo', gen_random_uuid(), %(customer_id)s, 'suspicion', 'accept', 'lifted', 'x', now(), 'x', now(), 'y', now(),
    decode(repeat('00', 16), 'hex'), convert_to(%(text)s, 'UTF8'));
insert into cases.block (tenant_id, block_id, transfer_id, hold_id, account_id, customer_id, amount_minor, currency, placed_by,
    placed_at, expires_at, salt, sealed)
values ('demo', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), %(customer_id)s, 5, 'BRL', 'x',
    now(), now() + interval '1 hour', decode(repeat('00', 16), 'hex'), convert_to(%(text)s, 'UTF8'));
insert into cases.dispute (tenant_id, dispute_id, external_id, transfer_id, account_id, customer_id, situation, amount_minor,
    currency, hold_id, held_minor, state, reported_at, analysis_due_at, refund_due_at, opened_by, opened_at, ended_at)
values ('demo', gen_random_uuid(), %(alert_id)s, gen_random_uuid(), gen_random_uuid(), %(customer_id)s, 'scam', 5, 'BRL',
    gen_random_uuid(), 0, 'cancelled', now(), now() + interval '7 days', now() + interval '11 days', 'x', now(), now());
insert into cases.recovery (tenant_id, recovery_id, transfer_id, account_id, customer_id, situation, amount_minor, currency,
    state, reported_at, opened_by, opened_at, ended_at)
values ('demo', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), %(customer_id)s, 'scam', 5, 'BRL', 'cancelled', now(),
    'x', now(), now());
with found as (
    insert into cases.alert (tenant_id, alert_id, kind, scenarios, subject_kind, subject_id, currency, status, first_event_time,
        last_event_time, decisions, total_amount_minor, opened_at, changed_at)
    values ('demo', gen_random_uuid(), 'scenario', '{fan-in}', 'account', 'a', 'BRL', 'dismissed', now(), now(), 1, 1, now(),
        now())
    returning alert_id
), finding as (
    insert into cases.finding (tenant_id, finding_id, scenario, account_id, alert_id, currency, first_at, last_at, payments,
        amount_minor, measures, parameters, job, growth, found_at, changed_at)
    select 'demo', gen_random_uuid(), 'fan-in', gen_random_uuid(), alert_id, 'BRL', now(), now(), 1, 1, '{}', '{}', 'j', 1,
        now(), now()
    from found
    returning finding_id
)
insert into cases.finding_payment (tenant_id, finding_id, transaction_id, at, amount_minor, payment, joined_at)
select 'demo', finding_id, gen_random_uuid(), now(), 1, jsonb_build_object('other', %(email)s::text, 'amount_minor', 1), now()
from finding;
insert into governance.list (tenant_id, list_id, kind, field, sentence, made_by, made_at)
values ('demo', %(list_id)s, 'watch', 'payee_id', 'x', 'x', now());
insert into governance.list_entry (tenant_id, list_id, value, reason, added_by, added_at)
values ('demo', %(list_id)s, %(phone)s, 'of ' || %(full_name)s, 'x', now());
"""
PROJECTED = """
insert into read_model.movement (generation, tenant_id, account_id, sequence, transfer_id, amount_minor, balance_after_minor,
    currency, purpose, channel, decided, category, counterparty_account_id, counterparty_kind, counterparty_owner,
    counterparty_name, description, note, words, value_at, booked_at, log_offset, counterparty_id)
values
    (1, 'demo', %(account_id)s, 1, %(transfer_id)s, -5, 5, 'BRL', 'transfer', 'pix', true, 'people', %(other_account)s,
     'customer', 'other', 'Bea Reis', %(text)s, %(text)s, to_tsvector('portuguese', %(text)s), now(), now(), 1, null),
    (1, 'demo', %(other_account)s, %(sequence)s, %(transfer_id)s, 5, 5, 'BRL', 'transfer', 'pix', true, 'people',
     %(account_id)s, 'customer', %(customer_id)s, %(full_name)s, null, 'thanks ' || %(full_name)s,
     to_tsvector('portuguese', %(full_name)s), now(), now(), 2, %(email)s);
insert into raw.controls (tenant_id, control_id, kind, known_at, body, epoch, n, log_offset)
values ('demo', gen_random_uuid(), 'list', now(), jsonb_build_object('value', %(email)s, 'count', 3), 1, %(n)s, 1);
insert into raw.alerts (tenant_id, event_id, alert_id, status, change, subject_kind, subject_id, transaction_id, verdict,
    amount_minor, currency, first_event_time, last_event_time, occurred_at, decisions, total_amount_minor, reasons, stand_outs,
    log_offset)
values ('demo', gen_random_uuid(), gen_random_uuid(), 'open', 'opened', 'payee', %(phone)s, gen_random_uuid(), 'review', 1,
    'BRL', now(), now(), now(), 1, 1, '{}', jsonb_build_array(%(email)s), 1);
create schema if not exists marts;
grant usage, create on schema marts to transform;
create table if not exists marts.payees (tenant_id text, payee_id text, paid_minor bigint);
alter table marts.payees owner to transform;
insert into marts.payees values ('demo', %(email)s, 7);
"""
DECIDED = """
insert into raw.decisions (tenant_id, transaction_id, epoch, n, door, adopted, event_time, known_at, channel, direction,
    amount_minor, currency, customer_id, payee_id, verdict, source, rules, reasons, policy, feature_set, truncated, late,
    control_group, scored_at, log_offset)
values ('demo', gen_random_uuid(), 1, %(n)s, 'rpc', false, now(), now(), 'pix', 'debit', 500, 'BRL', %(customer_id)s,
    %(email)s, 'allow', 'scorer', '{}', '{}', 'p', 'f', false, false, false, now(), %(n)s)
"""
TEXTUAL = """
select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
"""


@dataclass
class Somebody:
    """Who they are, what names them in texts, and the ids of what they have."""

    customer_id: str
    person: dict[str, Any]
    ids: dict[str, Any]
    words: list[str] = field(default_factory=list)


class Bank:
    """The bank's people are made over its API; what other processes write is written as they would."""

    def __init__(self, settings: Settings, api: Server) -> None:
        self.settings = settings
        self.api = api
        self.clock = CLOCK
        self.project = f"t{uuid.uuid4().hex[:12]}"
        self.partner = api.partner()
        self.officer = api.browser("compliance")
        self.valkey: Redis = Redis(**settings.valkey.client())
        self._number = 0

    def close(self) -> None:
        """Take away what is not the module's own."""
        for key in self.valkey.keys(f"*{self.project}*"):
            self.valkey.delete(key)

    def somebody(self, *, customer_id: str | None = None, account: bool = True) -> Somebody:
        """Make a person with something in every store; with an id that tells, they are from before such ids were refused."""
        mark = f"zq{uuid.uuid4().hex[:8]}"
        person = {
            "full_name": f"Ana {mark.capitalize()}", "email": f"{mark}@example.org", "document": a_cpf(),
            "phone": f"+5571{uuid.uuid4().int % 10**9:09d}",
            "address": {"street": f"Rua {mark}", "number": "21", "city": "Salvador", "state": "BA", "postal_code": "40020000"},
        }  # fmt: skip
        wanted = customer_id.format(mark=mark) if customer_id else f"c-{uuid.uuid4().hex[:10]}"
        if customer_id:
            self.sql(self.settings.core, "insert into bank.customer (tenant_id, customer_id) values ('demo', %s)", (wanted,))
            told = self.partner.patch(f"/v1/customers/{wanted}", json=person, headers={"If-Match": '"1"'})
        else:
            told = self.partner.post("/v1/customers", json={"customer_id": wanted} | person)
        assert told.status_code in (200, 201), told.text
        found = Somebody(wanted, person, {"mark": mark})
        found.words = [person["full_name"], person["email"], person["document"], person["phone"], f"Rua {mark}"]
        if customer_id:
            found.words.append(wanted)
        self._written(found)
        if account:
            self._banked(found)
        self._streamed(found)
        return found

    def left(self, who: Somebody, *, years_ago: int) -> None:
        """Close their accounts and them, so long ago."""
        self.sql(self.settings.core, "update bank.account set status = 'closed' where customer_id = %s", (who.customer_id,))
        version = self.partner.get(f"/v1/customers/{who.customer_id}").headers["ETag"]
        moved = self.officer.post(
            f"/v1/customers/{who.customer_id}/status",
            json={"status": "closed", "reason": "asked for it"},
            headers={"If-Match": version},
        )
        assert moved.status_code == 200, moved.text
        self.sql(self.settings.core, LEFT, (years_ago, who.customer_id))

    def job(self) -> Job:
        """A worker's own."""
        return Job(self.settings, CLOCK, project=self.project)

    def sql(self, server: PostgresServer, statement: str, values: object = None) -> list[tuple]:
        """Run something as nobody may but a test."""
        with psycopg.ClientCursor(psycopg.connect(server.dsn("postgres"), autocommit=True)) as cursor:
            cursor.execute(statement, values)
            rows = cursor.fetchall() if cursor.description else []
            cursor.connection.close()
        return rows

    # -- what somebody has ---------------------------------------------------------------------------------------------------

    def _written(self, who: Somebody) -> None:
        """A payee and an account elsewhere, with their answers stored under keys."""
        mark = who.ids["mark"]
        elsewhere = f"{uuid.uuid4().int % 10**14:014d}-3"
        bodies = {
            "/v1/beneficiaries": {"nickname": f"Mum {mark}", "pix_key": {"kind": "email", "key": f"mum.{mark}@example.org"}},
            "/v1/external-accounts": {
                "holder_name": who.person["full_name"], "bank_code": "60701190", "branch": "0001", "account_number": elsewhere,
            },
        }  # fmt: skip
        for path, body in bodies.items():
            answer = self.partner.post(
                path, json=body | {"customer_id": who.customer_id}, headers={"Idempotency-Key": uuid.uuid4().hex}
            )
            assert answer.status_code == 201, answer.text
        who.words += [f"Mum {mark}", f"mum.{mark}@example.org", elsewhere]

    def _banked(self, who: Somebody) -> None:
        """An account, transfers both ways with somebody else, and all that people write beside them."""
        made = {}
        for name, owner in (("account_id", who.customer_id), ("other_account", self._other())):
            wanted = {"customer_id": owner, "currency": "BRL", "nickname": f"{who.ids['mark']} savings"}
            answer = self.partner.post("/v1/accounts", json=wanted, headers={"Idempotency-Key": uuid.uuid4().hex})
            assert answer.status_code == 201, answer.text
            made[name] = uuid.UUID(answer.json()["account_id"])
        self.sql(self.settings.core, "update bank.account set nickname = null where account_id = %s", (made["other_account"],))
        rail = system_account(tenant_id=TENANT, currency="BRL", code="settlement:pix")
        transfers = {"transfer_id": uuid7(CLOCK), "received_id": uuid7(CLOCK)}
        sides = {
            "received_id": (made["other_account"], made["account_id"]),
            "transfer_id": (made["account_id"], made["other_account"]),
        }
        with connect(self.settings.core.dsn("api"), application="test") as connection:
            open_accounts(connection, [rail], now_ms=CLOCK.now_ms())
            rows = [(uuid7(CLOCK), rail.account_id, account, 50_000) for account in made.values()]
            rows += [(transfers[name], *sides[name], 500) for name in sides]
            results = post_batch(
                connection,
                [
                    PostingRequest(
                        kind=Kind.POST, transfer_id=transfer_id, tenant_id=TENANT, occurred_at_ms=CLOCK.now_ms(),
                        amount_minor=amount, currency="BRL", debit_account_id=debit, credit_account_id=credit,
                    )
                    for transfer_id, debit, credit, amount in rows
                ],
                now_ms=CLOCK.now_ms(),
            )  # fmt: skip
        assert all(result.moved for result in results), results
        who.ids |= made | transfers | {name: uuid.uuid4() for name in ("schedule_id", "alert_id")}
        text = f"words of {who.ids['mark']}"
        who.words += [text, f"{who.ids['mark']} savings", f"login.{who.ids['mark']}@example.org"]
        self.sql(
            self.settings.core,
            PLACED,
            who.ids | who.person | {
                "customer_id": who.customer_id, "text": text, "login": f"login.{who.ids['mark']}@example.org",
                "list_id": f"l_{who.ids['mark']}", "schedule_id": str(who.ids["schedule_id"]),
            } | {"address": None},
        )  # fmt: skip
        self._number += 2
        self.sql(
            self.settings.warehouse,
            PROJECTED,
            who.ids | who.person | {
                "customer_id": who.customer_id, "text": text, "sequence": self._number, "n": self._number, "address": None,
            },
        )  # fmt: skip
        seal_as_it_is(self.settings.core, self.settings.var / "chain")

    def _other(self) -> str:
        """Somebody whom nothing is asked about."""
        customer_id = f"other-{uuid.uuid4().hex[:8]}"
        assert self.partner.post("/v1/customers", json={"customer_id": customer_id, "full_name": "Bea Reis"}).status_code == 201
        return customer_id

    def _streamed(self, who: Somebody) -> None:
        """Decisions in lake and warehouse, profiles on file and online, and a message that was refused."""
        self._number += 1
        values = {"n": self._number, "customer_id": who.customer_id, "email": who.person["email"]}
        self.sql(self.settings.warehouse, DECIDED, values)
        transaction = msgspec.structs.replace(
            EXAMPLE.transaction, tenant_id=TENANT, customer_id=who.customer_id, payee_id=who.person["email"],
            transaction_id=str(uuid7(CLOCK)),
        )  # fmt: skip
        offset = self._number
        record = msgspec.json.encode(msgspec.structs.replace(EXAMPLE, n=offset, transaction=transaction))
        batch = as_batch(DECISIONS, [LakeRow(decode(DECISIONS, record), offset, None, record)])
        folder = self.settings.lake / DECISIONS
        folder.mkdir(parents=True, exist_ok=True)
        write_file(folder, pa.Table.from_batches([batch]), partition=0, first=offset, last=offset, now_ms=0)
        self._profiled(who)
        own = msgspec.structs.replace(transaction, device_id=f"d-{who.ids['mark']}")
        with writing(self.settings) as write:
            write(gather([msgspec.structs.replace(EXAMPLE, transaction=each) for each in (transaction, own)]))
        sink = producer(self.settings.kafka, client="test")
        refused = json.dumps(
            {"tenant_id": TENANT, "customer_id": who.customer_id, "payer": who.person["full_name"], "amount": "x"}
        )
        sink.produce(
            topic_name(self.settings.kafka, dlq_name(INBOUND_TRANSACTIONS)),
            value=refused.encode(),
            key=TENANT.encode(),
            headers=[("reason", b"malformed"), ("detail", f"of {who.person['email']}".encode()), ("value_sha256", b"0" * 64)],
        )
        sink.flush(30)

    def _profiled(self, who: Somebody) -> None:
        now_ms = CLOCK.now_ms()
        path = file_of(self.settings.profiles / "customer_daily", tenant_id=TENANT, day=day_of(now_ms))
        rows = pl.DataFrame({"tenant_id": [TENANT], "customer_id": [who.customer_id], "payments": [3.0]}).with_columns(
            pl.lit(as_moment(now_ms)).cast(MOMENT).alias(KNOWN_AT)
        )
        replace_file(path, pl.concat([pl.read_parquet(path), rows]) if path.exists() else rows)
        for key in self.online(who):
            self.valkey.hset(key, "payments", "3")

    def online(self, who: Somebody) -> list[bytes]:
        """The customer's key in the online store."""
        from governance.erasures.identifiers import identifiers_of

        plain = identifiers_of(who.customer_id, {}, replacement="-", accounts=(), logins=())
        return OnlineProfiles(self.settings, tenant_id=TENANT, who=plain, project=self.project)._keys()[:1]

    # -- what is left --------------------------------------------------------------------------------------------------------

    def found(self, who: Somebody) -> dict[str, list[str]]:
        """Look through every byte of every store; return which words of somebody are where."""
        places = self._databases() | self._files() | self._topics() | {"graph": "\n".join(self.nodes())}
        told: dict[str, list[str]] = {}
        for place, content in places.items():
            words = [word for word in who.words if _stands(word, content)]
            if words:
                told[place] = words
        told |= {"valkey": ["key"]} if self.valkey.exists(*self.online(who)) else {}
        return told

    def nodes(self) -> list[str]:
        """Every node and payment of the graph."""
        named, text = self.settings.neo4j, "MATCH (n {tenant_id: 'demo'}) WHERE n.scope STARTS WITH $prefix RETURN n.id AS id"
        with driver(named, application="test") as client:
            rows, _, _ = client.execute_query(text, prefix=self.settings.kafka.prefix, database_=named.database)
        return [row["id"] for row in rows]

    def _databases(self) -> dict[str, str]:
        places = {}
        for name, server in (("core", self.settings.core), ("warehouse", self.settings.warehouse)):
            with psycopg.connect(server.dsn("postgres")) as connection:
                for schema, table in connection.execute(TEXTUAL.encode()).fetchall():
                    rows = connection.execute(f"select t::text from {schema}.{table} t".encode()).fetchall()
                    places[f"{name}.{schema}.{table}"] = "\n".join(row[0] for row in rows)
        return places

    def _files(self) -> dict[str, str]:
        places = {}
        for path in sorted(self.settings.var.rglob("*")):
            if path.suffix == ".parquet":
                rows = pq.read_table(path).to_pylist()
                places[str(path)] = str(rows) + str([{key: _text(value) for key, value in row.items()} for row in rows])
            elif path.is_file():
                places[str(path)] = _text(path.read_bytes())
        return places

    def _topics(self) -> dict[str, str]:
        names = [name for topic in topics() for name in (topic, dlq_name(topic))]
        return {
            name: "\n".join(
                _text(message.key()) + _text(message.value()) + str(message.headers())
                for message in records(self.settings.kafka, name)
            )
            for name in names
        }

    def sealed_name(self, who: Somebody) -> bool:
        """Whether the person's key is there."""
        return bool(local_keys(self.settings).found([Subject(TENANT, who.customer_id)]))

    def books(self) -> list[tuple]:
        """A digest of everything the ledger and its chain hold."""
        tables = ("ledger.entry", "ledger.transfer", "ledger.journal", "chain.batch", "chain.block", "chain.leaf")
        balances = "(id, credits_posted_minor, debits_posted_minor, version)::text"
        parts = [("ledger.account", balances), *((name, "t::text") for name in tables)]
        digest = "select md5(string_agg({0}, '|' order by {0})) from {1} t"
        return [row for name, part in parts for row in self.sql(self.settings.core, digest.format(part, name))]


def _stands(word: str, content: str) -> bool:
    lowered = content.lower()
    return word.lower() in lowered or word.encode().hex() in lowered


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def opened(settings: Settings, who: Somebody, sealed: bytes) -> object:
    """What a sealed person's record says now."""
    return SealedRecords(local_keys(settings)).open(Subject(TENANT, who.customer_id), sealed, kind="person")
