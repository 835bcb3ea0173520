import { renderHook } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { nameOf, useShortcuts } from '@/lib/keyboard'

const press = (key: string, target: EventTarget = document.body, more: KeyboardEventInit = {}) =>
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))

describe('shortcuts', () => {
  test('name keys the same on every system', () => {
    expect(nameOf({ key: 'K', metaKey: true, ctrlKey: false, altKey: false })).toBe('mod+k')
    expect(nameOf({ key: 'k', metaKey: false, ctrlKey: true, altKey: false })).toBe('mod+k')
    expect(nameOf({ key: 'Shift', metaKey: false, ctrlKey: false, altKey: false })).toBeNull()
  })

  test('run alone and in sequence', () => {
    const shortcuts = { j: vi.fn(), 'g l': vi.fn() }
    renderHook(() => useShortcuts(shortcuts))
    press('j')
    press('g')
    press('l')
    expect(shortcuts.j).toHaveBeenCalledTimes(1)
    expect(shortcuts['g l']).toHaveBeenCalledTimes(1)
  })

  test('stay quiet while somebody types, except with the modifier', () => {
    const shortcuts = { j: vi.fn(), 'mod+k': vi.fn() }
    renderHook(() => useShortcuts(shortcuts))
    const input = document.body.appendChild(document.createElement('input'))
    press('j', input)
    press('k', input, { ctrlKey: true })
    expect(shortcuts.j).not.toHaveBeenCalled()
    expect(shortcuts['mod+k']).toHaveBeenCalledTimes(1)
    input.remove()
  })
})
