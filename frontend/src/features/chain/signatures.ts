/** Which keys lead back to a chain's first one, and what they signed. */
import { fromHex, sha256, toHex, type Bytes } from '@/features/chain/bytes'
import { endorsedOf, signedOf } from '@/features/chain/canonical'
import type { Key, SignedBlock } from '@/features/chain/types'

/** Unknown is what this browser has no means to check. */
export type Finding = 'holds' | 'fails' | 'unknown'

export interface SignatureFinding {
  keyId: string
  algorithm: Key['algorithm'] | null
  finding: Finding
}

const KEY_ID_LENGTH = 32
const ED25519 = 'ed25519'
const SCHEMES: Record<Key['algorithm'], { name: string; format: string }> = {
  ed25519: { name: 'Ed25519', format: 'raw' },
  'ml-dsa-65': { name: 'ML-DSA-65', format: 'raw-public' },
}

/** All hold, or one fails, or else one is unknown. */
export function allOf(findings: readonly Finding[]): Finding {
  if (findings.includes('fails')) return 'fails'
  return findings.includes('unknown') ? 'unknown' : 'holds'
}

/** Whether a key signed a message. A browser that does not know the algorithm says so when it takes in the key. */
async function signed(key: Key, message: Bytes, signature: string): Promise<Finding> {
  const { name, format } = SCHEMES[key.algorithm]
  const [publicKey, claimed] = [fromHex(key.public_key), fromHex(signature)]
  let imported: CryptoKey
  try {
    imported = await crypto.subtle.importKey(format as 'raw', publicKey, { name }, false, ['verify'])
  } catch (error) {
    return error instanceof DOMException && error.name === 'DataError' ? 'fails' : 'unknown'
  }
  return (await crypto.subtle.verify({ name }, imported, claimed, message)) ? 'holds' : 'fails'
}

async function judged(check: () => Promise<Finding>): Promise<Finding> {
  try {
    return await check()
  } catch {
    return 'fails'
  }
}

const standing = (one: Key, other: Key): number =>
  one.from_height - other.from_height || one.made_at_us - other.made_at_us

const oldestFirst = (one: Key, other: Key): number => standing(one, other) || (one.algorithm < other.algorithm ? -1 : 1)

interface Accepted {
  key: Key
  finding: Finding
}

/** The one key that may endorse another: the Ed25519 key in force just before it; of what came with the first key, that. */
function endorserOf(accepted: readonly Key[], key: Key): Key | undefined {
  const able = accepted.filter(({ algorithm }) => algorithm === ED25519)
  return (
    able
      .filter((one) => standing(one, key) < 0)
      .sort(oldestFirst)
      .at(-1) ?? able[0]
  )
}

/** The keys that lead back to the first one, each endorsed by the one in force before it: a replaced key endorses none. */
async function endorsedKeys(keys: readonly Key[]): Promise<Map<string, Accepted>> {
  const accepted = new Map<string, Accepted>()
  for (const key of [...keys].sort(oldestFirst)) {
    const before = [...accepted.values()].map((one) => one.key)
    const by = endorserOf(before.length > 0 ? before : [key], key)
    if (by?.key_id !== key.endorsed_by) continue
    if (before.some((one) => one.algorithm === key.algorithm && standing(one, key) === 0)) continue
    const finding = await judged(async () => {
      const rightId = toHex(await sha256(fromHex(key.public_key))).slice(0, KEY_ID_LENGTH) === key.key_id
      return rightId ? signed(by, endorsedOf(key), key.endorsement) : 'fails'
    })
    if (finding !== 'fails') accepted.set(key.key_id, { key, finding })
  }
  return accepted
}

/** The key of an algorithm that signs at a height: the newest of those from there or before. */
function inForce(accepted: Map<string, Accepted>, algorithm: Key['algorithm'], height: number): string | undefined {
  return [...accepted.values()]
    .map(({ key }) => key)
    .filter((key) => key.algorithm === algorithm && key.from_height <= height)
    .sort(oldestFirst)
    .at(-1)?.key_id
}

/** What each key that a block names did, in the block's order; without an Ed25519 key among them none of it counts. */
export async function signaturesOf(
  block: SignedBlock,
  keys: readonly Key[],
  blockHash: Bytes,
): Promise<SignatureFinding[]> {
  const accepted = await endorsedKeys(keys)
  const signatures = new Map(block.signatures.map((one) => [one.key_id, one]))
  const found: SignatureFinding[] = []
  for (const keyId of block.key_ids) {
    const known = accepted.get(keyId)
    const algorithm = known?.key.algorithm ?? null
    const finding = await judged(async () => {
      const claimed = signatures.get(keyId)
      if (!known || claimed?.algorithm !== algorithm) return 'fails'
      if (inForce(accepted, known.key.algorithm, block.height) !== keyId) return 'fails'
      return allOf([known.finding, await signed(known.key, signedOf(blockHash, block.work_us), claimed.signature)])
    })
    found.push({ keyId, algorithm, finding })
  }
  const isSigned = found.some(({ algorithm }) => algorithm === ED25519)
  return isSigned ? found : found.map((one) => ({ ...one, finding: 'fails' as const }))
}
