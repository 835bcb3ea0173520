"""What one worker of the API holds open: pools, keys, services. Made once, handed to every route."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

from fastapi import Request
from psycopg_pool import AsyncConnectionPool

from cases.papers.sealing import Papers
from kit.clock import Clock
from kit.postgres import SharedConnection, pool
from kit.settings import Settings
from kit.subject_keys import SealedRecords, local_keys
from ledger.writer import BatchingWriter
from serving.accounts.service import AccountsService
from serving.analytics.service import AnalyticsService
from serving.beneficiaries.service import BeneficiariesService
from serving.blocks.service import BlocksService
from serving.budgets.service import BudgetsService
from serving.cases.service import CasesService
from serving.casework.deciding import DecidingService
from serving.casework.service import CaseworkService
from serving.chain.service import ChainService
from serving.charges.service import ChargesService
from serving.customers.person import People
from serving.customers.service import CustomersService
from serving.decisions.service import DecisionsService
from serving.devices.service import DevicesService
from serving.edge.addresses import AddressPseudonyms
from serving.edge.authentication import Authenticator
from serving.edge.clocks import TenantClocks
from serving.edge.limits import Limits
from serving.erasures.service import ErasuresService
from serving.exchange.service import ExchangeService
from serving.external.service import ExternalAccountsService
from serving.forecasts.service import ForecastsService
from serving.freezes.service import FreezesService
from serving.goals.service import GoalsService
from serving.graph.service import GraphService
from serving.history.service import HistoryService
from serving.holders.service import HoldersService
from serving.identity.keys import KeyRing
from serving.identity.platform import PlatformToken
from serving.identity.service import IdentityService
from serving.identity.tokens import Tokens
from serving.inbound_payers.service import InboundPayersService
from serving.incomes.service import IncomesService
from serving.insights.reading import MoneyReader
from serving.insights.recommending import Recommending
from serving.insights.service import InsightsService
from serving.limits.service import LimitsService
from serving.list_changes.service import ListChangesService
from serving.live.hub import LiveHub
from serving.live.tail import LiveTail
from serving.med.service import MedService
from serving.models.service import ModelsService
from serving.notices.service import NoticesService
from serving.payments.carrying_out import CarryingOut
from serving.payments.claims import Claims
from serving.payments.directory import AccountDirectory
from serving.payments.fees import TransferFees
from serving.payments.limits import TransferLimits
from serving.payments.once import Once
from serving.payments.payees import SavedPayees
from serving.payments.service import TransfersService
from serving.products.service import ProductsService
from serving.recoveries.service import RecoveriesService
from serving.recurring.service import RecurringService
from serving.reports.service import ReportsService
from serving.reversals.service import ReversalsService
from serving.risk.service import RiskService
from serving.sandbox.due import days_step, holds_step, schedules_step
from serving.sandbox.service import SandboxService
from serving.scenarios.service import ScenarioService
from serving.schedules.runner import ScheduleRunner
from serving.schedules.service import SchedulesService
from serving.scoring.client import ScorerClient
from serving.scoring.service import ScoringService
from serving.screening.books import Books
from serving.screening.compiled import Compiled
from serving.screening.let_go import LetGo
from serving.screening.parties import PaymentScreening
from serving.screening.service import ScreeningService
from serving.statements.service import StatementsService
from serving.suitability.service import SuitabilityService
from serving.suspense.cleared import ClearedPayers
from serving.suspense.service import SuspenseService
from serving.sweeper import Sweeper
from serving.unnamed_payers.service import UnnamedPayersService

CORE_CONNECTIONS = 8
WAREHOUSE_CONNECTIONS = 4


@dataclass(frozen=True)
class Options:
    """What an embedder or a test may choose; the defaults are production's."""

    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Resources:
    """The open parts of a worker."""

    settings: Settings
    clock: Clock
    clocks: TenantClocks
    core: AsyncConnectionPool
    warehouse: AsyncConnectionPool
    keys: KeyRing
    tokens: Tokens
    authenticator: Authenticator
    identity: IdentityService
    customers: CustomersService
    erasures: ErasuresService
    products: ProductsService
    accounts: AccountsService
    holders: HoldersService
    limits: LimitsService
    inbound_payers: InboundPayersService
    incomes: IncomesService
    devices: DevicesService
    notices: NoticesService
    beneficiaries: BeneficiariesService
    statements: StatementsService
    goals: GoalsService
    budgets: BudgetsService
    insights: InsightsService
    suitability: SuitabilityService
    recommending: Recommending
    external_accounts: ExternalAccountsService
    history: HistoryService
    transfers: TransfersService
    exchange: ExchangeService
    schedules: SchedulesService
    sandbox: SandboxService
    reversals: ReversalsService
    suspense: SuspenseService
    charges: ChargesService
    cases: CasesService
    casework: CaseworkService
    deciding: DecidingService
    reports: ReportsService
    freezes: FreezesService
    blocks: BlocksService
    med: MedService
    recoveries: RecoveriesService
    chain: ChainService
    graph: GraphService
    scorer: ScorerClient
    scoring: ScoringService
    decisions: DecisionsService
    analytics: AnalyticsService
    forecasts: ForecastsService
    recurring: RecurringService
    risk: RiskService
    list_changes: ListChangesService
    unnamed_payers: UnnamedPayersService
    scenarios: ScenarioService
    screening: ScreeningService
    models: ModelsService
    live: LiveHub
    sweeper: Sweeper


