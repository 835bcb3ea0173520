const KEY = 'baas.device'
const PREFIX = 'web-'

/**
 * What payments from this browser carry as their device: made once, and the same for as long as the browser remembers. Null where it
 * remembers nothing, because what nobody finds again cannot be registered.
 */
export function thisDevice(storage: Pick<Storage, 'getItem' | 'setItem'> | null = storageOrNull()): string | null {
  try {
    const known = storage?.getItem(KEY) ?? null
    if (known !== null || storage === null) return known
    const made = PREFIX + crypto.randomUUID()
    storage.setItem(KEY, made)
    return made
  } catch {
    return null
  }
}

function storageOrNull(): Storage | null {
  try {
    return window.localStorage
  } catch {
    return null
  }
}
