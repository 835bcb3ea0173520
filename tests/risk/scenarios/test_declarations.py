"""What scenarios declare, and which of their parameters hold for whom and when."""

from datetime import date

import pytest

from risk.scenarios.catalogue import SCENARIOS
from risk.scenarios.declared import Parameter, Unit
from risk.scenarios.parameters import NoSuchScenario, ParameterNotAllowed, Version, in_force
from risk.scenarios.triage import OPENS_CASE

FIRST, LATER = date(2026, 1, 1), date(2026, 6, 1)


def test_every_scenario_is_told_in_words_with_every_parameter_and_has_a_source() -> None:
    assert len(SCENARIOS) == 25
    for code, scenario in SCENARIOS.items():
        assert code == scenario.code
        assert scenario.sources
        for parameter in (each for each in scenario.parameters if each.name != OPENS_CASE):
            assert f"{{{parameter.name}}}" in scenario.rule, f"{code} does not tell {parameter.name}"
        assert "{" not in scenario.in_words(scenario.defaults)


def test_values_are_told_as_people_say_them() -> None:
    words = SCENARIOS["pass-through"].in_words(SCENARIOS["pass-through"].defaults | {"amount_minor": 123_456_78})
    assert "R$ 123,456.78" in words
    assert "within 2 days" in words
    assert "60%" in words
    assert "1.5 times" in words


def test_a_default_lies_within_its_bounds() -> None:
    with pytest.raises(ValueError, match="3 is not from 4 to 5"):
        Parameter("payments", Unit.COUNT, 3, 4, 5, "how many")


def test_the_newest_version_holds_from_its_day_on_and_a_past_day_keeps_its_own() -> None:
    versions = [
        Version("fan-in", LATER, {"counterparties": 9}),
        Version("fan-in", FIRST, {"counterparties": 7, "strangers_ppm": 500_000}),
        Version("fan-out", FIRST, {"counterparties": 40}),
    ]
    assert in_force(versions, scenario="fan-in", day=date(2025, 12, 31)) == SCENARIOS["fan-in"].defaults
    held = in_force(versions, scenario="fan-in", day=date(2026, 5, 31))
    assert (held["counterparties"], held["strangers_ppm"]) == (7, 500_000)
    newest = in_force(versions, scenario="fan-in", day=LATER)
    assert (newest["counterparties"], newest["strangers_ppm"]) == (9, SCENARIOS["fan-in"].defaults["strangers_ppm"])


def test_a_segment_has_its_own_and_others_what_is_for_everybody() -> None:
    versions = [
        Version("fan-in", FIRST, {"counterparties": 7}),
        Version("fan-in", FIRST, {"counterparties": 60}, segment="business"),
    ]
    assert in_force(versions, scenario="fan-in", day=LATER, segment="business")["counterparties"] == 60
    assert in_force(versions, scenario="fan-in", day=LATER, segment="student")["counterparties"] == 7
    assert in_force(versions, scenario="fan-in", day=LATER)["counterparties"] == 7


def test_of_two_versions_of_one_day_the_later_said_holds() -> None:
    versions = [Version("fan-in", FIRST, {"counterparties": 7}), Version("fan-in", FIRST, {"counterparties": 8})]
    assert in_force(versions, scenario="fan-in", day=FIRST)["counterparties"] == 8


@pytest.mark.parametrize("values", [{"nothing": 1}, {"counterparties": 1}, {"counterparties": 5.5}, {"counterparties": True}])
def test_what_a_scenario_does_not_take_is_refused(values: dict[str, int]) -> None:
    with pytest.raises(ParameterNotAllowed):
        Version("fan-in", FIRST, values)


def test_a_scenario_that_nobody_declared_is_refused() -> None:
    with pytest.raises(NoSuchScenario):
        Version("nobody", FIRST)
    with pytest.raises(NoSuchScenario):
        in_force([], scenario="nobody", day=FIRST)
