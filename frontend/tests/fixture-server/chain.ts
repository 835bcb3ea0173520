/** /v1/ledger over a chain that is really hashed, worked and signed, and goes on by a block every ten seconds. */
import { problem, type Answer } from './answer'
import {
  digestOf, pathOf, publicKeyOf, sha256, signature, signerOf, treeOf, worked, type Header, type SealedTransfer,
} from './chain-bytes' // prettier-ignore
import { Dice } from './random'

const SEED = 4_711
const BLOCKS = 130
const BLOCK_MS = 10_000
const ROTATED_AT = 90
const DIFFICULTY = 1_024
const WORK_US = 200_000
/** How many others stand before those that are known, so that a path turns both ways. */
const BEFORE = 13
const US = 1_000
/** In the block that was the newest when the fixture began. */
export const PROVED = '0193f2aa-1111-7aaa-8aaa-00000000c0de'
/** Sealed as well, and answered with one cent more than was sealed. */
export const TAMPERED = '0193f2aa-1111-7aaa-8aaa-0000000bad00'

interface Leaf {
  transfer: SealedTransfer
  keptHash: string
}

interface Stored {
  block: Header & { nonce: number; work_us: number; hash: string }
  signatures: { key_id: string; algorithm: string; signature: string }[]
  tree: Buffer[][]
  digests: Buffer[]
}

export interface Booked {
  id: string
  debit: string
  credit: string
  amountMinor: number
  bookedMs: number
}

const ok = (body: unknown): Answer => ({ status: 200, body })

export class Chain {
  private readonly stored: Stored[] = []
  private readonly places = new Map<string, Leaf & { height: number; position: number }>()
  private readonly dice = new Dice(SEED)
  private readonly signers = [signerOf('first key of the fixture'), signerOf('second key of the fixture')] as const
  private readonly startMs: number
  private journalId = 88_000

  /** What was booked before there was a chain is in its first block. */
  constructor(nowMs: number, before: readonly Booked[]) {
    this.startMs = nowMs - BLOCKS * BLOCK_MS
    for (const booked of before) this.remember(booked, 0)
    this.catchUp(nowMs - BLOCK_MS)
    const [debit, credit] = [this.dice.uuid(), this.dice.uuid()]
    const newest = { debit, credit, bookedMs: nowMs - BLOCK_MS - 2_400 }
    this.remember({ ...newest, id: PROVED, amountMinor: 125_000 }, this.stored.length)
    this.remember({ ...newest, id: TAMPERED, amountMinor: 8_750 }, this.stored.length)
    this.catchUp(nowMs)
  }

  answer(path: string, search: URLSearchParams, nowMs: number): Answer {
    this.catchUp(nowMs)
    const [noun, id] = path.split('/')
    if (noun === 'head') return ok({ block: this.whole(this.stored.length - 1), first_key: this.signers[0].keyId })
    if (noun === 'keys') return ok({ items: this.keys() })
    if (noun === 'blocks' && id) {
      const block = this.whole(Number(id))
      return block ? ok(block) : problem(404, 'not-found', `there is no block ${id}`)
    }
    if (noun === 'blocks') return this.page(search)
    return this.proof(id ?? '')
  }

  private page(search: URLSearchParams): Answer {
    const limit = Number(search.get('limit') ?? 50)
    const past = Number(search.get('cursor') ?? this.stored.length)
    const items = this.stored.slice(Math.max(0, past - limit), past).reverse()
    return ok({ items: items.map(({ block }) => block), next_cursor: past > limit ? String(past - limit) : null })
  }

  private proof(id: string): Answer {
    const place = this.places.get(id)
    const stored = place && this.stored[place.height]
    if (!place || !stored) return problem(404, 'not-found', `no block holds a transfer ${id}`)
    const { transfer, keptHash, position } = place
    return ok({
      transfer: id === TAMPERED ? { ...transfer, amount_minor: transfer.amount_minor + 1 } : transfer,
      kept_hash: keptHash,
      digest: stored.digests[position]?.toString('hex'),
      position,
      path: pathOf(stored.tree, position),
      block: this.whole(place.height),
      keys: this.keys(),
    })
  }

  private keys() {
    const [first, second] = this.signers
    const madeUs = (height: number) => (this.startMs + height * BLOCK_MS) * US
    return [publicKeyOf(first, first, 0, madeUs(0)), publicKeyOf(second, first, ROTATED_AT, madeUs(ROTATED_AT))]
  }

  private whole(height: number) {
    const stored = this.stored[height]
    return stored && { ...stored.block, signatures: stored.signatures }
  }

  private remember({ id, debit, credit, amountMinor, bookedMs }: Booked, height: number): void {
    const position = BEFORE + [...this.places.values()].filter((place) => place.height === height).length
    const transfer: SealedTransfer = {
      id, tenant_id: 'demo', status: 'posted', purpose: 'transfer', debit_account_id: debit, credit_account_id: credit,
      amount_minor: amountMinor, posted_minor: amountMinor, currency: 'BRL', reverses_id: null, door: 'rpc', reason: null,
      expires_at_us: null, occurred_at_us: (bookedMs - 31) * US, booked_at_us: bookedMs * US, resolved_at_us: null,
    } // prettier-ignore
    this.places.set(id, { transfer, keptHash: sha256(Buffer.from(id)).toString('hex'), height, position })
  }

  private catchUp(nowMs: number): void {
    for (let next = this.stored.length; this.startMs + next * BLOCK_MS <= nowMs; next += 1) this.seal(next)
  }

  private seal(height: number): void {
    const { dice } = this
    const known = [...this.places.values()].filter((place) => place.height === height)
    const others = Array.from({ length: BEFORE + dice.below(56) }, () => sha256(Buffer.from(dice.uuid())))
    const sealed = known.map(({ transfer, keptHash }) => digestOf(transfer, keptHash))
    const digests = [...others.slice(0, BEFORE), ...sealed, ...others.slice(BEFORE)]
    const tree = treeOf(digests)
    const signer = this.signers[height < ROTATED_AT ? 0 : 1]
    const rows = 1 + dice.below(9)
    const header: Header = {
      height, shard: 0, previous_hash: this.stored[height - 1]?.block.hash ?? '0'.repeat(64),
      merkle_root: tree.at(-1)?.[0]?.toString('hex') ?? '', first_journal_id: this.journalId + 1,
      last_journal_id: (this.journalId += rows), leaves: digests.length, batch_hash: sha256(Buffer.from(dice.uuid())).toString('hex'),
      made_at_us: (this.startMs + height * BLOCK_MS) * US + dice.below(400_000), difficulty: DIFFICULTY, work_target_us: WORK_US,
      key_ids: [signer.keyId],
    } // prettier-ignore
    const { nonce, hash } = worked(header)
    const workUs = Math.round(dice.logNormal(WORK_US, 0.5))
    this.stored.push({
      block: { ...header, nonce, work_us: workUs, hash: hash.toString('hex') },
      signatures: [{ key_id: signer.keyId, algorithm: 'ed25519', signature: signature(signer, hash, workUs) }],
      tree,
      digests,
    })
  }
}
