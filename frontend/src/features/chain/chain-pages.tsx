import { lazy, Suspense } from 'react'
import { Route, Routes } from 'react-router'
import { PanelSkeleton } from '@/design/panel-skeleton'
import { NotFound } from '@/design/states'
import ChainPage from '@/features/chain/chain-page'
import { ChainWords } from '@/features/chain/words'

const BlockPage = lazy(() => import('@/features/chain/block-page'))
const ProvePage = lazy(() => import('@/features/chain/prove-page'))

/** Everything under /chain. */
export default function ChainPages() {
  return (
    <ChainWords fallback={<PanelSkeleton />}>
      <Suspense fallback={<PanelSkeleton />}>
        <Routes>
          <Route index element={<ChainPage />} />
          <Route path="blocks/:height" element={<BlockPage />} />
          <Route path="prove" element={<ProvePage />} />
          <Route path="prove/:transferId" element={<ProvePage />} />
          <Route path="*" element={<NotFound />} />
        </Routes>
      </Suspense>
    </ChainWords>
  )
}
