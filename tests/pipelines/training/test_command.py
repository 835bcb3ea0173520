"""`baas models train` says what it will do, refuses what cannot be, and bounds its tuning."""

import argparse
from datetime import UTC, date, datetime

import pytest

from kit.settings import Settings
from pipelines.days import end_ms, last_ended
from pipelines.promotion import __main__ as models
from pipelines.training.bound import MINUTES, TRIALS, Bound
from pipelines.training.command import add_options, bound_of


@pytest.fixture(autouse=True)
def _a_bank_without_history(monkeypatch, tmp_path):
    monkeypatch.setattr(models, "settings", lambda: Settings(var=tmp_path))


@pytest.mark.parametrize(
    ("arguments", "bound"),
    [
        ([], None),
        (["--tune"], Bound(TRIALS, MINUTES)),
        (["--trials", "4"], Bound(4, MINUTES)),
        (["--minutes", "0.5"], Bound(TRIALS, 0.5)),
        (["--tune", "--trials", "4", "--minutes", "2"], Bound(4, 2.0)),
    ],
)
def test_tuning_is_asked_for_and_bounded(arguments, bound):
    parser = argparse.ArgumentParser()
    add_options(parser, tenant="demo")
    assert bound_of(parser.parse_args(arguments)) == bound


@pytest.mark.parametrize("bound", [["--trials", "0"], ["--minutes", "0"], ["--minutes", "-3"], ["--trials", "5000"]])
def test_what_is_no_bound_is_refused_before_anything_is_read(capsys, bound):
    assert models.main(["train", *bound]) == 2
    said = capsys.readouterr().err
    assert said == "tuning is bounded by 1 to 1000 trials and by at most 1440 minutes\n"


def test_a_lake_without_decisions_is_said_with_what_to_do(capsys):
    assert models.main(["train", "--cutoff", "2026-03-10", "--tenant", "other"]) == 2
    said = capsys.readouterr().err
    assert "what is known at the end of 2026-03-10" in said
    assert "no decision of other in" in said
    assert "Load more history" in said


def test_a_day_ends_at_the_bank_s_midnight_and_the_newest_that_has_ended_is_yesterday():
    assert end_ms(date(2026, 3, 10)) == int(datetime(2026, 3, 11, 3, tzinfo=UTC).timestamp() * 1000)
    assert last_ended(datetime(2026, 3, 11, 2, 59, tzinfo=UTC)) == date(2026, 3, 9)
    assert last_ended(datetime(2026, 3, 11, 3, 0, tzinfo=UTC)) == date(2026, 3, 10)
