"""`baas screening formats | load | lists | versions | diff | search | rescreen | learn | pairs`: lists, and who is on them."""

import argparse
import csv
import json
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from kit.clock import SystemClock
from kit.errors import DomainError, NotFound
from kit.postgres import connect
from kit.settings import settings
from pipelines.screening import repository
from pipelines.screening.files import Unreadable
from pipelines.screening.formats import FORMATS, format_of
from pipelines.screening.load import LIST_ID, Wanted, load
from pipelines.screening.waiting import APPLICATION, ROLE
from risk.screening.entry import ListedKind

MADE_UP_PAIRS, MISTYPED, NUMBERED, MOST_SHOWN = 16_000, 4_000, 400, 200
LOADING_MS = 600_000


def main(arguments: list[str]) -> int:
    """Carry out one command; exit code 2 when what was asked for cannot be."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except (DomainError, OSError) as problem:
        remedy = f". {problem.remedy}" if isinstance(problem, DomainError) else ""
        sys.stderr.write(f"{problem}{remedy}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="baas screening",
        description=__doc__,
        epilog="docs/screening.md says what a score means and what becomes of a hit.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("formats", help="the formats that lists come in, where from, on what terms").set_defaults(
        command=lambda _: _formats()
    )
    loaded = commands.add_parser(
        "load", help="load a list; what it says differently is its next version",
        epilog="baas screening load un consolidated.xml    baas screening load own staff.csv --list staff --tenant demo",
    )  # fmt: skip
    loaded.add_argument("format", help=", ".join(sorted(FORMATS)))
    loaded.add_argument("file", type=Path, help="plain or gzip")
    loaded.add_argument("--list", metavar="NAME", help="what the list is called (the format's name)")
    loaded.add_argument("--tenant", help="whose own list it is; without, it is every tenant's")
    loaded.add_argument("--licence", help="on what terms it may be used (the format's own)")
    loaded.add_argument("--force", action="store_true", help="even though a great part of it is gone")
    loaded.add_argument("--by", default=os.environ.get("USER", "operator"), help="who loads it (%(default)s)")
    loaded.set_defaults(command=_load)
    commands.add_parser("lists", help="the lists that are loaded").set_defaults(command=lambda _: _lists())
    versions = commands.add_parser("versions", help="a list's versions, newest first")
    versions.add_argument("list", help="its name")
    versions.set_defaults(command=_versions)
    difference = commands.add_parser("diff", help="who was added, removed and changed from one version to a later one")
    difference.add_argument("list", help="its name")
    difference.add_argument("before", type=int, nargs="?", help="the earlier version (the one before the newest)")
    difference.add_argument("after", type=int, nargs="?", help="the later one (the newest)")
    difference.set_defaults(command=_difference)
    searched = commands.add_parser(
        "search", help="hold a name against lists' files, without a database, and say why each entry is met"
    )
    searched.add_argument("name", help="as it is written, in any script")
    searched.add_argument("lists", nargs="+", metavar="FORMAT:FILE", help="un:consolidated.xml, own:staff.csv …")
    searched.add_argument(
        "--kind", choices=list(ListedKind), default=ListedKind.UNKNOWN.value, help="%(default)s is held against all"
    )
    searched.add_argument("--birth", action="append", default=[], metavar="DATE", help="1971, 1971-03 or 1971-03-25")
    searched.add_argument("--country", action="append", default=[], metavar="CODE", help="ISO 3166-1, two letters")
    searched.set_defaults(command=_search)
    again = commands.add_parser("rescreen", help="screen every customer who was not, as they and the lists are now")
    again.set_defaults(command=lambda _: _rescreen())
    learned = commands.add_parser("learn", help="learn the weights anew, of made-up names and lists or pairs of your own")
    learned.add_argument("lists", nargs="*", metavar="FORMAT:FILE", help="lists whose licence allows it")
    learned.add_argument("--pairs", type=Path, action="append", default=[], metavar="CSV", help="query, candidate, match")
    learned.add_argument("--seed", type=int, default=1, help="of what is made up and drawn (%(default)s)")
    learned.add_argument("--out", type=Path, required=True, metavar="FILE", help="the weights, as risk/screening/weights.json")
    learned.set_defaults(command=_learn)
    drawn = commands.add_parser(
        "pairs", help="labelled pairs of a list's entries that are never learned from, for `baas bench screening`"
    )
    drawn.add_argument("lists", nargs="+", metavar="FORMAT:FILE", help="us-consolidated:consolidated.csv …")
    drawn.add_argument("--seed", type=int, default=1, help="of what is drawn (%(default)s)")
    drawn.add_argument(
        "--apart",
        action="store_true",
        help="leave out neighbours that the list shows to be the same: a name or document is shared",
    )
    drawn.add_argument("--out", type=Path, required=True, metavar="CSV", help="query, candidate, match")
    drawn.set_defaults(command=_pairs)
    return parser


def _formats() -> None:
    for form in FORMATS.values():
        sys.stdout.write(f"{form.name}\n  {form.what}\n  {form.source}\n  {form.licence}\n")


def _load(options: argparse.Namespace) -> None:
    form = format_of(options.format)
    name = options.list or form.name
    if not re.fullmatch(LIST_ID, name):
        raise NotFound(f"a list's name has small letters, digits and hyphens, 48 at most, and not {name!r}")
    wanted = Wanted(name, options.tenant, options.by, options.licence or form.licence, options.force)
    with connect(settings().core.dsn(ROLE), application=APPLICATION, statement_timeout_ms=LOADING_MS) as connection:
        found = load(connection, options.file, form, wanted, clock=SystemClock())
    if not found.is_new:
        sys.stdout.write(f"{name}: as version {found.version} has it, {found.entries:,} entries\n")
        return
    sys.stdout.write(
        f"{name}: version {found.version}, {found.entries:,} entries: {found.added:,} added, {found.removed:,} removed, "
        f"{found.changed:,} changed\n"
    )


def _lists() -> None:
    with connect(settings().core.dsn(ROLE), application=APPLICATION) as connection:
        for row in repository.lists(connection):
            whose = "every tenant" if row["tenant_id"] is None else row["tenant_id"]
            sys.stdout.write(
                f"{row['list_id']:<20} {whose:<14} version {row['version']:<5} {row['entries']:>9,} entries  "
                f"{row['loaded_at']:%Y-%m-%d %H:%M}\n  {row['licence']}\n"
            )


def _versions(options: argparse.Namespace) -> None:
    with connect(settings().core.dsn(ROLE), application=APPLICATION) as connection:
        found = repository.versions(connection, options.list)
    if not found:
        raise NotFound(f"there is no list {options.list}")
    for row in found:
        sys.stdout.write(
            f"{row['version']:>5}  {row['loaded_at']:%Y-%m-%d %H:%M}  {row['entries']:>9,} entries  +{row['added']:,} "
            f"-{row['removed']:,} ~{row['changed']:,}  {row['loaded_by']}{'  forced' if row['forced'] else ''}  "
            f"{row['sha256'][:16]}\n"
        )


def _difference(options: argparse.Namespace) -> None:
    with connect(settings().core.dsn(ROLE), application=APPLICATION) as connection:
        newest = repository.newest(connection, options.list)
        if newest is None:
            raise NotFound(f"there is no list {options.list}")
        after = options.after or newest["version"]
        before = after - 1 if options.before is None else options.before
        rows = repository.difference(connection, list_id=options.list, before=before, after=after, limit=MOST_SHOWN)
    for row in rows:
        sign = {(False, True): "+", (True, False): "-"}.get((row["was"], row["is_now"]), "~")
        sys.stdout.write(f"{sign} {row['entry_id']}  {row['name']}\n")
    sys.stdout.write(
        f"{len(rows)} of {options.list} from version {before} to {after}{' and more' if len(rows) == MOST_SHOWN else ''}\n"
    )


def _files(texts: Iterable[str]) -> Iterable[tuple[str, Path]]:
    for text in texts:
        form, _, path = text.partition(":")
        if not path:
            raise Unreadable(f"say a format and a file, as un:consolidated.xml, and not {text!r}")
        yield form, Path(path)


def _search(options: argparse.Namespace) -> None:
    from risk.screening.book import Book, digest_of
    from risk.screening.index import Asked
    from risk.screening.pair import compare

    sources = (
        (form, digest_of(entry)[1], entry) for form, path in _files(options.lists) for entry in format_of(form).read(path)
    )
    book = Book(sources, key=b"")
    asked = Asked(options.name, ListedKind(options.kind), tuple(options.birth), tuple(options.country))
    for match in book.find(asked):
        explained = compare(options.name, match.hit.name)
        met = [
            {"query": " ".join(each.query), "listed": " ".join(each.listed), "way": each.way, "alike": each.alike}
            for each in explained.met
        ]
        shown = {
            "score": round(match.hit.score, 4), "list": match.list_id, "entry": match.entry.entry_id, "name": match.hit.name,
            "met": met, "query_alone": explained.query_alone, "listed_alone": explained.listed_alone,
            "birth": match.hit.evidence.birth, "countries": match.hit.evidence.countries,
        }  # fmt: skip
        sys.stdout.write(json.dumps(shown, ensure_ascii=False) + "\n")


def _rescreen() -> None:
    from pipelines.screening.rescreen import rescreen

    for done in rescreen(settings(), clock=SystemClock()):
        sys.stdout.write(f"{done.tenant_id}: {done.customers:,} customers screened, {done.hits:,} hits to look at\n")


def _learn(options: argparse.Namespace) -> None:
    from pipelines.screening.learning import NamePair, learn, pairs_of_list
    from risk.screening.model import encode
    from simulator.labelled_names import labelled_pairs, mistyped_pairs, numbered_pairs

    seed = options.seed
    made_up = [
        *labelled_pairs(MADE_UP_PAIRS, seed=seed), *mistyped_pairs(MISTYPED, seed=seed), *numbered_pairs(NUMBERED, seed=seed),
    ]  # fmt: skip
    made_pairs, pairs = [NamePair(each.query, each.candidate, each.match) for each in made_up], list[NamePair]()
    told = [f"{len(made_pairs):,} made-up pairs (simulator/labelled_names, seed {options.seed})"]
    for form, path in _files(options.lists):
        drawn = pairs_of_list(format_of(form).read(path), seed=options.seed)
        told.append(f"{len(drawn):,} pairs of {format_of(form).what}. {format_of(form).licence}")
        pairs += drawn
    for path in options.pairs:
        with path.open(newline="", encoding="utf-8") as file:
            own = [
                NamePair(row["query"], row["candidate"], row["match"].lower() in ("1", "true", "yes"))
                for row in csv.DictReader(file)
            ]
        told.append(f"{len(own):,} pairs of {path.name}")
        pairs += own
    weights = learn(made_pairs, pairs, learned_from=told)
    options.out.write_text(encode(weights))
    sys.stdout.write(f"{len(made_pairs) + len(pairs):,} pairs; a name counts as met from {weights.threshold:.3f}\n")


def _pairs(options: argparse.Namespace) -> None:
    from pipelines.screening.learning import held_out_pairs

    drawn = [
        pair
        for form, path in _files(options.lists)
        for pair in held_out_pairs(format_of(form).read(path), seed=options.seed, apart=options.apart)
    ]
    with options.out.open("w", newline="", encoding="utf-8") as file:
        written = csv.writer(file)
        written.writerow(("query", "candidate", "match"))
        written.writerows((pair.query, pair.candidate, int(pair.match)) for pair in drawn)
    sys.stdout.write(f"{len(drawn):,} pairs, of which {sum(pair.match for pair in drawn):,} are one name\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
