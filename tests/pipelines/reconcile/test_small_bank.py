"""A bank in order reconciles, and whatever is lost or changed in any of its stores is said by the checks that see it."""

import json
from pathlib import Path

import polars as pl
import pytest
from confluent_kafka import TopicPartition

from contracts.topics import ALERTS, BANKING_TRANSACTIONS, DECISIONS, LABELS, SCREENED
from kit.kafka import consumer, topic_name
from kit.outbox import publish
from kit.postgres import connect, tenant_block
from pipelines.marts import Built, build
from pipelines.reconcile.__main__ import NO_GAP, reconcile
from pipelines.reconcile.mart_checks import ATTEMPTED, BOOKED
from tests.pipelines.reconcile.conftest import SmallBank, transaction
from tests.streams.conftest import wait_until

pytestmark = pytest.mark.servers

INBOUND = "inbound records are decided, refused or repeated"
DECIDED = "decisions > ledger, but for open leases and what intake refused"
OUTCOMES = "decisions > outcomes, but for open holds and leases and what intake refused"
TRANSFERS, EVENTS = "ledger > ledger events", "ledger events > ledger"
POSTED = "ledger > decisions, but for what was abandoned unasked"
FLAGGED, NOT_ALLOWED = "flagged > members of alerts", "decisions that are not allow > members of alerts"
MEMBERS, MEMBER_EVENTS = "members of alerts > decisions", "members of alerts > alert events"
SCREENED_MEMBERS = "found by a later look > members of alerts"
COUNTED = "alerts count and add up their members"
KINDS = {
    "decisions": DECISIONS, "outcomes": DECISIONS, "controls": DECISIONS, "ledger_events": BANKING_TRANSACTIONS,
    "labels": LABELS, "alerts": ALERTS,
}  # fmt: skip


def test_a_bank_in_order_reconciles_and_every_kind_of_thing_was_compared(bank: SmallBank):
    checks = {check.name: check for check in reconcile(bank.settings, wait_s=0)}
    assert [check for check in checks.values() if not check.clean] == []
    assert checks[INBOUND].compared == 31
    assert checks[DECIDED].compared == checks[OUTCOMES].compared + 4 == 24
    assert checks[FLAGGED].compared == checks[MEMBERS].compared == 4
    assert checks["unreadable records are in their dlq"].compared == 5
    assert checks["labels are in the log"].compared == 3
    assert all(
        checks[f"{topic}: {kind} = {store}"].compared for kind, topic in KINDS.items() for store in (f"raw.{kind}", "lake")
    )


@pytest.mark.parametrize(
    ("server", "table", "where", "change", "seen_by"),
    [
        ("core", "ledger.transfer", "status = 'observed'", None, {DECIDED, EVENTS}),
        ("core", "ledger.transfer", "status = 'observed'", "amount_minor = 7", {DECIDED, POSTED, TRANSFERS, EVENTS}),
        ("core", "ledger.transfer", "status = 'observed'", "status = 'abandoned'", {TRANSFERS, EVENTS}),
        ("core", "ledger.transfer", "status = 'observed'", "tenant_id = 'other'", {DECIDED, POSTED, TRANSFERS, EVENTS}),
        ("core", "cases.alert_member", "true", None, {FLAGGED, NOT_ALLOWED, COUNTED}),
        ("core", "cases.alert_member", "true", "verdict = 'deny'", {FLAGGED, MEMBER_EVENTS}),
        ("warehouse", "raw.decisions", "true", None, {"decisions"}),
        ("warehouse", "raw.decisions", "true", "amount_minor = 7", {"decisions"}),
        ("warehouse", "raw.decisions", "verdict = 'review'", "verdict = 'allow'", {"decisions"}),
        ("warehouse", "raw.decisions", "true", "tenant_id = 'other'", {"decisions"}),
        ("warehouse", "raw.outcomes", "true", None, {"outcomes"}),
        ("warehouse", "raw.outcomes", "true", "outcome = 'denied'", {"outcomes"}),
        ("warehouse", "raw.controls", "true", None, {"controls"}),
        ("warehouse", "raw.ledger_events", "true", None, {"ledger_events"}),
        ("warehouse", "raw.ledger_events", "true", "amount_minor = 7", {"ledger_events"}),
        ("warehouse", "raw.labels", "true", None, {"labels"}),
        ("warehouse", "raw.labels", "true", "fraud = false", {"labels"}),
        ("warehouse", "raw.alerts", "true", None, {"alerts"}),
        ("warehouse", "raw.alerts", "true", "verdict = 'deny'", {"alerts"}),
    ],
)
def test_a_row_that_is_lost_or_changed_is_a_difference(bank: SmallBank, tamper, server, table, where, change, seen_by):
    tamper(server, table, where=where, change=change)
    expected = {f"{KINDS[name]}: {name} = raw.{name}" if name in KINDS else name for name in seen_by}
    assert bank.differences().keys() == expected


@pytest.mark.parametrize(
    ("kind", "which", "changed"),
    [
        ("decisions", pl.col("record") == "decision", None),
        ("decisions", pl.col("record") == "decision", pl.col("amount_minor") + 1),
        ("outcomes", pl.col("record") == "outcome", None),
        ("controls", pl.col("record") == "control", None),
        ("ledger_events", pl.lit(value=True), None),
        ("ledger_events", pl.lit(value=True), pl.lit("denied").alias("status")),
        ("labels", pl.lit(value=True), None),
        ("alerts", pl.lit(value=True), None),
    ],
)
def test_a_record_that_the_lake_lost_or_changed_is_a_difference(bank: SmallBank, kind, which, changed):
    path = next(
        file
        for file in sorted((bank.settings.lake / KINDS[kind]).glob("*.parquet"))
        if pl.read_parquet(file).filter(which).height
    )
    as_it_was = path.read_bytes()
    try:
        _rewrite(path, which, changed)
        assert bank.differences().keys() == {f"{KINDS[kind]}: {kind} = lake"}
    finally:
        path.write_bytes(as_it_was)


