import { expect, test } from 'vitest'
import { deviceIdOf, isTooLate, sorted } from '@/features/customers/devices'
import type { Device } from '@/features/customers/types'

const device = (device_id: string, state: Device['state'], confirm_until: string | null = null): Device => ({
  customer_id: 'c000042',
  device_id,
  number: 1,
  state,
  asked_at: '2025-11-24T16:00:00Z',
  confirm_until,
  confirmed_at: null,
  confirmed_by: null,
  removed_at: null,
})

test('what waits comes first, what was removed stands by itself, and each keeps the order of the answer', () => {
  const devices = [device('a', 'removed'), device('b', 'registered'), device('c', 'asked'), device('d', 'registered')]
  const { kept, removed } = sorted(devices)
  expect(kept.map(({ device_id }) => device_id)).toEqual(['c', 'b', 'd'])
  expect(removed.map(({ device_id }) => device_id)).toEqual(['a'])
  expect(devices[0]?.device_id).toBe('a')
})

test('a device is too late to confirm once its moment has passed, and one that does not wait never is', () => {
  const until = '2025-11-25T16:00:00Z'
  expect(isTooLate(device('a', 'asked', until), Date.parse(until))).toBe(false)
  expect(isTooLate(device('a', 'asked', until), Date.parse(until) + 1)).toBe(true)
  expect(isTooLate(device('a', 'registered'), Number.MAX_SAFE_INTEGER)).toBe(false)
})

test('an id is taken as the API takes it, without the spaces around it', () => {
  expect(deviceIdOf(' d000042-1 ')).toBe('d000042-1')
  for (const wrong of ['', 'a b', 'a/b', 'ç', 'a'.repeat(65)]) expect(deviceIdOf(wrong)).toBeNull()
})
