"""From an alert to a report that was sent and labels that leave: over HTTP, by two people, on real databases."""

import asyncio
import base64
import hashlib
import json
import os
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import psycopg
import pytest

import contracts
from cases.__main__ import line
from cases.reports.document import NAMESPACE, problems
from cases.service import record_flagged
from cases.trail import repository as trail_repository
from cases.trail.verification import Head, Verified, verify
from contracts.decisions import FlaggedDecision
from contracts.labels import Label
from contracts.topics import LABELS
from kit.clock import SystemClock
from kit.postgres import connect
from tests.serving.conftest import Server
from tests.serving.test_transfers import customer

pytestmark = pytest.mark.servers
CLOCK = SystemClock()
DAY_MS = 86_400_000
EXAMPLE = json.loads((Path(contracts.__file__).parent / "examples" / "risk.flagged.v1.json").read_text())[0]
PAPER = b"day,amount\n2025-11-24,125000\n"


@pytest.fixture(scope="module")
def ana(api: Server) -> httpx.Client:
    return api.browser("compliance")


@pytest.fixture(scope="module")
def bia(api: Server) -> httpx.Client:
    return api.browser("admin")


def flag(api: Server, customer_id: str, *, days_ago: float = 1.0, more: int = 1, tenant_id: str = "demo") -> list[str]:
    """Let the scorer's flagged decisions about a customer become alerts; return their transactions."""
    found = []
    for number in range(more):
        content = json.loads(json.dumps(EXAMPLE))
        at_ms = CLOCK.now_ms() - int(days_ago * DAY_MS) + number
        content["transaction"] |= {
            "transaction_id": str(uuid.uuid4()), "tenant_id": tenant_id, "customer_id": customer_id, "event_time": at_ms,
            "known_at": at_ms,
        }  # fmt: skip
        found.append(msgspec.convert(content, FlaggedDecision))

    async def record() -> None:
        connection = await psycopg.AsyncConnection.connect(api.settings.core.dsn("alerts"), autocommit=True)
        async with connection:
            await record_flagged(connection, found, clock=CLOCK)

    asyncio.run(record())
    return [each.transaction.transaction_id for each in found]


def alert_of(api: Server, customer_id: str, *, status: str = "open") -> str:
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        row = connection.execute(
            "select alert_id::text from cases.alert where subject_id = %s and status = %s order by opened_at desc limit 1",
            (customer_id, status),
        ).fetchone()
    assert row is not None
    return str(row[0])


def done(answer: httpx.Response, status: int = 200) -> dict:
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def refused(answer: httpx.Response, code: str) -> dict:
    assert answer.json().get("code") == code, answer.text
    return dict(answer.json())


def opened(api: Server, who: httpx.Client, customer_id: str, *, scheme: str = "structuring", **more: object) -> dict:
    wanted = {"alert_id": alert_of(api, customer_id), "scheme": scheme, **more}
    return done(who.post("/v1/cases", json=wanted), 201)


def match(case: dict) -> dict[str, str]:
    return {"If-Match": f'"{case["version"]}"'}


def taken(who: httpx.Client, case: dict) -> dict:
    return done(who.post(f"/v1/cases/{case['case_id']}/assignment", json={}, headers=match(case)))


def attached(who: httpx.Client, case: dict, content: bytes = PAPER) -> dict:
    piece = {"name": "deposits.csv", "media_type": "text/csv", "content": base64.b64encode(content).decode()}
    return done(who.post(f"/v1/cases/{case['case_id']}/evidence", json=piece))


def proposed(who: httpx.Client, case: dict, **decision: object) -> dict:
    wanted = {"outcome": "report", "label": "structuring", "rationale": "three deposits under the limit"} | decision
    return done(who.post(f"/v1/cases/{case['case_id']}/decision", json=wanted, headers=match(case)))


def judged(who: httpx.Client, case: dict, *, approve: bool = True, note: str | None = None) -> httpx.Response:
    said = {"approve": approve, "proposed_at": case["proposed_at"], "note": note}
    return who.post(f"/v1/cases/{case['case_id']}/judgement", json=said)


def labels_of(api: Server, transactions: list[str]) -> list[Label]:
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        rows = connection.execute("select payload, key, headers from outbox.event where topic = %s order by id", (LABELS,))
        found = [(msgspec.json.decode(payload, type=Label), key) for payload, key, _ in rows]
    return [label for label, key in found if label.transaction_id in transactions and key == label.tenant_id]


