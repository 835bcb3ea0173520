"""`baas credit train | score | explain`: a scorecard from your own loan book, and what it says of applications."""

import argparse
import sys
from pathlib import Path

import polars as pl

from kit.errors import DomainError, NotFound
from kit.settings import settings
from pipelines.credit.attributes import AREA, DEFAULT
from pipelines.credit.behaviour import MAX_STALE_DAYS, attributes, matrix
from pipelines.credit.book import LoanBook, checked, read_book, read_file
from pipelines.credit.judging import REPEATS
from pipelines.credit.own import own_movements, with_opening
from pipelines.credit.page import page
from pipelines.credit.registry import DOCUMENT, MODEL_NAME, PAGE, newest, register
from pipelines.credit.training import score, score_rows, train
from pipelines.tracking import tracking_uri
from risk.scorecard.card import Scaling, Scorecard, decode, encode


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
        prog="baas credit", description=__doc__, epilog="docs/credit-score.md says what the files hold, and what a score means."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    trained = commands.add_parser("train", help="make a card of loans whose end is known, judged by cross-validation")
    _book_options(trained, "loans, with `bad`")
    trained.add_argument("--out", type=Path, required=True, metavar="DIR", help=f"a folder for {DOCUMENT} and {PAGE}")
    trained.add_argument("--register", action="store_true", help=f"in the model registry too, as {MODEL_NAME}")
    trained.add_argument("--use-areas", action="store_true", help="let statistics of the account's area have points")
    trained.add_argument("--pdo", type=float, default=Scaling().pdo, help="points that double the odds (%(default)s)")
    trained.add_argument(
        "--base-points", type=float, default=Scaling().base_points, help="points of the base odds (%(default)s)"
    )
    trained.add_argument("--base-odds", type=float, default=Scaling().base_odds, help="goods to one bad there (%(default)s)")
    trained.add_argument(
        "--max-stale-days", type=int, default=MAX_STALE_DAYS, metavar="N",
        help="how long before a grant the movements may end for behaviour to be known (%(default)s)",
    )  # fmt: skip
    trained.add_argument("--repeats", type=int, default=REPEATS, help="of the cross-validation (%(default)s)")
    trained.set_defaults(command=_train)
    scored = commands.add_parser("score", help="score applications; CSV on standard output")
    explained = commands.add_parser("explain", help="say of one application where its points come from, and why not more")
    for asked in (scored, explained):
        _book_options(asked, "applications: loans without `bad`, `granted_on` being the day on which they are looked at")
        asked.add_argument("--card", default=MODEL_NAME, help=f"{DOCUMENT}, or {MODEL_NAME} for the newest of the registry")
    scored.set_defaults(command=_score)
    explained.add_argument("loan_id", help="which application")
    explained.set_defaults(command=_explain)
    return parser


def _book_options(parser: argparse.ArgumentParser, loans: str) -> None:
    parser.add_argument("--loans", type=Path, required=True, metavar="FILE", help=loans)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--movements", type=Path, metavar="FILE", help="what moved on the accounts")
    source.add_argument("--tenant", help="take what moved from this bank's own ledger instead")
    parser.add_argument("--orders", type=Path, metavar="FILE", help="standing orders and the day each began")
    parser.add_argument("--areas", type=Path, metavar="FILE", help="statistics of areas and the day each was known")


def _book(options: argparse.Namespace) -> LoanBook:
    if options.movements is not None:
        return read_book(options.loans, options.movements, orders=options.orders, areas=options.areas)
    movements = own_movements(settings().lake, tenant_id=options.tenant)
    orders, areas = (None if path is None else read_file(path) for path in (options.orders, options.areas))
    book = checked(read_file(options.loans), movements, orders, areas)
    return checked(with_opening(book.loans, movements), movements, orders, areas)


def _train(options: argparse.Namespace) -> None:
    scaling = Scaling(base_points=options.base_points, base_odds=options.base_odds, pdo=options.pdo)
    candidates = (*DEFAULT, *AREA) if options.use_areas else DEFAULT
    trained = train(
        _book(options),
        candidates=candidates,
        max_stale_days=options.max_stale_days,
        repeats=options.repeats,
        scaling=scaling,
    )
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / DOCUMENT).write_bytes(encode(trained.card))
    (options.out / PAGE).write_text(page(trained))
    gini, ks = trained.judged["gini"], trained.judged["ks"]
    sys.stdout.write(
        f"{len(trained.card.attributes)} attributes; Gini {gini.mean:.3f} [{gini.low:.3f}, {gini.high:.3f}], "
        f"KS {ks.mean:.3f} [{ks.low:.3f}, {ks.high:.3f}]\n{options.out / PAGE} says the rest\n"
    )
    if options.register:
        reference = {"loans": options.loans.name, "movements": str(options.movements or f"ledger of {options.tenant}")}
        version = register(tracking_uri(settings()), trained, reference=reference)
        sys.stdout.write(f"registered as {MODEL_NAME} {version}\n")


def _score(options: argparse.Namespace) -> None:
    card, book = _card(options.card), _book(options)
    scored = score(card, book)
    told = [[reason.attribute for reason in card.reasons(row)] for row in scored.points.tolist()]
    frame = book.loans.select("loan_id", "account_id").with_columns(
        pl.Series("score", scored.score),
        pl.Series("probability_of_default", scored.probability_of_default),
        pl.Series("reasons", [" ".join(names) for names in told]),
    )
    sys.stdout.write(frame.write_csv(float_precision=6))


def _explain(options: argparse.Namespace) -> None:
    card, book = _card(options.card), _book(options)
    mine = book.loans.with_row_index("place").filter(pl.col("loan_id") == options.loan_id)
    if not len(mine):
        raise NotFound(f"no application {options.loan_id} in {options.loans.name}")
    place = int(mine["place"][0])
    frame = attributes(book, max_stale_days=int(card.training.get("max_stale_days", MAX_STALE_DAYS)))
    values = matrix(frame, card.names)[place : place + 1]
    scored = score_rows(card, values)
    points = scored.points[0].tolist()
    sys.stdout.write(
        f"score {int(scored.score[0])}, probability of default {float(scored.probability_of_default[0]):.2%}\n\n"
        f"{'attribute':<32}{'value':>14}{'points':>8}{'usual':>9}\n"
    )
    for attribute, value, had in zip(card.attributes, values[0].tolist(), points, strict=True):
        shown = "unknown" if value != value else f"{value:,.2f}"
        sys.stdout.write(f"{attribute.name:<32}{shown:>14}{had:>8}{attribute.usual_points:>9.1f}\n")
    reasons = card.reasons(points)
    if reasons:
        sys.stdout.write("\nwhy it is not higher:\n")
    for reason in reasons:
        sys.stdout.write(f"- {reason.sentence} ({reason.points_lost:.1f} points below what is usual)\n")


def _card(named: str) -> Scorecard:
    return newest(tracking_uri(settings())) if named == MODEL_NAME else decode(Path(named).read_bytes())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
