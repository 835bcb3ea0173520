"""What the services of one worker share, opened before any of them: pools, keys, clocks, claims, the door to the scorer."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from time import monotonic

from psycopg_pool import AsyncConnectionPool

from kit.clock import Clock
from kit.postgres import SharedConnection, pool
from kit.settings import Settings
from kit.subject_keys import SealedRecords, SubjectKeys, local_keys
from ledger.writer import BatchingWriter
from serving.customers.person import People
from serving.edge.addresses import AddressPseudonyms
from serving.edge.authentication import Authenticator
from serving.edge.clocks import TenantClocks
from serving.identity.keys import KeyRing
from serving.identity.platform import PlatformToken
from serving.identity.tokens import Tokens
from serving.payments.claims import Claims
from serving.payments.once import Once
from serving.scoring.client import ScorerClient
from serving.screening.compiled import Compiled

CORE_CONNECTIONS = 8
WAREHOUSE_CONNECTIONS = 4


@dataclass(frozen=True)
class Shared:
    """The open parts that services are made of."""

    settings: Settings
    clock: Clock
    clocks: TenantClocks
    core: AsyncConnectionPool
    warehouse: AsyncConnectionPool
    keys: KeyRing
    tokens: Tokens
    authenticator: Authenticator
    addresses: AddressPseudonyms
    scorer: ScorerClient
    subject_keys: SubjectKeys
    records: SealedRecords
    people: People
    claims: Claims
    once: Once
    writer: BatchingWriter
    compiled: Compiled


async def open_shared(stack: AsyncExitStack, settings: Settings, *, clock: Clock) -> Shared:
    """Open them; the stack closes them in reverse order."""
    core = await stack.enter_async_context(pool(settings.core.dsn("api"), application="api", max_size=CORE_CONNECTIONS))
    warehouse = pool(settings.warehouse.dsn("analytics"), application="api", max_size=WAREHOUSE_CONNECTIONS, min_size=0)
    await stack.enter_async_context(warehouse)
    clocks = TenantClocks(core, clock=clock)
    keys = KeyRing(settings.secrets / "jwt", clock=clock)
    tokens = Tokens(keys, clock=clock)
    scorer = ScorerClient(settings.scorer)
    scorer.start()
    stack.push_async_callback(scorer.close)
    connection = SharedConnection(core)
    stack.push_async_callback(connection.close)
    claims = Claims(core, connection, clock=clock)
    claims.start()
    stack.push_async_callback(claims.close)
    subject_keys = local_keys(settings)
    stack.callback(subject_keys.close)
    records = SealedRecords(subject_keys)
    writer = await stack.enter_async_context(BatchingWriter(connection, clock=clock))
    compiled = Compiled()
    compiled.start()
    stack.push_async_callback(compiled.close)
    return Shared(
        settings=settings,
        clock=clock,
        clocks=clocks,
        core=core,
        warehouse=warehouse,
        keys=keys,
        tokens=tokens,
        authenticator=Authenticator(core, tokens, PlatformToken(settings.secrets), clock_s=monotonic),
        addresses=AddressPseudonyms(settings.secrets),
        scorer=scorer,
        subject_keys=subject_keys,
        records=records,
        people=People(records),
        claims=claims,
        once=Once(core, claims=claims, clock=clock, clocks=clocks, records=records),
        writer=writer,
        compiled=compiled,
    )
