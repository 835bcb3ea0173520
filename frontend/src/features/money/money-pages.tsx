import { Route, Routes } from 'react-router'
import { PanelSkeleton } from '@/design/panel-skeleton'
import { NotFound } from '@/design/states'
import { AccountWords } from '@/features/accounts/words'
import MoneyPage from '@/features/money/money-page'
import { MoneyWords } from '@/features/money/words'

/** Everything under /money. Categories are called what they are called on the accounts' pages. */
export default function MoneyPages() {
  return (
    <AccountWords fallback={<PanelSkeleton />}>
      <MoneyWords fallback={<PanelSkeleton />}>
        <Routes>
          <Route index element={<MoneyPage />} />
          <Route path="*" element={<NotFound />} />
        </Routes>
      </MoneyWords>
    </AccountWords>
  )
}
