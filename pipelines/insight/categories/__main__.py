"""`python -m pipelines.insight.categories train | say | learn`: learn what movements were for, and try what was learned."""

import argparse
import os
import sys
from datetime import date
from pathlib import Path

from contracts.categories import CounterpartyKind
from contracts.ledger_events import Purpose
from insight.categories.deciding import Asked, decide
from insight.categories.files import DOCUMENT
from insight.categories.model import encode, read
from kit.clock import SystemClock
from kit.errors import DomainError
from kit.settings import settings
from ledger.days import last_ended
from pipelines.insight.categories.labelled import read_lines, read_marks
from pipelines.insight.categories.learning import learn
from pipelines.insight.categories.registry import MODEL_NAME, register
from pipelines.insight.categories.training import train
from pipelines.tracking import tracking_uri


def main(arguments: list[str]) -> int:
    """Carry out one command; exit code 2 when what was asked for cannot be."""
    options = _parser().parse_args(arguments)
    try:
        sys.stdout.write(options.command(options))
    except (DomainError, OSError) as problem:
        remedy = f". {problem.remedy}" if isinstance(problem, DomainError) else ""
        sys.stderr.write(f"{problem}{remedy}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipelines.insight.categories", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    trained = commands.add_parser("train", help="learn from statements and what holders called their movements")
    trained.add_argument("--statements", type=Path, required=True, metavar="DIR", help="statements.parquet and marks.parquet")
    trained.add_argument("--until", type=date.fromisoformat, help="the last day to learn from (default: the last there is)")
    trained.add_argument("--out", type=Path, required=True, metavar="FILE", help=f"the model's file, usually {DOCUMENT}")
    trained.add_argument("--register", action="store_true", help=f"in the model registry too, as {MODEL_NAME}")
    trained.set_defaults(command=_train)
    said = commands.add_parser("say", help="say what a payment with a text was for, by the model alone")
    said.add_argument("text")
    said.add_argument("--model", type=Path, required=True, metavar="FILE")
    said.add_argument("--channel", default="pix")
    said.add_argument("--mcc", type=int)
    said.set_defaults(command=_say)
    learned = commands.add_parser("learn", help="learn from the bank's histories, as every night; the projector takes it up")
    learned.add_argument("--until", type=date.fromisoformat, help="the last day to learn from (default: the last that ended)")
    learned.set_defaults(command=_learn)
    return parser


def _train(options: argparse.Namespace) -> str:
    lines, marks = read_lines(options.statements), read_marks(options.statements)
    until = options.until or max(line.booked_day for line in lines)
    trained = train(lines, marks, until=until)
    unfinished = options.out.with_name(f"{options.out.name}.part")
    unfinished.write_bytes(encode(trained.model))
    os.replace(unfinished, options.out)
    told = (
        f"{trained.examples} texts; {trained.held_accuracy_pct:.1f}% of movements with counterparties that had no part in it "
        f"are called as their holders call them; {len(trained.model.merchants)} merchants known\n"
    )
    if options.register:
        version = register(tracking_uri(settings()), trained, source=options.statements.name)
        told += f"registered as {MODEL_NAME} {version}\n"
    return told


def _learn(options: argparse.Namespace) -> str:
    clock = SystemClock()
    return f"{learn(settings(), last_day=options.until or last_ended(clock.now_ms()), clock=clock)}\n"


def _say(options: argparse.Namespace) -> str:
    asked = Asked(
        purpose=Purpose.TRANSFER,
        channel=options.channel,
        mcc=options.mcc,
        kind=CounterpartyKind.OUTSIDE,
        received=False,
        counterparty="",
        text=options.text,
    )
    (said,) = decide([asked], model=read(options.model))
    sure = "" if said.confidence_ppm is None else f" ({said.confidence_ppm / 10_000:.1f}% sure)"
    return f"{said.category} by {said.source}{sure}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
