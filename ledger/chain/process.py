"""The sealer's life: wait for its turn, then chain and gather until asked to stop."""

from prometheus_client import Counter, Gauge
from psycopg import Connection

from kit.clock import Clock
from kit.log import get_logger
from kit.postgres import connect
from kit.process import Lifecycle
from kit.settings import Settings
from ledger.chain import repository
from ledger.chain.keys import PrivateKeys
from ledger.chain.sealer import Sealer

PROCESS = "sealer"
ROLE = "sealer"
TURN_RETRY_S = 0.5
STATEMENT_TIMEOUT_MS = 120_000

SEALED = Counter("baas_sealer_batches", "Batches chained")
BLOCKS = Counter("baas_sealer_blocks", "Blocks made")
LAG = Gauge("baas_sealer_lag_seconds", "Age of the oldest batch that is not chained yet; 0 when there is none")
WORK = Gauge("baas_sealer_work_seconds", "How long the proof of work of the newest block took")

log = get_logger()


class SealerProcess:
    """One sealer. `run` returns when asked to stop and raises when the server is lost: start it again."""

    def __init__(self, settings: Settings, lifecycle: Lifecycle, clock: Clock) -> None:
        self._settings = settings
        self._lifecycle = lifecycle
        self._clock = clock
        self._facts: dict[str, object] = {}

    def facts(self) -> dict[str, object]:
        """Return what `/readyz` shows beside readiness."""
        return self._facts

    def run(self) -> None:
        """Seal until asked to stop."""
        dsn = self._settings.core.dsn(ROLE)
        with connect(dsn, application=PROCESS, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as connection:
            if not self._take_turn(connection):
                return
            keys = PrivateKeys(self._settings.secrets / "chain")
            sealer = Sealer(
                connection,
                keys=keys,
                anchor=self._settings.chain_anchor,
                chain=self._settings.chain,
                clock=self._clock,
            )
            self._lifecycle.ready()
            while self._lifecycle.running:
                if not self.step(sealer):
                    self._lifecycle.wait(self._settings.chain.poll_ms / 1_000)

    def step(self, sealer: Sealer) -> bool:
        """Chain and gather once; True when there may be more to do at once."""
        sealed = sealer.seal()
        SEALED.inc(sealed)
        block = sealer.gather()
        if block is not None:
            BLOCKS.inc()
            WORK.set(block.work_us / 1e6)
            log.info("block_sealed", height=block.height, leaves=block.leaves, work_us=block.work_us)
            self._facts["height"] = block.height
        lag_ms = sealer.lag_ms()
        LAG.set(lag_ms / 1_000)
        self._facts |= {"sealed_journal_id": sealer.head, "lag_ms": lag_ms, "waits_for_gap": sealer.waits_for_gap}
        return sealed == repository.STEP_ROWS or (block is not None and block.last_journal_id < sealer.head)

    def _take_turn(self, connection: Connection) -> bool:
        """Wait until no other sealer works; False when asked to stop first."""
        while self._lifecycle.running:
            if repository.take_turn(connection):
                return True
            self._lifecycle.not_ready("another sealer works")
            self._lifecycle.wait(TURN_RETRY_S)
        return False
