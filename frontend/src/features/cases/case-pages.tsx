import { Route, Routes } from 'react-router'
import { NotFound } from '@/design/states'
import { CasePage } from '@/features/cases/case-page'
import { CasesPage } from '@/features/cases/cases-page'
import { NewCasePage } from '@/features/cases/new-case-page'

/** Everything under /compliance/cases. */
export default function CasePages() {
  return (
    <Routes>
      <Route index element={<CasesPage />} />
      <Route path="new" element={<NewCasePage />} />
      <Route path=":caseId" element={<CasePage />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  )
}
