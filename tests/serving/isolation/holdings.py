"""What a tenant has: one of everything that a route can name, made with a mark that must never reach anybody else."""

import os
import uuid
from base64 import b64encode
from dataclasses import dataclass, field
from itertools import pairwise

import psycopg
from psycopg.types.json import Jsonb

from cases.graph.model import Kind as GraphKind
from contracts import sealed
from contracts.ledger_events import Purpose
from kit.clock import SystemClock
from kit.subject_keys import SealedRecords, Subject, local_keys
from ledger.accounts import open_accounts, system_account
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch
from streams.graph.rows import Batch
from tests.cases.graph.conftest import pay, writing
from tests.ledger.chain.little_bank import seal_as_it_is
from tests.serving.conftest import Server
from tests.serving.isolation.belongings import CURRENCY, a_cpf, give_belongings, keep_books
from tests.serving.test_reading import DECISION

VERSIONS = {"demo": 5001, "other": 7001}
EVERYBODYS_PRODUCT = "checking"
POLICY = {
    "review_from": 0.05, "deny_from": 0.6,
    "costs": {"fraud_loss": 1.0, "review_catches": 0.95, "review_minor": 1500, "step_up_minor": 50, "delay_minor": 200,
              "denial_loss": 0.02, "denial_minor": 2000},
}  # fmt: skip
RULE = {"code": "large", "when": "amount_minor > 900000", "action": "review", "sentence": "Large"}
GOVERNED = """
insert into governance.policy (tenant_id, version, document, document_sha256, note, status, author, written_at, judged_by,
                               judged_at)
values (%(tenant)s, %(version)s - 1, %(document)s, sha256('a'), %(mark)s, 'draft', %(mark)s, now(), null, null),
       (%(tenant)s, %(version)s, %(document)s, sha256('a'), %(mark)s, 'approved', %(mark)s, now(), %(mark)s || '2', now());
insert into governance.policy_move (tenant_id, version, action, actor, note, moved_at)
values (%(tenant)s, %(version)s, 'write', %(mark)s, %(mark)s, now());
insert into governance.list (tenant_id, list_id, kind, field, sentence, made_by, made_at)
values (%(tenant)s, %(list_id)s, 'deny', 'payee_id', %(mark)s, %(mark)s, now());
insert into governance.list_entry (tenant_id, list_id, value, reason, added_by, added_at)
select %(tenant)s, %(list_id)s, each, %(mark)s, %(mark)s, now() from unnest(array[%(value)s, %(value)s || '2']) each;
insert into governance.simulation (tenant_id, simulation_id, policy_version, model, from_day, to_day, status, asked_by,
                                   asked_at, result)
values (%(tenant)s, %(simulation_id)s, %(version)s, 'champion', '2025-11-24', '2025-11-25', 'queued', %(mark)s, now(), null),
       (%(tenant)s, gen_random_uuid(), %(version)s, 'champion', '2025-11-24', '2025-11-25', 'done', %(mark)s, now(),
        jsonb_build_object('mark', %(mark)s::text));
insert into governance.scenario_version (tenant_id, version_id, scenario, valid_from, parameters, why, proposed_by, proposed_at)
select %(tenant)s, each, 'pix-at-night', '2025-11-24', '{"amount_minor": 5}', %(mark)s, %(mark)s, now()
from unnest(array[%(version_id)s::uuid, gen_random_uuid()]) each;
insert into governance.scenario_trial (tenant_id, trial_id, version_id, days, status, asked_by, asked_at, result)
values (%(tenant)s, gen_random_uuid(), %(version_id)s, 60, 'done', %(mark)s, now(), jsonb_build_object('mark', %(mark)s::text));
insert into governance.scenario_verdict (tenant_id, version_id, proposed_by, action, said_by, note, said_at)
select tenant_id, version_id, proposed_by, 'reject', %(mark)s || '2', %(mark)s, now() from governance.scenario_version
where tenant_id = %(tenant)s and version_id <> %(version_id)s;
insert into governance.model (tenant_id, version, name, run_id, made_at, known_until, aliases, metrics, card, seen_at)
select %(tenant)s, %(version)s - less, %(mark)s, %(mark)s, now(), now(), array[%(mark)s], '{}', %(mark)s, now()
from unnest(array[0, 1]) less;
insert into governance.model_move (tenant_id, move_id, kind, version, why, status, asked_by, asked_at, problem, ended_at)
values (%(tenant)s, %(move_id)s, 'promote', %(version)s, %(mark)s, 'failed', %(mark)s, now(), %(mark)s, now()),
       (%(tenant)s, gen_random_uuid(), 'challenge', %(version)s, %(mark)s, 'failed', %(mark)s, now(), %(mark)s, now());
"""
ALERT = """
insert into cases.alert (tenant_id, alert_id, subject_kind, subject_id, currency, status, first_event_time, last_event_time,
                         decisions, total_amount_minor, opened_at, changed_at, moved_by)
values (%(tenant)s, %(alert_id)s, 'customer', %(customer_id)s, 'BRL', 'open', now(), now(), 1, 100, now(), now(), %(mark)s),
       (%(tenant)s, gen_random_uuid(), 'customer', %(mark)s, 'BRL', 'open', now(), now(), 1, 100, now(), now(), %(mark)s);
insert into cases.alert_member (tenant_id, transaction_id, alert_id, position, event_time, verdict, amount_minor, currency,
                                reasons, stand_outs, transaction, joined_at)
values (%(tenant)s, %(transaction_id)s, %(alert_id)s, 1, now(), 'review', 100, 'BRL', array[%(mark)s], '[]',
        jsonb_build_object('source', %(mark)s::text, 'external_id', %(mark)s::text), now());
with found as (
    insert into cases.alert (tenant_id, alert_id, kind, scenarios, subject_kind, subject_id, currency, status, first_event_time,
                             last_event_time, decisions, total_amount_minor, opened_at, changed_at)
    values (%(tenant)s, gen_random_uuid(), 'scenario', array[%(mark)s], 'customer', %(customer_id)s, 'BRL', 'open', now(),
            now(), 1, 100, now(), now())
    returning alert_id
), finding as (
    insert into cases.finding (tenant_id, finding_id, scenario, account_id, customer_id, alert_id, currency, first_at, last_at,
                               payments, amount_minor, measures, parameters, job, growth, found_at, changed_at)
    select %(tenant)s, gen_random_uuid(), 'fan-in', gen_random_uuid(), %(mark)s, alert_id, 'BRL', now(), now(), 1, 100, '{}',
           '{}', %(mark)s, 1, now(), now()
    from found
    returning finding_id
)
insert into cases.finding_payment (tenant_id, finding_id, transaction_id, at, amount_minor, payment, joined_at)
select %(tenant)s, finding_id, gen_random_uuid(), now(), 100, jsonb_build_object('other', %(mark)s::text), now() from finding;
insert into cases.scenario_night values (%(tenant)s, '2025-11-24', now(), 1, 1, 1, false);
insert into cases.reached (tenant_id, scenario, account_id, reached_at, measure)
values (%(tenant)s, 'fan-in', gen_random_uuid(), now(), 3);
"""
SCREENED = """
insert into screening.list (list_id, tenant_id, format, licence, source, made_at)
values (%(watch_list_id)s, %(tenant)s, 'own', %(mark)s, %(mark)s, now());
insert into screening.version
select %(watch_list_id)s, version, %(tenant)s, sha256('a'), 2, 2, 0, 0, false, %(mark)s, now() from unnest(array[1, 2]) version;
insert into screening.entry (list_id, entry_id, since_version, tenant_id, digest, document)
select %(watch_list_id)s, entry, 1, %(tenant)s, sha256('a'), jsonb_build_object('entry_id', entry, 'kind', 'person', 'names',
    jsonb_build_array(jsonb_build_object('text', %(mark)s::text, 'quality', 'primary')))
from unnest(array['1', '2', '3', '4']) entry;
insert into screening.hit (hit_id, tenant_id, customer_id, list_id, entry_id, digest, name_index, score, status, found_at)
select case entry when '1' then %(hit_id)s::uuid else gen_random_uuid() end, %(tenant)s, %(customer_id)s, %(watch_list_id)s,
    entry,
    sha256('a'), sha256('b'), 0.9, 'open', now()
from unnest(array['1', '2']) entry;
insert into screening.party (tenant_id, party_id, customer_id, country, sealed, met_at)
values (%(tenant)s, %(hit_id)s, %(customer_id)s, 'BR', convert_to(%(mark)s, 'UTF8'), now());
insert into screening.payment (tenant_id, transfer_id, hit_id, side, became, goes_on, at)
select %(tenant)s, each, %(hit_id)s, 'payee', 'held', true, now() from unnest(array[%(case_id)s::uuid, gen_random_uuid()]) each;
insert into screening.let_go (tenant_id, transfer_id, hit_id, list_id, entry_id, at)
select %(tenant)s, gen_random_uuid(), each, %(watch_list_id)s, '1', now()
from unnest(array[%(hit_id)s::uuid, gen_random_uuid()]) each;
insert into screening.list_change (tenant_id, change_id, list_id, licence, why, based_on, entries, entry_count, added, removed,
                                   changed, status, proposed_by, proposed_at)
select %(tenant)s, each, %(watch_list_id)s, %(mark)s, %(mark)s, 2, jsonb_build_array(jsonb_build_object('entry_id', '9',
    'names', jsonb_build_array(jsonb_build_object('text', %(mark)s::text, 'quality', 'primary')))), 1, 1, 0, 0, 'proposed',
    %(mark)s, now()
from unnest(array[%(change_id)s::uuid, gen_random_uuid()]) each;
insert into screening.unnamed_change (tenant_id, change_id, choice, why, status, proposed_by, proposed_at)
select %(tenant)s, each, 'hold', %(mark)s, 'proposed', %(mark)s, now()
from unnest(array[%(unnamed_change_id)s::uuid, gen_random_uuid()]) each;
insert into screening.screened values (%(tenant)s, %(customer_id)s, 1, sha256('a'), now());
"""
DECIDED = """
update raw.decisions set customer_id = %(customer_id)s, payee_id = %(payee_id)s, model = %(model)s, rules = array[%(rule)s],
    reasons = array[%(mark)s], device_id = %(device_id)s
where tenant_id = %(tenant)s and transaction_id = any(%(ids)s::uuid[]);
"""
CASEWORK = """
insert into cases.alert (tenant_id, alert_id, subject_kind, subject_id, currency, status, first_event_time, last_event_time,
                         decisions, total_amount_minor, opened_at, changed_at, moved_by)
values (%(tenant)s, %(case_id)s, 'customer', %(customer_id)s, 'BRL', 'in_review', now(), now(), 1, 100, now(), now(),
        %(mark)s);
insert into cases.alert_member (tenant_id, transaction_id, alert_id, position, event_time, verdict, amount_minor, currency,
                                reasons, stand_outs, transaction, joined_at)
values (%(tenant)s, gen_random_uuid(), %(case_id)s, 1, now(), 'review', 100, 'BRL', array[%(mark)s], '[]',
        jsonb_build_object('source', %(mark)s::text), now());
insert into cases.case (tenant_id, case_id, subject_kind, subject_id, customer_id, scheme, severity, state, assignee, opened_by,
                        opened_at, operation_on, selected_on, due_on, judged_by, judged_at)
select %(tenant)s, id, 'customer', %(customer_id)s, %(customer_id)s, scheme, 2, state, %(mark)s, %(mark)s, now(), current_date,
       current_date, current_date, case state when 'to_report' then %(mark)s end, case state when 'to_report' then now() end
from (values (%(case_id)s::uuid, 'isolated', 'analysis'), (%(reported_id)s::uuid, 'isolated', 'to_report'))
    c (id, scheme, state);
insert into cases.case_alert values (%(tenant)s, %(case_id)s, %(case_id)s, %(mark)s, now());
insert into cases.quiet
select %(tenant)s, 'customer', %(mark)s, scheme, '2099-01-01', %(case_id)s, gen_random_uuid(), %(mark)s, at
from (values ('isolated', now()), ('another', now() - interval '1 day')) q (scheme, at);
insert into cases.note values (%(tenant)s, gen_random_uuid(), %(case_id)s, 'note', %(mark)s, now(), %(salt)s, %(note)s);
insert into cases.evidence values (%(tenant)s, %(evidence_id)s, %(case_id)s, sha256(%(paper)s), length(%(paper)s), %(mark)s,
    now(), %(salt)s, %(evidence)s);
insert into cases.trail
select %(tenant)s, place, 1, %(mark)s, 'case/' || %(case_id)s, 'open', '{}', sha256('a'),
    sha256(%(salt)s || sha256(place::text::bytea))
from (values (1), (2)) t (place);
insert into cases.trail
select %(tenant)s, place, 1, %(mark)s, 'dispute/' || %(dispute_id)s, 'open', '{}', sha256('a'),
    sha256(%(salt)s || sha256(place::text::bytea))
from (values (3), (4)) t (place);
insert into cases.trail
select %(tenant)s, place, 1, %(mark)s, 'recovery/' || %(recovery_id)s, 'open', '{}', sha256('a'),
    sha256(%(salt)s || sha256(place::text::bytea))
from (values (5), (6)) t (place);
insert into cases.recovery (tenant_id, recovery_id, transfer_id, account_id, customer_id, situation, amount_minor, currency,
                            state, reported_at, due_at, opened_by, opened_at)
select %(tenant)s, id, gen_random_uuid(), %(account_id)s, %(customer_id)s, 'scam', 99, 'BRL', 'created', now(),
       now() + interval '7 days', %(mark)s, now()
from unnest(array[%(recovery_id)s::uuid, gen_random_uuid()]) id;
insert into cases.report (tenant_id, report_id, kind, case_id, year, state, due_on, made_by, made_at, sha256, exported_by,
                          exported_at)
values (%(tenant)s, %(report_id)s, 'suspicion', %(reported_id)s, 2025, 'exported', current_date, %(mark)s, now(),
        sha256(%(paper)s), %(mark)s, now());
insert into cases.report (tenant_id, report_id, kind, year, state, due_on, made_by, made_at)
values (%(tenant)s, gen_random_uuid(), 'nil', 2022, 'draft', current_date, %(mark)s, now());
insert into cases.report_document values (%(tenant)s, %(report_id)s, %(sealed_report)s);
insert into cases.freeze (tenant_id, freeze_id, customer_id, account_id, cause, incoming, state, placed_by, placed_at, salt,
                          sealed)
select %(tenant)s, id, %(customer_id)s || '-nobody', gen_random_uuid(), 'suspicion', 'accept', 'active', %(mark)s, now(),
       %(salt)s, null
from unnest(array[%(freeze_id)s::uuid, gen_random_uuid()]) id;
insert into cases.block (tenant_id, block_id, transfer_id, hold_id, account_id, customer_id, amount_minor, currency, placed_by,
                         placed_at, expires_at, salt)
select %(tenant)s, id, gen_random_uuid(), hold, %(account_id)s, %(customer_id)s, 99, 'BRL', %(mark)s, now(),
       now() + interval '72 hours', %(salt)s
from (values (%(block_id)s::uuid, %(transfer_id)s::uuid), (gen_random_uuid(), %(posted_id)s)) b (id, hold);
insert into cases.dispute (tenant_id, dispute_id, external_id, transfer_id, account_id, customer_id, situation, amount_minor,
                           currency, hold_id, held_minor, state, reported_at, analysis_due_at, refund_due_at, opened_by,
                           opened_at)
select %(tenant)s, id, %(mark)s || id, gen_random_uuid(), %(account_id)s, %(customer_id)s, 'scam', 99, 'BRL', gen_random_uuid(),
       0, 'open', now(), now() + interval '7 days', now() + interval '11 days', %(mark)s, now()
from unnest(array[%(dispute_id)s::uuid, gen_random_uuid()]) id;
"""
FIGURES = """
insert into marts.daily_volume_and_fraud values (%(tenant)s, current_date, %(mark)s, 'BRL', 1, 1, 1, 1, 1, 1, 1, 1, 1);
insert into marts.dim_customers values (%(tenant)s, %(customer_id)s, now(), now(), now(), 1, 1);
insert into marts.fct_transactions values (%(tenant)s, %(customer_id)s, current_date, 'debit', %(mark)s, 'BRL', 1, 'posted');
insert into marts.forecasts
select %(tenant)s, kind, '2025-11-25', now(), 30, 90, 3, 1, 1, 1, 1, 80, 95 from unnest(array['cash_flow', 'liquidity']) kind;
insert into marts.cash_flow_forecast
select %(tenant)s, %(customer_id)s, 'BRL', '2025-11-25', flow, 1, 0, 2, 0, 3
from unnest(array['inflow', 'outflow', 'net']) flow;
insert into marts.recurring_payments values (
    %(tenant)s, %(mark)s, %(customer_id)s, gen_random_uuid(), 'out', 'leisure', %(mark)s, 'BRL', 'monthly', '2025-09-12',
    '2025-11-12', 3, 3990, '2025-12-12', '2025-12-11', '2025-12-13', 3990, 3990, true, '2025-11-24', now());
insert into marts.liquidity_forecast
select %(tenant)s, %(mark)s, 'BRL', '2025-11-25', flow, 1, 0, 2, 0, 3 from unnest(array['inflow', 'outflow', 'net']) flow;
"""


