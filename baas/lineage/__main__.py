"""`baas lineage where NAME` and `baas lineage breaks NAME`: trees for people, `--json` for programs."""

import argparse
import json
import sys

from psycopg import OperationalError

from baas.lineage.gather import gather
from baas.lineage.graph import as_object, as_text
from baas.operator_errors import explain
from kit.errors import DomainError
from kit.settings import settings

_NAMES = 'TABLE.COLUMN, topic:NAME, metric:DATASET/NAME, chart:DASHBOARD/NAME, dashboard:NAME, or a route ("GET /v1/decisions")'


def main() -> int:
    """Answer one question; exit code 1 where there is nothing of that name."""
    options = _parser().parse_args()
    try:
        found = gather(settings())
        if options.question == "where":
            tree = found.lineage.where(options.name, rows=options.rows)
        else:
            tree = found.lineage.breaks(options.name)
    except DomainError as problem:
        sys.stderr.write(f"{problem.detail}\n{problem.remedy}\n")
        return 1
    except OperationalError as problem:
        sys.stderr.write(f"{explain(problem)}\n")
        return 1
    for model in found.not_understood:
        sys.stderr.write(f"WARNING: of this model only the tables are known: {model}\n")
    sys.stdout.write((json.dumps(as_object(tree), ensure_ascii=False) if options.json else as_text(tree)) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="baas lineage", description="Where a number comes from, and what rests on a column.")
    questions = parser.add_subparsers(dest="question", required=True)
    where = questions.add_parser("where", help="what a number is made of, down to the topics")
    where.add_argument("--rows", action="store_true", help="and what decides which rows are counted")
    breaks = questions.add_parser("breaks", help="what would go with a column or a topic, up to the charts")
    for each in (where, breaks):
        each.add_argument("name", help=_NAMES)
        each.add_argument("--json", action="store_true", help="for programs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
