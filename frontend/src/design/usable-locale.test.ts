import { expect, it, vi } from 'vitest'
import { usableLocale } from './usable-locale'

it('keeps a language that Intl takes and answers English for any other', () => {
  expect(usableLocale('pt-BR')).toBe('pt-BR')
  expect(usableLocale('en-US@posix')).toBe('en-US')
  expect(usableLocale('')).toBe('en-US')
})

it('gives what loads after it a language to format by, under a POSIX locale too', async () => {
  vi.resetModules()
  vi.spyOn(navigator, 'language', 'get').mockReturnValue('en-US@posix')
  await import('./usable-locale')
  expect(navigator.language).toBe('en-US')
  expect(() => new Intl.NumberFormat(navigator.language)).not.toThrow()
})