def verified(api: Server, tenant_id: str = "demo", seen: Head | None = None) -> Verified:
    with connect(api.settings.core.dsn("audit"), application="test") as connection:
        return verify(connection, tenant_id=tenant_id, seen=seen)


def test_an_alert_becomes_a_case_that_two_people_decide_and_a_person_reports(api, ana, bia):
    who = customer(api, full_name="Ana Souza <&>", document="52998224725")
    transactions = flag(api, who, more=3)
    case = opened(api, ana, who, severity="high")
    assert (case["state"], case["joined"], case["alert_count"], case["decisions"]) == ("open", False, 1, 3)
    assert case["alerts"][0]["status"] == "in_review"
    case = taken(ana, case)
    refused(ana.post(f"/v1/cases/{case['case_id']}/decision", json={"outcome": "report", "rationale": "x"},
                     headers=match(case)), "case-lacks")  # fmt: skip
    case = attached(ana, case)
    [piece] = case["evidence"]
    assert (piece["sha256"], piece["size_bytes"]) == (hashlib.sha256(PAPER).hexdigest(), len(PAPER))
    file = ana.get(f"/v1/cases/{case['case_id']}/evidence/{piece['evidence_id']}")
    assert (file.content, file.headers["x-sha256"]) == (PAPER, piece["sha256"])
    again = attached(ana, case)
    assert (again["version"], len(again["evidence"])) == (case["version"], 1), "the same bytes are attached once"
    case = done(ana.post(f"/v1/cases/{case['case_id']}/notes", json={"text": "called; no answer"}))

    case = proposed(ana, case)
    assert (case["state"], case["proposal"]["outcome"]) == ("proposed", "report")
    refused(judged(ana, case), "own-decision")
    refused(judged(bia, case | {"proposed_at": "2020-01-01T00:00:00Z"}), "decision-changed")
    assert labels_of(api, transactions) == []
    case = done(judged(bia, case))
    assert (case["state"], case["alerts"][0]["status"]) == ("to_report", "confirmed")
    refused(judged(bia, case), "case-move-not-allowed")
    found = labels_of(api, transactions)
    assert sorted(each.transaction_id for each in found) == sorted(transactions), "one label a transaction, once"
    assert {(each.fraud, each.kind, each.source) for each in found} == {(True, "structuring", f"case-{case['case_id']}")}

    [report] = [each for each in done(ana.get("/v1/reports"))["items"] if each["case_id"] == case["case_id"]]
    path = f"/v1/reports/{report['report_id']}"
    assert (report["state"], report["due_on"]) == ("draft", case["due_on"])
    refused(ana.get(f"{path}/document"), "report-not-exported")
    refused(ana.post(f"{path}/receipt", json={"receipt": "2025.0001"}), "report-move-not-allowed")
    report = done(ana.post(f"{path}/export"))
    document = ana.get(f"{path}/document").content
    assert problems(document) == []
    assert hashlib.sha256(document).hexdigest() == report["sha256"]
    text = document.decode()
    assert "Ana Souza &lt;&amp;&gt;" in text
    assert "52998224725" in text
    assert "BRL\u00a03.750,00" in text
    assert "three deposits under the limit" in text
    assert all(each in text for each in transactions)
    assert done(ana.post(f"{path}/receipt", json={"receipt": "2025.0001"}))["state"] == "sent"
    refused(ana.post(f"{path}/export"), "report-move-not-allowed")
    ended = done(ana.get(f"/v1/cases/{case['case_id']}"))
    assert (ended["state"], ended["due_on"], ended["acts"]) == ("reported", None, [])
    trail = done(ana.get(f"/v1/cases/{case['case_id']}/trail"))["items"]
    assert [row["act"] for row in trail] == [
        "open", "assign", "attach", "note", "propose-report", "agree-report", "sent",
    ]  # fmt: skip
    assert "Souza" not in json.dumps(trail)
    assert verified(api).broken is None


