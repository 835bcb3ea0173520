"""The policy selects what its findings ask for: in their transaction, once, told in the trail, and never against two people."""

import uuid
from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest

from cases import repository, service
from cases.casework import repository as casework
from cases.casework.selecting import MAX_ALERTS
from cases.due.clocks import analysis_due, local_day
from cases.finding_service import RecordedFindings, record_found
from cases.findings import Found, Triage
from cases.trail.verification import verify
from cases.triage import POLICY
from contracts.alerts import AlertStatus
from kit.clock import ManualClock
from kit.postgres import tenant_transaction
from tests.cases.test_findings import NOW, found

pytestmark = pytest.mark.servers
CLOCK = ManualClock(NOW + 60_000)
HIGH, OTHER, LOW = Triage("mule_fan_in", 2, opens=True), Triage("structuring", 2, opens=True), Triage("unusual", 4, opens=False)


def of(number: int, *, triage: Triage, scenario: str = "fan-in", payments: range = range(5), customer: str = "c") -> Found:
    """What is found of a customer's account, with payments of its own."""
    made = found(range(payments.start + 1_000 * number, payments.stop + 1_000 * number), start=NOW - 1_000_000 * number,
                 scenario=scenario)  # fmt: skip
    return replace(made, account_id=str(uuid.UUID(int=number + 1)), customer_id=customer, triage=triage)


async def recorded(core, tenant: str, *what: Found, commit: bool = True) -> RecordedFindings:
    async with await psycopg.AsyncConnection.connect(core.dsn("alerts"), autocommit=True) as connection:
        try:
            async with tenant_transaction(connection, tenant):
                await repository.lock(connection, tenant)
                told = await record_found(connection, tenant, what, now_ms=CLOCK.now_ms())
                if not commit:
                    raise InterruptedError
        except InterruptedError:
            pass
        return told


def rows(core, query: str, *parameters: object) -> list[tuple]:
    with psycopg.connect(core.dsn("postgres")) as connection:
        return connection.execute(query, parameters).fetchall()


def cases_of(core, tenant: str) -> list[tuple]:
    return rows(
        core,
        "select c.subject_id, c.scheme, c.severity, c.state, c.version, count(l.alert_id) from cases.case c "
        "join cases.case_alert l using (tenant_id, case_id) where c.tenant_id = %s group by c.tenant_id, c.case_id "
        "order by 1, 2",
        tenant,
    )


def whole(core, tenant: str) -> bool:
    with psycopg.connect(core.dsn("audit"), autocommit=True) as connection:
        return verify(connection, tenant_id=tenant).broken is None


async def test_a_severe_finding_opens_a_case_whose_clock_runs_and_whose_trail_names_the_policy(core) -> None:
    assert (await recorded(core, "sev", of(1, triage=HIGH))).cases == 1
    assert (await recorded(core, "sev", of(1, triage=HIGH))) == RecordedFindings(known=1)
    assert cases_of(core, "sev") == [("c", "mule_fan_in", 2, "open", 1, 1)]
    today = local_day(rows(core, "select opened_at from cases.case where tenant_id = 'sev'")[0][0])
    [(by, selected_on, due_on, operation_on)] = rows(
        core, "select opened_by, selected_on, due_on, operation_on from cases.case where tenant_id = 'sev'"
    )
    assert (by, selected_on, due_on) == (POLICY, today, analysis_due(today))
    assert operation_on <= today
    assert rows(core, "select actor, act from cases.trail where tenant_id = 'sev'") == [(POLICY, "open")]
    assert rows(core, "select status, moved_by from cases.alert where tenant_id = 'sev'") == [("in_review", POLICY)]
    assert whole(core, "sev")


async def test_what_is_cut_off_before_it_commits_leaves_no_case_and_is_done_again(core) -> None:
    await recorded(core, "cut", of(1, triage=HIGH), commit=False)
    for table in ("cases.alert", "cases.finding", "cases.case", "cases.trail"):
        assert rows(core, f"select 1 from {table} where tenant_id = 'cut'") == []
    assert (await recorded(core, "cut", of(1, triage=HIGH))).cases == 1
    assert len(cases_of(core, "cut")) == 1


async def test_low_ones_wait_and_join_when_a_case_opens_and_later_ones_join_the_open_case(core) -> None:
    low = of(1, triage=LOW, scenario="benford")
    far = replace(low, currency="USD", account_id=str(uuid.UUID(int=77)))
    assert (await recorded(core, "low", far)).cases == 0
    assert cases_of(core, "low") == []
    assert (await recorded(core, "low", of(2, triage=HIGH))).cases == 1
    assert cases_of(core, "low") == [("c", "mule_fan_in", 2, "open", 2, 2)]
    euros = replace(of(3, triage=HIGH), currency="EUR")
    assert (await recorded(core, "low", euros)).cases == 0
    assert cases_of(core, "low") == [("c", "mule_fan_in", 2, "open", 3, 3)]
    assert [each[0] for each in rows(core, "select act from cases.trail where tenant_id = 'low' order by position")] == [
        "open", "link", "link",
    ]  # fmt: skip
    assert whole(core, "low")


