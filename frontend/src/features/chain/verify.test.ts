// @vitest-environment node
/** The documents were made by the ledger itself: tests/serving/test_chain.py holds them to docs/verify_transfer.py. */
import { describe, expect, test } from 'vitest'
import { fromHex, sha256, toHex, type Bytes } from '@/features/chain/bytes'
import { endorsedOf, headerOf, signedOf } from '@/features/chain/canonical'
import documents from '@/features/chain/proofs.golden.json'
import type { Key, Proof, SignedBlock } from '@/features/chain/types'
import { checkBlock, checkProof } from '@/features/chain/verify'

const PROOFS = documents as unknown as Record<string, Proof>
const NAMES = Object.keys(PROOFS)
const ROTATED = PROOFS['rotated'] as Proof
const TWICE = PROOFS['alone, signed twice'] as Proof
const HEX = /^[0-9a-f]{32,}$/

type Place = readonly (string | number)[]

/** Where a document can be changed, value by value. */
function placesIn(value: unknown, at: Place = []): Place[] {
  if (value === null) return []
  if (typeof value !== 'object') return [at]
  return Object.entries(value).flatMap(([name, inner]) => placesIn(inner, [...at, name]))
}

function valueAt(document: unknown, place: Place): unknown {
  return place.reduce((inner: unknown, step) => (inner as Record<string, unknown>)[step], document)
}

function changedAt(document: Proof, place: Place, value: unknown): Proof {
  const changed = structuredClone(document)
  const holder = valueAt(changed, place.slice(0, -1)) as Record<string, unknown>
  holder[place.at(-1) as string] = value
  return changed
}

const flipped = (digit: string): string => (parseInt(digit, 16) ^ 1).toString(16)

/** Each byte of what is bytes with a bit turned over, each letter of a text with another, each figure one more. */
function othersOf(value: unknown): unknown[] {
  if (typeof value === 'number') return [value + 1]
  const text = String(value)
  const places = Array.from({ length: HEX.test(text) ? text.length / 2 : text.length }, (_, index) => index)
  if (HEX.test(text)) {
    return places.map((at) => text.slice(0, 2 * at + 1) + flipped(text[2 * at + 1] ?? '0') + text.slice(2 * at + 2))
  }
  return places.map((at) => text.slice(0, at) + (text[at] === '1' ? '2' : '1') + text.slice(at + 1))
}

/** What a proof may say otherwise and still be true: when a key that did not sign this block was made, and by whom. */
function isOfAnotherKey(proof: Proof, [what, index]: Place): boolean {
  const key = what === 'keys' ? proof.keys[Number(index)] : undefined
  if (!key) return false
  const leadsBack = new Set(proof.block.key_ids)
  for (const one of [...proof.keys].reverse()) if (leadsBack.has(one.key_id)) leadsBack.add(one.endorsed_by)
  return !leadsBack.has(key.key_id)
}

interface Pair {
  keyId: string
  publicKey: string
  sign: (message: Bytes) => Promise<string>
}

