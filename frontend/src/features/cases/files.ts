/** What the API takes of one piece of evidence. */
export const MAX_EVIDENCE_BYTES = 32_768

const OTHERWISE = 'application/octet-stream'
const MEDIA_TYPE = /^[a-z]+\/[a-z0-9.+-]{1,80}$/

/** A file's kind as the browser says it, without parameters; what it does not know is only bytes. */
export function mediaTypeOf(file: Pick<File, 'type'>): string {
  const type = file.type.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return MEDIA_TYPE.test(type) ? type : OTHERWISE
}

/** A file's bytes in base64. */
export async function contentOf(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}
