/** Bytes as they are hashed and signed: integers big-endian, a text after its length (docs/ledger-chain.md, "The bytes"). */

export type Bytes = Uint8Array<ArrayBuffer>

const HEX = /^(?:[0-9a-f]{2})*$/
const NULL_LENGTH = -1

export function joined(...parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export const utf8 = (value: string): Bytes => Uint8Array.from(new TextEncoder().encode(value))

/** Throws RangeError for what is not hexadecimal in small letters. */
export function fromHex(hex: string): Bytes {
  if (!HEX.test(hex)) throw new RangeError('not hexadecimal')
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) => parseInt(hex.slice(2 * index, 2 * index + 2), 16))
}

export const toHex = (bytes: Bytes): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

function written(size: number, write: (view: DataView) => void): Bytes {
  const bytes = new Uint8Array(size)
  write(new DataView(bytes.buffer))
  return bytes
}

/** Throws RangeError for what is no whole number that JavaScript holds exactly. */
function whole(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError('not an exact whole number')
  return value
}

export const int16 = (value: number): Bytes => written(2, (view) => view.setInt16(0, whole(value)))
export const int32 = (value: number): Bytes => written(4, (view) => view.setInt32(0, whole(value)))
export const int64 = (value: number): Bytes => written(8, (view) => view.setBigInt64(0, BigInt(whole(value))))

/** Bytes after their length; null is the length -1. */
export const measured = (bytes: Bytes | null): Bytes =>
  bytes === null ? int32(NULL_LENGTH) : joined(int32(bytes.length), bytes)

export const text = (value: string): Bytes => measured(utf8(value))

export async function sha256(...parts: readonly Bytes[]): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', joined(...parts)))
}
