import { useQuery } from '@tanstack/react-query'
import { checkedBlockQuery, checkedProofQuery, keysQuery } from '@/features/chain/api'
import type { Proof, SignedBlock } from '@/features/chain/types'

/** Whether this page may compute hashes: a browser allows it only where nobody on the way can have changed the page. */
export const canCheck = (): boolean => globalThis.isSecureContext

export function useCheckedBlock(block: SignedBlock) {
  const keys = useQuery(keysQuery)
  return useQuery({
    ...checkedBlockQuery(block, keys.data?.items ?? []),
    enabled: keys.data !== undefined && canCheck(),
  })
}

export const useCheckedProof = (proof: Proof) => useQuery({ ...checkedProofQuery(proof), enabled: canCheck() })
