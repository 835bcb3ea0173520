"""Two names: what counts as one, what does not, and what is said of why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.screening.model import built_in
from risk.screening.pair import MeetingWay, compare
from risk.screening.writing import MAX_TOKENS, tokens_of

THRESHOLD = built_in().threshold
ONE = [
    ("John Testmann", "Testmann, John"),
    ("Jose Maria Garcia Lopez", "José María García"),
    ("Mr John Testmann Sr.", "john testmann"),
    ("J. P. Testmann", "Johann Peter Testmann"),
    ("Bill Testmann", "William Testmann"),
    ("Иван Тестманов", "Ivan Testmanov"),
    ("محمد صالح التميمي", "Mohammed Saleh al-Tamimi"),
    ("Γιώργος Παπαδόπουλος", "Giorgos Papadopoulos"),
    ("김민준", "Kim Min-jun"),
    ("王建国", "Wang Jianguo"),
    ("Abdulrahman al-Masri", "Abd al-Rahman Almasri"),
    ("Yevgeniy Shcherbakov", "Evgenij Schtscherbakow"),
    ("JohnPeterTestmann", "John Peter Testmann"),
    ("Testmann GmbH & Co. KG", "TESTMANN Gesellschaft mit beschränkter Haftung"),
    ("ООО Промтест", "Promtest LLC"),
    ("Zanbo Intl Trdg Co", "Zanbo International Trading Company Limited"),
    ("Zanbo Shiping Lines", "Zanbo Shipping Lines"),
    ("ZNCB", "Zanbo National Construction Bank"),
    ("S.A. Zanbo", "Zanbo Sociedad Anónima"),
    ("Jo Chol Song", "Cho Ch'o'l-so'ng"),
    ("NPP Zanbo", "Zanbo Scientific-Production Enterprise"),
    ("Publichne Aktsionerne Tovarystvo Zanbokor", "PJSC Zanbokor"),
    ("T3stmann Kl4us", "Klaus Testmann"),
    ("JP Testmann", "Johann Peter Testmann"),
    ("A. J. Testmann", "Testmann, AJ"),
    ("ZanbokorAG", "Zanbokor AG"),
    ("Zanbo National Industrial Group", "Zanbo National Industrial Group (ZNIG)"),
    ("Zanbo Korvi Group (ZGK)", "Zanbo Korvi Group (ZKG)"),
    ("1st Zanbo Bank", "First Zanbo Bank"),
    ("Zanbo Field Forty-Four", "Zanbo Field 44"),
    ("Three Zanbo Partners", "3 Zanbo Partners"),
]
TWO = [
    ("John Testmann", "Peter Testmann"),
    ("John Testmann", "John Probst"),
    ("Zanbo Bank", "Korvi Bank"),
    ("Zanbo Trading LLC", "Korvi Trading LLC"),
    ("Maria", "Maria Testmann"),
    ("Mohammed Hassan Saleh", "Mohammed Hassan Darwish"),
    ("Zanbo Fund III LP", "Zanbo Fund IV LP"),
    ("Zanbo Field 702", "Zanbo Field 715"),
    ("Testmann, Anna", "Testmann, Klaus"),
    ("Testmann, Klaus W.", "Klaus G. Testmann"),
    ("Josh A. Testmann", "Aaron A. Testmann"),
    ("K. T.", "Klaus Testmann"),
    ("K T", "Klaus Anton Testmann"),
    ("Zanbo Field Forty-Four", "Zanbo Field 45"),
    ("", "John Testmann"),
    ("«!»", "John Testmann"),
]


@pytest.mark.parametrize(("query", "listed"), ONE)
def test_one_name_is_known_however_it_is_written(query, listed):
    assert compare(query, listed).score >= THRESHOLD


@pytest.mark.parametrize(("query", "listed"), TWO)
def test_two_names_stay_two(query, listed):
    assert compare(query, listed).score < THRESHOLD


def test_a_word_that_many_share_tells_less_than_a_rare_one():
    rare = compare("Muhammad Testokratis", "Ibrahim Testokratis").score
    assert rare > compare("Muhammad Testokratis", "Muhammad Korvindale").score


def test_it_says_which_word_met_which_and_how():
    said = compare("Yousef J. Testman", "TESTMANN, Yusuf Jamal Omar")
    assert {(met.query, met.listed): met.way for met in said.met} == {
        (("testman",), ("testmann",)): MeetingWay.SPELLING,
        (("yousef",), ("yusuf",)): MeetingWay.VARIANT,
        (("j",), ("jamal",)): MeetingWay.INITIAL,
    }
    assert (said.query_alone, said.listed_alone, said.order_differs) == ((), ("omar",), True)


def test_an_initial_meets_its_like_before_a_longer_name():
    said = compare("Josh A. Testmann", "Aaron A. Testmann")
    assert {(met.query, met.listed) for met in said.met} == {(("a",), ("a",)), (("testmann",), ("testmann",))}
    assert (said.query_alone, said.listed_alone) == (("josh",), ("aaron",))


def test_words_meet_their_own_before_the_letters_that_stand_for_them():
    said = compare("Zanbo National Industrial Group", "Zanbo National Industrial Group (ZNIG)")
    assert {met.way for met in said.met} == {MeetingWay.EQUAL}
    assert (said.query_alone, said.listed_alone) == ((), ("znig",))


def test_letters_that_stand_together_are_met_as_the_first_of_names():
    said = compare("Testmann JP", "Johann Peter Testmann")
    assert (("jp",), ("johann", "peter"), MeetingWay.ACRONYM) in [(met.query, met.listed, met.way) for met in said.met]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Ig0r T3stmann", ["igor", "testmann"]),
        ("B2B R2D2 3M 4x4", ["b2b", "r2d2", "3m", "4x4"]),
        ("ZanboAG McDonald", ["zanbo", "ag", "mcdonald"]),
        ("Twenty-one Fourty 4 Thirty Zanbo", ["21", "44", "thirty", "zanbo"]),
    ],
)
def test_figures_and_capitals_are_read_as_they_are_meant(name, words):
    assert [each.text for each in tokens_of(name)] == words


def test_words_that_were_written_together_are_met_together():
    said = compare("Abdulrahman Testmann", "Abdul Rahman Testmann")
    assert (("abdulrahman",), ("abdul", "rahman"), MeetingWay.GLUED) in [(met.query, met.listed, met.way) for met in said.met]


def test_nothing_is_more_alike_than_the_same_words():
    same = compare("Klaus Zanbomann", "Klaus Zanbomann").score
    assert all(
        same >= compare("Klaus Zanbomann", other).score for other in ("Claus Zanboman", "Klaus K. Zanbomann", "Zanbomann")
    )


NAMES = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=80)


@given(NAMES, NAMES)
def test_any_two_texts_have_a_score_and_order_of_asking_hardly_matters(one, other):
    score, turned = compare(one, other).score, compare(other, one).score
    assert 0.0 <= score <= 1.0
    assert abs(score - turned) < 0.35


@given(NAMES)
def test_a_text_is_at_most_so_many_words_of_plain_letters(text):
    tokens = tokens_of(text)
    assert len(tokens) <= MAX_TOKENS
    assert all(each.text.isascii() and each.text.isalnum() and each.text == each.text.lower() for each in tokens)


@given(
    st.lists(st.sampled_from(["anna", "testmann", "klaus", "zanbo", "probst", "garcia"]), min_size=2, max_size=4, unique=True)
)
def test_a_name_is_itself_in_any_order(words):
    assert compare(" ".join(words), " ".join(reversed(words))).score >= THRESHOLD
