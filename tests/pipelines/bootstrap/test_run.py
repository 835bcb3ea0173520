"""A bank that was begun stays as it is, and whoever asks for another one is told what to do."""

import pytest

from kit.settings import Demo
from pipelines.bootstrap.run import not_as_asked
from simulator.bank import Plan
from simulator.calendar import DAY_MS
from simulator.files import simulated_folder, write

BEGUN = Demo(customers=200, days=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = simulated_folder(tmp_path_factory.mktemp("var"))
    plan = Plan(customers=200, days=2, seed=BEGUN.seed, until_ms=20_500 * DAY_MS, tenant_id=BEGUN.tenant)
    write(made, plan, progress=lambda _line: None)
    return made


def test_the_bank_that_is_there_is_asked_for_in_silence(folder):
    assert not_as_asked(BEGUN, folder) == []


def test_another_bank_is_not_made_in_silence(folder):
    [sentence] = not_as_asked(BEGUN.model_copy(update={"customers": 1_500, "days": 60}), folder)
    assert "1500 customers, not 200; 60 days, not 2" in sentence
    assert f"`baas down`, remove {folder.parent}" in sentence


def test_before_the_first_start_there_is_nothing_to_say(tmp_path):
    assert not_as_asked(BEGUN, simulated_folder(tmp_path)) == []
