/** Checks blocks and proofs in this browser, step by step, with nothing of the bank's but its answer. */
import { fromHex, joined, sha256, toHex, type Bytes } from '@/features/chain/bytes'
import { headerOf, recordOf } from '@/features/chain/canonical'
import { allOf, signaturesOf, type Finding, type SignatureFinding } from '@/features/chain/signatures'
import type { Key, Proof, SignedBlock } from '@/features/chain/types'

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)
const HASH_BITS = 256n

/** A step that was computed anew: what came out, and whether it is what the answer says. */
export interface Computed {
  found: string | null
  finding: Finding
}

/** One level of the way to the root: ours, and the one beside it (none where ours stands alone and goes up as it is). */
export interface Level {
  ours: string
  sibling: string | null
  isRight: boolean
}

export interface CheckedBlock {
  header: Computed
  work: Finding
  signatures: SignatureFinding[]
  finding: Finding
}

export interface CheckedProof {
  digest: Computed
  path: Computed & { levels: Level[] }
  block: CheckedBlock
  finding: Finding
}

/** An answer that cannot even be read does not hold. */
async function computed(claimed: string, compute: () => Promise<Bytes | null>): Promise<Computed> {
  try {
    const bytes = await compute()
    const found = bytes && toHex(bytes)
    return { found, finding: found === claimed ? 'holds' : 'fails' }
  } catch {
    return { found: null, finding: 'fails' }
  }
}

function showsWork(blockHash: string, difficulty: number): Finding {
  if (!Number.isSafeInteger(difficulty) || difficulty < 1) return 'fails'
  return BigInt(`0x${blockHash}`) * BigInt(difficulty) < 1n << HASH_BITS ? 'holds' : 'fails'
}

export async function checkBlock(block: SignedBlock, keys: readonly Key[]): Promise<CheckedBlock> {
  const header = await computed(block.hash, () => sha256(headerOf(block)))
  const work = header.found === null ? 'fails' : showsWork(header.found, block.difficulty)
  const signatures = header.found === null ? [] : await signaturesOf(block, keys, fromHex(header.found))
  // A block that names no key is signed by nobody.
  const signed = signatures.length > 0 ? allOf(signatures.map(({ finding }) => finding)) : 'fails'
  return { header, work, signatures, finding: allOf([header.finding, work, signed]) }
}

/** The way from a leaf to the Merkle root (RFC 6962); no root where the path is not of that length. */
async function climbed(proof: Proof, digest: Bytes): Promise<{ levels: Level[]; root: Bytes | null }> {
  const levels: Level[] = []
  const rest = [...proof.path]
  let { position } = proof
  let last = proof.block.leaves - 1
  let found = await sha256(LEAF, digest)
  while (last > 0) {
    const isRight = position % 2 === 1
    const sibling = isRight || position < last ? rest.shift() : null
    if (sibling === undefined) return { levels, root: null }
    levels.push({ ours: toHex(found), sibling, isRight })
    if (sibling !== null) {
      const beside = fromHex(sibling)
      found = await sha256(NODE, isRight ? joined(beside, found) : joined(found, beside))
    }
    position = Math.floor(position / 2)
    last = Math.floor(last / 2)
  }
  return { levels, root: rest.length === 0 && position === 0 ? found : null }
}

export async function checkProof(proof: Proof): Promise<CheckedProof> {
  const digest = await computed(proof.digest, () => sha256(recordOf(proof.transfer, proof.kept_hash)))
  let levels: Level[] = []
  const path = await computed(proof.block.merkle_root, async () => {
    if (digest.found === null || !Number.isSafeInteger(proof.position) || proof.position < 0) return null
    const climb = await climbed(proof, fromHex(digest.found))
    levels = climb.levels
    return climb.root
  })
  const block = await checkBlock(proof.block, proof.keys)
  return {
    digest,
    path: { ...path, levels },
    block,
    finding: allOf([digest.finding, path.finding, block.finding]),
  }
}
