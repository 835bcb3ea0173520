"""docs/rules.md says what the language does: it is written from it, and its examples are run."""

import re

import pytest

from risk.expressions.check import check
from risk.expressions.document import DOCUMENT, EXAMPLES, LISTS, as_markdown
from risk.expressions.grammar import parse
from risk.expressions.program import Clause, Program
from risk.expressions.resolve import FUNCTIONS
from risk.expressions.schema import Schema
from tests.risk.expressions import columns
from tests.risk.expressions.oracle import evaluate

ROWS = 200


def test_the_page_is_what_the_language_says():
    assert DOCUMENT.read_text() == as_markdown(), "run `python -m risk.expressions.document`"


def test_each_function_is_described():
    table = DOCUMENT.read_text().partition("## Functions")[2].partition("## ")[0]
    assert sorted(re.findall(r"`(\w+)\(", table)) == sorted(FUNCTIONS)


@pytest.mark.parametrize("source", re.findall(r"```cel\n(.*?)\n```", DOCUMENT.read_text(), re.DOTALL))
def test_an_example_is_checked_and_run(source, monkeypatch):
    monkeypatch.setattr(columns, "LISTS", {name: {"payee-1", "shared"} for name in LISTS})
    checked = check(source, Schema.of(lists=LISTS))
    rows = columns.random_rows(3, ROWS)
    found = columns.hits(Program([Clause(checked, 0)]), rows)[:, 0].astype(bool).tolist()
    names = [field.name for field in checked.names]
    expected = [evaluate(parse(source), columns.oracle_row(rows, row, names)) is True for row in range(ROWS)]
    assert found == expected
    assert source in EXAMPLES.values()
