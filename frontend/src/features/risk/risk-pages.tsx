import { lazy, Suspense } from 'react'
import { Route, Routes } from 'react-router'
import { NotFound } from '@/design/states'
import { PanelSkeleton } from '@/design/panel-skeleton'
import { PoliciesPage } from '@/features/risk/policies-page'
import { PolicyPage } from '@/features/risk/policy-page'
import { RiskWords } from '@/features/risk/words'

const EditorPage = lazy(() => import('@/features/risk/editor-page'))
const SimulationPage = lazy(() => import('@/features/risk/simulation-page'))
const ModelsPage = lazy(() => import('@/features/models/models-page'))
const ModelPage = lazy(() => import('@/features/models/model-page'))
const MovePage = lazy(() => import('@/features/models/move-page'))
const ListsPage = lazy(() => import('@/features/risk/lists-page'))
const ListPage = lazy(() => import('@/features/risk/list-page'))

/** Everything under /risk. */
export default function RiskPages() {
  return (
    <RiskWords fallback={<PanelSkeleton />}>
      <Suspense fallback={<PanelSkeleton />}>
        <Routes>
          <Route index element={<PoliciesPage />} />
          <Route path="policies/:version" element={<PolicyPage />} />
          <Route path="draft" element={<EditorPage />} />
          <Route path="simulations/:simulationId" element={<SimulationPage />} />
          <Route path="models" element={<ModelsPage />} />
          <Route path="models/:version" element={<ModelPage />} />
          <Route path="moves/:moveId" element={<MovePage />} />
          <Route path="lists" element={<ListsPage />} />
          <Route path="lists/:listId" element={<ListPage />} />
          <Route path="*" element={<NotFound />} />
        </Routes>
      </Suspense>
    </RiskWords>
  )
}
