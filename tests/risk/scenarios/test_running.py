"""Where each scenario runs, what becomes of its alert, and that the documentation says the same."""

import re

from cases.findings import LEFT_TO_PEOPLE
from kit.settings import REPOSITORY_ROOT
from pipelines.aml.scenarios.run import DETECTORS
from risk.scenarios.asking import ASKED
from risk.scenarios.catalogue import SCENARIOS
from risk.scenarios.declared import Severity
from risk.scenarios.running import BY_ROUTE, HOW_SOON, NIGHTLY, Runner, runner
from risk.scenarios.segments import Segment, segment_of
from risk.scenarios.statements import streamed
from risk.scenarios.triage import OPENS_CASE, triage

ROW = re.compile(r"^\| (?P<number>\d+) \| `(?P<code>[a-z-]+)` \| (?P<runner>[a-z]+) \| (?P<alert>[^|]+) \|", re.MULTILINE)


def test_each_scenario_runs_in_one_place_first_and_whatever_is_about_payments_at_night_too() -> None:
    by_runner = {each: {code for code in SCENARIOS if runner(code) is each} for each in Runner}
    assert by_runner[Runner.FLINK] == set(streamed())
    assert by_runner[Runner.FAUST] == set(ASKED)
    assert by_runner[Runner.ROUTE] == set(BY_ROUTE)
    assert sum(map(len, by_runner.values())) == len(SCENARIOS) == 25
    assert set(NIGHTLY) == set(DETECTORS)
    assert set(HOW_SOON) == set(Runner)


def test_the_documentation_s_table_says_where_each_runs_and_whether_it_opens_a_case() -> None:
    text = (REPOSITORY_ROOT / "docs" / "aml-scenarios.md").read_text()
    told = {row["code"]: (row["runner"], row["alert"].strip()) for row in ROW.finditer(text)}
    expected = {}
    for code, scenario in SCENARIOS.items():
        opens = triage(scenario, scenario.defaults).opens
        about_cases = code in BY_ROUTE
        expected[code] = (runner(code).value, "its own" if about_cases else "opens a case" if opens else "waits")
    assert told == expected


def test_what_is_reported_or_severe_opens_a_case_unless_a_bank_says_otherwise() -> None:
    for code in NIGHTLY:
        scenario = SCENARIOS[code]
        by_itself = triage(scenario, scenario.defaults)
        assert by_itself.opens is (scenario.severity in (Severity.REPORT, Severity.HIGH)), code
        assert triage(scenario, scenario.defaults | {OPENS_CASE: 0}).opens is False
        assert 1 <= by_itself.rank <= LEFT_TO_PEOPLE.rank


def test_schemes_are_the_words_that_the_page_offers() -> None:
    offered = (REPOSITORY_ROOT / "frontend" / "src" / "features" / "cases" / "schemes.ts").read_text()
    for code in NIGHTLY:
        scheme = triage(SCENARIOS[code], {}).scheme
        assert f"'{scheme}'," in offered
        if scheme != LEFT_TO_PEOPLE.scheme:
            assert re.search(rf"^  '?{code}'?: '{scheme}',$", offered, re.MULTILINE), code


def test_a_customer_s_segment_is_what_the_core_says_they_are() -> None:
    assert {segment_of(each) for each in ("person", "business")} == set(Segment)
    assert segment_of(None) is None
