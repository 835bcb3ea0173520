"""The index finds what comparing with every entry would, and says the same of it."""

import threading

import pytest

from risk.screening.entry import Entry, ListedKind, ListedName, NameQuality
from risk.screening.evidence import BirthAgreement, CountryAgreement, evidence
from risk.screening.index import Asked, Index
from risk.screening.pair import compare
from simulator.labelled_names import made_up_names, typing_errors

NAMES = made_up_names(600, seed=5)


def entry(number: int, name: str, **more: object) -> Entry:
    return Entry(entry_id=str(number), names=[ListedName(name, NameQuality.PRIMARY)], **more)


@pytest.fixture(scope="module")
def index() -> Index:
    return Index([entry(number, name) for number, name in enumerate(NAMES)])


def test_what_is_nearest_among_all_is_found(index: Index):
    missed = 0
    for pair in typing_errors(NAMES[:60], seed=3):
        best = max(compare(pair.query, name).score for name in NAMES)
        if best < index.threshold:
            continue
        found = index.find(Asked(pair.query))
        missed += not found or found[0].score < best - 1e-4
    assert missed <= 2


def test_a_score_is_the_one_of_the_two_names(index: Index):
    for hit in index.find(Asked(NAMES[7])):
        assert hit.score == pytest.approx(compare(NAMES[7], hit.name).score, abs=1e-4)


def test_searches_of_several_threads_do_not_disturb_one_another(index: Index):
    alone = [[(hit.place, round(hit.score, 5)) for hit in index.find(Asked(name))] for name in NAMES[:40]]
    found: dict[int, list[object]] = {}

    def ask(place: int) -> None:
        found[place] = [[(hit.place, round(hit.score, 5)) for hit in index.find(Asked(name))] for name in NAMES[:40]]

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert all(each == alone for each in found.values())


def test_kind_birth_and_country_are_evidence():
    index = Index(
        [
            entry(1, "Klaus Testmann", kind=ListedKind.PERSON, births=["1971-03-25"], countries=["DE"]),
            entry(2, "Klaus Testmann", kind=ListedKind.PERSON, births=["1950"], countries=["AT"]),
            entry(3, "Klaus Testmann", kind=ListedKind.VESSEL),
        ]
    )
    found = index.find(Asked("Klaus Testmann", ListedKind.PERSON, ("1971-03-25",), ("DE",)), threshold=0.01)
    assert [index.entries[hit.place].entry_id for hit in found] == ["1", "2"]
    assert found[0].score > found[0].name_score > found[1].score
    assert len(index.find(Asked("Klaus Testmann"))) == 3


def test_a_weak_alias_counts_for_less():
    names = [ListedName("Klaus Testmann", NameQuality.PRIMARY), ListedName("Der Zanbo", NameQuality.WEAK)]
    index = Index([Entry(entry_id="1", names=names)])
    strong = Index([Entry(entry_id="1", names=[ListedName("Der Zanbo", NameQuality.ALIAS)])])
    asked = Asked("Der Zanbo")
    assert index.find(asked, threshold=0.05)[0].score < strong.find(asked, threshold=0.05)[0].score


@pytest.mark.parametrize(
    ("birth", "listed", "met"),
    [
        ("1971-03-05", "1971-03-05", BirthAgreement.SAME_DAY),
        ("1971-03-05", "1971-05-03", BirthAgreement.SWAPPED),
        ("1971", "1971-05-03", BirthAgreement.SAME_YEAR),
        ("1972", "1970/1975", BirthAgreement.SAME_YEAR),
        ("1972", "1971", BirthAgreement.NEAR),
        ("1972", "1960", BirthAgreement.APART),
        ("nonsense", "1960", BirthAgreement.UNKNOWN),
    ],
)
def test_dates_of_birth_agree_or_not(birth, listed, met):
    found = evidence(births=[birth], listed_births=[listed], countries=["BR"], listed_countries=["BR", "PT"])
    assert (found.birth, found.countries) == (met, CountryAgreement.SHARED)


def test_an_empty_index_meets_nothing():
    assert Index([]).find(Asked("Klaus Testmann")) == []


@pytest.mark.parametrize(
    ("asked", "listed"),
    [
        ("EPIDA", "EP-IDA"),
        ("GP21", "GP-21"),
        ("ZANBOKORVITRADINGLIMITED", "Zanbo Korvi Trading Limited"),
        ("Zanbo Industrial Group", "Zanbo Industrial Group (ZIG)"),
        ("JP Testmann", "Johann Peter Testmann"),
        ("First Zanbo Bank", "1st Zanbo Bank"),
        ("KHOSROVANTESTRAKZAIKHUDORI", "Khosrovan Testrakzai Khudori"),
    ],
)
def test_what_two_names_say_of_one_another_is_found_among_many(asked: str, listed: str):
    index = Index([entry(number, name) for number, name in enumerate((*NAMES[:200], listed))])
    assert compare(asked, listed).score >= index.threshold
    assert [hit.name for hit in index.find(Asked(asked))][:1] == [listed]
