import { QueryClient } from '@tanstack/react-query'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { caseQuery } from '@/features/cases/api'
import type { CaseDetail } from '@/features/cases/types'

const ID = '0193f2aa-1111-7111-8111-111111111111'
const at = (version: number, state: CaseDetail['state']) => ({ case_id: ID, version, state }) as CaseDetail

/** A server whose next answer is given when the test says so. */
function answers() {
  let give: (of: CaseDetail) => void = () => undefined
  const asked = new Promise<Response>((resolve) => {
    give = (of) => resolve(new Response(JSON.stringify(of), { headers: { 'Content-Type': 'application/json' } }))
  })
  vi.stubGlobal('fetch', () => asked)
  return give
}

describe('what is known of a case', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('stays as the newer answer has it when an older one arrives after it', async () => {
    const client = new QueryClient()
    const give = answers()
    const asked = client.fetchQuery(caseQuery(ID))
    client.setQueryData(caseQuery(ID).queryKey, at(3, 'proposed'))
    give(at(2, 'analysis'))
    await asked
    expect(client.getQueryData(caseQuery(ID).queryKey)).toMatchObject({ version: 3, state: 'proposed' })
  })

  it('is what came last where both are of the same version, or the last is newer', async () => {
    const client = new QueryClient()
    for (const [version, state] of [
      [3, 'proposed'],
      [3, 'analysis'],
      [4, 'closed'],
    ] as const) {
      const give = answers()
      const asked = client.fetchQuery({ ...caseQuery(ID), staleTime: 0 })
      give(at(version, state))
      await asked
      expect(client.getQueryData(caseQuery(ID).queryKey)).toMatchObject({ version, state })
    }
  })
})