@pytest.fixture(scope="module")
def marts(bank: SmallBank) -> Built:
    """The marts, of everything that the bank has by now."""
    assert bank.differences(wait_s=60) == {}
    return build(bank.settings)


def test_what_a_later_look_at_a_payer_tells_is_an_alert_and_is_missed_where_it_is_none(bank: SmallBank, tamper):
    told = bank.traffic.flagged()
    told["transaction"] = transaction(0, account_id=bank.account)
    with connect(bank.settings.core.dsn("intake"), application="test") as intake, tenant_block(intake, "demo"):
        publish(intake, topic=SCREENED, key="demo", payload=json.dumps(told).encode())

    def compared() -> dict[str, int]:
        return {check.name: check.compared for check in reconcile(bank.settings, wait_s=0)}

    wait_until(lambda: compared()["members are in one alert event each"] == 5, what="it is an alert", within_s=60)
    assert bank.differences(wait_s=60) == {}
    assert compared()[SCREENED_MEMBERS] == 1
    where = f"transaction_id = '{transaction(0)['transaction_id']}'"
    tamper("core", "cases.alert_member", where=where)
    assert set(bank.differences()) == {SCREENED_MEMBERS, COUNTED}


def test_marts_that_are_not_built_are_nothing_to_compare(bank: SmallBank):
    compared = {check.name: check.compared for check in reconcile(bank.settings, wait_s=0)}
    assert (compared[BOOKED], compared[ATTEMPTED]) == (0, 0)


def test_marts_are_compared_with_what_the_ledger_and_the_log_say(bank: SmallBank, marts: Built):
    checks = {check.name: check for check in reconcile(bank.settings, wait_s=0)}
    assert [check for check in checks.values() if not check.clean] == []
    assert checks[ATTEMPTED].compared == 1
    assert checks[BOOKED].compared == 2  # the opening balance's day, and that of the payments


@pytest.mark.parametrize(
    ("table", "change", "seen_by"),
    [
        ("marts.general_ledger_daily", "debits_minor = debits_minor + 1", BOOKED),
        ("marts.general_ledger_daily", "day = day + 1", BOOKED),
        ("marts.general_ledger_daily", None, BOOKED),
        ("marts.payments_hourly", "asked_minor = asked_minor - 1", ATTEMPTED),
        ("marts.payments_hourly", None, ATTEMPTED),
    ],
)
def test_a_mart_that_says_otherwise_is_a_difference(bank: SmallBank, marts: Built, tamper, table, change, seen_by):
    tamper("warehouse", table, where="true", change=change)
    assert bank.differences().keys() == {seen_by}


def _rewrite(path: Path, which: pl.Expr, changed: pl.Expr | None) -> None:
    whole = pl.read_parquet(path).with_row_index("__row")
    first = whole.filter(which)["__row"][0]
    one = pl.col("__row") == first
    if changed is None:
        whole.filter(~one).drop("__row").write_parquet(path)
        return
    pl.concat([whole.filter(one).with_columns(changed), whole.filter(~one)]).sort("__row").drop("__row").write_parquet(path)


def test_a_file_that_is_gone_is_a_difference_and_not_the_end_of_the_comparison(bank: SmallBank):
    path = min((bank.settings.lake / DECISIONS).glob("*.parquet"))
    elsewhere = path.with_suffix(".elsewhere")
    path.rename(elsewhere)
    try:
        wrong = bank.differences()
    finally:
        elsewhere.rename(path)
    assert wrong.keys() == {NO_GAP}
    assert f"{path.name} of {DECISIONS}, which the manifest names, is not there" in wrong[NO_GAP][0]


def test_an_altered_repetition_that_nobody_refused_is_a_difference(bank: SmallBank):
    bank.running["streams.scorer"].stop()
    bank.send(transaction(3, account_id=bank.account, payee_id="p8"))
    [problem] = bank.differences()[INBOUND]
    assert problem.startswith("1 neither decided as they are nor refused, such as demo " + transaction(3)["transaction_id"])
    bank.start("streams.scorer")
    assert bank.differences(wait_s=60) == {}


def test_a_decision_that_intake_lost_is_a_difference(bank: SmallBank):
    """The last test: the bank stays as it is."""
    assert bank.running["streams.intake"].terminate() == 0
    lost = transaction(100, account_id=bank.account)
    bank.send(lost)
    warehouse = f"{DECISIONS}: decisions = raw.decisions"
    _until(lambda: bank.differences().keys() >= {DECIDED} and warehouse not in bank.differences())
    _pass_over_the_log(bank)
    bank.start("streams.intake")
    wrong = bank.differences(wait_s=12)
    assert wrong.keys() == {DECIDED, OUTCOMES}
    assert wrong[DECIDED] == [f"1 missing, such as demo {lost['transaction_id']}"]


def _until(condition) -> None:
    wait_until(condition, what="the decision is in the log and in the warehouse", within_s=60)


def _pass_over_the_log(bank: SmallBank) -> None:
    source = consumer(bank.settings.kafka, group="intake", client="test")
    place = TopicPartition(topic_name(bank.settings.kafka, DECISIONS), 0)
    place.offset = source.get_watermark_offsets(place, timeout=10)[1]
    source.commit(offsets=[place], asynchronous=False)
    source.close()
