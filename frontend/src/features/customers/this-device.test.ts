import { expect, test } from 'vitest'
import { deviceIdOf } from '@/features/customers/devices'
import { thisDevice } from '@/features/customers/this-device'

function memory(): Pick<Storage, 'getItem' | 'setItem'> {
  const kept = new Map<string, string>()
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) }
}

test('a browser is called the same each time, in a way that the API takes, and unlike any other', () => {
  const [one, other] = [memory(), memory()]
  const name = thisDevice(one)
  expect(thisDevice(one)).toBe(name)
  expect(deviceIdOf(name ?? '')).toBe(name)
  expect(thisDevice(other)).not.toBe(name)
})

test('a browser that remembers nothing has no name', () => {
  const refuse = () => {
    throw new DOMException('full', 'QuotaExceededError')
  }
  expect(thisDevice({ getItem: () => null, setItem: refuse })).toBeNull()
  expect(thisDevice(null)).toBeNull()
})
