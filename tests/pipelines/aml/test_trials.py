"""A scenario's values tried on the lake's history: what comes and goes is what two looks at the same payments say."""

import uuid
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from contracts import topics
from ledger.days import start_ms
from pipelines.aml.trials.history import NoHistory, TooMuchHistory, kept
from pipelines.aml.trials.report import MOST_SHOWN, TrialReport
from pipelines.aml.trials.run import STEPS, Question, tried
from risk.scenarios.catalogue import DAY_MS, SCENARIOS

FIRST, LAST = date(2026, 5, 1), date(2026, 5, 10)
NIGHT_MS = 23 * 3_600_000
NIGHT = SCENARIOS["pix-at-night"].defaults


def payment(
    number: int,
    *,
    day: date,
    amount_minor: int,
    tenant: str = "demo",
    account: str = "a",
    outcome: str = "posted",
    **more: object,
) -> list[dict[str, object]]:
    """A decision and its outcome, as the lake has them."""
    transaction_id = str(uuid.UUID(int=number))
    named = {"tenant_id": tenant, "transaction_id": transaction_id}
    decided = named | {
        "record": "decision", "event_time_ms": start_ms(day) + NIGHT_MS + number, "channel": "pix", "direction": "debit",
        "amount_minor": amount_minor, "customer_id": f"c-{account}", "account_id": account, "payee_id": "p", "device_id": None,
        "merchant_id": None, "entry_mode": None, "latitude_e5": None, "longitude_e5": None, "outcome": None,
    }  # fmt: skip
    return [decided | more, named | {"record": "outcome", "outcome": outcome}]


def lake_of(folder: Path, rows: list[dict[str, object]], *, frauds: list[int] = ()) -> Path:
    """Write rows as files of the lake."""
    numbers = dict.fromkeys(("event_time_ms", "amount_minor", "latitude_e5", "longitude_e5"), pl.Int64)
    names = list(rows[0])
    frame = pl.DataFrame(
        [{name: row.get(name) for name in names} for row in rows],
        schema={name: numbers.get(name, pl.String) for name in names},
    ).with_row_index("offset")
    write(folder / topics.DECISIONS, frame)
    told = [
        {"tenant_id": "demo", "transaction_id": str(uuid.UUID(int=number)), "fraud": True, "kind": "mule", "known_at_ms": 0}
        for number in frauds
    ]
    if told:
        write(folder / topics.LABELS, pl.DataFrame(told).with_row_index("offset"))
    return folder


def write(folder: Path, frame: pl.DataFrame) -> None:
    folder.mkdir(parents=True)
    frame.write_parquet(folder / f"0-{0:020d}-{frame.height - 1:020d}.parquet")


def asked(lake: Path, *, scenario: str = "pix-at-night", **values: int) -> TrialReport:
    before = SCENARIOS[scenario].defaults
    question = Question(
        scenario=scenario, tenant_id="demo", before=before, after=before | values, first_day=FIRST, last_day=LAST, opened=[]
    )
    steps: list[tuple[int, int]] = []
    report = tried(lake, question, progress=lambda done, of: steps.append((done, of)), meanwhile=lambda work: work())
    assert steps == [(1, STEPS), (2, STEPS), (3, STEPS)]
    return report


