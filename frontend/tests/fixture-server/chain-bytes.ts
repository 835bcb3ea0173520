/** How the ledger hashes and signs, written for Node alone: the page's own checks must agree with it, not share it. */
import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto'

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')
const RAW_KEY_BYTES = 32
const KEY_ID_LENGTH = 32
const YEAR_2000_US = 946_684_800_000_000
const [UUID, TEXT, INTEGER, MOMENT, BYTEA] = [2950, 25, 20, 1184, 17]

export interface SealedTransfer {
  id: string
  tenant_id: string
  status: string
  purpose: string
  debit_account_id: string | null
  credit_account_id: string | null
  amount_minor: number
  posted_minor: number
  currency: string
  reverses_id: string | null
  door: string | null
  reason: string | null
  expires_at_us: number | null
  occurred_at_us: number
  booked_at_us: number
  resolved_at_us: number | null
}

export interface Header {
  height: number
  shard: number
  previous_hash: string
  merkle_root: string
  first_journal_id: number
  last_journal_id: number
  leaves: number
  batch_hash: string
  made_at_us: number
  difficulty: number
  work_target_us: number
  key_ids: string[]
}

export interface Signer {
  keyId: string
  publicKey: Buffer
  privateKey: KeyObject
}

const KINDS: Record<keyof SealedTransfer, number> = {
  id: UUID, tenant_id: TEXT, status: TEXT, purpose: TEXT, debit_account_id: UUID, credit_account_id: UUID, amount_minor: INTEGER,
  posted_minor: INTEGER, currency: TEXT, reverses_id: UUID, door: TEXT, reason: TEXT, expires_at_us: MOMENT, occurred_at_us: MOMENT,
  booked_at_us: MOMENT, resolved_at_us: MOMENT,
} // prettier-ignore

export const sha256 = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest()

function int(size: 2 | 4 | 8, value: number): Buffer {
  const bytes = Buffer.alloc(size)
  if (size === 8) bytes.writeBigInt64BE(BigInt(value))
  else bytes.writeIntBE(value, 0, size)
  return bytes
}

const text = (value: string): Buffer => Buffer.concat([int(4, Buffer.byteLength(value)), Buffer.from(value)])

function field(kind: number, value: string | number | null): Buffer {
  if (value === null) return Buffer.concat([int(4, kind), int(4, -1)])
  const data =
    kind === UUID
      ? Buffer.from(String(value).replaceAll('-', ''), 'hex')
      : kind === BYTEA
        ? Buffer.from(String(value), 'hex')
        : kind === TEXT
          ? Buffer.from(String(value))
          : int(8, Number(value) - (kind === MOMENT ? YEAR_2000_US : 0))
  return Buffer.concat([int(4, kind), int(4, data.length), data])
}

export function digestOf(transfer: SealedTransfer, keptHash: string): Buffer {
  const names = Object.keys(KINDS) as (keyof SealedTransfer)[]
  const fields = names.map((name) => field(KINDS[name], transfer[name]))
  return sha256(int(4, fields.length + 1), ...fields, field(BYTEA, keptHash))
}

/** Every level of the tree (RFC 6962), the leaves first. */
export function treeOf(digests: readonly Buffer[]): Buffer[][] {
  const levels = [digests.map((digest) => sha256(Buffer.of(0), digest))]
  for (let level = levels[0] ?? []; level.length > 1; level = levels.at(-1) ?? []) {
    const above: Buffer[] = []
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at], level[at + 1]]
      if (left) above.push(right ? sha256(Buffer.of(1), left, right) : left)
    }
    levels.push(above)
  }
  return levels
}

export function pathOf(tree: readonly Buffer[][], position: number): string[] {
  return tree.slice(0, -1).flatMap((level, depth) => {
    const sibling = level[(position >> depth) ^ 1]
    return sibling ? [sibling.toString('hex')] : []
  })
}

/** The first nonce whose hash is good enough, and that hash. */
export function worked(header: Header): { nonce: number; hash: Buffer } {
  const fixed = Buffer.concat([
    Buffer.from('baas.block.1'), int(8, header.height), int(2, header.shard), Buffer.from(header.previous_hash, 'hex'),
    Buffer.from(header.merkle_root, 'hex'), int(8, header.first_journal_id), int(8, header.last_journal_id), int(4, header.leaves),
    Buffer.from(header.batch_hash, 'hex'), int(8, header.made_at_us), int(8, header.difficulty), int(8, header.work_target_us),
    ...header.key_ids.map(text),
  ]) // prettier-ignore
  const most = (1n << 256n) / BigInt(header.difficulty)
  for (let nonce = 0; ; nonce += 1) {
    const hash = sha256(fixed, int(8, nonce))
    if (BigInt(`0x${hash.toString('hex')}`) < most) return { nonce, hash }
  }
}

/** An Ed25519 key that is the same each time. */
export function signerOf(seed: string): Signer {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_ED25519, sha256(Buffer.from(seed))]),
    format: 'der',
    type: 'pkcs8',
  })
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-RAW_KEY_BYTES)
  return { keyId: sha256(publicKey).toString('hex').slice(0, KEY_ID_LENGTH), publicKey, privateKey }
}

export const signature = (by: Signer, hash: Buffer, workUs: number): string =>
  sign(null, Buffer.concat([Buffer.from('baas.signature.1'), hash, int(8, workUs)]), by.privateKey).toString('hex')

/** The public half of a key, endorsed by the one before it. */
export function publicKeyOf(signer: Signer, by: Signer, fromHeight: number, madeAtUs: number) {
  const message = Buffer.concat([
    Buffer.from('baas.key.1'), text(signer.keyId), text('ed25519'), int(4, signer.publicKey.length), signer.publicKey,
    int(8, fromHeight), int(8, madeAtUs),
  ]) // prettier-ignore
  return {
    key_id: signer.keyId,
    algorithm: 'ed25519',
    public_key: signer.publicKey.toString('hex'),
    from_height: fromHeight,
    made_at_us: madeAtUs,
    endorsed_by: by.keyId,
    endorsement: sign(null, message, by.privateKey).toString('hex'),
  }
}
