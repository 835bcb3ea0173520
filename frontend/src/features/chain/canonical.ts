/** What of a transfer, a block and a key is hashed and signed. The same as `ledger/chain/canonical.py` and docs/verify_transfer.py. */
import { fromHex, int16, int32, int64, joined, measured, text, utf8, type Bytes } from '@/features/chain/bytes'
import type { Block, Key, SealedTransfer } from '@/features/chain/types'

/** The numbers that PostgreSQL has for the types of a record's fields. */
const UUID = 2950
const TEXT = 25
const INTEGER = 20
const MOMENT = 1184
const BYTEA = 17
const YEAR_2000_US = 946_684_800_000_000

const FIELDS: readonly (readonly [keyof SealedTransfer, number])[] = [
  ['id', UUID],
  ['tenant_id', TEXT],
  ['status', TEXT],
  ['purpose', TEXT],
  ['debit_account_id', UUID],
  ['credit_account_id', UUID],
  ['amount_minor', INTEGER],
  ['posted_minor', INTEGER],
  ['currency', TEXT],
  ['reverses_id', UUID],
  ['door', TEXT],
  ['reason', TEXT],
  ['expires_at_us', MOMENT],
  ['occurred_at_us', MOMENT],
  ['booked_at_us', MOMENT],
  ['resolved_at_us', MOMENT],
]

function bytesOf(kind: number, value: string | number): Bytes {
  if (kind === UUID) return fromHex(String(value).replaceAll('-', ''))
  if (kind === TEXT) return utf8(String(value))
  if (kind === BYTEA) return fromHex(String(value))
  return int64(Number(value) - (kind === MOMENT ? YEAR_2000_US : 0))
}

const field = (kind: number, value: string | number | null): Bytes =>
  joined(int32(kind), measured(value === null ? null : bytesOf(kind, value)))

/** A transfer's record in PostgreSQL's binary form: how many fields, the fields, the hash of what is not shown. */
export function recordOf(transfer: SealedTransfer, keptHash: string): Bytes {
  const fields = FIELDS.map(([name, kind]) => field(kind, transfer[name]))
  return joined(int32(fields.length + 1), ...fields, field(BYTEA, keptHash))
}

/** A block's header and nonce. */
export function headerOf(block: Block): Bytes {
  return joined(
    utf8('baas.block.1'),
    int64(block.height),
    int16(block.shard),
    fromHex(block.previous_hash),
    fromHex(block.merkle_root),
    int64(block.first_journal_id),
    int64(block.last_journal_id),
    int32(block.leaves),
    fromHex(block.batch_hash),
    int64(block.made_at_us),
    int64(block.difficulty),
    int64(block.work_target_us),
    ...block.key_ids.map(text),
    int64(block.nonce),
  )
}

/** What a block's signatures are over. */
export const signedOf = (blockHash: Bytes, workUs: number): Bytes =>
  joined(utf8('baas.signature.1'), blockHash, int64(workUs))

/** What a key's endorsement is over. */
export const endorsedOf = (key: Key): Bytes =>
  joined(
    utf8('baas.key.1'),
    text(key.key_id),
    text(key.algorithm),
    measured(fromHex(key.public_key)),
    int64(key.from_height),
    int64(key.made_at_us),
  )
