import { lazy, Suspense } from 'react'
import { Route, Routes } from 'react-router'
import { PanelSkeleton } from '@/design/panel-skeleton'
import { NotFound } from '@/design/states'
import AccountsPage from '@/features/accounts/accounts-page'
import { AccountWords } from '@/features/accounts/words'

const AccountPage = lazy(() => import('@/features/accounts/account-page'))

/** Everything under /accounts. */
export default function AccountPages() {
  return (
    <AccountWords fallback={<PanelSkeleton />}>
      <Suspense fallback={<PanelSkeleton />}>
        <Routes>
          <Route index element={<AccountsPage />} />
          <Route path=":accountId" element={<AccountPage />} />
          <Route path="*" element={<NotFound />} />
        </Routes>
      </Suspense>
    </AccountWords>
  )
}