STRUCTURE = """
insert into graph.made values (%(tenant)s, '2025-11-24', now(), 90, 2, 1, 1, false);
insert into graph.account_structure
select %(tenant)s, each, 1, 2, 1, 2, 0.5, 0, 1, 1 from unnest(array[%(account_id)s, %(credit_account_id)s]::uuid[]) each;
insert into graph.scored values (%(tenant)s, '2025-11-24', now(), 1, 90, 2, 1, false);
insert into graph.account_score
select %(tenant)s, each, 0.5, 0 from unnest(array[%(account_id)s, %(credit_account_id)s]::uuid[]) each;
insert into graph.score_reason
values (%(tenant)s, %(account_id)s, 1, %(credit_account_id)s, 0.1, 0.4, 1, 100, 0, 0, '2025-11-24T10:00:00Z');
"""


@dataclass(frozen=True)
class Holdings:
    """One tenant's. `ids` are what routes name things by; `mark` stands in every text that the tenant wrote."""

    tenant_id: str
    mark: str
    ids: dict[str, str | int] = field(default_factory=dict)

    def secrets(self) -> list[str]:
        """What nobody else may ever see: the mark, and each id that is unlike anybody else's."""
        return [self.mark, *(str(value) for value in self.ids.values() if len(str(value)) >= 8 and value != EVERYBODYS_PRODUCT)]


