"""What weights are learned from, and what they are judged by: never the same, and no entry against itself."""

from pipelines.screening.learning import held_out_pairs, is_held_out, one_and_the_same, pairs_of_list
from risk.screening.entry import Entry, ListedName
from simulator.labelled_names import made_up_names, typing_errors


def listed(entry_id: str, *names: str, documents: tuple[str, ...] = ()) -> Entry:
    return Entry(entry_id=entry_id, names=[ListedName(name) for name in names], documents=list(documents))


def made_up(count: int) -> list[Entry]:
    names = made_up_names(count, seed=5)
    return [listed(str(place), pair.candidate, pair.query) for place, pair in enumerate(typing_errors(names, seed=5))]


def test_entries_that_share_a_name_or_a_document_are_one_by_way_of_others_too():
    groups = one_and_the_same([
        listed("1", "Zanbo Korvi"), listed("2", "KORVI, Zanbo", "Zanbo K."), listed("3", "Somebody Else", documents=("P-7",)),
        listed("4", "Zanbo K.", documents=("P-7",)), listed("5", "Zanbo Korvin"),
    ])  # fmt: skip
    assert len(set(groups[:4])) == 1
    assert groups[4] != groups[0]


def test_what_is_held_out_is_never_learned_from():
    entries = made_up(200)
    held = {name.text for entry in entries if is_held_out(entry) for name in entry.names}
    learned = {name for pair in pairs_of_list(entries, seed=1) for name in (pair.query, pair.candidate)}
    assert len(held) > 20
    assert learned
    assert not held & learned
    judged = held_out_pairs(entries, seed=1)
    assert {pair.match for pair in judged} == {True, False}
    assert {pair.query for pair in judged} <= held


def test_neighbours_that_the_list_shows_to_be_the_same_are_left_out_when_asked():
    entries = made_up(100)
    twice = [listed(f"{entry.entry_id}-again", f"{entry.names[0].text} Again", documents=("same",)) for entry in entries]
    whole = [listed(entry.entry_id, entry.names[0].text, documents=("same",)) for entry in entries[:1]] + entries[1:] + twice
    again = {name.text for entry in (*twice, whole[0]) for name in entry.names}

    def neighbours(*, apart: bool) -> int:
        drawn = [pair for pair in held_out_pairs(whole, seed=1, apart=apart) if not pair.match]
        return sum(pair.query in again and pair.candidate in again for pair in drawn)

    assert neighbours(apart=False) > 0
    assert neighbours(apart=True) == 0
