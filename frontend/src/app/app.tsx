import { useQuery } from '@tanstack/react-query'
import { Suspense } from 'react'
import { Navigate, Route, Routes, useLocation } from 'react-router'
import { BrandMark } from '@/app/brand'
import { homeOf } from '@/app/destinations'
import {
  AccountPages,
  AlertsPage,
  ChainPages,
  CompliancePages,
  CustomerPages,
  MoneyPages,
  ProfilePage,
  DecisionPage,
  DecisionsPage,
  LivePage,
  LoginPage,
  RiskPages,
  Shell,
} from '@/app/pages'
import { ErrorState, NotFound } from '@/design/states'
import { useThemeOnDocument } from '@/features/preferences/theme'
import { sessionQuery } from '@/features/session/api'
import { useI18n } from '@/lib/i18n'

function Splash() {
  const { t } = useI18n()
  return (
    <div role="status" aria-label={t('common.loading')} className="grid min-h-dvh place-items-center">
      <BrandMark className="size-10 animate-shimmer" />
    </div>
  )
}

function Protected() {
  const session = useQuery(sessionQuery)
  const location = useLocation()
  if (session.isPending) return <Splash />
  if (session.isError) return <ErrorState error={session.error} onRetry={() => void session.refetch()} />
  if (!session.data) return <Navigate to="/login" replace state={{ from: location }} />
  return <Shell session={session.data} />
}

function Home() {
  const { data } = useQuery(sessionQuery)
  return <Navigate to={homeOf(data?.user.roles ?? [])} replace />
}

export function App() {
  useThemeOnDocument()
  return (
    <Suspense fallback={<Splash />}>
      <Routes>
        <Route path="/login" element={<LoginPage />} />
        <Route element={<Protected />}>
          <Route index element={<Home />} />
          <Route path="/live" element={<LivePage />} />
          <Route path="/decisions" element={<DecisionsPage />} />
          <Route path="/decisions/:transactionId" element={<DecisionPage />} />
          <Route path="/alerts" element={<AlertsPage />} />
          <Route path="/risk/*" element={<RiskPages />} />
          <Route path="/compliance/*" element={<CompliancePages />} />
          <Route path="/accounts/*" element={<AccountPages />} />
          <Route path="/customers/*" element={<CustomerPages />} />
          <Route path="/profile" element={<ProfilePage />} />
          <Route path="/money/*" element={<MoneyPages />} />
          <Route path="/chain/*" element={<ChainPages />} />
          <Route path="*" element={<NotFound />} />
        </Route>
      </Routes>
    </Suspense>
  )
}
