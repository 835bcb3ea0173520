/**
 * Imported before uPlot, which formats by `navigator.language` as it loads. A browser under a POSIX locale says `en-US@posix`,
 * which `Intl` refuses, and the whole page would break.
 */
export function usableLocale(language: string): string {
  try {
    return Intl.getCanonicalLocales(language)[0] ?? 'en-US'
  } catch {
    return 'en-US'
  }
}

const usable = usableLocale(navigator.language)
if (usable !== navigator.language) Object.defineProperty(navigator, 'language', { value: usable, configurable: true })