def make_holdings(api: Server, tenant_id: str) -> Holdings:
    """Make one of everything in both databases, most of it as its own process would have left it."""
    mark = f"zq{uuid.uuid4().hex[:12]}"
    name = f"{tenant_id}-{uuid.uuid4().hex[:8]}"
    ids: dict[str, str | int] = {
        key: str(uuid.uuid4())
        for key in (
            "alert_id",
            "transaction_id",
            "simulation_id",
            "move_id",
            "transfer_id",
            "posted_id",
            "hit_id",
            "version_id",
            "change_id",
            "unnamed_change_id",
            "case_id",
            "reported_id",
            "evidence_id",
            "report_id",
            "freeze_id",
            "block_id",
            "dispute_id",
            "recovery_id",
        )
    }
    ids |= {key: f"{key[:3]}-{name}" for key in ("customer_id", "value", "payee_id", "card_id", "device_id", "merchant_id")}
    ids |= {"list_id": f"l_{name.replace('-', '_')}", "model": f"fraud-{name}", "rule": f"r_{name}", "key": f"key-{name}"}
    ids |= {"watch_list_id": f"w-{name}", "payer_id": f"pay-{name}"}
    ids |= {"version": VERSIONS[tenant_id], "email": f"risk@{tenant_id}.example", "client_id": f"cl-{name}"}
    _make_by_its_people(api, tenant_id, mark, ids)
    told = api.partner(tenant_id).put(f"/v1/inbound-payers/{ids['payer_id']}", json={"name": mark})
    assert told.status_code == 200, told.text
    _post(api, tenant_id, ids)
    give_belongings(api, tenant_id, mark, ids)
    keep_books(api, tenant_id, mark, ids)
    seal_as_it_is(api.settings.core, api.settings.var / "chain")
    values = ids | {"tenant": tenant_id, "mark": mark, "document": Jsonb(POLICY | {"rules": [RULE | {"sentence": mark}]})}
    with psycopg.ClientCursor(psycopg.connect(api.settings.core.dsn("postgres"), autocommit=True)) as core:
        core.execute(GOVERNED, values)
        core.execute(ALERT, values)
        core.execute(SCREENED, values)
        core.execute(CASEWORK, values | _papers(api, tenant_id, mark, ids))
        core.connection.close()
    with psycopg.ClientCursor(psycopg.connect(api.settings.warehouse.dsn("postgres"), autocommit=True)) as warehouse:
        decided = [ids["transaction_id"], str(uuid.uuid4())]
        for number, each in enumerate(decided):
            place = 2 * number + (tenant_id == "demo")
            warehouse.execute(DECISION, (tenant_id, each, place, ids["customer_id"], "review", place))
        warehouse.execute(DECIDED, values | {"ids": decided})
        warehouse.execute(FIGURES, values)
        warehouse.execute(STRUCTURE, values)
        warehouse.connection.close()
    if api.settings.neo4j.kept:
        _graph(api, tenant_id, ids)
    return Holdings(tenant_id, mark, ids)


