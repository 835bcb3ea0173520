"""Rows of one's own list: what is right becomes entries, what is wrong is told of with its line and column."""

import pytest

from risk.screening.book import digest_of
from risk.screening.entry import ListedKind, NameQuality
from risk.screening.reading.difference import EntryChange, difference
from risk.screening.reading.own import MAX_ROWS, MOST_TOLD, Parsed, of_csv, of_rows

HEADER = "id,kind,name,aliases,births,countries,documents,reason"


def told(parsed: Parsed) -> list[tuple[int, str | None]]:
    return [(each.line, each.column) for each in parsed.problems]


def test_a_row_becomes_an_entry_whatever_divides_its_columns():
    commas = of_csv(f"{HEADER}\n17,person,Téodora  Quimbo,T. Quimbo;Teo,25 Mar 1971,Brasil;US,123,owes\n")
    head = HEADER.replace(",", ";")
    semicolons = of_csv(f'\ufeff{head}\r\n17;person;Téodora Quimbo;"T. Quimbo;Teo";25 Mar 1971;"BR;US";123;owes\r\n')
    rows = of_rows([{"id": "17", "kind": "person", "name": "Téodora Quimbo", "aliases": ["T. Quimbo", "Teo"],
                     "births": ["1971-03-25"], "countries": ["BR", "US"], "documents": ["123"], "reason": "owes"}])  # fmt: skip
    assert commas.problems == semicolons.problems == rows.problems == []
    assert commas.entries == semicolons.entries == rows.entries
    [entry] = commas.entries
    assert (entry.kind, entry.births, entry.countries) == (ListedKind.PERSON, ["1971-03-25"], ["BR", "US"])
    assert (entry.names[0].text, entry.names[0].quality) == ("Téodora Quimbo", NameQuality.PRIMARY)


@pytest.mark.parametrize(
    ("row", "where"),
    [
        ("1,persn,Ana Lima,,,,,", (2, "kind")),
        ("1,person,...,,,,,", (2, "name")),
        (",person,Ana Lima,,,,,", (2, "id")),
        ("1,person,Ana Lima,--,,,,", (2, "aliases")),
        ("1,person,Ana Lima,,31/31/1971,,,", (2, "births")),
        ("1,person,Ana Lima,,,Atlantis,,", (2, "countries")),
        ("1,person,Ana Lima", (2, None)),
        (f"1,person,{'a' * 600},,,,,", (2, "name")),
        ("1,person,Ana\x00Lima,,,,,", (2, "name")),
        ('1,person,"Ana', (2, None)),
    ],
)
def test_a_row_that_is_wrong_is_named_and_the_others_are_read(row, where):
    parsed = of_csv(f"{HEADER}\n{row}\n")
    assert where in told(parsed)
    if where[1] is not None:
        assert [each.entry_id for each in of_csv(f"{HEADER}\n{row}\n2,person,Bia Dias,,,,,\n").entries] == ["2"]


def test_an_id_that_is_there_twice_is_told_with_both_lines():
    parsed = of_csv(f"{HEADER}\n1,person,Ana Lima,,,,,\n\n1,person,Bia Dias,,,,,\n")
    assert told(parsed) == [(4, "id")]
    assert "line 2" in parsed.problems[0].message


@pytest.mark.parametrize("text", ["", "\n", "id,name\n1,Ana", "id,kind,name,shoe\n", "id,kind,name,name\n", "id,kind,name\n"])
def test_a_file_that_is_none_says_what_a_list_looks_like(text):
    parsed = of_csv(text)
    assert (parsed.entries, parsed.problems[0].line) == ([], 1)


def test_what_is_told_and_what_is_read_are_bounded():
    wrong = of_csv("id,kind,name\n" + "1,x,y\n" * 500)
    assert len(wrong.problems) == MOST_TOLD
    long = of_rows({"id": str(number), "kind": "person", "name": "Ana Lima"} for number in range(MAX_ROWS + 5))
    assert (len(long.entries), told(long)) == (MAX_ROWS, [(MAX_ROWS + 1, None)])


def test_a_list_differs_by_who_comes_goes_and_is_said_otherwise():
    before = of_rows({"id": each, "kind": "person", "name": f"Name {each}"} for each in "abc").entries
    after = of_rows({"id": each, "kind": "person", "name": f"Name {each.upper()}" if each == "b" else f"Name {each}"}
                    for each in "bcd").entries  # fmt: skip
    found = difference({each.entry_id: (digest_of(each)[1], each) for each in before}, after)
    assert [(each.entry_id, each.change, each.name) for each in found] == [
        ("a", EntryChange.REMOVED, "Name a"), ("b", EntryChange.CHANGED, "Name B"), ("d", EntryChange.ADDED, "Name d"),
    ]  # fmt: skip
