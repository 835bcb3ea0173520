"""Findings and the alerts that they are in. Pure."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from cases.findings import SPAN_MS, Found, HeldAlert, HeldFinding, join
from contracts.aml import Payment
from contracts.transactions import Channel

DAY_MS = 86_400_000
NOW = 1_764_000_000_000


def payment(number: int, at: int) -> Payment:
    return Payment(
        transaction_id=str(uuid.UUID(int=number + 1)), at=at, is_out=False, is_first=True, amount_minor=100, channel=Channel.PIX
    )


def found(
    numbers: range, *, start: int = NOW, step_ms: int = 1_000, scenario: str = "fan-in", is_single: bool = False
) -> Found:
    return Found(
        scenario=scenario, account_id="a", customer_id="c", currency="BRL",
        payments=[payment(number, start + number * step_ms) for number in numbers], measures={"n": len(numbers)},
        parameters={}, job="aml-windows-1", is_single=is_single,
    )  # fmt: skip


def stored(changes) -> tuple[list[HeldFinding], list[HeldAlert]]:
    findings = {each.finding.finding_id: each.finding for each in changes}
    alerts = {each.alert.alert_id: each.alert for each in changes}
    return list(findings.values()), list(alerts.values())


def test_what_touches_is_one_finding_that_grows_and_keeps_its_id() -> None:
    first, second = join("t", [found(range(5)), found(range(3, 9))], findings=[], alerts=[])
    assert first.finding.finding_id == second.finding.finding_id
    assert (second.finding.payments, second.finding.growth, second.alert.findings) == (9, 2, 1)
    assert (first.opened, second.opened, second.alert.total_amount_minor) == (True, False, 900)


def test_what_lies_apart_is_another_finding_of_the_same_alert() -> None:
    changes = join("t", [found(range(5)), found(range(10, 15))], findings=[], alerts=[])
    assert len({each.finding.finding_id for each in changes}) == 2
    assert {each.alert.alert_id for each in changes} == {changes[0].alert.alert_id}
    assert changes[1].alert.findings == 2


def test_single_payments_are_findings_of_their_own_even_in_one_moment() -> None:
    each_one = [found(range(n, n + 1), step_ms=0, scenario="cash-report", is_single=True) for n in range(3)]
    changes = join("t", each_one, findings=[], alerts=[])
    assert [each.alert.findings for each in changes] == [1, 2, 3]


def test_a_finding_that_grows_after_its_alert_was_closed_goes_to_another() -> None:
    before, _ = stored(join("t", [found(range(5))], findings=[], alerts=[]))
    (change,) = join("t", [found(range(2, 7))], findings=before, alerts=[])
    assert change.opened
    assert change.finding.finding_id == before[0].finding_id
    assert change.alert.alert_id != before[0].alert_id
    assert change.alert.total_amount_minor == 700


def test_an_alert_never_spans_more_than_its_bound() -> None:
    apart = [found(range(2)), found(range(2, 4), start=NOW + SPAN_MS)]
    changes = join("t", apart, findings=[], alerts=[])
    assert len({each.alert.alert_id for each in changes}) == 2


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12)), min_size=1, max_size=12), st.integers(0, 11))
def test_what_is_found_again_changes_nothing(spans, cut) -> None:
    everything = [found(range(first, first + count)) for first, count in spans]
    changes = join("t", everything, findings=[], alerts=[])
    findings, alerts = stored(changes)
    assert join("t", everything[cut % len(everything) :], findings=findings, alerts=alerts) == []
    members = [new.transaction_id for each in changes for new in each.new]
    per_finding = {(each.finding.finding_id, new.transaction_id) for each in changes for new in each.new}
    assert len(members) == len(per_finding)
