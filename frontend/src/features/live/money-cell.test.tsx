import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { summaryQuery } from '@/features/analytics/api'
import { MoneyCell } from '@/features/live/money-cell'
import { EMPTY_LIVE } from '@/features/live/reducer'
import { useLive } from '@/features/live/store'
import type { LiveStats, Summary } from '@/lib/api-types'
import { I18nProvider } from '@/lib/i18n'
import en from '@/lib/messages/en'

const STATS: LiveStats = {
  per_second: 1,
  p50_us: null,
  p99_us: null,
  verdicts: { allow: 1, review: 0, step_up: 0, deny: 0 },
  currency: 'EUR',
  moved_minor: 125_000,
  saved_minor: 9_900,
  other_currencies: [
    { currency: 'JPY', moved_minor: 4_200, saved_minor: 0 },
    { currency: 'USD', moved_minor: 0, saved_minor: 700 },
  ],
  since: 0,
}

const NOTHING_YET: Summary = {
  transactions: 0,
  amount_minor: 0,
  allowed: 0,
  reviewed: 0,
  denied: 0,
  frauds: 0,
  fraud_amount_minor: 0,
  frauds_caught: 0,
  false_alarms: 0,
  caught_share: null,
  false_alarm_share: null,
  first_day: null,
  last_day: null,
  as_of: null,
  channels: [],
}

function show(stats: LiveStats): void {
  useLive.setState({ ...EMPTY_LIVE, stats })
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
  client.setQueryData(summaryQuery.queryKey, NOTHING_YET)
  render(
    <I18nProvider language="en" initial={{ language: 'en', messages: en }}>
      <QueryClientProvider client={client}>
        <MoneyCell />
      </QueryClientProvider>
    </I18nProvider>,
  )
}

beforeEach(() => {
  // Whoever asks for reduced motion sees the figure at once.
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: vi.fn(), removeEventListener: vi.fn() }))
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('money is told in the currency that it moved in, and no two currencies are added', () => {
  show(STATS)
  expect(screen.getByText('€1,250.00')).toBeTruthy()
  expect(screen.getByText('€99.00')).toBeTruthy()
  expect(screen.getByText('+ ¥4,200')).toBeTruthy()
  expect(screen.getByText('+ $7.00')).toBeTruthy()
  expect(screen.queryByText(/R\$/)).toBeNull()
})

test('before the first transfer there is no currency, and so no amount', () => {
  show({ ...STATS, currency: null, moved_minor: 0, saved_minor: 0, other_currencies: [] })
  expect(screen.getAllByText('–')).toHaveLength(2)
})
