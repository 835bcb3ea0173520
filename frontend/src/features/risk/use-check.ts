import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { checkQuery } from '@/features/risk/api'
import type { PolicyDocument } from '@/features/risk/types'

const QUIET_MS = 350

/** A value once it has not changed for a while. */
function useSettled<T>(value: T, quietMs: number): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), quietMs)
    return () => clearTimeout(timer)
  }, [value, quietMs])
  return settled
}

/** What the API says of a document once somebody stops typing; until it has answered, what it said last. */
export function useCheck(document: PolicyDocument) {
  const text = JSON.stringify(document)
  const settled = useSettled(text, QUIET_MS)
  const { data, error, isFetching, refetch } = useQuery({
    ...checkQuery(JSON.parse(settled) as PolicyDocument),
    placeholderData: keepPreviousData,
  })
  return { checked: data, error, isBusy: isFetching || text !== settled, refetch }
}