async def test_another_scheme_of_the_same_subject_is_another_case_and_another_subject_too(core) -> None:
    await recorded(core, "two", of(1, triage=HIGH))
    closed = rows(core, "select alert_id::text from cases.alert where tenant_id = 'two'")[0][0]
    async with await psycopg.AsyncConnection.connect(core.dsn("api"), autocommit=True) as connection:
        await service.move_alert(
            connection, tenant_id="two", alert_id=closed, to=AlertStatus.DISMISSED, by="user:x", clock=CLOCK
        )
    await recorded(core, "two", of(2, triage=OTHER), of(3, triage=HIGH, customer="d"))
    assert [each[:2] for each in cases_of(core, "two")] == [
        ("c", "mule_fan_in"), ("c", "structuring"), ("d", "mule_fan_in"),
    ]  # fmt: skip


async def test_a_subject_that_two_people_keep_quiet_opens_no_case_until_then(core) -> None:
    await recorded(core, "quiet", of(1, triage=LOW))
    case_id = str(uuid.uuid4())
    today = date.fromtimestamp(CLOCK.now_ms() / 1000)
    with psycopg.connect(core.dsn("postgres")) as connection:
        connection.execute(
            "insert into cases.case (tenant_id, case_id, subject_kind, subject_id, scheme, severity, state, opened_by, "
            "opened_at, operation_on, selected_on, proposal, proposed_by, proposed_at, judged_by, judged_at, ended_at) "
            "values ('quiet', %s, 'customer', 'c', 'mule_fan_in', 2, 'closed', 'a', now(), now(), now(), '{}', 'a', now(), "
            "'b', now(), now())",
            (case_id,),
        )
        connection.execute(
            "insert into cases.quiet values ('quiet', 'customer', 'c', 'mule_fan_in', %s, %s, %s, 'b', now())",
            (today + timedelta(days=3), case_id, str(uuid.uuid4())),
        )
    assert (await recorded(core, "quiet", of(2, triage=HIGH))).cases == 0
    assert (await recorded(core, "quiet", of(3, triage=OTHER))).cases == 1
    with psycopg.connect(core.dsn("postgres")) as connection:
        connection.execute("update cases.quiet set until_on = %s where tenant_id = 'quiet'", (today - timedelta(days=3),))
    assert (await recorded(core, "quiet", of(4, triage=HIGH, customer="c"))).cases == 0  # its alert is in the other case
    assert [each[:2] for each in cases_of(core, "quiet")] == [("c", "structuring")]


async def test_a_case_that_is_full_lets_the_alert_wait(core) -> None:
    await recorded(core, "full", of(1, triage=HIGH))
    with psycopg.connect(core.dsn("postgres")) as connection:
        connection.execute(
            "insert into cases.alert (tenant_id, alert_id, kind, subject_kind, subject_id, currency, status, first_event_time, "
            "last_event_time, decisions, total_amount_minor, scenarios, opened_at, changed_at) "
            "select 'full', gen_random_uuid(), 'scenario', 'customer', 'c', 'USD', 'in_review', now(), now(), 1, 1, '{x}', "
            "now(), now() from generate_series(2, %s)",
            (MAX_ALERTS,),
        )
        connection.execute(
            "insert into cases.case_alert select a.tenant_id, a.alert_id, c.case_id, 'x', now() from cases.alert a "
            "join cases.case c using (tenant_id) where a.tenant_id = 'full' and a.currency = 'USD'"
        )
    euros = replace(of(3, triage=HIGH), currency="EUR")
    assert (await recorded(core, "full", euros)) == RecordedFindings(found=1)
    assert rows(core, "select status from cases.alert where tenant_id = 'full' and currency = 'EUR'") == [("open",)]


async def test_a_case_of_findings_has_their_payments_as_its_transactions(core) -> None:
    await recorded(core, "ops", of(1, triage=HIGH), of(1, triage=HIGH, scenario="pass-through"))
    case_id = rows(core, "select case_id::text from cases.case where tenant_id = 'ops'")[0][0]
    async with await psycopg.AsyncConnection.connect(core.dsn("api")) as connection, tenant_transaction(connection, "ops"):
        members = await casework.members(connection, tenant_id="ops", case_id=case_id)
    assert len(members) == len({each["transaction_id"] for each in members}) == 5
    assert [each["event_time"] for each in members] == sorted(each["event_time"] for each in members)
    assert {(each["verdict"], each["transaction"]["channel"], tuple(each["reasons"])) for each in members} == {
        ("allow", "pix", ("fan-in",))
    }