def test_alerts_of_a_subject_and_scheme_gather_in_one_case_until_it_is_proposed(api, ana, bia):
    who = customer(api)
    flag(api, who, days_ago=20)
    first = opened(api, ana, who)
    flag(api, who, days_ago=5)
    second = opened(api, bia, who, severity="critical")
    assert (second["case_id"], second["joined"], second["alert_count"]) == (first["case_id"], True, 2)
    assert (second["severity"], second["operation_on"]) == ("critical", first["operation_on"])
    again = ana.post("/v1/cases", json={"alert_id": first["alerts"][0]["alert_id"], "scheme": "structuring"})
    assert refused(again, "alert-in-case")["facts"]["case_id"] == first["case_id"]
    flag(api, who, days_ago=3)
    other = opened(api, ana, who, scheme="mule_fan_in")
    assert other["case_id"] != first["case_id"], "another scheme is another case"
    case = attached(ana, taken(ana, second))
    proposed(ana, case)
    flag(api, who, days_ago=1)
    assert opened(api, ana, who)["case_id"] != first["case_id"], "what is proposed takes nothing in"


def test_nobody_agrees_to_what_grew_since_and_a_case_that_is_sent_back_says_why(api, ana, bia):
    who = customer(api)
    flag(api, who, days_ago=0.5)
    case = proposed(ana, attached(ana, taken(ana, opened(api, ana, who))))
    late = flag(api, who, days_ago=0.4)
    assert refused(judged(bia, case), "case-lacks")["facts"]["needs"].startswith("nothing that joined")
    refused(judged(bia, case, approve=False), "invalid-request")
    case = done(judged(bia, case, approve=False, note="look at the new one, too"))
    assert (case["state"], case["proposal"], case["notes"][-1]["kind"]) == ("analysis", None, "sent-back")
    case = proposed(ana, case, label="mule_fan_in")
    assert done(judged(bia, case))["state"] == "to_report"
    assert [each.kind for each in labels_of(api, late)] == ["mule_fan_in"]


def test_who_was_reviewed_stays_quiet_with_its_reason_until_the_day_that_was_said(api, ana, bia):
    who = customer(api)
    transactions = flag(api, who, days_ago=3)
    case = taken(ana, opened(api, ana, who))
    until = "2099-01-01"
    refused(ana.post(f"/v1/cases/{case['case_id']}/decision", headers=match(case),
                     json={"outcome": "close", "rationale": "rent", "quiet_until": until, "quiet_reason": "rent"}),
            "decision-contradicts")  # fmt: skip
    until = str((datetime.now(UTC) + timedelta(days=90)).date())
    case = proposed(ana, case, outcome="close", label="legitimate", quiet_until=until, quiet_reason="rent of five flats")
    case = done(judged(bia, case))
    assert (case["state"], case["alerts"][0]["status"]) == ("closed", "dismissed")
    assert [each.fraud for each in labels_of(api, transactions)] == [False]
    flag(api, who, days_ago=1.6)
    wanted = {"alert_id": alert_of(api, who), "scheme": "structuring"}
    quiet = refused(ana.post("/v1/cases", json=wanted), "subject-quiet")
    assert (quiet["facts"]["until"], "rent of five flats" in quiet["detail"]) == (until, True)
    [listed] = [each for each in done(ana.get("/v1/cases/quiet"))["items"] if each["subject_id"] == who]
    assert (listed["reason"], listed["until_on"], listed["case_id"]) == ("rent of five flats", until, case["case_id"])
    assert done(ana.post("/v1/cases", json=wanted | {"scheme": "mule_fan_in"}), 201)["state"] == "open"
    flag(api, who, days_ago=0.1)
    assert opened(api, ana, who, despite_quiet=True)["state"] == "open"


def test_queues_come_by_what_is_due_and_by_severity_in_pages(api, ana):
    made = []
    for severity, days in (("low", 4), ("critical", 4), ("medium", 4)):
        who = customer(api)
        flag(api, who, days_ago=days)
        made.append(opened(api, ana, who, severity=severity, scheme="queue_test")["case_id"])

    def queue(order: str) -> list[str]:
        seen, cursor = [], None
        while True:
            answer = done(ana.get("/v1/cases", params={"order": order, "scheme": "queue_test", "limit": 1}
                                  | ({"cursor": cursor} if cursor else {})))  # fmt: skip
            seen += [row["case_id"] for row in answer["items"]]
            cursor = answer["next_cursor"]
            if cursor is None:
                return seen

    assert queue("severity") == [made[1], made[2], made[0]]
    assert queue("due") == [made[1], made[2], made[0]]
    assert queue("newest") == made[::-1]
    assert ana.get("/v1/cases", params={"cursor": "bm9wZQ"}).status_code == 422


