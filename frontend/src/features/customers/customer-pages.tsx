import { lazy, Suspense } from 'react'
import { Route, Routes } from 'react-router'
import { PanelSkeleton } from '@/design/panel-skeleton'
import { NotFound } from '@/design/states'
import { AccountWords } from '@/features/accounts/words'
import CustomersPage from '@/features/customers/customers-page'
import { CustomerWords } from '@/features/customers/words'

const CustomerPage = lazy(() => import('@/features/customers/customer-page'))

/** Everything under /customers. A customer is searched for as on the accounts' pages. */
export default function CustomerPages() {
  return (
    <AccountWords fallback={<PanelSkeleton />}>
      <CustomerWords fallback={<PanelSkeleton />}>
        <Suspense fallback={<PanelSkeleton />}>
          <Routes>
            <Route index element={<CustomersPage />} />
            <Route path=":customerId" element={<CustomerPage />} />
            <Route path="*" element={<NotFound />} />
          </Routes>
        </Suspense>
      </CustomerWords>
    </AccountWords>
  )
}