def _papers(api: Server, tenant_id: str, mark: str, ids: dict[str, str | int]) -> dict[str, bytes]:
    """What is sealed of a case: a note, evidence and a report that tell the mark."""
    subject, paper = Subject(tenant_id, str(ids["customer_id"])), f"paper {mark}".encode()
    piece = {"name": mark, "media_type": "text/plain", "reference": None, "content": b64encode(paper).decode()}
    keys = local_keys(api.settings)
    try:
        records = SealedRecords(keys)
        return {
            "salt": os.urandom(16),
            "paper": paper,
            "note": records.seal(subject, {"text": mark}, kind=sealed.CASE_NOTE),
            "evidence": records.seal(subject, piece, kind=sealed.CASE_EVIDENCE),
            "sealed_report": records.seal(subject, {"document": paper.decode()}, kind=sealed.CASE_REPORT),
        }
    finally:
        keys.close()


def _graph(api: Server, tenant_id: str, ids: dict[str, str | int]) -> None:
    """Money that goes round, from a device that two customers share, as the graph's process would have written it."""
    batch, told = Batch(), {name: str(value) for name, value in ids.items()}
    there = (told["account_id"], told["credit_account_id"], told["transaction_id"])
    for n, (payer, payee) in enumerate(pairwise((*there, there[0]))):
        pay(batch, tenant_id, payer, payee, at=SystemClock().now_ms(), amount=100, n=n)
        batch.flows[tenant_id, f"e{n:06d}"] |= {"transfer_id": told["posted_id"]} if n == 0 else {}
    for customer, account in ((told["customer_id"], there[0]), (told["value"], there[1])):
        batch.node(GraphKind.CUSTOMER, tenant_id, customer)
        batch.node(GraphKind.DEVICE, tenant_id, told["device_id"])
        batch.link(GraphKind.ACCOUNT, tenant_id, customer, account, at=1)
        batch.link(GraphKind.DEVICE, tenant_id, customer, told["device_id"], at=1)
    with writing(api.settings) as write:
        write(batch)