def test_what_is_due_counts_alerts_that_no_case_has_from_the_day_of_the_operation(api, ana):
    late_before = done(ana.get("/v1/cases/due"))["late"]
    who = customer(api)
    flag(api, who, days_ago=50)
    due = done(ana.get("/v1/cases/due"))
    assert due["late"] == late_before + 1
    alert = alert_of(api, who)
    row = next(each for each in done(ana.get("/v1/cases/due", params={"clock": "selection"}))["items"] if each["id"] == alert)
    assert (row["clock"], row["what"], row["due_at"], row["urgency"]) == ("selection", "alert", None, "late")
    for urgency in ("late", "warning", "on_time"):
        assert sum(clock[urgency] for clock in due["clocks"]) == due[urgency]
    case = opened(api, ana, who)
    after = done(ana.get("/v1/cases/due"))
    assert after["late"] == late_before, "selected, its analysis has 45 days of its own"
    assert case["urgency"] == "on_time"


def test_queues_say_how_many_wait_and_who_may_judge_them(api, ana, bia):
    def waiting(who: httpx.Client, state: str) -> tuple[int, int, int]:
        found = [row for row in done(who.get("/v1/cases/queues"))["items"] if (row["queue"], row["state"]) == ("cases", state)]
        return (found[0]["count"], found[0]["mine"], found[0]["to_judge"]) if found else (0, 0, 0)

    before = [waiting(who, "proposed") for who in (ana, bia)]
    who = customer(api)
    flag(api, who)
    case = proposed(ana, attached(ana, taken(ana, opened(api, ana, who))))
    after = [waiting(who, "proposed") for who in (ana, bia)]
    more = [tuple(a - b for a, b in zip(now, then, strict=True)) for now, then in zip(after, before, strict=True)]
    assert more == [(1, 1, 0), (1, 0, 1)], "it is hers, and for somebody else to judge"
    done(judged(bia, case))
    assert [waiting(who, "proposed") for who in (ana, bia)] == before


def test_of_many_who_agree_at_once_one_does_and_the_labels_leave_once(api, ana, bia):
    who = customer(api)
    transactions = flag(api, who, more=3)
    case = proposed(ana, attached(ana, taken(ana, opened(api, ana, who))))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: judged(bia, case).status_code, range(4)))
    assert sorted(answers) == [200, 409, 409, 409]
    assert sorted(each.transaction_id for each in labels_of(api, transactions)) == sorted(transactions)
    assert len([each for each in done(ana.get("/v1/reports", params={"limit": 200}))["items"]
                if each["case_id"] == case["case_id"]]) == 1  # fmt: skip


def test_alerts_that_are_opened_at_once_still_gather_in_one_case(api, ana, bia):
    who = customer(api)
    for days in (9, 7, 5, 3):
        flag(api, who, days_ago=days)
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        alerts = [row[0] for row in connection.execute("select alert_id::text from cases.alert where subject_id = %s", (who,))]
    assert len(alerts) == 4
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda each: (ana, bia)[each[0] % 2].post(
            "/v1/cases", json={"alert_id": each[1], "scheme": "structuring"}), enumerate(alerts)))  # fmt: skip
    assert {answer.status_code for answer in made} == {201}
    assert len({answer.json()["case_id"] for answer in made}) == 1
    assert sorted(answer.json()["joined"] for answer in made) == [False, True, True, True]
    assert verified(api).broken is None


def test_a_case_that_is_not_ended_holds_its_subjects_erasure(api, ana):
    who = customer(api)
    flag(api, who)
    opened(api, ana, who)
    version = ana.get(f"/v1/customers/{who}").headers["etag"]
    left = {"status": "closed", "reason": "moved away"}
    done(ana.post(f"/v1/customers/{who}/status", json=left, headers={"If-Match": version}))
    held = done(ana.post(f"/v1/customers/{who}/erasure"), 202)
    assert held["status"] == "held"
    assert any("cases or freezes" in each["why"] for each in held["holds"])


