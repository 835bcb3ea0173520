/** What the fixture's answers begin with: the examples of the API's own contract, so that a shape that changes there changes here. */
import { readFileSync } from 'node:fs'
import type { components } from '../../src/lib/openapi'

export type Schemas = components['schemas']

const CONTRACT = JSON.parse(readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8')) as {
  components: { schemas: Record<string, { examples?: unknown[] }> }
}

/** The contract's example of a shape, with what is said of this one. */
export function like<K extends keyof Schemas>(name: K, said: Partial<Schemas[K]> = {}): Schemas[K] {
  const example = CONTRACT.components.schemas[name]?.examples?.[0]
  if (example === undefined) throw new Error(`the contract has no example of ${name}`)
  return Object.assign(structuredClone(example) as Schemas[K] & object, said)
}

/** The nth id of a kind of thing. */
export const idOf = (kind: number, n: number): string =>
  `0193f2aa-${String(kind).padStart(4, '0')}-7000-8000-${String(n).padStart(12, '0')}`