async function pair(): Promise<Pair> {
  const made = (await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify'])) as CryptoKeyPair
  const publicKey = toHex(new Uint8Array(await crypto.subtle.exportKey('raw', made.publicKey)))
  const sign = async (message: Bytes) =>
    toHex(new Uint8Array(await crypto.subtle.sign({ name: 'Ed25519' }, made.privateKey, message)))
  return { keyId: toHex(await sha256(fromHex(publicKey))).slice(0, 32), publicKey, sign }
}

async function endorsed(one: Pair, by: Pair, height: number, madeAtUs: number): Promise<Key> {
  const key: Key = {
    key_id: one.keyId,
    algorithm: 'ed25519',
    public_key: one.publicKey,
    from_height: height,
    made_at_us: madeAtUs,
    endorsed_by: by.keyId,
    endorsement: '',
  }
  return { ...key, endorsement: await by.sign(endorsedOf(key)) }
}

/** The block as another key would have signed it, with no work to speak of. */
async function signedBy(one: Pair, block: SignedBlock): Promise<SignedBlock> {
  const easy = { ...block, key_ids: [one.keyId], difficulty: 1, nonce: 0 }
  const hash = await sha256(headerOf(easy))
  const signature = await one.sign(signedOf(hash, easy.work_us))
  return { ...easy, hash: toHex(hash), signatures: [{ key_id: one.keyId, algorithm: 'ed25519', signature }] }
}

describe('a proof that the ledger made', () => {
  test.each(NAMES)('holds, step by step: %s', async (name) => {
    const proof = PROOFS[name] as Proof
    const checked = await checkProof(proof)
    expect(checked.digest).toEqual({ found: proof.digest, finding: 'holds' })
    expect(checked.path.finding).toBe('holds')
    expect(checked.path.levels.map(({ sibling }) => sibling).filter(Boolean)).toEqual(proof.path)
    expect(checked.block.header).toEqual({ found: proof.block.hash, finding: 'holds' })
    expect(checked.block.work).toBe('holds')
    expect(checked.block.signatures.map(({ keyId }) => keyId)).toEqual(proof.block.key_ids)
    expect(checked.block.signatures[0]).toMatchObject({ algorithm: 'ed25519', finding: 'holds' })
  })

  test('is believed in no byte that is another', { timeout: 60_000 }, async () => {
    const tried = placesIn(ROTATED).filter((place) => !isOfAnotherKey(ROTATED, place))
    const believed: unknown[] = []
    let count = 0
    for (const place of tried) {
      for (const other of othersOf(valueAt(ROTATED, place))) {
        count += 1
        const { finding } = await checkProof(changedAt(ROTATED, place, other))
        if (finding !== 'fails') believed.push([place.join('.'), other])
      }
    }
    expect(believed).toEqual([])
    expect(count).toBeGreaterThan(700)
  })

  test('is not believed with a shorter or a longer path, or as the leaf beside it', async () => {
    const sibling = ROTATED.path[0] as string
    for (const path of [[], ROTATED.path.slice(1), [...ROTATED.path, sibling]])
      expect((await checkProof({ ...ROTATED, path })).path.finding).toBe('fails')
    expect((await checkProof({ ...ROTATED, position: ROTATED.position - 1 })).path.finding).toBe('fails')
  })

  test('is not believed where a key that had been replaced signs, or none does', async () => {
    const [first] = ROTATED.keys
    const byFirst = { ...ROTATED.block, key_ids: [first?.key_id ?? ''] }
    expect((await checkBlock(byFirst, ROTATED.keys)).finding).toBe('fails')
    expect((await checkBlock({ ...ROTATED.block, key_ids: [] }, ROTATED.keys)).finding).toBe('fails')
    expect((await checkBlock(ROTATED.block, ROTATED.keys.slice(1))).finding).toBe('fails')
  })

  test('is believed by a later key only on the word of the one in force, not of one that it replaced', async () => {
    const [leaked, inForce, later] = await Promise.all([pair(), pair(), pair()])
    const { height } = ROTATED.block
    const keys = [await endorsed(leaked, leaked, 0, 1), await endorsed(inForce, leaked, height, 2)]
    const block = await signedBy(later, ROTATED.block)
    const findingOf = async (by: Pair, madeAtUs: number) =>
      (await checkBlock(block, [...keys, await endorsed(later, by, height, madeAtUs)])).finding
    expect(await findingOf(inForce, 3)).toBe('holds')
    expect(await findingOf(leaked, 3)).toBe('fails')
    expect(await findingOf(leaked, 2)).toBe('fails')
  })

  test('is unknown, and not believed, where a browser does not know how a key signs', async () => {
    const { importKey } = crypto.subtle
    const knowsOne = ((format: string, ...rest: unknown[]) => {
      if (format !== 'raw') throw new TypeError('no such format')
      return (importKey as (...all: unknown[]) => unknown).call(crypto.subtle, format, ...rest)
    }) as typeof importKey
    crypto.subtle.importKey = knowsOne
    try {
      const checked = await checkProof(TWICE)
      expect(checked.block.signatures.map(({ finding }) => finding)).toEqual(['holds', 'unknown'])
      expect(checked.finding).toBe('unknown')
    } finally {
      crypto.subtle.importKey = importKey
    }
  })
})