def test_what_comes_and_goes_is_named_and_known_frauds_are_counted(tmp_path):
    rows = [
        *payment(1, day=FIRST, amount_minor=120_000),
        *payment(2, day=FIRST + timedelta(days=1), amount_minor=90_000, account="b"),
        *payment(3, day=LAST, amount_minor=300_000, account="c"),
        *payment(4, day=FIRST - timedelta(days=3), amount_minor=300_000),  # only tells what is usual
        *payment(5, day=LAST + timedelta(days=1), amount_minor=300_000),  # after the period
        *payment(6, day=FIRST, amount_minor=300_000, outcome="denied"),  # did not take place
        *payment(7, day=FIRST, amount_minor=300_000, tenant="other"),
    ]
    lake = lake_of(tmp_path, rows, frauds=[2, 3, 4])
    lower = asked(lake, amount_minor=80_000)
    assert (lower.payments, lower.accounts, lower.known, lower.gap) == (3, 3, 2, None)
    assert (lower.before.findings, lower.before.caught, lower.before.amount_minor) == (2, 1, 420_000)
    assert (lower.after.findings, lower.after.caught, lower.after.known_findings) == (3, 2, 2)
    assert (lower.stay_count, lower.come_count, lower.go_count) == (2, 1, 0)
    [new] = lower.come
    assert (new.account_id, new.amount_minor, new.known) == ("b", 90_000, True)
    assert {each.day: (each.before, each.after) for each in lower.days if each.after} == {
        FIRST: (1, 1),
        FIRST + timedelta(days=1): (0, 1),
        LAST: (1, 1),
    }
    assert len(lower.days) == 10
    higher = asked(lake, amount_minor=200_000)
    assert (higher.stay_count, higher.come_count, higher.go_count) == (1, 0, 1)
    assert [each.account_id for each in higher.go] == ["a"]
    assert higher.before.values == NIGHT
    assert higher.after.values == NIGHT | {"amount_minor": 200_000}


def test_a_finding_whose_edges_move_neither_comes_nor_goes(tmp_path):
    """More payments belong to the same run of them: no news."""
    rows = [
        each
        for number in range(8)
        for each in payment(number + 1, day=FIRST, amount_minor=10_000, account="a", payee_id=f"p{number}")
    ]
    report = asked(lake_of(tmp_path, rows), scenario="fan-out", counterparties=7, times_usual=100)
    assert (report.before.findings, report.after.findings) == (1, 1)
    assert (report.stay_count, report.come_count, report.go_count) == (1, 0, 0)


def test_what_is_shown_is_bounded_and_known_frauds_come_first(tmp_path):
    rows = [each for number in range(1, 131) for each in payment(number, day=FIRST, amount_minor=90_000 + number)]
    report = asked(lake_of(tmp_path, rows, frauds=[1]), amount_minor=80_000)
    assert (report.come_count, len(report.come)) == (130, MOST_SHOWN)
    assert [each.known for each in report.come[:2]] == [True, False]
    assert report.come[1].amount_minor == 90_130


@pytest.mark.parametrize(("scenario", "told"), [("refund-request", "cases"), ("unregistered-device", "devices")])
def test_what_history_cannot_tell_is_said(tmp_path, scenario, told):
    parameter = SCENARIOS[scenario].parameters[0]
    lake = lake_of(tmp_path, payment(1, day=FIRST, amount_minor=120_000))
    report = asked(lake, scenario=scenario, **{parameter.name: parameter.default + 1})
    assert told in (report.gap or "")
    assert (report.before.findings, report.after.findings) == (0, 0)


def test_more_payments_than_fit_are_refused_before_they_are_read(tmp_path):
    rows = [each for number in range(1, 6) for each in payment(number, day=FIRST, amount_minor=100)]
    lake = lake_of(tmp_path, rows)
    period = {"tenant_id": "demo", "since_ms": start_ms(FIRST), "until_ms": start_ms(LAST)}
    assert kept(lake, **period, opened=[], most=5).told == 5
    with pytest.raises(TooMuchHistory):
        kept(lake, **period, opened=[], most=4)
    with pytest.raises(NoHistory):
        kept(lake, **(period | {"tenant_id": "other"}), opened=[])
    with pytest.raises(NoHistory):
        kept(lake, **(period | {"since_ms": start_ms(FIRST) + DAY_MS}), opened=[])
    with pytest.raises(NoHistory):
        kept(tmp_path / "none", **period, opened=[])


def test_accounts_that_were_opened_lately_are_known(tmp_path):
    rows = payment(1, day=FIRST, amount_minor=200_000, account="a", payee_id="b") + payment(
        2, day=FIRST, amount_minor=5, account="b"
    )
    lake = lake_of(tmp_path, rows)
    period = {"tenant_id": "demo", "since_ms": start_ms(FIRST), "until_ms": start_ms(LAST)}
    accounts = kept(lake, **period, opened=[("b", start_ms(FIRST)), ("z", 1)]).history.accounts
    assert dict(accounts.select("account_id", "opened_at").iter_rows()) == {"a": None, "b": start_ms(FIRST)}
