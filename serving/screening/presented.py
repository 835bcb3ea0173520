"""Matches as they are shown: how sure, of whom, and which words met which."""

from collections.abc import Sequence

from risk.screening.book import Book, Match, find_in
from risk.screening.entry import Entry
from risk.screening.evidence import Evidence, evidence
from risk.screening.index import Asked
from risk.screening.pair import Explained, compare

Shown = dict[str, object]


def search(books: Sequence[Book], asked: Asked, *, threshold: float | None, limit: int) -> list[Shown]:
    """Hold a name against books and show what is met, the surest first."""
    return [_match(match, asked) for match in find_in(books, asked, threshold=threshold, limit=limit)]


def entry_shown(entry: Entry) -> Shown:
    """Return who is listed."""
    return {
        "kind": entry.kind.value,
        "names": [{"text": each.text, "quality": each.quality.value} for each in entry.names],
        "births": entry.births,
        "countries": entry.countries,
        "programmes": entry.programmes,
        "documents": entry.documents,
        "reason": entry.reason,
    }


def why(asked: Asked, entry: Entry) -> Shown:
    """Return why a name meets an entry: by the name of it that is met best, whatever the score."""
    compared = [(compare(asked.name, listed.text), listed.text) for listed in entry.names]
    explained, name = max(compared, key=lambda each: each[0].score)
    known = evidence(
        births=asked.births, listed_births=entry.births, countries=asked.countries, listed_countries=entry.countries
    )
    return _why(name, explained.score, known, explained)


def _match(match: Match, asked: Asked) -> Shown:
    hit = match.hit
    return {
        "list_id": match.list_id,
        "entry_id": match.entry.entry_id,
        "score": round(hit.score, 4),
        "entry": entry_shown(match.entry),
        "why": _why(hit.name, hit.name_score, hit.evidence, compare(asked.name, hit.name)),
    }


def _why(name: str, name_score: float, known: Evidence, explained: Explained) -> Shown:
    return {
        "name": name,
        "name_score": round(name_score, 4),
        "met": [
            {"asked": list(each.query), "listed": list(each.listed), "way": each.way.value, "alike": each.alike}
            for each in explained.met
        ],
        "asked_alone": list(explained.query_alone),
        "listed_alone": list(explained.listed_alone),
        "order_differs": explained.order_differs,
        "first_letters": explained.acronym,
        "birth": known.birth.value,
        "countries": known.countries.value,
    }