def resources_of(request: Request) -> Resources:
    """Return the worker's resources; a FastAPI dependency."""
    found: Resources = request.app.state.resources
    return found


@asynccontextmanager
async def open_resources(settings: Settings, *, clock: Clock) -> AsyncIterator[Resources]:
    """Open everything, and close it in reverse order."""
    async with AsyncExitStack() as stack:
        core = await stack.enter_async_context(pool(settings.core.dsn("api"), application="api", max_size=CORE_CONNECTIONS))
        warehouse = pool(settings.warehouse.dsn("analytics"), application="api", max_size=WAREHOUSE_CONNECTIONS, min_size=0)
        await stack.enter_async_context(warehouse)
        keys = KeyRing(settings.secrets / "jwt", clock=clock)
        tokens = Tokens(keys, clock=clock)
        authenticator = Authenticator(core, tokens, PlatformToken(settings.secrets), clock_s=monotonic)
        addresses = AddressPseudonyms(settings.secrets)
        scorer = ScorerClient(settings.scorer)
        scorer.start()
        stack.push_async_callback(scorer.close)
        shared = SharedConnection(core)
        stack.push_async_callback(shared.close)
        claims = Claims(core, shared, clock=clock)
        claims.start()
        stack.push_async_callback(claims.close)
        clocks = TenantClocks(core, clock=clock)
        subject_keys = local_keys(settings)
        stack.callback(subject_keys.close)
        records = SealedRecords(subject_keys)
        people = People(records)
        erasures = ErasuresService(core, clocks=clocks, keys=subject_keys)
        once = Once(core, claims=claims, clock=clock, clocks=clocks, records=records)
        writer = await stack.enter_async_context(BatchingWriter(shared, clock=clock))
        compiled = Compiled()
        compiled.start()
        stack.push_async_callback(compiled.close)
        books = Books(core)
        fees = TransferFees(core, clocks=clocks)
        screening = PaymentScreening(core, books=books, compiled=compiled, records=records, people=people)
        carrying = CarryingOut(
            core,
            claims=claims,
            fees=fees,
            screening=screening,
            payees=SavedPayees(core, records=records),
            writer=writer,
        )
        transfers = TransfersService(
            core,
            claims=claims,
            directory=AccountDirectory(core, clocks=clocks),
            limits=TransferLimits(core, claims=claims),
            fees=fees,
            carrying=carrying,
            scorer=scorer,
            addresses=addresses,
            clocks=clocks,
        )
        identity = IdentityService(core, authenticator=authenticator, tokens=tokens)
        runner = ScheduleRunner(core, transfers=transfers, clock=clock, clocks=clocks)
        more = {
            "schedules": runner.sweep,
            "screening": LetGo(core, clocks=clocks).sweep,
            "suspense": ClearedPayers(core, clocks=clocks).sweep,
        }
        sweeper = Sweeper(settings.core.dsn("api"), identity=identity, keys=keys, clock=clock, more=more)
        sweeper.start()
        stack.push_async_callback(sweeper.close)
        papers = Papers(records)
        casework = CaseworkService(core, papers=papers, clocks=clocks)
        own_money = MoneyReader(core, warehouse, clocks=clocks)
        suitability = SuitabilityService(core, clocks=clocks)
        graph = GraphService(settings, warehouse, clocks=clocks)
        stack.callback(graph.close)
        yield Resources(
            settings=settings,
            clock=clock,
            clocks=clocks,
            core=core,
            warehouse=warehouse,
            keys=keys,
            tokens=tokens,
            authenticator=authenticator,
            identity=identity,
            customers=CustomersService(core, people=people, erasures=erasures),
            erasures=erasures,
            products=ProductsService(core),
            accounts=AccountsService(core, once=once, clocks=clocks),
            holders=HoldersService(core),
            limits=LimitsService(core, clocks=clocks),
            inbound_payers=InboundPayersService(core, records=records, clocks=clocks),
            incomes=IncomesService(core, clocks=clocks),
            devices=DevicesService(core, clocks=clocks),
            notices=NoticesService(core, clocks=clocks),
            beneficiaries=BeneficiariesService(core, once=once, clocks=clocks, records=records),
            statements=StatementsService(core, clocks=clocks, people=people),
            goals=GoalsService(core, once=once, clocks=clocks),
            budgets=BudgetsService(core, once=once),
            insights=InsightsService(own_money),
            suitability=suitability,
            recommending=Recommending(own_money, suitability, investing=settings.investing),
            external_accounts=ExternalAccountsService(core, once=once, clocks=clocks, records=records, screening=screening),
            history=HistoryService(core, warehouse),
            transfers=transfers,
            exchange=ExchangeService(core, once=once, clocks=clocks),
            schedules=SchedulesService(core, once=once, transfers=transfers, clocks=clocks),
            sandbox=SandboxService(
                core,
                once=once,
                clock=clock,
                clocks=clocks,
                steps=(days_step(core, clocks), holds_step(core, clocks), schedules_step(core, runner)),
            ),
            reversals=ReversalsService(once=once),
            suspense=SuspenseService(core, once=once, clocks=clocks),
            charges=ChargesService(core, clocks=clocks),
            cases=CasesService(core, clock=clock),
            casework=casework,
            deciding=DecidingService(core, casework=casework, clocks=clocks),
            freezes=FreezesService(core, papers=papers, clocks=clocks),
            blocks=BlocksService(core, papers=papers, clocks=clocks),
            med=MedService(core, clocks=clocks),
            recoveries=RecoveriesService(core, clocks=clocks),
            reports=ReportsService(core, papers=papers, records=records, people=people, clocks=clocks),
            chain=ChainService(core),
            graph=graph,
            scorer=scorer,
            scoring=ScoringService(scorer, addresses=addresses, clock=clock),
            decisions=DecisionsService(warehouse),
            analytics=AnalyticsService(warehouse, dsn=settings.warehouse.dsn("analytics")),
            forecasts=ForecastsService(warehouse),
            recurring=RecurringService(warehouse),
            risk=RiskService(core, clock=clock),
            list_changes=ListChangesService(core, clock=clock, clocks=clocks),
            unnamed_payers=UnnamedPayersService(core, clock=clock, clocks=clocks),
            scenarios=ScenarioService(core, clock=clock, clocks=clocks),
            screening=ScreeningService(core, books=books, records=records, people=people, clocks=clocks, compiled=compiled),
            models=ModelsService(core, clock=clock),
            live=await _open_live(stack, settings, clock),
            sweeper=sweeper,
        )


async def _open_live(stack: AsyncExitStack, settings: Settings, clock: Clock) -> LiveHub:
    hub = LiveHub(clock=clock)
    hub.start()
    stack.push_async_callback(hub.close)
    tail = LiveTail(settings.kafka, loop=asyncio.get_running_loop(), is_watched=hub.watched.is_set, dispatch=hub.dispatch)
    tail.start()
    stack.push_async_callback(asyncio.to_thread, tail.stop)
    return hub
