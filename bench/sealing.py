"""A sealer beside a bench: a process of its own, as in production, on the bench's own database."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory

from kit.clock import SystemClock
from kit.postgres import connect
from kit.settings import Chain, PostgresServer
from ledger.chain.keys import PrivateKeys
from ledger.chain.repository import STEP_ROWS
from ledger.chain.sealer import Sealer

END_S = 60.0


@contextmanager
def sealer_beside(server: PostgresServer, chain: Chain) -> Iterator[None]:
    """Seal `server` for as long as the block lasts."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    process = context.Process(target=_seal, args=(server.dsn("postgres"), chain, stop), daemon=True)
    process.start()
    try:
        yield
        if not process.is_alive():
            raise RuntimeError("the sealer beside the bench has ended")
    finally:
        stop.set()
        process.join(END_S)


def _seal(dsn: str, chain: Chain, stop: Event) -> None:
    with TemporaryDirectory() as folder, connect(dsn, application="bench-sealer", statement_timeout_ms=0) as connection:
        # A superuser's connection with a sealer's rights: a server may not know the password of that role yet.
        connection.execute("set role sealer")
        sealer = Sealer(
            connection,
            keys=PrivateKeys(Path(folder) / "keys"),
            anchor=Path(folder) / "anchor.json",
            chain=chain,
            clock=SystemClock(),
        )
        while not stop.is_set():
            sealed = sealer.seal()
            if sealer.gather() is None and sealed < STEP_ROWS:
                stop.wait(chain.poll_ms / 1_000)
