import { describe, expect, it } from 'vitest'
import { likelyScheme, SCHEMES } from '@/features/cases/schemes'
import en from '@/lib/messages/cases.en'

describe('the scheme that an alert suggests', () => {
  it('is that of its first scenario that has one', () => {
    expect(likelyScheme(['pix-at-night', 'fan-in', 'cash-structuring'])).toBe('mule_fan_in')
  })

  it('is unusual movement where none says more', () => {
    expect(likelyScheme([])).toBe('unusual')
    expect(likelyScheme(['benford'])).toBe('unusual')
  })

  it('has words, whichever it is', () => {
    for (const scheme of SCHEMES) expect(en).toHaveProperty([`case.scheme.${scheme}`])
  })
})
