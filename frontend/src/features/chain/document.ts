/** A proof as somebody else takes it along. */
import type { Proof } from '@/features/chain/types'

const INDENT = 2

export const documentOf = (proof: Proof): string => `${JSON.stringify(proof, null, INDENT)}\n`

export const nameOf = (proof: Proof): string => `proof-${proof.transfer.id}.json`

/** Says which first key and block are meant, so that the script believes no other chain. */
export const commandOf = (proof: Proof): string =>
  `python verify_transfer.py ${nameOf(proof)} --first-key ${proof.keys[0]?.key_id ?? ''} --block ${proof.block.hash}`
