import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import { filtersOf, withFilters, type Filters } from '@/features/decisions/filters'

/** The filters of the address, and the way to change them. */
export function useFilters(): [filters: Filters, change: (filters: Filters) => void] {
  const [search, setSearch] = useSearchParams()
  const filters = useMemo(() => filtersOf(search), [search])
  const change = useCallback((next: Filters) => setSearch((before) => withFilters(before, next)), [setSearch])
  return [filters, change]
}