def test_the_command_says_whether_the_trail_is_whole_and_where_it_breaks(api, ana):
    who = customer(api)
    flag(api, who)
    opened(api, ana, who)
    core = api.settings.core
    passwords = {role: secret.get_secret_value() for role, secret in core.passwords.items()}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BAAS_")} | {
        "BAAS_VAR": str(api.settings.var), "BAAS_CORE__HOST": core.host, "BAAS_CORE__PORT": str(core.port),
        "BAAS_CORE__DBNAME": core.dbname, "BAAS_CORE__PASSWORDS": json.dumps(passwords),
    }  # fmt: skip

    def cases(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cases", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    whole = cases("verify")
    assert (whole.returncode, whole.stdout.splitlines()[0].startswith("demo: whole, head ")) == (0, True), whole.stderr
    head = whole.stdout.split("head ")[1].split()[0]
    assert cases("verify", "--tenant", "demo", "--head", head).returncode == 0
    other = cases("verify", "--tenant", "demo", "--head", f"1:{'0' * 64}")
    assert (other.returncode, "broken at row 1" in other.stdout) == (1, True)
    assert cases("verify", "--head", head).returncode == 2


def test_a_stale_version_a_machine_and_a_stranger_change_nothing(api, ana):
    who = customer(api)
    flag(api, who)
    case = opened(api, ana, who)
    done(ana.post(f"/v1/cases/{case['case_id']}/notes", json={"text": "x"}))
    stale = ana.post(f"/v1/cases/{case['case_id']}/assignment", json={}, headers=match(case))
    assert stale.status_code == 412
    machine = api.partner()
    assert machine.post("/v1/cases", json={"alert_id": str(uuid.uuid4()), "scheme": "x"}).status_code == 403
    assert api.browser("compliance", "other").get(f"/v1/cases/{case['case_id']}").status_code == 404
    assert api.browser("customer").get("/v1/cases").status_code == 403


def test_a_year_without_reports_is_declared_once_and_one_that_had_some_is_not(api, ana):
    refused(ana.post("/v1/reports", json={"year": 2099}), "year-not-nil")
    made = done(ana.post("/v1/reports", json={"year": 2021}), 201)
    refused(ana.post("/v1/reports", json={"year": 2021}), "year-not-nil")
    assert (made["kind"], made["state"], made["urgency"]) == ("nil", "draft", "late")
    done(ana.post(f"/v1/reports/{made['report_id']}/export"))
    document = ana.get(f"/v1/reports/{made['report_id']}/document").content
    assert problems(document) == []
    assert '<DeclaracaoNegativa ano="2021"' in document.decode()
    assert problems(document.replace(b'ano="2021"', b'ano="x"')) != []
    assert problems(b"<Comunicacao/>") != []
    assert NAMESPACE in document.decode()


ROLE_MAY_NOT = (
    "update cases.trail set actor = 'me'",
    "delete from cases.trail",
    "truncate cases.trail",
    "update cases.note set author = 'me'",
    "delete from cases.evidence",
    "delete from cases.case",
)


@pytest.mark.parametrize("statement", ROLE_MAY_NOT)
def test_the_applications_role_cannot_change_what_was_done(api, statement):
    with (
        connect(api.settings.core.dsn("api"), application="test") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


TAMPERING = {
    "a row's actor": "update cases.trail set actor = 'user:x' where tenant_id = 'demo' and position = 2",
    "a row's detail": "update cases.trail set detail = '{}' where tenant_id = 'demo' and position = 3",
    "a row's moment": "update cases.trail set at_ms = at_ms + 1 where tenant_id = 'demo' and position = 2",
    "a row taken out": "delete from cases.trail where tenant_id = 'demo' and position = 2",
    "the end cut off": "delete from cases.trail where tenant_id = 'demo' and position = (select max(position) from cases.trail "
    "where tenant_id = 'demo')",
    "all of it": "delete from cases.trail where tenant_id = 'demo'",
    "a version": "update cases.case set version = version + 1 where case_id = (select min(case_id::text)::uuid from cases.case "
    "where tenant_id = 'demo')",
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERING)
def test_what_a_superuser_changes_is_found(api, ana, what):
    who = customer(api)
    flag(api, who)
    opened(api, ana, who)
    before = verified(api)
    assert before.broken is None
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        changed = connection.execute(TAMPERING[what])
        assert changed.rowcount > 0
        found = verify(connection, tenant_id="demo")
        assert found.broken is not None
        assert "broken at row" in line(found)
        connection.rollback()
    assert verified(api, seen=before.head).broken is None
    assert verified(api, seen=Head(1, "0" * 64)).broken is not None


def test_the_trail_is_read_in_pages_and_the_tenants_are_those_that_have_casework(api, monkeypatch):
    monkeypatch.setattr(trail_repository, "READ_AT_ONCE", 2)
    with connect(api.settings.core.dsn("audit"), application="test") as connection:
        assert trail_repository.tenants(connection, only=None) == ["demo"]
        assert verify(connection, tenant_id="demo").broken is None


def test_a_case_is_given_to_a_colleague_who_works_cases_and_to_nobody_else(api, ana, bia):
    who = customer(api)
    flag(api, who)
    case = opened(api, ana, who)
    path = f"/v1/cases/{case['case_id']}/assignment"
    colleague = done(bia.get("/v1/session"))["user"]["id"]
    outsider = done(api.browser("customer").get("/v1/session"))["user"]["id"]
    strangers = done(api.browser("compliance", "other").get("/v1/session"))["user"]["id"]
    for nobody in (outsider, strangers, f"user:{uuid.uuid4()}"):
        assert ana.post(path, json={"assignee": nobody}, headers=match(case)).status_code == 404
    case = done(ana.post(path, json={"assignee": colleague}, headers=match(case)))
    assert (case["assignee"], case["state"]) == (colleague, "analysis")
    said = {"outcome": "close", "rationale": "nothing in it"}
    refused(ana.post(f"/v1/cases/{case['case_id']}/decision", json=said, headers=match(case)), "case-not-assigned")
    assert proposed(bia, case, outcome="close", label=None)["state"] == "proposed"
    mine = done(bia.get("/v1/cases", params={"assignee": colleague, "limit": 200}))["items"]
    assert case["case_id"] in [each["case_id"] for each in mine]


def test_evidence_is_bytes_or_where_they_are_and_what_was_changed_is_not_given_out(api, ana):
    who = customer(api)
    flag(api, who)
    case = attached(ana, opened(api, ana, who))
    path = f"/v1/cases/{case['case_id']}/evidence"
    where = {"name": "film.mp4", "media_type": "video/mp4", "reference": "archive://box-7/film", "sha256": "ab" * 32}
    case = done(ana.post(path, json=where))
    kept, elsewhere = case["evidence"]
    assert (elsewhere["reference"], elsewhere["size_bytes"], elsewhere["sha256"]) == (where["reference"], None, "ab" * 32)
    refused(ana.get(f"{path}/{elsewhere['evidence_id']}"), "case-lacks")
    for wrong in ({"content": "!"}, {"content": ""}, {"content": base64.b64encode(b"x" * 32_769).decode()}, {},
                  {"content": "eA==", "sha256": "00" * 32}, {"reference": "archive://x"}):  # fmt: skip
        refused(ana.post(path, json={"name": "x", "media_type": "text/plain"} | wrong), "invalid-request")
    assert ana.get(f"{path}/{kept['evidence_id']}").content == PAPER
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        connection.execute("update cases.evidence set sha256 = sha256('x') where evidence_id = %s", (kept["evidence_id"],))
    refused(ana.get(f"{path}/{kept['evidence_id']}"), "evidence-altered")


def test_a_judgement_that_is_cut_off_at_its_last_row_leaves_nothing_and_is_done_once_when_it_is_sent_again(
    api, ana, bia, monkeypatch
):
    who = customer(api)
    transactions = flag(api, who, more=2)
    case = proposed(ana, attached(ana, taken(ana, opened(api, ana, who))))
    real, rows = trail_repository.append, []

    async def cut_off(connection: psycopg.AsyncConnection, **row: object) -> None:
        rows.append(row["act"])
        if row["act"] == "make":
            raise psycopg.OperationalError("the server went away")
        await real(connection, **row)

    monkeypatch.setattr(trail_repository, "append", cut_off)
    assert judged(bia, case).status_code == 503
    assert rows == ["agree-report", "make"]
    monkeypatch.undo()
    same = done(ana.get(f"/v1/cases/{case['case_id']}"))
    assert (same["state"], same["version"], same["alerts"][0]["status"]) == ("proposed", case["version"], "in_review")
    assert labels_of(api, transactions) == []
    assert case["case_id"] not in [each["case_id"] for each in done(ana.get("/v1/reports", params={"limit": 200}))["items"]]
    assert done(judged(bia, case))["state"] == "to_report"
    assert len(labels_of(api, transactions)) == 2
    assert verified(api).broken is None
