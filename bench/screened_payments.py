"""`baas bench screened-payments`: what holding both parties against fifty thousand names adds to a transfer.

The API and the scorer run as the processes they are, on places of the bench's own. In the same run the same clients send
transfers with no list loaded (the peer), between customers who were screened, and to names outside: each new, and asked
before. The list is made up; names outside meet nobody on it, so that every transfer is posted.
"""

import argparse
import signal
import sys
import time
from contextlib import ExitStack

import msgspec
import psycopg

from bench.http_load import Load, Sent
from bench.report import Report, parser
from bench.transfers_http import TENANT, drive_apart, own_places, prepare, process_of, token_of, wait_until_scored
from kit.settings import Settings, settings
from risk.screening.book import digest_of
from risk.screening.entry import Entry, ListedName
from risk.screening.index import Asked, Index
from risk.screening.keys import book_key
from risk.screening.warm_up import compile_once
from serving.identity.seed import seed_demo
from serving.screening.books import LOOK_S
from simulator.labelled_names import made_up_names

ENTRIES, OUTSIDE, KNOWN = 50_000, 6_000, 200
CLIENTS = 4
LIST = "bench"
_CUSTOMERS = """
insert into bank.customer (tenant_id, customer_id)
select tenant_id, owner_id from ledger.account where tenant_id = %(tenant)s and owner_id is not null
on conflict do nothing;
insert into bank.account (account_id, tenant_id, customer_id, product, currency)
select id, tenant_id, owner_id, 'checking', currency from ledger.account where tenant_id = %(tenant)s and owner_id is not null;
"""
_LIST = """
insert into screening.list (list_id, format, licence, source, made_at) values (%(list)s, 'own', 'made up', 'made up', now());
insert into screening.version (list_id, version, sha256, entries, added, removed, changed, forced, loaded_by, loaded_at)
values (%(list)s, 1, sha256('bench'), %(entries)s, %(entries)s, 0, 0, false, 'bench', now());
insert into screening.screened (tenant_id, customer_id, customer_version, lists, screened_at)
select tenant_id, customer_id, version, %(key)s, now() from bank.customer where tenant_id = %(tenant)s
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the bench; returns 0."""
    options = _options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leave nothing running, however it ends
    report = Report("screened-payments")
    report.settings = {"clients": CLIENTS, "entries": ENTRIES, "runs": options.runs, "seconds_a_run": options.seconds}
    compile_once()
    entries = [Entry(entry_id=str(at), names=[ListedName(name)]) for at, name in enumerate(made_up_names(ENTRIES, seed=1))]
    new, known = _outside(entries, options.outside)
    with report.loaded(), ExitStack() as stack:
        own = stack.enter_context(own_places(settings()))
        accounts = prepare(own)
        key = next(each.secret for each in seed_demo(own.core.dsn("postgres"), TENANT, own.secrets) if each.kind == "api-key")
        with psycopg.connect(own.core.dsn("postgres"), autocommit=True) as connection:
            connection.execute(_CUSTOMERS.replace("%(tenant)s", f"'{TENANT}'"))
        stack.enter_context(process_of(own, "streams.scorer"))
        stack.enter_context(process_of(own, "serving"))
        url = f"http://{own.api.host}:{own.api.port}"
        wait_until_scored(own, url, key, accounts)
        token = token_of(url, key)

        def sent(payees: tuple[str, ...] = (), *, part: float = 1.0) -> Sent:
            return drive_apart(
                Load(own.api.host, own.api.port, token, accounts, CLIENTS, options.seconds * part, payees=payees)
            )

        sent(part=0.5)
        plain = [sent() for _ in range(options.runs)]
        _load(own, entries)
        time.sleep(2 * LOOK_S)  # the API looks for new lists this often
        sent(known)
        screened = [sent() for _ in range(options.runs)]
        again = [sent(known) for _ in range(options.runs)]
        at, step = 0, len(new) // options.runs
        fresh = []
        for _ in range(options.runs):
            fresh.append(sent(new[at : at + step], part=0.3))
            at += step
    for name, runs in (("screened", screened), ("payee_asked_before", again), ("payee_new", fresh)):
        _figures(report, name, runs)
    report.baseline("no-list", "p50_ms", _median(plain, 0.5))
    report.baseline("no-list", "p99_ms", _median(plain, 0.99))
    report.ratio("p50_vs_no-list", _median(screened, 0.5) / _median(plain, 0.5))
    report.publish()
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    options = parser("screened-payments", "What holding a transfer's parties against watch-lists adds to it").parse_args(
        arguments
    )
    options.runs, options.seconds, options.outside = (1, 5.0, OUTSIDE // 3) if options.quick else (3, 8.0, OUTSIDE)
    return options


def _outside(entries: list[Entry], count: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return names that meet nobody: those that are asked for once, and those that are asked for again and again."""
    index = Index(entries)
    found = [name for name in made_up_names(3 * count, seed=2) if not index.find(Asked(name), limit=1)]
    return tuple(found[KNOWN:count]), tuple(found[:KNOWN])


def _load(own: Settings, entries: list[Entry]) -> None:
    values = {"list": LIST, "entries": len(entries), "key": book_key([(LIST, 1)]), "tenant": TENANT}
    with psycopg.connect(own.core.dsn("postgres")) as connection, connection.cursor() as cursor:
        for statement in _LIST.split(";"):
            cursor.execute(statement, values)
        with cursor.copy("copy screening.entry (list_id, entry_id, since_version, digest, document) from stdin") as copy:
            for each in entries:
                document, digest = digest_of(each)
                copy.write_row((LIST, each.entry_id, 1, digest, msgspec.json.encode(msgspec.json.decode(document)).decode()))


def _figures(report: Report, name: str, runs: list[Sent]) -> None:
    report.figure(f"{name}_p50_ms", [run.quantile_ms(0.5) for run in runs])
    report.figure(f"{name}_p99_ms", [run.quantile_ms(0.99) for run in runs])
    report.figure(f"{name}_posted_pct", [100 * run.posted / run.answers for run in runs])


def _median(runs: list[Sent], share: float) -> float:
    return sorted(run.quantile_ms(share) for run in runs)[len(runs) // 2]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
