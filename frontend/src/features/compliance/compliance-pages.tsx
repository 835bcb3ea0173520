import { lazy, Suspense } from 'react'
import { Outlet, Route, Routes } from 'react-router'
import { PanelSkeleton } from '@/design/panel-skeleton'
import { NotFound } from '@/design/states'
import ScenariosPage from '@/features/compliance/scenarios-page'
import { CasesWords } from '@/features/cases/words'
import { ComplianceHome } from '@/features/compliance/compliance-home'
import { News } from '@/features/news/news'
import { ComplianceWords } from '@/features/compliance/words'
import { OfficeWords } from '@/features/office/words'
import { RiskWords } from '@/features/risk/words'

const CasePages = lazy(() => import('@/features/cases/case-pages'))
const ReportsPage = lazy(() => import('@/features/cases/reports-page'))
const TodayPage = lazy(() => import('@/features/office/today-page'))
const BlocksPage = lazy(() => import('@/features/held/blocks-page'))
const DisputesPage = lazy(() => import('@/features/held/disputes-page'))
const DisputePage = lazy(() => import('@/features/held/dispute-page'))
const RecoveriesPage = lazy(() => import('@/features/held/recoveries-page'))
const RecoveryPage = lazy(() => import('@/features/held/recovery-page'))
const TracePage = lazy(() => import('@/features/tracing/trace-page'))
const ScenarioPage = lazy(() => import('@/features/compliance/scenario-page'))
const VersionPage = lazy(() => import('@/features/compliance/version-page'))
const HitsPage = lazy(() => import('@/features/compliance/hits-page'))
const HitPage = lazy(() => import('@/features/compliance/hit-page'))
const WatchListsPage = lazy(() => import('@/features/compliance/watch-lists-page'))
const WatchListPage = lazy(() => import('@/features/compliance/watch-list-page'))
const NewListPage = lazy(() => import('@/features/compliance/new-list-page'))
const ListChangePage = lazy(() => import('@/features/compliance/list-change-page'))
const NameSearchPage = lazy(() => import('@/features/compliance/name-search-page'))

/** The words of the pages about what is due and what is held come with them. */
function Office() {
  return (
    <OfficeWords fallback={<PanelSkeleton />}>
      <Outlet />
    </OfficeWords>
  )
}

/** Everything under /compliance. People, refusals and trials are called what they are called on the risk pages. */
export default function CompliancePages() {
  return (
    <RiskWords fallback={<PanelSkeleton />}>
      <ComplianceWords fallback={<PanelSkeleton />}>
        <CasesWords fallback={<PanelSkeleton />}>
          <News />
          <Suspense fallback={<PanelSkeleton />}>
            <Routes>
              <Route index element={<ComplianceHome />} />
              <Route element={<Office />}>
                <Route path="today" element={<TodayPage />} />
                <Route path="blocks" element={<BlocksPage />} />
                <Route path="disputes" element={<DisputesPage />} />
                <Route path="disputes/sent" element={<RecoveriesPage />} />
                <Route path="disputes/sent/:recoveryId" element={<RecoveryPage />} />
                <Route path="disputes/:disputeId" element={<DisputePage />} />
                <Route path="trace" element={<TracePage />} />
              </Route>
              <Route path="cases/*" element={<CasePages />} />
              <Route path="reports" element={<ReportsPage />} />
              <Route path="scenarios" element={<ScenariosPage />} />
              <Route path="scenarios/:scenario" element={<ScenarioPage />} />
              <Route path="scenarios/:scenario/:versionId" element={<VersionPage />} />
              <Route path="screening" element={<HitsPage />} />
              <Route path="screening/hits/:hitId" element={<HitPage />} />
              <Route path="screening/lists" element={<WatchListsPage />} />
              <Route path="screening/lists/new" element={<NewListPage />} />
              <Route path="screening/lists/:listId" element={<WatchListPage />} />
              <Route path="screening/changes/:changeId" element={<ListChangePage />} />
              <Route path="screening/search" element={<NameSearchPage />} />
              <Route path="*" element={<NotFound />} />
            </Routes>
          </Suspense>
        </CasesWords>
      </ComplianceWords>
    </RiskWords>
  )
}
