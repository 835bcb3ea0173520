"""Money that waits in suspense for a look at its payer: the intake looks again, and says of each what keeps it from then on.

Who met nobody is credited by the API's sweeper within seconds; who may be listed waits for two people, and compliance is told
by `risk.screened.v1`, in the transaction that says so. What can still not be looked at waits on, and is tried ever less often,
up to once a minute. All of a tenant's is gone through in turns, so that some who cannot be looked at hide nobody.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

import prometheus_client
import psycopg

from cases.payers import LOOKED_AT_AGAIN, PAYER_LISTED, PAYER_SCREENED, REVIEW_WANTED
from contracts.topics import SCREENED
from kit.log import get_logger
from kit.outbox import publish
from kit.postgres import tenant_block
from streams.intake import payer_repository, waiting_repository
from streams.intake.listed import SUSPENDED
from streams.intake.payer_repository import Tie
from streams.intake.payers import Payers, Standing, Stands
from streams.intake.waiting_repository import Place, Said, Waiting

EVERY_S = 5.0
LONGEST_PAUSE_S = 60.0
MAX_DOUBLINGS = 10
AT_ONCE = 500
_waiting = prometheus_client.Gauge(
    "baas_intake_waiting_items",
    "Payments that lie in suspense until their payer is looked at: payer-not-screened (mend the list, the key or what searches "
    "run that the intake's log names), payer-not-named (a gateway names them, or two people decide)",
    ["problem"],
)


@dataclass(slots=True)
class _Tenant:
    """How far a tenant's have been gone through, and when it is their turn again after looks that could not be done."""

    after: Place | None = None
    failures: int = 0
    due_s: float = float("-inf")


class SecondLook:
    """One intake's part in it; several do no harm to each other."""

    def __init__(self, connection: psycopg.Connection, payers: Payers, *, clock_s: Callable[[], float] = monotonic) -> None:
        self._connection = connection
        self._payers = payers
        self._clock_s = clock_s
        self._looked_s = float("-inf")
        self._tenants: dict[str, _Tenant] = {}
        self.waiting: dict[str, int] = dict.fromkeys(LOOKED_AT_AGAIN, 0)

    def when_due(self, *, now_ms: int) -> None:
        """Look, unless that was done a moment ago. Raises as `Payers.look`."""
        if self._clock_s() - self._looked_s < EVERY_S:
            return
        found = waiting_repository.tenants(self._connection)
        counted = Counter[str]()
        for _, problem, items in found:
            counted[problem] += items
        self.waiting = {problem: counted[problem] for problem in LOOKED_AT_AGAIN}
        for problem, items in self.waiting.items():
            _waiting.labels(problem).set(items)
        tenants = sorted({tenant_id for tenant_id, _, _ in found})
        self._tenants = {tenant_id: self._tenants.get(tenant_id, _Tenant()) for tenant_id in tenants}
        for tenant_id, tenant in self._tenants.items():
            if tenant.due_s <= self._clock_s():
                failed = not self._could_look(tenant_id, tenant, now_ms=now_ms)
                tenant.failures = tenant.failures + 1 if failed else 0
                pause_s = min(LONGEST_PAUSE_S, EVERY_S * 2 ** min(tenant.failures, MAX_DOUBLINGS))
                tenant.due_s = self._clock_s() + pause_s if failed else float("-inf")
        self._looked_s = self._clock_s()

    def _could_look(self, tenant_id: str, tenant: "_Tenant", *, now_ms: int) -> bool:
        """Whether a batch of a tenant's could be looked at; what the database has against one tenant's is no other's fault."""
        try:
            return self._of_tenant(tenant_id, tenant, now_ms=now_ms)
        except psycopg.Error as problem:
            if self._connection.closed:
                raise
            get_logger().error("payers of money in suspense cannot be looked at", tenant_id=tenant_id, exc_info=problem)
            return False

    def _of_tenant(self, tenant_id: str, tenant: "_Tenant", *, now_ms: int) -> bool:
        """Look at a batch of a tenant's; False where some could still not be looked at."""
        items = waiting_repository.named(self._connection, tenant_id=tenant_id, after=tenant.after, limit=AT_ONCE)
        tenant.after = items[-1].place if len(items) == AT_ONCE else None
        if not items:
            return True
        standing = self._payers.standing(tenant_id, {each.payer_id for each in items}, now_ms=now_ms)
        said = [each for each in (_said(item, standing) for item in items) if each is not None]
        if said:
            self._say(tenant_id, said, standing, now_ms=now_ms)
        return len(said) == len(items)

    def _say(self, tenant_id: str, said: Sequence[Said], standing: Standing, *, now_ms: int) -> None:
        with tenant_block(self._connection, tenant_id):
            self._keep(tenant_id, said, standing, now_ms=now_ms)
        get_logger().info("payers of money in suspense were looked at", tenant_id=tenant_id, items=len(said))

    def _keep(self, tenant_id: str, said: Sequence[Said], standing: Standing, *, now_ms: int) -> None:
        """Say it, and of what may be listed tell compliance and tie it to the hits, inside a transaction of the tenant's."""
        parties = {each.party_id for each in said if each.problem == PAYER_LISTED}
        hits = payer_repository.uncleared_locked(self._connection, tenant_id=tenant_id, party_ids=parties)
        kept = waiting_repository.say(self._connection, tenant_id=tenant_id, said=said, lists=standing.lists)
        for told in filter(None, kept.values()):
            publish(self._connection, topic=SCREENED, key=tenant_id, payload=told)
        ties = [
            Tie(each.payment_id, hit, SUSPENDED)
            for each in said
            if each.item_id in kept and each.payment_id is not None and each.problem == PAYER_LISTED
            for hit in hits.get(each.party_id, ())
        ]
        if ties:
            now = datetime.fromtimestamp(now_ms / 1_000, UTC)
            payer_repository.note(self._connection, tenant_id=tenant_id, ties=ties, now=now)


def _said(item: Waiting, standing: Standing) -> Said | None:
    """Return what keeps an item where it is once its payer was looked at, or None where that could not be done. Pure."""
    if standing.lists is None:  # nobody is screened where there is no list
        return _free(item)
    payer = standing.payers.get(item.payer_id)
    if payer is None or payer.party_id is None or payer.stands is Stands.UNSCREENED:
        return None
    if payer.stands is Stands.LISTED:
        return Said(item.item_id, item.payment_id, item.party_id, PAYER_LISTED)
    return _free(item)


def _free(item: Waiting) -> Said:
    return Said(item.item_id, item.payment_id, item.party_id, PAYER_SCREENED if item.goes_on else REVIEW_WANTED)
