import { expect, test } from 'vitest'
import { destinationsOf, homeOf } from '@/app/destinations'

const pathsOf = (role: string) => destinationsOf([role]).map(({ path }) => path)

test('each role sees the ways that the API would let it go', () => {
  const watched = ['/live', '/decisions', '/alerts', '/risk', '/compliance']
  const own = ['/accounts', '/money', '/chain']
  const bank = ['/customers', ...own]
  expect(pathsOf('customer')).toEqual([...own, '/profile'])
  expect(pathsOf('operator')).toEqual(bank)
  expect(pathsOf('analyst')).toEqual(watched)
  for (const role of ['risk', 'compliance', 'admin']) expect(pathsOf(role)).toEqual([...watched, ...bank])
})

test('somebody who asked for no page begins at the first that is theirs', () => {
  expect([homeOf(['risk']), homeOf(['customer']), homeOf([])]).toEqual(['/live', '/accounts', '/live'])
})
