"""SQL lies in modules named for it, and is put together from constants alone: what comes from outside is bound."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.settings import REPOSITORY_ROOT
from tests.platform.test_dependencies import PYPROJECT

STATEMENT = re.compile(
    r"\s*(select\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|with\s+\w+\s*(\(.*\))?\s*as\s|truncate\s|show\s+\w+$"
    r"|copy\s+\S+\s*(\(|from|to)|(create|alter|drop)\s+(temporary\s+)?(table|database|role|schema|index|publication|system)\s)",
    re.IGNORECASE | re.DOTALL,
)
# Modules that hold SQL and have another name, each because it is the one place of what it is named for.
NAMED_FOR_IT = {
    "cases/scenario_versions.py": "which values of scenarios hold: what streams and batches read of governance",
    "ledger/accounts.py": "the ledger's own tables",
    "ledger/claims.py": "the ledger's own tables",
    "ledger/holds.py": "the ledger's own tables",
    "ledger/sandboxes.py": "how far ahead sandboxes are",
    "ledger/trial_balance.py": "the ledger's own tables",
    "bench/processor_time.py": "the processes that serve a database",
    "kit/outbox.py": "the outbox's one insert",
    "kit/postgres.py": "the tenant of a transaction",
    "pipelines/reconcile/stores.py": "what reconciliation reads",
    "pipelines/sql/session.py": "what DuckDB is told of a copied mart",
    "serving/identity/seed.py": "the demo's users",
    "serving/operations.py": "whether the databases answer",
    "streams/projector/compared.py": "what is compared of the read model and the ledger",
    "streams/projector/generations.py": "which generation of the read model is read, and how far each has come",
    "streams/projector/core.py": "what the core knows beside a movement",
    "streams/relay/bootstrap.py": "the relay's slot and publication",
    "streams/relay/housekeeping.py": "the outbox's trimming",
    "streams/relay/process.py": "the relay's own lock",
    "baas/machine.py": "whether a server answers",
    "baas/up/databases.py": "databases and roles",
    "kit/localset/postgres.py": "whether a server answers",
    "feature_store/flink/statements.py": "Flink's SQL, which is compiled from the definitions",
    "cases/hit_repository.py": "the one statement by which screening's hits are kept",
    "pipelines/screening/found_repository.py": "what screening finds and lets go, beside the lists' repository",
    "cases/list_repository.py": "the watch-lists as the API and the intake read them",
    "cases/payer_repository.py": "what is chosen about unnamed payers, as the API and the intake read it",
    "streams/intake/waiting_repository.py": "what waits for a look at its payer, beside the intake's own repository",
    "streams/projector/stored_repository.py": "movements that are there, beside the read model's own repository",
    "streams/intake/payer_repository.py": "payers from outside, beside the intake's own repository",
    "serving/screening/party_repository.py": "the parties of payments, beside screening's own repository",
    "bench/screened_payments.py": "the bench's own list and customers",
    "cases/finding_repository.py": "findings, beside the alerts' own repository",
    "risk/scenarios/statements.py": "Flink's SQL, which is compiled from the catalogue",
    "risk/scenarios/tables.py": "the tables and views of Flink's SQL",
    "governance/jobs.py": "what holds a row of any queue",
    "bench/ledger.py": "the peer that posts one statement after another",
    "bench/soak.py": "what the soak holds its answers to",
    "bench/soak_place.py": "the connections that a soak ends",
    "bench/sliding_flink.py": "the peer that Flink's SQL is",
    "bench/aml_stream.py": "the findings that the bench waits for",
    "bench/dbt.py": "the bench's own year of transactions",
    "bench/analytics_http.py": "the marts that it fills, and the peer that scans",
    "bench/history.py": "whether a movement is there, and the peer that searches the ledger",
    "bench/statements.py": "the bench's own million entries, and the peer that sums",
    "bench/transfers_http.py": "the bench's own databases",
}
# Values in a statement that cannot be bound there, each of a kind that holds no SQL.
NOT_BOUND = {
    "serving/decisions/repository.py": {"conditions"},  # constants of the module, those that were asked for
    "serving/history/repository.py": {"conditions"},  # constants of the module, those that were asked for
    "pipelines/sql/session.py": {"mart.name", "values"},  # names and types of the warehouse's catalogue
    # Great Expectations takes text: constants of the sets, and moments in ISO 8601.
    "pipelines/quality/repository.py": {"source", "moment", "start", "end"},
    # Flink's statements hold names and lengths of the definitions, and are files that a reader can look at.
    "feature_store/flink/statements.py": {"group.name", "moments", "known", "partition", "length"},
    "risk/scenarios/statements.py": {
        "payment(first=first)",
        "payment()",
        "_view(code)",
        "(f'SELECT * FROM {_view(code)}' for code in codes)",
        "least_minor",
        "share_ppm",
        "least",
        "strangers",
        "windows",
        "sizes.near()",
        "_window(LONGEST_STRUCTURING_MS)",
    },
}


def modules() -> Iterator[str]:
    for package in PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        for path in sorted((REPOSITORY_ROOT / package).rglob("*.py")):
            if ".venv" not in path.parts:  # a project of its own within streams/
                yield str(path.relative_to(REPOSITORY_ROOT))


def docstrings(tree: ast.AST) -> set[int]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr)
    }


def checked_by_types(tree: ast.AST) -> set[int]:
    """Everything in functions that return a LiteralString: the type checker proves that those come from constants."""
    return {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.returns is not None and ast.unparse(node.returns) == "LiteralString"
        for inner in ast.walk(node)
    }


def is_constant(part: ast.expr) -> bool:
    name = part.attr if isinstance(part, ast.Attribute) else part.id if isinstance(part, ast.Name) else ""
    return isinstance(part, ast.Constant) or (name.isupper() and bool(name))


def parts_of(node: ast.AST) -> list[ast.expr] | None:
    """What a text is put together from, in order; None when it is not put together."""
    if isinstance(node, ast.JoinedStr):
        return [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return [*(parts_of(node.left) or [node.left]), *(parts_of(node.right) or [node.right])]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "join", "replace"}:
        return [node.func.value, *node.args, *(keyword.value for keyword in node.keywords)]
    return None


def text_of(part: ast.expr) -> str:
    return part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "x"


def statements(source: str) -> Iterator[tuple[int, list[str]]]:
    """Each SQL statement of a module: its line, and what in it is no constant."""
    tree = ast.parse(source)
    passed_over = docstrings(tree)
    proved = checked_by_types(tree)
    for node in ast.walk(tree):
        if id(node) in passed_over:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.match(node.value):
            yield node.lineno, []
        elif (parts := parts_of(node)) is not None and STATEMENT.match("".join(map(text_of, parts))):
            foreign = [ast.unparse(part) for part in parts if not is_constant(part)]
            yield node.lineno, [] if id(node) in proved else foreign


@pytest.mark.parametrize("module", list(modules()))
def test_sql_is_in_a_module_named_for_it_and_made_of_constants(module):
    found = list(statements((REPOSITORY_ROOT / module).read_text()))
    if Path(module).name != "repository.py" and module not in NAMED_FOR_IT:
        assert found == []
    foreign = {part for _, parts in found for part in parts}
    assert foreign == NOT_BOUND.get(module, set())


@pytest.mark.parametrize("module", sorted(NAMED_FOR_IT))
def test_each_exception_is_still_one(module):
    assert list(statements((REPOSITORY_ROOT / module).read_text()))


@pytest.mark.parametrize(
    "source",
    [
        'run(f"select * from ledger.account where id = {account}")',
        'run("select * from ledger.account where id = " + account)',
        'run("delete from ledger.account where id = %s" % account)',
        'run("update ledger.account set note = {}".format(note))',
        'run(f"insert into t select {columns.lower()}")',
        'run("select 1 " + TAIL + given)',
    ],
)
def test_a_value_in_the_text_of_a_statement_is_found(source):
    assert any(parts for _, parts in statements(source))


@pytest.mark.parametrize(
    "source",
    [
        'run(f"select {COLUMNS} from ledger.account where id = %s", (account,))',
        '"""Select what is there."""',
        'run(sql.SQL("create database {} owner {}").format(name, owner))',
        'say("updates " + name)',
    ],
)
def test_a_statement_of_constants_is_let_pass(source):
    assert not any(parts for _, parts in statements(source))
