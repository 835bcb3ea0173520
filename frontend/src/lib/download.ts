import { CORRELATION_HEADER, toApiError, ApiError } from '@/lib/http'
import { saveFile } from '@/lib/save'

/** A document may be long; the API streams it. */
const TIMEOUT_MS = 300_000
const NAME = /filename="([^"]+)"/

/** Asks for a document and hands it over under the name that the API gave it. Throws ApiError. */
export async function download(path: string, otherwise: string): Promise<void> {
  const correlationId = crypto.randomUUID()
  let response: Response
  try {
    response = await fetch(path, {
      headers: { [CORRELATION_HEADER]: correlationId },
      credentials: 'same-origin',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (response.ok) {
      const name = NAME.exec(response.headers.get('Content-Disposition') ?? '')?.[1] ?? otherwise
      saveFile(await response.blob(), name)
      return
    }
  } catch {
    throw new ApiError({ type: 'about:blank', title: 'unreachable', status: 0 }, correlationId)
  }
  throw await toApiError(response, response.headers.get(CORRELATION_HEADER) ?? correlationId)
}
