/** The shapes of /v1/ledger. Bytes are in hexadecimal, moments in microseconds since 1970: as they are hashed and signed. */
import type { components } from '@/lib/openapi'

type Schemas = components['schemas']

export type Block = Schemas['serving__chain__schemas__Block']
export type SignedBlock = Schemas['SignedBlock']
export type Signature = Schemas['Signature']
export type Head = Schemas['Head']
export type Key = Schemas['Key']
export type Proof = Schemas['Proof-Output']
export type SealedTransfer = Schemas['SealedTransfer']

const US_PER_MS = 1_000

/** Epoch milliseconds of a moment in microseconds. */
export const msOf = (us: number): number => Math.floor(us / US_PER_MS)