def _make_by_its_people(api: Server, tenant_id: str, mark: str, ids: dict[str, str | int]) -> None:
    """What a partner and an administrator make over HTTP: a customer, two accounts, a machine client."""
    partner, admin = api.partner(tenant_id), api.browser("admin", tenant_id)
    ids |= {"document": a_cpf(), "mark": mark}
    person = {"customer_id": ids["customer_id"], "full_name": f"Ana {mark}", "email": f"{mark}@example.org"}
    person["document"] = ids["document"]
    assert partner.post("/v1/customers", json=person).status_code == 201
    for key, account in ((ids["key"], "account_id"), (f"{ids['key']}-2", "credit_account_id")):
        wanted = {"customer_id": ids["customer_id"], "currency": CURRENCY, "nickname": mark}
        answer = partner.post("/v1/accounts", json=wanted, headers={"Idempotency-Key": str(key)})
        assert answer.status_code == 201, answer.text
        ids[account] = answer.json()["account_id"]
    for client_id in (ids["client_id"], f"{ids['client_id']}-2"):
        made = admin.post("/v1/clients", json={"client_id": client_id, "name": mark, "roles": ["partner"]})
        assert made.status_code == 201, made.text
    ids["resource"] = f"customers/{ids['customer_id']}"


def _post(api: Server, tenant_id: str, ids: dict[str, str | int]) -> None:
    """Give the first account money, move some of it, and hold some more."""
    now_ms = SystemClock().now_ms()
    opening = system_account(tenant_id=tenant_id, currency=CURRENCY, code="opening")
    first, second = uuid.UUID(str(ids["account_id"])), uuid.UUID(str(ids["credit_account_id"]))
    rows = [
        (Kind.POST, uuid.uuid4(), opening.account_id, first, 10_000_000, Purpose.OPENING),
        (Kind.POST, uuid.UUID(str(ids["posted_id"])), first, second, 77, Purpose.TRANSFER),
        (Kind.HOLD, uuid.UUID(str(ids["transfer_id"])), first, second, 99, Purpose.TRANSFER),
    ]
    with psycopg.connect(api.settings.core.dsn("api"), autocommit=True) as connection:
        open_accounts(connection, [opening], now_ms=now_ms)
        results = post_batch(
            connection,
            [
                PostingRequest(
                    kind=kind, transfer_id=transfer_id, tenant_id=tenant_id, occurred_at_ms=now_ms, amount_minor=amount,
                    currency=CURRENCY, debit_account_id=debit, credit_account_id=credit, purpose=purpose,
                )
                for kind, transfer_id, debit, credit, amount, purpose in rows
            ],
            now_ms=now_ms,
        )  # fmt: skip
    assert all(result.code is None for result in results), results


def make_customer(api: Server, tenant_id: str, name: str) -> Holdings:
    """What one customer of a tenant has: a person's record, accounts with transfers between them, two of all else."""
    mark = f"zq{uuid.uuid4().hex[:12]}"
    ids: dict[str, str | int] = {"customer_id": name, "key": uuid.uuid4().hex, "client_id": f"cl-{name}"}
    ids |= {"email": f"{uuid.uuid4().hex}@example.org", "code": EVERYBODYS_PRODUCT}
    ids |= {key: str(uuid.uuid4()) for key in ("transfer_id", "posted_id")}
    ids |= {key: f"{key[:3]}-{name}" for key in ("payee_id", "card_id", "device_id", "merchant_id")}
    _make_by_its_people(api, tenant_id, mark, ids)
    _post(api, tenant_id, ids)
    give_belongings(api, tenant_id, mark, ids)
    seal_as_it_is(api.settings.core, api.settings.var / "chain")
    return Holdings(tenant_id, mark, ids)
