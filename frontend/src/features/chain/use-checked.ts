import { useQuery } from '@tanstack/react-query'
import { checkedBlockQuery, checkedProofQuery, keysQuery } from '@/features/chain/api'
import type { Proof, SignedBlock } from '@/features/chain/types'

/** Whether this page may compute hashes: a browser allows it only where nobody on the way can have changed the page. */
export const canCheck = (): boolean => globalThis.isSecureContext

/** A key that is not among those that were asked for earlier is waited for, before a block of it is called wrong. */
export function useCheckedBlock(block: SignedBlock) {
  const keys = useQuery(keysQuery)
  const known = new Set(keys.data?.items.map(({ key_id }) => key_id))
  const isComplete = !keys.isFetching || block.key_ids.every((id) => known.has(id))
  return useQuery({
    ...checkedBlockQuery(block, keys.data?.items ?? []),
    enabled: keys.data !== undefined && isComplete && canCheck(),
  })
}

export const useCheckedProof = (proof: Proof) => useQuery({ ...checkedProofQuery(proof), enabled: canCheck() })
